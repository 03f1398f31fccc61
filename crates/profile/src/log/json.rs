//! Just enough JSON to find a text field in a log line. A line may have a prefix before the object,
//! and the object may be cut, so this looks at strings, not at structure.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};

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

fn closing_quote(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = at + memchr2(b'"', b'\\', &text[at..])?;
        if text[found] == b'"' {
            return Some(found);
        }
        at = found + 2;
        if at > text.len() {
            return None;
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

/// Resolves the escapes of a string.
pub(super) fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr(b'\\', text) else { return Cow::Borrowed(text) };
    let mut out = Vec::with_capacity(text.len());
    out.extend_from_slice(&text[..first]);
    let mut rest = &text[first..];
    while let [b'\\', code, tail @ ..] = rest {
        rest = tail;
        match code {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'u' => unicode(&mut rest, &mut out),
            other => out.push(*other),
        }
        let plain = memchr(b'\\', rest).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
    }
    Cow::Owned(out)
}

/// Four hexadecimal digits, and the second half of a surrogate pair if there is one.
fn unicode(rest: &mut &[u8], out: &mut Vec<u8>) {
    let Some(mut code) = hex4(rest) else { return };
    *rest = &rest[4..];
    if (0xd800..0xdc00).contains(&code)
        && let Some(low) = rest.strip_prefix(b"\\u").and_then(hex4)
        && (0xdc00..0xe000).contains(&low)
    {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        *rest = &rest[6..];
    }
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn hex4(text: &[u8]) -> Option<u32> {
    let digits = text.get(..4).filter(|d| d.iter().all(u8::is_ascii_hexdigit))?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn escapes() {
        assert_eq!(unescape(br"\u00b7\ud83d\ude00\/\q").as_ref(), "·😀/q".as_bytes());
        for broken in [&br"\"[..], br"\u12", br"\ud800\u0041", br"a\"] {
            unescape(broken);
        }
    }

    #[test]
    fn cut_objects_end_quietly() {
        for line in [&br#"{"a":"b"#[..], br#"{"a"#, br#"{"a":"b\"#, b"{", b""] {
            assert_eq!(fields(line).count(), 0);
            assert_eq!(field(line, b"a"), None);
        }
    }
}
