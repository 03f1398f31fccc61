//! What addresses took, and which of them are of functions that are asked for.

use std::collections::BTreeMap;

use plumb_profile::{Line, Location, Profile};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::go_text::unsigned;
use crate::report::Report;

/// Samples by address.
#[derive(Debug, Default)]
pub(super) struct Samples {
    pub(super) flat: FxHashMap<u64, i64>,
    pub(super) cum: FxHashMap<u64, i64>,
    /// Names of functions that are asked for, as in the profile and as in the symbol table.
    pub(super) interest: FxHashSet<String>,
    /// Addresses in them, with their location.
    pub(super) addresses: BTreeMap<u64, u32>,
    /// Readable names of functions by those of the symbol table.
    pub(super) names: FxHashMap<String, String>,
}

/// Gives addresses to locations that have none: larger ones than any of the profile.
struct Addresses {
    next: u64,
    given: FxHashMap<u32, u64>,
}

impl Addresses {
    fn new(profile: &Profile) -> Self {
        let next = profile.mappings.iter().map(|mapping| mapping.limit).max().unwrap_or(0).max(1);
        Self { next, given: FxHashMap::default() }
    }

    fn of(&mut self, location: u32, found: &Location) -> u64 {
        if found.address != 0 {
            return found.address;
        }
        *self.given.entry(location).or_insert_with(|| {
            self.next = self.next.wrapping_add(1);
            self.next.wrapping_sub(1)
        })
    }
}

pub(super) fn collect(report: &Report) -> Samples {
    let profile = &report.profile;
    let mut samples = Samples::default();
    let mut addresses = Addresses::new(profile);
    let mut known: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    let wanted = unsigned(report.argument_text());
    for index in 0..profile.samples.len() {
        let value = value(report, index);
        for (depth, &location) in profile.samples.locations(index).iter().enumerate().rev() {
            let Some(found) = profile.locations.get(location as usize) else { continue };
            let address = addresses.of(location, found);
            let add = |sums: &mut FxHashMap<u64, i64>| {
                let sum = sums.entry(address).or_default();
                *sum = sum.wrapping_add(value);
            };
            add(&mut samples.cum);
            if depth == 0 {
                add(&mut samples.flat);
            }
            let lines = known.entry(location).or_insert_with(|| {
                samples.name(profile, found);
                lines_of_interest(report, found, wanted == Some(address))
            });
            for &line in lines.iter() {
                samples.mark(profile, address, location, &profile.location_lines(found)[line]);
            }
        }
    }
    samples
}

fn value(report: &Report, sample: usize) -> i64 {
    let values = report.profile.samples.values(sample);
    let at = |index: usize| values.get(index).copied().unwrap_or(0);
    let value = at(report.values.of.index);
    match report.values.of.divisor.map_or(0, at) {
        0 => value,
        divisor => value.wrapping_div(divisor),
    }
}

/// The positions of a location whose function is asked for; of an address that is asked for, the function that holds it.
fn lines_of_interest(report: &Report, location: &Location, is_wanted: bool) -> Vec<usize> {
    let profile = &report.profile;
    let lines = profile.location_lines(location);
    let Some((regex, _)) = report.argument.as_ref().filter(|_| !is_wanted) else {
        return lines.len().checked_sub(1).into_iter().collect();
    };
    let mapping = location.mapping.and_then(|mapping| profile.mappings.get(mapping as usize));
    let is_file = mapping.is_some_and(|mapping| regex.is_match(profile.text(mapping.file)));
    let is_match = |line: &Line| {
        let function = line.function.and_then(|at| profile.functions.get(at as usize));
        function.is_some_and(|function| {
            let names = [function.name, function.system_name, function.file];
            names.iter().any(|&name| regex.is_match(profile.text(name)))
        })
    };
    let lines = lines.iter().enumerate();
    lines.filter(|(at, line)| *at == 0 && is_file || is_match(line)).map(|(at, _)| at).collect()
}

impl Samples {
    fn name(&mut self, profile: &Profile, location: &Location) {
        for line in profile.location_lines(location) {
            let function = line.function.and_then(|at| profile.functions.get(at as usize));
            if let Some(function) = function {
                let system_name = profile.text(function.system_name).to_owned();
                self.names.insert(system_name, profile.text(function.name).to_owned());
            }
        }
    }

    fn mark(&mut self, profile: &Profile, address: u64, location: u32, line: &Line) {
        let function = line.function.and_then(|at| profile.functions.get(at as usize));
        let Some(function) = function else { return };
        // An entry means that its function is known too.
        if let std::collections::btree_map::Entry::Vacant(vacant) = self.addresses.entry(address) {
            vacant.insert(location);
        }
        for name in [function.name, function.system_name] {
            let name = profile.text(name);
            if !self.interest.contains(name) {
                self.interest.insert(name.to_owned());
            }
        }
    }
}
