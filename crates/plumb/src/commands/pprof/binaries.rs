//! Where the executables of a profile are on this machine.

use std::env;

use plumb_profile::{Mapping, Profile};
use plumb_view::{Files, base};

use super::disk;
use super::request::Sources;

/// Finds the files of all mappings along `PPROF_BINARY_PATH`, and gives the profile the program that was named. A profile
/// without mappings is taken as of one file.
pub(super) fn locate(profile: &mut Profile, sources: &Sources, files: &dyn Files) {
    let search_path = search_path();
    for at in 0..profile.mappings.len() {
        if let Some(found) = found(profile, &profile.mappings[at], &search_path, files) {
            profile.mappings[at].file = profile.strings.push(&found);
        }
    }
    if profile.mappings.is_empty() {
        profile.mappings.push(Mapping { id: 1, ..Mapping::default() });
        profile.locations.iter_mut().for_each(|location| location.mapping = Some(0));
    }
    if let Some(file) = &sources.executable {
        profile.mappings[0].file = profile.strings.push(file);
    }
    if !sources.build_id.is_empty() && profile.build_id().is_empty() {
        profile.mappings[0].build_id = profile.strings.push(&sources.build_id);
    }
}

/// The folders that are searched.
fn search_path() -> Vec<String> {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let path = match variable("PPROF_BINARY_PATH") {
        path if path.is_empty() => joined(&[&variable("HOME"), "pprof/binaries"]),
        path => path,
    };
    path.split(':').map(str::to_owned).collect()
}

/// The first file that opens and is of the same build.
fn found(
    profile: &Profile,
    mapping: &Mapping,
    search_path: &[String],
    files: &dyn Files,
) -> Option<String> {
    let build_id = profile.text(mapping.build_id);
    for folder in search_path {
        for candidate in candidates(folder, profile.text(mapping.file), build_id) {
            let Ok(file) = files.open(&candidate) else { continue };
            let own = file.build_id();
            if build_id.is_empty() || build_id == own {
                return Some(candidate);
            }
            eprintln!("Ignoring local file {candidate}: build-id mismatch ({build_id} != {own})");
        }
    }
    None
}

/// Where in a folder a file may be, in the order of pprof: by build id, then by name and path, then where debuggers keep
/// what was stripped.
fn candidates(folder: &str, file: &str, build_id: &str) -> Vec<String> {
    let name = if file.is_empty() { "" } else { base(file) };
    let above = file.strip_suffix(name).unwrap_or_default();
    let mut candidates = Vec::new();
    if !build_id.is_empty() {
        candidates.push(joined(&[folder, build_id, name]));
        candidates.extend(disk::entries(&joined(&[folder, build_id])));
        candidates.push(joined(&[folder, file, build_id]));
        if let Some((first, rest)) = build_id.split_at_checked(2) {
            candidates.push(joined(&[folder, first, &format!("{rest}.debug")]));
        }
    }
    if !file.is_empty() {
        let debug = format!("{name}.debug");
        candidates.push(joined(&[folder, name]));
        candidates.push(joined(&[folder, file]));
        candidates.push(joined(&[folder, &format!("{file}.debug")]));
        candidates.push(joined(&[folder, above, ".debug", &debug]));
        candidates.push(joined(&[folder, "usr/lib/debug", above, &debug]));
    }
    candidates
}

/// Parts of a path as `filepath.Join` puts them together.
fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { String::new() } else { plumb_view::clean(&parts.join("/")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_those_of_pprof() {
        assert_eq!(
            candidates("/b", "/usr/bin/x", "abcd"),
            [
                "/b/abcd/x",
                "/b/usr/bin/x/abcd",
                "/b/ab/cd.debug",
                "/b/x",
                "/b/usr/bin/x",
                "/b/usr/bin/x.debug",
                "/b/usr/bin/.debug/x.debug",
                "/b/usr/lib/debug/usr/bin/x.debug",
            ]
        );
        assert_eq!(candidates("/b", "", "a"), ["/b/a", "/b/a"]);
        assert!(candidates("/b", "", "").is_empty());
    }
}
