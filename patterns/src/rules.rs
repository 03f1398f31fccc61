//! Source rules: one in the folder of each pattern that has one, and two lines here.

use plumb_scan::Rule;

/// All rules, in the order of the patterns' ids.
pub(crate) static RULES: &[&Rule] = &[];
