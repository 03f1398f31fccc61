//! The order in which pprof shows and writes the labels of a sample.

use super::{Label, LabelValue, Profile};
use crate::strings::StrId;

/// Sorts labels as pprof keeps them: texts before numbers, each by name. The order of the values of one name stays.
pub(crate) fn sort_labels<'s>(labels: &mut [Label], text: impl Fn(StrId) -> &'s str) {
    if labels.len() > 1 {
        labels.sort_by(|a, b| {
            is_number(a).cmp(&is_number(b)).then_with(|| text(a.key).cmp(text(b.key)))
        });
    }
}

pub(crate) fn is_number(label: &Label) -> bool {
    matches!(label.value, LabelValue::Number(..))
}

/// Whether a label of a group has a unit; then all of the group are shown with one.
pub(crate) fn has_unit(group: &[Label]) -> bool {
    group.iter().any(|l| matches!(l.value, LabelValue::Number(_, unit) if unit != StrId::EMPTY))
}

impl Profile {
    /// Calls `each` for the labels of a sample that have one name and kind, in pprof's order. `scratch` holds them.
    pub(crate) fn label_groups<'p>(
        &'p self,
        sample: usize,
        scratch: &mut Vec<Label>,
        mut each: impl FnMut(&'p str, &[Label]),
    ) {
        let labels = self.samples.labels(sample);
        if let [only] = labels {
            return each(self.text(only.key), labels);
        }
        scratch.clear();
        scratch.extend_from_slice(labels);
        sort_labels(scratch, |id| self.text(id));
        let same = |a: &Label, b: &Label| {
            is_number(a) == is_number(b) && self.text(a.key) == self.text(b.key)
        };
        for group in scratch.chunk_by(same) {
            each(self.text(group[0].key), group);
        }
    }
}
