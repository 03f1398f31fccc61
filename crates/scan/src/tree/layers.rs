//! What is found out of a file, in layers of which each looks at those below it; and what of it stays in memory
//! between the look that makes summaries and the look of the rules.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use plumb_evidence::source::FailedFile;
use plumb_gosource::flow::Scope;
use plumb_gosource::{File, FileTypes, Names, Package, Program, Typing, parse};
use rustc_hash::FxHashMap;

use super::helpers::{helps_tests, is_in_test_folder, stands_in};
use super::units::{Read, Reader, Unit, Wanted};
use crate::code::Code;
use crate::knowledge::{Knowledge, OfPaths};
use crate::summaries::Summaries;

/// How much source stays in memory with all that was found out of it, in bytes; the rest is read again. What is found
/// takes about fifteen times as much (measured on minio). All of a service of middle size stays; with more, touching the
/// memory costs what reading again would.
const MOST_KEPT: usize = 16 << 20;

/// The syntax of a file.
pub(super) struct Syntax<'u> {
    file: File<'u>,
    /// Names of imported packages.
    imported: FxHashMap<String, Arc<str>>,
}

/// What its names mean.
pub(super) struct Meaning<'s> {
    names: Names<'s>,
    types: FileTypes,
}

impl<'u> Syntax<'u> {
    fn new(unit: &'u Unit<'_>) -> Self {
        let file = parse(&unit.source);
        let imported = unit.program.import_names(&file, unit.package.is_std);
        Self { file, imported }
    }
}

/// Finds types, and records of functions, with what the packages before have asked for; for one thread.
pub(super) struct Typings<'p> {
    program: &'p Program<'p>,
    typing: Typing<'p>,
    known_of_paths: Rc<OfPaths>,
}

impl<'p> Typings<'p> {
    pub(super) fn new(reader: &'p Reader<'p>) -> Self {
        let program = reader.program();
        Self { program, typing: Typing::new(program), known_of_paths: Rc::default() }
    }
}

/// Finds the types of one package's files. Those of other platforms are in programs that few packages are in.
struct PackageTypings<'t, 'p> {
    typings: &'t mut Typings<'p>,
    of_other: Option<(&'t Package, Typing<'t>)>,
}

impl<'t, 'p> PackageTypings<'t, 'p> {
    fn new(typings: &'t mut Typings<'p>) -> Self {
        Self { typings, of_other: None }
    }

    fn types(&mut self, unit: &'t Unit<'_>, file: &File<'_>, names: &Names<'_>) -> FileTypes {
        let package: &Package = &unit.package;
        if std::ptr::eq(&raw const *unit.program, self.typings.program) {
            return self.typings.typing.types(package, file, names);
        }
        let mut typing = match self.of_other.take() {
            Some((other, typing)) if std::ptr::eq(other, package) => typing,
            _ => Typing::new(&unit.program),
        };
        let types = typing.types(package, file, names);
        self.of_other = Some((package, typing));
        types
    }
}

impl<'s> Meaning<'s> {
    fn new<'t>(
        unit: &'t Unit<'_>,
        syntax: &'s Syntax<'_>,
        typings: &mut PackageTypings<'t, '_>,
    ) -> Self {
        let names = Names::new(&syntax.file, |path| syntax.imported.get(path).map(|name| &**name));
        let types = typings.types(unit, &syntax.file, &names);
        Self { names, types }
    }
}

/// The files of a package that are wanted.
#[derive(Default)]
pub(super) struct Files<'r> {
    units: Vec<Unit<'r>>,
    failed: Vec<FailedFile>,
}

/// What is looked at in all files.
#[derive(Clone, Copy)]
pub(super) struct Known<'l, 'r> {
    pub(super) reader: &'l Reader<'r>,
    pub(super) knowledge: &'l Knowledge,
    pub(super) summaries: &'l Summaries,
}

/// One layer by packages.
type Layer<T> = Vec<OnceLock<T>>;

/// What stays in memory, by the numbers of packages.
pub(super) struct Layers<'k> {
    files: Layer<Files<'k>>,
    syntax: Layer<Vec<Syntax<'k>>>,
    meanings: Layer<Vec<Meaning<'k>>>,
    scopes: Layer<Vec<Scope<'k, 'k>>>,
}

impl Layers<'_> {
    /// Layers of nothing yet.
    pub(super) fn new(packages: usize) -> Self {
        Self {
            files: layer(packages),
            syntax: layer(packages),
            meanings: layer(packages),
            scopes: layer(packages),
        }
    }
}

fn layer<T>(packages: usize) -> Layer<T> {
    std::iter::repeat_with(OnceLock::new).take(packages).collect()
}

/// Packages by their numbers, with those layers that stay in memory.
pub(super) struct Kept<'k> {
    pub(super) reader: &'k Reader<'k>,
    /// What rules look at.
    pub(super) wanted: Wanted,
    pub(super) layers: &'k Layers<'k>,
    /// How much is kept so far, in bytes of source.
    pub(super) bytes: AtomicUsize,
}

