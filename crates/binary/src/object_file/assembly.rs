//! Machine code as text.

use std::io::{Read, Seek};
use std::ops::Range;
use std::rc::Rc;

use super::{SymbolTable, arm64, x86};
use crate::{Elf, Error};

/// An instruction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Instruction {
    /// Its address in the file.
    pub address: u64,
    /// What it does; `?` for bytes that are no instruction.
    pub text: String,
    /// The file it is from; empty if unknown.
    pub file: String,
    /// The line it is from; 0 and below: unknown.
    pub line: i64,
}

/// How instructions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// As GNU's tools write them: for x86 the one of AT&T.
    Gnu,
    /// As Intel writes them; the same as [`Syntax::Gnu`] on other processors.
    Intel,
}

/// Why there are no instructions.
#[derive(Debug, thiserror::Error)]
pub enum AssemblyError {
    /// The file is stripped. The text is that of Go's `debug/elf`.
    #[error("no symbol section")]
    NoSymbols,
    /// The file has no section of code.
    #[error("text section not found")]
    NoCode,
    /// The file is of a processor whose code is not read, by Go's name if it is known here.
    #[error("unsupported architecture {0:?}")]
    Machine(String),
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] Error),
}

/// Processors, by their number in ELF files (`e_machine`) and Go's name.
const MACHINES: [(u64, &str); 8] = [
    (3, "386"),
    (21, "ppc64"),
    (22, "s390x"),
    (40, "arm"),
    (62, "amd64"),
    (183, "arm64"),
    (243, "riscv64"),
    (258, "loong64"),
];

/// Whose code is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Machine {
    X86 { bits: u32 },
    Arm64,
}

/// The section of code.
#[derive(Debug)]
pub(super) struct Code {
    machine: Machine,
    start: u64,
    bytes: Vec<u8>,
}

impl Code {
    pub(super) fn read<S: Read + Seek>(elf: &mut Elf<S>) -> Result<Self, AssemblyError> {
        let section = elf.section(".text").cloned().ok_or(AssemblyError::NoCode)?;
        let header = elf.read_at(0, 20)?;
        let number = elf.number(&header[18..]);
        let name = MACHINES.iter().find(|(known, _)| *known == number).map_or("", |(_, name)| name);
        let machine = match name {
            "386" => Machine::X86 { bits: 32 },
            "amd64" => Machine::X86 { bits: 64 },
            "arm64" if !elf.is_big_endian() => Machine::Arm64,
            name => return Err(AssemblyError::Machine(name.to_owned())),
        };
        Ok(Self { machine, start: section.address, bytes: elf.raw_contents(&section)? })
    }

    /// The instructions in a range of addresses, as much of it as there is.
    pub(super) fn decode(
        &self,
        addresses: Range<u64>,
        syntax: Syntax,
        symbols: &Rc<SymbolTable>,
    ) -> Vec<Instruction> {
        let inside = |address: u64| {
            let offset = address.saturating_sub(self.start);
            usize::try_from(offset).unwrap_or(usize::MAX).min(self.bytes.len())
        };
        let range = inside(addresses.start)..inside(addresses.end);
        let bytes = self.bytes.get(range.clone()).unwrap_or_default();
        let start = self.start.wrapping_add(range.start as u64);
        match self.machine {
            Machine::X86 { bits } => x86::decode(bytes, start, bits, syntax, symbols),
            Machine::Arm64 => arm64::decode(bytes, start, symbols),
        }
    }
}

/// An address as `main.run+0x10`, if a symbol holds it.
pub(super) fn symbolic(address: u64, symbols: &SymbolTable) -> Option<String> {
    let (symbol, name) = symbols.holding(address)?;
    Some(match address - symbol.address {
        0 => name.into_owned(),
        offset => format!("{name}+{offset:#x}"),
    })
}

/// Bytes that are no instruction.
pub(super) fn unreadable(address: u64) -> Instruction {
    Instruction { address, text: "?".to_owned(), ..Instruction::default() }
}
