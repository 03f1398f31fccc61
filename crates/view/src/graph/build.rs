//! Samples to nodes and edges.

use plumb_profile::Profile;
use rustc_hash::FxHashMap;

use super::labels::{Labels, SampleLabels};
use super::{Edge, EdgeId, Frames, Graph, GraphOptions, Node, NodeId, Weight};

/// The number of no sample, node or edge.
const NONE: u32 = u32::MAX;

impl Graph {
    /// The nodes with their weights and without edges: enough to choose the nodes of most reports.
    ///
    /// What a node weighs does not depend on which others are left out, so edges need only be made of those that stay.
    pub(crate) fn of_nodes(profile: &Profile, frames: &Frames, options: &GraphOptions<'_>) -> Self {
        let mut nodes = nodes(frames);
        let mut seen = vec![NONE; nodes.len()];
        for sample in 0..profile.samples.len() {
            let weight = options.weight(profile, sample);
            if weight == Weight::default() {
                continue;
            }
            for &location in profile.samples.locations(sample) {
                for &node in frames.of(location) {
                    let index = node as usize;
                    if seen[index] != sample as u32 {
                        seen[index] = sample as u32;
                        nodes[index].cum.add(weight);
                    }
                }
            }
            let leaf = profile.samples.locations(sample).iter().find_map(|&l| frames.of(l).first());
            if let Some(&leaf) = leaf {
                nodes[leaf as usize].flat.add(weight);
            }
        }
        let mut graph = Self { texts: frames.texts.clone(), nodes, ..Self::default() };
        graph.show(options.drops_negative);
        graph
    }

    /// Nodes and edges. Of the nodes, only those that `kept` names by position, if it is given.
    pub(super) fn of_calls(
        profile: &Profile,
        frames: &Frames,
        options: &GraphOptions<'_>,
        kept: Option<&[bool]>,
    ) -> Self {
        let mut builder = Builder {
            frames,
            kept,
            nodes: nodes(frames),
            edges: Edges::default(),
            seen: vec![NONE; frames.infos.len()],
        };
        let mut labels = Labels::new(*options);
        let mut found = SampleLabels::default();
        for sample in 0..profile.samples.len() {
            let weight = options.weight(profile, sample);
            if weight != Weight::default() {
                labels.of(profile, sample, &mut found);
                builder.add(sample as u32, profile.samples.locations(sample), weight, &found);
            }
        }
        let Builder { mut nodes, edges, .. } = builder;
        for (id, edge) in edges.edges.iter().enumerate() {
            nodes[edge.caller as usize].callees.push(id as EdgeId);
            nodes[edge.callee as usize].callers.push(id as EdgeId);
        }
        let mut graph = Self {
            texts: frames.texts.clone(),
            nodes,
            edges: edges.edges,
            shown: Vec::new(),
            label_names: labels.names,
        };
        graph.show(options.drops_negative);
        graph
    }

    /// Shows all nodes that weigh anything.
    pub(super) fn show(&mut self, drops_negative: bool) {
        let is_negative = |node: &Node| node.flat.sum < 0 || node.flat.sum == 0 && node.cum.sum < 0;
        let is_shown = |node: &Node| {
            (node.cum.sum != 0 || node.flat.sum != 0) && !(drops_negative && is_negative(node))
        };
        let ids = (0..).zip(&self.nodes);
        self.shown = ids.filter(|(_, node)| is_shown(node)).map(|(id, _)| id).collect();
    }
}

fn nodes(frames: &Frames) -> Vec<Node> {
    frames.infos.iter().map(|&info| Node { info, ..Node::default() }).collect()
}

struct Builder<'b> {
    frames: &'b Frames,
    kept: Option<&'b [bool]>,
    nodes: Vec<Node>,
    edges: Edges,
    /// The last sample that each node was seen in.
    seen: Vec<u32>,
}

impl Builder<'_> {
    /// Adds a sample from its root to its leaf. A node or edge counts once, however often the stack goes over it.
    fn add(&mut self, sample: u32, locations: &[u32], weight: Weight, labels: &SampleLabels) {
        let mut caller = None;
        let mut is_residual = false;
        for &location in locations.iter().rev() {
            let nodes = self.frames.of(location);
            for (depth, &node) in nodes.iter().enumerate().rev() {
                if self.kept.is_some_and(|kept| !kept[node as usize]) {
                    is_residual = true;
                    continue;
                }
                self.add_cum(sample, node, weight, labels);
                if let Some(caller) = caller.filter(|&caller| caller != node) {
                    let is_inline = depth + 1 != nodes.len();
                    self.edges.add(sample, (caller, node), weight, is_residual, is_inline);
                }
                caller = Some(node);
                is_residual = false;
            }
        }
        if let Some(leaf) = caller.filter(|_| !is_residual) {
            let node = &mut self.nodes[leaf as usize];
            node.flat.add(weight);
            node.tags.add(labels, weight, |tag| &mut tag.flat);
        }
    }

    fn add_cum(&mut self, sample: u32, node: NodeId, weight: Weight, labels: &SampleLabels) {
        let index = node as usize;
        if self.seen[index] == sample {
            return;
        }
        self.seen[index] = sample;
        let node = &mut self.nodes[index];
        node.cum.add(weight);
        node.tags.add(labels, weight, |tag| &mut tag.cum);
    }
}

/// The edges so far.
#[derive(Default)]
struct Edges {
    edges: Vec<Edge>,
    /// The last sample that went over each edge.
    seen: Vec<u32>,
    known: FxHashMap<(NodeId, NodeId), EdgeId>,
}

impl Edges {
    fn add(
        &mut self,
        sample: u32,
        (caller, callee): (NodeId, NodeId),
        weight: Weight,
        is_residual: bool,
        is_inline: bool,
    ) {
        let Self { edges, seen, known } = self;
        let id = *known.entry((caller, callee)).or_insert_with(|| {
            let weight = Weight::default();
            edges.push(Edge { caller, callee, weight, is_residual: false, is_inline: true });
            seen.push(NONE);
            (edges.len() - 1) as EdgeId
        });
        let id = id as usize;
        if seen[id] == sample {
            return;
        }
        seen[id] = sample;
        let edge = &mut edges[id];
        edge.weight.add(weight);
        edge.is_residual |= is_residual;
        edge.is_inline &= is_inline;
    }
}
