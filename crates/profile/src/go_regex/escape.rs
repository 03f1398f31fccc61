//! What a backslash starts: a class of characters or one character.

use regex::Regex;

use super::GoRegexError;

/// A class of characters in the syntax of the `regex` crate.
pub(super) struct Class {
    /// As a pattern of its own.
    pub(super) outside: String,
    /// Within brackets.
    pub(super) inside: String,
}

impl Class {
    fn of_ranges(ranges: &str, negated: bool) -> Self {
        let brackets = format!("[{}{ranges}]", if negated { "^" } else { "" });
        let inside = if negated { brackets.clone() } else { ranges.to_owned() };
        Self { outside: brackets, inside }
    }
}

/// Writes a character so that it stands for itself, within brackets or not.
pub(super) fn push_literal(out: &mut String, c: char) {
    // Angle brackets must not be escaped: an escaped one is an edge of a word.
    if c.is_ascii_punctuation() && !matches!(c, '<' | '>' | '_') {
        out.push('\\');
    }
    out.push(c);
}

/// `\d`, `\s`, `\w`, `\pN`, `\p{Name}` and their opposites at the start of `text`, and what follows. The first three
/// are of ASCII.
pub(super) fn class(text: &str) -> Result<Option<(Class, &str)>, GoRegexError> {
    let Some(letter) = text.as_bytes().get(1) else { return Ok(None) };
    let ranges = match letter.to_ascii_lowercase() {
        b'd' => "0-9",
        b's' => r"\t\n\x0C\r ",
        b'w' => "0-9A-Za-z_",
        b'p' => return unicode_class(text),
        _ => return Ok(None),
    };
    Ok(Some((Class::of_ranges(ranges, letter.is_ascii_uppercase()), &text[2..])))
}

fn unicode_class(text: &str) -> Result<Option<(Class, &str)>, GoRegexError> {
    let invalid = |part| GoRegexError::new("invalid character class range", part);
    let Some(first) = text[2..].chars().next() else { return Ok(None) };
    let (name, len) = if first == '{' {
        let end = text.find('}').ok_or_else(|| invalid(text))?;
        (&text[3..end], end + 1)
    } else {
        (&text[2..2 + first.len_utf8()], 2 + first.len_utf8())
    };
    let plain = name.strip_prefix('^').unwrap_or(name);
    let negated = text.starts_with(r"\P") != (plain.len() != name.len());
    let property = format!(r"\{}{{{plain}}}", if negated { 'P' } else { 'p' });
    let words = plain.bytes().all(|b| b.is_ascii_alphanumeric() || b"_- ".contains(&b));
    if !words || plain.is_empty() || Regex::new(&property).is_err() {
        return Err(invalid(&text[..len]));
    }
    Ok(Some((Class { outside: property.clone(), inside: property }, &text[len..])))
}

/// The character that an escape at the start of `text` stands for, and what follows.
pub(super) fn character(text: &str) -> Result<(char, &str), GoRegexError> {
    let mut rest = text[1..].chars();
    let Some(first) = rest.next() else {
        return Err(GoRegexError::new("trailing backslash at end of expression", ""));
    };
    let after = rest.as_str();
    let is_octal = |text: &str| text.starts_with(|c| matches!(c, '0'..='7'));
    let escaped = match first {
        '0' => octal(&text[1..]),
        '1'..='7' if is_octal(after) => octal(&text[1..]),
        'x' => return hexadecimal(text),
        'a' => Some(('\x07', after)),
        'f' => Some(('\x0c', after)),
        'n' => Some(('\n', after)),
        'r' => Some(('\r', after)),
        't' => Some(('\t', after)),
        'v' => Some(('\x0b', after)),
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some((c, after)),
        _ => None,
    };
    escaped.ok_or_else(|| invalid(text, after))
}

fn invalid(text: &str, after: &str) -> GoRegexError {
    GoRegexError::new("invalid escape sequence", &text[..text.len() - after.len()])
}

/// Up to three octal digits.
fn octal(digits: &str) -> Option<(char, &str)> {
    let len = digits.bytes().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
    let value = u32::from_str_radix(&digits[..len], 8).ok()?;
    Some((char::from_u32(value)?, &digits[len..]))
}

/// `\x7f` or `\x{10ffff}`.
fn hexadecimal(text: &str) -> Result<(char, &str), GoRegexError> {
    let mut rest = text[2..].chars();
    let mut next = || {
        let c = rest.next();
        (c, rest.as_str())
    };
    let (first, after) = next();
    if first != Some('{') {
        let (second, after) = if first.is_some() { next() } else { (None, after) };
        let digit = |c: Option<char>| c.and_then(|c| c.to_digit(16));
        let both = digit(first).zip(digit(second)).and_then(|(a, b)| char::from_u32(16 * a + b));
        return both.map(|c| (c, after)).ok_or_else(|| invalid(text, after));
    }
    let (mut value, mut digits) = (0u32, 0);
    loop {
        let (c, after) = next();
        match c {
            Some('}') if digits > 0 => {
                // Surrogates match no text, but Go compiles them: an unassigned code point stands in.
                return Ok((char::from_u32(value).unwrap_or('\u{10ffff}'), after));
            }
            Some(c) if c.is_ascii_hexdigit() => {
                value = 16 * value + c.to_digit(16).unwrap_or_default();
                digits += 1;
                if value > u32::from(char::MAX) {
                    return Err(invalid(text, after));
                }
            }
            _ => return Err(invalid(text, after)),
        }
    }
}
