//! Functions, frames and stacks as the Go runtime names them, and whose code they are.

use std::sync::Arc;

/// One call on a stack.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Frame {
    /// The linker's name, e.g. `net/http.(*persistConn).readLoop`.
    pub function: Arc<str>,
    /// As the binary recorded it: absolute, or `module@version/…` with `-trimpath`. Empty if unknown.
    pub file: Arc<str>,
    /// 1-based line; 0 if unknown.
    pub line: u32,
}

impl Frame {
    /// The parsed view of [`Frame::function`].
    pub fn name(&self) -> FunctionName<'_> {
        FunctionName(&self.function)
    }

    /// Whether this frame is in `function`, or in a closure or wrapper made inside it.
    pub fn is_in(&self, function: &str) -> bool {
        match self.function.strip_prefix(function) {
            Some("") => true,
            Some(rest) => FunctionName::is_closure_suffix(rest),
            None => false,
        }
    }
}

/// A call stack, leaf first. Frames of package `runtime` at either end are left out: they say how
/// the goroutine was parked (see [`crate::goroutine::WaitState`]), not what it does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stack(pub Arc<[Frame]>);

impl Stack {
    /// The frames, leaf first.
    pub fn frames(&self) -> &[Frame] {
        &self.0
    }

    /// The innermost call.
    pub fn leaf(&self) -> Option<&Frame> {
        self.0.first()
    }

    /// The function the goroutine was started with (if the stack was not cut at the root side).
    pub fn root(&self) -> Option<&Frame> {
        self.0.last()
    }

    /// Whether any frame is in `function` or in a closure made inside it.
    pub fn passes(&self, function: &str) -> bool {
        self.0.iter().any(|frame| frame.is_in(function))
    }

    /// Position of the outermost frame (nearest the root) that is in one of `functions`.
    pub fn outermost_in(&self, functions: &[&str]) -> Option<usize> {
        self.0.iter().rposition(|frame| functions.iter().any(|name| frame.is_in(name)))
    }
}

/// A function name in the linker's spelling, taken apart on demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionName<'a>(pub &'a str);

impl<'a> FunctionName<'a> {
    /// The import path as the linker writes it: `google.golang.org/grpc/internal/transport`.
    /// Dots in the last path element are escaped there (`github.com/nats-io/nats%2ego`).
    pub fn package(self) -> &'a str {
        // Type arguments may hold slashes and dots of their own.
        let plain = self.0.split('[').next().unwrap_or(self.0);
        // A parenthesised receiver can hold neither before its own package part.
        let head = plain.split('(').next().unwrap_or(plain);
        let element = head.rfind('/').map_or(0, |slash| slash + 1);
        match head[element..].find('.') {
            Some(dot) => &self.0[..element + dot],
            None => head,
        }
    }

    /// What follows the package: `(*http2Client).reader`, `handler.func1`.
    pub fn local(self) -> &'a str {
        self.0[self.package().len()..].trim_start_matches('.')
    }

    /// The declared function this is a closure or wrapper of; itself if it is none.
    /// `main.(*server).serve.func1.2` → `main.(*server).serve`.
    pub fn declared(self) -> FunctionName<'a> {
        let mut name = self.0;
        let package = self.package().len() + 1;
        while let Some(dot) = name.rfind('.').filter(|&dot| dot >= package) {
            if !Self::is_closure_suffix(&name[dot..]) {
                break;
            }
            name = &name[..dot];
        }
        FunctionName(name.strip_suffix("-fm").unwrap_or(name))
    }

    /// Whether this is a closure or a wrapper that the compiler made inside another function.
    pub fn is_closure(self) -> bool {
        self.declared().0 != self.0
    }

    /// `.func1`, `.func2.3`, `.gowrap1`, `.deferwrap2`, `·001` (Go 1.4), `-fm`, `[...]`, and chains of them.
    fn is_closure_suffix(suffix: &str) -> bool {
        let suffix = suffix.strip_prefix("[...]").unwrap_or(suffix);
        if suffix.is_empty() || suffix == "-fm" {
            return true;
        }
        let numbered = |part: &str| {
            let digits = part
                .strip_prefix("func")
                .or_else(|| part.strip_prefix("gowrap"))
                .or_else(|| part.strip_prefix("deferwrap"))
                .unwrap_or(part);
            let digits = digits.trim_start_matches('·').trim_end_matches("-range");
            digits.split(['-', '·']).all(|d| d.bytes().all(|b| b.is_ascii_digit()))
        };
        suffix.starts_with('.') && suffix[1..].split('.').all(numbered)
    }
}

/// Whose code a package is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Package `runtime` and its internals.
    Runtime,
    /// The rest of the standard library.
    Standard,
    /// A module the program depends on.
    Dependency {
        /// Module path.
        module: Arc<str>,
        /// Version, if build info or the file name tells it.
        version: Option<Arc<str>>,
    },
    /// The main module: what the reader of a finding can edit.
    User,
}

