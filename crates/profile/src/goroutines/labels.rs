//! pprof labels in goroutine headers.

/// Most distinct label sets kept for one group; labels may hold request ids.
const MAX_SETS: usize = 32;

/// Labels of some goroutines of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSet {
    /// Keys and values in the order of the dump.
    pub labels: Vec<(String, String)>,
    /// Number of goroutines.
    pub count: u64,
}

/// The label sets of a group, bounded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelSets {
    /// The first distinct sets that were met.
    pub sets: Vec<LabelSet>,
    /// Goroutines that carry a set which was not kept.
    pub other: u64,
}

impl LabelSets {
    pub(super) fn add(&mut self, text: &str) {
        let labels = parse(text);
        if let Some(set) = self.sets.iter_mut().find(|s| s.labels == labels) {
            set.count += 1;
        } else if self.sets.len() < MAX_SETS {
            self.sets.push(LabelSet { labels, count: 1 });
        } else {
            self.other += 1;
        }
    }
}

/// Parses `key: value, "quoted key": "quoted value"`. Both sides are quoted as Go literals if they
/// hold anything but plain characters (`tracebackStringNeedsQuoting` in `runtime/traceback.go`).
pub(crate) fn parse(text: &str) -> Vec<(String, String)> {
    let mut labels = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (key, after) = token(rest, ':');
        let (value, after) = token(after.trim_start(), ',');
        labels.push((key, value));
        rest = after.trim_start();
    }
    labels
}

/// A quoted or plain text up to `end`, and what follows `end`.
fn token(text: &str, end: char) -> (String, &str) {
    if let Some(quoted) = text.strip_prefix('"') {
        let (value, rest) = unquote(quoted);
        return (value, rest.strip_prefix(end).unwrap_or(rest));
    }
    match text.split_once(end) {
        Some((value, rest)) => (value.to_owned(), rest),
        None => (text.to_owned(), ""),
    }
}

/// Text up to the closing quote with escapes resolved, and what follows the quote.
fn unquote(text: &str) -> (String, &str) {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return (out, &text[i + 1..]),
            '\\' => out.push(escape(&mut chars)),
            _ => out.push(c),
        }
    }
    (out, "")
}

fn escape(chars: &mut std::str::CharIndices<'_>) -> char {
    let digits = match chars.next().map(|(_, c)| c) {
        Some('n') => return '\n',
        Some('t') => return '\t',
        Some('r') => return '\r',
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        Some(c) => return c,
        None => return char::REPLACEMENT_CHARACTER,
    };
    let code = chars
        .by_ref()
        .take(digits)
        .try_fold(0, |code: u32, (_, c)| Some(code.wrapping_shl(4) | c.to_digit(16)?));
    code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_and_quoted_labels() {
        let labels = parse(r#"worker: 7, "a key": "x, \"y\": \x41\n", last: z"#);
        let expected = [("worker", "7"), ("a key", "x, \"y\": A\n"), ("last", "z")];
        assert_eq!(labels, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
    }

    #[test]
    fn sets_are_counted_and_bounded() {
        let mut sets = LabelSets::default();
        for i in 0..100 {
            sets.add(&format!("request: {}", i % 50));
        }
        assert_eq!(sets.sets.len(), MAX_SETS);
        assert!(sets.sets.iter().all(|s| s.count == 2));
        assert_eq!(sets.other, 2 * (50 - MAX_SETS as u64));
    }

    #[test]
    fn broken_labels_do_not_panic() {
        for text in ["\"", "a", ":", ",", "\"\\", "\"\\xZZ\": \"\\uFFFF", "a:\"b\"c"] {
            parse(text);
        }
    }
}
