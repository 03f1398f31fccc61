//! Filters and merging compared with plain models that look at every sample by itself, and writing without loss.

mod model;
mod profiles;

use model::plain;
use plumb_profile::{
    BASE_LABEL, BaseOptions, LabelFrames, Limits, NameFilter, Profile, combine, go_regex, merge,
    subtract_base,
};
use profiles::{pattern, profile, small_profile};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn filters_by_name(profile in profile(), patterns in prop::array::uniform4(prop::option::of(pattern()))) {
        let [focus, ignore, hide, show] = patterns.map(|p| p.map(|p| go_regex(p).unwrap()));
        let filter = NameFilter {
            focus: focus.as_ref(),
            ignore: ignore.as_ref(),
            hide: hide.as_ref(),
            show: show.as_ref(),
        };
        let mut filtered = profile.clone();
        let matches = filtered.filter_by_name(filter);
        prop_assert_eq!(plain(&filtered), model::filter_by_name(plain(&profile), filter));
        prop_assert!(focus.is_some() || ignore.is_some() || matches.focus || profile.locations.is_empty()
            || hide.is_some() || show.is_some());
        prop_assert!(hide.is_some() || !matches.hide);
    }

    #[test]
    fn cuts(profile in profile(), regex in pattern(), keep in prop::option::of(pattern())) {
        let regex = go_regex(regex).unwrap();
        let keep = keep.map(|keep| go_regex(keep).unwrap());
        let mut cut = profile.clone();
        cut.show_from(&regex);
        prop_assert_eq!(plain(&cut), model::show_from(plain(&profile), &regex));
        let mut cut = profile.clone();
        cut.prune(&regex, keep.as_ref());
        prop_assert_eq!(plain(&cut), model::prune(plain(&profile), &regex, keep.as_ref()));
        let mut cut = profile.clone();
        cut.prune_from(&regex);
        prop_assert_eq!(plain(&cut), model::prune_from(plain(&profile), &regex));
    }

    #[test]
    fn labels_and_samples_that_stay(profile in profile(), show in pattern(), hide in pattern()) {
        let (show, hide) = (go_regex(show).unwrap(), go_regex(hide).unwrap());
        let mut filtered = profile.clone();
        filtered.filter_labels(Some(&show), Some(&hide));
        filtered.retain_samples(|sample| sample.value(0) % 2 == 0);
        let mut expected = plain(&profile);
        expected.retain(|sample| sample.values[0] % 2 == 0);
        for sample in &mut expected {
            sample.labels.retain(|(key, _)| show.is_match(key) && !hide.is_match(key));
        }
        prop_assert_eq!(plain(&filtered), expected);
    }

    #[test]
    fn frames_of_labels(profile in profile()) {
        let mut framed = profile.clone();
        let keys = LabelFrames { root: &["a", "main"], leaf: &["b"] };
        framed.add_label_frames(keys, |number, unit| format!("{number} {unit:?}"));
        let framed = plain(&framed);
        for (sample, old) in framed.iter().zip(plain(&profile)) {
            let files: Vec<&str> = sample.stack.iter().map(|place| place.lines.first().map_or("", |l| &l.1)).collect();
            prop_assert_eq!(files[0], "b");
            prop_assert_eq!(&files[files.len() - 2..], ["main", "a"]);
            prop_assert_eq!(&sample.stack[1..sample.stack.len() - 2], &old.stack[..]);
            let texts = old.labels.iter().filter(|(key, value)| key == "a" && !value.contains('#'));
            let texts: Vec<&str> = texts.map(|(_, value)| value.as_str()).collect();
            prop_assert!(sample.stack[sample.stack.len() - 1].lines[0].0.starts_with(&texts.join(",")));
        }
    }

    #[test]
    fn merging_adds_up(a in small_profile(), b in small_profile()) {
        let merged = merge(&[&a, &b]).unwrap();
        prop_assert_eq!(plain(&merged), model::merge(&[plain(&a), plain(&b)]));
        let bytes = merged.encode();
        let (again, problems) = Profile::parse(&bytes, &Limits::default()).unwrap();
        prop_assert_eq!(problems, []);
        prop_assert_eq!(again.encode(), bytes);
    }

    #[test]
    fn merging_with_itself_doubles(profile in small_profile()) {
        let once = profile.compacted();
        let mut twice = once.clone();
        twice.scale(2.0);
        prop_assert_eq!(plain(&merge(&[&profile, &profile]).unwrap()), plain(&twice));
    }

    #[test]
    fn what_is_subtracted_from_itself_is_nothing(profile in small_profile()) {
        let options = BaseOptions::default();
        prop_assume!(!profile.samples.is_empty());
        let nothing = subtract_base(profile.clone(), profile.clone(), options).unwrap();
        prop_assert_eq!(nothing.samples.len(), 0);
        let options = BaseOptions { keep_apart: true, ..options };
        let apart = subtract_base(profile.clone(), profile, options).unwrap();
        prop_assert_eq!(apart.total(0), 0);
        let labelled = apart.samples().filter(|sample| sample.label(BASE_LABEL) == Some("true"));
        prop_assert_eq!(labelled.count() * 2, apart.samples.len());
    }

    #[test]
    fn what_pprof_reads_is_written_for_pprof(profile in profile()) {
        let strictly = |bytes: &[u8]| Profile::parse_as_pprof(bytes, &Limits::default()).unwrap();
        let mut bytes = Vec::new();
        strictly(&profile.encode()).write_as_pprof(&mut bytes).unwrap();
        let again = strictly(&bytes);
        prop_assert_eq!(model::sorted(plain(&again)), model::sorted(plain(&profile)));
        let mut twice = Vec::new();
        again.write_as_pprof(&mut twice).unwrap();
        prop_assert_eq!(twice, bytes);
    }
}

