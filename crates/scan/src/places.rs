//! What the paths that a user names mean: which modules to look at, and which of their files.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use plumb_evidence::source::{FailedFile, Scan, SilencingFile};
use plumb_gosource::{Entry, EntryKind, Folders, Installation, Layout, SharedPackages};

use crate::knowledge::Knowledge;
use crate::listed::Listed;
use crate::rule::Rule;
use crate::tree::{Options, Tree, scan_tree};

/// What to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The folder from which paths of findings are told: the root of the module, or the folder above all that are
    /// looked at.
    pub base: PathBuf,
    roots: Vec<Root>,
    /// What the user named: folders, which stand for all below them, and files.
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

/// A module, or a folder without one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Root {
    folder: PathBuf,
    /// Only packages in or below these; everything if empty.
    only: Vec<PathBuf>,
}

impl Places {
    /// Finds the modules of folders and files. Modules below a folder belong to it: a scan of a repository is one of all
    /// its modules.
    pub fn find(
        disk: &dyn Folders,
        folders: Vec<PathBuf>,
        files: Vec<PathBuf>,
        installation: &Installation,
    ) -> Self {
        let mut roots: Vec<Root> = Vec::new();
        let mut covered = Vec::new();
        let parents = files.iter().filter_map(|file| file.parent().map(Path::to_path_buf));
        for folder in parents.chain(folders.iter().cloned()) {
            let layout = Layout::find(disk, &folder, installation.clone());
            let root = layout.module_of(&folder).map_or(&folder, |module| &module.root).clone();
            covered.extend(layout.modules().iter().map(|module| module.root.clone()));
            match roots.iter_mut().find(|known| known.folder == root) {
                Some(known) => known.only.push(folder),
                None => roots.push(Root { folder: root, only: vec![folder] }),
            }
        }
        for folder in &folders {
            for root in modules_below(disk, folder) {
                if !covered.contains(&root) {
                    covered.push(root.clone());
                    roots.push(Root { folder: root, only: Vec::new() });
                }
            }
        }
        let base = common(roots.iter().map(|root| root.folder.as_path()));
        Self { base, roots, folders, files }
    }

    /// Whether a file, told from the base, is one of those that were named.
    pub fn takes(&self, file: &str) -> bool {
        let path = self.base.join(file);
        self.folders.iter().any(|folder| path.starts_with(folder)) || self.files.contains(&path)
    }

    /// Runs rules over all that is named, as [`scan`] does for one module. Paths are told from the base.
    ///
    /// `is_wanted` says of a file, told from the base, whether it is looked at.
    pub fn scan(
        &self,
        disk: &dyn Folders,
        installation: &Installation,
        rules: &[&Rule],
        knowledge: &Knowledge,
        options: &Options,
        is_wanted: &dyn Fn(&str) -> bool,
    ) -> Scan {
        let disk = Noting { below: disk, failed: Mutex::default() };
        let own = self.roots.iter().map(|root| root.folder.as_path()).collect();
        let listed = Listed::new(&disk, own);
        // Modules of a repository use the same standard library, mostly the same modules, and each other.
        let shared = Arc::new(SharedPackages::default());
        let mut all = Scan::default();
        // The module of the root folder, mostly the largest one, is last: what others give back is enough for it.
        for (number, root) in self.roots.iter().enumerate().rev() {
            let leave = options.leave && number == 0;
            let options = Options { folders: root.only.clone(), leave, ..options.clone() };
            let tree = Tree {
                folders: &listed,
                root: &root.folder,
                installation: installation.clone(),
                shared: shared.clone(),
            };
            let found = scan_tree(tree, rules, knowledge, &options);
            self.add(&mut all, found, root);
        }
        if options.leave {
            std::mem::forget(shared);
        }
        all.failed.extend(self.folders_failed(&disk));
        let is_wanted = |file: &str| self.takes(file) && is_wanted(file);
        let read = all.files.len();
        all.findings.retain(|finding| is_wanted(&finding.file));
        all.failed.retain(|failed| is_wanted(&failed.file));
        all.files.retain(|file| is_wanted(file));
        all.silencing.retain(|silencing| is_wanted(&silencing.file));
        all.files_read = all.files.len();
        if all.files_read < read {
            all.bytes_read = all.files.iter().map(|file| self.size(&disk, file)).sum();
        }
        all.findings
            .sort_by(|a, b| (&a.file, a.place, a.pattern).cmp(&(&b.file, b.place, b.pattern)));
        all.failed.sort_by(|a, b| a.file.cmp(&b.file));
        all.files.sort();
        all.silencing.sort();
        all
    }

