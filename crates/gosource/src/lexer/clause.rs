//! The package clause alone: for the name of a package nothing else of a file is needed.

use super::Lexer;
use crate::token::Token;

/// Where the package clause ends with which a file begins; `None` if something else than comments stands before it, or
/// if it goes on to the end of the source, which may be a part of a file.
pub(crate) fn clause_end(src: &[u8]) -> Option<usize> {
    let mut lex = Lexer::new(src);
    if after_comments(&mut lex) != Token::Package || after_comments(&mut lex) != Token::Ident {
        return None;
    }
    (lex.end < src.len()).then_some(lex.end)
}

/// The next token that is no comment.
fn after_comments(lex: &mut Lexer<'_>) -> Token {
    lex.scan();
    while lex.tok == Token::Comment {
        lex.scan();
    }
    lex.tok
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_ends_with_its_name() {
        let end = |src: &str| clause_end(src.as_bytes()).map(|end| src[..end].to_owned());
        let clause = "// A package.\n\n/* package q\n*/ package /* here */ p";
        assert_eq!(end(&format!("{clause}\n\nfunc f() {{\n")).as_deref(), Some(clause));
        assert_eq!(end(&format!("{clause}; var x int")).as_deref(), Some(clause));
    }

    #[test]
    fn what_may_go_on_is_no_end() {
        for src in ["", "package", "package p", "func f() {}\n", "package 1\n", "/* package p\n"] {
            assert_eq!(clause_end(src.as_bytes()), None, "{src}");
        }
    }
}
