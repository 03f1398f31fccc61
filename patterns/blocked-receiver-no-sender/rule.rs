//! The source rule: somebody receives from a channel on which, on some way, nobody sends.

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::{SourceFinding, SourceStep};
use plumb_gosource::Span;
use plumb_scan::channels::{BlockedReceiver, WaitsFor, blocked_receivers};
use plumb_scan::ways::ends;
use plumb_scan::{Code, Rule};

pub(crate) static RULE: Rule = Rule { pattern: "blocked-receiver-no-sender", linters: &[], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    let receivers = blocked_receivers(code).iter();
    let waiting = receivers.filter(|receiver| receiver.waits_for == WaitsFor::Signal);
    waiting.map(|receiver| finding(code, RULE.pattern, receiver)).collect()
}

/// A finding of a pattern that tells who waits, and where nobody ends that.
pub(crate) fn finding(
    code: &Code<'_>,
    pattern: &'static str,
    receiver: &BlockedReceiver,
) -> SourceFinding {
    let channel = &receiver.channel;
    let line = code.place(receiver.wait).line;
    let who = match receiver.caller_waits {
        true => format!("the function waits for `{channel}` (line {line})"),
        false => format!("the goroutine that waits for `{channel}` (line {line}) never ends"),
    };
    let missing = match receiver.waits_for {
        WaitsFor::Close => "closes it",
        WaitsFor::Signal => "sends on it or closes it",
    };
    let where_ = ends(code, receiver.ways_of, &receiver.ways);
    let why = match (receiver.caller_waits, receiver.ways.is_empty()) {
        (_, true) => format!("nobody {missing}"),
        (true, false) => {
            format!("for ever if the goroutine that {missing} leaves without: {where_}")
        }
        (false, false) => format!("if the function leaves before it {missing}: {where_}"),
    };
    let comma = if receiver.ways.is_empty() { ", and" } else { "" };
    let confidence = if receiver.certain { Confidence::Likely } else { Confidence::Possible };
    let span = code.file[receiver.make].span;
    let mut finding = code.finding(pattern, span, confidence, format!("{who}{comma} {why}"));
    finding.path = path(code, receiver);
    finding.fix = plumb_scan::fixes::closed(code, receiver);
    finding
}

fn path(code: &Code<'_>, receiver: &BlockedReceiver) -> Vec<SourceStep> {
    let channel = &receiver.channel;
    let make = code.file[receiver.make].span;
    let mut path = vec![code.step(make, format!("`{channel}` is made"))];
    if let Some(started) = receiver.started {
        let go = Span::new(started, started + "go".len() as u32);
        path.push(code.step(go, "the goroutine is started"));
    }
    path.push(code.step(receiver.wait, format!("waits for `{channel}`")));
    if let Some(way) = receiver.ways.first() {
        path.extend(way.branches(code, make.end));
        path.push(code.step(way.end_span(code, receiver.ways_of), "leaves without a signal"));
    }
    path
}

#[cfg(test)]
mod tests {
    use crate::shapes;

    #[test]
    fn shapes() {
        shapes::check(&super::RULE, "1.24", include_str!("testdata/shapes.go"));
    }
}
