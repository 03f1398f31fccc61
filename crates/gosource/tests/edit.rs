//! Edits: by example, and as gofmt likes them in files of the standard library.
//!
//! `ALL_PACKAGES=1 cargo test -p plumb-gosource --test edit` edits all of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plumb_gosource::edit::{EditError, Edits, unified_diff};
use plumb_gosource::{DeclKind, File, Names, Node, Span, StmtId, StmtKind, parse};
use xtask::tools::{NEWEST_GO, install_go, tools_directory};

#[allow(dead_code)] // Each user needs some of it.
mod reference;

use reference::go_files;

/// Makes edits of a source; the statement that begins with `a(` is the one to edit around.
fn edited(
    source: &str,
    edit: impl Fn(&mut Edits<'_, '_>, StmtId) -> Result<(), EditError>,
) -> Result<String, EditError> {
    let file = parse(source.as_bytes());
    let names = Names::new(&file, |_| None);
    let mut edits = Edits::new(&file, &names)?;
    let found = file.walk(Node::File).find_map(|visit| match visit.node {
        Node::Stmt(stmt) => {
            let text = file.text(file[stmt].span);
            (text.starts_with("a(") || text.starts_with("L:")).then_some(stmt)
        }
        _ => None,
    });
    edit(&mut edits, found.expect("a statement"))?;
    let done = edits.apply()?;
    assert_eq!(replay(source, &done.edits), done.source, "the edits make the result");
    Ok(done.source)
}

fn replay(source: &str, edits: &[plumb_gosource::edit::Edit]) -> String {
    let mut out = String::new();
    let mut done = 0;
    for edit in edits {
        out += &source[done..edit.span.start as usize];
        out += &edit.text;
        done = edit.span.end as usize;
    }
    out + &source[done..]
}

fn after(source: &str, text: &str) -> Result<String, EditError> {
    edited(source, |edits, stmt| edits.insert_after(stmt, text))
}

fn before(source: &str, text: &str) -> Result<String, EditError> {
    edited(source, |edits, stmt| edits.insert_before(stmt, text))
}

#[test]
fn statements_get_lines_of_their_own() {
    let source = "package p\n\nfunc f() {\n\tif x {\n\t\ta()\n\t}\n}\n";
    let expected = "package p\n\nfunc f() {\n\tif x {\n\t\ta()\n\t\tdefer b()\n\t}\n}\n";
    assert_eq!(after(source, "defer b()").unwrap(), expected);
    let expected =
        "package p\n\nfunc f() {\n\tif x {\n\t\tif b {\n\t\t\tc()\n\t\t}\n\t\ta()\n\t}\n}\n";
    assert_eq!(before(source, "if b {\n\tc()\n}").unwrap(), expected);
}

#[test]
fn comments_and_spaces_stay() {
    let source = "package p\nfunc f() {\n    a() // c\n\n    // d\n    b() }\n";
    let expected = "package p\nfunc f() {\n    a() // c\n    x()\n\n    // d\n    b() }\n";
    assert_eq!(after(source, "x()").unwrap(), expected);
    let source = "package p\nfunc f() {\n\ta() /* c\n\td */\n\tb()\n}\n";
    let expected = "package p\nfunc f() {\n\ta() /* c\n\td */\n\tx()\n\tb()\n}\n";
    assert_eq!(after(source, "x()").unwrap(), expected);
}

#[test]
fn line_ends_stay() {
    let source = "package p\r\nfunc f() {\r\n\ta() // c\r\n}\r\n";
    let expected = "package p\r\nfunc f() {\r\n\ta() // c\r\n\tx()\r\n\ty()\r\n}\r\n";
    assert_eq!(after(source, "x()\ny()").unwrap(), expected);
    let source = "package p\nfunc f() {\n\ta()\n}";
    assert_eq!(after(source, "x()").unwrap(), "package p\nfunc f() {\n\ta()\n\tx()\n}");
    let source = "package p\r\nfunc f() {\r\n\ta()\r\n}";
    let expected = "package p\r\n\r\nimport \"os\"\r\nfunc f() {\r\n\ta()\r\n}";
    let import = edited(source, |edits, _| {
        assert_eq!(edits.import("os", None), "os");
        Ok(())
    });
    assert_eq!(import.unwrap(), expected);
}

