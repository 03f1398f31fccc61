//! Calls and addresses in machine code.

use rustc_hash::FxHashSet;

use super::image::{Image, Machine, Part};
use super::pclntab::Pclntab;

/// A call or jump from one function to the first instruction of another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    /// Address of the instruction.
    pub(super) at: u64,
    /// Index of the function called.
    pub(super) to: u32,
}

/// All direct calls of a program, in the order of their addresses.
///
/// A byte of x86-64 code that looks like a call is believed if it leads to the first instruction of a function: of
/// other bytes, one in 40,000 does so in a program of 100,000 functions.
pub(super) fn direct_calls(image: &Image, table: &Pclntab<'_>) -> Vec<Call> {
    let Some((first, last)) = table.functions.first().zip(table.functions.last()) else {
        return Vec::new();
    };
    // Function entries are aligned to 16 bytes at least on both machines, but for those in assembly.
    let entries: FxHashSet<u64> = table.functions.iter().map(|function| function.entry).collect();
    let mut calls = Vec::new();
    let mut take = |at: u64, to: u64| {
        if (first.entry..last.end).contains(&at)
            && entries.contains(&to)
            && let Some(to) = table.beginning_at(to)
            // The end of each function jumps back to its beginning, once the stack has grown.
            && !(table.functions[to].entry..table.functions[to].end).contains(&at)
        {
            calls.push(Call { at, to: to as u32 });
        }
    };
    for part in image.parts.iter().filter(|part| part.executable) {
        match image.machine {
            Machine::X86 => relative_x86(part, &mut take),
            Machine::Arm => relative_arm(part, &mut take),
        }
    }
    calls.sort_unstable_by_key(|call| call.at);
    calls
}

/// `call rel32` (E8) and `jmp rel32` (E9), by which wrappers end.
fn relative_x86(part: &Part, take: &mut impl FnMut(u64, u64)) {
    for at in memchr::memchr2_iter(0xe8, 0xe9, &part.bytes) {
        let Some(&bytes) = part.bytes.get(at + 1..).and_then(|rest| rest.first_chunk::<4>()) else {
            continue;
        };
        let pc = part.address.wrapping_add(at as u64);
        let ahead = i64::from(i32::from_le_bytes(bytes));
        take(pc, pc.wrapping_add(5).wrapping_add_signed(ahead));
    }
}

/// `bl` and `b`.
fn relative_arm(part: &Part, take: &mut impl FnMut(u64, u64)) {
    for (index, word) in words(part) {
        if word & 0x7c00_0000 == 0x1400_0000 {
            let pc = part.address.wrapping_add(4 * index as u64);
            let ahead = i64::from((word << 6) as i32 >> 6) * 4;
            take(pc, pc.wrapping_add_signed(ahead));
        }
    }
}

fn words(part: &Part) -> impl Iterator<Item = (usize, u32)> {
    let words = part.bytes.chunks_exact(4);
    words.map(|word| word.try_into().map_or(0, u32::from_le_bytes)).enumerate()
}

/// Which of some functions' first instructions the program knows the address of: it may call them without naming
/// them. Of `methods`, the record of their type counts too, in which type assertions find them.
pub(super) fn referenced(
    image: &Image,
    table: &Pclntab<'_>,
    entries: &FxHashSet<u64>,
    methods: &FxHashSet<u64>,
) -> FxHashSet<u64> {
    let mut found = FxHashSet::default();
    let text = table.functions.first().map_or(0, |function| function.entry);
    let tables = table.address..table.end();
    for part in &image.parts {
        if part.executable {
            match image.machine {
                Machine::X86 => addresses_x86(part, |_, to| insert(&mut found, entries, to)),
                Machine::Arm => addresses_arm(part, |_, to| insert(&mut found, entries, to)),
            }
        }
        for (index, word) in part.bytes.chunks_exact(8).enumerate() {
            let at = part.address.wrapping_add(8 * index as u64);
            let word = word.try_into().map_or(0, u64::from_le_bytes);
            if part.executable || tables.contains(&at) || image.relocations.contains(&at) {
                continue;
            }
            insert(&mut found, entries, word);
            // Twice in the record, as a distance from the first function.
            if word as u32 == (word >> 32) as u32 {
                insert(&mut found, methods, text.wrapping_add(u64::from(word as u32)));
            }
        }
    }
    found
}

fn insert(found: &mut FxHashSet<u64>, entries: &FxHashSet<u64>, address: u64) {
    if entries.contains(&address) {
        found.insert(address);
    }
}

/// Each instruction that puts an address into a register, and that address.
pub(super) fn addresses(image: &Image, mut take: impl FnMut(u64, u64)) {
    for part in image.parts.iter().filter(|part| part.executable) {
        match image.machine {
            Machine::X86 => addresses_x86(part, &mut take),
            Machine::Arm => addresses_arm(part, &mut take),
        }
    }
}

/// `lea reg, [rip + rel32]`.
fn addresses_x86(part: &Part, mut take: impl FnMut(u64, u64)) {
    for at in memchr::memchr_iter(0x8d, &part.bytes) {
        let Some(&[kind, ref rest @ ..]) =
            part.bytes.get(at + 1..).and_then(|b| b.first_chunk::<5>())
        else {
            continue;
        };
        if kind & 0xc7 == 0x05 {
            let next = part.address.wrapping_add(at as u64 + 6);
            take(
                next.wrapping_sub(6),
                next.wrapping_add_signed(i64::from(i32::from_le_bytes(*rest))),
            );
        }
    }
}

/// `adrp` and the `add` after it.
fn addresses_arm(part: &Part, mut take: impl FnMut(u64, u64)) {
    let mut page = None;
    for (index, word) in words(part) {
        let pc = part.address.wrapping_add(4 * index as u64);
        if let Some((register, page)) = page.take()
            && word & 0xffc0_0000 == 0x9100_0000
            && (word >> 5) & 31 == register
        {
            let pc = part.address.wrapping_add(4 * index as u64);
            take(pc, u64::wrapping_add(page, u64::from((word >> 10) & 0xfff)));
        }
        if word & 0x9f00_0000 == 0x9000_0000 {
            let pages = (((word >> 5) & 0x7_ffff) << 2) | ((word >> 29) & 3);
            let pages = i64::from((pages << 11) as i32 >> 11);
            page = Some((word & 31, (pc & !0xfff).wrapping_add_signed(pages << 12)));
        }
    }
}
