//! Labels of samples as the graph counts them: the text labels of a sample together are one tag, and so is each value of
//! the number `bytes`.

use plumb_profile::{BASE_LABEL, LabelRef, Profile};
use rustc_hash::FxHashMap;

use super::{GraphOptions, Weight};
use crate::measure::scaled_label;

/// Weights of what had a label.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tag {
    pub(crate) flat: Weight,
    pub(crate) cum: Weight,
}

/// A value of a numeric label.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NumericTag {
    pub(crate) value: i64,
    pub(crate) tag: Tag,
}

/// The labels of what ran in a node. Numbers are positions in [`Graph::label_names`](super::Graph::label_names).
#[derive(Debug, Clone, Default)]
pub(crate) struct NodeTags {
    pub(crate) texts: FxHashMap<u32, Tag>,
    /// By the text labels of the same samples and the number as text.
    pub(crate) numbers: FxHashMap<(u32, u32), NumericTag>,
}

/// The number of what has no text labels.
pub(crate) const NO_LABEL: u32 = 0;

/// The name of the numeric label that graphs show.
const BYTES: &str = "bytes";

/// Finds the labels of samples.
pub(super) struct Labels<'o> {
    options: GraphOptions<'o>,
    pub(super) names: Vec<String>,
    numbers: FxHashMap<String, u32>,
    /// Values of `bytes` that were written before.
    written: FxHashMap<i64, u32>,
}

/// The labels of one sample.
#[derive(Debug, Default)]
pub(super) struct SampleLabels {
    text: u32,
    bytes: Vec<(u32, i64)>,
}

impl<'o> Labels<'o> {
    pub(super) fn new(options: GraphOptions<'o>) -> Self {
        let mut this = Self {
            options,
            names: Vec::new(),
            numbers: FxHashMap::default(),
            written: FxHashMap::default(),
        };
        this.number(String::new());
        this
    }

    fn number(&mut self, name: String) -> u32 {
        if let Some(&number) = self.numbers.get(&name) {
            return number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.clone());
        self.numbers.insert(name, number);
        number
    }

    /// Reads the labels of a sample into `found`.
    pub(super) fn of(&mut self, profile: &Profile, sample: usize, found: &mut SampleLabels) {
        found.text = NO_LABEL;
        found.bytes.clear();
        if !self.options.with_tags || profile.samples.labels(sample).is_empty() {
            return;
        }
        let mut texts = Vec::new();
        for label in profile.sample(sample).labels() {
            match label {
                LabelRef::Text { key: BASE_LABEL, .. } => {}
                LabelRef::Text { key, value } => texts.push(format!("{key}:{value}")),
                LabelRef::Number { key: BYTES, value, .. } => {
                    found.bytes.push((self.bytes(value), value));
                }
                LabelRef::Number { .. } => {}
            }
        }
        if !texts.is_empty() {
            texts.sort_unstable();
            found.text = self.number(texts.join("\\n"));
        }
    }

    fn bytes(&mut self, value: i64) -> u32 {
        if let Some(&number) = self.written.get(&value) {
            return number;
        }
        let number =
            self.number(scaled_label(value, self.options.unit_of_bytes, self.options.unit));
        self.written.insert(value, number);
        number
    }
}

impl NodeTags {
    /// Adds the weight of a sample to the tags that `part` names.
    pub(super) fn add(
        &mut self,
        labels: &SampleLabels,
        weight: Weight,
        part: impl Fn(&mut Tag) -> &mut Weight,
    ) {
        if labels.text != NO_LABEL {
            part(self.texts.entry(labels.text).or_default()).add(weight);
        }
        for &(number, value) in &labels.bytes {
            let tag = self.numbers.entry((labels.text, number));
            let tag = tag.or_insert(NumericTag { value, tag: Tag::default() });
            part(&mut tag.tag).add(weight);
        }
    }

    /// Drops tags below a weight.
    pub(super) fn trim(&mut self, cutoff: u64) {
        let stays = |tag: &Tag| tag.flat.size() >= cutoff || tag.cum.size() >= cutoff;
        self.texts.retain(|_, tag| stays(tag));
        self.numbers.retain(|_, number| stays(&number.tag));
    }

    /// How many tags have a weight of their own.
    pub(super) fn flat_count(&self) -> usize {
        let texts = self.texts.values().filter(|tag| tag.flat.sum != 0).count();
        texts + self.numbers.values().filter(|number| number.tag.flat.sum != 0).count()
    }
}
