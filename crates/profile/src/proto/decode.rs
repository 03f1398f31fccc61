//! Bytes → [`Profile`]. Two passes over the top level: tables first, then samples, whose
//! references can then be resolved at once (Go writes the tables after the samples).

use rustc_hash::FxHashMap;

use super::field;
use super::wire::{Fields, Value};
use crate::error::ReadError;
use crate::model::{
    Function, Label, LabelValue, Line, Location, Mapping, Profile, Samples, ValueType,
};
use crate::problem::Problems;
use crate::strings::{StrId, StringTable};

const FORMAT: &str = "pprof protobuf";

/// Decodes an uncompressed profile.
pub(crate) fn decode(bytes: &[u8], problems: &mut Problems) -> Result<Profile, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let mut decoder = Decoder {
        profile: Profile { strings: StringTable::without_empty(), ..Profile::default() },
        mapping_ids: Vec::new(),
        function_ids: Vec::new(),
        problems,
    };
    decoder.tables(bytes)?;
    decoder.check_strings();
    let locations = decoder.resolve();
    decoder.samples(bytes, &locations);
    Ok(decoder.profile)
}

struct Decoder<'p> {
    profile: Profile,
    /// Mapping id of each location, until [`Decoder::resolve`].
    mapping_ids: Vec<u64>,
    /// Function id of each line, until [`Decoder::resolve`].
    function_ids: Vec<u64>,
    problems: &'p mut Problems,
}

