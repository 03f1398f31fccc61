//! What stands before each line of a dump, learned from its first line.

/// The shape of a prefix: strips equal and similar ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prefix {
    text: Vec<u8>,
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

impl Prefix {
    /// The shape of `text`.
    pub(super) fn learn(text: &[u8]) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for run in text.iter().map(|b| class(*b)) {
            let merges = matches!(run, Run::Digits | Run::Letters | Run::Blanks);
            if !merges || runs.last() != Some(&run) {
                runs.push(run);
            }
        }
        Self { text: text.to_vec(), runs }
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
        let same = head.iter().zip(&self.text).all(|(a, b)| a == b || class(*a) == class(*b));
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
