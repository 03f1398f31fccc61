//! The address space of an ELF file: its headers, and bytes by virtual address.

mod contents;
mod headers;
mod relocations;
mod symbols;

use std::io::{Read, Seek, SeekFrom};

use object::Endianness;

use crate::{Error, Problem};

/// How much is read at once when a part of the file is searched, in bytes.
pub(crate) const CHUNK: usize = 1 << 20;

/// A loadable part of the file (`PT_LOAD`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Virtual address of the first byte.
    pub address: u64,
    /// Offset of the first byte in the file.
    pub offset: u64,
    /// Bytes in the file.
    pub size: u64,
    /// Bytes in memory; those beyond [`Segment::size`] start as zero.
    pub memory: u64,
    /// Whether the program may write to it.
    pub writable: bool,
    /// Whether it holds code.
    pub executable: bool,
    /// What its address is a multiple of in memory, offset included; 0 and 1: anything.
    pub(crate) align: u64,
}

/// A section, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The name, such as `.go.buildinfo`.
    pub name: String,
    /// Virtual address, 0 for sections that are not loaded.
    pub address: u64,
    /// Offset of the first byte in the file.
    pub offset: u64,
    /// Size in bytes.
    pub size: u64,
    /// `sh_type`, such as `SHT_SYMTAB`.
    pub(crate) kind: object::elf::SectionType,
    /// `sh_flags`, such as `SHF_COMPRESSED`.
    pub(crate) flags: u64,
    /// `sh_link`: for a symbol table the index of its string table.
    pub(crate) link: usize,
}

/// An ELF file of either class and byte order, read on demand.
#[derive(Debug)]
pub struct Elf<S> {
    source: S,
    file_size: u64,
    is_64: bool,
    endian: Endianness,
    segments: Vec<Segment>,
    sections: Vec<Section>,
    dynamic: Option<Segment>,
    gnu_build_id: Option<Vec<u8>>,
    go_build_id: Option<Vec<u8>>,
    problems: Vec<Problem>,
}

impl<S: Read + Seek> Elf<S> {
    /// Reads the headers of an ELF file; the file's data stays where it is until asked for.
    ///
    /// # Errors
    /// [`Error::NotElf`], [`Error::Truncated`] when the headers are cut off, [`Error::Malformed`] and [`Error::Io`].
    /// Damage to less than all headers is listed in [`Elf::problems`].
    pub fn open(mut source: S) -> Result<Self, Error> {
        let file_size = source.seek(SeekFrom::End(0))?;
        let headers = headers::read(&mut source, file_size)?;
        Ok(Self {
            source,
            file_size,
            is_64: headers.is_64,
            endian: headers.endian,
            segments: headers.segments,
            sections: headers.sections,
            dynamic: headers.dynamic,
            gnu_build_id: headers.gnu_build_id,
            go_build_id: headers.go_build_id,
            problems: headers.problems,
        })
    }

    /// The loadable segments, in the order of the file.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The sections, in the order of the file; none in a file whose section headers were removed.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The first section of that name.
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// The GNU build id (`NT_GNU_BUILD_ID`), as raw bytes.
    pub fn gnu_build_id(&self) -> Option<&[u8]> {
        self.gnu_build_id.as_deref()
    }

    /// The Go build id (the note of type 4 by `Go`), as the toolchain wrote it.
    pub fn go_build_id(&self) -> Option<&[u8]> {
        self.go_build_id.as_deref()
    }

    /// What was wrong with the headers.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Size of the file in bytes.
    pub fn file_size(&self) -> u64 {
        self.file_size
    }

    /// Whether the file is shorter than its headers say.
    pub fn is_truncated(&self) -> bool {
        self.problems.contains(&Problem::Truncated)
    }

    /// Size of an address in bytes: 4 or 8.
    pub fn word_size(&self) -> usize {
        if self.is_64 { 8 } else { 4 }
    }

    /// Whether numbers are stored with the most significant byte first.
    pub fn is_big_endian(&self) -> bool {
        self.endian == Endianness::Big
    }

    /// Reads `size` bytes at a virtual address, as they are when the program starts.
    ///
    /// # Errors
    /// [`Error::Unmapped`] when no segment holds all of them, [`Error::Truncated`] when the file ends before them,
    /// [`Error::Io`].
    pub fn read(&mut self, address: u64, size: usize) -> Result<Vec<u8>, Error> {
        let Some((segment, inside)) = self.locate(address, size as u64) else {
            return Err(Error::Unmapped { address });
        };
        let in_file = segment.size.saturating_sub(inside).min(size as u64) as usize;
        let mut bytes = self.read_at(segment.offset.saturating_add(inside), in_file)?;
        bytes.resize(size, 0);
        Ok(bytes)
    }

    /// Reads `size` bytes at an offset of the file. The length is checked against the file before memory is taken.
    pub(crate) fn read_at(&mut self, offset: u64, size: usize) -> Result<Vec<u8>, Error> {
        if size == 0 {
            return Ok(Vec::new());
        }
        match offset.checked_add(size as u64) {
            Some(end) if end <= self.file_size => {}
            _ => return Err(Error::Truncated),
        }
        let mut bytes = vec![0; size];
        self.source.seek(SeekFrom::Start(offset))?;
        self.source.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads an address-sized number at a virtual address.
    pub(crate) fn read_word(&mut self, address: u64) -> Result<u64, Error> {
        let bytes = self.read(address, self.word_size())?;
        Ok(self.word(&bytes))
    }

    /// Reads a Go string (address and length, as the compiler lays a `string` out) at a virtual address.
    ///
    /// # Errors
    /// As [`Elf::read`], and [`Error::Malformed`] for a string longer than `limit` bytes.
    pub fn read_go_string(&mut self, address: u64, limit: usize) -> Result<Vec<u8>, Error> {
        let data = self.read_pointer(address)?;
        let length = self.read_word(address.wrapping_add(self.word_size() as u64))?;
        match usize::try_from(length) {
            Ok(0) => Ok(Vec::new()),
            Ok(length) if length <= limit => self.read(data, length),
            _ => Err(Error::Malformed(format!("string of {length} bytes"))),
        }
    }

    /// The segment that holds `size` bytes at an address, and how far into it they begin.
    fn locate(&self, address: u64, size: u64) -> Option<(Segment, u64)> {
        self.segments.iter().find_map(|segment| {
            let inside = address.checked_sub(segment.address)?;
            let available = segment.size.max(segment.memory).checked_sub(inside)?;
            (size <= available).then_some((*segment, inside))
        })
    }

    /// Decodes an address-sized number from the first bytes; 0 when there are too few.
    fn word(&self, bytes: &[u8]) -> u64 {
        let Some(bytes) = bytes.get(..self.word_size()) else {
            return 0;
        };
        let shift = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        if self.is_big_endian() {
            bytes.iter().fold(0, shift)
        } else {
            bytes.iter().rev().fold(0, shift)
        }
    }
}
