//! What a pool lends, and gets back on some ways only.

use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::source::SourceFinding;
use plumb_scan::resources::findings;
use plumb_scan::{Code, Rule};

const ID: &str = "pool-item-not-returned";

pub(crate) static RULE: Rule = Rule { pattern: ID, linters: &[], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    findings(code, ID, &[ResourceKind::PoolItem])
}
