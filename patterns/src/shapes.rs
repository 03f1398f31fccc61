//! Miniatures of mistakes and of healthy code that looks alike, for the tests of source rules.

use std::collections::BTreeSet;

use plumb_scan::Knowledge;
use plumb_scan::Rule;
use plumb_scan::memory::scan_text;

use crate::CATALOGUE;

/// How many shapes of a mistake a file must hold, and how many healthy ones.
const FEWEST: usize = 10;

/// Runs a rule over a file: it must find exactly the lines that end with `// want`. A function is healthy if its
/// name ends with `OK`.
pub(crate) fn check(rule: &'static Rule, go: &str, text: &str) {
    let scan = scan_text(&[rule], &Knowledge::new(CATALOGUE.objects), go, text);
    assert!(scan.failed.is_empty(), "{:?}", scan.failed);
    let lines = || (1u32..).zip(text.lines());
    let wanted: BTreeSet<u32> =
        lines().filter(|(_, line)| line.ends_with("// want")).map(|(number, _)| number).collect();
    let found: BTreeSet<u32> = scan.findings.iter().map(|finding| finding.place.line).collect();
    let missed: Vec<&u32> = wanted.difference(&found).collect();
    let wrong: Vec<_> = scan.findings.iter().filter(|f| !wanted.contains(&f.place.line)).collect();
    assert!(missed.is_empty() && wrong.is_empty(), "missed lines {missed:?}, wrong: {wrong:#?}");
    let healthy = lines().filter(|(_, line)| line.starts_with("func ") && line.contains("OK("));
    assert!(wanted.len() >= FEWEST && healthy.count() >= FEWEST, "too few shapes");
}

/// Runs a rule over a file in which it must find nothing.
pub(crate) fn check_silent(rule: &'static Rule, go: &str, text: &str) {
    let scan = scan_text(&[rule], &Knowledge::new(CATALOGUE.objects), go, text);
    assert_eq!(scan.findings, []);
}
