//! What was wrong with an input that could still be read in part.

use std::fmt;

/// Most distinct problems kept for one input; a broken file repeats the same few.
const MAX_DISTINCT: usize = 64;

/// One thing that was wrong with the input, and how often it occurred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Lowercase sentence fragment, for example `lines without a function`.
    pub what: String,
    /// Number of occurrences, at least 1.
    pub count: u64,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            1 => f.write_str(&self.what),
            n => write!(f, "{} ({n} times)", self.what),
        }
    }
}

/// Collects problems with bounded memory: equal texts are counted, not repeated.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
    dropped: u64,
}

impl Problems {
    /// An empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one problem.
    pub fn add(&mut self, what: impl Into<String>) {
        self.add_many(what, 1);
    }

    /// Adds a problem that occurred `count` times; zero adds nothing.
    pub fn add_many(&mut self, what: impl Into<String>, count: u64) {
        if count == 0 {
            return;
        }
        let what = what.into();
        if let Some(known) = self.list.iter_mut().find(|p| p.what == what) {
            known.count += count;
        } else if self.list.len() < MAX_DISTINCT {
            self.list.push(Problem { what, count });
        } else {
            self.dropped += count;
        }
    }

    /// Puts a problem before all others: one that explains them.
    pub fn add_first(&mut self, what: impl Into<String>) {
        self.list.insert(0, Problem { what: what.into(), count: 1 });
    }

    /// Forgets all problems, because they only follow from another one.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether nothing was wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problems in the order in which they were first met.
    pub fn into_vec(mut self) -> Vec<Problem> {
        if self.dropped > 0 {
            let what = format!("further problems of more than {MAX_DISTINCT} kinds");
            self.list.push(Problem { what, count: self.dropped });
        }
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_problems_are_counted_and_the_list_is_bounded() {
        let mut problems = Problems::new();
        for i in 0..1000 {
            problems.add("again");
            problems.add(format!("kind {i}"));
        }
        let list = problems.into_vec();
        assert_eq!(list.len(), MAX_DISTINCT + 1);
        assert_eq!(list[0].to_string(), "again (1000 times)");
        assert_eq!(list[1].to_string(), "kind 0");
        assert_eq!(list[MAX_DISTINCT].count, 1000 - (MAX_DISTINCT as u64 - 1));
    }
}
