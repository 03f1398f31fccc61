//! Sample types and units that differ between profiles, made equal before merging.

use rustc_hash::FxHashMap;

use super::headers::spelled;
use super::units::{convert, convertible};
use super::{MergeError, scale};
use crate::model::{Profile, ValueType};

/// Leaves the sample types that all profiles have, in the order of the first one.
pub(super) fn keep_common(profiles: &mut [Profile]) -> Result<(), MergeError> {
    let mut counts = FxHashMap::<String, usize>::default();
    for profile in profiles.iter() {
        for (kind, _) in profile.value_types() {
            *counts.entry(kind.to_owned()).or_default() += 1;
        }
    }
    let Some(first) = profiles.first() else { return Err(MergeError::NoCommonSampleType) };
    let is_common = |kind: &&str| counts.get(*kind) == Some(&profiles.len());
    let common: Vec<String> =
        first.value_types().map(|(kind, _)| kind).filter(is_common).map(str::to_owned).collect();
    if common.is_empty() {
        return Err(MergeError::NoCommonSampleType);
    }
    profiles.iter_mut().for_each(|profile| select(profile, &common));
    Ok(())
}

/// Leaves the sample types named in `kinds`, which the profile has.
fn select(profile: &mut Profile, kinds: &[String]) {
    let positions: Vec<usize> = kinds.iter().filter_map(|kind| profile.value_index(kind)).collect();
    if positions.iter().copied().eq(0..profile.sample_types.len()) {
        return;
    }
    profile.forget_unknown_fields();
    let default = profile.text(profile.default_sample_type);
    if !kinds.iter().any(|kind| kind == default) {
        profile.default_sample_type = profile.sample_types[positions[0]].kind;
    }
    profile.sample_types = positions.iter().map(|at| profile.sample_types[*at]).collect();
    profile.samples.select_values(&positions);
}

/// Converts the values and periods of all profiles to the finest unit of each type.
pub(super) fn unify_units(profiles: &mut [Profile]) -> Result<(), MergeError> {
    if profiles.len() < 2 {
        return Ok(());
    }
    let period =
        finest(profiles, |p| p.period_type).map_err(|(a, b)| MergeError::PeriodTypes(a, b))?;
    let units: Vec<String> = (0..profiles[0].sample_types.len())
        .map(|at| finest(profiles, |p| p.sample_types[at]))
        .collect::<Result<_, _>>()
        .map_err(|(a, b)| MergeError::SampleTypes(a, b))?;
    for profile in profiles {
        let from = profile.text(profile.period_type.unit);
        profile.period = convert(profile.period, from, &period) as i64;
        set_unit(profile, &period, |p| &mut p.period_type);
        let ratios: Vec<f64> = units
            .iter()
            .zip(&profile.sample_types)
            .map(|(unit, t)| convert(1, profile.text(t.unit), unit))
            .collect();
        for (at, unit) in units.iter().enumerate() {
            set_unit(profile, unit, |p| &mut p.sample_types[at]);
        }
        scale::by(profile, &ratios);
    }
    Ok(())
}

/// The finest unit of a value type in all profiles, or the two types that are incompatible.
fn finest(
    profiles: &[Profile],
    of: impl Fn(&Profile) -> ValueType,
) -> Result<String, (String, String)> {
    let mut best = &profiles[0];
    for profile in &profiles[1..] {
        let (a, b) = (of(best), of(profile));
        if !compatible((best, a), (profile, b)) {
            return Err((spelled(best, a), spelled(profile, b)));
        }
        if convert(1, profile.text(b.unit), best.text(a.unit)) < 1.0 {
            best = profile;
        }
    }
    Ok(best.text(of(best).unit).to_owned())
}

/// Whether two types mean the same; a plural does not matter.
fn compatible(a: (&Profile, ValueType), b: (&Profile, ValueType)) -> bool {
    let kind = |(p, t): (&Profile, ValueType)| {
        let kind = p.text(t.kind);
        kind.strip_suffix('s').unwrap_or(kind).to_owned()
    };
    kind(a) == kind(b) && convertible(a.0.text(a.1.unit), b.0.text(b.1.unit))
}

fn set_unit(profile: &mut Profile, unit: &str, of: impl Fn(&mut Profile) -> &mut ValueType) {
    let old = of(profile).unit;
    if profile.text(old) != unit {
        of(profile).unit = profile.strings.push(unit);
    }
}
