//! The text form of build information: what `runtime/debug.BuildInfo.String` and `go version -m` print, and what the
//! `go` command links into a program.
//!
//! One fact a line, in columns with tabs between them: `path`, `mod`, `dep`, `=>` (replaces the module of the line
//! before), `build` with `key=value`, each side quoted as in Go when it must be.

use super::{BuildInfo, Module};
use crate::Problem;

/// Size of the marks before and after the text in a program, in bytes (`infoStart` and `infoEnd` of the `go` command).
const FRAME: usize = 16;

/// The text without the marks around it; `None` when it is too short to be one, or empty.
pub(super) fn strip_frame(framed: &[u8]) -> Option<&[u8]> {
    let end = framed.len().checked_sub(FRAME)?;
    framed.get(FRAME..end).filter(|text| text.ends_with(b"\n"))
}

/// Reads the text form of build information.
///
/// Takes the string of `runtime/debug.BuildInfo`, and the output of `go version -m` for one executable. Lines that do
/// not follow the format are listed in [`BuildInfo::problems`]; lines of a kind that is not known are left out, as
/// newer Go versions may write them.
pub fn parse_build_info(text: &str) -> BuildInfo {
    let mut info = BuildInfo::default();
    for (index, line) in text.lines().enumerate() {
        if let Err(why) = parse_line(&mut info, line) {
            info.problems.push(Problem::Line { line: index + 1, why });
        }
    }
    info
}

fn parse_line(info: &mut BuildInfo, line: &str) -> Result<(), &'static str> {
    // `go version -m` indents what it prints below the name of the file.
    // After a replaced module it prints an empty line.
    if line.trim().is_empty() {
        return Ok(());
    }
    let indented = line.strip_prefix('\t');
    let Some((kind, rest)) = indented.unwrap_or(line).split_once('\t') else {
        return parse_heading(info, line);
    };
    match kind {
        "go" => info.go_version = Some(rest.to_owned()),
        "path" => info.path = Some(rest.to_owned()),
        "mod" => info.main = Some(parse_module(rest)?),
        "dep" => info.deps.push(parse_module(rest)?),
        "=>" => {
            let replacement = parse_module(rest)?;
            let last = info.deps.last_mut().or(info.main.as_mut());
            let last = last.ok_or("replacement without a module before it")?;
            if last.replace.is_some() {
                return Err("second replacement of one module");
            }
            last.replace = Some(Box::new(replacement));
        }
        "build" => info.settings.push(parse_setting(rest)?),
        _ => {}
    }
    Ok(())
}

/// `FILE: go1.27.3`, the first line of `go version -m`.
fn parse_heading(info: &mut BuildInfo, line: &str) -> Result<(), &'static str> {
    match line.rsplit_once(": ") {
        Some((_, version)) if version.starts_with("go") || version.starts_with("devel") => {
            if info.go_version.is_some() {
                return Err("second executable in one text");
            }
            info.go_version = Some(version.to_owned());
            Ok(())
        }
        _ => Err("no columns"),
    }
}

/// Path, version and, except for replaced and main modules, checksum.
fn parse_module(columns: &str) -> Result<Module, &'static str> {
    let columns: Vec<&str> = columns.split('\t').collect();
    let (path, version, sum) = match columns[..] {
        [path, version] => (path, version, ""),
        [path, version, sum] => (path, version, sum),
        _ => return Err("a module has two or three columns"),
    };
    Ok(Module {
        path: path.to_owned(),
        version: version.to_owned(),
        sum: sum.to_owned(),
        replace: None,
    })
}

/// `key=value`, each as it is or quoted as a Go string.
fn parse_setting(text: &str) -> Result<(String, String), &'static str> {
    let (key, rest) = match quoted(text)? {
        Some(found) => found,
        None => {
            let end = text.find('=').ok_or("setting without '='")?;
            (text[..end].to_owned(), &text[end..])
        }
    };
    let value = rest.strip_prefix('=').ok_or("setting without '='")?;
    if key.is_empty() {
        return Err("setting without a key");
    }
    let value = match quoted(value)? {
        Some((value, "")) => value,
        Some(_) => return Err("text after a quoted value"),
        None => value.to_owned(),
    };
    Ok((key, value))
}

