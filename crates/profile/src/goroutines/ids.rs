//! Goroutine ids, kept so that two dumps can be compared with bounded memory.

/// Most ids that one group keeps before it starts to sample.
const CAPACITY: usize = 4096;

/// The ids of a group of goroutines: all of them, or those whose hash falls below a threshold.
///
/// The threshold depends on the level alone and the hash on the id alone. Two samples therefore keep
/// the same ids at the same level, and what fraction of a group survived can be estimated from them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdSample {
    level: u32,
    ids: Vec<u64>,
}

/// How many of a set of goroutines are still there in a later dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Survival {
    /// Ids of the earlier sample that could be looked up.
    pub compared: u64,
    /// Those of them that are in the later dump.
    pub survived: u64,
    /// Whether all ids were compared, so that the ratio is exact.
    pub exact: bool,
}

impl Survival {
    /// Fraction that survived; none if nothing could be compared.
    pub fn ratio(&self) -> Option<f64> {
        (self.compared > 0).then(|| self.survived as f64 / self.compared as f64)
    }

    /// Standard error of [`ratio`](Self::ratio): 0 if exact, else that of a binomial proportion
    /// with one success and one failure added (Agresti and Coull), so that it is never 0.
    pub fn standard_error(&self) -> f64 {
        if self.exact {
            return 0.0;
        }
        let n = self.compared as f64 + 2.0;
        let p = (self.survived as f64 + 1.0) / n;
        (p * (1.0 - p) / n).sqrt()
    }
}

impl IdSample {
    /// The ids of one group from a list; sampled if there are too many to keep.
    pub fn from_ids(ids: impl IntoIterator<Item = u64>) -> Self {
        let mut sample = Self::default();
        ids.into_iter().for_each(|id| sample.add(id));
        sample
    }

    /// Adds an id. An id that is added twice is kept twice.
    pub fn add(&mut self, id: u64) {
        if !kept(id, self.level) {
            return;
        }
        self.ids.push(id);
        while self.ids.len() > CAPACITY && self.level < 63 {
            self.raise(self.level + 1);
        }
    }

    /// Ids at `level` or above of several groups together; may exceed the capacity of one group.
    pub(super) fn merged<'a>(samples: impl Iterator<Item = &'a IdSample>, level: u32) -> Self {
        let mut ids: Vec<u64> = Vec::new();
        for sample in samples {
            ids.extend(sample.ids.iter().copied().filter(|id| kept(*id, level)));
        }
        Self { level, ids }
    }

    /// Sampling level: one in 2^level ids is kept.
    pub fn level(&self) -> u32 {
        self.level
    }

    /// Whether all ids are kept.
    pub fn is_complete(&self) -> bool {
        self.level == 0
    }

    /// The kept ids in the order of the dump.
    pub fn ids(&self) -> &[u64] {
        &self.ids
    }

    /// Whether `id` is in the group; none if the level does not keep it.
    pub fn contains(&self, id: u64) -> Option<bool> {
        kept(id, self.level).then(|| self.ids.contains(&id))
    }

    /// How many of these ids `later` still holds.
    pub fn survival(&self, later: &IdSample) -> Survival {
        let level = self.level.max(later.level);
        let mut there: Vec<u64> = later.ids.clone();
        there.sort_unstable();
        let compared = self.ids.iter().filter(|id| kept(**id, level));
        let (mut n, mut survived) = (0, 0);
        for id in compared {
            n += 1;
            survived += u64::from(there.binary_search(id).is_ok());
        }
        Survival { compared: n, survived, exact: level == 0 }
    }

    fn raise(&mut self, level: u32) {
        self.level = level;
        self.ids.retain(|id| kept(*id, level));
    }
}

/// Whether a sample of `level` keeps `id`.
pub(super) fn kept(id: u64, level: u32) -> bool {
    level == 0 || mix(id) >> (64 - level) == 0
}

/// Finalizer of the SplitMix64 generator (Steele, Lea, Flood: Fast splittable pseudorandom number
/// generators, 2014): every input bit changes each output bit with a probability of about one half.
fn mix(id: u64) -> u64 {
    let z = id.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_group_is_exact() {
        let a = IdSample::from_ids(1..=1000);
        let b = IdSample::from_ids(501..=3000);
        let survival = a.survival(&b);
        assert_eq!(survival, Survival { compared: 1000, survived: 500, exact: true });
        assert_eq!(survival.standard_error(), 0.0);
    }

    #[test]
    fn a_large_group_is_estimated_within_its_error() {
        let a = IdSample::from_ids((0..200_000).map(|i| i * 7));
        let b = IdSample::from_ids((0..1_000_000).map(|i| i * 7).filter(|id| id % 4 != 0));
        assert!(a.ids().len() <= CAPACITY && b.ids().len() <= CAPACITY);
        let survival = a.survival(&b);
        let (ratio, error) = (survival.ratio().unwrap(), survival.standard_error());
        assert!((ratio - 0.75).abs() < 4.0 * error, "{ratio} ± {error}");
        assert!(error < 0.03, "{error}");
    }

    #[test]
    fn samples_of_the_same_ids_keep_the_same_ids_in_any_order() {
        let a = IdSample::from_ids(0..100_000);
        let b = IdSample::from_ids((0..100_000).rev());
        assert_eq!(a.survival(&b).ratio(), Some(1.0));
    }
}
