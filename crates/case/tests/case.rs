//! Cases: what the recorder writes, the reader gives back, whatever happened to the file in between.

mod common;

use std::io::Write;
use std::path::Path;

use common::{dump, fixture, meta, pack, recorder, tar_of, unpack};
use jiff::Timestamp;
use plumb_case::format::Manifest;
use plumb_case::host::sockets::{self, SocketRecord, SocketsHeader};
use plumb_case::{CaseError, CaseLimits, PieceKind, PieceMeta, Recorder, open, open_with, scrub};
use plumb_evidence::code::{Build, Module};
use plumb_evidence::goroutine::{GoroutineSource, IdSample, WaitState};
use plumb_evidence::socket::{Direction, TcpState, Timer};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn socket(local: &str, remote: &str, state: u8) -> SocketRecord {
    SocketRecord {
        local: local.parse().unwrap(),
        remote: remote.parse().unwrap(),
        state,
        rq: 3,
        sq: 4,
        timer: Some(2),
        probes: Some(1),
        ino: 77,
        pid: Some(9),
        lastrcv: Some(1000),
        lastsnd: Some(2000),
        segs_in: Some(1),
        segs_out: Some(2),
    }
}

fn manifest(case: &Path) -> Manifest {
    let folder = tempfile::tempdir().unwrap();
    unpack(case, folder.path());
    serde_json::from_slice(&std::fs::read(folder.path().join("manifest.json")).unwrap()).unwrap()
}

/// Two instances recorded at once, with a round each.
fn record_two(recorder: &Recorder) {
    let build = Build {
        go_version: Some("go1.27.3".into()),
        main_module: Some(Module {
            path: "example.com/shop".into(),
            version: "(devel)".into(),
            replaced_by: None,
        }),
        ..Build::default()
    };
    let ids = ["10.0.0.1:6060", "10.0.0.2:6060"].map(|id| recorder.instance(id));
    recorder.build(ids[0], &build);
    recorder.missing(ids[0], "trace");
    recorder.problem("get http://u:p@h/: refused", "http://u:p@h/");
    std::thread::scope(|scope| {
        for id in ids {
            scope.spawn(move || {
                let at = time("2026-11-21T10:00:05Z");
                let kind = PieceKind::GoroutineDump;
                recorder.record(PieceMeta::new(id, kind, 0, at), dump(300).as_bytes()).unwrap();
                let meta = PieceMeta::new(id, PieceKind::Sockets, 0, at).after_gc();
                let mut piece = recorder.piece(meta).unwrap();
                let header = SocketsHeader {
                    source: "sock_diag".into(),
                    owned_only: true,
                    listening: vec![8080],
                    time_wait: 5,
                    syn_recv: 6,
                };
                let list = [
                    socket("10.0.0.1:8080", "10.0.0.7:40000", 1),
                    socket("[::ffff:10.0.0.1]:40001", "10.0.0.9:5432", 8),
                ];
                sockets::write(&mut piece, &header, list).unwrap();
                piece.finish().unwrap();
            });
        }
    });
}

#[test]
fn what_is_recorded_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.case");
    let recorder = recorder(&path);
    record_two(&recorder);
    assert!(!path.exists(), "a case appears when it is complete");
    let case = recorder.finish().unwrap();
    assert_eq!((case.path(), case.is_temporary()), (path.as_path(), false));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");

    let service = open(&path).unwrap();
    assert_eq!(service.target, "http://127.0.0.1:6060/debug/pprof?token=REDACTED");
    assert_eq!(service.problems.len(), 1);
    assert_eq!(service.problems[0].what, "get http://h/: refused");
    assert_eq!(service.instances.len(), 2);
    let first = &service.instances[0];
    assert_eq!(
        (first.id.as_str(), first.missing.as_slice()),
        ("10.0.0.1:6060", &["trace".into()][..])
    );
    assert_eq!(first.build.go_release(), Some((1, 27)));
    let [snapshot] = first.snapshots.as_slice() else { panic!("{:?}", first.snapshots) };
    assert_eq!(snapshot.taken, Some(time("2026-11-21T10:00:05Z")));
    assert!(snapshot.after_gc);
    let dump = snapshot.dump.as_ref().expect("the dump");
    assert_eq!((dump.total, dump.groups.len(), dump.source), (300, 1, GoroutineSource::Dump));
    let group = &dump.groups[0];
    assert_eq!((group.count, &group.state), (300, &WaitState::ChanSend));
    assert_eq!(&*group.created_by.as_ref().expect("the creator").function, "main.handle");
    let minutes = group.waiting.expect("wait minutes");
    assert_eq!((minutes.min, minutes.median, minutes.max), (1, 4, 7));
    assert_eq!((group.ids.ids.len(), group.ids.level), (300, 0));
    let table = snapshot.sockets.as_ref().expect("sockets");
    assert!(table.owned_only && table.host.time_wait == 5 && table.host.syn_recv == 6);
    let directions: Vec<_> = table.sockets.iter().map(|s| (s.direction, s.state)).collect();
    let expect =
        [(Direction::Incoming, TcpState::Established), (Direction::Outgoing, TcpState::CloseWait)];
    assert_eq!(directions, expect);
    let socket = &table.sockets[1];
    assert_eq!(socket.local, "10.0.0.1:40001".parse().unwrap(), "plain IPv4");
    assert_eq!((socket.timer, socket.inode, socket.recv_queue), (Some(Timer::Keepalive), 77, 3));
    assert_eq!((socket.idle_ms(), socket.data_segments_out), (Some(1000), Some(2)));
}

