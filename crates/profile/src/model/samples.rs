//! The samples of a profile as flat arrays.

use std::ops::Range;

use super::Label;

/// Samples as flat arrays: values with a fixed stride, stacks and labels as ranges.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Samples {
    stride: usize,
    len: usize,
    values: Vec<i64>,
    locations: Vec<u32>,
    location_ends: Vec<usize>,
    labels: Vec<Label>,
    label_ends: Vec<usize>,
}

impl Samples {
    /// No samples yet; each will have `stride` values.
    pub fn new(stride: usize) -> Self {
        Self { stride, ..Self::default() }
    }

    /// As [`new`](Self::new), with room for samples with so many values and locations in all.
    pub(crate) fn with_capacity(
        stride: usize,
        samples: usize,
        values: usize,
        locations: usize,
    ) -> Self {
        Self {
            stride,
            values: Vec::with_capacity(values),
            locations: Vec::with_capacity(locations),
            location_ends: Vec::with_capacity(samples),
            label_ends: Vec::with_capacity(samples),
            ..Self::default()
        }
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of values of each sample.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Appends a sample. `locations` are indices into the profile's table, leaf first. Missing values
    /// become 0, surplus ones are dropped.
    pub fn push(
        &mut self,
        values: &[i64],
        locations: impl IntoIterator<Item = u32>,
        labels: impl IntoIterator<Item = Label>,
    ) {
        self.values.extend_from_slice(&values[..values.len().min(self.stride)]);
        self.len += 1;
        self.values.resize(self.len * self.stride, 0);
        self.locations.extend(locations);
        self.location_ends.push(self.locations.len());
        self.labels.extend(labels);
        self.label_ends.push(self.labels.len());
    }

    /// A sample to be filled bit by bit.
    pub(crate) fn draft(&mut self) -> Draft<'_> {
        Draft { values_start: self.values.len(), samples: self }
    }

    /// Values of sample `index`; empty if there is no such sample.
    pub fn values(&self, index: usize) -> &[i64] {
        self.values.get(index * self.stride..(index + 1) * self.stride).unwrap_or_default()
    }

    /// Values of sample `index`, to change them; empty if there is no such sample.
    pub fn values_mut(&mut self, index: usize) -> &mut [i64] {
        self.values.get_mut(index * self.stride..(index + 1) * self.stride).unwrap_or_default()
    }

    /// Location indices of sample `index`, leaf first; empty if there is no such sample.
    pub fn locations(&self, index: usize) -> &[u32] {
        range(&self.locations, &self.location_ends, index)
    }

    /// Labels of sample `index`; empty if there is no such sample.
    pub fn labels(&self, index: usize) -> &[Label] {
        range(&self.labels, &self.label_ends, index)
    }

    /// All labels, sample after sample.
    pub fn all_labels(&self) -> &[Label] {
        &self.labels
    }

    /// Keeps the samples for which `keep` says so; it gets the position.
    pub fn retain(&mut self, mut keep: impl FnMut(&Self, usize) -> bool) {
        let kept: Vec<bool> = (0..self.len).map(|index| keep(self, index)).collect();
        if kept.contains(&false) {
            self.edit_stacks(|index, stack| kept[index].then_some(0..stack.len()));
        }
    }

    /// Calls `edit` with the position and the stack of every sample. It may reorder the stack and returns which part
    /// of it stays; none drops the sample.
    pub fn edit_stacks(&mut self, mut edit: impl FnMut(usize, &mut [u32]) -> Option<Range<usize>>) {
        let (mut len, mut stack_len, mut label_len) = (0, 0, 0);
        let (mut stack_start, mut label_start) = (0, 0);
        for index in 0..self.len {
            let stack = stack_start..self.location_ends[index];
            let labels = label_start..self.label_ends[index];
            (stack_start, label_start) = (stack.end, labels.end);
            let Some(part) = edit(index, &mut self.locations[stack.clone()]) else { continue };
            let part = stack.start + part.start..stack.start + part.end;
            stack_len += move_down(&mut self.locations, part, stack_len);
            label_len += move_down(&mut self.labels, labels, label_len);
            let values = index * self.stride..(index + 1) * self.stride;
            move_down(&mut self.values, values, len * self.stride);
            self.location_ends[len] = stack_len;
            self.label_ends[len] = label_len;
            len += 1;
        }
        self.len = len;
        self.locations.truncate(stack_len);
        self.location_ends.truncate(len);
        self.labels.truncate(label_len);
        self.label_ends.truncate(len);
        self.values.truncate(len * self.stride);
    }

