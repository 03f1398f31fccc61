//! Growth of a count over time, with its interval.

use plumb_evidence::measure::{Growth, Interval, Unit};

use crate::thresholds::{BEND_RATIO, GAIN_MIN, RISING_STEPS_MIN, Z95};

/// Two-sided 95 % quantiles of Student's t for 1 to 10 degrees of freedom; beyond, 2.2 is close enough
/// and on the careful side.
const T95: [f64; 10] = [12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23];

/// The fewest points whose scatter around a line is worth anything: with three, one degree of freedom is left and the
/// interval is six times as wide.
const SCATTER_POINTS_MIN: usize = 4;

/// Measures growth of `(seconds, count)`. `None` without two points at different times.
/// For counts that are in order but carry no time, see [`growth_without_times`].
///
/// The slope is the median of all pairwise slopes (Theil–Sen), which one odd snapshot does not move. Its
/// error is the larger of two: scatter around the line, and the Poisson error of the number gained, because
/// even a perfect line through few events is known no better than that. Two or three points know no scatter, so the
/// first and the last count are taken as Poisson.
pub(crate) fn growth(series: &[(f64, f64)]) -> Option<Growth> {
    let (&(start, first), &(end, last)) = (series.first()?, series.last()?);
    let window = end - start;
    if window <= 0.0 {
        return None;
    }
    let gained = last - first;
    let has_scatter = series.len() >= SCATTER_POINTS_MIN;
    let slope = if has_scatter { median_slope(series) } else { gained / window };
    let error = if has_scatter {
        scatter_error(series, slope).max(Z95 * gained.abs().max(1.0).sqrt() / window)
    } else {
        Z95 * (first + last).max(1.0).sqrt() / window
    };
    let convincing = gained >= GAIN_MIN && rising_steps(series) >= RISING_STEPS_MIN;
    let low = if convincing { slope - error } else { (slope - error).min(0.0) };
    let per_second = Interval { low, estimate: slope, high: slope + error };
    Some(Growth {
        unit: Unit::Pieces,
        gain: per_second.scaled(window),
        per_hour: Some(per_second.scaled(3600.0)),
        per_request: None,
        driver: None,
        bends: bends(series),
        window_seconds: window,
    })
}

/// Growth of counts in order, such as dumps that somebody saved without noting the time. Steps may be of any length, so
/// that scatter around a line says nothing: the first and the last count are compared.
pub(crate) fn growth_without_times(counts: &[f64]) -> Option<Growth> {
    let steps: Vec<_> = counts.iter().enumerate().map(|(i, &count)| (i as f64, count)).collect();
    let mut growth = growth(&[*steps.first()?, *steps.last()?])?;
    if rising_steps(&steps) < RISING_STEPS_MIN {
        growth.gain.low = growth.gain.low.min(0.0);
    }
    Some(Growth { per_hour: None, window_seconds: 0.0, bends: bends(&steps), ..growth })
}

/// Median of the slopes between all pairs. Series are short (a look has 7 snapshots), but somebody may bring
/// hundreds of files, so pairs are thinned to those at least a quarter of the series apart.
fn median_slope(series: &[(f64, f64)]) -> f64 {
    let apart = if series.len() > 64 { series.len() / 4 } else { 1 };
    let mut slopes = Vec::new();
    for (i, &(at, count)) in series.iter().enumerate() {
        let later = series[i + 1..].iter().skip(apart - 1);
        slopes.extend(later.filter(|p| p.0 > at).map(|&(t, c)| (c - count) / (t - at)));
    }
    slopes.sort_by(f64::total_cmp);
    match slopes.len() {
        0 => 0.0,
        n if n % 2 == 1 => slopes[n / 2],
        n => (slopes[n / 2 - 1] + slopes[n / 2]) / 2.0,
    }
}

/// Half width of the slope's 95 % interval from the scatter around the line.
fn scatter_error(series: &[(f64, f64)], slope: f64) -> f64 {
    let n = series.len() as f64;
    let mean_time = series.iter().map(|p| p.0).sum::<f64>() / n;
    let mean_count = series.iter().map(|p| p.1).sum::<f64>() / n;
    let residuals: f64 =
        series.iter().map(|&(t, c)| (c - mean_count - slope * (t - mean_time)).powi(2)).sum();
    let spread: f64 = series.iter().map(|p| (p.0 - mean_time).powi(2)).sum();
    let degrees = series.len() - 2;
    let t = T95.get(degrees.wrapping_sub(1)).copied().unwrap_or(2.2);
    t * (residuals / degrees as f64 / spread).sqrt()
}

