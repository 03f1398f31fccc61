//! The versions of modules that a build of the source takes, as far as its files tell.
//!
//! `vendor/modules.txt` lists them. Else, from Go 1.17 on, `go.mod` lists every module that is built in the version that
//! is taken. Of an older `go.mod` a required version is only the least: other modules may ask for more, and the highest
//! version of which `go.sum` has the contents is the most that can be taken.

use std::path::Path;

use plumb_evidence::advisory::{Affected, Version};
use plumb_gosource::{Folders, Layout, Module, Replace};
use rustc_hash::FxHashMap;

/// The language version from which on `go.mod` lists all modules that are built:
/// <https://go.dev/ref/mod#graph-pruning>.
const COMPLETE_SINCE: (u32, u32) = (1, 17);

/// A version of a module that is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Used {
    /// The version, or the least that it is.
    pub(super) version: Version,
    /// Whether it is that one.
    pub(super) is_exact: bool,
    /// The most that it is, where something tells.
    most: Option<Version>,
}

impl Used {
    fn exactly(version: Version) -> Self {
        Self { version, is_exact: true, most: None }
    }

    /// Whether the version certainly leaks, or its least does and its most does too.
    pub(super) fn is_in(&self, affected: &Affected) -> bool {
        affected.has(&self.version) && self.most.as_ref().is_none_or(|most| affected.has(most))
    }
}

/// The versions that a module uses.
#[derive(Debug, Default)]
pub(super) struct Versions(FxHashMap<String, Used>);

impl Versions {
    /// Reads what the files of a module say, or those of its workspace.
    pub(super) fn of(folders: &dyn Folders, layout: &Layout, module: &Module) -> Self {
        let (root, modules) = match layout.work() {
            Some((root, _)) => (root, layout.modules().iter().collect()),
            None => (module.root.as_path(), vec![module]),
        };
        let vendored = folders.read(&root.join("vendor/modules.txt")).ok();
        if let Some(text) = vendored {
            return Self(vendored_versions(&String::from_utf8_lossy(&text)));
        }
        let replaces = layout.work().into_iter().flat_map(|(_, work)| &work.replace);
        let of_modules = modules.iter().flat_map(|module| &module.go_mod.replace);
        let replaces: Vec<&Replace> = replaces.chain(of_modules).collect();
        let mut versions = required(&modules, &replaces);
        if versions.values().any(|used| !used.is_exact) {
            let mut roots: Vec<&Path> = modules.iter().map(|module| &*module.root).collect();
            roots.push(root);
            limit(&mut versions, folders, &roots);
        }
        Self(versions)
    }

    /// The version of a module, if it is in use and known.
    pub(super) fn of_module(&self, path: &str) -> Option<Used> {
        self.0.get(path).cloned()
    }
}

/// The highest required version of each module, with what replaces it; a module in place of which a folder or another
/// module stands has no version that says anything.
fn required(modules: &[&Module], replaces: &[&Replace]) -> FxHashMap<String, Used> {
    let mut versions: FxHashMap<String, Used> = FxHashMap::default();
    let is_complete = modules.iter().all(|module| {
        let go = module.go_mod.go.as_deref().and_then(crate::tree::language);
        go.is_some_and(|go| go >= COMPLETE_SINCE)
    });
    for required in modules.iter().flat_map(|module| &module.go_mod.require) {
        let is_excluded = modules
            .iter()
            .flat_map(|module| &module.go_mod.exclude)
            .any(|other| (&other.path, &other.version) == (&required.path, &required.version));
        let Some(version) = Version::parse(&required.version).filter(|_| !is_excluded) else {
            continue;
        };
        let known = versions.get(&required.path);
        if known.is_none_or(|known| known.version < version) {
            let used = Used { version, is_exact: is_complete, most: None };
            versions.insert(required.path.clone(), used);
        }
    }
    versions.retain(|path, used| {
        let Some(replace) = replacement(path, used, replaces) else { return true };
        let version = replace.new_version.as_deref().filter(|_| replace.new_path == *path);
        let version = version.and_then(Version::parse);
        let is_known = version.is_some();
        *used = version.map_or_else(|| used.clone(), Used::exactly);
        is_known
    });
    versions
}

/// What replaces a module: a replacement of the version goes before one of all versions.
fn replacement<'r>(path: &str, used: &Used, replaces: &[&'r Replace]) -> Option<&'r Replace> {
    let of_path = || replaces.iter().filter(|replace| replace.path == path);
    let of_version = of_path().find(|r| r.version.as_deref() == Some(used.version.text()));
    of_version.or_else(|| of_path().find(|r| r.version.is_none())).copied()
}

/// Takes the highest version of `go.sum` files as the most that a version can be.
fn limit(versions: &mut FxHashMap<String, Used>, folders: &dyn Folders, roots: &[&Path]) {
    for root in roots {
        for file in ["go.sum", "go.work.sum"] {
            let Ok(text) = folders.read(&root.join(file)) else { continue };
            for (path, version) in summed(&String::from_utf8_lossy(&text)) {
                let Some(used) = versions.get_mut(path).filter(|used| !used.is_exact) else {
                    continue;
                };
                if used.most.as_ref().is_none_or(|most| *most < version) {
                    used.most = Some(version);
                }
            }
        }
    }
    for used in versions.values_mut() {
        used.is_exact |= used.most.as_ref().is_some_and(|most| *most <= used.version);
    }
}

/// The modules of which a `go.sum` has the contents, and not only the `go.mod`.
fn summed(text: &str) -> impl Iterator<Item = (&str, Version)> {
    text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (path, version) = (words.next()?, words.next()?);
        Some((path, Version::parse(version)?))
    })
}

/// The modules of a `vendor/modules.txt`: `# path version`, with `=> path version` or `=> folder` where one is
/// replaced.
fn vendored_versions(text: &str) -> FxHashMap<String, Used> {
    let mut versions = FxHashMap::default();
    for line in text.lines() {
        let Some(line) = line.strip_prefix("# ") else { continue };
        let words: Vec<&str> = line.split_whitespace().collect();
        let (path, version) = match words[..] {
            [path, version] => (path, version),
            [path, _, "=>", new, version] if new == path => (path, version),
            _ => continue,
        };
        if let Some(version) = Version::parse(version) {
            versions.insert(path.to_owned(), Used::exactly(version));
        }
    }
    versions
}

#[cfg(test)]
mod tests;
