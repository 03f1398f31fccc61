//! What stands before each line of a dump, learned from its first line.

/// The shape of a prefix: strips prefixes that differ only where times and numbers stand. Names of
/// hosts, pods and the like must be equal, so that dumps of two processes are not mixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prefix {
    text: Vec<u8>,
    /// For each byte of the text, whether another one of its class may stand there.
    varies: Vec<bool>,
    runs: Vec<Run>,
}

/// A run of bytes of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Run {
    Digits,
    Letters,
    Blanks,
    Other(u8),
}

fn class(b: u8) -> Run {
    match b {
        b'0'..=b'9' => Run::Digits,
        b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => Run::Letters,
        b' ' => Run::Blanks,
        other => Run::Other(other),
    }
}

/// Whether a word is a time, a number or a mark of one letter, and not a name.
fn is_variable(word: &[u8]) -> bool {
    let inner = |b: &u8| b.is_ascii_alphanumeric();
    let Some(start) = word.iter().position(inner) else { return false };
    let end = word.iter().rposition(inner).map_or(start, |i| i + 1);
    let word = &word[start..end];
    let letters = word.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let others = word.iter().any(|b| !b.is_ascii_alphanumeric() && !b":.,+-/".contains(b));
    let time = word.iter().all(|b| !b.is_ascii_alphabetic() || matches!(b, b'T' | b'Z'));
    // Names of months and days; klog's severity before the date.
    let name = word.len() == 3 && letters == 3 && word[0].is_ascii_uppercase();
    let klog = word.len() == 5 && letters == 1 && word[0].is_ascii_uppercase();
    !others && (time || name || klog || word.len() == 1)
}

impl Prefix {
    /// The shape of `text`.
    pub(super) fn learn(text: &[u8]) -> Self {
        let words = text.split_inclusive(|b| matches!(b, b' ' | b'\t'));
        let varies: Vec<bool> = words.flat_map(|w| vec![is_variable(w); w.len()]).collect();
        let mut runs: Vec<Run> = Vec::new();
        for (b, varies) in text.iter().zip(&varies) {
            let run = match class(*b) {
                Run::Digits | Run::Letters if !varies => Run::Other(*b),
                run => run,
            };
            if matches!(run, Run::Other(_)) || runs.last() != Some(&run) {
                runs.push(run);
            }
        }
        Self { text: text.to_vec(), varies, runs }
    }

    /// Whether there is no prefix.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What follows the prefix; none if `line` starts otherwise.
    pub(super) fn strip<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        self.by_column(line).or_else(|| self.by_shape(line)).or_else(|| self.blank(line))
    }

    /// The prefix with the same width: bytes of the same class at each column.
    fn by_column<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        let (head, rest) = line.split_at_checked(self.text.len())?;
        let mut bytes = head.iter().zip(&self.text).zip(&self.varies);
        let same = bytes.all(|((a, b), varies)| a == b || *varies && class(*a) == class(*b));
        same.then_some(rest)
    }

    /// Runs of the same classes, of any length: fractions of seconds without trailing zeros, days
    /// padded with a blank.
    fn by_shape<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        let mut rest = line;
        for (i, run) in self.runs.iter().enumerate() {
            let last = i + 1 == self.runs.len();
            let len = match run {
                Run::Other(b) => usize::from(rest.first() == Some(b)),
                // Blanks at the end of the prefix may be followed by the indent of the text.
                Run::Blanks if last => trailing_blanks(&self.text).min(length(rest, run)),
                run => length(rest, run),
            };
            if len == 0 {
                return None;
            }
            rest = &rest[len..];
        }
        Some(rest)
    }

    /// A blank line whose prefix lost the blanks at its end.
    fn blank<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        let trimmed = Self::learn(self.text.trim_ascii_end());
        let shorter = !trimmed.is_empty() && trimmed.text.len() < self.text.len();
        let rest =
            shorter.then(|| trimmed.by_column(line).or_else(|| trimmed.by_shape(line)))??;
        rest.trim_ascii().is_empty().then_some(&rest[rest.len()..])
    }

    /// Shorter prefixes that end where a run ends, longest first, down to none at all: text glued
    /// before the first header is not part of the prefix.
    pub(super) fn shorter(&self) -> impl Iterator<Item = Prefix> + '_ {
        let ends = (0..self.text.len()).rev().filter(|i| {
            *i == 0
                || class(self.text[*i]) != class(self.text[i - 1])
                || class(self.text[*i]) == Run::Blanks
        });
        ends.map(|i| Prefix::learn(&self.text[..i]))
    }
}

fn length(text: &[u8], run: &Run) -> usize {
    text.iter().take_while(|b| class(**b) == *run).count()
}

fn trailing_blanks(text: &[u8]) -> usize {
    text.iter().rev().take_while(|b| **b == b' ').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip<'a>(learned: &str, line: &'a str) -> Option<&'a str> {
        let rest = Prefix::learn(learned.as_bytes()).strip(line.as_bytes())?;
        std::str::from_utf8(rest).ok()
    }

    #[test]
    fn equal_and_similar_prefixes() {
        let cri = "2024-05-01T10:00:00.123456789Z stderr F ";
        assert_eq!(strip(cri, "2024-05-01T10:00:00.123456799Z stderr F \tx"), Some("\tx"));
        assert_eq!(strip(cri, "2024-05-01T10:00:00.12345Z stderr F   x"), Some("  x"));
        assert_eq!(strip(cri, "2024-05-01T10:00:00.12345Z stderr F"), Some(""));
        assert_eq!(strip(cri, "main.main()"), None);
        assert_eq!(strip("May  9 10:00:00 h a[12]: ", "May 10 10:00:01 h a[12]: x"), Some("x"));
        assert_eq!(strip("[pod/web-5d9c/app] ", "[pod/web-6a8f/app] x"), None);
        assert_eq!(
            strip("I0501 10:00:00.1  7 a.go:5] ", "E0501 10:00:00.22  7 a.go:5] x"),
            Some("x")
        );
        assert_eq!(strip("", "x"), Some("x"));
        assert_eq!(strip("\t", "\t\tx"), Some("\tx"));
        assert_eq!(strip("app-1  | ", "app-1  | \tx"), Some("\tx"));
    }

    #[test]
    fn shorter_prefixes_end_with_none() {
        let prefix = Prefix::learn(b"12 ab: ");
        let texts: Vec<_> = prefix.shorter().map(|p| String::from_utf8(p.text).unwrap()).collect();
        assert_eq!(texts, ["12 ab:", "12 ab", "12 ", "12", ""]);
    }
}
