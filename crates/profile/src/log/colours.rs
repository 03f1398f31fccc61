//! Colours of logs that were written for a terminal.

use std::borrow::Cow;

use memchr::memchr;

/// What begins a terminal's escape sequence.
const ESCAPE: u8 = 0x1b;

/// `text` without sequences that set colours (`ESC [ 1 ; 31 m`) and without the blanks with which lines of such logs
/// are filled up. Borrowed if it has none.
pub(super) fn without(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr(ESCAPE, text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr(ESCAPE, rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(sequence) = rest.strip_prefix(b"[") else { continue };
        let end = sequence.iter().position(|b| !matches!(b, b'0'..=b'9' | b';'));
        rest = &sequence[end.map_or(sequence.len(), |end| end + 1)..];
    }
    out.extend_from_slice(rest);
    out.truncate(out.trim_ascii_end().len());
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_filling_are_taken_away() {
        let check =
            |text: &str, plain: &str| assert_eq!(&*without(text.as_bytes()), plain.as_bytes());
        check("\x1b[31mERRO\x1b[0m[0000] main.main()      ", "ERRO[0000] main.main()");
        check("\x1b[1;38;5;9mx\x1b[0m\x1b[my\x1b[K", "xy");
        check("plain ", "plain ");
        for cut in ["\x1b", "\x1b[", "\x1b[31", "\x1b[31;", "a\x1b\x1b["] {
            without(cut.as_bytes());
        }
    }
}
