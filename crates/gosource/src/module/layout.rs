//! Where modules are, and in which folder the package of an import path is.

use std::cmp::Reverse;
use std::hash::{Hash, Hasher};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::folders::{EntryKind, Folders};
use super::go_mod::{GoMod, GoWork, Replace, Requirement};
use super::walk::{self, is_walked};

/// Where a toolchain and modules are installed, as far as they are; nothing of it is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Installation {
    /// The root of the toolchain, `GOROOT`.
    pub goroot: Option<PathBuf>,
    /// Folders with modules by path and version: `GOMODCACHE`.
    pub module_caches: Vec<PathBuf>,
    /// Folders with `src/` and packages by path: the elements of `GOPATH`.
    pub gopath: Vec<PathBuf>,
}

/// A module whose source is looked at.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its path; empty if no `go.mod` tells it.
    pub path: String,
    /// Its folder.
    pub root: PathBuf,
    /// Its `go.mod`.
    pub go_mod: GoMod,
}

/// The modules of a tree, and where what they import is.
#[derive(Clone, Debug)]
pub struct Layout {
    modules: Vec<Module>,
    /// The `go.work` that counts, with its folder.
    work: Option<(PathBuf, GoWork)>,
    installation: Installation,
    /// Paths of modules with the folders in which they may be; longest paths first.
    dependencies: Vec<(String, PathBuf)>,
    vendors: Vec<PathBuf>,
}

/// Where a package is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The path by which its types are known: what the standard library vendors begins with `vendor/`.
    pub path: Arc<str>,
    /// Its folder.
    pub folder: PathBuf,
    /// Whether it belongs to one of the modules that are looked at.
    pub is_main: bool,
    /// Whether it belongs to the standard library.
    pub is_std: bool,
}

impl Hash for Location {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Few packages have the same path, and hashing a folder is slow: it is taken apart.
        self.path.hash(state);
    }
}

impl Layout {
    /// Finds the modules of a folder: that of the next `go.mod` above it and those of a `go.work`; if there is
    /// none, those below it. Code without a `go.mod` is a module without a path, or with that of its place in
    /// `GOPATH`.
    pub fn find(folders: &dyn Folders, start: &Path, installation: Installation) -> Self {
        let start = normal(start);
        let mut modules: Vec<Module> = Vec::new();
        let mut work = None;
        for folder in start.ancestors() {
            if modules.is_empty() {
                modules.extend(read_module(folders, folder));
            }
            let text = folders.read(&folder.join("go.work")).ok();
            work = text
                .map(|text| (folder.to_path_buf(), GoWork::parse(&String::from_utf8_lossy(&text))));
            if work.is_some() {
                break;
            }
        }
        if let Some((root, work)) = &work {
            for folder in &work.modules {
                let root = normal(&root.join(folder));
                if modules.iter().all(|module| module.root != root) {
                    modules.extend(read_module(folders, &root));
                }
            }
        }
        if modules.is_empty() {
            modules = modules_below(folders, &start);
            modules.push(module_without_path(&start, &installation));
        }
        let mut layout = Self {
            vendors: modules.iter().map(|module| module.root.join("vendor")).collect(),
            modules,
            work,
            installation,
            dependencies: Vec::new(),
        };
        layout.find_dependencies();
        layout
    }

    /// The modules, that of the folder itself first.
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// The `go.work` that counts, with its folder.
    pub fn work(&self) -> Option<(&Path, &GoWork)> {
        self.work.as_ref().map(|(root, work)| (root.as_path(), work))
    }

    /// The module to which a folder belongs.
    pub fn module_of(&self, folder: &Path) -> Option<&Module> {
        self.modules.get(self.place_of_module(folder)?)
    }

