//! What a program leaves open that ends soon after.

use std::path::Path;

use plumb_gosource::Installation;

use super::{OBJECTS, RULE, scanned};
use crate::knowledge::Knowledge;
use crate::memory::Memory;
use crate::tree::{Options, scan};

/// What pieces of `main` leave open ends with the process. So it is with methods that nobody outside of the package can
/// call, and with what the commands of a program call, but not with what is exported from there.
#[test]
fn methods_and_pieces_of_commands_may_leave_files_open() {
    let method = |name: &str, main: &str| {
        format!(
            "package main
import \"os\"
type job struct {{ path string }}
func (j job) {name}() {{
\tf, err := os.Create(j.path)
\tif err != nil {{
\t\treturn
\t}}
\tf.WriteString(j.path)
}}
func main() {{
{main}
}}"
        )
    };
    assert!(scanned(&method("run", "\tjob{\"a\"}.run()")).is_empty());
    assert!(scanned(&method("Run", "\tjob{\"a\"}.Run()")).is_empty());
    let elsewhere = method("Run", "\tjob{\"a\"}.Run()").replace("package main", "package p");
    assert_eq!(scanned(&elsewhere).len(), 1);
    assert_eq!(scanned(&method("run", "\tfor {\n\t\tjob{\"a\"}.run()\n\t}")).len(), 1);
    assert_eq!(scanned(&method("run", "\tafter := job{\"a\"}.run\n\tafter()")).len(), 1);
    let command = |name: &str| {
        let text = format!(
            "package p
import \"os\"
type write struct{{}}
func (w *write) Run(args []string) int {{
\t{name}(args[0])
\treturn 0
}}
func {name}(path string) {{
\tf, err := os.Create(path)
\tif err != nil {{
\t\treturn
\t}}
\tf.WriteString(path)
}}"
        );
        scanned(&text)
    };
    assert!(command("write_").is_empty());
    assert_eq!(command("Write").len(), 1);
}

/// What is lost by an error that ends the process is nobody's trouble: who calls hands the error on to `main`, or exits.
#[test]
fn errors_that_end_the_process_lose_nothing() {
    let program = |main: &str| {
        let text = format!(
            "package main
import (
\t\"fmt\"
\t\"log\"
\t\"net/http\"
\t\"os\"
)
func save(path string) error {{
\tf, err := os.Create(path)
\tif err != nil {{
\t\treturn err
\t}}
\tif _, err := f.WriteString(path); err != nil {{
\t\treturn fmt.Errorf(\"write: %w\", err)
\t}}
\treturn f.Close()
}}
func all(paths []string) error {{
\tfor _, path := range paths {{
\t\tif err := save(path); err != nil {{
\t\t\treturn err
\t\t}}
\t}}
\treturn nil
}}
func fatal(err error) {{ log.Println(err, http.StatusOK); os.Exit(2) }}
{main}
"
        );
        scanned(&text).len()
    };
    // Healthy: every way of the error leads to the end.
    assert_eq!(
        program("func main() { if err := all(os.Args); err != nil { log.Println(err) } }"),
        0
    );
    assert_eq!(
        program("func main() { for { if err := all(nil); err != nil { log.Fatal(err) } } }"),
        0
    );
    assert_eq!(program("func main() { for { err := all(nil); if err != nil { fatal(err) } } }"), 0);
    let goroutine =
        "func main() { go func() { err := all(nil); log.Println(err); panic(err) }(); select {} }";
    assert_eq!(program(goroutine), 0);
    // Leaks: the program goes on after an error.
    assert_eq!(
        program("func main() { for { if err := all(nil); err != nil { log.Println(err) } } }"),
        1
    );
    assert_eq!(program("func main() { for { all(nil) } }"), 1);
    assert_eq!(
        program(
            "func main() { for { if err := all(nil); err != nil { if len(os.Args) > 2 { continue }; log.Fatal(err) } } }"
        ),
        1
    );
    let served =
        "func main() { http.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) {
\tif err := all(nil); err != nil { return } }) }";
    assert_eq!(program(served), 1);
    // Whatever it gives, nobody asks for more.
    let handed =
        "func main() { for { if err := all(nil); err != nil { log.Println(err) }; os.Exit(3) } }";
    assert_eq!(program(handed), 0);
    assert_eq!(
        program("func Other() error { return all(nil) }\nvar F = Other\nfunc main() { all(nil) }"),
        1
    );
}

