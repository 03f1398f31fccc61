//! [`Profile`] → bytes.

use super::field;
use super::wire::Writer;
use crate::model::{Label, LabelValue, Location, Message, Profile, ValueType};
use crate::strings::StrId;

impl Profile {
    /// Encodes the profile as uncompressed `profile.proto`. Ids are renumbered from 1; unknown fields are kept.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        for (i, t) in self.sample_types.iter().enumerate() {
            w.message(field::SAMPLE_TYPE, |w| {
                value_type(w, *t);
                w.raw(self.unknown.of(Message::SampleType(i)));
            });
        }
        for i in 0..self.samples.len() {
            w.message(field::SAMPLE, |w| self.encode_sample(w, i));
        }
        self.encode_mappings(&mut w);
        for (i, location) in self.locations.iter().enumerate() {
            w.message(field::LOCATION, |w| self.encode_location(w, i, location));
        }
        for (i, f) in self.functions.iter().enumerate() {
            w.message(field::FUNCTION, |w| {
                w.number(1, i as u64 + 1);
                w.number(2, id(f.name));
                w.number(3, id(f.system_name));
                w.number(4, id(f.file));
                w.number(5, f.start_line as u64);
                w.raw(self.unknown.of(Message::Function(i)));
            });
        }
        for text in self.strings.iter() {
            w.bytes(field::STRING_TABLE, text.as_bytes());
        }
        self.encode_header(&mut w);
        w.out
    }

    fn encode_header(&self, w: &mut Writer) {
        w.number(field::DROP_FRAMES, id(self.drop_frames));
        w.number(field::KEEP_FRAMES, id(self.keep_frames));
        w.number(field::TIME_NANOS, self.time_nanos as u64);
        w.number(field::DURATION_NANOS, self.duration_nanos as u64);
        let unknown = self.unknown.of(Message::PeriodType);
        if self.period_type != ValueType::default() || !unknown.is_empty() {
            w.message(field::PERIOD_TYPE, |w| {
                value_type(w, self.period_type);
                w.raw(unknown);
            });
        }
        w.number(field::PERIOD, self.period as u64);
        w.packed(field::COMMENT, self.comments.iter().map(|c| id(*c)));
        w.number(field::DEFAULT_SAMPLE_TYPE, id(self.default_sample_type));
        w.number(field::DOC_URL, id(self.doc_url));
        w.raw(self.unknown.of(Message::Profile));
    }

    fn encode_sample(&self, w: &mut Writer, index: usize) {
        let samples = &self.samples;
        w.packed(1, samples.locations(index).iter().map(|l| u64::from(*l) + 1));
        w.packed(2, samples.values(index).iter().map(|v| *v as u64));
        for (i, l) in samples.labels(index).iter().enumerate() {
            w.message(3, |w| {
                label(w, l);
                w.raw(self.unknown.of(Message::Label(index, i)));
            });
        }
        w.raw(self.unknown.of(Message::Sample(index)));
    }

    fn encode_mappings(&self, w: &mut Writer) {
        for (i, m) in self.mappings.iter().enumerate() {
            w.message(field::MAPPING, |w| {
                w.number(1, i as u64 + 1);
                w.number(2, m.start);
                w.number(3, m.limit);
                w.number(4, m.offset);
                w.number(5, id(m.file));
                w.number(6, id(m.build_id));
                for bit in 0..4 {
                    w.number(7 + bit, u64::from(m.resolved >> bit & 1));
                }
                w.raw(self.unknown.of(Message::Mapping(i)));
            });
        }
    }

    fn encode_location(&self, w: &mut Writer, index: usize, location: &Location) {
        w.number(1, index as u64 + 1);
        w.number(2, location.mapping.map_or(0, |m| u64::from(m) + 1));
        w.number(3, location.address);
        for (i, line) in self.location_lines(location).iter().enumerate() {
            w.message(4, |w| {
                w.number(1, line.function.map_or(0, |f| u64::from(f) + 1));
                w.number(2, line.line as u64);
                w.number(3, line.column as u64);
                w.raw(self.unknown.of(Message::Line(location.first_line as usize + i)));
            });
        }
        w.number(5, u64::from(location.folded));
        w.raw(self.unknown.of(Message::Location(index)));
    }
}

fn value_type(w: &mut Writer, t: ValueType) {
    w.number(1, id(t.kind));
    w.number(2, id(t.unit));
}

fn label(w: &mut Writer, label: &Label) {
    w.number(1, id(label.key));
    match label.value {
        LabelValue::Text(text) => w.number(2, id(text)),
        LabelValue::Number(value, unit) => {
            w.number_always(3, value as u64);
            w.number(4, id(unit));
        }
    }
}

fn id(s: StrId) -> u64 {
    u64::from(s.0)
}
