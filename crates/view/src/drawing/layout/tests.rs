//! What holds for the layout of any graph.

use proptest::prelude::*;

use super::*;

fn size() -> impl Strategy<Value = Size> {
    (54.0..260.0f64, 36.0..120.0f64).prop_map(|(width, height)| Size { width, height })
}

fn graph(most_nodes: usize, most_edges: usize) -> impl Strategy<Value = Input> {
    (1..=most_nodes, any::<bool>()).prop_flat_map(move |(count, has_labels)| {
        let nodes = proptest::collection::vec(size(), count);
        let edge = (0..count, 0..count, 1..101i64, 1..3u32, 10.0..90.0f64).prop_map(
            move |(tail, head, weight, min_length, width)| {
                let height = if has_labels { 16.8 } else { 0.0 };
                let label = Size { width: if has_labels { width } else { 0.0 }, height };
                InputEdge { tail, head, weight, min_length, label }
            },
        );
        let edges = proptest::collection::vec(edge, 0..most_edges);
        (nodes, edges).prop_map(|(nodes, edges)| Input { nodes, edges })
    })
}

/// Boxes that overlap each other.
fn overlaps(rects: &[Rect]) -> Vec<(Rect, Rect)> {
    let mut found = Vec::new();
    for (at, &rect) in rects.iter().enumerate() {
        let others = rects[at + 1..].iter().filter(|other| other.grown(-1e-6).overlaps(&rect));
        found.extend(others.map(|&other| (rect, other)));
    }
    found
}

/// Boxes that an arrow runs through, besides those at its ends.
fn run_through(layout: &Layout, edge: &InputEdge, route: &Route) -> Vec<usize> {
    let points = route.path.samples(24);
    let others = (0..layout.nodes.len()).filter(|&node| node != edge.tail && node != edge.head);
    others
        .filter(|&node| {
            let inside = layout.nodes[node].grown(-0.5);
            points.iter().any(|&point| inside.contains(point))
        })
        .collect()
}

fn is_on(rect: &Rect, point: Point) -> bool {
    let outside = rect.grown(0.01);
    outside.contains(point) && !rect.grown(-0.01).contains(point)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_overlaps_and_arrows_reach_their_boxes(input in graph(24, 48)) {
        let layout = layout(&input);
        prop_assert_eq!(layout.nodes.len(), input.nodes.len());
        prop_assert_eq!(layout.edges.len(), input.edges.len());
        for (rect, size) in layout.nodes.iter().zip(&input.nodes) {
            prop_assert!((rect.right - rect.left - size.width).abs() < 1e-6);
            prop_assert!((rect.bottom - rect.top - size.height).abs() < 1e-6);
            prop_assert!(rect.left >= -1e-6 && rect.top >= -1e-6);
            prop_assert!(rect.right <= layout.size.width + 1e-6);
            prop_assert!(rect.bottom <= layout.size.height + 1e-6);
        }
        let labels = layout.edges.iter().filter_map(|route| route.label);
        let rects: Vec<Rect> = layout.nodes.iter().copied().chain(labels).collect();
        prop_assert_eq!(overlaps(&rects), []);
        for (edge, route) in input.edges.iter().zip(&layout.edges) {
            prop_assert!(is_on(&layout.nodes[edge.tail], route.path.start));
            prop_assert!(is_on(&layout.nodes[edge.head], route.tip));
            prop_assert_eq!(route.label.is_some(), edge.label.height > 0.0);
            prop_assert_eq!(run_through(&layout, edge, route), Vec::<usize>::new());
        }
    }

    #[test]
    fn callers_stand_above_callees_where_there_is_no_cycle(mut input in graph(24, 48)) {
        input.edges.retain(|edge| edge.tail < edge.head);
        let layout = layout(&input);
        for edge in &input.edges {
            prop_assert!(layout.nodes[edge.tail].bottom < layout.nodes[edge.head].top);
        }
    }

    #[test]
    fn the_same_graph_is_drawn_the_same(input in graph(12, 30)) {
        let (a, b) = (layout(&input), layout(&input));
        prop_assert_eq!(a.nodes, b.nodes);
        for (a, b) in a.edges.iter().zip(&b.edges) {
            prop_assert_eq!(&a.path, &b.path);
        }
    }
}

fn numbered(count: usize, edges: impl Iterator<Item = (usize, usize)>) -> Input {
    let label = Size { width: 40.0, height: 16.8 };
    let edge = |(tail, head)| InputEdge { tail, head, weight: 1, min_length: 1, label };
    Input {
        nodes: vec![Size { width: 90.0, height: 40.0 }; count],
        edges: edges.map(edge).collect(),
    }
}

#[test]
fn cycles_and_loops_are_drawn() {
    let input = numbered(3, [(0, 1), (1, 2), (2, 0), (1, 1), (0, 1), (1, 0)].into_iter());
    let layout = layout(&input);
    assert_eq!(overlaps(&layout.nodes), []);
    // The first box is where the walk starts: the arrow back to it goes up.
    assert!(layout.nodes[0].bottom < layout.nodes[2].top);
    let back = &layout.edges[2];
    assert!(back.tip.y < back.path.start.y);
}

#[test]
fn a_heavy_way_is_straight() {
    let mut input = numbered(6, [(0, 1), (1, 2), (0, 3), (0, 4), (3, 5), (4, 5)].into_iter());
    input.edges[0].weight = 100;
    input.edges[1].weight = 100;
    let layout = layout(&input);
    let middle = |node: usize| layout.nodes[node].centre().x;
    assert!((middle(0) - middle(1)).abs() < 1.0 && (middle(1) - middle(2)).abs() < 1.0);
}

#[test]
fn a_thousand_boxes_are_laid_out() {
    // A tree with arrows between its branches and back to its root.
    let tree = (1..1000).map(|node| ((node - 1) / 3, node));
    let across = (1..1000).step_by(7).map(|node| (node, node * 31 % 1000));
    let back = (900..1000).step_by(10).map(|node| (node, 0));
    let layout = layout(&numbered(1000, tree.chain(across).chain(back)));
    assert_eq!(overlaps(&layout.nodes), []);
}

#[test]
fn nothing_is_drawn_as_nothing() {
    assert_eq!(layout(&Input::default()).size, Size::default());
}
