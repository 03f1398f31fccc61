//! Modules, packages and types by example, and input that means harm.

use std::path::{Path, PathBuf};

use plumb_gosource::{
    ExprKind, FileTypes, Installation, Layout, Lookup, MemberKind, Named, Names, Node, Platform,
    Program, Role, StmtKind, Type, TypeKind, parse,
};

#[path = "disk/memory.rs"]
mod memory;

use memory::Memory;

fn installation() -> Installation {
    Installation {
        goroot: Some("/go".into()),
        module_caches: vec!["/cache".into()],
        gopath: vec!["/gopath".into()],
    }
}

fn program<'m>(memory: &'m Memory, start: &str) -> Program<'m> {
    let layout = Layout::find(memory, Path::new(start), installation());
    Program::new(memory, layout, Platform::default())
}

fn named(path: &str, name: &str) -> Type {
    Type::new(TypeKind::Named(Named { path: path.into(), name: name.into(), args: [].into() }))
}

/// The types of the variables that a file's functions declare, and of the results of calls alone in a statement.
fn types_in(program: &Program<'_>, package: &str, source: &str) -> Vec<String> {
    let package = program.package(package).unwrap();
    let file = parse(source.as_bytes());
    assert_eq!(file.problems(), []);
    let known = program.import_names(&file, false);
    let names = Names::new(&file, |path| known.get(path).map(|name| &**name));
    let types = FileTypes::new(program, &package, &file, &names);
    let mut out = Vec::new();
    for visit in file.walk(Node::File) {
        match visit.node {
            Node::Expr(expr) => {
                if let (ExprKind::Ident(ident), Some(ty)) = (file[expr].kind, types.of(expr))
                    && names.declaration(ident).is_some()
                {
                    out.push(format!("{} {ty}", file.name(ident)));
                }
            }
            Node::Stmt(stmt) => {
                if let StmtKind::ExprStmt(call) = file[stmt].kind
                    && let ExprKind::CallExpr(call) = file[call].kind
                {
                    let callee = types.callee(call.fun);
                    out.extend(callee.map(|c| {
                        let receiver = c.receiver.as_deref().unwrap_or("-");
                        let dynamic = if c.dynamic { " dynamic" } else { "" };
                        format!("call {} {receiver} {}{dynamic}", c.path, c.name)
                    }));
                }
            }
            _ => {}
        }
    }
    out
}

#[test]
fn modules_and_what_they_import_are_found() {
    let memory = Memory::new(
        "-- /w/go.work\nuse ./a\nuse ./b\n-- /w/a/go.mod\nmodule e.org/a\nrequire (\n\tD.org/Up v1.2.0\n\tr.org/r v1.0.0\n)\nreplace r.org/r => ../r\n\
         -- /w/a/main.go\npackage main\n-- /w/a/in/x.go\npackage in\n-- /w/a/vendor/v.org/v/v.go\npackage v\n\
         -- /w/a/testdata/t.go\npackage t\n-- /w/a/_x/x.go\npackage x\n-- /w/a/nested/go.mod\nmodule n\n-- /w/a/nested/n.go\npackage n\n\
         -- /w/b/go.mod\nmodule e.org/b\n-- /w/b/b.go\npackage b\n-- /w/r/go.mod\nmodule r.org/r\n-- /w/r/r.go\npackage r\n\
         -- /cache/!d.org/!up@v1.2.0/sub/s.go\npackage s\n-- /go/src/fmt/fmt.go\npackage fmt\n\
         -- /go/src/vendor/x.org/y/y.go\npackage y\n-- /gopath/src/g.org/g/g.go\npackage g\n",
    );
    let program = program(&memory, "/w/a/in");
    let folders: Vec<_> = program.package_folders().into_iter().map(|p| p.path).collect();
    assert_eq!(folders, ["e.org/a", "e.org/a/in", "e.org/b"]);
    let at = |path: &str, from_std: bool| {
        let found = program.layout().locate(&memory, path, from_std);
        found.map(|l| (l.path, l.folder.to_string_lossy().into_owned(), l.is_main))
    };
    let found = |path: &str, folder: &str, main| Some((path.into(), folder.to_owned(), main));
    assert_eq!(at("e.org/b", false), found("e.org/b", "/w/b/", true));
    assert_eq!(at("r.org/r", false), found("r.org/r", "/w/r/", false));
    assert_eq!(at("v.org/v", false), found("v.org/v", "/w/a/vendor/v.org/v", false));
    assert_eq!(
        at("D.org/Up/sub", false),
        found("D.org/Up/sub", "/cache/!d.org/!up@v1.2.0/sub", false)
    );
    assert_eq!(at("fmt", false), found("fmt", "/go/src/fmt", false));
    assert_eq!(at("x.org/y", true), found("vendor/x.org/y", "/go/src/vendor/x.org/y", false));
    assert_eq!(at("g.org/g", false), found("g.org/g", "/gopath/src/g.org/g", false));
    for path in ["no.org/where", "C", "unsafe", "", "../b", "/w/b", "a/../../b"] {
        assert_eq!(at(path, false), None, "{path}");
    }
    assert_eq!(program.layout().import_path(Path::new("/w/a/in")).as_deref(), Some("e.org/a/in"));
}

