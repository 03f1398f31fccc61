//! The samples of a protobuf, which are most of it: read straight into the flat arrays.

use super::decode::{read_numbers, string_id};
use super::faults::Faults;
use super::field;
use super::ids::Ids;
use super::wire::{Fields, Value};
use crate::model::{Label, LabelValue, Message, Profile, Samples, UnknownFields};
use crate::problem::Problems;
use crate::strings::StrId;

/// What was wrong with samples, counted.
#[derive(Default)]
struct Wrong {
    broken: u64,
    values: u64,
    dangling: u64,
}

/// How much there is to read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Size {
    /// Number of samples.
    pub(super) count: usize,
    /// Bytes of their messages.
    pub(super) bytes: usize,
}

/// Second pass over the input: the samples, once the tables are known.
pub(super) fn read(
    bytes: &[u8],
    size: Size,
    profile: &mut Profile,
    locations: &Ids,
    problems: &mut Problems,
    faults: &mut Faults,
) {
    let types = profile.sample_types.len();
    let Size { count, bytes: size } = size;
    let mut reader = Reader {
        // A value takes a byte at least, and an id rarely less than three where there are many.
        samples: Samples::with_capacity(
            types,
            count,
            count.saturating_mul(types).min(size),
            size / 3,
        ),
        unknown: &mut profile.unknown,
        strings: profile.strings.len(),
        locations,
        wrong: Wrong::default(),
        faults,
    };
    for (number, value) in Fields::new(bytes) {
        if number == field::SAMPLE {
            reader.sample(value, types);
        }
    }
    let Reader { samples, wrong, .. } = reader;
    profile.samples = samples;
    if types == 0 && wrong.values > 0 {
        problems.add("the profile names no sample types");
    }
    problems.add_many("unreadable samples", wrong.broken);
    problems.add_many(
        "samples left out because the number of values is not that of the sample types",
        wrong.values,
    );
    problems.add_many("frames that refer to a location that is not there", wrong.dangling);
}

struct Reader<'r> {
    samples: Samples,
    unknown: &'r mut UnknownFields,
    /// Number of strings.
    strings: usize,
    locations: &'r Ids,
    wrong: Wrong,
    faults: &'r mut Faults,
}

impl Reader<'_> {
    fn sample(&mut self, value: Value<'_>, types: usize) {
        let index = self.samples.len();
        let mut draft = self.samples.draft();
        let mut fields = Fields::new(value.bytes().unwrap_or_default());
        let (mut whole, mut dangling) = (value.bytes().is_some(), 0);
        while let Some((number, v)) = fields.next() {
            match number {
                1 => match stack(v, self.locations, draft.locations()) {
                    Some(count) => dangling += count,
                    None => whole = false,
                },
                2 => whole &= v.numbers(|n| draft.value(n as i64)),
                3 => {
                    let at = Message::Label(index, draft.label_count());
                    if let Some(label) = label(v, at, self.strings, self.unknown, self.faults) {
                        draft.label(label);
                    }
                }
                _ => self.unknown.add(Message::Sample(index), fields.raw()),
            }
        }
        whole &= !fields.broken();
        let values = draft.value_count();
        let kept = draft.finish();
        self.faults.malformed |= !whole;
        self.faults.sample(values, types, dangling > 0);
        self.wrong.broken += u64::from(!whole);
        self.wrong.values += u64::from(!kept);
        self.wrong.dangling += if kept { dangling } else { 0 };
    }
}

/// Appends the locations of a stack, packed or not. Returns how many are not there, or none if the list is broken.
fn stack(value: Value<'_>, ids: &Ids, out: &mut Vec<u32>) -> Option<u64> {
    match value {
        Value::Bytes(packed) => ids.append_packed(packed, out),
        Value::Varint(id) => {
            let index = ids.index(id);
            out.extend(index);
            Some(u64::from(index.is_none()))
        }
        Value::Fixed => None,
    }
}

/// None if it refers to a string that is not there. pprof takes a label without a text as a number; one that has no
/// number and no unit either is nothing to pprof, and the number 0 otherwise.
fn label(
    value: Value<'_>,
    message: Message,
    strings: usize,
    unknown: &mut UnknownFields,
    faults: &mut Faults,
) -> Option<Label> {
    let (mut key, mut text, mut number, mut unit) = (0, 0, 0i64, 0);
    let bytes = value.bytes();
    let whole = read_numbers(bytes.unwrap_or_default(), message, unknown, faults, |field, v| {
        match field {
            1 => key = v,
            2 => text = v,
            3 => number = v as i64,
            4 => unit = v,
            _ => return false,
        }
        true
    });
    faults.malformed |= !whole || bytes.is_none();
    let mut id = |v: u64| {
        let id = Some(string_id(v)).filter(|id| (id.0 as usize) < strings);
        faults.malformed |= id.is_none();
        id
    };
    let key = id(key);
    let value = match text {
        0 => LabelValue::Number(number, id(unit).unwrap_or_default()),
        _ => LabelValue::Text(id(text)?),
    };
    if value == LabelValue::Number(0, StrId::EMPTY) && faults.wants_details() {
        return None;
    }
    Some(Label { key: key?, value })
}
