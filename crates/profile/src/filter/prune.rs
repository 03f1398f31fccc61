//! Cutting stacks at frames with certain names.

use regex::Regex;

use super::simplify::simplified;
use crate::go_regex::{GoRegexError, go_regex};
use crate::model::{Line, Profile};

/// What pruning does with a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Cut {
    /// It does not match.
    #[default]
    Not,
    /// Everything below it goes; some of its own lines are already gone.
    Below,
    /// It goes too.
    Whole,
}

impl Profile {
    /// Cuts, walking from the root, the first frame that `drop` matches and `keep` does not, with everything below
    /// it. Frames before the first one that does not match are left alone, so that no sample loses all.
    pub fn prune(&mut self, drop: &Regex, keep: Option<&Regex>) {
        self.forget_unknown_fields();
        let functions = self.functions_named(|name| {
            drop.is_match(name) && !keep.is_some_and(|keep| keep.is_match(name))
        });
        let mut cuts = vec![Cut::Not; self.locations.len()];
        for (location, cut) in self.locations.iter_mut().zip(&mut cuts) {
            let lines = &self.lines[location.line_range()];
            let Some(last) = lines.iter().rposition(|line| is_named(&functions, line)) else {
                continue;
            };
            if last + 1 == lines.len() {
                *cut = Cut::Whole;
            } else {
                *cut = Cut::Below;
                location.cut_lines(last + 1);
            }
        }
        if cuts.iter().all(|cut| *cut == Cut::Not) {
            return;
        }
        self.samples.edit_stacks(|_, stack| {
            let cut = |location: &u32| cuts.get(*location as usize).copied().unwrap_or_default();
            let first_user = stack.iter().rposition(|location| cut(location) == Cut::Not);
            let below = &stack[..first_user.unwrap_or(0)];
            let at = below.iter().rposition(|location| cut(location) != Cut::Not);
            let start = at.map_or(0, |at| at + usize::from(cut(&stack[at]) == Cut::Whole));
            Some(start..stack.len())
        });
    }

    /// Cuts, walking from the leaf, everything below the first frame whose simplified name matches.
    pub fn prune_from(&mut self, regex: &Regex) {
        self.forget_unknown_fields();
        let functions = self.functions_named(|name| regex.is_match(name));
        let mut matching = vec![false; self.locations.len()];
        for (location, matching) in self.locations.iter_mut().zip(&mut matching) {
            let lines = &self.lines[location.line_range()];
            if let Some(first) = lines.iter().position(|line| is_named(&functions, line)) {
                *matching = true;
                location.cut_lines(first);
            }
        }
        self.samples.edit_stacks(|_, stack| {
            let is_match = |location: &u32| matching.get(*location as usize) == Some(&true);
            Some(stack.iter().position(is_match).unwrap_or(0)..stack.len())
        });
    }

    /// Prunes by the profile's own [`drop_frames`](Self::drop_frames) and [`keep_frames`](Self::keep_frames), which
    /// must match the whole simplified name.
    ///
    /// # Errors
    /// If one of them is no regular expression; then nothing is pruned. pprof ignores that.
    pub fn remove_uninteresting(&mut self) -> Result<(), GoRegexError> {
        let whole = |text: &str| go_regex(&format!("^({text})$"));
        let (drop, keep) = (self.text(self.drop_frames), self.text(self.keep_frames));
        if drop.is_empty() {
            return Ok(());
        }
        let keep = if keep.is_empty() { None } else { Some(whole(keep)?) };
        let drop = whole(drop)?;
        self.prune(&drop, keep.as_ref());
        Ok(())
    }

    /// For every function, whether it has a name and `is_match` says yes to its simplified form.
    fn functions_named(&self, is_match: impl Fn(&str) -> bool) -> Vec<bool> {
        let name = |function: &crate::model::Function| self.text(function.name);
        self.functions.iter().map(name).map(|n| !n.is_empty() && is_match(simplified(n))).collect()
    }
}

fn is_named(functions: &[bool], line: &Line) -> bool {
    line.function.is_some_and(|f| functions.get(f as usize) == Some(&true))
}
