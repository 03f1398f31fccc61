//! Number literals: integers, floats and imaginary numbers in four bases, with the errors of `go/scanner`.

use super::Lexer;
use crate::token::Token;

/// How a number literal begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefix {
    Decimal,
    /// A `0` before other digits.
    Zero,
    Hexadecimal,
    Octal,
    Binary,
}

impl Prefix {
    fn name(self) -> &'static str {
        match self {
            Self::Decimal => "decimal literal",
            Self::Zero | Self::Octal => "octal literal",
            Self::Hexadecimal => "hexadecimal literal",
            Self::Binary => "binary literal",
        }
    }

    fn base(self) -> u8 {
        match self {
            Self::Decimal => 10,
            Self::Zero | Self::Octal => 8,
            Self::Hexadecimal => 16,
            Self::Binary => 2,
        }
    }
}

/// What a run of digits and underscores held.
#[derive(Clone, Copy, Default)]
struct Digits {
    digit: bool,
    underscore: bool,
    /// The first digit that is too large for its base.
    invalid: Option<usize>,
}

impl Digits {
    fn and(self, other: Self) -> Self {
        Self {
            digit: self.digit | other.digit,
            underscore: self.underscore | other.underscore,
            invalid: self.invalid.or(other.invalid),
        }
    }
}

impl Lexer<'_> {
    /// Reads the number literal at `start`.
    pub(super) fn number(&mut self) {
        let start = self.start;
        let mut at = start;
        while self.byte(at).is_ascii_digit() {
            at += 1;
        }
        let plain = !matches!(self.byte(at), b'_' | b'.' | b'a'..=b'z' | b'A'..=b'Z');
        if plain && (self.byte(start) != b'0' || at == start + 1) {
            return self.finish(Token::Int, at);
        }
        self.any_number();
    }

    fn any_number(&mut self) {
        let start = self.start;
        let mut tok = Token::Float;
        let mut at = start;
        let mut prefix = Prefix::Decimal;
        let mut digits = Digits::default();
        if self.byte(at) != b'.' {
            tok = Token::Int;
            (prefix, at) = self.prefix(at);
            digits.digit = prefix == Prefix::Zero;
            digits = digits.and(self.digits(prefix, &mut at));
        }
        if self.byte(at) == b'.' {
            tok = Token::Float;
            if matches!(prefix, Prefix::Octal | Prefix::Binary) {
                self.problems.add(at, format!("invalid radix point in {}", prefix.name()));
            }
            at += 1;
            digits = digits.and(self.digits(prefix, &mut at));
        }
        if !digits.digit {
            self.problems.add(at, format!("{} has no digits", prefix.name()));
        }
        if matches!(self.byte(at), b'e' | b'E' | b'p' | b'P') {
            tok = Token::Float;
            digits = digits.and(self.exponent(prefix, &mut at));
        } else if prefix == Prefix::Hexadecimal && tok == Token::Float {
            self.problems.add(at, "hexadecimal mantissa requires a 'p' exponent");
        }
        if self.byte(at) == b'i' {
            tok = Token::Imag;
            at += 1;
        }
        if tok == Token::Int
            && let Some(invalid) = digits.invalid
        {
            let digit = char::from(self.byte(invalid));
            self.problems.add(invalid, format!("invalid digit {digit:?} in {}", prefix.name()));
        }
        if digits.underscore
            && let Some(invalid) = misplaced_underscore(&self.src[start..at])
        {
            self.problems.add(start + invalid, "'_' must separate successive digits");
        }
        self.finish(tok, at);
    }

    /// The prefix at `at`, and where it ends; a zero before other digits is one of them.
    fn prefix(&self, at: usize) -> (Prefix, usize) {
        match (self.byte(at), self.byte(at + 1) | 0x20) {
            (b'0', b'x') => (Prefix::Hexadecimal, at + 2),
            (b'0', b'o') => (Prefix::Octal, at + 2),
            (b'0', b'b') => (Prefix::Binary, at + 2),
            (b'0', _) => (Prefix::Zero, at + 1),
            _ => (Prefix::Decimal, at),
        }
    }

    fn digits(&self, prefix: Prefix, at: &mut usize) -> Digits {
        let mut found = Digits::default();
        loop {
            let byte = self.byte(*at);
            match byte {
                b'_' => found.underscore = true,
                b'0'..=b'9' => {
                    found.digit = true;
                    if byte - b'0' >= prefix.base() && found.invalid.is_none() {
                        found.invalid = Some(*at);
                    }
                }
                b'a'..=b'f' | b'A'..=b'F' if prefix == Prefix::Hexadecimal => found.digit = true,
                _ => return found,
            }
            *at += 1;
        }
    }

    fn exponent(&mut self, prefix: Prefix, at: &mut usize) -> Digits {
        let letter = char::from(self.byte(*at));
        let decimal = letter.eq_ignore_ascii_case(&'e');
        if decimal && !matches!(prefix, Prefix::Decimal | Prefix::Zero) {
            self.problems.add(*at, format!("{letter:?} exponent requires decimal mantissa"));
        } else if !decimal && prefix != Prefix::Hexadecimal {
            self.problems.add(*at, format!("{letter:?} exponent requires hexadecimal mantissa"));
        }
        *at += 1;
        if matches!(self.byte(*at), b'+' | b'-') {
            *at += 1;
        }
        let digits = self.digits(Prefix::Decimal, at);
        if !digits.digit {
            self.problems.add(*at, "exponent has no digits");
        }
        digits
    }
}

/// The first `_` of a literal that does not stand between two digits; a prefix such as `0x` counts as a digit.
fn misplaced_underscore(literal: &[u8]) -> Option<usize> {
    #[derive(PartialEq)]
    enum Before {
        Underscore,
        Digit,
        Other,
    }
    let prefix = match literal {
        [b'0', letter, ..] => letter | 0x20,
        _ => 0,
    };
    let skip = if matches!(prefix, b'x' | b'o' | b'b') { 2 } else { 0 };
    let mut before = if skip == 2 { Before::Digit } else { Before::Other };
    for (i, byte) in literal.iter().enumerate().skip(skip) {
        let is_digit = byte.is_ascii_digit() || prefix == b'x' && byte.is_ascii_hexdigit();
        if *byte == b'_' {
            if before != Before::Digit {
                return Some(i);
            }
            before = Before::Underscore;
        } else if is_digit {
            before = Before::Digit;
        } else if before == Before::Underscore {
            return Some(i - 1);
        } else {
            before = Before::Other;
        }
    }
    (before == Before::Underscore).then(|| literal.len() - 1)
}
