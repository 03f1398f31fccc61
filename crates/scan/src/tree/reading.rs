//! Reads the files of packages one by one, as [`Code`].

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use plumb_evidence::source::FailedFile;
use plumb_gosource::flow::Scope;
use plumb_gosource::{FileTypes, Names, Package, PackageFile, Platform, Program, Role, parse};

use crate::advisories::Advised;
use crate::code::Code;
use crate::knowledge::Knowledge;
use crate::summaries::Summaries;

/// How many bytes a file may have; go/parser itself stops at about as many.
const LARGEST_FILE: usize = 64 << 20;

/// The language version of a module without a `go` line, as the go tool assumes.
const GO_WITHOUT_LINE: (u32, u32) = (1, 16);

/// Which files of a package are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) tests: bool,
    pub(super) generated: bool,
}

/// What is the same for all files of a tree.
pub(super) struct Reader<'r> {
    root: &'r Path,
    program: &'r Program<'r>,
    knowledge: &'r Knowledge,
    /// By folder of the modules, the known leaks of the versions that they use.
    advised: Vec<(PathBuf, Advised)>,
    /// The program for other platforms, where files ask for them.
    others: Mutex<Vec<(Platform, Arc<Program<'r>>)>>,
}

/// A file of a package, on the way to its code.
struct Part<'p> {
    program: &'p Program<'p>,
    package: &'p Package,
    file: &'p PackageFile,
    go: (u32, u32),
}

impl<'r> Reader<'r> {
    pub(super) fn new(root: &'r Path, program: &'r Program<'r>, knowledge: &'r Knowledge) -> Self {
        let (folders, layout) = (program.folders(), program.layout());
        let advised = Advised::by_folder(folders, layout, knowledge.advisories());
        Self { root, program, knowledge, advised, others: Mutex::default() }
    }

    pub(super) fn program(&self) -> &'r Program<'r> {
        self.program
    }

    /// Calls `look` with each wanted file of a package, and of its external tests; files that cannot be read, or only
    /// with problems, are added to `failed`.
    pub(super) fn each_file(
        &self,
        path: &str,
        wanted: Wanted,
        summaries: &Summaries,
        failed: &mut Vec<FailedFile>,
        look: &mut dyn FnMut(&Code<'_>),
    ) {
        let Some(package) = self.program.package(path) else { return };
        let go = self.language(&package.folder);
        let mut tests = None;
        for file in &package.files {
            let is_test = file.name.ends_with("_test.go");
            if (file.generated && !wanted.generated) || (is_test && !wanted.tests) {
                continue;
            }
            match file.role {
                Role::Package | Role::Test => {
                    let part = Part { program: self.program, package: &package, file, go };
                    self.file(&part, summaries, failed, look);
                }
                Role::ExternalTest => {
                    let external =
                        tests.get_or_insert_with(|| self.program.package(&format!("{path}_test")));
                    if let Some(external) = external {
                        let part = Part { program: self.program, package: external, file, go };
                        self.file(&part, summaries, failed, look);
                    }
                }
                Role::Excluded(_) => {
                    self.other_platform(path, &package, file, wanted, &mut |part| {
                        self.file(part, summaries, failed, look);
                    });
                }
                Role::Unreadable => failed.push(self.unreadable(&package, file)),
            }
        }
    }

    fn unreadable(&self, package: &Package, file: &PackageFile) -> FailedFile {
        let path = package.folder.join(&file.name);
        let why = match self.program.folders().read(&path) {
            Err(error) => error.to_string(),
            Ok(_) => "not a Go file that can be read".to_owned(),
        };
        FailedFile { file: self.relative(&path), why }
    }

    /// Looks at a file that the build does not take as part of the build that does.
    fn other_platform(
        &self,
        path: &str,
        package: &Package,
        file: &PackageFile,
        wanted: Wanted,
        look: &mut dyn FnMut(&Part<'_>),
    ) {
        let Ok(source) = self.program.folders().read(&package.folder.join(&file.name)) else {
            return;
        };
        let parsed = plumb_gosource::parse_declarations(&source);
        if parsed.is_generated() && !wanted.generated {
            return;
        }
        let platform = self.program.platform().that_takes(&file.name, &parsed);
        let Some(program) = platform.map(|platform| self.for_platform(platform)) else { return };
        let Some(package) = program.package(path) else { return };
        let Some(file) = package.files.iter().find(|other| other.name == file.name) else { return };
        let tests = match file.role {
            Role::ExternalTest => program.package(&format!("{path}_test")),
            _ => None,
        };
        let go = self.language(&package.folder);
        let package = tests.as_ref().unwrap_or(&package);
        look(&Part { program: &program, package, file, go });
    }

    fn for_platform(&self, platform: Platform) -> Arc<Program<'r>> {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, program)) = others.iter().find(|(known, _)| *known == platform) {
            return program.clone();
        }
        let layout = self.program.layout().clone();
        let program = Program::new(self.program.folders(), layout, platform.clone());
        let program = Arc::new(program);
        others.push((platform, program.clone()));
        program
    }

