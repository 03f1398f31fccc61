//! What every pattern's record must keep to.

use std::collections::BTreeSet;
use std::path::Path;

use plumb_evidence::catalogue::Pattern;

use super::PATTERNS;
use crate::rules::RULES;

fn each(check: impl Fn(&Pattern)) {
    for pattern in PATTERNS {
        println!("{}", pattern.id);
        check(pattern);
    }
}

/// The pattern folders that have this file.
fn folders_with(file: &str) -> BTreeSet<String> {
    std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .expect("patterns")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.join(file).exists())
        .map(|path| path.file_name().expect("name").to_string_lossy().into_owned())
        .collect()
}

#[test]
fn every_folder_is_listed_under_its_name() {
    let folders = folders_with("pattern.rs");
    let listed: BTreeSet<String> = PATTERNS.iter().map(|pattern| pattern.id.to_owned()).collect();
    assert_eq!(listed, folders);
    assert_eq!(listed.len(), PATTERNS.len(), "an id twice");
}

#[test]
fn every_rule_is_listed_under_the_name_of_a_pattern() {
    let listed: BTreeSet<String> = RULES.iter().map(|rule| rule.pattern.to_owned()).collect();
    assert_eq!(listed, folders_with("rule.rs"));
    assert_eq!(listed.len(), RULES.len(), "an id twice");
    assert!(listed.is_subset(&folders_with("pattern.rs")), "a rule without a record");
}

#[test]
fn ids_are_words_and_titles_one_lowercase_line() {
    each(|pattern| {
        assert!(pattern.id.split('-').all(|word| word.chars().all(|c| c.is_ascii_lowercase())));
        assert!(!pattern.title.contains('\n') && !pattern.title.ends_with('.'));
        let first = pattern.title.split(' ').next().unwrap_or_default();
        assert!(
            first.chars().all(char::is_uppercase)
                || first.chars().all(char::is_lowercase)
                || first.contains('-')
        );
    });
}

#[test]
fn every_text_is_there() {
    each(|pattern| {
        for sentence in [pattern.shows, pattern.why, pattern.fix] {
            assert!(sentence.ends_with('.') && sentence.len() > 100, "{sentence}");
            assert!(!sentence.contains("  "), "a broken line: {sentence}");
        }
        let prevention = &pattern.prevention;
        for sentence in [prevention.test, prevention.gate, prevention.doc_comment] {
            assert!(sentence.ends_with('.') && !sentence.contains("  "), "{sentence}");
        }
        assert!(prevention.gate.contains("plumb "));
    });
}

#[test]
fn examples_are_go_that_differs() {
    each(|pattern| {
        let (before, after) = (pattern.example.before, pattern.example.after);
        assert_ne!(before, after);
        for text in [before, after] {
            assert!(text.ends_with('\n') && !text.contains("    "), "gofmt indents with tabs");
            let count = |c: char| text.matches(c).count();
            assert_eq!(count('{'), count('}'));
            assert_eq!(count('('), count(')'));
        }
    });
}

#[test]
fn alerts_are_balanced_expressions() {
    each(|pattern| {
        let alert = pattern.prevention.alert;
        assert_eq!(alert.matches('(').count(), alert.matches(')').count());
        assert_eq!(alert.matches('[').count(), alert.matches(']').count());
        assert!(alert.contains('>'));
    });
}

#[test]
fn thresholds_and_claims_have_sources() {
    each(|pattern| {
        assert!(pattern.sources.len() >= 3);
        assert!(pattern.sources.iter().all(|source| source.starts_with("https://")));
        let rules = || RULES.iter().filter(|rule| rule.pattern == pattern.id);
        assert!(!pattern.thresholds.is_empty() || rules().next().is_some(), "nothing finds it");
        for threshold in pattern.thresholds {
            assert!(threshold.value > 0.0 && !threshold.unit.is_empty());
            assert!(threshold.source.len() > 20, "{}: {}", threshold.name, threshold.source);
        }
        let names: BTreeSet<_> =
            pattern.thresholds.iter().map(|threshold| threshold.name).collect();
        assert_eq!(names.len(), pattern.thresholds.len());
    });
}

#[test]
fn programs_run_for_what_a_check_can_see() {
    let programs = folders_with("before/main.go");
    each(|pattern| assert_eq!(programs.contains(pattern.id), !pattern.thresholds.is_empty()));
}
