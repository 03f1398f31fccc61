//! What Go source declares of what records name.

use plumb_evidence::catalogue::{
    Acquired, LibraryObject, Release, ResourceKind, is_match, is_pattern,
};
use plumb_gosource::{Lookup, MemberKind, Named, Program, Signature, Type, TypeKind};
use plumb_scan::FunctionKey;

/// A named type, without type arguments.
pub(crate) fn named(path: &str, name: &str) -> Type {
    let path = unescaped(path);
    Type::new(TypeKind::Named(Named { path: path.into(), name: name.into(), args: [].into() }))
}

/// An import path as source writes it.
pub(crate) fn unescaped(path: &str) -> String {
    path.replace("%2e", ".")
}

/// The signature of a function or method.
fn signature(program: &Program<'_>, function: &str) -> Option<Signature> {
    let key = FunctionKey::parse(function);
    let Some(receiver) = key.receiver else {
        let package = program.package(&unescaped(key.path))?;
        return package.function(program, key.name)?.ty.signature().cloned();
    };
    let ty = named(key.path, receiver);
    let of_pointer = program.member(&Type::pointer(ty.clone()), key.name, "").found();
    let member = of_pointer.or_else(|| program.member(&ty, key.name, "").found())?;
    // A field that is a function counts: that is how clients of Elasticsearch are made.
    program.underlying(&member.ty).signature().cloned()
}

/// The functions for which a name stands: itself, unless it is a pattern.
fn meant(program: &Program<'_>, function: &str) -> Vec<String> {
    let key = FunctionKey::parse(function);
    let Some(package) = program.package(&unescaped(key.path)) else { return Vec::new() };
    if !key.receiver.is_some_and(is_pattern) && !is_pattern(key.name) {
        return vec![function.to_owned()];
    }
    let Some(receiver) = key.receiver else {
        let functions = package.functions(program).filter(|f| is_match(key.name, &f.name));
        return functions.map(|f| format!("{}.{}", key.path, f.name)).collect();
    };
    let mut all = Vec::new();
    for ty in package.type_decls(program).filter(|ty| is_match(receiver, &ty.name)) {
        let set = program.method_set(&Type::pointer(named(key.path, &ty.name)));
        let of_interface = program.method_set(&named(key.path, &ty.name));
        for method in set.into_iter().chain(of_interface).flatten() {
            if is_match(key.name, &method.method.name) {
                all.push(format!("{}.{}.{}", key.path, ty.name, method.method.name));
            }
        }
    }
    all
}

/// The type of what a call acquires.
fn acquired(program: &Program<'_>, function: &str, what: Acquired) -> Option<Type> {
    let signature = signature(program, function)?;
    match what {
        Acquired::Result(index) => signature.results.get(usize::from(index)).cloned(),
        Acquired::Argument(index) => signature.params.get(usize::from(index)).cloned(),
        Acquired::Receiver => {
            let key = FunctionKey::parse(function);
            Some(Type::pointer(named(key.path, key.receiver?)))
        }
    }
}

/// Whether a value of a type has a method, after fields that lead to it: `Body.Close`.
fn has_method(program: &Program<'_>, ty: &Type, path: &str) -> bool {
    let (fields, method) = path.rsplit_once('.').unwrap_or(("", path));
    let mut ty = ty.clone();
    for name in fields.split('.').filter(|name| !name.is_empty()) {
        match program.member(&ty, name, "") {
            Lookup::Found(field) if field.kind == MemberKind::Field => ty = field.ty.clone(),
            _ => return false,
        }
    }
    // A pointer to an interface has none of its methods.
    let found = |ty: &Type| program.member(ty, method, "").found();
    let member = found(&ty).or_else(|| found(ty.pointee_or_self()));
    member.is_some_and(|member| member.kind != MemberKind::Field)
}

/// Whether something of a type can be released so.
fn releasable(program: &Program<'_>, ty: &Type, release: Release) -> bool {
    match release {
        Release::Method(path) | Release::Exhaustion(path) => has_method(program, ty, path),
        Release::Call => program.underlying(ty.pointee_or_self()).signature().is_some(),
        Release::Argument(function, index) => {
            signature(program, function).is_some_and(|s| s.params.len() > usize::from(index))
        }
    }
}

