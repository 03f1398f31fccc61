//! Whole stacks from the root to the leaf, equal ones as one: what flame graphs, folded stacks and speedscope show.

use rustc_hash::FxHashMap;

use crate::graph::{Frames, NodeId, NodeInfo, Weight};
use crate::report::Report;
use crate::source_paths;

/// The stacks of a report.
pub(crate) struct Stacks {
    frames: Frames,
    /// From root to leaf.
    pub(crate) stacks: Vec<Stack>,
}

/// A stack that samples have.
pub(crate) struct Stack {
    /// Frames from the root, inlined ones included.
    pub(crate) frames: Vec<NodeId>,
    /// Sum of the values above zero.
    pub(crate) more: i64,
    /// Sum of those below zero, without its sign.
    pub(crate) less: i64,
}

impl Stacks {
    /// The stacks in the order in which samples first have them.
    pub(crate) fn new(report: &mut Report) -> Self {
        let config = &report.config;
        source_paths::trim(&mut report.profile, &config.trim_path, &config.source_path);
        let frames = Frames::new(&report.profile, false);
        let mut known: FxHashMap<Vec<NodeId>, [Weight; 2]> = FxHashMap::default();
        let mut order = Vec::new();
        let mut stack = Vec::new();
        for sample in report.profile.samples() {
            stack.clear();
            for &location in sample.locations().iter().rev() {
                stack.extend(frames.of(location).iter().rev());
            }
            let sum = sample.value(report.values.of.index);
            let divisor = report.values.of.divisor.map_or(0, |divisor| sample.value(divisor));
            let weight = Weight { sum, divisor };
            if weight == Weight::default() {
                continue;
            }
            if !known.contains_key(&stack) {
                order.push(stack.clone());
                known.insert(stack.clone(), Default::default());
            }
            if let Some(weights) = known.get_mut(&stack) {
                weights[usize::from(sum < 0)].add(weight);
            }
        }
        let stack = |frames: Vec<NodeId>| {
            let weights = known.get(&frames).copied().unwrap_or_default();
            let [more, less] = weights.map(|weight| report.values.divided(weight.value()));
            Stack { frames, more, less: less.saturating_neg() }
        };
        Self { stacks: order.into_iter().map(stack).collect(), frames }
    }

    /// How many frames there are.
    pub(crate) fn frame_count(&self) -> usize {
        self.frames.infos.len()
    }

    pub(crate) fn info(&self, frame: NodeId) -> &NodeInfo {
        &self.frames.infos[frame as usize]
    }

    /// What reports call a frame.
    pub(crate) fn name(&self, frame: NodeId) -> String {
        self.info(frame).name_parts(&self.frames.texts).join(" ")
    }

    /// Name of a frame's function; may be empty.
    pub(crate) fn function(&self, frame: NodeId) -> &str {
        self.frames.texts.get(self.info(frame).name)
    }

    /// File of a frame's function; may be empty.
    pub(crate) fn file(&self, frame: NodeId) -> &str {
        self.frames.texts.get(self.info(frame).file)
    }
}

impl Stack {
    /// The sum of its values.
    pub(crate) fn value(&self) -> i64 {
        self.more.saturating_sub(self.less)
    }
}
