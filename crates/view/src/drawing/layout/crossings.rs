//! How often arrows cross.

use super::layers::Layers;

/// Crossings between all layers that follow each other.
pub(super) fn crossings(layers: &Layers, order: &[Vec<usize>], places: &[usize]) -> usize {
    order.iter().map(|layer| below_layer(layers, layer, places)).sum()
}

/// Crossings of the arrows below a layer: pairs whose order is another below, counted with a tree of sums.
fn below_layer(layers: &Layers, layer: &[usize], places: &[usize]) -> usize {
    let mut ends: Vec<usize> = Vec::new();
    for &element in layer {
        let start = ends.len();
        ends.extend(layers.below[element].iter().map(|&lower| places[lower]));
        ends[start..].sort_unstable();
    }
    let width = ends.iter().copied().max().map_or(0, |end| end + 1);
    let mut sums = vec![0usize; width + 1];
    let mut crossings = 0;
    for (seen, &end) in ends.iter().enumerate() {
        let mut not_beyond = 0;
        let mut at = end + 1;
        while at > 0 {
            not_beyond += sums[at];
            at &= at - 1;
        }
        crossings += seen - not_beyond;
        let mut at = end + 1;
        while at <= width {
            sums[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    crossings
}

/// Crossings of the arrows of two neighbours whose other ends are at these places (sorted), as they stand and swapped.
pub(super) fn of_pair(left: &[usize], right: &[usize]) -> (usize, usize) {
    let smaller = |a: &[usize], b: &[usize]| {
        let (mut count, mut at) = (0, 0);
        for &end in a {
            while at < b.len() && b[at] < end {
                at += 1;
            }
            count += at;
        }
        count
    };
    (smaller(left, right), smaller(right, left))
}

#[cfg(test)]
mod tests {
    use super::of_pair;

    #[test]
    fn neighbours_cross_in_one_order_or_the_other() {
        assert_eq!(of_pair(&[2, 3], &[0, 1]), (4, 0));
        assert_eq!(of_pair(&[0, 1], &[0, 1]), (1, 1));
        assert_eq!(of_pair(&[], &[5]), (0, 0));
    }
}
