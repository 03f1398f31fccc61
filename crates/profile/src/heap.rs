//! Heap sampling: from what the runtime sampled to what it estimates, and back.
//!
//! The runtime samples an allocation of `s` bytes with probability `1 - exp(-s / period)`
//! (`runtime/malloc.go`) and `runtime/pprof` divides by it when it writes protobuf
//! (`scaleHeapSample` in `runtime/pprof/protomem.go`). The text format holds the samples themselves.

/// Estimated objects and bytes from sampled ones, as `runtime/pprof` and pprof compute them.
/// A period of 1 or less means that every allocation was sampled.
pub fn unsample(count: i64, bytes: i64, period: i64) -> (i64, i64) {
    if count == 0 || bytes == 0 {
        return (0, 0);
    }
    if period <= 1 {
        return (count, bytes);
    }
    let scale = 1.0 / sampling_probability(bytes as f64 / count as f64, period);
    ((count as f64 * scale) as i64, (bytes as f64 * scale) as i64)
}

/// Number of objects that the runtime really sampled behind an estimate: the inverse of [`unsample`].
///
/// Statistics on heap profiles need this number, because the relative error of an estimate is about
/// 1 / √samples. A fraction comes from rounding in the estimate.
pub fn heap_raw_samples(count: i64, bytes: i64, period: i64) -> f64 {
    if count == 0 || bytes == 0 {
        return 0.0;
    }
    if period <= 1 {
        return count as f64;
    }
    count as f64 * sampling_probability(bytes as f64 / count as f64, period)
}

fn sampling_probability(size: f64, period: i64) -> f64 {
    -(-size / period as f64).exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_samples_invert_unsampling() {
        for (count, size) in [(1, 16), (3, 4096), (120, 512 << 10), (7, 10 << 20)] {
            let (objects, bytes) = unsample(count, count * size, 512 << 10);
            let raw = heap_raw_samples(objects, bytes, 512 << 10);
            // The estimate is cut to whole objects, which are few where the size is large.
            assert!((raw - count as f64).abs() < 0.005 * count as f64, "{count} of {size}: {raw}");
        }
    }

    #[test]
    fn a_period_of_one_is_exact_and_nothing_is_nothing() {
        assert_eq!(unsample(5, 80, 1), (5, 80));
        assert_eq!(heap_raw_samples(5, 80, 1), 5.0);
        assert_eq!(unsample(0, 0, 4096), (0, 0));
        assert_eq!(heap_raw_samples(0, 0, 4096), 0.0);
    }
}
