//! The interactive shell: pprof's commands, settings and words.

mod complete;
mod line;

use std::io::{self, BufRead, IsTerminal, Write};

use plumb_profile::Profile;
use plumb_view::{
    COMMANDS, Config, ConfigError, FIELDS, choice_help, command_named, describe, field,
};
use rustyline::error::ReadlineError;

use super::output::{self, Destination};
use super::{Failure, usage};
use complete::Editor;
use line::Line;

const PROMPT: &str = "(pprof) ";

/// A profile and the settings for its reports.
struct Shell {
    profile: Profile,
    config: Config,
    /// Names of the profile's values.
    values: Vec<String>,
}

/// Whether to go on.
#[derive(PartialEq, Eq)]
enum Next {
    Line,
    End,
}

/// Reads commands until the input ends.
pub(super) fn run(profile: Profile, config: Config) -> Result<(), Failure> {
    let values = profile.value_types().map(|(kind, _)| kind.to_owned()).collect();
    let config = Config { compact_labels: true, ..config };
    let mut shell = Shell { profile, config, values };
    shell.greet();
    if io::stdin().is_terminal() {
        return shell.run_edited();
    }
    let mut text = String::new();
    loop {
        print!("{PROMPT}");
        io::stdout().flush()?;
        text.clear();
        if io::stdin().lock().read_line(&mut text)? == 0 || shell.obey(&text) == Next::End {
            return Ok(());
        }
    }
}

impl Shell {
    fn greet(&self) {
        if let Ok(described) = describe(&self.profile, &self.config) {
            described.messages.iter().for_each(|message| eprintln!("{message}"));
            eprintln!("{}", described.lines.join("\n"));
            if described.total == 0 && self.values.len() > 1 {
                eprintln!("No samples were found with the default sample value type.");
                eprintln!("Try \"sample_index\" command to analyze different sample values.");
            }
        }
        eprintln!("Entering interactive mode (type \"help\" for commands, \"o\" for options)");
    }

    /// With line editing, history and completion.
    fn run_edited(&mut self) -> Result<(), Failure> {
        let mut editor = Editor::new(&self.profile)?;
        loop {
            match editor.line(PROMPT) {
                Ok(text) => {
                    if self.obey(&text) == Next::End {
                        break;
                    }
                }
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => break,
                Err(error) => return Err(error.into()),
            }
        }
        editor.save();
        Ok(())
    }

    fn obey(&mut self, text: &str) -> Next {
        for text in self.expanded(text.trim()) {
            if self.obey_one(&text) == Next::End {
                return Next::End;
            }
        }
        Next::Line
    }

    /// A shortcut as the lines that it stands for.
    fn expanded(&self, text: &str) -> Vec<String> {
        let choose = |value: &str| format!("sample_index={value}");
        let is_value = |name: &str| self.values.iter().any(|value| value == name);
        let lines = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
        if text == ":" {
            return lines(&["focus=", "ignore=", "hide=", "tagfocus=", "tagignore="]);
        }
        if is_value(text) {
            return vec![choose(text)];
        }
        for (prefix, mean) in [("total_", "mean=0"), ("mean_", "mean=1")] {
            if let Some(value) = text.strip_prefix(prefix).filter(|value| is_value(value)) {
                return vec![mean.to_owned(), choose(value)];
            }
        }
        lines(&[text])
    }

    fn obey_one(&mut self, text: &str) -> Next {
        match Line::parse(text, &self.config) {
            Ok(Line::Nothing) => {}
            Ok(Line::End) => return Next::End,
            Ok(Line::Options) => eprintln!("{}", self.options()),
            Ok(Line::Help(about)) => self.help(&about),
            Ok(Line::Set(name, value)) => {
                if let Err(error) = self.set(&name, value) {
                    eprintln!("{error}");
                }
            }
            Ok(Line::Report(wanted, config)) => {
                let profile = self.profile.clone();
                if let Err(error) = output::write(profile, &wanted, &config, Destination::Shell) {
                    eprintln!("{error}");
                }
            }
            Err(error) => eprintln!("{error}"),
        }
        Next::Line
    }

    fn set(&mut self, name: &str, mut value: String) -> Result<(), Failure> {
        if name == "sample_index" {
            value = plumb_view::sample_type(&self.profile, &value)?;
        }
        Ok(self.config.configure(name, &value).map_err(|error: ConfigError| error.to_string())?)
    }

    /// All options with their values.
    fn options(&self) -> String {
        let mut lines: Vec<String> = FIELDS
            .iter()
            // Own options are shown where they are set: the list is otherwise pprof's.
            .filter(|field| field.name != "source_path")
            .filter(|field| {
                !field.is_own || field.get(&self.config) != field.get(&Config::default())
            })
            .map(|field| {
                let (mut value, mut comment) = (field.get(&self.config), String::new());
                if !field.choices.is_empty() {
                    let mut choices = field.choices.to_vec();
                    choices.sort_unstable();
                    comment = format!("[{}]", choices.join(" | "));
                } else if field.name == "sample_index" {
                    if value.is_empty() {
                        value = self.values.last().cloned().unwrap_or_default();
                    }
                    comment = format!("[{}]", self.values.join(" | "));
                } else if field.name == "nodecount" && value == "-1" {
                    "default".clone_into(&mut comment);
                } else if value.is_empty() {
                    "\"\"".clone_into(&mut value);
                }
                if field.name == "granularity" && value.is_empty() {
                    "(default)".clone_into(&mut value);
                }
                if !comment.is_empty() {
                    comment = format!("{} {comment}", line::COMMENT);
                }
                format!("  {:<25} = {value:<20} {comment}", field.name)
            })
            .collect();
        lines.sort();
        lines.join("\n")
    }

    fn help(&self, about: &str) {
        if about.is_empty() {
            eprintln!(
                "{}\n  :   Clear focus/ignore/hide/tagfocus/tagignore\n\n  \
                 type \"help <cmd|option>\" for more information{}",
                usage::details(false),
                usage::own(false)
            );
        } else if let Some(command) = command_named(about) {
            eprint!("{}", command.help());
        } else if let Some(help) = option_help(about) {
            eprint!("{help}");
            if about == "sample_index" {
                let values = self.values.join(" ");
                eprintln!("Or use sample_index=name, with name in [{values}].");
            }
            eprintln!();
        } else {
            eprintln!("Unknown command: {about}");
        }
    }
}

/// The help of an option or of a choice of one; options with choices have none of their own.
fn option_help(name: &str) -> Option<&'static str> {
    let field = field(name)?;
    let help = if field.name == name { field.help } else { choice_help(name) };
    Some(help).filter(|help| !help.is_empty())
}

/// Names that a line may begin with.
fn first_words() -> impl Iterator<Item = &'static str> {
    let commands = COMMANDS.iter().map(|command| command.name);
    let fields = FIELDS
        .iter()
        .flat_map(|field| [field.name].into_iter().chain(field.choices.iter().copied()));
    commands.chain(fields).chain(["help", "options", "quit"])
}
