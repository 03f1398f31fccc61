//! Stacks merged from one end, as far as can be seen.
//!
//! A million different stacks make tens of millions of boxes, of which a screen shows some thousand. So groups of stacks
//! are split by their next frame, the largest group first, and a group too small to be seen is not followed: the work and
//! the memory depend on what is shown.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Amount, ROOT, SourceId, Stacks};

/// What is too small to be shown.
#[derive(Debug, Clone, Copy)]
pub struct TreeLimits {
    /// Share of the tree's own size below which a box is left out.
    pub fraction: f64,
    /// Most boxes in each direction; the largest are kept.
    pub nodes: usize,
}

/// A box: one source after the same frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeNode {
    /// How many frames lie between it and the start of the tree.
    pub depth: u32,
    /// What its frames are of.
    pub source: SourceId,
    /// What the stacks through it took.
    pub amount: Amount,
    /// What the stacks that end here took; nothing if the tree was not followed so far.
    pub own: Amount,
}

/// What was called by a frame, and who called it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The frame itself and what it called, each box followed by those on it, larger ones first.
    pub callees: Vec<TreeNode>,
    /// Who called it, in the same order. Begins with the frame itself, too.
    pub callers: Vec<TreeNode>,
}

/// Merged stacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackTree {
    /// What all stacks took, with those that are not in the tree.
    pub all: Amount,
    /// One branch for each source that was asked for, larger ones first.
    pub branches: Vec<Branch>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    ToCallees,
    ToCallers,
}

/// Where the next frame of a sample is. `location` counts from the outermost one. `frame` counts the frames of that
/// location which lie further out: on the way to callees they have been passed, on the way to callers they are to come.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    sample: u32,
    location: u32,
    frame: u32,
}

/// Stacks that have been the same so far.
#[derive(Debug)]
struct Group {
    source: SourceId,
    parent: usize,
    amount: Amount,
    own: Amount,
    cursors: Vec<Cursor>,
}

impl Stacks {
    /// Merges the stacks from the bottom; or, if sources are given, from the outermost frame of one of them, in both
    /// directions.
    pub fn tree(&self, pivots: &[SourceId], limits: TreeLimits) -> StackTree {
        let all = self.amount();
        let mut starts = match pivots {
            [] | [ROOT] => vec![self.bottom(all)],
            pivots => self.starts(pivots),
        };
        let size = starts.iter().fold(0u64, |sum, start| sum.saturating_add(start.amount.size()));
        let smallest = ((size as f64 * limits.fraction) as u64).max(1);
        starts.retain(|start| start.amount.size() >= smallest);
        self.sort(&mut starts);
        starts.truncate(limits.nodes);
        let most = (limits.nodes / starts.len().max(1)).max(1);
        let branch = |start: Group| {
            let follow = |direction, start| {
                Growth { stacks: self, direction, smallest, most, groups: Vec::new() }.grow(start)
            };
            let up = Group { cursors: start.cursors.clone(), ..start };
            Branch {
                callees: follow(Direction::ToCallees, self.below(start)),
                callers: follow(Direction::ToCallers, up),
            }
        };
        StackTree { all, branches: starts.into_iter().map(branch).collect() }
    }

    /// All samples, before their first frame.
    fn bottom(&self, amount: Amount) -> Group {
        let with_value = |&sample: &usize| self.value(sample).size() > 0;
        let cursor = |sample| Cursor { sample: sample as u32, location: 0, frame: 0 };
        let cursors = (0..self.samples.len()).filter(with_value).map(cursor).collect();
        Group { source: ROOT, parent: 0, amount, own: Amount::default(), cursors }
    }

    /// The samples by the outermost frame that is of one of the sources, standing at that frame.
    fn starts(&self, pivots: &[SourceId]) -> Vec<Group> {
        let mut wanted = vec![false; self.sources.all.len()];
        for &pivot in pivots {
            if let Some(wanted) = wanted.get_mut(pivot as usize) {
                *wanted = true;
            }
        }
        let locations = self.sources.locations_with(&wanted);
        let mut split = Split::new(self.sources.all.len(), 0);
        for sample in 0..self.samples.len() {
            let amount = self.value(sample);
            let mut places = self.samples.locations(sample).iter().rev().zip(0u32..);
            let place = places.find(|(at, _)| locations.get(**at as usize) == Some(&true));
            let Some((&at, location)) = place.filter(|_| amount.size() > 0) else { continue };
            let found = self.sources.of(at).iter().zip(0..).find(|(id, _)| wanted[**id as usize]);
            if let Some((&source, frame)) = found {
                split.add(source, amount, Cursor { sample: sample as u32, location, frame });
            }
        }
        split.groups
    }

