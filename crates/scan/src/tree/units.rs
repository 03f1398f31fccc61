//! Finds the files of packages, each in the build to which it belongs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use plumb_evidence::source::FailedFile;
use plumb_gosource::{Folders, Module, Package, PackageFile, Platform, Program, Role};

use crate::advisories::Advised;
use crate::knowledge::Knowledge;

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

/// A file with its source.
pub(super) struct Unit<'r> {
    pub(super) program: Arc<Program<'r>>,
    pub(super) package: Arc<Package>,
    pub(super) source: Vec<u8>,
    /// From the root, with `/`.
    pub(super) path: String,
    pub(super) in_test: bool,
    pub(super) generated: bool,
    pub(super) go: (u32, u32),
    /// The place of its module among those of the layout.
    pub(super) module: Option<usize>,
}

/// Where a file belongs, before it is read.
struct Part<'p, 'r> {
    program: &'p Arc<Program<'r>>,
    package: &'p Arc<Package>,
    file: &'p PackageFile,
    generated: bool,
    module: Option<usize>,
}

/// What comes of a file: its source, or why it cannot be read.
pub(super) type Read<'r> = Result<Unit<'r>, Unreadable>;

/// A file without a source.
pub(super) struct Unreadable {
    pub(super) file: FailedFile,
    pub(super) generated: bool,
}

