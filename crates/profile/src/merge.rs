//! Several profiles as one: merged, or one subtracted from another, as pprof does it. The order of the tables and
//! samples of the result is pprof's, since equal rows of a report keep it.

mod headers;
mod scale;
mod tables;
mod types;
mod units;
mod unused;

use thiserror::Error;

use crate::model::Profile;
pub(crate) use scale::go_int64;
use tables::Merger;

/// Why profiles cannot be merged, in pprof's words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MergeError {
    /// The list is empty.
    #[error("no profiles to merge")]
    NoProfiles,
    /// No sample type occurs in all profiles.
    #[error("profiles have empty common sample type list")]
    NoCommonSampleType,
    /// Period types that measure different things, even after conversion of units.
    #[error("period type: incompatible types: {{{0} 0 0}} {{{1} 0 0}}")]
    PeriodTypes(String, String),
    /// Sample types of one name with units that cannot be converted.
    #[error("sample types: incompatible types: {{{0} 0 0}} {{{1} 0 0}}")]
    SampleTypes(String, String),
    /// Period types that are not equal.
    #[error("incompatible period types &{{{0} 0 0}} and &{{{1} 0 0}}")]
    UnequalPeriodTypes(String, String),
    /// Sample types that are not equal. pprof prints addresses of memory here.
    #[error("incompatible sample types [{0}] and [{1}]")]
    UnequalSampleTypes(String, String),
    /// Ratios that are not as many as sample types.
    #[error("mismatched scale ratios, got {got}, want {want}")]
    Ratios {
        /// Number of ratios.
        got: usize,
        /// Number of sample types.
        want: usize,
    },
}

/// What happens to a base that is subtracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BaseOptions {
    /// Samples of the base get the label [`BASE_LABEL`], so that they do not cancel with equal ones.
    pub keep_apart: bool,
    /// The profile is first scaled so that the sums of its values are those of the base.
    pub normalize: bool,
}

/// Name of the label of samples of a base; its value is `true`.
pub const BASE_LABEL: &str = "pprof::base";

/// Merges profiles that may differ in sample types and units: the common types remain, in the finest unit. A single
/// profile stays as it is.
///
/// # Errors
/// If the profiles have no common sample type or measure different things.
pub fn combine(mut profiles: Vec<Profile>) -> Result<Profile, MergeError> {
    types::keep_common(&mut profiles)?;
    types::unify_units(&mut profiles)?;
    if profiles.len() == 1
        && let Some(only) = profiles.pop()
    {
        return Ok(only);
    }
    let headers: Vec<&Profile> = profiles.iter().collect();
    let samples = sample_count(&headers);
    let mut merger = Merger::new(headers::combine(&headers)?, samples);
    // Each source goes as soon as it is merged: two large profiles are enough to hold.
    for source in profiles {
        merger.add(&source);
    }
    Ok(merger.finish())
}

/// Merges profiles with equal sample types and period types. Samples with only zeros go, and so does what no sample
/// refers to.
///
/// # Errors
/// If there is none, or their types differ.
pub fn merge(profiles: &[&Profile]) -> Result<Profile, MergeError> {
    let mut merger = Merger::new(headers::combine(profiles)?, sample_count(profiles));
    profiles.iter().for_each(|source| merger.add(source));
    Ok(merger.finish())
}

fn sample_count(profiles: &[&Profile]) -> usize {
    profiles.iter().map(|profile| profile.samples.len()).sum()
}

/// Subtracts `base` from `profile`.
///
/// # Errors
/// As [`combine`].
pub fn subtract_base(
    mut profile: Profile,
    mut base: Profile,
    options: BaseOptions,
) -> Result<Profile, MergeError> {
    if options.keep_apart {
        base.set_label(BASE_LABEL, "true");
    }
    if options.normalize {
        profile.normalize(&base)?;
    }
    base.scale(-1.0);
    combine(vec![profile, base])
}

impl Profile {
    /// The profile without samples of zeros and without what no sample refers to.
    pub fn compacted(&self) -> Profile {
        let mut merger = Merger::new(headers::of(self), self.samples.len());
        merger.add(self);
        merger.finish()
    }
}
