//! One table for all strings of a profile.

use rustc_hash::FxHashMap;

/// Index of a string in a [`StringTable`]. Zero is always the empty string, as in pprof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct StrId(pub u32);

impl StrId {
    /// The empty string.
    pub const EMPTY: StrId = StrId(0);
}

/// All strings of a profile in one allocation, addressed by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StringTable {
    text: String,
    ends: Vec<usize>,
}

impl Default for StringTable {
    fn default() -> Self {
        Self { text: String::new(), ends: vec![0] }
    }
}

impl StringTable {
    /// A table that holds only the empty string.
    pub fn new() -> Self {
        Self::default()
    }

    /// A table without any string, not even the empty one: for decoders, which read that one too.
    pub(crate) fn without_empty() -> Self {
        Self { text: String::new(), ends: Vec::new() }
    }

    /// Text of `id`; empty for an index that is not in the table.
    pub fn get(&self, id: StrId) -> &str {
        let i = id.0 as usize;
        let Some(&end) = self.ends.get(i) else { return "" };
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.text[start..end]
    }

    /// Appends a string without looking for an equal one.
    ///
    /// # Panics
    /// Never in practice: a table of 2^32 strings does not fit the limits of the readers.
    pub fn push(&mut self, text: &str) -> StrId {
        self.text.push_str(text);
        self.ends.push(self.text.len());
        StrId(u32::try_from(self.ends.len() - 1).expect("fewer than 2^32 strings"))
    }

    /// Number of strings, the empty one included.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the table holds no string at all.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The strings in index order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.get(StrId(i as u32)))
    }
}

/// Builds a [`StringTable`] in which every text occurs once.
#[derive(Debug, Default)]
pub struct Interner {
    table: StringTable,
    known: FxHashMap<Box<str>, StrId>,
}

impl Interner {
    /// An interner whose table holds only the empty string.
    pub fn new() -> Self {
        Self::default()
    }

    /// Index of `text`, added if it is new.
    pub fn intern(&mut self, text: &str) -> StrId {
        if text.is_empty() {
            return StrId::EMPTY;
        }
        if let Some(&id) = self.known.get(text) {
            return id;
        }
        let id = self.table.push(text);
        self.known.insert(text.into(), id);
        id
    }

    /// Text of `id`; empty for an index that was not given out.
    pub(crate) fn get(&self, id: StrId) -> &str {
        self.table.get(id)
    }

    /// The finished table.
    pub fn finish(self) -> StringTable {
        self.table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_an_index() {
        let mut interner = Interner::new();
        let a = interner.intern("main.main");
        assert_eq!(interner.intern(""), StrId::EMPTY);
        assert_eq!(interner.intern("main.main"), a);
        assert_ne!(interner.intern("main"), a);
        let table = interner.finish();
        assert_eq!(table.iter().collect::<Vec<_>>(), ["", "main.main", "main"]);
        assert_eq!(table.get(StrId(99)), "");
    }
}
