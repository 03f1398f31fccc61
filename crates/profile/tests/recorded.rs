//! What real Go programs wrote, in six versions of Go. See fixtures/RECIPE.md.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use plumb_profile::{
    Contents, FoundDump, GoroutineDump, GoroutineGroup, LabelRef, Limits, Profile, ProfileKind,
    Reading, heap_raw_samples, read,
};

const VERSIONS: [&str; 6] = ["1.9.7", "1.19.13", "1.22.12", "1.23.12", "1.26.8", "1.27.3"];

fn bytes(version: &str, name: &str) -> Vec<u8> {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "tests/fixtures", &format!("go{version}"), name]
            .iter()
            .collect();
    fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn reading(version: &str, name: &str) -> Reading {
    read(&bytes(version, name), &Limits::default())
        .unwrap_or_else(|e| panic!("{version} {name}: {e}"))
}

/// A profile without any problem.
fn profile(version: &str, name: &str) -> Profile {
    let reading = reading(version, name);
    assert_eq!(reading.problems, [], "{version} {name}");
    match reading.contents {
        Contents::Profile(profile, _) => *profile,
        other => panic!("{version} {name}: {other:?}"),
    }
}

fn dump(version: &str, name: &str) -> GoroutineDump {
    let reading = reading(version, name);
    assert_eq!(reading.problems, [], "{version} {name}");
    match reading.contents {
        Contents::Goroutines(dump) => dump,
        other => panic!("{version} {name}: {other:?}"),
    }
}

fn log(version: &str, name: &str) -> Vec<FoundDump> {
    let reading = reading(version, name);
    assert_eq!(reading.problems, [], "{version} {name}");
    match reading.contents {
        Contents::Log(found) => found,
        other => panic!("{version} {name}: {other:?}"),
    }
}

/// Goroutines whose stack holds a function that ends with `function`, by state.
fn states(dump: &GoroutineDump, function: &str) -> BTreeMap<String, u64> {
    let mut states = BTreeMap::new();
    let holds = |g: &&GoroutineGroup| g.frames.iter().any(|f| f.function.ends_with(function));
    for group in dump.groups.iter().filter(holds) {
        *states.entry(group.state.to_string()).or_default() += group.count;
    }
    states
}

#[test]
fn kinds_are_told_by_content() {
    let kinds = [
        ("goroutine", ProfileKind::Goroutine),
        ("heap", ProfileKind::Heap),
        ("block", ProfileKind::Block),
        ("mutex", ProfileKind::Mutex),
        ("threadcreate", ProfileKind::Threadcreate),
    ];
    for version in VERSIONS {
        for (name, kind) in kinds {
            assert_eq!(profile(version, &format!("{name}.debug1.txt")).kind(), kind, "{version}");
            assert_eq!(profile(version, &format!("{name}.pb.gz")).kind(), kind, "{version} {name}");
        }
        assert_eq!(profile(version, "cpu.pb.gz").kind(), ProfileKind::Cpu, "{version}");
    }
    assert_eq!(profile("1.27.3", "allocs.pb.gz").kind(), ProfileKind::Allocs);
    for name in ["goroutineleak.pb.gz", "goroutineleak.debug1.txt"] {
        assert_eq!(profile("1.27.3", name).kind(), ProfileKind::GoroutineLeak);
    }
}

/// A function name without type arguments, as tracebacks print it.
fn generic(function: &str) -> String {
    match (function.find('['), function.rfind(']')) {
        (Some(open), Some(close)) => {
            format!("{}[...]{}", &function[..open], &function[close + 1..])
        }
        _ => function.to_owned(),
    }
}

/// Goroutines by the line of user code on their stack, from a profile.
fn by_user_line(profile: &Profile) -> BTreeMap<(String, i64), i64> {
    let mut lines = BTreeMap::new();
    for sample in profile.samples() {
        if let Some(f) = sample.frames().find(|f| f.function.starts_with("main.")) {
            *lines.entry((generic(f.function), f.line)).or_default() += sample.value(0);
        }
    }
    lines
}

#[test]
fn text_and_protobuf_of_goroutines_agree() {
    for version in VERSIONS {
        let text = by_user_line(&profile(version, "goroutine.debug1.txt"));
        let proto = by_user_line(&profile(version, "goroutine.pb.gz"));
        assert_eq!(text, proto, "{version}");
        assert!(text.values().sum::<i64>() > 55, "{version}: {text:?}");
    }
}

