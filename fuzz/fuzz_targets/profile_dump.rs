//! Goroutine dumps: all goroutines are counted, those of the groups never exceed them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_profile::{Contents, GoroutineDump, Limits, read};

fuzz_target!(|data: &[u8]| {
    let start = b"goroutine 1 [running]:\nmain.main()\n\t/x.go:1 +0x1\n";
    let limits = Limits { stacks: 20, line_bytes: 500, ..Limits::default() };
    let Ok(reading) = read(&[start, data].concat(), &limits) else { return };
    match &reading.contents {
        Contents::Goroutines(dump) => check(dump),
        Contents::Log(found) => found.iter().for_each(|f| check(&f.dump)),
        Contents::Profile(..) => panic!("a dump is no profile"),
    }
});

fn check(dump: &GoroutineDump) {
    let kept: u64 = dump.groups.iter().map(|g| g.count).sum();
    assert!(kept <= dump.total && dump.groups.len() <= 20);
    for group in &dump.groups {
        assert_eq!(group.count, group.waits.known() + group.waits.unknown());
        assert_eq!(group.ids.survival(&group.ids).ratio(), Some(1.0));
    }
}
