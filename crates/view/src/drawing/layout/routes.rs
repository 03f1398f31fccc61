//! The ways of the arrows. An arrow passes each layer upright and turns between layers; where nothing stands in its way,
//! it turns earlier.

mod ports;

use super::coordinates::Places;
use super::layers::{Chain, LABEL_GAP, LOOP_WIDTH, Layers};
use super::{ARROW, Input, Layout, Route};
use crate::drawing::geometry::{Path, Point, Rect, Size, point};
use ports::Ports;

/// Space that an arrow leaves to what it passes, where it may turn early.
const CLEARANCE: f64 = 3.0;

/// Points of a curve at which it is tested.
const TESTS: u32 = 12;

pub(super) fn layout(input: &Input, layers: &Layers, places: &Places) -> Layout {
    let nodes: Vec<Rect> = (input.nodes.iter().enumerate())
        .map(|(node, &size)| {
            let y = places.y(layers.elements[node].rank);
            Rect::around(point(places.x[node], y), size)
        })
        .collect();
    let ports = Ports::new(layers, places, &nodes);
    let router =
        Router { layers, places, nodes: &nodes, obstacles: obstacles(layers, places, &nodes) };
    let edges = (input.edges.iter().zip(&layers.chains).enumerate())
        .map(|(at, (edge, chain))| match chain.elements.is_empty() {
            true => around(nodes[edge.tail], chain.beside, edge.label),
            false => router.route(chain, ports.of(at)),
        })
        .collect();
    from_zero(Layout { nodes, edges, size: Size::default() })
}

/// What arrows should not cross, by layer: element and place.
fn obstacles(layers: &Layers, places: &Places, nodes: &[Rect]) -> Vec<Vec<(usize, Rect)>> {
    let rect = |&element: &usize| match layers.elements[element].is_box {
        true => Some((element, nodes[element].grown(CLEARANCE))),
        false => label(layers, places, element).map(|rect| (element, rect)),
    };
    layers.layers.iter().map(|layer| layer.iter().filter_map(rect).collect()).collect()
}

/// The text at a point.
fn label(layers: &Layers, places: &Places, element: usize) -> Option<Rect> {
    let size = layers.elements[element];
    (size.height > 0.0).then(|| {
        let (x, y) = (places.x[element], places.y(size.rank));
        Rect {
            left: x + LABEL_GAP,
            top: y - size.height / 2.0,
            right: x + size.right,
            bottom: y + size.height / 2.0,
        }
    })
}

/// The way of an arrow from a box to itself.
fn around(node: Rect, beside: f64, label: Size) -> Route {
    let (x, y) = (node.right, node.centre().y);
    let reach = (node.bottom - node.top) / 4.0;
    let far = x + beside + LOOP_WIDTH - 2.0 * LABEL_GAP;
    let tip = point(x, y + reach);
    let end = point(x + ARROW, y + reach);
    let path = Path {
        start: point(x, y - reach),
        curves: vec![
            [point(far, y - reach), point(far, y - reach), point(far, y)],
            [point(far, y + reach), point(far, y + reach), end],
        ],
    };
    let label = (label.height > 0.0)
        .then(|| Rect::around(point(far + LABEL_GAP + label.width / 2.0, y), label));
    Route { path, tip, label }
}

/// Where an arrow passes a layer: from one height to another, upright.
#[derive(Debug, Clone, Copy)]
struct Gate {
    x: f64,
    top: f64,
    bottom: f64,
    /// Top and bottom between which nothing else stands in its way.
    safe: (f64, f64),
}

struct Router<'r> {
    layers: &'r Layers,
    places: &'r Places,
    nodes: &'r [Rect],
    obstacles: Vec<Vec<(usize, Rect)>>,
}

