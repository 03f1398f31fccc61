//! Whether two keys can be equal.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::keys::Key;

/// What is known of functions when keys are compared.
pub(super) struct Around<'a> {
    /// Functions, and their parameters, that are given texts made of parts.
    pub(super) composed: &'a FxHashSet<(Arc<str>, usize)>,
    /// Functions of the package that make keys for several accesses, with what they make them of.
    pub(super) makers: FxHashMap<&'a str, Vec<&'a [Key]>>,
}

/// Functions that yield a part of a text.
const SPLITTING: [&str; 1] = ["net.SplitHostPort"];

/// Methods of which the results for one value differ.
const OPPOSED: [(&str, &str); 1] = [("RemoteAddr", "LocalAddr")];

/// Why what is deleted is certainly not what was put in; `None` if it may be.
pub(super) fn differs(put: &Key, deleted: &Key, around: &Around<'_>) -> Option<&'static str> {
    match (put, deleted) {
        (Key::Joined(put), Key::Joined(deleted)) => {
            clash(put, deleted).then_some("their constant parts differ")
        }
        (Key::Joined(parts), part) | (part, Key::Joined(parts)) => (is_leaf(part, around)
            && is_only_a_part(part, parts))
        .then_some("the one is only a part of the other"),
        (Key::Struct { ty, fields }, Key::Struct { ty: other, fields: deleted }) => {
            (ty == other && structs_differ(fields, deleted)).then_some("their fields differ")
        }
        (Key::Address { function, .. }, Key::Address { function: other, .. }) => {
            (function != other).then_some("each is the address of its function's own variable")
        }
        (_, Key::Address { .. }) if !matches!(put, Key::Unknown | Key::Of(_)) => {
            Some("the address of a variable of the function is new for each call")
        }
        (Key::Call { .. }, Key::Call { .. }) => {
            opposed(put, deleted).then_some("they are of the two ends of a connection")
        }
        (call @ Key::Call { .. }, leaf) | (leaf, call @ Key::Call { .. }) => {
            made_of(call, leaf, around).then_some("the one is made of the other")
        }
        _ => None,
    }
}

/// Whether two keys are written so that they are equal if what they are made of is: parameters and variables of the
/// same name and type, the same fields of a type, the same calls of these.
pub(super) fn is_same(a: &Key, b: &Key) -> bool {
    let all =
        |a: &[Key], b: &[Key]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b));
    match (a, b) {
        (Key::Parameter { name, ty, .. }, Key::Parameter { name: other, ty: other_ty, .. }) => {
            (name, ty) == (other, other_ty)
        }
        (Key::Field { ty, name, .. }, Key::Field { ty: other_ty, name: other, .. }) => {
            (name, ty) == (other, other_ty)
        }
        (
            Key::Call { function, operands, result, .. },
            Key::Call { function: other, operands: other_operands, result: other_result, .. },
        ) => (function, result) == (other, other_result) && all(operands, other_operands),
        (Key::Joined(a), Key::Joined(b)) => all(a, b),
        (Key::Receiver(a), Key::Receiver(b)) => a == b,
        (Key::Variable(a), Key::Variable(b)) => a == b,
        (Key::Constant(a), Key::Constant(b)) => a == b,
        _ => false,
    }
}

/// Whether a key is a single value, as far as the callers of its function tell.
fn is_leaf(key: &Key, around: &Around<'_>) -> bool {
    match key {
        Key::Parameter { function, index, .. } => {
            !around.composed.contains(&(function.clone(), *index))
        }
        Key::Field { .. } | Key::Receiver(_) => true,
        Key::Call { is_ours, .. } => !is_ours,
        _ => false,
    }
}

fn is_only_a_part(part: &Key, parts: &[Key]) -> bool {
    let has_more = parts.iter().any(|other| match other {
        Key::Constant(text) => !text.is_empty(),
        _ => false,
    });
    has_more && parts.iter().any(|other| is_same(part, other))
}

/// Whether constants at the beginning, or at the end, are such that neither text can be the other.
fn clash(a: &[Key], b: &[Key]) -> bool {
    let first = match (a.first(), b.first()) {
        (Some(Key::Constant(a)), Some(Key::Constant(b))) => {
            !a.starts_with(&**b) && !b.starts_with(&**a)
        }
        _ => false,
    };
    let last = match (a.last(), b.last()) {
        (Some(Key::Constant(a)), Some(Key::Constant(b))) => {
            !a.ends_with(&**b) && !b.ends_with(&**a)
        }
        _ => false,
    };
    first || last
}

/// Whether a field is set in the one and not in the other, or set to another constant.
fn structs_differ(put: &[(Box<str>, Key)], deleted: &[(Box<str>, Key)]) -> bool {
    put.iter().any(|(name, key)| {
        match (key, deleted.iter().find(|(other, _)| other == name).map(|(_, key)| key)) {
            (Key::Constant(a), Some(Key::Constant(b))) => a != b,
            // What is not set is the zero value, and so may be what is set.
            (Key::Parameter { .. } | Key::Field { .. } | Key::Call { .. }, None) => true,
            _ => false,
        }
    })
}

/// Whether one is of the near and one of the far end of a connection.
fn opposed(a: &Key, b: &Key) -> bool {
    let (
        Key::Call { function, operands, .. },
        Key::Call { function: other, operands: other_operands, .. },
    ) = (a, b)
    else {
        return false;
    };
    let of = |function: &str, name: &str| function.rsplit('.').next() == Some(name);
    if OPPOSED
        .iter()
        .any(|(x, y)| of(function, x) && of(other, y) || of(function, y) && of(other, x))
    {
        return true;
    }
    match (&**operands, &**other_operands) {
        ([a], [b]) => function == other && opposed(a, b),
        _ => false,
    }
}

/// Whether a call makes a key of another one: it yields a part of it, or puts more beside it for several accesses.
fn made_of(call: &Key, leaf: &Key, around: &Around<'_>) -> bool {
    let Key::Call { function, operands, .. } = call else { return false };
    let takes = |operands: &[Key]| operands.iter().any(|operand| is_same(operand, leaf));
    if !is_leaf(leaf, around) {
        return false;
    }
    if SPLITTING.contains(&&**function) {
        return takes(operands);
    }
    let made = around.makers.get(&**function);
    // With one operand it may be a function that brings a key into its canonical form, which is equal to itself.
    made.is_some_and(|made| made.len() > 1 && made.iter().any(|o| o.len() > 1 && takes(o)))
}