#[test]
fn blocks_on_one_line_get_several() {
    let source = "package p\n\n\tvar f = func() { a(); b() }\n";
    let block = |lines: &str| format!("package p\n\n\tvar f = func() {{\n{lines}\t}}\n");
    assert_eq!(after(source, "x()").unwrap(), block("\t\ta()\n\t\tx()\n\t\tb()\n"));
    let twice = edited(source, |edits, stmt| {
        edits.insert_before(stmt, "x()\ny()")?;
        edits.insert_after(stmt, "z()")
    });
    assert_eq!(twice.unwrap(), block("\t\tx()\n\t\ty()\n\t\ta()\n\t\tz()\n\t\tb()\n"));
}

#[test]
fn what_shares_a_line_stays_there() {
    let source = "package p\n\nvar v = T{x: func() { a() }}\n";
    assert_eq!(after(source, "x()"), Err(EditError::SharedLine { line: 3 }));
    let source = "package p\n\nfunc f() {\n\ta(); b()\n}\n";
    assert_eq!(after(source, "x()").unwrap(), source.replace("a()", "a(); x()"));
    assert_eq!(after(source, "x()\ny()"), Err(EditError::SharedLine { line: 4 }));
    let source = "package p\n\nfunc f() { /* c */ b(); a() }\n";
    assert_eq!(before(source, "x()").unwrap(), source.replace("a()", "x(); a()"));
    assert_eq!(before(source, "x()\ny()"), Err(EditError::SharedLine { line: 3 }));
}

#[test]
fn labels_and_clauses_are_lists_and_headers_are_not() {
    let source = "package p\n\nfunc f() {\nL:\n\tfor {\n\t\tbreak L\n\t}\n}\n";
    let expected = "package p\n\nfunc f() {\n\tx()\nL:\n\tfor {\n\t\tbreak L\n\t}\n\ty()\n}\n";
    let both = edited(source, |edits, stmt| {
        edits.insert_after(stmt, "y()")?;
        edits.insert_before(stmt, "x()")
    });
    assert_eq!(both.unwrap(), expected);
    let source = "package p\nfunc f() {\n\tswitch {\n\tcase b:\n\t\ta()\n\t}\n}\n";
    let expected = "package p\nfunc f() {\n\tswitch {\n\tcase b:\n\t\ta()\n\t\tx()\n\t}\n}\n";
    assert_eq!(after(source, "x()").unwrap(), expected);
    for header in ["if a(); b { }", "for a(); b; { }", "switch a(); b { }", "for ; ; a() { }"] {
        let source = format!("package p\nfunc f() {{\n\t{header}\n}}\n");
        assert_eq!(after(&source, "x()"), Err(EditError::NotInList { line: 3 }), "{header}");
    }
    let select = "package p\nfunc f() {\n\tselect {\n\tcase a(x) <- 1:\n\t}\n}\n";
    assert_eq!(after(select, "x()"), Err(EditError::NotInList { line: 4 }));
}

#[test]
fn several_edits_are_applied_together_or_not_at_all() {
    let source = "package p\n\nfunc f() {\n\ta(1)\n\tb()\n}\n";
    let both = |first: Span, second: Span| {
        edited(source, |edits, stmt| {
            edits.replace(second, "3");
            edits.replace(first, "2");
            edits.insert_after(stmt, "x()")?;
            edits.insert_after(stmt, "y()")
        })
    };
    let one = Span::new(25, 26);
    assert_eq!(&source[25..26], "1");
    let expected = "package p\n\nfunc f() {\n\ta(2)\n\tx()\n\ty()\n\tb(3)\n}\n";
    assert_eq!(both(one, Span::new(31, 31)).unwrap(), expected);
    assert_eq!(both(one, Span::new(24, 26)), Err(EditError::Overlap { line: 4 }));
    let broken = edited(source, |edits, _| {
        edits.replace(one, "(");
        Ok(())
    });
    assert!(matches!(broken, Err(EditError::Broken { line: 4, .. })), "{broken:?}");
    let outside = both(one, Span::new(400, 401));
    assert_eq!(outside, Err(EditError::OutOfRange { start: 400, end: 401 }));
    let file = parse(b"package p\nfunc f() { ( }\n");
    let names = Names::new(&file, |_| None);
    assert_eq!(Edits::new(&file, &names).err(), Some(EditError::Unreadable));
}

