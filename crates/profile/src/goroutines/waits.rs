//! How long the goroutines of a group have been waiting.

/// Minutes below this are counted exactly; above, with a relative error of at most 1 / 64.
const EXACT: u64 = 128;
/// Buckets for each doubling above [`EXACT`].
const STEPS: u64 = 64;

/// Distribution of the wait minutes in goroutine headers, with bounded memory.
///
/// The runtime counts from the first garbage collection after the goroutine blocked and prints
/// nothing below one minute, so a goroutine without minutes may have waited long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitHistogram {
    buckets: Vec<(u16, u64)>,
    count: u64,
    unknown: u64,
    min: u64,
    max: u64,
}

impl Default for WaitHistogram {
    fn default() -> Self {
        Self { buckets: Vec::new(), count: 0, unknown: 0, min: u64::MAX, max: 0 }
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
        let bucket = bucket(minutes);
        match self.buckets.binary_search_by_key(&bucket, |b| b.0) {
            Ok(i) => self.buckets[i].1 += 1,
            Err(i) => self.buckets.insert(i, (bucket, 1)),
        }
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
        for &(bucket, n) in &self.buckets {
            seen += n;
            if seen >= rank {
                return Some(lowest(bucket).clamp(self.min, self.max));
            }
        }
        None
    }

    /// Known waits as (minutes, goroutines), ascending; above 128 minutes the lower edge of a bucket.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> {
        self.buckets.iter().map(|&(bucket, n)| (lowest(bucket), n))
    }

    /// Number of goroutines known to wait `minutes` or longer (above 128 minutes within 1 / 64).
    pub fn at_least(&self, minutes: u64) -> u64 {
        self.buckets().filter(|(m, _)| *m >= minutes).map(|(_, n)| n).sum()
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
}
