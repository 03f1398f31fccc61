//! The source rule: a program reaches a leak that a version of a module, the one it uses, is known to have.

use plumb_scan::{Rule, advisories};

pub(crate) static RULE: Rule =
    Rule { pattern: advisories::PATTERN, linters: &[], check: advisories::leaking_versions };