#[test]
fn a_case_folder_is_the_same_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.case");
    let recorder = recorder(&path);
    record_two(&recorder);
    recorder.finish().unwrap();
    let unpacked = folder.path().join("unpacked");
    unpack(&path, &unpacked);
    assert_eq!(open(&unpacked).unwrap(), open(&path).unwrap());
}

#[test]
fn the_manifest_is_the_first_member_and_lists_all_others() {
    let case = fixture("v1.case");
    let tar = tar_of(&case);
    let mut archive = tar::Archive::new(tar.as_slice());
    let names: Vec<String> = archive
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().display().to_string())
        .collect();
    assert_eq!(names[0], "manifest.json");
    let listed: Vec<String> = manifest(&case).pieces.into_iter().map(|piece| piece.name).collect();
    assert_eq!(names[1..], listed);
}

#[test]
fn a_temporary_case_goes_away() {
    let recorder = Recorder::create(None, meta()).unwrap();
    recorder.instance("pid 1");
    let case = recorder.finish().unwrap();
    let path = case.path().to_owned();
    assert!(case.is_temporary() && path.exists());
    drop(case);
    assert!(!path.exists());
}

#[test]
fn an_unfinished_piece_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.case");
    let recorder = recorder(&path);
    let id = recorder.instance("a");
    let at = time("2026-11-21T10:00:05Z");
    let mut piece = recorder.piece(PieceMeta::new(id, PieceKind::Heap, 0, at)).unwrap();
    piece.write_all(b"half").unwrap();
    drop(piece);
    recorder.finish().unwrap();
    assert!(manifest(&path).pieces.is_empty());
}

#[test]
fn a_folder_that_is_not_there_is_an_error_at_once() {
    let error = Recorder::create(Some(Path::new("/nowhere/x.case")), meta()).unwrap_err();
    assert_eq!(error.to_string(), "cannot write into /nowhere");
}

#[test]
fn every_cut_of_a_case_is_read_as_far_as_it_goes() {
    let bytes = std::fs::read(fixture("v1.case")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.case");
    let whole = open(&fixture("v1.case")).unwrap();
    let (mut opened, mut partly) = (0, 0);
    for length in (0..bytes.len()).step_by(bytes.len() / 60) {
        std::fs::write(&path, &bytes[..length]).unwrap();
        let Ok(service) = open(&path) else { continue };
        opened += 1;
        assert!(!service.problems.is_empty(), "a case cut at {length} names no problem");
        assert_eq!(service.instances.len(), whole.instances.len());
        partly += usize::from(!service.instances[0].snapshots.is_empty());
    }
    assert!(opened > 40 && partly > 20, "{opened} opened, {partly} with evidence");
}

#[test]
fn a_cut_dump_says_so_and_keeps_its_goroutines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.case");
    let recorder = recorder(&path);
    let id = recorder.instance("a");
    let meta = PieceMeta::new(id, PieceKind::GoroutineDump, 0, time("2026-11-21T10:00:05Z"));
    let text = dump(100);
    let inside = text.find("goroutine 60 ").unwrap() + 80;
    recorder.record(meta, &text.as_bytes()[..inside]).unwrap();
    recorder.finish().unwrap();
    let service = open(&path).unwrap();
    let dump = service.instances[0].snapshots[0].dump.as_ref().unwrap();
    assert!(dump.truncated && dump.total == 59, "{} of 100", dump.total);
    assert_eq!(service.problems.len(), 1, "{:?}", service.problems);
}

