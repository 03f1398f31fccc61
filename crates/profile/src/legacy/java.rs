//! Profiles of Java programs: heap and contention as text, and what follows the samples of a CPU profile. Places are
//! named below the samples.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::draft::{Draft, Place};
use super::numbers::{any_base, decimal};
use super::{LegacyError, Pattern, Result, addresses, compile, malformed_sample, unsampled};
use crate::model::Profile;

/// `name=value`
static ATTRIBUTE: Pattern = LazyLock::new(|| compile(r"([\w ]+)=([\w ]+)"));

static SAMPLE: Pattern = LazyLock::new(|| compile(r" *(\d+) +(\d+) +@ +([ x0-9a-f]*)"));

static LOCATION: Pattern = LazyLock::new(|| compile(r"^\s*0x([[:xdigit:]]+)\s+(.*)\s*$"));

/// `function (file:line)`
static FILE_AND_LINE: Pattern = LazyLock::new(|| compile(r"^(.*)\s+\((.+):(-?[[:digit:]]+)\)$"));

/// `function (path of a library)`
static PATH: Pattern = LazyLock::new(|| compile(r"^(.*)\s+\((.*)\)$"));

/// Mean bytes between two samples of the heap: 512 KiB.
const HEAP_RATE: i64 = 512 << 10;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Heap,
    Contention,
}

pub(super) fn read(text: &str) -> Result<Profile> {
    let (first, mut rest) = text.split_once('\n').ok_or(LegacyError::Unrecognized)?;
    let kind = match first.trim() {
        "--- heapz 1 ---" => Kind::Heap,
        "--- contentionz 1 ---" => Kind::Contention,
        _ => return Err(LegacyError::Unrecognized),
    };
    let mut draft = Draft::new(2);
    while let Some((line, after)) = rest.split_once('\n') {
        if !line.trim().is_empty() && !attribute(line.trim(), kind, &mut draft)? {
            break;
        }
        rest = after;
    }
    while let Some((line, after)) = rest.split_once('\n') {
        if !line.trim().is_empty() && !sample(line.trim(), kind, &mut draft)? {
            break;
        }
        rest = after;
    }
    finish(draft, rest)
}

/// False if the line is no attribute.
fn attribute(line: &str, kind: Kind, draft: &mut Draft) -> Result<bool> {
    let Some(found) = ATTRIBUTE.captures(line) else { return Ok(false) };
    let value = found[2].trim();
    let number = || {
        any_base(value).map_err(|error| {
            LegacyError::Broken(format!("failed to parse attribute {line}: {error}"))
        })
    };
    match (kind, found[1].trim()) {
        (_, "format") if value == "java" => {}
        (Kind::Heap, "resolution") => {
            draft.sample_types(&[("inuse_objects", "count"), ("inuse_space", value)]);
        }
        (Kind::Contention, "resolution") => {
            draft.sample_types(&[("contentions", "count"), ("delay", value)]);
        }
        (Kind::Contention, "sampling period") => {
            draft.period_type("contentions", "count");
            draft.profile.period = number()?;
        }
        (Kind::Contention, "ms since reset") => {
            draft.profile.duration_nanos = number()?.wrapping_mul(1_000_000);
        }
        _ => return Err(LegacyError::Unrecognized),
    }
    Ok(true)
}

/// False if the line is no sample.
fn sample(line: &str, kind: Kind, draft: &mut Draft) -> Result<bool> {
    let Some(found) = SAMPLE.captures(line) else { return Ok(false) };
    let stack = addresses(&found[3]).map_err(|error| malformed_sample(line, &error))?;
    let broken = |why: &str| LegacyError::Broken(format!("parsing sample {line}: {why}"));
    let number = |n| any_base(&found[n]).map_err(|error| broken(&error));
    let (mut count, mut amount) = (number(2)?, number(1)?);
    let mut object = None;
    match kind {
        Kind::Heap => {
            if count == 0 {
                return Err(broken("second value must be non-zero"));
            }
            object = Some(amount.wrapping_div(count));
            (count, amount) = unsampled(count, amount, HEAP_RATE);
        }
        Kind::Contention if draft.profile.period != 0 => {
            count = count.wrapping_mul(draft.profile.period);
            amount = amount.wrapping_mul(draft.profile.period);
        }
        Kind::Contention => {}
    }
    draft.sample(&[count, amount], stack.into_iter(), object);
    Ok(true)
}

/// Reads the names of the places, and ends the profile. Addresses of Java code mean nothing in another process: they
/// go once the places have names.
pub(super) fn finish(mut draft: Draft, names: &str) -> Result<Profile> {
    let mut functions = FxHashMap::<String, u32>::default();
    for line in names.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some(found) = LOCATION.captures(line) else { continue };
        let address = u64::from_str_radix(&found[1], 16).map_err(|_| {
            let digits = &found[1];
            let why = format!("strconv.ParseUint: parsing {digits:?}: value out of range");
            LegacyError::Broken(format!("parsing sample {line}: {why}"))
        })?;
        if draft.place_at(address).is_none() {
            continue;
        }
        let (name, file, number) = named(&found[2]);
        let function = match functions.get(name) {
            Some(function) => *function,
            None => {
                let function = draft.function(name, file);
                functions.insert(name.to_owned(), function);
                function
            }
        };
        if let Some(place) = draft.place_at(address) {
            *place = Place { line: Some((function, number)), ..Place::default() };
        }
    }
    let mut profile = draft.finish();
    if profile.sample_types.is_empty() && !profile.samples.is_empty() {
        return Err(LegacyError::Broken("missing sample type information".to_owned()));
    }
    profile.locations.iter_mut().for_each(|location| location.address = 0);
    Ok(profile)
}

/// Function, file and line of a place. Without a line the file is that of a library, of which the last part is enough.
fn named(text: &str) -> (&str, &str, i64) {
    if let Some(found) = FILE_AND_LINE.captures(text) {
        let part = |n| found.get(n).map_or("", |m| m.as_str());
        return (part(1), part(2), decimal(part(3)).unwrap_or(0).max(0));
    }
    if let Some(found) = PATH.captures(text) {
        let part = |n| found.get(n).map_or("", |m| m.as_str());
        return (part(1), last_part(part(2)), 0);
    }
    if text.contains("generated stub/JIT") {
        return ("STUB", "", 0);
    }
    (text, "", 0)
}

/// Go's `filepath.Base`.
fn last_part(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" if path.is_empty() => ".",
        "" => "/",
        path => path.rsplit('/').next().unwrap_or(path),
    }
}
