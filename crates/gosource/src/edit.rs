//! Changes of a file's text that look as if its author had made them.
//!
//! [`Edits`] collects changes of one file and applies them together: statements with the indentation and line ends
//! of the file, imports in their groups. A file that gofmt has formatted stays so, nothing else is touched, and the
//! result is parsed again. [`unified_diff`] shows a change.

mod align;
mod changes;
mod diff;
mod edits;
mod imports;
mod layout;
mod within;

pub use changes::{Edit, EditError, Edited};
pub use diff::unified_diff;
pub use edits::Edits;
