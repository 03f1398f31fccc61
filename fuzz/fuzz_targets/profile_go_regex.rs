#![no_main]
//! Patterns in Go's syntax: what is translated compiles, or is too large.

use libfuzzer_sys::fuzz_target;
use plumb_profile::go_regex;

fuzz_target!(|pattern: &str| {
    if let Err(error) = go_regex(pattern) {
        assert!(error.to_string().starts_with("error parsing regexp: "));
    }
});
