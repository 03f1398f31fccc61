//! Whether a version of a module is one with a leak of its own.

use plumb_evidence::advisory::{Affected, Version};
use plumb_evidence::catalogue::KnownBad;
use plumb_evidence::suspect::ObjectCrowd;

/// The known leaks of the library version that is in use; none if the version is not known.
pub(crate) fn known_bad(object: &ObjectCrowd) -> Vec<&'static KnownBad> {
    let (Some(record), Some(version)) = (object.record, object.version.as_deref()) else {
        return Vec::new();
    };
    let Some(version) = Version::parse(version) else { return Vec::new() };
    record.known_bad.iter().filter(|bad| affected(bad).has(&version)).collect()
}

fn affected(bad: &KnownBad) -> Affected {
    let introduced = Version::parse(bad.introduced);
    Affected { introduced, fixed: Version::parse(bad.fixed), backports: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_records_are_read() {
        let has = |introduced, fixed, version: &str| {
            let bad = KnownBad { introduced, fixed, what: "", source: "" };
            Version::parse(version).is_some_and(|version| affected(&bad).has(&version))
        };
        assert!(has("", "go1.23", "go1.22.7") && !has("", "go1.23", "go1.23.0"));
        assert!(has("v1.41.0", "v1.47.0", "v1.41.0") && !has("v1.41.0", "v1.47.0", "v1.40.9"));
        assert!(!has("", "v1.0.0", "(devel)"));
    }
}
