//! Passing over blocks without reading their tokens: where an index needs declarations only, most bytes stand in bodies.

use memchr::{memchr, memchr_iter, memmem};

use super::Lexer;
use crate::token::Token;

/// Bytes at which a brace may stand, or begin what hides braces: strings, runes, comments.
const STOPS: [u8; 6] = *b"{}\"'`/";

/// How many bytes are looked at together.
const TOGETHER: usize = 64;

impl Lexer<'_> {
    /// From the `{` read last to the `}` that closes it, which is then the token read last. Comments between them are
    /// lost, and literals are not checked.
    ///
    /// `false`, and nothing has changed, if a literal or comment in the block does not end, or the block itself.
    pub(crate) fn skip_block(&mut self) -> bool {
        let Some(close) = closing_brace(self.src, self.end) else { return false };
        let newlines = memchr_iter(b'\n', &self.src[self.end..close]);
        self.lines.extend(newlines.map(|i| (self.end + i + 1) as u32));
        self.close_block(close);
        true
    }

    /// The same without counting lines.
    pub(crate) fn pass_block(&mut self) -> bool {
        let close = closing_brace(self.src, self.end);
        close.inspect(|close| self.close_block(*close)).is_some()
    }

    fn close_block(&mut self, close: usize) {
        self.start = close;
        self.line = self.lines.len() as u32;
        self.finish(Token::RBrace, close + 1);
    }
}

/// Where the block ends whose first byte after the `{` is at `at`.
fn closing_brace(src: &[u8], mut at: usize) -> Option<usize> {
    let mut open = 1_usize;
    while at < src.len() {
        let base = at;
        let mut stops = stops_from(src, base);
        at = base + TOGETHER;
        while stops != 0 {
            let stop = base + stops.trailing_zeros() as usize;
            let rest = &src[stop..];
            let length = match rest {
                [b'{', ..] => {
                    open += 1;
                    1
                }
                [b'}', ..] => {
                    open -= 1;
                    if open == 0 {
                        return Some(stop);
                    }
                    1
                }
                [b'`', raw @ ..] => memchr(b'`', raw)? + 2,
                [quote @ (b'"' | b'\''), ..] => quoted(rest, *quote)?,
                [b'/', b'/', ..] => memchr(b'\n', rest)?,
                [b'/', b'*', comment @ ..] => memmem::find(comment, b"*/")? + 4,
                _ => 1,
            };
            let next = stop + length;
            if next >= base + TOGETHER {
                at = next;
                break;
            }
            stops &= u64::MAX << (next - base);
        }
    }
    None
}

/// Which of the bytes from `at` on are [`STOPS`], a bit for each, the first one lowest.
fn stops_from(src: &[u8], at: usize) -> u64 {
    let rest = &src[at..];
    match rest.first_chunk() {
        Some(bytes) => stops_in(bytes),
        None => {
            let mut bytes = [0; TOGETHER];
            bytes[..rest.len()].copy_from_slice(rest);
            stops_in(&bytes)
        }
    }
}

fn stops_in(bytes: &[u8; TOGETHER]) -> u64 {
    // Without branches, so that the compiler compares many bytes at once.
    let is_stop =
        bytes.map(|byte| u8::from(STOPS.iter().fold(false, |is, stop| is | (byte == *stop))));
    let (eights, _) = is_stop.as_chunks();
    eights.iter().rev().fold(0, |bits, eight| bits << 8 | lowest_bits(*eight))
}

/// The lowest bit of each of eight bytes, of which the others are 0; that of the first one lowest.
fn lowest_bits(bytes: [u8; 8]) -> u64 {
    /// Moves the bit of each byte to its place among the highest eight, and none of them onto another one.
    const TO_HIGHEST: u64 = 0x0102_0408_1020_4080;
    u64::from_le_bytes(bytes).wrapping_mul(TO_HIGHEST) >> 56
}

/// How long the string or rune is that `rest` begins with; neither goes beyond its line.
fn quoted(rest: &[u8], quote: u8) -> Option<usize> {
    let mut at = 1;
    loop {
        match *rest.get(at)? {
            b'\\' if *rest.get(at + 1)? != b'\n' => at += 2,
            b'\\' | b'\n' => return None,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Where the block ends with which a source begins, token by token.
    fn by_tokens(src: &[u8]) -> Option<(usize, u32)> {
        let mut lex = Lexer::new(src);
        let mut open = 0_usize;
        loop {
            lex.scan();
            match lex.tok {
                Token::LBrace => open += 1,
                Token::RBrace => open -= 1,
                Token::Eof => return None,
                _ => {}
            }
            if open == 0 {
                return Some((lex.end, lex.line));
            }
        }
    }

    fn one_by_one(bytes: &[u8; TOGETHER]) -> u64 {
        (0..).zip(bytes).fold(0, |bits, (i, byte)| bits | u64::from(STOPS.contains(byte)) << i)
    }

    fn skipped(src: &[u8]) -> Option<(usize, u32)> {
        let mut lex = Lexer::new(src);
        lex.scan();
        lex.skip_block().then_some((lex.end, lex.line))
    }

    #[test]
    fn braces_in_literals_and_comments_close_nothing() {
        let src =
            b"{ a := \"}\\\"}\" // }\n b := '}' /* } */ + `}\n\\` + '\\'' / 2\n if a { } }\n}";
        assert_eq!(skipped(src), Some((src.len() - 2, 3)));
        assert_eq!(skipped(src), by_tokens(src));
    }

    #[test]
    fn what_does_not_end_is_not_passed_over() {
        for src in [
            "{ \"a\n}\" }",
            "{ `a }",
            "{ /* }",
            "{ // }",
            "{ 'a\n}' }",
            "{ {}",
            "{",
            "{ \"\\\n}\" }",
        ] {
            assert_eq!(skipped(src.as_bytes()), None, "{src}");
        }
    }

    proptest! {
        #[test]
        fn stops_are_found_together_as_one_by_one(
            bytes in proptest::array::uniform32("[{}\"'`/ax\\x00é]"),
            text in "[{}\"'`/ax \n]{64}",
        ) {
            let any = bytes.concat().into_bytes();
            for bytes in [any.as_slice(), text.as_bytes()] {
                let Some(bytes) = bytes.first_chunk() else { continue };
                prop_assert_eq!(stops_in(bytes), one_by_one(bytes));
            }
        }

        #[test]
        fn blocks_end_where_their_tokens_do(body in "[{}\"'`/*\\\\\nax0 ]{0,300}") {
            let src = format!("{{{body}");
            if let Some(end) = skipped(src.as_bytes()) {
                prop_assert_eq!(Some(end), by_tokens(src.as_bytes()));
            }
        }
    }
}
