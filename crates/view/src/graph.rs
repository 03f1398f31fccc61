//! A profile as a graph: what was running, who called whom, and how much of the value went that way.
//!
//! Nodes are what the granularity of the profile makes equal; [`aggregate`](crate::aggregate) has removed what tells
//! finer ones apart.

mod build;
mod call_tree;
mod frames;
mod labels;
mod order;
mod trim;

pub(crate) use frames::Frames;
pub(crate) use labels::{NO_LABEL, NumericTag, Tag};
pub(crate) use order::{NodeOrder, compare_tags};
pub(crate) use trim::{Limits, MOST_TAGS, Trimmed};

use plumb_profile::{Profile, StrId, StringTable};

use crate::go_text::base;
use labels::NodeTags;

/// Position of a node in [`Graph::nodes`].
pub(crate) type NodeId = u32;

/// Position of an edge in [`Graph::edges`].
pub(crate) type EdgeId = u32;

/// What makes a node one: two frames with the same are the same node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct NodeInfo {
    pub(crate) name: StrId,
    pub(crate) file: StrId,
    /// The mapped file, where reports keep files apart or nothing else is known.
    pub(crate) object_file: StrId,
    pub(crate) address: u64,
    pub(crate) start_line: i64,
    pub(crate) line: i64,
    pub(crate) column: i64,
}

/// A sum of values; with the sum of divisors if means are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Weight {
    pub(crate) sum: i64,
    pub(crate) divisor: i64,
}

impl Weight {
    /// Adds as Go does: around the end of the numbers.
    #[inline]
    pub(crate) fn add(&mut self, other: Self) {
        self.sum = self.sum.wrapping_add(other.sum);
        self.divisor = self.divisor.wrapping_add(other.divisor);
    }

    /// The mean, if there is a divisor, else the sum.
    pub(crate) fn value(self) -> i64 {
        match self.divisor {
            0 => self.sum,
            divisor => self.sum.wrapping_div(divisor),
        }
    }

    /// Without its sign, for comparisons.
    pub(crate) fn size(self) -> u64 {
        self.sum.unsigned_abs()
    }
}

/// A place of the program in a report.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node {
    pub(crate) info: NodeInfo,
    /// What it took itself.
    pub(crate) flat: Weight,
    /// What it and all that it called took.
    pub(crate) cum: Weight,
    /// Edges from callers.
    pub(crate) callers: Vec<EdgeId>,
    /// Edges to callees.
    pub(crate) callees: Vec<EdgeId>,
    pub(crate) tags: NodeTags,
    /// The node of a call tree that it was reached from.
    parent: Option<NodeId>,
}

/// A call, in all samples together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub(crate) caller: NodeId,
    pub(crate) callee: NodeId,
    pub(crate) weight: Weight,
    /// Whether nodes that are left out lie between.
    pub(crate) is_residual: bool,
    /// Whether the compiler inlined the callee, everywhere.
    pub(crate) is_inline: bool,
}

/// Nodes and edges.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(crate) texts: StringTable,
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    /// The nodes that a report shows, in its order. Others may still have edges.
    pub(crate) shown: Vec<NodeId>,
    /// Texts of labels, by the numbers that [`NodeTags`] hold.
    pub(crate) label_names: Vec<String>,
}

/// What a graph is made of, besides the profile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GraphOptions<'o> {
    /// Which value of a sample counts.
    pub(crate) value: usize,
    /// Which value it is divided by, for means.
    pub(crate) divisor: Option<usize>,
    /// Whether nodes of different mapped files stay apart.
    pub(crate) keeps_object_files: bool,
    /// Whether frames reached through different callers stay apart.
    pub(crate) is_call_tree: bool,
    /// Whether nodes below zero are left out.
    pub(crate) drops_negative: bool,
    /// Whether labels are counted by node.
    pub(crate) with_tags: bool,
    /// Unit in which numeric labels are written.
    pub(crate) unit: &'o str,
    /// Unit of the numeric label `bytes`.
    pub(crate) unit_of_bytes: &'o str,
}

impl GraphOptions<'_> {
    /// What a sample counts.
    pub(crate) fn weight(&self, profile: &Profile, sample: usize) -> Weight {
        let values = profile.samples.values(sample);
        let at = |index: usize| values.get(index).copied().unwrap_or(0);
        Weight { sum: at(self.value), divisor: self.divisor.map_or(0, at) }
    }
}

impl NodeInfo {
    /// The parts of what a report calls it.
    pub(crate) fn name_parts(&self, texts: &StringTable) -> Vec<String> {
        self.name_parts_as(texts, texts.get(self.name), texts.get(self.file))
    }

    /// The same with another spelling of name and file.
    pub(crate) fn name_parts_as(&self, texts: &StringTable, name: &str, file: &str) -> Vec<String> {
        let mut parts = Vec::new();
        if self.address != 0 {
            parts.push(format!("{:016x}", self.address));
        }
        if !name.is_empty() {
            parts.push(name.to_owned());
        }
        let object_file = texts.get(self.object_file);
        if self.line != 0 {
            let column = match self.column {
                0 => String::new(),
                column => format!(":{column}"),
            };
            parts.push(format!("{file}:{}{column}", self.line));
        } else if !file.is_empty() {
            parts.push(file.to_owned());
        } else if !name.is_empty() {
            // Said already.
        } else if !object_file.is_empty() {
            parts.push(format!("[{}]", base(object_file)));
        } else {
            parts.push("<unknown>".to_owned());
        }
        parts
    }
}

impl Graph {
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    pub(crate) fn edge(&self, id: EdgeId) -> &Edge {
        &self.edges[id as usize]
    }

    /// What a report calls a node.
    pub(crate) fn name(&self, id: NodeId) -> String {
        self.node(id).info.name_parts(&self.texts).join(" ")
    }

    /// The nodes that a report shows.
    pub(crate) fn shown_nodes(&self) -> impl Iterator<Item = &Node> {
        self.shown.iter().map(|&id| self.node(id))
    }

    /// What the shown nodes took themselves.
    pub(crate) fn total_flat(&self) -> i64 {
        self.shown_nodes().fold(0, |sum, node| sum.wrapping_add(node.flat.value()))
    }
}

/// What tells functions apart: the caller, in a call tree, and all that is not a place within the function.
pub(crate) type FunctionKey = (Option<NodeId>, NodeInfo);

impl Graph {
    /// The function of a node.
    pub(crate) fn function(&self, id: NodeId) -> FunctionKey {
        let node = self.node(id);
        (node.parent, NodeInfo { address: 0, line: 0, column: 0, ..node.info })
    }
}
