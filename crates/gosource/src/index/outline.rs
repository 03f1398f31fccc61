//! What a file declares, by name, with the text of each declaration: found in one pass over its bytes, without a
//! syntax tree. Of hundreds of names that a package declares a program asks for a few; only their text is parsed.
//!
//! An outline is the same for every program and holds no bodies of functions.

mod reader;
#[cfg(test)]
mod tests;

use crate::span::Span;

pub(super) use reader::outline;

/// The declarations of a file in their order; what is declared as `_`, and functions `init`, are none.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// The texts of all declarations, each of which could stand for itself.
    text: Box<str>,
    pub(super) functions: Vec<Outlined>,
    pub(super) methods: Vec<OutlinedMethod>,
    pub(super) types: Vec<OutlinedType>,
    pub(super) values: Vec<OutlinedValue>,
}

/// A name in a file and in the text of its outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OutlinedName {
    /// Where it stands in the file.
    pub(super) span: Span,
    /// Where it begins in the text.
    at: u32,
}

/// A declaration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outlined {
    pub(super) name: OutlinedName,
    /// Where it stands in the text.
    text: Span,
}

/// A method.
#[derive(Clone, Copy, Debug)]
pub(super) struct OutlinedMethod {
    /// The name of the type to which it belongs.
    pub(super) receiver: OutlinedName,
    pub(super) pointer_receiver: bool,
    pub(super) function: Outlined,
}

/// A type.
#[derive(Clone, Copy, Debug)]
pub(super) struct OutlinedType {
    pub(super) ty: Outlined,
    pub(super) is_alias: bool,
}

/// A variable or constant.
#[derive(Clone, Copy, Debug)]
pub(super) struct OutlinedValue {
    /// Its name, and the declaration of its type and value: of a constant that repeats them an earlier one; empty if
    /// there is none.
    pub(super) value: Outlined,
    pub(super) is_const: bool,
    /// Its place among the names that are declared with it.
    pub(super) index: u32,
    /// How many those are.
    pub(super) names: u32,
}

impl Outline {
    pub(super) fn name(&self, name: OutlinedName) -> &str {
        let start = name.at as usize;
        self.text.get(start..start + name.span.len() as usize).unwrap_or_default()
    }

    /// The text of a declaration; that of a value may be empty.
    pub(super) fn text(&self, declaration: Outlined) -> &str {
        self.text.get(declaration.text.range()).unwrap_or_default()
    }
}
