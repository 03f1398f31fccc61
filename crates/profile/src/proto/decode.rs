//! Bytes → [`Profile`]. Two passes over the top level: tables first, then samples, whose
//! references can then be resolved at once (Go writes the tables after the samples).

use super::faults::Faults;
use super::field;
use super::ids::Ids;
use super::samples;
use super::wire::{Fields, Value};
use crate::error::ReadError;
use crate::model::{Function, Line, Location, Mapping, Message, Profile, UnknownFields, ValueType};
use crate::problem::Problems;
use crate::strings::{StrId, StringTable};

const FORMAT: &str = "pprof protobuf";

/// Decodes an uncompressed profile as far as it can be read.
pub(crate) fn decode(bytes: &[u8], problems: &mut Problems) -> Result<Profile, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let mut decoder = Decoder::new(problems);
    decoder.run(bytes)?;
    Ok(decoder.profile)
}

/// Decodes an uncompressed profile and says what pprof would have found wrong. What a label without text and number
/// means differs as well: nothing, to pprof.
pub(super) fn decode_with_faults(bytes: &[u8]) -> (Profile, Faults) {
    let mut problems = Problems::new();
    let mut decoder = Decoder::new(&mut problems);
    decoder.faults.collect_details();
    let unreadable = decoder.run(bytes).is_err();
    let Decoder { profile, mut faults, .. } = decoder;
    faults.malformed |= unreadable;
    (profile, faults)
}

struct Decoder<'p> {
    profile: Profile,
    /// Mapping id of each location, until [`Decoder::resolve`].
    mapping_ids: Vec<u64>,
    /// Function id of each line, until [`Decoder::resolve`].
    function_ids: Vec<u64>,
    samples: samples::Size,
    problems: &'p mut Problems,
    faults: Faults,
}

impl<'p> Decoder<'p> {
    fn new(problems: &'p mut Problems) -> Self {
        Self {
            profile: Profile { strings: StringTable::without_empty(), ..Profile::default() },
            mapping_ids: Vec::new(),
            function_ids: Vec::new(),
            samples: samples::Size::default(),
            problems,
            faults: Faults::default(),
        }
    }

    fn run(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        self.tables(bytes)?;
        self.check_strings();
        let locations = self.resolve();
        samples::read(
            bytes,
            self.samples,
            &mut self.profile,
            &locations,
            self.problems,
            &mut self.faults,
        );
        Ok(())
    }

