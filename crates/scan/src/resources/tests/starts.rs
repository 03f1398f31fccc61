//! Errors while a program starts, through packages that others could use too: the program ends with them.

use std::path::Path;

use plumb_gosource::Installation;

use super::{OBJECTS, RULE};
use crate::knowledge::Knowledge;
use crate::memory::Memory;
use crate::tree::{Options, scan};

/// A function that loses a listener by an error, or keeps it for ever.
const OPENING: &str = "package p
import (\"errors\"; \"net\"; \"os\")
type Server struct{ address string }
func Open(address string) error {
\tl, err := net.Listen(\"tcp\", address)
\tif err != nil {
\t\treturn err
\t}
\tif len(os.Args) > 3 {
\t\treturn errors.New(\"too many\")
\t}
\treturn l.Close()
}
func Forget() {
\tl, err := net.Listen(\"tcp\", \":2\")
\tif err == nil {
\t\tprintln(l.Addr())
\t}
}
";

/// How many losses a tree has with that package in a folder, and these files.
fn found(folder: &str, files: &[(&str, &str)]) -> usize {
    found_with(folder, OPENING, files)
}

fn found_with(folder: &str, opening: &str, files: &[(&str, &str)]) -> usize {
    let path = format!("/m/{folder}p.go");
    let package = if folder.is_empty() { "example.com/m" } else { "example.com/m/p" };
    let head = "import (\"context\"; \"errors\"; \"log\"; \"os\"; \"PACKAGE\"; \"github.com/spf13/cobra\")\n\
                var _ = context.Canceled\nvar _ = errors.New\nvar _ = log.Println\nvar _ = os.Args\n";
    let texts: Vec<(String, String)> = files
        .iter()
        .map(|(name, text)| {
            let name = format!("/m/{name}");
            (name, format!("package main\n{}{text}", head.replace("PACKAGE", package)))
        })
        .collect();
    let fixed = [("/m/go.mod", "module example.com/m\n\ngo 1.22\n"), (path.as_str(), opening)];
    let all = fixed.into_iter().chain(texts.iter().map(|(name, text)| (&**name, &**text)));
    let files = Memory::new(all);
    let knowledge = Knowledge::new(&OBJECTS);
    let options = Options { threads: 1, ..Options::default() };
    let scan =
        scan(&files, Path::new("/m"), Installation::default(), &[&RULE], &knowledge, &options);
    assert!(scan.failed.is_empty(), "{:?}", scan.failed);
    let opened = |finding: &&plumb_evidence::source::SourceFinding| finding.place.line == 5;
    scan.findings.iter().filter(opened).count()
}

fn main_with(main: &str) -> usize {
    found("p/", &[("main.go", main)])
}

/// All callers end the process with the error, wherever the package stands below the root of the module.
#[test]
fn errors_of_all_callers_end_the_process() {
    let ends = "func main() { if err := p.Open(\"a\"); err != nil { log.Fatal(err) } }";
    assert_eq!(main_with(ends), 0);
    let two = format!("{ends}\nfunc again() {{ for {{ println(p.Open(\"b\")) }} }}");
    assert_eq!(main_with(&two), 1);
    // What the root of a module exports is there for others.
    assert_eq!(found("", &[("cmd/a/main.go", ends)]), 1);
    // An example shows what others do with it.
    assert_eq!(found("p/", &[("examples/a/main.go", ends)]), 1);
    // An error that is known is no failure.
    let known = "func main() { if err := run(); err != nil && !errors.Is(err, context.Canceled) { log.Fatal(err) }; select {} }
func run() error { return p.Open(os.Args[1]) }";
    assert_eq!(main_with(known), 0);
    assert_eq!(main_with(&known.replace("&& !errors.Is(err, context.Canceled)", "&& ok")), 1);
}

/// What is not lost by an error is not known to happen once.
#[test]
fn what_is_forgotten_for_ever_is_still_lost() {
    let all = |main: &str| {
        let text = format!("package main\nimport \"example.com/m/p\"\n{main}");
        let files = Memory::new([
            ("/m/go.mod", "module example.com/m\n\ngo 1.22\n"),
            ("/m/p/p.go", OPENING),
            ("/m/main.go", text.as_str()),
        ]);
        let knowledge = Knowledge::new(&OBJECTS);
        let options = Options { threads: 1, ..Options::default() };
        scan(&files, Path::new("/m"), Installation::default(), &[&RULE], &knowledge, &options)
            .findings
            .len()
    };
    assert_eq!(all("func main() { p.Forget(); if p.Open(\"a\") != nil { panic(1) } }"), 2);
    assert_eq!(
        all("func main() { p.Forget(); if err := p.Open(\"a\"); err != nil { panic(1) } }"),
        1
    );
}

/// Wherever a literal runs, it may end the process.
#[test]
fn literals_that_end_the_process() {
    let made = "func make(f func() int) {}
func main() { make(func() int { if err := p.Open(\"a\"); err != nil { log.Fatal(err) }; return 1 }) }";
    assert_eq!(main_with(made), 0);
    assert_eq!(main_with(&made.replace("log.Fatal", "log.Println")), 1);
}

/// An error of a goroutine is that of the group which is waited for.
#[test]
fn errors_of_groups_end_the_process() {
    let group = "type group struct{}
func (g *group) Go(f func() error) {}
func (g *group) Wait() error { return nil }
func run() error {
\tg := &group{}
\tg.Go(func() error { return p.Open(\"a\") })
\treturn g.Wait()
}
func main() { if err := run(); err != nil { os.Exit(1) } }";
    assert_eq!(main_with(group), 0);
    assert_eq!(main_with(&group.replace("return g.Wait()", "g.Wait(); return nil")), 1);
    assert_eq!(main_with(&group.replace("os.Exit(1)", "println(1)")), 0);
    let looped = group.replace("func main() { if", "func main() { for { if") + " }";
    assert_eq!(main_with(&looped), 0);
    assert_eq!(main_with(&looped.replace("os.Exit(1)", "println(1)")), 1);
    // The actors of a group that somebody else runs.
    let actors = "type actors struct{}
func (a *actors) Add(execute func() error, interrupt func(error)) {}
func setup(a *actors) { a.Add(func() error { return p.Open(\"a\") }, func(error) {}) }
func main() { a := &actors{}; setup(a); select {} }";
    assert_eq!(main_with(actors), 1);
    let heard = actors.replace("func setup(a *actors) {", "func setup(a *actors) error {");
    let heard = heard.replace("func(error) {}) }", "func(error) {}); return nil }");
    let heard = heard.replace("setup(a);", "if err := setup(a); err != nil { panic(err) };");
    assert_eq!(main_with(&heard), 0);
}

/// A method is called through an interface, with as many parameters and results.
#[test]
fn methods_of_interfaces_end_the_process() {
    let method = OPENING
        .replace("func Open(address string)", "func (s *Server) Start()")
        .replace("\"tcp\", address", "\"tcp\", s.address");
    let main_with = |main: &str| found_with("p/", &method, &[("main.go", main)]);
    let through = "type starter interface { Start() error }
func all(s []starter) error { for _, s := range s { if err := s.Start(); err != nil { return err } }; return nil }
func main() { if err := all([]starter{&p.Server{}}); err != nil { panic(err) } }";
    assert_eq!(main_with(through), 0);
    assert_eq!(main_with(&through.replace("panic(err)", "println(err)")), 0);
    let again = through.replace("func main() { if", "func main() { for { if") + " }";
    assert_eq!(main_with(&again.replace("panic(err)", "println(err)")), 1);
    let other = format!(
        "{through}\ntype worker interface {{ Start(n int) }}\nfunc w(w worker) {{ for {{ w.Start(1) }} }}"
    );
    assert_eq!(main_with(&other), 0);
    let same = format!(
        "{through}\ntype worker interface {{ Start() error }}\nfunc w(w worker) {{ for {{ w.Start() }} }}"
    );
    assert_eq!(main_with(&same), 1);
}

/// A command is made of a function that another file declares.
#[test]
fn commands_are_made_of_functions_of_other_files() {
    let run = ("cmd/run.go", "func Run(address string) error { return p.Open(address) }");
    let made = "func main() { newServerCommand(Run).Execute() }
func newServerCommand(run func(string) error) *cobra.Command {
\treturn &cobra.Command{RunE: func(cmd *cobra.Command, args []string) error { return run(args[0]) }}
}";
    assert_eq!(found("p/", &[run, ("cmd/main.go", made)]), 0);
    let served = made.replace("newServerCommand", "newServer");
    assert_eq!(found("p/", &[run, ("cmd/main.go", &served)]), 1);
}

/// Methods of one name of several types are told apart.
#[test]
fn methods_are_those_of_their_types() {
    let method = OPENING
        .replace("func Open(address string)", "func (s *Server) run()")
        .replace("\"tcp\", address", "\"tcp\", s.address")
        + "func Run(address string) error { return (&Server{address}).run() }\n";
    let main = "func main() { if err := p.Run(\"a\"); err != nil { panic(err) }; select {} }";
    let with = |more: &str| {
        let opening = format!("{method}{more}");
        found_with("p/", &opening, &[("main.go", main)])
    };
    assert_eq!(with(""), 0);
    let other = "type other struct{}\nfunc (o *other) run() error { return nil }\n";
    assert_eq!(with(&format!("{other}func all(o *other) {{ for {{ println(o.run()) }} }}")), 0);
    assert_eq!(with(&format!("{other}func All(s *Server) {{ for {{ println(s.run()) }} }}")), 1);
    // Of whose it is, nobody knows.
    assert_eq!(with("func All() { for { println(unknown().run()) } }"), 1);
}

/// A program that is put together of constructors does not start if one of them fails.
#[test]
fn constructors_that_are_given_to_a_container_run_once() {
    let opening = OPENING
        .replace(
            "func Open(address string) error {",
            "func New() (*Server, error) {\n\taddress := \":1\"",
        )
        .replace("return err\n", "return nil, err\n")
        .replace("return errors", "return nil, errors")
        .replace("return l.Close()", "return &Server{address}, l.Close()");
    let with = |main: &str| {
        let opening = opening.replace("import (", "import (\"go.uber.org/fx\"; ");
        let opening = opening.replace("func Forget()", "var _ fx.Option\nfunc Forget()");
        let line = |finding: &&plumb_evidence::source::SourceFinding| finding.place.line == 6;
        let text = format!(
            "package main\nimport (\"example.com/m/p\"; \"go.uber.org/fx\"; \"log\")\n{main}"
        );
        let files = Memory::new([
            ("/m/go.mod", "module example.com/m\n\ngo 1.22\n"),
            ("/m/p/p.go", opening.as_str()),
            ("/m/main.go", text.as_str()),
        ]);
        let knowledge = Knowledge::new(&OBJECTS);
        let options = Options { threads: 1, ..Options::default() };
        let scan =
            scan(&files, Path::new("/m"), Installation::default(), &[&RULE], &knowledge, &options);
        assert!(scan.failed.is_empty(), "{:?}", scan.failed);
        scan.findings.iter().filter(line).count()
    };
    assert_eq!(with("func main() { fx.New(fx.Provide(p.New)).Run() }"), 0);
    assert_eq!(with("func main() { keep(p.New) }\nfunc keep(f any) {}"), 1);
    let own = "func main() { fx.New(fx.Provide(func() (*p.Server, error) { s, err := p.New(); if err != nil { return nil, err }; return s, nil })).Run() }";
    assert_eq!(with(own), 0);
    assert_eq!(with(&own.replace("fx.Provide(", "retry(")), 1);
    let hook = "func add(lc fx.Lifecycle) { lc.Append(fx.Hook{OnStart: func() error { _, err := p.New(); if err != nil { return err }; return nil }}) }";
    assert_eq!(with(hook), 0);
    assert_eq!(with(&hook.replace("return err }", "log.Println(err) }")), 1);
    assert_eq!(with(&hook.replace("OnStart", "OnEvent")), 1);
}
