//! Rows, statements and transactions that go on holding a connection on some way.

use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::source::SourceFinding;
use plumb_scan::resources::findings;
use plumb_scan::{Code, Rule};

const ID: &str = "rows-not-closed";

pub(crate) static RULE: Rule = Rule { pattern: ID, linters: &["sqlclosecheck"], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    findings(code, ID, &[ResourceKind::Rows])
}
