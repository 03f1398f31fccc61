//! The order of bare files that do not say when they were taken, and what is there twice.

mod common;

use std::path::PathBuf;

use common::{fixture, unpack};
use plumb_case::{InputOptions, read_inputs};
use plumb_evidence::heap::MemStats;
use plumb_evidence::{Service, Snapshot};
use tempfile::TempDir;

/// The pieces of the first case under names that say nothing about their order.
struct Files {
    pieces: TempDir,
    named: TempDir,
}

impl Files {
    fn new() -> Self {
        let pieces = tempfile::tempdir().unwrap();
        unpack(&fixture("v1.case"), pieces.path());
        Self { pieces, named: tempfile::tempdir().unwrap() }
    }

    fn copy(&self, piece: &str, name: &str) -> PathBuf {
        let path = self.named.path().join(name);
        std::fs::copy(self.pieces.path().join("0").join(piece), &path).unwrap();
        path
    }

    fn folder(&self) -> PathBuf {
        self.named.path().to_owned()
    }
}

fn read(paths: &[PathBuf]) -> Service {
    read_inputs(paths, &InputOptions::default()).unwrap()
}

fn snapshots(service: &Service) -> &[Snapshot] {
    let [instance] = service.instances.as_slice() else { panic!("{:?}", service.instances) };
    &instance.snapshots
}

fn statistics(service: &Service) -> Vec<Option<MemStats>> {
    snapshots(service).iter().map(|snapshot| snapshot.heap.as_ref()?.memstats).collect()
}

#[test]
fn heap_texts_are_in_the_order_of_their_own_counters() {
    let files = Files::new();
    files.copy("0001-heap-text.txt", "a.txt");
    files.copy("0000-heap-text.txt", "b.txt");
    let service = read(&[files.folder()]);
    assert_eq!(service.problems, []);
    let [Some(first), Some(second)] = statistics(&service)[..] else { panic!() };
    assert!(first.mallocs < second.mallocs && first.num_gc <= second.num_gc);
}

#[test]
fn texts_beside_protobufs_of_two_looks_join_their_own_look() {
    let files = Files::new();
    for (piece, name) in [
        ("0001-heap.pb.gz", "heap2.pb.gz"),
        ("0000-heap.pb.gz", "heap.pb.gz"),
        ("0000-goroutine.pb.gz", "goroutine.pb.gz"),
        ("0001-goroutine.pb.gz", "goroutine2.pb.gz"),
        ("0000-heap-text.txt", "heap.txt"),
    ] {
        files.copy(piece, name);
    }
    // `allocs` is the same profile, of a moment later.
    let text = std::fs::read_to_string(files.folder().join("heap.txt")).unwrap();
    let at = text.find("# Mallocs = ").unwrap() + "# Mallocs = ".len();
    let later = format!("{}9{}", &text[..at], &text[at..]);
    std::fs::write(files.folder().join("allocs.txt"), later).unwrap();
    let service = read(&[files.folder()]);
    assert_eq!(service.problems, []);
    let found = statistics(&service);
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
    assert!(snapshots(&service).iter().all(|snapshot| snapshot.goroutines.is_some()));
}

#[test]
fn a_heap_text_and_a_protobuf_of_another_moment_are_two_snapshots() {
    let files = Files::new();
    for (text, protobuf) in [("0000", "0001"), ("0001", "0000")] {
        let text = files.copy(&format!("{text}-heap-text.txt"), "heap.txt");
        let protobuf = files.copy(&format!("{protobuf}-heap.pb.gz"), "heap.pb.gz");
        for arguments in [[text.clone(), protobuf.clone()], [protobuf, text]] {
            let service = read(&arguments);
            let live = |snapshot: &Snapshot| snapshot.heap.as_ref().unwrap().live().bytes;
            let [first, second] = snapshots(&service) else { panic!("{:?}", service.problems) };
            assert!(live(first) < live(second), "whatever the order of the arguments");
        }
    }
}

#[test]
fn goroutines_of_another_count_are_another_snapshot_in_the_order_of_the_arguments() {
    let files = Files::new();
    let early = files.copy("0000-goroutine.pb.gz", "early.pb.gz");
    let late = files.copy("0001-goroutine-text.txt", "late.txt");
    let same = files.copy("0001-goroutine.pb.gz", "same.pb.gz");
    let dated = |arguments: &[PathBuf]| -> Vec<bool> {
        let service = read(arguments);
        snapshots(&service).iter().map(|snapshot| snapshot.taken.is_some()).collect()
    };
    assert_eq!(dated(&[early.clone(), late.clone()]), [true, false]);
    assert_eq!(dated(&[late.clone(), early.clone()]), [false, true]);
    assert_eq!(dated(&[early, late.clone(), same.clone()]), [true, true]);
    assert_eq!(dated(&[late, same]), [true]);
}

#[test]
fn the_same_evidence_counts_once_and_is_told() {
    let files = Files::new();
    for piece in ["0001-goroutine.pb.gz", "0001-goroutine-text.txt", "0001-goroutine-dump.txt"] {
        let first = files.copy(piece, "first");
        let copy = files.copy(piece, "copy");
        let service = read(&[first.clone(), copy.clone()]);
        assert_eq!(snapshots(&service).len(), 1, "{piece}");
        let [problem] = service.problems.as_slice() else { panic!("{:?}", service.problems) };
        let what = format!("the same evidence as {}: it counts once", first.display());
        assert_eq!((&*problem.input, &problem.what), (&*copy.display().to_string(), &what));
    }
}