#[test]
fn ids_are_sampled_alike_in_the_dump_reader_and_in_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.case");
    let recorder = recorder(&path);
    let id = recorder.instance("a");
    let meta = PieceMeta::new(id, PieceKind::GoroutineDump, 0, time("2026-11-21T10:00:05Z"));
    recorder.record(meta, dump(20_000).as_bytes()).unwrap();
    recorder.finish().unwrap();
    let service = open(&path).unwrap();
    let group = &service.instances[0].snapshots[0].dump.as_ref().unwrap().groups[0];
    let kept = (1..=20_000).filter(|&id| IdSample::keeps(id, group.ids.level));
    assert!(group.ids.level > 0);
    assert_eq!(group.ids.ids, kept.collect::<Vec<_>>());
}

#[test]
fn other_files_and_newer_cases_say_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.case");
    std::fs::write(&path, b"hello").unwrap();
    let text = |error: CaseError| error.to_string().replace(&path.display().to_string(), "X");
    assert_eq!(text(open(&path).unwrap_err()), "X is not a case: it is not compressed with zstd");
    pack(&path, &[("a.txt", b"x")]);
    assert_eq!(
        text(open(&path).unwrap_err()),
        "X is not a case: its first member is not manifest.json"
    );
    pack(&path, &[("manifest.json", br#"{"format": {"major": 2, "minor": 0}, "all": "new"}"#)]);
    assert_eq!(
        text(open(&path).unwrap_err()),
        "made by a newer plumb (format 2.0, this plumb reads 1.x): update plumb"
    );
    pack(&path, &[("manifest.json", b"{}")]);
    assert!(matches!(open(&path).unwrap_err(), CaseError::Manifest { .. }));
}

#[test]
fn a_newer_minor_version_is_read_but_for_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.case");
    let manifest = r#"{"format": {"major": 1, "minor": 7}, "plumb": "1.7.0", "colour": "red",
        "captured_at": "2026-11-21T10:00:00Z", "target": "t", "instances": [{"id": "a"}], "pieces": [
        {"name": "0/0000-goroutine-dump.txt", "instance": 0, "kind": "goroutine-dump", "round": 0, "bytes": 1},
        {"name": "0/0000-aura.bin", "instance": 0, "kind": "aura", "round": 0, "bytes": 1}]}"#;
    let dump = dump(3);
    let members = [
        ("manifest.json", manifest.as_bytes()),
        ("0/0000-goroutine-dump.txt", dump.as_bytes()),
        ("0/0000-aura.bin", b"x"),
    ];
    pack(&path, &members);
    let service = open(&path).unwrap();
    assert_eq!(service.instances[0].snapshots[0].dump.as_ref().unwrap().total, 3);
    assert_eq!(service.problems.len(), 1);
    assert!(service.problems[0].what.contains("update plumb to use it"));
}

#[test]
fn a_bomb_is_read_to_the_limit_and_no_further() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.case");
    let manifest = r#"{"format": {"major": 1, "minor": 0}, "plumb": "0.1.0",
        "captured_at": "2026-11-21T10:00:00Z", "target": "t", "instances": [{"id": "a"}], "pieces": [
        {"name": "0/0000-metrics.txt", "instance": 0, "kind": "metrics", "round": 0, "bytes": 1}]}"#;
    let bomb = "up 1\n".repeat(1 << 22);
    pack(&path, &[("manifest.json", manifest.as_bytes()), ("0/0000-metrics.txt", bomb.as_bytes())]);
    assert!(std::fs::metadata(&path).unwrap().len() < 1 << 16);
    let limits = CaseLimits { piece_bytes: 500, ..CaseLimits::default() };
    let service = open_with(&path, &limits).unwrap();
    assert_eq!(service.instances[0].snapshots[0].metrics.as_ref().unwrap().samples.len(), 100);
    assert_eq!(service.problems[0].what, "only its first 500 bytes are used");
    let limits = CaseLimits { total_bytes: 1 << 20, ..CaseLimits::default() };
    let service = open_with(&path, &limits).unwrap();
    let what: Vec<_> = service.problems.iter().map(|p| p.what.as_str()).collect();
    assert!(what.iter().any(|what| what.contains("larger than any real case")), "{what:?}");
    let limits = CaseLimits { manifest_bytes: 10, ..CaseLimits::default() };
    assert!(open_with(&path, &limits).unwrap_err().to_string().contains("larger than 10 bytes"));
}

