//! Numbers as people read them: `12.3 MB`, `1,234`, `22/h (18 to 26)`, `2 h 14 min`.
//!
//! Sentences are made in the catalogue, in `detect` and in `report`; a figure is spelled the same in all of them.

use crate::measure::Interval;

/// Above this, digits say nothing and would fill lines.
const SCIENTIFIC_FROM: f64 = 1e15;

/// Digits of a rate that are told: its interval is seldom narrower than a percent.
const RATE_DIGITS: i32 = 3;

/// Below this, a rate with one decimal would say too little.
const RATE_MIN: f64 = 0.1;

const MINUTES_PER_HOUR: f64 = 60.0;
const HOURS_PER_DAY: f64 = 24.0;
const DAYS_PER_YEAR: f64 = 365.0;

/// A count with thousands separators; one decimal below ten.
pub fn count(value: f64) -> String {
    if !value.is_finite() {
        return "unknown".to_owned();
    }
    if value.abs() >= SCIENTIFIC_FROM {
        return format!("{value:.1e}");
    }
    if value.abs() < 9.95 && value.fract() != 0.0 {
        return format!("{value:.1}").trim_end_matches(".0").to_owned();
    }
    let digits = format!("{:.0}", value.abs());
    let sign = if value < 0.0 && digits != "0" { "-" } else { "" };
    format!("{sign}{}", grouped(&digits))
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in pprof's units: powers of 1024, spelled `kB`, `MB`, `GB`, `TB`.
pub fn bytes(value: f64) -> String {
    if !value.is_finite() {
        return "unknown".to_owned();
    }
    let (mut value, mut unit) = (value, "B");
    for next in ["kB", "MB", "GB", "TB"] {
        // What would be printed as 1024 belongs to the next unit.
        if value.abs() < 1023.5 {
            break;
        }
        (value, unit) = (value / 1024.0, next);
    }
    if unit == "B" || value.abs() >= 99.95 {
        format!("{} {unit}", count(value.round()))
    } else {
        format!("{value:.1} {unit}")
    }
}

/// The value with its first `digits` digits, the others 0: what is estimated has no more that mean something.
pub fn significant(value: f64, digits: i32) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let shift = digits - 1 - value.abs().log10().floor() as i32;
    // Both powers are exact; their quotient is nearer to the decimal than a product with a fraction.
    match shift {
        0.. => (value * 10f64.powi(shift)).round() / 10f64.powi(shift),
        _ => (value / 10f64.powi(-shift)).round() * 10f64.powi(-shift),
    }
}

/// A rate an hour with its 95 % interval: `22/h (18 to 26)`. `unit` prints one value.
pub fn per_hour(rate: Interval, unit: fn(f64) -> String) -> String {
    let unit = |value: f64| unit(significant(value, RATE_DIGITS));
    let (low, estimate, high) = (unit(rate.low), unit(rate.estimate), unit(rate.high));
    if low == high { format!("{estimate}/h") } else { format!("{estimate}/h ({low} to {high})") }
}

/// A rate for each of something, told as a whole number where it is small: `2.5 for each request`,
/// `1 for every 250 requests`. `unit` prints one value.
pub fn for_each(rate: f64, unit: fn(f64) -> String, what: &str) -> String {
    if rate > 0.0 && rate < RATE_MIN {
        return format!("{} for every {} {what}s", unit(1.0), count(significant(1.0 / rate, 2)));
    }
    format!("{} for each {what}", unit(significant(rate, RATE_DIGITS)))
}

/// A time in hours: `less than a minute`, `40 min`, `2 h 14 min`, `3 d 4 h`, `250 days`, `more than 2 years`.
pub fn hours(value: f64) -> String {
    if value.is_nan() {
        return "unknown".to_owned();
    }
    let minutes = (value * MINUTES_PER_HOUR).round();
    let days = value / HOURS_PER_DAY;
    if minutes < 1.0 {
        "less than a minute".to_owned()
    } else if minutes < MINUTES_PER_HOUR {
        format!("{minutes:.0} min")
    } else if days < 2.0 {
        pair(minutes, MINUTES_PER_HOUR, "h", "min")
    } else if days < 60.0 {
        pair(value.round(), HOURS_PER_DAY, "d", "h")
    } else if days < 2.0 * DAYS_PER_YEAR {
        format!("{days:.0} days")
    } else {
        "more than 2 years".to_owned()
    }
}

/// `2 h 14 min` of 134 minutes: a whole number of `large` units of `size` small ones, and the rest.
fn pair(value: f64, size: f64, large: &str, small: &str) -> String {
    let (whole, rest) = ((value / size).floor(), value % size);
    if rest < 1.0 {
        format!("{whole:.0} {large}")
    } else {
        format!("{whole:.0} {large} {rest:.0} {small}")
    }
}

/// A time in hours with its interval; the upper end may be infinite.
pub fn hours_between(time: Interval) -> String {
    let (low, estimate, high) = (hours(time.low), hours(time.estimate), hours(time.high));
    if low == high {
        estimate
    } else if time.high.is_infinite() {
        if low == estimate {
            format!("{low} or more")
        } else {
            format!("{estimate} (at least {low})")
        }
    } else if low == estimate || high == estimate {
        // Rounded to the same words: the interval alone says it.
        from_to(&low, &high)
    } else {
        format!("{estimate} ({low} to {high})")
    }
}

