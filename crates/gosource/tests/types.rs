//! Types of expressions and method sets, as `go/types` says over the standard library.
//!
//! `ALL_PACKAGES=1 cargo test -p plumb-gosource --test types -- --nocapture` compares all of it and prints how much
//! is known; with `MODULE=folder` that of a module that vendors what it imports.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use plumb_gosource::{
    FileTypes, Installation, Layout, Names, Node, Package, Platform, Program, Type, parse,
};

mod disk;
#[allow(dead_code)] // Each user needs some of it.
mod reference;

use disk::Disk;
use reference::Reference;

/// What is compared: the standard library, or a module.
struct Subject {
    reference: Reference,
    goroot: PathBuf,
    module: Option<PathBuf>,
}

impl Subject {
    fn new(name: &str) -> Self {
        let (reference, goroot) = Reference::of_tests(name).unwrap();
        let module = std::env::var_os("MODULE").map(PathBuf::from);
        Self { reference, goroot, module }
    }

    fn program(&self) -> Program<'static> {
        let goroot = Some(self.goroot.clone());
        let installation = Installation { goroot, ..Installation::default() };
        let root = self.module.clone().unwrap_or_else(|| self.goroot.join("src"));
        let layout = Layout::find(&Disk, &root, installation);
        Program::new(&Disk, layout, Platform { cgo: false, ..Platform::default() })
    }

    /// Folders to compare: a part of them, unless all are wanted.
    fn folders(&self, program: &Program<'_>, step: usize) -> Vec<PathBuf> {
        let step = if std::env::var_os("ALL_PACKAGES").is_some() { 1 } else { step };
        let root = program.layout().modules()[0].root.clone();
        let folders = program.package_folders().into_iter().map(|package| package.folder);
        // The packages of the compiler are in a module of their own; `builtin` and `unsafe` are documentation.
        let folders = folders.filter(|folder| {
            ["cmd", "builtin", "unsafe"].iter().all(|other| !folder.starts_with(root.join(other)))
        });
        folders.step_by(step).collect()
    }

    fn run(&self, command: &str, program: &Program<'_>, folders: &[PathBuf]) -> String {
        let module = &program.layout().modules()[0];
        let named = self.module.is_some().then_some((module.path.as_str(), module.root.as_path()));
        self.reference.run_in_module(command, folders, &self.goroot, named).unwrap()
    }
}

/// What is known of what could be.
#[derive(Default)]
struct Share {
    known: usize,
    partly: usize,
    all: usize,
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = 100.0 * self.known as f64 / self.all.max(1) as f64;
        write!(f, "{percent:.2} % of {}, {} more in part", self.all, self.partly)
    }
}

#[derive(Default)]
struct Tally {
    /// By what the reference program calls them: calls, receivers of methods, declared variables, constants,
    /// other expressions.
    shares: BTreeMap<String, Share>,
    unknown: HashMap<String, usize>,
    errors: Vec<String>,
}

/// What the reference program knows of a file: for spans what is there, and of which type.
type Theirs<'t> = HashMap<(u32, u32), (&'t str, &'t str)>;

fn compare(
    program: &Program<'_>,
    package: &Package,
    path: &Path,
    theirs: &Theirs<'_>,
    tally: &mut Tally,
) {
    let source = fs::read(path).unwrap();
    let file = parse(&source);
    let known = program.import_names(&file, package.is_std);
    let names = Names::new(&file, |path| known.get(path).map(|name| &**name));
    let types = FileTypes::new(program, package, &file, &names);
    let mut ours: HashMap<(u32, u32), String> = HashMap::new();
    for visit in file.walk(Node::File) {
        let ty: Option<&Type> = match visit.node {
            Node::Expr(expr) => match file[expr].kind {
                plumb_gosource::ExprKind::Ident(ident) => types.of(expr).or(types.of_var(ident)),
                _ => types.of(expr),
            },
            Node::Ident(ident) => types.of_var(ident),
            _ => None,
        };
        if let Some(ty) = ty {
            let span = file.span(visit.node);
            ours.insert((span.start, span.end), ty.to_string());
        }
    }
    for (span, (kind, theirs)) in theirs {
        if theirs.contains("<invalid>") || theirs.starts_with("untyped") {
            continue;
        }
        let share = tally.shares.entry((*kind).to_owned()).or_default();
        share.all += 1;
        match ours.get(span) {
            Some(ours) if ours == theirs => share.known += 1,
            Some(ours) if ours.contains('?') && agrees_in_part(ours, theirs) => share.partly += 1,
            Some(ours) => {
                let at = file.position(span.0);
                let place = format!("{}:{}:{}", path.display(), at.line, at.column);
                tally.errors.push(format!("{place}: {kind} is {ours}, should be {theirs}"));
            }
            None => {
                let text = file.text(plumb_gosource::Span::new(span.0, span.1));
                let what = format!("{kind} {}", text.split(['(', '\n']).next().unwrap_or_default());
                if *kind != "k" {
                    *tally.unknown.entry(what).or_default() += 1;
                }
            }
        }
    }
}

