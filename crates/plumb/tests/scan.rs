//! `plumb scan` as its users run it, on small modules.

#[allow(dead_code)] // shared by several tests
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use support::{Said, plumb_path};
use tempfile::TempDir;

/// Loses the response on one way, on line 14.
const LEAK: &str = "\
package hook

import (
\t\"errors\"
\t\"net/http\"
)

func Send(url string) error {
\tresp, err := http.Get(url)
\tif err != nil {
\t\treturn err
\t}
\tif resp.StatusCode != http.StatusOK {
\t\treturn errors.New(resp.Status)
\t}
\treturn resp.Body.Close()
}
";

const CLEAN: &str = "package clean\n\nfunc Nothing() {}\n";

/// A folder with files.
fn module(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "go.mod", "module example.com/shop\n\ngo 1.24\n");
    files.iter().for_each(|(name, text)| write(folder.path(), name, text));
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(path, text).expect("a file");
}

/// What `plumb scan` says in a folder; neither Go nor colours of this machine matter.
fn scan(folder: &Path, arguments: &[&str]) -> Said {
    let mut command = Command::new(plumb_path());
    command.arg("scan").args(arguments).current_dir(folder).stdin(Stdio::null());
    command.env_remove("NO_COLOR").env("COLUMNS", "80").output().expect("plumb runs").into()
}

/// The JSON of a scan that ends with a code.
#[track_caller]
fn json(folder: &Path, arguments: &[&str], code: i32) -> Value {
    let said = scan(folder, &[arguments, &["--format", "json"]].concat());
    assert_eq!(said.code, Some(code), "{said:#?}");
    serde_json::from_str(&said.out).expect("JSON")
}

/// Pattern and place of each finding.
fn places(document: &Value) -> Vec<String> {
    let findings = document["findings"].as_array().expect("findings");
    let place = |f: &Value| {
        let text = |key: &str| f[key].as_str().expect("a text").to_owned();
        format!("{} {}:{}", text("pattern"), text("file"), f["line"])
    };
    findings.iter().map(place).collect()
}

fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args([
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.com",
        "-c",
        "commit.gpgsign=false",
    ]);
    command.args(["-c", "init.defaultBranch=main"]).args(arguments).current_dir(folder);
    let output = command.output().expect("git");
    assert!(output.status.success(), "{output:?}");
}

fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = module(files);
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-q", "-m", "first"]);
    folder
}

const FOUND: &str = "http-body-not-closed hook/send.go:9";

#[test]
fn a_leak_is_shown_with_the_way_on_which_it_is_lost() {
    let folder = module(&[("hook/send.go", LEAK), ("clean/clean.go", CLEAN)]);
    let said = scan(folder.path(), &[]);
    assert_eq!((said.code, &*said.err), (Some(1), ""), "{said:#?}");
    assert!(said.out.starts_with("hook/send.go:9:"), "{}", said.out);
    for text in [
        "http-body-not-closed, in example.com/shop/hook.Send",
        "     9 | ",
        "    14 | ",
        "2 files read",
    ] {
        assert!(said.out.contains(text), "no {text:?} in {}", said.out);
    }
    assert!(!said.out.contains('\u{1b}'), "colours only on a terminal");
}

#[test]
fn nothing_found_is_0() {
    let folder = module(&[("clean/clean.go", CLEAN)]);
    let said = scan(folder.path(), &["./..."]);
    assert_eq!(
        (said.code, said.out.contains("no finding; 1 file read")),
        (Some(0), true),
        "{said:#?}"
    );
}

#[test]
fn folders_and_files_are_chosen_and_told_from_the_module() {
    let folder =
        module(&[("hook/send.go", LEAK), ("hook/sub/send.go", LEAK), ("other/send.go", LEAK)]);
    let found = |arguments: &[&str]| places(&json(folder.path(), arguments, 1)).len();
    assert_eq!(found(&[]), 3);
    assert_eq!(found(&["./hook/..."]), 2);
    assert_eq!(found(&["other", "hook/sub"]), 2);
    assert_eq!(places(&json(folder.path(), &["hook/send.go"], 1)), [FOUND]);
    // From a folder of the module too.
    let here = folder.path().join("hook");
    assert_eq!(places(&json(&here, &["send.go"], 1)), [FOUND]);
    assert!(scan(&here, &["send.go"]).out.starts_with("send.go:9:"));
    assert!(
        scan(&folder.path().join("other"), &["../hook/send.go"])
            .out
            .starts_with("../hook/send.go:9:")
    );
}

#[test]
fn modules_below_belong_to_a_folder() {
    let folder = module(&[
        ("hook/send.go", LEAK),
        ("tools/go.mod", "module example.com/tools\n"),
        ("tools/cmd/send.go", LEAK),
    ]);
    let found = places(&json(folder.path(), &[], 1));
    assert_eq!(found, [FOUND, "http-body-not-closed tools/cmd/send.go:9"]);
}

