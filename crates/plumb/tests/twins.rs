//! The recorded cases of the catalogue: the same verdicts offline as live. Live runs are `cargo xtask twins`.

use std::path::Path;

use xtask::twins::{case_standard, diagnose, judge, recorded_cases};
use xtask::workspace;

/// What must be recorded of every pattern: under load, after it, and the repaired twin after it.
const CASES: [&str; 3] = ["after", "before", "late"];

#[test]
fn every_recorded_case_gives_exactly_its_patterns() {
    let plumb = Path::new(env!("CARGO_BIN_EXE_plumb"));
    let out = tempfile::tempdir().expect("a folder");
    let mut failures = Vec::new();
    for id in workspace::pattern_ids().expect("the catalogue") {
        let cases = recorded_cases(&id).unwrap_or_else(|error| panic!("{id}: {error:#}"));
        let stems: Vec<String> = cases
            .keys()
            .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
            .collect();
        for needed in CASES {
            assert!(stems.iter().any(|stem| stem == needed), "{id} has no {needed}.case");
        }
        for ((path, expected), stem) in cases.iter().zip(&stems) {
            let kept = out.path().join(format!("{id}-{stem}"));
            let said = match diagnose(plumb, &[path.display().to_string()], &kept) {
                Ok((answer, code)) => {
                    judge(expected, &answer, code, case_standard(&id, stem)).failures
                }
                Err(error) => vec![format!("{error:#}")],
            };
            failures.extend(said.into_iter().map(|said| format!("{id}/{stem}: {said}")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