#[test]
fn aligned_comments_are_aligned_again() {
    let source = "package p\n\nfunc f() {\n\ta()    // a\n\tlong() // b\n\tc()    // c\n}\n";
    let expected = "package p\n\nfunc f() {\n\ta() // a\n\tx()\n\tlong() // b\n\tc()    // c\n}\n";
    assert_eq!(after(source, "x()").unwrap(), expected);
    let not_aligned = source.replace("    //", " //");
    let expected = not_aligned.replace("a() // a\n", "a() // a\n\tx()\n");
    assert_eq!(after(&not_aligned, "x()").unwrap(), expected, "is left as it was");
}

/// A file with imports, and one more added.
fn imported(imports: &str, path: &str) -> (String, String) {
    let source = format!("package p\n{imports}\nfunc f() {{\n\ta()\n}}\n");
    let name = std::cell::RefCell::new(String::new());
    let result = edited(&source, |edits, _| {
        *name.borrow_mut() = edits.import(path, None);
        assert_eq!(edits.import(path, None), *name.borrow(), "the second time");
        Ok(())
    });
    let result = result.unwrap();
    let result = result.strip_prefix("package p\n").unwrap();
    let result = result.strip_suffix("\nfunc f() {\n\ta()\n}\n").unwrap();
    (name.into_inner(), result.to_owned())
}

#[test]
fn imports_go_to_their_groups() {
    let block = |lines: &str| format!("\nimport (\n{lines})\n");
    let add = |old: &str, path: &str, new: &str| {
        let (name, result) = imported(&block(old), path);
        assert_eq!(result, block(new), "{path}");
        name
    };
    let std = "\t\"fmt\"\n\t\"os\"\n";
    assert_eq!(add(std, "io", "\t\"fmt\"\n\t\"io\"\n\t\"os\"\n"), "io");
    assert_eq!(add(std, "net/http", "\t\"fmt\"\n\t\"net/http\"\n\t\"os\"\n"), "http");
    assert_eq!(add(std, "time", "\t\"fmt\"\n\t\"os\"\n\t\"time\"\n"), "time");
    assert_eq!(add(std, "a.b/c", "\t\"fmt\"\n\t\"os\"\n\n\t\"a.b/c\"\n"), "c");
    let two = "\t\"os\"\n\n\t\"a.b/x/y\"\n\n\t// C.\n\t\"c.d/x\"\n";
    let with = two.replace("// C.", "\"c.d/b\"\n\t// C.");
    assert_eq!(add(two, "c.d/b", &with), "b");
    let with = two.replace("a.b/x/y\"\n", "a.b/x/y\"\n\t\"a.b/x/z\"\n");
    assert_eq!(add(two, "a.b/x/z", &with), "z");
    let other = "\t\"a.b/x\"\n";
    assert_eq!(add(other, "time", "\t\"time\"\n\n\t\"a.b/x\"\n"), "time");
    assert_eq!(add("\tt \"time\" // t\n", "time", "\tt \"time\" // t\n"), "t");
    assert_eq!(add("\t. \"time\"\n", "time", "\t. \"time\"\n"), "");
    assert_eq!(add("\t_ \"time\"\n", "time", "\t_ \"time\"\n\t\"time\"\n"), "time");
    assert_eq!(add("\ttime \"a/b\"\n", "time", "\ttime \"a/b\"\n\ttimepkg \"time\"\n"), "timepkg");
}

#[test]
fn imports_without_a_block_get_one() {
    assert_eq!(imported("", "os").1, "\nimport \"os\"\n");
    let block = "\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n";
    assert_eq!(imported("\nimport \"os\"\n", "fmt").1, block);
    let groups = "\nimport (\n\t\"os\"\n\n\t\"a.b/c\"\n)\n";
    assert_eq!(imported("\nimport \"a.b/c\"\n", "os").1, groups);
    let cgo = "\n// #include <a.h>\nimport \"C\"\n";
    assert_eq!(imported(cgo, "os").1, format!("{cgo}\nimport \"os\"\n"));
    let comment = "\nimport \"fmt\" // c\n";
    assert_eq!(imported(comment, "os").1, format!("{comment}import \"os\"\n"));
}

