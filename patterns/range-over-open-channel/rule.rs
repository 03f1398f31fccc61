//! The source rule: a range over a channel that nobody closes, or not on every way.

use plumb_evidence::source::SourceFinding;
use plumb_scan::channels::{WaitsFor, blocked_receivers};
use plumb_scan::{Code, Rule};

use super::blocked_receiver_no_sender::finding;

pub(crate) static RULE: Rule = Rule { pattern: "range-over-open-channel", linters: &[], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    let receivers = blocked_receivers(code).iter();
    let ranging = receivers.filter(|receiver| receiver.waits_for == WaitsFor::Close);
    ranging.map(|receiver| finding(code, RULE.pattern, receiver)).collect()
}

#[cfg(test)]
mod tests {
    use crate::shapes;

    #[test]
    fn shapes() {
        shapes::check(&super::RULE, "1.24", include_str!("testdata/shapes.go"));
    }
}
