//! A profile while an old format is read: places are addresses, and get ids at the end.

use rustc_hash::FxHashMap;

use super::Result;
use super::address_map;
use super::mappings::{MappedFile, assign, tidy};
use super::scanner::Scanner;
use crate::model::{
    Function, Label, LabelValue, Line, Location, Mapping, Profile, Samples, ValueType,
};
use crate::strings::{Interner, StrId};

/// A place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) address: u64,
    /// Index of the mapping.
    pub(super) mapping: Option<u32>,
    /// Index of the function, and the line.
    pub(super) line: Option<(u32, i64)>,
}

pub(super) struct Draft {
    /// Header and samples; tables are filled at the end.
    pub(super) profile: Profile,
    strings: Interner,
    places: Vec<Place>,
    by_address: FxHashMap<u64, u32>,
    mappings: Vec<MappedFile>,
    /// Name and file.
    functions: Vec<(StrId, StrId)>,
}

impl Draft {
    /// A profile whose samples have `values` values.
    pub(super) fn new(values: usize) -> Self {
        let profile = Profile { samples: Samples::new(values), ..Profile::default() };
        Self {
            profile,
            strings: Interner::new(),
            places: Vec::new(),
            by_address: FxHashMap::default(),
            mappings: Vec::new(),
            functions: Vec::new(),
        }
    }

    pub(super) fn value_type(&mut self, kind: &str, unit: &str) -> ValueType {
        ValueType { kind: self.strings.intern(kind), unit: self.strings.intern(unit) }
    }

    pub(super) fn sample_types(&mut self, types: &[(&str, &str)]) {
        self.profile.sample_types =
            types.iter().map(|(kind, unit)| self.value_type(kind, unit)).collect();
    }

    pub(super) fn period_type(&mut self, kind: &str, unit: &str) {
        self.profile.period_type = self.value_type(kind, unit);
    }

    /// Adds a sample; `bytes` becomes the label of that name.
    pub(super) fn sample(
        &mut self,
        values: &[i64],
        addresses: impl Iterator<Item = u64>,
        bytes: Option<i64>,
    ) {
        let (places, by_address) = (&mut self.places, &mut self.by_address);
        let stack = addresses.map(|address| {
            *by_address.entry(address).or_insert_with(|| {
                places.push(Place { address, ..Place::default() });
                places.len() as u32 - 1
            })
        });
        let key = self.strings.intern("bytes");
        let label = |number| Label { key, value: LabelValue::Number(number, StrId::EMPTY) };
        self.profile.samples.push(values, stack, bytes.map(label));
    }

    /// The place that samples know by this address.
    pub(super) fn place_at(&mut self, address: u64) -> Option<&mut Place> {
        let place = *self.by_address.get(&address)?;
        self.places.get_mut(place as usize)
    }

    pub(super) fn address(&self, place: u32) -> u64 {
        self.places[place as usize].address
    }

    pub(super) fn function(&mut self, name: &str, file: &str) -> u32 {
        self.functions.push((self.strings.intern(name), self.strings.intern(file)));
        self.functions.len() as u32 - 1
    }

    /// Reads the mapped files below the current line of `scanner`, and ends the profile.
    pub(super) fn finish_with_map(mut self, scanner: &mut Scanner<'_>) -> Result<Profile> {
        self.mappings = tidy(address_map::read(scanner)?);
        Ok(self.finish())
    }

    /// Numbers what samples refer to in the order in which they do.
    pub(super) fn finish(mut self) -> Profile {
        let mut places = self.used_places();
        assign(&mut self.mappings, &mut places);
        let mut functions = Vec::new();
        let mut known = FxHashMap::default();
        let profile = &mut self.profile;
        for (at, place) in places.iter().enumerate() {
            let first_line = profile.lines.len() as u32;
            profile.lines.extend(place.line.map(|(function, line)| {
                let function = *known.entry(function).or_insert_with(|| {
                    functions.push(self.functions[function as usize]);
                    functions.len() as u32 - 1
                });
                Line { function: Some(function), line, column: 0 }
            }));
            profile.locations.push(Location {
                id: at as u64 + 1,
                mapping: place.mapping,
                address: place.address,
                first_line,
                line_count: profile.lines.len() as u32 - first_line,
                folded: false,
            });
        }
        for (at, (name, file)) in functions.into_iter().enumerate() {
            let id = at as u64 + 1;
            profile.functions.push(Function { id, name, system_name: name, file, start_line: 0 });
        }
        for (at, file) in self.mappings.iter().enumerate() {
            profile.mappings.push(Mapping {
                id: at as u64 + 1,
                start: file.start,
                limit: file.limit,
                offset: file.offset,
                file: self.strings.intern(&file.file),
                build_id: self.strings.intern(&file.build_id),
                resolved: 0,
            });
        }
        Profile { strings: self.strings.finish(), ..self.profile }
    }

    /// The places of all samples, each once, in the order of the samples, which refer to them from now on.
    fn used_places(&mut self) -> Vec<Place> {
        let mut new: Vec<Option<u32>> = vec![None; self.places.len()];
        let mut used = Vec::new();
        let places = &self.places;
        self.profile.samples.edit_stacks(|_, stack| {
            for place in stack.iter_mut() {
                let old = *place as usize;
                *place = *new[old].get_or_insert_with(|| {
                    used.push(places[old]);
                    used.len() as u32 - 1
                });
            }
            Some(0..stack.len())
        });
        used
    }
}

/// Removes the second place of stacks where the profiler recorded the leaf twice: once from the signal, once from
/// unwinding, which moved it by one.
pub(super) fn remove_doubled_leaves(profile: &mut Profile) {
    let Profile { samples, locations, .. } = profile;
    let address = |location: u32| locations[location as usize].address;
    samples.edit_stacks(|_, stack| {
        let doubled = stack.len() > 1 && address(stack[0]) == address(stack[1]).wrapping_add(1);
        Some(if doubled { remove_second(stack) } else { 0..stack.len() })
    });
}

/// Moves the leaf over the second place, and returns what stays.
pub(super) fn remove_second(stack: &mut [u32]) -> std::ops::Range<usize> {
    stack[1] = stack[0];
    1..stack.len()
}
