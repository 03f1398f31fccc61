//! [`Profile`] → the bytes that pprof writes: the same order of strings, fields and labels.

use std::io::{self, Write};

use rustc_hash::FxHashMap;

use super::field;
use super::wire::Writer;
use crate::model::{Label, LabelValue, Profile, ValueType, has_unit};
use crate::strings::StrId;

/// Bytes that are collected before they are written.
const CHUNK: usize = 64 << 10;

impl Profile {
    /// Writes the uncompressed protobuf that pprof would write, with the ids of the profile. Unknown fields are left
    /// out, as pprof does; [`encode`](Self::encode) keeps them.
    ///
    /// # Errors
    /// If `out` fails.
    pub fn write_as_pprof(&self, out: &mut dyn Write) -> io::Result<()> {
        let strings = StringOrder::of(self);
        let mut encoder = Encoder { profile: self, strings, out, w: Writer::default() };
        encoder.sample_types()?;
        encoder.samples()?;
        encoder.mappings()?;
        encoder.locations()?;
        encoder.functions()?;
        encoder.string_table()?;
        encoder.header();
        encoder.flush()
    }
}

/// Strings in the order in which pprof meets them, each text once.
struct StringOrder<'p> {
    profile: &'p Profile,
    /// New index of each string; 0 for the empty one and those not met yet.
    new: Vec<u64>,
    by_text: FxHashMap<&'p str, u64>,
    texts: Vec<&'p str>,
}

impl<'p> StringOrder<'p> {
    fn of(profile: &'p Profile) -> Self {
        let mut this = Self {
            profile,
            new: vec![0; profile.strings.len()],
            by_text: FxHashMap::default(),
            texts: vec![""],
        };
        let add_type = |this: &mut Self, t: ValueType| this.add_all([t.kind, t.unit]);
        profile.sample_types.iter().for_each(|t| add_type(&mut this, *t));
        this.add_labels();
        profile.mappings.iter().for_each(|m| this.add_all([m.file, m.build_id]));
        profile.functions.iter().for_each(|f| this.add_all([f.name, f.system_name, f.file]));
        this.add_all([profile.drop_frames, profile.keep_frames]);
        add_type(&mut this, profile.period_type);
        this.add_all(profile.comments.iter().copied());
        this.add_all([profile.default_sample_type, profile.doc_url]);
        this
    }

    fn add_labels(&mut self) {
        let profile = self.profile;
        let mut scratch = Vec::new();
        for index in 0..profile.samples.len() {
            profile.label_groups(index, &mut scratch, |_, group| {
                let units = has_unit(group);
                for label in group {
                    self.add(label.key);
                    match label.value {
                        LabelValue::Text(text) => self.add(text),
                        LabelValue::Number(_, unit) if units => self.add(unit),
                        LabelValue::Number(..) => {}
                    }
                }
            });
        }
    }

    fn add_all(&mut self, ids: impl IntoIterator<Item = StrId>) {
        ids.into_iter().for_each(|id| self.add(id));
    }

    #[inline]
    fn add(&mut self, id: StrId) {
        if self.new.get(id.0 as usize) == Some(&0) {
            self.add_new(id);
        }
    }

    fn add_new(&mut self, id: StrId) {
        let text = self.profile.text(id);
        if text.is_empty() {
            return;
        }
        let texts = &mut self.texts;
        self.new[id.0 as usize] = *self.by_text.entry(text).or_insert_with(|| {
            texts.push(text);
            texts.len() as u64 - 1
        });
    }

    #[inline]
    fn get(&self, id: StrId) -> u64 {
        self.new.get(id.0 as usize).copied().unwrap_or(0)
    }
}

struct Encoder<'p, 'o> {
    profile: &'p Profile,
    strings: StringOrder<'p>,
    out: &'o mut dyn Write,
    w: Writer,
}

