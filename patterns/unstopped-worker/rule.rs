//! Workers of libraries (caches, schedulers, watchers, log rotation) that are made and not stopped on some way.

use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::source::SourceFinding;
use plumb_scan::resources::findings;
use plumb_scan::{Code, Rule};

const ID: &str = "unstopped-worker";

pub(crate) static RULE: Rule = Rule { pattern: ID, linters: &[], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    findings(code, ID, &[ResourceKind::Worker])
}
