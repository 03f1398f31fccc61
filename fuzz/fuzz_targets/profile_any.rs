//! Any bytes: in memory and as a stream, plain and packed, with the same result.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_profile::{Limits, read, read_from};

fuzz_target!(|data: &[u8]| {
    let limits = Limits { profile_bytes: 1 << 20, ..Limits::default() };
    let at_once = read(data, &limits).map_err(|e| e.to_string());
    let streamed = read_from(data, &limits).map_err(|e| e.to_string());
    assert_eq!(at_once, streamed);
});
