//! Files with errors, and any others: no panic, whatever is asked about the functions that could be read.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use plumb_gosource::edit::Edits;
use plumb_gosource::flow::{
    Acquisition, Bound, BoundTo, Exits, Guard, Ownership, Paths, Scope, Use,
};
use plumb_gosource::{ExprKind, File, Names, Node, parse};
use proptest::prelude::*;

static SOURCE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/go/paths/paths.go")).unwrap()
});

struct Anything;

impl Ownership for Anything {
    fn releases(&self, use_: &Use<'_>) -> bool {
        use_.selected.len() % 2 == 1
    }
}

/// Asks of every call what becomes of its results; the number of leaks.
fn ask(file: &File<'_>) -> usize {
    let names = Names::new(file, |_| None);
    let scope = Scope::new(file, &names);
    let mut leaks = 0;
    for function in scope.functions() {
        let graph = scope.standard_graph(function);
        assert_eq!(graph.endless().len(), graph.blocks().len());
        let steps: usize = graph.blocks().map(|block| graph.steps(block).len()).sum();
        assert_eq!(steps, graph.step_count(), "every step is in one block");
        let paths = Paths::new(&scope, function, &graph);
        for visit in file.walk(Node::Stmt(scope[function].body)) {
            let Node::Expr(call) = visit.node else { continue };
            if !matches!(file[call].kind, ExprKind::CallExpr(_)) {
                continue;
            }
            let Bound::To(results) = scope.bound(call) else { continue };
            let variables: Vec<_> = results
                .iter()
                .filter_map(|to| match to {
                    BoundTo::Variable(variable) => Some(*variable),
                    _ => None,
                })
                .collect();
            let guard = variables.last().copied().map(Guard::Error);
            let acquisition = Acquisition { call, variables, guard };
            let answer =
                paths.leaks(&acquisition, &Anything, Exits { panics: true, no_return: true });
            for leak in &answer.leaks {
                assert!(leak.witness.places.len() >= 2);
                assert_eq!(leak.witness.describe(file).len(), leak.witness.places.len());
            }
            leaks += answer.leaks.len();
        }
    }
    leaks
}

/// Statements before and after each statement, where that is possible; the result must parse.
fn edit(file: &File<'_>) {
    let names = Names::new(file, |_| None);
    let Ok(mut edits) = Edits::new(file, &names) else { return };
    for visit in file.walk(Node::File) {
        if let Node::Stmt(stmt) = visit.node {
            let _ = edits.insert_after(stmt, "x()\ny()");
            let _ = edits.insert_before(stmt, "x()");
        }
    }
    edits.import("time", None);
    edits.apply().unwrap();
}

#[test]
fn whole_files_can_be_asked_about_and_edited() {
    let file = parse(&SOURCE);
    assert!(ask(&file) > 20);
    edit(&file);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn broken_files_can_be_asked_about(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40), 1..12),
        words in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::sample::select(vec![
                "{", "}", "(", ")", "break L", "goto end", "L:", "fallthrough", "case x:", "default:", ":=", "func() {",
                "select {", "switch {", "if x := y; ", "for range ", ";", "\n", "return", "defer ", "go ", "&&", "nil",
            ])),
            0..8,
        ),
    ) {
        let mut source = SOURCE.clone();
        for (at, len) in cuts {
            let start = at.index(source.len());
            let end = (start + len).min(source.len());
            source.drain(start..end);
        }
        for (at, word) in words {
            let at = at.index(source.len());
            source.splice(at..at, word.bytes());
        }
        let file = parse(&source);
        ask(&file);
        edit(&file);
    }
}