#[test]
fn diffs_are_unified() {
    let diff = unified_diff("x/y.go", "a\nb\nc", "a\nB\nc");
    let expected = "--- a/x/y.go\n+++ b/x/y.go\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n\\ No newline at end of file\n";
    assert_eq!(diff, expected);
    assert_eq!(unified_diff("x", "a\n", "a\n"), "");
}

/// A generator of numbers that are the same in each run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// Statements of lists that begin their lines: assignments, calls and ifs.
fn statements(file: &File<'_>) -> Vec<StmtId> {
    let mut found = Vec::new();
    for decl in &file[file.decls()] {
        let DeclKind::FuncDecl(f) = file[*decl].kind else { continue };
        let Some(body) = f.body else { continue };
        for visit in file.walk(Node::Stmt(body)) {
            if let Node::Stmt(stmt) = visit.node
                && matches!(
                    file[stmt].kind,
                    StmtKind::AssignStmt(_) | StmtKind::ExprStmt(_) | StmtKind::IfStmt(_)
                )
            {
                found.push(stmt);
            }
        }
    }
    found
}

/// Edits a file at random; `None` if it has nothing to edit.
fn edit_at_random(source: &str, numbers: &mut Numbers) -> Option<String> {
    let file = parse(source.as_bytes());
    let names = Names::new(&file, |_| None);
    let mut edits = Edits::new(&file, &names).ok()?;
    let statements = statements(&file);
    let mut done = 0;
    for _ in 0..6 {
        if statements.is_empty() {
            return None;
        }
        let stmt = statements[numbers.below(statements.len())];
        let result = match numbers.below(3) {
            0 => edits.insert_after(stmt, "defer x.Close()"),
            1 => edits.insert_before(stmt, "defer x.Close()"),
            _ => edits.insert_after(stmt, "if err := x.Close(); err != nil {\n\treturn err\n}"),
        };
        done += u32::from(result.is_ok());
    }
    edits.import("context", None);
    edits.import("example.org/module/package", None);
    (done > 0).then(|| edits.apply().unwrap().source)
}

#[test]
fn files_of_gofmt_stay_so() {
    let go = install_go(NEWEST_GO, &tools_directory()).unwrap();
    let root = go.ancestors().nth(2).unwrap();
    let gofmt = root.join("bin/gofmt");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("edit");
    let (was, is) = (folder.join("was"), folder.join("is"));
    fs::create_dir_all(&was).unwrap();
    fs::create_dir_all(&is).unwrap();
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let files = go_files(&root.join("src")).unwrap();
    let mut sources: Vec<PathBuf> = Vec::new();
    // A sixth is enough for every run.
    let step = if std::env::var_os("ALL_PACKAGES").is_some() { 1 } else { 6 };
    for (i, path) in files.iter().filter(|p| !p.to_string_lossy().contains("testdata")).enumerate()
    {
        let Ok(source) = fs::read_to_string(path) else { continue };
        if i % step != 0 || source.len() > 100_000 {
            continue;
        }
        if let Some(result) = edit_at_random(&source, &mut numbers) {
            fs::write(was.join(format!("{i}.go")), &source).unwrap();
            fs::write(is.join(format!("{i}.go")), &result).unwrap();
            sources.push(path.clone());
        }
    }
    let list = |folder: &Path| -> Vec<PathBuf> {
        let output = Command::new(&gofmt).arg("-l").arg(folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let names = String::from_utf8(output.stdout).unwrap();
        names.lines().filter_map(|line| Path::new(line).file_name()).map(PathBuf::from).collect()
    };
    let not_formatted = list(&was);
    let changed: Vec<PathBuf> =
        list(&is).into_iter().filter(|name| !not_formatted.contains(name)).collect();
    let shown: Vec<String> = changed
        .iter()
        .take(5)
        .map(|name| {
            let output = Command::new(&gofmt).arg("-d").arg(is.join(name)).output().unwrap();
            String::from_utf8_lossy(&output.stdout).chars().take(1500).collect()
        })
        .collect();
    let count = sources.len();
    assert!(changed.is_empty(), "{} of {count} files\n{}", changed.len(), shown.join("\n"));
    assert!(count > 700, "{count}");
    fs::remove_dir_all(folder).unwrap();
}
