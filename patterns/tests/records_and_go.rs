//! What records say of the standard library's source, as Go 1.27.3 declares it.

use std::collections::HashSet;

use plumb_evidence::catalogue::ResourceKind;
use plumb_gosource::{Installation, Layout, Platform, Program, Type, TypeKind};
use plumb_patterns::CATALOGUE;
use plumb_scan::FunctionKey;
use plumb_scan::disk::Disk;
use xtask::tools::{NEWEST_GO, install_go, tools_directory};

mod declared;

use declared::Outcome;

fn program() -> Program<'static> {
    let go = install_go(NEWEST_GO, &tools_directory()).expect("a Go toolchain");
    let goroot = go.ancestors().nth(2).expect("the root of the toolchain").to_path_buf();
    let installation = Installation { goroot: Some(goroot.clone()), ..Installation::default() };
    let layout = Layout::find(&Disk, &goroot.join("src"), installation);
    Program::new(&Disk, layout, Platform { cgo: false, ..Platform::default() })
}

#[test]
fn what_is_said_of_the_standard_library_is_declared_there() {
    let program = program();
    let mut outcome = Outcome::default();
    for object in CATALOGUE.objects.iter().filter(|object| object.module == "std") {
        outcome.add(&program, object);
    }
    assert_eq!(outcome.wrong, [""; 0]);
    assert_eq!(outcome.missing, [""; 0]);
    assert!(outcome.confirmed > 200, "{} names", outcome.confirmed);
}

/// A new version of Go may bring new ones.
#[test]
fn all_that_the_standard_library_opens_is_recorded() {
    let program = program();
    let records = Records::new();
    let tools = ["cmd", "internal", "vendor", "builtin", "unsafe"];
    let mut unknown = Vec::new();
    for folder in program.package_folders() {
        if !folder.path.split('/').any(|element| tools.contains(&element)) {
            records.unknown_openers(&program, &folder.path, &mut unknown);
        }
    }
    assert_eq!(unknown, [""; 0], "add what they acquire, or that it is harmless");
}

/// What all records name.
struct Records {
    functions: HashSet<FunctionKey<'static>>,
    /// Types that need not be released.
    harmless: HashSet<FunctionKey<'static>>,
}

impl Records {
    fn new() -> Self {
        let sources = || CATALOGUE.objects.iter().map(|object| object.source);
        let acquires = sources().flat_map(|source| source.acquires);
        let none = sources().filter(|source| source.kind == ResourceKind::None);
        Self {
            functions: acquires.map(|acquire| FunctionKey::parse(acquire.function)).collect(),
            harmless: none
                .flat_map(|source| source.types)
                .map(|ty| FunctionKey::parse(ty))
                .collect(),
        }
    }

    /// Adds the exported functions and methods of a package that no record names though a result of theirs can be
    /// closed.
    fn unknown_openers(&self, program: &Program<'_>, path: &str, unknown: &mut Vec<String>) {
        let package = program.package(path).expect("a package");
        let mut look = |receiver: Option<&str>, name: &str, ty: &Type| {
            let key = FunctionKey { path, receiver, name };
            let opens =
                ty.signature().is_some_and(|s| s.results.iter().any(|r| self.opens(program, r)));
            if name.starts_with(char::is_uppercase) && opens && !self.functions.contains(&key) {
                unknown.push(format!("{key:?}"));
            }
        };
        for function in package.functions(program).filter(|function| !function.place.in_test) {
            look(None, &function.name, &function.ty);
        }
        let types = package.type_decls(program).filter(|ty| !ty.place.in_test);
        for ty in types.filter(|ty| ty.name.starts_with(char::is_uppercase)) {
            for method in ty.methods.iter().filter(|method| !method.place.in_test) {
                look(Some(&ty.name), &method.name, program.method_type(ty, method));
            }
            if let TypeKind::Interface(interface) = ty.ty.kind() {
                for method in &interface.methods {
                    look(Some(&ty.name), &method.name, &method.ty);
                }
            }
        }
    }

    /// Whether a value of a type looks as if it had to be released.
    fn opens(&self, program: &Program<'_>, ty: &Type) -> bool {
        let named = ty.pointee_or_self().named();
        let harmless = named.is_some_and(|named| {
            let key = FunctionKey { path: &named.path, receiver: None, name: &named.name };
            self.harmless.contains(&key)
        });
        let cancels =
            ["CancelFunc", "CancelCauseFunc"].iter().any(|name| ty.is_named("context", name));
        !harmless && (cancels || declared::can_be_closed(program, ty))
    }
}