    fn size(&self, disk: &dyn Folders, file: &str) -> u64 {
        disk.read(&self.base.join(file)).map_or(0, |bytes| bytes.len() as u64)
    }

    /// Adds what was found in a module, told from the base.
    fn add(&self, all: &mut Scan, found: Scan, root: &Root) {
        let lead = match root.folder.strip_prefix(&self.base) {
            Ok(lead) if !lead.as_os_str().is_empty() => format!("{}/", with_slashes(lead)),
            _ => String::new(),
        };
        let moved = |file: String| match Path::new(&file).is_absolute() {
            true => file,
            false => format!("{lead}{file}"),
        };
        all.findings.extend(found.findings.into_iter().map(|mut finding| {
            finding.file = moved(finding.file);
            finding
        }));
        all.failed.extend(found.failed.into_iter().map(|mut failed| {
            failed.file = moved(failed.file);
            failed
        }));
        all.files.extend(found.files.into_iter().map(moved));
        all.silencing.extend(found.silencing.into_iter().map(|silencing| {
            let file = moved(silencing.file);
            SilencingFile { file, ..silencing }
        }));
        all.files_read += found.files_read;
        all.bytes_read += found.bytes_read;
    }

    /// Folders that were named, or are below one, and could not be listed.
    fn folders_failed(&self, disk: &Noting<'_>) -> Vec<FailedFile> {
        let mut failed =
            std::mem::take(&mut *disk.failed.lock().unwrap_or_else(PoisonError::into_inner));
        failed.sort();
        failed.dedup();
        let told = failed.into_iter().filter_map(|(folder, why)| {
            let file = with_slashes(folder.strip_prefix(&self.base).ok()?);
            Some(FailedFile { file, why })
        });
        told.collect()
    }
}

/// A path with `/`, whatever the machine uses.
pub fn with_slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Folders that remember which of them could not be listed, but for those that do not exist.
struct Noting<'a> {
    below: &'a dyn Folders,
    failed: Mutex<Vec<(PathBuf, String)>>,
}

impl Folders for Noting<'_> {
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        self.below.read(file)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        self.below.list(folder).inspect_err(|error| {
            if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) {
                let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.push((folder.to_path_buf(), error.to_string()));
            }
        })
    }
}

/// The roots of modules below a folder, as far as the go tool would look for packages.
fn modules_below(disk: &dyn Folders, folder: &Path) -> Vec<PathBuf> {
    let (mut modules, mut todo) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = todo.pop() {
        // What cannot be listed is told when it is looked at.
        let Ok(entries) = disk.list(&folder) else { continue };
        if entries.iter().any(|entry| entry.kind == EntryKind::File && entry.name == "go.mod") {
            modules.push(folder.clone());
        }
        let walked = entries.iter().filter(|entry| {
            entry.kind == EntryKind::Folder
                && !entry.name.starts_with(['.', '_'])
                && !matches!(entry.name.as_str(), "vendor" | "testdata" | "node_modules")
        });
        todo.extend(walked.map(|entry| folder.join(&entry.name)));
    }
    modules.sort();
    modules
}