    /// Rebuilds all stacks: `build` gets the position and the old stack, and appends the new one.
    pub fn rebuild_stacks(&mut self, mut build: impl FnMut(usize, &[u32], &mut Vec<u32>)) {
        let mut locations = Vec::with_capacity(self.locations.len());
        let mut start = 0;
        for (index, end) in self.location_ends.iter_mut().enumerate() {
            build(index, &self.locations[start..*end], &mut locations);
            start = std::mem::replace(end, locations.len());
        }
        self.locations = locations;
    }

    /// Keeps the labels for which `keep` says so.
    pub fn retain_labels(&mut self, mut keep: impl FnMut(&Label) -> bool) {
        let (mut start, mut len) = (0, 0);
        for end in &mut self.label_ends {
            for at in start..*end {
                let label = self.labels[at];
                if keep(&label) {
                    self.labels[len] = label;
                    len += 1;
                }
            }
            start = std::mem::replace(end, len);
        }
        self.labels.truncate(len);
    }

    /// Appends `label` to every sample.
    pub fn label_all(&mut self, label: Label) {
        let mut labels = Vec::with_capacity(self.labels.len() + self.len);
        let mut start = 0;
        for end in &mut self.label_ends {
            labels.extend_from_slice(&self.labels[start..*end]);
            labels.push(label);
            start = std::mem::replace(end, labels.len());
        }
        self.labels = labels;
    }

    /// Replaces the values of every sample by those at `positions`, in that order.
    ///
    /// # Panics
    /// If a position is not below [`stride`](Self::stride).
    pub fn select_values(&mut self, positions: &[usize]) {
        let mut values = Vec::with_capacity(self.len * positions.len());
        for index in 0..self.len {
            let old = self.values(index);
            values.extend(positions.iter().map(|at| old[*at]));
        }
        self.values = values;
        self.stride = positions.len();
    }
}

/// A sample that is being read. It must be kept or given up.
pub(crate) struct Draft<'s> {
    samples: &'s mut Samples,
    values_start: usize,
}

impl Draft<'_> {
    #[inline]
    pub(crate) fn value(&mut self, value: i64) {
        self.samples.values.push(value);
    }

    /// Where its locations are appended.
    pub(crate) fn locations(&mut self) -> &mut Vec<u32> {
        &mut self.samples.locations
    }

    pub(crate) fn label(&mut self, label: Label) {
        self.samples.labels.push(label);
    }

    /// Number of labels so far.
    pub(crate) fn label_count(&self) -> usize {
        self.samples.labels.len() - self.samples.label_ends.last().copied().unwrap_or(0)
    }

    /// Number of values so far.
    pub(crate) fn value_count(&self) -> usize {
        self.samples.values.len() - self.values_start
    }

    /// Adds the sample if it has the right number of values; forgets it otherwise.
    pub(crate) fn finish(self) -> bool {
        let complete = self.value_count() == self.samples.stride;
        let samples = self.samples;
        if complete {
            samples.len += 1;
            samples.location_ends.push(samples.locations.len());
            samples.label_ends.push(samples.labels.len());
        } else {
            samples.values.truncate(self.values_start);
            samples.locations.truncate(samples.location_ends.last().copied().unwrap_or(0));
            samples.labels.truncate(samples.label_ends.last().copied().unwrap_or(0));
        }
        complete
    }
}

/// Moves `part` to `to`, which is not behind it. Returns its length.
fn move_down<T: Copy>(items: &mut [T], part: Range<usize>, to: usize) -> usize {
    let len = part.len();
    if part.start != to {
        items.copy_within(part, to);
    }
    len
}

fn range<'a, T>(items: &'a [T], ends: &[usize], index: usize) -> &'a [T] {
    let Some(&end) = ends.get(index) else { return &[] };
    let start = if index == 0 { 0 } else { ends[index - 1] };
    &items[start..end]
}
