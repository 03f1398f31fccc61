//! Lines of code that is not Go's, from DWARF.

use std::io::{Read, Seek};
use std::rc::Rc;

use addr2line::Context;
use gimli::{EndianRcSlice, RunTimeEndian, SectionId};

use super::SourceFrame;
use crate::Elf;

type Reader = EndianRcSlice<RunTimeEndian>;

/// The debugging information of a file.
pub(super) struct Dwarf {
    context: Context<Reader>,
}

impl Dwarf {
    /// `None` if the file has no debugging information or it cannot be read.
    pub(super) fn read<S: Read + Seek>(elf: &mut Elf<S>) -> Option<Self> {
        let endian = if elf.is_big_endian() { RunTimeEndian::Big } else { RunTimeEndian::Little };
        let mut load = |id: SectionId| {
            let old_name = id.name().replacen(".debug_", ".zdebug_", 1);
            let section = elf.section(id.name()).or_else(|| elf.section(&old_name)).cloned();
            let bytes = section.and_then(|section| elf.contents(&section).ok()).unwrap_or_default();
            Ok::<_, gimli::Error>(Reader::new(Rc::from(bytes), endian))
        };
        let dwarf = gimli::Dwarf::load(&mut load).ok()?;
        Some(Self { context: Context::from_dwarf(dwarf).ok()? })
    }

    /// The line of an instruction, and the function that was compiled, not one that was inlined into it.
    pub(super) fn frame(&self, address: u64) -> Option<SourceFrame> {
        // The search is for the range up to the next address, which the last one of all has not.
        address.checked_add(1)?;
        let place = self.context.find_location(address).ok()??;
        let mut frames = self.context.find_frames(address).skip_all_loads().ok()?;
        let mut function = String::new();
        while let Ok(Some(frame)) = frames.next() {
            let name = frame.function.as_ref().and_then(|function| function.raw_name().ok());
            function = name.map(|name| name.into_owned()).unwrap_or_default();
        }
        let file = place.file.unwrap_or_default().to_owned();
        Some(SourceFrame { function, file, line: place.line.unwrap_or(0).into() })
    }
}
