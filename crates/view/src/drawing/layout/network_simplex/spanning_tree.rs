//! A spanning tree of edges that are as short as may be, and what each edge of it costs.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Constraint;

const NONE: u32 = u32::MAX;

/// Positions, and a tree of edges that have their least length.
pub(super) struct SpanningTree<'c> {
    constraints: &'c [Constraint],
    incident: Incident,
    pub(super) positions: Vec<i64>,
    /// The edges of the tree.
    pub(super) edges: Vec<u32>,
    /// What making an edge of the tree longer by one costs, by edge.
    pub(super) cuts: Vec<i64>,
    /// Edges of the tree at each node.
    at_node: Vec<Vec<u32>>,
    /// The edge to the parent, by node.
    parents: Vec<u32>,
    /// The node's number in the order in which a walk leaves nodes, and the least of its subtree.
    last: Vec<u32>,
    first: Vec<u32>,
    /// Nodes by that number.
    order: Vec<u32>,
}

/// Edges by node.
struct Incident {
    ends: Vec<u32>,
    edges: Vec<u32>,
}

impl Incident {
    fn new(nodes: usize, constraints: &[Constraint]) -> Self {
        let mut ends = vec![0u32; nodes + 1];
        for constraint in constraints {
            ends[constraint.tail as usize] += 1;
            ends[constraint.head as usize] += 1;
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        let mut edges = vec![0; sum as usize];
        let mut places = ends.clone();
        for (edge, constraint) in constraints.iter().enumerate().rev() {
            for node in [constraint.tail, constraint.head] {
                let place = &mut places[node as usize];
                *place -= 1;
                edges[*place as usize] = edge as u32;
            }
        }
        Self { ends, edges }
    }

    fn of(&self, node: u32) -> &[u32] {
        let node = node as usize;
        let start = if node == 0 { 0 } else { self.ends[node - 1] };
        &self.edges[start as usize..self.ends[node] as usize]
    }
}

impl<'c> SpanningTree<'c> {
    /// Moves nodes of a connected graph together until a tree of shortest edges spans it.
    pub(super) fn tight(positions: Vec<i64>, constraints: &'c [Constraint]) -> Self {
        let count = positions.len();
        let mut this = Self {
            constraints,
            incident: Incident::new(count, constraints),
            positions,
            edges: Vec::with_capacity(count),
            cuts: vec![0; constraints.len()],
            at_node: vec![Vec::new(); count],
            parents: vec![NONE; count],
            last: vec![0; count],
            first: vec![0; count],
            order: vec![0; count],
        };
        this.grow();
        this.root_from_first();
        this.number(0);
        this.weigh();
        this
    }

    fn constraint(&self, edge: u32) -> Constraint {
        self.constraints[edge as usize]
    }

    fn other_end(&self, edge: u32, node: u32) -> u32 {
        let constraint = self.constraint(edge);
        if constraint.tail == node { constraint.head } else { constraint.tail }
    }

    fn slack(&self, edge: u32) -> i64 {
        let Constraint { tail, head, min_length, .. } = self.constraint(edge);
        self.positions[head as usize] - self.positions[tail as usize] - min_length
    }

    /// Grows a tree from the first node by the edge that is nearest to its least length; the tree moves as a whole.
    fn grow(&mut self) {
        let mut is_inside = vec![false; self.positions.len()];
        // Edges out of and into the tree, by slack without the tree's own move.
        let mut heaps = [BinaryHeap::new(), BinaryHeap::new()];
        let mut moved = 0;
        let mut node = 0;
        loop {
            is_inside[node as usize] = true;
            self.positions[node as usize] -= moved;
            for &edge in self.incident.of(node) {
                if !is_inside[self.other_end(edge, node) as usize] {
                    let is_into = usize::from(self.constraint(edge).head == node);
                    heaps[is_into].push(Reverse((self.slack(edge), edge)));
                }
            }
            let mut nearest = |is_into: usize| loop {
                let &Reverse((slack, edge)) = heaps[is_into].peek()?;
                let Constraint { tail, head, .. } = self.constraint(edge);
                if is_inside[tail as usize] && is_inside[head as usize] {
                    heaps[is_into].pop();
                    continue;
                }
                let by_move = if is_into == 1 { moved } else { -moved };
                return Some((slack + by_move, edge));
            };
            let (slack, edge, sign) = match (nearest(0), nearest(1)) {
                (Some(out), Some(into)) if out <= into => (out.0, out.1, 1),
                (Some(out), None) => (out.0, out.1, 1),
                (_, Some(into)) => (into.0, into.1, -1),
                (None, None) => break,
            };
            moved += sign * slack;
            self.edges.push(edge);
            let Constraint { tail, head, .. } = self.constraint(edge);
            self.at_node[tail as usize].push(edge);
            self.at_node[head as usize].push(edge);
            node = if is_inside[tail as usize] { head } else { tail };
        }
        self.positions.iter_mut().for_each(|position| *position += moved);
    }

    fn root_from_first(&mut self) {
        let mut waiting = vec![0u32];
        while let Some(node) = waiting.pop() {
            for at in 0..self.at_node[node as usize].len() {
                let edge = self.at_node[node as usize][at];
                if edge != self.parents[node as usize] {
                    let child = self.other_end(edge, node);
                    self.parents[child as usize] = edge;
                    waiting.push(child);
                }
            }
        }
    }

