//! Bare files, cases and folders in any mix.

mod common;

use std::path::{Path, PathBuf};

use common::{dump, fixture, recorder, unpack};
use plumb_case::{InputError, InputOptions, PieceKind, PieceMeta, read_inputs, read_noting};
use plumb_evidence::goroutine::GoroutineSource;
use plumb_evidence::{Instance, Service};
use tempfile::TempDir;

/// The pieces of the first case as bare files.
struct Evidence {
    folder: TempDir,
}

impl Evidence {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        unpack(&fixture("v1.case"), folder.path());
        std::fs::remove_file(folder.path().join("manifest.json")).unwrap();
        Self { folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join("0").join(name);
        assert!(path.is_file(), "{}", path.display());
        path
    }

    fn read(&self, names: &[&str]) -> Service {
        let paths: Vec<_> = names.iter().map(|name| self.file(name)).collect();
        read(&paths)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

fn read(paths: &[PathBuf]) -> Service {
    read_inputs(paths, &InputOptions::default()).unwrap()
}

fn only(service: &Service) -> &Instance {
    let [instance] = service.instances.as_slice() else { panic!("{:?}", service.instances) };
    instance
}

fn what(service: &Service) -> Vec<&str> {
    service.problems.iter().map(|problem| problem.what.as_str()).collect()
}

#[test]
fn two_heap_profiles_are_in_the_order_of_their_times() {
    let evidence = Evidence::new();
    let service = evidence.read(&["0001-heap.pb.gz", "0000-heap.pb.gz"]);
    assert_eq!(service.problems, []);
    let [first, second] = only(&service).snapshots.as_slice() else { panic!() };
    assert!(first.taken.unwrap() < second.taken.unwrap());
    assert!(first.heap.as_ref().unwrap().live().bytes < second.heap.as_ref().unwrap().live().bytes);
}

#[test]
fn files_taken_together_are_one_snapshot() {
    let evidence = Evidence::new();
    let service = evidence.read(&[
        "0000-heap.pb.gz",
        "0001-heap.pb.gz",
        "0001-goroutine.pb.gz",
        "0000-goroutine.pb.gz",
        "0001-goroutine-dump.txt",
        "0000-heap-text.txt",
        "0001-heap-text.txt",
        "0001-metrics.txt",
        "0001-ss.txt",
    ]);
    assert_eq!(service.problems, []);
    let [first, second] = only(&service).snapshots.as_slice() else { panic!() };
    for snapshot in [first, second] {
        assert_eq!(snapshot.goroutines.as_ref().unwrap().source, GoroutineSource::Profile);
        assert!(snapshot.heap.as_ref().unwrap().memstats.is_some());
    }
    assert!(first.dump.is_none() && first.metrics.is_none() && first.sockets.is_none());
    assert!(second.dump.is_some() && second.metrics.is_some() && second.sockets.is_some());
}

#[test]
fn text_and_protobuf_of_a_heap_are_the_same() {
    let evidence = Evidence::new();
    let text = evidence.read(&["0000-heap-text.txt"]);
    let proto = evidence.read(&["0000-heap.pb.gz"]);
    let heap = |service: &Service| only(service).snapshots[0].heap.clone().unwrap();
    let (text, proto) = (heap(&text), heap(&proto));
    assert_eq!((text.period, text.samples.len()), (proto.period, proto.samples.len()));
    for sample in &text.samples {
        let names = |stack: &plumb_evidence::Stack| -> Vec<_> {
            stack.frames().iter().map(|frame| (frame.function.clone(), frame.line)).collect()
        };
        let wanted = names(&sample.stack);
        let same = proto.samples.iter().find(|other| names(&other.stack) == wanted);
        let same = same.unwrap_or_else(|| panic!("only in the text: {wanted:?}"));
        for (a, b) in [(sample.live, same.live), (sample.allocated, same.allocated)] {
            assert!((a.bytes - b.bytes).abs() <= 1.0 + a.bytes * 1e-6, "{a:?} {b:?}");
            assert!((a.samples - b.samples).abs() < 0.01, "{a:?} {b:?}");
            assert!(
                a.samples < 0.5 || a.samples.fract() < 0.05 || a.samples.fract() > 0.95,
                "{a:?}"
            );
        }
    }
}

#[test]
fn text_and_protobuf_of_goroutines_have_the_same_stacks() {
    let evidence = Evidence::new();
    let count = |name: &str, function: &str| {
        let service = evidence.read(&[name]);
        let goroutines = only(&service).snapshots[0].any_goroutines().unwrap().clone();
        let of = goroutines.groups.iter().filter(|group| group.stack.passes(function));
        (of.map(|group| group.count).sum::<u64>(), goroutines.source)
    };
    let (profile, source) = count("0001-goroutine.pb.gz", "main.send");
    assert_eq!(source, GoroutineSource::Profile);
    let (text, source) = count("0001-goroutine-text.txt", "main.send");
    assert_eq!(source, GoroutineSource::Text);
    assert!(profile > 100 && text.abs_diff(profile) <= 5, "{profile} {text}");
    let (dump, source) = count("0001-goroutine-dump.txt", "main.send");
    assert_eq!(source, GoroutineSource::Dump);
    assert!(dump >= profile);
}

#[test]
fn files_without_a_time_are_in_the_order_of_the_arguments() {
    let evidence = Evidence::new();
    let early = evidence.write("b.txt", dump(10));
    let late = evidence.write("a.txt", dump(30));
    let service = read(&[early, late]);
    let totals: Vec<_> = only(&service)
        .snapshots
        .iter()
        .map(|snapshot| (snapshot.taken, snapshot.dump.as_ref().unwrap().total))
        .collect();
    assert_eq!(totals, [(None, 10), (None, 30)]);
}

#[test]
fn a_log_with_two_dumps_is_two_snapshots() {
    let evidence = Evidence::new();
    let log = format!(
        "2026-11-21T10:00:00Z starting\n2026-11-21T10:00:01Z SIGQUIT: quit\n\n{}\n\
         2026-11-21T10:05:00Z still here\n2026-11-21T10:05:01Z SIGQUIT: quit\n\n{}",
        dump(5),
        dump(9)
    );
    let service = read(&[evidence.write("app.log", log)]);
    let dumps = only(&service).snapshots.iter().map(|s| s.dump.as_ref().unwrap().total);
    assert_eq!(dumps.collect::<Vec<_>>(), [5, 9]);
}

#[test]
fn a_folder_is_read_and_what_is_no_evidence_is_passed_over_and_told() {
    let evidence = Evidence::new();
    let quoted = format!("# What we saw\n\n```\n{}```\n", dump(3));
    let passed = [
        evidence.write("0/RECIPE.md", quoted),
        evidence.write("0/main.go", format!("package main\n\nconst dump = `\n{}`\n", dump(3))),
        evidence.write("0/notes.txt", "we saw this on Tuesday\nand again on Friday\n"),
    ];
    let mut passed_over = Vec::new();
    let folder = evidence.folder.path().join("0");
    let service = read_noting(&[folder], &InputOptions::default(), &mut passed_over).unwrap();
    assert_eq!(service.problems, []);
    passed_over.sort();
    assert_eq!(passed_over, passed);
    // Two rounds, and the `goroutineleak` profile, which was taken twelve seconds after the second.
    let leaked: Vec<_> = only(&service).snapshots.iter().map(|s| s.leaked.is_some()).collect();
    assert_eq!(leaked, [false, false, true]);
}

#[test]
fn texts_beside_a_case_are_not_worth_a_word() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["README.md", "main.go", "diary.txt"] {
        std::fs::write(folder.path().join(name), "what we saw on Tuesday\nand on Friday\n")
            .unwrap();
    }
    std::fs::copy(fixture("v1.case"), folder.path().join("x.case")).unwrap();
    let mut passed_over = Vec::new();
    let paths = [folder.path().to_owned()];
    read_noting(&paths, &InputOptions::default(), &mut passed_over).unwrap();
    assert_eq!(passed_over, [folder.path().join("diary.txt")]);
}

#[test]
fn a_summary_of_sockets_says_what_to_take_instead() {
    let evidence = Evidence::new();
    let summary = evidence.write("ss-s.txt", "Total: 3\nTCP:   1 (estab 1, closed 0)\n");
    let error = read_inputs(std::slice::from_ref(&summary), &InputOptions::default()).unwrap_err();
    let expect = "a socket summary, not a listing: use ss -tanpoei";
    assert!(error.to_string().ends_with(expect), "{error}");
    let options = InputOptions { peer_sockets: vec![summary], ..InputOptions::default() };
    let service = read_inputs(&[evidence.file("0000-heap.pb.gz")], &options).unwrap();
    assert_eq!(what(&service), [expect]);
}

#[test]
fn evidence_in_a_folder_is_told_by_its_content_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("README.md"), dump(4)).unwrap();
    std::fs::copy(fixture("bare/heap.pb.gz"), folder.path().join(".heap.html")).unwrap();
    let service = read(&[folder.path().to_owned()]);
    assert_eq!(service.problems, []);
    let [snapshot] = only(&service).snapshots.as_slice() else { panic!() };
    assert!(snapshot.heap.is_some());
    assert_eq!(snapshot.dump.as_ref().unwrap().total, 4);
}

