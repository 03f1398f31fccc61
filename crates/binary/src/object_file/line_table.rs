//! Functions and lines as Go's `debug/gosym` reads them: of all versions since Go 1.2, word sizes and byte orders, and
//! without relocations, so from the file and not from memory.
//!
//! [`crate::calls`] reads the same table with more of what the runtime knows (inlined calls), where a program can be
//! loaded as a whole.

use std::io::{Read, Seek};
use std::ops::Range;

use object::Endianness;

use super::{SourceFrame, SymbolTable};
use crate::Elf;

/// Sections that hold the table; the second one in programs that can be loaded anywhere.
const SECTIONS: [&str; 2] = [".gopclntab", ".data.rel.ro.gopclntab"];
/// What the linker marks the table with where it has no section of its own.
const MARKS: [&str; 2] = ["runtime.pclntab", "runtime.epclntab"];
/// Where the first of the numbers behind the magic number is, in bytes.
const HEADER: usize = 8;
/// Numbers of a record that are used, by position.
const NAME: usize = 1;
const FILE_STEPS: usize = 5;
const LINE_STEPS: usize = 6;
const UNIT: usize = 8;
/// A file of a unit that it has no code of.
const NO_FILE: u32 = u32::MAX;

/// Layouts of the table, by its magic number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// Go 1.2 to 1.15.
    Go12,
    /// Go 1.16 and 1.17.
    Go116,
    /// Go 1.18 to 1.27: entries are relative to the first one.
    Go118,
}

/// The table. One that is damaged, or that is not there, knows no function.
#[derive(Debug, Default)]
pub(super) struct LineTable {
    layout: Option<Layout>,
    bytes: Vec<u8>,
}

#[derive(Debug)]
struct Layout {
    format: Format,
    endian: Endianness,
    /// Bytes of an address.
    word: usize,
    /// Smallest distance between instructions, in bytes.
    quantum: u32,
    /// Address of the first function.
    text: u64,
    functions: usize,
    /// Where the parts of the table begin.
    names: usize,
    units: usize,
    files: usize,
    steps: usize,
    records: usize,
    index: usize,
}

impl LineTable {
    /// Reads the table of a file, if there is one.
    pub(super) fn read<S: Read + Seek>(elf: &mut Elf<S>, symbols: Option<&SymbolTable>) -> Self {
        let section = SECTIONS.iter().find_map(|name| elf.section(name)).cloned();
        let bytes = match section {
            Some(section) => elf.contents(&section).ok(),
            None => symbols.and_then(|symbols| marked(elf, symbols)),
        };
        let text = symbols.and_then(|symbols| symbols.address_of("runtime.text"));
        let text = text.or_else(|| Some(elf.section(".text")?.address)).unwrap_or(0);
        let bytes = bytes.unwrap_or_default();
        Self { layout: Layout::read(&bytes, text), bytes }
    }

    /// The function that holds an address, and the line there.
    pub(super) fn frame(&self, address: u64) -> Option<SourceFrame> {
        let layout = self.layout.as_ref()?;
        let index = self.holding(layout, address)?;
        let record = self.record(layout, index)?;
        let entry = self.entry(layout, index)?;
        let field = |at: usize| self.field(layout, record, at);
        let function = self.text(layout.names, field(NAME)?)?;
        let line = field(LINE_STEPS).and_then(|steps| self.value(layout, steps, entry, address));
        let file = field(FILE_STEPS)
            .and_then(|steps| self.value(layout, steps, entry, address))
            .and_then(|file| self.file(layout, file, field(UNIT)));
        let file = file.unwrap_or_default();
        Some(SourceFrame { function, file, line: line.unwrap_or(-1).into() })
    }

    /// Position of the function that holds an address.
    fn holding(&self, layout: &Layout, address: u64) -> Option<usize> {
        let mut range: Range<usize> = 0..layout.functions;
        while !range.is_empty() {
            let middle = range.start + range.len() / 2;
            if address < self.entry(layout, middle)? {
                range.end = middle;
            } else if address < self.entry(layout, middle + 1)? {
                return Some(middle);
            } else {
                range.start = middle + 1;
            }
        }
        None
    }

    /// Where a function begins; for the number of functions, where the last one ends.
    fn entry(&self, layout: &Layout, index: usize) -> Option<u64> {
        let size = layout.index_word();
        let entry = self.number(layout, layout.index.checked_add(2 * size * index)?, size)?;
        Some(if layout.format == Format::Go118 { layout.text.wrapping_add(entry) } else { entry })
    }

    /// Where the record of a function begins.
    fn record(&self, layout: &Layout, index: usize) -> Option<usize> {
        let size = layout.index_word();
        let at = layout.index.checked_add(size * (2 * index + 1))?;
        let record = usize::try_from(self.number(layout, at, size)?).ok()?;
        layout.records.checked_add(record)
    }

    /// A number of a record, by position; the first one is the entry.
    fn field(&self, layout: &Layout, record: usize, at: usize) -> Option<u32> {
        let entry = if layout.format == Format::Go118 { 4 } else { layout.word };
        let at = record.checked_add(entry + 4 * (at - 1))?;
        Some(self.number(layout, at, 4)? as u32)
    }

