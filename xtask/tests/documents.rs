//! What the documents say about the repository is true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use xtask::{command, workspace};

/// The documents: those at the root and all of docs/.
fn documents() -> Vec<PathBuf> {
    let mut documents = workspace::files().expect("the repository's files");
    documents.retain(|path| {
        let top = path.components().count() == 1 || path.starts_with("docs");
        top && path.extension().is_some_and(|extension| extension == "md")
    });
    documents
}

fn read(path: &Path) -> String {
    fs::read_to_string(workspace::root().join(path)).expect("a document")
}

/// The fenced block of ARCHITECTURE.md that starts with the word `edges`.
fn edges_in_architecture() -> BTreeMap<String, BTreeSet<String>> {
    let text = read(Path::new("ARCHITECTURE.md"));
    let block = text.split("```edges\n").nth(1).expect("a block of edges");
    let block = block.split("```").next().expect("its end");
    let names = |list: &str| {
        let named = list.split(',').map(|name| name.trim().to_owned());
        named.filter(|name| !name.is_empty() && name != "nothing").collect::<BTreeSet<_>>()
    };
    let mut edges = BTreeMap::new();
    for line in block.lines() {
        let (from, to) = line.split_once("->").expect("an arrow in each line");
        for from in names(from) {
            assert!(edges.insert(from.clone(), names(to)).is_none(), "{from} has two lines");
        }
    }
    edges
}

/// What the manifests say, by folder name. Tests may use more.
fn edges_in_manifests() -> BTreeMap<String, BTreeSet<String>> {
    let mut cargo = command::cargo();
    cargo.args(["metadata", "--no-deps", "--format-version", "1", "--offline"]);
    let metadata: Value =
        serde_json::from_str(&command::output(&mut cargo).expect("metadata")).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let folder = |manifest: &Value| {
        let path = Path::new(manifest.as_str().expect("a path")).parent().expect("a folder");
        path.file_name().expect("a name").to_string_lossy().into_owned()
    };
    let folders: BTreeMap<&str, String> = packages
        .iter()
        .map(|package| {
            (package["name"].as_str().expect("a name"), folder(&package["manifest_path"]))
        })
        .collect();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies");
            let ours = dependencies
                .iter()
                .filter(|dependency| dependency["kind"] != "dev")
                .filter_map(|dependency| folders.get(dependency["name"].as_str()?).cloned());
            (folder(&package["manifest_path"]), ours.collect())
        })
        .collect()
}

#[test]
fn crates_depend_on_each_other_as_the_architecture_says() {
    let written = edges_in_architecture();
    let actual = edges_in_manifests();
    let names =
        |edges: &BTreeMap<String, BTreeSet<String>>| edges.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&written), names(&actual), "the crates of the block and of the workspace");
    for (name, edges) in &actual {
        let allowed = &written[name];
        let surplus: Vec<_> = edges.difference(allowed).collect();
        assert!(
            surplus.is_empty(),
            "{name} depends on {surplus:?}, which the block does not allow"
        );
        let missing: Vec<_> = allowed.difference(edges).collect();
        assert!(missing.is_empty(), "the block allows {name} {missing:?}, which it does not use");
    }
}

/// Code spans that look like paths of the repository, and targets of links.
fn paths_in(text: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    // Every second part between backticks is code; blocks have lines.
    for span in text.split('`').skip(1).step_by(2) {
        let path = span.trim_end_matches(|c: char| ":.,".contains(c));
        let tops = ["crates/", "patterns/", "xtask/", "docs/", "fuzz/", ".ci/"];
        let plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b));
        // Recipes call what the reader names `ID`.
        let placeholder = path.split('/').any(|part| part == "ID");
        if plain && !placeholder && tops.iter().any(|top| path.starts_with(top)) {
            paths.insert(path.to_owned());
        }
    }
    paths
}

/// Targets of links that are files.
fn links_in(text: &str) -> BTreeSet<String> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .filter_map(|target| target.split('#').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_path_that_a_document_names_exists() {
    let mut missing = Vec::new();
    for document in documents() {
        let text = read(&document);
        for path in paths_in(&text) {
            if !workspace::root().join(&path).exists() {
                missing.push(format!("{}: {path}", document.display()));
            }
        }
        let folder = workspace::root().join(document.parent().unwrap_or(Path::new("")));
        for link in links_in(&text) {
            if !folder.join(&link).exists() {
                missing.push(format!("{}: link to {link}", document.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_tests_name_in_the_architecture_exists() {
    let text = read(Path::new("ARCHITECTURE.md"));
    let files = workspace::files().expect("the repository's files");
    let rust: String = files
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| read(path))
        .collect();
    let invariants = text.split("## Invariants").nth(1).expect("a section on invariants");
    let named: Vec<&str> = invariants
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|span| span.matches('_').count() >= 2 && !span.contains(['/', ' ']))
        .collect();
    assert!(!named.is_empty(), "the invariants name no test");
    let missing: Vec<&&str> =
        named.iter().filter(|name| !rust.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "no such tests: {missing:?}");
}

/// A guide must not promise what the executable does not take.
#[test]
fn every_option_of_a_guide_is_one_of_the_command_line() {
    let known = read(Path::new("docs/cli.md"));
    let mut unknown = Vec::new();
    for document in documents().iter().filter(|path| path.starts_with("docs/guide")) {
        for word in read(document).split(|c: char| c.is_whitespace() || "`'();,".contains(c)) {
            let option = word.split('=').next().unwrap_or(word);
            if option.strip_prefix("--").is_some_and(|name| !name.is_empty())
                && !known.contains(&format!("{option} "))
                && !known.contains(&format!("{option}\n"))
            {
                unknown.push(format!("{}: {option}", document.display()));
            }
        }
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

#[test]
fn ci_runs_the_command_of_the_readme() {
    let script = fs::read_to_string(workspace::root().join(".ci/run")).expect(".ci/run");
    let last = script.lines().last().expect("a line");
    assert_eq!(last, "cargo xtask ready");
    assert!(read(Path::new("README.md")).contains(&format!("\n{last}\n")), "README.md: {last}");
}
