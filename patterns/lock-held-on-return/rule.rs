//! The source rule: a function that releases a lock on some ways returns with it on another one.

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFinding;
use plumb_scan::locks::{HeldLock, held_locks};
use plumb_scan::ways::ends;
use plumb_scan::{Code, Rule};

pub(crate) static RULE: Rule =
    Rule { pattern: "lock-held-on-return", linters: &["missing-unlock-before-return"], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    held_locks(code).iter().map(|held| finding(code, held)).collect()
}

fn finding(code: &Code<'_>, held: &HeldLock) -> SourceFinding {
    let confidence = if held.known { Confidence::Likely } else { Confidence::Possible };
    let message = format!(
        "`{}` stays locked, so whoever locks it next waits for ever: without {} {}",
        held.name,
        held.unlock,
        ends(code, held.function, &held.ways)
    );
    let span = code.file[held.lock].span;
    let mut finding = code.finding(RULE.pattern, span, confidence, message);
    finding.path = vec![code.step(span, format!("`{}` is locked", held.name))];
    if let Some(way) = held.ways.first() {
        finding.path.extend(way.branches(code, span.end));
        let end = way.end_span(code, held.function);
        finding.path.push(code.step(end, format!("`{}` is still locked", held.name)));
    }
    finding.fix = plumb_scan::fixes::unlocked(code, held);
    finding
}

#[cfg(test)]
mod tests {
    use crate::shapes;

    #[test]
    fn shapes() {
        shapes::check(&super::RULE, "1.24", include_str!("testdata/shapes.go"));
    }
}
