//! The files of a tree, and the threads that look at them.

mod gather;
mod held;
mod helpers;
mod layers;
mod units;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use plumb_evidence::source::{FailedFile, Scan, SourceFinding};
use plumb_gosource::{
    Folders, Installation, Layout, PackageFolder, Platform, Program, SharedPackages,
};

use crate::advisories;
use crate::code::Code;
use crate::knowledge::Knowledge;
use crate::rule::Rule;
use crate::suppress;
use held::Held;
pub use helpers::is_for_tests;
use layers::{Kept, Known, Layers, Typings};
pub(crate) use units::language;
use units::{Reader, Wanted};

/// What to look at, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only packages in or below these folders; everything if empty. Absolute.
    pub folders: Vec<PathBuf>,
    /// Whether tests are looked at too.
    pub tests: bool,
    /// Whether generated files are looked at too.
    pub generated: bool,
    /// How many threads look at files at the same time.
    pub threads: usize,
    /// Whether what was found out of packages and files is left in memory to the end of the process, which ends sooner
    /// than if it gave millions of small values back: for who scans once.
    pub leave: bool,
}

impl Default for Options {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let folders = Vec::new();
        Self { folders, tests: true, generated: false, threads, leave: false }
    }
}

/// Runs rules over the modules of a folder.
///
/// Files that cannot be read, or only with problems, are in [`Scan::failed`]; of the latter, what could be read is
/// looked at.
pub fn scan(
    folders: &dyn Folders,
    root: &Path,
    installation: Installation,
    rules: &[&Rule],
    knowledge: &Knowledge,
    options: &Options,
) -> Scan {
    scan_tree(Tree::alone(folders, root, installation), rules, knowledge, options)
}

/// What is looked at.
pub(crate) struct Tree<'t> {
    pub(crate) folders: &'t dyn Folders,
    pub(crate) root: &'t Path,
    pub(crate) installation: Installation,
    /// What was read for other trees with the same folders and installation.
    pub(crate) shared: Arc<SharedPackages>,
}

impl<'t> Tree<'t> {
    /// A tree that shares nothing with others.
    pub(crate) fn alone(
        folders: &'t dyn Folders,
        root: &'t Path,
        installation: Installation,
    ) -> Self {
        Self { folders, root, installation, shared: Arc::default() }
    }
}

/// Runs rules over one of several trees, as [`scan`].
pub(crate) fn scan_tree(
    tree: Tree<'_>,
    rules: &[&Rule],
    knowledge: &Knowledge,
    options: &Options,
) -> Scan {
    let look = |code: &Code<'_>, scan: &mut Scan| look(code, rules, scan);
    let (scans, failed) = each_package(tree, knowledge, options, &look);
    let mut scan = scans.into_iter().fold(Scan { failed, ..Scan::default() }, joined);
    let place = |f: &SourceFinding| (f.file.clone(), f.place, f.pattern);
    scan.findings.sort_by_key(place);
    advisories::join(&mut scan.findings);
    scan.failed.sort_by(|a, b| a.file.cmp(&b.file));
    scan.files.sort();
    scan.silencing.sort();
    scan
}

/// Looks at the files of packages, each with what was seen of its package before; files that cannot be read, or only
/// with problems, are told too. What comes back is in no order.
pub(crate) fn each_package<T: Default + Send>(
    tree: Tree<'_>,
    knowledge: &Knowledge,
    options: &Options,
    look: &(dyn Fn(&Code<'_>, &mut T) + Sync),
) -> (Vec<T>, Vec<FailedFile>) {
    let Tree { folders, root, installation, shared } = tree;
    let layout = Layout::find(folders, root, installation);
    let program = Program::sharing(shared, folders, layout, Platform::default());
    let packages = chosen(&program, options);
    let leave = options.leave;
    let reader = Held::new(Reader::new(root, program, knowledge), leave);
    let count = packages.len();
    let layers = Held::new(Layers::new(count), leave);
    let kept = Kept {
        reader: &reader,
        wanted: Wanted { tests: options.tests, generated: options.generated },
        layers: &layers,
        bytes: AtomicUsize::new(0),
    };
    let summaries = gather::summaries(&kept, knowledge, &packages, options);
    let summaries = Held::new(summaries, leave);
    let known = Known { reader: &reader, knowledge, summaries: &summaries };
    let look_at = |typings: &mut Held<'_, Typings<'_>>, number: &usize| {
        let (mut seen, mut failed) = (T::default(), Vec::new());
        let mut look = |code: &Code<'_>| look(code, &mut seen);
        kept.look(*number, &packages[*number].path, known, typings, &mut failed, &mut look);
        (seen, failed)
    };
    let typings = || Held::new(Typings::new(&reader), leave);
    let numbers: Vec<usize> = (0..count).collect();
    let (seen, failed): (Vec<T>, Vec<_>) =
        in_parallel(&numbers, options.threads, typings, look_at).into_iter().unzip();
    (seen, failed.into_iter().flatten().collect())
}

fn chosen(program: &Program<'_>, options: &Options) -> Vec<PackageFolder> {
    let is_chosen = |package: &PackageFolder| {
        options.folders.is_empty()
            || options.folders.iter().any(|folder| package.folder.starts_with(folder))
    };
    let mut packages = program.package_folders();
    packages.retain(is_chosen);
    packages
}

fn joined(mut all: Scan, one: Scan) -> Scan {
    all.findings.extend(one.findings);
    all.files.extend(one.files);
    all.silencing.extend(one.silencing);
    all.files_read += one.files_read;
    all.bytes_read += one.bytes_read;
    all
}

fn look(code: &Code<'_>, rules: &[&Rule], scan: &mut Scan) {
    if !code.summaries.across.customs.is_of_generator(code) {
        scan.findings.extend(rules.iter().flat_map(|rule| (rule.check)(code)));
    }
    scan.files_read += 1;
    scan.bytes_read += code.file.source().len() as u64;
    scan.files.push(code.path.to_owned());
    scan.silencing.extend(suppress::silencing(code, rules));
}

/// The results of `f` for all `items`, in no order; each thread begins with `start`.
fn in_parallel<T: Sync, R: Send, S>(
    items: &[T],
    threads: usize,
    start: impl Fn() -> S + Sync,
    f: impl Fn(&mut S, &T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                let mut state = start();
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = f(&mut state, item);
                    if let Ok(mut results) = results.lock() {
                        results.push(result);
                    }
                }
            });
        }
    });
    results.into_inner().unwrap_or_default()
}
