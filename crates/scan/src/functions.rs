//! Names of functions, in the parts by which the catalogue and the source are compared.

use plumb_evidence::code::FunctionName;

/// A function or method: import path, type, name. Whether a receiver is a pointer does not matter: a type cannot have
/// two methods of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionKey<'a> {
    /// Import path of the package that declares it.
    pub path: &'a str,
    /// The type of a method.
    pub receiver: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
}

impl<'a> FunctionKey<'a> {
    /// Reads the linker's spelling: `net/http.(*Client).Do`.
    pub fn parse(function: &'a str) -> Self {
        let name = FunctionName(function);
        let (path, local) = (name.package(), name.local());
        match local.rsplit_once('.') {
            Some((receiver, name)) => {
                let receiver = receiver.trim_start_matches("(*").trim_end_matches(')');
                Self { path, receiver: Some(receiver), name }
            }
            None => Self { path, receiver: None, name: local },
        }
    }
}

/// The first element of an import path: a host, or the name of a package of the standard library.
pub(crate) fn first_element(path: &str) -> &str {
    &path[..memchr::memchr(b'/', path.as_bytes()).unwrap_or(path.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_and_methods_are_told_apart() {
        let function = FunctionKey::parse("google.golang.org/grpc.NewClient");
        assert_eq!((function.path, function.name), ("google.golang.org/grpc", "NewClient"));
        assert_eq!(function.receiver, None);
        let pointer = FunctionKey::parse("net/http.(*Client).Do");
        assert_eq!(
            (pointer.path, pointer.receiver, pointer.name),
            ("net/http", Some("Client"), "Do")
        );
        let value = FunctionKey::parse("gopkg.in/yaml.v3.Pool.Get");
        assert_eq!(value.name, "Get");
    }
}
