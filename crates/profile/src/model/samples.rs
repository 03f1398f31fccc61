//! The samples of a profile as flat arrays.

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

    /// Values of sample `index`; empty if there is no such sample.
    pub fn values(&self, index: usize) -> &[i64] {
        self.values.get(index * self.stride..(index + 1) * self.stride).unwrap_or_default()
    }

    /// Location indices of sample `index`, leaf first; empty if there is no such sample.
    pub fn locations(&self, index: usize) -> &[u32] {
        range(&self.locations, &self.location_ends, index)
    }

    /// Labels of sample `index`; empty if there is no such sample.
    pub fn labels(&self, index: usize) -> &[Label] {
        range(&self.labels, &self.label_ends, index)
    }
}

fn range<'a, T>(items: &'a [T], ends: &[usize], index: usize) -> &'a [T] {
    let Some(&end) = ends.get(index) else { return &[] };
    let start = if index == 0 { 0 } else { ends[index - 1] };
    &items[start..end]
}
