//! Leaks of versions, in modules that reach them or do not.

use std::path::Path;
use std::sync::LazyLock;

use plumb_evidence::advisory::{Advisory, read};
use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFinding;
use plumb_gosource::Installation;

use super::{PATTERN, leaking_versions};
use crate::knowledge::Knowledge;
use crate::memory::Memory;
use crate::rule::Rule;
use crate::tree::{Options, scan};

static RULE: Rule = Rule { pattern: PATTERN, linters: &[], check: leaking_versions };

static ROWS: LazyLock<Vec<Advisory>> = LazyLock::new(|| {
    let (rows, problems) = read(
        "pool\ta.b/pool\tv1.2.0\tv1.5.0\t-\t-\tgoroutine\t$.New;$.(*Pool).Close\t$.(*Pool).loop\tthe loop never ends\t\
         upgrade\ta/b#1\trun\n\
         told\ta.b/pool\t-\tv1.5.0\t-\t-\tmemory\t$.Told\t-\ta list grows\tupgrade\ta/b#2\treported\n\
         ticks\ta.b/pool\t-\tv1.5.0\t-\t1.23\tmemory\t$.Every\t-\tticks go on\tupgrade\ta/b#3\tsource\n\
         hook\ta.b/pool\t-\t-\t-\t-\tmemory\t$.Options{Hook}\t-\thooks pile up\tset no hook\ta/b#4\tsource\n\
         driver\ta.b/driver\t-\tv2.0.0\t-\t-\tsocket\timport $\t-\ta dial fails\tupgrade\ta/d#1\tsource\n",
    );
    assert_eq!(problems, [0; 0]);
    rows
});

fn found(files: &[(&str, &str)]) -> Vec<SourceFinding> {
    let folders = Memory::new(files.iter().copied());
    let knowledge = Knowledge::new(&[]).with_advisories(&ROWS);
    let options = Options { threads: 1, ..Options::default() };
    let root = Path::new("/m");
    let scan = scan(&folders, root, Installation::default(), &[&RULE], &knowledge, &options);
    assert_eq!(scan.failed, [], "the text of the test is no Go");
    scan.findings
}

fn go_mod(go: &str, required: &str) -> String {
    format!("module example.com/m\n\ngo {go}\n\nrequire {required}\n")
}

/// The lines and messages in a file of a module of Go 1.24 that requires a version.
fn lines(required: &str, text: &str) -> Vec<u32> {
    let go_mod = go_mod("1.24", required);
    let findings = found(&[("/m/go.mod", &go_mod), ("/m/a.go", text)]);
    findings.iter().map(|finding| finding.place.line).collect()
}

const CALLS: &str =
    "package m\nimport \"a.b/pool\"\nfunc f() {\n\tp := pool.New()\n\tp.Close()\n\tpool.New()\n}\n";

#[test]
fn the_first_call_is_told_with_the_version() {
    let go_mod = go_mod("1.24", "a.b/pool v1.4.9");
    let findings = found(&[("/m/go.mod", &go_mod), ("/m/a.go", CALLS)]);
    let [finding] = &findings[..] else { panic!("one leak, one finding: {findings:?}") };
    assert_eq!((finding.place.line, finding.confidence), (4, Confidence::Likely));
    assert_eq!(
        finding.message,
        "module a.b/pool v1.4.9 leaks goroutines through pool.New: the loop never ends; mended in v1.5.0 (a/b#1)"
    );
    assert_eq!(finding.function, "example.com/m.f");
    let steps: Vec<_> = finding.path.iter().map(|s| (s.place.line, s.text.as_str())).collect();
    assert_eq!(steps, [(4, "pool.New is reached here"), (6, "and pool.New here")]);
}

#[test]
fn other_versions_are_silent() {
    for required in ["a.b/pool v1.1.9", "a.b/pool v1.5.0", "a.b/pool/v2 v2.0.0", "a.b/other v1.3.0"]
    {
        assert_eq!(lines(required, CALLS), [0; 0], "{required}");
    }
}

#[test]
fn what_is_not_called_is_silent() {
    let silent = [
        "package m\nimport \"a.b/pool\"\nvar x pool.Pool\n",
        "package m\nimport \"c.d/pool\"\nfunc f() { pool.New() }\n",
        "package m\nfunc New() {}\nfunc f() { New() }\n",
        "package m\nimport \"a.b/pool/sub\"\nfunc f() { sub.New() }\n",
        "package m\nimport \"a.b/pool\"\ntype T struct{ New func() }\nfunc f(pool T) { pool.New() }\nvar _ = pool.X\n",
    ];
    for text in silent {
        assert_eq!(lines("a.b/pool v1.4.0", text), [0; 0], "{text}");
    }
}

