//! Just enough JSON to find a text field in a log line. A line may have a prefix before the object,
//! and the object may be cut, so this looks at strings, not at structure.

use memchr::{memchr, memmem};

use super::quoted::closing_quote;

/// A string field: its name and its text, both still escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub(super) key: &'a [u8],
    pub(super) value: &'a [u8],
}

/// The string fields of the objects in `line`, nested ones included, in order.
pub(super) fn fields(line: &[u8]) -> Fields<'_> {
    let start = memchr(b'{', line).unwrap_or(line.len());
    Fields { rest: &line[start..] }
}

/// Iterator of [`fields`].
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The next string, without quotes.
    fn string(&mut self) -> Option<&'a [u8]> {
        let open = memchr(b'"', self.rest)?;
        let text = &self.rest[open + 1..];
        let close = closing_quote(text)?;
        self.rest = &text[close + 1..];
        Some(&text[..close])
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        loop {
            let key = self.string()?;
            let Some(after) = self.rest.trim_ascii_start().strip_prefix(b":") else { continue };
            if after.trim_ascii_start().starts_with(b"\"") {
                let value = self.string()?;
                return Some(Field { key, value });
            }
        }
    }
}

/// Escaped text of the field `key`; finds it without walking over all fields.
pub(super) fn field<'a>(line: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    memmem::find_iter(line, key).find_map(|at| {
        let quoted = at > 0 && line[at - 1] == b'"' && (at < 2 || line[at - 2] != b'\\');
        let rest = line[at + key.len()..].strip_prefix(b"\"").filter(|_| quoted)?;
        let rest = rest.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let value = rest.strip_prefix(b"\"")?;
        Some(&value[..closing_quote(value)?])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::quoted::unescape;

    #[test]
    fn fields_of_nested_objects() {
        let line = br#"x {"a": 1, "b":{"msg" : "one \"two\"\n"}, "list":["c"], "time":"now"}"#;
        let found: Vec<_> = fields(line).map(|f| (f.key, f.value)).collect();
        assert_eq!(found, [(&b"msg"[..], &br#"one \"two\"\n"#[..]), (b"time", b"now")]);
        assert_eq!(field(line, b"time"), Some(&b"now"[..]));
        assert_eq!(field(line, b"tim"), None);
        assert_eq!(unescape(field(line, b"msg").unwrap()), &b"one \"two\"\n"[..]);
    }

    #[test]
    fn cut_objects_end_quietly() {
        for line in [&br#"{"a":"b"#[..], br#"{"a"#, br#"{"a":"b\"#, b"{", b""] {
            assert_eq!(fields(line).count(), 0);
            assert_eq!(field(line, b"a"), None);
        }
    }
}
