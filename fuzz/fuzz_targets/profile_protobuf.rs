//! Protobuf: what is read can be written and read again without loss.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_profile::{Limits, Profile};

fuzz_target!(|data: &[u8]| {
    // A sample type first, so that the bytes are taken for a profile.
    let bytes = [&[0x0a, 0x04, 0x08, 0x01, 0x10, 0x02][..], data].concat();
    let Ok((profile, _)) = Profile::parse(&bytes, &Limits::default()) else { return };
    profile.kind();
    for sample in profile.samples() {
        let _ = sample.frames().count() + sample.labels().count();
    }
    let written = profile.encode();
    let (again, _) = Profile::parse(&written, &Limits::default()).expect("own bytes are readable");
    assert_eq!(again.samples, profile.samples);
});
