//! Packs a folder of evidence files named `<round>-<kind>.<ending>` into a case:
//! `cargo run -p plumb-case --example pack -- FOLDER OUT.case`.

use std::path::Path;
use std::time::SystemTime;

use plumb_case::{CaseMeta, PieceKind, PieceMeta, Recorder};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, out] = args.as_slice() else { return Err("usage: pack FOLDER OUT.case".into()) };
    let mut files: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    files.sort_by_key(std::fs::DirEntry::file_name);
    let first = files.iter().map(taken).min().ok_or("the folder is empty")?;
    let meta = CaseMeta {
        plumb: env!("CARGO_PKG_VERSION").to_owned(),
        captured_at: first.try_into()?,
        target: "http://127.0.0.1:18090".to_owned(),
    };
    let recorder = Recorder::create(Some(Path::new(out)), meta)?;
    let instance = recorder.instance("127.0.0.1:18090");
    for file in &files {
        let name = file.file_name().to_string_lossy().into_owned();
        let stem = name.split('.').next().unwrap_or_default();
        let (round, kind) = stem.split_once('-').ok_or("a name without a round")?;
        let is_kind = |known: &&PieceKind| known.name() == kind;
        let kind = PieceKind::ALL.iter().find(is_kind).ok_or("an unknown kind")?;
        let meta = PieceMeta::new(instance, *kind, round.parse()?, taken(file).try_into()?);
        recorder.record(meta, &std::fs::read(file.path())?)?;
    }
    recorder.missing(instance, "trace");
    println!("{}", recorder.finish()?.path().display());
    Ok(())
}

fn taken(file: &std::fs::DirEntry) -> SystemTime {
    let modified = file.metadata().and_then(|metadata| metadata.modified());
    modified.unwrap_or(SystemTime::UNIX_EPOCH)
}
