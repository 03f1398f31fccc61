//! Passing over blocks without reading their tokens: where an index needs declarations only, most bytes stand in bodies.

use memchr::{memchr, memchr_iter, memmem};

use super::Lexer;
use crate::token::Token;

/// Bytes at which a brace may stand, or begin what hides braces: strings, runes, comments.
const STOPS: [bool; 256] = {
    let mut table = [false; 256];
    let stops = b"{}\"'`/";
    let mut i = 0;
    while i < stops.len() {
        table[stops[i] as usize] = true;
        i += 1;
    }
    table
};

impl Lexer<'_> {
    /// From the `{` read last to the `}` that closes it, which is then the token read last. Comments between them are
    /// lost, and literals are not checked.
    ///
    /// `false`, and nothing has changed, if a literal or comment in the block does not end, or the block itself.
    pub(crate) fn skip_block(&mut self) -> bool {
        let Some(close) = closing_brace(self.src, self.end) else { return false };
        let newlines = memchr_iter(b'\n', &self.src[self.end..close]);
        self.lines.extend(newlines.map(|i| (self.end + i + 1) as u32));
        self.start = close;
        self.line = self.lines.len() as u32;
        self.finish(Token::RBrace, close + 1);
        true
    }
}

/// Where the block ends whose first byte after the `{` is at `at`.
fn closing_brace(src: &[u8], mut at: usize) -> Option<usize> {
    let mut open = 1_usize;
    loop {
        let rest = &src[at..];
        let stop = rest.iter().position(|byte| STOPS[*byte as usize])?;
        let rest = &rest[stop..];
        at += stop;
        at += match rest {
            [b'{', ..] => {
                open += 1;
                1
            }
            [b'}', ..] => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
                1
            }
            [b'`', raw @ ..] => memchr(b'`', raw)? + 2,
            [quote @ (b'"' | b'\''), ..] => quoted(rest, *quote)?,
            [b'/', b'/', ..] => memchr(b'\n', rest)?,
            [b'/', b'*', comment @ ..] => memmem::find(comment, b"*/")? + 4,
            _ => 1,
        };
    }
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
        fn blocks_end_where_their_tokens_do(body in "[{}\"'`/*\\\\\nax0 ]{0,40}") {
            let src = format!("{{{body}");
            if let Some(end) = skipped(src.as_bytes()) {
                prop_assert_eq!(Some(end), by_tokens(src.as_bytes()));
            }
        }
    }
}
