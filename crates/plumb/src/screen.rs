//! Standard output and standard error: colour, width, broken pipes.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::iter;
use std::path::Path;

use clap::ValueEnum;
use plumb_report::{DEFAULT_WIDTH, Kept, MIN_WIDTH, Options, Style};

use crate::user_error::UserError;

/// Longer lines are hard to read, however wide the terminal is.
const WIDTH_MAX: usize = 100;

/// Columns that COLUMNS may ask for: it is set by somebody who wants them, but a bar must not fill the memory.
const ASKED_MAX: usize = 500;

/// When to print in colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How to print to this standard output.
pub(crate) fn options(colour: Colour, verbose: bool, kept: Kept) -> Options {
    let terminal = io::stdout().is_terminal();
    let styled = match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => terminal && !is_set("NO_COLOR") && !is("TERM", "dumb"),
    };
    let measured = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    Options {
        width: width(env::var("COLUMNS").ok().as_deref(), measured.filter(|_| terminal)),
        style: if styled { Style::Ansi } else { Style::Plain },
        unicode: !terminal || speaks_unicode(),
        verbose,
        kept,
        new_case: free_case(Path::new("")),
    }
}

/// A name that no file of a folder has: capture does not replace one unless it is told to.
fn free_case(folder: &Path) -> String {
    let is_free = |name: &String| folder.join(name).symlink_metadata().is_err();
    let numbered = (2..).map(|number| format!("leak-{number}.case"));
    let mut names = iter::once("leak.case".to_owned()).chain(numbered);
    names.find(is_free).unwrap_or_default()
}

/// The width that COLUMNS asks for (POSIX, "Environment Variables"), else that of the terminal, else what any page has.
fn width(asked: Option<&str>, measured: Option<usize>) -> usize {
    match asked.and_then(|columns| columns.trim().parse::<usize>().ok()).filter(|&n| n > 0) {
        Some(columns) => columns.clamp(MIN_WIDTH, ASKED_MAX),
        None => measured.unwrap_or(DEFAULT_WIDTH).clamp(MIN_WIDTH, WIDTH_MAX),
    }
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn is(variable: &str, value: &str) -> bool {
    env::var_os(variable).is_some_and(|set| set == value)
}

/// Whether the locale is one of UTF-8; the first variable that is set decides (POSIX, "Environment Variables").
fn speaks_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find(|variable| is_set(variable));
    let locale = locale.and_then(|variable| env::var(variable).ok()).unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Prints a result. A reader that has seen enough, such as `head`, is no error.
pub(crate) fn print(text: &str) -> Result<(), UserError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(UserError::Output(error)),
        _ => Ok(()),
    }
}

/// Columns of standard error, if it is a terminal. Elsewhere lines stay whole, so that they can be searched.
pub(crate) fn error_width() -> Option<usize> {
    let columns = || terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| width.0.into());
    let width: Option<usize> = io::stderr().is_terminal().then(columns).flatten();
    width.map(|width| width.clamp(MIN_WIDTH, WIDTH_MAX))
}

/// Prints to standard error. If that is closed, there is nobody left to tell.
pub(crate) fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_asked_for_then_measured() {
        assert_eq!(width(None, None), 80);
        assert_eq!(width(None, Some(96)), 96);
        assert_eq!(width(None, Some(300)), 100);
        assert_eq!(width(None, Some(10)), 40);
        assert_eq!(width(Some("120"), Some(96)), 120);
        assert_eq!(width(Some("20"), None), 40);
        assert_eq!(width(Some("99999"), None), 500);
        assert_eq!(width(Some("wide"), Some(90)), 90);
        assert_eq!(width(Some("0"), None), 80);
    }

    #[test]
    fn a_case_to_write_next_has_a_name_of_no_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(free_case(folder.path()), "leak.case");
        std::fs::write(folder.path().join("leak.case"), "").unwrap();
        // A link to nowhere is in the way as well.
        std::os::unix::fs::symlink("nowhere", folder.path().join("leak-2.case")).unwrap();
        assert_eq!(free_case(folder.path()), "leak-3.case");
    }
}
