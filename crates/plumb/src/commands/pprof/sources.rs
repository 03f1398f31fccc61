//! Profiles from files and servers, merged and compared.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use plumb_profile::{BaseOptions, Limits, Profile, StrId, combine, subtract_base};
use plumb_view::{SymbolizeMode, has_scheme, symbolize};

use super::Failure;
use super::binaries;
use super::disk::{Disk, reason};
use super::remote::{self, Address};
use super::request::Sources;

/// Most sources that are read at the same time, as in pprof.
const MOST_AT_ONCE: usize = 128;

/// Profiles of some sources as one.
struct Merged {
    profile: Profile,
    /// Whether any of them was fetched.
    is_remote: bool,
}

/// Reads all sources into one profile. Those that cannot be read are told and left out.
pub(super) fn load(sources: &Sources) -> Result<Profile, Failure> {
    let Merged { mut profile, mut is_remote } = merged(&sources.profiles, "source", sources)?;
    if !sources.bases.is_empty() {
        let base = merged(&sources.bases, "base", sources)?;
        let options =
            BaseOptions { keep_apart: sources.is_difference, normalize: sources.normalize };
        profile = subtract_base(profile, base.profile, options)?;
        is_remote |= base.is_remote;
    }
    if sources.all_frames {
        profile.drop_frames = StrId::EMPTY;
        profile.keep_frames = StrId::EMPTY;
    }
    add_names(&mut profile, &sources.symbolize);
    profile.remove_uninteresting()?;
    forget_urls(&mut profile);
    if !sources.comment.is_empty() {
        let comment = profile.strings.push(&sources.comment);
        profile.comments.push(comment);
    }
    if is_remote {
        remote::save(&profile);
    }
    Ok(profile)
}

/// Looks up the names that the profile lacks, as `-symbolize` says.
fn add_names(profile: &mut Profile, how: &str) {
    let (mode, mut messages) = SymbolizeMode::parse(how);
    if let Some(mode) = mode {
        messages.extend(symbolize(profile, mode, &Disk));
    }
    messages.iter().for_each(|message| eprintln!("{message}"));
}

/// What was fetched and does not say which file it is of is taken as of its source, so that none is missed.
fn name_by_source(profile: &mut Profile, source: &str) {
    let source = if has_scheme(source) { source.to_owned() } else { format!("http://{source}") };
    for at in 0..profile.mappings.len() {
        let mapping = &profile.mappings[at];
        if mapping.build_id == StrId::EMPTY && profile.text(mapping.file).is_empty() {
            profile.mappings[at].file = profile.strings.push(&source);
        }
    }
}

/// The URL that a profile came from stands for its program only while names are looked up.
fn forget_urls(profile: &mut Profile) {
    for at in 0..profile.mappings.len() {
        let mapping = &profile.mappings[at];
        if mapping.build_id == StrId::EMPTY && has_scheme(profile.text(mapping.file)) {
            profile.mappings[at].file = StrId::EMPTY;
        }
    }
}

fn merged(names: &[String], what: &str, sources: &Sources) -> Result<Merged, Failure> {
    let (mut profiles, mut is_remote) = (Vec::with_capacity(names.len()), false);
    for names in names.chunks(MOST_AT_ONCE) {
        for (name, read) in names.iter().zip(read_at_once(names, sources)) {
            match read {
                Ok((profile, fetched)) => {
                    profiles.push(profile);
                    is_remote |= fetched;
                }
                Err(error) => eprintln!("{name}: {error}"),
            }
        }
    }
    if profiles.is_empty() {
        return Err(format!("failed to fetch any {what} profiles").into());
    }
    if profiles.len() != names.len() {
        eprintln!("Fetched {} {what} profiles out of {}", profiles.len(), names.len());
    }
    let problem = |error| format!("problem fetching {what} profiles: {error}");
    let profile = combine(profiles).map_err(problem)?;
    Ok(Merged { profile, is_remote })
}

/// A profile and whether it was fetched, or what is to be said of it.
type ReadOne = Result<(Profile, bool), String>;

fn read_at_once(names: &[String], sources: &Sources) -> Vec<ReadOne> {
    let read = |name: &String| read(name, sources).map_err(|error| error.to_string());
    if let [only] = names {
        return vec![read(only)];
    }
    thread::scope(|scope| {
        let threads: Vec<_> = names.iter().map(|name| scope.spawn(move || read(name))).collect();
        let joined = |thread: thread::ScopedJoinHandle<'_, ReadOne>| {
            thread.join().unwrap_or_else(|_| Err("reading it failed".to_owned()))
        };
        threads.into_iter().map(joined).collect()
    })
}

fn read(name: &str, sources: &Sources) -> Result<(Profile, bool), Failure> {
    let address = match Path::new(name).exists() {
        true => None,
        false => Address::new(name, &sources.fetching),
    };
    let bytes = match &address {
        Some(address) => address.fetch(&sources.fetching)?,
        None => read_file(name)?,
    };
    let mut profile = Profile::parse_as_pprof(&bytes, &Limits::default())?;
    binaries::locate(&mut profile, sources, &Disk);
    if address.is_some() {
        name_by_source(&mut profile, name);
    }
    Ok((profile, address.is_some()))
}

/// The first bytes of what `perf record` writes.
const PERF: &[u8] = b"PERFILE2";

fn read_file(name: &str) -> Result<Vec<u8>, Failure> {
    let bytes = fs::read(name).map_err(|error| no_such(name, &error))?;
    if bytes.starts_with(PERF) { converted(name) } else { Ok(bytes) }
}

/// A recording of `perf` as a profile, which another program makes, as for pprof.
fn converted(name: &str) -> Result<Vec<u8>, Failure> {
    eprintln!("Converting {name} to a profile.proto... (May take a few minutes)");
    let folder = tempfile::tempdir()?;
    let profile = folder.path().join("profile.pb.gz");
    let mut command = Command::new("perf_to_profile");
    command.args(["-i", name, "-o"]).arg(&profile).arg("-f");
    let why = match command.status() {
        Ok(status) if status.success() => return Ok(fs::read(&profile)?),
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    };
    let advice = "Try github.com/google/perf_data_converter";
    Err(format!("failed to convert perf.data file. {advice}: perf_to_profile: {why}").into())
}

/// An error of the file system in Go's words.
fn no_such(file: &str, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => format!("stat {file}: no such file or directory"),
        std::io::ErrorKind::PermissionDenied => format!("open {file}: permission denied"),
        _ => format!("read {file}: {}", reason(error)),
    }
}
