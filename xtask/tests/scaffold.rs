//! The scaffolder is run on a copy of the catalogue: what it writes compiles, and is refused until it is filled in.

use std::fs;
use std::path::Path;
use std::process::Output;

use xtask::{command, scaffold, workspace};

const ID: &str = "example-never-released";

/// Copies what the catalogue's crate needs to be built: the workspace's manifests and its pure crates.
fn copy_workspace(to: &Path) {
    for file in workspace::files().expect("the repository's files") {
        let needed = ["crates", "patterns", "xtask"].iter().any(|top| file.starts_with(top));
        let manifest = ["Cargo.toml", "Cargo.lock"].iter().any(|name| file == Path::new(name));
        let recorded = file.iter().any(|part| part == "fixtures");
        if (needed || manifest) && !recorded {
            let target = to.join(&file);
            fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
            fs::copy(workspace::root().join(&file), target).expect("a copy");
        }
    }
}

fn cargo(root: &Path, arguments: &[&str]) -> Output {
    let mut cargo = command::cargo();
    // A place of its own: the copies' packages have the same names as ours.
    cargo.current_dir(root).env("CARGO_TARGET_DIR", workspace::target().join("scaffold"));
    cargo.args(arguments).args(["--offline", "--package", "plumb-patterns"]);
    cargo.output().expect("cargo")
}

#[test]
fn a_new_pattern_compiles_and_is_refused_until_it_is_written() {
    let root = tempfile::tempdir().expect("a folder");
    copy_workspace(root.path());
    scaffold::new_pattern(root.path(), ID).expect("a skeleton");
    let built = cargo(root.path(), &["check"]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let tested = cargo(root.path(), &["test", "--no-fail-fast"]);
    let said = String::from_utf8_lossy(&tested.stdout);
    assert!(!tested.status.success(), "the catalogue accepts an empty record");
    assert!(said.contains(ID), "no test complains about {ID}:\n{said}");
}