#[test]
fn an_empty_folder_names_what_is_not_looked_into() {
    let folder = tempfile::tempdir().unwrap();
    let told = || {
        read_inputs(&[folder.path().to_owned()], &InputOptions::default()).unwrap_err().to_string()
    };
    assert!(told().ends_with("the folder holds no evidence"), "{}", told());
    std::fs::create_dir(folder.path().join("case")).unwrap();
    assert!(told().ends_with("; the folder in it is not looked into: name it"), "{}", told());
}

#[test]
fn a_panic_of_one_goroutine_says_how_to_get_all() {
    let evidence = Evidence::new();
    let log = evidence.write("app.log", format!("panic: boom\n\n{}exit status 2\n", dump(1)));
    let told = what(&read(std::slice::from_ref(&log))).join("\n");
    assert!(
        told.starts_with("only one goroutine is in it, as a panic prints by default"),
        "{told}"
    );
    assert!(told.contains("set GOTRACEBACK=all, or send SIGQUIT (kill -QUIT PID)"), "{told}");
    let whole = evidence.write("all.log", format!("panic: boom\n\n{}exit status 2\n", dump(2)));
    assert_eq!(what(&read(&[whole])), Vec::<&str>::new());
}

#[test]
fn a_cut_dump_is_told_and_marked() {
    let evidence = Evidence::new();
    let whole = dump(6);
    let cut = evidence.write("cut.txt", &whole[..whole.len() - 30]);
    let service = read(&[cut]);
    let dump = only(&service).snapshots[0].dump.as_ref().unwrap();
    assert_eq!((dump.truncated, dump.total), (true, 5));
    assert_eq!(
        what(&service),
        [
            "the dump is cut: it ends in the middle of a goroutine, which is left out, and those after it are \
          missing; bring the whole dump"
        ]
    );
}

