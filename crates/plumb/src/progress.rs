//! What is going on, on standard error: a line that is rewritten on a terminal, warnings everywhere.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::sync::{Mutex, PoisonError};

use plumb_collect::{Event, Progress};

use crate::arguments::spelled;
use crate::screen;

/// Back to the first column, and clear the line (ECMA-48: CR, EL).
const CLEAR: &str = "\r\u{1b}[K";

/// Columns that fit every terminal: a longer line could not be cleared.
const LINE_MAX: usize = 78;

/// Shows the progress of a capture.
pub(crate) struct Meter {
    terminal: bool,
    /// Tell what was left out, too.
    verbose: bool,
    /// Tell problems at once; else they are in the report.
    warns: bool,
    doing: Mutex<BTreeMap<String, String>>,
}

impl Meter {
    pub(crate) fn new(verbose: bool, warns: bool) -> Self {
        Self { terminal: io::stderr().is_terminal(), verbose, warns, doing: Mutex::default() }
    }

    /// Clears the line.
    pub(crate) fn finish(&self) {
        if self.terminal {
            screen::complain(CLEAR);
        }
    }

    fn say(&self, line: &str) {
        let clear = if self.terminal { CLEAR } else { "" };
        screen::complain(&format!("{clear}{line}\n"));
    }

    fn doing(&self, instance: &str, what: String) {
        if !self.terminal {
            return;
        }
        let mut doing = self.doing.lock().unwrap_or_else(PoisonError::into_inner);
        doing.insert(instance.to_owned(), what);
        let others = match doing.len() {
            0 | 1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        let what = doing.get(instance).map_or("", String::as_str);
        let line: String = format!("{instance}: {what}{others}")
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(LINE_MAX)
            .collect();
        screen::complain(&format!("{CLEAR}{line}"));
    }
}

impl Progress for Meter {
    fn event(&self, instance: &str, event: Event) {
        match event {
            Event::Found { what } => self.doing(instance, format!("found {what}")),
            Event::Round { number, of } => self.doing(instance, format!("round {number} of {of}")),
            Event::Trace { length } => {
                self.doing(instance, format!("taking an execution trace for {}", spelled(length)));
            }
            Event::GarbageCollection => self.doing(instance, "forcing a garbage collection".into()),
            Event::Note { text } if self.verbose => self.say(&format!("plumb: {instance}: {text}")),
            Event::Problem { text } if self.warns => {
                self.say(&format!("plumb: warning: {instance}: {text}"));
            }
            Event::Done => self.doing(instance, "done".into()),
            _ => {}
        }
    }
}
