//! What a line of the shell asks for.

use plumb_view::{Config, command_named, field};

use super::super::request::Wanted;
use super::option_help;

/// What begins a comment behind a setting.
pub(super) const COMMENT: &str = "//:";

/// How many entries `top` shows in the shell.
const TOP: i64 = 10;

/// A line of the shell.
pub(super) enum Line {
    Nothing,
    End,
    Options,
    Help(String),
    Set(String, String),
    /// A report, with the configuration for it alone.
    Report(Wanted, Box<Config>),
}

/// Why a line cannot be obeyed; the texts are pprof's.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum LineError {
    #[error("please specify a value, e.g. {0}=<val>")]
    NoValue(String),
    #[error("did you mean: {name}={value}")]
    Setting { name: String, value: String },
    #[error("unrecognized command: {0:?}")]
    Unknown(String),
    #[error("command {0} requires an argument")]
    NoArgument(String),
    #[error("unexpected end of line after >")]
    NoFile,
}

impl Line {
    /// Reads a line. `config` holds the settings so far.
    pub(super) fn parse(text: &str, config: &Config) -> Result<Self, LineError> {
        if let Some(setting) = setting(text) {
            return setting;
        }
        let mut words = text.split_whitespace();
        let Some(first) = words.next() else { return Ok(Self::Nothing) };
        let rest: Vec<&str> = words.collect();
        match first {
            "o" | "options" => Ok(Self::Options),
            "exit" | "quit" | "q" => Ok(Self::End),
            "help" => Ok(Self::Help(rest.join(" "))),
            first => report(first, rest, config),
        }
    }
}

/// `name=value`, or the name of a setting that needs none.
fn setting(text: &str) -> Option<Result<Line, LineError>> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name.trim(), Some(value)),
        None => (text.trim(), None),
    };
    let field = field(name)?;
    let is_flag = field.is_bool() || field.name != name;
    Some(match value {
        None if !is_flag => Err(LineError::NoValue(name.to_owned())),
        value => {
            let value = value.unwrap_or_default();
            let value = value.rsplit_once(COMMENT).map_or(value, |(value, _)| value).trim();
            // A choice is chosen by its name alone.
            let value = if value.is_empty() && field.name != name { "true" } else { value };
            Ok(Line::Set(name.to_owned(), value.to_owned()))
        }
    })
}

/// A report by name; digits behind the name are the number of entries.
fn report(first: &str, rest: Vec<&str>, config: &Config) -> Result<Line, LineError> {
    let name = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let (name, count) = match command_named(first) {
        Some(_) => (first, None),
        None if name.is_empty() => (first, None),
        None => (name, Some(&first[name.len()..]).filter(|digits| !digits.is_empty())),
    };
    let Some(command) = command_named(name) else {
        let name = name.to_owned();
        if option_help(&name).is_none() {
            return Err(LineError::Unknown(name));
        }
        let value = count.or(rest.first().copied()).unwrap_or("<val>").to_owned();
        return Err(LineError::Setting { name, value });
    };
    let mut words = count.into_iter().chain(rest);
    let argument = match command.has_argument {
        true => {
            Some(words.next().ok_or_else(|| LineError::NoArgument(name.to_owned()))?.to_owned())
        }
        false => None,
    };
    let mut config = config.clone();
    let (mut focus, mut ignore) = (Vec::new(), Vec::new());
    while let Some(word) = words.next() {
        if let Ok(number) = word.parse::<i32>() {
            config.nodecount = number.into();
        } else if let Some(file) = word.strip_prefix('>') {
            let file = Some(file).filter(|file| !file.is_empty());
            file.or_else(|| words.next()).ok_or(LineError::NoFile)?.clone_into(&mut config.output);
        } else if word == "-cum" || word == "--cum" {
            "cum".clone_into(&mut config.sort);
        } else if let Some(pattern) = word.strip_prefix('-') {
            ignore.push(pattern);
        } else {
            focus.push(word);
        }
    }
    let (focus, ignore) = (joined(&focus), joined(&ignore));
    let (to_focus, to_ignore) = match name {
        "tags" => (&mut config.tagfocus, &mut config.tagignore),
        _ => (&mut config.focus, &mut config.ignore),
    };
    for (pattern, option) in [(focus, to_focus), (ignore, to_ignore)] {
        if !pattern.is_empty() {
            *option = pattern;
        }
    }
    if config.nodecount == -1 && matches!(name, "text" | "top") {
        config.nodecount = TOP;
    }
    Ok(Line::Report(Wanted { command, argument }, Box::new(config)))
}

fn joined(patterns: &[&str]) -> String {
    let patterns = patterns.iter().copied().filter(|pattern| !pattern.is_empty());
    patterns.collect::<Vec<_>>().join("|")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Line, LineError> {
        Line::parse(text, &Config::default())
    }

    fn reported(text: &str) -> (Wanted, Config) {
        match parsed(text) {
            Ok(Line::Report(wanted, config)) => (wanted, *config),
            _ => panic!("{text} is no report"),
        }
    }

    #[test]
    fn words_behind_a_report_are_for_it_alone() {
        let (wanted, config) = reported("top5 --cum main -runtime io > x.txt");
        assert_eq!(wanted.command.name, "top");
        let expected = Config {
            nodecount: 5,
            sort: "cum".to_owned(),
            focus: "main|io".to_owned(),
            ignore: "runtime".to_owned(),
            output: "x.txt".to_owned(),
            ..Config::default()
        };
        assert_eq!(config, expected);
        assert_eq!(reported("top").1.nodecount, TOP);
        assert_eq!(reported("tags a -b").1.tagfocus, "a");
        let (wanted, config) = reported("list main.f 3");
        assert_eq!((wanted.argument.as_deref(), config.nodecount), (Some("main.f"), 3));
    }

    #[test]
    fn settings_have_values_and_comments() {
        for (text, name, value) in [
            ("nodecount = 5 //: few", "nodecount", "5"),
            ("trim", "trim", ""),
            ("cum", "cum", "true"),
            ("focus=a=b", "focus", "a=b"),
        ] {
            match parsed(text) {
                Ok(Line::Set(n, v)) => assert_eq!((n.as_str(), v.as_str()), (name, value)),
                _ => panic!("{text} sets nothing"),
            }
        }
    }

    #[test]
    fn what_cannot_be_obeyed_is_told_as_pprof_does() {
        for (text, why) in [
            ("nodecount", "please specify a value, e.g. nodecount=<val>"),
            ("nodecount 5", "did you mean: nodecount=5"),
            ("nodecount7", "did you mean: nodecount=7"),
            ("hello", "unrecognized command: \"hello\""),
            ("peek", "command peek requires an argument"),
            ("top >", "unexpected end of line after >"),
        ] {
            assert_eq!(parsed(text).err().map(|e| e.to_string()).as_deref(), Some(why), "{text}");
        }
    }
}
