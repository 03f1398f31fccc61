//! Text between quotes as JSON and as Go's `strconv.Quote` write it: escapes begin with a backslash.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// Where the quote is that ends `text`, which stands after an opening one.
pub(super) fn closing_quote(text: &[u8]) -> Option<usize> {
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

/// Resolves the escapes of a text. JSON's are among those of Go.
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
            b'a' => out.push(7),
            b'v' => out.push(11),
            b'x' => byte(&mut rest, &mut out),
            b'u' => utf16(&mut rest, &mut out),
            b'U' => code_point(&mut rest, &mut out),
            other => out.push(*other),
        }
        let plain = memchr(b'\\', rest).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
    }
    Cow::Owned(out)
}

/// Two hexadecimal digits: a byte that is no UTF-8.
fn byte(rest: &mut &[u8], out: &mut Vec<u8>) {
    let Some(code) = hexadecimal(rest, 2) else { return };
    *rest = &rest[2..];
    out.push(code as u8);
}

/// Four hexadecimal digits, and the second half of a surrogate pair if there is one.
fn utf16(rest: &mut &[u8], out: &mut Vec<u8>) {
    let Some(mut code) = hexadecimal(rest, 4) else { return };
    *rest = &rest[4..];
    if (0xd800..0xdc00).contains(&code)
        && let Some(low) = rest.strip_prefix(b"\\u").and_then(|rest| hexadecimal(rest, 4))
        && (0xdc00..0xe000).contains(&low)
    {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        *rest = &rest[6..];
    }
    push(code, out);
}

/// Eight hexadecimal digits.
fn code_point(rest: &mut &[u8], out: &mut Vec<u8>) {
    let Some(code) = hexadecimal(rest, 8) else { return };
    *rest = &rest[8..];
    push(code, out);
}

fn push(code: u32, out: &mut Vec<u8>) {
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn hexadecimal(text: &[u8], digits: usize) -> Option<u32> {
    let digits = text.get(..digits).filter(|d| d.iter().all(u8::is_ascii_hexdigit))?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_json() {
        assert_eq!(unescape(br"\u00b7\ud83d\ude00\/\q").as_ref(), "·😀/q".as_bytes());
        for broken in [&br"\"[..], br"\u12", br"\ud800\u0041", br"a\"] {
            unescape(broken);
        }
    }

    /// As `strconv.Quote("\a\b\f\n\r\t\v\\\"\x7f\xff\u200b\U000e0001·")` writes them.
    #[test]
    fn escapes_of_go() {
        let quoted = br#"\a\b\f\n\r\t\v\\\"\x7f\xff\u200b\U000e0001"#;
        let mut expected = b"\x07\x08\x0c\n\r\t\x0b\\\"\x7f\xff".to_vec();
        expected.extend_from_slice("\u{200b}\u{e0001}".as_bytes());
        assert_eq!(unescape(quoted).as_ref(), expected);
        for broken in [&br"\x"[..], br"\xg0", br"\U0000", br"\Uffffffff", br"\U00110000"] {
            unescape(broken);
        }
    }
}
