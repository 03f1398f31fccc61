//! Outlines against the parser: the same names at the same places, and the same texts.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use xtask::tools::{NEWEST_GO, install_go, tools_directory};

use super::super::extract::MAX_VALUE;
use super::{Outline, Outlined, OutlinedName, outline};
use crate::ast::{DeclKind, ExprKind, SpecKind};
use crate::file::File;
use crate::index::embedded_name;
use crate::parser::{parse, parse_header};
use crate::span::Span;
use crate::token::Token;

/// What a file declares, a line for each declaration, in order of the lines.
fn by_outline(src: &[u8]) -> Option<Vec<String>> {
    let (header, start) = parse_header(src);
    if !header.problems().is_empty() {
        return None;
    }
    let outline = outline(src, start)?;
    let of = &outline;
    let functions = of.functions.iter().map(|f| line(of, "func", *f, ""));
    let methods = of.methods.iter().map(|method| {
        let receiver = named(of, method.receiver);
        line(of, "func", method.function, &format!("{receiver} {}", method.pointer_receiver))
    });
    let types = of.types.iter().map(|ty| line(of, "type", ty.ty, &ty.is_alias.to_string()));
    let values = of.values.iter().map(|value| {
        let keyword = if value.is_const { "const" } else { "var" };
        line(of, keyword, value.value, &format!("{} of {}", value.index, value.names))
    });
    let mut lines: Vec<_> = functions.chain(methods).chain(types).chain(values).collect();
    lines.sort();
    Some(lines)
}

fn named(outline: &Outline, name: OutlinedName) -> String {
    format!("{}@{}", outline.name(name), name.span.start)
}

fn line(outline: &Outline, keyword: &str, decl: Outlined, more: &str) -> String {
    let text = outline.text(decl);
    let text = if keyword == "func" { Some(text) } else { text.strip_prefix(keyword) };
    let text = text.unwrap_or_default().trim();
    format!("{keyword} {} {more} {}", named(outline, decl.name), shown(keyword, text))
}

/// The text of a declaration, unless it is that of a long value, which an outline does not hold.
fn shown<'t>(keyword: &str, text: &'t str) -> &'t str {
    let is_value = matches!(keyword, "const" | "var");
    if is_value && text.len() > MAX_VALUE as usize { "long" } else { text }
}

/// The same from the syntax tree.
fn by_parser(file: &File<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let named = |ident| format!("{}@{}", file.name(ident), file[ident].span.start);
    for decl in &file[file.decls()] {
        let start = file[*decl].span.start;
        match file[*decl].kind {
            DeclKind::FuncDecl(f) => {
                let text = file.text(Span::new(start, file[f.ty].span.end)).trim();
                let receiver = f.recv.map(|recv| {
                    let ty = file[file[file[recv].list][0]].ty;
                    let pointer = matches!(file[file.unparen(ty)].kind, ExprKind::StarExpr(_));
                    format!("{} {pointer}", embedded_name(file, ty).map(named).unwrap_or_default())
                });
                let name = file.name(f.name);
                if name != "_" && (name != "init" || receiver.is_some()) {
                    let receiver = receiver.unwrap_or_default();
                    lines.push(format!("func {} {receiver} {text}", named(f.name)));
                }
            }
            DeclKind::GenDecl(decl) => {
                let mut repeated = "";
                for spec in &file[decl.specs] {
                    let text = file.text(file[*spec].span).trim();
                    match file[*spec].kind {
                        SpecKind::TypeSpec(spec) if file.name(spec.name) != "_" => {
                            let is_alias = spec.assign.is_some();
                            lines.push(format!("type {} {is_alias} {text}", named(spec.name)));
                        }
                        SpecKind::ValueSpec(spec) => {
                            let keyword = if decl.tok == Token::Const { "const" } else { "var" };
                            if keyword == "var" || spec.ty.is_some() || !spec.values.is_empty() {
                                repeated = text;
                            }
                            let names = &file[spec.names];
                            for (i, name) in names.iter().enumerate() {
                                if file.name(*name) != "_" {
                                    let place = format!("{i} of {}", names.len());
                                    let shown = shown(keyword, repeated);
                                    lines.push(format!(
                                        "{keyword} {} {place} {shown}",
                                        named(*name)
                                    ));
                                }
                            }
                        }
                        _ => {}
                    }
                }
            }
            DeclKind::BadDecl => {}
        }
    }
    lines.sort();
    lines
}

/// Declarations of many shapes.
const DECLARATIONS: &[&str] = &[
    "func f() {}",
    "func f() { return }; var w = 1",
    "func f()",
    "func init() {}",
    "func _() {}",
    "func f(a, b int, c ...string) (d error) {\n\tx := \"}\" // }\n\t{\n}\n}",
    "func f(x interface{}, y struct{}) map[string]interface{} { return nil }",
    "func f() interface { M() } { return nil }",
    "func f() struct {\n\ta int\n} {\n}",
    "func f(g func(\n\tint,\n) error) (func() struct{}, [3]struct{}) {\n}",
    "func f[T any, U ~[]T](t T) (u U) {\n}",
    "func f[K interface{ ~int | ~string }](k K) {}",
    "func f /* here */ (/* { */ a int) /* { */ bool /* } */ { // {\n}",
    "func f(a struct{ s string `json:\"}\"` }) {}",
    "func f(a [len(\"}{\")]int) {}",
    "func (t T) m() {}",
    "func (t *T) m(a int) int { return a }",
    "func (*T) m() {}",
    "func (T) init() {}",
    "func (t *T[K, V]) m() {}",
    "func (t (*T),) m() {}",
    "func (T[_]) _() {}",
    "type T int",
    "type T = U",
    "type T[P any] = U[P]",
    "type T[P interface{ ~int }, Q any] struct {\n\ta P // }\n\tQ\n}",
    "type (\n\tT struct{}\n\tU = T // alias\n\t_ int; V [N]int\n)",
    "type T interface {\n\tM(a int) (b string)\n\t~int | ~string\n}",
    "type T func(a int) func() (x struct{})",
    "type ()",
    "var a int",
    "var a, b = 1, 2",
    "var a, b, _ int = f()",
    "var a = func() int {\n\treturn 1\n}()",
    "var a = map[string]struct{ b int }{\"}\": {1}, // {\n}",
    "var a = 1 +\n\t2",
    "var a chan\n\tint",
    "var a = b.\n\tc",
    "var a = 'x'",
    "var a=`\n}\n`",
    "var (\n\ta int // é\n\tb, c = 1, 2; d string\n\té = `é`\n)",
    "const a = 1",
    "const a, b float64 = 1.5e3, 0x1p-2",
    "const (\n\ta = iota // one\n\tb\n\t_\n\tc, d = iota, 1 << iota\n\te, f\n\tg T = 2 /* { */ * 3\n\th)",
    "const (a = 1\nb; c)",
    "const (\r\n\ta = 1\r\n\tb\r\n)",
];

