//! Line editing with history, and completion of commands, options and functions.

use std::borrow::Cow;
use std::env;
use std::fs;
use std::path::PathBuf;

use plumb_profile::Profile;
use plumb_view::command_named;
use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Helper};

/// Most functions that are offered.
const MOST_OFFERED: usize = 100;

/// Most lines that are remembered.
const MOST_LINES: usize = 1000;

/// Reads lines from a terminal.
pub(super) struct Editor {
    editor: rustyline::Editor<Names, FileHistory>,
    history: Option<PathBuf>,
}

impl Editor {
    pub(super) fn new(profile: &Profile) -> rustyline::Result<Self> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .max_history_size(MOST_LINES)?
            .history_ignore_dups(true)?
            .auto_add_history(true)
            .build();
        let mut editor = rustyline::Editor::with_config(config)?;
        let mut functions: Vec<String> = profile
            .functions
            .iter()
            .map(|function| profile.text(function.name).to_owned())
            .collect();
        functions.sort_unstable();
        functions.dedup();
        editor.set_helper(Some(Names { functions }));
        let history = history_file();
        if let Some(history) = &history {
            // There is none at first.
            let _ = editor.load_history(history);
        }
        Ok(Self { editor, history })
    }

    pub(super) fn line(&mut self, prompt: &str) -> rustyline::Result<String> {
        self.editor.readline(prompt)
    }

    /// Remembers the lines for the next time. It is a convenience: where it fails, nothing is said.
    pub(super) fn save(&mut self) {
        let Some(history) = &self.history else { return };
        if let Some(folder) = history.parent() {
            let _ = fs::create_dir_all(folder);
        }
        let _ = self.editor.save_history(history);
    }
}

/// Where state that outlives a run is kept, by the XDG base directory specification.
fn history_file() -> Option<PathBuf> {
    let absolute =
        |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
    Some(state?.join("plumb/pprof_history"))
}

/// What lines are completed with.
struct Names {
    functions: Vec<String>,
}

impl Completer for Names {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let before = &line[..position];
        let start = before.rfind(char::is_whitespace).map_or(0, |space| space + 1);
        let words: Vec<&str> = before[..start].split_whitespace().collect();
        let word = &before[start..];
        Ok(match words.as_slice() {
            [] | ["help"] => {
                let mut names: Vec<String> = super::first_words()
                    .filter(|name| name.starts_with(&word.to_lowercase()))
                    .map(str::to_owned)
                    .collect();
                names.sort_unstable();
                names.dedup();
                (start, names)
            }
            [command, ..] if *command != "tags" && command_named(command).is_some() => {
                let dash = usize::from(word.starts_with('-'));
                let part = &word[dash..];
                let known = self.functions.iter().filter(|name| name.contains(part));
                (start + dash, known.take(MOST_OFFERED).cloned().collect())
            }
            _ => (start, Vec::new()),
        })
    }
}

impl Hinter for Names {
    type Hint = String;
}

impl Highlighter for Names {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Borrowed(prompt)
    }
}

impl Validator for Names {}

impl Helper for Names {}
