//! Regular expressions as users of pprof write them: the syntax of Go's package `regexp` (RE2), run by the `regex`
//! crate. Both match the same way; the syntax differs in details, so the pattern is parsed and written anew.

mod class;
mod escape;
mod parser;

use regex::{Regex, RegexBuilder};
use thiserror::Error;

/// Why a pattern is no regular expression, in Go's words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("error parsing regexp: {what}: `{part}`")]
pub struct GoRegexError {
    /// What is wrong, for example `missing closing )`.
    what: &'static str,
    /// The part of the pattern that is wrong.
    part: String,
}

impl GoRegexError {
    fn new(what: &'static str, part: &str) -> Self {
        Self { what, part: part.to_owned() }
    }
}

/// Deepest nesting of groups, as in Go.
const MAX_DEPTH: u32 = 1000;

/// Most bytes of a compiled expression. Go counts runes of the program instead; what fits there fits here.
const MAX_SIZE: usize = 256 << 20;

/// Compiles a pattern in the syntax of Go's `regexp.Compile`. One thing differs: `\B` looks at Unicode word
/// characters beside characters that are not ASCII.
///
/// # Errors
/// If Go would refuse the pattern, with Go's text.
pub fn go_regex(pattern: &str) -> Result<Regex, GoRegexError> {
    let translated = parser::translate(pattern)?;
    RegexBuilder::new(&translated)
        .nest_limit(4 * MAX_DEPTH)
        .size_limit(MAX_SIZE)
        .build()
        .map_err(|_| GoRegexError::new("expression too large", pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        go_regex(pattern).unwrap_or_else(|e| panic!("{pattern}: {e}")).is_match(text)
    }

    #[test]
    fn syntax_that_only_go_has() {
        for (pattern, yes, no) in [
            (r"\Qa.b(\E+c", "a.b((c", "axb(c"),
            (r"\Q*", "*", "a"),
            (r"^a\z", "a", "a\n"),
            (r"x{,2}", "x{,2}", "xx"),
            (r"x{a", "x{a", "x"),
            (r"[[a]+", "[a", "b"),
            (r"^[a&&b]$", "&", "c"),
            (r"^[a~~b]$", "~", "c"),
            (r"^[+--]$", ",", "a"),
            (r"[]a]", "]", "b"),
            (r"[^]a]", "b", "]"),
            (r"^[\d-x]$", "-", "w"),
            (r"\101", "A", "1"),
            (r"\07", "\u{7}", "7"),
            (r"\x{41}\x42", "AB", "x"),
            (r"^\d$", "7", "\u{663}"),
            (r"^\w$", "_", "\u{e9}"),
            (r"^\s$", "\t", "\u{b}"),
            (r"^[\s\d]$", " ", "\u{a0}"),
            (r"\bfoo\b", "foo.bar", "foobar"),
            (r"\p{Greek}\pN\P{^Lu}", "\u{3b1}1A", "a1A"),
            (r"(?P<a>x)(?<b1>y)", "xy", "x"),
            (r"(?i)K", "\u{212a}", "x"),
            (r"(?U)a+", "aa", "b"),
            (r"(?s-m)a.b", "a\nb", "a"),
            (r"(?-s:a.b)", "axb", "a\nb"),
            (r"main\.\(\*T\)\.#x ~&-", "main.(*T).#x ~&-", "main"),
            (r"(?P<a>b)(?P<a>c)", "bc", "b"),
            (r"]}", "]}", "a"),
            ("a#b c", "a#b c", "ab"),
            (r"[[:word:]]+[[:^alpha:]]", "ab1", "!!"),
            ("\u{e9}*\u{4e16}", "\u{4e16}", "a"),
            (r"\_\-\<\>", "_-<>", "x"),
        ] {
            assert!(matches(pattern, yes), "{pattern} on {yes:?}");
            assert!(!matches(pattern, no), "{pattern} on {no:?}");
        }
    }

    #[test]
    fn empty_groups_and_alternatives_match_the_empty_text() {
        for pattern in ["", "()", "a||b", "(|)", "(?:)*", "(?)"] {
            assert!(matches(pattern, ""), "{pattern}");
        }
    }

    #[test]
    fn errors_are_those_of_go() {
        for (pattern, expected) in [
            ("(", "missing closing ): `(`"),
            ("a(b", "missing closing ): `a(b`"),
            ("a)b", "unexpected ): `a)b`"),
            ("[a", "missing closing ]: `[a`"),
            ("x[", "missing closing ]: `[`"),
            ("[]", "missing closing ]: `[]`"),
            ("*", "missing argument to repetition operator: `*`"),
            ("a|+?b", "missing argument to repetition operator: `+?`"),
            ("(?i)*", "missing argument to repetition operator: `*`"),
            ("main.(*T)", "missing argument to repetition operator: `*`"),
            ("a**", "invalid nested repetition operator: `**`"),
            ("a+*?b", "invalid nested repetition operator: `+*?`"),
            ("a{2}{3}", "invalid nested repetition operator: `{2}{3}`"),
            ("a{1001}", "invalid repeat count: `{1001}`"),
            ("a{3,2}", "invalid repeat count: `{3,2}`"),
            ("a{99999999999}", "invalid repeat count: `{99999999999}`"),
            (r"\8", r"invalid escape sequence: `\8`"),
            (r"\1", r"invalid escape sequence: `\1`"),
            (r"a\C", r"invalid escape sequence: `\C`"),
            (r"\xg1", r"invalid escape sequence: `\xg1`"),
            (r"\x{110000}", r"invalid escape sequence: `\x{110000`"),
            (r"\", "trailing backslash at end of expression: ``"),
            (r"[b-a]", "invalid character class range: `b-a`"),
            (r"[[:foo:]]", "invalid character class range: `[:foo:]`"),
            (r"\p{Foo}", r"invalid character class range: `\p{Foo}`"),
            (r"\p{Greek", r"invalid character class range: `\p{Greek`"),
            ("(?x)a", "invalid or unsupported Perl syntax: `(?x`"),
            ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
            ("(?<=a)b", "invalid named capture: `(?<=a)b`"),
            ("(?i", "invalid or unsupported Perl syntax: `(?i`"),
            ("(?i-)", "invalid or unsupported Perl syntax: `(?i-)`"),
            ("(?P<a", "invalid named capture: `(?P<a`"),
            ("(?P<a.b>c)", "invalid named capture: `(?P<a.b>`"),
        ] {
            let error = go_regex(pattern).unwrap_err().to_string();
            assert_eq!(error, format!("error parsing regexp: {expected}"), "{pattern}");
        }
    }
}
