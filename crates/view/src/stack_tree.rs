//! The stacks of a report, for drawings that follow them from frame to frame: flame graphs and comparisons.
//!
//! pprof hands every stack to the browser. Here they stay where they are, and only what can be seen is merged; see
//! [`Stacks::tree`].

mod source;
#[cfg(test)]
mod tests;
mod tree;

pub use source::Source;
pub use tree::{Branch, StackTree, TreeLimits, TreeNode};

use std::ops::AddAssign;

use plumb_profile::Samples;
use regex::Regex;

use crate::graph::Frames;
use crate::measure;
use crate::report::Report;
use source::Sources;

/// Position of a frame's source in [`Stacks::sources`].
pub type SourceId = u32;

/// What stands for the bottom of all stacks.
pub const ROOT: SourceId = 0;

/// Sums of the values above and below zero, both without sign. In a difference those below zero are the base's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// Sum of the values above zero.
    pub plus: u64,
    /// Sum of the values below zero, without the sign.
    pub minus: u64,
}

impl Amount {
    fn of(value: i64) -> Self {
        let size = value.unsigned_abs();
        if value < 0 { Self { plus: 0, minus: size } } else { Self { plus: size, minus: 0 } }
    }

    /// Both together: how wide it is drawn.
    pub fn size(self) -> u64 {
        self.plus.saturating_add(self.minus)
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.plus = self.plus.saturating_add(other.plus);
        self.minus = self.minus.saturating_add(other.minus);
    }
}

/// The stacks of a report.
#[derive(Debug)]
pub struct Stacks {
    samples: Samples,
    value: usize,
    sources: Sources,
    /// What percentages are of.
    pub total: u64,
    /// What the values are, for example `inuse_space`.
    pub kind: String,
    /// Units to write values in, from small to large: name, and how many of the profile's values make one.
    pub units: Vec<(String, f64)>,
}

/// What a source took in all stacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceTotal {
    /// The source.
    pub source: SourceId,
    /// What it took itself.
    pub flat: Amount,
    /// What it and all that it called took.
    pub cum: Amount,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The sources that match, in order.
    pub sources: Vec<SourceId>,
    /// What the stacks with one of them took.
    pub amount: Amount,
}

impl Report {
    /// The stacks that the filters of the report leave. Values are sums, also where the configuration asks for means,
    /// which do not add up along a stack.
    pub fn into_stacks(self) -> Stacks {
        let frames = Frames::new(&self.profile, false);
        let (trim, search) = (&self.config.trim_path, &self.config.source_path);
        let sources = Sources::new(&self.profile, &frames, trim, search);
        let is_mean = self.values.of.divisor.is_some();
        let ratio = self.values.ratio.unwrap_or(1.0);
        let mut units = measure::units(&self.values.of.unit, &self.config.unit);
        units.iter_mut().for_each(|(_, factor)| *factor /= ratio);
        let mut stacks = Stacks {
            samples: self.profile.samples,
            value: self.values.of.index,
            sources,
            total: self.values.total.unsigned_abs(),
            kind: self.values.of.kind,
            units,
        };
        if is_mean {
            stacks.total = stacks.amount().size();
        }
        stacks
    }
}

impl Stacks {
    /// What frames are of; the first one stands for the bottom of all stacks.
    pub fn sources(&self) -> &[Source] {
        &self.sources.all
    }

    /// What all stacks took.
    pub fn amount(&self) -> Amount {
        let mut sum = Amount::default();
        (0..self.samples.len()).for_each(|sample| sum += self.value(sample));
        sum
    }

    /// What each source took itself and with what it called, in the order of the sources. Whether it was inlined makes no
    /// difference here: all counts for the first source of the same name.
    pub fn totals(&self) -> Vec<SourceTotal> {
        let total =
            |source| SourceTotal { source, flat: Amount::default(), cum: Amount::default() };
        let mut totals: Vec<_> = (0..self.sources.all.len() as SourceId).map(total).collect();
        let same = self.sources.same.as_slice();
        // The last sample that counted for each source: one that calls itself counts once.
        let mut last = vec![usize::MAX; totals.len()];
        for sample in 0..self.samples.len() {
            let amount = self.value(sample);
            if let Some(&leaf) = self.leaf(sample) {
                totals[same[leaf as usize] as usize].flat += amount;
            }
            for &location in self.samples.locations(sample) {
                for &source in self.sources.of(location) {
                    let source = same[source as usize];
                    if std::mem::replace(&mut last[source as usize], sample) != sample {
                        totals[source as usize].cum += amount;
                    }
                }
            }
        }
        totals
    }

    /// The sources whose name or file matches, and what the stacks with one of them took.
    pub fn find(&self, regex: &Regex) -> Found {
        let sources = self.sources.matching(regex);
        let mut matches = vec![false; self.sources.all.len()];
        sources.iter().for_each(|&source| matches[source as usize] = true);
        let locations = self.sources.locations_with(&matches);
        let mut amount = Amount::default();
        for sample in 0..self.samples.len() {
            let is_with = |&location: &u32| locations.get(location as usize) == Some(&true);
            if self.samples.locations(sample).iter().any(is_with) {
                amount += self.value(sample);
            }
        }
        Found { sources, amount }
    }

    fn value(&self, sample: usize) -> Amount {
        Amount::of(self.samples.values(sample).get(self.value).copied().unwrap_or(0))
    }

    /// The innermost source of a sample.
    fn leaf(&self, sample: usize) -> Option<&SourceId> {
        let locations = self.samples.locations(sample).iter();
        locations.filter_map(|&location| self.sources.of(location).last()).next()
    }
}
