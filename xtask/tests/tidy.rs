//! House rules that no compiler checks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use xtask::workspace;

/// Every file of the repository with its text; binary files have none.
fn texts() -> Vec<(PathBuf, String)> {
    let files = workspace::files().expect("the repository's files");
    assert!(files.len() > 50, "git lists only {} files", files.len());
    let read = |path: PathBuf| {
        let text = fs::read_to_string(workspace::root().join(&path)).ok()?;
        Some((path, text))
    };
    files.into_iter().filter_map(read).collect()
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

#[track_caller]
fn none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn no_source_file_is_longer_than_800_lines() {
    let long: Vec<String> = texts()
        .iter()
        .filter(|(path, text)| is_rust(path) && text.lines().count() > 800)
        .map(|(path, text)| format!("{}: {} lines", path.display(), text.lines().count()))
        .collect();
    none("too long for one idea", &long);
}

#[test]
fn no_file_is_larger_than_2_megabytes() {
    let files = workspace::files().expect("the repository's files");
    let large: Vec<String> = files
        .iter()
        .filter_map(|path| {
            let bytes = fs::metadata(workspace::root().join(path)).ok()?.len();
            (bytes > 2_000_000).then(|| format!("{}: {bytes} bytes", path.display()))
        })
        .collect();
    none("too large to be cloned by everybody", &large);
}

#[test]
fn no_file_names_a_machine_or_a_registry_mirror() {
    // Written in two halves, so that this file does not name them.
    let private = [
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("/tmp/ba", "sh"),
        concat!("index.cra", "tes.io/"),
        concat!("artif", "actory"),
    ];
    let mut found = Vec::new();
    for (path, text) in texts() {
        for (number, line) in (1..).zip(text.lines()) {
            if private.iter().any(|name| is_named(line, name)) {
                found.push(format!("{}:{number}: {}", path.display(), line.trim()));
            }
        }
    }
    none("names of one machine", &found);
}

/// Whether a line holds a name. A folder further down in a path of a repository (`store/work/`) is none of the machine.
fn is_named(line: &str, name: &str) -> bool {
    let is_below = |at: usize| line[..at].ends_with(|last: char| last.is_ascii_alphanumeric());
    line.match_indices(name).any(|(at, _)| !name.starts_with('/') || !is_below(at))
}

#[test]
fn no_test_is_switched_off_and_nothing_is_left_open() {
    let open = [concat!("#[ign", "ore"), concat!("to", "do!("), concat!("unimple", "mented!(")];
    let mut found = Vec::new();
    for (path, text) in texts().iter().filter(|(path, _)| is_rust(path)) {
        for (number, line) in (1..).zip(text.lines()) {
            if open.iter().any(|mark| line.contains(mark)) {
                found.push(format!("{}:{number}: {}", path.display(), line.trim()));
            }
        }
    }
    none("unfinished", &found);
}

/// Recorded data says how it was recorded: in its own folder or in one above it, up to `fixtures` or `case`.
#[test]
fn every_recording_has_a_recipe() {
    let files = workspace::files().expect("the repository's files");
    let mut without = BTreeSet::new();
    for path in &files {
        let names: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
        let Some(top) = names.iter().position(|name| *name == "fixtures" || *name == "case") else {
            continue;
        };
        // `crates/case` is a crate.
        if names[top] == "case" && names.first() != Some(&"patterns") || names.len() == top + 1 {
            continue;
        }
        let folders = (top + 1..names.len()).map(|end| names[..end].iter().collect::<PathBuf>());
        let has_recipe = |folder: PathBuf| files.contains(&folder.join("RECIPE.md"));
        if !folders.into_iter().any(has_recipe) {
            without.insert(path.parent().unwrap_or(path).display().to_string());
        }
    }
    none("no RECIPE.md beside or above", &Vec::from_iter(without));
}

/// `detect` is a function of its arguments, and a reader of the bytes it is given.
#[test]
fn pure_crates_touch_neither_network_nor_files_nor_clock() {
    let outside = [
        "std::net::Tcp",
        "std::net::Udp",
        "std::fs",
        "std::process",
        "SystemTime::now",
        "Instant::now",
        "Timestamp::now",
    ];
    let mut found = Vec::new();
    for name in ["profile", "gosource", "binary", "evidence", "detect", "report"] {
        for (path, text) in sources(name) {
            // A module of tests alone.
            if path.file_name().is_some_and(|name| name == "tests.rs") {
                continue;
            }
            for (number, line) in (1..).zip(code(&text).lines()) {
                if outside.iter().any(|name| line.contains(name)) {
                    found.push(format!("{}:{number}: {}", path.display(), line.trim()));
                }
            }
        }
    }
    none("not pure", &found);
}

#[test]
fn only_collect_opens_sockets() {
    let crates = fs::read_dir(workspace::root().join("crates")).expect("crates/");
    let names = crates.map(|entry| entry.expect("an entry").file_name());
    let (collect, others): (Vec<_>, Vec<_>) =
        names.map(|name| name.to_string_lossy().into_owned()).partition(|name| name == "collect");
    let is_listening = |line: &String| line.contains("TcpListener::");
    let mut found: Vec<String> = others.iter().flat_map(|name| socket_lines(name)).collect();
    // Pages for a browser are served by one that listens and asks nobody.
    found.retain(|line| !(line.contains("crates/web/") && is_listening(line)));
    none("opens a socket", &found);
    // The words that are looked for are those that open one.
    assert!(collect.iter().any(|name| !socket_lines(name).is_empty()));
}

/// Lines of a crate that open sockets.
fn socket_lines(name: &str) -> Vec<String> {
    let opening =
        ["TcpStream::", "TcpListener::", "UdpSocket::", "ureq::", "net::socket", "sock_diag::"];
    let mut found = Vec::new();
    for (path, text) in sources(name) {
        for (number, line) in (1..).zip(code(&text).lines()) {
            if opening.iter().any(|name| line.contains(name)) {
                found.push(format!("{}:{number}: {}", path.display(), line.trim()));
            }
        }
    }
    found
}

/// The source files of a crate, without its tests.
fn sources(name: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new("crates").join(name).join("src");
    let sources: Vec<_> = texts()
        .into_iter()
        .filter(|(path, _)| path.starts_with(&folder) && is_rust(path))
        .collect();
    assert!(!sources.is_empty(), "no sources in {}", folder.display());
    sources
}

/// A source file without its unit tests and comments.
fn code(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]").next().unwrap_or(text);
    let uncommented = before_tests.lines().map(|line| line.split("//").next().unwrap_or(line));
    uncommented.collect::<Vec<_>>().join("\n")
}
