//! An executable opened for its symbols, lines and machine code.
//!
//! The answers are those of `go tool pprof` (`cmd/pprof` with `cmd/internal/objfile`): lines come from Go's own table
//! and only for code that it does not know, such as that of C, from DWARF. Calls that the compiler inlined are told as
//! code of the function they were inlined into.

mod arm64;
mod assembly;
mod dwarf;
mod line_table;
mod symbols;
mod x86;

use std::fmt;
use std::io::{Read, Seek};
use std::ops::Range;
use std::rc::Rc;

use crate::{Elf, Error};
use assembly::Code;
pub use assembly::{AssemblyError, Instruction, Syntax};
use dwarf::Dwarf;
use line_table::LineTable;
pub use symbols::{Symbol, SymbolTable};

/// What an object file is read from.
trait Source: Read + Seek {}

impl<S: Read + Seek> Source for S {}

/// An executable, of which each table is read when it is first asked for.
pub struct ObjectFile {
    elf: Elf<Box<dyn Source>>,
    symbols: Option<Option<Rc<SymbolTable>>>,
    lines: Option<LineTable>,
    dwarf: Option<Option<Dwarf>>,
    code: Option<Rc<Code>>,
}

impl fmt::Debug for ObjectFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ObjectFile").finish_non_exhaustive()
    }
}

/// Where in the source an instruction is from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceFrame {
    /// Name of the function, as the linker has it; empty if unknown.
    pub function: String,
    /// Path of the file, as the compiler recorded it; empty if unknown.
    pub file: String,
    /// The line, from 1; 0 and below: unknown.
    pub line: i64,
}

impl ObjectFile {
    /// Opens an ELF file.
    ///
    /// # Errors
    /// [`Error::NotElf`], [`Error::Truncated`] when the headers are cut off, [`Error::Malformed`] and [`Error::Io`].
    pub fn open(source: impl Read + Seek + 'static) -> Result<Self, Error> {
        let elf = Elf::open(Box::new(source) as Box<dyn Source>)?;
        Ok(Self { elf, symbols: None, lines: None, dwarf: None, code: None })
    }

    /// The GNU build id in hexadecimal; empty if there is none.
    pub fn build_id(&self) -> String {
        self.elf
            .gnu_build_id()
            .unwrap_or_default()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Where the first executable segment wants to be loaded, at the beginning of its page: what a mapping of it begins
    /// with unless it was moved.
    pub fn load_address(&self) -> Option<u64> {
        let segment = self.elf.segments().iter().find(|segment| segment.executable)?;
        Some(segment.address - segment.address.checked_rem(segment.align).unwrap_or(0))
    }

    /// The symbol table; none if the file is stripped or the table damaged.
    pub fn symbols(&mut self) -> Option<Rc<SymbolTable>> {
        if self.symbols.is_none() {
            self.symbols = Some(SymbolTable::read(&mut self.elf).map(Rc::new));
        }
        self.symbols.clone().flatten()
    }

    /// Where the instruction at an address of this file is from; none if neither Go's table nor DWARF knows.
    pub fn frame(&mut self, address: u64) -> Option<SourceFrame> {
        if let Some(frame) = self.lines().frame(address) {
            return Some(frame);
        }
        if self.dwarf.is_none() {
            self.dwarf = Some(Dwarf::read(&mut self.elf));
        }
        self.dwarf.as_ref()?.as_ref()?.frame(address)
    }

    /// The instructions in a range of addresses of this file. One that reaches over its end is cut and so unreadable.
    ///
    /// # Errors
    /// If the file has no symbols or no code, or is of a processor whose code is not read.
    pub fn instructions(
        &mut self,
        addresses: Range<u64>,
        syntax: Syntax,
    ) -> Result<Vec<Instruction>, AssemblyError> {
        let symbols = self.symbols().ok_or(AssemblyError::NoSymbols)?;
        let code = self.code()?;
        let mut instructions = code.decode(addresses, syntax, &symbols);
        let lines = self.lines();
        for instruction in &mut instructions {
            if let Some(frame) = lines.frame(instruction.address) {
                (instruction.file, instruction.line) = (frame.file, frame.line);
            }
        }
        Ok(instructions)
    }

    fn lines(&mut self) -> &LineTable {
        if self.lines.is_none() {
            let symbols = self.symbols();
            self.lines = Some(LineTable::read(&mut self.elf, symbols.as_deref()));
        }
        self.lines.get_or_insert_default()
    }

    fn code(&mut self) -> Result<Rc<Code>, AssemblyError> {
        if self.code.is_none() {
            self.code = Some(Rc::new(Code::read(&mut self.elf)?));
        }
        self.code.clone().ok_or(AssemblyError::NoCode)
    }
}
