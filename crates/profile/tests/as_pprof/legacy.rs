//! Inputs of the older formats: small ones written after the descriptions in pprof's sources, of each kind a good one
//! and what may go wrong with it.

use std::fs;
use std::path::PathBuf;

const MAPS: &str = "\
--- Memory map: ---
  00400000-00fcb000: /home/server/program
  f7000000-f7001000 r-xp 00001000 08:01 42  /lib/libc.so.6
  f7001000-f7009000 r-xp 00002000 08:01 42  /lib/libc.so.6
  f7100000-f7101000 rw-p 00001000 08:01 42  /lib/libdata.so
I0102 15:04:05.000 1 file.cc:42] f8000000-f8001000 /lib/logged.so (@1000) abc123
build=/path/to
  7f000000-7f001000 $build/other (deleted)
  ffffffff600000-ffffffff601000 r-xp 00000000 00:00 0 [vsyscall]
nonsense
";

const HEAP_SAMPLES: &str = "\
     1: 32768 [     3: 98304] @ 0x400100 0x400200 0xf7000010 0xdeadbeef
     0:     0 [     2:   512] @ 0x400100 0x400300
# a comment

    -1:  -100 [     0:     0] @ 0xf8000010 0x0 0x1
  1000: 1000000 [1000: 1000000] @
";

/// Name and bytes.
fn inputs() -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>| all.push((name.to_owned(), bytes));
    for kind in [
        "heapz_v2/512",
        "heap_v2/524288",
        "heap/1048576",
        "heapprofile",
        "heap/0",
        "heap_v2",
        "growthz",
        "growth",
        "fragmentationz",
    ] {
        let name = kind.replace('/', "-");
        for (totals, suffix) in [("1: 32768 [6: 99]", "all"), ("6: 99 [0: 0]", "live")] {
            let text = format!("heap profile: {totals} @ {kind}\n{HEAP_SAMPLES}\n{MAPS}");
            add(&format!("{name}-{suffix}"), text.into());
        }
    }
    for (name, text) in texts() {
        add(name, text.into());
    }
    for (size, big) in [(4, false), (4, true), (8, false), (8, true)] {
        let name = format!("cpu-{size}-{}", if big { "big" } else { "little" });
        add(&name, cpu(size, big, 0, MAPS));
        add(&format!("{name}-java"), cpu(size, big, 1, JAVA_NAMES));
        let cut = cpu(size, big, 0, "");
        add(&format!("{name}-cut"), cut[..cut.len() - 3 * size - 2].to_vec());
    }
    add("cpu-handler", handler_cpu());
    add("long-line", [&b"heap profile: 1: 2 [1: 2] @ heap/2\n"[..], &[b'x'; 70_000]].concat());
    add("long-first-line", vec![b'\xff'; 70_000]);
    all
}

const JAVA_NAMES: &str = "\
   0x00000100 com.example.Main.run (Main.java:17)
   0x00000200 com.example.Main.run (Main.java:-1)
0x300 libnative (/usr/lib/libnative.so)
0x400 generated stub/JIT
 0x500 GC
0x999 unused (A.java:1)
no location
0x600 last without newline (B.java:3)";

