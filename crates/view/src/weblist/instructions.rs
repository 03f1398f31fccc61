//! The code around addresses of interest.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use plumb_binary::{ObjectFile, SourceFrame};
use plumb_profile::{Location, Mapping, Profile};
use rustc_hash::FxHashMap;

use super::samples::Samples;
use crate::disasm::{shift, syntax};
use crate::files::Files;
use crate::report::Report;

/// How far around a sampled address code is decoded, in bytes.
const AROUND: u64 = 500;
/// Most ranges of addresses that are decoded: those that took most.
const MOST_RANGES: usize = 25;
/// How far from an instruction of a known line one without is taken to be of that line too, in bytes.
const NEIGHBOURHOOD: u64 = 32;

/// An instruction, or an address without an executable to look it up in.
#[derive(Debug, Default)]
pub(super) struct Instruction {
    /// Its address in the executable.
    pub(super) address: u64,
    /// Bytes up to the next one.
    pub(super) size: u64,
    /// Empty if it is not known.
    pub(super) text: String,
    pub(super) file: String,
    pub(super) line: i64,
    pub(super) flat: i64,
    pub(super) cum: i64,
    /// Where it is from, inlined functions first.
    pub(super) frames: Vec<SourceFrame>,
}

/// Instructions by their address in the profile.
pub(super) type Code = BTreeMap<u64, Instruction>;

/// An executable, and what its addresses in the profile are larger by.
type Opened = (ObjectFile, u64);

/// Addresses of one executable.
struct Range {
    begin: u64,
    end: u64,
    file: String,
    weight: i64,
}

/// The instructions around all addresses of interest, with what they took.
pub(super) fn around(report: &Report, files: &dyn Files, samples: &Samples) -> Code {
    let profile = &report.profile;
    let mut opened: FxHashMap<String, Option<Opened>> = FxHashMap::default();
    let mut code = Code::new();
    let mut known = Vec::new();
    for (&address, &location) in &samples.addresses {
        let location = &profile.locations[location as usize];
        match mapping(profile, location) {
            Some(mapping) if is_open(profile, mapping, files, &mut opened) => {
                known.push((address, mapping));
            }
            _ => drop(code.insert(address, from_profile(profile, address, location))),
        }
    }
    let mut ranges = ranges(profile, &known, samples);
    ranges.sort_by_key(|range| Reverse(range.weight));
    for range in ranges.iter().take(MOST_RANGES) {
        if let Some(Some((file, shift))) = opened.get_mut(&range.file) {
            decode(report, range, file, *shift, &mut code);
        }
    }
    for (&address, instruction) in &mut code {
        let end = address.saturating_add(instruction.size);
        // A sample may lie inside an instruction, one byte behind its beginning.
        let sum = |sums: &FxHashMap<u64, i64>| {
            (address..end)
                .filter_map(|at| sums.get(&at))
                .fold(0, |sum: i64, v| sum.wrapping_add(*v))
        };
        (instruction.flat, instruction.cum) = (sum(&samples.flat), sum(&samples.cum));
    }
    code
}

fn mapping<'p>(profile: &'p Profile, location: &Location) -> Option<&'p Mapping> {
    profile.mappings.get(location.mapping? as usize)
}

fn is_open(
    profile: &Profile,
    mapping: &Mapping,
    files: &dyn Files,
    opened: &mut FxHashMap<String, Option<Opened>>,
) -> bool {
    let path = profile.text(mapping.file);
    let open = || {
        let file = files.open(path).ok()?;
        let shift = shift(&file, mapping.start);
        Some((file, shift))
    };
    opened.entry(path.to_owned()).or_insert_with(open).is_some()
}

/// An address of which only the profile knows where it is from.
fn from_profile(profile: &Profile, address: u64, location: &Location) -> Instruction {
    let frame = |line: &plumb_profile::Line| {
        let function = profile.functions.get(line.function? as usize)?;
        let text = |id| profile.text(id).to_owned();
        Some(SourceFrame {
            function: text(function.name),
            file: text(function.file),
            line: line.line,
        })
    };
    let frames: Vec<_> = profile.location_lines(location).iter().filter_map(frame).collect();
    let place = frames.first().cloned().unwrap_or_default();
    let (file, line) = (place.file, place.line);
    Instruction { address, size: 1, file, line, frames, ..Instruction::default() }
}

/// Ranges that cover all addresses. Those that would overlap are one.
fn ranges(profile: &Profile, addresses: &[(u64, &Mapping)], samples: &Samples) -> Vec<Range> {
    let weight = |address| samples.flat.get(&address).copied().unwrap_or(0);
    let mut ranges = Vec::new();
    let mut rest = addresses.iter().peekable();
    while let Some(&(begin, mapping)) = rest.next() {
        let mut range = Range {
            begin,
            end: begin,
            file: profile.text(mapping.file).to_owned(),
            weight: weight(begin),
        };
        while let Some(&(next, _)) = rest.next_if(|&&(next, _)| {
            next <= range.end.saturating_add(2 * AROUND) && next < mapping.limit
        }) {
            range.end = next;
            range.weight = range.weight.wrapping_add(weight(next));
        }
        range.begin = if begin == mapping.start { begin } else { begin.saturating_sub(AROUND) };
        range.end = match mapping.limit.checked_sub(range.end) {
            Some(room) if room < AROUND => mapping.limit,
            _ => range.end.saturating_add(AROUND),
        };
        ranges.push(range);
    }
    ranges
}

fn decode(report: &Report, range: &Range, file: &mut ObjectFile, shift: u64, code: &mut Code) {
    let addresses = range.begin.wrapping_sub(shift)..range.end.wrapping_sub(shift);
    let Ok(found) = file.instructions(addresses, syntax(report)) else { return };
    let mut next = found.iter().skip(1).map(|one| one.address).collect::<Vec<_>>().into_iter();
    let mut last: Option<(u64, Vec<SourceFrame>)> = None;
    for one in found {
        let address = one.address.wrapping_add(shift);
        let size = next.next().map_or(1, |next| next.wrapping_sub(one.address));
        let frame = file.frame(one.address).unwrap_or_else(|| SourceFrame {
            function: String::new(),
            file: one.file.clone(),
            line: one.line,
        });
        let (place, line) = (frame.file.clone(), frame.line);
        let mut frames = vec![frame];
        match &last {
            _ if line != 0 => last = Some((address, frames.clone())),
            Some((near, known)) if address.wrapping_sub(*near) <= NEIGHBOURHOOD => {
                frames.clone_from(known);
            }
            _ => {}
        }
        let address_in_file = one.address;
        let text = one.text;
        code.insert(
            address,
            Instruction {
                address: address_in_file,
                size,
                text,
                file: place,
                line,
                frames,
                flat: 0,
                cum: 0,
            },
        );
    }
}
