//! Leaks of the versions of modules that a program uses, where the program reaches them.
//!
//! Which versions are in use is told by [`versions`]; what is known of them is the table of the catalogue. A finding
//! stands at the first place of a program that reaches the leak: the mistake is one, in `go.mod`, however many calls
//! there are.

mod apply;
mod versions;

use std::collections::BTreeMap;

use plumb_evidence::advisory::{Advisory, Reach, Verified};
use plumb_evidence::finding::{Confidence, Resource};
use plumb_evidence::source::SourceFinding;
use plumb_gosource::{Node, Span};

use crate::code::Code;
use apply::Applying;

pub(crate) use apply::Advised;

/// The pattern of what [`leaking_versions`] finds.
pub const PATTERN: &str = "leaking-dependency-version";

/// Further places that a finding tells.
const FURTHER_PLACES: usize = 5;

/// What a file reaches of the known leaks of the versions in use, a finding for each leak. Tests are passed over: what
/// they leak ends with them.
pub fn leaking_versions(code: &Code<'_>) -> Vec<SourceFinding> {
    if code.in_test {
        return Vec::new();
    }
    let mut reached: BTreeMap<usize, Vec<(Span, &Reach)>> = BTreeMap::new();
    for (index, reach, span) in
        calls(code).chain(imports_and_literals(code)).filter(|(index, ..)| {
            let since = code.advised.applying[*index].advisory.harmless_since_go;
            since.is_none_or(|since| code.go < since)
        })
    {
        reached.entry(index).or_default().push((span, reach));
    }
    let finding = |(index, mut places): (usize, Vec<(Span, &Reach)>)| {
        places.sort_by_key(|(span, _)| span.start);
        finding(code, &code.advised.applying[index], &places)
    };
    reached.into_iter().map(finding).collect()
}

/// The calls that reach a leak, with the index of its advisory.
fn calls<'c>(code: &'c Code<'_>) -> Box<dyn Iterator<Item = (usize, &'c Reach, Span)> + 'c> {
    let advised = code.advised;
    if !advised.has_calls() {
        return Box::new(std::iter::empty());
    }
    Box::new(code.calls().flat_map(move |(call, callee)| {
        let is_it = move |(_, reach): &(usize, &Reach)| {
            matches!(reach, Reach::Call { path, receiver, .. }
                if path == callee.path && receiver.as_deref() == callee.receiver)
        };
        let span = code.file[call].span;
        let reached = advised.calls_named(callee.name).filter(is_it);
        reached.map(move |(index, reach)| (index, reach, span))
    }))
}

fn imports_and_literals<'c>(
    code: &'c Code<'_>,
) -> impl Iterator<Item = (usize, &'c Reach, Span)> + 'c {
    code.advised.imports_and_literals().flat_map(move |(index, reach)| {
        let spans: Vec<Span> = match reach {
            Reach::Import(path) => {
                let imports = code.names.imports().iter().filter(|import| import.path == path);
                imports.map(|import| code.file.span(Node::Spec(import.spec))).collect()
            }
            Reach::Literal { path, name, field } => {
                let literals = code.literals_of(path, name).filter(|literal| {
                    field.as_ref().is_none_or(|field| code.field(*literal, field).is_some())
                });
                literals.map(|literal| code.file[literal].span).collect()
            }
            Reach::Call { .. } => Vec::new(),
        };
        spans.into_iter().map(move |span| (index, reach, span))
    })
}

fn finding(code: &Code<'_>, applying: &Applying, places: &[(Span, &Reach)]) -> SourceFinding {
    let (span, reach) = places[0];
    let Advisory { verified, harmless_since_go, .. } = applying.advisory;
    // Since Go 1.27 timers are collected whatever `go.mod` says, and no file tells which toolchain builds it.
    let certain =
        applying.used.is_exact && *verified != Verified::Reported && harmless_since_go.is_none();
    let confidence = if certain { Confidence::Likely } else { Confidence::Possible };
    let message = message(applying, reach);
    let mut finding = code.finding(PATTERN, span, confidence, message);
    finding.path.push(code.step(span, format!("{} is reached here", reach.name())));
    let further = places[1..].iter().take(FURTHER_PLACES);
    finding.path.extend(
        further.map(|(span, reach)| code.step(*span, format!("and {} here", reach.name()))),
    );
    finding
}

fn message(applying: &Applying, reach: &Reach) -> String {
    let Advisory { module, condition, source, leaks, .. } = applying.advisory;
    let least = if applying.used.is_exact { " " } else { ", at least " };
    let through = match reach {
        Reach::Import(_) => String::new(),
        reach => format!(" through {}", reach.name()),
    };
    format!(
        "module {module}{least}{} leaks {}{through}: {condition}; {} ({source})",
        applying.used.version.text(),
        word(*leaks),
        applying.advisory.mended()
    )
}

fn word(resource: Resource) -> &'static str {
    match resource {
        Resource::Goroutines => "goroutines",
        Resource::Memory => "memory",
        Resource::Sockets => "connections",
        Resource::Descriptors => "file descriptors",
        Resource::Threads => "threads",
    }
}

/// Leaves of several findings of one leak the first, in the order of the list, and tells there in how many files the
/// others are.
pub(crate) fn join(findings: &mut Vec<SourceFinding>) {
    let leak = |finding: &SourceFinding| {
        // Through which of its functions a file reaches a leak does not make it another.
        let (head, tail) = finding.message.split_once(": ").unwrap_or((&finding.message, ""));
        let head = head.split(" through ").next().unwrap_or(head);
        (head.to_owned(), tail.to_owned())
    };
    let mut files: BTreeMap<(String, String), usize> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.pattern == PATTERN) {
        *files.entry(leak(finding)).or_default() += 1;
    }
    findings.retain_mut(|finding| {
        if finding.pattern != PATTERN {
            return true;
        }
        let Some(count) = files.remove(&leak(finding)) else { return false };
        match count - 1 {
            0 => {}
            1 => finding.message.push_str("; reached in one more file"),
            more => finding.message.push_str(&format!("; reached in {more} more files")),
        }
        true
    });
}

#[cfg(test)]
mod tests;
