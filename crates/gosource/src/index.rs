//! What packages declare, from their source alone: functions, types with fields and methods, variables, constants;
//! and what a type has, through pointers and embedding.

mod declared;
mod extract;
mod files;
mod members;
mod memo;
mod method_set;
mod outline;
mod package;
mod program;
mod resolver;
mod shared;
mod type_exprs;
mod values;

pub use members::{Lookup, Member, MemberKind};
pub use method_set::MethodSetEntry;
pub use package::{Function, Method, Package, PackageFile, Place, Role, TypeDecl, Value};
pub use program::Program;
pub use shared::SharedPackages;

pub(crate) use declared::Found;
pub(crate) use extract::{named, predeclared, receiver_params};
pub(crate) use resolver::Resolver;
pub(crate) use type_exprs::{TypeScope, embedded_name, signature_of, type_of};