#[test]
fn code_without_a_go_mod_is_a_module_too() {
    let memory = Memory::new(
        "-- /gopath/src/o.org/p/p.go\npackage p\n-- /x/sub/go.mod\nmodule s\n-- /x/sub/s.go\npackage s\n-- /x/y/y.go\npackage y\n",
    );
    let paths = |start: &str| -> Vec<String> {
        program(&memory, start).package_folders().into_iter().map(|p| p.path).collect()
    };
    assert_eq!(paths("/gopath/src/o.org/p"), ["o.org/p"]);
    assert_eq!(paths("/x"), ["s", "y"]);
}

#[test]
fn files_have_roles() {
    let memory = Memory::new(
        "-- /m/go.mod\nmodule m\n-- /m/a.go\npackage p\ntype A struct{}\n-- /m/a_windows.go\npackage p\n-- /m/b_test.go\npackage p\nfunc (A) InTest() {}\n\
         -- /m/c_test.go\npackage p_test\nimport . \"m\"\ntype B struct{ A }\n-- /m/d.go\n//go:build ignore\n\npackage main\n-- /m/e.go\npackage other\n",
    );
    let program = program(&memory, "/m");
    let roles = |path: &str| -> Vec<String> {
        let package = program.package(path).unwrap();
        package.files.iter().map(|f| format!("{} {:?}", f.name, f.role)).collect()
    };
    assert_eq!(
        roles("m"),
        [
            "a.go Package",
            "a_windows.go Excluded(ByName)",
            "b_test.go Test",
            "c_test.go ExternalTest",
            "d.go Excluded(ByConstraint)",
            "e.go Excluded(OtherPackage)"
        ]
    );
    let external = program.package("m_test").unwrap();
    assert_eq!(&*external.name, "p_test");
    assert!(external.files.iter().any(|f| f.name == "c_test.go" && f.role == Role::ExternalTest));
    let lookup = program.member(&named("m_test", "B"), "InTest", "m_test");
    let member = lookup.found().unwrap();
    assert_eq!((member.kind, member.owner.to_string()), (MemberKind::Method, "m.A".to_owned()));
    assert_eq!(member.embedded_in, ["A".into()]);
}

const CLIENTS: &str = "-- /m/go.mod\nmodule m\nrequire c.org/go-client/v2 v2.0.0\n-- /m/m.go\npackage m\n\
import \"c.org/go-client/v2\"\ntype Wrap struct { *kafka.Client; mu int }\nvar shared = kafka.New()\nvar second, problem = kafka.Open(1)\n\
const Limit = 1 << 3\nfunc Get() *Wrap { return nil }\nfunc Map[T, U any](s []T, f func(T) U) []U { return nil }\n\
type Pool[T any] struct { all map[string]T }\nfunc (p *Pool[E]) Get() (E, bool) { return *new(E), false }\n\
-- /cache/c.org/go-client/v2@v2.0.0/c.go\npackage kafka\ntype Client struct { C chan Message }\ntype Message = *message\ntype message struct { Key []byte }\n\
func New() *Client { return nil }\nfunc Open(n int) (*Client, error) { return nil, nil }\n\
func (c *Client) Close() error { return nil }\ntype Closer interface { Close() error }\n";

