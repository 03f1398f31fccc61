//! Responses of which nothing closes the body on some way.

use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::source::SourceFinding;
use plumb_scan::resources::findings;
use plumb_scan::{Code, Rule};

const ID: &str = "http-body-not-closed";

pub(crate) static RULE: Rule = Rule { pattern: ID, linters: &["bodyclose"], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    findings(code, ID, &[ResourceKind::Body])
}
