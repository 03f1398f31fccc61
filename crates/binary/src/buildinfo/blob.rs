//! The build information that Go's linker writes since 1.13 (`.go.buildinfo`), as package `debug/buildinfo` reads it.
//!
//! A header of 32 bytes, aligned to 16: the magic, the pointer size, flags, and then either pointers to two Go strings
//! (until 1.17) or, after the header, two strings with a varint length (since 1.18): Go version, module information.

use std::io::{Read, Seek};

use memchr::memmem;

use super::{MAX_MODINFO, MAX_VERSION};
use crate::elf::CHUNK;
use crate::{Elf, Error, Segment};

const MAGIC: &[u8] = b"\xff Go buildinf:";
const ALIGN: u64 = 16;
const HEADER: usize = 32;
const POINTER_SIZE_AT: usize = 14;
const FLAGS_AT: usize = 15;
const POINTERS_AT: u64 = 16;
const FLAG_BIG_ENDIAN: u8 = 1;
const FLAG_INLINE: u8 = 2;
/// Longest varint of 64 bits, in bytes.
const MAX_VARINT: usize = 10;
/// Most places with the magic that are tried. Programs that read build information (the `go` command, this one) have
/// it among their constants.
const MAX_CANDIDATES: usize = 64;

/// The two strings of the build information.
pub(super) struct Blob {
    /// The Go version.
    pub(super) version: String,
    /// The module information with its frame; empty when the program was built without modules.
    pub(super) modinfo: Result<Vec<u8>, Error>,
}

/// A range of addresses to search.
#[derive(Clone, Copy)]
struct Range {
    address: u64,
    offset: u64,
    size: u64,
}

/// Finds the build information: in its section, else in the segments, those with data first.
pub(super) fn find<S: Read + Seek>(elf: &mut Elf<S>) -> Result<Option<Blob>, Error> {
    let mut candidates = 0;
    // Segments may overlap in a damaged file; so nothing is searched for longer than the file is.
    let mut budget = elf.file_size();
    for range in ranges(elf) {
        let end = elf.file_size().saturating_sub(range.offset).min(range.size).min(budget);
        let mut start = 0;
        while start < end {
            let length = (CHUNK as u64).min(end - start);
            let bytes = elf.read_at(range.offset + start, length as usize)?;
            let address = range.address.wrapping_add(start);
            for hit in memmem::find_iter(&bytes, MAGIC) {
                let address = address.wrapping_add(hit as u64);
                if !address.is_multiple_of(ALIGN) {
                    continue;
                }
                if let Some(blob) = decode(elf, address)? {
                    return Ok(Some(blob));
                }
                candidates += 1;
                if candidates == MAX_CANDIDATES {
                    return Ok(None);
                }
            }
            start += step(address, length);
        }
        budget -= end;
    }
    Ok(None)
}

/// How far to go on after a chunk: to the last aligned address in it, so that no magic is cut in two.
fn step(address: u64, length: u64) -> u64 {
    let over = address.wrapping_add(length) % ALIGN;
    if length > over && length == CHUNK as u64 { length - over } else { length }
}

/// Where to search, most likely places first.
fn ranges<S: Read + Seek>(elf: &Elf<S>) -> Vec<Range> {
    let mut segments: Vec<Segment> = elf.segments().to_vec();
    segments.sort_by_key(|segment| (segment.executable, !segment.writable));
    let section = elf.section(".go.buildinfo").map(|section| Range {
        address: section.address,
        offset: section.offset,
        size: section.size,
    });
    let segments = segments.into_iter().map(|segment| Range {
        address: segment.address,
        offset: segment.offset,
        size: segment.size,
    });
    section.into_iter().chain(segments).collect()
}

/// Decodes the build information at an address; `None` when what stands there is something else.
fn decode<S: Read + Seek>(elf: &mut Elf<S>, address: u64) -> Result<Option<Blob>, Error> {
    let Some(header) = readable(elf.read(address, HEADER))? else {
        return Ok(None);
    };
    let flags = header[FLAGS_AT];
    if flags & !(FLAG_BIG_ENDIAN | FLAG_INLINE) != 0 {
        return Ok(None);
    }
    let after = address.wrapping_add(HEADER as u64);
    let (version, modinfo) = if flags & FLAG_INLINE != 0 {
        match readable(inline_string(elf, after, MAX_VERSION))? {
            Some((version, next)) => {
                let modinfo = inline_string(elf, next, MAX_MODINFO);
                (version, modinfo.map(|(modinfo, _)| modinfo))
            }
            None => return Ok(None),
        }
    } else {
        let big_endian = flags & FLAG_BIG_ENDIAN != 0;
        if usize::from(header[POINTER_SIZE_AT]) != elf.word_size()
            || big_endian != elf.is_big_endian()
        {
            return Ok(None);
        }
        let pointers = address.wrapping_add(POINTERS_AT);
        let Some(version) = readable(pointed_string(elf, pointers, MAX_VERSION))? else {
            return Ok(None);
        };
        let second = pointers.wrapping_add(elf.word_size() as u64);
        (version, pointed_string(elf, second, MAX_MODINFO))
    };
    let version = String::from_utf8(version).ok().filter(|version| is_version(version));
    Ok(version.map(|version| Blob { version, modinfo }))
}

/// A version is one line of printable text. Its form is free: `go1.27.3`, `devel …`, and `unknown` of obfuscators.
fn is_version(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|char| !char.is_control())
}

/// Tells what is not there from what could not be read.
fn readable<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::Io(error)) => Err(Error::Io(error)),
        Err(_) => Ok(None),
    }
}

/// The string that the pointer at an address leads to. A null pointer is the empty string.
fn pointed_string<S: Read + Seek>(
    elf: &mut Elf<S>,
    address: u64,
    limit: usize,
) -> Result<Vec<u8>, Error> {
    match elf.read_pointer(address)? {
        0 => Ok(Vec::new()),
        header => elf.read_go_string(header, limit),
    }
}

/// A string with a varint length before it, and the address after it.
fn inline_string<S: Read + Seek>(
    elf: &mut Elf<S>,
    address: u64,
    limit: usize,
) -> Result<(Vec<u8>, u64), Error> {
    let mut length = 0u64;
    for index in 0..MAX_VARINT {
        let at = address.wrapping_add(index as u64);
        let byte = elf.read(at, 1)?[0];
        length |= u64::from(byte & 0x7f).checked_shl(7 * index as u32).unwrap_or(0);
        if byte & 0x80 != 0 {
            continue;
        }
        let start = at.wrapping_add(1);
        return match usize::try_from(length) {
            Ok(0) => Ok((Vec::new(), start)),
            Ok(length) if length <= limit => {
                Ok((elf.read(start, length)?, start.wrapping_add(length as u64)))
            }
            _ => Err(Error::Malformed(format!("string of {length} bytes"))),
        };
    }
    Err(Error::Malformed("length of more than 64 bits".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_continue_at_an_aligned_address() {
        let chunk = CHUNK as u64;
        assert_eq!(step(0, chunk), chunk);
        assert_eq!(step(8, chunk), chunk - 8);
        // the last, shorter chunk ends the search
        assert_eq!(step(8, 100), 100);
    }
}
