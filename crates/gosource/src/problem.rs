//! What was wrong with a file.

use crate::span::Span;

/// Problems kept of one file: a file that is no Go source has one at every line.
pub(crate) const MAX_PROBLEMS: usize = 200;

/// One thing that was wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Byte offset at which it shows.
    pub offset: u32,
    /// A lowercase fragment, for example `expected ')', found newline`.
    pub message: String,
    /// What is missing from the tree for it; `None` if nothing is.
    pub skipped: Option<Skipped>,
}

/// A part of the source that the tree holds no nodes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// What it was.
    pub what: SkippedPart,
    /// Where it stands.
    pub span: Span,
}

/// What is skipped for an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkippedPart {
    /// One statement, in the tree as a `BadStmt`.
    Statement,
    /// One line of a declaration in parentheses; nothing stands for it in the tree.
    Spec,
    /// One top-level declaration, in the tree as a `BadDecl`.
    Declaration,
    /// The rest of the file.
    Rest,
}

/// Problems of a file being read; the first [`MAX_PROBLEMS`] are kept, the others counted.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    pub(crate) list: Vec<Problem>,
    pub(crate) dropped: u64,
}

impl Problems {
    #[cold]
    pub(crate) fn add(&mut self, offset: usize, message: impl Into<String>) {
        if self.list.len() < MAX_PROBLEMS {
            let (offset, message) = (offset as u32, message.into());
            self.list.push(Problem { offset, message, skipped: None });
        } else {
            self.dropped += 1;
        }
    }

    /// Says better what the last problem was, if it was noticed after `offset`.
    pub(crate) fn replace_last(&mut self, offset: usize, message: &str) {
        if self.dropped == 0
            && let Some(last) = self.list.last_mut()
            && last.offset >= offset as u32
        {
            last.offset = offset as u32;
            message.clone_into(&mut last.message);
        }
    }

    /// Says what the last problem cost.
    pub(crate) fn skipped(&mut self, what: SkippedPart, span: Span) {
        if self.dropped == 0
            && let Some(last) = self.list.last_mut()
        {
            last.skipped = Some(Skipped { what, span });
        }
    }
}
