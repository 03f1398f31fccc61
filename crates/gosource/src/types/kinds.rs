//! The kinds of types.

use std::sync::Arc;

use super::Type;
use crate::ast::ChanDir;

/// The kinds of types.
#[derive(Clone, PartialEq, Eq)]
pub enum TypeKind {
    /// Nothing is known.
    Unknown,
    /// A predeclared type that is not declared elsewhere.
    Basic(Basic),
    /// A type that a package declares, or `error` or `comparable` (the path is empty then).
    Named(Named),
    /// A type that a function declares.
    Local(LocalType),
    /// A type parameter.
    Param(TypeParam),
    /// `*T`.
    Pointer(Type),
    /// `[]T`.
    Slice(Type),
    /// `[n]T`; lengths are not kept.
    Array(Type),
    /// `map[K]V`.
    Map(Type, Type),
    /// `chan T`.
    Chan(ChanDir, Type),
    /// `func(…) …`.
    Signature(Signature),
    /// `struct{…}`.
    Struct(StructType),
    /// `interface{…}`.
    Interface(InterfaceType),
    /// `A | ~B`, as an element of an interface.
    Union(Vec<Term>),
    /// What a call of a function with no or several results yields.
    Tuple(Vec<Type>),
}

/// Predeclared types, and the types of constants without a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "they are Go's")]
pub enum Basic {
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    String,
    UnsafePointer,
    UntypedBool,
    UntypedString,
    UntypedNil,
    UntypedInt,
    UntypedRune,
    UntypedFloat,
    UntypedComplex,
}

impl Basic {
    pub(super) const ALL: [Self; 25] = [
        Self::Bool,
        Self::Int,
        Self::Int8,
        Self::Int16,
        Self::Int32,
        Self::Int64,
        Self::Uint,
        Self::Uint8,
        Self::Uint16,
        Self::Uint32,
        Self::Uint64,
        Self::Uintptr,
        Self::Float32,
        Self::Float64,
        Self::Complex64,
        Self::Complex128,
        Self::String,
        Self::UnsafePointer,
        Self::UntypedBool,
        Self::UntypedString,
        Self::UntypedNil,
        Self::UntypedInt,
        Self::UntypedRune,
        Self::UntypedFloat,
        Self::UntypedComplex,
    ];

    /// The name of the type; `byte` is `uint8`, `rune` is `int32`.
    pub fn name(self) -> &'static str {
        const NAMES: [&str; 25] = [
            "bool",
            "int",
            "int8",
            "int16",
            "int32",
            "int64",
            "uint",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "uintptr",
            "float32",
            "float64",
            "complex64",
            "complex128",
            "string",
            "unsafe.Pointer",
            "untyped bool",
            "untyped string",
            "untyped nil",
            "untyped int",
            "untyped rune",
            "untyped float",
            "untyped complex",
        ];
        NAMES[self as usize]
    }

    /// The type that a predeclared name stands for.
    pub(crate) fn predeclared(name: &str) -> Option<Self> {
        Some(match name {
            "bool" => Self::Bool,
            "byte" | "uint8" => Self::Uint8,
            "complex128" => Self::Complex128,
            "complex64" => Self::Complex64,
            "float32" => Self::Float32,
            "float64" => Self::Float64,
            "int" => Self::Int,
            "int16" => Self::Int16,
            "int32" | "rune" => Self::Int32,
            "int64" => Self::Int64,
            "int8" => Self::Int8,
            "string" => Self::String,
            "uint" => Self::Uint,
            "uint16" => Self::Uint16,
            "uint32" => Self::Uint32,
            "uint64" => Self::Uint64,
            "uintptr" => Self::Uintptr,
            _ => return None,
        })
    }

    /// Whether it is the type of a constant without a type, or of `nil`.
    pub fn is_untyped(self) -> bool {
        self >= Self::UntypedBool
    }

    /// The type of a variable that is declared with such a value; `nil` has none.
    pub(super) fn default_type(self) -> Option<Self> {
        match self {
            Self::UntypedBool => Some(Self::Bool),
            Self::UntypedString => Some(Self::String),
            Self::UntypedNil => None,
            Self::UntypedInt => Some(Self::Int),
            Self::UntypedRune => Some(Self::Int32),
            Self::UntypedFloat => Some(Self::Float64),
            Self::UntypedComplex => Some(Self::Complex128),
            _ => Some(self),
        }
    }

    /// Whether the values are numbers.
    pub(crate) fn is_numeric(self) -> bool {
        (Self::Int..=Self::Complex128).contains(&self) || self >= Self::UntypedInt
    }

    /// Whether the values are strings.
    pub(crate) fn is_string(self) -> bool {
        matches!(self, Self::String | Self::UntypedString)
    }
}

