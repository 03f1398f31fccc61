//! Changes of bytes, and applying several together.

use super::{align, within};
use crate::file::File;
use crate::span::Span;

/// Text in place of bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// A file that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The new source.
    pub source: String,
    /// The change as lines of the old file that are replaced, in order and apart from each other.
    pub edits: Vec<Edit>,
}

/// Why a file was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The file has errors, or is no UTF-8: what stands where is not certain.
    #[error("the file does not parse")]
    Unreadable,
    /// Two edits change the same bytes.
    #[error("two edits overlap at line {line}")]
    Overlap {
        /// The line at which the second begins.
        line: u32,
    },
    /// A span is not in the file, or not between characters.
    #[error("no text at bytes {start} to {end}")]
    OutOfRange {
        /// Its first byte.
        start: u32,
        /// The byte after it.
        end: u32,
    },
    /// A statement is not one of a list: it is the header of another one, or not in the tree.
    #[error("no statement can stand beside the one at line {line}")]
    NotInList {
        /// Where it starts.
        line: u32,
    },
    /// A statement shares its line with others, and the new one has several lines.
    #[error("the statement at line {line} shares its line with others")]
    SharedLine {
        /// Where it starts.
        line: u32,
    },
    /// The result is no Go source.
    #[error("after the edit, line {line}: {message}")]
    Broken {
        /// A line of the result.
        line: u32,
        /// What the parser says.
        message: String,
    },
}

/// The text of a file without errors.
pub(super) fn text_of<'a>(file: &File<'a>) -> Result<&'a str, EditError> {
    match file.text {
        Some(text) if file.problems().is_empty() => Ok(text),
        _ => Err(EditError::Unreadable),
    }
}

/// Applies edits to a file and aligns the comments at the ends of lines as they were.
pub(super) fn apply(file: &File<'_>, edits: &[Edit]) -> Result<String, EditError> {
    let text = text_of(file)?;
    let mut edits: Vec<&Edit> = edits.iter().collect();
    // Insertions at one place stay in the order in which they were asked for.
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut source = String::with_capacity(text.len());
    let mut done = 0;
    let mut changed = Vec::new();
    for edit in &edits {
        let Span { start, end } = edit.span;
        if start < done {
            return Err(EditError::Overlap { line: file.position(start).line });
        }
        let out = EditError::OutOfRange { start, end };
        let before = text.get(done as usize..start as usize).ok_or(out.clone())?;
        text.get(start as usize..end as usize).ok_or(out)?;
        source.push_str(before);
        let at = source.len() as u32;
        source.push_str(&edit.text);
        changed.push(Span::new(at, source.len() as u32));
        done = end;
    }
    source.push_str(text.get(done as usize..).unwrap_or_default());
    let old: Vec<Span> = edits.iter().map(|edit| edit.span).collect();
    match within::aligned(file, &old, &source, &changed) {
        Some(aligned) => Ok(aligned),
        None => whole(file, &old, source, &changed),
    }
}

/// Reads the new source as a whole, and aligns it. `old` and `changed` are the spans that changed, in the file and in
/// the new source.
pub(super) fn whole(
    file: &File<'_>,
    old: &[Span],
    source: String,
    changed: &[Span],
) -> Result<String, EditError> {
    let new = crate::parse(source.as_bytes());
    if let Some(problem) = new.problems().first() {
        let line = new.position(problem.offset).line;
        return Err(EditError::Broken { line, message: problem.message.clone() });
    }
    let aligned = align::aligned(file, old, &new, changed);
    Ok(aligned.unwrap_or(source))
}
