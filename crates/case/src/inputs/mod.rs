//! Whatever files a person has at hand, as one service.

mod arrange;
mod detect;
mod figures;
mod files;
mod programs;
mod same;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use plumb_evidence::code::Build;
use plumb_evidence::socket::SocketTable;
use plumb_evidence::{Instance, Problem, Service, Snapshot};

use crate::archive::{CaseLimits, PieceReader};
use crate::assemble::finish;
use crate::convert::Symbols;
use crate::decode::{Context, Decoded, Part, decode};
use crate::host::summary;
use crate::program::Program;
use crate::{InputError, PieceKind, open_with};
use arrange::{Arrangement, Given};
use detect::{Detected, HEAD, detect};
use files::{Found, find, may_quote};
use same::{Join, join};

/// What a person says about the files.
#[derive(Clone, Debug, Default)]
pub struct InputOptions {
    /// Socket listings of the machines at the other end.
    pub peer_sockets: Vec<PathBuf>,
    /// Process to choose where a listing of sockets or files holds several.
    pub pid: Option<u32>,
    /// Bounds on what is read of a case or a listing.
    pub limits: CaseLimits,
}

/// Reads case files, case folders, folders of evidence files, and bare files in any mix: profiles (protobuf or
/// text), goroutine dumps, logs with dumps in them, listings of `ss`, `netstat` and `lsof`, `/proc/net/tcp`, metrics pages.
/// What a file is, its content tells.
///
/// Each instance of a case is an instance of the service; all bare files together are one more, their order in
/// time taken from what they say about it, else from the arguments. What is there twice counts once.
///
/// # Errors
/// [`InputError`] if no file was named or none could be read. A file that could not be read beside others that
/// could is among the service's problems.
pub fn read_inputs(paths: &[PathBuf], options: &InputOptions) -> Result<Service, InputError> {
    read_noting(paths, options, &mut Vec::new())
}

/// [`read_inputs`], with the files that were found in folders and passed over because they are no evidence.
///
/// # Errors
/// As [`read_inputs`].
pub fn read_noting(
    paths: &[PathBuf],
    options: &InputOptions,
    passed_over: &mut Vec<PathBuf>,
) -> Result<Service, InputError> {
    if paths.is_empty() {
        return Err(InputError::NoInput);
    }
    let mut inputs = Inputs::new(options);
    for path in paths {
        inputs.path(path);
    }
    for path in &options.peer_sockets {
        inputs.peer(path);
    }
    passed_over.append(&mut inputs.passed_over);
    inputs.finish(paths)
}

struct Inputs<'a> {
    options: &'a InputOptions,
    symbols: Symbols,
    service: Service,
    targets: Vec<String>,
    bare: Bare,
    /// Files of folders that are no evidence.
    passed_over: Vec<PathBuf>,
}

/// The files that are no cases.
#[derive(Default)]
struct Bare {
    names: Vec<String>,
    parts: Arrangement,
    /// The first profile that names a program, with its input.
    program: Option<(String, Program)>,
    build: Build,
}

impl<'a> Inputs<'a> {
    fn new(options: &'a InputOptions) -> Self {
        Self {
            options,
            symbols: Symbols::default(),
            service: Service::default(),
            targets: Vec::new(),
            bare: Bare::default(),
            passed_over: Vec::new(),
        }
    }

    fn problem(&mut self, input: &Path, what: impl Into<String>) {
        let input = input.display().to_string().into();
        self.service.problems.push(Problem { what: what.into(), input });
    }

    fn path(&mut self, path: &Path) {
        match find(path) {
            Ok(Found::Case) => self.case(path),
            Ok(Found::File) => self.file(path, false),
            Ok(Found::Folder(files, folders)) => self.folder(path, &files, folders),
            Err(error) => self.problem(path, format!("cannot be read: {error}")),
        }
    }

    fn folder(&mut self, path: &Path, files: &[PathBuf], folders: usize) {
        let before = (self.service.instances.len(), self.bare.names.len());
        let passed_over = self.passed_over.len();
        for file in files {
            self.file(file, true);
        }
        if self.service.instances.len() > before.0 {
            // Texts and sources beside a case are expected there, and not worth a word.
            let others = self.passed_over.split_off(passed_over);
            self.passed_over.extend(others.into_iter().filter(|path| !may_quote(path)));
        }
        if before == (self.service.instances.len(), self.bare.names.len()) {
            let below = match folders {
                0 => String::new(),
                1 => "; the folder in it is not looked into: name it".to_owned(),
                n => format!("; the {n} folders in it are not looked into: name one"),
            };
            self.problem(path, format!("the folder holds no evidence{below}"));
        }
    }

    /// Reads a file. In a folder, what is no evidence is passed over, and so is what only quotes some.
    fn file(&mut self, path: &Path, in_folder: bool) {
        // A pipe (`<(curl …)`) has no size and cannot be read twice.
        let opened = File::open(path).and_then(|mut file| {
            let mut head = Vec::new();
            file.by_ref().take(HEAD).read_to_end(&mut head)?;
            Ok((file.metadata()?.len(), file, head))
        });
        let (size, file, head) = match opened {
            Ok(opened) => opened,
            Err(error) => return self.problem(path, format!("cannot be read: {error}")),
        };
        let kind = match detect(&head) {
            Detected::Case => return self.case(path),
            Detected::Piece(kind) => kind,
        };
        let mut whole = head.as_slice().chain(file);
        let mut piece = PieceReader::new(&mut whole, size);
        let mut decoded = decode(&mut piece, &self.context(kind), &mut self.symbols);
        if decoded.foreign
            && let Some(what) = summary::told(&String::from_utf8_lossy(&head))
        {
            decoded.problems = vec![what.to_owned()];
        }
        if in_folder && (decoded.foreign || decoded.in_text && may_quote(path)) {
            self.passed_over.push(path.to_owned());
        } else {
            self.take(path, decoded);
        }
    }