/// A Go string literal at the start of the text, and what follows it; `None` when the text is not quoted.
fn quoted(text: &str) -> Result<Option<(String, &str)>, &'static str> {
    const UNTERMINATED: &str = "quoted text without an end";
    if let Some(raw) = text.strip_prefix('`') {
        let (value, rest) = raw.split_once('`').ok_or(UNTERMINATED)?;
        return Ok(Some((value.replace('\r', ""), rest)));
    }
    let Some(mut rest) = text.strip_prefix('"') else {
        return Ok(None);
    };
    let mut value = Vec::new();
    loop {
        let stop = rest.find(['"', '\\']).ok_or(UNTERMINATED)?;
        value.extend_from_slice(&rest.as_bytes()[..stop]);
        let after = &rest[stop + 1..];
        if rest.as_bytes()[stop] == b'"' {
            return Ok(Some((String::from_utf8_lossy(&value).into_owned(), after)));
        }
        rest = unescape(after, &mut value)?;
    }
}

/// Appends what the escape after a backslash stands for and returns what follows it.
fn unescape<'a>(text: &'a str, out: &mut Vec<u8>) -> Result<&'a str, &'static str> {
    const UNKNOWN: &str = "unknown escape in quoted text";
    let first = text.chars().next().ok_or("quoted text without an end")?;
    let rest = &text[first.len_utf8()..];
    let simple = match first {
        'a' => 0x07,
        'b' => 0x08,
        'f' => 0x0c,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 0x0b,
        '\\' | '"' | '\'' => first as u8,
        _ => 0,
    };
    if simple != 0 {
        out.push(simple);
        return Ok(rest);
    }
    let (digits, radix, from) = match first {
        'x' => (2, 16, rest),
        'u' => (4, 16, rest),
        'U' => (8, 16, rest),
        '0'..='7' => (3, 8, text),
        _ => return Err(UNKNOWN),
    };
    let number = from.get(..digits).ok_or(UNKNOWN)?;
    let number = u32::from_str_radix(number, radix).map_err(|_| UNKNOWN)?;
    if matches!(first, 'u' | 'U') {
        let char = char::from_u32(number).ok_or(UNKNOWN)?;
        out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    } else {
        out.push(u8::try_from(number).map_err(|_| UNKNOWN)?);
    }
    Ok(&from[digits..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_unquoted_as_go_quotes_them() {
        let setting = |text| parse_setting(text).map(|(key, value)| format!("{key}|{value}"));
        assert_eq!(setting("-tags=a,b"), Ok("-tags|a,b".to_owned()));
        assert_eq!(setting("CGO_CFLAGS="), Ok("CGO_CFLAGS|".to_owned()));
        assert_eq!(
            setting(r#"-ldflags="-s -w -X \"a=b\"""#),
            Ok(r#"-ldflags|-s -w -X "a=b""#.to_owned())
        );
        assert_eq!(setting(r#""a key"="\t\x41\101\u00e9""#), Ok("a key|\tAAé".to_owned()));
        assert_eq!(setting("`raw key`=`raw \\n`"), Ok("raw key|raw \\n".to_owned()));
        assert_eq!(setting("=x"), Err("setting without a key"));
        assert_eq!(setting("x"), Err("setting without '='"));
        assert_eq!(setting(r#"x="a"b"#), Err("text after a quoted value"));
        assert_eq!(setting(r#"x="a"#), Err("quoted text without an end"));
        assert_eq!(setting(r#"x="\"#), Err("quoted text without an end"));
        assert_eq!(setting(r#"x="\777""#), Err("unknown escape in quoted text"));
    }

    #[test]
    fn damaged_lines_are_problems_and_the_rest_is_read() {
        let info = parse_build_info(
            "path\tp\nmod\tonly\ndep\ta\tv1\n=>\tb\tv2\th1:x\n=>\tc\tv3\nnew\tkind\nnoise\n",
        );
        assert_eq!(info.path.as_deref(), Some("p"));
        assert_eq!(info.deps[0].effective().path, "b");
        let lines: Vec<usize> = info
            .problems
            .iter()
            .map(|problem| match problem {
                Problem::Line { line, .. } => *line,
                other => panic!("{other}"),
            })
            .collect();
        assert_eq!(lines, [2, 5, 7]);
    }

    #[test]
    fn frame_needs_both_marks_and_a_whole_line() {
        let framed =
            |text: &str| [[0xaa; FRAME].as_slice(), text.as_bytes(), &[0xbb; FRAME]].concat();
        assert_eq!(strip_frame(&framed("path\tp\n")), Some(b"path\tp\n".as_slice()));
        assert_eq!(strip_frame(&framed("")), None);
        assert_eq!(strip_frame(&framed("cut")), None);
        assert_eq!(strip_frame(b"short"), None);
    }
}
