//! Program headers, section headers and notes, through the `object` crate.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use object::read::elf::{FileHeader, NoteIterator, ProgramHeader, SectionHeader, SectionTable};
use object::read::{ReadCache, ReadRef};
use object::{Endianness, elf};

use super::{Section, Segment};
use crate::{Error, Problem};

/// Longest single table or note segment that is read, in bytes: 65,536 section headers of 64 bytes.
const MAX_TABLE: u64 = 4 << 20;
/// Most note segments and most note sections looked at; linkers write at most four.
const MAX_NOTES: usize = 16;
/// Most sections taken; executables have about 40. A damaged file could give each a long name.
const MAX_SECTIONS: usize = 4096;
/// Note type of the Go build id (`ELF_NOTE_GOBUILDID_TAG` of Go's linker).
const NT_GO_BUILD_ID: elf::NoteType = elf::NoteType(4);

/// What the headers of a file say.
pub(super) struct Headers {
    pub(super) is_64: bool,
    pub(super) endian: Endianness,
    pub(super) segments: Vec<Segment>,
    pub(super) sections: Vec<Section>,
    pub(super) dynamic: Option<Segment>,
    pub(super) gnu_build_id: Option<Vec<u8>>,
    pub(super) go_build_id: Option<Vec<u8>>,
    pub(super) problems: Vec<Problem>,
}

/// Reads the headers of either class and byte order.
pub(super) fn read<S: Read + Seek>(source: &mut S, file_size: u64) -> Result<Headers, Error> {
    let mut ident = Vec::new();
    source.seek(SeekFrom::Start(0))?;
    source.by_ref().take(16).read_to_end(&mut ident)?;
    if !ident.starts_with(&elf::ELFMAG) {
        return Err(Error::NotElf);
    }
    let Some(class) = ident.get(4) else {
        return Err(Error::Truncated);
    };
    let cache = ReadCache::new(source);
    let file = Bounded { cache: &cache };
    match elf::FileClass(*class) {
        elf::ELFCLASS32 => read_class::<elf::FileHeader32<Endianness>, _>(file, file_size),
        elf::ELFCLASS64 => read_class::<elf::FileHeader64<Endianness>, _>(file, file_size),
        _ => Err(Error::Malformed(format!("unknown class {class}"))),
    }
}

fn read_class<'a, H, R>(file: R, file_size: u64) -> Result<Headers, Error>
where
    H: FileHeader<Endian = Endianness>,
    R: ReadRef<'a>,
    H: 'a,
{
    if file_size < size_of::<H>() as u64 {
        return Err(Error::Truncated);
    }
    let malformed = |error: object::read::Error| Error::Malformed(error.to_string());
    let header = H::parse(file).map_err(malformed)?;
    let endian = header.endian().map_err(malformed)?;
    let mut headers = Headers {
        is_64: header.is_type_64(),
        endian,
        segments: Vec::new(),
        sections: Vec::new(),
        dynamic: None,
        gnu_build_id: None,
        go_build_id: None,
        problems: Vec::new(),
    };
    match header.program_headers(endian, file) {
        Ok(programs) => headers.add_programs(programs, file),
        Err(error) => headers.problem("program headers", &error),
    }
    match header.sections(endian, file) {
        Ok(sections) => headers.add_sections::<H, R>(&sections, file),
        Err(error) => headers.problem("section headers", &error),
    }
    let sections_cut = header.e_shoff(endian).into() > file_size;
    let programs_cut = header.e_phoff(endian).into() > file_size;
    if sections_cut || programs_cut || headers.data_end() > file_size {
        headers.problems.push(Problem::Truncated);
    }
    Ok(headers)
}

impl Headers {
    fn problem(&mut self, table: &'static str, why: &object::read::Error) {
        self.problems.push(Problem::Table { table, why: why.to_string() });
    }

