//! What pprof would refuse a profile for.

use rustc_hash::FxHashSet;

use super::wire::Value;
use crate::model::Profile;

/// What was found wrong while decoding, as far as pprof cares.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// The protobuf cannot be decoded.
    pub(super) malformed: bool,
    /// The header occurs twice.
    pub(super) concatenated: bool,
    details: bool,
    /// What is wrong with the first sample that pprof refuses.
    sample: Option<String>,
}

impl Faults {
    /// Asks for texts and not only for flags.
    pub(super) fn collect_details(&mut self) {
        self.details = true;
    }

    pub(super) fn wants_details(&self) -> bool {
        self.details
    }

    /// The number, if `value` is one.
    pub(super) fn number(&mut self, value: Value<'_>) -> Option<u64> {
        let number = value.number();
        self.malformed |= number.is_none();
        number
    }

    /// A sample was read.
    #[inline]
    pub(super) fn sample(&mut self, values: usize, types: usize, dangling: bool) {
        if (values != types || dangling || types == 0) && self.details && self.sample.is_none() {
            self.sample = Some(match (values, types) {
                (_, 0) => "missing sample type information".to_owned(),
                (values, types) if values != types => {
                    format!("mismatch: sample has {values} values vs. {types} types")
                }
                _ => "sample has nil location".to_owned(),
            });
        }
    }

    /// The first violation of the rules for a decoded profile, in pprof's words and order.
    pub(super) fn violation(self, profile: &Profile) -> Option<String> {
        self.sample.or_else(|| table_violation(profile))
    }
}

/// The first violation in the tables: ids that are 0 or occur twice, lines without a function.
fn table_violation(profile: &Profile) -> Option<String> {
    let mappings = profile.mappings.iter().map(|m| m.id);
    let functions = profile.functions.iter().map(|f| f.id);
    id_violation(mappings, "mapping", "ID=0", |_| None)
        .or_else(|| id_violation(functions, "function", "ID=0", |_| None))
        .or_else(|| {
            let ids = profile.locations.iter().map(|l| l.id);
            id_violation(ids, "location", "id=0", |index| {
                let location = &profile.locations[index];
                let lines = profile.location_lines(location);
                lines
                    .iter()
                    .any(|line| line.function.is_none())
                    .then(|| format!("location id: {} has a line with nil function", location.id))
            })
        })
}

fn id_violation(
    ids: impl Iterator<Item = u64>,
    what: &str,
    zero: &str,
    other: impl Fn(usize) -> Option<String>,
) -> Option<String> {
    // Writers number upwards: then nothing can occur twice, and no set is needed.
    let mut seen = FxHashSet::default();
    let (mut highest, mut ascending) = (0, Vec::new());
    for (index, id) in ids.enumerate() {
        if id == 0 {
            return Some(format!("found {what} with reserved {zero}"));
        }
        if id > highest {
            highest = id;
            ascending.push(id);
        } else if ascending.binary_search(&id).is_ok() || !seen.insert(id) {
            return Some(format!("multiple {what}s with same id: {id}"));
        }
        if let Some(violation) = other(index) {
            return Some(violation);
        }
    }
    None
}
