//! The files of a tree, and the threads that look at them.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use plumb_evidence::source::{FailedFile, Scan, SourceFinding};
use plumb_gosource::flow::Scope;
use plumb_gosource::{
    FileTypes, Folders, Installation, Layout, Names, Package, PackageFile, PackageFolder, Platform,
    Program, Role, parse,
};

use crate::code::Code;
use crate::knowledge::Knowledge;
use crate::rule::Rule;
use crate::summaries::Summaries;

/// How many bytes a file may have; go/parser itself stops at about as many.
const LARGEST_FILE: usize = 64 << 20;

/// The language version of a module without a `go` line, as the go tool assumes.
const GO_WITHOUT_LINE: (u32, u32) = (1, 16);

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
}

impl Default for Options {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { folders: Vec::new(), tests: true, generated: false, threads }
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
    let layout = Layout::find(folders, root, installation);
    let program = Program::new(folders, layout, Platform::default());
    let packages = chosen(&program, options);
    let summaries = Summaries::default();
    let looking =
        Looking { program: &program, root, rules, knowledge, summaries: &summaries, options };
    let mut scan = in_parallel(&packages, options.threads, |package| looking.package(package))
        .into_iter()
        .fold(Scan::default(), joined);
    let place = |f: &SourceFinding| (f.file.clone(), f.place, f.pattern);
    scan.findings.sort_by_key(place);
    scan.failed.sort_by(|a, b| a.file.cmp(&b.file));
    scan
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
    all.failed.extend(one.failed);
    all.files_read += one.files_read;
    all.bytes_read += one.bytes_read;
    all
}

/// The results of `f` for all `items`, in no order.
fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    f: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = f(item);
                    if let Ok(mut results) = results.lock() {
                        results.push(result);
                    }
                }
            });
        }
    });
    results.into_inner().unwrap_or_default()
}

/// What is the same for all files.
struct Looking<'l> {
    program: &'l Program<'l>,
    root: &'l Path,
    rules: &'l [&'l Rule],
    knowledge: &'l Knowledge,
    summaries: &'l Summaries,
    options: &'l Options,
}

impl Looking<'_> {
    fn package(&self, folder: &PackageFolder) -> Scan {
        let mut scan = Scan::default();
        let Some(package) = self.program.package(&folder.path) else { return scan };
        let go = self.language(&folder.folder);
        for file in &package.files {
            if file.generated && !self.options.generated {
                continue;
            }
            match file.role {
                Role::Package => self.file(self.program, &package, file, go, &mut scan),
                Role::Test | Role::ExternalTest if !self.options.tests => {}
                Role::Test => self.file(self.program, &package, file, go, &mut scan),
                Role::ExternalTest => {
                    if let Some(tests) = self.program.package(&format!("{}_test", folder.path)) {
                        self.file(self.program, &tests, file, go, &mut scan);
                    }
                }
                Role::Excluded(_) => self.other_platform(folder, file, go, &mut scan),
                Role::Unreadable => {
                    let why = match self.program.folders().read(&package.folder.join(&file.name)) {
                        Err(error) => error.to_string(),
                        Ok(_) => "not a Go file that can be read".to_owned(),
                    };
                    let file = self.relative(&package.folder.join(&file.name));
                    scan.failed.push(FailedFile { file, why });
                }
            }
        }
        scan
    }

    /// Looks at a file that the build does not take as part of the build that does.
    fn other_platform(
        &self,
        folder: &PackageFolder,
        file: &PackageFile,
        go: (u32, u32),
        scan: &mut Scan,
    ) {
        let path = folder.folder.join(&file.name);
        let Ok(source) = self.program.folders().read(&path) else { return };
        let platform = self.program.platform().that_takes(&file.name, &parse(&source));
        let Some(platform) = platform else { return };
        let program = Program::new(self.program.folders(), self.program.layout().clone(), platform);
        let Some(package) = program.package(&folder.path) else { return };
        let Some(file) = package.files.iter().find(|other| other.name == file.name) else { return };
        let tests = match file.role {
            Role::ExternalTest => program.package(&format!("{}_test", folder.path)),
            _ => None,
        };
        let is_test = matches!(file.role, Role::Test | Role::ExternalTest);
        if is_test && !self.options.tests {
            return;
        }
        self.file(&program, tests.as_ref().unwrap_or(&package), file, go, scan);
    }

    fn file(
        &self,
        program: &Program<'_>,
        package: &Package,
        file: &PackageFile,
        go: (u32, u32),
        scan: &mut Scan,
    ) {
        let path = package.folder.join(&file.name);
        let name = self.relative(&path);
        let source = match program.folders().read(&path) {
            Ok(source) if source.len() <= LARGEST_FILE => source,
            Ok(source) => {
                let why = format!("{} MB, more than are read", source.len() >> 20);
                return scan.failed.push(FailedFile { file: name, why });
            }
            Err(error) => {
                return scan.failed.push(FailedFile { file: name, why: error.to_string() });
            }
        };
        let parsed = parse(&source);
        if let Some(problem) = parsed.problems().first() {
            let at = parsed.position(problem.offset);
            let why = format!("{}:{}: {}", at.line, at.column, problem.message);
            scan.failed.push(FailedFile { file: name.clone(), why });
        }
        let imported = program.import_names(&parsed, package.is_std);
        let names = Names::new(&parsed, |path| imported.get(path).map(|name| &**name));
        let types = FileTypes::new(program, package, &parsed, &names);
        let scope = Scope::new(&parsed, &names);
        let code = Code {
            program,
            package,
            file: &parsed,
            names: &names,
            types: &types,
            scope: &scope,
            knowledge: self.knowledge,
            summaries: self.summaries,
            path: &name,
            in_test: matches!(file.role, Role::Test | Role::ExternalTest),
            go,
            graphs: scope.functions().map(|_| OnceCell::new()).collect(),
            losses: OnceCell::new(),
        };
        scan.findings.extend(self.rules.iter().flat_map(|rule| (rule.check)(&code)));
        scan.files_read += 1;
        scan.bytes_read += source.len() as u64;
    }

    /// The language version of the module to which a folder belongs.
    fn language(&self, folder: &Path) -> (u32, u32) {
        let module = self.program.layout().module_of(folder);
        let line = module.and_then(|module| module.go_mod.go.as_deref());
        line.and_then(language).unwrap_or(GO_WITHOUT_LINE)
    }

    fn relative(&self, path: &Path) -> String {
        let relative = path.strip_prefix(self.root).unwrap_or(path);
        relative.to_string_lossy().replace('\\', "/")
    }
}

/// `1.23.4`, `1.23`, `1.23rc1` → `(1, 23)`.
fn language(line: &str) -> Option<(u32, u32)> {
    let (major, rest) = line.split_once('.')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Some((major.parse().ok()?, rest[..digits].parse().ok()?))
}