    /// The value of a table of steps at an address of a function.
    fn value(&self, layout: &Layout, steps: u32, entry: u64, address: u64) -> Option<i32> {
        let mut rest = self.bytes.get(layout.steps.checked_add(steps as usize)?..)?;
        let (mut pc, mut value) = (entry, -1i32);
        loop {
            let change = varint(&mut rest)?;
            if change == 0 && pc != entry {
                return None;
            }
            let change = if change & 1 == 1 { !(change >> 1) } else { change >> 1 };
            value = value.wrapping_add(change as i32);
            let ahead = varint(&mut rest)?.wrapping_mul(layout.quantum);
            pc = pc.wrapping_add(ahead.into());
            if address < pc {
                return Some(value);
            }
        }
    }

    fn file(&self, layout: &Layout, file: i32, unit: Option<u32>) -> Option<String> {
        let file = u32::try_from(file).ok()?;
        if layout.format == Format::Go12 {
            // The first number says how many there are.
            let at = layout.files.checked_add(4 * file as usize)?;
            return self.text(0, self.number(layout, at, 4)? as u32).filter(|_| file > 0);
        }
        let at = 4 * unit?.checked_add(file)? as usize;
        let name = self.number(layout, layout.units.checked_add(at)?, 4)? as u32;
        self.text(layout.files, name).filter(|_| name != NO_FILE)
    }

    /// Text up to a zero.
    fn text(&self, part: usize, at: u32) -> Option<String> {
        let bytes = self.bytes.get(part.checked_add(at as usize)?..)?;
        let end = memchr::memchr(0, bytes)?;
        Some(String::from_utf8_lossy(&bytes[..end]).into_owned())
    }

    fn number(&self, layout: &Layout, at: usize, size: usize) -> Option<u64> {
        number(&self.bytes, layout.endian, at, size)
    }
}

impl Layout {
    /// `None` if the bytes are no table that is known.
    fn read(bytes: &[u8], text: u64) -> Option<Self> {
        let magic: [u8; 4] = *bytes.first_chunk()?;
        let little =
            Format::of(u32::from_le_bytes(magic)).map(|format| (format, Endianness::Little));
        let big = || Some((Format::of(u32::from_be_bytes(magic))?, Endianness::Big));
        let (format, endian) = little.or_else(big)?;
        let [0, 0, quantum @ (1 | 2 | 4), word @ (4 | 8)] = *bytes.get(4..HEADER)? else {
            return None;
        };
        let word = usize::from(word);
        let header =
            |at: usize| usize::try_from(number(bytes, endian, HEADER + at * word, word)?).ok();
        let functions = header(0)?;
        let mut layout = Self {
            format,
            endian,
            word,
            quantum: quantum.into(),
            text,
            functions,
            names: 0,
            units: 0,
            files: 0,
            steps: 0,
            records: 0,
            index: HEADER + word,
        };
        let first = match format {
            Format::Go12 => None,
            Format::Go116 => Some(2),
            Format::Go118 => Some(3),
        };
        if let Some(first) = first {
            layout.names = header(first)?;
            layout.units = header(first + 1)?;
            layout.files = header(first + 2)?;
            layout.steps = header(first + 3)?;
            layout.records = header(first + 4)?;
            layout.index = layout.records;
        }
        let size = functions.checked_mul(2)?.checked_add(1)?.checked_mul(layout.index_word())?;
        let end = layout.index.checked_add(size).filter(|end| *end <= bytes.len())?;
        if format == Format::Go12 {
            layout.files = number(bytes, endian, end, 4)? as usize;
        }
        Some(layout)
    }

    /// Bytes of a number in the index of functions.
    fn index_word(&self) -> usize {
        if self.format == Format::Go118 { 4 } else { self.word }
    }
}

impl Format {
    fn of(magic: u32) -> Option<Self> {
        match magic {
            0xffff_fffb => Some(Self::Go12),
            0xffff_fffa => Some(Self::Go116),
            0xffff_fff0 | 0xffff_fff1 => Some(Self::Go118),
            _ => None,
        }
    }
}

/// The bytes between the marks of the linker.
fn marked<S: Read + Seek>(elf: &mut Elf<S>, symbols: &SymbolTable) -> Option<Vec<u8>> {
    let [start, end] = MARKS.map(|mark| symbols.address_of(mark));
    let (start, end) = (start?, end?);
    let segments = elf.segments().iter();
    // Checked before memory is taken: what the file does not hold is not read as zeros.
    let is_held = |address: u64, size: u64| address.checked_add(size).is_some_and(|own| end <= own);
    segments.copied().find(|s| s.address <= start && is_held(s.address, s.size))?;
    elf.read(start, usize::try_from(end.checked_sub(start)?).ok()?).ok()
}

fn number(bytes: &[u8], endian: Endianness, at: usize, size: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(size)?)?;
    let shift = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    Some(match endian {
        Endianness::Big => bytes.iter().fold(0, shift),
        Endianness::Little => bytes.iter().rev().fold(0, shift),
    })
}

fn varint(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0u32;
    for shift in (0..).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
