//! The list of mapped files below a profile: lines of `/proc/PID/maps`, or a shorter form.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::mappings::MappedFile;
use super::scanner::Scanner;
use super::{Pattern, Result, compile};

/// `7f00-7f10 r-xp 00001000 08:01 42 /bin/program`
static FULL: Pattern = LazyLock::new(|| {
    compile(&format!(
        r"^{RANGE}(?:\s+([-rwxp]+))?(?:\s+([[:xdigit:]]+))?\s+[[:xdigit:]]+:[[:xdigit:]]+\s+[[:digit:]]+(?:\s+(\S+))?"
    ))
});

/// `0x7f00-0x7f10 /bin/program (@1000) build-id`
static BRIEF: Pattern = LazyLock::new(|| {
    compile(&format!(
        r"^{RANGE}(?:\s+([-rwxp]+))?(?:\s+(\S+))?(?:\s+\(@([[:xdigit:]]+)\))?(?:\s+([[:xdigit:]]+))?"
    ))
});

const RANGE: &str = r"\s*(?:0x)?([[:xdigit:]]+)[\s-]?\s*(?:0x)?([[:xdigit:]]+):?";

/// What a logging library puts before a line: `I0102 15:04:05 1 file.cc:42] `.
static LOG_PREFIX: Pattern = LazyLock::new(|| compile(r"^[^\[\]]+:[0-9]+]\s"));

/// Reads the executable mappings in the lines after the current one. A line `name=value` lets later ones say `$name`;
/// lines of other forms say nothing.
pub(super) fn read(scanner: &mut Scanner<'_>) -> Result<Vec<MappedFile>> {
    let mut mappings = Vec::new();
    let mut variables: Vec<(String, String)> = Vec::new();
    while scanner.scan() {
        let line = scanner.line();
        let line = LOG_PREFIX.find(line).map_or(line, |prefix| &line[prefix.end()..]);
        let line = substitute(line, &variables);
        match entry(&line) {
            Entry::Mapping(mapping) => mappings.push(mapping),
            Entry::Data => {}
            Entry::Other => {
                if let Some((name, value)) = line.split_once('=') {
                    variables.push((format!("${}", name.trim()), value.trim().to_owned()));
                }
            }
        }
    }
    scanner.check()?;
    Ok(mappings)
}

enum Entry {
    Mapping(MappedFile),
    /// A mapping without code.
    Data,
    Other,
}

fn entry(line: &str) -> Entry {
    let [start, end, permissions, offset, file, build_id] = if let Some(c) = FULL.captures(line) {
        [1, 2, 3, 4, 5, 0]
            .map(|n| if n == 0 { "" } else { c.get(n).map_or("", |m| m.as_str()) }.to_owned())
    } else if let Some(c) = BRIEF.captures(line) {
        [1, 2, 3, 5, 4, 6].map(|n| c.get(n).map_or("", |m| m.as_str()).to_owned())
    } else {
        return Entry::Other;
    };
    if !permissions.is_empty() && !permissions.contains('x') {
        return Entry::Data;
    }
    let number = |digits: &str| u64::from_str_radix(digits, 16).ok();
    let offset = if offset.is_empty() { Some(0) } else { number(&offset) };
    match (number(&start), number(&end), offset) {
        (Some(start), Some(limit), Some(offset)) => {
            Entry::Mapping(MappedFile { start, limit, offset, file, build_id })
        }
        _ => Entry::Other,
    }
}

/// Replaces `$name` by its value; where several names fit, by that of the one that was defined first.
fn substitute<'a>(line: &'a str, variables: &[(String, String)]) -> Cow<'a, str> {
    if variables.is_empty() || !line.contains('$') {
        return Cow::Borrowed(line);
    }
    let mut out = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let found = variables.iter().find(|(name, _)| rest.starts_with(name.as_str()));
        let len = match found {
            Some((name, value)) => {
                out.push_str(value);
                name.len()
            }
            None => {
                out.push(first);
                first.len_utf8()
            }
        };
        rest = &rest[len..];
    }
    Cow::Owned(out)
}