#[test]
fn goroutines_of_another_program_are_named_and_left_out() {
    let evidence = Evidence::new();
    let theirs = evidence.write("theirs.txt", dump(3));
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../profile/tests/fixtures/go1.27.3");
    let service = read(&[recorded.join("goroutine.pb.gz"), theirs.clone()]);
    let [only_problem] = what(&service)[..] else { panic!("{:?}", service.problems) };
    assert!(only_problem.starts_with("goroutine dump of another program: "), "{only_problem}");
    assert!(only_problem.contains(" of the program in app/; give the files"), "{only_problem}");
    assert!(only(&service).snapshots[0].dump.is_none());
    let fine = read(&["heap.pb.gz", "goroutine.debug2.txt"].map(|name| recorded.join(name)));
    assert_eq!(fine.problems, []);
}

#[test]
fn what_is_no_profile_says_what_it_is_and_what_to_bring() {
    let evidence = Evidence::new();
    for (name, bytes, expect) in [
        (
            "server",
            &b"\x7fELF\x02\x01\x01"[..],
            "an executable (ELF), which holds no evidence itself: pass a profile, or the PID",
        ),
        ("trace.out", b"go 1.26 trace\0\0\0", "the trace holds no events"),
    ] {
        let path = evidence.write(name, bytes);
        let error = read_inputs(&[path], &InputOptions::default()).unwrap_err();
        assert!(error.to_string().contains(expect), "{error}");
    }
}

