#![no_main]
//! Reading as pprof does, older formats included; what is read can be filtered, merged, shown and written.

use libfuzzer_sys::fuzz_target;
use plumb_profile::{Limits, NameFilter, Profile, combine, go_regex};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { profile_bytes: 1 << 22, ..Limits::default() };
    let Ok(mut profile) = Profile::parse_as_pprof(bytes, &limits) else { return };
    profile.write_raw(&mut std::io::sink(), &|nanos| nanos.to_string()).unwrap();
    let mut written = Vec::new();
    profile.write_as_pprof(&mut written).unwrap();
    profile.ensure_mapping();
    let _ = combine(vec![profile.clone(), profile.clone()]);
    let _ = profile.remove_uninteresting();
    let regex = go_regex("m").unwrap();
    profile.filter_by_name(NameFilter { hide: Some(&regex), ..NameFilter::default() });
    profile.prune_from(&regex);
    profile.show_from(&regex);
    profile.kind();
});
