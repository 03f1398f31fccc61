//! Numbers and paths as Go's `fmt` and `path/filepath` write them.

/// A float as `%v` prints it: the shortest text that reads back as the same number.
pub fn float(value: f64) -> String {
    let magnitude = value.abs();
    if value != 0.0 && value.is_finite() && !(1e-4..1e6).contains(&magnitude) {
        return with_exponent(&format!("{value:e}"));
    }
    match value {
        _ if value.is_nan() => "NaN".to_owned(),
        _ if value.is_infinite() => if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned(),
        _ => value.to_string(),
    }
}

/// A float as `%.2g` prints it: two significant digits, without trailing zeros.
pub(crate) fn two_digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return float(value);
    }
    let scientific = format!("{value:.1e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..2).contains(&exponent) {
        return with_exponent(&format!("{}e{exponent}", without_zeros(digits)));
    }
    let decimals = usize::try_from(1 - exponent).unwrap_or(0);
    without_zeros(&format!("{value:.decimals$}")).to_owned()
}

fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// Go writes a sign and at least two digits of an exponent.
fn with_exponent(scientific: &str) -> String {
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific.to_owned() };
    let (sign, number) = match exponent.strip_prefix('-') {
        Some(number) => ('-', number),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{number:0>2}")
}

/// The last element of a path: `filepath.Base`.
pub fn base(path: &str) -> &str {
    let path = match path.trim_end_matches('/') {
        "" if path.is_empty() => return ".",
        "" => return "/",
        path => path,
    };
    path.rsplit('/').next().unwrap_or(path)
}

/// The shortest path of the same meaning: `filepath.Clean`.
pub fn clean(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(part),
            },
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// The folder that a path is in: `filepath.Dir`.
pub(crate) fn folder(path: &str) -> String {
    match path.rfind('/') {
        Some(last) => clean(&path[..=last]),
        None => ".".to_owned(),
    }
}

/// A number as `strconv.ParseUint` reads it with base 0: decimal, or with a prefix for another base.
pub(crate) fn unsigned(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let (digits, radix, has_prefix) = match lower.as_bytes() {
        [b'0', b'x', ..] => (&lower[2..], 16, true),
        [b'0', b'b', ..] => (&lower[2..], 2, true),
        [b'0', b'o', ..] => (&lower[2..], 8, true),
        [b'0', _, ..] => (&lower[1..], 8, true),
        _ => (lower.as_str(), 10, false),
    };
    // Single underscores may stand between digits and behind a prefix.
    let is_grouped = digits
        .split('_')
        .enumerate()
        .all(|(at, group)| !group.is_empty() || at == 0 && has_prefix && digits.len() > 1);
    let digits = digits.replace('_', "");
    let is_number = is_grouped && !digits.starts_with('+');
    u64::from_str_radix(&digits, radix).ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Go 1.27.3 prints.
    #[test]
    fn floats_are_go_s() {
        for (value, text) in [
            (0.005, "0.005"),
            (1.0, "1"),
            (0.000_01, "1e-05"),
            (1e21, "1e+21"),
            (123_456_789.0, "1.23456789e+08"),
            (100_000.0, "100000"),
            (-2.5, "-2.5"),
        ] {
            assert_eq!(float(value), text);
        }
    }

    #[test]
    fn two_digits_are_go_s() {
        for (value, text) in [
            (0.0, "0"),
            (0.5, "0.5"),
            (0.998, "1"),
            (0.12345, "0.12"),
            (0.000_093, "9.3e-05"),
            (0.000_1, "0.0001"),
            (0.099_6, "0.1"),
        ] {
            assert_eq!(two_digits(value), text, "{value}");
        }
    }

    #[test]
    fn numbers_are_go_s() {
        for (text, number) in [
            ("0x4a10", Some(0x4a10)),
            ("0X_4A10", Some(0x4a10)),
            ("123", Some(123)),
            ("1_000", Some(1000)),
            ("0b11", Some(3)),
            ("017", Some(15)),
            ("0", Some(0)),
            ("", None),
            ("+1", None),
            ("_1", None),
            ("1__0", None),
            ("main", None),
            ("0x", None),
        ] {
            assert_eq!(unsigned(text), number, "{text}");
        }
    }

    #[test]
    fn paths_are_go_s() {
        for (path, above) in
            [("/a/b", "/a"), ("/a", "/"), ("/", "/"), ("a", "."), (".", "."), ("a/b/", "a/b")]
        {
            assert_eq!(folder(path), above, "{path}");
        }
        for (path, last) in [("/a/b.go", "b.go"), ("a/", "a"), ("", "."), ("///", "/"), ("x", "x")]
        {
            assert_eq!(base(path), last, "{path}");
        }
        for (path, shortest) in [
            ("", "."),
            ("/", "/"),
            ("a//b/./c", "a/b/c"),
            ("a/../../b", "../b"),
            ("/../x", "/x"),
            ("./", "."),
            ("_cgo_gotypes.go", "_cgo_gotypes.go"),
        ] {
            assert_eq!(clean(path), shortest, "{path}");
        }
    }
}
