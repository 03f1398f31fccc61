//! Control-flow graphs: by example, and as `golang.org/x/tools/go/cfg` makes them over the standard library.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plumb_gosource::flow::{CallEffect, Condition, Exit, FunctionId, Graph, Scope, Step};
use plumb_gosource::{ExprId, ExprKind, File, Names, StmtKind, parse};
use xtask::tools::{NEWEST_GO, install_go, tools_directory};
use xtask::workspace;

#[allow(dead_code)] // Each user needs some of it.
mod reference;

use reference::go_files;

/// Goes by spelling, as the reference program does.
fn by_spelling(file: &File<'_>, call: ExprId) -> CallEffect {
    let ExprKind::CallExpr(call) = file[call].kind else { return CallEffect::Returns };
    let never = match file[call.fun].kind {
        ExprKind::Ident(ident) => file.name(ident) == "panic",
        ExprKind::SelectorExpr(f) => {
            ["Exit", "Fatal", "Fatalf", "FailNow"].contains(&file.name(f.sel))
        }
        _ => false,
    };
    if never { CallEffect::NeverReturns } else { CallEffect::Returns }
}

/// Whether control can fall off the end, and the offsets of the statements that it can reach.
type Reached = (bool, BTreeSet<u32>);

fn reached(file: &File<'_>, graph: &Graph) -> Reached {
    let mut live = BTreeSet::new();
    for block in graph.blocks().filter(|block| graph.is_reachable(*block)) {
        for step in graph.steps(block) {
            let Step::Stmt(stmt) = graph.step(step) else { continue };
            if matches!(
                file[stmt].kind,
                StmtKind::ReturnStmt(_)
                    | StmtKind::AssignStmt(_)
                    | StmtKind::ExprStmt(_)
                    | StmtKind::IncDecStmt(_)
                    | StmtKind::SendStmt(_)
                    | StmtKind::GoStmt(_)
                    | StmtKind::DeferStmt(_)
            ) {
                live.insert(file[stmt].span.start);
            }
        }
    }
    (graph.falls_off(), live)
}

/// The functions of a file, by the offsets of their bodies.
fn functions(file: &File<'_>) -> BTreeMap<u32, Reached> {
    let names = Names::new(file, |_| None);
    let scope = Scope::new(file, &names);
    let of = |f: FunctionId| {
        let graph = scope.graph(f, &|call| by_spelling(file, call));
        (file[scope[f].body].span.start, reached(file, &graph))
    };
    scope.functions().map(of).collect()
}

