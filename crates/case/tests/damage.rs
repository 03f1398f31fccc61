//! Cases whose bytes are not those that were written.

mod common;

use common::{dump, fixture, recorder, tar_of};
use plumb_case::{PieceKind, PieceMeta, open};

#[test]
fn no_flipped_bit_goes_unnoticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.case");
    let recorder = recorder(&path);
    let instance = recorder.instance("127.0.0.1:6060");
    for round in 0..2 {
        let taken = "2026-11-21T10:00:00Z".parse().unwrap();
        let meta = PieceMeta::new(instance, PieceKind::GoroutineDump, round, taken);
        recorder.record(meta, dump(20).as_bytes()).unwrap();
    }
    let whole = std::fs::read(recorder.finish().unwrap().path()).unwrap();
    assert_eq!(open(&path).unwrap().problems, []);
    let written = tar_of(&path);
    // The last frame holds nothing but the two empty blocks that end a tar.
    let end = whole.windows(4).rposition(|four| four == [0x28, 0xb5, 0x2f, 0xfd]).unwrap();
    for at in (0..end).step_by(3) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&path, bytes).unwrap();
        let Ok(service) = open(&path) else { continue };
        // Now and then, compressed data says the same in another way.
        let same = service.problems.is_empty() && tar_of(&path) == written;
        assert!(same || !service.problems.is_empty(), "bit {} of byte {at}", at % 8);
        // What is used is what was written.
        let snapshots = service.instances.iter().flat_map(|instance| &instance.snapshots);
        for dump in snapshots.filter_map(|snapshot| snapshot.dump.as_ref()) {
            assert!(dump.total == 20 || dump.truncated, "byte {at}: {}", dump.total);
        }
    }
}

#[test]
fn damage_is_told_with_the_piece_it_begins_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.case");
    let recorder = recorder(&path);
    let instance = recorder.instance("127.0.0.1:6060");
    let taken = "2026-11-21T10:00:00Z".parse().unwrap();
    // Noise is stored as it is: only a checksum tells a flipped bit in it.
    let noise: Vec<u8> =
        (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let peer = PieceMeta { instance: None, ..PieceMeta::new(instance, PieceKind::Trace, 0, taken) };
    recorder.record(peer, &noise).unwrap();
    let mut bytes = std::fs::read(recorder.finish().unwrap().path()).unwrap();
    let at = bytes.windows(16).position(|window| window == &noise[..16]).expect("stored");
    bytes[at + 100] ^= 4;
    std::fs::write(&path, bytes).unwrap();
    let problems = open(&path).unwrap().problems;
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert!(
        problem
            .what
            .starts_with("the case is damaged from peer/0000-trace.trace on: copy it again"),
        "{problem:?}"
    );
}

#[test]
fn cases_of_before_checksums_still_open() {
    assert_eq!(open(&fixture("v1.case")).unwrap().problems, []);
}
