//! What a call acquires: by the records of the catalogue, by what the module's functions give back, else by its type.

use plumb_evidence::catalogue::{self, LibraryObject, Release, ResourceKind};
use plumb_gosource::{ExprId, Type, TypeKind};

use super::inferred;
use super::made::Made;
use crate::code::Code;
use crate::knowledge::is_harmless;
use crate::summaries::Given;

/// What tells that something is acquired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A record of the function that is called.
    Record,
    /// The function that is called, which is one of the modules.
    Summary,
    /// The types of its results, and its name.
    Signature,
    /// What other callers do with what it gives them.
    Custom,
}

/// What a call acquires.
#[derive(Clone, Debug)]
pub(crate) struct Acquired {
    /// What tells so.
    pub(crate) origin: Origin,
    /// What it is.
    pub(crate) kind: ResourceKind,
    /// Its record, if there is one.
    pub(crate) object: Option<&'static LibraryObject>,
    /// How reports call it: the object's name, or its type.
    pub(crate) name: String,
    /// What of the call it is.
    pub(crate) what: catalogue::Acquired,
    /// What lets go of it.
    pub(crate) releases: &'static [Release],
    /// Whether a record of the function, or the function itself, says that it acquires; else its name and type do.
    pub(crate) certain: bool,
    /// Whether it counts only if it is released on some way: all that tells that it must be.
    pub(crate) by_use: bool,
}

/// What a call acquires; mostly nothing.
pub(super) fn by_call(code: &Code<'_>, made: &Made, call: ExprId) -> Vec<Acquired> {
    let Some(callee) = made.callee(code, call) else { return inferred::by_call(code, call, None) };
    let records = code.acquired_by(&callee);
    if !records.is_empty() {
        let needed = records.iter().filter(|(object, _)| !is_harmless(object));
        return needed.map(|(object, what)| of_record(object, *what)).collect();
    }
    let given = match code.summaries.gives(&callee) {
        Some([]) => return inferred::fresh(code, call, Some(callee)),
        Some(given) => given,
        None => return inferred::by_call(code, call, Some(callee)),
    };
    given.iter().filter_map(|given| of_given(code, call, given)).collect()
}

pub(super) fn of_record(object: &'static LibraryObject, what: catalogue::Acquired) -> Acquired {
    Acquired {
        origin: Origin::Record,
        kind: object.source.kind,
        object: Some(object),
        name: object.name.to_owned(),
        what,
        releases: object.source.releases,
        certain: true,
        by_use: false,
    }
}

fn of_given(code: &Code<'_>, call: ExprId, given: &Given) -> Option<Acquired> {
    let what = catalogue::Acquired::Result(u8::try_from(given.result).ok()?);
    if let Some(object) = given.object {
        return Some(Acquired { origin: Origin::Summary, ..of_record(object, what) });
    }
    let acquired = inferred::of_type(code, result(code, call, given.result)?)?;
    Some(Acquired { what, certain: true, origin: Origin::Summary, ..acquired })
}

/// The type of a result of a call, from 0.
pub(super) fn result<'c>(code: &Code<'c>, call: ExprId, index: usize) -> Option<&'c Type> {
    results(code, call).get(index)
}

/// The types of the results of a call, as far as they are known.
pub(super) fn results<'c>(code: &Code<'c>, call: ExprId) -> &'c [Type] {
    match code.types.of(call) {
        None => &[],
        Some(ty) => match ty.kind() {
            TypeKind::Tuple(types) => types,
            _ => std::slice::from_ref(ty),
        },
    }
}
