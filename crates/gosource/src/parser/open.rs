//! Brackets that are open while something is skipped.

use crate::token::Token;

/// An opening bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    Paren,
    Bracket,
    /// A brace around elements of a literal: no statement stands in it.
    Literal,
    /// Any other brace.
    Block,
}

impl Open {
    /// The kinds, in the order of their numbers.
    const ALL: [Self; 4] = [Self::Paren, Self::Bracket, Self::Literal, Self::Block];

    pub(super) fn closing(self) -> Token {
        match self {
            Self::Paren => Token::RParen,
            Self::Bracket => Token::RBrack,
            Self::Literal | Self::Block => Token::RBrace,
        }
    }
}

/// Open brackets, outermost first. All it does takes constant time, summed over what is pushed.
#[derive(Debug)]
pub(super) struct OpenBrackets {
    stack: Vec<Open>,
    counts: [usize; 4],
}

impl OpenBrackets {
    /// From brackets in the order in which they close.
    pub(super) fn from_innermost(mut innermost_first: Vec<Open>) -> Self {
        innermost_first.reverse();
        let mut counts = [0; 4];
        innermost_first.iter().for_each(|open| counts[*open as usize] += 1);
        Self { stack: innermost_first, counts }
    }

    pub(super) fn push(&mut self, open: Open) {
        self.counts[open as usize] += 1;
        self.stack.push(open);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.stack.is_empty()
    }

    /// Whether the block of a function, in which statements may stand, is open.
    pub(super) fn has_block(&self) -> bool {
        self.counts[Open::Block as usize] > 0
    }

    fn has(&self, closing: Token) -> bool {
        Open::ALL.iter().any(|open| open.closing() == closing && self.counts[*open as usize] > 0)
    }

    /// Closes the innermost bracket that a token closes, and those within it; returns whether there was one.
    pub(super) fn close(&mut self, closing: Token) -> bool {
        let found = self.has(closing);
        while found && self.pop().is_some_and(|open| open.closing() != closing) {}
        found
    }

    /// Closes all parentheses and square brackets within the innermost brace.
    pub(super) fn close_to_brace(&mut self) {
        while self.stack.last().is_some_and(|open| open.closing() != Token::RBrace) {
            self.pop();
        }
    }

    fn pop(&mut self) -> Option<Open> {
        let open = self.stack.pop()?;
        self.counts[open as usize] -= 1;
        Some(open)
    }
}
