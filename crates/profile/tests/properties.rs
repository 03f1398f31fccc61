//! Readers on arbitrary and damaged input, and the way from a profile to bytes and back.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use plumb_profile::{
    Function, Interner, Label, LabelValue, Limits, Line, Location, Mapping, Profile, Samples,
    StrId, ValueType, read, read_from,
};
use proptest::prelude::*;

/// Every recorded input.
static RECORDED: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut inputs = Vec::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for folder in fs::read_dir(fixtures).unwrap().map(|e| e.unwrap().path()) {
        if folder.file_name().is_some_and(|n| n.to_string_lossy().starts_with("go")) {
            inputs.extend(
                fs::read_dir(folder).unwrap().map(|f| fs::read(f.unwrap().path()).unwrap()),
            );
        }
    }
    assert!(inputs.len() > 100);
    inputs
});

fn read_both_ways(bytes: &[u8]) {
    let limits = Limits { profile_bytes: 1 << 22, ..Limits::default() };
    let at_once = read(bytes, &limits).map_err(|e| e.to_string());
    let streamed = read_from(bytes, &limits).map_err(|e| e.to_string());
    assert_eq!(at_once, streamed);
}

#[derive(Debug, Clone)]
enum Damage {
    Cut(usize),
    Flip(usize, u8),
    Remove(usize, usize),
    Repeat(usize, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any::<usize>().prop_map(Damage::Cut),
        (any::<usize>(), 1..=255u8).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        (any::<usize>(), 1..300usize).prop_map(|(at, n)| Damage::Remove(at, n)),
        (any::<usize>(), 1..300usize).prop_map(|(at, n)| Damage::Repeat(at, n)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    let len = bytes.len();
    match *damage {
        Damage::Cut(at) => bytes.truncate(at % len),
        Damage::Flip(at, bits) => bytes[at % len] ^= bits,
        Damage::Remove(at, n) => drop(bytes.drain(at % len..(at % len + n).min(len))),
        Damage::Repeat(at, n) => bytes.extend_from_within(at % len..(at % len + n).min(len)),
    }
}

/// A profile with all fields, in which every reference is valid.
fn profiles() -> impl Strategy<Value = Profile> {
    let name = "[a-zA-Z./*()\\[\\]·]{0,12}";
    let names = prop::collection::vec(name, 1..8);
    let samples = prop::collection::vec(
        (
            prop::collection::vec(any::<i64>(), 2),
            prop::collection::vec(0..5u32, 0..6),
            any::<(u8, i64)>(),
        ),
        0..12,
    );
    (names, samples, any::<[i64; 4]>(), any::<[u64; 5]>()).prop_map(|(names, samples, n, u)| {
        let mut strings = Interner::new();
        let ids: Vec<StrId> = names.iter().map(|n| strings.intern(n)).collect();
        let id = |i: usize| ids[i % ids.len()];
        let value_type = |i| ValueType { kind: id(i), unit: id(i + 1) };
        let mut profile = Profile {
            sample_types: vec![value_type(0), value_type(3)],
            samples: Samples::new(2),
            mappings: vec![Mapping {
                id: 1,
                start: u[0],
                limit: u[1],
                offset: u[2],
                file: id(1),
                build_id: id(2),
                resolved: (u[0] % 16) as u8,
            }],
            drop_frames: id(2),
            keep_frames: id(3),
            time_nanos: n[0],
            duration_nanos: n[1],
            period_type: value_type(5),
            period: n[2],
            comments: vec![id(4), id(0)],
            default_sample_type: id(1),
            doc_url: id(6),
            ..Profile::default()
        };
        for i in 0..3 {
            profile.functions.push(Function {
                id: i + 1,
                name: id(i as usize),
                system_name: id(1),
                file: id(5),
                start_line: n[3],
            });
        }
        for i in 0..5u32 {
            let first_line = profile.lines.len() as u32;
            for l in 0..i % 3 {
                profile.lines.push(Line { function: Some(l), line: n[0], column: n[1] });
            }
            profile.locations.push(Location {
                id: u64::from(i) + 1,
                mapping: (i % 2 == 0).then_some(0),
                address: u[3] ^ u64::from(i),
                first_line,
                line_count: i % 3,
                folded: i == 4,
            });
        }
        for (values, stack, (kind, number)) in samples {
            let text = LabelValue::Text(id(kind.into()));
            // A label without text is a number to every reader.
            let value = match text {
                LabelValue::Text(StrId::EMPTY) => LabelValue::Number(number, id(2)),
                _ if kind % 2 == 0 => LabelValue::Number(number, id(3)),
                text => text,
            };
            profile.samples.push(&values, stack, [Label { key: id(1), value }]);
        }
        Profile { strings: strings.finish(), ..profile }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        read_both_ways(&bytes);
    }

    #[test]
    fn damaged_recordings_never_panic(
        which in any::<prop::sample::Index>(),
        damage in prop::collection::vec(damage(), 1..4),
    ) {
        let mut bytes = which.get(&RECORDED).clone();
        damage.iter().for_each(|d| apply(&mut bytes, d));
        read_both_ways(&bytes);
    }

    #[test]
    fn damaged_protobuf_never_panics(profile in profiles(), damage in prop::collection::vec(damage(), 1..4)) {
        let mut bytes = profile.encode();
        damage.iter().for_each(|d| apply(&mut bytes, d));
        if let Ok((profile, _)) = Profile::parse(&bytes, &Limits::default()) {
            profile.kind();
            let frames: usize = profile.samples().map(|s| s.frames().count() + s.labels().count()).sum();
            prop_assert!(frames <= 40 * bytes.len());
        }
    }

    #[test]
    fn what_is_written_is_read(profile in profiles()) {
        let (again, problems) = Profile::parse(&profile.encode(), &Limits::default()).unwrap();
        prop_assert_eq!(problems, []);
        prop_assert_eq!(again, profile);
    }
}

#[test]
fn recorded_profiles_survive_writing() {
    let mut profiles = 0;
    for bytes in RECORDED.iter() {
        let Ok((profile, _)) = Profile::parse(bytes, &Limits::default()) else { continue };
        let (again, problems) = Profile::parse(&profile.encode(), &Limits::default()).unwrap();
        assert_eq!(problems, []);
        assert_eq!(again.encode(), profile.encode());
        assert_eq!(again.samples, profile.samples);
        profiles += 1;
    }
    assert!(profiles > 60, "{profiles}");
}