/// Whether a value of a type has a method that usually releases it. `End` is rather a position.
pub(crate) fn can_be_closed(program: &Program<'_>, ty: &Type) -> bool {
    ["Close", "Stop", "Release", "Finish", "Body.Close"]
        .iter()
        .any(|name| has_method(program, ty, name))
}

/// Whether something of a type looks as if it had to be released.
fn looks_open(program: &Program<'_>, ty: &Type) -> bool {
    can_be_closed(program, ty)
        || has_method(program, ty, "End")
        || program.underlying(ty).signature().is_some()
}

/// What of a record's names was looked at.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Names that are declared as the record says.
    pub(crate) confirmed: usize,
    /// Names in packages that are not there.
    pub(crate) missing: Vec<String>,
    /// What is not as the record says.
    pub(crate) wrong: Vec<String>,
}

impl Outcome {
    /// Compares a record with what is declared.
    pub(crate) fn add(&mut self, program: &Program<'_>, object: &LibraryObject) {
        let missing = self.missing.len();
        self.add_names(program, object);
        if self.missing.len() == missing {
            let unused = unused_releases(program, object);
            self.wrong.extend(unused.iter().map(|way| format!("{}: {way:?}", object.name)));
        }
    }

    fn add_names(&mut self, program: &Program<'_>, object: &LibraryObject) {
        let is_there = |name: &str| {
            let path = FunctionKey::parse(name).path;
            !is_pattern(path) && program.package(&unescaped(path)).is_some()
        };
        for name in object.source.types {
            if !is_there(name) {
                self.missing.push((*name).to_owned());
                continue;
            }
            let key = FunctionKey::parse(name);
            let package = program.package(&unescaped(key.path));
            if package.is_some_and(|package| package.type_decl(program, key.name).is_some()) {
                self.releases(program, object, name, &Type::pointer(named(key.path, key.name)));
            } else {
                self.wrong.push(format!("type {name}"));
            }
        }
        for name in object.pools().filter(|name| is_there(name)) {
            let key = FunctionKey::parse(name);
            let package = program.package(&unescaped(key.path));
            match package.is_some_and(|package| package.type_decl(program, key.name).is_some()) {
                true => self.confirmed += 1,
                false => self.wrong.push(format!("pool {name}")),
            }
        }
        for acquire in object.source.acquires {
            if !is_there(acquire.function) {
                self.missing.push(acquire.function.to_owned());
                continue;
            }
            for function in meant(program, acquire.function) {
                match acquired(program, &function, acquire.what) {
                    Some(ty) => self.releases(program, object, &function, &ty),
                    None => self.wrong.push(format!("{function} {:?}", acquire.what)),
                }
            }
        }
    }

    fn releases(&mut self, program: &Program<'_>, object: &LibraryObject, name: &str, ty: &Type) {
        let source = object.source;
        let possible = match source.kind {
            ResourceKind::None => looks_open(program, ty),
            // Of several that are alike, each has one of the ways.
            _ => source.releases.iter().any(|release| releasable(program, ty, *release)),
        };
        match possible {
            true => self.confirmed += 1,
            false => self.wrong.push(format!("{name}: {:?} of {ty}", source.releases)),
        }
    }
}

/// Ways to release that nothing of the record has.
fn unused_releases(program: &Program<'_>, object: &LibraryObject) -> Vec<Release> {
    let types = object.source.types.iter().map(|name| {
        let key = FunctionKey::parse(name);
        Type::pointer(named(key.path, key.name))
    });
    let calls = object.source.acquires.iter();
    let acquired = calls.flat_map(|call| {
        let meant = meant(program, call.function).into_iter();
        meant.filter_map(|function| acquired(program, &function, call.what))
    });
    let all: Vec<Type> = types.chain(acquired).collect();
    let unused = object.source.releases.iter().copied();
    unused.filter(|release| !all.iter().any(|ty| releasable(program, ty, *release))).collect()
}