    fn context(&self, kind: PieceKind) -> Context {
        let InputOptions { pid, limits, .. } = *self.options;
        Context { kind, taken: None, after_gc: false, truncated: false, pid, limits }
    }

    fn take(&mut self, path: &Path, decoded: Decoded) {
        let name = path.display().to_string();
        for what in decoded.problems {
            self.problem(path, what);
        }
        let program = decoded.program.unwrap_or_default();
        let program =
            decoded.parts.iter().fold(program, |known, (_, part)| known.with_stacks_of(part));
        match &mut self.bare.program {
            _ if program.is_unknown() => {}
            Some((first, known)) if known.differs_from(&program) => {
                let what = Program::conflict((first, known), (&name, &program));
                return self.problem(path, what);
            }
            Some((_, known)) => known.learn(program),
            None => self.bare.program = Some((name.clone(), program)),
        }
        if decoded.parts.is_empty() {
            return;
        }
        if let Some(build) = decoded.build.filter(|_| self.bare.build == Build::default()) {
            self.bare.build = build;
        }
        let (file, last_gc) = (self.bare.names.len(), decoded.last_gc);
        let given =
            decoded.parts.into_iter().map(|(taken, part)| Given { file, taken, last_gc, part });
        let (known, new): (Vec<_>, Vec<_>) = given
            .map(|given| (self.bare.parts.has(&given), given))
            .partition(|(has, _)| has.is_some());
        if let (Some((Some(first), _)), []) = (known.first(), new.as_slice()) {
            let what = format!("the same evidence as {}: it counts once", self.bare.names[*first]);
            return self.problem(path, what);
        }
        self.bare.names.push(name);
        new.into_iter().for_each(|(_, given)| self.bare.parts.add(given));
    }

    fn case(&mut self, path: &Path) {
        match open_with(path, &self.options.limits) {
            Ok(service) => {
                let label = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
                for instance in service.instances {
                    self.instance(path, &label, instance);
                }
                self.service.peer_sockets.extend(service.peer_sockets);
                self.service.problems.extend(service.problems);
                self.service.incomplete |= service.incomplete;
                if !self.targets.contains(&service.target) {
                    self.targets.push(service.target);
                }
            }
            Err(error) => self.problem(path, with_sources(&error)),
        }
    }

    /// An instance of a case: one more, or further snapshots of a process that is known.
    fn instance(&mut self, path: &Path, label: &str, instance: Instance) {
        match join(&mut self.service.instances, instance) {
            Join::Other(mut instance) => {
                if self.service.instances.iter().any(|known| known.id == instance.id) {
                    instance.id = format!("{} ({label})", instance.id);
                }
                self.service.instances.push(*instance);
            }
            Join::Added => {}
            Join::Identical(id) => {
                self.problem(
                    path,
                    format!("the same evidence of {id} was given twice: it counts once"),
                );
            }
        }
    }

    fn peer(&mut self, path: &Path) {
        let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (size, mut file) = match opened {
            Ok(opened) => opened,
            Err(error) => return self.problem(path, format!("cannot be read: {error}")),
        };
        let context = Context { pid: None, ..self.context(PieceKind::PeerSockets) };
        let mut piece = PieceReader::new(&mut file, size);
        let decoded = decode(&mut piece, &context, &mut self.symbols);
        for what in decoded.problems {
            self.problem(path, what);
        }
        let tables = decoded.parts.into_iter().filter_map(|(_, part)| match part {
            Part::Sockets(table) => Some(whole(table)),
            _ => None,
        });
        self.service.peer_sockets.extend(tables);
    }

    fn finish(mut self, paths: &[PathBuf]) -> Result<Service, InputError> {
        let Bare { names, parts, build, .. } = self.bare;
        if let [first, others @ ..] = names.as_slice() {
            let id = match others.len() {
                0 => first.clone(),
                n => format!("{first} and {n} more"),
            };
            let snapshots = parts.into_snapshots();
            let mut instance = Instance { id, build, snapshots, ..Instance::default() };
            finish(&mut instance);
            self.service.instances.push(instance);
            let given = paths.iter().map(|path| path.display().to_string());
            self.targets
                .extend(given.filter(|path| names.iter().any(|name| name.starts_with(path))));
        }
        programs::keep_one(&mut self.service);
        let has_evidence = |snapshot: &Snapshot| *snapshot != Snapshot::default();
        let instances = &self.service.instances;
        if !instances.iter().any(|instance| instance.snapshots.iter().any(has_evidence)) {
            return Err(InputError::Nothing(self.service.problems));
        }
        self.service.target = self.targets.join(" ");
        Ok(self.service)
    }
}

/// A peer's table stands for the whole machine, even where one process owns all its sockets.
fn whole(table: SocketTable) -> SocketTable {
    SocketTable { owned_only: false, ..table }
}

/// An error with its causes, as one line.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