    /// The place of the module to which a folder belongs among all [`Layout::modules`].
    pub fn place_of_module(&self, folder: &Path) -> Option<usize> {
        let modules = self.modules.iter().enumerate();
        let above = modules.filter(|(_, module)| folder.starts_with(&module.root));
        let deepest = above.max_by_key(|(_, module)| module.root.components().count());
        deepest.map(|(place, _)| place)
    }

    /// The import path of a folder of one of the modules.
    pub fn import_path(&self, folder: &Path) -> Option<String> {
        let module = self.module_of(folder)?;
        let rest = folder.strip_prefix(&module.root).ok()?;
        Some(module.import_path(rest))
    }

    /// Finds the folder of an imported package; `from_std` says that the standard library imports it.
    ///
    /// Sought in the modules, the standard library, `vendor/`, module caches and `GOPATH`, in this order. Versions
    /// are those of the `go.mod` files of the modules; with several, the highest.
    pub fn locate(&self, folders: &dyn Folders, path: &str, from_std: bool) -> Option<Location> {
        if path == "C" || path == "unsafe" || !is_plain(path) {
            return None;
        }
        let found = |path: &str, folder: PathBuf, is_main: bool, is_std: bool| {
            has_go_files(folders, &folder).then(|| Location {
                path: path.into(),
                folder,
                is_main,
                is_std,
            })
        };
        if path.is_empty() {
            // No import has this path, but the root of code without a `go.mod` does.
            return self.in_main(path, &found);
        }
        let is_standard = !path.split('/').next().unwrap_or_default().contains('.');
        let source = self.installation.goroot.as_ref().map(|root| root.join("src"));
        let std = |path: &str| source.as_ref().and_then(|s| found(path, s.join(path), false, true));
        let vendored_by_std = || {
            let path = format!("vendor/{path}");
            self.in_main(&path, &found).or_else(|| std(&path))
        };
        if from_std && !is_standard {
            return vendored_by_std();
        }
        self.in_main(path, &found)
            .or_else(|| is_standard.then(|| std(path)).flatten())
            .or_else(|| self.vendors.iter().find_map(|v| found(path, v.join(path), false, false)))
            .or_else(|| {
                let under = |module: &str| rest_of_path(path, module);
                let mut dependencies =
                    self.dependencies.iter().filter_map(|(m, root)| Some(root.join(under(m)?)));
                dependencies.find_map(|folder| found(path, folder, false, false))
            })
            .or_else(|| {
                let mut roots = self.installation.gopath.iter();
                roots.find_map(|root| found(path, root.join("src").join(path), false, false))
            })
    }

    fn in_main(
        &self,
        path: &str,
        found: &dyn Fn(&str, PathBuf, bool, bool) -> Option<Location>,
    ) -> Option<Location> {
        let mut modules: Vec<(&Module, &str)> = self
            .modules
            .iter()
            .filter_map(|module| Some((module, rest_of_path(path, module.prefix())?)))
            .collect();
        modules.sort_by_key(|(module, _)| Reverse(module.path.len()));
        modules
            .into_iter()
            .find_map(|(module, rest)| found(path, module.root.join(rest), true, module.is_std()))
    }

    fn find_dependencies(&mut self) {
        let mut all: Vec<(String, Vec<u64>, PathBuf)> = Vec::new();
        let work = self.work.iter().flat_map(|(root, work)| {
            work.replace.iter().map(move |replace| (root.as_path(), replace))
        });
        let replaces: Vec<(&Path, &Replace)> = self
            .modules
            .iter()
            .flat_map(|module| module.go_mod.replace.iter().map(|r| (module.root.as_path(), r)))
            .chain(work)
            .collect();
        for required in self.modules.iter().flat_map(|module| &module.go_mod.require) {
            let version = version_numbers(&required.version);
            for root in self.folders_of(required, &replaces) {
                all.push((required.path.clone(), version.clone(), root));
            }
        }
        all.sort_by(|a, b| {
            (Reverse(a.0.len()), &a.0, Reverse(&a.1)).cmp(&(
                Reverse(b.0.len()),
                &b.0,
                Reverse(&b.1),
            ))
        });
        self.dependencies = all.into_iter().map(|(path, _, root)| (path, root)).collect();
    }

