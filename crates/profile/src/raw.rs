//! A profile as text, as `pprof -raw` prints it.

mod duration;
mod labels;

use std::io::{self, Write};

use crate::model::{Location, Mapping, Profile};
use labels::LabelLines;

/// Bytes that are collected before they are written.
const CHUNK: usize = 64 << 10;

impl Profile {
    /// Writes the whole profile as text, as `pprof -raw` does. `local_time` formats nanoseconds since 1970 UTC as Go's
    /// `time.Time.String` does.
    ///
    /// # Errors
    /// If `out` fails.
    pub fn write_raw(
        &self,
        out: &mut dyn Write,
        local_time: &dyn Fn(i64) -> String,
    ) -> io::Result<()> {
        let mut text = Text { out, chunk: Vec::with_capacity(CHUNK + (CHUNK >> 2)) };
        self.raw_header(&mut text, local_time)?;
        self.raw_samples(&mut text)?;
        text.line(b"Locations")?;
        for location in &self.locations {
            self.raw_location(&mut text, location)?;
        }
        text.line(b"Mappings")?;
        for mapping in &self.mappings {
            self.raw_mapping(&mut text, mapping)?;
        }
        text.flush()
    }

    fn raw_header(
        &self,
        text: &mut Text<'_>,
        local_time: &dyn Fn(i64) -> String,
    ) -> io::Result<()> {
        let chunk = &mut text.chunk;
        for comment in &self.comments {
            writeln!(chunk, "Comment: {}", self.text(*comment))?;
        }
        if !self.text(self.doc_url).is_empty() {
            writeln!(chunk, "Doc: {}", self.text(self.doc_url))?;
        }
        let period = self.period_type;
        writeln!(chunk, "PeriodType: {} {}", self.text(period.kind), self.text(period.unit))?;
        writeln!(chunk, "Period: {}", self.period)?;
        if let Some(time) = self.time() {
            writeln!(chunk, "Time: {}", local_time(time))?;
        }
        if self.duration_nanos != 0 {
            let duration = duration::go_duration(self.duration_nanos);
            writeln!(chunk, "Duration: {}", duration.chars().take(4).collect::<String>())?;
        }
        writeln!(chunk, "Samples:")?;
        let default = self.text(self.default_sample_type);
        let types: String = self
            .value_types()
            .map(|(kind, unit)| {
                format!("{kind}/{unit}{} ", if kind == default { "[dflt]" } else { "" })
            })
            .collect();
        writeln!(chunk, "{}", types.trim())?;
        text.end_item()
    }

    fn raw_samples(&self, text: &mut Text<'_>) -> io::Result<()> {
        let ids: Vec<IdText> = self.locations.iter().map(|l| IdText::new(l.id)).collect();
        let mut labels = LabelLines::default();
        for index in 0..self.samples.len() {
            for value in self.samples.values(index) {
                text.chunk.push(b' ');
                text.number(*value, 10);
            }
            text.chunk.extend_from_slice(b": ");
            for location in self.samples.locations(index) {
                if let Some(id) = ids.get(*location as usize) {
                    id.append_to(&mut text.chunk);
                }
            }
            text.chunk.push(b'\n');
            labels.append_to(&mut text.chunk, self, index);
            text.end_item()?;
        }
        Ok(())
    }

    fn raw_location(&self, text: &mut Text<'_>, location: &Location) -> io::Result<()> {
        let chunk = &mut text.chunk;
        write!(chunk, "{:>6}: {:#x} ", location.id, location.address)?;
        if let Some(mapping) = location.mapping.and_then(|m| self.mappings.get(m as usize)) {
            write!(chunk, "M={} ", mapping.id)?;
        }
        if location.folded {
            chunk.extend_from_slice(b"[F] ");
        }
        let lines = self.location_lines(location);
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                chunk.extend_from_slice(b"             ");
            }
            match line.function.and_then(|f| self.functions.get(f as usize)) {
                None => chunk.extend_from_slice(b"??"),
                Some(function) => {
                    let (name, system) =
                        (self.text(function.name), self.text(function.system_name));
                    let file = self.text(function.file);
                    let start = function.start_line;
                    write!(chunk, "{name} {file}:{}:{} s={start}", line.line, line.column)?;
                    if name != system {
                        write!(chunk, "({system})")?;
                    }
                }
            }
            chunk.push(b'\n');
        }
        if lines.is_empty() {
            chunk.push(b'\n');
        }
        text.end_item()
    }

    fn raw_mapping(&self, text: &mut Text<'_>, m: &Mapping) -> io::Result<()> {
        let bits = ["[FN]", "[FL]", "[LN]", "[IN]"].iter().enumerate();
        let bits: String =
            bits.filter(|(bit, _)| m.resolved >> bit & 1 != 0).map(|(_, name)| *name).collect();
        let (file, build_id) = (self.text(m.file), self.text(m.build_id));
        writeln!(
            text.chunk,
            "{}: {:#x}/{:#x}/{:#x} {file} {build_id} {bits}",
            m.id, m.start, m.limit, m.offset
        )?;
        text.end_item()
    }
}

/// Text that is written in chunks.
struct Text<'o> {
    out: &'o mut dyn Write,
    chunk: Vec<u8>,
}

impl Text<'_> {
    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        self.chunk.extend_from_slice(line);
        self.chunk.push(b'\n');
        self.end_item()
    }

    /// A number, filled with blanks on the left up to `width`.
    fn number(&mut self, number: i64, width: usize) {
        const BLANKS: [u8; 20] = [b' '; 20];
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(number);
        self.chunk.extend_from_slice(&BLANKS[..width.saturating_sub(digits.len())]);
        self.chunk.extend_from_slice(digits.as_bytes());
    }

    fn end_item(&mut self) -> io::Result<()> {
        if self.chunk.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.chunk)?;
        self.chunk.clear();
        Ok(())
    }
}

/// Longest id and blank that are kept ready.
const ID_TEXT: usize = 12;

/// An id and a blank behind it, ready to be copied: stacks repeat the same ids over and over.
struct IdText {
    text: [u8; ID_TEXT],
    len: u8,
    id: u64,
}

impl IdText {
    fn new(id: u64) -> Self {
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(id).as_bytes();
        let mut this = Self { text: [b' '; ID_TEXT], len: 0, id };
        if digits.len() < ID_TEXT {
            this.text[..digits.len()].copy_from_slice(digits);
            this.len = digits.len() as u8 + 1;
        }
        this
    }

    #[inline]
    fn append_to(&self, out: &mut Vec<u8>) {
        if self.len == 0 {
            out.extend_from_slice(self.id.to_string().as_bytes());
            out.push(b' ');
            return;
        }
        // Copying all of it and cutting the end off is faster than copying a length that varies.
        let end = out.len() + usize::from(self.len);
        out.extend_from_slice(&self.text);
        out.truncate(end);
    }
}