#[test]
fn types_follow_from_what_packages_declare() {
    let memory = Memory::new(CLIENTS);
    let program = program(&memory, "/m");
    let found = types_in(
        &program,
        "m",
        "package m
import \"c.org/go-client/v2\"
func f(w *Wrap, in ...kafka.Closer) {
	a := shared
	b, err := kafka.Open(2)
	c := w.Client
	d := <-c.C
	e := d.Key
	g := map[string]*kafka.Client{}
	h, ok := g[\"\"]
	for i, j := range in { _, _ = i, j }
	k := Map(e, func(b byte) string { return \"\" })
	var pool Pool[*kafka.Client]
	l, _ := pool.Get()
	n := second
	type local struct{ kafka.Closer }
	o := []local{{l}}
	q := o[0].Closer
	switch r := q.(type) { case *Wrap: s := r; _ = s; case nil, error: t := r; _ = t }
	u := Limit
	w.Close()
	q.Close()
	x := kafka.Missing()
	y := func() (int, error) { return 0, nil }
	z, _ := y()
	_, _, _, _, _, _, _, _, _, _, _, _, _ = a, b, err, h, ok, k, n, u, x, y, z, d, e
}
",
    );
    let expected = "a *C.Client|b *C.Client|err error|c *C.Client|d *C.message|e []uint8|g map[string]*C.Client|\
        h *C.Client|ok bool|i int|j C.Closer|k []string|l *C.Client|n *C.Client|o []m.local|q C.Closer|s *m.Wrap|t C.Closer|u int|\
        call C Client Close|call C Closer Close dynamic|y func() (int, error)|z int";
    let expected = expected
        .replace("C.", "c.org/go-client/v2.")
        .replace("call C ", "call c.org/go-client/v2 ");
    assert_eq!(found, expected.split('|').collect::<Vec<_>>());
}

#[test]
fn what_a_type_has_is_known_or_said_to_be_unknown() {
    let memory = Memory::new(CLIENTS);
    let client = program(&memory, "/m");
    let wrap = named("m", "Wrap");
    let close = client.member(&wrap, "Close", "m").found().unwrap();
    assert_eq!((close.pointer_receiver, close.indirect), (true, true));
    assert_eq!(close.ty.to_string(), "func() (error)");
    assert_eq!(client.member(&wrap, "Stop", "m"), Lookup::Absent);
    assert_eq!(client.member(&wrap, "mu", "other"), Lookup::Absent);
    let without = Memory::new(CLIENTS.split("-- /cache").next().unwrap());
    let without = program(&without, "/m");
    assert_eq!(without.member(&wrap, "Close", "m"), Lookup::Unknown);
    assert_eq!(without.method_set(&wrap), None);
    assert!(without.member(&wrap, "mu", "m").found().is_some());
}

#[test]
fn broken_files_have_types_too() {
    let source = CLIENTS.split("-- /m/m.go\n").nth(1).and_then(|s| s.split("-- ").next()).unwrap();
    for end in 0..source.len() {
        let (head, tail) = source.split_at(end);
        for broken in [head.to_owned(), tail.to_owned(), head.to_owned() + &tail[1..]] {
            let files = format!("-- /m/go.mod\nmodule m\n-- /m/m.go\n{broken}");
            let memory = Memory::new(&files);
            let program = program(&memory, "/m");
            let Some(package) = program.package("m") else { continue };
            let file = parse(broken.as_bytes());
            let names = Names::new(&file, |_| None);
            let types = FileTypes::new(&program, &package, &file, &names);
            for callee in types.callees() {
                assert!(!callee.1.name.is_empty(), "{broken}");
            }
        }
    }
}

#[test]
fn another_platforms_file_is_not_taken_for_this_ones() {
    let other = "package m\nfunc open() error { return nil }\ntype Handle uintptr\nfunc use(h Handle) { x := open(); y := h; _, _ = x, y }\n";
    let memory = Memory::new(&format!(
        "-- /m/go.mod\nmodule m\n-- /m/a_linux.go\npackage m\n\nfunc open() int {{ return 0 }}\ntype Handle int\n-- /m/a_windows.go\n{other}"
    ));
    let here = program(&memory, "/m");
    assert_eq!(types_in(&here, "m", other), Vec::<String>::new());
    let platform = here.platform().that_takes("a_windows.go", &parse(other.as_bytes())).unwrap();
    let there = Program::new(&memory, here.layout().clone(), platform);
    assert_eq!(types_in(&there, "m", other), ["x error", "y m.Handle"]);
}

/// Declarations that refer to themselves, each with a use.
const HARM: &[&str] = &[
    "type A struct{ A }; var v A; var w = v.x",
    "type A struct{ *B }; type B struct{ *A }; var v A; var w = v.Close()",
    "type A = B; type B = A; var v A; var w = v.x",
    "type A = *A; var v A; var w = **v",
    "type A B; type B A; var v A; var w = v[0]",
    "type A interface{ B }; type B interface{ A }; var v A; var w = v.M()",
    "type A[T any] struct{ A[*T] }; var v A[int]; var w = v.x.y.z",
    "type A[T any] struct{ N *A[P[T, T]] }; type P[K, V any] struct{}; var v A[int]; var w = v.N.N.N.N.N.N.N.N.N.N.N.N.N.N.N.N.N.N.N.N.N.N.N.N",
    "type A[T any] = A[[]T]; var v A[int]; var w = v.x",
    "type A[T any] = []A[P[T, T]]; type P[K, V any] struct{}; var v A[int]; var w = v",
    "type A[T B[T]] struct{}; type B[T A[T]] interface{ A[T] }; var v A[int]; var w = v.x",
    "var a = b; var b = c; var c = a; var w = a",
    "var a = f(b, b); var b = f(a, a); func f[T any](x, y T) T { return x }; var w = a",
    "func f[S ~[]E, E ~[]S](s S) E { return nil }; var w = f(nil)",
    "type A func(A) A; var v A; var w = v(v)(v)(v)",
    "type error struct{ error }; var v error; var w = v.error.error",
    "type int = int; var v int; var w = v + v",
    "func (A) M() {}; func (x A) M() {}; type A = B; type B = A; var w = A{}.M",
];

#[test]
fn declarations_in_circles_end() {
    for (i, source) in HARM.iter().enumerate() {
        let source = format!(
            "package p\n{}\nfunc use() {{ x := w; y := v; _, _ = x, y }}\n",
            source.replace("; ", "\n")
        );
        let memory = Memory::new(&format!("-- /m/go.mod\nmodule m\n-- /m/p.go\n{source}"));
        let program = program(&memory, "/m");
        let found = types_in(&program, "m", &source);
        assert!(found.iter().all(|ty| ty.len() < 10_000), "{i}");
        let package = program.package("m").unwrap();
        for decl in package.type_decls(&program) {
            let ty = named("m", &decl.name);
            program.method_set(&Type::pointer(ty.clone()));
            program.member(&ty, "Close", "m");
            program.underlying(&ty);
        }
    }
}

#[test]
fn long_chains_end() {
    let memory = |declarations: String| {
        Memory::new(&format!("-- /m/go.mod\nmodule m\n-- /m/p.go\npackage p\n{declarations}"))
    };
    let vars: String = (0..2000).map(|i| format!("var v{i} = f(v{0}, v{0})\n", i + 1)).collect();
    let aliases: String = (0..2000).map(|i| format!("type A{i} = []A{}\n", i + 1)).collect();
    let embedded: String =
        (0..2000).map(|i| format!("type E{i} struct {{ *E{}; *E{} }}\n", i + 1, i + 2)).collect();
    for text in [vars, aliases, embedded] {
        let memory = memory(text + "func f(x, y int) int { return 0 }\n");
        let program = program(&memory, "/m");
        let selectors = format!(
            "package p\nfunc g(x E0) {{ _ = x{}; _ = v0; var a A0; _ = a }}\n",
            ".x".repeat(50_000)
        );
        types_in(&program, "m", &selectors);
        program.member(&named("m", "E0"), "Close", "m");
    }
}

#[test]
fn types_nested_as_deep_as_the_parser_allows_are_read() {
    for (open, close) in [
        ("[]", ""),
        ("func(x ", ")"),
        ("struct{ x ", " }"),
        ("interface{ m(x ", ") }"),
        ("P[", "]"),
        ("map[int]*", ""),
    ] {
        let reads = |depth: usize| {
            let ty = format!("{}int{}", open.repeat(depth), close.repeat(depth));
            format!(
                "package p\ntype P[T any] struct{{}}\ntype A {ty}\nvar v A\nfunc f() {{ var w {ty}; x := w; y := v; _, _ = x, y }}\n"
            )
        };
        let deepest =
            (1..1000).rev().find(|depth| parse(reads(*depth).as_bytes()).problems().is_empty());
        let source = reads(deepest.unwrap());
        assert!(deepest > Some(200), "{open} {deepest:?}");
        let memory = Memory::new(&format!("-- /m/go.mod\nmodule m\n-- /m/p.go\n{source}"));
        let program = program(&memory, "/m");
        assert!(types_in(&program, "m", &source).len() <= 2);
        program.method_set(&named("m", "A"));
    }
}

#[test]
fn imports_in_circles_and_odd_go_mods_end() {
    let memory = Memory::new(
        "-- /m/go.mod\nmodule m\nreplace m => .\nrequire m v1.0.0\nrequire ../../etc v1\nreplace ../../etc => /\n-- /m/a/a.go\npackage a\nimport . \"m/b\"\nvar X = Y\ntype T U\n\
         -- /m/b/b.go\npackage b\nimport . \"m/a\"\nvar Y = X\ntype U T\n",
    );
    let program = program(&memory, "/m");
    let a = program.package("m/a").unwrap();
    assert!(program.value_type(&a, a.value(&program, "X").unwrap()).is_unknown());
    assert!(program.underlying(&named("m/a", "T")).is_unknown());
    program.load(&["m/a", "m/b", "m/c", "m/a"], 4);
    let modules: Vec<PathBuf> = program.layout().modules().iter().map(|m| m.root.clone()).collect();
    assert_eq!(modules, [PathBuf::from("/m")]);
}
