//! Units of values that can be converted into each other.

/// Lower-case names of a unit without the plural, and its size in the smallest unit of the family.
type Unit = (&'static [&'static str], f64);

const BYTES: &[Unit] = &[
    (&["b", "byte"], 1.0),
    (&["kb", "kbyte", "kilobyte"], (1u64 << 10) as f64),
    (&["mb", "mbyte", "megabyte"], (1u64 << 20) as f64),
    (&["gb", "gbyte", "gigabyte"], (1u64 << 30) as f64),
    (&["tb", "tbyte", "terabyte"], (1u64 << 40) as f64),
    (&["pb", "pbyte", "petabyte"], (1u64 << 50) as f64),
];

const TIMES: &[Unit] = &[
    (&["ns", "nanosecond"], 1.0),
    (&["us", "μs", "microsecond"], 1e3),
    (&["ms", "millisecond"], 1e6),
    (&["s", "sec", "second"], 1e9),
    (&["hr", "hour"], 3600e9),
];

/// Google compute units.
const COMPUTE: &[Unit] = &[
    (&["nanogcu"], 1e-9),
    (&["microgcu"], 1e-6),
    (&["milligcu"], 1e-3),
    (&["gcu"], 1.0),
    (&["kilogcu"], 1e3),
    (&["megagcu"], 1e6),
    (&["gigagcu"], 1e9),
    (&["teragcu"], 1e12),
    (&["petagcu"], 1e15),
];

/// Sizes of two units, if they are of one family.
fn sizes(a: &str, b: &str) -> Option<(f64, f64)> {
    [BYTES, TIMES, COMPUTE].iter().find_map(|family| size(family, a).zip(size(family, b)))
}

fn size(family: &[Unit], name: &str) -> Option<f64> {
    let lower = name.to_lowercase();
    // As in pprof: `ns` is no plural, so short names keep their s.
    let singular = if lower.len() > 2 { lower.strip_suffix('s').unwrap_or(&lower) } else { &lower };
    family.iter().find(|(names, _)| names.contains(&singular)).map(|(_, size)| *size)
}

/// Whether values in unit `a` can be converted to unit `b`.
pub(super) fn convertible(a: &str, b: &str) -> bool {
    a == b || sizes(a, b).is_some()
}

/// `value` in unit `from`, expressed in unit `to`; as it is if they cannot be converted.
pub(super) fn convert(value: i64, from: &str, to: &str) -> f64 {
    match sizes(from, to) {
        Some((from, to)) => value as f64 * from / to,
        None => value as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_one_family_convert() {
        assert_eq!(convert(3, "MB", "bytes"), 3.0 * 1024.0 * 1024.0);
        assert_eq!(convert(1500, "Microseconds", "ms"), 1.5);
        assert_eq!(convert(7, "count", "objects"), 7.0);
        assert!(convertible("seconds", "hours"));
        assert!(!convertible("seconds", "bytes"));
        assert!(convertible("apples", "apples"));
    }
}
