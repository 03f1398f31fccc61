//! A [`Diagnosis`] as text: for a terminal, for programs, for a ticket. Pure: values in, a `String` out.
//!
//! Every output is a file of its own and a line of [`FORMATS`]:
//!
//! | module | prints |
//! |---|---|
//! | `terminal` | what an engineer reads: worst first, one screen for one finding |
//! | `json` | the contract `plumb.diagnose/1`, see `schema/plumb.diagnose-1.json` |
//! | `markdown` | a ticket on GitHub, GitLab or Jira |
//! | [`explain`] | a pattern of the catalogue, for a terminal or as a page |
//! | [`scan`] | what a scan of source code found, in formats of its own |
//! | [`trace`] | an execution trace by itself |
//!
//! What they share: [`units`] (numbers), `names` (functions, paths, sites), `phrases` (sentences on a finding),
//! `advice` (commands to type next), `blocks` (prose and code of a text), `layout` (wrapping and colour).

mod advice;
mod advisories;
mod blocks;
pub mod explain;
mod json;
mod layout;
mod markdown;
mod names;
mod phrases;
pub mod scan;
mod sockets;
mod terminal;
pub mod trace;

use plumb_evidence::Diagnosis;
pub use plumb_evidence::number as units;

/// The JSON Schema (2020-12) of what the `json` format prints.
pub const DIAGNOSE_SCHEMA: &str = include_str!("../schema/plumb.diagnose-1.json");

/// A way to print a diagnosis.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// Who it is for, for help texts.
    pub about: &'static str,
    /// Prints a diagnosis; ends with a newline.
    pub render: fn(&Diagnosis, &Options) -> String,
}

/// All formats; the first is the default.
pub const FORMATS: [Format; 3] = [
    Format { name: "terminal", about: "for reading in a terminal", render: terminal::render },
    Format { name: "json", about: "for programs: plumb.diagnose/1", render: json::render },
    Format { name: "markdown", about: "for a ticket", render: markdown::render },
];

impl Format {
    /// The format of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }
}

/// Columns of a terminal nobody has resized.
pub const DEFAULT_WIDTH: usize = 80;

/// Below this many columns the labels alone fill a line.
pub const MIN_WIDTH: usize = 40;

/// How to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Columns; no line is wider. At least [`MIN_WIDTH`].
    pub width: usize,
    /// ANSI colours and weights.
    pub style: Style,
    /// Block characters for bars; else ASCII.
    pub unicode: bool,
    /// Everything that is known instead of what fits a screen.
    pub verbose: bool,
    /// Where the evidence is: decides what is said about a restart.
    pub kept: Kept,
    /// Name for a case that may be written next: no file has it.
    pub new_case: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: DEFAULT_WIDTH,
            style: Style::Plain,
            unicode: true,
            verbose: false,
            kept: Kept::Nowhere,
            new_case: "leak.case".to_owned(),
        }
    }
}

/// Whether to emphasise with ANSI escape sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// No escape sequences.
    Plain,
    /// Colours and weights.
    Ansi,
}

/// Where the evidence of a diagnosis is once the process is restarted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It was taken from a live target and is gone with this run.
    Nowhere,
    /// It was taken from a live target and is in this case file.
    Case(String),
    /// It was read from files.
    Files,
}
