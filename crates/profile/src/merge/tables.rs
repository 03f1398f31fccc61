//! Merging the samples and what they refer to. Everything is found again by content, in tables of positions.

use std::hash::{Hash, Hasher};

use hashbrown::HashTable;
use rustc_hash::{FxHashMap, FxHasher};

use super::headers::Header;
use super::unused;
use crate::model::{
    Function, Label, LabelValue, Line, Location, Mapping, Profile, Samples, sort_labels,
};
use crate::strings::{Interner, StrId};

/// Mappings whose sizes differ by less are taken for the same.
const MAPPING_SIZE_ROUNDING: u64 = 0x1000;

/// Position of something that was not met yet.
const NEW: u32 = u32::MAX;

/// A profile that grows by the samples of others.
pub(super) struct Merger {
    out: Profile,
    strings: Interner,
    samples: HashTable<u32>,
    locations: HashTable<u32>,
    functions: FxHashMap<(i64, StrId, StrId, StrId), u32>,
    mappings: FxHashMap<(u64, u64, StrId), u32>,
    stack: Vec<u32>,
    labels: Vec<Label>,
    lines: Vec<Line>,
}

/// Where the tables of one source are in the result; [`NEW`] for what no sample has referred to yet.
struct Known {
    strings: Vec<u32>,
    locations: Vec<u32>,
    functions: Vec<u32>,
    /// With the distance that addresses move.
    mappings: Vec<(u32, u64)>,
}

impl Known {
    fn new(source: &Profile) -> Self {
        Self {
            strings: vec![NEW; source.strings.len()],
            locations: vec![NEW; source.locations.len()],
            functions: vec![NEW; source.functions.len()],
            mappings: vec![(NEW, 0); source.mappings.len()],
        }
    }
}

