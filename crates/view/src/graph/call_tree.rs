//! Graphs in which a node is a way of calls, so that each has one caller.

use plumb_profile::Profile;
use rustc_hash::FxHashMap;

use super::labels::{Labels, SampleLabels};
use super::{Edge, EdgeId, Frames, Graph, GraphOptions, Node, NodeId, Weight};

impl Graph {
    /// A tree of calls for each root.
    pub(super) fn of_call_tree(
        profile: &Profile,
        frames: &Frames,
        options: &GraphOptions<'_>,
    ) -> Self {
        let mut tree = Tree { frames, graph: Self::default(), known: FxHashMap::default() };
        tree.graph.texts = frames.texts.clone();
        let mut labels = Labels::new(*options);
        let mut found = SampleLabels::default();
        for sample in 0..profile.samples.len() {
            let weight = options.weight(profile, sample);
            if weight != Weight::default() {
                labels.of(profile, sample, &mut found);
                tree.add(profile.samples.locations(sample), weight, &found);
            }
        }
        let mut graph = tree.graph;
        graph.label_names = labels.names;
        graph.show(options.drops_negative);
        graph
    }

    /// Takes nodes out of a call tree; their callees are then called by their callers.
    pub(super) fn cut_from_tree(&mut self, kept: &[bool]) {
        for id in std::mem::take(&mut self.shown) {
            if kept[id as usize] {
                self.shown.push(id);
                continue;
            }
            let callees = std::mem::take(&mut self.nodes[id as usize].callees);
            let Some(&from_caller) = self.nodes[id as usize].callers.first() else {
                for edge in callees {
                    let callee = self.edge(edge).callee;
                    self.nodes[callee as usize].callers.clear();
                }
                continue;
            };
            let Edge { caller, is_inline, .. } = *self.edge(from_caller);
            self.nodes[caller as usize].callees.retain(|&edge| edge != from_caller);
            for id in callees {
                let edge = &mut self.edges[id as usize];
                edge.caller = caller;
                edge.is_residual = true;
                edge.is_inline &= is_inline;
                self.nodes[caller as usize].callees.push(id);
            }
        }
        self.remove_redundant_edges();
    }
}

struct Tree<'t> {
    frames: &'t Frames,
    graph: Graph,
    /// Nodes by their caller and what they are, with the edge that leads to them.
    known: FxHashMap<(Option<NodeId>, NodeId), (NodeId, Option<EdgeId>)>,
}

impl Tree<'_> {
    fn add(&mut self, locations: &[u32], weight: Weight, labels: &SampleLabels) {
        let mut caller = None;
        for &location in locations.iter().rev() {
            let nodes = self.frames.of(location);
            for (depth, &what) in nodes.iter().enumerate().rev() {
                let (id, edge) = self.node(caller, what);
                let node = &mut self.graph.nodes[id as usize];
                node.cum.add(weight);
                node.tags.add(labels, weight, |tag| &mut tag.cum);
                if let Some(edge) = edge {
                    let edge = &mut self.graph.edges[edge as usize];
                    edge.weight.add(weight);
                    edge.is_inline &= depth + 1 != nodes.len();
                }
                caller = Some(id);
            }
        }
        if let Some(leaf) = caller {
            let node = &mut self.graph.nodes[leaf as usize];
            node.flat.add(weight);
            node.tags.add(labels, weight, |tag| &mut tag.flat);
        }
    }

    fn node(&mut self, parent: Option<NodeId>, what: NodeId) -> (NodeId, Option<EdgeId>) {
        let Self { frames, graph, known } = self;
        *known.entry((parent, what)).or_insert_with(|| {
            let id = graph.nodes.len() as NodeId;
            let edge = parent.map(|caller| {
                let edge = graph.edges.len() as EdgeId;
                let weight = Weight::default();
                graph.edges.push(Edge {
                    caller,
                    callee: id,
                    weight,
                    is_residual: false,
                    is_inline: true,
                });
                graph.nodes[caller as usize].callees.push(edge);
                edge
            });
            let info = frames.infos[what as usize];
            graph.nodes.push(Node {
                info,
                parent,
                callers: edge.into_iter().collect(),
                ..Node::default()
            });
            (id, edge)
        })
    }
}
