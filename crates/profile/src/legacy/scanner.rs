//! Lines as Go's `bufio.Scanner` gives them.

use super::{LegacyError, Result, is_blank_or_comment, is_map_heading};

/// Bytes from which on a line is too long.
const TOO_LONG: usize = 64 << 10;

/// Reads line by line. After the last line, and before the first one, the current line is empty.
#[derive(Clone)]
pub(super) struct Scanner<'a> {
    rest: &'a str,
    line: &'a str,
    too_long: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, line: "", too_long: false }
    }

    /// Goes to the next line; false if there is none or it is too long.
    pub(super) fn scan(&mut self) -> bool {
        self.line = "";
        if self.rest.is_empty() || self.too_long {
            return false;
        }
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        if line.len() >= TOO_LONG {
            self.too_long = true;
            return false;
        }
        self.line = line.strip_suffix('\r').unwrap_or(line);
        self.rest = rest;
        true
    }

    /// The current line.
    pub(super) fn line(&self) -> &'a str {
        self.line
    }

    /// Fails if a line was too long.
    pub(super) fn check(&self) -> Result<()> {
        if self.too_long {
            return Err(LegacyError::Broken("bufio.Scanner: token too long".to_owned()));
        }
        Ok(())
    }

    /// Goes to the first line that says something.
    pub(super) fn skip_comments(&mut self) {
        while self.scan() && is_blank_or_comment(self.line) {}
    }

    /// Goes to the heading of the list of mapped files, or to the end.
    pub(super) fn skip_to_map(&mut self) -> Result<()> {
        while !is_map_heading(self.line) && self.scan() {}
        self.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_in_go() {
        let mut scanner = Scanner::new("a\r\n\nb");
        let mut lines = Vec::new();
        while scanner.scan() {
            lines.push(scanner.line());
        }
        assert_eq!(lines, ["a", "", "b"]);
        assert_eq!((scanner.line(), scanner.check()), ("", Ok(())));
        let long = "x".repeat(TOO_LONG);
        let mut scanner = Scanner::new(&long);
        assert!(!scanner.scan());
        assert!(scanner.check().is_err());
        assert!(Scanner::new(&long[1..]).scan());
    }
}
