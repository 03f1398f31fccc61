//! Tokens of Go: names, spellings, sets, precedences, keywords.

use std::fmt;

/// Kinds of tokens, named as in `go/token`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs)] // The spelling of each is in `SPELLINGS`, in the same order.
pub enum Token {
    Illegal,
    Eof,
    Comment,
    Ident,
    Int,
    Float,
    Imag,
    Char,
    String,
    Add,
    Sub,
    Mul,
    Quo,
    Rem,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    AndNot,
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
    LAnd,
    LOr,
    Arrow,
    Inc,
    Dec,
    Eql,
    Lss,
    Gtr,
    Assign,
    Not,
    Neq,
    Leq,
    Geq,
    Define,
    Ellipsis,
    LParen,
    LBrack,
    LBrace,
    Comma,
    Period,
    RParen,
    RBrack,
    RBrace,
    Semicolon,
    Colon,
    Tilde,
    Break,
    Case,
    Chan,
    Const,
    Continue,
    Default,
    Defer,
    Else,
    Fallthrough,
    For,
    Func,
    Go,
    Goto,
    If,
    Import,
    Interface,
    Map,
    Package,
    Range,
    Return,
    Select,
    Struct,
    Switch,
    Type,
    Var,
}

const COUNT: usize = Token::Var as usize + 1;

#[rustfmt::skip]
const SPELLINGS: [&str; COUNT] = [
    "illegal character", "end of file", "comment", "identifier", "integer", "float", "imaginary number", "rune",
    "string", "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "&^", "+=", "-=", "*=", "/=", "%=", "&=", "|=",
    "^=", "<<=", ">>=", "&^=", "&&", "||", "<-", "++", "--", "==", "<", ">", "=", "!", "!=", "<=", ">=", ":=",
    "...", "(", "[", "{", ",", ".", ")", "]", "}", ";", ":", "~", "break", "case", "chan", "const", "continue",
    "default", "defer", "else", "fallthrough", "for", "func", "go", "goto", "if", "import", "interface", "map",
    "package", "range", "return", "select", "struct", "switch", "type", "var",
];

const PRECEDENCES: [u8; COUNT] = {
    use Token::*;
    let mut table = [0; COUNT];
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
    use Token::*;
    let all = [
        Break,
        Case,
        Chan,
        Const,
        Continue,
        Default,
        Defer,
        Else,
        Fallthrough,
        For,
        Func,
        Go,
        Goto,
        If,
        Import,
        Interface,
        Map,
        Package,
        Range,
        Return,
        Select,
        Struct,
        Switch,
        Type,
        Var,
    ];
    let mut table = [None; SLOTS];
    let mut i = 0;
    while i < all.len() {
        let Some(slot) = keyword_slot(all[i].spelling().as_bytes()) else {
            panic!("a keyword is too short or too long")
        };
        assert!(table[slot].is_none(), "two keywords in one slot");
        table[slot] = Some(all[i]);
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
