//! The network simplex method for positions on a line: of all positions that keep the least distances, those of which
//! the weighted sum of lengths is least. After Gansner, Koutsofios, North, Vo: "A Technique for Drawing Directed
//! Graphs" (1993), section 2.

mod spanning_tree;

use spanning_tree::SpanningTree;

/// An edge with a least length: `position(head) - position(tail) >= min_length`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Constraint {
    pub(super) tail: u32,
    pub(super) head: u32,
    pub(super) min_length: i64,
    /// What each unit of its length costs.
    pub(super) weight: i64,
}

/// How far positions are improved: nodes looked at. What is reached then is used; it keeps all distances.
const MOST_VISITS: usize = 25_000_000;

/// Candidates among which the edge that leaves the tree is chosen.
const CANDIDATES: usize = 30;

/// What is done where several positions are as good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ties {
    /// What has been found first stays.
    Keep,
    /// The middle of them is taken.
    Middle,
}

/// Improves positions that keep all distances until none are better.
pub(super) fn solve(
    mut positions: Vec<i64>,
    mut constraints: Vec<Constraint>,
    ties: Ties,
) -> Vec<i64> {
    let count = positions.len();
    if count == 0 {
        return positions;
    }
    connect(&mut positions, &mut constraints);
    let mut solver = Solver { tree: SpanningTree::tight(positions, &constraints), next: 0 };
    let mut visits = 0;
    while visits < MOST_VISITS {
        let Some(leaving) = solver.leaving() else { break };
        visits += solver.pivot(leaving);
    }
    if ties == Ties::Middle {
        solver.balance();
    }
    let mut positions = solver.tree.positions;
    positions.truncate(count);
    positions
}

/// The least positions from zero that keep all distances; `constraints` must have no cycles.
pub(super) fn least_positions(count: usize, constraints: &[Constraint]) -> Vec<i64> {
    let mut positions = vec![0; count];
    let mut waiting = vec![0u32; count];
    let mut outgoing = vec![Vec::new(); count];
    for constraint in constraints {
        waiting[constraint.head as usize] += 1;
        outgoing[constraint.tail as usize].push(constraint);
    }
    let mut ready: Vec<usize> = (0..count).filter(|&node| waiting[node] == 0).collect();
    while let Some(node) = ready.pop() {
        for constraint in &outgoing[node] {
            let head = constraint.head as usize;
            positions[head] = positions[head].max(positions[node] + constraint.min_length);
            waiting[head] -= 1;
            if waiting[head] == 0 {
                ready.push(head);
            }
        }
    }
    positions
}

/// Adds a node that holds the parts together, at no cost, if there are several.
fn connect(positions: &mut Vec<i64>, constraints: &mut Vec<Constraint>) {
    let parts = parts(positions.len(), constraints);
    let roots: Vec<usize> = (0..parts.len()).filter(|&node| parts[node] == node).collect();
    if roots.len() < 2 {
        return;
    }
    let tail = positions.len() as u32;
    positions.push(positions.iter().copied().min().unwrap_or(0));
    constraints.extend(roots.iter().map(|&head| Constraint {
        tail,
        head: head as u32,
        min_length: 0,
        weight: 0,
    }));
}

/// The first node of the connected part that each node belongs to.
pub(super) fn parts(count: usize, constraints: &[Constraint]) -> Vec<usize> {
    let mut parts: Vec<usize> = (0..count).collect();
    for constraint in constraints {
        let (a, b) = (root(&mut parts, constraint.tail), root(&mut parts, constraint.head));
        parts[a.max(b)] = a.min(b);
    }
    (0..count).map(|node| root(&mut parts, node as u32)).collect()
}

fn root(parts: &mut [usize], node: u32) -> usize {
    let mut node = node as usize;
    while parts[node] != node {
        parts[node] = parts[parts[node]];
        node = parts[node];
    }
    node
}

struct Solver<'c> {
    tree: SpanningTree<'c>,
    /// Where the search for a leaving edge goes on.
    next: usize,
}

