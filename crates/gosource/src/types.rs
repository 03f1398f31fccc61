//! Types as far as source tells them: a value that is cheap to copy, compared by structure.
//!
//! Named types are compared by import path, name and arguments; what is not known is [`TypeKind::Unknown`], also
//! as a part of a type (`map[string]` of something unknown). Aliases are replaced by what they stand for, but for
//! those of packages that are not found: by their names alone they cannot be told from types.

mod display;
mod kinds;
mod substitute;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

pub use kinds::{
    Basic, InterfaceMethod, InterfaceType, LocalType, Named, ParamOwner, Signature, StructField,
    StructType, Term, TypeKind, TypeParam, TypeParamDecl,
};

/// How deep a type may be nested. Deeper ones are unknown: instances of recursive generic types can grow without
/// end. The deepest of the standard library of Go 1.27 has 12 levels.
const MAX_DEPTH: u16 = 60;

/// How many parts a type may have, counting shared ones each time: with a limit, comparing types is cheap.
/// The largest of the standard library of Go 1.27, a struct of `net/http`, has some hundred.
const MAX_PARTS: u32 = 20_000;

/// A type.
#[derive(Clone)]
pub struct Type(Arc<Node>);

struct Node {
    kind: TypeKind,
    depth: u16,
    parts: u32,
    /// Whether type parameters occur in it.
    has_params: bool,
    /// Whether named types occur in it.
    has_names: bool,
    /// Whether something in it is unknown.
    has_unknown: bool,
}

static UNKNOWN: LazyLock<Type> = LazyLock::new(|| Type::new(TypeKind::Unknown));
static BASIC: LazyLock<Vec<Type>> =
    LazyLock::new(|| Basic::ALL.iter().map(|basic| Type::new(TypeKind::Basic(*basic))).collect());
static EMPTY_INTERFACE: LazyLock<Type> =
    LazyLock::new(|| Type::new(TypeKind::Interface(InterfaceType::default())));
static ERROR: LazyLock<Type> = LazyLock::new(|| {
    Type::new(TypeKind::Named(Named { path: "".into(), name: "error".into(), args: [].into() }))
});

impl Type {
    /// A type of a kind; unknown if it would be nested too deep or be too large.
    pub fn new(kind: TypeKind) -> Self {
        let mut node = Node {
            depth: 1,
            parts: 1,
            has_params: matches!(kind, TypeKind::Param(_)),
            has_names: matches!(kind, TypeKind::Named(_)),
            has_unknown: matches!(kind, TypeKind::Unknown),
            kind: TypeKind::Unknown,
        };
        kind.for_each_part(|part| {
            node.depth = node.depth.max(part.0.depth.saturating_add(1));
            node.parts = node.parts.saturating_add(part.0.parts);
            node.has_params |= part.0.has_params;
            node.has_names |= part.0.has_names;
            node.has_unknown |= part.0.has_unknown;
        });
        if node.depth > MAX_DEPTH || node.parts > MAX_PARTS {
            return Self::unknown();
        }
        node.kind = kind;
        Self(Arc::new(node))
    }

    /// The type of which nothing is known.
    pub fn unknown() -> Self {
        UNKNOWN.clone()
    }

    /// A basic type.
    pub fn basic(basic: Basic) -> Self {
        BASIC[basic as usize].clone()
    }

    /// `interface{}`.
    pub fn empty_interface() -> Self {
        EMPTY_INTERFACE.clone()
    }

    /// `error`.
    pub fn error() -> Self {
        ERROR.clone()
    }

    /// A pointer to a type.
    pub fn pointer(to: Type) -> Self {
        Self::new(TypeKind::Pointer(to))
    }

    /// What it is.
    pub fn kind(&self) -> &TypeKind {
        &self.0.kind
    }

    /// Whether nothing is known of it.
    pub fn is_unknown(&self) -> bool {
        matches!(self.kind(), TypeKind::Unknown)
    }

    /// Whether something in it is unknown.
    pub fn has_unknown(&self) -> bool {
        self.0.has_unknown
    }

    /// Whether it is `error`.
    pub fn is_error(&self) -> bool {
        self.is_named("", "error")
    }

    /// Whether type parameters occur in it.
    pub fn has_params(&self) -> bool {
        self.0.has_params
    }

    pub(crate) fn has_names(&self) -> bool {
        self.0.has_names
    }

    /// Whether it is the type of a constant that has none yet.
    pub fn is_untyped(&self) -> bool {
        matches!(self.kind(), TypeKind::Basic(basic) if basic.is_untyped())
    }

    /// The type that a variable has which is declared with a value of this type.
    pub fn default_type(&self) -> Self {
        match self.kind() {
            TypeKind::Basic(basic) => match basic.default_type() {
                Some(basic) => Self::basic(basic),
                None => Self::unknown(),
            },
            _ => self.clone(),
        }
    }

    /// What a pointer points to; of no other type.
    pub fn pointee(&self) -> Option<&Type> {
        match self.kind() {
            TypeKind::Pointer(to) => Some(to),
            _ => None,
        }
    }

    /// The type, or what it points to if it is a pointer.
    pub fn pointee_or_self(&self) -> &Type {
        self.pointee().unwrap_or(self)
    }

    /// The named type that it is, or that it points to.
    pub fn named(&self) -> Option<&Named> {
        match self.pointee_or_self().kind() {
            TypeKind::Named(named) => Some(named),
            _ => None,
        }
    }

    /// Whether it is the named type with a path and name, without looking at arguments.
    pub fn is_named(&self, path: &str, name: &str) -> bool {
        matches!(self.kind(), TypeKind::Named(named) if &*named.path == path && &*named.name == name)
    }

    /// The signature that it is.
    pub fn signature(&self) -> Option<&Signature> {
        match self.kind() {
            TypeKind::Signature(signature) => Some(signature),
            _ => None,
        }
    }

    /// An address that is the same for copies of one value.
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.parts == other.0.parts
                && self.0.depth == other.0.depth
                && self.0.kind == other.0.kind)
    }
}

impl Eq for Type {}

impl Hash for Type {
    /// Shallow: names and kinds tell most types apart.
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.kind() {
            TypeKind::Named(named) => named.name.hash(state),
            kind => std::mem::discriminant(kind).hash(state),
        }
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
