//! The data of the flame graph.

use std::collections::HashMap;

use plumb_profile::go_regex;
use plumb_view::{Amount, Config, ROOT, SourceId, Stacks, TreeLimits, TreeNode};
use serde::Serialize;

use crate::answer::Answer;
use crate::query::Query;
use crate::site::{Refusal, Site};

/// Boxes of less than a pixel on a wide screen are not sent. A click makes a box as wide as the page and asks anew.
const LIMITS: TreeLimits = TreeLimits { fraction: 1.0 / 2500.0, nodes: 6000 };

/// What is drawn.
#[derive(Debug, Serialize)]
struct Flame<'s> {
    /// What percentages are of.
    total: u64,
    /// What all stacks took: above and below zero.
    all: [u64; 2],
    kind: &'s str,
    units: &'s [(String, f64)],
    is_difference: bool,
    /// Whether the tree does not begin at the bottom of the stacks.
    is_pivoted: bool,
    /// Name, file, package, whether it is inlined, and its number for searches.
    sources: Vec<(&'s str, &'s str, &'s str, bool, SourceId)>,
    branches: Vec<Branch>,
    messages: Vec<String>,
}

/// Boxes as depth, source, values above and below zero, and the size of what ends there; box after box.
#[derive(Debug, Serialize)]
struct Branch {
    callees: Vec<u64>,
    callers: Vec<u64>,
}

/// The tree that parameter `p`, a regular expression as in pprof, begins at.
pub(crate) fn data(site: &Site, parameters: &Query, config: Config) -> Result<Answer, Refusal> {
    let kept = site.stacks(&with_granularity(config))?;
    let (stacks, messages) = (&kept.0, &kept.1);
    let mut messages = messages.clone();
    let pattern = parameters.get("p").filter(|pattern| !pattern.is_empty());
    let pivots = pattern.map(|pattern| pivots(stacks, pattern, &mut messages)).transpose()?;
    let pivots = pivots.unwrap_or_default();
    let tree = stacks.tree(&pivots, LIMITS);
    let mut used = Used { stacks, numbers: HashMap::new(), sources: Vec::new() };
    let branches = tree.branches.iter().map(|branch| Branch {
        callees: used.flat(&branch.callees),
        callers: used.flat(&branch.callers),
    });
    let branches = branches.collect();
    Ok(Answer::json(&Flame {
        total: stacks.total,
        all: pair(tree.all),
        kind: &stacks.kind,
        units: &stacks.units,
        is_difference: site.is_difference,
        is_pivoted: !pivots.is_empty(),
        sources: used.sources,
        branches,
        messages,
    }))
}

/// What the stacks with a match of parameter `q` took, and which sources match.
pub(crate) fn search(site: &Site, parameters: &Query, config: Config) -> Result<Answer, Refusal> {
    let kept = site.stacks(&with_granularity(config))?;
    let regex = regex(parameters.get("q").unwrap_or_default())?;
    let found = kept.0.find(&regex);
    let (sources, amount) = (found.sources, pair(found.amount));
    Ok(Answer::json(&serde_json::json!({ "sources": sources, "amount": amount })))
}

/// As pprof's flame graph: functions of different files are different.
fn with_granularity(mut config: Config) -> Config {
    if config.granularity.is_empty() {
        "filefunctions".clone_into(&mut config.granularity);
    }
    // Stacks have neither order nor limits; reports that differ in these only need not be made again.
    let default = Config::default();
    (config.sort, config.nodecount, config.trim) = (default.sort, default.nodecount, default.trim);
    config
}

fn pivots(
    stacks: &Stacks,
    pattern: &str,
    messages: &mut Vec<String>,
) -> Result<Vec<SourceId>, Refusal> {
    let found = stacks.find(&regex(pattern)?).sources;
    if found.is_empty() {
        messages.push(format!("No frame matches {pattern}: these are all stacks"));
    }
    Ok(found)
}

fn regex(pattern: &str) -> Result<regex::Regex, Refusal> {
    go_regex(pattern).map_err(|error| Refusal::Search(error.to_string()))
}

fn pair(amount: Amount) -> [u64; 2] {
    [amount.plus, amount.minus]
}

/// The sources that are drawn, numbered anew.
struct Used<'s> {
    stacks: &'s Stacks,
    numbers: HashMap<SourceId, u64>,
    sources: Vec<(&'s str, &'s str, &'s str, bool, SourceId)>,
}

impl Used<'_> {
    fn flat(&mut self, nodes: &[TreeNode]) -> Vec<u64> {
        let mut flat = Vec::with_capacity(nodes.len() * 5);
        for node in nodes {
            let [plus, minus] = pair(node.amount);
            flat.extend([node.depth.into(), self.number(node.source), plus, minus]);
            flat.push(node.own.size());
        }
        flat
    }

    fn number(&mut self, id: SourceId) -> u64 {
        let sources = &mut self.sources;
        *self.numbers.entry(id).or_insert_with(|| {
            let source = &self.stacks.sources()[id as usize];
            let name = if id == ROOT { "all" } else { source.name.as_str() };
            sources.push((name, &source.file, &source.package, source.is_inline, id));
            sources.len() as u64 - 1
        })
    }
}
