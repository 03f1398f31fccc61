//! The order within each layer, with few crossings: weighted medians of the neighbours' places, down and up in turn, and
//! swaps of neighbours.

use super::crossings::{crossings, of_pair};
use super::layers::Layers;

/// How often all layers are ordered anew; Graphviz does it as often.
const SWEEPS: usize = 24;

/// Sweeps without a better order after which the search ends.
const PATIENCE: usize = 6;

/// Elements and arrows times sweeps after which no further sweep starts.
const MOST_WORK: usize = 4_000_000;

/// Rounds of swaps in a sweep.
const MOST_SWAP_ROUNDS: usize = 8;

/// Orders the layers.
pub(super) fn order(layers: &mut Layers) {
    let parts = parts(layers);
    let mut order = vec![Vec::new(); layers.layers.len()];
    for part in parts {
        for (layer, elements) in order.iter_mut().zip(Ordering::of_part(layers, &part).best()) {
            layer.extend(elements);
        }
    }
    layers.layers = order;
}

/// Elements that arrows hold together, part by part.
fn parts(layers: &Layers) -> Vec<Vec<usize>> {
    let mut is_seen = vec![false; layers.elements.len()];
    let mut parts = Vec::new();
    for start in 0..is_seen.len() {
        if std::mem::replace(&mut is_seen[start], true) {
            continue;
        }
        let mut part = vec![start];
        let mut at = 0;
        while let Some(&element) = part.get(at) {
            for &next in layers.above[element].iter().chain(&layers.below[element]) {
                if !std::mem::replace(&mut is_seen[next], true) {
                    part.push(next);
                }
            }
            at += 1;
        }
        parts.push(part);
    }
    parts
}

/// The order of one part.
struct Ordering<'l> {
    layers: &'l Layers,
    order: Vec<Vec<usize>>,
    /// Places in the order, by element.
    places: Vec<usize>,
}

impl<'l> Ordering<'l> {
    /// The order of a walk from the top, which keeps what belongs together beside each other.
    fn of_part(layers: &'l Layers, part: &[usize]) -> Self {
        let mut this = Self {
            layers,
            order: vec![Vec::new(); layers.layers.len()],
            places: vec![0; layers.elements.len()],
        };
        let mut is_seen = vec![false; layers.elements.len()];
        let mut tops: Vec<usize> =
            part.iter().copied().filter(|&element| layers.above[element].is_empty()).collect();
        tops.sort_unstable_by_key(|&element| (layers.elements[element].rank, element));
        for top in tops {
            let mut walk = vec![top];
            while let Some(element) = walk.pop() {
                if !std::mem::replace(&mut is_seen[element], true) {
                    this.order[layers.elements[element].rank].push(element);
                    walk.extend(layers.below[element].iter().rev());
                }
            }
        }
        this.number();
        this
    }

    fn number(&mut self) {
        for layer in &self.order {
            for (place, &element) in layer.iter().enumerate() {
                self.places[element] = place;
            }
        }
    }

    fn crossings(&self) -> usize {
        crossings(self.layers, &self.order, &self.places)
    }

    /// The order with the fewest crossings that was found.
    fn best(mut self) -> Vec<Vec<usize>> {
        let work = self.order.iter().flatten().map(|&e| 1 + self.layers.below[e].len()).sum();
        let sweeps = SWEEPS.min(MOST_WORK / std::cmp::max(work, 1)).max(1);
        self.swap_neighbours();
        let mut best = (self.crossings(), self.order.clone());
        let mut since_best = 0;
        for sweep in 0..sweeps {
            if best.0 == 0 || since_best == PATIENCE {
                break;
            }
            self.order_by_medians(sweep % 2 == 0);
            self.swap_neighbours();
            let found = self.crossings();
            since_best += 1;
            if found < best.0 {
                best = (found, self.order.clone());
                since_best = 0;
            }
        }
        best.1
    }

    fn order_by_medians(&mut self, downwards: bool) {
        let depth = self.order.len();
        for step in 1..depth {
            let rank = if downwards { step } else { depth - 1 - step };
            let neighbours = if downwards { &self.layers.above } else { &self.layers.below };
            let layer = &mut self.order[rank];
            let median = |element: usize| median(&neighbours[element], &self.places);
            // What has no neighbours keeps its place.
            let free: Vec<usize> =
                (0..layer.len()).filter(|&place| !neighbours[layer[place]].is_empty()).collect();
            let mut moved: Vec<(f64, usize)> =
                free.iter().map(|&place| (median(layer[place]), layer[place])).collect();
            moved.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (place, (_, element)) in free.into_iter().zip(moved) {
                layer[place] = element;
            }
            for (place, &element) in layer.iter().enumerate() {
                self.places[element] = place;
            }
        }
    }

    /// Swaps neighbours as long as that leaves fewer crossings.
    fn swap_neighbours(&mut self) {
        for _ in 0..MOST_SWAP_ROUNDS {
            let mut is_better = false;
            for rank in 0..self.order.len() {
                is_better |= self.swap_in_layer(rank);
            }
            if !is_better {
                break;
            }
        }
    }

    fn swap_in_layer(&mut self, rank: usize) -> bool {
        let sorted = |neighbours: &[usize]| {
            let mut places: Vec<usize> = neighbours.iter().map(|&n| self.places[n]).collect();
            places.sort_unstable();
            places
        };
        let layers = self.layers;
        let mut ends: Vec<[Vec<usize>; 2]> = self.order[rank]
            .iter()
            .map(|&element| [sorted(&layers.above[element]), sorted(&layers.below[element])])
            .collect();
        let mut is_better = false;
        for right in 1..ends.len() {
            let (now, swapped) = (0..2)
                .map(|side| of_pair(&ends[right - 1][side], &ends[right][side]))
                .fold((0, 0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
            if swapped < now {
                ends.swap(right - 1, right);
                self.order[rank].swap(right - 1, right);
                is_better = true;
            }
        }
        for (place, &element) in self.order[rank].iter().enumerate() {
            self.places[element] = place;
        }
        is_better
    }
}

/// The middle of the neighbours' places; of an even number, the one of the two middle ones on whose side they stand
/// closer together.
fn median(neighbours: &[usize], places: &[usize]) -> f64 {
    let mut found: Vec<usize> = neighbours.iter().map(|&element| places[element]).collect();
    found.sort_unstable();
    let middle = found.len() / 2;
    let at = |index: usize| found[index] as f64;
    match found.len() {
        0 => 0.0,
        count if count % 2 == 1 => at(middle),
        2 => (at(0) + at(1)) / 2.0,
        count => {
            let left = at(middle - 1) - at(0);
            let right = at(count - 1) - at(middle);
            match left + right {
                0.0 => (at(middle - 1) + at(middle)) / 2.0,
                both => (at(middle - 1) * right + at(middle) * left) / both,
            }
        }
    }
}
