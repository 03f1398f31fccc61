//! The recorded cases of the catalogue with the source of their programs at hand: `plumb diagnose CASE --source FOLDER`.

#[allow(dead_code)] // shared by several tests
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::{Said, plumb};
use tempfile::TempDir;
use xtask::workspace;

/// Patterns of which each marked line must be named exactly where the source is at hand.
const EXACT: [&str; 8] = [
    "http-body-not-closed",
    "map-entry-never-deleted",
    "half-open-connection",
    "handshake-without-deadline",
    "client-not-closed",
    "transport-per-request",
    "blocked-sender-after-return",
    "unstopped-worker",
];

/// A line of a twin that is marked with `leak: PATTERN`.
#[derive(Debug)]
struct Mark {
    pattern: String,
    file: String,
    line: u64,
}

fn pattern(id: &str) -> PathBuf {
    workspace::patterns().join(id)
}

fn case(id: &str, name: &str) -> PathBuf {
    pattern(id).join("case").join(name)
}

/// The marks in a twin's source, with files from the root of its module.
fn marks(id: &str) -> Vec<Mark> {
    let folder = pattern(id).join("before");
    let mut marks = Vec::new();
    for entry in fs::read_dir(&folder).expect("a twin") {
        let path = entry.expect("a file").path();
        let text = fs::read_to_string(&path).unwrap_or_default();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        for (index, line) in text.lines().enumerate() {
            let Some((_, mark)) = line.split_once("// leak: ") else { continue };
            let pattern = mark.split(' ').next().expect("a pattern").to_owned();
            marks.push(Mark { pattern, file: format!("before/{name}"), line: index as u64 + 1 });
        }
    }
    marks
}

fn diagnose(case: &Path, source: &Path) -> Said {
    let path = |path: &Path| path.display().to_string();
    plumb(&["diagnose", &path(case), "--source", &path(source), "--format", "json"])
}

fn findings(said: &Said) -> Vec<Value> {
    let answer: Value =
        serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:#?}"));
    answer["findings"].as_array().expect("findings").clone()
}

fn is_marked(finding: &Value, marks: &[Mark]) -> bool {
    let site = &finding["site"];
    let file = site["file"].as_str().unwrap_or_default();
    marks.iter().any(|mark| {
        finding["pattern"] == *mark.pattern
            && site["line"] == mark.line
            && file.ends_with(&mark.file)
    })
}

#[test]
fn every_marked_line_is_named_with_its_mechanism() {
    for id in EXACT {
        let marks = marks(id);
        for name in ["before.case", "replay/late.case"] {
            let found = findings(&diagnose(&case(id, name), &pattern(id).join("before")));
            assert!(!found.is_empty(), "{id} {name}");
            for finding in &found {
                assert!(is_marked(finding, &marks), "{id} {name}: {:#}", finding["site"]);
                let told = finding["evidence"].as_array().expect("evidence");
                assert!(told.iter().any(|item| item["kind"] == "source"), "{id} {name}");
            }
            let patterns: Vec<&str> = marks.iter().map(|mark| &*mark.pattern).collect();
            let missing = |id: &&&str| found.iter().all(|finding| finding["pattern"] != **id);
            assert_eq!(patterns.iter().find(missing), None, "{id} {name}");
        }
    }
}

#[test]
fn the_change_is_told_where_there_is_one_right_answer() {
    for (id, line) in [
        ("client-not-closed", "+\tdefer client.Close()"),
        ("http-body-not-closed", "+\t\tresp.Body.Close()"),
        ("handshake-without-deadline", "-\treturn ssh.Dial("),
        ("transport-per-request", "-\ttransport := &http2.Transport{"),
    ] {
        let found = findings(&diagnose(&case(id, "before.case"), &pattern(id)));
        let diff = found[0]["fix"]["diff"].as_str().unwrap_or_default();
        assert!(diff.lines().any(|have| have.starts_with(line)), "{id}: {diff}");
    }
}

#[test]
fn the_root_of_the_module_is_as_good_as_the_folder_of_the_program() {
    let id = "transport-per-request";
    let found = findings(&diagnose(&case(id, "before.case"), &pattern(id)));
    assert_eq!(found.len(), 1);
    assert!(is_marked(&found[0], &marks(id)), "{:#}", found[0]["site"]);
}

#[test]
fn repaired_programs_are_clean_with_their_source_too() {
    for id in EXACT {
        let said = diagnose(&case(id, "replay/after.case"), &pattern(id).join("after"));
        assert_eq!((said.code, findings(&said).len()), (Some(0), 0), "{id}: {}", said.out);
    }
}

