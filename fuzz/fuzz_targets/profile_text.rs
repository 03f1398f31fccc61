//! The text formats of `debug=1`, behind each of their first lines.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_profile::{Contents, Limits, read};

const FIRST_LINES: [&str; 4] = [
    "goroutine profile: total 7\n",
    "heap profile: 1: 2 [3: 4] @ heap/1048576\n",
    "--- contention:\ncycles/second=2600000000\n",
    "--- mutex:\ncycles/second=2600000000\nsampling period=5\n",
];

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let first = FIRST_LINES[usize::from(*choice) % FIRST_LINES.len()];
    let bytes = [first.as_bytes(), rest].concat();
    if let Ok(reading) = read(&bytes, &Limits::default()) {
        assert!(matches!(reading.contents, Contents::Profile(..)));
    }
});
