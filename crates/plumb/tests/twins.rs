//! The recorded cases of the catalogue: the same verdicts offline as live. Live runs are `cargo xtask twins`.

use std::path::Path;

use xtask::twins::RecordedCase;
use xtask::workspace;

/// What must be recorded of every pattern: under load, after it, and the repaired twin after it.
const CASES: [&str; 3] = ["after", "before", "late"];

#[test]
fn every_recorded_case_gives_exactly_its_patterns() {
    let plumb = Path::new(env!("CARGO_BIN_EXE_plumb"));
    let out = tempfile::tempdir().expect("a folder");
    let mut failures = Vec::new();
    for id in workspace::running_twins().expect("the catalogue") {
        let cases = RecordedCase::all_of(&id).unwrap_or_else(|error| panic!("{id}: {error:#}"));
        for needed in CASES {
            assert!(cases.iter().any(|case| case.stem == needed), "{id} has no {needed}.case");
        }
        for case in cases {
            let said = match case.judge(plumb, out.path()) {
                Ok(judgement) => judgement.failures,
                Err(error) => vec![format!("{error:#}")],
            };
            failures.extend(said.into_iter().map(|said| format!("{id}/{}: {said}", case.stem)));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
