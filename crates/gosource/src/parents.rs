//! Which node stands above which, for all nodes of a file.

use std::sync::Arc;

use crate::file::File;
use crate::order::Order;
use crate::walk::Node;

/// The parents of all nodes in the tree of a file.
#[derive(Clone, Debug)]
pub struct Parents(Arc<Order>);

impl Parents {
    /// Walks a file once, if nobody did before.
    pub fn new(file: &File<'_>) -> Self {
        Self(file.order().clone())
    }

    /// The node above one; `None` for the file, for comments and for what is not in the tree.
    pub fn of(&self, node: Node) -> Option<Node> {
        self.0.parent(node)
    }

    /// The nodes above one, from the nearest to the file.
    pub fn above(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        std::iter::successors(self.of(node), |node| self.of(*node))
    }
}
