//! What the callers of a function do with what it gives them: where the others release it, all must.
//!
//! That tells of functions that cannot be read (a module that is not at hand, a method of an interface) and of those
//! that give back what somebody else made.

mod generators;
mod givers;
mod idle;
mod programs;
mod reading;

use std::hash::{Hash, Hasher};

use plumb_evidence::catalogue::{self, Release, ResourceKind};
use plumb_gosource::flow::{Bound, BoundTo, Callee, FunctionId, callee};
use plumb_gosource::{ExprId, ExprKind, Referent, Type, TypeKind};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::acquired::{Acquired, Origin, result};
use super::inferred::{self, RELEASES};
use crate::code::Code;
use crate::functions::FunctionKey;
use crate::knowledge::is_harmless;
use generators::Generators;
use givers::Givers;
use idle::Idle;
pub(super) use programs::Left;
use programs::Programs;

/// Callers that release what they get without a `defer` before it counts as the custom. One may be a mistake of its
/// own; a `defer` is on purpose.
const ENOUGH: u32 = 2;

/// A name, as it is compared: functions and pools of all modules.
type Key = u64;

/// What the callers of one function do.
#[derive(Clone, Copy, Debug, Default)]
struct Custom {
    /// Calls of which a variable holds the first result.
    held: u32,
    /// Those after which it is released somewhere.
    released: u32,
    /// Those of them that release it by a `defer`, whatever happens.
    deferred: u32,
    /// How: a place in [`RELEASES`], or that behind its end for the body of a response.
    by: usize,
}

impl Custom {
    fn join(&mut self, other: Self) {
        if other.released > 0 {
            self.by = other.by;
        }
        self.held += other.held;
        self.released += other.released;
        self.deferred += other.deferred;
    }

    /// Whether the callers release it as a rule: not fewer than half of them.
    fn is_custom(&self) -> bool {
        (self.deferred > 0 || self.released >= ENOUGH) && self.released * 2 >= self.held
    }
}

/// What one file adds.
#[derive(Debug, Default)]
pub(crate) struct FileCustoms {
    calls: FxHashMap<Key, Custom>,
    /// Pools that something is put back into.
    pools: FxHashSet<Key>,
    programs: Programs,
    generators: Generators,
    givers: Givers,
    idle: Idle,
}

/// The customs of all files.
#[derive(Debug, Default)]
pub(crate) struct Customs(FileCustoms);

impl Customs {
    /// Puts the customs of files together, in any order.
    pub(crate) fn join(files: impl IntoIterator<Item = FileCustoms>) -> Self {
        let mut all = FileCustoms::default();
        for file in files {
            for (key, custom) in file.calls {
                all.calls.entry(key).or_default().join(custom);
            }
            all.pools.extend(file.pools);
            all.programs.join(file.programs);
            all.generators.join(file.generators);
            all.givers.join(file.givers);
            all.idle.join(file.idle);
        }
        Self(all)
    }

    /// Whether a function keeps what it gives its callers, where they do not see it.
    pub(super) fn keeps(&self, function: &FunctionKey<'_>) -> bool {
        self.0.givers.keeps(function)
    }

    /// Whether a method that releases by its name does nothing for values of a type.
    pub(super) fn is_idle(&self, code: &Code<'_>, ty: &Type, method: &str) -> bool {
        self.0.idle.is_idle(code, ty, method)
    }

    /// Whether a file belongs to a program that writes code of the modules and ends.
    pub(crate) fn is_of_generator(&self, code: &Code<'_>) -> bool {
        self.0.generators.has(code)
    }

    /// Whether a function is named as the body of a command.
    pub(super) fn is_command(&self, code: &Code<'_>, function: FunctionId) -> bool {
        self.0.programs.is_command(code, function)
    }

    /// Whether the process ends after a function that is left like this: it is a command, or called by `main` or commands
    /// alone and in no loop, itself or through others like it, or its callers end the process if it fails.
    pub(super) fn end_after(&self, code: &Code<'_>, function: FunctionId, left: Left) -> bool {
        self.0.programs.end_after(code, function, left)
    }
}