impl Solver<'_> {
    /// The position in the tree's edges of one whose removal makes the sum less.
    fn leaving(&mut self) -> Option<usize> {
        let edges = &self.tree.edges;
        let (mut best, mut least, mut found) = (None, 0, 0);
        for step in 0..edges.len() {
            let at = (self.next + step) % edges.len();
            let cut = self.tree.cuts[edges[at] as usize];
            if cut < 0 {
                if cut < least {
                    (best, least) = (Some(at), cut);
                }
                found += 1;
                if found == CANDIDATES {
                    self.next = at;
                    break;
                }
            }
        }
        best
    }

    /// Replaces an edge of the tree by the one that is the first to be too short when its two sides move apart. The
    /// answer is how many nodes were looked at.
    fn pivot(&mut self, at: usize) -> usize {
        let leaving = self.tree.edges[at];
        let (entering, mut visits) = self.tree.entering(leaving);
        let Some((entering, slack)) = entering else {
            // No edge holds the sides together: the cost of the leaving edge cannot be below zero.
            self.tree.cuts[leaving as usize] = 0;
            return 1;
        };
        visits += self.tree.part(leaving, slack);
        visits += self.tree.exchange(at, entering);
        visits.max(1)
    }

    /// Moves parts that may stand anywhere between two places to the middle.
    fn balance(&mut self) {
        for at in 0..self.tree.edges.len() {
            let edge = self.tree.edges[at];
            if self.tree.cuts[edge as usize] == 0
                && let (Some((_, slack)), _) = self.tree.entering(edge)
                && slack > 1
            {
                self.tree.part(edge, slack / 2);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cost(positions: &[i64], constraints: &[Constraint]) -> i64 {
        let length = |c: &Constraint| positions[c.head as usize] - positions[c.tail as usize];
        constraints.iter().map(|c| c.weight * length(c)).sum()
    }

    /// The least cost by trying all positions.
    fn least_cost(count: usize, constraints: &[Constraint], span: i64) -> i64 {
        let mut positions = vec![0; count];
        let mut least = i64::MAX;
        loop {
            if keeps(&positions, constraints) {
                least = least.min(cost(&positions, constraints));
            }
            let Some(at) = positions.iter().position(|&position| position < span) else {
                return least;
            };
            positions[..at].fill(0);
            positions[at] += 1;
        }
    }

    fn keeps(positions: &[i64], constraints: &[Constraint]) -> bool {
        constraints
            .iter()
            .all(|c| positions[c.head as usize] - positions[c.tail as usize] >= c.min_length)
    }

    fn constraints(nodes: u32, most: usize) -> impl Strategy<Value = Vec<Constraint>> {
        let constraint = (0..nodes - 1, 1..nodes, 0..3i64, 0..4i64);
        proptest::collection::vec(constraint, 0..most).prop_map(|all| {
            let ordered = all.into_iter().filter(|(tail, head, ..)| tail < head);
            ordered
                .map(|(tail, head, min_length, weight)| Constraint {
                    tail,
                    head,
                    min_length,
                    weight,
                })
                .collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_sum_of_lengths_is_least(constraints in constraints(5, 8)) {
            let start = least_positions(5, &constraints);
            prop_assert!(keeps(&start, &constraints));
            let solved = solve(start, constraints.clone(), Ties::Middle);
            prop_assert!(keeps(&solved, &constraints));
            // Of an optimal solution no node need be further from the others than the longest path.
            prop_assert_eq!(cost(&solved, &constraints), least_cost(5, &constraints, 8));
        }

        #[test]
        fn distances_are_kept_in_large_graphs(constraints in constraints(300, 900)) {
            let start = least_positions(300, &constraints);
            let before = cost(&start, &constraints);
            let solved = solve(start, constraints.clone(), Ties::Middle);
            prop_assert!(keeps(&solved, &constraints));
            prop_assert!(cost(&solved, &constraints) <= before);
        }
    }
}
