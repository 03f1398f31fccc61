//! How long the goroutines of a group have been waiting.

/// Minutes below this are counted exactly; above, with a relative error of at most 1 / 64.
const EXACT: u64 = 128;
/// Buckets for each doubling above [`EXACT`].
const STEPS: u64 = 64;
/// Distinct buckets up to which a list takes less memory than an array.
const FEW: usize = 8;

/// Distribution of the wait minutes in goroutine headers, with bounded memory.
///
/// The runtime counts from the first garbage collection after the goroutine blocked and prints
/// nothing below one minute, so a goroutine without minutes may have waited long.
#[derive(Debug, Clone)]
pub struct WaitHistogram {
    buckets: Buckets,
    count: u64,
    unknown: u64,
    min: u64,
    max: u64,
}

impl PartialEq for WaitHistogram {
    fn eq(&self, other: &Self) -> bool {
        (self.unknown, self.count, self.min, self.max)
            == (other.unknown, other.count, other.min, other.max)
            && self.buckets().eq(other.buckets())
    }
}

impl Eq for WaitHistogram {}

impl Default for WaitHistogram {
    fn default() -> Self {
        Self { buckets: Buckets::Few(Vec::new()), count: 0, unknown: 0, min: u64::MAX, max: 0 }
    }
}

impl WaitHistogram {
    /// Adds a goroutine; none if its header has no minutes.
    pub fn add(&mut self, minutes: Option<u64>) {
        let Some(minutes) = minutes else {
            self.unknown += 1;
            return;
        };
        self.count += 1;
        self.min = self.min.min(minutes);
        self.max = self.max.max(minutes);
        self.buckets.add(bucket(minutes));
    }

    /// Goroutines whose header has minutes.
    pub fn known(&self) -> u64 {
        self.count
    }

    /// Goroutines whose header has none.
    pub fn unknown(&self) -> u64 {
        self.unknown
    }

    /// Shortest known wait in minutes.
    pub fn min(&self) -> Option<u64> {
        (self.count > 0).then_some(self.min)
    }

    /// Longest known wait in minutes.
    pub fn max(&self) -> Option<u64> {
        (self.count > 0).then_some(self.max)
    }

    /// Median of the known waits in minutes.
    pub fn median(&self) -> Option<u64> {
        self.quantile(0.5)
    }

    /// The wait below or at which the fraction `q` (0 to 1) of the known waits lies, in minutes.
    pub fn quantile(&self, q: f64) -> Option<u64> {
        let rank = ((self.count as f64 * q.clamp(0.0, 1.0)).ceil() as u64).max(1);
        let mut seen = 0;
        let mut buckets = self.buckets();
        buckets
            .find(|(_, n)| {
                seen += n;
                seen >= rank
            })
            .map(|(minutes, _)| minutes.clamp(self.min, self.max))
    }

    /// Known waits as (minutes, goroutines), ascending; above 128 minutes the lower edge of a bucket.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> {
        let (few, dense) = match &self.buckets {
            Buckets::Few(list) => (list.as_slice(), [].as_slice()),
            Buckets::Dense(counts) => ([].as_slice(), counts.as_slice()),
        };
        let dense = dense.iter().enumerate().filter(|(_, n)| **n > 0);
        let dense = dense.map(|(bucket, n)| (bucket as u16, *n));
        few.iter().copied().chain(dense).map(|(bucket, n)| (lowest(bucket), u64::from(n)))
    }

    /// Number of goroutines known to wait `minutes` or longer (above 128 minutes within 1 / 64).
    pub fn at_least(&self, minutes: u64) -> u64 {
        self.buckets().filter(|(m, _)| *m >= minutes).map(|(_, n)| n).sum()
    }
}

/// Goroutines by bucket: most groups need few buckets, large ones are counted often. A dump whose counts do not fit
/// would have more than a terabyte.
#[derive(Debug, Clone)]
enum Buckets {
    /// Sorted by bucket.
    Few(Vec<(u16, u32)>),
    /// Indexed by bucket.
    Dense(Vec<u32>),
}

impl Buckets {
    #[inline]
    fn add(&mut self, bucket: u16) {
        match self {
            Self::Dense(counts) => {
                let at = usize::from(bucket);
                if at >= counts.len() {
                    counts.resize(at + 1, 0);
                }
                counts[at] = counts[at].saturating_add(1);
            }
            Self::Few(list) => match list.binary_search_by_key(&bucket, |b| b.0) {
                Ok(i) => list[i].1 = list[i].1.saturating_add(1),
                Err(i) if list.len() < FEW => list.insert(i, (bucket, 1)),
                Err(_) => {
                    let last = list.last().map_or(0, |b| usize::from(b.0));
                    let mut counts = vec![0; last.max(usize::from(bucket)) + 1];
                    list.iter().for_each(|(b, n)| counts[usize::from(*b)] = *n);
                    counts[usize::from(bucket)] = 1;
                    *self = Self::Dense(counts);
                }
            },
        }
    }
}

fn bucket(minutes: u64) -> u16 {
    if minutes < EXACT {
        return minutes as u16;
    }
    let shift = minutes.ilog2() - STEPS.ilog2();
    (u64::from(shift) * STEPS + (minutes >> shift)) as u16
}

fn lowest(bucket: u16) -> u64 {
    let bucket = u64::from(bucket);
    if bucket < EXACT {
        return bucket;
    }
    let shift = bucket / STEPS - 1;
    (bucket - shift * STEPS) << shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_exact_below_128_and_within_a_64th_above() {
        for m in (0..5000).chain([200_000, 1 << 40, u64::MAX]) {
            let low = lowest(bucket(m));
            assert!(low <= m && m - low <= if m < EXACT { 0 } else { m / STEPS }, "{m}: {low}");
        }
    }

    #[test]
    fn median_and_range() {
        let mut waits = WaitHistogram::default();
        assert_eq!((waits.min(), waits.median(), waits.max()), (None, None, None));
        [3, 5, 7, 90, 200_000].into_iter().for_each(|m| waits.add(Some(m)));
        waits.add(None);
        assert_eq!((waits.min(), waits.median(), waits.max()), (Some(3), Some(7), Some(200_000)));
        assert_eq!((waits.known(), waits.unknown(), waits.at_least(7)), (5, 1, 3));
    }

    #[test]
    fn many_buckets_count_like_few() {
        let mut waits = WaitHistogram::default();
        (0..1000).rev().for_each(|m| waits.add(Some(m)));
        assert_eq!((waits.min(), waits.max(), waits.known()), (Some(0), Some(999), 1000));
        assert_eq!(waits.buckets().map(|(_, n)| n).sum::<u64>(), 1000);
        assert!((492..=500).contains(&waits.median().unwrap()));
        assert_eq!(waits.quantile(0.01), Some(9));
    }
}
