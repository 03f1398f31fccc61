//! The table of module versions with a leak of their own: `patterns/advisories.tsv`.

use std::sync::LazyLock;

use plumb_evidence::advisory::{Advisory, read};

static TABLE: &str = include_str!("../advisories.tsv");

/// All rows of the table.
pub(crate) fn advisories() -> &'static [Advisory] {
    static ROWS: LazyLock<Vec<Advisory>> = LazyLock::new(|| read(TABLE).0);
    &ROWS
}

#[cfg(test)]
mod tests;
