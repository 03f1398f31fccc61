//! What of a graph a report shows: nodes and edges below a share of the total are left out, and then all but the most
//! telling ones.

use std::collections::VecDeque;

use plumb_profile::Profile;

use super::order::NodeOrder;
use super::{EdgeId, Frames, Graph, GraphOptions, NodeId};

/// Most tags drawn at a node, of each kind.
pub(crate) const MOST_TAGS: usize = 4;

/// How much of a graph is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Most nodes; 0: all.
    pub(crate) nodes: usize,
    /// Share of the total below which nodes are left out.
    pub(crate) node_fraction: f64,
    /// Share of the total below which edges are left out.
    pub(crate) edge_fraction: f64,
    /// Order of nodes, by which the first are chosen.
    pub(crate) order: NodeOrder,
}

/// A graph, and what is not in it.
#[derive(Debug)]
pub(crate) struct Trimmed {
    pub(crate) graph: Graph,
    /// How many nodes there were before the number was limited.
    pub(crate) node_count: usize,
    pub(crate) dropped_nodes: usize,
    pub(crate) dropped_edges: usize,
}

/// What is below is left out, in the profile's unit.
#[derive(Clone, Copy)]
struct Cutoffs {
    nodes: u64,
    edges: u64,
}

impl Limits {
    fn is_drawing(&self) -> bool {
        self.order == NodeOrder::Entropy
    }

    fn cutoffs(&self, graph: &Graph) -> Cutoffs {
        let total = graph.shown_nodes().fold(0i64, |sum, node| sum.wrapping_add(node.flat.sum));
        let cutoff = |fraction: f64| ((total as f64 * fraction) as i64).unsigned_abs();
        Cutoffs { nodes: cutoff(self.node_fraction), edges: cutoff(self.edge_fraction) }
    }
}

impl Trimmed {
    /// The graph of a profile, as much of it as is shown.
    pub(crate) fn new(profile: &Profile, options: &GraphOptions<'_>, limits: Limits) -> Self {
        let frames = Frames::new(profile, options.keeps_object_files);
        if options.is_call_tree {
            Self::tree(profile, &frames, options, limits)
        } else {
            Self::graph(profile, &frames, options, limits)
        }
    }

    fn graph(
        profile: &Profile,
        frames: &Frames,
        options: &GraphOptions<'_>,
        limits: Limits,
    ) -> Self {
        let mut graph = Graph::of_nodes(profile, frames, options);
        let cutoffs = limits.cutoffs(&graph);
        let all = graph.shown.len();
        graph.shown = graph.heavy_nodes(cutoffs.nodes).collect();
        let mut kept = (graph.shown.len() != all).then(|| graph.mask(graph.shown.iter().copied()));
        let dropped_nodes = all - graph.shown.len();
        let node_count = graph.shown.len();

        let calls = |kept: Option<&[bool]>| Graph::of_calls(profile, frames, options, kept);
        let mut has_calls = limits.is_drawing();
        if has_calls {
            graph = calls(kept.as_deref());
        }
        graph.sort(limits.order);
        if limits.nodes > 0 {
            graph.drop_light_tags(cutoffs.nodes);
            graph.drop_light_edges(cutoffs.edges);
            let most = graph.most(limits);
            if most < graph.shown.len() {
                graph.shown.truncate(most);
                kept = Some(graph.mask(graph.shown.iter().copied()));
                has_calls = false;
            }
        }
        if !has_calls {
            let order = std::mem::take(&mut graph.shown);
            graph = calls(kept.as_deref());
            // Weights are the same, so the order is; the score of a drawing is not.
            graph.shown = order;
            if limits.is_drawing() {
                graph.sort(limits.order);
            }
        }
        graph.drop_light_tags(cutoffs.nodes);
        let dropped_edges = graph.drop_light_edges(cutoffs.edges);
        if limits.is_drawing() {
            graph.remove_redundant_edges();
        }
        Self { graph, node_count, dropped_nodes, dropped_edges }
    }

