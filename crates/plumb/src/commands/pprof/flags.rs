//! Flags as Go's `flag` package reads them: `-name=value`, `-name value`, one dash or two, and none after the first
//! argument that is no flag.

use std::collections::HashMap;

use plumb_view::{COMMANDS, FIELDS, Slot};

/// What a flag takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Int,
    Float,
    Text,
}

/// Flags that are neither reports nor options of reports.
const OTHERS: [(&str, Kind); 21] = [
    ("diff_base", Kind::Text),
    ("base", Kind::Text),
    ("symbolize", Kind::Text),
    ("buildid", Kind::Text),
    ("timeout", Kind::Int),
    ("add_comment", Kind::Text),
    ("all_frames", Kind::Bool),
    ("seconds", Kind::Int),
    ("inuse_space", Kind::Bool),
    ("inuse_objects", Kind::Bool),
    ("alloc_space", Kind::Bool),
    ("alloc_objects", Kind::Bool),
    ("total_delay", Kind::Bool),
    ("contentions", Kind::Bool),
    ("mean_delay", Kind::Bool),
    ("tools", Kind::Text),
    ("http", Kind::Text),
    ("no_browser", Kind::Bool),
    ("tls_cert", Kind::Text),
    ("tls_key", Kind::Text),
    ("tls_ca", Kind::Text),
];

/// The flags and sources of a command line.
#[derive(Debug, Default)]
pub(super) struct Flags {
    values: HashMap<String, Vec<String>>,
    /// What stands behind the flags.
    pub(super) sources: Vec<String>,
}

/// Why nothing is done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Help is asked for.
    Help,
    /// A flag cannot be read.
    Wrong(String),
}

/// Reads a command line.
pub(super) fn parse(arguments: Vec<String>) -> Result<Flags, Stop> {
    let mut flags = Flags::default();
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            flags.sources.extend(rest);
            break;
        }
        let Some(flag) = argument.strip_prefix('-').filter(|flag| !flag.is_empty()) else {
            flags.sources.push(argument);
            flags.sources.extend(rest);
            break;
        };
        let flag = flag.strip_prefix('-').unwrap_or(flag);
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (flag, None),
        };
        if name.is_empty() || name.starts_with('-') {
            return Err(Stop::Wrong(format!("bad flag syntax: {argument}")));
        }
        let Some(kind) = kind(name) else {
            return Err(match name {
                "h" | "help" => Stop::Help,
                name => Stop::Wrong(format!("flag provided but not defined: -{name}")),
            });
        };
        let value = match value {
            Some(value) => value,
            None if kind == Kind::Bool => "true".to_owned(),
            None => {
                let missing = || Stop::Wrong(format!("flag needs an argument: -{name}"));
                rest.next().ok_or_else(missing)?
            }
        };
        flags.add(name, kind, value)?;
    }
    Ok(flags)
}

fn kind(name: &str) -> Option<Kind> {
    if let Some((_, kind)) = OTHERS.iter().find(|(other, _)| *other == name) {
        return Some(*kind);
    }
    if let Some(command) = COMMANDS.iter().find(|command| command.name == name) {
        return Some(if command.has_argument { Kind::Text } else { Kind::Bool });
    }
    if FIELDS.iter().any(|field| field.choices.contains(&name)) {
        return Some(Kind::Bool);
    }
    let field = FIELDS.iter().find(|field| field.name == name && field.choices.is_empty())?;
    Some(match field.slot(&mut plumb_view::Config::default()) {
        Slot::Bool(_) => Kind::Bool,
        Slot::Int(_) => Kind::Int,
        Slot::Float(_) => Kind::Float,
        Slot::Text(_) => Kind::Text,
    })
}

impl Flags {
    fn add(&mut self, name: &str, kind: Kind, value: String) -> Result<(), Stop> {
        let is_readable = match kind {
            Kind::Bool => boolean(&value).is_some(),
            Kind::Int => value.parse::<i64>().is_ok(),
            Kind::Float => value.parse::<f64>().is_ok(),
            Kind::Text => true,
        };
        if !is_readable {
            let what = if kind == Kind::Bool { "boolean value" } else { "value" };
            let connected = if kind == Kind::Bool { "for" } else { "for flag" };
            let why = format!("invalid {what} {value:?} {connected} -{name}: parse error");
            return Err(Stop::Wrong(why));
        }
        self.values.entry(name.to_owned()).or_default().push(value);
        Ok(())
    }

    /// The value of a flag, if it is set: the last one.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.last().map(String::as_str)
    }

    /// All values of a flag that are not empty.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let values = self.values.get(name).map(Vec::as_slice).unwrap_or_default();
        values.iter().filter(|value| !value.is_empty()).cloned().collect()
    }

    /// Whether a flag is set, and not to false.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.text(name).and_then(boolean).unwrap_or(false)
    }
}

/// A boolean as Go's `strconv.ParseBool` reads it.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Flags, Stop> {
        parse(line.split_whitespace().map(str::to_owned).collect())
    }

    #[test]
    fn flags_stand_before_sources() {
        let flags = parsed("-top --nodecount=5 -focus main -cum=false x.pb.gz -flat").unwrap();
        assert!(flags.is_set("top") && !flags.is_set("cum") && !flags.is_set("flat"));
        assert_eq!((flags.text("nodecount"), flags.text("focus")), (Some("5"), Some("main")));
        assert_eq!(flags.sources, ["x.pb.gz", "-flat"]);
        assert_eq!(parsed("-top -- -x").unwrap().sources, ["-x"]);
        assert_eq!(parsed("-base a -base b c").unwrap().texts("base"), ["a", "b"]);
    }

    #[test]
    fn wrong_flags_are_told_as_go_does() {
        for (line, why) in [
            ("-nope x", "flag provided but not defined: -nope"),
            ("-focus", "flag needs an argument: -focus"),
            ("---x", "bad flag syntax: ---x"),
            ("-nodecount=x y", "invalid value \"x\" for flag -nodecount: parse error"),
            ("-trim=maybe y", "invalid boolean value \"maybe\" for -trim: parse error"),
        ] {
            assert_eq!(parsed(line).unwrap_err(), Stop::Wrong(why.to_owned()));
        }
        assert_eq!(parsed("-help").unwrap_err(), Stop::Help);
    }
}
