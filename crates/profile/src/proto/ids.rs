//! From the ids of the input to indices.

use rustc_hash::FxHashMap;

use super::wire::varint;
use crate::problem::Problems;

/// Writers number from 1, which needs no map.
pub(super) struct Ids {
    dense: usize,
    other: FxHashMap<u64, u32>,
}

impl Ids {
    pub(super) fn new(ids: impl Iterator<Item = u64>, what: &str, problems: &mut Problems) -> Self {
        let mut this = Self { dense: 0, other: FxHashMap::default() };
        let (mut zero, mut twice) = (0, 0);
        for (index, id) in ids.enumerate() {
            if id == 0 {
                zero += 1;
            } else if id == index as u64 + 1 && this.dense == index {
                this.dense = index + 1;
            } else if this.index(id).is_some() {
                twice += 1;
            } else if let Ok(index) = u32::try_from(index) {
                this.other.insert(id, index);
            }
        }
        problems.add_many(format!("{what}s with the id 0"), zero);
        problems.add_many(format!("{what} ids that occur twice"), twice);
        this
    }

    /// Appends the indices of packed ids. Returns how many ids there is nothing for, or none if the list is broken.
    pub(super) fn append_packed(&self, mut packed: &[u8], out: &mut Vec<u32>) -> Option<u64> {
        // Most of a profile are these ids: they go through a small buffer, which stays in the fastest memory.
        const BUFFER: usize = 64;
        let (mut buffer, mut len, mut dangling) = ([0u32; BUFFER], 0, 0);
        while !packed.is_empty() {
            let id = varint(&mut packed)?;
            let at = id.wrapping_sub(1);
            buffer[len] = if at < self.dense as u64 {
                at as u32
            } else if let Some(index) = self.other.get(&id) {
                *index
            } else {
                dangling += 1;
                continue;
            };
            len += 1;
            if len == BUFFER {
                out.extend_from_slice(&buffer);
                len = 0;
            }
        }
        out.extend_from_slice(&buffer[..len]);
        Some(dangling)
    }

    #[inline]
    pub(super) fn index(&self, id: u64) -> Option<u32> {
        match id.checked_sub(1) {
            Some(index) if index < self.dense as u64 => u32::try_from(index).ok(),
            _ => self.other.get(&id).copied(),
        }
    }
}
