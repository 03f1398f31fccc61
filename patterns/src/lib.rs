//! The catalogue of leaks: one folder a pattern, one file a library.

mod objects;
mod record;

use plumb_evidence::Catalogue;

/// Everything plumb knows about leaks in general.
pub const CATALOGUE: Catalogue = Catalogue { patterns: &[], objects: &objects::OBJECTS };
