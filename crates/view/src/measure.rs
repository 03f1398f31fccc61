//! Units of values, and values as text: pprof's families of units, scaled to one unit or to the one that fits.

use crate::go_text::two_digits;

/// A unit of a family.
struct Unit {
    name: &'static str,
    /// Lower case, without a plural `s`.
    aliases: &'static [&'static str],
    factor: f64,
}

/// Units that can be converted into each other, from small to large.
struct Family {
    units: &'static [Unit],
    /// Name and factor of the unit for values that fit none.
    default: (&'static str, f64),
}

const fn unit(name: &'static str, aliases: &'static [&'static str], factor: f64) -> Unit {
    Unit { name, aliases, factor }
}

const FAMILIES: [Family; 3] = [
    Family {
        units: &[
            unit("B", &["b", "byte"], 1.0),
            unit("kB", &["kb", "kbyte", "kilobyte"], 1024.0),
            unit("MB", &["mb", "mbyte", "megabyte"], 1_048_576.0),
            unit("GB", &["gb", "gbyte", "gigabyte"], 1_073_741_824.0),
            unit("TB", &["tb", "tbyte", "terabyte"], 1_099_511_627_776.0),
            unit("PB", &["pb", "pbyte", "petabyte"], 1_125_899_906_842_624.0),
        ],
        default: ("B", 1.0),
    },
    Family {
        units: &[
            unit("ns", &["ns", "nanosecond"], 1.0),
            unit("us", &["μs", "us", "microsecond"], 1e3),
            unit("ms", &["ms", "millisecond"], 1e6),
            unit("s", &["s", "sec", "second"], 1e9),
            unit("hrs", &["hour", "hr"], 3.6e12),
        ],
        default: ("s", 1e9),
    },
    Family {
        units: &[
            unit("n*GCU", &["nanogcu"], 1e-9),
            unit("u*GCU", &["microgcu"], 1e-6),
            unit("m*GCU", &["milligcu"], 1e-3),
            unit("GCU", &["gcu"], 1.0),
            unit("k*GCU", &["kilogcu"], 1e3),
            unit("M*GCU", &["megagcu"], 1e6),
            unit("G*GCU", &["gigagcu"], 1e9),
            unit("T*GCU", &["teragcu"], 1e12),
            unit("P*GCU", &["petagcu"], 1e15),
        ],
        default: ("GCU", 1.0),
    },
];

impl Family {
    fn unit(&self, name: &str) -> Option<&'static Unit> {
        let lower = name.to_lowercase();
        let singular = match lower.strip_suffix('s') {
            Some(singular) if lower.len() > 2 => singular,
            _ => &lower,
        };
        self.units.iter().find(|unit| unit.aliases.contains(&singular))
    }

    /// The largest unit of which the value holds at least one.
    fn fitting(&self, value: f64) -> Option<&'static Unit> {
        self.units.iter().rfind(|unit| value / unit.factor >= 1.0)
    }

    /// `None` if `from` is not of this family.
    fn convert(&self, value: i64, from: &str, to: &str) -> Option<(f64, &'static str)> {
        let value = value as f64 * self.unit(from)?.factor;
        let unit = match to {
            "minimum" | "auto" => self.fitting(value),
            to => self.unit(to),
        };
        let (name, factor) = unit.map_or(self.default, |unit| (unit.name, unit.factor));
        Some((value / factor, name))
    }
}

/// A value in another unit, and the name of that unit. `to` may be `minimum` or `auto`: the largest unit that leaves at
/// least one. The name is empty where it says nothing (`count`).
pub fn scale<'u>(value: i64, from: &str, to: &'u str) -> (f64, &'u str) {
    // The smallest number has no opposite.
    if value < 0 && value != i64::MIN {
        let (scaled, unit) = scale(-value, from, to);
        return (-scaled, unit);
    }
    if let Some(scaled) = FAMILIES.iter().find_map(|family| family.convert(value, from, to)) {
        return scaled;
    }
    match to {
        "count" | "sample" | "unit" | "minimum" | "auto" => (value as f64, ""),
        to => (value as f64, to),
    }
}

/// The units that values may be written in, from small to large: name, and how many `from` make one. All of a family for
/// `minimum` and `auto`, else the one asked for.
pub(crate) fn units(from: &str, to: &str) -> Vec<(String, f64)> {
    let known = FAMILIES.iter().find_map(|family| Some((family, family.unit(from)?)));
    let Some((family, unit)) = known else { return vec![(scale(1, from, to).1.to_owned(), 1.0)] };
    let relative = |name: &str, factor: f64| (name.to_owned(), factor / unit.factor);
    match to {
        "minimum" | "auto" => family.units.iter().map(|to| relative(to.name, to.factor)).collect(),
        to => {
            let (name, factor) = family.unit(to).map_or(family.default, |to| (to.name, to.factor));
            vec![relative(name, factor)]
        }
    }
}

/// A value with the unit that fits it.
pub fn label(value: i64, unit: &str) -> String {
    scaled_label(value, unit, "auto")
}

/// A value in another unit as text: two decimals unless they are zeros; `0` has no unit.
pub fn scaled_label(value: i64, from: &str, to: &str) -> String {
    let (scaled, unit) = scale(value, from, to);
    let text = format!("{scaled:.2}");
    match text.strip_suffix(".00").unwrap_or(&text) {
        "0" | "-0" => "0".to_owned(),
        number => format!("{number}{unit}"),
    }
}

/// The share of a total, at least six characters wide.
pub fn percentage(value: i64, total: i64) -> String {
    let percent = if total == 0 { 0.0 } else { (value as f64 / total as f64).abs() * 100.0 };
    if (99.95..=100.05).contains(&percent) {
        "  100%".to_owned()
    } else if percent >= 1.0 {
        format!("{percent:5.2}%")
    } else {
        format!("{:>5}%", two_digits(percent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_scaled_as_by_pprof() {
        for (value, from, to, text) in [
            (0, "bytes", "MB", "0"),
            (2048, "bytes", "auto", "2kB"),
            (2048, "Bytes", "b", "2048B"),
            (1_500_000, "nanoseconds", "auto", "1.50ms"),
            (3_600_000_000_000, "ns", "auto", "1hrs"),
            (-2048, "bytes", "auto", "-2kB"),
            (5, "count", "minimum", "5"),
            (5, "widgets", "widgets", "5widgets"),
            (5, "bytes", "seconds", "5B"),
            (5, "ns", "bytes", "0"),
            (1, "kilobytes", "kb", "1kB"),
        ] {
            assert_eq!(scaled_label(value, from, to), text, "{value} {from} {to}");
        }
    }

    #[test]
    fn percentages_have_two_digits() {
        for (value, total, text) in [
            (1, 1, "  100%"),
            (9_995, 10_000, "  100%"),
            (1, 3, "33.33%"),
            (1, 200, "  0.5%"),
            (1, 1_000_000, "0.0001%"),
            (3, 0, "    0%"),
            (22_103, 10, "221030.00%"),
            (-1, 2, "50.00%"),
        ] {
            assert_eq!(percentage(value, total), text, "{value} of {total}");
        }
    }
}