fn rising_steps(series: &[(f64, f64)]) -> f64 {
    let steps = series.windows(2);
    let total = steps.len() as f64;
    steps.filter(|pair| pair[1].1 >= pair[0].1).count() as f64 / total
}

/// Whether the second half gained clearly less than the first.
fn bends(series: &[(f64, f64)]) -> bool {
    if series.len() < 4 {
        return false;
    }
    let middle = (series[0].0 + series[series.len() - 1].0) / 2.0;
    let at_middle = interpolate(series, middle);
    let first_half = at_middle - series[0].1;
    let second_half = series[series.len() - 1].1 - at_middle;
    let second_high = second_half + Z95 * second_half.max(1.0).sqrt();
    first_half >= GAIN_MIN && second_high < BEND_RATIO * first_half
}

fn interpolate(series: &[(f64, f64)], at: f64) -> f64 {
    let after = series.iter().position(|p| p.0 >= at).unwrap_or(series.len() - 1).max(1);
    let ((t0, c0), (t1, c1)) = (series[after - 1], series[after]);
    if t1 > t0 { c0 + (c1 - c0) * (at - t0) / (t1 - t0) } else { c1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(counts: &[f64]) -> Vec<(f64, f64)> {
        counts.iter().enumerate().map(|(i, &c)| (i as f64 * 2.0, c)).collect()
    }

    #[test]
    fn a_leak_grows() {
        let growth = growth(&series(&[400.0, 421.0, 438.0, 460.0, 482.0, 499.0, 520.0])).unwrap();
        assert!(growth.is_significant());
        assert!((growth.per_hour.unwrap().estimate / 36_000.0 - 1.0).abs() < 0.1, "{growth:?}");
    }

    #[test]
    fn rounds_of_a_leak_grow() {
        assert!(
            growth(&series(&[100.0, 100.0, 200.0, 200.0, 300.0, 300.0, 400.0]))
                .unwrap()
                .is_significant()
        );
    }

    #[test]
    fn work_in_flight_does_not() {
        assert!(
            !growth(&series(&[31.0, 44.0, 28.0, 39.0, 35.0, 41.0, 42.0])).unwrap().is_significant()
        );
    }

    #[test]
    fn a_warm_up_bends() {
        assert!(
            !growth(&series(&[0.0, 80.0, 130.0, 160.0, 175.0, 180.0, 182.0]))
                .unwrap()
                .is_significant()
        );
        assert!(
            !growth(&series(&[0.0, 100.0, 200.0, 200.0, 200.0, 200.0, 200.0]))
                .unwrap()
                .is_significant()
        );
    }

    #[test]
    fn few_events_are_not_growth() {
        assert!(
            !growth(&series(&[10.0, 10.0, 11.0, 11.0, 12.0, 12.0, 13.0])).unwrap().is_significant()
        );
    }

    #[test]
    fn two_points_need_a_large_difference() {
        assert!(!growth(&series(&[100.0, 120.0])).unwrap().is_significant());
        assert!(growth(&series(&[100.0, 200.0])).unwrap().is_significant());
        assert!(growth(&[(0.0, 1.0)]).is_none());
    }

    #[test]
    fn three_points_that_rise_are_growth_however_far_apart() {
        let counts = [12_055.0, 14_348.0, 18_294.0];
        assert!(growth_without_times(&counts).unwrap().is_significant());
        assert!(
            growth(&[(0.0, counts[0]), (2.0, counts[1]), (9.0, counts[2])])
                .unwrap()
                .is_significant()
        );
        assert!(!growth_without_times(&[400.0, 380.0, 420.0]).unwrap().is_significant());
        assert!(!growth_without_times(&[300.0, 700.0, 450.0]).unwrap().is_significant());
    }

    #[test]
    fn slow_growth_shows_in_a_long_series() {
        // 22 an hour (incident A), looked at for an hour every two minutes.
        let points: Vec<_> = (0..31)
            .map(|i| (f64::from(i) * 120.0, 2600.0 + (f64::from(i) * 22.0 / 30.0).floor()))
            .collect();
        let growth = growth(&points).unwrap();
        assert!(growth.is_significant());
        let per_hour = growth.per_hour.unwrap();
        assert!(per_hour.low < 22.0 && per_hour.high > 22.0, "{growth:?}");
    }
}