    /// Numbers a subtree anew. The answer is how many nodes it has.
    fn number(&mut self, top: u32) -> usize {
        let start = self.first[top as usize];
        let mut next = start;
        let mut walk = vec![(top, 0)];
        while let Some((node, at)) = walk.last_mut() {
            let node = *node;
            if *at == 0 {
                self.first[node as usize] = next;
            }
            if let Some(&edge) = self.at_node[node as usize].get(*at) {
                *at += 1;
                if edge != self.parents[node as usize] {
                    walk.push((self.other_end(edge, node), 0));
                }
                continue;
            }
            self.last[node as usize] = next;
            self.order[next as usize] = node;
            next += 1;
            walk.pop();
        }
        (next - start) as usize
    }

    /// What each edge of the tree costs: what leaves its tail's side in its direction, less what goes the other way.
    fn weigh(&mut self) {
        let mut sums = vec![0i64; self.positions.len()];
        for constraint in self.constraints {
            sums[constraint.tail as usize] += constraint.weight;
            sums[constraint.head as usize] -= constraint.weight;
        }
        for &node in &self.order {
            let edge = self.parents[node as usize];
            if edge == NONE {
                continue;
            }
            let sum = sums[node as usize];
            let constraint = self.constraint(edge);
            let (parent, cut) = match constraint.tail == node {
                true => (constraint.head, sum),
                false => (constraint.tail, -sum),
            };
            self.cuts[edge as usize] = cut;
            sums[parent as usize] += sum;
        }
    }

    fn is_below(&self, node: u32, top: u32) -> bool {
        let number = self.last[node as usize];
        self.first[top as usize] <= number && number <= self.last[top as usize]
    }

    /// The lower end of an edge of the tree, and whether the edge starts there.
    fn lower_end(&self, edge: u32) -> (u32, bool) {
        let Constraint { tail, head, .. } = self.constraint(edge);
        let is_tail = self.parents[tail as usize] == edge;
        (if is_tail { tail } else { head }, is_tail)
    }

    /// The nodes of one side of an edge: below its lower end, or the rest if that is less; and which of them it is.
    fn smaller_side(&self, low: u32) -> (impl Iterator<Item = u32> + '_, usize, bool) {
        let (first, end) =
            (self.first[low as usize] as usize, self.last[low as usize] as usize + 1);
        let all = self.order.len();
        let is_below = (end - first) * 2 <= all;
        let ranges = if is_below { [first..end, 0..0] } else { [0..first, end..all] };
        let count = ranges[0].len() + ranges[1].len();
        (ranges.into_iter().flatten().map(|at| self.order[at]), count, is_below)
    }

    /// Of the edges that cross an edge of the tree the other way, the one nearest to its least length, and by how much
    /// it is longer. With the count of nodes looked at.
    pub(super) fn entering(&self, leaving: u32) -> (Option<(u32, i64)>, usize) {
        let (low, starts_low) = self.lower_end(leaving);
        let (nodes, count, is_below) = self.smaller_side(low);
        // The entering edge ends on the side on which the leaving one starts.
        let ends_here = starts_low == is_below;
        let mut nearest: Option<(i64, u32)> = None;
        for node in nodes {
            for &edge in self.incident.of(node) {
                let Constraint { tail, head, .. } = self.constraint(edge);
                let (own, other) = if ends_here { (head, tail) } else { (tail, head) };
                if own == node && self.is_below(other, low) != is_below {
                    let candidate = (self.slack(edge), edge);
                    if nearest.is_none_or(|known| candidate < known) {
                        nearest = Some(candidate);
                    }
                }
            }
        }
        (nearest.map(|(slack, edge)| (edge, slack)), count)
    }

    /// Makes an edge of the tree longer. The answer is how many nodes were moved.
    pub(super) fn part(&mut self, edge: u32, by: i64) -> usize {
        if by == 0 {
            return 0;
        }
        let (low, starts_low) = self.lower_end(edge);
        let (nodes, count, is_below) = self.smaller_side(low);
        let step = if starts_low == is_below { -by } else { by };
        let nodes: Vec<u32> = nodes.collect();
        nodes.into_iter().for_each(|node| self.positions[node as usize] += step);
        count
    }

    /// Replaces an edge of the tree. The answer is how many nodes were numbered anew.
    pub(super) fn exchange(&mut self, at: usize, entering: u32) -> usize {
        let leaving = self.edges[at];
        let cut = self.cuts[leaving as usize];
        let Constraint { tail, head, .. } = self.constraint(entering);
        let top = self.shift_costs(tail, head, cut, true);
        self.shift_costs(head, tail, cut, false);
        self.cuts[entering as usize] = -cut;
        self.cuts[leaving as usize] = 0;

        let (low, _) = self.lower_end(leaving);
        let mut node = if self.is_below(tail, low) { tail } else { head };
        let mut edge = entering;
        loop {
            let next = std::mem::replace(&mut self.parents[node as usize], edge);
            if node == low {
                break;
            }
            node = self.other_end(next, node);
            edge = next;
        }
        let Constraint { tail: old_tail, head: old_head, .. } = self.constraint(leaving);
        for node in [old_tail, old_head] {
            self.at_node[node as usize].retain(|&edge| edge != leaving);
        }
        for node in [tail, head] {
            self.at_node[node as usize].push(entering);
        }
        self.edges[at] = entering;
        self.number(top)
    }

    /// Adds a cost along the way up from a node until another is below. The answer is where that is.
    fn shift_costs(&mut self, from: u32, to: u32, cost: i64, upwards: bool) -> u32 {
        let mut node = from;
        while !self.is_below(to, node) {
            let edge = self.parents[node as usize];
            let is_along = (self.constraint(edge).tail == node) == upwards;
            self.cuts[edge as usize] += if is_along { cost } else { -cost };
            node = self.other_end(edge, node);
        }
        node
    }
}
