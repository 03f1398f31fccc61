//! Samples with their stacks resolved to names.

use super::{Label, LabelValue, Location, Profile};

/// One sample of a profile.
#[derive(Debug, Clone, Copy)]
pub struct SampleRef<'a> {
    profile: &'a Profile,
    index: usize,
}

/// One source position of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Readable function name; empty if the place is not symbolized.
    pub function: &'a str,
    /// Source file as recorded in the binary; empty if unknown.
    pub file: &'a str,
    /// Line number; 0 if unknown.
    pub line: i64,
    /// Line on which the function starts; 0 if unknown.
    pub start_line: i64,
    /// Whether the compiler inlined the function into the next frame.
    pub inlined: bool,
    /// Address of the place; equal for frames inlined into each other.
    pub address: u64,
    /// File that is mapped at the address; empty if unknown.
    pub mapping_file: &'a str,
    /// Index of the location in the profile.
    pub location: u32,
}

/// A label with its texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelRef<'a> {
    /// A text label.
    Text {
        /// Name.
        key: &'a str,
        /// Value.
        value: &'a str,
    },
    /// A number label.
    Number {
        /// Name.
        key: &'a str,
        /// Value.
        value: i64,
        /// Unit; empty if the input has none.
        unit: &'a str,
    },
}

impl<'a> SampleRef<'a> {
    pub(super) fn new(profile: &'a Profile, index: usize) -> Self {
        Self { profile, index }
    }

    /// Position of the sample in the profile.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Values in the order of [`Profile::sample_types`].
    pub fn values(&self) -> &'a [i64] {
        self.profile.samples.values(self.index)
    }

    /// Value at `index`; 0 if there is none.
    pub fn value(&self, index: usize) -> i64 {
        self.values().get(index).copied().unwrap_or(0)
    }

    /// Location indices, leaf first.
    pub fn locations(&self) -> &'a [u32] {
        self.profile.samples.locations(self.index)
    }

    /// The stack, leaf first, inlined frames expanded. A place without symbols gives one frame with
    /// an empty function name and its address.
    pub fn frames(&self) -> Frames<'a> {
        Frames { profile: self.profile, locations: self.locations(), line: 0 }
    }

    /// Labels in the order of the input.
    pub fn labels(&self) -> impl Iterator<Item = LabelRef<'a>> + use<'a> {
        let profile = self.profile;
        profile.samples.labels(self.index).iter().map(move |l| resolve(profile, l))
    }

    /// Text of the first label named `key`.
    pub fn label(&self, key: &str) -> Option<&'a str> {
        self.labels().find_map(|label| match label {
            LabelRef::Text { key: k, value } if k == key => Some(value),
            _ => None,
        })
    }

    /// Number of the first label named `key`.
    pub fn number(&self, key: &str) -> Option<i64> {
        self.labels().find_map(|label| match label {
            LabelRef::Number { key: k, value, .. } if k == key => Some(value),
            _ => None,
        })
    }
}

fn resolve<'a>(profile: &'a Profile, label: &Label) -> LabelRef<'a> {
    let key = profile.text(label.key);
    match label.value {
        LabelValue::Text(value) => LabelRef::Text { key, value: profile.text(value) },
        LabelValue::Number(value, unit) => {
            LabelRef::Number { key, value, unit: profile.text(unit) }
        }
    }
}

/// Iterator over the frames of a stack, leaf first.
#[derive(Debug, Clone)]
pub struct Frames<'a> {
    profile: &'a Profile,
    locations: &'a [u32],
    line: u32,
}

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    fn next(&mut self) -> Option<Frame<'a>> {
        loop {
            let (&index, rest) = self.locations.split_first()?;
            let Some(location) = self.profile.locations.get(index as usize) else {
                self.locations = rest;
                continue;
            };
            let frame = frame(self.profile, location, index, self.line);
            self.line += 1;
            if self.line >= location.line_count {
                self.locations = rest;
                self.line = 0;
            }
            return Some(frame);
        }
    }
}

fn frame<'a>(profile: &'a Profile, location: &Location, index: u32, line: u32) -> Frame<'a> {
    let position = profile.location_lines(location).get(line as usize);
    let function =
        position.and_then(|l| l.function).and_then(|f| profile.functions.get(f as usize));
    let mapping = location.mapping.and_then(|m| profile.mappings.get(m as usize));
    Frame {
        function: function.map_or("", |f| profile.text(f.name)),
        file: function.map_or("", |f| profile.text(f.file)),
        line: position.map_or(0, |l| l.line),
        start_line: function.map_or(0, |f| f.start_line),
        inlined: line + 1 < location.line_count,
        address: location.address,
        mapping_file: mapping.map_or("", |m| profile.text(m.file)),
        location: index,
    }
}