/// A message of the wire format with a field of a later version at its end.
fn message(field: u8, known: &[u8]) -> Vec<u8> {
    let body = [known, &[0xa0, 0x06, 7, 0xaa, 0x06, 2, b'h', field]].concat();
    [&[field << 3 | 2, body.len() as u8][..], &body].concat()
}

#[test]
fn unknown_fields_of_every_message_are_written_again() {
    let label = message(3, &[8, 3, 16, 4]);
    let sample = [&[0x0a, 1, 1, 0x12, 1, 5][..], &label].concat();
    let line = message(4, &[8, 1, 16, 9]);
    let bytes = [
        message(1, &[8, 1, 16, 2]),
        message(2, &sample),
        message(3, &[8, 1]),
        message(4, &[&[8, 1, 16, 1][..], &line].concat()),
        message(5, &[8, 1, 16, 3]),
        b"\x32\x00\x32\x01a\x32\x01b\x32\x01c\x32\x01d".to_vec(),
        message(11, &[8, 1]),
        vec![0xa0, 0x06, 1],
    ]
    .concat();
    let (profile, problems) = Profile::parse(&bytes, &Limits::default()).unwrap();
    assert_eq!(problems, []);
    assert_eq!(profile.encode(), bytes);
    let mut known = profile.clone();
    known.unknown.clear();
    let without = known.encode();
    assert_eq!(without.len(), bytes.len() - 8 * 8 - 3);
    let mut as_pprof = Vec::new();
    profile.write_as_pprof(&mut as_pprof).unwrap();
    assert!(!as_pprof.windows(2).any(|two| two == [0xa0, 0x06]));
}

#[test]
fn profiles_are_refused_in_the_words_of_pprof() {
    let error =
        |bytes: &[u8]| Profile::parse_as_pprof(bytes, &Limits::default()).unwrap_err().to_string();
    let tables = b"\x0a\x04\x08\x01\x10\x02\x32\x00\x32\x01a\x32\x01b";
    for (rest, expected) in [
        (&b"\x12\x02\x10\x01\x12\x00"[..], "mismatch: sample has 0 values vs. 1 types"),
        (b"\x12\x04\x08\x01\x10\x01", "sample has nil location"),
        (b"\x1a\x00", "found mapping with reserved ID=0"),
        (b"\x2a\x02\x08\x01\x2a\x02\x08\x01", "multiple functions with same id: 1"),
        (b"\x22\x02\x18\x05", "found location with reserved id=0"),
        (b"\x22\x06\x08\x07\x22\x02\x10\x05", "location id: 7 has a line with nil function"),
    ] {
        assert_eq!(error(&[&tables[..], rest].concat()), format!("malformed profile: {expected}"));
    }
    let no_types = b"\x32\x00\x12\x02\x10\x01";
    assert_eq!(error(no_types), "malformed profile: missing sample type information");
    assert_eq!(
        error(&[&tables[..], b"\x48\x01\x48\x01"].concat()),
        "parsing profile: concatenated profiles detected"
    );
    for rest in [
        &b"\x0a"[..],
        b"\x2a\x02\x10\x63",
        b"\x32\x01\xff\x08",
        b"\x4d\x00\x00\x00\x00",
        b"\x12\x03\x0a\x01\x80",
    ] {
        let error = error(&[&tables[..], rest].concat());
        assert_eq!(error, "parsing profile: unrecognized profile format", "{rest:?}");
    }
    assert_eq!(error(b""), "parsing profile: empty input file");
    assert_eq!(error(b"\x1f\x8b\x08\x00"), "decompressing profile: unexpected EOF");
    let limits = Limits { profile_bytes: 10, ..Limits::default() };
    let error = Profile::parse_as_pprof(tables, &limits).unwrap_err().to_string();
    assert_eq!(error, "the profile is larger than 10 bytes");
}

#[test]
fn types_and_units_are_made_equal() {
    let profile = |types: &[(&str, &str)], values: &[i64]| {
        let mut strings = plumb_profile::Interner::new();
        let mut value_type = |(kind, unit): &(&str, &str)| plumb_profile::ValueType {
            kind: strings.intern(kind),
            unit: strings.intern(unit),
        };
        let sample_types = types.iter().map(&mut value_type).collect();
        let period_type = value_type(&("space", "bytes"));
        let mut samples = plumb_profile::Samples::new(types.len());
        samples.push(values, [], []);
        Profile {
            sample_types,
            samples,
            period_type,
            strings: strings.finish(),
            ..Profile::default()
        }
    };
    let a = profile(&[("objects", "count"), ("time", "ms"), ("x", "count")], &[1, 2, 3]);
    let b = profile(&[("time", "microseconds"), ("objects", "count")], &[500, 7]);
    let sum = combine(vec![a.clone(), b]).unwrap();
    assert_eq!(
        sum.value_types().collect::<Vec<_>>(),
        [("objects", "count"), ("time", "microseconds")]
    );
    assert_eq!(sum.samples.values(0), [8, 2500]);
    let other = profile(&[("y", "count")], &[1]);
    let error = combine(vec![a.clone(), other]).unwrap_err().to_string();
    assert_eq!(error, "profiles have empty common sample type list");
    let other = profile(&[("time", "bytes")], &[1]);
    let error = combine(vec![a.clone(), other.clone()]).unwrap_err().to_string();
    assert_eq!(error, "sample types: incompatible types: {time ms 0 0} {time bytes 0 0}");
    let error = merge(&[&a, &other]).unwrap_err().to_string();
    assert!(error.starts_with("incompatible sample types ["), "{error}");
    let error = a.clone().scale_each(&[1.0]).unwrap_err().to_string();
    assert_eq!(error, "mismatched scale ratios, got 1, want 3");
}
