//! Profiles to compare with.

use std::fs;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Folder and file.
pub(crate) fn name(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|p| p.to_string_lossy()).collect();
    parts[parts.len().saturating_sub(2)..].join("/")
}

fn files(folder: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| ends.iter().any(|end| path.to_string_lossy().ends_with(end)));
    files.sort();
    files
}

fn go_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("go")));
    folders.sort();
    folders
}

/// All profiles that Go programs wrote, and some files that are none.
pub(crate) fn recorded() -> Vec<PathBuf> {
    let ends = [".pb.gz", ".debug1.txt", "segv.log"];
    go_folders().iter().flat_map(|folder| files(folder, &ends)).collect()
}

/// A few profiles of different kinds.
pub(crate) fn some() -> Vec<PathBuf> {
    let newest = fixtures().join("go1.27.3");
    let oldest = fixtures().join("go1.9.7");
    ["heap", "goroutine", "cpu", "mutex", "block", "goroutineleak"]
        .iter()
        .map(|kind| newest.join(format!("{kind}.pb.gz")))
        .chain([oldest.join("heap.pb.gz"), newest.join("heap.debug1.txt")])
        .collect()
}

/// Profiles that are merged; some cannot be.
pub(crate) fn groups() -> Vec<Vec<PathBuf>> {
    let at = |folder: &str, file: &str| fixtures().join(folder).join(file);
    let versions = ["go1.27.3", "go1.26.8", "go1.19.13", "go1.9.7"];
    let mut groups = Vec::new();
    for kind in ["heap", "goroutine", "cpu", "block", "empty"] {
        let file = format!("{kind}.pb.gz");
        groups.push(versions.iter().map(|version| at(version, &file)).collect());
        groups.push(vec![at("go1.27.3", &file), at("go1.27.3", &file)]);
        groups.push(vec![at("go1.27.3", &file), at("go1.9.7", &file)]);
    }
    groups.push(vec![at("go1.27.3", "heap.pb.gz"), at("go1.27.3", "allocs.pb.gz")]);
    groups.push(vec![at("go1.27.3", "mutex.pb.gz"), at("go1.27.3", "block.pb.gz")]);
    groups.push(vec![at("go1.27.3", "heap.pb.gz"), at("go1.27.3", "cpu.pb.gz")]);
    groups.push(vec![at("go1.27.3", "heap.pb.gz"), at("go1.27.3", "heap.debug1.txt")]);
    groups
}
