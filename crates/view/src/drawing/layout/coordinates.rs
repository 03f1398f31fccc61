//! Where each element stands: on the layer's line, in the layer's order, with straight arrows where they weigh much.

use super::layers::Layers;
use super::network_simplex::{Constraint, Ties, solve};

/// Space between two boxes of a layer, in points; Graphviz' default `nodesep`.
const BETWEEN_BOXES: i64 = 18;

/// Space between an arrow that passes and what is beside it.
const BESIDE_LINE: i64 = 9;

/// Space between layers: Graphviz' default `ranksep`, and half of it where a layer of labels stands between.
const BETWEEN_LAYERS: (f64, f64) = (36.0, 18.0);

/// Space above boxes that an arrow points to.
const ABOVE_ARROWS: f64 = 28.0;

/// Arrows that go far to the side get more height: one point for so many, and at most that many.
const SIDEWAYS: (f64, f64) = (14.0, 48.0);

/// How often the elements are pulled to their neighbours before the exact method starts from there.
const PULLS: usize = 6;

/// Where elements and layers are.
#[derive(Debug)]
pub(super) struct Places {
    /// By element: its place, from which it reaches to the left and right.
    pub(super) x: Vec<f64>,
    /// By layer: top and bottom.
    pub(super) bands: Vec<(f64, f64)>,
}

impl Places {
    /// The middle of a layer.
    pub(super) fn y(&self, rank: usize) -> f64 {
        (self.bands[rank].0 + self.bands[rank].1) / 2.0
    }
}

pub(super) fn places(layers: &Layers, has_labels: bool) -> Places {
    let start = pulled(layers);
    let x: Vec<f64> = exact(layers, start).into_iter().map(|x| x as f64).collect();
    let bands = bands(layers, &x, has_labels);
    Places { x, bands }
}

/// Least distance of two elements that stand beside each other.
fn distance(layers: &Layers, left: usize, right: usize) -> i64 {
    let (left, right) = (&layers.elements[left], &layers.elements[right]);
    let space = if left.is_box && right.is_box { BETWEEN_BOXES } else { BESIDE_LINE };
    (left.right + right.left).ceil() as i64 + space
}

/// How much an arrow's part wants to be straight: most between two points, so that long arrows have bends only at their
/// ends.
fn straightness(layers: &Layers, upper: usize, lower: usize) -> i64 {
    match (layers.elements[upper].is_box, layers.elements[lower].is_box) {
        (true, true) => 1,
        (false, false) => 8,
        _ => 2,
    }
}

/// Places near the neighbours' ones: the layers are pulled to their neighbours, down and up in turn.
fn pulled(layers: &Layers) -> Vec<i64> {
    let count = layers.elements.len();
    // By element: neighbour and strength.
    let (mut above, mut below) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for segment in &layers.segments {
        let strength = straightness(layers, segment.upper, segment.lower) * segment.weight;
        below[segment.upper].push((segment.lower, strength as f64));
        above[segment.lower].push((segment.upper, strength as f64));
    }
    let offsets: Vec<Vec<i64>> = layers.layers.iter().map(|layer| offsets(layers, layer)).collect();
    let mut x = vec![0.0; count];
    for (layer, offsets) in layers.layers.iter().zip(&offsets) {
        let middle = offsets.last().copied().unwrap_or(0) as f64 / 2.0;
        layer.iter().zip(offsets).for_each(|(&e, &offset)| x[e] = offset as f64 - middle);
    }
    for pull in 0..PULLS {
        let depth = layers.layers.len();
        for step in 0..depth {
            let (rank, sides) = match pull % 2 {
                0 => (step, [&above, &above]),
                _ => (depth - 1 - step, [&below, &below]),
            };
            let sides = if pull + 2 >= PULLS { [&above, &below] } else { sides };
            pull_layer(&layers.layers[rank], &offsets[rank], sides, &mut x);
        }
    }
    let mut places = vec![0; count];
    for (layer, offsets) in layers.layers.iter().zip(&offsets) {
        for (&element, &offset) in layer.iter().zip(offsets) {
            places[element] = (x[element] - offset as f64).round() as i64 + offset;
        }
    }
    places
}

