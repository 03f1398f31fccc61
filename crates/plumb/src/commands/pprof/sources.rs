//! Profiles from files, merged and compared.

use std::fs::{self, File};
use std::io::Read;

use plumb_profile::{BaseOptions, Limits, Mapping, Profile, combine, subtract_base};

use super::Failure;
use super::request::Sources;

/// Reads all sources into one profile. Those that cannot be read are told and left out.
pub(super) fn load(sources: &Sources) -> Result<Profile, Failure> {
    let profile = merged(&sources.profiles, "source", sources)?;
    let mut profile = if sources.bases.is_empty() {
        profile
    } else {
        let base = merged(&sources.bases, "base", sources)?;
        let options =
            BaseOptions { keep_apart: sources.is_difference, normalize: sources.normalize };
        subtract_base(profile, base, options)?
    };
    if sources.all_frames {
        profile.drop_frames = plumb_profile::StrId::EMPTY;
        profile.keep_frames = plumb_profile::StrId::EMPTY;
    }
    profile.remove_uninteresting()?;
    if !sources.comment.is_empty() {
        let comment = profile.strings.push(&sources.comment);
        profile.comments.push(comment);
    }
    Ok(profile)
}

fn merged(files: &[String], what: &str, sources: &Sources) -> Result<Profile, Failure> {
    let mut profiles = Vec::with_capacity(files.len());
    for file in files {
        match read(file, sources) {
            Ok(profile) => profiles.push(profile),
            Err(error) => eprintln!("{file}: {error}"),
        }
    }
    if profiles.is_empty() {
        return Err(format!("failed to fetch any {what} profiles").into());
    }
    if profiles.len() != files.len() {
        eprintln!("Fetched {} {what} profiles out of {}", profiles.len(), files.len());
    }
    let problem = |error| format!("problem fetching {what} profiles: {error}");
    Ok(combine(profiles).map_err(problem)?)
}

fn read(file: &str, sources: &Sources) -> Result<Profile, Failure> {
    let bytes = fs::read(file).map_err(|error| no_such(file, &error))?;
    let mut profile = Profile::parse_as_pprof(&bytes, &Limits::default())?;
    name_program(&mut profile, sources);
    Ok(profile)
}

/// An error of the file system in Go's words.
fn no_such(file: &str, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => format!("stat {file}: no such file or directory"),
        std::io::ErrorKind::PermissionDenied => format!("open {file}: permission denied"),
        _ => format!("read {file}: {error}"),
    }
}

/// Gives the profile the program that was named. A profile without mappings is taken as of one file.
fn name_program(profile: &mut Profile, sources: &Sources) {
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

/// Whether a file is a program.
pub(super) fn is_executable(file: &str) -> bool {
    let mut magic = [0; 4];
    File::open(file).and_then(|mut file| file.read_exact(&mut magic)).is_ok()
        && magic == *b"\x7fELF"
}