/// What a call acquires by the custom of other callers of the same function.
pub(super) fn by_custom(code: &Code<'_>, call: ExprId) -> Option<Acquired> {
    let customs = &code.summaries.across.customs.0;
    if customs.calls.is_empty() {
        return None;
    }
    let custom = customs.calls.get(&key_of_call(code, call)?)?;
    let is_known = code.callee(call).is_some_and(|callee| {
        !code.acquired_by(&callee).is_empty()
            || inferred::is_standard(code, callee.path)
            || customs.givers.gives_nothing(&callee)
            // What a function of the module puts around a reader or a writer, without acquiring anything, may hold
            // something or not, by what that is.
            || (inferred::is_in_module(code, callee.path) && inferred::wraps(code, call))
            // Who closes what a function also keeps does so in its name.
            || (custom.deferred == 0 && customs.givers.keeps(&callee))
    });
    if is_known || !custom.is_custom() {
        return None;
    }
    let variable = match code.scope.bound(call) {
        Bound::To(places) => match places.first()? {
            BoundTo::Variable(variable) => Some(*variable),
            BoundTo::Blank | BoundTo::Elsewhere(_) => return None,
        },
        Bound::Used(_) => None,
        Bound::Dropped => return None,
    };
    let ty = result(code, call, 0).or_else(|| code.types.of_var(variable?));
    if ty.is_some_and(|ty| matches!(ty.kind(), TypeKind::Basic(_))) {
        return None;
    }
    let harmless = ty.and_then(|ty| ty.named()).is_some_and(|named| {
        code.knowledge.of_type(&named.path, &named.name).is_some_and(is_harmless)
    });
    if harmless {
        return None;
    }
    let of_type = ty.and_then(|ty| inferred::of_type(code, ty));
    let certain = custom.released >= ENOUGH;
    let Some((_, releases)) = RELEASES.get(custom.by) else {
        let body = of_type.filter(|acquired| acquired.kind == ResourceKind::Body)?;
        return Some(Acquired { certain, origin: Origin::Custom, ..body });
    };
    if let Some(record) = of_type.filter(|acquired| acquired.object.is_some()) {
        return Some(Acquired { certain, origin: Origin::Custom, ..record });
    }
    let name = ty.and_then(inferred::type_name).unwrap_or_else(|| "io.Closer".to_owned());
    if let (Some(ty), Some(method)) = (ty, releases.iter().find_map(method))
        && (inferred::begins_later(code, ty, method) || customs.idle.is_idle(code, ty, method))
    {
        return None;
    }
    // A function that could be read, and was found to acquire nothing, may give what is only tidied up.
    let is_read = code.callee(call).is_some_and(|callee| code.summaries.gives(&callee).is_some());
    let certain = certain && !is_read;
    let (kind, what) = (inferred::kind_of(&name), catalogue::Acquired::Result(0));
    let (origin, object, by_use) = (Origin::Custom, None, false);
    Some(Acquired { origin, kind, object, name, what, releases, certain, by_use })
}

fn method(release: &Release) -> Option<&'static str> {
    match release {
        Release::Method(name) => Some(*name),
        _ => None,
    }
}

/// Whether anybody puts something back into the pool from which a call takes something.
pub(super) fn is_put_back(code: &Code<'_>, get: ExprId) -> bool {
    let pools = &code.summaries.across.customs.0.pools;
    receiver(code, get)
        .and_then(|(pool, _)| key_of_place(code, pool))
        .is_some_and(|key| pools.contains(&key))
}

/// What a method is called on, and its name.
fn receiver<'c>(code: &Code<'c>, call: ExprId) -> Option<(ExprId, &'c str)> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return None;
    };
    Some((selector.x, code.file.name(selector.sel)))
}

/// The function that a call calls. Of a method on a value of which the type is not known, the package and the name of
/// the value tell: within a package they mean the same.
fn key_of_call(code: &Code<'_>, call: ExprId) -> Option<Key> {
    if let Some(callee) = code.callee(call) {
        return Some(key(&[callee.path, callee.receiver.unwrap_or_default(), callee.name]));
    }
    if let Callee::Declared(_) | Callee::Imported(..) = callee(code.file, code.names, call)? {
        return None;
    }
    let (on, method) = receiver(code, call)?;
    let name = match code.file[code.file.unparen(on)].kind {
        ExprKind::SelectorExpr(selector) => code.file.name(selector.sel),
        ExprKind::Ident(name) => code.file.name(name),
        _ => return None,
    };
    // Names of one letter mean nothing.
    (name.len() > 1).then(|| key(&[&code.package.path, "?", name, method]))
}

/// A package variable or a field, in whatever file.
fn key_of_place(code: &Code<'_>, place: ExprId) -> Option<Key> {
    let file = code.file;
    match file[file.unparen(place)].kind {
        ExprKind::Ident(ident) => {
            let is_global = match code.names.referent(ident) {
                None => true,
                Some(Referent::Declared(declared)) => {
                    code.names.declaration(declared).is_some_and(|declared| declared.top_level)
                }
                Some(Referent::Import(_)) => false,
            };
            is_global.then(|| key(&[&code.package.path, file.name(ident)]))
        }
        ExprKind::SelectorExpr(selector) => {
            let name = file.name(selector.sel);
            if let Some(path) = code.imported(selector.x) {
                return Some(key(&[path, name]));
            }
            let named = code.types.of(selector.x)?.pointee_or_self().named()?;
            Some(key(&[&named.path, &named.name, name]))
        }
        _ => None,
    }
}

fn key(parts: &[&str]) -> Key {
    let mut hasher = FxHasher::default();
    parts.hash(&mut hasher);
    hasher.finish()
}
