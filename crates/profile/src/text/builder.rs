//! Builds a [`Profile`] from the records of a text.

use rustc_hash::FxHashMap;

use super::record::{self, Line, Symbol};
use crate::model::{
    Function, Label, LabelValue, Line as Position, Location, Profile, Samples, ValueType,
};
use crate::problem::Problems;
use crate::strings::{Interner, StrId};

/// Collects records. Addresses are those of the calls (return address − 1), as in protobuf.
#[derive(Default)]
pub(super) struct Builder {
    profile: Profile,
    strings: Interner,
    locations: FxHashMap<u64, u32>,
    functions: FxHashMap<(StrId, StrId), u32>,
    pending: Option<Pending>,
    /// Symbols of the pending record that share one address, innermost first.
    symbols: Vec<(u32, i64)>,
    symbol_address: u64,
}

struct Pending {
    values: Vec<i64>,
    locations: Vec<u32>,
    labels: Vec<Label>,
}

impl Builder {
    /// A builder for samples of the given value types, each a name and a unit.
    pub(super) fn new(types: &[(&str, &str)]) -> Self {
        let mut this = Self::default();
        this.profile.samples = Samples::new(types.len());
        for (kind, unit) in types {
            let value_type = this.value_type(kind, unit);
            this.profile.sample_types.push(value_type);
        }
        this
    }

    /// Sets the period.
    pub(super) fn period(&mut self, kind: &str, unit: &str, period: i64) {
        self.profile.period_type = self.value_type(kind, unit);
        self.profile.period = period;
    }

    fn value_type(&mut self, kind: &str, unit: &str) -> ValueType {
        ValueType { kind: self.strings.intern(kind), unit: self.strings.intern(unit) }
    }

    /// Starts a record. `bytes` becomes the numeric label of that name.
    pub(super) fn record(&mut self, values: Vec<i64>, addresses: &str, bytes: Option<i64>) {
        self.end_record();
        let locations = record::addresses(addresses)
            .map(|address| {
                location(&mut self.profile, &mut self.locations, address.wrapping_sub(1))
            })
            .collect();
        let labels = bytes
            .map(|size| Label {
                key: self.strings.intern("bytes"),
                value: LabelValue::Number(size, StrId::EMPTY),
            })
            .into_iter()
            .collect();
        self.pending = Some(Pending { values, locations, labels });
    }

    /// Takes any line but a record; true if it has a meaning in every kind of profile.
    pub(super) fn comment(&mut self, line: &Line<'_>) -> bool {
        match line {
            Line::Labels(labels) => self.labels(labels),
            Line::Symbol(symbol) => self.symbol(symbol),
            Line::Empty => self.end_symbols(),
            _ => return false,
        }
        true
    }

    fn labels(&mut self, labels: &[(String, String)]) {
        let Some(pending) = &mut self.pending else { return };
        for (key, value) in labels {
            pending.labels.push(Label {
                key: self.strings.intern(key),
                value: LabelValue::Text(self.strings.intern(value)),
            });
        }
    }

    fn symbol(&mut self, symbol: &Symbol<'_>) {
        if symbol.address != self.symbol_address {
            self.end_symbols();
        }
        let name = self.strings.intern(symbol.function);
        let file = self.strings.intern(symbol.file);
        let functions = &mut self.profile.functions;
        let index = *self.functions.entry((name, file)).or_insert_with(|| {
            let id = functions.len() as u64 + 1;
            functions.push(Function { id, name, system_name: name, file, start_line: 0 });
            (functions.len() - 1) as u32
        });
        self.symbol_address = symbol.address;
        self.symbols.push((index, symbol.line));
    }

    /// Gives the symbols of one address to its location, if that has none yet.
    fn end_symbols(&mut self) {
        let symbols = std::mem::take(&mut self.symbols);
        let Some(&index) = self.locations.get(&self.symbol_address) else { return };
        let location = &mut self.profile.locations[index as usize];
        if location.line_count > 0 || symbols.is_empty() {
            return;
        }
        location.first_line = self.profile.lines.len() as u32;
        location.line_count = symbols.len() as u32;
        let positions = symbols.iter().map(|&(function, line)| Position {
            function: Some(function),
            line,
            column: 0,
        });
        self.profile.lines.extend(positions);
    }

    fn end_record(&mut self) {
        self.end_symbols();
        if let Some(p) = self.pending.take() {
            self.profile.samples.push(&p.values, p.locations, p.labels);
        }
    }

    /// The finished profile. `unknown` is the number of lines without a meaning.
    pub(super) fn finish(mut self, unknown: u64, problems: &mut Problems) -> Profile {
        self.end_record();
        problems.add_many("lines of the text profile that cannot be read", unknown);
        self.profile.strings = self.strings.finish();
        self.profile
    }
}

fn location(profile: &mut Profile, known: &mut FxHashMap<u64, u32>, address: u64) -> u32 {
    *known.entry(address).or_insert_with(|| {
        let index = profile.locations.len();
        profile.locations.push(Location { id: index as u64 + 1, address, ..Location::default() });
        index as u32
    })
}
