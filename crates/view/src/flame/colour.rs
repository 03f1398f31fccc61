//! Colours of a flame graph: by package as pprof's pages choose them, or by growth.

use std::sync::LazyLock;

use plumb_profile::go_regex;
use regex::Regex;
use sha2::{Digest, Sha256};

/// What stands for the caller of all.
pub(super) const ROOT: &str = "#dddddd";

/// How many hues pprof tells apart.
const HUES: u32 = 1_048_576;

/// Saturation and lightness of pprof's boxes.
const SATURATION: f64 = 0.5;
const LIGHTNESS: f64 = 0.8;

/// The golden ratio: hues that follow each other are far apart.
const PHI: f64 = 1.618_033_988;

/// The package of a function: up to the first point after the last slash.
static PACKAGE: LazyLock<Regex> = LazyLock::new(|| {
    go_regex(r"^((.*/)?[\w\d_]+)(\.|::)([^/]*)$").expect("a pattern of this file")
});

/// What a frame's colour is chosen by: its package, or the folder of its file if it has no name.
pub(super) fn package<'n>(function: &'n str, file: &'n str) -> &'n str {
    if function.is_empty() {
        return file.rsplit_once('/').map_or(".", |(folder, _)| folder);
    }
    let captures = PACKAGE.captures(function).and_then(|captures| captures.get(1));
    captures.map_or("", |package| package.as_str())
}

/// The colour of a package.
pub(super) fn of_package(package: &str) -> String {
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(package).into();
    let index = u32::from_le_bytes([a, b, c, d]) % HUES;
    let turns = f64::from(index + 1) * PHI;
    hsl(turns.fract(), SATURATION, LIGHTNESS)
}

/// The colour of a change: red for growth, green for the opposite, grey for none, by its share of both sides.
pub(super) fn of_change(more: i64, less: i64) -> String {
    let size = more.saturating_add(less);
    if size == 0 {
        return ROOT.to_owned();
    }
    let share = more.saturating_sub(less) as f64 / size as f64;
    let hue = if share > 0.0 { 0.0 } else { 1.0 / 3.0 };
    let strength = share.abs();
    hsl(hue, 0.85 * strength, 0.87 - 0.22 * strength)
}

/// Hue as a share of the circle, saturation and lightness to `#rrggbb`.
fn hsl(hue: f64, saturation: f64, lightness: f64) -> String {
    let strength = saturation * lightness.min(1.0 - lightness);
    let part = |offset: f64| {
        let at = (offset + hue * 12.0) % 12.0;
        let part = lightness - strength * (at - 3.0).min(9.0 - at).clamp(-1.0, 1.0);
        (part * 255.0).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", part(0.0), part(8.0), part(4.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_end_at_the_first_point() {
        for (function, of) in [
            ("net/http.(*conn).serve", "net/http"),
            ("github.com/a/b.F", "github.com/a/b"),
            ("main.main.func1", "main"),
            ("std::vec", "std"),
            ("memcpy", ""),
        ] {
            assert_eq!(package(function, ""), of, "{function}");
        }
        assert_eq!(package("", "/src/a/b.go"), "/src/a");
    }

    #[test]
    fn colours_are_those_of_css() {
        // As a browser shows hsl(0 50% 80%), hsl(120 50% 80%) and hsl(240 100% 50%).
        assert_eq!(hsl(0.0, 0.5, 0.8), "#e6b3b3");
        assert_eq!(hsl(1.0 / 3.0, 0.5, 0.8), "#b3e6b3");
        assert_eq!(hsl(2.0 / 3.0, 1.0, 0.5), "#0000ff");
    }

    #[test]
    fn growth_is_red_and_the_opposite_green() {
        let parts = |text: String| u32::from_str_radix(&text[1..], 16).unwrap().to_be_bytes();
        let [_, red, green, _] = parts(of_change(10, 0));
        assert!(red > green);
        let [_, red, green, _] = parts(of_change(0, 10));
        assert!(red < green);
        let [_, red, green, blue] = parts(of_change(5, 5));
        assert!(red == green && green == blue);
    }
}
