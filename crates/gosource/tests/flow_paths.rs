//! Ways on which a value is not released: functions of `tests/go/paths`, whose comments say where it is lost.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Instant;

use plumb_gosource::flow::{
    Acquisition, Bound, BoundTo, Callee, Effect, Exits, Guard, Leak, Ownership, Paths, Scope, Use,
    UseKind, callee,
};
use plumb_gosource::{DeclKind, ExprId, ExprKind, File, IdentId, Names, Node, parse};

/// What the test knows: `Close` releases, `Body` carries, and what the functions do with their arguments.
struct Known<'q, 'f, 'a>(&'q Scope<'f, 'a>);

impl Known<'_, '_, '_> {
    fn last(&self, selected: &[IdentId]) -> Option<&str> {
        selected.last().map(|name| self.0.file().name(*name))
    }
}

impl Ownership for Known<'_, '_, '_> {
    fn releases(&self, use_: &Use<'_>) -> bool {
        matches!(self.last(use_.selected), None | Some("Close"))
    }

    fn keeps(&self, use_: &Use<'_>) -> Effect {
        let UseKind::Argument { call, .. } = use_.kind else { panic!("{use_:?}") };
        let name = match callee(self.0.file(), self.0.names(), call) {
            Some(Callee::Declared(ident)) => self.0.file().name(ident),
            Some(Callee::Imported("fmt", _)) => "use",
            _ => "",
        };
        match name {
            "closeIt" => Effect::Releases,
            "use" => Effect::None,
            _ => Effect::HandsOn,
        }
    }

    fn carries(&self, selected: &[IdentId]) -> bool {
        matches!(self.last(selected), Some("Body" | "Close"))
    }
}

/// The acquisition that a call is, if it is one.
fn acquisition(scope: &Scope<'_, '_>, call: ExprId) -> Option<Acquisition> {
    let file = scope.file();
    let name = match callee(file, scope.names(), call)? {
        Callee::Declared(ident) => file.name(ident),
        Callee::Undeclared(name) => name,
        _ => return None,
    };
    if !["must", "open", "try", "get", "start"].contains(&name) {
        return None;
    }
    let Bound::To(results) = scope.bound(call) else { return None };
    let variable = |i: usize| match results.get(i) {
        Some(BoundTo::Variable(variable)) => Some(*variable),
        _ => None,
    };
    let guard = match name {
        "try" => variable(1).map(Guard::Ok),
        "must" | "start" => None,
        _ => variable(1).map(Guard::Error),
    };
    Some(Acquisition { call, variables: variable(0).into_iter().collect(), guard })
}

/// The leaks of all acquisitions of a file.
fn leaks(scope: &Scope<'_, '_>) -> Vec<Leak> {
    let file = scope.file();
    let mut leaks = Vec::new();
    for function in scope.functions() {
        let graph = scope.standard_graph(function);
        let paths = Paths::new(scope, function, &graph);
        for visit in file.walk(Node::Stmt(scope[function].body)) {
            let Node::Expr(call) = visit.node else { continue };
            if let Some(acquisition) = acquisition(scope, call) {
                let answer = paths.leaks(&acquisition, &Known(scope), Exits::default());
                leaks.extend(answer.leaks);
            }
        }
    }
    leaks
}

fn leak_lines(file: &File<'_>) -> BTreeSet<u32> {
    let names = Names::new(file, |_| None);
    let scope = Scope::new(file, &names);
    leaks(&scope).iter().filter_map(|leak| leak.witness.places.last()).map(|p| p.line).collect()
}

#[test]
fn values_are_lost_where_the_comments_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/go/paths/paths.go");
    let source = fs::read(path).unwrap();
    let file = parse(&source);
    assert_eq!(file.problems(), []);
    let comments = file.comments().filter(|comment| file.text(file[*comment].span) == "// leak");
    let expected: BTreeSet<u32> =
        comments.map(|comment| file.position(file[comment].span.start).line).collect();
    let found = leak_lines(&file);
    let missed: Vec<&u32> = expected.difference(&found).collect();
    let wrong: Vec<&u32> = found.difference(&expected).collect();
    assert!(missed.is_empty() && wrong.is_empty(), "missed {missed:?}, wrong {wrong:?}");
    let functions = file[file.decls()].iter();
    let functions = functions.filter(|decl| matches!(file[**decl].kind, DeclKind::FuncDecl(_)));
    assert!(functions.count() > 90 && expected.len() > 35);
}