impl Router<'_> {
    fn route(&self, chain: &Chain, ports: [f64; 2]) -> Route {
        let mut gates = self.gates(chain, ports);
        self.clear(chain, &mut gates);
        let mut path = Path { start: point(gates[0].x, gates[0].top), curves: Vec::new() };
        for (at, gate) in gates.iter().enumerate() {
            if at > 0 {
                path.curves.push(turn(path.end(), point(gate.x, gate.top)));
            }
            if gate.bottom > gate.top {
                path.line_to(point(gate.x, gate.bottom));
            }
        }
        let label = chain.label.and_then(|element| label(self.layers, self.places, element));
        let (upper, lower) = (chain.elements[0], chain.elements[chain.elements.len() - 1]);
        let tip = match chain.is_reversed {
            true => point(ports[0], self.nodes[upper].bottom),
            false => point(ports[1], self.nodes[lower].top),
        };
        let path = if chain.is_reversed { path.reversed() } else { path };
        Route { path, tip, label }
    }

    fn gates(&self, chain: &Chain, ports: [f64; 2]) -> Vec<Gate> {
        let last = chain.elements.len() - 1;
        let gate = |(at, &element): (usize, &usize)| {
            let size = &self.layers.elements[element];
            let band = self.places.bands[size.rank];
            let y = self.places.y(size.rank);
            match at {
                0 => {
                    let space = if chain.is_reversed { ARROW } else { 0.0 };
                    let top = self.nodes[element].bottom + space;
                    Gate { x: ports[0], top, bottom: top, safe: (top, band.1.max(top)) }
                }
                at if at == last => {
                    let space = if chain.is_reversed { 0.0 } else { ARROW };
                    let bottom = self.nodes[element].top - space;
                    Gate { x: ports[1], top: bottom, bottom, safe: (band.0.min(bottom), bottom) }
                }
                _ => {
                    let (top, bottom) = (y - size.height / 2.0, y + size.height / 2.0);
                    Gate { x: self.places.x[element], top, bottom, safe: band }
                }
            }
        };
        chain.elements.iter().enumerate().map(gate).collect()
    }

    /// Makes an arrow pass layers upright where it would else cross something.
    fn clear(&self, chain: &Chain, gates: &mut [Gate]) {
        loop {
            let mut is_clear = true;
            for at in 1..gates.len() {
                let [upper, lower] = [gates[at - 1], gates[at]];
                let is_safe = upper.bottom >= upper.safe.1 && lower.top <= lower.safe.0;
                if is_safe || !self.is_crossing(chain, at, upper, lower) {
                    continue;
                }
                is_clear = false;
                for gate in &mut gates[at - 1..=at] {
                    (gate.top, gate.bottom) = gate.safe;
                }
            }
            if is_clear {
                break;
            }
        }
    }

    /// Whether the part of an arrow that ends at an element crosses a box or a text.
    fn is_crossing(&self, chain: &Chain, at: usize, upper: Gate, lower: Gate) -> bool {
        let start = point(upper.x, upper.bottom);
        let path = Path { start, curves: vec![turn(start, point(lower.x, lower.top))] };
        let points = path.samples(TESTS);
        chain.elements[at - 1..=at].iter().any(|&own| {
            let obstacles = &self.obstacles[self.layers.elements[own].rank];
            // Those to the left of the way cannot be in it; obstacles stand from left to right.
            let (left, right) = (upper.x.min(lower.x), upper.x.max(lower.x));
            let first = obstacles.partition_point(|(_, rect)| rect.right < left);
            let near = obstacles[first..].iter().take_while(|(_, rect)| rect.left <= right);
            near.filter(|(element, _)| *element != own)
                .any(|(_, rect)| points.iter().any(|&point| rect.contains(point)))
        })
    }
}

/// A curve that starts and ends upright.
fn turn(start: Point, end: Point) -> [Point; 3] {
    let middle = (start.y + end.y) / 2.0;
    [point(start.x, middle), point(end.x, middle), end]
}

/// Moves all so that it starts at zero.
fn from_zero(mut layout: Layout) -> Layout {
    let mut bounds = Rect {
        left: f64::INFINITY,
        top: f64::INFINITY,
        right: f64::NEG_INFINITY,
        bottom: f64::NEG_INFINITY,
    };
    let labels = layout.edges.iter().filter_map(|edge| edge.label);
    for rect in layout.nodes.iter().copied().chain(labels) {
        bounds.left = bounds.left.min(rect.left);
        bounds.top = bounds.top.min(rect.top);
        bounds.right = bounds.right.max(rect.right);
        bounds.bottom = bounds.bottom.max(rect.bottom);
    }
    for point in layout.edges.iter().flat_map(|edge| edge.path.samples(TESTS)) {
        bounds.left = bounds.left.min(point.x);
        bounds.right = bounds.right.max(point.x);
    }
    if bounds.left > bounds.right {
        return layout;
    }
    let by = point(-bounds.left, -bounds.top);
    layout.moved(by);
    layout.size = Size { width: bounds.right - bounds.left, height: bounds.bottom - bounds.top };
    layout
}

impl Layout {
    /// Moves all.
    pub(crate) fn moved(&mut self, by: Point) {
        self.nodes.iter_mut().for_each(|rect| *rect = rect.moved(by));
        for edge in &mut self.edges {
            edge.path.map(|point| point.moved(by));
            edge.tip = edge.tip.moved(by);
            edge.label = edge.label.map(|rect| rect.moved(by));
        }
    }
}
