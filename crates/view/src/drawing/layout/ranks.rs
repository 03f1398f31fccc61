//! Which layer a box is in.

use super::Input;
use super::network_simplex::{Constraint, Ties, least_positions, parts, solve};

/// Which edges go up: those that would close a cycle on a walk from the boxes that nothing points to.
pub(super) fn back_edges(input: &Input) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let count = input.nodes.len();
    let mut outgoing = vec![Vec::new(); count];
    let mut is_called = vec![false; count];
    for (at, edge) in input.edges.iter().enumerate() {
        if edge.tail != edge.head {
            outgoing[edge.tail].push(at);
            is_called[edge.head] = true;
        }
    }
    let mut is_back = vec![false; input.edges.len()];
    let mut states = vec![State::New; count];
    let roots = (0..count).filter(|&node| !is_called[node]);
    for root in roots.chain(0..count) {
        if states[root] != State::New {
            continue;
        }
        states[root] = State::Open;
        let mut walk = vec![(root, 0)];
        while let Some((node, at)) = walk.last_mut() {
            let Some(&edge) = outgoing[*node].get(*at) else {
                states[*node] = State::Done;
                walk.pop();
                continue;
            };
            *at += 1;
            let head = input.edges[edge].head;
            match states[head] {
                State::New => {
                    states[head] = State::Open;
                    walk.push((head, 0));
                }
                State::Open => is_back[edge] = true,
                State::Done => {}
            }
        }
    }
    is_back
}

/// The layer of each box, from zero, so that the weighted sum of the edges' lengths is least. Labels take a layer of
/// their own.
pub(super) fn ranks(input: &Input, is_reversed: &[bool], has_labels: bool) -> Vec<usize> {
    let step = if has_labels { 2 } else { 1 };
    let edges = input.edges.iter().zip(is_reversed).filter(|(edge, _)| edge.tail != edge.head);
    let constraints: Vec<Constraint> = edges
        .map(|(edge, &is_reversed)| {
            let (tail, head) = match is_reversed {
                true => (edge.head, edge.tail),
                false => (edge.tail, edge.head),
            };
            Constraint {
                tail: tail as u32,
                head: head as u32,
                min_length: i64::from(edge.min_length.max(1)) * step,
                weight: edge.weight.max(1),
            }
        })
        .collect();
    let count = input.nodes.len();
    // Each part starts at the top.
    let parts = parts(count, &constraints);
    let positions = solve(least_positions(count, &constraints), constraints, Ties::Keep);
    let mut tops = vec![i64::MAX; count];
    for (&part, &position) in parts.iter().zip(&positions) {
        tops[part] = tops[part].min(position);
    }
    parts
        .iter()
        .zip(&positions)
        .map(|(&part, &position)| (position - tops[part]) as usize)
        .collect()
}
