//! Clients, connections, listeners and workers that are made and not closed on some way.

use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::source::SourceFinding;
use plumb_scan::resources::findings;
use plumb_scan::{Code, Rule};

const ID: &str = "client-not-closed";

pub(crate) static RULE: Rule = Rule { pattern: ID, linters: &["closecheck"], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    findings(code, ID, &[ResourceKind::Client, ResourceKind::Connection, ResourceKind::Listener])
}
