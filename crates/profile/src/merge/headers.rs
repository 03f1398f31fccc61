//! What a merged profile says about itself.

use rustc_hash::FxHashSet;

use super::MergeError;
use crate::model::{Profile, ValueType};
use crate::strings::{Interner, StrId};

/// A profile without samples and tables, and the strings of its header.
pub(super) struct Header {
    pub(super) profile: Profile,
    pub(super) strings: Interner,
}

/// The header of one profile.
pub(super) fn of(profile: &Profile) -> Header {
    build(profile, &[profile])
}

/// The header of all: the earliest time, the sum of the durations, the longest period, all comments once, and the
/// first of what can only be one.
pub(super) fn combine(profiles: &[&Profile]) -> Result<Header, MergeError> {
    let (first, others) = profiles.split_first().ok_or(MergeError::NoProfiles)?;
    others.iter().try_for_each(|other| check_equal_types(first, other))?;
    Ok(build(first, profiles))
}

fn build(first: &Profile, profiles: &[&Profile]) -> Header {
    let mut strings = Interner::new();
    let mut header = Profile {
        sample_types: first.sample_types.iter().map(|t| copy(*t, first, &mut strings)).collect(),
        period_type: copy(first.period_type, first, &mut strings),
        drop_frames: strings.intern(first.text(first.drop_frames)),
        keep_frames: strings.intern(first.text(first.keep_frames)),
        declared_kind: first.declared_kind,
        ..Profile::default()
    };
    let mut comments = FxHashSet::default();
    for p in profiles {
        if header.time_nanos == 0 || p.time_nanos < header.time_nanos {
            header.time_nanos = p.time_nanos;
        }
        header.duration_nanos = header.duration_nanos.wrapping_add(p.duration_nanos);
        if header.period == 0 || header.period < p.period {
            header.period = p.period;
        }
        for comment in &p.comments {
            let id = strings.intern(p.text(*comment));
            if comments.insert(id) {
                header.comments.push(id);
            }
        }
        let mut set_first = |id: &mut StrId, text| {
            if *id == StrId::EMPTY {
                *id = strings.intern(text);
            }
        };
        set_first(&mut header.default_sample_type, p.text(p.default_sample_type));
        set_first(&mut header.doc_url, p.text(p.doc_url));
    }
    Header { profile: header, strings }
}

fn copy(value_type: ValueType, of: &Profile, strings: &mut Interner) -> ValueType {
    ValueType {
        kind: strings.intern(of.text(value_type.kind)),
        unit: strings.intern(of.text(value_type.unit)),
    }
}

/// Whether two profiles can be merged or compared as they are.
pub(super) fn check_equal_types(a: &Profile, b: &Profile) -> Result<(), MergeError> {
    let period = |p: &Profile| spelled(p, p.period_type);
    if period(a) != period(b) {
        return Err(MergeError::UnequalPeriodTypes(period(a), period(b)));
    }
    if !a.value_types().eq(b.value_types()) {
        let types = |p: &Profile| {
            p.sample_types.iter().map(|t| spelled(p, *t)).collect::<Vec<_>>().join(", ")
        };
        return Err(MergeError::UnequalSampleTypes(types(a), types(b)));
    }
    Ok(())
}

/// Name and unit.
pub(super) fn spelled(profile: &Profile, value_type: ValueType) -> String {
    format!("{} {}", profile.text(value_type.kind), profile.text(value_type.unit))
}
