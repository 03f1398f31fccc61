//! What an error costs: one statement, one line of a declaration in parentheses, or one declaration.

use plumb_gosource::{DeclKind, File, Node, SkippedPart, StmtKind, parse};

/// The names of the functions of a file, with the kinds of the statements of each.
fn functions(file: &File<'_>) -> Vec<String> {
    let decls = file[file.decls()].iter();
    decls
        .map(|decl| match file[*decl].kind {
            DeclKind::FuncDecl(f) => {
                let body = f.body.map_or(&[][..], |body| file.block(body));
                let kinds: Vec<&str> = body.iter().map(|stmt| file[*stmt].kind.name()).collect();
                format!("{}: {}", file.name(f.name), kinds.join(" "))
            }
            kind => kind.name().to_owned(),
        })
        .collect()
}

/// What was skipped of a source, as text.
fn skipped(source: &str) -> Vec<(SkippedPart, &str)> {
    let file = parse(source.as_bytes());
    let skipped = file.problems().iter().filter_map(|problem| problem.skipped);
    skipped.map(|skipped| (skipped.what, source[skipped.span.range()].trim_end())).collect()
}

#[track_caller]
fn check(source: &str, expected: &[&str]) {
    let source = format!("package p\n\n{source}");
    let file = parse(source.as_bytes());
    assert_eq!(functions(&file), expected);
    assert!(!file.problems().is_empty(), "no problem reported");
}

#[test]
fn a_statement_costs_itself() {
    let source = "package p\n\nfunc f() {\n\ta()\n\tx := := 3\n\tb()\n}\n\nfunc g() {}\n";
    let file = parse(source.as_bytes());
    assert_eq!(functions(&file), ["f: ExprStmt BadStmt ExprStmt", "g: "]);
    assert_eq!(skipped(source), [(SkippedPart::Statement, "x := := 3")]);
    assert_eq!(file.problems()[0].message, "expected operand, found ':='");
    assert_eq!(file.position(file.problems()[0].offset).line, 5);
}

#[test]
fn a_header_costs_its_statement_with_the_block() {
    check(
        "func f() {\n\tfor i := 0; i < ; i++ {\n\t\ta()\n\t}\n\tb()\n}\n",
        &["f: BadStmt ExprStmt"],
    );
    check(
        "func f() {\n\tif x := ; {\n\t\ta()\n\t} else {\n\t\tc()\n\t}\n\tb()\n}\n",
        &["f: BadStmt ExprStmt"],
    );
}

#[test]
fn an_expression_that_is_missing_costs_nothing_else() {
    let source =
        "package p\n\nfunc f() {\n\tif {\n\t\ta()\n\t}\n\tif x := 1; {\n\t}\n\t_ = x[1::]\n}\n";
    let file = parse(source.as_bytes());
    assert_eq!(functions(&file), ["f: IfStmt IfStmt AssignStmt"]);
    assert_eq!(skipped(source), []);
    let bad = file.walk(Node::File).filter(|visit| file.kind_name(visit.node) == "BadExpr");
    assert_eq!(bad.count(), 4);
    assert_eq!(file.problems().len(), 4);
}

#[test]
fn an_error_in_a_function_literal_stays_in_it() {
    let source =
        "package p\n\nfunc f() {\n\tgo func() {\n\t\tx ==\n\t\t}\n\t\ta()\n\t}()\n\tb()\n}\n";
    let file =
        parse(b"package p\n\nfunc f() {\n\tgo func() {\n\t\tx = = y\n\t\ta()\n\t}()\n\tb()\n}\n");
    assert_eq!(functions(&file), ["f: GoStmt ExprStmt"]);
    assert_eq!(file.problems().len(), 1);
    assert!(!parse(source.as_bytes()).problems().is_empty());
}

#[test]
fn a_missing_parenthesis_costs_its_line() {
    check("func f() {\n\ta(1, 2\n\tb()\n}\n\nfunc g() {}\n", &["f: BadStmt ExprStmt", "g: "]);
    check(
        "func f() {\n\tx := []int{1, 2\n\treturn x\n}\n\nfunc g() {}\n",
        &["f: BadStmt ReturnStmt", "g: "],
    );
    check("func f() {\n\ta)\n\tb()\n}\n", &["f: ExprStmt BadStmt ExprStmt"]);
}

#[test]
fn a_missing_operand_does_not_cost_the_next_statement() {
    check("func f() {\n\tx :=\n\treturn x\n}\n", &["f: BadStmt ReturnStmt"]);
    check("func f() {\n\tx.\n\tfor {\n\t}\n}\n", &["f: BadStmt ForStmt"]);
}

#[test]
fn a_missing_brace_costs_no_other_function() {
    check(
        "func f() {\n\tif x {\n\t\ta()\n}\n\nfunc g() {\n\tb()\n}\n",
        &["f: IfStmt", "g: ExprStmt"],
    );
    check(
        "func f() {\n\tif x {\n\t\ta()\n}\n\nfunc (t T) g() {\n\tb()\n}\n",
        &["f: IfStmt", "g: ExprStmt"],
    );
    check("func f() {\n\ta(func() {\n\t\tb()\n\nfunc g() {}\n", &["f: BadStmt", "g: "]);
    check("func f() {\n\ta()\n\nfunc g() {}\n", &["f: ExprStmt", "g: "]);
    let file = parse(b"package p\n\nfunc f() {\n\ta()\n\nfunc g() {}\n");
    assert_eq!(file.problems()[0].message, "missing '}' before this declaration");
    assert_eq!(file.position(file.problems()[0].offset).line, 6);
}

