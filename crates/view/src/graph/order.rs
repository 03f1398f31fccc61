//! The order of nodes, edges and tags in reports.

use std::cmp::{Ordering, Reverse};

use super::{EdgeId, Graph, Node, NodeId, NodeInfo, Tag};

/// By what nodes are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NodeOrder {
    /// Own weight, then name.
    Flat,
    /// Weight with callees, then name.
    Cum,
    /// How much a node tells in a drawing: see [`entropy_score`].
    Entropy,
}

impl Graph {
    /// Sorts the shown nodes.
    pub(crate) fn sort(&mut self, order: NodeOrder) {
        let mut entries: Vec<SortKey> = self
            .shown
            .iter()
            .map(|&id| {
                let node = self.node(id);
                let score = match order {
                    NodeOrder::Flat => node.flat.sum,
                    NodeOrder::Cum => node.cum.sum,
                    NodeOrder::Entropy => entropy_score(self, node),
                };
                SortKey { score: score.wrapping_abs(), info: node.info, name: None, id }
            })
            .collect();
        // Names are made of those that weigh the same only.
        entries.sort_unstable_by_key(|entry| Reverse(entry.score));
        for equal in entries.chunk_by_mut(|a, b| a.score == b.score) {
            if equal.len() > 1 {
                self.sort_by_name(equal);
            }
        }
        self.shown = entries.into_iter().map(|entry| entry.id).collect();
    }

    fn sort_by_name(&self, equal: &mut [SortKey]) {
        for entry in &mut *equal {
            entry.name = Some(self.name(entry.id));
        }
        // The last two are for nodes of the same name, of which pprof's order is by chance.
        equal.sort_by(|a, b| {
            let sizes = |id: NodeId| {
                let node = self.node(id);
                Reverse((node.cum.size(), node.flat.size()))
            };
            let by_name = || a.name.cmp(&b.name);
            by_address(&a.info, &b.info)
                .unwrap_or_else(by_name)
                .then_with(|| sizes(a.id).cmp(&sizes(b.id)))
                .then_with(|| a.id.cmp(&b.id))
        });
    }

    /// Edges from the heaviest, then by the names of their ends.
    pub(crate) fn sorted(&self, edges: &[EdgeId]) -> Vec<EdgeId> {
        let mut edges = edges.to_vec();
        edges.sort_unstable_by_key(|&edge| Reverse(self.edge(edge).weight.size()));
        for equal in
            edges.chunk_by_mut(|&a, &b| self.edge(a).weight.size() == self.edge(b).weight.size())
        {
            if equal.len() > 1 {
                equal.sort_by_cached_key(|&id| {
                    let edge = self.edge(id);
                    (self.name(edge.caller), self.name(edge.callee), id)
                });
            }
        }
        edges
    }
}

struct SortKey {
    score: i64,
    info: NodeInfo,
    name: Option<String>,
    id: NodeId,
}

/// Names of nodes with addresses begin with them.
fn by_address(a: &NodeInfo, b: &NodeInfo) -> Option<Ordering> {
    let differ = a.address != 0 && b.address != 0 && a.address != b.address;
    differ.then(|| a.address.cmp(&b.address))
}

/// Tags from the heaviest, then by name. By their own weight, or else first by that with callees.
pub(crate) fn compare_tags(a: (&Tag, &str), b: (&Tag, &str), by_flat: bool) -> Ordering {
    let cum = |tag: &Tag| if by_flat { 0 } else { tag.cum.size() };
    let key = |tag: &Tag| Reverse((cum(tag), tag.flat.size()));
    key(a.0).cmp(&key(b.0)).then_with(|| a.1.cmp(b.1))
}

/// How much a node tells in a drawing: its weight, times how differently its callers and callees weigh. A node that only
/// passes on what it is given scores low.
fn entropy_score(graph: &Graph, node: &Node) -> i64 {
    let side = |edges: &[EdgeId], own: i64| match edges {
        [] => 1.0,
        edges => entropy(graph, edges, own),
    };
    let score = side(&node.callers, 0) + side(&node.callees, node.flat.sum);
    whole(score * node.cum.sum as f64).wrapping_add(node.flat.sum)
}

/// A float as a whole number, as Go converts it on x86-64: what is none or does not fit is the smallest number. Sums below
/// zero have no entropy, so differences of profiles have such scores.
fn whole(value: f64) -> i64 {
    const END: f64 = 9_223_372_036_854_775_808.0;
    if (-END..END).contains(&value) { value as i64 } else { i64::MIN }
}

/// Entropy of the shares of edges, and of what the node takes itself.
fn entropy(graph: &Graph, edges: &[EdgeId], own: i64) -> f64 {
    let weights = || edges.iter().map(|&edge| graph.edge(edge).weight.sum);
    let total = weights().filter(|&weight| weight > 0).fold(own, i64::wrapping_add);
    if total == 0 {
        return 0.0;
    }
    let part = |weight: i64| {
        let share = weight.unsigned_abs() as f64 / total as f64;
        -share * share.log2()
    };
    let of_edges: f64 = weights().map(part).sum();
    if own > 0 { of_edges + part(own) } else { of_edges }
}
