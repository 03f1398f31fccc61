//! Whether a version of a module is one with a leak of its own.

use plumb_evidence::catalogue::KnownBad;
use plumb_evidence::suspect::ObjectCrowd;

/// The known leaks of the library version that is in use; none if the version is not known.
pub(crate) fn known_bad(object: &ObjectCrowd) -> Vec<&'static KnownBad> {
    let (Some(record), Some(version)) = (object.record, object.version.as_deref()) else {
        return Vec::new();
    };
    let Some(version) = numbers(version) else { return Vec::new() };
    let applies = |bad: &&KnownBad| {
        let introduced = bad.introduced.is_empty()
            || numbers(bad.introduced).is_some_and(|first| version >= first);
        introduced && numbers(bad.fixed).is_some_and(|fixed| version < fixed)
    };
    record.known_bad.iter().filter(applies).collect()
}

/// `v1.41.0`, `go1.21.3` and `v0.0.0-2019…` as numbers; `None` for `(devel)` and the like.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let digits = version.trim_start_matches("go").trim_start_matches('v');
    let plain = digits.split(['-', '+', ' ']).next()?;
    let mut parts = plain.split('.').map(|part| {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        part[..end].parse().ok()
    });
    let major = parts.next()??;
    Some([major, parts.next().flatten().unwrap_or(0), parts.next().flatten().unwrap_or(0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers() {
        assert!(numbers("v1.41.0") < numbers("v1.47.0"));
        assert!(numbers("go1.9.7") < numbers("go1.21.3"));
        assert!(numbers("v1.5.4-0.20250319132907-e064f32e3674") < numbers("v1.6.0"));
        assert_eq!(numbers("go1.27rc1"), Some([1, 27, 0]));
        assert_eq!(numbers("(devel)"), None);
    }
}
