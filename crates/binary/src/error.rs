//! Why an executable could not be read, and what was wrong with one that could.

use std::io;

/// Why nothing can be said about a file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file does not begin with the ELF magic number.
    #[error("not an ELF executable")]
    NotElf,
    /// An ELF file that carries no mark of the Go toolchain.
    #[error("not made by Go")]
    NotGo,
    /// The executable is compressed, so that nothing of the program is visible in the file.
    #[error("compressed with {packer}: unpack it first, for example with `upx -d`")]
    Packed {
        /// The name of the packer.
        packer: &'static str,
    },
    /// The file ends before the data that its headers promise.
    #[error("truncated: the file ends before the data its headers promise")]
    Truncated,
    /// A header or a table contradicts itself.
    #[error("malformed ELF file: {0}")]
    Malformed(String),
    /// An address that no part of the file holds.
    #[error("no file data at address {address:#x}")]
    Unmapped {
        /// The virtual address asked for.
        address: u64,
    },
    /// The file itself could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Something wrong with a file of which the rest could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Section headers, symbols or notes could not be read; program headers are used instead.
    #[error("ELF {table} unreadable: {why}")]
    Table {
        /// Which table.
        table: &'static str,
        /// What the reader found.
        why: String,
    },
    /// The file ends before the data that its headers promise.
    #[error("the file is truncated")]
    Truncated,
    /// The Go version is not recorded: older than Go 1.13 and without a symbol table.
    #[error("Go version unknown: built before go1.13 and stripped of its symbol table")]
    VersionUnknown,
    /// No module information: built before Go 1.12, or outside a module.
    #[error("no module information: built before go1.12 or without modules")]
    NoModules,
    /// The module information is there but damaged.
    #[error("module information unreadable: {0}")]
    ModulesUnreadable(String),
    /// A line of the module information that does not follow the format.
    #[error("module information, line {line}: {why}")]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
}
