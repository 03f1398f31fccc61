//! What names refer to: by example, and as `go/types` says over the standard library.
//!
//! `ALL_PACKAGES=1 cargo test -p plumb-gosource --test names` compares all of it.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use plumb_gosource::{DeclaredAs, ExprKind, File, IdentId, Names, Node, Parents, Referent, parse};

#[allow(dead_code)] // Each user needs some of it.
mod reference;

use reference::{Reference, go_files};

/// Every identifier of the tree, and whether it is the key of an element of a literal.
fn idents(file: &File<'_>) -> Vec<(IdentId, bool)> {
    let parents = Parents::new(file);
    let ident = |node: Node| match node {
        Node::Ident(ident) => Some((ident, false)),
        Node::Expr(expr) => match file[expr].kind {
            ExprKind::Ident(ident) => Some((ident, is_key(file, &parents, node))),
            _ => None,
        },
        _ => None,
    };
    file.walk(Node::File).filter_map(|visit| ident(visit.node)).collect()
}

fn is_key(file: &File<'_>, parents: &Parents, node: Node) -> bool {
    match (parents.of(node), node) {
        (Some(Node::Expr(parent)), Node::Expr(expr)) => match file[parent].kind {
            ExprKind::KeyValueExpr(pair) => pair.key == expr,
            _ => false,
        },
        _ => false,
    }
}

/// Offset of what an identifier refers to.
fn target(file: &File<'_>, names: &Names<'_>, ident: IdentId) -> Option<u32> {
    names.referent(ident).map(|referent| match referent {
        Referent::Declared(ident) => file[ident].span.start,
        Referent::Import(spec) => file[spec].span.start,
    })
}

/// Differences of one file from what `go/types` says: lines of `offset offset`, or `offset ?` for what it does not
/// know. Keys of literals of types from elsewhere are not known to us.
fn differences(
    path: &Path,
    theirs: &HashMap<u32, Option<u32>>,
    unknown_keys: &mut usize,
) -> Vec<String> {
    let source = fs::read(path).unwrap();
    let file = parse(&source);
    let names = Names::new(&file, |_| None);
    let mut differences = Vec::new();
    for (ident, key) in idents(&file) {
        let offset = file[ident].span.start;
        let ours = target(&file, &names, ident);
        let theirs = match theirs.get(&offset) {
            Some(None) => continue,
            Some(Some(theirs)) => Some(*theirs),
            None => None,
        };
        if ours.is_none() && theirs.is_some() && key {
            *unknown_keys += 1;
        } else if ours != theirs {
            let (at, name) = (file.position(offset), file.name(ident));
            let (path, line) = (path.display(), at.line);
            differences.push(format!("{path}:{line}: {name} is {ours:?}, should be {theirs:?}"));
        }
    }
    differences
}

/// The names of a function's body as `name@line -> line`, of those that are declared in the file.
fn resolved(source: &str) -> Vec<String> {
    let file = parse(source.as_bytes());
    assert_eq!(file.problems(), []);
    let names = Names::new(&file, |_| None);
    let line = |offset| file.position(offset).line;
    let uses = idents(&file).into_iter().filter_map(|(ident, _)| {
        let to = target(&file, &names, ident)?;
        let at = file[ident].span.start;
        (at != to).then(|| format!("{}@{} -> {}", file.name(ident), line(at), line(to)))
    });
    uses.collect()
}

#[test]
fn a_short_declaration_declares_only_what_is_new_in_its_scope() {
    let source = "package p
func f(err error) {
	a, err := 1, err
	if a, err := a, err; err != a {
		b, err := err, a
		_ = b
	}
	err = a
}
";
    assert_eq!(
        resolved(source),
        [
            "err@3 -> 2",
            "err@3 -> 2",
            "a@4 -> 3",
            "err@4 -> 2",
            "err@4 -> 4",
            "a@4 -> 4",
            "err@5 -> 4",
            "a@5 -> 4",
            "b@6 -> 5",
            "err@8 -> 2",
            "a@8 -> 3",
        ]
    );
}

#[test]
fn closures_see_what_is_declared_before_them() {
    let source = "package p
func f() {
	x := 1
	g := func(y int) int {
		x, z := x+y, z
		return x + z
	}
	z := g(x)
	_ = z
}
";
    assert_eq!(
        resolved(source),
        ["x@5 -> 3", "y@5 -> 4", "x@6 -> 5", "z@6 -> 5", "g@8 -> 4", "x@8 -> 3", "z@9 -> 8"]
    );
}