/// Places of a layer's elements if they stand as close as may be.
fn offsets(layers: &Layers, layer: &[usize]) -> Vec<i64> {
    let mut sum = 0;
    let first = layer.first().map(|_| 0);
    let rest = layer.windows(2).map(|pair| {
        sum += distance(layers, pair[0], pair[1]);
        sum
    });
    first.into_iter().chain(rest).collect()
}

/// The least squares of the distances to the neighbours' means, with the order kept: blocks of elements that push each
/// other are merged.
fn pull_layer(
    layer: &[usize],
    offsets: &[i64],
    sides: [&Vec<Vec<(usize, f64)>>; 2],
    x: &mut [f64],
) {
    // Sum of strengths, weighted sum of wanted places, count.
    let mut blocks: Vec<(f64, f64, usize)> = Vec::with_capacity(layer.len());
    for (&element, &offset) in layer.iter().zip(offsets) {
        let mut block = (0.0, 0.0, 1);
        for &(neighbour, strength) in sides.iter().flat_map(|side| &side[element]) {
            block.0 += strength;
            block.1 += strength * (x[neighbour] - offset as f64);
        }
        if block.0 == 0.0 {
            // It stays, if nothing else pushes.
            block = (1e-3, 1e-3 * (x[element] - offset as f64), 1);
        }
        while let Some(&before) = blocks.last()
            && before.1 / before.0 > block.1 / block.0
        {
            blocks.pop();
            block = (before.0 + block.0, before.1 + block.1, before.2 + block.2);
        }
        blocks.push(block);
    }
    let mut elements = layer.iter().zip(offsets);
    for (strength, sum, count) in blocks {
        for (&element, &offset) in elements.by_ref().take(count) {
            x[element] = sum / strength + offset as f64;
        }
    }
}

/// The places with the least sum of weighted sideways ways.
fn exact(layers: &Layers, mut places: Vec<i64>) -> Vec<i64> {
    let mut constraints = Vec::new();
    for layer in &layers.layers {
        constraints.extend(layer.windows(2).map(|pair| Constraint {
            tail: pair[0] as u32,
            head: pair[1] as u32,
            min_length: distance(layers, pair[0], pair[1]),
            weight: 0,
        }));
    }
    let count = places.len();
    for segment in &layers.segments {
        // A node to the left of both ends: the sum of its distances is least where it stands with the left one.
        let own = places.len() as u32;
        places.push(places[segment.upper].min(places[segment.lower]));
        let weight = straightness(layers, segment.upper, segment.lower) * segment.weight;
        constraints.extend([segment.upper, segment.lower].map(|end| Constraint {
            tail: own,
            head: end as u32,
            min_length: 0,
            weight,
        }));
    }
    let mut places = solve(places, constraints, Ties::Middle);
    places.truncate(count);
    places
}

/// Top and bottom of each layer.
fn bands(layers: &Layers, x: &[f64], has_labels: bool) -> Vec<(f64, f64)> {
    let mut sideways = vec![0.0f64; layers.layers.len()];
    for segment in &layers.segments {
        let rank = layers.elements[segment.lower].rank;
        sideways[rank] = sideways[rank].max((x[segment.upper] - x[segment.lower]).abs());
    }
    let least = if has_labels { BETWEEN_LAYERS.1 } else { BETWEEN_LAYERS.0 };
    let mut bottom = 0.0;
    let mut bands = Vec::with_capacity(layers.layers.len());
    for (rank, layer) in layers.layers.iter().enumerate() {
        let heights = layer.iter().map(|&element| layers.elements[element].height);
        let height = heights.fold(0.0, f64::max);
        if rank > 0 {
            let is_pointed_to =
                |&e: &usize| layers.elements[e].is_box && !layers.above[e].is_empty();
            let space =
                if layer.iter().any(is_pointed_to) { least.max(ABOVE_ARROWS) } else { least };
            bottom += space + (sideways[rank] / SIDEWAYS.0).min(SIDEWAYS.1);
        }
        bands.push((bottom, bottom + height));
        bottom += height;
    }
    bands
}
