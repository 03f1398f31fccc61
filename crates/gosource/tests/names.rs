//! What names refer to: by example, and as `go/types` says over the standard library.

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
    let folders: Vec<PathBuf> = folders.into_iter().collect();
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
    assert!(count > 1500 && names > 500_000, "{count} files, {names} names");
    assert!(unknown_keys * 500 < names, "{unknown_keys} keys of {names} names");
}