/// What is the same for all files of a tree.
pub(super) struct Reader<'r> {
    root: &'r Path,
    /// Where that is in the outermost module around it.
    above: String,
    program: Arc<Program<'r>>,
    /// By folder of the modules, the known leaks of the versions that they use.
    advised: Vec<(PathBuf, Advised)>,
    /// The program for other platforms, where files ask for them.
    others: Mutex<Vec<(Platform, Arc<Program<'r>>)>>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(root: &'r Path, program: Program<'r>, knowledge: &Knowledge) -> Self {
        let (folders, layout) = (program.folders(), program.layout());
        let advised = Advised::by_folder(folders, layout, knowledge.advisories());
        let above = above(folders, root);
        Self { root, above, program: Arc::new(program), advised, others: Mutex::default() }
    }

    /// The folders from the outermost module around what is looked at to that, with `/`.
    pub(super) fn above(&self) -> &str {
        &self.above
    }

    pub(super) fn program(&self) -> &Program<'r> {
        &self.program
    }

    /// Calls `add` with each wanted file of a package, and of its external tests.
    pub(super) fn each_unit(&self, path: &str, wanted: Wanted, add: &mut dyn FnMut(Read<'r>)) {
        let Some(package) = self.program.package(path) else { return };
        let module = self.program.layout().place_of_module(&package.folder);
        let mut tests = None;
        for file in &package.files {
            let is_test = file.name.ends_with("_test.go");
            if (file.generated && !wanted.generated) || (is_test && !wanted.tests) {
                continue;
            }
            let part = |package| {
                let (program, generated) = (&self.program, file.generated);
                Part { program, package, file, generated, module }
            };
            match file.role {
                Role::Package | Role::Test => add(self.unit(&part(&package))),
                Role::ExternalTest => {
                    let external =
                        tests.get_or_insert_with(|| self.program.package(&format!("{path}_test")));
                    external.iter().for_each(|external| add(self.unit(&part(external))));
                }
                Role::Excluded(_) => {
                    let read = self.of_other_platform(path, &package, file, module, wanted);
                    if let Some(read) = read {
                        add(read);
                    }
                }
                Role::Unreadable => add(Err(self.unreadable(&package, file))),
            }
        }
    }

    fn unreadable(&self, package: &Package, file: &PackageFile) -> Unreadable {
        let path = package.folder.join(&file.name);
        let why = match self.program.folders().read(&path) {
            Err(error) => error.to_string(),
            Ok(_) => "not a Go file that can be read".to_owned(),
        };
        let failed = FailedFile { file: self.relative(&path), why };
        Unreadable { file: failed, generated: file.generated }
    }

    /// A file that the build does not take, as part of the build that does.
    fn of_other_platform(
        &self,
        path: &str,
        package: &Package,
        file: &PackageFile,
        module: Option<usize>,
        wanted: Wanted,
    ) -> Option<Read<'r>> {
        let source = self.program.folders().read(&package.folder.join(&file.name)).ok()?;
        let parsed = plumb_gosource::parse_declarations(&source);
        let generated = parsed.is_generated();
        if generated && !wanted.generated {
            return None;
        }
        let platform = self.program.platform().that_takes(&file.name, &parsed)?;
        let program = self.for_platform(platform);
        let package = program.package(path)?;
        let file = package.files.iter().find(|other| other.name == file.name)?;
        let tests = match file.role {
            Role::ExternalTest => program.package(&format!("{path}_test")),
            _ => None,
        };
        let package = tests.as_ref().unwrap_or(&package);
        Some(self.unit(&Part { program: &program, package, file, generated, module }))
    }

    fn for_platform(&self, platform: Platform) -> Arc<Program<'r>> {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, program)) = others.iter().find(|(known, _)| *known == platform) {
            return program.clone();
        }
        let program = Arc::new(self.program.for_platform(platform.clone()));
        others.push((platform, program.clone()));
        program
    }

    fn unit(&self, part: &Part<'_, 'r>) -> Read<'r> {
        let Part { program, package, file, generated, module } = *part;
        let path = package.folder.join(&file.name);
        let failed = |why| {
            let file = FailedFile { file: self.relative(&path), why };
            Unreadable { file, generated }
        };
        let source = program.folders().read(&path).map_err(|error| failed(error.to_string()))?;
        if source.len() > LARGEST_FILE {
            let megabytes = source.len() >> 20;
            return Err(failed(format!("{megabytes} MB, more than are read")));
        }
        Ok(Unit {
            program: program.clone(),
            package: package.clone(),
            source,
            path: self.relative(&path),
            in_test: matches!(file.role, Role::Test | Role::ExternalTest),
            generated,
            go: self.language(module),
            module,
        })
    }

    fn module(&self, place: Option<usize>) -> Option<&Module> {
        self.program.layout().modules().get(place?)
    }

    /// The language version of a module.
    fn language(&self, module: Option<usize>) -> (u32, u32) {
        let line = self.module(module).and_then(|module| module.go_mod.go.as_deref());
        line.and_then(language).unwrap_or(GO_WITHOUT_LINE)
    }

    /// The known leaks of the versions that a module uses.
    pub(super) fn advised(&self, module: Option<usize>) -> &Advised {
        let of_module = self
            .module(module)
            .and_then(|module| self.advised.iter().find(|(root, _)| *root == module.root));
        of_module.map_or(Advised::none(), |(_, advised)| advised)
    }

    fn relative(&self, path: &Path) -> String {
        let relative = path.strip_prefix(self.root).unwrap_or(path);
        relative.to_string_lossy().replace('\\', "/")
    }
}

/// Where a folder is in the outermost module around it, in one repository: of the module `examples/web` with a `go.mod` of
/// its own that is `examples/web`. Empty if there is none around it.
fn above(folders: &dyn Folders, root: &Path) -> String {
    let is_repository = |folder: &&Path| folders.holds(folder, &|entry| entry.name == ".git");
    let inside = root.ancestors().take_while(|folder| !is_repository(folder)).count();
    let around = root.ancestors().take(inside + 1).skip(1);
    let outer = around.filter(|folder| folders.read(&folder.join("go.mod")).is_ok()).last();
    let below = outer.and_then(|outer| root.strip_prefix(outer).ok()).unwrap_or(Path::new(""));
    below.to_string_lossy().replace('\\', "/")
}

/// `1.23.4`, `1.23`, `1.23rc1` → `(1, 23)`.
pub(crate) fn language(line: &str) -> Option<(u32, u32)> {
    let (major, rest) = line.split_once('.')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Some((major.parse().ok()?, rest[..digits].parse().ok()?))
}
