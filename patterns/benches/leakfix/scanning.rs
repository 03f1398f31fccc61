//! Runs the rules over a tree of a repository, where a Go toolchain lies beside it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use plumb_evidence::source::{Scan, SourceFinding};
use plumb_gosource::{Entry, Folders, Installation, Layout, SpecId, SpecKind, parse_declarations};
use plumb_patterns::{CATALOGUE, RULES};
use plumb_scan::disk::Disk;
use plumb_scan::{Knowledge, Options, scan};

use super::git::Tree;

/// So many imports of its own packages tell the path of a tree without `go.mod`.
const IMPORTS_ENOUGH: usize = 20;

/// What all scans have in common.
pub(crate) struct Scanner {
    knowledge: Knowledge,
    goroot: PathBuf,
}

impl Scanner {
    /// With the standard library of a toolchain; modules that a tree only requires are not looked for.
    pub(crate) fn new(goroot: PathBuf) -> Self {
        Self { knowledge: Knowledge::new(CATALOGUE.objects), goroot }
    }

    /// Looks at the packages of some files of a tree; at all packages if there are none. Paths in what is found
    /// begin at the root of the tree.
    pub(crate) fn tree(
        &self,
        tree: &Tree<'_>,
        repository: &str,
        files: &[&str],
        threads: usize,
    ) -> Scan {
        let place = Place::new(tree, repository, &self.goroot);
        let mut scan = Scan::default();
        for (module, folders) in place.modules(files) {
            let folders = folders.iter().map(|folder| place.root.join(folder)).collect();
            let options = Options { folders, threads, ..Options::default() };
            let found =
                self.folder(&place, &place.root.join(module), place.installation(), &options);
            for failed in &found.failed {
                eprintln!("{repository}: {}: {}", failed.file, failed.why);
            }
            scan.files_read += found.files_read;
            scan.bytes_read += found.bytes_read;
            scan.findings
                .extend(found.findings.into_iter().map(|f| place.with_whole_path(f, module)));
        }
        // Modules of one `go.work` find each other's files.
        let mut met = BTreeSet::new();
        scan.findings.retain(|f| met.insert((f.file.clone(), f.place, f.pattern)));
        scan
    }

    /// Looks at a checkout of a tree. Also tells how many bytes were read for types beside it: of the standard library.
    pub(crate) fn checkout(&self, root: &Path, options: &Options) -> (Scan, u64) {
        let installation =
            Installation { goroot: Some(self.goroot.clone()), ..Installation::default() };
        let counting = Counting { root, beside: AtomicU64::new(0) };
        let scan = self.folder(&counting, root, installation, options);
        (scan, counting.beside.into_inner())
    }

    fn folder(
        &self,
        folders: &dyn Folders,
        root: &Path,
        installation: Installation,
        options: &Options,
    ) -> Scan {
        scan(folders, root, installation, RULES, &self.knowledge, options)
    }
}

/// The disk, with a count of what is read beside a folder.
struct Counting<'r> {
    root: &'r Path,
    /// In bytes.
    beside: AtomicU64,
}

impl Folders for Counting<'_> {
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        let bytes = Disk.read(file)?;
        if !file.starts_with(self.root) {
            self.beside.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
        Ok(bytes)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        Disk.list(folder)
    }
}

/// A tree of a repository as it would lie in a `GOPATH` at the root of a disk, `/src/github.com/OWNER/NAME`, so that
/// old trees without `go.mod` are found by their import paths.
struct Place<'t> {
    tree: &'t Tree<'t>,
    root: PathBuf,
    goroot: PathBuf,
}

impl<'t> Place<'t> {
    fn new(tree: &'t Tree<'t>, repository: &str, goroot: &Path) -> Self {
        let path = match tree.has("go.mod") {
            true => None,
            false => own_path(tree, repository),
        };
        let path = path.unwrap_or_else(|| format!("github.com/{repository}"));
        Self { tree, root: Path::new("/src").join(path), goroot: goroot.to_path_buf() }
    }

    fn installation(&self) -> Installation {
        Installation {
            goroot: Some(self.goroot.clone()),
            module_caches: Vec::new(),
            // The second is where godep kept what a program imports.
            gopath: vec![PathBuf::from("/"), self.root.join("Godeps/_workspace")],
        }
    }

