//! Which goroutines created those of a group, with bounded memory.

use rustc_hash::FxHashMap;

use super::ids::kept;

/// Most creators that one group keeps before it starts to sample. What is asked of them are shares, which 128 to 256
/// tell within 9 percentage points (two standard errors); the tables of some hundred groups should fit a processor's
/// cache, since goroutines come in no order.
const CAPACITY: usize = 256;

/// The goroutines that created a group's (Go 1.21 and later), each with how many it created: all of them, or those
/// whose hash falls below a threshold, as in [`IdSample`](super::IdSample). Empty if the dump does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Creators {
    level: u32,
    made: FxHashMap<u64, u64>,
}

impl Creators {
    /// Adds a goroutine that `creator` created.
    pub(super) fn add(&mut self, creator: u64) {
        if !kept(creator, self.level) {
            return;
        }
        *self.made.entry(creator).or_default() += 1;
        while self.made.len() > CAPACITY && self.level < 63 {
            self.level += 1;
            let level = self.level;
            self.made.retain(|id, _| kept(*id, level));
        }
    }

    /// Whether the dump says who created them.
    pub fn is_known(&self) -> bool {
        self.level > 0 || !self.made.is_empty()
    }

    /// Sampling level: one in 2^level creators is kept.
    pub fn level(&self) -> u32 {
        self.level
    }

    /// Ids of the kept creators, ascending, each with the number of goroutines it created.
    pub fn made(&self) -> impl Iterator<Item = (u64, u64)> + use<> {
        let mut made: Vec<(u64, u64)> =
            self.made.iter().map(|(&id, &number)| (id, number)).collect();
        made.sort_unstable();
        made.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ids: impl IntoIterator<Item = u64>) -> Creators {
        let mut creators = Creators::default();
        ids.into_iter().for_each(|id| creators.add(id));
        creators
    }

    #[test]
    fn one_creator_of_many_is_counted_exactly() {
        let one = of(std::iter::repeat_n(1, 1_000_000));
        assert_eq!(one.made().collect::<Vec<_>>(), [(1, 1_000_000)]);
        assert_eq!(one.level(), 0);
        assert!(!Creators::default().is_known());
    }

    #[test]
    fn many_creators_are_sampled() {
        let many = of(0..100_000);
        let kept = many.made().count();
        assert!(kept <= CAPACITY && many.is_known());
        let estimate = (kept << many.level()) as f64;
        assert!((estimate / 100_000.0 - 1.0).abs() < 0.1, "{estimate}");
    }
}
