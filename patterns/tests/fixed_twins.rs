//! All fixes in copies of the leaking twins: what they mend is gone and nothing new is found, and the newest Go builds
//! and vets what comes out. That it no longer leaks when it runs is shown by `cargo xtask twins --scenario fixed`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plumb_evidence::source::{Scan, SourceFinding};
use plumb_gosource::Folders;
use plumb_patterns::{CATALOGUE, RULES};
use plumb_scan::apply::apply;
use plumb_scan::disk::Disk;
use plumb_scan::{Installation, Knowledge, Options, scan};
use tempfile::TempDir;
use xtask::tools::{NEWEST_GO, install_go, tools_directory};
use xtask::twins::{WITHOUT_FIX, copy_before};
use xtask::{command, workspace};

/// What another version in a go.mod mends, which must be downloaded, and no edit of a Go file.
const IN_GO_MOD: &str = "leaking-dependency-version";

fn go() -> PathBuf {
    install_go(NEWEST_GO, &tools_directory()).expect("a Go toolchain")
}

fn look(root: &Path, folders: &dyn Folders) -> Scan {
    let goroot = go().ancestors().nth(2).map(Path::to_path_buf);
    let installation = Installation { goroot, ..Installation::default() };
    let knowledge = Knowledge::new(CATALOGUE.objects);
    scan(folders, root, installation, RULES, &knowledge, &Options::default())
}

/// Pattern, file and function of what a fix of a Go file could mend.
fn places(findings: &[SourceFinding]) -> Vec<(&str, &str, &str)> {
    let here = findings.iter().filter(|finding| finding.pattern != IN_GO_MOD);
    here.map(|finding| (finding.pattern, &*finding.file, &*finding.function)).collect()
}

/// A copy of a leaking twin with all fixes.
struct Fixed {
    folder: TempDir,
    /// The files that have changed, from the root of the module.
    files: Vec<String>,
}

impl Fixed {
    /// Writes it, if fixes mend all that is found and nothing new is.
    fn of(id: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        copy_before(id, root).expect("a copy");
        let found = look(root, &Disk);
        let unfixable: Vec<SourceFinding> =
            found.findings.iter().filter(|finding| finding.fix.is_none()).cloned().collect();
        let wanted = |finding: &SourceFinding| finding.fix.is_some();
        let applied = apply(found, &Disk, root, &wanted, &|folders| look(root, folders));
        assert_eq!(applied.refused, [], "{id}");
        for file in &applied.files {
            fs::write(root.join(&file.file), &file.new).expect("a file");
        }
        // What is left has stood there before.
        assert_eq!(places(&look(root, &Disk).findings), places(&unfixable), "{id}");
        Self { folder, files: applied.files.into_iter().map(|file| file.file).collect() }
    }

    /// What a tool of Go prints, which must succeed.
    fn tool(&self, id: &str, tool: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(go().with_file_name(tool));
        command.current_dir(self.folder.path()).args(arguments);
        // Neither the environment nor another toolchain decides what is built.
        command.env("GOCACHE", workspace::target().join("go-cache"));
        command.env("GOTOOLCHAIN", "local").env("GOWORK", "off").env("GOFLAGS", "-buildvcs=false");
        command.env("CGO_ENABLED", "0").env_remove("GOROOT");
        command::output(&mut command).unwrap_or_else(|error| panic!("{id}: {error:#}"))
    }
}

#[test]
fn fixed_twins_are_good_go_without_findings() {
    for id in workspace::twins().expect("the catalogue") {
        let fixed = Fixed::of(&id);
        let has_none = WITHOUT_FIX.iter().any(|(without, _)| *without == id);
        assert_eq!(fixed.files.is_empty(), has_none, "{id}: changed {:?}", fixed.files);
        if has_none {
            continue;
        }
        fixed.tool(&id, "go", &["vet", "./before"]);
        fixed.tool(&id, "go", &["build", "-o", "/dev/null", "./before"]);
        let files = fixed.files.iter().map(String::as_str);
        let arguments: Vec<&str> = ["-l"].into_iter().chain(files).collect();
        assert_eq!(fixed.tool(&id, "gofmt", &arguments), "", "{id}: not as gofmt writes it");
    }
}

#[test]
fn only_what_is_known_to_have_no_fix_has_none() {
    for id in workspace::twins().expect("the catalogue") {
        let folder = tempfile::tempdir().expect("a folder");
        copy_before(&id, folder.path()).expect("a copy");
        let findings = look(folder.path(), &Disk).findings;
        let without: BTreeSet<&str> = findings
            .iter()
            .filter(|finding| finding.fix.is_none() && finding.pattern != IN_GO_MOD)
            .map(|finding| finding.pattern)
            .collect();
        let known = WITHOUT_FIX.iter().map(|(pattern, _)| *pattern);
        let known: BTreeSet<&str> = known.filter(|known| without.contains(known)).collect();
        assert_eq!(without, known, "{id}");
    }
}