#[test]
fn contention_profiles_are_called_what_they_are() {
    let profiles = Path::new(env!("CARGO_MANIFEST_DIR")).join("../profile/tests/fixtures");
    for version in ["go1.9.7", "go1.19.13", "go1.22.12", "go1.23.12", "go1.26.8", "go1.27.3"] {
        for kind in ["mutex", "block"] {
            for ending in ["pb.gz", "debug1.txt"] {
                let path = profiles.join(version).join(format!("{kind}.{ending}"));
                let error = read_inputs(&[path], &InputOptions::default()).unwrap_err();
                let expect = format!(": a {kind} profile says nothing about leaks; bring heap");
                assert!(error.to_string().contains(&expect), "{version}: {error}");
            }
        }
    }
    // Nothing but the stacks tells them apart, and this one has none.
    let types = [
        &[0x0a, 4, 8, 1, 16, 2, 0x0a, 4, 8, 3, 16, 4][..],
        b"\x32\x00\x32\x0bcontentions\x32\x05count\x32\x05delay\x32\x0bnanoseconds",
    ]
    .concat();
    let evidence = Evidence::new();
    let empty = evidence.write("mutex.pb", types);
    let error = read_inputs(&[empty], &InputOptions::default()).unwrap_err();
    assert!(error.to_string().contains(": a block or mutex profile says nothing"), "{error}");
}

#[test]
fn a_heap_of_another_program_is_named_and_left_out() {
    let evidence = Evidence::new();
    let (ours, theirs) = (evidence.file("0000-heap.pb.gz"), fixture("bare/heap.pb.gz"));
    let service = read(&[ours.clone(), theirs.clone(), evidence.file("0001-heap.pb.gz")]);
    let expect = format!(
        "heap profile of another program: {} is of /srv/leaky/leaky, {} of /srv/other/other; \
         give the files of one program at a time",
        ours.display(),
        theirs.display()
    );
    assert_eq!(what(&service), [expect]);
    assert_eq!(service.problems[0].input.as_ref(), theirs.display().to_string());
    assert_eq!(only(&service).snapshots.len(), 2);
}

#[test]
fn a_cpu_profile_says_what_to_bring() {
    let evidence = Evidence::new();
    let cpu = fixture("bare/cpu.pb.gz");
    let service = read(&[cpu.clone(), evidence.file("0000-heap.pb.gz")]);
    let expect = "a CPU profile says nothing about leaks; bring heap or goroutine: URL/debug/pprof/heap, \
                  URL/debug/pprof/goroutine";
    assert_eq!(what(&service), [expect]);
    let error = read_inputs(&[cpu], &InputOptions::default()).unwrap_err();
    assert!(matches!(&error, InputError::Nothing(problems) if problems[0].what == expect));
}

#[test]
fn a_cut_profile_and_a_page_say_what_they_are() {
    let evidence = Evidence::new();
    let whole = std::fs::read(evidence.file("0000-heap.pb.gz")).unwrap();
    let cut = evidence.write("cut.pb.gz", &whole[..whole.len() / 2]);
    let page = evidence.write("login", "<!DOCTYPE html><title>Sign in</title>");
    let service = read(&[cut, page, evidence.file("0001-heap.pb.gz")]);
    assert!(
        what(&service)[0].starts_with("the gzip stream ends early after "),
        "{:?}",
        what(&service)
    );
    assert_eq!(
        what(&service).len(),
        2,
        "what follows from the cut is not told: {:?}",
        what(&service)
    );
    assert!(what(&service).iter().any(|what| what.contains("HTML page")), "{:?}", what(&service));
}