#[test]
fn the_source_of_another_program_is_refused() {
    let case = case("transport-per-request", "before.case");
    let said = diagnose(&case, &pattern("client-not-closed"));
    said.fails_with(&[
        "this is the source of example.com/billing, and the program is example.com/fares",
        "name the folder with the go.mod that says `module example.com/fares`",
    ]);
    let empty = tempfile::tempdir().expect("a folder");
    diagnose(&case, empty.path()).fails_with(&["no Go source of a module here"]);
    diagnose(&case, &empty.path().join("missing"))
        .fails_with(&["no such folder: ", "the program's go.mod"]);
}

const BLOCKED: &str = r#"package main

func submit(n int) int {
	results := make(chan int)
	for i := range n {
		go func() { results <- i }()
	}
	return <-results
}

func main() {
	for {
		submit(2)
	}
}
"#;

/// Two dumps of a program that was built in `folder`: more and more goroutines wait to send.
fn dumps(folder: &Path) -> Vec<PathBuf> {
    let blocked = |id: usize, file: &str| {
        format!(
            "goroutine {id} [chan send, 9 minutes]:\nmain.submit.func1()\n\t{file}:6 +0x25\n\
             created by main.submit in goroutine 1\n\t{file}:6 +0x65\n\n"
        )
    };
    let file = folder.join("main.go").display().to_string();
    let dump = |count: usize| {
        let first = format!("goroutine 1 [running]:\nmain.main()\n\t{file}:13 +0x1d\n\n");
        (2..count).fold(first, |text, id| text + &blocked(id, &file))
    };
    let write = |(name, count): (&str, usize)| {
        let path = folder.join(name);
        fs::write(&path, dump(count)).expect("a dump");
        path
    };
    [("goroutine.1.txt", 60), ("goroutine.2.txt", 400), ("goroutine.3.txt", 800)]
        .map(write)
        .to_vec()
}

#[test]
fn source_at_the_recorded_paths_is_read_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("go.mod"), "module example.com/blocked\n\ngo 1.24\n")
        .expect("a file");
    fs::write(folder.path().join("main.go"), BLOCKED).expect("a file");
    let mut arguments = vec!["diagnose".to_owned(), "--format".to_owned(), "json".to_owned()];
    arguments.extend(dumps(folder.path()).iter().map(|path| path.display().to_string()));
    let witnesses = |said: &Said| findings(said)[0]["site"]["found_by"].clone();
    assert_eq!(witnesses(&plumb(&arguments)), serde_json::json!(["blocked stack", "source"]));
    let without = [arguments.clone(), vec!["--no-source".to_owned()]].concat();
    assert_eq!(witnesses(&plumb(&without)), serde_json::json!(["blocked stack"]));
    // Dumps do not name their module, so that only functions tell another program.
    let other = pattern("client-not-closed").display().to_string();
    let said = plumb(&[arguments, vec!["--source".to_owned(), other]].concat());
    said.fails_with(&["declares none of the functions that the profiles show, e.g. main."]);
}

/// A copy of the leaking twin of a pattern, with a line more at the beginning of each file.
fn shifted(id: &str) -> TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    copy_folder(&pattern(id), copy.path());
    let before = copy.path().join("before");
    for entry in fs::read_dir(before).expect("a twin") {
        let path = entry.expect("a file").path();
        let text = fs::read_to_string(&path).expect("a file");
        fs::write(&path, format!("// Copyright of somebody.\n{text}")).expect("a file");
    }
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.file_type().expect("a kind").is_dir() {
            true if ["after", "case"].contains(&&*entry.file_name().to_string_lossy()) => {}
            true => {
                fs::create_dir(&target).expect("a folder");
                copy_folder(&entry.path(), &target);
            }
            false => {
                fs::copy(entry.path(), target).expect("a copy");
            }
        }
    }
}

#[test]
fn a_shifted_line_is_never_named() {
    for id in EXACT {
        let (source, marks) = (shifted(id), marks(id));
        let said = diagnose(&case(id, "before.case"), source.path());
        for finding in findings(&said) {
            let is_line = finding["site"]["kind"] == "line";
            assert!(!is_line || is_marked(&finding, &marks), "{id}: {:#}", finding["site"]);
            let told = finding["evidence"].to_string();
            assert!(!told.contains("\"source\"") || told.contains("functions are compared"));
        }
    }
}

#[test]
fn where_a_frame_tells_the_line_a_shifted_source_names_it_in_the_terms_of_the_binary() {
    for id in ["client-not-closed", "half-open-connection", "unstopped-worker"] {
        let source = shifted(id);
        let found = findings(&diagnose(&case(id, "before.case"), source.path()));
        assert!(is_marked(&found[0], &marks(id)), "{id}: {:#}", found[0]["site"]);
        let witnesses = found[0]["site"]["found_by"].to_string();
        assert!(witnesses.contains("source"), "{id}: {witnesses}");
    }
}