    /// A group that stands at its frame, past it on the way to callees.
    fn below(&self, mut start: Group) -> Group {
        if start.source != ROOT {
            start.cursors.iter_mut().for_each(|cursor| cursor.frame += 1);
        }
        start
    }

    /// Larger ones first; equal ones by name.
    fn sort(&self, groups: &mut [Group]) {
        let name = |group: &Group| &self.sources.all[group.source as usize].name;
        groups.sort_by(|a, b| {
            (b.amount.size().cmp(&a.amount.size())).then_with(|| name(a).cmp(name(b)))
        });
    }

    /// The frame at a cursor, and where the one after it is.
    #[inline]
    fn step(&self, cursor: Cursor, direction: Direction) -> Option<(SourceId, Cursor)> {
        let locations = self.samples.locations(cursor.sample as usize);
        let sources = |location: u32| {
            let at = locations.len().checked_sub(location as usize + 1)?;
            Some(self.sources.of(locations[at]))
        };
        let Cursor { sample, mut location, mut frame } = cursor;
        match direction {
            Direction::ToCallees => loop {
                let here = sources(location)?;
                match here.get(frame as usize) {
                    Some(&source) => {
                        return Some((source, Cursor { sample, location, frame: frame + 1 }));
                    }
                    None => (location, frame) = (location + 1, 0),
                }
            },
            Direction::ToCallers => loop {
                if let Some(next) = frame.checked_sub(1) {
                    let source = sources(location)?[next as usize];
                    return Some((source, Cursor { sample, location, frame: next }));
                }
                location = location.checked_sub(1)?;
                frame = sources(location)?.len() as u32;
            },
        }
    }
}

/// Groups by source.
struct Split {
    /// Where the group of each source is.
    places: Vec<u32>,
    groups: Vec<Group>,
    parent: usize,
}

/// No group yet.
const NOWHERE: u32 = u32::MAX;

impl Split {
    fn new(sources: usize, parent: usize) -> Self {
        Self { places: vec![NOWHERE; sources], groups: Vec::new(), parent }
    }

    #[inline]
    fn add(&mut self, source: SourceId, amount: Amount, cursor: Cursor) {
        let place = &mut self.places[source as usize];
        if *place == NOWHERE {
            *place = self.groups.len() as u32;
            let (parent, none) = (self.parent, Amount::default());
            let (amount, own, cursors) = (none, none, Vec::new());
            self.groups.push(Group { source, parent, amount, own, cursors });
        }
        let group = &mut self.groups[*place as usize];
        group.amount += amount;
        group.cursors.push(cursor);
    }

    /// The groups, and forgets them.
    fn take(&mut self) -> Vec<Group> {
        for group in &self.groups {
            self.places[group.source as usize] = NOWHERE;
        }
        std::mem::take(&mut self.groups)
    }
}

/// A tree that grows where it is largest.
struct Growth<'s> {
    stacks: &'s Stacks,
    direction: Direction,
    smallest: u64,
    most: usize,
    groups: Vec<Group>,
}

impl Growth<'_> {
    fn grow(mut self, start: Group) -> Vec<TreeNode> {
        let mut split = Split::new(self.stacks.sources.all.len(), 0);
        let mut largest = BinaryHeap::from([(start.amount.size(), Reverse(0))]);
        self.groups.push(start);
        while let Some((_, Reverse(parent))) = largest.pop() {
            split.parent = parent;
            let cursors = std::mem::take(&mut self.groups[parent].cursors);
            for cursor in cursors {
                let amount = self.stacks.value(cursor.sample as usize);
                match self.stacks.step(cursor, self.direction) {
                    Some((source, next)) => split.add(source, amount, next),
                    None => self.groups[parent].own += amount,
                }
            }
            let mut next = split.take();
            next.retain(|group| group.amount.size() >= self.smallest);
            self.stacks.sort(&mut next);
            next.truncate(self.most.saturating_sub(self.groups.len()));
            for group in next {
                largest.push((group.amount.size(), Reverse(self.groups.len())));
                self.groups.push(group);
            }
        }
        self.in_order()
    }

    /// Each box, followed by those on it. They are among the groups in the order in which they are drawn.
    fn in_order(&self) -> Vec<TreeNode> {
        let mut on: Vec<Vec<usize>> = vec![Vec::new(); self.groups.len()];
        for (index, group) in self.groups.iter().enumerate().skip(1).rev() {
            on[group.parent].push(index);
        }
        let mut nodes = Vec::with_capacity(self.groups.len());
        let mut open = vec![(0, 0)];
        while let Some((index, depth)) = open.pop() {
            let Group { source, amount, own, .. } = self.groups[index];
            nodes.push(TreeNode { depth, source, amount, own });
            open.extend(on[index].iter().map(|&index| (index, depth + 1)));
        }
        nodes
    }
}