/// `5 to 6 min`, `55 min to 1 h 5 min`.
fn from_to(low: &str, high: &str) -> String {
    let unit = |text: &str| match text.split(' ').collect::<Vec<_>>()[..] {
        [_, unit] => Some(unit.to_owned()),
        _ => None,
    };
    match (unit(low), unit(high), low.split_once(' ')) {
        (Some(one), Some(other), Some((number, _))) if one == other => {
            format!("{number} to {high}")
        }
        _ => format!("{low} to {high}"),
    }
}

/// A time in seconds: `15 s`, `2 min 30 s`, `1 h 5 min`.
pub fn seconds(value: f64) -> String {
    let whole = value.round();
    if whole < 60.0 {
        format!("{} s", count(if whole > 0.0 { whole } else { value }))
    } else if whole < 3600.0 {
        pair(whole, 60.0, "min", "s")
    } else {
        hours(value / 3600.0)
    }
}

/// A share between 0 and 1 as a percentage; what is there is never `0 %`, what is missing never `100 %`.
pub fn percent(share: f64) -> String {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    match (share * 100.0).round() {
        0.0 if share > 0.0 => "<1 %".to_owned(),
        100.0 if share < 1.0 => ">99 %".to_owned(),
        rounded => format!("{rounded:.0} %"),
    }
}

/// `1 finding`, `2 findings`.
pub fn plural(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", count(n as f64), if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        let check = |value, expect: &str| assert_eq!(count(value), expect);
        check(0.0, "0");
        check(2.5, "2.5");
        check(9.97, "10");
        check(3.0, "3");
        check(3.04, "3");
        check(1234.4, "1,234");
        check(-1234567.0, "-1,234,567");
        check(-0.2, "-0.2");
        check(u64::MAX as f64, "1.8e19");
        check(f64::INFINITY, "unknown");
    }

    #[test]
    fn sizes() {
        let check = |value, expect: &str| assert_eq!(bytes(value), expect);
        check(0.0, "0 B");
        check(1023.0, "1,023 B");
        check(1024.0, "1.0 kB");
        check(12.3 * 1048576.0, "12.3 MB");
        check(512.0 * 1048576.0, "512 MB");
        check(1023.9 * 1048576.0, "1.0 GB");
        check(99.97 * 1024.0, "100 kB");
        check(4e18, "3,637,979 TB");
        check(f64::NAN, "unknown");
    }

    #[test]
    fn rates() {
        let rate = |low, estimate, high| Interval { low, estimate, high };
        assert_eq!(per_hour(rate(18.0, 22.0, 26.0), count), "22/h (18 to 26)");
        assert_eq!(per_hour(rate(0.9e6, 1.2e6, 1.6e6), bytes), "1.1 MB/h (879 kB to 1.5 MB)");
        assert_eq!(per_hour(rate(22.0, 22.0, 22.0), count), "22/h");
        let noisy = rate(156_794.2, 201_979.6, 247_166.1);
        assert_eq!(per_hour(noisy, count), "202,000/h (157,000 to 247,000)");
    }

    #[test]
    fn rates_for_each_request() {
        assert_eq!(for_each(2.48, count, "request"), "2.5 for each request");
        assert_eq!(for_each(0.0041, count, "request"), "1 for every 240 requests");
        assert_eq!(for_each(5120.0, bytes, "request"), "5.0 kB for each request");
    }

    #[test]
    fn estimates_keep_their_first_digits() {
        for (value, expect) in
            [(201_980.0, 202_000.0), (0.012345, 0.0123), (-9996.0, -10_000.0), (0.0, 0.0)]
        {
            assert_eq!(significant(value, 3), expect);
        }
        assert_eq!(significant(f64::INFINITY, 3), f64::INFINITY);
    }

    #[test]
    fn times() {
        let check = |value, expect: &str| assert_eq!(hours(value), expect);
        check(0.001, "less than a minute");
        check(0.5, "30 min");
        check(0.9999, "1 h");
        check(134.0 / 60.0, "2 h 14 min");
        check(76.0, "3 d 4 h");
        check(250.0 * 24.0, "250 days");
        check(1e9, "more than 2 years");
        check(f64::INFINITY, "more than 2 years");
        let interval = Interval { low: 1.0, estimate: 2.0, high: f64::INFINITY };
        assert_eq!(hours_between(interval), "2 h (at least 1 h)");
        assert_eq!(hours_between(Interval { high: 3.5, ..interval }), "2 h (1 h to 3 h 30 min)");
        let minutes = |low: f64, estimate: f64, high: f64| {
            let hours = |minutes: f64| minutes / 60.0;
            hours_between(Interval {
                low: hours(low),
                estimate: hours(estimate),
                high: hours(high),
            })
        };
        assert_eq!(minutes(5.1, 5.4, 5.6), "5 to 6 min");
        assert_eq!(minutes(55.0, 65.1, 65.2), "55 min to 1 h 5 min");
        assert_eq!(seconds(15.2), "15 s");
        assert_eq!(seconds(0.4), "0.4 s");
        assert_eq!(seconds(150.0), "2 min 30 s");
        assert_eq!(seconds(3900.0), "1 h 5 min");
    }

    #[test]
    fn shares_do_not_round_to_certainty() {
        assert_eq!(percent(0.71), "71 %");
        assert_eq!(percent(0.001), "<1 %");
        assert_eq!(percent(0.999), ">99 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.0), "0 %");
    }
}
