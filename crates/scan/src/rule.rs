//! What a pattern adds to a scan.

use plumb_evidence::source::SourceFinding;

use crate::code::Code;

/// A source rule: it stands in its pattern's folder.
#[derive(Debug)]
pub struct Rule {
    /// The id of the pattern.
    pub pattern: &'static str,
    /// Names under which linters know the mistake: a comment that silences one of them silences this rule.
    pub linters: &'static [&'static str],
    /// Looks at one file and tells what it finds there, in any order.
    pub check: fn(&Code<'_>) -> Vec<SourceFinding>,
}
