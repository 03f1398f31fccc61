//! Just enough logfmt to find a text in a log line: `time=… level=ERROR msg="…" stack="goroutine 1 […"`, as
//! log/slog's text handler, logrus, go-kit, hclog and zerolog's console writer print it. Other words may stand between
//! the pairs.

use std::borrow::Cow;

use memchr::memchr2;

use super::quoted::{closing_quote, unescape};

/// A key and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair<'a> {
    pub(super) key: &'a [u8],
    /// As it is written, without its quotes.
    value: &'a [u8],
    pub(super) quoted: bool,
    /// Whether the line ends before the closing quote.
    pub(super) cut: bool,
}

impl<'a> Pair<'a> {
    /// The value, its escapes resolved.
    pub(super) fn text(&self) -> Cow<'a, [u8]> {
        if self.quoted { unescape(self.value) } else { Cow::Borrowed(self.value) }
    }
}

/// The pairs of a line, in order.
pub(super) fn pairs(line: &[u8]) -> Pairs<'_> {
    Pairs { line, at: 0 }
}

/// The first pair with this key.
pub(super) fn find<'a>(line: &'a [u8], key: &[u8]) -> Option<Pair<'a>> {
    pairs(line).find(|pair| pair.key == key)
}

/// Iterator of [`pairs`].
pub(super) struct Pairs<'a> {
    line: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Pair<'a>;

    fn next(&mut self) -> Option<Pair<'a>> {
        let mut word = self.at;
        loop {
            let found = self.at + memchr2(b'=', b'"', &self.line[self.at..])?;
            self.at = found + 1;
            if self.line[found] == b'"' {
                word = self.skip_quoted(found);
                continue;
            }
            let key = key(&self.line[word..found]);
            if !key.is_empty() {
                return Some(self.value(key));
            }
        }
    }
}

impl<'a> Pairs<'a> {
    /// Skips a text in quotes that is no value. A quote within a word is a character of it, as in `5" disk`. Returns
    /// where the next key may begin: where the text does, since it may be the key.
    fn skip_quoted(&mut self, open: usize) -> usize {
        let begins = open == 0 || matches!(self.line[open - 1], b' ' | b'\t' | b'[' | b'(');
        if let Some(close) = closing_quote(&self.line[open + 1..]).filter(|_| begins) {
            self.at = open + 1 + close + 1;
        }
        open
    }

    fn value(&mut self, key: &'a [u8]) -> Pair<'a> {
        let rest = &self.line[self.at..];
        let Some(text) = rest.strip_prefix(b"\"") else {
            let len = rest.iter().position(u8::is_ascii_whitespace);
            let value = &rest[..len.unwrap_or(rest.len())];
            self.at += value.len();
            return Pair { key, value, quoted: false, cut: false };
        };
        let close = closing_quote(text);
        let value = &text[..close.unwrap_or(text.len())];
        self.at = (self.at + 1 + value.len() + 1).min(self.line.len());
        Pair { key, value, quoted: true, cut: close.is_none() }
    }
}

/// The key at the end of what stands before `=`: a word, or a text in quotes.
fn key(before: &[u8]) -> &[u8] {
    match before.strip_suffix(b"\"") {
        Some(quoted) => quoted.strip_prefix(b"\"").unwrap_or_default(),
        None => before.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<(String, String)> {
        let string = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        pairs(line.as_bytes()).map(|pair| (string(pair.key), string(&pair.text()))).collect()
    }

    fn check(line: &str, expected: &[(&str, &str)]) {
        let expected: Vec<_> =
            expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(texts(line), expected, "{line:?}");
    }

    #[test]
    fn pairs_with_and_without_quotes() {
        check(
            r#"time=10:00 level=error msg="a \"b\" msg=c\n" empty="" none= x=f()"#,
            &[
                ("time", "10:00"),
                ("level", "error"),
                ("msg", "a \"b\" msg=c\n"),
                ("empty", ""),
                ("none", ""),
                ("x", "f()"),
            ],
        );
        check(r#""my key"="v w" g.stack=1"#, &[("my key", "v w"), ("g.stack", "1")]);
        check("a=b=c\r", &[("a", "b=c")]);
    }

    #[test]
    fn words_between_pairs() {
        check(r#"2026-05-01 [ERROR] svc: "x=y" failed: n=1"#, &[("n", "1")]);
        check(r#"a 5" disk msg="x y""#, &[("msg", "x y")]);
        check("a = b", &[]);
    }

    #[test]
    fn what_is_cut_is_told() {
        let pair = find(br#"a=1 msg="goroutine 1 [run"#, b"msg").unwrap();
        assert_eq!((pair.text().as_ref(), pair.cut), (&b"goroutine 1 [run"[..], true));
        for broken in ["=", "\"", "a=\"", "a=\"\\", "\"\"=\"\"", "\"="] {
            texts(broken);
        }
    }
}
