//! Profiles that pprof would reject: what can be read is, and the problem is named.

use plumb_profile::{
    Function, Interner, Limits, Line, Location, Profile, ReadError, Samples, StrId, ValueType, read,
};

/// One sample of two frames, `leaf` called by `root`.
fn valid() -> Profile {
    let mut strings = Interner::new();
    let count = ValueType { kind: strings.intern("objects"), unit: strings.intern("count") };
    let names = ["leaf", "root"].map(|n| strings.intern(n));
    let mut samples = Samples::new(1);
    samples.push(&[7], [0, 1], []);
    let at = |i: u32| Location { first_line: i, line_count: 1, ..Location::default() };
    Profile {
        sample_types: vec![count],
        samples,
        functions: names.map(|name| Function { name, ..Function::default() }).to_vec(),
        lines: [0, 1].map(|f| Line { function: Some(f), line: 5, column: 0 }).to_vec(),
        locations: vec![at(0), at(1)],
        strings: strings.finish(),
        ..Profile::default()
    }
}

fn parse(bytes: &[u8]) -> (Profile, Vec<String>) {
    let (profile, problems) = Profile::parse(bytes, &Limits::default()).unwrap();
    (profile, problems.iter().map(ToString::to_string).collect())
}

fn functions(profile: &Profile) -> Vec<&str> {
    profile.samples().flat_map(|s| s.frames().map(|f| f.function)).collect()
}

#[test]
fn a_valid_profile_has_no_problem() {
    let (profile, problems) = parse(&valid().encode());
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(functions(&profile), ["leaf", "root"]);
}

#[test]
fn dangling_references_lose_the_name_and_keep_the_value() {
    let mut broken = valid();
    broken.lines[0].function = None;
    broken.functions[1].name = StrId(99);
    broken.samples.push(&[5], [1, 40], []);
    let (profile, problems) = parse(&broken.encode());
    assert_eq!(
        problems,
        [
            "references to a string that is not there",
            "lines without a function",
            "frames that refer to a location that is not there",
        ]
    );
    assert_eq!(functions(&profile), ["", "", ""]);
    assert_eq!(profile.total(0), 12);
}

#[test]
fn samples_with_the_wrong_number_of_values_are_left_out() {
    let mut broken = valid();
    broken.samples = Samples::new(2);
    broken.samples.push(&[1, 2], [0], []);
    let (profile, problems) = parse(&broken.encode());
    assert!(profile.samples.is_empty());
    let expected = "samples left out because the number of values is not that of the sample types";
    assert_eq!(problems, [expected]);
}

#[test]
fn no_sample_types() {
    let mut broken = valid();
    broken.sample_types.clear();
    broken.period = 1;
    let bytes = [&[0x32, 0][..], &broken.encode()].concat();
    let (profile, problems) = parse(&bytes);
    assert!(profile.samples.is_empty());
    assert!(problems.contains(&"the profile names no sample types".to_owned()), "{problems:?}");
}

#[test]
fn ids_that_are_zero_or_occur_twice() {
    let bytes = valid().encode();
    // A function without an id, and the location 1 once more.
    let (profile, problems) = parse(&[&bytes[..], &[0x2a, 0, 0x22, 2, 8, 1]].concat());
    assert_eq!(problems, ["functions with the id 0", "location ids that occur twice"]);
    assert_eq!(functions(&profile), ["leaf", "root"]);
}

#[test]
fn ids_need_not_be_small_or_dense() {
    // Sample type 1/2, one location with the id 2^63 of the function with the id 2^40.
    let big = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
    let mid = [0x80, 0x80, 0x80, 0x80, 0x80, 0x20];
    let message = |tag: u8, parts: &[&[u8]]| {
        let body = parts.concat();
        [&[tag, body.len() as u8][..], &body].concat()
    };
    let line = message(0x22, &[&[8], &mid, &[0x10, 9]]);
    let bytes = [
        message(0x0a, &[&[8, 1, 16, 2]]),
        message(0x12, &[&[8], &big, &[16, 3]]),
        message(0x22, &[&[8], &big, &line]),
        message(0x2a, &[&[8], &mid, &[16, 1]]),
        b"\x32\x00\x32\x01f\x32\x01c".to_vec(),
    ]
    .concat();
    let (profile, problems) = parse(&bytes);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(functions(&profile), ["f"]);
    let frame = profile.samples().next().unwrap().frames().next().unwrap();
    assert_eq!((frame.line, profile.total(0)), (9, 3));
}

#[test]
fn a_cut_profile_says_so() {
    let bytes = valid().encode();
    let (_, problems) = parse(&bytes[..bytes.len() - 3]);
    assert!(problems[0].starts_with("the protobuf ends in the middle"), "{problems:?}");
}

#[test]
fn a_gzip_stream_that_breaks_off_is_the_only_problem_of_a_profile() {
    let mut long = valid();
    for value in 0..20_000 {
        long.samples.push(&[value * 7919], [0, 1], []);
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &long.encode()).unwrap();
    let packed = packed.finish().unwrap();
    let reading = read(&packed[..packed.len() / 2], &Limits::default()).unwrap();
    let problems: Vec<_> = reading.problems.iter().map(|problem| problem.what.as_str()).collect();
    let [only] = problems.as_slice() else { panic!("{problems:?}") };
    assert!(only.starts_with("the gzip stream ends early after "), "{only}");
    assert!(only.ends_with(": fetch it again"), "{only}");
    assert!(reading.broken_off);
    assert!(!read(&packed, &Limits::default()).unwrap().broken_off);
}

#[test]
fn a_gzip_stream_without_content_is_broken() {
    let error = read(&[0x1f, 0x8b, 8, 0], &Limits::default()).unwrap_err();
    assert!(matches!(error, ReadError::Broken { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "broken file: the gzip stream ends early after 0 bytes: fetch it again"
    );
}
