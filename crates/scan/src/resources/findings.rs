//! Losses as findings.

use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::source::{SourceFinding, SourceStep};
use plumb_gosource::flow::{Exit, Leak, LeakExit, Place};
use plumb_gosource::{ExprId, ExprKind, Span};

use super::{Loss, LossKind};
use crate::code::Code;

/// Longest piece of source in a message, in characters.
const MAX_SHOWN: usize = 60;

/// How many ways on which something is lost a message names.
const MAX_WAYS: usize = 3;

/// A finding of a pattern for each loss of these kinds.
pub fn findings(
    code: &Code<'_>,
    pattern: &'static str,
    kinds: &[ResourceKind],
) -> Vec<SourceFinding> {
    let losses = code.losses().iter().filter(|loss| kinds.contains(&loss.kind));
    losses.map(|loss| finding(code, pattern, loss)).collect()
}

fn finding(code: &Code<'_>, pattern: &'static str, loss: &Loss) -> SourceFinding {
    let span = code.file[loss.call].span;
    let mut finding = code.finding(pattern, span, loss.confidence, message(code, loss));
    finding.path = path(code, loss);
    finding.object = loss.object.map_or("", |object| object.name);
    // What is released after an error must not be released twice there: whoever mends it has to look.
    let for_failures = matches!(&loss.how, LossKind::OnSomeWays { leaks, .. } if leaks.is_empty());
    if !for_failures {
        finding.fix = crate::fixes::of_loss(code, loss);
    }
    finding
}

/// From the acquisition over the branches to the first exit, then the other exits.
fn path(code: &Code<'_>, loss: &Loss) -> Vec<SourceStep> {
    if let LossKind::OnSomeWays { leaks, releases, .. } = &loss.how
        && leaks.is_empty()
    {
        let acquired = code.step(code.file[loss.call].span, "acquired");
        let released = releases
            .iter()
            .map(|ident| code.step(code.file[*ident].span, "released only if there was an error"));
        return std::iter::once(acquired).chain(released).collect();
    }
    let Some((first, others)) = loss.leaks().split_first() else {
        let what = format!("{} acquires it, and nobody has it", called(code, loss.call));
        return vec![code.step(code.file[loss.call].span, what)];
    };
    let steps = first.witness.places.iter().chain(others.iter().filter_map(end));
    steps.map(|place| code.step(span_of(code, place), place.describe(code.file))).collect()
}

fn end(leak: &Leak) -> Option<&Place> {
    leak.witness.places.last()
}

/// Where a place is shown: a closing brace by itself, else the first line of its node.
fn span_of(code: &Code<'_>, place: &Place) -> Span {
    let span = code.file.span(place.node);
    match place.offset == span.start {
        true => span,
        false => Span::new(place.offset, place.offset + 1),
    }
}

fn message(code: &Code<'_>, loss: &Loss) -> String {
    let call = called(code, loss.call);
    let name = match loss.kind {
        ResourceKind::Cancel => "cancel function",
        _ => &loss.name,
    };
    let what = match loss.variable {
        Some(variable) => format!("`{}` ({name} of {call})", code.file.name(variable)),
        None => format!("the {name} of {call}"),
    };
    let done = done(loss);
    match &loss.how {
        LossKind::Dropped => format!("{what} is dropped, so nothing can {}", done.infinitive),
        LossKind::Blank => {
            format!("{what} is assigned to _, so nothing can {}", done.infinitive)
        }
        LossKind::Never(leaks) => {
            format!("{what} is never {}: {}", done.participle, ways(leaks))
        }
        LossKind::OnSomeWays { leaks, .. } if leaks.is_empty() => {
            format!("{what} is {} only if there was an error", done.participle)
        }
        LossKind::OnSomeWays { leaks, .. } => {
            format!("{what} is not {} on every way: {}", done.participle, ways(leaks))
        }
    }
}

/// `it is lost where the function returns on line 12 and ends on line 20`.
fn ways(leaks: &[Leak]) -> String {
    let shown: Vec<String> = leaks.iter().filter_map(way).take(MAX_WAYS).collect();
    let more = match leaks.len().saturating_sub(MAX_WAYS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("it is lost where {}{more}", shown.join(", "))
}

fn way(leak: &Leak) -> Option<String> {
    let line = end(leak)?.line;
    Some(match leak.exit {
        LeakExit::Overwritten(_) => format!("its variable is set again on line {line}"),
        LeakExit::Exit(Exit::End) => format!("the function ends on line {line}"),
        LeakExit::Exit(Exit::Return(_)) => format!("the function returns on line {line}"),
        LeakExit::Exit(_) => format!("the function is left on line {line}"),
    })
}

/// What has to be done with it, in words.
struct Done {
    infinitive: String,
    participle: String,
}

fn done(loss: &Loss) -> Done {
    let words = |infinitive: &str, participle: &str| Done {
        infinitive: infinitive.to_owned(),
        participle: participle.to_owned(),
    };
    let release = loss.release();
    let verb = release.map(|path| path.rsplit('.').next().unwrap_or(path));
    match (loss.kind, verb) {
        (ResourceKind::Body, _) => words("close its body", "closed"),
        (ResourceKind::PoolItem, _) => words("put it back", "put back"),
        (ResourceKind::Process, _) => words("wait for it", "waited for"),
        (ResourceKind::Cancel, _) => words("call it", "called"),
        (_, Some("Close")) => words("close it", "closed"),
        (_, Some("Stop")) => words("stop it", "stopped"),
        (_, Some("End")) => words("end it", "ended"),
        (_, Some("Shutdown")) => words("shut it down", "shut down"),
        (_, Some("Release")) => words("release it", "released"),
        (_, Some("Commit" | "Rollback")) => words("end it", "committed or rolled back"),
        _ => words("release it", "released"),
    }
}

/// The function that a call calls, as it is written: `http.Get`.
fn called(code: &Code<'_>, call: ExprId) -> String {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return String::new() };
    let text = code.file.text(code.file[parts.fun].span);
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
