//! Generated profiles: recursion, inlining, labels, negative values and several files at random.

use std::path::PathBuf;

use plumb_profile::{
    Function, Interner, Label, LabelValue, Line, Location, Mapping, Profile, Samples, ValueType,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::oracle::compare_input;

/// A sample: values, frames, a text label, a number.
type Sample = ([i16; 2], Vec<u8>, Option<u8>, Option<u16>);

const NAMES: [&str; 8] = [
    "main.main",
    "net/http.(*conn).serve",
    "github.com/a/b/v2/c.(*T[...]).M.func1",
    "runtime.mallocgc",
    "std::vector<int>::push",
    "com.example.Service.run",
    "bytes.growSlice",
    "x",
];

fn sample() -> impl Strategy<Value = Sample> {
    let values = prop_oneof![4 => [0..1000i16, 0..30000i16], 1 => any::<[i16; 2]>()];
    let frames = prop::collection::vec(0..16u8, 0..9);
    (values, frames, prop::option::of(0..3u8), prop::option::of(any::<u16>()))
}

/// Each function has two locations; those of odd numbers hold an inlined function too.
fn profile(samples: &[Sample]) -> Profile {
    let mut texts = Interner::new();
    let mut value_type =
        |kind: &str, unit: &str| ValueType { kind: texts.intern(kind), unit: texts.intern(unit) };
    let sample_types = vec![value_type("objects", "count"), value_type("space", "bytes")];
    let period_type = value_type("space", "bytes");
    let mut profile = Profile {
        sample_types,
        period_type,
        period: 512,
        samples: Samples::new(2),
        ..Profile::default()
    };
    profile.mappings.push(Mapping {
        id: 1,
        start: 0x1000,
        limit: 0x9000,
        file: texts.intern("/bin/app"),
        ..Mapping::default()
    });
    for (index, name) in NAMES.iter().enumerate() {
        let file = texts.intern(&format!("/src/{}.go", index / 2));
        let name = texts.intern(name);
        profile.functions.push(Function {
            id: index as u64 + 1,
            name,
            system_name: name,
            file,
            start_line: 7,
        });
    }
    for index in 0..16u32 {
        let function = index / 2;
        let first_line = profile.lines.len() as u32;
        let line = |function: u32, line: i64| Line { function: Some(function), line, column: 0 };
        if index % 4 == 1 {
            profile.lines.push(line((function + 3) % 8, 90));
        }
        profile.lines.push(line(function, 10 + i64::from(index)));
        profile.locations.push(Location {
            id: u64::from(index) + 1,
            mapping: Some(0),
            address: 0x1100 + u64::from(index) * 16,
            first_line,
            line_count: profile.lines.len() as u32 - first_line,
            folded: false,
        });
    }
    let (tenant, bytes) = (texts.intern("tenant"), texts.intern("bytes"));
    for (values, frames, label, number) in samples {
        let text = label.map(|label| LabelValue::Text(texts.intern(&format!("t{label}"))));
        let text = text.map(|value| Label { key: tenant, value });
        let number = number.map(|n| LabelValue::Number(n.into(), Default::default()));
        let number = number.map(|value| Label { key: bytes, value });
        let frames = frames.iter().map(|&frame| u32::from(frame));
        profile.samples.push(&values.map(i64::from), frames, text.into_iter().chain(number));
    }
    profile.strings = texts.finish();
    profile
}

#[test]
fn generated_profiles_are_shown_the_same() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("generated.pb");
    let mut runner =
        TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let samples = prop::collection::vec(sample(), 0..25);
    runner
        .run(&samples, |samples| {
            std::fs::write(&file, profile(&samples).encode()).unwrap();
            for report in [
                "-top",
                "-tree -nodecount=4",
                "-dot -nodecount=6",
                "-dot -trim=false -lines",
                "-dot -call_tree -nodecount=5",
                "-callgrind",
                "-tags -sample_index=0",
                "-traces -mean",
                "-top -cum -drop_negative -noinlines",
                "-peek=main -lines",
                "-raw",
            ] {
                let line = format!("-symbolize=none {report}");
                let difference = compare_input(&line, &file.to_string_lossy());
                prop_assert!(difference.is_none(), "{}", difference.unwrap_or_default());
            }
            Ok(())
        })
        .unwrap();
}
