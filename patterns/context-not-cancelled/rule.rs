//! Contexts of which the cancel function is not called on some way.

use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::source::SourceFinding;
use plumb_scan::resources::findings;
use plumb_scan::{Code, Rule};

const ID: &str = "context-not-cancelled";

pub(crate) static RULE: Rule =
    Rule { pattern: ID, linters: &["lostcancel", "govet", "G118", "gosec"], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    findings(code, ID, &[ResourceKind::Cancel])
}
