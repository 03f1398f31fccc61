//! Places for the boxes and arrows of a directed graph, in layers: callers above callees, few crossings, straight arrows
//! where much flows. After Gansner, Koutsofios, North, Vo: "A Technique for Drawing Directed Graphs" (1993), which is
//! also what Graphviz' `dot` follows.

mod coordinates;
mod crossings;
mod layers;
mod network_simplex;
mod order;
mod ranks;
mod routes;

use super::geometry::{Path, Point, Rect, Size};
use layers::Layers;

#[cfg(test)]
mod tests;

/// A graph to lay out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Input {
    /// Sizes of the boxes.
    pub(crate) nodes: Vec<Size>,
    pub(crate) edges: Vec<InputEdge>,
}

/// An arrow between two boxes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct InputEdge {
    /// Position of the box where it starts.
    pub(crate) tail: usize,
    /// Position of the box where it ends.
    pub(crate) head: usize,
    /// How much a short, straight arrow is worth, from 1.
    pub(crate) weight: i64,
    /// Least number of layers between its ends, from 1.
    pub(crate) min_length: u32,
    /// Size of its text; nothing if there is none.
    pub(crate) label: Size,
}

/// Where all stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    /// The boxes.
    pub(crate) nodes: Vec<Rect>,
    /// The arrows, from tail to head.
    pub(crate) edges: Vec<Route>,
    /// What it takes, from zero.
    pub(crate) size: Size,
}

/// The way of an arrow.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    /// Ends where the arrow's point starts.
    pub(crate) path: Path,
    /// The point of the arrow.
    pub(crate) tip: Point,
    /// Where its text stands.
    pub(crate) label: Option<Rect>,
}

/// Length of an arrow's point.
pub(crate) const ARROW: f64 = 10.0;

/// Lays a graph out. Edges to boxes that there are not are an error of the caller.
pub(crate) fn layout(input: &Input) -> Layout {
    let is_reversed = ranks::back_edges(input);
    let has_labels = input.edges.iter().any(|edge| edge.label.height > 0.0);
    let ranks = ranks::ranks(input, &is_reversed, has_labels);
    let mut layers = Layers::new(input, &is_reversed, &ranks, has_labels);
    order::order(&mut layers);
    let places = coordinates::places(&layers, has_labels);
    routes::layout(input, &layers, &places)
}
