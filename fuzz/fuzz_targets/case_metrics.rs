//! Metrics pages: only numbers come out, at most one a line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_case::convert::metrics;

fuzz_target!(|text: &str| {
    let page = metrics::read(text, None).value;
    assert!(page.samples.len() <= text.lines().count());
    assert!(page.samples.iter().all(|sample| sample.value.is_finite()));
});