#[test]
fn code_without_a_module_is_looked_at() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "send.go", LEAK);
    assert_eq!(places(&json(folder.path(), &[], 1)), ["http-body-not-closed send.go:9"]);
}

#[test]
fn what_cannot_be_looked_at_is_said() {
    let empty = module(&[("notes.txt", "")]);
    scan(empty.path(), &[])
        .fails_with(&["plumb: .: no Go source to look at", "hint: name a folder with Go files"]);
    scan(empty.path(), &["gone"])
        .fails_with(&["plumb: no such file or folder: gone", "hint: name folders"]);
    scan(empty.path(), &["notes.txt"]).fails_with(&["plumb: notes.txt: no Go source"]);
    let generated = format!("// Code generated by x. DO NOT EDIT.\n\n{LEAK}");
    let generated = module(&[("send.go", &generated), ("vendor/x/send.go", LEAK)]);
    scan(generated.path(), &[]).fails_with(&["no Go source to look at", "generated files, vendor"]);
}

#[test]
fn files_that_cannot_be_read_are_named_and_make_3_of_0() {
    let broken = "package clean\n\nfunc {\n";
    let folder = module(&[("clean/a.go", CLEAN), ("clean/b.go", broken)]);
    let said = scan(folder.path(), &[]);
    assert_eq!(said.code, Some(3), "{said:#?}");
    assert!(
        said.out.contains("not read, or not wholly: 1 file\n    clean/b.go: 3:6: "),
        "{}",
        said.out
    );
    let document = json(folder.path(), &[], 3);
    assert_eq!(document["files"]["failed"][0]["file"], "clean/b.go");
    // A finding counts more.
    write(folder.path(), "hook/send.go", LEAK);
    assert_eq!(json(folder.path(), &[], 1)["files"]["failed"].as_array().map(Vec::len), Some(1));
}

#[test]
fn folders_that_cannot_be_listed_are_named() {
    let folder = module(&[("clean/a.go", CLEAN), ("locked/b.go", LEAK)]);
    let locked = folder.path().join("locked");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).expect("a mode");
    let is_root = fs::read_dir(&locked).is_ok();
    let document = json(folder.path(), &[], if is_root { 1 } else { 3 });
    if !is_root {
        assert_eq!(document["files"]["failed"][0]["file"], "locked");
    }
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).expect("a mode");
}

#[test]
fn names_that_are_no_utf8_are_told_as_far_as_they_can_be() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = module(&[("clean/a.go", CLEAN)]);
    let name = folder.path().join("clean").join(OsStr::from_bytes(b"b\xff.go"));
    if fs::write(name, "package clean\n").is_ok() {
        let document = json(folder.path(), &[], 3);
        assert_eq!(document["files"]["failed"][0]["file"], "clean/b\u{fffd}.go");
    }
}

#[test]
fn comments_silence_and_are_told_if_they_do_not() {
    let silenced =
        LEAK.replace("http.Get(url)", "http.Get(url) //plumb:ignore http-body-not-closed — a test");
    let nolint = LEAK.replace("func Send", "//nolint:bodyclose\nfunc Send");
    let unused = format!("{CLEAN}\n//plumb:ignore http-body-not-closed — nothing\nvar X = 1\n");
    let folder = module(&[("a/a.go", &silenced), ("b/b.go", &nolint), ("c/c.go", &unused)]);
    let document = json(folder.path(), &[], 0);
    assert_eq!(document["hidden"]["silenced"], 2);
    assert_eq!(document["notes"][0]["file"], "c/c.go");
    assert_eq!(document["notes"][0]["line"], 5);
    let without_reason =
        LEAK.replace("http.Get(url)", "http.Get(url) //plumb:ignore http-body-not-closed");
    let folder = module(&[("a/a.go", &without_reason)]);
    let said = scan(folder.path(), &[]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains("silences nothing without a reason"), "{}", said.out);
}

