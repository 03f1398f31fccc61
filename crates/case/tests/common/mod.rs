//! Cases made and taken apart in tests.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::io::Read;
use std::path::{Path, PathBuf};

use plumb_case::{CaseMeta, Recorder};

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

pub(crate) fn meta() -> CaseMeta {
    CaseMeta {
        plumb: "0.1.0".to_owned(),
        captured_at: "2026-11-21T10:00:00Z".parse().unwrap(),
        target: "http://eve:secret@127.0.0.1:6060/debug/pprof?token=abc".to_owned(),
    }
}

pub(crate) fn recorder(path: &Path) -> Recorder {
    Recorder::create(Some(path), meta()).expect("a recorder")
}

/// Unpacks a case into a folder, as `tar --zstd -xf` does.
pub(crate) fn unpack(case: &Path, folder: &Path) {
    let file = std::fs::File::open(case).unwrap();
    let stream = zstd::stream::read::Decoder::new(file).unwrap();
    tar::Archive::new(stream).unpack(folder).unwrap();
}

/// The uncompressed tar of a case.
pub(crate) fn tar_of(case: &Path) -> Vec<u8> {
    let file = std::fs::File::open(case).unwrap();
    let mut tar = Vec::new();
    zstd::stream::read::Decoder::new(file).unwrap().read_to_end(&mut tar).unwrap();
    tar
}

/// Writes a case from members.
pub(crate) fn pack(path: &Path, members: &[(&str, &[u8])]) {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, *bytes).unwrap();
    }
    let tar = tar.into_inner().unwrap();
    std::fs::write(path, zstd::encode_all(tar.as_slice(), 3).unwrap()).unwrap();
}

/// A small dump in the form of `debug=2`.
pub(crate) fn dump(count: u64) -> String {
    let goroutine = |id| {
        format!(
            "goroutine {id} [chan send, {} minutes]:\nmain.send(...)\n\t/app/main.go:10\n\
             main.handle.func1()\n\t/app/main.go:20 +0x1d\ncreated by main.handle in goroutine 1\n\t/app/main.go:19 +0x5e\n\n",
            id % 7 + 1
        )
    };
    (1..=count).map(goroutine).collect()
}
