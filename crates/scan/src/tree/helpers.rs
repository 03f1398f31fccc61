//! Files that help tests from outside of `_test.go`: what tests of several packages share.

use plumb_gosource::{DeclKind, File, FuncTypeId, Names};

/// The packages whose values stand for a running test: that of the standard library, and those of which interfaces
/// have its methods, so that programs do not depend on it.
const TESTING: [&str; 3] =
    ["testing", "github.com/mitchellh/go-testing-interface", "github.com/stretchr/testify/require"];

/// What a test gives to its helpers.
const GIVEN: [&str; 7] = ["T", "B", "F", "M", "TB", "TestingT", "PB"];

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