/// The folder above all of these.
fn common<'a>(mut paths: impl Iterator<Item = &'a Path>) -> PathBuf {
    let mut common = paths.next().unwrap_or(Path::new("")).to_path_buf();
    for path in paths {
        while !path.starts_with(&common) && common.pop() {}
    }
    common
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Files by path; folders are what stands before the slashes.
    struct Files(BTreeMap<PathBuf, &'static str>);

    impl Files {
        fn of(files: &[(&str, &'static str)]) -> Self {
            Self(files.iter().map(|(path, text)| (PathBuf::from(path), *text)).collect())
        }
    }

    impl Folders for Files {
        fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
            self.0
                .get(file)
                .map(|text| text.as_bytes().to_vec())
                .ok_or(io::ErrorKind::NotFound.into())
        }

        fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
            if folder.ends_with("locked") {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            let mut entries = BTreeMap::new();
            for path in self.0.keys() {
                let Ok(below) = path.strip_prefix(folder) else { continue };
                let mut parts = below.components();
                let Some(name) = parts.next() else { continue };
                let name = name.as_os_str().to_string_lossy().into_owned();
                let kind = if parts.next().is_some() { EntryKind::Folder } else { EntryKind::File };
                entries.insert(name, kind);
            }
            if entries.is_empty() {
                return Err(io::ErrorKind::NotFound.into());
            }
            Ok(entries.into_iter().map(|(name, kind)| Entry { name, kind }).collect())
        }
    }

    const MOD: &str = "module example.com/m\n\ngo 1.24\n";

    fn tree() -> Files {
        Files::of(&[
            ("/r/go.mod", MOD),
            ("/r/a.go", "package r\n"),
            ("/r/pkg/b.go", "package pkg\n"),
            ("/r/pkg/sub/c.go", "package sub\n"),
            ("/r/pkg/sub/d.go", "package sub\n\nfunc {\n"),
            ("/r/tool/go.mod", "module example.com/tool\n"),
            ("/r/tool/e.go", "package main\n"),
            ("/r/locked/x.go", "package locked\n"),
            ("/r/testdata/go.mod", "module example.com/t\n"),
            ("/r/testdata/t.go", "package t\n"),
        ])
    }

    fn looked(folders: &[&str], files: &[&str]) -> (String, Scan) {
        let (tree, installation) = (tree(), Installation::default());
        let paths = |paths: &[&str]| paths.iter().map(PathBuf::from).collect();
        let places = Places::find(&tree, paths(folders), paths(files), &installation);
        let knowledge = Knowledge::new(&[]);
        let all = |_: &str| true;
        let scan = places.scan(&tree, &installation, &[], &knowledge, &Options::default(), &all);
        (with_slashes(&places.base), scan)
    }

    #[test]
    fn a_folder_stands_for_all_below_it_with_its_modules() {
        let (base, scan) = looked(&["/r"], &[]);
        assert_eq!(base, "/r");
        assert_eq!(scan.files, ["a.go", "pkg/b.go", "pkg/sub/c.go", "pkg/sub/d.go", "tool/e.go"]);
        let failed: Vec<&str> = scan.failed.iter().map(|failed| &*failed.file).collect();
        assert_eq!(failed, ["locked", "pkg/sub/d.go"]);
        assert_eq!(scan.files_read, 5);
    }

    #[test]
    fn paths_are_told_from_the_root_of_the_module() {
        let (base, scan) = looked(&["/r/pkg/sub"], &[]);
        assert_eq!(
            (base.as_str(), scan.files),
            ("/r", vec!["pkg/sub/c.go".into(), "pkg/sub/d.go".into()])
        );
        let (base, scan) = looked(&["/r/tool"], &[]);
        assert_eq!((base.as_str(), scan.files), ("/r/tool", vec!["e.go".into()]));
    }

    #[test]
    fn a_file_is_that_file_alone() {
        let (base, scan) = looked(&[], &["/r/pkg/b.go"]);
        assert_eq!((base.as_str(), scan.files), ("/r", vec!["pkg/b.go".into()]));
        assert_eq!(scan.bytes_read, 12);
    }

    #[test]
    fn files_of_several_modules_are_told_from_the_folder_above() {
        let (base, scan) = looked(&["/r/tool"], &["/r/pkg/sub/c.go"]);
        assert_eq!(
            (base.as_str(), scan.files),
            ("/r", vec!["pkg/sub/c.go".into(), "tool/e.go".into()])
        );
    }
}
