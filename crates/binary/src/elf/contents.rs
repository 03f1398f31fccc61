//! The bytes of sections, decompressed.

use std::io::{Read, Seek};

use object::elf;

use super::{Elf, Section};
use crate::Error;

/// Largest section that is decompressed, in bytes: a bomb must not fill the memory.
const MAX_DECOMPRESSED: u64 = 1 << 30;
/// `ELFCOMPRESS_ZLIB`, the only way that the linkers of Go and of C compress by default.
const ZLIB: u64 = 1;

impl<S: Read + Seek> Elf<S> {
    /// The bytes of a section as they are in the file; none of one that has none there (`.bss`).
    ///
    /// # Errors
    /// [`Error::Truncated`] when the file ends before them, [`Error::Io`].
    pub(crate) fn raw_contents(&mut self, section: &Section) -> Result<Vec<u8>, Error> {
        if section.kind == elf::SHT_NOBITS {
            return Ok(Vec::new());
        }
        self.read_at(section.offset, usize::try_from(section.size).unwrap_or(usize::MAX))
    }

    /// The bytes of a section, decompressed if it is compressed with zlib: marked by a flag, or as linkers did before 2016
    /// by its name (`.zdebug_info`).
    ///
    /// # Errors
    /// As [`Elf::raw_contents`], and [`Error::Malformed`] for other ways of compression and damaged data.
    pub(crate) fn contents(&mut self, section: &Section) -> Result<Vec<u8>, Error> {
        let bytes = self.raw_contents(section)?;
        if section.flags & elf::SHF_COMPRESSED.0 != 0 {
            // Elf32_Chdr: type, size, alignment; Elf64_Chdr: type, reserved, size, alignment.
            let word = self.word_size();
            let header = bytes.get(..3 * word).ok_or(Error::Truncated)?;
            let kind = self.number(&header[..4]);
            if kind != ZLIB {
                return Err(Error::Malformed(format!("compression {kind} of {}", section.name)));
            }
            return inflate(&bytes[3 * word..], self.number(&header[word..2 * word]));
        }
        if section.name.starts_with(".zdebug_")
            && let Some(rest) = bytes.strip_prefix(b"ZLIB")
            && let Some((size, data)) = rest.split_first_chunk()
        {
            return inflate(data, u64::from_be_bytes(*size));
        }
        Ok(bytes)
    }

    /// A number of up to eight bytes, in the byte order of the file.
    pub(crate) fn number(&self, bytes: &[u8]) -> u64 {
        let shift = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        if self.is_big_endian() {
            bytes.iter().fold(0, shift)
        } else {
            bytes.iter().rev().fold(0, shift)
        }
    }
}

/// Decompresses data of a claimed size. Memory is taken as data comes, not as it is claimed.
fn inflate(data: &[u8], size: u64) -> Result<Vec<u8>, Error> {
    if size > MAX_DECOMPRESSED {
        return Err(Error::Malformed(format!("section of {size} bytes")));
    }
    let mut bytes = Vec::new();
    flate2::read::ZlibDecoder::new(data)
        .take(size)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::Malformed(format!("compressed section: {error}")))?;
    Ok(bytes)
}