impl Decoder<'_> {
    /// First pass: everything but the samples.
    fn tables(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        let mut fields = Fields::new(bytes);
        let mut seen = 0u64;
        for (number, value) in fields.by_ref() {
            seen += 1;
            match number {
                field::SAMPLE_TYPE => {
                    let value_type = self.value_type(value);
                    self.profile.sample_types.push(value_type);
                }
                field::SAMPLE => {}
                field::MAPPING => self.mapping(value),
                field::LOCATION => self.location(value),
                field::FUNCTION => self.function(value),
                field::STRING_TABLE => self.string(value),
                _ => self.header(number, value),
            }
        }
        if fields.broken() && seen == 0 {
            let why = "the first field cannot be read".to_owned();
            return Err(ReadError::Broken { format: FORMAT, why });
        }
        if fields.broken() {
            let left = fields.remaining();
            self.problems
                .add(format!("the protobuf ends in the middle: {left} bytes are unreadable"));
        }
        Ok(())
    }

    fn header(&mut self, number: u32, value: Value<'_>) {
        if number == field::PERIOD_TYPE {
            self.profile.period_type = self.value_type(value);
            return;
        }
        let p = &mut self.profile;
        if number == field::COMMENT {
            let ok = value.numbers(|v| p.comments.push(string_id(v)));
            self.problems.add_many("unreadable comments", u64::from(!ok));
            return;
        }
        let Some(v) = value.number() else { return };
        match number {
            field::DROP_FRAMES => p.drop_frames = string_id(v),
            field::KEEP_FRAMES => p.keep_frames = string_id(v),
            field::TIME_NANOS => p.time_nanos = v as i64,
            field::DURATION_NANOS => p.duration_nanos = v as i64,
            field::PERIOD => p.period = v as i64,
            field::DEFAULT_SAMPLE_TYPE => p.default_sample_type = string_id(v),
            field::DOC_URL => p.doc_url = string_id(v),
            _ => {}
        }
    }

    fn string(&mut self, value: Value<'_>) {
        let bytes = value.bytes().unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => self.profile.strings.push(text),
            Err(_) => self.profile.strings.push(&String::from_utf8_lossy(bytes)),
        };
    }

    fn value_type(&mut self, value: Value<'_>) -> ValueType {
        let mut out = ValueType::default();
        self.message(value, |number, v| match number {
            1 => out.kind = string_id(v.number().unwrap_or(0)),
            2 => out.unit = string_id(v.number().unwrap_or(0)),
            _ => {}
        });
        out
    }

    fn mapping(&mut self, value: Value<'_>) {
        let mut m = Mapping::default();
        self.message(value, |number, v| {
            let Some(v) = v.number() else { return };
            match number {
                1 => m.id = v,
                2 => m.start = v,
                3 => m.limit = v,
                4 => m.offset = v,
                5 => m.file = string_id(v),
                6 => m.build_id = string_id(v),
                7..=10 => m.resolved |= u8::from(v != 0) << (number - 7),
                _ => {}
            }
        });
        self.profile.mappings.push(m);
    }

    fn function(&mut self, value: Value<'_>) {
        let mut f = Function::default();
        self.message(value, |number, v| {
            let Some(v) = v.number() else { return };
            match number {
                1 => f.id = v,
                2 => f.name = string_id(v),
                3 => f.system_name = string_id(v),
                4 => f.file = string_id(v),
                5 => f.start_line = v as i64,
                _ => {}
            }
        });
        self.profile.functions.push(f);
    }

    fn location(&mut self, value: Value<'_>) {
        let Self { profile: Profile { lines, locations, .. }, mapping_ids, function_ids, .. } =
            self;
        let mut location = Location { first_line: count(lines), ..Location::default() };
        let mut mapping = 0;
        let whole = each_field(value, |number, v| match (number, v) {
            (1, Value::Varint(v)) => location.id = v,
            (2, Value::Varint(v)) => mapping = v,
            (3, Value::Varint(v)) => location.address = v,
            (4, Value::Bytes(_)) => {
                let (function, line) = line(v);
                function_ids.push(function);
                lines.push(line);
            }
            (5, Value::Varint(v)) => location.folded = v != 0,
            _ => {}
        });
        location.line_count = count(lines) - location.first_line;
        locations.push(location);
        mapping_ids.push(mapping);
        self.problems.add_many("unreadable protobuf messages", u64::from(!whole));
    }

    fn message(&mut self, value: Value<'_>, each: impl FnMut(u32, Value<'_>)) {
        let whole = each_field(value, each);
        self.problems.add_many("unreadable protobuf messages", u64::from(!whole));
    }

    /// Replaces string indices that are not in the table and sees to the empty string at 0.
    fn check_strings(&mut self) {
        let p = &mut self.profile;
        if p.strings.is_empty() {
            p.strings = StringTable::new();
            self.problems.add("the string table is missing, so no name is known");
        } else if !p.strings.get(StrId::EMPTY).is_empty() {
            self.problems.add("the first string is not empty");
        }
        let len = p.strings.len();
        let mut dangling = 0u64;
        let mut check = |id: &mut StrId| {
            if id.0 as usize >= len {
                *id = StrId::EMPTY;
                dangling += 1;
            }
        };
        for t in p.sample_types.iter_mut().chain([&mut p.period_type]) {
            check(&mut t.kind);
            check(&mut t.unit);
        }
        for m in &mut p.mappings {
            check(&mut m.file);
            check(&mut m.build_id);
        }
        for f in &mut p.functions {
            check(&mut f.name);
            check(&mut f.system_name);
            check(&mut f.file);
        }
        p.comments.iter_mut().for_each(&mut check);
        for id in
            [&mut p.drop_frames, &mut p.keep_frames, &mut p.default_sample_type, &mut p.doc_url]
        {
            check(id);
        }
        self.problems.add_many("references to a string that is not there", dangling);
    }

    /// Turns ids into indices and returns the index of the locations.
    fn resolve(&mut self) -> Ids {
        let p = &mut self.profile;
        let mappings = Ids::new(p.mappings.iter().map(|m| m.id), "mapping", self.problems);
        let functions = Ids::new(p.functions.iter().map(|f| f.id), "function", self.problems);
        let locations = Ids::new(p.locations.iter().map(|l| l.id), "location", self.problems);
        let (mut no_mapping, mut no_function) = (0, 0);
        for (location, id) in p.locations.iter_mut().zip(&self.mapping_ids) {
            location.mapping = mappings.index(*id);
            no_mapping += u64::from(*id != 0 && location.mapping.is_none());
        }
        for (line, id) in p.lines.iter_mut().zip(&self.function_ids) {
            line.function = functions.index(*id);
            no_function += u64::from(line.function.is_none());
        }
        self.problems.add_many("locations that refer to a mapping that is not there", no_mapping);
        self.problems.add_many("lines without a function", no_function);
        locations
    }

    /// Second pass.
    fn samples(&mut self, bytes: &[u8], locations: &Ids) {
        let p = &mut self.profile;
        p.samples = Samples::new(p.sample_types.len());
        let mut sample = RawSample::default();
        let (mut broken, mut wrong_values, mut dangling) = (0, 0, 0);
        for (number, value) in Fields::new(bytes) {
            if number != field::SAMPLE {
                continue;
            }
            broken += u64::from(!sample.read(value, p.strings.len()));
            if sample.values.len() != p.sample_types.len() {
                wrong_values += 1;
                continue;
            }
            let stack = sample.locations.iter().filter_map(|id| {
                let index = locations.index(*id);
                dangling += u64::from(index.is_none());
                index
            });
            p.samples.push(&sample.values, stack, sample.labels.iter().copied());
        }
        if p.sample_types.is_empty() && wrong_values > 0 {
            self.problems.add("the profile names no sample types");
        }
        self.problems.add_many("unreadable samples", broken);
        self.problems.add_many(
            "samples left out because the number of values is not that of the sample types",
            wrong_values,
        );
        self.problems.add_many("frames that refer to a location that is not there", dangling);
    }
}

