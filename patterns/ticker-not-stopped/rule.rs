//! Tickers and timers that go on after the function that made them.

use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::source::SourceFinding;
use plumb_scan::resources::findings;
use plumb_scan::{Code, Rule};

/// Since Go 1.23 a ticker or timer that nothing refers to is collected, stopped or not (release notes, `time`).
const COLLECTED_SINCE: (u32, u32) = (1, 23);

const ID: &str = "ticker-not-stopped";

pub(crate) static RULE: Rule = Rule { pattern: ID, linters: &["SA1015", "staticcheck"], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    if code.go >= COLLECTED_SINCE {
        return Vec::new();
    }
    findings(code, ID, &[ResourceKind::Ticker, ResourceKind::Timer])
}
