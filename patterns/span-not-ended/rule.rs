//! Spans that are started and not ended on some way.

use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::source::SourceFinding;
use plumb_scan::resources::findings;
use plumb_scan::{Code, Rule};

const ID: &str = "span-not-ended";

pub(crate) static RULE: Rule = Rule { pattern: ID, linters: &["spancheck"], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    findings(code, ID, &[ResourceKind::Span])
}
