//! What a function does with one of its variables, use by use, and which of that happens on every way through it.

use rustc_hash::{FxHashMap, FxHashSet};

use super::conditions::Success;
use super::correlated::Facts;
use super::graph::{BlockId, Exit, StepId};
use super::leaks::Paths;
use super::scope::{FunctionId, Scope};
use super::track::Alias;
use super::uses::{Ownership, UseKind, Within};
use crate::ids::{ExprId, IdentId};

/// How often a block may be met with different knowledge, on average, before a question is given up.
const MEETINGS: usize = 16;

/// How many sets of marks are kept at most.
const MOST_SETS: usize = 32;

/// One use of a variable; the fields are those of [`Use`](super::Use).
#[derive(Clone, Debug)]
pub struct VariableUse {
    /// The name of the variable where it is used.
    pub ident: IdentId,
    /// The expression that it is; `None` where a declaration names it.
    pub expr: Option<ExprId>,
    /// The function or literal in which it stands.
    pub function: Option<FunctionId>,
    /// What is selected from the variable.
    pub selected: Vec<IdentId>,
    /// What happens to it.
    pub kind: UseKind,
    /// Where that happens.
    pub within: Within,
    /// Whether it stands in a literal within the function.
    pub captured: bool,
    /// Whether its address is taken.
    pub address: bool,
}

/// Steps that matter to a value that a function has from its beginning.
pub struct Marked<'m> {
    /// The declarations of the variables that stand for the value: ways on which one of them is nil do not count.
    pub variables: &'m [IdentId],
    /// Variables that tell whether the value has a type: ways on which one of them is false do not count.
    pub asserted: &'m [IdentId],
    /// Marks, a bit each, that steps leave.
    pub marks: &'m FxHashMap<StepId, u64>,
    /// Steps that end a way as an exit does: the value is lost from its variable.
    pub ends: &'m FxHashSet<StepId>,
    /// Tells what selected from a variable carries the value: ways on which that is nil do not count.
    pub ownership: &'m dyn Ownership,
}

impl Scope<'_, '_> {
    /// The uses of a variable in a function and in the literals in it, in the order of the file.
    pub fn uses_of(&self, variable: IdentId, function: FunctionId) -> Vec<VariableUse> {
        let mentions = self.mentions(variable).iter();
        let uses = mentions.map(|mention| {
            let what = self.classify(mention, function);
            VariableUse {
                ident: mention.ident,
                expr: mention.expr,
                function: mention.function,
                selected: what.selected,
                kind: what.kind,
                within: what.within,
                captured: what.captured,
                address: what.address,
            }
        });
        uses.collect()
    }
}

impl Paths<'_, '_, '_> {
    /// The marks that are left on the ways from the beginning of the function to a return or its closing brace: a
    /// set for each way, without those that hold another one. Empty if no way leads out; `None` if there are too
    /// many.
    pub fn marks(&self, marked: &Marked<'_>) -> Option<Vec<u64>> {
        let alias = |variable: &IdentId| Alias { variable: *variable, selected: Vec::new() };
        let aliases: Vec<Alias> = marked.variables.iter().map(alias).collect();
        let success = Success {
            scope: self.scope,
            guard: None,
            aliases: &aliases,
            asserted: marked.asserted,
            ownership: marked.ownership,
        };
        let most = self.graph.blocks().len() * MEETINGS;
        let mut sets: Vec<u64> = Vec::new();
        let mut met: FxHashSet<(BlockId, Facts, u64)> = FxHashSet::default();
        let mut todo = vec![(self.graph.entry(), Facts::default(), 0u64)];
        while let Some((block, mut facts, mut marks)) = todo.pop() {
            if holds_one_of(&sets, marks) || !met.insert((block, facts, marks)) {
                continue;
            }
            if met.len() > most {
                return None;
            }
            let mut ends = false;
            for step in self.graph.steps(block) {
                marks |= marked.marks.get(&step).copied().unwrap_or(0);
                facts = self.correlated.set_by(step, facts);
                ends |= marked.ends.contains(&step);
                if ends {
                    break;
                }
            }
            if ends || self.graph.exit(block).is_some_and(is_way_out) {
                add(&mut sets, marks);
                if sets.len() > MOST_SETS {
                    return None;
                }
            }
            if ends {
                continue;
            }
            let edges = self.graph.edges(block).iter().rev();
            todo.extend(edges.filter(|edge| !success.excludes(edge.when, false)).filter_map(
                |edge| Some((edge.to, self.correlated.after(edge.when, facts)?, marks)),
            ));
        }
        Some(sets)
    }
}

fn is_way_out(exit: Exit) -> bool {
    matches!(exit, Exit::Return(_) | Exit::End)
}

fn holds_one_of(sets: &[u64], marks: u64) -> bool {
    sets.iter().any(|set| set & marks == *set)
}

/// Adds a set, unless it holds one that is there; those that hold it go.
fn add(sets: &mut Vec<u64>, marks: u64) {
    if !holds_one_of(sets, marks) {
        sets.retain(|set| set & marks != marks);
        sets.push(marks);
    }
}