#[test]
fn goroutine_profile_and_dump_agree() {
    for version in VERSIONS {
        let proto = by_user_line(&profile(version, "goroutine.pb.gz"));
        let mut expected = BTreeMap::new();
        for group in &dump(version, "goroutine.debug2.txt").groups {
            if let Some(f) = group.frames.iter().find(|f| f.function.starts_with("main.")) {
                let line = (f.function.to_string(), i64::from(f.line));
                *expected.entry(line).or_default() += group.count as i64;
            }
        }
        // The program itself is at another line.
        let plain = |lines: BTreeMap<(String, i64), i64>| -> BTreeMap<_, _> {
            let same = |f: &str| !f.starts_with("main.dump");
            lines.into_iter().filter(|((f, _), _)| same(f)).collect()
        };
        assert_eq!(plain(proto), plain(expected), "{version}");
    }
}

#[test]
fn dumps_hold_every_state() {
    for version in VERSIONS {
        let dump = dump(version, "goroutine.debug2.txt");
        let receivers = states(&dump, "main.receiver");
        assert_eq!(receivers["chan receive"], 24, "{version}");
        assert_eq!(receivers["chan receive (nil chan)"], 1, "{version}");
        assert_eq!(states(&dump, "main.sender")["chan send"], 7, "{version}");
        assert_eq!(states(&dump, "main.selector")["select"], 7, "{version}");
        assert_eq!(states(&dump, "time.Sleep").values().sum::<u64>(), 1, "{version}");
        let locked: Vec<_> = dump.groups.iter().filter(|g| g.locked).collect();
        assert_eq!(locked.iter().map(|g| g.count).sum::<u64>(), 1, "{version}");
        let deep: Vec<_> = dump.groups.iter().filter(|g| g.elided).collect();
        assert!(deep.iter().all(|g| g.frames.len() >= 95), "{version}");
        assert_eq!(deep.len(), 1, "{version}");
        assert_eq!(dump.total, dump.groups.iter().map(|g| g.count).sum::<u64>(), "{version}");
        assert!(dump.groups.iter().all(|g| g.ids.ids().len() as u64 == g.count), "{version}");
    }
}

#[test]
fn creators_and_inlined_frames() {
    for version in VERSIONS {
        let dump = dump(version, "goroutine.debug2.txt");
        let group = dump.groups.iter().find(|g| g.count == 20).expect("20 receivers");
        let created = group.created_by.as_ref().unwrap();
        assert_eq!(&*created.function, "main.park", "{version}");
        assert!(created.file.ends_with("/home/dev/src/recorded/main.go"), "{version}");
        let has_id = version != "1.9.7" && version != "1.19.13";
        assert_eq!(group.creators.is_known(), has_id, "{version}");
        let inlined =
            |g: &GoroutineGroup| g.frames.iter().any(|f| f.inlined && &*f.function == "main.small");
        assert!(dump.groups.iter().any(inlined), "{version}");
    }
}

