//! The address of a symbol, without loading the symbol table.
//!
//! Symbol tables of large programs have tens of megabytes. So the string table is searched for the name first, and
//! then the symbols, chunk by chunk, for one that points to it.

use std::io::{Read, Seek};

use memchr::memmem;
use object::elf;

use super::{CHUNK, Elf, Section};
use crate::Error;

/// Most places in the string table that are taken for the name. One is the rule; a linker that merges strings by
/// their ends lets longer names hold it too.
const MAX_NAMES: usize = 16;

impl<S: Read + Seek> Elf<S> {
    /// The address of a symbol, or `None` when there is no symbol table or no such symbol in it.
    ///
    /// # Errors
    /// [`Error::Truncated`] when the table lies beyond the end of the file, [`Error::Io`].
    pub fn symbol(&mut self, name: &str) -> Result<Option<u64>, Error> {
        let is_symbols = |section: &&Section| section.kind == elf::SHT_SYMTAB;
        let Some(symbols) = self.sections.iter().find(is_symbols).cloned() else {
            return Ok(None);
        };
        let Some(strings) = self.sections.get(symbols.link).cloned() else {
            return Ok(None);
        };
        let names = self.name_offsets(&strings, name)?;
        if names.is_empty() {
            return Ok(None);
        }
        self.symbol_with_name(&symbols, &names)
    }

    /// Offsets in the string table at which the name stands, up to its terminating zero.
    fn name_offsets(&mut self, strings: &Section, name: &str) -> Result<Vec<u64>, Error> {
        let needle = [name.as_bytes(), b"\0"].concat();
        let overlap = needle.len() as u64 - 1;
        let mut found = Vec::new();
        let mut start = 0;
        while start < strings.size && found.len() < MAX_NAMES {
            let length = (CHUNK as u64).min(strings.size - start);
            let bytes = self.read_at(strings.offset.saturating_add(start), length as usize)?;
            let hits = memmem::find_iter(&bytes, &needle).map(|hit| start + hit as u64);
            found.extend(hits.take(MAX_NAMES));
            if start + length == strings.size {
                break;
            }
            start += length.saturating_sub(overlap).max(1);
        }
        Ok(found)
    }

    fn symbol_with_name(&mut self, symbols: &Section, names: &[u64]) -> Result<Option<u64>, Error> {
        // Elf32_Sym: name, value, size, …; Elf64_Sym: name, info, other, shndx, value, size
        let (entry_size, value_at) = if self.is_64 { (24, 8) } else { (16, 4) };
        let chunk = (CHUNK / entry_size * entry_size) as u64;
        let mut start = 0;
        while start < symbols.size {
            let length = chunk.min(symbols.size - start);
            let bytes = self.read_at(symbols.offset.saturating_add(start), length as usize)?;
            for entry in bytes.chunks_exact(entry_size) {
                let raw = [entry[0], entry[1], entry[2], entry[3]];
                let name = if self.is_big_endian() {
                    u32::from_be_bytes(raw)
                } else {
                    u32::from_le_bytes(raw)
                };
                let value = self.word(&entry[value_at..]);
                if value != 0 && names.contains(&u64::from(name)) {
                    return Ok(Some(value));
                }
            }
            start += length;
        }
        Ok(None)
    }
}
