//! Types as text, in Go's syntax with whole import paths; what is unknown is `?`, lengths of arrays are `_`.

use std::fmt::{self, Display, Formatter};

use super::{InterfaceType, Signature, StructType, Type, TypeKind};
use crate::ast::ChanDir;

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.kind() {
            TypeKind::Unknown => f.write_str("?"),
            TypeKind::Basic(basic) => f.write_str(basic.name()),
            TypeKind::Named(named) => {
                if !named.path.is_empty() {
                    write!(f, "{}.", named.path)?;
                }
                f.write_str(&named.name)?;
                match named.args.is_empty() {
                    true => Ok(()),
                    false => list(f, "[", &named.args, "]"),
                }
            }
            TypeKind::Local(local) => write!(f, "{}.{}", local.path, local.name),
            TypeKind::Param(param) => f.write_str(&param.name),
            TypeKind::Pointer(x) => write!(f, "*{x}"),
            TypeKind::Slice(x) => write!(f, "[]{x}"),
            TypeKind::Array(x) => write!(f, "[_]{x}"),
            TypeKind::Map(key, value) => write!(f, "map[{key}]{value}"),
            TypeKind::Chan(ChanDir::Both, x) => write!(f, "chan ({x})"),
            TypeKind::Chan(ChanDir::Send, x) => write!(f, "chan<- ({x})"),
            TypeKind::Chan(ChanDir::Recv, x) => write!(f, "<-chan ({x})"),
            TypeKind::Signature(signature) => func(f, signature),
            TypeKind::Struct(fields) => struct_type(f, fields),
            TypeKind::Interface(interface) => interface_type(f, interface),
            TypeKind::Union(terms) => {
                for (i, term) in terms.iter().enumerate() {
                    let or = if i > 0 { " | " } else { "" };
                    write!(f, "{or}{}{}", if term.tilde { "~" } else { "" }, term.ty)?;
                }
                Ok(())
            }
            TypeKind::Tuple(types) => list(f, "(", types, ")"),
        }
    }
}

fn list(f: &mut Formatter<'_>, open: &str, types: &[Type], close: &str) -> fmt::Result {
    f.write_str(open)?;
    for (i, ty) in types.iter().enumerate() {
        write!(f, "{}{ty}", if i > 0 { ", " } else { "" })?;
    }
    f.write_str(close)
}

fn func(f: &mut Formatter<'_>, signature: &Signature) -> fmt::Result {
    f.write_str("func(")?;
    let last = signature.params.len().wrapping_sub(1);
    for (i, param) in signature.params.iter().enumerate() {
        f.write_str(if i > 0 { ", " } else { "" })?;
        match param.kind() {
            TypeKind::Slice(x) if signature.variadic && i == last => write!(f, "...{x}")?,
            _ => write!(f, "{param}")?,
        }
    }
    f.write_str(")")?;
    match signature.results.as_slice() {
        [] => Ok(()),
        results => {
            f.write_str(" ")?;
            list(f, "(", results, ")")
        }
    }
}

fn struct_type(f: &mut Formatter<'_>, fields: &StructType) -> fmt::Result {
    f.write_str("struct{")?;
    for (i, field) in fields.fields.iter().enumerate() {
        f.write_str(if i > 0 { "; " } else { "" })?;
        match field.embedded {
            true => write!(f, "{}", field.ty)?,
            false => write!(f, "{} {}", field.name, field.ty)?,
        }
    }
    f.write_str("}")
}

fn interface_type(f: &mut Formatter<'_>, interface: &InterfaceType) -> fmt::Result {
    f.write_str("interface{")?;
    let mut separator = "";
    for method in &interface.methods {
        let signature = method.ty.to_string();
        let signature = signature.strip_prefix("func").unwrap_or(&signature);
        write!(f, "{separator}{}{signature}", method.name)?;
        separator = "; ";
    }
    for embedded in &interface.embedded {
        write!(f, "{separator}{embedded}")?;
        separator = "; ";
    }
    f.write_str("}")
}
