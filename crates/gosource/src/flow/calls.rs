//! Calls that do not come back.

use crate::ast::ExprKind;
use crate::file::File;
use crate::ids::{ExprId, IdentId};
use crate::names::{Names, Referent};

/// Whether control comes back from a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallEffect {
    /// It does.
    Returns,
    /// It panics: deferred calls run.
    Panics,
    /// It ends the program or the goroutine.
    NeverReturns,
}

/// What is called, as far as one file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee<'a> {
    /// A function of an imported package: the path of the import and the name.
    Imported(&'a str, &'a str),
    /// A name that this file declares.
    Declared(IdentId),
    /// A name of the language or of another file of the package.
    Undeclared(&'a str),
    /// What stands before the dot is a value, a type, or unknown.
    Method(ExprId, &'a str),
}

/// What a call calls; `None` for other expressions and for the results of calls, literals and elements.
pub fn callee<'a>(file: &File<'a>, names: &Names<'a>, call: ExprId) -> Option<Callee<'a>> {
    let ExprKind::CallExpr(call) = file[call].kind else { return None };
    let mut fun = file.unparen(call.fun);
    // Of an instance the generic function is called.
    fun = match file[fun].kind {
        ExprKind::IndexExpr(index) => file.unparen(index.x),
        ExprKind::IndexListExpr(index) => file.unparen(index.x),
        _ => fun,
    };
    match file[fun].kind {
        ExprKind::Ident(name) => Some(match names.referent(name) {
            Some(Referent::Declared(declared)) => Callee::Declared(declared),
            _ => Callee::Undeclared(file.name(name)),
        }),
        ExprKind::SelectorExpr(selector) => {
            let name = file.name(selector.sel);
            let package = match file[file.unparen(selector.x)].kind {
                ExprKind::Ident(package) => match names.referent(package) {
                    Some(Referent::Import(spec)) => names.import(spec),
                    _ => None,
                },
                _ => None,
            };
            Some(match package {
                Some(import) => Callee::Imported(import.path, name),
                None => Callee::Method(selector.x, name),
            })
        }
        _ => None,
    }
}

/// Functions of the standard library that do not come back: path of the package, name, effect. From its
/// documentation, Go 1.27. Methods (`(*testing.common).FailNow`) need types: they are the caller's to know.
pub const STANDARD_CALLS: [(&str, &str, CallEffect); 10] = [
    ("log", "Fatal", CallEffect::NeverReturns),
    ("log", "Fatalf", CallEffect::NeverReturns),
    ("log", "Fatalln", CallEffect::NeverReturns),
    ("log", "Panic", CallEffect::Panics),
    ("log", "Panicf", CallEffect::Panics),
    ("log", "Panicln", CallEffect::Panics),
    ("os", "Exit", CallEffect::NeverReturns),
    ("runtime", "Goexit", CallEffect::NeverReturns),
    ("syscall", "Exit", CallEffect::NeverReturns),
    ("golang.org/x/sys/unix", "Exit", CallEffect::NeverReturns),
];

/// Whether a call comes back, as far as the language and the standard library tell: `panic`, and
/// [`STANDARD_CALLS`].
pub fn standard_effect(file: &File<'_>, names: &Names<'_>, call: ExprId) -> CallEffect {
    match callee(file, names, call) {
        Some(Callee::Undeclared("panic")) => CallEffect::Panics,
        Some(Callee::Imported(path, name)) => STANDARD_CALLS
            .iter()
            .find(|(of, called, _)| (*of, *called) == (path, name))
            .map_or(CallEffect::Returns, |(_, _, effect)| *effect),
        _ => CallEffect::Returns,
    }
}
