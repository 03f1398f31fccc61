//! Which function or method a name means, and who else may call that.

use std::cell::RefCell;

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{
    ExprId, ExprKind, FieldListId, Lookup, MemberKind, Node, Referent, Type, TypeKind,
};
use rustc_hash::FxHashMap;

use super::{Key, METHOD, key};
use crate::code::Code;
use crate::functions::FunctionKey;
use crate::resources::inferred::is_in_module;

/// Stands for the package of whatever type has a method, where an interface is called.
const INTERFACE: &str = "interface";

/// Folders of packages that only the programs of the module use.
const OWN_FOLDERS: [&str; 9] =
    ["cmd", "cmds", "command", "commands", "hack", "internal", "script", "scripts", "tools"];

/// Folders of programs that show how a library is used.
const EXAMPLES: [&str; 7] =
    ["_example", "_examples", "demo", "example", "examples", "sample", "samples"];

/// Who may call a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Only the program to which it belongs, or programs of its module.
    Program,
    /// Other modules too, if they import a package below the root of a module, which is not made for that as a rule.
    Module,
    /// Whoever imports the module.
    Anybody,
}

/// Who may call what packages export, by their paths: a file mentions few.
pub(super) struct Reaches<'c, 'p> {
    code: &'c Code<'p>,
    /// `None` within for packages that are not of the modules.
    known: RefCell<FxHashMap<Box<str>, Option<Reach>>>,
}

impl<'c, 'p> Reaches<'c, 'p> {
    pub(super) fn new(code: &'c Code<'p>) -> Self {
        Self { code, known: RefCell::default() }
    }

    fn of(&self, path: &str) -> Option<Reach> {
        if let Some(known) = self.known.borrow().get(path) {
            return *known;
        }
        let reach = reach(self.code, path);
        self.known.borrow_mut().insert(path.into(), reach);
        reach
    }
}

/// One mention of a function or method.
pub(super) struct Mention {
    pub(super) of: Key,
    /// The methods of a name that it may mean too, since it names one of an interface.
    pub(super) by_interface: Option<Key>,
    pub(super) reach: Reach,
}

/// The function or method that an expression names. Whose method is meant tells the type of what it is called on; if that
/// is not known, the name has to be one that only the package can call. Exported names count as such in a program.
pub(super) fn mentioned(reaches: &Reaches<'_, '_>, expr: ExprId) -> Option<Mention> {
    let code = reaches.code;
    let package = &*code.package.path;
    match code.file[expr].kind {
        ExprKind::SelectorExpr(selector) => {
            let name = code.file.name(selector.sel);
            if let Some(path) = code.imported(selector.x) {
                let reach = reaches.of(path)?;
                return Some(Mention { of: key(&[path, name]), by_interface: None, reach });
            }
            if let Some(method) = declared_method(code, expr) {
                let reach =
                    match is_unexported(name) || (method.path == package && code.is_of_program()) {
                        true => Reach::Program,
                        false => reaches.of(method.path)?,
                    };
                return Some(Mention { of: of_method(&method), by_interface: None, reach });
            }
            if is_unexported(name) {
                let of = key(&[package, METHOD, name]);
                return Some(Mention { of, by_interface: None, reach: Reach::Program });
            }
            let ty = code.types.of(selector.x)?.pointee_or_self();
            let path = &*ty.named()?.path;
            let reach = match path == package && code.is_of_program() {
                true => Reach::Program,
                false => reaches.of(path)?,
            };
            let by_interface = of_interface(code, ty, name);
            Some(Mention { of: key(&[path, METHOD, name]), by_interface, reach })
        }
        ExprKind::Ident(ident) => {
            let is_outer = match code.names.referent(ident) {
                None => true,
                Some(Referent::Declared(declared)) => {
                    code.names.declaration(declared).is_some_and(|declared| declared.top_level)
                }
                Some(Referent::Import(_)) => false,
            };
            if !is_outer || is_key(code, expr) {
                return None;
            }
            let name = code.file.name(ident);
            let reach = match code.is_of_program() || is_unexported(name) {
                true => Reach::Program,
                false => reaches.of(package)?,
            };
            Some(Mention { of: key(&[package, name]), by_interface: None, reach })
        }
        _ => None,
    }
}

/// The method that an expression names, if that is known and not one of an interface.
fn declared_method<'c>(code: &'c Code<'_>, expr: ExprId) -> Option<FunctionKey<'c>> {
    let known = code.types.callee(expr).filter(|known| !known.dynamic)?;
    let receiver = Some(known.receiver.as_deref()?);
    Some(FunctionKey { path: &known.path, receiver, name: &known.name })
}

/// What a method of a type is looked up by.
pub(super) fn of_method(method: &FunctionKey<'_>) -> Key {
    key(&[method.path, method.receiver.unwrap_or_default(), METHOD, method.name])
}

/// What calls of a declared method through interfaces are looked up by; none if no other package can have such a method.
pub(super) fn by_interface(code: &Code<'_>, method: FunctionId) -> Option<Key> {
    let (name, ty) = (code.declared_name(method)?, code.scope[method].ty);
    let count = |fields: FieldListId| -> usize {
        code.file[code.file[fields].list].iter().map(|f| code.file[*f].names.len().max(1)).sum()
    };
    let (gets, gives) = (count(code.file[ty].params), code.file[ty].results.map_or(0, count));
    (!is_unexported(name)).then(|| key_by_interface(name, gets, gives))
}

fn key_by_interface(method: &str, gets: usize, gives: usize) -> Key {
    key(&[INTERFACE, METHOD, method, &gets.to_string(), &gives.to_string()])
}

/// The same for a method of a type that is an interface.
fn of_interface(code: &Code<'_>, ty: &Type, method: &str) -> Option<Key> {
    if !matches!(code.program.underlying(ty).kind(), TypeKind::Interface(_)) {
        return None;
    }
    match code.program.member(ty, method, &code.package.path) {
        Lookup::Found(member) if member.kind == MemberKind::InterfaceMethod => {
            let TypeKind::Signature(signature) = member.ty.kind() else { return None };
            Some(key_by_interface(method, signature.params.len(), signature.results.len()))
        }
        _ => None,
    }
}

/// Whether a file is of a program that shows how a library is used: it calls what others call too.
pub(super) fn is_in_example(code: &Code<'_>) -> bool {
    code.path.split('/').any(|folder| EXAMPLES.contains(&folder))
}

/// Whether an expression is the key of an element of a literal: there it names a field.
fn is_key(code: &Code<'_>, expr: ExprId) -> bool {
    match code.scope.parents().of(Node::Expr(expr)) {
        Some(Node::Expr(pair)) => {
            matches!(code.file[pair].kind, ExprKind::KeyValueExpr(parts) if parts.key == expr)
        }
        _ => false,
    }
}

fn is_unexported(name: &str) -> bool {
    !name.starts_with(char::is_uppercase)
}

/// Who may call what a package exports; `None` if it is not one of the modules.
fn reach(code: &Code<'_>, path: &str) -> Option<Reach> {
    if !is_in_module(code, path) {
        return None;
    }
    let modules = code.program.layout().modules().iter();
    let inside = modules.filter_map(|module| path.strip_prefix(&*module.path));
    let mut folders = inside.map(|rest| rest.trim_start_matches('/'));
    Some(match () {
        () if folders.clone().any(|rest| rest.split('/').any(|f| OWN_FOLDERS.contains(&f))) => {
            Reach::Program
        }
        () if folders.any(str::is_empty) => Reach::Anybody,
        () => Reach::Module,
    })
}
