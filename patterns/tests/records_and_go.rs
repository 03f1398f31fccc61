//! What records say of the standard library's source, as Go 1.27.3 declares it.

use std::path::PathBuf;
use std::sync::LazyLock;

use plumb_evidence::catalogue::{Acquired, LibraryObject, Release, ResourceKind};
use plumb_gosource::{
    Installation, Layout, Lookup, MemberKind, Named, Platform, Program, Signature, Type, TypeKind,
};
use plumb_patterns::CATALOGUE;
use plumb_scan::FunctionKey;
use plumb_scan::disk::Disk;
use xtask::tools::{NEWEST_GO, install_go, tools_directory};

static GOROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    let go = install_go(NEWEST_GO, &tools_directory()).expect("a Go toolchain");
    go.ancestors().nth(2).expect("the root of the toolchain").to_path_buf()
});

fn program() -> Program<'static> {
    let installation = Installation { goroot: Some(GOROOT.clone()), ..Installation::default() };
    let layout = Layout::find(&Disk, &GOROOT.join("src"), installation);
    Program::new(&Disk, layout, Platform { cgo: false, ..Platform::default() })
}

/// The records of the standard library.
fn objects() -> impl Iterator<Item = &'static LibraryObject> {
    CATALOGUE.objects.iter().copied().filter(|object| object.module == "std")
}

fn named(path: &str, name: &str) -> Type {
    Type::new(TypeKind::Named(Named { path: path.into(), name: name.into(), args: [].into() }))
}

/// The signature of a function or method.
fn signature(program: &Program<'_>, function: &str) -> Option<Signature> {
    let key = FunctionKey::parse(function);
    let Some(receiver) = key.receiver else {
        let package = program.package(key.path)?;
        return package.function(key.name)?.ty.signature().cloned();
    };
    match program.member(&Type::pointer(named(key.path, receiver)), key.name, key.path) {
        Lookup::Found(member) => member.ty.signature().cloned(),
        Lookup::Absent | Lookup::Unknown => {
            let interface = program.member(&named(key.path, receiver), key.name, key.path);
            interface.found()?.ty.signature().cloned()
        }
    }
}

/// The type of what a call acquires.
fn acquired(signature: &Signature, what: Acquired) -> Option<Type> {
    match what {
        Acquired::Result(index) => signature.results.get(usize::from(index)).cloned(),
        Acquired::Argument(index) => signature.params.get(usize::from(index)).cloned(),
        Acquired::Receiver => None,
    }
}

/// Whether a value of a type has a method, after fields that lead to it: `Body.Close`.
fn has_method(program: &Program<'_>, ty: &Type, path: &str) -> bool {
    let mut ty = ty.clone();
    for name in path.split('.') {
        let Lookup::Found(member) = program.member(&ty, name, "") else { return false };
        if member.kind != MemberKind::Field {
            return path.ends_with(name);
        }
        ty = member.ty;
    }
    false
}

#[test]
fn functions_exist_and_give_what_is_acquired() {
    let program = program();
    let mut seen = 0;
    for object in objects() {
        for acquire in object.source.acquires {
            let signature = signature(&program, acquire.function);
            let signature =
                signature.unwrap_or_else(|| panic!("{} is not in Go", acquire.function));
            let gives =
                acquire.what == Acquired::Receiver || acquired(&signature, acquire.what).is_some();
            assert!(gives, "{}: {:?}", acquire.function, acquire.what);
            seen += 1;
        }
    }
    assert!(seen > 150, "{seen} functions");
}

#[test]
fn types_exist() {
    let program = program();
    for object in objects() {
        for name in object.source.types {
            let key = FunctionKey::parse(name);
            let package = program.package(key.path).unwrap_or_else(|| panic!("{name}"));
            assert!(package.type_decl(key.name).is_some(), "{name} is not in Go");
        }
    }
}

#[test]
fn what_is_acquired_has_the_methods_that_release_it() {
    let program = program();
    for object in objects() {
        let recorded = object.source.types.iter().map(|name| {
            let key = FunctionKey::parse(name);
            Type::pointer(named(key.path, key.name))
        });
        let calls = object.source.acquires.iter().map(|acquire| match acquire.what {
            Acquired::Receiver => {
                let key = FunctionKey::parse(acquire.function);
                Type::pointer(named(key.path, key.receiver.expect("a method")))
            }
            what => acquired(&signature(&program, acquire.function).expect("a function"), what)
                .expect("a result"),
        });
        for ty in recorded.chain(calls) {
            for release in object.source.releases {
                let possible = match release {
                    Release::Method(path) | Release::Exhaustion(path) => {
                        has_method(&program, &ty, path)
                            // A pointer to an interface has none of its methods.
                            || ty.pointee().is_some_and(|to| has_method(&program, to, path))
                    }
                    Release::Call => program.underlying(ty.pointee_or_self()).signature().is_some(),
                    Release::Argument(function, index) => signature(&program, function)
                        .is_some_and(|s| s.params.len() > usize::from(*index)),
                };
                assert!(possible, "{}: {release:?} of {ty}", object.name);
            }
        }
    }
}

/// What has no `Close` or such needs no record that says so.
#[test]
fn what_is_harmless_looks_as_if_it_were_not() {
    let program = program();
    let closers = ["Close", "Stop", "Release"];
    for object in objects().filter(|object| object.source.kind == ResourceKind::None) {
        for acquire in object.source.acquires {
            let signature = signature(&program, acquire.function).expect("a function");
            let ty = acquired(&signature, acquire.what).expect("a result");
            let looks = closers.iter().any(|name| has_method(&program, &ty, name))
                || has_method(&program, &ty, "Body.Close")
                || program.underlying(&ty).signature().is_some();
            assert!(looks, "{} gives {ty}", acquire.function);
        }
    }
}
