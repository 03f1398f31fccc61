//! Classes in brackets. Within them Go knows neither nested brackets nor operators on sets.

use super::GoRegexError;
use super::escape::{self, push_literal};

/// Names between `[:` and `:]`.
const NAMES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// Writes the class at the start of `text` to `out` and returns what follows.
pub(super) fn translate<'p>(text: &'p str, out: &mut String) -> Result<&'p str, GoRegexError> {
    let mut rest = &text[1..];
    out.push('[');
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    let mut first = true;
    loop {
        if let Some(after) = rest.strip_prefix(']').filter(|_| !first) {
            out.push(']');
            return Ok(after);
        }
        first = false;
        rest = match named(rest, out)? {
            Some(after) => after,
            None => item(rest, text, out)?,
        };
    }
}

/// `[:name:]`, or none if there is none.
fn named<'p>(text: &'p str, out: &mut String) -> Result<Option<&'p str>, GoRegexError> {
    let Some(inside) = text.strip_prefix("[:") else { return Ok(None) };
    let Some(end) = inside.find(":]") else { return Ok(None) };
    let name = &inside[..end];
    let len = end + 4;
    if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
        return Err(GoRegexError::new("invalid character class range", &text[..len]));
    }
    out.push_str(&text[..len]);
    Ok(Some(&text[len..]))
}

/// An escaped class, a character or a range.
fn item<'p>(text: &'p str, whole: &str, out: &mut String) -> Result<&'p str, GoRegexError> {
    if text.starts_with('\\')
        && let Some((class, rest)) = escape::class(text)?
    {
        out.push_str(&class.inside);
        return Ok(rest);
    }
    let (low, rest) = character(text, whole)?;
    push_literal(out, low);
    let Some(range) = rest.strip_prefix('-').filter(|r| !r.is_empty() && !r.starts_with(']'))
    else {
        return Ok(rest);
    };
    let (high, rest) = character(range, whole)?;
    if high < low {
        let part = &text[..text.len() - rest.len()];
        return Err(GoRegexError::new("invalid character class range", part));
    }
    out.push('-');
    push_literal(out, high);
    Ok(rest)
}

fn character<'p>(text: &'p str, whole: &str) -> Result<(char, &'p str), GoRegexError> {
    match text.chars().next() {
        None => Err(GoRegexError::new("missing closing ]", whole)),
        Some('\\') => escape::character(text),
        Some(c) => Ok((c, &text[c.len_utf8()..])),
    }
}