/// A type by its name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Named {
    /// Import path of the package that declares it; empty for predeclared types.
    pub path: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Type arguments.
    pub args: Arc<[Type]>,
}

/// A type that a function declares.
#[derive(Clone, PartialEq, Eq)]
pub struct LocalType {
    /// Import path of the package.
    pub path: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Offset of the name in its file: types with the same name in different functions differ.
    pub offset: u32,
}

/// To what a type parameter belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParamOwner {
    /// A type; the parameters of a method's receiver are those of the type.
    Type,
    /// A function or method.
    Func,
}

/// A type parameter, by its place: receivers may give the parameters of their type other names.
#[derive(Clone, Debug)]
pub struct TypeParam {
    /// To what it belongs.
    pub owner: ParamOwner,
    /// Its place among the parameters of the owner.
    pub index: u32,
    /// Its name.
    pub name: Arc<str>,
}

impl PartialEq for TypeParam {
    fn eq(&self, other: &Self) -> bool {
        (self.owner, self.index) == (other.owner, other.index)
    }
}

impl Eq for TypeParam {}

/// A declaration of a type parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeParamDecl {
    /// Its name.
    pub name: Arc<str>,
    /// Its constraint.
    pub constraint: Type,
}

/// The type of a function.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    /// Its type parameters; none once it is instantiated.
    pub type_params: Arc<[TypeParamDecl]>,
    /// Types of the parameters; of `...T` it is `[]T`.
    pub params: Vec<Type>,
    /// Types of the results.
    pub results: Vec<Type>,
    /// Whether the last parameter is `...T`.
    pub variadic: bool,
}

/// The type of a struct.
#[derive(Clone, PartialEq, Eq)]
pub struct StructType {
    /// Import path of the package in which it is written: names that are not exported belong to it.
    pub path: Arc<str>,
    /// Its fields, in order.
    pub fields: Vec<StructField>,
}

/// A field of a struct.
#[derive(Clone, PartialEq, Eq)]
pub struct StructField {
    /// Its name; of an embedded field the name of its type.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Type,
    /// Whether it is embedded.
    pub embedded: bool,
}

/// The type of an interface.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct InterfaceType {
    /// Import path of the package in which it is written: names that are not exported belong to it.
    pub path: Arc<str>,
    /// Methods that are written in it.
    pub methods: Vec<InterfaceMethod>,
    /// Embedded interfaces, unions and types.
    pub embedded: Vec<Type>,
}

/// A method of an interface.
#[derive(Clone, PartialEq, Eq)]
pub struct InterfaceMethod {
    /// Its name.
    pub name: Arc<str>,
    /// A signature.
    pub ty: Type,
}

/// A term of a union.
#[derive(Clone, PartialEq, Eq)]
pub struct Term {
    /// Whether it is `~T`.
    pub tilde: bool,
    /// The type.
    pub ty: Type,
}

impl TypeKind {
    /// Calls `f` with the types that it is made of.
    pub(crate) fn for_each_part(&self, mut f: impl FnMut(&Type)) {
        match self {
            Self::Unknown | Self::Basic(_) | Self::Local(_) | Self::Param(_) => {}
            Self::Named(named) => named.args.iter().for_each(f),
            Self::Pointer(x) | Self::Slice(x) | Self::Array(x) | Self::Chan(_, x) => f(x),
            Self::Map(key, value) => {
                f(key);
                f(value);
            }
            Self::Signature(signature) => {
                signature.type_params.iter().for_each(|param| f(&param.constraint));
                signature.params.iter().chain(&signature.results).for_each(f);
            }
            Self::Struct(fields) => fields.fields.iter().for_each(|field| f(&field.ty)),
            Self::Interface(interface) => {
                interface.methods.iter().for_each(|method| f(&method.ty));
                interface.embedded.iter().for_each(f);
            }
            Self::Union(terms) => terms.iter().for_each(|term| f(&term.ty)),
            Self::Tuple(types) => types.iter().for_each(f),
        }
    }
}
