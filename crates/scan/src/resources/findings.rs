//! Losses as findings.

use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::finding::Confidence;
use plumb_evidence::source::{ALSO_LOST, SourceFinding, SourceStep};
use plumb_gosource::flow::{Exit, Leak, LeakExit, Place};
use plumb_gosource::{ExprId, ExprKind, Span};

use super::{Loss, LossKind, Slip};
use crate::code::Code;

/// Longest piece of source in a message, in characters.
const MAX_SHOWN: usize = 60;

/// How many ways on which something is lost a message names.
const MAX_WAYS: usize = 3;

/// A finding of a pattern for each loss of these kinds, and for each release that misses one of them.
pub fn findings(
    code: &Code<'_>,
    pattern: &'static str,
    kinds: &[ResourceKind],
) -> Vec<SourceFinding> {
    let losses = code.losses().iter().filter(|loss| kinds.contains(&loss.kind));
    let slips = code.slips().iter().filter(|slip| kinds.contains(&slip.kind));
    let of_slip = |slip: &Slip| {
        let span = code.file[slip.at].span;
        code.finding(pattern, span, Confidence::Likely, slip.message.clone())
    };
    losses.map(|loss| finding(code, pattern, loss)).chain(slips.map(of_slip)).collect()
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

/// From the acquisition over the branches to where a shortest way loses it, then where other ways do, by line.
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
    let mut also: Vec<&Place> = others.iter().filter_map(end).collect();
    also.sort_by_key(|place| place.offset);
    let way = first.witness.places.iter().map(|place| (place, place.describe(code.file)));
    let also =
        also.into_iter().map(|place| (place, format!("{ALSO_LOST}{}", place.describe(code.file))));
    way.chain(also).map(|(place, text)| code.step(span_of(code, place), text)).collect()
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
    let name = name(code, loss);
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

/// How a message calls what is lost: by the name of its record, or where that stands for other types too, by the type
/// at hand.
fn name(code: &Code<'_>, loss: &Loss) -> String {
    if loss.kind == ResourceKind::Cancel {
        return "cancel function".to_owned();
    }
    let at_hand = || {
        let types = loss.object?.source.types;
        let named = code.types.of_var(loss.variable?)?.named()?;
        let path = format!("{}.{}", named.path, named.name);
        let stands_for_it = types.iter().any(|ty| **ty == path);
        let package = named.path.rsplit('/').find(|part| !is_major_version(part))?;
        (types.len() > 1 || !stands_for_it).then(|| format!("{package}.{}", named.name))
    };
    let of_value = !matches!(loss.kind, ResourceKind::Body | ResourceKind::PoolItem);
    of_value.then(at_hand).flatten().unwrap_or_else(|| loss.name.clone())
}

/// Whether an element of a package's path is a major version: `v2`.
fn is_major_version(part: &str) -> bool {
    let digits = part.strip_prefix('v').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// `it is lost where the function returns on lines 12, 14 and 2 more`: the first ways by line.
fn ways(leaks: &[Leak]) -> String {
    let mut all: Vec<(u32, &str)> = leaks.iter().filter_map(way).collect();
    all.sort_unstable();
    all.dedup();
    let shown = &all[..all.len().min(MAX_WAYS)];
    let more = all.len() - shown.len();
    let clauses: Vec<String> = shown
        .chunk_by(|(_, one), (_, other)| one == other)
        .map(|chunk| clause(chunk, if chunk.last() == shown.last() { more } else { 0 }))
        .collect();
    format!("it is lost where {}", clauses.join(", "))
}

/// Ways that end alike: `the function returns on lines 12, 14 and 2 more`.
fn clause(ways: &[(u32, &str)], more: usize) -> String {
    let what = ways.first().map_or("", |(_, what)| *what);
    let mut lines: Vec<String> = ways.iter().map(|(line, _)| line.to_string()).collect();
    let last = match more {
        0 if lines.len() > 1 => lines.pop(),
        0 => None,
        more => Some(format!("{more} more")),
    };
    let noun = if ways.len() > 1 { "lines" } else { "line" };
    let last = last.map(|last| format!(" and {last}")).unwrap_or_default();
    format!("{what} on {noun} {}{last}", lines.join(", "))
}

/// The line of the end of a way, and how it ends.
fn way(leak: &Leak) -> Option<(u32, &'static str)> {
    let what = match leak.exit {
        LeakExit::Overwritten(_) => "its variable is set again",
        LeakExit::Exit(Exit::End) => "the function ends",
        LeakExit::Exit(Exit::Return(_)) => "the function returns",
        LeakExit::Exit(_) => "the function is left",
    };
    Some((end(leak)?.line, what))
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
