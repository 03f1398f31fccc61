//! Who calls what: lines of a program's own modules, read off its machine code.

mod code;
mod image;
mod made;
mod once;
mod pclntab;
mod types;
mod unnamed;
mod walk;

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use crate::{Elf, Error};

/// What is asked of a program.
#[derive(Clone, Copy)]
pub struct Question<'q> {
    /// Whether calls of this function are wanted, by the linker's name.
    pub wanted: &'q dyn Fn(&str) -> Wanted,
    /// Whether it is wanted where values of a type are made, by the type's `import/path.Name`.
    pub types: &'q dyn Fn(&str) -> bool,
    /// Whose code a function is, by its name and file.
    pub owner: &'q dyn Fn(&str, &str) -> Owner,
}

/// How much of the callers of a function is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing.
    No,
    /// Who of the program leads to it, if there is room.
    Callers,
    /// Those, and their callers in turn.
    Ways,
}

/// Whose code a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The program's own module: callers are wanted here.
    Program,
    /// A module that it depends on.
    Dependency,
    /// The standard library or the runtime.
    Standard,
}

/// The calls that lead from the program's own modules to functions that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Each once, in order.
    pub calls: BTreeSet<Call>,
    /// Where values of the types that were asked for are made, whosever code it is. Who leads to it is among the calls.
    pub made: BTreeSet<Made>,
    /// Functions among callers and callees that may be called without being named: through an interface or as a
    /// function value.
    pub referenced: BTreeSet<String>,
    /// Functions of which not all callers are told, because there would be too many or they are too far away.
    pub unfinished: BTreeSet<String>,
}

/// A call in the source, also of a function that was inlined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The function that calls, as the linker names it.
    pub caller: String,
    /// The file of the call, as the compiler recorded it.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
    /// The function called; none for methods of interfaces and function values, which are told where they may come
    /// before another call that is told.
    pub callee: Option<String>,
}

/// A line that takes memory for a value of a type, or for one that holds such a value, also in a function that was
/// inlined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Made {
    /// The function, as the linker names it.
    pub function: String,
    /// Its file, as the compiler recorded it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The type that was asked for, as `import/path.Name`.
    pub of: String,
}

/// Reads who calls what was asked for. `None` if the program is of a machine, a byte order or a Go (before 1.16) whose
/// calls are not read.
///
/// # Errors
/// [`Error::NotElf`], [`Error::Truncated`], [`Error::Malformed`] and [`Error::Io`].
pub fn read_calls<S: Read + Seek>(
    source: S,
    question: &Question<'_>,
) -> Result<Option<Calls>, Error> {
    let mut elf = Elf::open(source)?;
    let Some(image) = image::Image::load(&mut elf)? else { return Ok(None) };
    let Some(table) = pclntab::find(&image, elf.sections()) else { return Ok(None) };
    Ok(Some(walk::walk(&image, &table, question)))
}
