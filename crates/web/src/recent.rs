//! The last things made, within bounds.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Keeps what was used last; what was not used longest goes first.
#[derive(Debug)]
pub(crate) struct Recent<V> {
    kept: Mutex<VecDeque<Entry<V>>>,
    most: usize,
    most_bytes: usize,
}

#[derive(Debug)]
struct Entry<V> {
    key: String,
    value: V,
    bytes: usize,
}

impl<V: Clone> Recent<V> {
    /// At most `most` values that take at most `most_bytes` together.
    pub(crate) fn new(most: usize, most_bytes: usize) -> Self {
        Self { kept: Mutex::new(VecDeque::new()), most, most_bytes }
    }

    /// The value of a key, if it is still there.
    pub(crate) fn get(&self, key: &str) -> Option<V> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|entry| entry.key == key)?;
        let entry = kept.remove(at)?;
        let value = entry.value.clone();
        kept.push_front(entry);
        Some(value)
    }

    /// Keeps a value that takes so many bytes, if it fits at all.
    pub(crate) fn put(&self, key: String, value: V, bytes: usize) {
        if bytes > self.most_bytes {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|entry| entry.key != key);
        kept.push_front(Entry { key, value, bytes });
        while kept.len() > self.most
            || kept.iter().map(|entry| entry.bytes).sum::<usize>() > self.most_bytes
        {
            kept.pop_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Recent;

    #[test]
    fn what_was_not_used_longest_goes_first() {
        let recent = Recent::new(2, 100);
        recent.put("a".to_owned(), 1, 10);
        recent.put("b".to_owned(), 2, 10);
        assert_eq!(recent.get("a"), Some(1));
        recent.put("c".to_owned(), 3, 10);
        assert_eq!([recent.get("a"), recent.get("b"), recent.get("c")], [Some(1), None, Some(3)]);
        recent.put("d".to_owned(), 4, 95);
        assert_eq!([recent.get("a"), recent.get("c"), recent.get("d")], [None, None, Some(4)]);
        recent.put("e".to_owned(), 5, 101);
        assert_eq!([recent.get("d"), recent.get("e")], [Some(4), None]);
    }
}