#[test]
fn keys_of_structs_are_no_names() {
    let source = "package p
type T struct{ k int }
type M map[int][]T
func f(k int) {
	_ = T{k: k}
	_ = M{k: {{k: k}, {k}}}
	_ = elsewhere.U{k: k}
	_ = []*M{k: {k: nil}}
}
";
    let file_lines: Vec<String> =
        resolved(source).into_iter().filter(|name| name.starts_with('k')).collect();
    assert_eq!(
        file_lines,
        ["k@5 -> 4", "k@6 -> 4", "k@6 -> 4", "k@6 -> 4", "k@7 -> 4", "k@8 -> 4", "k@8 -> 4"]
    );
}

#[test]
fn labels_and_type_switches_and_type_parameters_have_their_scopes() {
    let source = "package p
import h \"net/http\"
type List[T any] struct{ next *List[T] }
func (l *List[T]) Each[U any](f func(t T) U, T h.Handler) {
	goto end
end:
	switch v := l.next.(type) {
	case nil:
		for end := range v {
			_ = end
			continue end
		}
	}
}
";
    assert_eq!(
        resolved(source),
        [
            "List@3 -> 3",
            "T@3 -> 3",
            "List@4 -> 3",
            "T@4 -> 4",
            "U@4 -> 4",
            "h@4 -> 2",
            "end@5 -> 6",
            "l@7 -> 4",
            "v@9 -> 7",
            "end@10 -> 9",
            "end@11 -> 6",
        ]
    );
}

#[test]
fn declarations_say_as_what() {
    let source = b"package p
const c = 1
func (r T) m(a int) (b error) { var v = c; L: for i := range v { type t int; break L }; return }
";
    let file = parse(source);
    let names = Names::new(&file, |_| None);
    let declared: Vec<(&str, DeclaredAs, bool)> = idents(&file)
        .into_iter()
        .filter_map(|(ident, _)| {
            let declaration = names.declaration(ident)?;
            Some((file.name(ident), declaration.kind, declaration.top_level))
        })
        .collect();
    assert_eq!(
        declared,
        [
            ("c", DeclaredAs::Const, true),
            ("r", DeclaredAs::Receiver, false),
            ("a", DeclaredAs::Param, false),
            ("b", DeclaredAs::Result, false),
            ("v", DeclaredAs::Var, false),
            ("L", DeclaredAs::Label, false),
            ("i", DeclaredAs::Var, false),
            ("t", DeclaredAs::Type, false),
        ]
    );
    let (c, _) = idents(&file)[1];
    assert_eq!(names.uses(Referent::Declared(c)).count(), 2, "the declaration itself and one use");
}

#[test]
fn names_refer_to_what_go_types_says() {
    let (reference, root) = Reference::of_tests("names").unwrap();
    let files = go_files(&root.join("src")).unwrap();
    let skipped = |path: &Path| {
        path.components().any(|part| part.as_os_str() == "testdata" || part.as_os_str() == "cmd")
    };
    let folders: BTreeSet<PathBuf> = files
        .iter()
        .filter(|path| !skipped(path))
        .filter_map(|path| path.parent().map(Path::to_path_buf))
        .collect();
    // A third of the packages is enough for every run.
    let step = if std::env::var_os("ALL_PACKAGES").is_some() { 1 } else { 3 };
    let folders: Vec<PathBuf> = folders.into_iter().step_by(step).collect();
    let printed = reference.run_in("names", &folders, Some(&root)).unwrap();
    let (mut count, mut names, mut unknown_keys) = (0, 0, 0);
    let mut all = Vec::new();
    for of_file in printed.split("file ").skip(1) {
        let (path, lines) = of_file.split_once('\n').unwrap();
        let line = |line: &str| {
            let (offset, target) = line.split_once(' ').unwrap();
            (offset.parse().unwrap(), target.parse().ok())
        };
        let theirs: HashMap<u32, Option<u32>> = lines.lines().map(line).collect();
        count += 1;
        names += theirs.len();
        all.extend(differences(Path::new(path), &theirs, &mut unknown_keys));
    }
    assert!(
        all.is_empty(),
        "{} of {names} names\n{}",
        all.len(),
        all[..all.len().min(20)].join("\n")
    );
    assert!(count > 400 && names > 150_000, "{count} files, {names} names");
    assert!(unknown_keys * 500 < names, "{unknown_keys} keys of {names} names");
}