    fn add_programs<'a, P, R>(&mut self, programs: &'a [P], file: R)
    where
        P: ProgramHeader<Endian = Endianness>,
        R: ReadRef<'a>,
    {
        let endian = self.endian;
        let mut notes = 0;
        for program in programs {
            let kind = program.p_type(endian);
            let segment = segment(program, endian);
            if kind == elf::PT_LOAD {
                self.segments.push(segment);
            } else if kind == elf::PT_DYNAMIC {
                self.dynamic = Some(segment);
            } else if kind == elf::PT_NOTE && notes < MAX_NOTES {
                notes += 1;
                self.add_notes(program.notes(endian, file));
            }
        }
    }

    /// Takes the sections, and their notes: Go's linker leaves the GNU build id out of the note segment.
    fn add_sections<'a, H, R>(&mut self, table: &SectionTable<'a, H, R>, file: R)
    where
        H: FileHeader<Endian = Endianness>,
        R: ReadRef<'a>,
    {
        let endian = self.endian;
        let mut notes = 0;
        if table.len() > MAX_SECTIONS {
            self.problems.push(Problem::Table {
                table: "section headers",
                why: format!("{} sections, only the first {MAX_SECTIONS} taken", table.len()),
            });
        }
        for section in table.iter().take(MAX_SECTIONS) {
            let name = table.section_name(endian, section).unwrap_or_default();
            let kind = section.sh_type(endian);
            self.sections.push(Section {
                name: String::from_utf8_lossy(name).into_owned(),
                address: section.sh_addr(endian).into(),
                offset: section.sh_offset(endian).into(),
                size: section.sh_size(endian).into(),
                kind,
                flags: section.sh_flags(endian).0,
                link: section.sh_link(endian) as usize,
            });
            if kind == elf::SHT_NOTE && notes < MAX_NOTES {
                notes += 1;
                self.add_notes(section.notes(endian, file));
            }
        }
    }

    /// Takes the build ids from some notes. A damaged note ends these, not the reading.
    fn add_notes<H>(&mut self, notes: object::read::Result<Option<NoteIterator<'_, H>>>)
    where
        H: FileHeader<Endian = Endianness>,
    {
        let notes = match notes {
            Ok(notes) => notes,
            Err(error) => return self.problem("notes", &error),
        };
        for note in notes.into_iter().flatten() {
            let note = match note {
                Ok(note) => note,
                Err(error) => return self.problem("notes", &error),
            };
            let kind = note.n_type(self.endian);
            match note.name() {
                b"GNU" if kind == elf::NT_GNU_BUILD_ID => {
                    self.gnu_build_id.get_or_insert_with(|| note.desc().to_vec());
                }
                b"Go" if kind == NT_GO_BUILD_ID => {
                    self.go_build_id.get_or_insert_with(|| note.desc().to_vec());
                }
                _ => {}
            }
        }
    }

    /// Where the data of the last segment or section ends in the file.
    fn data_end(&self) -> u64 {
        let segments = self.segments.iter().map(|part| (part.offset, part.size));
        let in_file = |section: &&Section| section.kind != elf::SHT_NOBITS;
        let sections = self.sections.iter().filter(in_file);
        let sections = sections.map(|part| (part.offset, part.size));
        let ends = segments.chain(sections).map(|(offset, size)| offset.saturating_add(size));
        ends.max().unwrap_or(0)
    }
}

fn segment<P: ProgramHeader<Endian = Endianness>>(program: &P, endian: Endianness) -> Segment {
    let flags = program.p_flags(endian);
    Segment {
        address: program.p_vaddr(endian).into(),
        offset: program.p_offset(endian).into(),
        size: program.p_filesz(endian).into(),
        memory: program.p_memsz(endian).into(),
        writable: flags.contains(elf::PF_W),
        executable: flags.contains(elf::PF_X),
        align: program.p_align(endian).into(),
    }
}

/// A [`ReadCache`] that refuses to read (and so to allocate) more than [`MAX_TABLE`] bytes at once.
struct Bounded<'a, S: Read + Seek> {
    cache: &'a ReadCache<S>,
}

impl<S: Read + Seek> Clone for Bounded<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Read + Seek> Copy for Bounded<'_, S> {}

impl<'a, S: Read + Seek> ReadRef<'a> for Bounded<'a, S> {
    fn len(self) -> Result<u64, ()> {
        self.cache.len()
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'a [u8], ()> {
        if size > MAX_TABLE {
            return Err(());
        }
        self.cache.read_bytes_at(offset, size)
    }

    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'a [u8], ()> {
        self.cache.read_bytes_at_until(range, delimiter)
    }
}
