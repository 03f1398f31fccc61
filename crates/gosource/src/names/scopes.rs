//! The names that are visible at one place of a file.

use rustc_hash::FxHashMap;

use super::Referent;

/// A name in a scope.
#[derive(Clone, Copy, Debug)]
struct Binding {
    referent: Referent,
    level: usize,
}

/// Scopes within each other; the innermost is the last.
#[derive(Debug, Default)]
pub(super) struct Scopes<'a> {
    visible: FxHashMap<&'a str, Binding>,
    /// What names meant before an open scope declared them.
    hidden: Vec<(&'a str, Option<Binding>)>,
    /// For each open scope, how much was hidden before it.
    open: Vec<usize>,
}

impl<'a> Scopes<'a> {
    pub(super) fn open(&mut self) {
        self.open.push(self.hidden.len());
    }

    pub(super) fn close(&mut self) {
        let mark = self.open.pop().unwrap_or(0);
        for (name, before) in self.hidden.drain(mark..).rev() {
            match before {
                Some(binding) => self.visible.insert(name, binding),
                None => self.visible.remove(name),
            };
        }
    }

    /// Makes a name visible in the innermost scope; `_` never is.
    pub(super) fn declare(&mut self, name: &'a str, referent: Referent) {
        if name == "_" {
            return;
        }
        let binding = Binding { referent, level: self.open.len() };
        let before = self.visible.insert(name, binding);
        self.hidden.push((name, before));
    }

    pub(super) fn find(&self, name: &str) -> Option<Referent> {
        self.visible.get(name).map(|binding| binding.referent)
    }

    /// What the innermost scope itself declares under a name.
    pub(super) fn find_innermost(&self, name: &str) -> Option<Referent> {
        let binding = self.visible.get(name)?;
        (binding.level == self.open.len()).then_some(binding.referent)
    }

    /// Whether no scope but that of the file is open.
    pub(super) fn at_top_level(&self) -> bool {
        self.open.is_empty()
    }
}
