//! Imports: paths, and the names under which the file knows them.

use crate::ast::SpecKind;
use crate::file::File;
use crate::ids::SpecId;

/// One import of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import<'a> {
    /// The line that imports it.
    pub spec: SpecId,
    /// The path, without quotes.
    pub path: &'a str,
    /// How the file calls it.
    pub name: ImportName<'a>,
}

/// How a file calls a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportName<'a> {
    /// By a name that the import gives it.
    Alias(&'a str),
    /// By the name of the package, which is known.
    Package(&'a str),
    /// By the name of the package, which is guessed from its path.
    Assumed(&'a str),
    /// `.`: all that it exports is in the scope of the file.
    Dot,
    /// `_`: only for what it does when it is initialised.
    Blank,
}

impl<'a> Import<'a> {
    /// The name in the scope of the file.
    pub fn local_name(&self) -> Option<&'a str> {
        match self.name {
            ImportName::Alias(name) | ImportName::Package(name) | ImportName::Assumed(name) => {
                Some(name)
            }
            ImportName::Dot | ImportName::Blank => None,
        }
    }
}

/// The imports of a file; one of which the path is no string is left out.
pub(super) fn of_file<'a>(
    file: &File<'a>,
    package_name: impl Fn(&str) -> Option<&'a str>,
) -> Vec<Import<'a>> {
    let import = |spec: &SpecId| {
        let SpecKind::ImportSpec(import) = file[*spec].kind else { return None };
        let path = unquoted(file.text(file[import.path].span))?;
        let name = match import.name.map(|name| file.name(name)) {
            Some(".") => ImportName::Dot,
            Some("_") => ImportName::Blank,
            Some(name) => ImportName::Alias(name),
            None => match package_name(path) {
                Some(name) => ImportName::Package(name),
                None => ImportName::Assumed(assumed_package_name(path)),
            },
        };
        Some(Import { spec: *spec, path, name })
    };
    file.imports().iter().filter_map(import).collect()
}

/// The paths that a file imports.
pub(crate) fn import_paths<'a>(file: &File<'a>) -> impl Iterator<Item = &'a str> {
    imports_of(file).map(|(_, path)| path)
}

/// The names that imports give, and the paths.
pub(crate) fn imports_of<'a>(file: &File<'a>) -> impl Iterator<Item = (Option<&'a str>, &'a str)> {
    file.imports().iter().filter_map(|spec| match file[*spec].kind {
        SpecKind::ImportSpec(import) => {
            let path = unquoted(file.text(file[import.path].span))?;
            Some((import.name.map(|name| file.name(name)), path))
        }
        _ => None,
    })
}

/// The text within quotes; paths have no escapes.
fn unquoted(literal: &str) -> Option<&str> {
    let inner = literal.strip_prefix(['"', '`'])?.strip_suffix(['"', '`'])?;
    (!inner.contains('\\')).then_some(inner)
}

/// The name that the package with a path most likely has.
///
/// The last element of the path, or the one before if that is a major version (`…/v2`); without a prefix `go-`, and
/// up to the first character that no identifier has: `gopkg.in/yaml.v3` is `yaml`. These are the conventions by
/// which goimports guesses.
pub fn assumed_package_name(path: &str) -> &str {
    let mut elements = path.rsplit('/');
    let last = elements.next().unwrap_or(path);
    let name = if is_major_version(last) { elements.next().unwrap_or(last) } else { last };
    let name = name.strip_prefix("go-").unwrap_or(name);
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    &name[..end]
}

fn is_major_version(element: &str) -> bool {
    let digits = element.strip_prefix('v').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_guessed_by_the_conventions() {
        for (path, name) in [
            ("net/http", "http"),
            ("fmt", "fmt"),
            ("math/rand/v2", "rand"),
            ("github.com/redis/go-redis/v9", "redis"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("go.etcd.io/etcd/client/v3", "client"),
            ("github.com/nats-io/nats.go", "nats"),
            ("v2", "v2"),
            ("example.org/v", "v"),
        ] {
            assert_eq!(assumed_package_name(path), name, "{path}");
        }
    }

    #[test]
    fn imports_have_the_names_that_the_file_uses() {
        let source =
            b"package p\nimport (\n\t\"a/b\"\n\tx \"a/c\"\n\t. `a/d`\n\t_ \"a/e\"\n\t\"a/f\"\n)\n";
        let file = crate::parse(source);
        let imports = of_file(&file, |path| (path == "a/f").then_some("effs"));
        let names: Vec<_> = imports.iter().map(|import| (import.path, import.name)).collect();
        assert_eq!(
            names,
            [
                ("a/b", ImportName::Assumed("b")),
                ("a/c", ImportName::Alias("x")),
                ("a/d", ImportName::Dot),
                ("a/e", ImportName::Blank),
                ("a/f", ImportName::Package("effs")),
            ]
        );
    }
}
