//! The program as it lies in memory when it starts: its segments, with relative relocations applied.

use std::io::{Read, Seek};
use std::ops::Range;

use crate::{Elf, Error};

/// Largest executable whose machine code is read, in bytes; it is held in memory meanwhile.
const MAX_IMAGE: u64 = 1 << 30;
/// Bytes of one relocation with addend in a 64-bit file.
const RELOCATION: usize = 24;
/// `R_X86_64_RELATIVE` and `R_AARCH64_RELATIVE`.
const RELATIVE: [u32; 2] = [8, 1027];
const EM_X86_64: u16 = 62;
const EM_AARCH64: u16 = 183;

/// A processor whose calls can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Machine {
    X86,
    Arm,
}

/// A part of the address space.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) address: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) executable: bool,
}

impl Part {
    pub(super) fn end(&self) -> u64 {
        self.address.saturating_add(self.bytes.len() as u64)
    }
}

/// The address space of a 64-bit little-endian program.
#[derive(Debug)]
pub(super) struct Image {
    pub(super) machine: Machine,
    pub(super) parts: Vec<Part>,
    /// Where the relocations lie: addresses in them are those of places that have been filled in.
    pub(super) relocations: Range<u64>,
}

impl Image {
    /// `None` for a machine whose code is not read, and for files beyond [`MAX_IMAGE`].
    pub(super) fn load<S: Read + Seek>(elf: &mut Elf<S>) -> Result<Option<Self>, Error> {
        let header = elf.read_at(0, 20)?;
        let machine = match u16::from_le_bytes([header[18], header[19]]) {
            EM_X86_64 => Machine::X86,
            EM_AARCH64 => Machine::Arm,
            _ => return Ok(None),
        };
        let size: u64 = elf.segments().iter().fold(0, |sum, s| sum.saturating_add(s.size));
        if elf.word_size() != 8 || elf.is_big_endian() || size > MAX_IMAGE {
            return Ok(None);
        }
        let mut parts = Vec::new();
        for segment in elf.segments().to_vec() {
            let bytes = elf.read_at(segment.offset, segment.size as usize)?;
            parts.push(Part { address: segment.address, bytes, executable: segment.executable });
        }
        let mut image = Self { machine, parts, relocations: 0..0 };
        if let Some((table, size)) = elf.relocation_table()? {
            image.relocate(table, size);
            image.relocations = table..table.saturating_add(size);
        }
        Ok(Some(image))
    }

    fn relocate(&mut self, table: u64, size: u64) {
        let Some(entries) = self.bytes(table, size as usize).map(<[u8]>::to_vec) else { return };
        for entry in entries.chunks_exact(RELOCATION) {
            let word = |at: usize| u64_at(entry, at).unwrap_or_default();
            let (address, addend) = (word(0), word(16));
            if !RELATIVE.contains(&(word(8) as u32)) {
                continue;
            }
            let part = self.parts.iter_mut().find(|p| (p.address..p.end()).contains(&address));
            let Some(part) = part else { continue };
            let at = (address - part.address) as usize;
            if let Some(place) = part.bytes.get_mut(at..at.saturating_add(8)) {
                place.copy_from_slice(&addend.to_le_bytes());
            }
        }
    }

    /// `size` bytes at an address.
    pub(super) fn bytes(&self, address: u64, size: usize) -> Option<&[u8]> {
        self.from(address)?.get(..size)
    }

    /// All bytes from an address to the end of its part.
    pub(super) fn from(&self, address: u64) -> Option<&[u8]> {
        let part = self.parts.iter().find(|p| (p.address..p.end()).contains(&address))?;
        part.bytes.get((address - part.address) as usize..)
    }
}

/// The number at an offset.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

/// The number at an offset.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}
