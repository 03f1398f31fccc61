//! A profile in pprof's vocabulary, held in compact tables that refer to each other by index.

mod frames;
mod kind;
mod order;
mod samples;
mod unknown;

pub use frames::{Frame, Frames, LabelRef, SampleRef};
pub use kind::ProfileKind;
pub(crate) use order::{has_unit, is_number, sort_labels};
pub use samples::Samples;
pub(crate) use unknown::Message;
pub use unknown::UnknownFields;

use std::ops::Range;

use crate::strings::{StrId, StringTable};

/// What a value or the period measures, for example `inuse_space` in `bytes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ValueType {
    /// Name of the value type.
    pub kind: StrId,
    /// Unit of the value.
    pub unit: StrId,
}

/// A mapped file, usually the executable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mapping {
    /// Id that the input used.
    pub id: u64,
    /// First address.
    pub start: u64,
    /// Address after the last one.
    pub limit: u64,
    /// Offset in the file of the first address, in bytes.
    pub offset: u64,
    /// Path of the file.
    pub file: StrId,
    /// Build id of the file, hexadecimal.
    pub build_id: StrId,
    /// Whether function names, file names, line numbers and inlined frames are resolved (bits 1, 2, 4, 8).
    pub resolved: u8,
}

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Function {
    /// Id that the input used.
    pub id: u64,
    /// Readable name.
    pub name: StrId,
    /// Name in the symbol table.
    pub system_name: StrId,
    /// Source file as recorded in the binary.
    pub file: StrId,
    /// Line on which the function starts; 0 if unknown (Go before 1.20).
    pub start_line: i64,
}

/// One source position of a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Line {
    /// Index into [`Profile::functions`]; none if the input names a function that it does not hold.
    pub function: Option<u32>,
    /// Line number; 0 if unknown.
    pub line: i64,
    /// Column number; 0 if unknown (Go writes none).
    pub column: i64,
}

/// A place in the program: an address and its source positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Location {
    /// Id that the input used.
    pub id: u64,
    /// Index into [`Profile::mappings`].
    pub mapping: Option<u32>,
    /// Address; 0 if the input has none.
    pub address: u64,
    /// Start of its positions in [`Profile::lines`]; innermost (inlined) first.
    pub first_line: u32,
    /// Number of its positions.
    pub line_count: u32,
    /// Whether several locations were folded into this one by the linker.
    pub folded: bool,
}

impl Location {
    /// Where its positions stand in [`Profile::lines`].
    pub(crate) fn line_range(&self) -> Range<usize> {
        let first = self.first_line as usize;
        first..first + self.line_count as usize
    }

    /// Forgets its first (innermost) `count` positions.
    pub(crate) fn cut_lines(&mut self, count: usize) {
        self.first_line += count as u32;
        self.line_count -= count as u32;
    }
}

/// A label of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Name.
    pub key: StrId,
    /// Text or number.
    pub value: LabelValue,
}

/// Value of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelValue {
    /// A text.
    Text(StrId),
    /// A number with its unit (empty: pprof guesses `bytes` for keys alignment and request, else the key).
    Number(i64, StrId),
}

/// A profile. Tables refer to each other by index; ids of the input are kept beside.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    /// All strings.
    pub strings: StringTable,
    /// What the values of each sample mean, in order.
    pub sample_types: Vec<ValueType>,
    /// The samples.
    pub samples: Samples,
    /// Mapped files; the first is the program itself.
    pub mappings: Vec<Mapping>,
    /// Places.
    pub locations: Vec<Location>,
    /// Source positions of the places.
    pub lines: Vec<Line>,
    /// Functions.
    pub functions: Vec<Function>,
    /// Regular expression of frames to drop with everything below.
    pub drop_frames: StrId,
    /// Regular expression of frames to keep although `drop_frames` matches.
    pub keep_frames: StrId,
    /// Time of collection, nanoseconds since 1970 UTC; 0 if the input does not say.
    pub time_nanos: i64,
    /// Duration of collection, nanoseconds; 0 if it is a snapshot or unknown.
    pub duration_nanos: i64,
    /// What [`period`](Self::period) counts.
    pub period_type: ValueType,
    /// Number of events between two samples.
    pub period: i64,
    /// Free texts.
    pub comments: Vec<StrId>,
    /// Value type to show first; empty: the last one.
    pub default_sample_type: StrId,
    /// Where the profile is documented.
    pub doc_url: StrId,
    /// What the input says it is, where that is not told by value types: the text formats of block
    /// and mutex profiles. Not encoded.
    pub declared_kind: Option<ProfileKind>,
    /// Fields of the protobuf that this version does not know. Encoded again.
    pub unknown: UnknownFields,
}

impl Profile {
    /// Text of `id`.
    pub fn text(&self, id: StrId) -> &str {
        self.strings.get(id)
    }

    /// Time of collection in nanoseconds since 1970 UTC, if the input says.
    pub fn time(&self) -> Option<i64> {
        (self.time_nanos != 0).then_some(self.time_nanos)
    }

    /// The program itself: the first mapping.
    pub fn main_mapping(&self) -> Option<&Mapping> {
        self.mappings.first()
    }

    /// File of the main mapping, by which one tells that two profiles are of different programs.
    /// Empty if unknown.
    pub fn program(&self) -> &str {
        self.main_mapping().map_or("", |m| self.text(m.file))
    }

    /// Build id of the main mapping; empty if unknown.
    pub fn build_id(&self) -> &str {
        self.main_mapping().map_or("", |m| self.text(m.build_id))
    }

    /// Name and unit of each value, in order.
    pub fn value_types(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sample_types.iter().map(|t| (self.text(t.kind), self.text(t.unit)))
    }

    /// Position of the value named `name` (for example `inuse_space`), if the profile has it.
    pub fn value_index(&self, name: &str) -> Option<usize> {
        self.sample_types.iter().position(|t| self.text(t.kind) == name)
    }

    /// Sum of the value at `index` over all samples, saturating.
    pub fn total(&self, index: usize) -> i64 {
        (0..self.samples.len())
            .filter_map(|i| self.samples.values(i).get(index))
            .fold(0, |sum: i64, v| sum.saturating_add(*v))
    }

    /// Source positions of a location, innermost (inlined) first.
    pub fn location_lines(&self, location: &Location) -> &[Line] {
        let first = location.first_line as usize;
        self.lines.get(first..first + location.line_count as usize).unwrap_or_default()
    }

    /// The samples with their stacks.
    pub fn samples(&self) -> impl ExactSizeIterator<Item = SampleRef<'_>> {
        (0..self.samples.len()).map(|index| SampleRef::new(self, index))
    }

    /// Gives a profile without mappings one that stands for the program, so that every location has one. pprof does
    /// that to each source before it merges them.
    pub fn ensure_mapping(&mut self) {
        if self.mappings.is_empty() {
            self.mappings.push(Mapping { id: 1, ..Mapping::default() });
            self.locations.iter_mut().for_each(|location| location.mapping = Some(0));
        }
    }

    /// Before stacks, labels or tables change: unknown fields would no longer stand where they belong.
    pub(crate) fn forget_unknown_fields(&mut self) {
        self.unknown.clear();
    }

    /// Sample `index` with its stack; without values, frames and labels if there is no such sample.
    pub fn sample(&self, index: usize) -> SampleRef<'_> {
        SampleRef::new(self, index)
    }

    /// What was profiled, told from the input's own heading, sample types and period type,
    /// never from a file name.
    pub fn kind(&self) -> ProfileKind {
        self.declared_kind.unwrap_or_else(|| kind::of(self))
    }
}
