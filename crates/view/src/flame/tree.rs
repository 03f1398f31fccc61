//! Stacks as a tree from the root.

use rustc_hash::FxHashMap;

use crate::graph::NodeId;
use crate::stacks::Stack;

/// Position in a [`Tree`].
pub(super) type NodeIndex = usize;

/// Frames, each below the frame that called it.
pub(super) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Node {
    /// `None` for the root.
    frame: Option<NodeId>,
    more: i64,
    less: i64,
    callees: Vec<NodeIndex>,
}

impl Tree {
    /// The caller of all.
    pub(super) const ROOT: NodeIndex = 0;

    pub(super) fn new(stacks: &[Stack]) -> Self {
        let mut nodes = vec![Node::default()];
        let mut known: FxHashMap<(NodeIndex, NodeId), NodeIndex> = FxHashMap::default();
        for stack in stacks {
            let mut node = Self::ROOT;
            nodes[node].add(stack);
            for &frame in &stack.frames {
                let next = nodes.len();
                let callee = *known.entry((node, frame)).or_insert(next);
                if callee == next {
                    nodes.push(Node { frame: Some(frame), ..Node::default() });
                    nodes[node].callees.push(callee);
                }
                node = callee;
                nodes[node].add(stack);
            }
        }
        let sizes: Vec<i64> = nodes.iter().map(Node::size).collect();
        for node in &mut nodes {
            // The widest first; those that are as wide in the order of the profile.
            node.callees.sort_by_key(|&callee| std::cmp::Reverse(sizes[callee]));
        }
        Self { nodes }
    }

    pub(super) fn frame(&self, node: NodeIndex) -> Option<NodeId> {
        self.nodes[node].frame
    }

    pub(super) fn callees(&self, node: NodeIndex) -> &[NodeIndex] {
        &self.nodes[node].callees
    }

    /// Sum of the sizes of all values.
    pub(super) fn size(&self, node: NodeIndex) -> i64 {
        self.nodes[node].size()
    }

    /// Sum of the values.
    pub(super) fn value(&self, node: NodeIndex) -> i64 {
        self.more(node).saturating_sub(self.less(node))
    }

    /// Sum of the values above zero.
    pub(super) fn more(&self, node: NodeIndex) -> i64 {
        self.nodes[node].more
    }

    /// Sum of the values below zero, without its sign.
    pub(super) fn less(&self, node: NodeIndex) -> i64 {
        self.nodes[node].less
    }

    /// Whether the profile is a difference.
    pub(super) fn has_less(&self) -> bool {
        self.less(Self::ROOT) > 0
    }
}

impl Node {
    fn add(&mut self, stack: &Stack) {
        self.more = self.more.saturating_add(stack.more);
        self.less = self.less.saturating_add(stack.less);
    }

    fn size(&self) -> i64 {
        self.more.saturating_add(self.less)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_with_the_same_start_share_it() {
        let stack = |frames: &[NodeId], more, less| Stack { frames: frames.to_vec(), more, less };
        let tree = Tree::new(&[stack(&[1, 2], 1, 0), stack(&[1, 3], 4, 2), stack(&[1], 8, 0)]);
        let [caller] = *tree.callees(Tree::ROOT) else { panic!("one caller") };
        assert_eq!((tree.more(caller), tree.less(caller), tree.value(caller)), (13, 2, 11));
        let callees: Vec<_> = tree.callees(caller).iter().map(|&node| tree.frame(node)).collect();
        assert_eq!(callees, [Some(3), Some(2)]);
        assert!(tree.has_less());
    }
}
