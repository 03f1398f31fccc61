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

/// Words in the names of files, between the same, with what tests get in place of the real thing.
const WORDS_FOR_STANDING_IN: [&str; 4] = ["fake", "fakes", "mock", "mocks"];

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

/// The folder of a repository with the tests of the whole and what supports them. Deeper ones of that name have programs'
/// ties to others.
const OF_INTEGRATION: &str = "integration";

/// Whether a folder has code for tests: a word of its name says so.
pub fn is_for_tests(folder: &str) -> bool {
    folder.split(['-', '_', '.']).any(|word| {
        WORDS_FOR_TESTS.contains(&word)
            || ((word.starts_with(TEST) || word.ends_with(TEST)) && !NO_TESTS.contains(&word))
    })
}

/// Whether a file stands in a folder of code for tests, by its path from where the scan begins and that from the module
/// around it.
pub(super) fn is_in_test_folder(above: &str, path: &str) -> bool {
    let (inside, _name) = path.rsplit_once('/').unwrap_or_default();
    let folders = above.split('/').chain(inside.split('/'));
    let mut folders = folders.filter(|folder| !folder.is_empty()).peekable();
    folders.peek() == Some(&OF_INTEGRATION) || folders.any(is_for_tests)
}

/// Whether the name of a file says that it stands in for another one where there is only a test: `client_mock.go`.
pub(super) fn stands_in(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let words = name.strip_suffix(".go").unwrap_or(name).split(['-', '_', '.']);
    words.into_iter().any(|word| WORDS_FOR_STANDING_IN.contains(&word))
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
            assert!(is_in_test_folder("", path), "{path}");
        }
        for path in ["main.go", "test.go", "pkg/latest/v.go", "contest/c.go", "attestation/a.go"] {
            assert!(!is_in_test_folder("", path), "{path}");
        }
    }

    #[test]
    fn tests_of_the_whole_stand_at_the_top() {
        for (above, path) in
            [("", "integration/client/daemon.go"), ("integration/client", "daemon.go")]
        {
            assert!(is_in_test_folder(above, path), "{above} {path}");
        }
        for (above, path) in [
            ("", "integration.go"),
            ("", "mq/kafka/integration/client.go"),
            ("mq", "integration/client.go"),
            ("", "integrations/slack/slack.go"),
        ] {
            assert!(!is_in_test_folder(above, path), "{above} {path}");
        }
    }

    #[test]
    fn files_with_mocks_are_told_by_words() {
        for path in ["internal/cloud/tfe_client_mock.go", "mock_store.go", "a/fake.go"] {
            assert!(stands_in(path), "{path}");
        }
        for path in ["mocking.go", "mock/client.go", "unfaked.go", "fakery_detection.go"] {
            assert!(!stands_in(path), "{path}");
        }
    }

    #[test]
    fn modules_inside_of_another_are_in_its_folders() {
        assert!(is_in_test_folder("tests/robustness", "report/save.go"));
        assert!(!is_in_test_folder("api/latest", "client/save.go"));
    }
}
