//! Filters by label, and changes of labels.

use regex::Regex;
use rustc_hash::FxHashSet;

use crate::model::{Label, LabelValue, Profile, SampleRef};
use crate::strings::StrId;

impl Profile {
    /// Keeps the samples for which `keep` says so.
    pub fn retain_samples(&mut self, mut keep: impl FnMut(SampleRef<'_>) -> bool) {
        let kept: Vec<bool> = self.samples().map(&mut keep).collect();
        if kept.contains(&false) {
            self.forget_unknown_fields();
            self.samples.retain(|_, index| kept[index]);
        }
    }

    /// Keeps the labels whose name `show` matches and `hide` does not. Returns whether a label was matched by
    /// `show` (also if it is not given) and by `hide`.
    pub fn filter_labels(&mut self, show: Option<&Regex>, hide: Option<&Regex>) -> (bool, bool) {
        let keys = self.label_keys();
        let is_match = |regex: &Regex, key: StrId| regex.is_match(self.text(key));
        let mut matched = (false, false);
        let mut removed = FxHashSet::default();
        for key in keys {
            let shown = show.is_none_or(|regex| is_match(regex, key));
            let hidden = hide.is_some_and(|regex| is_match(regex, key));
            matched = (matched.0 | shown, matched.1 | hidden);
            if !shown || hidden {
                removed.insert(key);
            }
        }
        if !removed.is_empty() {
            self.forget_unknown_fields();
            self.samples.retain_labels(|label| !removed.contains(&label.key));
        }
        matched
    }

    /// Names of all labels, each once in the order of the samples.
    pub fn label_keys(&self) -> Vec<StrId> {
        let (mut keys, mut last) = (Vec::new(), None);
        let mut seen = FxHashSet::default();
        for label in self.samples.all_labels() {
            if last != Some(label.key) && seen.insert(label.key) {
                keys.push(label.key);
            }
            last = Some(label.key);
        }
        keys
    }

    /// Removes the text labels named `key` from all samples.
    pub fn remove_label(&mut self, key: &str) {
        self.retain_labels_unless(key, |label| matches!(label.value, LabelValue::Text(_)));
    }

    /// Removes the number labels named `key` from all samples.
    pub fn remove_number_label(&mut self, key: &str) {
        self.retain_labels_unless(key, |label| matches!(label.value, LabelValue::Number(..)));
    }

    fn retain_labels_unless(&mut self, key: &str, removed: impl Fn(&Label) -> bool) {
        let keys = self.label_keys();
        let keys: FxHashSet<_> = keys.into_iter().filter(|id| self.text(*id) == key).collect();
        if !keys.is_empty() {
            self.forget_unknown_fields();
            self.samples.retain_labels(|label| !(keys.contains(&label.key) && removed(label)));
        }
    }

    /// Gives every sample the text label `key` with `value`, in place of those that it has under that name.
    pub fn set_label(&mut self, key: &str, value: &str) {
        self.remove_label(key);
        self.forget_unknown_fields();
        let key = self.strings.push(key);
        let value = LabelValue::Text(self.strings.push(value));
        self.samples.label_all(Label { key, value });
    }
}
