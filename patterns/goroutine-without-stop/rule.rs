//! The source rule: a goroutine that nothing can end is started for each object or request.

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFinding;
use plumb_scan::endless::{Endless, EndlessGoroutine, endless_goroutines};
use plumb_scan::fixes::left_on_signal;
use plumb_scan::{Code, Rule};

pub(crate) static RULE: Rule =
    Rule { pattern: "goroutine-without-stop", linters: &["G118"], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    if code.in_test {
        return Vec::new();
    }
    endless_goroutines(code).iter().map(|goroutine| finding(code, goroutine)).collect()
}

fn finding(code: &Code<'_>, goroutine: &EndlessGoroutine) -> SourceFinding {
    let line = code.place(goroutine.in_loop).line;
    let why = match goroutine.why {
        Endless::IgnoresSignal(_) => "the case that waits for the end does not leave it",
        Endless::PerObject => "each object that the function makes keeps one for ever",
        Endless::OutlivesStop => "it goes on when its owner is stopped",
        Endless::PerRequest => "each request keeps one for ever",
    };
    let confidence = match goroutine.why {
        Endless::IgnoresSignal(_) => Confidence::Likely,
        _ => Confidence::Possible,
    };
    let message = format!("nothing ends the loop of this goroutine (line {line}): {why}");
    let mut finding = code.finding(RULE.pattern, goroutine.start, confidence, message);
    finding.path = vec![
        code.step(goroutine.start, "the goroutine is started"),
        code.step(goroutine.in_loop, "its loop has no end"),
    ];
    if let Endless::IgnoresSignal(clause) = goroutine.why {
        finding.path.push(code.step(code.file[clause].span, "goes on with the loop"));
        finding.fix = left_on_signal(code, goroutine.body, clause);
    }
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