impl Merger {
    /// `samples` is how many will be added at most.
    pub(super) fn new(header: Header, samples: usize) -> Self {
        let Header { mut profile, strings } = header;
        profile.samples = Samples::new(profile.sample_types.len());
        Self {
            out: profile,
            strings,
            samples: HashTable::with_capacity(samples),
            locations: HashTable::new(),
            functions: FxHashMap::default(),
            mappings: FxHashMap::default(),
            stack: Vec::new(),
            labels: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// Adds the samples of `source`, except those of zeros.
    pub(super) fn add(&mut self, source: &Profile) {
        let mut known = Known::new(source);
        if self.mappings.is_empty() && !source.mappings.is_empty() {
            // The first mapping is the program itself and stays the first.
            self.mapping(source, 0, &mut known);
        }
        for index in 0..source.samples.len() {
            if !is_zero(source.samples.values(index)) {
                self.sample(source, index, &mut known);
            }
        }
    }

    pub(super) fn finish(self) -> Profile {
        let mut profile = Profile { strings: self.strings.finish(), ..self.out };
        let is_zero = |samples: &Samples, index| is_zero(samples.values(index));
        if (0..profile.samples.len()).any(|index| is_zero(&profile.samples, index)) {
            profile.samples.retain(|samples, index| !is_zero(samples, index));
            unused::remove(&mut profile);
        }
        profile
    }

    fn sample(&mut self, source: &Profile, index: usize, known: &mut Known) {
        self.stack.clear();
        for location in source.samples.locations(index) {
            let location = self.location(source, *location, known);
            self.stack.extend(location);
        }
        self.canonical_labels(source, index, known);
        let values = source.samples.values(index);
        let (stack, labels, samples) = (&self.stack, &self.labels, &mut self.out.samples);
        let equal = |at: &u32| {
            let at = *at as usize;
            samples.locations(at) == stack && samples.labels(at) == labels
        };
        let hash = sample_hash(stack, labels);
        if let Some(at) = self.samples.find(hash, equal) {
            let sums = samples.values_mut(*at as usize);
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum = sum.wrapping_add(*value));
            return;
        }
        let at = samples.len() as u32;
        samples.push(values, stack.iter().copied(), labels.iter().copied());
        let samples = &*samples;
        self.samples.insert_unique(hash, at, |at| {
            sample_hash(samples.locations(*at as usize), samples.labels(*at as usize))
        });
    }

    /// The labels of a sample: texts before numbers, each sorted by name. The order of the values of one name stays.
    fn canonical_labels(&mut self, source: &Profile, index: usize, known: &mut Known) {
        self.labels.clear();
        for label in source.samples.labels(index) {
            let key = self.string(source, label.key, known);
            let value = match label.value {
                LabelValue::Text(text) => LabelValue::Text(self.string(source, text, known)),
                LabelValue::Number(number, unit) => {
                    LabelValue::Number(number, self.string(source, unit, known))
                }
            };
            self.labels.push(Label { key, value });
        }
        sort_labels(&mut self.labels, |id| self.strings.get(id));
    }

    fn string(&mut self, source: &Profile, id: StrId, known: &mut Known) -> StrId {
        let Some(slot) = known.strings.get_mut(id.0 as usize) else { return StrId::EMPTY };
        if *slot == NEW {
            *slot = self.strings.intern(source.text(id)).0;
        }
        StrId(*slot)
    }

    /// None if the source has no such location.
    #[inline]
    fn location(&mut self, source: &Profile, index: u32, known: &mut Known) -> Option<u32> {
        let at = *known.locations.get(index as usize)?;
        if at != NEW {
            return Some(at);
        }
        let at = self.new_location(source, index, known);
        known.locations[index as usize] = at;
        Some(at)
    }

    #[cold]
    fn new_location(&mut self, source: &Profile, index: u32, known: &mut Known) -> u32 {
        let old = &source.locations[index as usize];
        let (mapping, moved) = match old.mapping {
            Some(mapping) => {
                let (mapping, moved) = self.mapping(source, mapping, known);
                (Some(mapping), moved)
            }
            None => (None, 0),
        };
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        for line in source.location_lines(old) {
            let function = line.function.map(|f| self.function(source, f, known));
            lines.push(Line { function, ..*line });
        }
        let address = old.address.wrapping_add(moved);
        let at = self.intern_location(Location { mapping, address, ..*old }, &lines);
        self.lines = lines;
        at
    }

    fn intern_location(&mut self, location: Location, lines: &[Line]) -> u32 {
        let out = &mut self.out;
        let key = LocationKey::new(&location, lines, &out.mappings);
        let key_at = |at: &u32| {
            let location = &out.locations[*at as usize];
            LocationKey::new(location, out.location_lines(location), &out.mappings)
        };
        let hash = key.hash();
        if let Some(at) = self.locations.find(hash, |at| key_at(at) == key) {
            return *at;
        }
        let at = out.locations.len() as u32;
        self.locations.insert_unique(hash, at, |at| key_at(at).hash());
        out.locations.push(Location {
            id: u64::from(at) + 1,
            first_line: out.lines.len() as u32,
            line_count: lines.len() as u32,
            ..location
        });
        out.lines.extend_from_slice(lines);
        at
    }

    fn function(&mut self, source: &Profile, index: u32, known: &mut Known) -> u32 {
        let at = known.functions[index as usize];
        if at != NEW {
            return at;
        }
        let old = source.functions[index as usize];
        let [name, system_name, file] =
            [old.name, old.system_name, old.file].map(|id| self.string(source, id, known));
        let functions = &mut self.out.functions;
        let key = (old.start_line, name, system_name, file);
        let at = *self.functions.entry(key).or_insert_with(|| {
            let id = functions.len() as u64 + 1;
            functions.push(Function { id, name, system_name, file, start_line: old.start_line });
            id as u32 - 1
        });
        known.functions[index as usize] = at;
        at
    }

    /// Position of a mapping, and how far addresses in it move. What has neither a build id nor a name is the same
    /// everywhere.
    fn mapping(&mut self, source: &Profile, index: u32, known: &mut Known) -> (u32, u64) {
        let found = known.mappings[index as usize];
        if found.0 != NEW {
            return found;
        }
        let old = source.mappings[index as usize];
        let [file, build_id] = [old.file, old.build_id].map(|id| self.string(source, id, known));
        let size = old.limit.wrapping_sub(old.start).wrapping_add(MAPPING_SIZE_ROUNDING - 1);
        let size = size - size % MAPPING_SIZE_ROUNDING;
        let name = if build_id == StrId::EMPTY { file } else { build_id };
        let mappings = &mut self.out.mappings;
        let at = *self.mappings.entry((size, old.offset, name)).or_insert_with(|| {
            let id = mappings.len() as u64 + 1;
            mappings.push(Mapping { id, file, build_id, ..old });
            id as u32 - 1
        });
        let found = (at, mappings[at as usize].start.wrapping_sub(old.start));
        known.mappings[index as usize] = found;
        found
    }
}

fn is_zero(values: &[i64]) -> bool {
    values.iter().all(|value| *value == 0)
}

fn sample_hash(stack: &[u32], labels: &[Label]) -> u64 {
    let mut hasher = FxHasher::default();
    stack.hash(&mut hasher);
    for label in labels {
        let (kind, number, text) = match label.value {
            LabelValue::Text(text) => (0u32, 0, text),
            LabelValue::Number(number, unit) => (1, number, unit),
        };
        (label.key, kind, number, text).hash(&mut hasher);
    }
    hasher.finish()
}

/// What makes two locations of the result the same. Addresses count from the start of the mapping, which is loaded
/// anywhere. Of the columns pprof compares only that of the last line.
#[derive(PartialEq)]
struct LocationKey<'a> {
    address: u64,
    mapping: Option<u32>,
    folded: bool,
    lines: LineKeys<'a>,
}

struct LineKeys<'a>(&'a [Line]);

impl LineKeys<'_> {
    fn parts(&self) -> impl Iterator<Item = (Option<u32>, i64)> {
        self.0.iter().map(|line| (line.function, line.line))
    }

    fn last_column(&self) -> Option<i64> {
        self.0.last().map(|line| line.column)
    }
}

impl PartialEq for LineKeys<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.parts().eq(other.parts()) && self.last_column() == other.last_column()
    }
}

impl<'a> LocationKey<'a> {
    fn new(location: &Location, lines: &'a [Line], mappings: &[Mapping]) -> Self {
        let start = location.mapping.map_or(0, |m| mappings[m as usize].start);
        Self {
            address: location.address.wrapping_sub(start),
            mapping: location.mapping,
            folded: location.folded,
            lines: LineKeys(lines),
        }
    }

    fn hash(&self) -> u64 {
        let mut hasher = FxHasher::default();
        (self.address, self.mapping, self.folded, self.lines.last_column()).hash(&mut hasher);
        self.lines.parts().for_each(|part| part.hash(&mut hasher));
        hasher.finish()
    }
}
