//! Which advisories apply to the versions that a module uses.

use std::path::PathBuf;

use plumb_evidence::Advisory;
use plumb_evidence::advisory::Reach;
use plumb_gosource::{Folders, Layout, Module};
use rustc_hash::FxHashMap;

use super::versions::{Used, Versions};

/// An advisory on a version that is in use.
#[derive(Debug)]
pub(crate) struct Applying {
    pub(super) advisory: &'static Advisory,
    pub(super) used: Used,
}

/// The advisories that apply to one module, by what reaches them.
#[derive(Debug, Default)]
pub(crate) struct Advised {
    pub(super) applying: Vec<Applying>,
    /// By name of the function: positions in `applying` and in what reaches it.
    calls: FxHashMap<&'static str, Vec<(usize, usize)>>,
    others: Vec<(usize, usize)>,
}

impl Advised {
    /// No advisories.
    pub(crate) fn none() -> &'static Self {
        static NONE: std::sync::LazyLock<Advised> = std::sync::LazyLock::new(Advised::default);
        &NONE
    }

    /// Finds what applies to each module of a layout, by the module's folder.
    pub(crate) fn by_folder(
        folders: &dyn Folders,
        layout: &Layout,
        advisories: &'static [Advisory],
    ) -> Vec<(PathBuf, Self)> {
        if advisories.is_empty() {
            return Vec::new();
        }
        let of_module = |module: &Module| {
            let versions = Versions::of(folders, layout, module);
            (module.root.clone(), Self::new(&versions, advisories))
        };
        layout.modules().iter().map(of_module).collect()
    }

    fn new(versions: &Versions, advisories: &'static [Advisory]) -> Self {
        let mut advised = Self::default();
        for advisory in advisories {
            let used = versions.of_module(advisory.module);
            let Some(used) = used.filter(|used| used.is_in(&advisory.affected)) else { continue };
            let index = advised.applying.len();
            for (at, reach) in advisory.reached_by.iter().enumerate() {
                match reach {
                    Reach::Call { name, .. } => {
                        advised.calls.entry(name).or_default().push((index, at));
                    }
                    Reach::Literal { .. } | Reach::Import(_) => advised.others.push((index, at)),
                }
            }
            advised.applying.push(Applying { advisory, used });
        }
        advised
    }

    pub(super) fn has_calls(&self) -> bool {
        !self.calls.is_empty()
    }

    /// The calls of functions of a name that reach something, with the position of the advisory.
    pub(super) fn calls_named(&self, name: &str) -> impl Iterator<Item = (usize, &'static Reach)> {
        self.calls.get(name).into_iter().flatten().map(|at| self.reach(*at))
    }

    /// What reaches something and is no call, with the position of the advisory.
    pub(super) fn imports_and_literals(&self) -> impl Iterator<Item = (usize, &'static Reach)> {
        self.others.iter().map(|at| self.reach(*at))
    }

    fn reach(&self, (index, at): (usize, usize)) -> (usize, &'static Reach) {
        (index, &self.applying[index].advisory.reached_by[at])
    }
}
