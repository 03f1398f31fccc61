//! A table from the numbers that a generation gives to its strings and stacks to what they are.

use rustc_hash::FxHashMap;

/// Entries by number. Numbers count up from 1 in real traces, and are looked up once for each event.
#[derive(Debug)]
pub(crate) struct Table<T> {
    dense: Vec<Option<T>>,
    sparse: FxHashMap<u64, T>,
}

/// How many times larger than the count of entries the largest number may be for a dense table.
const SPARSITY: usize = 4;

impl<T: Copy> Table<T> {
    /// A table of these entries.
    ///
    /// # Errors
    /// The number that occurs twice.
    pub(crate) fn new(entries: Vec<(u64, T)>) -> Result<Self, u64> {
        let largest = entries.iter().map(|&(number, _)| number).max().unwrap_or(0);
        let size = usize::try_from(largest).ok().and_then(|largest| largest.checked_add(1));
        let dense = size.filter(|&size| size / SPARSITY <= entries.len());
        let mut table =
            Self { dense: vec![None; dense.unwrap_or(0)], sparse: FxHashMap::default() };
        for (number, entry) in entries {
            let before = match table.dense.get_mut(number as usize) {
                Some(slot) => slot.replace(entry),
                None => table.sparse.insert(number, entry),
            };
            if before.is_some() {
                return Err(number);
            }
        }
        Ok(table)
    }

    #[inline]
    pub(crate) fn get(&self, number: u64) -> Option<T> {
        match self.dense.get(number as usize) {
            Some(entry) => *entry,
            None => self.sparse.get(&number).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_take_no_memory() {
        let table = Table::new(vec![(1, 'a'), (u64::MAX, 'z')]).unwrap();
        assert_eq!((table.get(1), table.get(u64::MAX), table.get(2)), (Some('a'), Some('z'), None));
        assert!(table.dense.is_empty());
        let table = Table::new((0..100).map(|number| (number, number)).collect()).unwrap();
        assert_eq!((table.get(99), table.get(100)), (Some(99), None));
        assert!(table.sparse.is_empty());
    }

    #[test]
    fn a_number_means_one_thing() {
        assert_eq!(Table::new(vec![(7, 'a'), (7, 'a')]).err(), Some(7));
    }
}
