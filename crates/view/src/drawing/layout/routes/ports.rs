//! Where arrows leave and reach boxes: towards where they come from or go to, with space between them.

use crate::drawing::geometry::Rect;
use crate::drawing::layout::coordinates::Places;
use crate::drawing::layout::layers::Layers;

/// Space between the outermost arrows and the box's corner.
const CORNER: f64 = 8.0;

/// Space between arrows of a box, if it is wide enough.
const BETWEEN: f64 = 10.0;

/// Places on the upper and lower sides of boxes.
pub(super) struct Ports {
    /// By edge: x at the upper and at the lower end.
    places: Vec<[f64; 2]>,
}

impl Ports {
    pub(super) fn new(layers: &Layers, places: &Places, nodes: &[Rect]) -> Self {
        let mut this = Self { places: vec![[0.0; 2]; layers.chains.len()] };
        // By box and side: where the arrow comes from, and which it is.
        let mut sides = vec![[const { Vec::new() }; 2]; nodes.len()];
        for (edge, chain) in layers.chains.iter().enumerate() {
            if let [upper, second, ..] = chain.elements[..] {
                sides[upper][0].push((places.x[second], edge));
            }
            if let [.., second, lower] = chain.elements[..] {
                sides[lower][1].push((places.x[second], edge));
            }
        }
        for (node, sides) in sides.into_iter().enumerate() {
            for (end, mut arrows) in sides.into_iter().enumerate() {
                arrows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                let wanted: Vec<f64> = arrows.iter().map(|arrow| arrow.0).collect();
                let found = spread(&wanted, nodes[node]);
                for ((_, edge), x) in arrows.into_iter().zip(found) {
                    this.places[edge][end] = x;
                }
            }
        }
        this
    }

    pub(super) fn of(&self, edge: usize) -> [f64; 2] {
        self.places[edge]
    }
}

/// Places near the wanted ones, which are sorted, on the side of a box.
fn spread(wanted: &[f64], node: Rect) -> Vec<f64> {
    let margin = CORNER.min((node.right - node.left) / 2.0);
    let (left, right) = (node.left + margin, node.right - margin);
    let space = match wanted.len() {
        0 | 1 => 0.0,
        count => BETWEEN.min((right - left) / (count - 1) as f64),
    };
    let mut places: Vec<f64> = wanted.iter().map(|&x| x.clamp(left, right)).collect();
    for at in 1..places.len() {
        places[at] = places[at].max(places[at - 1] + space);
    }
    let mut limit = right;
    for place in places.iter_mut().rev() {
        *place = place.min(limit);
        limit = *place - space;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_have_space_between_them() {
        let node = Rect { left: 0.0, top: 0.0, right: 56.0, bottom: 10.0 };
        assert_eq!(spread(&[20.0], node), [20.0]);
        assert_eq!(spread(&[-90.0, 20.0, 21.0, 400.0], node), [8.0, 20.0, 30.0, 48.0]);
        assert_eq!(spread(&[100.0, 101.0], node), [38.0, 48.0]);
        assert_eq!(spread(&[-9.0; 6], node), [8.0, 16.0, 24.0, 32.0, 40.0, 48.0]);
    }
}
