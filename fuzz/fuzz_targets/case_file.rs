//! Case files: any bytes, any archive, any manifest, and any piece of any kind.
#![no_main]

use std::fs::File;
use std::io::{Seek, Write};

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use plumb_case::format::MANIFEST_NAME;
use plumb_case::{CaseLimits, CaseMeta, PieceKind, PieceMeta, Recorder, open_with};
use tempfile::NamedTempFile;

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, data) = input;
    // One file for the whole run.
    thread_local!(static CASE: NamedTempFile = NamedTempFile::new().expect("a file"));
    CASE.with(|case| {
        let (path, mut file) = (case.path(), case.as_file());
        match choice % 4 {
            0 => replace(&mut file, data),
            1 => replace(&mut file, &compressed(data)),
            2 => replace(&mut file, &compressed(&archive_of_manifest(data))),
            _ => return record_and_open(choice / 4, data),
        }
        if let Ok(service) = open_with(path, &limits()) {
            let _ = service.instances.len();
        }
    });
});

/// What a fuzzer can fill.
fn limits() -> CaseLimits {
    CaseLimits { manifest_bytes: 1 << 16, piece_bytes: 1 << 16, total_bytes: 1 << 20 }
}

fn replace(file: &mut &File, bytes: &[u8]) {
    file.set_len(0).and_then(|()| file.rewind()).expect("an empty file");
    file.write_all(bytes).expect("a written file");
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 1).expect("compressed bytes")
}

/// The manifest, and every piece it could name as the bytes after its first zero.
fn archive_of_manifest(data: &[u8]) -> Vec<u8> {
    let (manifest, piece) = match data.iter().position(|byte| *byte == 0) {
        Some(zero) => (&data[..zero], &data[zero + 1..]),
        None => (data, &[][..]),
    };
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in [(MANIFEST_NAME, manifest), ("piece", piece)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        archive.append_data(&mut header, name, bytes).expect("a member");
    }
    archive.into_inner().expect("an archive")
}

/// Pieces of one kind, one of the instance and one of its peer, in a case as the recorder writes it.
fn record_and_open(kind: u8, data: &[u8]) {
    let kind = PieceKind::ALL[usize::from(kind) % PieceKind::ALL.len()];
    let meta = CaseMeta {
        plumb: "0".to_owned(),
        captured_at: Timestamp::UNIX_EPOCH,
        target: "fuzz".to_owned(),
    };
    let recorder = Recorder::create(None, meta).expect("a recorder");
    let instance = recorder.instance("fuzz");
    let (first, second) = data.split_at(data.len() / 2);
    for (round, bytes) in [(0, first), (1, second), (2, data)] {
        let piece = PieceMeta::new(instance, kind, round, Timestamp::UNIX_EPOCH);
        recorder.record(piece, bytes).expect("a piece");
    }
    let case = recorder.finish().expect("a case");
    let service = open_with(case.path(), &limits()).expect("our own case is readable");
    assert_eq!(service.instances.len(), 1);
}