/// Whether a type is the same where it is known.
fn agrees_in_part(ours: &str, theirs: &str) -> bool {
    let mut rest = theirs;
    let mut parts = ours.split('?');
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    parts.all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

#[test]
fn types_are_those_of_go_types() {
    let subject = Subject::new("types");
    let program = subject.program();
    let folders = subject.folders(&program, 4);
    let printed = subject.run("types", &program, &folders);
    let mut types: Vec<&str> = Vec::new();
    let mut tally = Tally::default();
    let mut files: Vec<(&str, &str, Theirs<'_>)> = Vec::new();
    for line in printed.lines() {
        let fields: Vec<&str> = line.splitn(3, ' ').collect();
        match fields[..] {
            ["file", package, path] => files.push((package, path, Theirs::new())),
            ["type", _, ty] => types.push(ty),
            [kind, start, rest] => {
                let (end, number) = rest.split_once(' ').unwrap();
                let span = (start.parse().unwrap(), end.parse().unwrap());
                let ty = types[number.parse::<usize>().unwrap()];
                files.last_mut().unwrap().2.insert(span, (kind, ty));
            }
            _ => panic!("{line}"),
        }
    }
    for (package, path, theirs) in &files {
        let package = program.package(package).unwrap_or_else(|| panic!("no package {package}"));
        compare(&program, &package, Path::new(path), theirs, &mut tally);
    }
    for (kind, share) in &tally.shares {
        println!("{kind}: {share}");
    }
    let mut unknown: Vec<_> = tally.unknown.iter().collect();
    unknown.sort_by_key(|(what, count)| (std::cmp::Reverse(**count), what.as_str()));
    unknown.iter().take(40).for_each(|(what, count)| println!("{count} {what}"));
    let shown = tally.errors[..tally.errors.len().min(40)].join("\n");
    assert!(tally.errors.is_empty(), "{} wrong\n{shown}", tally.errors.len());
    // Constants mostly have the type that what is around them gives them; that is not looked at.
    for kind in ["c", "d", "e", "r"] {
        let share = &tally.shares[kind];
        assert!(share.known * 100 >= share.all * 95, "{kind}: {share}");
    }
}

#[test]
fn method_sets_are_those_of_go_types() {
    let subject = Subject::new("methods");
    let program = subject.program();
    let folders = subject.folders(&program, 1);
    let printed = subject.run("methods", &program, &folders);
    let (mut count, mut methods, mut unknown, mut errors) = (0, 0, 0, Vec::new());
    for line in printed.lines() {
        let mut fields = line.split('\t');
        let text = fields.next().unwrap();
        let theirs: Vec<&str> = fields.filter(|field| !field.is_empty()).collect();
        let (base, is_pointer) = text.strip_prefix('*').map_or((text, false), |base| (base, true));
        if line.contains("<invalid>") {
            continue; // It imports what is not there.
        }
        let (path, name) = base.rsplit_once('.').unwrap();
        let ty = named(path, name);
        let ty = if is_pointer { Type::pointer(ty) } else { ty };
        let Some(ours) = method_set(&program, &ty) else {
            unknown += 1;
            continue;
        };
        count += 1;
        methods += theirs.len();
        if ours != theirs {
            errors.push(format!("{text}:\n  ours   {ours:?}\n  theirs {theirs:?}"));
        }
    }
    println!("{count} types, {methods} methods, {unknown} types embed what is not known");
    assert!(subject.module.is_some() || unknown == 0, "{unknown} unknown");
    assert!(
        errors.is_empty(),
        "{} of {count}\n{}",
        errors.len(),
        errors[..errors.len().min(10)].join("\n")
    );
    assert!(subject.module.is_some() || (count > 5_000 && methods > 15_000), "{count}, {methods}");
}

fn named(path: &str, name: &str) -> Type {
    let named = plumb_gosource::Named { path: path.into(), name: name.into(), args: [].into() };
    Type::new(plumb_gosource::TypeKind::Named(named))
}

fn method_set(program: &Program<'_>, ty: &Type) -> Option<Vec<String>> {
    let in_test = |method: &plumb_gosource::Member| method.place.is_some_and(|place| place.in_test);
    let set = program.method_set(ty)?;
    let mut lines: Vec<String> = set
        .iter()
        .filter(|entry| !in_test(&entry.method))
        .map(|entry| {
            let signature = entry.method.ty.to_string();
            let signature = signature.strip_prefix("func").unwrap_or(&signature);
            format!("{}@{}{signature}", entry.method.name, entry.path)
        })
        .collect();
    lines.sort();
    Some(lines)
}
