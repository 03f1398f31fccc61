//! Memory stays small whatever the size of a piece. A binary of its own, because the peak is the process's.

mod common;

use std::io::Write;

use common::{dump, recorder};
use plumb_case::{PieceKind, PieceMeta, open, scrub};

/// Peak resident set in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().trim().parse::<u64>().unwrap() * 1024
}

/// Bytes that do not compress (xorshift64, Marsaglia 2003).
fn noise(state: &mut u64, block: &mut [u8]) {
    for word in block.chunks_exact_mut(8) {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        word.copy_from_slice(&state.to_le_bytes());
    }
}

#[test]
fn large_pieces_stream_through() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.case");
    let recorder = recorder(&path);
    let id = recorder.instance("a");
    let at = "2026-11-21T10:00:05Z".parse().unwrap();
    let goroutines = dump(1000);
    let before = peak();

    let mut block = vec![0; 1 << 20];
    let mut state = 88172645463325252;
    let mut piece = recorder.piece(PieceMeta::new(id, PieceKind::Trace, 0, at)).unwrap();
    for _ in 0..300 {
        noise(&mut state, &mut block);
        piece.write_all(&block).unwrap();
    }
    assert_eq!(piece.bytes(), 300 << 20);
    piece.finish().unwrap();
    let mut piece = recorder.piece(PieceMeta::new(id, PieceKind::GoroutineDump, 0, at)).unwrap();
    for _ in 0..300 {
        piece.write_all(goroutines.as_bytes()).unwrap();
    }
    let bytes = piece.bytes();
    piece.finish().unwrap();
    recorder.finish().unwrap();

    open(&path).unwrap();
    scrub(&path, &folder.path().join("clean.case")).unwrap();
    let grown = peak() - before;
    assert!(bytes > 50 << 20, "{bytes}");
    assert!(grown < 40 << 20, "{} MB for pieces of {} MB", grown >> 20, 300 + (bytes >> 20));
}
