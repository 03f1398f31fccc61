//! Addresses that only the dynamic linker fills in.
//!
//! In a position-independent executable a pointer in the file may be zero: its value is then the addend of a
//! relative relocation (`DT_RELA`), which the dynamic linker adds to the load address.

use std::io::{Read, Seek};

use super::Elf;
use crate::Error;

/// Most bytes of the dynamic section that are read; real ones have about 30 entries of 16 bytes.
const MAX_DYNAMIC: u64 = 1 << 16;
/// Bytes of relocations read at once: a multiple of both entry sizes (12 and 24).
const RELOCATIONS_CHUNK: u64 = 24 << 12;
const DT_NULL: u64 = 0;
const DT_RELA: u64 = 7;
const DT_RELASZ: u64 = 8;

impl<S: Read + Seek> Elf<S> {
    /// Reads a pointer at a virtual address, through its relative relocation when the file holds zero there.
    pub(crate) fn read_pointer(&mut self, address: u64) -> Result<u64, Error> {
        match self.read_word(address)? {
            0 => Ok(self.relative_relocation(address)?.unwrap_or(0)),
            value => Ok(value),
        }
    }

    fn relative_relocation(&mut self, address: u64) -> Result<Option<u64>, Error> {
        let Some((table, size)) = self.relocation_table()? else {
            return Ok(None);
        };
        let word = self.word_size();
        let mut done = 0;
        while done < size {
            let length = RELOCATIONS_CHUNK.min(size - done);
            let bytes = self.read(table.wrapping_add(done), length as usize)?;
            // offset, info, addend; a symbol index in info means that it is not a relative relocation
            let symbol_shift = if self.is_64 { 32 } else { 8 };
            for entry in bytes.chunks_exact(3 * word) {
                if self.word(entry) == address && self.word(&entry[word..]) >> symbol_shift == 0 {
                    return Ok(Some(self.word(&entry[2 * word..])));
                }
            }
            done += length;
        }
        Ok(None)
    }

    /// Address and size of the table of relocations with addends.
    pub(crate) fn relocation_table(&mut self) -> Result<Option<(u64, u64)>, Error> {
        let Some(dynamic) = self.dynamic else {
            return Ok(None);
        };
        let word = self.word_size();
        let bytes = self.read_at(dynamic.offset, dynamic.size.min(MAX_DYNAMIC) as usize)?;
        let (mut table, mut size) = (None, None);
        for entry in bytes.chunks_exact(2 * word) {
            let value = Some(self.word(&entry[word..]));
            match self.word(entry) {
                DT_NULL => break,
                DT_RELA => table = value,
                DT_RELASZ => size = value,
                _ => {}
            }
        }
        let believed = |(_, size): &(u64, u64)| *size <= self.file_size;
        Ok(table.zip(size).filter(believed))
    }
}
