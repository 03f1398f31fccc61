//! Instances of one service judged together: what is measured of the same thing in several processes.

use plumb_evidence::measure::{Growth, Interval, Measured, Survival};

use crate::growth::growth;

/// Adds what another instance shows of the same thing.
pub(crate) fn add(known: &mut Measured, other: Measured) {
    known.count += other.count;
    known.instances.0 += other.instances.0;
    known.wait_minutes = known.wait_minutes.max(other.wait_minutes);
    known.survival = match (known.survival, other.survival) {
        (Some(a), Some(b)) => {
            Some(Survival { seen: a.seen + b.seen, stayed: a.stayed + b.stayed, ..a })
        }
        (one, other) => one.or(other),
    };
    // Instances are looked at in step, so the n-th snapshots belong together; where one has more, its latest are
    // compared with the other's latest.
    let shared = known.series.len().min(other.series.len());
    let (skip, skip_other) = (known.series.len() - shared, other.series.len() - shared);
    let pairs = known.series[skip..].iter().zip(&other.series[skip_other..]);
    known.series = pairs.map(|(a, b)| (a.0, a.1 + b.1)).collect();
    known.growth = if known.series.len() > 1 {
        growth(&known.series)
    } else {
        match (known.growth, other.growth) {
            (Some(a), Some(b)) => Some(sum(a, b)),
            (one, other) => one.or(other),
        }
    };
}

/// Growth of two processes, whose errors are independent.
fn sum(a: Growth, b: Growth) -> Growth {
    let per_hour = a.per_hour.zip(b.per_hour).map(|(a, b)| added(a, b));
    Growth { gain: added(a.gain, b.gain), per_hour, bends: a.bends && b.bends, ..a }
}

/// The sum of two independent estimates.
pub(crate) fn added(a: Interval, b: Interval) -> Interval {
    let estimate = a.estimate + b.estimate;
    let below = (a.estimate - a.low).hypot(b.estimate - b.low);
    let above = (a.high - a.estimate).hypot(b.high - b.estimate);
    Interval { low: estimate - below, estimate, high: estimate + above }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_independent_estimates_add_in_quadrature() {
        let one = |estimate: f64, error: f64| Interval {
            low: estimate - error,
            estimate,
            high: estimate + error,
        };
        let both = added(one(10.0, 3.0), one(20.0, 4.0));
        assert_eq!(both, one(30.0, 5.0));
    }
}
