//! Tokens of Go: names, spellings, sets, precedences, keywords.

use std::fmt;

/// Declares the tokens, in the order of `go/token`, each with how it is written.
macro_rules! tokens {
    ($($name:ident = $spelling:literal,)*) => {
        /// Kinds of tokens, named as in `go/token`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Token {
            $(#[doc = concat!("`", $spelling, "`")] $name,)*
        }

        const ALL: &[Token] = &[$(Token::$name,)*];

        const SPELLINGS: [&str; ALL.len()] = [$($spelling,)*];
    };
}

tokens! {
    Illegal = "illegal character", Eof = "end of file", Comment = "comment",
    Ident = "identifier", Int = "integer", Float = "float", Imag = "imaginary number",
    Char = "rune", String = "string",
    Add = "+", Sub = "-", Mul = "*", Quo = "/", Rem = "%", And = "&", Or = "|", Xor = "^",
    Shl = "<<", Shr = ">>", AndNot = "&^", AddAssign = "+=", SubAssign = "-=", MulAssign = "*=",
    QuoAssign = "/=", RemAssign = "%=", AndAssign = "&=", OrAssign = "|=", XorAssign = "^=",
    ShlAssign = "<<=", ShrAssign = ">>=", AndNotAssign = "&^=",
    LAnd = "&&", LOr = "||", Arrow = "<-", Inc = "++", Dec = "--", Eql = "==", Lss = "<", Gtr = ">",
    Assign = "=", Not = "!", Neq = "!=", Leq = "<=", Geq = ">=", Define = ":=", Ellipsis = "...",
    LParen = "(", LBrack = "[", LBrace = "{", Comma = ",", Period = ".", RParen = ")", RBrack = "]",
    RBrace = "}", Semicolon = ";", Colon = ":", Tilde = "~",
    Break = "break", Case = "case", Chan = "chan", Const = "const", Continue = "continue",
    Default = "default", Defer = "defer", Else = "else", Fallthrough = "fallthrough", For = "for",
    Func = "func", Go = "go", Goto = "goto", If = "if", Import = "import", Interface = "interface",
    Map = "map", Package = "package", Range = "range", Return = "return", Select = "select",
    Struct = "struct", Switch = "switch", Type = "type", Var = "var",
}

const PRECEDENCES: [u8; ALL.len()] = {
    use Token::*;
    let mut table = [0; ALL.len()];
    let levels: [&[Token]; 5] = [
        &[LOr],
        &[LAnd],
        &[Eql, Neq, Lss, Leq, Gtr, Geq],
        &[Add, Sub, Or, Xor],
        &[Mul, Quo, Rem, Shl, Shr, And, AndNot],
    ];
    let mut level = 0;
    while level < levels.len() {
        let mut i = 0;
        while i < levels[level].len() {
            table[levels[level][i] as usize] = level as u8 + 1;
            i += 1;
        }
        level += 1;
    }
    table
};

impl Token {
    /// How it is written: the operator or keyword, for literals and others a description.
    pub const fn spelling(self) -> &'static str {
        SPELLINGS[self as usize]
    }

    /// Precedence as a binary operator, 1 (`||`) to 5 (`*`); 0 if it is none.
    pub const fn precedence(self) -> u8 {
        PRECEDENCES[self as usize]
    }

    /// Whether it is `break` … `var`.
    pub const fn is_keyword(self) -> bool {
        self as u8 >= Token::Break as u8
    }

    /// Whether it is `=`, `:=` or an assignment operation such as `+=`.
    pub const fn is_assignment(self) -> bool {
        ASSIGNMENTS.contains(self)
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spelling())
    }
}

/// A set of tokens, a bit each.
#[derive(Clone, Copy)]
pub(crate) struct TokenSet(u128);

impl TokenSet {
    pub(crate) const fn of(tokens: &[Token]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < tokens.len() {
            bits |= 1 << tokens[i] as u8;
            i += 1;
        }
        Self(bits)
    }

    pub(crate) const fn contains(self, token: Token) -> bool {
        self.0 >> token as u8 & 1 != 0
    }
}

const ASSIGNMENTS: TokenSet = {
    use Token::*;
    TokenSet::of(&[
        Define,
        Assign,
        AddAssign,
        SubAssign,
        MulAssign,
        QuoAssign,
        RemAssign,
        AndAssign,
        OrAssign,
        XorAssign,
        ShlAssign,
        ShrAssign,
        AndNotAssign,
    ])
};

/// Tokens after which a newline is a semicolon.
pub(crate) const BEFORE_SEMICOLON: TokenSet = {
    use Token::*;
    TokenSet::of(&[
        Ident,
        Int,
        Float,
        Imag,
        Char,
        String,
        Break,
        Continue,
        Fallthrough,
        Return,
        Inc,
        Dec,
        RParen,
        RBrack,
        RBrace,
    ])
};

/// The keyword that is written so, or [`Token::Ident`].
pub(crate) fn keyword(word: &[u8]) -> Token {
    let Some(slot) = keyword_slot(word) else { return Token::Ident };
    match KEYWORDS[slot] {
        Some(token) if token.spelling().as_bytes() == word => token,
        _ => Token::Ident,
    }
}

/// Slots of the table of keywords: without a collision, see `keyword_slot`.
const SLOTS: usize = 64;

/// Where a word stands in the table if it is a keyword: a hash of its first two letters and its length that is
/// perfect for Go's keywords (building the table fails to compile otherwise).
const fn keyword_slot(word: &[u8]) -> Option<usize> {
    if word.len() < 2 || word.len() > 11 {
        return None;
    }
    let hash = ((word[0] as usize) << 4) ^ (word[1] as usize);
    Some((hash + word.len()) & (SLOTS - 1))
}

const KEYWORDS: [Option<Token>; SLOTS] = {
    let mut table = [None; SLOTS];
    let mut i = 0;
    while i < ALL.len() {
        if ALL[i].is_keyword() {
            let Some(slot) = keyword_slot(ALL[i].spelling().as_bytes()) else {
                panic!("a keyword is too short or too long")
            };
            assert!(table[slot].is_none(), "two keywords in one slot");
            table[slot] = Some(ALL[i]);
        }
        i += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_told_from_names() {
        assert_eq!(keyword(b"func"), Token::Func);
        assert_eq!(keyword(b"fallthrough"), Token::Fallthrough);
        assert_eq!(keyword(b"if"), Token::If);
        assert_eq!(keyword(b"iff"), Token::Ident);
        assert_eq!(keyword(b"x"), Token::Ident);
        assert_eq!(keyword(b"Func"), Token::Ident);
        assert_eq!(keyword(b"+="), Token::Ident);
        let keywords: Vec<_> = ALL.iter().filter(|token| token.is_keyword()).collect();
        // "The following keywords are reserved", the language specification.
        assert_eq!(keywords.len(), 25);
        for token in keywords {
            assert_eq!(keyword(token.spelling().as_bytes()), *token);
        }
    }

    #[test]
    fn precedences_and_spellings_follow_the_language() {
        assert_eq!(Token::AndNot.precedence(), 5);
        assert_eq!(Token::Or.precedence(), 4);
        assert_eq!(Token::Arrow.precedence(), 0);
        assert_eq!(Token::AndNotAssign.spelling(), "&^=");
        assert_eq!(Token::Var.spelling(), "var");
        assert!(Token::Define.is_assignment() && !Token::Eql.is_assignment());
    }
}