/// The same through exported functions of packages that only the programs of the module use, and through the libraries
/// of commands.
#[test]
fn commands_of_other_packages_lose_nothing() {
    let opening = "import (\"errors\"; \"net\"; \"os\")
func Open(network string) error {
\tl, err := net.Listen(network, \":1\")
\tif err != nil {
\t\treturn err
\t}
\tif len(os.Args) > 3 {
\t\treturn errors.New(\"too many\")
\t}
\treturn l.Close()
}\n";
    let tree = |folder: &str, main: &str| {
        let package = format!("package p\n{opening}");
        let path = format!("/m/{folder}/p.go");
        let main = main.replace("FOLDER", folder);
        let files = Memory::new([
            ("/m/go.mod", "module example.com/m\n\ngo 1.22\n"),
            (path.as_str(), package.as_str()),
            ("/m/main.go", main.as_str()),
        ]);
        let knowledge = Knowledge::new(&OBJECTS);
        let options = Options { threads: 1, ..Options::default() };
        let found =
            scan(&files, Path::new("/m"), Installation::default(), &[&RULE], &knowledge, &options);
        assert!(found.failed.is_empty(), "{:?}", found.failed);
        found.findings.len()
    };
    let once = "package main
import \"example.com/m/FOLDER\"
func main() { if err := p.Open(\"tcp\"); err != nil { panic(err) } }";
    assert_eq!(tree("internal/p", once), 0);
    assert_eq!(
        tree(
            "internal/p",
            &once.replace("if err", "for { if err").replace("panic(err) }", "println(err) } }")
        ),
        1
    );
    let cobra = "package main
import (\"example.com/m/FOLDER\"; \"github.com/spf13/cobra\")
func run(network string) error { for { if err := p.Open(network); err != nil { return err } } }
var command = &cobra.Command{RunE: func(cmd *cobra.Command, args []string) error { return run(args[0]) }}";
    assert_eq!(tree("internal/p", cobra), 0);
    let wrapped = "package main
import (\"example.com/m/FOLDER\"; \"github.com/urfave/cli\")
func open(c *cli.Context) error { return p.Open(c.Args().First()) }
func handle(c *cli.Context, f func(c *cli.Context) error) {}
var command = cli.Command{Action: func(c *cli.Context) { handle(c, open) }}";
    assert_eq!(tree("internal/p", wrapped), 0);
    assert_eq!(tree("internal/p", &wrapped.replace("handle(c, open)", "serve(open)")), 1);
    let kong = "package main
import \"example.com/m/FOLDER\"
type Serve struct { Listen string `help:\"where to\" default:\":1\"` }
func (s *Serve) Run() error { return p.Open(s.Listen) }";
    assert_eq!(tree("internal/p", kong), 0);
    assert_eq!(tree("internal/p", &kong.replace("help:", "json:")), 1);
}

/// What is begun once in the life of a process may last as long: in `init`, by a `sync.Once` of the package, and in
/// goroutines of `main`.
#[test]
fn what_is_begun_once_may_last() {
    let opened = "f, err := os.Open(\"a\"); if err != nil { return }; f.Stat()";
    let found = |body: &str| {
        let text = format!(
            "package main\nimport (\"os\"; \"sync\"; \"net/http\")\nvar once sync.Once\ntype server struct {{ once sync.Once }}\n{}",
            body.replace("OPEN", opened)
        );
        scanned(&text).len()
    };
    assert_eq!(found("func init() { go func() { OPEN }() }"), 0);
    assert_eq!(found("func Get() { once.Do(func() { OPEN }) }"), 0);
    assert_eq!(found("func Get() { once.Do(func() { read() }) }\nfunc read() { OPEN }"), 0);
    assert_eq!(found("func main() { go func() { OPEN }(); select {} }"), 0);
    assert_eq!(found("func (s *server) Get() { s.once.Do(func() { OPEN }) }"), 1);
    assert_eq!(found("func main() { for { go func() { OPEN }() } }"), 1);
    let handler = "func main() { http.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) { OPEN }) }";
    assert_eq!(found(handler), 1);
}

/// A program that a build tag leaves out stands in the folder of a package, and ends all the same.
#[test]
fn generators_are_programs() {
    let generator = |package: &str| {
        format!(
            "//go:build ignore

package {package}
import (\"log\"; \"os\")
func main() {{
\tf, err := os.Create(\"table.go\")
\tif err != nil {{
\t\tlog.Fatal(err)
\t}}
\tf.WriteString(\"package p\")
}}"
        )
    };
    let found = |package: &str| {
        let generator = generator(package);
        let files = Memory::new([
            ("/m/go.mod", "module example.com/m\n\ngo 1.22\n"),
            ("/m/p/p.go", "package p\n"),
            ("/m/p/gen.go", generator.as_str()),
        ]);
        let knowledge = Knowledge::new(&OBJECTS);
        let options = Options { threads: 1, ..Options::default() };
        scan(&files, Path::new("/m"), Installation::default(), &[&RULE], &knowledge, &options)
            .findings
            .len()
    };
    assert_eq!(found("main"), 0);
    assert_eq!(found("p"), 1);
}

/// A function that panics where it must not fail says so by its name; what panics under another name may be caught, as by
/// the server of `net/http`.
#[test]
fn what_must_not_fail_ends_the_process() {
    let with = |panics: &str, name: &str, more: &str| {
        let text = format!(
            "package p
import \"os\"
func lockFile(path string) (*os.File, error) {{
\tf, err := os.Create(path)
\tif err != nil {{
\t\treturn nil, err
\t}}
\tif err := f.Chmod(0o600); err != nil {{
\t\treturn nil, err
\t}}
\treturn f, nil
}}
func {name}(path string) *os.File {{
\tf, err := lockFile(path)
\tif err != nil {{
\t\t{panics}
\t}}
\treturn f
}}
{more}"
        );
        scanned(&text).len()
    };
    let package = |name: &str, more: &str| with("panic(err)", name, more);
    for name in ["MustLock", "mustLock", "Must"] {
        assert_eq!(package(name, ""), 0, "{name}");
    }
    for name in ["Lock", "Mustard", "Handle"] {
        assert_eq!(package(name, ""), 1, "{name}");
    }
    let logged = "type logs struct{}
func (logs) Panicf(format string, args ...any) { println(format, len(args)) }";
    assert_eq!(with("logs{}.Panicf(\"lock\", err)", "MustLock", logged), 0);
    assert_eq!(with("logs{}.Panicf(\"lock\", err)", "Lock", logged), 1);
    assert_eq!(with("println(err)", "MustLock", logged), 1);
    // Others go on after the error.
    let other = "func Try(path string) error { f, err := lockFile(path); if err != nil { return err }; return f.Close() }";
    assert_eq!(package("MustLock", other), 1);
}

/// What `go generate` runs writes its files and ends; what only stands beside a directive does not.
#[test]
fn programs_of_go_generate_lose_nothing() {
    let program = "package main
import (\"log\"; \"os\")
func main() {
\tfor _, name := range os.Args {
\t\tf, err := os.Create(name)
\t\tif err != nil {
\t\t\tlog.Fatal(err)
\t\t}
\t\tf.WriteString(\"package p\")
\t}
}";
    let found = |folder: &str, directive: &str| {
        let path = format!("/m/{folder}/main.go");
        let text = format!("package p\n\n{directive}\n");
        let files = Memory::new([
            ("/m/go.mod", "module example.com/m\n\ngo 1.22\n"),
            ("/m/p/p.go", text.as_str()),
            (path.as_str(), program),
        ]);
        let knowledge = Knowledge::new(&OBJECTS);
        let options = Options { threads: 1, ..Options::default() };
        scan(&files, Path::new("/m"), Installation::default(), &[&RULE], &knowledge, &options)
            .findings
            .len()
    };
    assert_eq!(found("p/generator", "//go:generate go run ./generator a.go b.go"), 0);
    assert_eq!(found("tools/gen", "//go:generate go run example.com/m/tools/gen"), 0);
    assert_eq!(found("tools/gen", "//go:generate go run example.com/m/tools/other"), 1);
    assert_eq!(found("p/generator", ""), 1);
    // One that serves, and also writes its documents.
    assert_eq!(found("cmd/server", "//go:generate go run ../cmd/server docs"), 1);
}

/// A literal that the body of a command gives to a helper, with what the command got, is the work of the command.
#[test]
fn literals_of_helpers_of_commands_are_their_work() {
    let command = "package main
import (\"net\"; \"os\"; \"github.com/spf13/cobra\")
var command = &cobra.Command{Run: func(c *cobra.Command, args []string) {
\twork(c, func() error { return serve(args[0]) })
}}
func work(c *cobra.Command, f func() error) { println(c, f()) }
func serve(address string) error {
\tl, err := net.Listen(\"tcp\", address)
\tif err != nil {
\t\treturn err
\t}
\tif len(os.Args) > 3 {
\t\treturn os.ErrInvalid
\t}
\treturn l.Close()
}";
    let found = |from: &str, to: &str| scanned(&command.replace(from, to)).len();
    assert_eq!(found("", ""), 0);
    // What gets nothing of the command may do other work.
    assert_eq!(found("work(c, f", "work(nil, f"), 1);
    // What is repeated loses one each time.
    assert_eq!(
        found(
            "\twork(c, func() error { return serve(args[0]) })",
            "\tfor { work(c, func() error { return serve(args[0]) }) }"
        ),
        1
    );
    assert_eq!(found("Run: func", "Version: func"), 1);
}

/// An error of what is called for each file of a tree is that of the walk, and ends it.
#[test]
fn errors_of_walks_end_the_process() {
    let walk = "package main
import (\"io/fs\"; \"log\"; \"os\"; \"path/filepath\")
func main() { for { if err := check(\"a\"); err != nil { log.Fatal(err) } } }
func check(root string) error {
\terr := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
\t\tf, err := os.Open(path)
\t\tif err != nil {
\t\t\treturn err
\t\t}
\t\tif _, err := f.Stat(); err != nil {
\t\t\treturn err
\t\t}
\t\treturn f.Close()
\t})
\tif err != nil {
\t\treturn err
\t}
\treturn nil
}";
    let found = |from: &str, to: &str| scanned(&walk.replace(from, to)).len();
    assert_eq!(found("", ""), 0);
    // The program goes on after the error.
    assert_eq!(found("log.Fatal", "log.Print"), 1);
    assert_eq!(
        found(
            "\tif err != nil {\n\t\treturn err\n\t}\n\treturn nil",
            "\tlog.Print(err)\n\treturn nil"
        ),
        1
    );
    // One more is open after each file.
    assert_eq!(found("return f.Close()", "return nil"), 1);
    let once = walk
        .replace("for { if", "if")
        .replace("(err) } }", "(err) }")
        .replace("return f.Close()", "return nil");
    assert_eq!(scanned(&once).len(), 1);
    // Who gets a literal otherwise may call it whenever they like.
    assert_eq!(found("filepath.WalkDir(root", "each(filepath.Base(root)"), 1);
}

/// What gets a function to make a command of it, and methods that only the packages of the program can call.
#[test]
fn commands_are_made_of_functions_and_methods() {
    let program = |main: &str| {
        let text = format!(
            "package main
import (
\t\"errors\"
\t\"net\"
\t\"os\"
)
type server struct{{ address string }}
func (s *server) Run() error {{
\tl, err := net.Listen(\"tcp\", s.address)
\tif err != nil {{
\t\treturn err
\t}}
\tif len(os.Args) > 3 {{
\t\treturn errors.New(\"too many\")
\t}}
\treturn l.Close()
}}
type command struct{{ run func() error }}
func newServerCommand(run func() error) *command {{ return &command{{run}} }}
func each(run func() error) {{ for {{ run() }} }}
func checkErr(err error) {{ if err != nil {{ os.Exit(1) }} }}
{main}"
        );
        scanned(&text).len()
    };
    let made = "var c = newServerCommand(func() error { s := &server{}; return s.Run() })";
    assert_eq!(program(made), 0);
    assert_eq!(program("func main() { for { s := &server{}; checkErr(s.Run()) } }"), 0);
    let repeated = "func main() { each(func() error { s := &server{}; return s.Run() }) }";
    assert_eq!(program(repeated), 1);
    assert_eq!(program("func main() { for { s := &server{}; println(s.Run()) } }"), 1);
}

/// What a function that is named as the body of a command asks for ends with the process too.
#[test]
fn bodies_of_commands_keep_no_answers() {
    let program = |other: &str| {
        let text = format!(
            "package cli
import (
\t\"context\"
\t\"errors\"
\t\"net/http\"
\t\"github.com/peterbourgon/ff/v3/ffcli\"
)
var get = &ffcli.Command{{Name: \"get\", Exec: runGet}}
func runGet(ctx context.Context, args []string) error {{
\tresp, err := http.Get(args[0])
\tif err != nil {{
\t\treturn err
\t}}
\tif resp.StatusCode != 200 {{
\t\treturn errors.New(resp.Status)
\t}}
\treturn resp.Body.Close()
}}
{other}"
        );
        scanned(&text).len()
    };
    assert_eq!(program(""), 0);
    assert_eq!(program("func Watch() { for { runGet(nil, nil) } }"), 1);
}