    fn tree(
        profile: &Profile,
        frames: &Frames,
        options: &GraphOptions<'_>,
        limits: Limits,
    ) -> Self {
        let mut graph = Graph::of_call_tree(profile, frames, options);
        let cutoffs = limits.cutoffs(&graph);
        let all = graph.shown.len();
        let heavy = graph.mask(graph.heavy_nodes(cutoffs.nodes));
        let node_count = heavy.iter().filter(|&&is_heavy| is_heavy).count();
        let dropped_nodes = all - node_count;
        if dropped_nodes > 0 {
            graph.cut_from_tree(&heavy);
        }
        graph.sort(limits.order);
        if limits.nodes > 0 {
            graph.drop_light_tags(cutoffs.nodes);
            graph.drop_light_edges(cutoffs.edges);
            let most = graph.most(limits);
            if most < graph.shown.len() {
                let kept = graph.mask(graph.shown[..most].iter().copied());
                graph.cut_from_tree(&kept);
                graph.sort(limits.order);
            }
        }
        graph.drop_light_tags(cutoffs.nodes);
        let dropped_edges = graph.drop_light_edges(cutoffs.edges);
        if limits.is_drawing() {
            graph.remove_redundant_edges();
        }
        Self { graph, node_count, dropped_nodes, dropped_edges }
    }
}

impl Graph {
    /// Which nodes are among those given, by position.
    fn mask(&self, ids: impl IntoIterator<Item = NodeId>) -> Vec<bool> {
        let mut mask = vec![false; self.nodes.len()];
        ids.into_iter().for_each(|id| mask[id as usize] = true);
        mask
    }

    /// The shown nodes that weigh no less than `cutoff` with their callees.
    fn heavy_nodes(&self, cutoff: u64) -> impl Iterator<Item = NodeId> {
        self.shown.iter().copied().filter(move |&id| self.node(id).cum.size() >= cutoff)
    }

    /// How many of the shown nodes the limit leaves. In a drawing, tags count as nodes.
    fn most(&self, limits: Limits) -> usize {
        let mut most = limits.nodes;
        if limits.is_drawing() {
            let mut count = 0;
            for (index, node) in self.shown_nodes().enumerate() {
                count += node.tags.flat_count().min(MOST_TAGS) + 1;
                if count >= most {
                    most = index + 1;
                    break;
                }
            }
        }
        most.min(self.shown.len())
    }

    fn drop_light_tags(&mut self, cutoff: u64) {
        for &id in &self.shown {
            self.nodes[id as usize].tags.trim(cutoff);
        }
    }

    /// Drops edges to shown nodes that weigh less than `cutoff`, and says how many.
    fn drop_light_edges(&mut self, cutoff: u64) -> usize {
        let Self { nodes, edges, shown, .. } = self;
        let is_light = |edge: &EdgeId| edges[*edge as usize].weight.size() < cutoff;
        let mut dropped = 0;
        for &id in shown.iter() {
            let callers = std::mem::take(&mut nodes[id as usize].callers);
            let (light, heavy): (Vec<_>, Vec<_>) = callers.into_iter().partition(is_light);
            nodes[id as usize].callers = heavy;
            dropped += light.len();
            for edge in light {
                let caller = edges[edge as usize].caller;
                nodes[caller as usize].callees.retain(|&other| other != edge);
            }
        }
        dropped
    }

    /// Drops residual edges whose end is reached another way, from the lightest. None that is heavier than an edge that
    /// stays.
    pub(super) fn remove_redundant_edges(&mut self) {
        for position in (0..self.shown.len()).rev() {
            let callers = &self.node(self.shown[position]).callers;
            for id in self.sorted(callers).into_iter().rev() {
                let edge = *self.edge(id);
                if !edge.is_residual {
                    break;
                }
                if self.is_redundant(id) {
                    self.nodes[edge.caller as usize].callees.retain(|&other| other != id);
                    self.nodes[edge.callee as usize].callers.retain(|&other| other != id);
                }
            }
        }
    }

    /// Whether the end of an edge is reached from its start without it.
    fn is_redundant(&self, id: EdgeId) -> bool {
        let edge = self.edge(id);
        let mut seen = vec![false; self.nodes.len()];
        seen[edge.callee as usize] = true;
        let mut queue = VecDeque::from([edge.callee]);
        while let Some(node) = queue.pop_front() {
            for &other in &self.node(node).callers {
                let caller = self.edge(other).caller;
                if other == id || seen[caller as usize] {
                    continue;
                }
                if caller == edge.caller {
                    return true;
                }
                seen[caller as usize] = true;
                queue.push_back(caller);
            }
        }
        false
    }
}
