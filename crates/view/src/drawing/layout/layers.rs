//! The graph cut at each layer: where an arrow passes a layer, a point stands for it.

use super::{Input, InputEdge};

/// What stands in a layer: a box, or the point where an arrow passes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    pub(super) rank: usize,
    /// How far it reaches to the left of its place.
    pub(super) left: f64,
    /// How far it reaches to the right: a point's text stands on this side.
    pub(super) right: f64,
    pub(super) height: f64,
    pub(super) is_box: bool,
}

/// A part of an arrow between two layers that follow each other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub(super) upper: usize,
    pub(super) lower: usize,
    pub(super) weight: i64,
}

/// The elements that an arrow passes, from the upper end to the lower one; none if both ends are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Chain {
    pub(super) elements: Vec<usize>,
    /// The element that its text stands at.
    pub(super) label: Option<usize>,
    /// How far to the right of its box it starts to turn, if both ends are the same.
    pub(super) beside: f64,
    pub(super) is_reversed: bool,
}

/// Elements in layers.
#[derive(Debug)]
pub(super) struct Layers {
    /// The boxes, as in the input, and then the points.
    pub(super) elements: Vec<Element>,
    pub(super) segments: Vec<Segment>,
    /// By edge of the input.
    pub(super) chains: Vec<Chain>,
    /// Elements of each layer, from left to right.
    pub(super) layers: Vec<Vec<usize>>,
    /// Neighbours in the layer above, by element.
    pub(super) above: Vec<Vec<usize>>,
    /// Neighbours in the layer below.
    pub(super) below: Vec<Vec<usize>>,
}

/// Half the width of an arrow that passes.
const HALF_LINE: f64 = 2.0;

/// Space between an arrow and its text.
pub(super) const LABEL_GAP: f64 = 3.0;

/// Space for an arrow from a box to itself.
pub(super) const LOOP_WIDTH: f64 = 28.0;

impl Layers {
    pub(super) fn new(
        input: &Input,
        is_reversed: &[bool],
        ranks: &[usize],
        has_labels: bool,
    ) -> Self {
        let boxes = input.nodes.iter().zip(ranks).map(|(size, &rank)| Element {
            rank,
            left: size.width / 2.0,
            right: size.width / 2.0,
            height: size.height,
            is_box: true,
        });
        let mut this = Self {
            elements: boxes.collect(),
            segments: Vec::new(),
            chains: Vec::new(),
            layers: Vec::new(),
            above: Vec::new(),
            below: Vec::new(),
        };
        for (edge, &is_reversed) in input.edges.iter().zip(is_reversed) {
            let chain = this.chain(edge, is_reversed, has_labels);
            this.chains.push(chain);
        }
        this.link();
        this
    }

    /// Adds the points of an arrow.
    fn chain(&mut self, edge: &InputEdge, is_reversed: bool, has_labels: bool) -> Chain {
        if edge.tail == edge.head {
            // It stands to the right of its box, and of loops before it.
            let element = &mut self.elements[edge.tail];
            let beside = element.right - element.left;
            element.right += LOOP_WIDTH + edge.label.width;
            return Chain { beside, ..Chain::default() };
        }
        let (upper, lower) =
            if is_reversed { (edge.head, edge.tail) } else { (edge.tail, edge.head) };
        let (top, bottom) = (self.elements[upper].rank, self.elements[lower].rank);
        let middle = (top + bottom) / 2;
        let mut chain = Chain { elements: vec![upper], label: None, beside: 0.0, is_reversed };
        for rank in top + 1..bottom {
            let mut element =
                Element { rank, left: HALF_LINE, right: HALF_LINE, height: 0.0, is_box: false };
            if has_labels && rank == middle && edge.label.height > 0.0 {
                element.right += LABEL_GAP + edge.label.width;
                element.height = edge.label.height;
                chain.label = Some(self.elements.len());
            }
            chain.elements.push(self.elements.len());
            self.elements.push(element);
        }
        chain.elements.push(lower);
        let weight = edge.weight.max(1);
        let pairs = chain.elements.windows(2);
        self.segments.extend(pairs.map(|pair| Segment { upper: pair[0], lower: pair[1], weight }));
        chain
    }

    fn link(&mut self) {
        let count = self.elements.len();
        (self.above, self.below) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for segment in &self.segments {
            self.below[segment.upper].push(segment.lower);
            self.above[segment.lower].push(segment.upper);
        }
        let depth = self.elements.iter().map(|element| element.rank + 1).max().unwrap_or(0);
        self.layers = vec![Vec::new(); depth];
        for (id, element) in self.elements.iter().enumerate() {
            self.layers[element.rank].push(id);
        }
    }
}