    /// Folders in which a required module may be.
    fn folders_of(&self, required: &Requirement, replaces: &[(&Path, &Replace)]) -> Vec<PathBuf> {
        let replaced = replaces.iter().find(|(_, replace)| {
            replace.path == required.path
                && replace.version.as_ref().is_none_or(|version| *version == required.version)
        });
        let (path, version) = match replaced {
            Some((root, Replace { new_path, new_version: None, .. })) => {
                return vec![normal(&root.join(new_path))];
            }
            Some((_, Replace { new_path, new_version: Some(version), .. })) => (new_path, version),
            None => (&required.path, &required.version),
        };
        if !is_plain(path) || version.contains('/') {
            return Vec::new();
        }
        let name = format!("{}@{}", escaped(path), escaped(version));
        self.installation.module_caches.iter().map(|cache| cache.join(&name)).collect()
    }
}

impl Module {
    /// What import paths of its packages begin with.
    fn prefix(&self) -> &str {
        if self.is_std() { "" } else { &self.path }
    }

    /// Whether it is the standard library.
    pub fn is_std(&self) -> bool {
        self.path == "std"
    }

    /// The import path of the package in a folder below its root.
    pub(super) fn import_path(&self, below: &Path) -> String {
        let mut path = self.prefix().to_owned();
        for part in below.components() {
            if let Component::Normal(part) = part {
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(&part.to_string_lossy());
            }
        }
        path
    }
}

/// Reads the `go.mod` of a folder; a `vendor.mod` stands in for it where projects keep theirs under that name.
fn read_module(folders: &dyn Folders, folder: &Path) -> Option<Module> {
    let read = |name: &str| folders.read(&folder.join(name)).ok();
    let text = read("go.mod").or_else(|| read("vendor.mod"))?;
    let go_mod = GoMod::parse(&String::from_utf8_lossy(&text));
    let path = go_mod.module.clone().unwrap_or_default();
    Some(Module { path, root: folder.to_path_buf(), go_mod })
}

/// All modules below a folder, but for those that the go tool passes over.
fn modules_below(folders: &dyn Folders, start: &Path) -> Vec<Module> {
    let mut modules = Vec::new();
    walk::folders_below(folders, start, |folder, entries| {
        if entries.iter().any(|entry| entry.name == "go.mod") {
            modules.extend(read_module(folders, folder));
        }
        true
    });
    modules.sort_by(|a, b| a.root.cmp(&b.root));
    modules
}

fn module_without_path(start: &Path, installation: &Installation) -> Module {
    let below = |root: &PathBuf| start.strip_prefix(root.join("src")).ok();
    let path = installation.gopath.iter().find_map(below);
    let path = path.map(|path| path.to_string_lossy().replace('\\', "/")).unwrap_or_default();
    Module { path, root: start.to_path_buf(), go_mod: GoMod::default() }
}

fn has_go_files(folders: &dyn Folders, folder: &Path) -> bool {
    let is_go = |entry: &super::Entry| {
        entry.kind == EntryKind::File && entry.name.ends_with(".go") && is_walked(&entry.name)
    };
    folders.holds(folder, &is_go)
}

/// What follows the path of a module in the path of one of its packages.
fn rest_of_path<'p>(path: &'p str, module: &str) -> Option<&'p str> {
    if module.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(module)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// Whether a path stays below the folder that it is joined to.
fn is_plain(path: &str) -> bool {
    Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// A path or version as module caches spell it: `!a` for `A`, since some file systems cannot tell them apart.
fn escaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c.is_ascii_uppercase() {
            out.push('!');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// The numbers of a version, for comparison.
fn version_numbers(version: &str) -> Vec<u64> {
    version.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
}

/// A path without `.` and, as far as that is possible, without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}