    /// The folders of the modules to which some files belong, with the folders of the files; all modules of the
    /// tree, without folders, if there are no files.
    fn modules(&self, files: &[&'t str]) -> BTreeMap<&'t str, Vec<&'t str>> {
        let mut modules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        if files.is_empty() {
            modules.extend(self.all_modules().into_iter().map(|module| (module, Vec::new())));
        }
        for file in files {
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            let has_module = |folder: &&str| match *folder {
                "" => true,
                folder => self.tree.has(&format!("{folder}/go.mod")),
            };
            let module = ancestors(folder).find(has_module).unwrap_or_default();
            let folders = modules.entry(module).or_default();
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        modules
    }

    /// The folders with a `go.mod` that are not found from another one.
    fn all_modules(&self) -> Vec<&'t str> {
        let is_passed_over =
            |part: &str| part.starts_with(['_', '.']) || matches!(part, "vendor" | "testdata");
        let mut folders: Vec<&str> = self
            .tree
            .paths()
            .filter_map(|path| path.strip_suffix("go.mod")?.strip_suffix('/'))
            .filter(|folder| !folder.split('/').any(is_passed_over))
            .collect();
        folders.sort_unstable();
        folders.insert(0, "");
        let mut known: HashSet<PathBuf> = HashSet::new();
        folders.retain(|folder| {
            let root = self.root.join(folder);
            if known.contains(&root) {
                return false;
            }
            let layout = Layout::find(self, &root, self.installation());
            known.extend(layout.modules().iter().map(|module| module.root.clone()));
            true
        });
        folders
    }

    /// The finding with a path from the root of the tree instead of that of a module.
    fn with_whole_path(&self, mut finding: SourceFinding, module: &str) -> SourceFinding {
        let file = self.root.join(module).join(&finding.file);
        let file = file.strip_prefix(&self.root).unwrap_or(&file);
        finding.file = file.to_string_lossy().into_owned();
        finding
    }

    /// Where a path of the disk is in the tree.
    fn inside(&self, path: &Path) -> Option<String> {
        Some(path.strip_prefix(&self.root).ok()?.to_string_lossy().into_owned())
    }
}

impl Folders for Place<'_> {
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        match self.inside(file) {
            Some(path) => Ok(self.tree.read(&path)?.to_vec()),
            None if file.starts_with(&self.goroot) => Disk.read(file),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        match self.inside(folder) {
            Some(path) => Ok(self.tree.list(&path).ok_or(io::ErrorKind::NotFound)?.to_vec()),
            None if folder.starts_with(&self.goroot) => Disk.list(folder),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// A folder and those above it, the root last.
fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| match folder.rsplit_once('/') {
        Some((above, _)) => Some(above),
        None => (!folder.is_empty()).then_some(""),
    })
}

/// The path by which the packages of a tree import each other: of repositories that were moved, an older one.
fn own_path(tree: &Tree<'_>, repository: &str) -> Option<String> {
    let name = repository.rsplit('/').next()?;
    let mut files: Vec<&str> = tree.paths().filter(|path| path.ends_with(".go")).collect();
    files.retain(|path| !path.split('/').any(|part| matches!(part, "vendor" | "Godeps")));
    files.sort_unstable();
    let mut imports: HashMap<String, usize> = HashMap::new();
    for path in files {
        let Ok(source) = tree.read(path) else { continue };
        for path in imported(&source) {
            // `host/owner/NAME/folder`
            let parts: Vec<&str> = path.splitn(4, '/').collect();
            if let [host, owner, module, folder] = parts[..]
                && module.eq_ignore_ascii_case(name)
                && tree.list(folder).is_some()
            {
                let count = imports.entry(format!("{host}/{owner}/{module}")).or_default();
                *count += 1;
                if *count >= IMPORTS_ENOUGH {
                    return Some(format!("{host}/{owner}/{module}"));
                }
            }
        }
    }
    imports.into_iter().max_by_key(|(_, count)| *count).map(|(path, _)| path)
}

fn imported(source: &[u8]) -> Vec<String> {
    let file = parse_declarations(source);
    let path = |spec: &SpecId| match file[*spec].kind {
        SpecKind::ImportSpec(import) => {
            Some(file.text(file[import.path].span).trim_matches(['"', '`']).to_owned())
        }
        _ => None,
    };
    file.imports().iter().filter_map(path).collect()
}
