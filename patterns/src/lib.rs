//! The catalogue of leaks: one folder a pattern, one file a library.
//!
//! A folder `<id>/` holds `pattern.rs` (the record and the check), the twin programs `before/` and `after/`, and the
//! recorded `case/`. A file `objects/<library>.rs` holds what is known of a library's objects. [`CATALOGUE`] is all of it,
//! in the order in which `detect` asks; the modules `patterns` and `objects` say what the order means.

mod advisories;
mod judging;
mod objects;
mod patterns;
mod record;
mod remedy;
mod rules;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod testing;

use plumb_evidence::Catalogue;
use plumb_scan::Rule;

/// Everything plumb knows about leaks in general.
pub const CATALOGUE: Catalogue = Catalogue {
    patterns: patterns::PATTERNS,
    objects: &objects::OBJECTS,
    advisories: advisories::advisories,
};

/// The source rules of the patterns: what `plumb scan` looks for.
pub static RULES: &[&Rule] = rules::RULES;