#[test]
fn a_baseline_hides_what_is_known() {
    let folder = module(&[("hook/send.go", LEAK)]);
    let here = folder.path();
    scan(here, &["--baseline", "known.txt"])
        .fails_with(&["no such file: known.txt", "--write-baseline"]);
    let written = scan(here, &["--baseline", "known.txt", "--write-baseline"]);
    assert_eq!((written.code, &*written.err), (Some(0), "plumb: known.txt: 1 finding written\n"));
    let document = json(here, &["--baseline", "known.txt"], 0);
    assert_eq!(document["hidden"]["baseline"], 1);
    // Lines shift, a second one comes.
    write(here, "hook/send.go", &LEAK.replace("import", "// More\n// lines.\n\nimport"));
    write(here, "hook/more.go", &LEAK.replace("Send", "More"));
    let found = places(&json(here, &["--baseline", "known.txt"], 1));
    assert_eq!(found, ["http-body-not-closed hook/more.go:9"]);
    // What is mended is told; what was not looked at is not.
    write(here, "hook/send.go", "package hook\n");
    fs::remove_file(here.join("hook/more.go")).expect("it was there");
    let document = json(here, &["--baseline", "known.txt"], 0);
    let note = document["notes"][0]["text"].as_str().expect("a note");
    assert!(
        note.starts_with("no longer found: 1 × http-body-not-closed in example.com/shop/hook.Send"),
        "{note}"
    );
    assert_eq!(document["notes"][0]["file"], "known.txt");
    write(here, "clean/a.go", CLEAN);
    assert_eq!(
        json(here, &["clean", "--baseline", "known.txt"], 0)["notes"],
        serde_json::json!([])
    );
    write(here, "known.txt", "{}");
    scan(here, &["--baseline", "known.txt"])
        .fails_with(&["known.txt: this is no baseline of plumb"]);
}

#[test]
fn only_changed_functions_are_told() {
    let two = format!(
        "{LEAK}\n{}",
        &LEAK[LEAK.find("func Send").expect("it")..].replace("Send", "Again")
    );
    let folder = repository(&[("hook/send.go", &two)]);
    let here = folder.path();
    let none = json(here, &["--new-from", "HEAD"], 0);
    assert_eq!(none["hidden"]["unchanged"], 2);
    // A line far from the call, in the second function; and a file that git does not know.
    write(
        here,
        "hook/send.go",
        &two.replace("Again(url string) error {", "Again(url string) (err error) {"),
    );
    write(here, "new/new.go", LEAK);
    let found = places(&json(here, &["--new-from", "HEAD"], 1));
    assert_eq!(
        found,
        ["http-body-not-closed hook/send.go:20", "http-body-not-closed new/new.go:9"]
    );
    // From a folder below, too.
    assert_eq!(places(&json(&here.join("new"), &["--new-from", "HEAD"], 1)).len(), 1);
    git(here, &["checkout", "-q", "-b", "work"]);
    git(here, &["add", "."]);
    git(here, &["commit", "-q", "-m", "second"]);
    assert_eq!(places(&json(here, &["--new-from-merge-base", "main"], 1)).len(), 2);
    assert_eq!(places(&json(here, &["--new-from", "HEAD"], 0)).len(), 0);
}

#[test]
fn what_git_does_not_know_is_said() {
    let folder = repository(&[("hook/send.go", LEAK)]);
    scan(folder.path(), &["--new-from", "nowhere"])
        .fails_with(&["git knows no revision `nowhere`", "fetch-depth: 0"]);
    scan(folder.path(), &["--new-from=--output=x"]).fails_with(&["git knows no revision"]);
    let outside = module(&[("hook/send.go", LEAK)]);
    scan(outside.path(), &["--new-from", "HEAD"])
        .fails_with(&["not a git repository", "hint: --new-from needs"]);
    let mut command = Command::new(plumb_path());
    command.args(["scan", "--new-from", "HEAD"]).current_dir(folder.path()).env("PATH", "");
    let said: Said = command.output().expect("plumb runs").into();
    said.fails_with(&["there is no git executable", "hint: install git"]);
}

#[test]
fn plumb_toml_adds_constructors_and_leaves_out_what_it_names() {
    let config = "[scan]\nexclude = [\"gen/**\"]\ntests = false\n\n[[acquire]]\nfunction = \"example.com/db.Open\"\n\
                  release = [\"Close\"]\nkind = \"client\"\nname = \"db.Store\"\n";
    let user = "package use\n\nimport \"example.com/db\"\n\nfunc Use() error {\n\tstore, err := db.Open(\"x\")\n\
                \tif err != nil {\n\t\treturn err\n\t}\n\tif store.Name() == \"\" {\n\t\treturn nil\n\t}\n\treturn store.Close()\n}\n";
    let folder = module(&[
        ("gen/send.go", LEAK),
        ("hook/send_test.go", LEAK),
        ("use/use.go", user),
        ("plumb.toml", config),
    ]);
    assert_eq!(places(&json(folder.path(), &[], 1)), ["client-not-closed use/use.go:6"]);
    let found = places(&json(folder.path(), &["--tests"], 1));
    assert_eq!(
        found,
        ["http-body-not-closed hook/send_test.go:9", "client-not-closed use/use.go:6"]
    );
    // It counts from a folder below it too.
    assert_eq!(json(&folder.path().join("use"), &[], 1)["findings"][0]["object"], "db.Store");
    let disabled = config.replace("tests = false", "disable = [\"client-not-closed\"]");
    write(folder.path(), "plumb.toml", &disabled);
    assert_eq!(places(&json(folder.path(), &["use"], 0)).len(), 0);
    write(folder.path(), "plumb.toml", "[scan]\ndisable = [\"client-not-close\"]\n");
    scan(folder.path(), &[])
        .fails_with(&["plumb.toml: scan.disable: no rule is called", "`client-not-closed`?"]);
    write(folder.path(), "plumb.toml", "[scan]\nexcluded = []\n");
    scan(folder.path(), &[])
        .fails_with(&["plumb.toml: line 2: unknown field `excluded`", "docs/guide/scan.md"]);
}