/// The witness of the only leak of a function, as `line: what`.
fn witness(body: &str) -> Vec<String> {
    let source = format!("package p\nfunc f() error {{\n{body}\n}}\n");
    let file = parse(source.as_bytes());
    let names = Names::new(&file, |_| None);
    let scope = Scope::new(&file, &names);
    let leaks = leaks(&scope);
    assert_eq!(leaks.len(), 1, "{leaks:?}");
    let places = leaks[0].witness.describe(&file);
    places.into_iter().map(|(line, text)| format!("{line}: {text}")).collect()
}

#[test]
fn witnesses_tell_the_way() {
    assert_eq!(
        witness(
            "r, err := open()\nif err != nil {\nreturn err\n}\nfor range xs {\na()\n}\nswitch n {\ncase 1:\nreturn nil\n}\nreturn r.Close()"
        ),
        [
            "3: open() acquires it",
            "4: err != nil is false",
            "7: the loop ends",
            "11: n is 1",
            "12: returns without releasing it",
        ]
    );
    assert_eq!(
        witness("r, _ := open()\nif true {\nreturn nil\n}\nreturn r.Close()")[1..],
        ["4: the condition is always true", "5: returns without releasing it"]
    );
    assert_eq!(
        witness("for {\nr := must()\nselect {\ncase <-a:\ncase b <- 1:\nr.Close()\n}\n}")[1..],
        ["6: <-a is chosen", "4: its variable gets another value before it is released"]
    );
}

#[test]
fn the_shortest_way_comes_first() {
    let source = "package p
func f() {
	r := must()
	if a { if b { if c { return } }; return }
	return
}
";
    let file = parse(source.as_bytes());
    let names = Names::new(&file, |_| None);
    let scope = Scope::new(&file, &names);
    let lengths: Vec<usize> = leaks(&scope).iter().map(|leak| leak.witness.places.len()).collect();
    assert_eq!(lengths, [3, 4, 5]);
}

#[test]
fn panics_and_calls_that_never_return_count_when_asked() {
    let source =
        "package p\nimport \"os\"\nfunc f() {\nr := must()\nif a { panic(1) }\nos.Exit(1) }";
    let file = parse(source.as_bytes());
    let names = Names::new(&file, |_| None);
    let scope = Scope::new(&file, &names);
    let function = scope.functions().next().unwrap();
    let graph = scope.standard_graph(function);
    let paths = Paths::new(&scope, function, &graph);
    let calls = file.walk(Node::File).filter_map(|visit| match visit.node {
        Node::Expr(expr) if matches!(file[expr].kind, ExprKind::CallExpr(_)) => Some(expr),
        _ => None,
    });
    let acquisition = calls.into_iter().find_map(|call| acquisition(&scope, call)).unwrap();
    let count = |exits| paths.leaks(&acquisition, &Known(&scope), exits).leaks.len();
    assert_eq!(count(Exits::default()), 0);
    assert_eq!(count(Exits { panics: true, no_return: false }), 1);
    assert_eq!(count(Exits { panics: true, no_return: true }), 2);
}

#[test]
fn long_functions_stay_fast() {
    let mut body = String::new();
    for i in 0..5_000 {
        body += &format!("if c{} == nil {{ a() }}\nif err := b(); err != nil {{ c() }}\n", i % 40);
    }
    let source = format!("package p\nfunc f(c0, c1 *T) {{\nr, err := open()\n{body}\n}}\n");
    let file = parse(source.as_bytes());
    let start = Instant::now();
    assert_eq!(leak_lines(&file).len(), 1);
    // Quadratic time would be minutes.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn of_many_exits_the_nearest_are_told() {
    let mut source = String::from("package p\nfunc f() {\nr, err := open()\n");
    for i in 0..1_000 {
        source += &format!("if c{i}() {{ return }}\n");
    }
    source += "r.Close()\n}\n";
    let file = parse(source.as_bytes());
    let lines = leak_lines(&file);
    let expected: BTreeSet<u32> = (4..).take(64).collect();
    assert_eq!(lines, expected);
}