#[test]
fn renamed_imports_and_methods_are_followed() {
    let renamed = "package m\nimport x \"a.b/pool\"\nfunc f() { x.New() }\n";
    assert_eq!(lines("a.b/pool v1.4.0", renamed), [3]);
    let method = "package m\nimport \"a.b/pool\"\nfunc f(p *pool.Pool) {\n\tdefer p.Close()\n}\n";
    assert_eq!(lines("a.b/pool v1.4.0", method), [4]);
}

#[test]
fn tests_reach_nothing() {
    let go_mod = go_mod("1.24", "a.b/pool v1.4.0");
    let files =
        [("/m/go.mod", go_mod.as_str()), ("/m/a.go", "package m\n"), ("/m/a_test.go", CALLS)];
    assert_eq!(found(&files), []);
}

#[test]
fn reported_leaks_and_uncertain_versions_are_possible() {
    let told = "package m\nimport \"a.b/pool\"\nfunc f() { pool.Told() }\n";
    let new = go_mod("1.24", "a.b/pool v1.4.0");
    let findings = found(&[("/m/go.mod", &new), ("/m/a.go", told)]);
    assert_eq!(findings[0].confidence, Confidence::Possible);
    let old = go_mod("1.12", "a.b/pool v1.4.0");
    let findings = found(&[("/m/go.mod", &old), ("/m/a.go", CALLS)]);
    assert_eq!(findings[0].confidence, Confidence::Possible);
    assert!(findings[0].message.starts_with("module a.b/pool, at least v1.4.0 leaks"));
    let sum = "a.b/pool v1.4.0 h1:x=\na.b/pool v1.6.0 h1:x=\n";
    assert_eq!(found(&[("/m/go.mod", &old), ("/m/go.sum", sum), ("/m/a.go", CALLS)]), []);
}

#[test]
fn timers_do_no_harm_since_their_go_line() {
    let text = "package m\nimport \"a.b/pool\"\nfunc f() { pool.Every() }\n";
    let of = |go: &str| {
        let go_mod = go_mod(go, "a.b/pool v1.4.0");
        found(&[("/m/go.mod", &go_mod), ("/m/a.go", text)])
    };
    assert_eq!((of("1.22").len(), of("1.23").len(), of("1.24.1").len()), (1, 0, 0));
    assert_eq!(of("1.22")[0].confidence, Confidence::Possible, "a new toolchain collects them");
}

#[test]
fn literals_count_with_their_field() {
    let with = "package m\nimport \"a.b/pool\"\nvar o = pool.Options{Hook: nil}\n";
    assert_eq!(lines("a.b/pool v9.0.0+incompatible", with), [3], "no version mends it");
    let without = "package m\nimport \"a.b/pool\"\nvar o = pool.Options{Size: 1}\n";
    assert_eq!(lines("a.b/pool v9.0.0+incompatible", without), [0; 0]);
}

#[test]
fn imports_for_their_effect_count() {
    let text = "package m\nimport (\n\t\"fmt\"\n\t_ \"a.b/driver\"\n)\nvar _ = fmt.Sprint\n";
    assert_eq!(lines("a.b/driver v1.0.0", text), [4]);
    assert_eq!(lines("a.b/driver v1.0.0", "package m\nimport _ \"a.b/driver/sub\"\n"), [0; 0]);
}

#[test]
fn one_leak_of_several_files_is_one_finding() {
    let go_mod = go_mod("1.24", "a.b/pool v1.4.0");
    let method = "package m\nimport \"a.b/pool\"\nfunc g(p *pool.Pool) { p.Close() }\n";
    let mut files = vec![("/m/go.mod", go_mod.as_str()), ("/m/b.go", CALLS), ("/m/a.go", method)];
    let findings = found(&files);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].file, "a.go");
    assert!(findings[0].message.ends_with("(a/b#1); reached in one more file"));
    files.push(("/m/c/c.go", "package c\nimport \"a.b/pool\"\nfunc g() { pool.New() }\n"));
    assert!(found(&files)[0].message.ends_with("; reached in 2 more files"));
}

#[test]
fn modules_are_told_apart() {
    let old = go_mod("1.24", "a.b/pool v1.4.0");
    let new = "module example.com/n\n\ngo 1.24\n\nrequire a.b/pool v1.5.0\n";
    let other = "package n\nimport \"a.b/pool\"\nfunc f() { pool.New() }\n";
    let files = [
        ("/m/x/go.mod", old.as_str()),
        ("/m/x/a.go", CALLS),
        ("/m/y/go.mod", new),
        ("/m/y/a.go", other),
    ];
    let findings = found(&files);
    let places: Vec<&str> = findings.iter().map(|finding| finding.file.as_str()).collect();
    assert_eq!(places, ["x/a.go"]);
}