fn sources() -> impl Strategy<Value = String> {
    let between = prop::sample::select(vec!["\n", "\n\n// {\n", ";", "\n/*\n{ */\n", " // x\n"]);
    let decl = (prop::sample::select(DECLARATIONS), between);
    let header = prop::sample::select(vec![
        "package p\n",
        "// Package p.\npackage p; import \"a\"\n\nimport (\n\t. \"b\"\n\tc `d`\n)\n",
        "\u{feff}package p\n//line x.go:3\n",
    ]);
    (header, prop::collection::vec(decl, 0..6)).prop_map(|(header, decls)| {
        decls.iter().fold(header.to_owned(), |src, (decl, after)| src + decl + after)
    })
}

#[test]
fn every_shape_has_an_outline() {
    for decl in DECLARATIONS {
        let src = format!("package p\n\n{decl}\n");
        let file = parse(src.as_bytes());
        assert_eq!(file.problems(), [], "{src}");
        assert_eq!(by_outline(src.as_bytes()), Some(by_parser(&file)), "{src}");
    }
}

#[test]
fn what_is_no_go_has_no_outline() {
    for src in [
        "func",
        "func f(",
        "func f() {",
        "func f() }",
        "func f() {} {}",
        "func f()\n{}",
        "func (a.b) f() {}",
        "x := 1",
        "type T struct {",
        "type (",
        "var a = (1\n)",
        "var a = \"",
        "const a = 1 }",
        "import \"b\"",
        "var a = 1; import \"b\"",
    ] {
        let src = format!("package p\nvar x int\n{src}");
        assert_eq!(by_outline(src.as_bytes()), None, "{src}");
    }
}

#[test]
fn long_literals_are_not_kept() {
    let elements = "\"}\", ".repeat(1_000);
    let text = "x".repeat(5_000);
    let src = format!(
        "package p\nvar a = []string{{{elements}}}\nvar b = struct{{ s string; {} }}{{}}\nvar c = `{text}`\n",
        "t int;\n".repeat(1_000),
    );
    let outline = outline(src.as_bytes(), 10).unwrap();
    let texts: Vec<_> = outline.values.iter().map(|value| outline.text(value.value)).collect();
    let blanks = " ".repeat(MAX_VALUE as usize);
    assert_eq!(texts[0], format!("var a = []string{{{blanks}}}\n"));
    assert!(texts[1].len() > 5_000, "fields are no elements");
    assert_eq!(texts[2], format!("var c = `{blanks}`\n"));
}

proptest! {
    #[test]
    fn declarations_are_those_of_the_parser(src in sources()) {
        let file = parse(src.as_bytes());
        match file.problems() {
            [] => prop_assert_eq!(by_outline(src.as_bytes()), Some(by_parser(&file))),
            _ => { by_outline(src.as_bytes()); }
        }
    }

    #[test]
    fn damaged_files_have_an_outline_like_the_parser_or_none(
        src in sources(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), "[\\PC\n]"), 1..4),
    ) {
        let mut src = src;
        for (at, with) in damage {
            let at = src.floor_char_boundary(at.index(src.len()));
            let end = at + src[at..].chars().next().map_or(0, char::len_utf8);
            src.replace_range(at..end, &with);
        }
        let file = parse(src.as_bytes());
        if let Some(lines) = by_outline(src.as_bytes())
            && file.problems().is_empty()
        {
            prop_assert_eq!(lines, by_parser(&file));
        }
    }

    #[test]
    fn any_bytes_are_looked_at(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        by_outline(&bytes);
        outline(&bytes, bytes.len() / 2);
        outline(&[b"var x = ", &bytes[..]].concat(), 0);
    }
}

fn go_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            go_files(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "go") {
            files.push(path);
        }
    }
}

#[test]
fn the_standard_library_has_outlines_like_the_parser() {
    let go = install_go(NEWEST_GO, &tools_directory()).unwrap();
    let mut files = Vec::new();
    go_files(&go.ancestors().nth(2).unwrap().join("src"), &mut files);
    let (mut sound, mut without) = (0, 0);
    for path in files {
        let src = std::fs::read(&path).unwrap();
        let file = parse(&src);
        if !file.problems().is_empty() {
            continue;
        }
        sound += 1;
        match by_outline(&src) {
            Some(lines) => assert_eq!(lines, by_parser(&file), "{}", path.display()),
            None => without += 1,
        }
    }
    assert!(sound > 8000 && without < sound / 500, "{without} of {sound} without an outline");
}
