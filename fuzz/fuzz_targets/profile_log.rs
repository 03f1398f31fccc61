//! Logs: a dump in several wrappings, with arbitrary lines in between.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_profile::{Limits, read, read_from};

const DUMP: [&str; 6] = [
    "panic: x",
    "",
    "goroutine 7 [select, 3 minutes]:",
    "main.run(0x1)",
    "\t/x.go:1 +0x1",
    "created by main.main in goroutine 1",
];

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let mut log = Vec::new();
    for (i, noise) in rest.split(|b| *b == 0).enumerate() {
        let line = DUMP[i % DUMP.len()];
        match choice % 4 {
            0 => log.extend_from_slice(line.as_bytes()),
            1 => log.extend_from_slice(format!("2026-05-01T10:00:0{i}Z stderr F {line}").as_bytes()),
            2 => log.extend_from_slice(
                format!("{{\"log\":\"{}\\n\",\"time\":\"{i}\"}}", line.replace('\t', "\\t")).as_bytes(),
            ),
            _ => log.extend_from_slice(format!("[pod/a-1/b] {line}").as_bytes()),
        }
        if choice & 0x80 == 0 {
            log.push(b'\n');
        }
        log.extend_from_slice(noise);
        log.push(b'\n');
    }
    let limits = Limits { line_bytes: 300, dumps: 5, ..Limits::default() };
    let at_once = read(&log, &limits).map_err(|e| e.to_string());
    let streamed = read_from(log.as_slice(), &limits).map_err(|e| e.to_string());
    assert_eq!(at_once, streamed);
});
