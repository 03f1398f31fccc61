//! The tree against sums over every single stack.

use std::collections::BTreeMap;

use plumb_profile::{Function, Line, Location, Profile, Samples, ValueType};
use proptest::prelude::*;

use super::*;
use crate::{Config, command_named};

/// Location `i` is function `i`; the last one is function 0 inlined into function 1.
const FUNCTIONS: u32 = 5;

fn profile(samples: &[(Vec<u32>, i64)]) -> Profile {
    let mut profile = Profile { samples: Samples::new(1), ..Profile::default() };
    let kind = profile.strings.push("space");
    let unit = profile.strings.push("bytes");
    profile.sample_types.push(ValueType { kind, unit });
    for id in 0..FUNCTIONS {
        let name = profile.strings.push(&format!("pkg.f{id}"));
        profile.functions.push(Function { id: (id + 1).into(), name, ..Function::default() });
    }
    let mut add = |functions: &[u32]| {
        let first_line = profile.lines.len() as u32;
        let line = |&function: &u32| Line { function: Some(function), ..Line::default() };
        profile.lines.extend(functions.iter().map(line));
        let (id, line_count) = (profile.locations.len() as u64 + 1, functions.len() as u32);
        profile.locations.push(Location { id, first_line, line_count, ..Location::default() });
    };
    (0..FUNCTIONS).for_each(|function| add(&[function]));
    add(&[0, 1]);
    for (locations, value) in samples {
        profile.samples.push(&[*value], locations.iter().copied(), []);
    }
    profile
}

fn stacks(profile: &Profile) -> Stacks {
    let command = command_named("traces").unwrap();
    let config = Config::default();
    let report = Report::new(profile.clone(), command, None, &config, &mut Vec::new());
    report.unwrap().into_stacks()
}

type Path = Vec<(String, bool)>;

/// What each path took, and what ended there.
type Sums = BTreeMap<Path, (Amount, Amount)>;

fn add(sums: &mut Sums, path: &[(String, bool)], amount: Amount) {
    for end in 0..=path.len() {
        let (all, own) = sums.entry(path[..end].to_vec()).or_default();
        *all += amount;
        if end == path.len() {
            *own += amount;
        }
    }
}

/// Every stack from the outside.
fn paths(profile: &Profile) -> Vec<(Path, Amount)> {
    let path = |sample: plumb_profile::SampleRef<'_>| {
        let mut path: Path =
            sample.frames().map(|frame| (frame.function.to_owned(), frame.inlined)).collect();
        path.reverse();
        (path, Amount::of(sample.value(0)))
    };
    profile.samples().map(path).filter(|(_, amount)| amount.size() > 0).collect()
}

/// What a list of boxes says of each path behind its first box.
fn sums(stacks: &Stacks, nodes: &[TreeNode]) -> Sums {
    let (mut sums, mut path) = (Sums::new(), Path::new());
    for node in nodes {
        if let Some(above) = (node.depth as usize).checked_sub(1) {
            let source = &stacks.sources()[node.source as usize];
            path.truncate(above);
            path.push((source.name.clone(), source.is_inline));
        }
        sums.insert(path.clone(), (node.amount, node.own));
    }
    sums
}

const EVERYTHING: TreeLimits = TreeLimits { fraction: 0.0, nodes: usize::MAX };

fn samples() -> impl Strategy<Value = Vec<(Vec<u32>, i64)>> {
    let stack = prop::collection::vec(0..=FUNCTIONS, 0..7);
    prop::collection::vec((stack, -20..100i64), 1..25)
}

proptest! {
    #[test]
    fn without_limits_nothing_is_missing(samples in samples()) {
        let profile = profile(&samples);
        let stacks = stacks(&profile);
        let tree = stacks.tree(&[], EVERYTHING);
        let mut expected = Sums::new();
        paths(&profile).iter().for_each(|(path, amount)| add(&mut expected, path, *amount));
        if !expected.is_empty() {
            prop_assert_eq!(sums(&stacks, &tree.branches[0].callees), expected);
            prop_assert_eq!(tree.branches[0].callers.len(), 1);
        }
    }

    #[test]
    fn pivots_split_stacks_at_their_outermost_frame(samples in samples()) {
        let profile = profile(&samples);
        let stacks = stacks(&profile);
        let found = stacks.find(&regex::Regex::new("f[01]$").unwrap());
        let mut expected: BTreeMap<(String, bool), (Sums, Sums)> = BTreeMap::new();
        let mut total = Amount::default();
        for (path, amount) in paths(&profile) {
            let is_pivot = |frame: &(String, bool)| frame.0 == "pkg.f0" || frame.0 == "pkg.f1";
            let Some(at) = path.iter().position(is_pivot) else { continue };
            let (below, above) = expected.entry(path[at].clone()).or_default();
            let callers: Path = path[..at].iter().rev().cloned().collect();
            add(below, &path[at + 1..], amount);
            add(above, &callers, amount);
            total += amount;
        }
        prop_assert_eq!(found.amount, total);
        if found.sources.is_empty() {
            return Ok(());
        }
        let tree = stacks.tree(&found.sources, EVERYTHING);
        prop_assert_eq!(tree.branches.len(), expected.len());
        for branch in &tree.branches {
            let source = &stacks.sources()[branch.callees[0].source as usize];
            let (below, above) = &expected[&(source.name.clone(), source.is_inline)];
            prop_assert_eq!(&sums(&stacks, &branch.callees), below);
            prop_assert_eq!(&sums(&stacks, &branch.callers), above);
        }
    }

    #[test]
    fn totals_count_each_stack_once(samples in samples()) {
        let profile = profile(&samples);
        let mut expected: BTreeMap<String, (Amount, Amount)> = BTreeMap::new();
        for (path, amount) in paths(&profile) {
            if let Some((leaf, _)) = path.last() {
                expected.entry(leaf.clone()).or_default().0 += amount;
            }
            let names: std::collections::BTreeSet<_> = path.into_iter().map(|(n, _)| n).collect();
            names.into_iter().for_each(|name| expected.entry(name).or_default().1 += amount);
        }
        let stacks = stacks(&profile);
        let totals = stacks.totals().into_iter().filter(|total| total.cum.size() > 0);
        let name = |id: SourceId| stacks.sources()[id as usize].name.clone();
        let totals: Vec<_> = totals.map(|t| (name(t.source), (t.flat, t.cum))).collect();
        prop_assert_eq!(totals.len(), expected.len());
        prop_assert_eq!(totals.into_iter().collect::<BTreeMap<_, _>>(), expected);
    }

    #[test]
    fn limits_leave_the_largest(samples in samples(), nodes in 1..6usize) {
        let stacks = stacks(&profile(&samples));
        let limits = TreeLimits { fraction: 0.25, nodes };
        let tree = stacks.tree(&[], limits);
        let smallest = stacks.amount().size() as f64 * 0.25;
        for branch in &tree.branches {
            prop_assert!(branch.callees.len() <= nodes);
            let is_large = |node: &TreeNode| node.amount.size() as f64 >= smallest.floor();
            prop_assert!(branch.callees.iter().all(is_large));
        }
    }
}

#[test]
fn values_have_the_units_of_their_family() {
    let stacks = stacks(&profile(&[(vec![0], 5)]));
    assert_eq!(stacks.units[0], ("B".to_owned(), 1.0));
    assert_eq!(stacks.units[2], ("MB".to_owned(), 1_048_576.0));
    assert_eq!((stacks.total, stacks.kind.as_str()), (5, "space"));
    assert_eq!(stacks.sources()[1].package, "pkg");
}