impl Encoder<'_, '_> {
    fn end_item(&mut self) -> io::Result<()> {
        if self.w.out.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.w.out)?;
        self.w.out.clear();
        Ok(())
    }

    fn sample_types(&mut self) -> io::Result<()> {
        for t in &self.profile.sample_types {
            let (kind, unit) = (self.strings.get(t.kind), self.strings.get(t.unit));
            self.w.message(field::SAMPLE_TYPE, |w| value_type(w, kind, unit));
        }
        self.end_item()
    }

    fn samples(&mut self) -> io::Result<()> {
        let profile = self.profile;
        let mut scratch = Vec::new();
        let ids: Vec<IdBytes> = profile.locations.iter().map(|l| IdBytes::new(l.id)).collect();
        for index in 0..profile.samples.len() {
            let strings = &self.strings;
            self.w.message(field::SAMPLE, |w| {
                encode_stack(w, profile.samples.locations(index), &ids);
                w.repeated(2, profile.samples.values(index).iter().map(|v| *v as u64));
                profile.label_groups(index, &mut scratch, |_, group| {
                    group
                        .iter()
                        .for_each(|label| w.message(3, |w| encode_label(w, label, strings)));
                });
            });
            self.end_item()?;
        }
        Ok(())
    }

    fn mappings(&mut self) -> io::Result<()> {
        for m in &self.profile.mappings {
            let (file, build_id) = (self.strings.get(m.file), self.strings.get(m.build_id));
            self.w.message(field::MAPPING, |w| {
                w.number(1, m.id);
                w.number(2, m.start);
                w.number(3, m.limit);
                w.number(4, m.offset);
                w.number(5, file);
                w.number(6, build_id);
                for bit in 0..4 {
                    w.number(7 + bit, u64::from(m.resolved >> bit & 1));
                }
            });
            self.end_item()?;
        }
        Ok(())
    }

    fn locations(&mut self) -> io::Result<()> {
        let profile = self.profile;
        for location in &profile.locations {
            self.w.message(field::LOCATION, |w| {
                let mapping = location.mapping.and_then(|m| profile.mappings.get(m as usize));
                w.number(1, location.id);
                w.number(2, mapping.map_or(0, |m| m.id));
                w.number(3, location.address);
                for line in profile.location_lines(location) {
                    let function = line.function.and_then(|f| profile.functions.get(f as usize));
                    w.message(4, |w| {
                        w.number(1, function.map_or(0, |f| f.id));
                        w.number(2, line.line as u64);
                        w.number(3, line.column as u64);
                    });
                }
                w.number(5, u64::from(location.folded));
            });
            self.end_item()?;
        }
        Ok(())
    }

    fn functions(&mut self) -> io::Result<()> {
        for f in &self.profile.functions {
            let [name, system_name, file] =
                [f.name, f.system_name, f.file].map(|id| self.strings.get(id));
            self.w.message(field::FUNCTION, |w| {
                w.number(1, f.id);
                w.number(2, name);
                w.number(3, system_name);
                w.number(4, file);
                w.number(5, f.start_line as u64);
            });
            self.end_item()?;
        }
        Ok(())
    }

    fn string_table(&mut self) -> io::Result<()> {
        for at in 0..self.strings.texts.len() {
            self.w.bytes(field::STRING_TABLE, self.strings.texts[at].as_bytes());
            self.end_item()?;
        }
        Ok(())
    }

    fn header(&mut self) {
        let Self { profile: p, strings, w, .. } = self;
        w.number(field::DROP_FRAMES, strings.get(p.drop_frames));
        w.number(field::KEEP_FRAMES, strings.get(p.keep_frames));
        w.number(field::TIME_NANOS, p.time_nanos as u64);
        w.number(field::DURATION_NANOS, p.duration_nanos as u64);
        let (kind, unit) = (strings.get(p.period_type.kind), strings.get(p.period_type.unit));
        if (kind, unit) != (0, 0) {
            w.message(field::PERIOD_TYPE, |w| value_type(w, kind, unit));
        }
        w.number(field::PERIOD, p.period as u64);
        w.repeated(field::COMMENT, p.comments.iter().map(|c| strings.get(*c)));
        w.number_always(field::DEFAULT_SAMPLE_TYPE, strings.get(p.default_sample_type));
        w.number(field::DOC_URL, strings.get(p.doc_url));
    }
}

/// A stack, packed if it has more than two locations.
fn encode_stack(w: &mut Writer, stack: &[u32], ids: &[IdBytes]) {
    let stack = stack.iter().filter_map(|location| ids.get(*location as usize));
    if stack.clone().nth(2).is_none() {
        return stack.for_each(|id| w.number_always(1, id.id));
    }
    w.message(1, |w| stack.for_each(|id| id.append_to(w)));
}

/// Longest encoded id that is kept ready.
const ID_BYTES: usize = 7;

/// An id as it is written, ready to be copied: stacks repeat the same ids over and over.
struct IdBytes {
    bytes: [u8; ID_BYTES],
    len: u8,
    id: u64,
}

impl IdBytes {
    fn new(id: u64) -> Self {
        let mut w = Writer::default();
        w.varint(id);
        let mut this = Self { bytes: [0; ID_BYTES], len: 0, id };
        if let Some(bytes) = this.bytes.get_mut(..w.out.len()) {
            bytes.copy_from_slice(&w.out);
            this.len = w.out.len() as u8;
        }
        this
    }

    #[inline]
    fn append_to(&self, w: &mut Writer) {
        if self.len == 0 {
            return w.varint(self.id);
        }
        // Copying all of it and cutting the end off is faster than copying a length that varies.
        let end = w.out.len() + usize::from(self.len);
        w.out.extend_from_slice(&self.bytes);
        w.out.truncate(end);
    }
}

fn value_type(w: &mut Writer, kind: u64, unit: u64) {
    w.number(1, kind);
    w.number(2, unit);
}

fn encode_label(w: &mut Writer, label: &Label, strings: &StringOrder<'_>) {
    w.number(1, strings.get(label.key));
    match label.value {
        LabelValue::Text(text) => w.number(2, strings.get(text)),
        LabelValue::Number(number, unit) => {
            w.number(3, number as u64);
            w.number(4, strings.get(unit));
        }
    }
}
