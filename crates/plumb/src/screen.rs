//! Standard output and standard error: colour, width, broken pipes.

use std::env;
use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use plumb_report::{DEFAULT_WIDTH, Kept, MIN_WIDTH, Options, Style};

use crate::user_error::UserError;

/// Longer lines are hard to read, however wide the terminal is.
const WIDTH_MAX: usize = 100;

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
    let columns = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    Options {
        width: columns.filter(|_| terminal).unwrap_or(DEFAULT_WIDTH).clamp(MIN_WIDTH, WIDTH_MAX),
        style: if styled { Style::Ansi } else { Style::Plain },
        unicode: !terminal || speaks_unicode(),
        verbose,
        kept,
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

/// Prints to standard error. If that is closed, there is nobody left to tell.
pub(crate) fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