/// A module of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Module path, e.g. `google.golang.org/grpc`.
    pub path: Arc<str>,
    /// `v1.72.2`; `(devel)` for a main module built from a checkout.
    pub version: Arc<str>,
    /// The path of the module that replaces it in this build, if one does.
    pub replaced_by: Option<Arc<str>>,
}

/// What the executable says about how it was built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// `go1.27.3`.
    pub go_version: Option<Arc<str>>,
    /// Import path of the main package.
    pub main_package: Option<Arc<str>>,
    /// The module that holds it.
    pub main_module: Option<Module>,
    /// Modules it depends on.
    pub dependencies: Vec<Module>,
    /// `vcs.revision` of the build.
    pub revision: Option<Arc<str>>,
    /// `vcs.modified`: built from a checkout with uncommitted changes.
    pub modified: bool,
}

impl Build {
    /// `(1, 27)` of `go1.27.3`; `None` for development versions without a number.
    pub fn go_release(&self) -> Option<(u32, u32)> {
        let text = self.go_version.as_deref()?;
        let text = text.split("go").nth(1)?;
        let mut parts = text.split(|c: char| !c.is_ascii_digit());
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    }

    /// The dependency that holds `package`: the longest module path that is a prefix of it.
    pub fn dependency_of(&self, package: &str) -> Option<&Module> {
        let holds = |module: &&Module| is_in_module(package, &module.path);
        self.dependencies.iter().filter(holds).max_by_key(|module| module.path.len())
    }

    /// Whose code a frame is.
    ///
    /// Build info decides where it is known. Without it: package `main` is the user's, an import
    /// path whose first element has no dot is the standard library's unless its file lies outside
    /// a `GOROOT/src`, and a file below a module cache or `vendor/` is a dependency's.
    pub fn origin(&self, frame: &Frame) -> Origin {
        let package = frame.name().package();
        if package == "runtime"
            || package.starts_with("runtime/")
            || package.starts_with("internal/runtime/")
        {
            return Origin::Runtime;
        }
        if package == "main" {
            return Origin::User;
        }
        if let Some(main) = &self.main_module {
            // A dependency may live below the main module's path, so the longer path wins.
            let dependency = self.dependency_of(package);
            let in_main = is_in_module(package, &main.path);
            return match dependency {
                Some(module) if !in_main || module.path.len() > main.path.len() => {
                    dependency_origin(&module.path, Some(module.version.clone()))
                }
                _ if in_main => Origin::User,
                _ if is_standard(package) => Origin::Standard,
                _ => guess_origin(package, &frame.file),
            };
        }
        guess_origin(package, &frame.file)
    }

    /// Whether the reader of a finding can edit this frame's line.
    pub fn is_user(&self, frame: &Frame) -> bool {
        self.origin(frame) == Origin::User
    }
}

fn dependency_origin(module: &str, version: Option<Arc<str>>) -> Origin {
    Origin::Dependency { module: module.into(), version }
}