    /// First pass: everything but the samples.
    fn tables(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        let mut fields = Fields::new(bytes);
        let mut seen = 0u64;
        while let Some((number, value)) = fields.next() {
            seen += 1;
            match number {
                field::SAMPLE_TYPE => {
                    let message = Message::SampleType(self.profile.sample_types.len());
                    let value_type = self.value_type(value, message);
                    self.profile.sample_types.push(value_type);
                }
                field::SAMPLE => {
                    self.samples.count += 1;
                    self.samples.bytes += value.bytes().map_or(0, <[u8]>::len);
                }
                field::MAPPING => self.mapping(value),
                field::LOCATION => self.location(value),
                field::FUNCTION => self.function(value),
                field::STRING_TABLE => self.string(value),
                field::DROP_FRAMES..=field::DOC_URL => self.header(number, value),
                _ => self.profile.unknown.add(Message::Profile, fields.raw()),
            }
        }
        self.faults.malformed |= fields.broken();
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
            self.profile.period_type = self.value_type(value, Message::PeriodType);
            return;
        }
        let p = &mut self.profile;
        if number == field::COMMENT {
            let ok = value.numbers(|v| p.comments.push(string_id(v)));
            self.problems.add_many("unreadable comments", u64::from(!ok));
            self.faults.malformed |= !ok;
            return;
        }
        self.faults.concatenated |= number == field::TIME_NANOS && p.time_nanos != 0;
        let Some(v) = self.faults.number(value) else { return };
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
        self.faults.malformed |= value.bytes().is_none();
        let bytes = value.bytes().unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => self.profile.strings.push(text),
            Err(_) => self.profile.strings.push(&String::from_utf8_lossy(bytes)),
        };
    }

    fn value_type(&mut self, value: Value<'_>, message: Message) -> ValueType {
        let mut out = ValueType::default();
        self.numbers(value, message, |number, v| {
            match number {
                1 => out.kind = string_id(v),
                2 => out.unit = string_id(v),
                _ => return false,
            }
            true
        });
        out
    }

    fn mapping(&mut self, value: Value<'_>) {
        let mut m = Mapping::default();
        let message = Message::Mapping(self.profile.mappings.len());
        self.numbers(value, message, |number, v| {
            match number {
                1 => m.id = v,
                2 => m.start = v,
                3 => m.limit = v,
                4 => m.offset = v,
                5 => m.file = string_id(v),
                6 => m.build_id = string_id(v),
                7..=10 => {
                    let bit = 1 << (number - 7);
                    m.resolved = m.resolved & !bit | if v != 0 { bit } else { 0 };
                }
                _ => return false,
            }
            true
        });
        self.profile.mappings.push(m);
    }

    fn function(&mut self, value: Value<'_>) {
        let mut f = Function::default();
        let message = Message::Function(self.profile.functions.len());
        self.numbers(value, message, |number, v| {
            match number {
                1 => f.id = v,
                2 => f.name = string_id(v),
                3 => f.system_name = string_id(v),
                4 => f.file = string_id(v),
                5 => f.start_line = v as i64,
                _ => return false,
            }
            true
        });
        self.profile.functions.push(f);
    }

    fn location(&mut self, value: Value<'_>) {
        let Self { profile, mapping_ids, function_ids, faults, .. } = self;
        let Profile { lines, locations, unknown, .. } = profile;
        let mut location = Location { first_line: count(lines), ..Location::default() };
        let mut mapping = 0;
        let mut whole = true;
        let mut fields = Fields::new(value.bytes().unwrap_or_default());
        while let Some((number, v)) = fields.next() {
            match (number, v) {
                (1, Value::Varint(v)) => location.id = v,
                (2, Value::Varint(v)) => mapping = v,
                (3, Value::Varint(v)) => location.address = v,
                (4, Value::Bytes(message)) => {
                    let (function, line) = line(message, lines.len(), unknown, faults);
                    function_ids.push(function);
                    lines.push(line);
                }
                (5, Value::Varint(v)) => location.folded = v != 0,
                (1..=5, _) => faults.malformed = true,
                _ => unknown.add(Message::Location(locations.len()), fields.raw()),
            }
        }
        whole &= !fields.broken() && value.bytes().is_some();
        location.line_count = count(lines) - location.first_line;
        locations.push(location);
        mapping_ids.push(mapping);
        faults.malformed |= !whole;
        self.problems.add_many("unreadable protobuf messages", u64::from(!whole));
    }

    /// Reads a message all of whose known fields are numbers: `set` says whether it knows the field.
    fn numbers(&mut self, value: Value<'_>, message: Message, set: impl FnMut(u32, u64) -> bool) {
        let bytes = value.bytes();
        let whole = read_numbers(
            bytes.unwrap_or_default(),
            message,
            &mut self.profile.unknown,
            &mut self.faults,
            set,
        ) && bytes.is_some();
        self.faults.malformed |= !whole;
        self.problems.add_many("unreadable protobuf messages", u64::from(!whole));
    }

    /// Replaces string indices that are not in the table and sees to the empty string at 0.
    fn check_strings(&mut self) {
        let p = &mut self.profile;
        if p.strings.is_empty() {
            p.strings = StringTable::new();
            self.faults.malformed = true;
            self.problems.add("the string table is missing, so no name is known");
        } else if !p.strings.get(StrId::EMPTY).is_empty() {
            self.faults.malformed = true;
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
        self.faults.malformed |= dangling > 0;
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
}

/// Function id and position of a line, the one at `index` in its table.
fn line(
    message: &[u8],
    index: usize,
    unknown: &mut UnknownFields,
    faults: &mut Faults,
) -> (u64, Line) {
    let (mut function, mut out) = (0, Line::default());
    let whole = read_numbers(message, Message::Line(index), unknown, faults, |number, v| {
        match number {
            1 => function = v,
            2 => out.line = v as i64,
            3 => out.column = v as i64,
            _ => return false,
        }
        true
    });
    faults.malformed |= !whole;
    (function, out)
}

/// Reads a message all of whose known fields are numbers. False if it is cut; what was read before stays.
#[inline]
pub(super) fn read_numbers(
    bytes: &[u8],
    message: Message,
    unknown: &mut UnknownFields,
    faults: &mut Faults,
    mut set: impl FnMut(u32, u64) -> bool,
) -> bool {
    let mut fields = Fields::new(bytes);
    while let Some((number, value)) = fields.next() {
        match value {
            Value::Varint(v) if set(number, v) => {}
            Value::Varint(_) => unknown.add(message, fields.raw()),
            // A text or a fixed number where a number belongs is wrong, elsewhere it is of a later version.
            _ if set(number, 0) => faults.malformed = true,
            _ => unknown.add(message, fields.raw()),
        }
    }
    !fields.broken()
}

/// Indices too large for the table become one that [`Decoder::check_strings`] refuses.
pub(super) fn string_id(v: u64) -> StrId {
    StrId(u32::try_from(v).unwrap_or(u32::MAX))
}

fn count(lines: &[Line]) -> u32 {
    u32::try_from(lines.len()).unwrap_or(u32::MAX)
}
