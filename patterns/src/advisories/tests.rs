//! What every row of the table must keep to.

use std::collections::BTreeSet;

use plumb_evidence::advisory::{Reach, STANDARD, Version, read};
use plumb_evidence::code::FunctionName;
use plumb_scan::Knowledge;

use super::{TABLE, advisories};

#[test]
fn every_line_is_a_row_under_its_own_name() {
    let (rows, problems) = read(TABLE);
    assert_eq!(problems, [0; 0], "lines that are no rows");
    let ids: BTreeSet<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), rows.len(), "an id twice");
    assert!(ids.iter().all(|id| id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')));
    assert!(rows.len() > 150, "{} rows", rows.len());
}

#[test]
fn every_row_can_be_found_and_says_what_to_do() {
    for row in advisories() {
        println!("{}", row.id);
        assert!(!(row.reached_by.is_empty() && row.seen_in.is_empty()), "nothing leads to it");
        assert!(row.module == STANDARD || row.module.contains('.'));
        assert!(row.remedy.len() > 5 && row.condition.len() > 5);
        assert!(!row.condition.ends_with('.') && !row.condition.contains("  "));
        let first = row.condition.split(' ').next().unwrap_or_default();
        assert!(first.chars().next().is_some_and(char::is_alphanumeric));
    }
}

#[test]
fn ranges_hold_a_version_that_leaks() {
    for row in advisories() {
        println!("{}", row.id);
        let affected = &row.affected;
        if let (Some(introduced), Some(fixed)) = (&affected.introduced, &affected.fixed) {
            assert!(introduced < fixed);
        }
        if let Some(fixed) = &affected.fixed {
            assert!(!affected.has(fixed), "the mending version leaks");
            assert!(affected.backports.iter().all(|backport| backport < fixed));
        }
        assert!(affected.backports.iter().all(|backport| !affected.has(backport)));
        if let Some(introduced) = &affected.introduced {
            assert!(affected.has(introduced), "the first bad version does not leak");
        } else {
            let releases = ["go1.18", "v0.0.1", "v1.0.0", "v2.0.0", "v3.0.0", "v4.0.0", "v5.0.0"];
            let more = ["v7.0.0", "v8.0.0", "v9.0.0", "v0.0.0-20100101000000-0123456789ab"];
            let earlier = releases.iter().chain(&more).filter_map(|text| Version::parse(text));
            assert!(earlier.into_iter().any(|version| affected.has(&version)), "no version leaks");
        }
    }
}

#[test]
fn sources_can_be_looked_up() {
    for row in advisories() {
        let (place, what) = row.source.split_once(['#', '@', ' ']).expect("a place and a number");
        assert_eq!(place.split('/').count(), 2, "{}: {}", row.id, row.source);
        assert!(what.contains(|c: char| c.is_ascii_digit()), "{}: {}", row.id, row.source);
    }
}

#[test]
fn names_are_whole() {
    let is_path = |path: &str| !path.contains(['$', '(', '%', ' ']) && !path.ends_with('/');
    for row in advisories() {
        println!("{}", row.id);
        for reach in &row.reached_by {
            let path = match reach {
                Reach::Call { path, name, receiver } => {
                    assert!(name.chars().all(char::is_alphanumeric), "{name}");
                    assert!(receiver.iter().all(|r| r.chars().all(char::is_alphanumeric)));
                    path
                }
                Reach::Literal { path, name, .. } => {
                    assert!(name.starts_with(char::is_uppercase));
                    path
                }
                Reach::Import(path) => path,
            };
            assert!(is_path(path), "{path}");
            assert!(path.contains('.'), "no source tells which version of Go builds it");
        }
        for function in &row.seen_in {
            assert_eq!(FunctionName(function).declared().0, function, "closures count for it");
            assert!(!function.contains(['*', '$']) || function.contains("(*"), "{function}");
            assert!(!FunctionName(function).local().is_empty());
        }
    }
}

#[test]
fn a_program_that_reaches_a_leak_is_told() {
    let knowledge = Knowledge::new(&[]).with_advisories(advisories());
    let go_mod = "module example.com/m\n\ngo 1.24\n\nrequire github.com/lib/pq v1.10.9\n";
    let text = "package m\n\nimport db \"github.com/lib/pq\"\n\nfunc stop(l *db.Listener) error {\n\treturn \
                l.Close()\n}\n";
    let files = plumb_scan::memory::Memory::new([("/m/go.mod", go_mod), ("/m/stop.go", text)]);
    let rule = crate::rules::RULES.iter().find(|rule| rule.pattern == "leaking-dependency-version");
    let scan = plumb_scan::scan(
        &files,
        std::path::Path::new("/m"),
        plumb_scan::Installation::default(),
        &[rule.expect("the rule")],
        &knowledge,
        &plumb_scan::Options::default(),
    );
    let messages: Vec<&str> = scan.findings.iter().map(|f| f.message.as_str()).collect();
    let expected = "module github.com/lib/pq v1.10.9 leaks goroutines through pq.Listener.Close: Close comes \
                    before the first connection is established: goroutines and socket stay; mended in v1.11.0 \
                    (lib/pq#1192)";
    assert_eq!(messages, [expected]);
}