/// A sample with the ids of the input; reused, so that reading allocates nothing per sample.
#[derive(Default)]
struct RawSample {
    values: Vec<i64>,
    locations: Vec<u64>,
    labels: Vec<Label>,
}

impl RawSample {
    /// False if the message is broken; what was read before stays.
    fn read(&mut self, value: Value<'_>, strings: usize) -> bool {
        let Self { values, locations, labels } = self;
        values.clear();
        locations.clear();
        labels.clear();
        let mut numbers_whole = true;
        let whole = each_field(value, |number, v| match number {
            1 => numbers_whole &= v.numbers(|id| locations.push(id)),
            2 => numbers_whole &= v.numbers(|n| values.push(n as i64)),
            3 => labels.extend(label(v, strings)),
            _ => {}
        });
        whole && numbers_whole
    }
}

fn label(value: Value<'_>, strings: usize) -> Option<Label> {
    let (mut key, mut text, mut number, mut unit) = (0, 0, 0i64, 0);
    each_field(value, |field, v| {
        let Some(v) = v.number() else { return };
        match field {
            1 => key = v,
            2 => text = v,
            3 => number = v as i64,
            4 => unit = v,
            _ => {}
        }
    });
    let id = |v: u64| Some(string_id(v)).filter(|id| (id.0 as usize) < strings);
    // pprof takes a label without text as a number, even as the number 0.
    let value = match text {
        0 => LabelValue::Number(number, id(unit).unwrap_or_default()),
        _ => LabelValue::Text(id(text)?),
    };
    Some(Label { key: id(key)?, value })
}

/// Function id and position of a line.
fn line(value: Value<'_>) -> (u64, Line) {
    let (mut function, mut out) = (0, Line::default());
    each_field(value, |number, v| {
        let Some(v) = v.number() else { return };
        match number {
            1 => function = v,
            2 => out.line = v as i64,
            3 => out.column = v as i64,
            _ => {}
        }
    });
    (function, out)
}

fn each_field(value: Value<'_>, mut each: impl FnMut(u32, Value<'_>)) -> bool {
    let Some(bytes) = value.bytes() else { return false };
    let mut fields = Fields::new(bytes);
    for (number, v) in fields.by_ref() {
        each(number, v);
    }
    !fields.broken()
}

/// Indices too large for the table become one that [`Decoder::check_strings`] refuses.
fn string_id(v: u64) -> StrId {
    StrId(u32::try_from(v).unwrap_or(u32::MAX))
}

fn count(lines: &[Line]) -> u32 {
    u32::try_from(lines.len()).unwrap_or(u32::MAX)
}

/// From the ids of the input to indices. Writers number from 1, which needs no map.
struct Ids {
    dense: usize,
    other: FxHashMap<u64, u32>,
}

impl Ids {
    fn new(ids: impl Iterator<Item = u64>, what: &str, problems: &mut Problems) -> Self {
        let mut this = Self { dense: 0, other: FxHashMap::default() };
        let (mut zero, mut twice) = (0, 0);
        for (index, id) in ids.enumerate() {
            if id == 0 {
                zero += 1;
            } else if id == index as u64 + 1 && this.dense == index {
                this.dense = index + 1;
            } else if this.index(id).is_some() {
                twice += 1;
            } else if let Ok(index) = u32::try_from(index) {
                this.other.insert(id, index);
            }
        }
        problems.add_many(format!("{what}s with the id 0"), zero);
        problems.add_many(format!("{what} ids that occur twice"), twice);
        this
    }

    #[inline]
    fn index(&self, id: u64) -> Option<u32> {
        match id.checked_sub(1) {
            Some(index) if index < self.dense as u64 => u32::try_from(index).ok(),
            _ => self.other.get(&id).copied(),
        }
    }
}