/// What the reference program prints about files.
fn reference(paths: &[PathBuf]) -> (String, PathBuf) {
    let go = install_go(NEWEST_GO, &tools_directory()).unwrap();
    let root = go.ancestors().nth(2).unwrap().to_path_buf();
    let folder = workspace::target().join("gosource/flow");
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join("gosource-flow");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/go/flow");
    let mut build = Command::new(&go);
    build.env("GOTOOLCHAIN", "local").env("GOWORK", "off").env("GOFLAGS", "").env_remove("GOROOT");
    build.args(["build", "-o"]).arg(&program).arg(".").current_dir(source);
    assert!(build.status().unwrap().success(), "go build failed");
    let all;
    let paths = if paths.is_empty() {
        all = go_files(&root.join("src")).unwrap();
        &all
    } else {
        paths
    };
    let mut child =
        Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let list: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
    let writer = std::thread::spawn(move || input.write_all(list.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    (String::from_utf8(output.stdout).unwrap(), root)
}

fn theirs(lines: &str) -> BTreeMap<u32, Reached> {
    let line = |line: &str| {
        let mut words = line.split(' ');
        let body = words.next().unwrap().parse().unwrap();
        let falls = words.next() == Some("true");
        (body, (falls, words.map(|offset| offset.parse().unwrap()).collect()))
    };
    lines.lines().map(line).collect()
}

/// Holds `(panic(0))`: x/tools does not look into the parentheses.
const PARENTHESES: &str = "internal/types/testdata/check/stmt1.go";

#[test]
fn graphs_reach_what_those_of_x_tools_reach() {
    let (printed, root) = reference(&[]);
    let (mut files, mut count, mut stmts) = (0, 0, 0);
    let mut differences = Vec::new();
    for of_file in printed.split("file ").skip(1) {
        let (path, lines) = of_file.split_once('\n').unwrap();
        let source = fs::read(path).unwrap();
        let file = parse(&source);
        let (ours, theirs) = (functions(&file), theirs(lines));
        files += 1;
        count += theirs.len();
        stmts += theirs.values().map(|(_, live)| live.len()).sum::<usize>();
        assert_eq!(ours.len(), theirs.len(), "{path}");
        for (body, theirs) in &theirs {
            let ours = &ours[body];
            if ours != theirs && !path.ends_with(PARENTHESES) {
                let line = file.position(*body).line;
                let differ: Vec<u32> = ours
                    .1
                    .symmetric_difference(&theirs.1)
                    .map(|offset| file.position(*offset).line)
                    .collect();
                let path = Path::new(path).strip_prefix(&root).unwrap().display().to_string();
                differences.push(format!(
                    "{path}:{line}: falls off {} {}, lines {differ:?}",
                    ours.0, theirs.0
                ));
            }
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {count} functions\n{}",
        differences.len(),
        differences[..differences.len().min(20)].join("\n")
    );
    assert!(files > 5000 && count > 80_000 && stmts > 400_000, "{files} {count} {stmts}");
}

/// The body of a function, its exits, and what control can reach.
struct Shown {
    /// Lines of reachable exits, with what they are.
    exits: Vec<String>,
    /// Lines of the steps that control cannot reach.
    dead: Vec<u32>,
    endless: bool,
}

/// Looks at `func f() { … }` with a body that starts on line 1.
fn show(body: &str) -> Shown {
    let source = format!("package p; import \"os\"; func f() {{ {body} }}");
    let file = parse(source.as_bytes());
    let names = Names::new(&file, |_| None);
    let scope = Scope::new(&file, &names);
    let graph = scope.standard_graph(scope.functions().next().unwrap());
    let line = |span: plumb_gosource::Span| file.position(span.start).line;
    let exit = |exit: Exit| match exit {
        Exit::Return(stmt) => format!("return {}", line(file[stmt].span)),
        Exit::End => "end".to_owned(),
        Exit::Panic(call) => format!("panic {}", line(file[call].span)),
        Exit::NoReturn(call) => format!("never {}", line(file[call].span)),
        Exit::Endless(stmt) => format!("endless {}", line(file[stmt].span)),
        Exit::Nowhere(stmt) => format!("nowhere {}", line(file[stmt].span)),
    };
    let mut exits: Vec<String> = graph.exits().map(|(_, of)| exit(of)).collect();
    exits.sort();
    let dead_blocks = graph.blocks().filter(|block| !graph.is_reachable(*block));
    let mut dead: Vec<u32> = dead_blocks
        .flat_map(|block| graph.steps(block))
        .map(|step| line(graph.step(step).span(&file)))
        .collect();
    dead.sort_unstable();
    Shown { exits, dead, endless: graph.endless()[graph.entry().index()] }
}

fn exits(body: &str) -> Vec<String> {
    show(body).exits
}

#[test]
fn exits_are_told_apart() {
    assert_eq!(exits("a()"), ["end"]);
    assert_eq!(exits("if a {\nreturn }\npanic(1)"), ["panic 3", "return 2"]);
    assert_eq!(exits("if a {\nos.Exit(1) }"), ["end", "never 2"]);
    assert_eq!(exits("select {}"), ["endless 1"]);
    assert_eq!(exits("os := x; os.Exit(1)"), ["end"], "not the package");
    assert_eq!(exits("panic := x; panic(1)"), ["end"], "not that of the language");
    assert_eq!(exits("defer panic(1); go os.Exit(1)"), ["end"]);
}

#[test]
fn loops_without_an_end_have_no_exit() {
    assert!(show("for { a() }").endless);
    assert_eq!(exits("for { a() }"), [""; 0]);
    assert!(!show("for { if a { break } }").endless);
    assert!(!show("for { if a { return } }").endless);
    assert!(show("L: for { for { continue L } }").endless);
    assert!(!show("for a { }").endless);
    assert!(!show("for range a { }").endless);
    assert!(show("L: goto L").endless);
    assert!(show("for { select { case <-a: break } }").endless, "leaves the select only");
    assert!(!show("L: for { select { case <-a: break L } }").endless);
    assert!(!show("L: for { switch { case a: break L } }").endless);
}

#[test]
fn code_after_jumps_is_dead() {
    assert_eq!(show("return\na()\nif b {\nc() }").dead, [2, 3, 4]);
    assert_eq!(show("for {\ncontinue\na() }\nb()").dead, [3, 4]);
    assert_eq!(show("goto L\na()\nL:\nb()").dead, [2]);
    assert_eq!(show("switch a {\ncase b:\nreturn\ndefault:\nreturn }\nc()").dead, [6]);
    assert_eq!(show("switch a {\ncase b:\nreturn }\nc()").dead, [0; 0]);
    assert_eq!(show("select {\ncase <-a:\nreturn\ndefault:\nreturn }\nc()").dead, [6]);
    assert_eq!(
        show("switch a {\ncase b: fallthrough\ncase c:\nreturn\ndefault:\nreturn }\nd()").dead,
        [7]
    );
    assert_eq!(show("if a { return } else { return }\nb()").dead, [2]);
    assert_eq!(show("switch a.(type) { case int: return; default: return }\nb()").dead, [2]);
}

#[test]
fn trees_with_errors_have_graphs_too() {
    assert_eq!(exits("goto\nL"), ["nowhere 1"]);
    assert_eq!(exits("if a { break }"), ["end", "nowhere 1"]);
    assert_eq!(exits("goto L"), ["nowhere 1"]);
    assert_eq!(exits("L: a()\nL: b()"), ["end"]);
    assert_eq!(exits("fallthrough"), ["nowhere 1"]);
    assert_eq!(exits("switch { case a: fallthrough }"), ["end", "nowhere 1"]);
}

/// The edges with conditions, as `source: line of the first step behind it`.
fn edges(body: &str) -> Vec<String> {
    let source = format!("package p; func f() {{ {body} }}");
    let file = parse(source.as_bytes());
    let names = Names::new(&file, |_| None);
    let scope = Scope::new(&file, &names);
    let graph = scope.standard_graph(scope.functions().next().unwrap());
    let text = |expr: ExprId| file.text(file[expr].span);
    let mut shown = Vec::new();
    for edge in graph.blocks().flat_map(|block| graph.edges(block)) {
        let when = match edge.when {
            Condition::Always => continue,
            Condition::Expr { expr, is } => format!("{} {is}", text(expr)),
            Condition::Case { tag, value, is } => format!("{}=={} {is}", text(tag), text(value)),
            Condition::TypeCase { ty, is, .. } => format!("{} {is}", text(ty)),
            Condition::Comm(clause) => {
                format!("comm {}", file.position(file[clause].span.start).line)
            }
            Condition::RangeNext(_) => "next".to_owned(),
            Condition::RangeEnds(_) => "ends".to_owned(),
        };
        let to = graph.steps(edge.to).next().map(|step| graph.step(step).span(&file));
        let to = to.map_or("-".to_owned(), |span| file.text(span).to_owned());
        shown.push(format!("{when} -> {to}"));
    }
    shown
}

#[test]
fn conditions_are_taken_apart() {
    assert_eq!(
        edges("if a && !(b || c) { d() }; e()"),
        [
            "a true -> b",
            "a false -> e()",
            "b true -> e()",
            "b false -> c",
            "c true -> e()",
            "c false -> d()"
        ]
    );
    assert_eq!(edges("for a || b { c() }; d()")[..2], ["a true -> c()", "a false -> b"]);
    assert_eq!(
        edges("switch { case a, b: c(); default: d() }"),
        ["a true -> c()", "a false -> b", "b true -> c()", "b false -> -"]
    );
    assert_eq!(
        edges("switch x { case 1: c(); case 2: d() }; e()"),
        ["x==1 true -> c()", "x==1 false -> 2", "x==2 true -> d()", "x==2 false -> -"]
    );
    assert_eq!(edges("switch y := x.(type) { case int: c() }")[0], "int true -> c()");
    assert_eq!(edges("for i := range a { c() }; d()"), ["next -> i", "ends -> d()"]);
    assert_eq!(edges("select { case <-a: c()\ndefault: d() }"), ["comm 1 -> <-a", "comm 2 -> d()"]);
}

#[test]
fn long_chains_and_many_statements_take_time_in_proportion() {
    let chain = format!("if {} a {{ }}", "a && ".repeat(50_000));
    assert_eq!(exits(&chain), ["end"]);
    let long = "if a { b() }; ".repeat(50_000);
    assert_eq!(exits(&long), ["end"]);
    let ladder = format!("if a {{ }} {}", "else if a { } ".repeat(20_000));
    assert_eq!(exits(&ladder), ["end"]);
    let labels: String = (0..500).map(|i| format!("L{i}: ")).collect();
    assert_eq!(exits(&format!("{labels} a()")), ["end"]);
}