#[test]
fn nothing_readable_is_an_error_that_names_each_file() {
    let missing = Path::new("/nowhere/heap.pprof").to_owned();
    let error = read_inputs(&[missing], &InputOptions::default()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("nothing could be read: /nowhere/heap.pprof: cannot be read: "),
        "{text}"
    );
    assert!(matches!(read_inputs(&[], &InputOptions::default()), Err(InputError::NoInput)));
}

#[test]
fn listings_alone_are_evidence() {
    let pids = std::fs::read_to_string(fixture("sockets/pids.txt")).unwrap();
    let client: u32 = pids.trim().split(' ').nth(1).unwrap().parse().unwrap();
    let options = InputOptions {
        pid: Some(client),
        peer_sockets: vec![fixture("sockets/netstat-tan.txt")],
        ..InputOptions::default()
    };
    for name in ["ss-tanpoei", "netstat-tanpo", "lsof-nP-p"] {
        let path = fixture(&format!("sockets/{name}.txt"));
        let service = read_inputs(&[path], &options).unwrap();
        assert_eq!(service.problems, [], "{name}");
        let table = only(&service).snapshots[0].sockets.as_ref().unwrap();
        assert!(table.owned_only && table.sockets.len() == 11, "{name}");
        assert_eq!(service.peer_sockets[0].sockets.len(), 25, "{name}");
    }
}

#[test]
fn a_namespace_listing_joined_with_descriptors_is_the_process_own() {
    let paths = ["proc-net-tcp", "lsof-nP-p"].map(|name| fixture(&format!("sockets/{name}.txt")));
    let service = read(&paths);
    let table = only(&service).snapshots[0].sockets.as_ref().unwrap();
    assert_eq!(table.source, plumb_evidence::socket::SocketSource::ProcNet);
    assert!(table.owned_only && table.sockets.len() == 11);
}

#[test]
fn a_listing_with_owners_is_cut_to_the_process_that_another_names() {
    let paths = ["ss-tanp", "lsof-nP-p"].map(|name| fixture(&format!("sockets/{name}.txt")));
    let service = read(&paths);
    let table = only(&service).snapshots[0].sockets.as_ref().unwrap();
    assert_eq!(table.source, plumb_evidence::socket::SocketSource::Ss);
    assert!(table.owned_only && table.sockets.len() == 11);
}

#[test]
fn a_pipe_is_read_too() {
    let evidence = Evidence::new();
    let mut cat = std::process::Command::new("cat")
        .arg(evidence.file("0000-heap.pb.gz"))
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let pipe = std::os::fd::AsRawFd::as_raw_fd(cat.stdout.as_ref().unwrap());
    let service = read(&[format!("/proc/self/fd/{pipe}").into()]);
    assert!(cat.wait().unwrap().success());
    assert!(only(&service).snapshots[0].heap.is_some());
}

#[test]
fn a_newer_case_says_to_update() {
    let evidence = Evidence::new();
    let path = evidence.folder.path().join("x.case");
    common::pack(&path, &[("manifest.json", br#"{"format": {"major": 2, "minor": 0}}"#)]);
    let error = read_inputs(std::slice::from_ref(&path), &InputOptions::default()).unwrap_err();
    let expect = format!(
        "nothing could be read: {}: made by a newer plumb (format 2.0, this plumb reads 1.x): update plumb",
        path.display()
    );
    assert_eq!(error.to_string(), expect);
}

#[test]
fn cases_are_instances_beside_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b.case");
    let recorder = recorder(&path);
    let id = recorder.instance("127.0.0.1:18090");
    let at = "2026-11-21T10:00:05Z".parse().unwrap();
    let meta = PieceMeta::new(id, PieceKind::GoroutineDump, 0, at);
    recorder.record(meta, dump(4).as_bytes()).unwrap();
    recorder.finish().unwrap();
    let evidence = Evidence::new();
    let service = read(&[fixture("v1.case"), path, evidence.file("0000-heap.pb.gz")]);
    assert_eq!(service.problems, []);
    let ids: Vec<_> = service.instances.iter().map(|instance| instance.id.as_str()).collect();
    assert_eq!(ids[..2], ["127.0.0.1:18090", "127.0.0.1:18090 (b.case)"]);
    assert!(ids[2].ends_with("0000-heap.pb.gz"));
}