#[test]
fn leaked_marks_and_labels_of_go_1_27() {
    let dump = dump("1.27.3", "goroutineleak.debug2.txt");
    let leaked: u64 = dump.groups.iter().filter(|g| g.leaked).map(|g| g.count).sum();
    let profile = profile("1.27.3", "goroutineleak.pb.gz");
    assert_eq!(leaked as i64, profile.total(0));
    assert!(leaked >= 40, "{leaked}");
    let labelled = dump.groups.iter().find(|g| !g.labels.sets.is_empty()).expect("labels");
    let expected = [("handler", "/orders"), ("tenant", "a, \"b\": c")];
    assert_eq!(labelled.labels.sets[0].labels, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
    assert_eq!(labelled.labels.sets[0].count, 3);
}

#[test]
fn labels_of_text_and_protobuf() {
    for version in ["1.19.13", "1.27.3"] {
        for name in ["goroutine.debug1.txt", "goroutine.pb.gz"] {
            let profile = profile(version, name);
            let labelled: Vec<_> =
                profile.samples().filter(|s| s.label("handler").is_some()).collect();
            assert_eq!(labelled.iter().map(|s| s.value(0)).sum::<i64>(), 3, "{version} {name}");
            assert_eq!(labelled[0].label("tenant"), Some("a, \"b\": c"), "{version} {name}");
        }
    }
}

/// In-use and allocated bytes by the function that allocated.
fn bytes_by_leaf(profile: &Profile) -> BTreeMap<String, (i64, i64)> {
    let inuse = profile.value_index("inuse_space").unwrap();
    let alloc = profile.value_index("alloc_space").unwrap();
    let mut out: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for sample in profile.samples() {
        let Some(frame) = sample.frames().find(|f| f.function.starts_with("main.")) else {
            continue;
        };
        let entry = out.entry(frame.function.to_owned()).or_default();
        entry.0 += sample.value(inuse);
        entry.1 += sample.value(alloc);
    }
    out
}

#[test]
fn text_and_protobuf_of_heaps_agree() {
    for version in VERSIONS {
        let (text, proto) = (profile(version, "heap.debug1.txt"), profile(version, "heap.pb.gz"));
        assert_eq!((text.period, proto.period), (65536, 65536), "{version}");
        let (text, proto) = (bytes_by_leaf(&text), bytes_by_leaf(&proto));
        // The program allocates between the two; what it kept before is the same.
        let kept = proto.iter().find(|(f, _)| f.starts_with("main.spin")).expect("spin allocates");
        assert_eq!(text[kept.0], *kept.1, "{version}");
    }
}

#[test]
fn estimates_hold_whole_samples() {
    for version in VERSIONS {
        let profile = profile(version, "heap.pb.gz");
        let (count, bytes) = (
            profile.value_index("alloc_objects").unwrap(),
            profile.value_index("alloc_space").unwrap(),
        );
        for sample in profile.samples().filter(|s| s.value(count) > 100) {
            let raw = heap_raw_samples(sample.value(count), sample.value(bytes), profile.period);
            assert!((raw - raw.round()).abs() < 0.02, "{version}: {raw}");
        }
    }
}

#[test]
fn memory_statistics_follow_the_heap_text() {
    for version in VERSIONS {
        let Contents::Profile(_, Some(stats)) = reading(version, "heap.debug1.txt").contents else {
            panic!("{version}: no statistics");
        };
        assert!(stats.sys > stats.heap_sys && stats.heap_sys >= stats.heap_inuse, "{version}");
        assert_eq!(stats.heap_sys, stats.heap_idle + stats.heap_inuse, "{version}");
        assert!(stats.num_gc >= 1 && stats.num_forced_gc == 1, "{version}");
        assert_eq!(stats.recent_pauses().count() as u64, stats.num_gc, "{version}");
        assert!(stats.recent_pauses().all(|p| p > 0), "{version}");
        assert!(stats.stack_sys >= stats.stack_inuse && stats.stack_inuse > 0, "{version}");
        assert_eq!(stats.max_rss.is_some(), version != "1.9.7", "{version}");
    }
}

#[test]
fn times_programs_and_start_lines() {
    for version in VERSIONS {
        let heap = profile(version, "heap.pb.gz");
        assert!(heap.time().is_some_and(|t| t > 1_700_000_000_000_000_000), "{version}");
        assert!(heap.program().ends_with("/recorded"), "{version}: {}", heap.program());
        let start = profile(version, "goroutine.pb.gz")
            .samples()
            .flat_map(|s| s.frames().map(|f| f.start_line).collect::<Vec<_>>())
            .any(|line| line > 0);
        assert_eq!(start, !matches!(version, "1.9.7" | "1.19.13"), "{version}");
    }
    assert!(profile("1.27.3", "cpu.pb.gz").duration_nanos > 0);
}

#[test]
fn empty_profiles_are_valid() {
    for version in VERSIONS {
        for name in ["empty.pb.gz", "empty.debug1.txt"] {
            let profile = profile(version, name);
            assert!(profile.samples.is_empty(), "{version} {name}");
            assert_eq!(profile.value_types().next(), Some(("empty", "count")), "{version} {name}");
        }
    }
}

#[test]
fn size_labels_of_heaps() {
    for name in ["heap.pb.gz", "heap.debug1.txt"] {
        let profile = profile("1.27.3", name);
        let sized = profile.samples().filter(|s| {
            s.labels()
                .any(|l| matches!(l, LabelRef::Number { key: "bytes", value, .. } if value > 0))
        });
        assert!(sized.count() > 10, "{name}");
    }
}

#[test]
fn crash_logs_name_their_cause() {
    for version in VERSIONS {
        let sigquit = log(version, "sigquit.log");
        assert_eq!(sigquit.len(), 1, "{version}");
        assert_eq!(sigquit[0].cause.as_deref(), Some("SIGQUIT: quit"), "{version}");
        assert!(sigquit[0].dump.total >= 65, "{version}: {}", sigquit[0].dump.total);
        assert_eq!(states(&sigquit[0].dump, "main.selector")["select"], 7, "{version}");

        let causes = [
            ("panic.log", "panic: the disk is on fire", 1),
            ("repanic.log", "panic: the disk is on fire [recovered", 1),
            ("deadlock.log", "fatal error: all goroutines are asleep - deadlock!", 4),
            (
                "segv.log",
                "panic: runtime error: invalid memory address or nil pointer dereference",
                1,
            ),
            ("fatal.log", "fatal error: concurrent map writes", 1),
        ];
        for (name, cause, goroutines) in causes {
            let found = log(version, name);
            assert_eq!(found.len(), 1, "{version} {name}");
            let text = found[0].cause.as_deref().unwrap_or_default();
            // Go 1.9 prints the first panic without the mark when a deferred function panics.
            assert!(
                text.starts_with(cause) || cause.starts_with(text) && !text.is_empty(),
                "{version} {name}: {text}"
            );
            assert!(found[0].dump.total >= goroutines, "{version} {name}");
        }
    }
}

#[test]
fn printed_stacks_are_separate_dumps() {
    for version in VERSIONS {
        let found = log(version, "stacks.log");
        assert_eq!(found.len(), 3, "{version}");
        for dump in &found {
            assert_eq!(dump.dump.total, 1, "{version}");
            assert_eq!(states(&dump.dump, "main.recovered.func1")["running"], 1, "{version}");
        }
    }
}

#[test]
fn ancestors_and_system_frames() {
    let ancestors = log("1.23.12", "sigquit-ancestors.log");
    let deep = ancestors[0].dump.groups.iter().find(|g| g.count >= 20).unwrap();
    assert_eq!(&*deep.ancestors[0].frames.last().unwrap().function, "runtime.goexit");
    assert!(deep.ancestors[0].frames.iter().any(|f| &*f.function == "main.park"));
    let system = log("1.19.13", "sigquit-system.log");
    assert!(!states(&system[0].dump, "runtime.bgsweep").is_empty());
    assert_eq!(states(&system[0].dump, "main.selector")["select"], 7);
}

/// Parked goroutines by what every form of a dump tells about them; without those that stand at another place in each
/// run: the program's first one, and what only the full form lists.
fn parked(dump: &GoroutineDump) -> BTreeMap<String, u64> {
    let mut groups = BTreeMap::new();
    for group in &dump.groups {
        let Some(creator) = group.created_by.as_ref().filter(|by| by.function.starts_with("main."))
        else {
            continue;
        };
        let frames = group.frames.iter().map(|f| format!("{} {}:{}", f.function, f.file, f.line));
        let frames: Vec<String> = if group.elided { Vec::new() } else { frames.collect() };
        let creator = format!("{} {}:{}", creator.function, creator.file, creator.line);
        *groups.entry(format!("{} {frames:#?} {creator}", group.state)).or_default() += group.count;
    }
    groups
}

fn without_sleeper(key: &str) -> String {
    let lines = key.lines().filter(|line| !line.contains("main.park.func20 "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn full_tracebacks_and_dumps_show_the_same_stacks() {
    for version in VERSIONS {
        let usual = parked(&dump(version, "goroutine.debug2.txt"));
        let mut full = parked(&log(version, "sigquit.log")[0].dump);
        // `go time.Sleep(…)`: in Go 1.18 to 1.20 its wrapper looks like a closure, and is the one frame that tells
        // whose goroutine it is.
        if version == "1.19.13" {
            full = full.into_iter().map(|(key, count)| (without_sleeper(&key), count)).collect();
        }
        assert!(usual.values().sum::<u64>() > 55, "{version}");
        assert_eq!(usual, full, "{version}");
    }
}

#[test]
fn both_forms_of_one_process_show_the_same_goroutines() {
    for version in ["1.19.13", "1.27.3"] {
        let found = log(version, "both.log");
        let [usual, full] = found.as_slice() else { panic!("{version}: {} dumps", found.len()) };
        // The runtime lists its own goroutines too, and has a header for the signal's thread.
        assert!(full.dump.total > usual.dump.total, "{version}");
        let receivers = |found: &FoundDump| {
            let groups = found.dump.groups.iter();
            let group = groups.max_by_key(|group| group.count).expect("goroutines");
            (group.count, group.state.clone(), group.frames.clone(), group.ids.ids().to_vec())
        };
        assert_eq!(receivers(usual).0, 20, "{version}");
        assert_eq!(receivers(usual), receivers(full), "{version}");
        let number = |found: &FoundDump| parked(&found.dump).values().sum::<u64>();
        assert_eq!(number(usual), number(full), "{version}");
        if version == "1.27.3" {
            assert_eq!(parked(&usual.dump), parked(&full.dump));
        }
    }
}
