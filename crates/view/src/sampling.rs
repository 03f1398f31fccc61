//! How far the values of a sampled profile may be off.
//!
//! The runtime samples an allocation with a probability that follows from its size (see
//! [`plumb_profile::heap_raw_samples`]) and scales up what it saw: of `n` seen ones of `N` estimated, the value `v` has
//! the variance v²·(1 − n/N)/n. A CPU profile counts ticks: v²/n. Counts of goroutines and threads are exact. What block
//! and mutex profiles leave out is not told by the profile.

use plumb_profile::{Profile, heap_raw_samples};

use crate::config::Config;
use crate::graph::Frames;

/// Half the width of an interval that holds the truth in 95 % of cases, in standard deviations of a normal distribution.
const NORMAL_95: f64 = 1.96;

/// How a profile was sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Sampling {
    /// Every event counts.
    Exact,
    /// Allocations by size; positions of the count and the bytes.
    Heap { objects: usize, bytes: usize, period: i64 },
    /// Ticks of a clock; position of their count.
    Ticks { count: usize },
}

impl Sampling {
    /// How a value of a profile was sampled; `None` if the profile does not tell.
    pub(crate) fn of(profile: &Profile, value: usize, config: &Config) -> Option<Self> {
        // Scaled values no longer tell what was seen.
        if config.normalize || config.mean {
            return None;
        }
        let kinds: Vec<&str> = profile.value_types().map(|(kind, _)| kind).collect();
        let position = |name: &str| kinds.iter().position(|kind| *kind == name);
        let kind = *kinds.get(value)?;
        for prefix in ["inuse_", "alloc_", ""] {
            let pair = (position(&format!("{prefix}objects")), position(&format!("{prefix}space")));
            if let (Some(objects), Some(bytes)) = pair
                && [objects, bytes].contains(&value)
            {
                return Some(Self::Heap { objects, bytes, period: profile.period });
            }
        }
        match kind {
            "cpu" | "samples" => Some(Self::Ticks { count: position("samples")? }),
            "goroutine" | "threadcreate" | "goroutines" => Some(Self::Exact),
            _ => None,
        }
    }

    /// The variance of a value of a sample.
    fn variance(self, values: &[i64], value: usize) -> f64 {
        let at = |index: usize| values.get(index).copied().unwrap_or(0).saturating_abs();
        let square = (at(value) as f64).powi(2);
        match self {
            Self::Exact => 0.0,
            Self::Ticks { count } if at(count) > 0 => square / at(count) as f64,
            Self::Ticks { .. } => 0.0,
            Self::Heap { objects, bytes, period } => {
                let seen = heap_raw_samples(at(objects), at(bytes), period);
                let unseen = 1.0 - seen / at(objects).max(1) as f64;
                if seen > 0.0 { square * unseen.max(0.0) / seen } else { 0.0 }
            }
        }
    }
}

/// What may be missing or too much in a node, with 95 % certainty, in the unit of the value.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct NodeError {
    pub(crate) flat: f64,
    pub(crate) cum: f64,
}

/// The errors of all nodes of a graph, by their ids, and of the sum of all samples.
#[derive(Debug)]
pub(crate) struct Errors {
    nodes: Vec<NodeError>,
    pub(crate) total: f64,
}

impl Errors {
    pub(crate) fn new(
        profile: &Profile,
        frames: &Frames,
        value: usize,
        sampling: Sampling,
    ) -> Self {
        let mut nodes = vec![NodeError::default(); frames.infos.len()];
        let mut seen = vec![u32::MAX; nodes.len()];
        let mut total = 0.0;
        for sample in 0..profile.samples.len() {
            let variance = sampling.variance(profile.samples.values(sample), value);
            total += variance;
            let locations = profile.samples.locations(sample);
            for &node in locations.iter().flat_map(|&location| frames.of(location)) {
                if seen[node as usize] != sample as u32 {
                    seen[node as usize] = sample as u32;
                    nodes[node as usize].cum += variance;
                }
            }
            if let Some(&leaf) = locations.iter().find_map(|&location| frames.of(location).first())
            {
                nodes[leaf as usize].flat += variance;
            }
        }
        let error = |variance: f64| NORMAL_95 * variance.sqrt();
        for node in &mut nodes {
            *node = NodeError { flat: error(node.flat), cum: error(node.cum) };
        }
        Self { nodes, total: error(total) }
    }

    /// The error of a node of a graph that is no call tree.
    pub(crate) fn of(&self, node: u32) -> NodeError {
        self.nodes.get(node as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_samples_tell_little() {
        let heap = Sampling::Heap { objects: 0, bytes: 1, period: 512 << 10 };
        // One sampled object of 16 bytes stands for 32,768: its error is nearly all of it.
        let value = 32_768.0 * 16.0;
        let small = heap.variance(&[32_768, 32_768 * 16], 1).sqrt();
        assert!((0.99..1.01).contains(&(small / value)), "{small}");
        // Objects far larger than the period are all seen.
        let large = heap.variance(&[10, 10 * (64 << 20)], 1).sqrt();
        assert!(large < 1.0, "{large}");
        let ticks = Sampling::Ticks { count: 0 };
        assert_eq!(ticks.variance(&[100, 1_000_000_000], 1).sqrt(), 1e8);
        assert_eq!(Sampling::Exact.variance(&[100], 0), 0.0);
    }

    /// Allocations sampled as the runtime does: the interval must hold the truth about as often as it says. With 16
    /// samples the normal distribution is a rough one.
    #[test]
    fn the_interval_holds_the_truth_in_95_of_100_cases() {
        const PERIOD: i64 = 512 << 10;
        let heap = Sampling::Heap { objects: 0, bytes: 1, period: PERIOD };
        let mut state = 1u64;
        let mut uniform = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        for (size, allocated, at_least) in
            [(4 << 10, 2000, 0.90), (64 << 10, 1000, 0.93), (1 << 20, 300, 0.93)]
        {
            let probability = -(-(size as f64) / PERIOD as f64).exp_m1();
            let mut held = 0;
            for _ in 0..1000 {
                let seen = (0..allocated).filter(|_| uniform() < probability).count() as f64;
                let objects = (seen / probability) as i64;
                let error = NORMAL_95 * heap.variance(&[objects, objects * size], 1).sqrt();
                let truth = (allocated * size) as f64;
                held += u32::from(((objects * size) as f64 - truth).abs() <= error + size as f64);
            }
            let share = f64::from(held) / 1000.0;
            assert!((at_least..0.99).contains(&share), "{share} at {size} bytes");
        }
    }
}