/// A copy of a twin in which a method that stops something is called by a word of its own.
fn with_a_word_of_its_own(id: &str) -> TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    copy_folder(&pattern(id), copy.path());
    for (name, calls) in [
        ("exchange.go", ("func (e *exchange) Close()", "func (e *exchange) settle()")),
        ("forecasts.go", ("exchange.Close()", "exchange.settle()")),
        ("main.go", ("shared.Close()", "shared.settle()")),
    ] {
        let path = copy.path().join("before").join(name);
        let text = fs::read_to_string(&path).expect("a file");
        assert!(text.contains(calls.0), "{name}");
        fs::write(path, text.replace(calls.0, calls.1)).expect("a file");
    }
    copy
}

#[test]
fn constructors_that_plumb_toml_names_are_known_to_a_diagnosis() {
    let id = "unstopped-worker";
    let source = with_a_word_of_its_own(id);
    let found = || findings(&diagnose(&case(id, "before.case"), source.path())).remove(0);
    let change = |finding: &Value| finding["fix"]["diff"].to_string();
    assert!(!change(&found()).contains("settle"), "no name tells that it must be called");
    let file = source.path().join("plumb.toml");
    let text = "[[acquire]]\nfunction = \"example.com/tenants/before.newExchange\"\n\
                release = [\"settle\"]\nkind = \"worker\"\nname = \"tenants.Exchange\"\n";
    fs::write(&file, text).expect("a file");
    let told = found();
    assert!(is_marked(&told, &marks(id)), "{:#}", told["site"]);
    assert!(change(&told).contains("+\\tdefer exchange.settle()"), "{}", change(&told));
    assert!(told["evidence"].to_string().contains("tenants.Exchange"), "{:#}", told["evidence"]);
    // What a scan is not to tell of leaks all the same.
    fs::write(&file, format!("{text}[scan]\ndisable = [\"{id}\"]\nexclude = [\"before\"]\n"))
        .expect("a file");
    assert_eq!(found(), told);
    fs::write(&file, "[scan]\nexcluded = []\n").expect("a file");
    diagnose(&case(id, "before.case"), source.path())
        .fails_with(&["plumb.toml: line 2: unknown field `excluded`", "docs/guide/scan.md"]);
}

fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=A", "-c", "user.email=a@example.com"]);
    command.arg("-C").arg(folder).args(arguments);
    command.env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z");
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_repository_tells_since_when() {
    let id = "transport-per-request";
    let copy = tempfile::tempdir().expect("a folder");
    copy_folder(&pattern(id), copy.path());
    let found = |folder: &Path| findings(&diagnose(&case(id, "before.case"), folder)).remove(0);
    assert_eq!(found(copy.path())["introduced"], Value::Null);
    git(copy.path(), &["init", "--quiet"]);
    git(copy.path(), &["add", "."]);
    git(copy.path(), &["commit", "--quiet", "--message", "first"]);
    let introduced = &found(copy.path())["introduced"];
    assert_eq!(introduced["date"], "2026-01-02T03:04:05Z");
    assert_eq!(introduced["commit"].as_str().map(str::len), Some(40));
}

#[test]
fn source_is_left_alone_if_asked() {
    let id = "transport-per-request";
    let case = case(id, "before.case").display().to_string();
    let said = plumb(&["diagnose", &case, "--no-source", "--format", "json"]);
    assert_eq!(findings(&said)[0]["site"]["kind"], "entry-point");
    let source = pattern(id).display().to_string();
    let both = plumb(&["diagnose", &case, "--no-source", "--source", &source]);
    assert_eq!(both.code, Some(2));
}

#[test]
fn a_scan_tells_first_what_leaks_in_the_running_program() {
    let id = "http-body-not-closed";
    let folder = pattern(id).join("before").display().to_string();
    let case = case(id, "before.case").display().to_string();
    let said = plumb(&["scan", &folder, "--case", &case, "--format", "json"]);
    let found = findings(&said);
    let first: Vec<&str> =
        found.iter().take(2).map(|finding| finding["pattern"].as_str().expect("text")).collect();
    assert_eq!(first, ["http-body-not-closed", "file-not-closed"]);
    let messages: Vec<&str> =
        found.iter().map(|finding| finding["message"].as_str().expect("text")).collect();
    assert!(messages[0].contains("it leaks: 3,000 http.persistConn"), "{}", messages[0]);
    assert!(messages[0].contains("main.postEvent example.com/orders/before/audit.go:106"));
    let told = messages.iter().filter(|text| text.contains("in the running program")).count();
    assert_eq!(told, 2, "{messages:#?}");
    let other = pattern("client-not-closed").display().to_string();
    plumb(&["scan", &other, "--case", &case])
        .fails_with(&["and the program is example.com/orders"]);
}