#[test]
fn a_brace_too_many_costs_no_other_function() {
    check(
        "func f() {\n\ta()\n}\n}\n\nfunc g() {\n\tb()\n}\n",
        &["f: ExprStmt", "BadDecl", "g: ExprStmt"],
    );
}

#[test]
fn the_end_of_the_file_closes_blocks() {
    check("func f() {\n\ta()\n\tif x {\n\t\tb()\n", &["f: ExprStmt IfStmt"]);
    check("func f() {\n\ta()\n\tb(", &["f: ExprStmt BadStmt"]);
}

#[test]
fn a_clause_with_an_error_keeps_the_others() {
    let source =
        b"package p\nfunc f() {\n\tswitch x {\n\tcase 1:\n\t\ta(\n\tcase 2:\n\t\tb()\n\t}\n}\n";
    let file = parse(source);
    let clauses = file.walk(Node::File).filter(|visit| file.kind_name(visit.node) == "CaseClause");
    assert_eq!(clauses.count(), 2);
    let calls = file.walk(Node::File).filter(|visit| file.kind_name(visit.node) == "CallExpr");
    assert_eq!(calls.count(), 1);
}

#[test]
fn a_line_of_a_group_costs_itself() {
    let source = "package p\n\nvar (\n\ta = 1\n\tb = = 2\n\tc = 3\n)\n\nfunc g() {}\n";
    let file = parse(source.as_bytes());
    let specs = file.walk(Node::File).filter(|visit| matches!(visit.node, Node::Spec(_)));
    assert_eq!(specs.count(), 2);
    assert_eq!(functions(&file), ["GenDecl", "g: "]);
    assert_eq!(skipped(source), [(SkippedPart::Spec, "b = = 2")]);
}

#[test]
fn a_declaration_costs_itself() {
    let source = "package p\n\nfunc f(a int b int) {\n\ta()\n}\n\ntype T struct {\n\tx int int\n}\n\nfunc g() {}\n";
    let file = parse(source.as_bytes());
    assert_eq!(functions(&file), ["BadDecl", "BadDecl", "g: "]);
    assert_eq!(file.problems().len(), 2);
    check("var x =\n\nfunc g() {}\n", &["BadDecl", "g: "]);
    check("var (\n\tx =\n\nfunc g() {}\n", &["BadDecl", "g: "]);
}

#[test]
fn what_is_no_go_source_has_no_declarations() {
    let file = parse(b"#!/bin/sh\nfunc f() {}\n");
    assert!(file.package().is_none() && file.decls().is_empty());
    assert_eq!(file.problems().last().unwrap().skipped.unwrap().what, SkippedPart::Rest);
    assert!(parse(b"\xFF\xFEp\0a\0").package().is_none());
    assert!(parse(b"").package().is_none());
}

#[test]
fn bytes_that_are_no_text_cost_nothing_but_their_statement() {
    let file = parse(b"package p\n\n// \xFF\nfunc f() {\n\ta(\"\xC0\")\n\t\x00\n\tb()\n}\n");
    assert_eq!(functions(&file), ["f: ExprStmt BadStmt ExprStmt"]);
    assert!(file.problems().len() >= 3);
}

#[test]
fn nesting_is_limited() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("T{", "}"), ("func() {", "}"), ("- ", ""), ("*", ""), ("<-", "")]
    {
        for depth in [100, 200_000] {
            let source = format!(
                "package p\n\nfunc f() {{\n\tx = {}y{}\n\tb()\n}}\n\nfunc g() {{}}\n",
                open.repeat(depth),
                close.repeat(depth)
            );
            let file = parse(source.as_bytes());
            let names = functions(&file);
            assert_eq!(names.last().unwrap(), "g: ", "{open} {depth}");
            if depth > 100 {
                assert!(file.problems().iter().any(|p| p.message.contains("nested")), "{open}");
            }
        }
    }
}

#[test]
fn long_chains_need_no_stack() {
    let sum = vec!["x"; 50_000].join(" + ");
    let calls = "f".to_owned() + &".g()".repeat(20_000);
    let ifs = "if x { a() } else ".repeat(20_000) + "{ b() }";
    let source = format!("package p\nvar a = {sum}\nvar b = {calls}\nfunc f() {{ {ifs} }}\n");
    let file = parse(source.as_bytes());
    assert_eq!(file.problems(), []);
    assert!(file.walk(Node::File).count() > 200_000);
    let ifs = file.walk(Node::File).filter(|visit| match visit.node {
        Node::Stmt(stmt) => matches!(file[stmt].kind, StmtKind::IfStmt(_)),
        _ => false,
    });
    assert_eq!(ifs.count(), 20_000);
}
