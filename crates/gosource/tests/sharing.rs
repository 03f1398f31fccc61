//! What several programs read once is the same as what each would read alone.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use plumb_gosource::{
    Entry, Folders, Installation, Layout, Platform, Program, SharedPackages, TypeKind,
};

#[path = "disk/memory.rs"]
mod memory;

use memory::Memory;

/// Notes which files are read.
struct Noting<'m> {
    below: &'m Memory,
    read: Mutex<Vec<PathBuf>>,
}

impl Folders for Noting<'_> {
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        self.read.lock().unwrap().push(file.to_path_buf());
        self.below.read(file)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        self.below.list(folder)
    }
}

impl Noting<'_> {
    fn times(&self, file: &str) -> usize {
        self.read.lock().unwrap().iter().filter(|read| **read == Path::new(file)).count()
    }
}

fn program<'m>(
    shared: &Arc<SharedPackages>,
    folders: &'m dyn Folders,
    module: &str,
) -> Program<'m> {
    let installation = Installation { goroot: Some("/go".into()), ..Installation::default() };
    let layout = Layout::find(folders, Path::new(module), installation);
    Program::sharing(shared.clone(), folders, layout, Platform::default())
}

/// What a function of a package gives.
fn result(program: &Program<'_>, package: &str, name: &str) -> String {
    let package = program.package(package).unwrap();
    match package.function(program, name).unwrap().ty.kind() {
        TypeKind::Signature(signature) => signature.results[0].to_string(),
        _ => unreachable!("functions have signatures"),
    }
}

/// Two modules that use one library, and find what it imports in different places.
const TREE: &str = "-- /a/go.mod\nmodule e.org/a\nrequire (\n\te.org/lib v1.0.0\n\te.org/dep v1.0.0\n)\n\
    replace e.org/lib => ../lib\nreplace e.org/dep => ../one\n-- /a/a.go\npackage a\n\
    -- /b/go.mod\nmodule e.org/b\nrequire (\n\te.org/lib v1.0.0\n\te.org/dep v2.0.0\n)\n\
    replace e.org/lib => ../lib\nreplace e.org/dep => ../two\n-- /b/b.go\npackage b\n\
    -- /lib/lib.go\npackage lib\nimport (\n\t\"e.org/dep\"\n\t\"strings\"\n)\n\
    func Named() dep.T { panic(0) }\nfunc Built() strings.Builder { panic(0) }\n\
    -- /lib/same.go\npackage lib\nfunc Same() int { return 0 }\n\
    -- /one/dep.go\npackage dep\ntype T int\n-- /two/dep.go\npackage other\ntype T int\n\
    -- /go/src/strings/builder.go\npackage strings\ntype Builder struct{}\nfunc Join() string { return \"\" }\n\
    -- /s/go.mod\nmodule strings\n-- /s/own.go\npackage strings\nfunc Join() int { return 0 }\n";

#[test]
fn a_file_is_read_once_for_programs_that_find_its_imports_in_other_places() {
    let memory = Memory::new(TREE);
    let noting = Noting { below: &memory, read: Mutex::default() };
    let shared = Arc::default();
    let (a, b) = (program(&shared, &noting, "/a"), program(&shared, &noting, "/b"));
    for (program, named) in [(&a, "e.org/dep.T"), (&b, "?"), (&a, "e.org/dep.T")] {
        assert_eq!(result(program, "e.org/lib", "Named"), named);
        assert_eq!(result(program, "e.org/lib", "Built"), "strings.Builder");
        assert_eq!(result(program, "e.org/lib", "Same"), "int");
    }
    assert_eq!(noting.times("/lib/lib.go"), 1);
    assert_eq!(noting.times("/lib/same.go"), 1);
}

#[test]
fn the_standard_library_is_read_once_unless_a_module_stands_in_for_it() {
    let memory = Memory::new(TREE);
    let noting = Noting { below: &memory, read: Mutex::default() };
    let shared = Arc::default();
    for module in ["/a", "/b"] {
        assert_eq!(result(&program(&shared, &noting, module), "strings", "Join"), "string");
    }
    assert_eq!(noting.times("/go/src/strings/builder.go"), 1);
    let own = program(&shared, &noting, "/s");
    assert_eq!(result(&own, "strings", "Join"), "int");
    assert!(own.package("strings").unwrap().is_main);
}