fn is_in_module(package: &str, module: &str) -> bool {
    package.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Import paths of the standard library have no dot in their first element (cmd/go's own rule).
fn is_standard(package: &str) -> bool {
    !package.split('/').next().unwrap_or(package).contains('.')
}

/// First path elements of the standard library's packages (`go list std`, Go 1.27; `vendor` is its own).
const STANDARD_ROOTS: [&str; 52] = [
    "archive",
    "bufio",
    "bytes",
    "cmp",
    "compress",
    "container",
    "context",
    "crypto",
    "database",
    "debug",
    "embed",
    "encoding",
    "errors",
    "expvar",
    "flag",
    "fmt",
    "go",
    "hash",
    "html",
    "image",
    "index",
    "internal",
    "io",
    "iter",
    "log",
    "maps",
    "math",
    "mime",
    "net",
    "os",
    "path",
    "plugin",
    "reflect",
    "regexp",
    "runtime",
    "simd",
    "slices",
    "sort",
    "strconv",
    "strings",
    "structs",
    "sync",
    "syscall",
    "testing",
    "text",
    "time",
    "unicode",
    "unique",
    "unsafe",
    "uuid",
    "vendor",
    "weak",
];

/// The module that `go` keeps toolchains as which it has downloaded; their standard library lies below it.
const TOOLCHAIN: &str = "golang.org/toolchain";

fn guess_origin(package: &str, file: &str) -> Origin {
    if let Some((module, version)) = module_in_path(file).filter(|&(path, _)| path != TOOLCHAIN) {
        return dependency_origin(module, Some(version.into()));
    }
    if file.contains("/vendor/") {
        return dependency_origin(guess_module(package), None);
    }
    if is_standard(package) {
        // A main module may have a path without a dot too (`orders/store`).
        let first = package.split('/').next().unwrap_or(package);
        return if STANDARD_ROOTS.contains(&first) { Origin::Standard } else { Origin::User };
    }
    // Module path and checkout look alike from here. GOPATH builds keep dependencies in the same
    // tree as the user's code, so hosts' first elements are all that is left to go by.
    if file.is_empty() || file.contains("/src/") || file.starts_with(guess_module(package)) {
        return dependency_origin(guess_module(package), None);
    }
    Origin::User
}

/// `…/pkg/mod/github.com/x/y@v1.2.3/z.go` or `github.com/x/y@v1.2.3/z.go` → (`github.com/x/y`, `v1.2.3`).
fn module_in_path(file: &str) -> Option<(&str, &str)> {
    let (before, after) = file.split_once('@')?;
    let module = before.rsplit_once("/pkg/mod/").map_or(before, |(_, module)| module);
    Some((module, after.split('/').next()?))
}

/// The first three elements of an import path on a code host, two elsewhere.
fn guess_module(package: &str) -> &str {
    let elements = match package.split('/').next() {
        Some(
            "github.com" | "gitlab.com" | "bitbucket.org" | "golang.org" | "go.googlesource.com",
        ) => 3,
        _ => 2,
    };
    match package.match_indices('/').nth(elements - 1) {
        Some((end, _)) => &package[..end],
        None => package,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(function: &str, file: &str) -> Frame {
        Frame { function: function.into(), file: file.into(), line: 1 }
    }

    #[test]
    fn names_come_apart() {
        let check = |name, package, declared| {
            assert_eq!(FunctionName(name).package(), package, "{name}");
            assert_eq!(FunctionName(name).declared().0, declared, "{name}");
        };
        check("main.main", "main", "main.main");
        check("main.handler.func1", "main", "main.handler");
        check("main.handler.func1.2", "main", "main.handler");
        check("main.handler.gowrap1", "main", "main.handler");
        check("main.handler-fm", "main", "main.handler");
        check("main.run.func2.deferwrap1", "main", "main.run");
        check("net/http.(*persistConn).readLoop", "net/http", "net/http.(*persistConn).readLoop");
        check(
            "google.golang.org/grpc/internal/transport.NewHTTP2Client.func6",
            "google.golang.org/grpc/internal/transport",
            "google.golang.org/grpc/internal/transport.NewHTTP2Client",
        );
        check(
            "github.com/nats-io/nats%2ego.(*Conn).readLoop",
            "github.com/nats-io/nats%2ego",
            "github.com/nats-io/nats%2ego.(*Conn).readLoop",
        );
        check(
            "example.com/a/b.Map[go.shape.string,example.com/c.T]",
            "example.com/a/b",
            "example.com/a/b.Map[go.shape.string,example.com/c.T]",
        );
        check("main.(*pool[...]).run.func1", "main", "main.(*pool[...]).run");
        check("gopkg.in/yaml%2ev3.Unmarshal", "gopkg.in/yaml%2ev3", "gopkg.in/yaml%2ev3.Unmarshal");
    }

    #[test]
    fn closures_belong_to_their_function() {
        assert!(frame("a.f.func1", "").is_in("a.f"));
        assert!(frame("a.f", "").is_in("a.f"));
        assert!(!frame("a.fetch", "").is_in("a.f"));
        assert!(!frame("a.f.method", "").is_in("a.f"));
    }

    #[test]
    fn origins_without_build_info() {
        let build = Build::default();
        let check = |function, file, expect: Origin| {
            assert_eq!(build.origin(&frame(function, file)), expect, "{function} {file}");
        };
        check("main.main", "/src/app/main.go", Origin::User);
        check("runtime.gopark", "/usr/local/go/src/runtime/proc.go", Origin::Runtime);
        check("net/http.(*conn).serve", "/usr/local/go/src/net/http/server.go", Origin::Standard);
        check("net/http.(*conn).serve", "net/http/server.go", Origin::Standard);
        check(
            "net/http.(*conn).serve",
            "/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.25.5.linux-amd64/src/net/http/server.go",
            Origin::Standard,
        );
        check(
            "internal/poll.runtime_pollWait",
            "/usr/local/go/src/runtime/netpoll.go",
            Origin::Standard,
        );
        check("orders/store.Add", "/home/ci/orders/store/store.go", Origin::User);
        check(
            "google.golang.org/grpc.NewClient",
            "/go/pkg/mod/google.golang.org/grpc@v1.72.2/clientconn.go",
            Origin::Dependency {
                module: "google.golang.org/grpc".into(),
                version: Some("v1.72.2".into()),
            },
        );
        check("example.com/orders/store.Add", "/home/ci/orders/store/store.go", Origin::User);
    }

    #[test]
    fn build_info_decides() {
        let module =
            |path: &str| Module { path: path.into(), version: "v1.0.0".into(), replaced_by: None };
        let build = Build {
            main_module: Some(module("example.com/orders")),
            dependencies: vec![module("example.com/orders/client"), module("golang.org/x/net")],
            ..Build::default()
        };
        assert_eq!(build.origin(&frame("example.com/orders/store.Add", "")), Origin::User);
        assert_eq!(
            build.origin(&frame("example.com/orders/client.New", "")),
            Origin::Dependency {
                module: "example.com/orders/client".into(),
                version: Some("v1.0.0".into())
            }
        );
        assert_eq!(build.origin(&frame("net/http.Get", "")), Origin::Standard);
    }
}
