//! Profiles whose names, places and labels repeat, so that patterns match and samples are equal.

use plumb_profile::{
    Function, Interner, Label, LabelValue, Line, Location, Mapping, Profile, Samples, StrId,
    ValueType,
};
use proptest::prelude::*;

const NAMES: [&str; 6] = ["main", "a", "b", "a.b(int)", ".main.a", "runtime.c"];
const FILES: [&str; 4] = ["main.go", "a.go", "b/c.go", ""];
const MAPPINGS: [&str; 2] = ["/bin/main", "/lib/c.so"];
const KEYS: [&str; 3] = ["a", "main", "b"];
const TEXTS: [&str; 3] = ["x", "y", "main"];

pub(crate) fn pattern() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "main",
        "^a",
        "b$",
        "c",
        "go",
        "so",
        "^(main|a)$",
        ".",
        "nothing",
        "a\\.b",
        "^runtime",
        "",
    ])
}

/// Any values, so sums may be anything.
pub(crate) fn profile() -> impl Strategy<Value = Profile> {
    with_values(any::<i64>().boxed())
}

/// Small values, so that sums are exact and often zero.
pub(crate) fn small_profile() -> impl Strategy<Value = Profile> {
    with_values((-2..3i64).boxed())
}

type LabelSeed = (usize, usize, Option<i64>);

fn with_values(value: BoxedStrategy<i64>) -> impl Strategy<Value = Profile> {
    let function = (0..NAMES.len(), 0..FILES.len());
    let line = (0..6u32, 0..3i64);
    let location = (prop::option::of(0..2u32), 0..3u64, prop::collection::vec(line, 0..4));
    let label = (0..KEYS.len(), 0..TEXTS.len(), prop::option::of(1..3i64));
    let sample = (
        prop::collection::vec(value, 2),
        prop::collection::vec(0..8u32, 0..6),
        prop::collection::vec(label, 0..4),
    );
    (
        prop::collection::vec(function, 6),
        prop::collection::vec(location, 8),
        prop::collection::vec(sample, 0..10),
    )
        .prop_map(|(functions, locations, samples)| build(&functions, &locations, &samples))
}

type LocationSeed = (Option<u32>, u64, Vec<(u32, i64)>);
type SampleSeed = (Vec<i64>, Vec<u32>, Vec<LabelSeed>);

fn build(
    functions: &[(usize, usize)],
    locations: &[LocationSeed],
    seeds: &[SampleSeed],
) -> Profile {
    let mut strings = Interner::new();
    let count = strings.intern("count");
    let kinds = ["objects", "space"].map(|kind| strings.intern(kind));
    let mut profile = Profile {
        sample_types: kinds.map(|kind| ValueType { kind, unit: count }).to_vec(),
        period_type: ValueType { kind: kinds[1], unit: count },
        samples: Samples::new(2),
        ..Profile::default()
    };
    for (at, file) in MAPPINGS.iter().enumerate() {
        let start = 0x1000 * at as u64;
        let file = strings.intern(file);
        let id = at as u64 + 1;
        profile.mappings.push(Mapping {
            id,
            start,
            limit: start + 0x1000,
            file,
            ..Mapping::default()
        });
    }
    for (at, (name, file)) in functions.iter().enumerate() {
        let name = strings.intern(NAMES[*name]);
        let file = strings.intern(FILES[*file]);
        let id = at as u64 + 1;
        profile.functions.push(Function { id, name, system_name: name, file, start_line: 0 });
    }
    for (at, (mapping, address, lines)) in locations.iter().enumerate() {
        let first_line = profile.lines.len() as u32;
        let line = |(function, line): &(u32, i64)| Line {
            function: Some(*function),
            line: *line,
            column: 0,
        };
        profile.lines.extend(lines.iter().map(line));
        profile.locations.push(Location {
            id: at as u64 + 1,
            mapping: *mapping,
            address: mapping.map_or(0, u64::from) * 0x1000 + address,
            first_line,
            line_count: lines.len() as u32,
            folded: *address == 2,
        });
    }
    for (values, stack, seeds) in seeds {
        let labels: Vec<Label> = seeds.iter().map(|seed| label(*seed, &mut strings)).collect();
        profile.samples.push(values, stack.iter().copied(), labels);
    }
    Profile { strings: strings.finish(), ..profile }
}

fn label((key, text, number): LabelSeed, strings: &mut Interner) -> Label {
    let key = strings.intern(KEYS[key]);
    let value = match number {
        None => LabelValue::Text(strings.intern(TEXTS[text])),
        Some(number) if text == 0 => LabelValue::Number(number, StrId::EMPTY),
        Some(number) => LabelValue::Number(number, strings.intern(TEXTS[text])),
    };
    Label { key, value }
}
