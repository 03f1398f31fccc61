//! What an ELF executable made by Go says about itself.
//!
//! [`read_build_info`] tells the Go version, the main package, the modules with their versions and the
//! build settings, without a Go toolchain and without reading more of the file than it needs.
//! [`read_calls`] reads off the machine code which lines of the program's own module lead to a function.
//! [`ObjectFile`] has the symbols, source lines and instructions that reports of profiles show.
//! [`Elf`] is the address space below it: headers, and bytes by virtual address.
//!
//! Everything here is pure: a `Read + Seek` in, values out. No reader panics or allocates from an
//! unchecked length; what is damaged is reported in a list of [`Problem`]s next to what could be read.

mod buildinfo;
mod calls;
mod elf;
mod error;
mod object_file;

pub use buildinfo::{BuildInfo, Module, parse_build_info, read_build_info};
pub use calls::{Call, Calls, Made, Owner, Question, Wanted, read_calls};
pub use elf::{Elf, Section, Segment};
pub use error::{Error, Problem};
pub use object_file::{
    AssemblyError, Instruction, ObjectFile, SourceFrame, Symbol, SymbolTable, Syntax,
};
