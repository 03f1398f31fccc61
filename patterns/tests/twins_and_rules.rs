//! The source rules over the twins: of the leaking one exactly the marked lines, of the repaired one nothing.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use plumb_evidence::source::SourceFinding;
use plumb_patterns::{CATALOGUE, RULES};
use plumb_scan::disk::Disk;
use plumb_scan::{Installation, Knowledge, Options, scan};
use xtask::tools::{NEWEST_GO, install_go, tools_directory};
use xtask::twins::{Expectation, Mark};
use xtask::{command, workspace};

/// Marked lines that the source does not tell: pattern, file, and why.
const ONLY_RUNNING_TELLS: [(&str, &str, &str); 1] = [(
    "file-not-closed",
    "before/exporter.go",
    "one method keeps the file in a map and another one takes it out to close it: whoever stores it owns it",
)];

/// Patterns of which the mistake stands in a go.mod, of which a pattern's folder has one for both twins.
const IN_GO_MOD: [&str; 1] = ["leaking-dependency-version"];

fn only_running_tells(mark: &Mark) -> bool {
    let is_it = |file: &str, pattern: &str| mark.file == file && mark.pattern == pattern;
    ONLY_RUNNING_TELLS.iter().any(|(pattern, file, _)| is_it(file, pattern))
}

/// What all rules find in the twins of a pattern and in what both have in common.
fn findings(id: &str, installation: &Installation) -> Vec<SourceFinding> {
    let root = workspace::patterns().join(id);
    let knowledge = Knowledge::new(CATALOGUE.objects);
    let scan = scan(&Disk, &root, installation.clone(), RULES, &knowledge, &Options::default());
    assert_eq!(scan.failed, [], "{id}");
    assert!(scan.files.iter().any(|file| file.starts_with("after/")), "{id}: {:?}", scan.files);
    scan.findings
}

/// Whether a finding is about a marked line: it stands there, or it stands at a line that matters too and leads there,
/// as from where a channel is made to the send that blocks.
fn is_about(finding: &SourceFinding, mark: &Mark, related: &[Mark]) -> bool {
    let same_file = |mark: &Mark| mark.file == finding.file;
    let stands_at = |mark: &Mark| same_file(mark) && mark.line == finding.place.line;
    let leads_there = || finding.path.iter().any(|step| step.place.line == mark.line);
    let matters = || related.iter().any(stands_at);
    mark.pattern == finding.pattern
        && same_file(mark)
        && (stands_at(mark) || (matters() && leads_there()))
}

/// What a pattern's twins and the findings in them do not agree on.
fn differences(id: &str, installation: &Installation) -> Vec<String> {
    // The repaired twin has no marks.
    let marks = Expectation::read(&workspace::patterns().join(id).join("before")).expect("marks");
    let findings = findings(id, installation);
    // Of several lines that one fix edits a finding stands at the first.
    let related: Vec<Mark> = marks.related.iter().chain(&marks.leaks).cloned().collect();
    let mut different = Vec::new();
    for mark in &marks.leaks {
        let found = findings.iter().any(|finding| is_about(finding, mark, &related));
        if found == only_running_tells(mark) {
            let what = if found { "found after all" } else { "not found" };
            different.push(format!("{id}: {what}: {mark:?}"));
        }
    }
    let is_wrong =
        |found: &&SourceFinding| !marks.leaks.iter().any(|mark| is_about(found, mark, &related));
    different.extend(findings.iter().filter(is_wrong).map(|found| {
        format!(
            "{id}: found but not marked: {} at {}:{}",
            found.pattern, found.file, found.place.line
        )
    }));
    different
}

fn check(installation: &Installation) {
    let ids = workspace::twins().expect("the catalogue");
    let different: Vec<String> = ids.iter().flat_map(|id| differences(id, installation)).collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// No downloaded modules: those are on some machines and not on others.
#[test]
fn rules_find_exactly_what_is_marked() {
    let go = install_go(NEWEST_GO, &tools_directory()).expect("a Go toolchain");
    let goroot = go.ancestors().nth(2).map(Path::to_path_buf);
    check(&Installation { goroot, ..Installation::default() });
}

#[test]
fn rules_find_exactly_what_is_marked_without_a_toolchain() {
    check(&Installation::default());
}

/// Programs are built where they are run.
#[test]
fn twins_that_nobody_runs_are_good_go() {
    let go = install_go(NEWEST_GO, &tools_directory()).expect("a Go toolchain");
    let run = workspace::running_twins().expect("the catalogue");
    let ids = workspace::twins().expect("the catalogue");
    for id in ids.iter().filter(|id| !run.contains(id)) {
        // Of a twin that leaks, vet may find the leak too.
        for arguments in [["build", "./..."], ["vet", "./after"]] {
            let mut command = Command::new(&go);
            command.current_dir(workspace::patterns().join(id)).args(arguments);
            // Neither the environment nor another toolchain decides what is built.
            command.env("GOCACHE", workspace::target().join("go-cache"));
            command
                .env("GOTOOLCHAIN", "local")
                .env("GOWORK", "off")
                .env("GOFLAGS", "-buildvcs=false");
            command.env("CGO_ENABLED", "0").env_remove("GOROOT");
            command::output(&mut command).unwrap_or_else(|error| panic!("{id}: {error:#}"));
        }
        let mut gofmt = Command::new(go.with_file_name("gofmt"));
        gofmt.current_dir(workspace::patterns().join(id)).args(["-l", "before", "after"]);
        assert_eq!(command::output(&mut gofmt).expect("gofmt"), "", "{id}: run gofmt");
    }
}

#[test]
fn each_rule_has_a_twin() {
    let mut with: BTreeSet<String> =
        workspace::twins().expect("the catalogue").into_iter().collect();
    with.extend(IN_GO_MOD.map(str::to_owned));
    let rules: BTreeSet<String> = RULES.iter().map(|rule| rule.pattern.to_owned()).collect();
    assert_eq!(with, rules);
}