impl<'k> Kept<'k> {
    /// Looks at all files of a package, and keeps what the rules want of it if there is room.
    pub(super) fn first_look(
        &self,
        number: usize,
        path: &str,
        known: Known<'_, '_>,
        typings: &mut Typings<'_>,
        look: &mut dyn FnMut(&Code<'_>),
    ) {
        let mut files = Files::default();
        let mut others = Files::default();
        let all = Wanted { generated: true, ..self.wanted };
        self.reader.each_unit(path, all, &mut |read| {
            let generated = read.as_ref().map_or_else(|failed| failed.generated, |u| u.generated);
            let of = if generated && !self.wanted.generated { &mut others } else { &mut files };
            of.add(read);
        });
        others.look_once(known, typings, look);
        match self.takes(&files) {
            true => {
                // Each package is looked at first once.
                let _ = self.layers.files[number].set(files);
                self.look_at_kept(number, known, typings, look);
            }
            false => files.look_once(known, typings, look),
        }
    }

    fn takes(&self, files: &Files<'_>) -> bool {
        let bytes = files.units.iter().map(|unit| unit.source.len()).sum();
        self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= MOST_KEPT
    }

    /// Looks at the files of a package that rules want. Files that cannot be read, or only with problems, are added to
    /// `failed`.
    pub(super) fn look(
        &self,
        number: usize,
        path: &str,
        known: Known<'_, '_>,
        typings: &mut Typings<'_>,
        failed: &mut Vec<FailedFile>,
        look: &mut dyn FnMut(&Code<'_>),
    ) {
        let mut look = |code: &Code<'_>| {
            failed.extend(problem(code));
            look(code);
        };
        if let Some(files) = self.look_at_kept(number, known, typings, &mut look) {
            failed.extend(files.failed.iter().cloned());
            return;
        }
        let mut files = Files::default();
        self.reader.each_unit(path, self.wanted, &mut |read| files.add(read));
        files.look_once(known, typings, &mut look);
        failed.extend(files.failed);
    }

    fn look_at_kept(
        &self,
        number: usize,
        known: Known<'_, '_>,
        typings: &mut Typings<'_>,
        look: &mut dyn FnMut(&Code<'_>),
    ) -> Option<&'k Files<'k>> {
        let files = self.layers.files[number].get()?;
        let known_of_paths = typings.known_of_paths.clone();
        let syntax = self.layers.syntax[number]
            .get_or_init(|| files.units.iter().map(Syntax::new).collect());
        let files_and_syntax = || files.units.iter().zip(syntax);
        let meanings = self.layers.meanings[number].get_or_init(|| {
            let mut typings = PackageTypings::new(typings);
            files_and_syntax()
                .map(|(unit, syntax)| Meaning::new(unit, syntax, &mut typings))
                .collect()
        });
        let scopes = self.layers.scopes[number].get_or_init(|| {
            syntax.iter().zip(meanings).map(|(s, m)| Scope::new(&s.file, &m.names)).collect()
        });
        for ((unit, syntax), (meaning, scope)) in
            files_and_syntax().zip(meanings.iter().zip(scopes))
        {
            look(&code(unit, syntax, meaning, scope, known, &known_of_paths));
        }
        Some(files)
    }
}

impl<'r> Files<'r> {
    pub(super) fn add(&mut self, read: Read<'r>) {
        match read {
            Ok(unit) => self.units.push(unit),
            Err(unreadable) => self.failed.push(unreadable.file),
        }
    }

    /// Looks at the files one by one and keeps nothing of them.
    pub(super) fn look_once(
        &self,
        known: Known<'_, '_>,
        typings: &mut Typings<'_>,
        look: &mut dyn FnMut(&Code<'_>),
    ) {
        let known_of_paths = typings.known_of_paths.clone();
        let mut typings = PackageTypings::new(typings);
        for unit in &self.units {
            let syntax = Syntax::new(unit);
            let meaning = Meaning::new(unit, &syntax, &mut typings);
            let scope = Scope::new(&syntax.file, &meaning.names);
            look(&code(unit, &syntax, &meaning, &scope, known, &known_of_paths));
        }
    }
}

fn code<'c>(
    unit: &'c Unit<'c>,
    syntax: &'c Syntax<'c>,
    meaning: &'c Meaning<'c>,
    scope: &'c Scope<'c, 'c>,
    known: Known<'c, '_>,
    known_of_paths: &'c OfPaths,
) -> Code<'c> {
    Code {
        program: &unit.program,
        package: &unit.package,
        file: &syntax.file,
        names: &meaning.names,
        types: &meaning.types,
        scope,
        knowledge: known.knowledge,
        summaries: known.summaries,
        path: &unit.path,
        above: known.reader.above(),
        in_test: unit.in_test
            || is_in_test_folder(known.reader.above(), &unit.path)
            || stands_in(&unit.path)
            || helps_tests(&syntax.file, &meaning.names),
        go: unit.go,
        advised: known.reader.advised(unit.module),
        known_of_paths,
        graphs: scope.functions().map(|_| OnceCell::new()).collect(),
        conditions: scope.functions().map(|_| OnceCell::new()).collect(),
        untakeable: scope.functions().map(|_| OnceCell::new()).collect(),
        calls: OnceCell::new(),
        channels: OnceCell::new(),
        blocked_receivers: OnceCell::new(),
        mentions_channels: OnceCell::new(),
        losses: OnceCell::new(),
        slips: OnceCell::new(),
    }
}

/// The first problem of a file.
fn problem(code: &Code<'_>) -> Option<FailedFile> {
    let problem = code.file.problems().first()?;
    let at = code.file.position(problem.offset);
    let why = format!("{}:{}: {}", at.line, at.column, problem.message);
    Some(FailedFile { file: code.path.to_owned(), why })
}
