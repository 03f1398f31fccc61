//! Files that help tests from outside of `_test.go`: what tests of several packages share, and folders of such code.

use plumb_gosource::{DeclKind, File, FuncTypeId, Names};

/// The packages whose values stand for a running test: that of the standard library, and those of which interfaces
/// have its methods, so that programs do not depend on it.
const TESTING: [&str; 3] =
    ["testing", "github.com/mitchellh/go-testing-interface", "github.com/stretchr/testify/require"];

/// What a test gives to its helpers.
const GIVEN: [&str; 7] = ["T", "B", "F", "M", "TB", "TestingT", "PB"];

/// Words in the names of folders, between `-`, `_` and `.`, of code for tests, programs or not.
const WORDS_FOR_TESTS: [&str; 7] = ["e2e", "fake", "fakes", "fixture", "fixtures", "mock", "mocks"];

/// How words begin, or end, in the names of such folders: `testutil`, `testserver`, `httptest`.
const TEST: &str = "test";

/// Words that begin or end like this and mean something else.
const NO_TESTS: [&str; 11] = [
    "attest",
    "contest",
    "fastest",
    "greatest",
    "latest",
    "lightest",
    "protest",
    "shortest",
    "testament",
    "testimonials",
    "testimony",
];

/// Whether a folder has code for tests: a word of its name says so.
pub fn is_for_tests(folder: &str) -> bool {
    folder.split(['-', '_', '.']).any(|word| {
        WORDS_FOR_TESTS.contains(&word)
            || ((word.starts_with(TEST) || word.ends_with(TEST)) && !NO_TESTS.contains(&word))
    })
}

/// Whether a file, by its path from where the scan begins, stands in a folder of code for tests.
pub(super) fn is_in_test_folder(path: &str) -> bool {
    path.rsplit('/').skip(1).any(is_for_tests)
}

/// Whether a function of a file can be called by tests only, since it asks for the running test.
pub(super) fn helps_tests(file: &File<'_>, names: &Names<'_>) -> bool {
    let mut testing = names.imports().iter().filter(|import| TESTING.contains(&import.path));
    testing.next().is_some()
        && file[file.decls()].iter().any(|decl| match file[*decl].kind {
            DeclKind::FuncDecl(function) => asks_for_test(file, function.ty),
            _ => false,
        })
}

fn asks_for_test(file: &File<'_>, ty: FuncTypeId) -> bool {
    let parameters = &file[file[file[ty].params].list];
    parameters.iter().any(|parameter| {
        let text = file.text(file[file[*parameter].ty].span);
        let (package, name) = text.trim_start_matches('*').split_once('.').unwrap_or_default();
        matches!(package, "testing" | "require") && GIVEN.contains(&name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_tests_are_told_by_words() {
        for path in
            ["test/e2e/main.go", "pkg/testutil/server.go", "a/metricstest/m.go", "b/fixtures/f.go"]
        {
            assert!(is_in_test_folder(path), "{path}");
        }
        for path in ["main.go", "test.go", "pkg/latest/v.go", "contest/c.go", "attestation/a.go"] {
            assert!(!is_in_test_folder(path), "{path}");
        }
    }
}
