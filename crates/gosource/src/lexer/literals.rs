//! String and rune literals, with the errors of `go/scanner`.

use memchr::{memchr, memchr_iter};

use super::Lexer;
use crate::token::Token;

impl Lexer<'_> {
    /// Reads the interpreted string literal at `start`.
    pub(super) fn string(&mut self) {
        let mut at = self.start + 1;
        loop {
            match self.src.get(at) {
                Some(b'"') => {
                    at += 1;
                    break;
                }
                Some(b'\\') => at = self.escape(at + 1, b'"').0,
                None | Some(b'\n') => {
                    self.problems.add(self.start, "string literal not terminated");
                    break;
                }
                Some(_) => at += 1,
            }
        }
        self.finish(Token::String, at);
    }

    /// Reads the raw string literal at `start`.
    pub(super) fn raw_string(&mut self) {
        let body = self.start + 1;
        let end = match memchr(b'`', &self.src[body..]) {
            Some(i) => body + i + 1,
            None => {
                self.problems.add(self.start, "raw string literal not terminated");
                self.src.len()
            }
        };
        let newlines = memchr_iter(b'\n', &self.src[body..end]);
        self.lines.extend(newlines.map(|i| (body + i + 1) as u32));
        self.finish(Token::String, end);
    }

    /// Reads the rune literal at `start`.
    pub(super) fn rune(&mut self) {
        let mut at = self.start + 1;
        let mut valid = true;
        let mut runes = 0;
        loop {
            match self.src.get(at) {
                Some(b'\'') => {
                    at += 1;
                    break;
                }
                Some(b'\\') => {
                    let (end, escape_valid) = self.escape(at + 1, b'\'');
                    (at, valid) = (end, valid & escape_valid);
                }
                None | Some(b'\n') => {
                    // An invalid escape has been reported.
                    if valid {
                        self.problems.add(self.start, "rune literal not terminated");
                    }
                    valid = false;
                    break;
                }
                Some(_) => at += self.char(at).map_or(1, char::len_utf8),
            }
            runes += 1;
        }
        if valid && runes != 1 {
            self.problems.add(self.start, "illegal rune literal");
        }
        self.finish(Token::Char, at);
    }

    /// Reads the escape sequence after a backslash, up to its end or to the byte that is wrong; returns the place
    /// and whether the sequence is valid.
    fn escape(&mut self, at: usize, quote: u8) -> (usize, bool) {
        let Some(&first) = self.src.get(at) else {
            self.problems.add(at, "escape sequence not terminated");
            return (at, false);
        };
        let (digits_at, digits, base, max) = match first {
            b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' => return (at + 1, true),
            _ if first == quote => return (at + 1, true),
            b'0'..=b'7' => (at, 3, 8, 255),
            b'x' => (at + 1, 2, 16, 255),
            b'u' => (at + 1, 4, 16, u32::from(char::MAX)),
            b'U' => (at + 1, 8, 16, u32::from(char::MAX)),
            _ => {
                self.problems.add(at, "unknown escape sequence");
                return (at, false);
            }
        };
        let mut value = 0_u32;
        for i in digits_at..digits_at + digits {
            let Some(digit) = self.src.get(i).and_then(|b| char::from(*b).to_digit(base)) else {
                let message = match self.src.get(i) {
                    None => "escape sequence not terminated",
                    Some(_) => "illegal character in escape sequence",
                };
                self.problems.add(i, message);
                return (i, false);
            };
            value = value.wrapping_mul(base).wrapping_add(digit);
        }
        let end = digits_at + digits;
        if value > max || (0xD800..0xE000).contains(&value) {
            self.problems.add(at, "escape sequence is invalid Unicode code point");
            return (end, false);
        }
        (end, true)
    }
}
