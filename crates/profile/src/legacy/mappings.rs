//! Which mapped file an address is in. Old profilers wrote the list of mapped files with gaps and splits that pprof
//! mends by rules of thumb.

use std::sync::LazyLock;

use super::draft::Place;
use super::{Pattern, compile};

/// An executable part of a mapped file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct MappedFile {
    pub(super) start: u64,
    pub(super) limit: u64,
    pub(super) offset: u64,
    pub(super) file: String,
    pub(super) build_id: String,
}

/// Where programs that are linked at a fixed address start on x86-64.
const USUAL_START: u64 = 0x40_0000;

/// Joins parts of one file and puts the program itself first.
pub(super) fn tidy(mappings: Vec<MappedFile>) -> Vec<MappedFile> {
    let mut joined: Vec<MappedFile> = Vec::new();
    for next in mappings {
        match joined.last_mut() {
            Some(last) if is_continued(last, &next) => {
                last.limit = next.limit;
                take_over(&mut last.file, next.file);
                take_over(&mut last.build_id, next.build_id);
            }
            _ => joined.push(next),
        }
    }
    if let Some(program) = joined.iter().position(|m| may_be_program(&m.file)) {
        joined.swap(0, program);
    }
    joined
}

fn take_over(text: &mut String, newer: String) {
    if !newer.is_empty() {
        *text = newer;
    }
}

/// Whether `next` goes on where `last` ends, as far as both say.
fn is_continued(last: &MappedFile, next: &MappedFile) -> bool {
    let agree = |a: &str, b: &str| a.is_empty() || b.is_empty() || a == b;
    let end = last.offset.wrapping_add(last.limit.wrapping_sub(last.start));
    agree(&last.file, &next.file)
        && agree(&last.build_id, &next.build_id)
        && last.limit == next.start
        && (last.offset == 0 || next.offset == 0 || end == next.offset)
}

/// Whether this is neither a library nor something of the kernel's.
fn may_be_program(file: &str) -> bool {
    static LIBRARY: Pattern = LazyLock::new(|| compile(r"([.]so$|[.]so[._][0-9]+)"));
    let file = file.replace("(deleted)", "");
    let file = file.trim();
    !file.is_empty() && !LIBRARY.is_match(file) && !file.starts_with('[')
}

/// Finds the mapping of each place, moving the start of mappings where that helps. Addresses that are in none get one
/// that covers everything.
pub(super) fn assign(mappings: &mut Vec<MappedFile>, places: &mut [Place]) {
    if let [first, second, ..] = mappings.as_slice()
        && first.file.starts_with("/anon_hugepage")
        && first.limit == second.start
    {
        mappings.remove(0);
    }
    if let Some(first) = mappings.first_mut()
        && first.start.wrapping_sub(first.offset) == USUAL_START
    {
        first.start = USUAL_START;
        first.offset = 0;
    }
    let mut everything = None;
    for place in places.iter_mut().filter(|place| place.address != 0) {
        let found = find(mappings, place.address);
        let mapping = found.unwrap_or_else(|| {
            *everything.get_or_insert_with(|| {
                mappings.push(MappedFile { limit: u64::MAX, ..MappedFile::default() });
                mappings.len() - 1
            })
        });
        place.mapping = Some(mapping as u32);
    }
}

fn find(mappings: &mut [MappedFile], address: u64) -> Option<usize> {
    let inside = mappings.iter().position(|m| (m.start..m.limit).contains(&address));
    inside.or_else(|| {
        // Of a file that is mapped in parts, some profilers list all but the first one.
        let before = |m: &MappedFile| {
            m.offset != 0 && (m.start.wrapping_sub(m.offset)..m.start).contains(&address)
        };
        let found = mappings.iter().position(before)?;
        let mapping = &mut mappings[found];
        mapping.start = mapping.start.wrapping_sub(mapping.offset);
        mapping.offset = 0;
        Some(found)
    })
}