    fn file(
        &self,
        part: &Part<'_>,
        summaries: &Summaries,
        failed: &mut Vec<FailedFile>,
        look: &mut dyn FnMut(&Code<'_>),
    ) {
        let Part { program, package, file, go } = *part;
        let path = package.folder.join(&file.name);
        let name = self.relative(&path);
        let source = match program.folders().read(&path) {
            Ok(source) if source.len() <= LARGEST_FILE => source,
            Ok(source) => {
                let why = format!("{} MB, more than are read", source.len() >> 20);
                return failed.push(FailedFile { file: name, why });
            }
            Err(error) => return failed.push(FailedFile { file: name, why: error.to_string() }),
        };
        let parsed = parse(&source);
        if let Some(problem) = parsed.problems().first() {
            let at = parsed.position(problem.offset);
            let why = format!("{}:{}: {}", at.line, at.column, problem.message);
            failed.push(FailedFile { file: name.clone(), why });
        }
        let imported = program.import_names(&parsed, package.is_std);
        let names = Names::new(&parsed, |path| imported.get(path).map(|name| &**name));
        let types = FileTypes::new(program, package, &parsed, &names);
        let scope = Scope::new(&parsed, &names);
        look(&Code {
            program,
            package,
            file: &parsed,
            names: &names,
            types: &types,
            scope: &scope,
            knowledge: self.knowledge,
            summaries,
            path: &name,
            in_test: matches!(file.role, Role::Test | Role::ExternalTest),
            go,
            advised: self.advised(&package.folder),
            graphs: scope.functions().map(|_| OnceCell::new()).collect(),
            losses: OnceCell::new(),
        });
    }

    /// The language version of the module to which a folder belongs.
    fn language(&self, folder: &Path) -> (u32, u32) {
        let module = self.program.layout().module_of(folder);
        let line = module.and_then(|module| module.go_mod.go.as_deref());
        line.and_then(language).unwrap_or(GO_WITHOUT_LINE)
    }

    /// The known leaks of the versions that the module of a folder uses.
    fn advised(&self, folder: &Path) -> &Advised {
        let module = self.program.layout().module_of(folder);
        let of_module =
            module.and_then(|module| self.advised.iter().find(|(root, _)| *root == module.root));
        of_module.map_or(Advised::none(), |(_, advised)| advised)
    }

    fn relative(&self, path: &Path) -> String {
        let relative = path.strip_prefix(self.root).unwrap_or(path);
        relative.to_string_lossy().replace('\\', "/")
    }
}

/// `1.23.4`, `1.23`, `1.23rc1` → `(1, 23)`.
pub(crate) fn language(line: &str) -> Option<(u32, u32)> {
    let (major, rest) = line.split_once('.')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Some((major.parse().ok()?, rest[..digits].parse().ok()?))
}
