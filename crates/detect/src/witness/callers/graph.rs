//! The calls of a program, to be asked by callee and by caller.

use std::sync::Arc;

use plumb_evidence::calls::{Call, Calls};
use plumb_evidence::code::{Frame, FunctionName};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::Code;

pub(super) struct Graph<'a> {
    calls: &'a Calls,
    code: &'a Code<'a>,
    by_callee: FxHashMap<&'a str, Vec<&'a Frame>>,
    /// By the function that is written in the source: its closures are part of it.
    by_caller: FxHashMap<&'a str, Vec<&'a Call>>,
}

/// Lines of the user's that call what makes an object.
pub(super) struct Makers<'a> {
    /// Each once, in order.
    pub(super) lines: Vec<&'a Frame>,
    /// Whether no other line of the program can make one.
    pub(super) are_all: bool,
}

impl<'a> Graph<'a> {
    pub(super) fn of(calls: &'a Calls, code: &'a Code<'a>) -> Self {
        let mut by_callee: FxHashMap<&str, Vec<&Frame>> = FxHashMap::default();
        let mut by_caller: FxHashMap<&str, Vec<&Call>> = FxHashMap::default();
        for call in &calls.calls {
            if let Some(callee) = &call.callee {
                by_callee.entry(callee).or_default().push(&call.at);
            }
            by_caller.entry(call.at.name().declared().0).or_default().push(call);
        }
        Self { calls, code, by_callee, by_caller }
    }

    /// The lines of the user's from which calls lead to one of these functions, through libraries or not.
    pub(super) fn makers<'f>(&'f self, functions: &[&'f str]) -> Makers<'a> {
        let mut waiting: Vec<&'f str> = functions.to_vec();
        let mut seen: FxHashSet<&'f str> = waiting.iter().copied().collect();
        let (mut lines, mut are_all) = (Vec::new(), true);
        while let Some(function) = waiting.pop() {
            are_all &= !self.is_called_unseen(function);
            for caller in self.callers(function) {
                if self.code.is_user(caller) {
                    lines.push(*caller);
                } else if seen.insert(&caller.function) {
                    waiting.push(&caller.function);
                }
            }
        }
        lines.sort_unstable();
        lines.dedup();
        Makers { lines, are_all }
    }

    /// The lines that call a function by its name.
    pub(super) fn callers(&self, function: &str) -> &[&'a Frame] {
        self.by_callee.get(function).map_or(&[], Vec::as_slice)
    }

    /// Whether a function may be called from elsewhere than its callers say.
    pub(super) fn is_called_unseen(&self, function: &str) -> bool {
        self.calls.referenced.contains(function) || self.calls.unfinished.contains(function)
    }

    /// Whether a function may be called by others that get what it returns: by its name, or as a method of an interface.
    /// Handlers are given away as values, by a wrapper if they are methods; nobody waits for what they return.
    pub(super) fn has_callers(&self, function: &Frame) -> bool {
        let name = function.name();
        let is_other = |caller: &&&Frame| caller.name().declared() != name.declared();
        let is_method = name.local().starts_with('(') && !name.local().ends_with(").ServeHTTP");
        self.callers(name.0).iter().any(|caller| is_other(&caller))
            || self.calls.unfinished.contains(name.0)
            || is_method && self.calls.referenced.contains(name.0)
    }

    /// What a function of the user's calls, its closures included: the line, and the callee if it is known.
    pub(super) fn calls_of(
        &self,
        function: &str,
    ) -> impl Iterator<Item = (&'a Frame, Option<&'a Arc<str>>)> {
        let calls = self.by_caller.get(FunctionName(function).declared().0);
        calls.into_iter().flatten().map(|call| (&call.at, call.callee.as_ref()))
    }

    /// Whether calls lead from a function of a library to one of these functions, within libraries.
    pub(super) fn leads_to(&self, function: &str, to: &[&str]) -> bool {
        let mut waiting = vec![function];
        let mut seen: FxHashSet<&str> = waiting.iter().copied().collect();
        while let Some(function) = waiting.pop() {
            if to.contains(&function) {
                return true;
            }
            let callees = self.calls_of(function).filter_map(|(_, callee)| callee);
            waiting.extend(callees.map(|callee| &**callee).filter(|callee| seen.insert(callee)));
        }
        false
    }

    /// Whether a function is of the user's code.
    pub(super) fn is_users(&self, function: &Arc<str>) -> bool {
        let frame = Frame { function: function.clone(), file: "".into(), line: 0 };
        self.code.is_user(&frame)
    }
}