fn texts() -> Vec<(&'static str, String)> {
    vec![
        ("heap-bad-line", "heap profile: 1: 2 [1: 2] @ heap/2\nnonsense\n".into()),
        ("heap-bad-kind", "heap profile: 1: 2 [1: 2] @ heapx/2\n".into()),
        ("heap-no-count", "heap profile: 1: 2 [1: 2] @ heap/2\n0: 5 [0: 0] @ 0x1\n".into()),
        (
            "heap-huge-number",
            "heap profile: 1: 2 [1: 2] @ heap/2\n99999999999999999999: 5 [0: 0] @ 0x1\n".into(),
        ),
        (
            "heap-huge-address",
            "heap profile: 1: 2 [1: 2] @ heap/2\n1: 5 [0: 0] @ 0x1ffffffffffffffff\n".into(),
        ),
        ("heap-empty", "heap profile: 0: 0 [0: 0] @ heap/2\n".into()),
        (
            "count",
            format!(
                "# comment\n\ngoroutine profile: total 5\n3 @ 0x400100 0x400200\n#\t0x1 name\n2 @ 0x1\n---\n{MAPS}"
            ),
        ),
        ("count-octal", "x profile: total 5\n010 @ 0x1\n".into()),
        ("count-bad-octal", "x profile: total 5\n08 @ 0x1\n".into()),
        ("count-bad-line", "x profile: total 5\n3 @\n".into()),
        ("count-bad-address", "x profile: total 5\n3 @ 0x1ffffffffffffffff\n".into()),
        ("count-none", "threadcreate profile: total 0\n".into()),
        (
            "threadz",
            format!(
                "--- threadz 1 ---\n\nsome text\n--- Thread 7f0 (name: main/14748) stack: ---\n  \
                 0x400100 main\n 0x4000ff run\n0x400300\n--- Thread 7f1 (name: a/b/1) stack: ---\n\
                 [same as previous thread]\n--- Thread 7f2 (name: x/2) stack: ---\n 0x1 0x2\n{MAPS}"
            ),
        ),
        (
            "threadz-end",
            "--- Thread 7f1 (name: a/1) stack: ---\n 0x1\n\n---- no stack trace for 2\n".into(),
        ),
        ("threadz-cut", "--- Thread 7f1 (name: a/1) stack: ---\n 0x1\n".into()),
        ("threadz-empty", "--- threadz 1 ---\n".into()),
        (
            "contentionz",
            format!(
                "--- contentionz 10 ---\ncycles/second=3201000000\nsampling period = 100\nms since reset=6000\n\
                 discarded samples=0\n  19490304 27 @ 0x400100 0x400200 0xf7000010\n  \
                 768 1 @ 0x400100\n 5 5 @ 0x0\n{MAPS}"
            ),
        ),
        (
            "mutex",
            "--- mutex:\ncycles/second=1000000000\nsampling period=2\n5 6 @ 0x1 0x2\n".into(),
        ),
        ("contention", "--- contention:\n5 6 @ 0x1 0x2\n---\nrest\n".into()),
        ("contention-no-period", "--- contention:\nsampling period=0\n5 6 @ 0x1\n".into()),
        ("contention-bad", "--- contention:\ncycles/second=x\n5 6 @ 0x1\n".into()),
        ("contention-unknown", "--- contention:\nspeed=1\n5 6 @ 0x1\n".into()),
        ("contention-no-sample", "--- contention:\nnonsense\n".into()),
        ("contention-huge", "--- contention:\n99999999999999999999 6 @ 0x1\n".into()),
        (
            "java-heap",
            format!(
                "--- heapz 1 ---\nformat = java\nresolution=bytes\n\n   1048576 2 @ 0x100 0x200 0x300\n  \
                 64 4 @ 0x100 0x500\n 7 7 @ 0x600\n{JAVA_NAMES}"
            ),
        ),
        (
            "java-contention",
            format!(
                "--- contentionz 1 ---\nformat = java\nresolution=microseconds\nsampling period = 100\n\
                 ms since reset = 6019923\n   5 2 @ 0x100 0x200 0x300\n 1 1 @ 0x400\n{JAVA_NAMES}\n"
            ),
        ),
        ("java-no-resolution", "--- contentionz 1 ---\nformat = java\n   5 2 @ 0x100\n".into()),
        ("java-other", "--- heapz 1 ---\nformat = other\n 5 2 @ 0x1\n".into()),
        ("java-zero", "--- heapz 1 ---\nformat = java\nresolution=bytes\n5 0 @ 0x1\n".into()),
        ("java-period", "--- contentionz 1 ---\nformat = java\nsampling period=x\n".into()),
        ("text", "hello\n".into()),
        ("line-feed", "\n".into()),
        ("binary", "\u{0}\u{1}\u{2}".into()),
    ]
}

fn words(size: usize, big: bool, numbers: &[u64]) -> Vec<u8> {
    let bytes = |number: &u64| {
        let mut bytes = number.to_le_bytes()[..size].to_vec();
        if big {
            bytes.reverse();
        }
        bytes
    };
    numbers.iter().flat_map(bytes).collect()
}

fn cpu(size: usize, big: bool, java: u64, rest: &str) -> Vec<u8> {
    let numbers = [
        0, 3, java, 10_000, 0, //
        4, 3, 0x100, 0x200, 0x300, //
        2, 2, 0x400100, 0x400101, //
        1, 4, 0x500, 0x600, 0x100, 0x200, //
        1, 0, //
        0, 1, 0,
    ];
    [words(size, big, &numbers), rest.as_bytes().to_vec()].concat()
}

/// Nearly all samples have the same two frames above the leaf, and some leaves twice.
fn handler_cpu() -> Vec<u8> {
    let mut numbers = vec![0, 3, 0, 1000, 0];
    for sample in 0..64 {
        let leaf = 0x40_1000 + sample * 16;
        numbers.extend([1 + sample, 5, leaf, 0x40_0800, 0x40_0900, leaf + 1, 0x40_0100]);
    }
    numbers.extend([1, 2, 0x40_1000, 0x40_2000, 0, 1, 0]);
    [words(8, false, &numbers), MAPS.as_bytes().to_vec()].concat()
}

/// Writes all inputs below the target directory.
pub(crate) fn write() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("legacy");
    fs::create_dir_all(&folder).unwrap();
    let write = |(name, bytes): (String, Vec<u8>)| {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    inputs().into_iter().map(write).collect()
}
