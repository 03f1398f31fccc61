//! Which value of the samples a report shows.

use plumb_profile::{BASE_LABEL, LabelRef, Profile};

/// Why a value cannot be shown; the texts are pprof's.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SampleIndexError {
    /// The profile has no values.
    #[error("profile has no samples")]
    NoTypes,
    /// There are not so many values.
    #[error("sample_index {index} is outside the range [0..{last}]")]
    OutOfRange {
        /// The number asked for.
        index: String,
        /// The last one there is.
        last: usize,
    },
    /// There is no such value.
    #[error("sample_index {name:?} must be one of: [{}]", .known.join(" "))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
}

/// A value of the samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SampleValue {
    /// Its position.
    pub(crate) index: usize,
    /// Position of the value that it is divided by, for means.
    pub(crate) divisor: Option<usize>,
    /// What it is.
    pub(crate) kind: String,
    /// Its unit.
    pub(crate) unit: String,
}

impl SampleValue {
    /// The value named, or the profile's default, or the last one.
    pub(crate) fn new(profile: &Profile, name: &str, mean: bool) -> Result<Self, SampleIndexError> {
        let index = index(profile, name)?;
        let value_type = profile.sample_types.get(index).ok_or(SampleIndexError::NoTypes)?;
        let kind = profile.text(value_type.kind);
        Ok(Self {
            index,
            divisor: mean.then_some(0),
            kind: if mean { format!("mean_{kind}") } else { kind.to_owned() },
            unit: profile.text(value_type.unit).to_owned(),
        })
    }

    /// The sum of the sizes of all values, or if there is a base to compare with, of its values; the mean of them, if
    /// means are shown.
    pub(crate) fn total(&self, profile: &Profile) -> i64 {
        let (mut all, mut base) = ((0i64, 0i64), (0i64, 0i64));
        for sample in profile.samples() {
            let size = sample.value(self.index).wrapping_abs();
            let divisor = self.divisor.map_or(0, |index| sample.value(index));
            let add = |sum: &mut (i64, i64)| {
                *sum = (sum.0.wrapping_add(size), sum.1.wrapping_add(divisor));
            };
            add(&mut all);
            let is_base =
                |label| matches!(label, LabelRef::Text { key: BASE_LABEL, value: "true" });
            if sample.labels().any(is_base) {
                add(&mut base);
            }
        }
        match if base.0 > 0 { base } else { all } {
            (total, 0) => total,
            (total, divisor) => total.wrapping_div(divisor),
        }
    }
}

/// The name of the value that a number or name chooses.
///
/// # Errors
/// If there is no such value.
pub fn sample_type(profile: &Profile, name: &str) -> Result<String, SampleIndexError> {
    SampleValue::new(profile, name, false).map(|value| value.kind)
}

fn index(profile: &Profile, name: &str) -> Result<usize, SampleIndexError> {
    let kinds = || profile.value_types().map(|(kind, _)| kind);
    let last = profile.sample_types.len().checked_sub(1).ok_or(SampleIndexError::NoTypes)?;
    if name.is_empty() {
        let default = profile.text(profile.default_sample_type);
        let known = kinds().position(|kind| !default.is_empty() && kind == default);
        return Ok(known.unwrap_or(last));
    }
    if let Ok(number) = name.parse::<i64>() {
        let index = usize::try_from(number).ok().filter(|&index| index <= last);
        let out_of_range = || SampleIndexError::OutOfRange { index: name.to_owned(), last };
        return index.ok_or_else(out_of_range);
    }
    // Older profiles say `space` for `inuse_space`.
    let short = name.strip_prefix("inuse_").unwrap_or(name);
    kinds().position(|kind| kind == name || kind == short).ok_or_else(|| {
        SampleIndexError::Unknown {
            name: name.to_owned(),
            known: kinds().map(str::to_owned).collect(),
        }
    })
}