#[test]
fn rules_are_chosen_and_listed() {
    let folder = module(&[("hook/send.go", LEAK)]);
    let here = folder.path();
    assert_eq!(places(&json(here, &["--pattern", "http-body-not-closed"], 1)), [FOUND]);
    assert_eq!(places(&json(here, &["--pattern", "file-not-closed"], 0)).len(), 0);
    scan(here, &["--pattern", "http-body"])
        .fails_with(&["no rule is called `http-body`", "did you mean `http-body-not-closed`?"]);
    let list = scan(here, &["--list"]);
    assert_eq!(list.code, Some(0));
    assert!(
        list.out.contains("http-body-not-closed\n  HTTP response body not closed\n"),
        "{}",
        list.out
    );
}

#[test]
fn tests_are_told_as_tests_and_left_out_on_demand() {
    let folder = module(&[("hook/send_test.go", LEAK), ("hook/a.go", "package hook\n")]);
    assert_eq!(json(folder.path(), &[], 1)["findings"][0]["test"], true);
    assert_eq!(json(folder.path(), &["--no-tests"], 0)["files"]["read"], 1);
}

#[test]
fn every_format_tells_the_finding() {
    let folder =
        repository(&[("svc/go.mod", "module example.com/svc\n"), ("svc/hook/send.go", LEAK)]);
    let module = folder.path().join("svc");
    for (format, text) in [
        ("terminal", "hook/send.go:9:"),
        ("json", "\"schema\": \"plumb.scan/1\""),
        ("sarif", "\"uri\": \"svc/hook/send.go\""),
        ("github", "::error file=svc/hook/send.go,line=9,"),
        ("golangci", "\"Filename\":\"hook/send.go\""),
        ("rdjson", "\"path\":\"svc/hook/send.go\""),
        ("markdown", "`svc/hook/send.go:9`"),
    ] {
        let said = scan(&module, &["--format", format]);
        assert_eq!(said.code, Some(1), "{said:#?}");
        assert!(said.out.contains(text), "no {text} in {}", said.out);
    }
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let folder = module(&[("hook/send.go", LEAK)]);
    for arguments in [
        &["--unsafe-fixes"][..],
        &["--fix", "--diff"],
        &["--write-baseline"],
        &["--new-from", "a", "--new-from-merge-base", "b"],
        &["--threads", "0"],
    ] {
        assert_eq!(scan(folder.path(), arguments).code, Some(2), "{arguments:?}");
    }
}

#[test]
fn a_diff_or_fix_leaves_what_has_none() {
    let folder = module(&[("clean/a.go", CLEAN)]);
    for option in ["--diff", "--fix"] {
        let said = scan(folder.path(), &[option]);
        assert_eq!(said.code, Some(0), "{said:#?}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("clean/a.go")).expect("it"), CLEAN);
}

#[test]
fn versions_that_leak_are_told_where_they_are_reached() {
    let text = "package db\n\nimport \"github.com/lib/pq\"\n\nfunc stop(l *pq.Listener) error {\n\treturn l.Close()\n}\n";
    let folder = module(&[("db/stop.go", text)]);
    let requires = |version: &str| {
        let text =
            format!("module example.com/shop\n\ngo 1.24\n\nrequire github.com/lib/pq {version}\n");
        write(folder.path(), "go.mod", &text);
        scan(folder.path(), &["--format", "json"])
    };
    let said = requires("v1.10.9");
    assert_eq!(said.code, Some(1), "{said:#?}");
    let document: Value = serde_json::from_str(&said.out).expect("JSON");
    let found = &document["findings"][0];
    assert_eq!(found["pattern"], "leaking-dependency-version");
    assert_eq!((&found["file"], &found["line"]), (&"db/stop.go".into(), &6.into()));
    let message = found["message"].as_str().expect("a message");
    assert!(message.starts_with("module github.com/lib/pq v1.10.9 leaks goroutines"), "{message}");
    assert!(message.contains("mended in v1.11.0 (lib/pq#1192)"), "{message}");
    assert_eq!(requires("v1.11.0").code, Some(0));
}