#[test]
fn names_that_lead_out_of_a_folder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = r#"{"format": {"major": 1, "minor": 0}, "plumb": "0.1.0",
        "captured_at": "2026-11-21T10:00:00Z", "target": "t", "instances": [{"id": "a"}], "pieces": [
        {"name": "../outside.txt", "instance": 0, "kind": "goroutine-dump", "round": 0, "bytes": 1}]}"#;
    let inner = folder.path().join("case");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(inner.join("manifest.json"), manifest).unwrap();
    std::fs::write(folder.path().join("outside.txt"), dump(3)).unwrap();
    let service = open(&inner).unwrap();
    assert!(service.instances[0].snapshots.is_empty());
    assert_eq!(service.problems[0].what, "../outside.txt: not a name inside of the case");
}

/// A format 1.0 case must open for ever.
#[test]
fn the_first_version_opens() {
    let service = open(&fixture("v1.case")).unwrap();
    assert_eq!(service.problems, []);
    let [instance] = service.instances.as_slice() else { panic!() };
    assert_eq!(
        (instance.id.as_str(), instance.missing.as_slice()),
        ("127.0.0.1:18090", &["trace".into()][..])
    );
    let [first, second] = instance.snapshots.as_slice() else { panic!() };
    for snapshot in [first, second] {
        let goroutines = snapshot.goroutines.as_ref().unwrap();
        assert_eq!(goroutines.source, GoroutineSource::Profile);
        let blocked = goroutines.groups.iter().filter(|g| g.stack.passes("main.send"));
        let blocked: Vec<_> = blocked.collect();
        assert_eq!(blocked.len(), 3, "one for each tenant");
        assert!(blocked.iter().all(|g| g.state == WaitState::ChanSend && g.labels.len() == 1));
        let heap = snapshot.heap.as_ref().unwrap();
        assert_eq!(heap.period, 512 * 1024);
        let held = heap.samples.iter().find(|s| s.stack.passes("main.remember")).unwrap();
        assert!(held.live.bytes > 50e6, "{held:?}");
        let stats = heap.memstats.expect("statistics of the text");
        assert!(stats.heap_inuse as f64 > held.live.bytes && stats.max_rss > 0);
        assert_eq!(snapshot.metrics.as_ref().unwrap().samples.len(), 1);
        assert!(!snapshot.sockets.as_ref().unwrap().sockets.is_empty());
    }
    let count = |index: usize| instance.snapshots[index].goroutines.as_ref().unwrap().total;
    assert!(count(1) >= count(0) + 40);
    let dump = second.dump.as_ref().unwrap();
    let blocked = dump.groups.iter().filter(|g| g.stack.passes("main.send"));
    assert!(blocked.clone().any(|g| g.waiting.is_some_and(|minutes| minutes.max >= 1)));
    assert!(blocked.clone().all(|g| g.created_by.is_some()));
    let convicted = second.leaked.as_ref().unwrap();
    assert!(convicted.groups.iter().map(|g| g.convicted).sum::<u64>() > 300);
    assert_eq!(manifest(&fixture("v1.case")).labels, ["tenant"]);
}

