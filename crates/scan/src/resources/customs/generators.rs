//! Programs that `go generate` runs: they write files of the module and end, and what they leave open with them.

use memchr::memmem;
use rustc_hash::FxHashSet;

use super::{Key, key};
use crate::code::Code;

/// How the comments begin that run one.
const DIRECTIVE: &str = "//go:generate go run ";

/// What the names of folders of such programs contain. What else is run there may serve, too, in other hands.
const GENERATES: &str = "gen";

/// The packages of the programs.
#[derive(Debug, Default)]
pub(super) struct Generators(FxHashSet<Key>);

impl Generators {
    pub(super) fn read(code: &Code<'_>) -> Self {
        let source = code.file.source();
        let starts = memmem::find_iter(source, DIRECTIVE.as_bytes());
        let packages = starts.filter_map(|start| {
            let rest = &source[start + DIRECTIVE.len()..];
            let line = rest.split(|byte| *byte == b'\n').next()?;
            run_by(std::str::from_utf8(line).ok()?, &code.package.path)
        });
        Self(packages.map(|package| key(&[&package])).collect())
    }

    pub(super) fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn has(&self, code: &Code<'_>) -> bool {
        code.is_of_program() && self.0.contains(&key(&[&code.package.path]))
    }
}

/// The package of the program that a command line runs in a package, if its name says that it generates something:
/// `-mod=mod ./generator -o table.go`, `example.com/m/tools/gen@latest`.
fn run_by(line: &str, package: &str) -> Option<String> {
    let named = line.split_whitespace().find(|word| !word.starts_with('-'))?;
    let named = named.split_once('@').map_or(named, |(path, _version)| path);
    let whole = match named.starts_with('.') {
        true => joined(package, named)?,
        false => named.to_owned(),
    };
    let folder = whole.rsplit('/').next()?;
    (folder.contains(GENERATES) && !folder.ends_with(".go")).then_some(whole)
}

/// Where a relative path leads from a package.
fn joined(package: &str, path: &str) -> Option<String> {
    let mut folders: Vec<&str> = package.split('/').collect();
    for folder in path.split('/') {
        match folder {
            "" | "." => {}
            ".." => drop(folders.pop()?),
            folder => folders.push(folder),
        }
    }
    Some(folders.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_generate_are_named_by_their_paths() {
        let run = |line: &str| run_by(line, "example.com/m/p");
        assert_eq!(run("./generator").as_deref(), Some("example.com/m/p/generator"));
        assert_eq!(
            run("-mod=mod ../tools/gen -o x.go").as_deref(),
            Some("example.com/m/tools/gen")
        );
        assert_eq!(
            run("example.com/m/cmd/codegen@v1").as_deref(),
            Some("example.com/m/cmd/codegen")
        );
        assert_eq!(run("./cmd/server docs"), None);
        assert_eq!(run("gen.go"), None);
        assert_eq!(run(""), None);
    }
}