/// The records of format 1.0, word for word: their names and units are a contract with files that people keep.
#[test]
fn the_first_version_of_process_and_socket_records_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.case");
    let manifest = r#"{"format": {"major": 1, "minor": 0}, "plumb": "0.1.0",
        "captured_at": "2026-11-21T10:00:00Z", "target": "pid 7", "instances": [{"id": "pid 7", "build": {}}],
        "pieces": [
        {"name": "0/0000-process.json", "instance": 0, "kind": "process", "round": 0, "bytes": 1},
        {"name": "0/0000-sockets.jsonl", "instance": 0, "kind": "sockets", "round": 0, "bytes": 1},
        {"name": "0/0000-build-info.json", "instance": 0, "kind": "build-info", "round": 0, "bytes": 1},
        {"name": "peer/0000-peer-sockets.txt", "kind": "peer-sockets", "round": 0, "bytes": 1}]}"#;
    let process = r#"{"pid": 7, "clock_ticks": 100, "files": {"status": "VmSize:\t 8 kB\nThreads:\t5\n",
        "stat": "7 (a b) S 1 7 7 0 -1 0 0 0 0 0 150 50 0 0 20 0 5 0 1000 0 0", "uptime": "70.00 1.00\n",
        "limits": "Max open files            1024                 4096                 files\n"},
        "fds": [{"fd": 3, "target": "/data/a.csv", "type": "file"}, {"fd": 4, "target": "socket:[77]"}],
        "fds_cut": false, "zombies": [{"pid": 9, "command": "sh"}]}"#;
    let sockets = r#"{"source":"sock_diag","owned_only":true,"listening":[80],"time_wait":2,"syn_recv":1}
{"local":"10.0.0.1:80","remote":"10.0.0.2:4000","state":8,"rq":1,"sq":2,"timer":0,"ino":77,"pid":7,"lastrcv":5,"lastsnd":6,"segs_in":7,"segs_out":8}
"#;
    let build = r#"{"go_version": "go1.27.3", "main_package": "example.com/a/cmd",
        "main_module": {"path": "example.com/a", "version": "(devel)"}, "revision": "abc", "modified": true,
        "dependencies": [{"path": "example.com/b", "version": "v1.0.0", "replaced_by": "example.com/c"}]}"#;
    let peers = std::fs::read(fixture("sockets/ss-tan.txt")).unwrap();
    let members = [
        ("manifest.json", manifest.as_bytes()),
        ("0/0000-process.json", process.as_bytes()),
        ("0/0000-sockets.jsonl", sockets.as_bytes()),
        ("0/0000-build-info.json", build.as_bytes()),
        ("peer/0000-peer-sockets.txt", &peers),
    ];
    pack(&path, &members);
    let service = open(&path).unwrap();
    assert_eq!(service.problems, []);
    assert_eq!(service.peer_sockets[0].sockets.len(), 25);
    let instance = &service.instances[0];
    assert_eq!(instance.build.go_release(), Some((1, 27)));
    assert!(instance.build.modified && instance.build.revision.as_deref() == Some("abc"));
    let dependency = &instance.build.dependencies[0];
    assert_eq!(dependency.replaced_by.as_deref(), Some("example.com/c"));
    let process = instance.snapshots[0].process.as_ref().unwrap();
    assert_eq!((process.pid, process.threads, process.virtual_bytes), (7, Some(5), Some(8192)));
    assert_eq!((process.cpu_seconds, process.uptime_seconds), (Some(2.0), Some(60.0)));
    assert_eq!((process.descriptor_limit, process.zombies.len()), (Some(1024), 1));
    assert_eq!(process.descriptors.as_ref().unwrap().open.len(), 2);
    let table = instance.snapshots[0].sockets.as_ref().unwrap();
    let socket = &table.sockets[0];
    assert_eq!((socket.state, socket.timer), (TcpState::CloseWait, Some(Timer::Off)));
    assert_eq!((socket.recv_queue, socket.send_queue, socket.inode), (1, 2, 77));
    assert_eq!((socket.last_received_ms, socket.last_sent_ms), (Some(5), Some(6)));
    assert_eq!((socket.data_segments_in, socket.data_segments_out), (Some(7), Some(8)));
    assert_eq!((table.host.time_wait, table.host.syn_recv), (2, 1));
}

#[test]
fn scrubbing_removes_labels_and_keeps_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let clean = folder.path().join("clean.case");
    scrub(&fixture("v1.case"), &clean).unwrap();
    let tar = tar_of(&clean);
    assert!(find(&tar, b"tenant").is_none(), "a label key is left");
    let manifest = manifest(&clean);
    assert!(manifest.scrubbed && manifest.labels.is_empty() && manifest.problems.is_empty());
    let (before, after) = (open(&fixture("v1.case")).unwrap(), open(&clean).unwrap());
    assert_eq!(after.problems, []);
    let snapshots = before.instances[0].snapshots.iter().zip(&after.instances[0].snapshots);
    for (before, after) in snapshots {
        assert_eq!(before.heap, after.heap);
        assert_eq!(before.sockets, after.sockets);
        let (before, after) =
            (before.goroutines.as_ref().unwrap(), after.goroutines.as_ref().unwrap());
        assert_eq!(before.total, after.total);
        assert_eq!(before.taken, after.taken);
        assert!(after.groups.iter().all(|group| group.labels.is_empty()));
        assert!(after.groups.len() < before.groups.len(), "the tenants' groups are one");
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}
