//! Executables built by real Go toolchains, from 1.9 to the newest, compared with what `go version -m` says.

mod toolchains;

use std::fs::{self, File};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use plumb_binary::{BuildInfo, Elf, Error, Problem, parse_build_info, read_build_info};
use toolchains::{Go, go, run};

const NEWEST: &str = "1.27.3";

/// A main module and a dependency that is replaced by a directory.
const PROGRAM: &[(&str, &str)] = &[
    (
        "go.mod",
        "module example.com/shop\n\ngo 1.13\n\nrequire example.com/dep v1.2.3\n\nreplace example.com/dep => ./dep\n",
    ),
    (
        "main.go",
        "package main\n\nimport \"example.com/dep/greet\"\n\nfunc main() { greet.Greet() }\n",
    ),
    ("dep/go.mod", "module example.com/dep\n"),
    (
        "dep/greet/greet.go",
        "package greet\n\n// Greet greets.\nfunc Greet() { println(\"hello\") }\n",
    ),
];

const WITHOUT_IMPORTS: &[(&str, &str)] =
    &[("main.go", "package main\n\nfunc main() { println(\"hello\") }\n")];

fn open(path: &Path) -> Result<BuildInfo, Error> {
    read_build_info(File::open(path).expect("the executable"))
}

fn read(path: &Path) -> BuildInfo {
    open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What `go version -m` of a toolchain prints for an executable.
fn version_m(go: &Go, executable: &Path) -> String {
    let executable = executable.to_str().expect("a path in UTF-8");
    run(&mut go.command(&[], &["version", "-m", executable]))
}

/// Compares with the real tool, which knows neither build ids nor our problems.
fn assert_as_go_says(go: &Go, path: &Path) -> BuildInfo {
    let info = read(path);
    let text = version_m(go, path);
    let mut expected = parse_build_info(&text);
    assert_eq!(expected.problems, [], "{text}");
    assert!(expected.go_version.is_some(), "{text}");
    expected.gnu_build_id.clone_from(&info.gnu_build_id);
    expected.go_build_id.clone_from(&info.go_build_id);
    expected.problems.clone_from(&info.problems);
    assert_eq!(info, expected, "{text}");
    info
}

fn assert_program(info: &BuildInfo) {
    assert_eq!(info.path.as_deref(), Some("example.com/shop"));
    let main = info.main.as_ref().expect("a main module");
    assert_eq!(main.path, "example.com/shop");
    let dep = info.module_of("example.com/dep/greet").expect("the dependency");
    assert_eq!((dep.path.as_str(), dep.version.as_str()), ("example.com/dep", "v1.2.3"));
    assert_eq!(dep.effective().path, "./dep");
    assert_eq!(info.problems, []);
}

#[test]
fn newest_go_with_all_ways_to_link() {
    let go = go(NEWEST);
    go.write(PROGRAM);
    let ways: [&[&str]; 4] = [
        &["-trimpath"],
        &["-ldflags=-s -w"],
        &["-buildmode=pie", "-tags=a,b"],
        &["-ldflags=-s -w -buildid=", "-buildmode=pie"],
    ];
    for flags in ways {
        let info = assert_as_go_says(&go, &go.build(&[], flags));
        assert_program(&info);
        assert_eq!(info.go_version.as_deref(), Some("go1.27.3"));
        assert_eq!(info.trimpath(), flags.contains(&"-trimpath"));
        assert_eq!(info.setting("CGO_ENABLED"), Some("0"));
        assert!(info.setting("DefaultGODEBUG").is_some(), "go 1.13 in go.mod sets old defaults");
    }
}

#[test]
fn cgo_and_the_external_linker() {
    let go = go(NEWEST);
    go.write(PROGRAM);
    go.write(&[(
        "c.go",
        "package main\n\n// int one(void) { return 1; }\nimport \"C\"\n\nvar _ = C.one()\n",
    )]);
    for flags in
        [&["-ldflags=-linkmode=external"] as &[&str], &["-buildmode=pie", "-ldflags=-s -w"]]
    {
        let info = assert_as_go_says(&go, &go.build(&[("CGO_ENABLED", "1")], flags));
        assert_program(&info);
        assert_eq!(info.setting("CGO_ENABLED"), Some("1"));
    }
}

#[test]
fn both_classes_and_both_byte_orders() {
    let go = go(NEWEST);
    go.write(PROGRAM);
    for architecture in ["386", "mips", "ppc64le", "s390x"] {
        let path = go.build(&[("GOARCH", architecture)], &[]);
        let info = assert_as_go_says(&go, &path);
        assert_program(&info);
        assert_eq!(info.setting("GOARCH"), Some(architecture));
        let elf = Elf::open(File::open(&path).expect("the executable")).expect("an ELF file");
        assert_eq!(elf.word_size(), if matches!(architecture, "386" | "mips") { 4 } else { 8 });
        assert_eq!(elf.is_big_endian(), matches!(architecture, "mips" | "s390x"));
    }
}

#[test]
fn revision_of_the_repository_that_was_built() {
    let go = go(NEWEST);
    go.write(PROGRAM);
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args([
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.com",
            "-c",
            "commit.gpgsign=false",
        ]);
        run(command.args(arguments).current_dir(go.directory()))
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    let info = assert_as_go_says(&go, &go.build(&[], &["-buildvcs=true"]));
    assert_eq!(info.vcs_revision(), Some(git(&["rev-parse", "HEAD"]).trim()));
    assert_eq!(info.vcs_modified(), Some(false));
    assert!(info.vcs_time().is_some_and(|time| time.ends_with('Z')));
    go.write(&[("new.go", "package main\n")]);
    assert_eq!(read(&go.build(&[], &["-buildvcs=true"])).vcs_modified(), Some(true));
}

#[test]
fn build_ids_are_those_that_other_tools_show() {
    let go = go(NEWEST);
    go.write(PROGRAM);
    let path = go.build(&[], &["-ldflags=-B 0x0123456789abcdef"]);
    let info = read(&path);
    assert_eq!(info.gnu_build_id.as_deref(), Some("0123456789abcdef"));
    let shown = run(&mut go.command(&[], &["tool", "buildid", path.to_str().expect("UTF-8")]));
    assert_eq!(info.go_build_id.as_deref(), Some(shown.trim()));
}

#[test]
fn go_1_19_with_inline_strings() {
    let go = go("1.19.13");
    go.write(PROGRAM);
    for flags in [&["-ldflags=-s -w"] as &[&str], &["-buildmode=pie"]] {
        let info = assert_as_go_says(&go, &go.build(&[], flags));
        assert_program(&info);
        assert_eq!(info.go_version.as_deref(), Some("go1.19.13"));
    }
}

#[test]
fn go_1_16_with_pointers_to_strings() {
    let go = go("1.16.15");
    go.write(PROGRAM);
    for architecture in ["amd64", "386", "mips", "s390x"] {
        let info =
            assert_as_go_says(&go, &go.build(&[("GOARCH", architecture)], &["-ldflags=-s -w"]));
        assert_program(&info);
        assert_eq!(info.go_version.as_deref(), Some("go1.16.15"));
    }
    let info = assert_as_go_says(&go, &go.build(&[], &["-buildmode=pie"]));
    assert_program(&info);
}

/// With the linker of LLVM, the pointers of a position-independent executable are zero in the file and stand in
/// relocations; `go version` itself does not know these.
#[test]
fn go_1_16_with_pointers_in_relocations() {
    let go = go("1.16.15");
    go.write(PROGRAM);
    go.write(&[("c.go", "package main\n\nimport \"C\"\n")]);
    let linker = lld_directory();
    let linker =
        format!("-ldflags=-linkmode=external -extldflags '-fuse-ld=lld -B{}'", linker.display());
    let path = go.build(&[("CGO_ENABLED", "1")], &["-buildmode=pie", &linker]);
    let info = read(&path);
    assert_program(&info);
    assert_eq!(info.go_version.as_deref(), Some("go1.16.15"));
}

/// The directory of the `ld.lld` that comes with Rust.
fn lld_directory() -> PathBuf {
    let sysroot = run(Command::new("rustc").args(["--print", "sysroot"]));
    let verbose = run(Command::new("rustc").arg("-vV"));
    let host = verbose.lines().find_map(|line| line.strip_prefix("host: ")).expect("the host");
    let directory = Path::new(sysroot.trim()).join(format!("lib/rustlib/{host}/bin/gcc-ld"));
    assert!(directory.join("ld.lld").exists(), "no ld.lld in {}", directory.display());
    directory
}

#[test]
fn built_without_modules() {
    let go = go("1.16.15");
    go.write(WITHOUT_IMPORTS);
    let info = read(&go.build(&[("GO111MODULE", "off")], &[]));
    assert_eq!(info.go_version.as_deref(), Some("go1.16.15"));
    assert_eq!((&info.path, &info.main), (&None, &None));
    assert_eq!(info.problems, [Problem::NoModules]);
}

#[test]
fn go_1_9_has_only_a_symbol() {
    let go = go("1.9.7");
    go.write(WITHOUT_IMPORTS);
    for (architecture, flags) in
        [("amd64", &[] as &[&str]), ("386", &[]), ("s390x", &[]), ("amd64", &["-ldflags=-w"])]
    {
        let info = read(&go.build(&[("GOARCH", architecture)], flags));
        assert_eq!(info.go_version.as_deref(), Some("go1.9.7"), "{architecture} {flags:?}");
        assert_eq!(info.problems, [Problem::NoModules]);
    }
    let info = read(&go.build(&[], &["-ldflags=-s -w"]));
    assert_eq!(info.go_version, None);
    assert_eq!(info.problems, [Problem::NoModules, Problem::VersionUnknown]);
    assert!(info.go_build_id.is_some());
}

#[test]
fn no_section_headers_but_the_data_is_there() {
    let go = go(NEWEST);
    go.write(PROGRAM);
    let mut bytes = fs::read(go.build(&[], &[])).expect("the executable");
    let whole = read_build_info(Cursor::new(&bytes)).expect("build information");
    bytes[40..48].fill(0); // e_shoff
    bytes[60..64].fill(0); // e_shnum, e_shstrndx
    let mut info = read_build_info(Cursor::new(&bytes)).expect("build information");
    // Only a section holds the GNU build id.
    info.gnu_build_id.clone_from(&whole.gnu_build_id);
    assert_eq!(info, whole);
}

#[test]
fn files_that_are_something_else() {
    let error = |bytes: &[u8]| read_build_info(Cursor::new(bytes)).expect_err("an error");
    assert!(matches!(error(b"#!/bin/sh\n"), Error::NotElf));
    assert!(matches!(error(b""), Error::NotElf));
    // This test is an executable of Rust, with the magic of build information among its constants.
    let own = std::env::current_exe().expect("this executable");
    assert!(matches!(open(&own), Err(Error::NotGo)));
}

#[test]
fn cut_anywhere_it_is_truncated_or_read_with_a_problem() {
    let go = go(NEWEST);
    go.write(PROGRAM);
    let bytes = fs::read(go.build(&[], &[])).expect("the executable");
    for part in 1..40 {
        let cut = &bytes[..bytes.len() * part / 40];
        match read_build_info(Cursor::new(cut)) {
            Ok(info) => {
                assert!(info.problems.contains(&Problem::Truncated), "{part}: {:?}", info.problems)
            }
            Err(error) => assert!(matches!(error, Error::Truncated), "{part}: {error}"),
        }
    }
    for length in 4..200 {
        let error = read_build_info(Cursor::new(&bytes[..length])).expect_err("an error");
        assert!(matches!(error, Error::Truncated), "{length}: {error}");
    }
}

/// Only the headers, then the mark and data that tells nothing: the layout of UPX (`l_info` after the program headers).
#[test]
fn compressed_executable_is_named_so() {
    let go = go(NEWEST);
    go.write(PROGRAM);
    let mut bytes = fs::read(go.build(&[], &[])).expect("the executable");
    bytes[40..48].fill(0); // e_shoff
    bytes[56..58].copy_from_slice(&2u16.to_le_bytes()); // e_phnum
    bytes[60..64].fill(0); // e_shnum, e_shstrndx
    let after_programs = 64 + 2 * 56;
    bytes[after_programs..].fill(0x5a);
    bytes[after_programs + 4..after_programs + 8].copy_from_slice(b"UPX!");
    let error = read_build_info(Cursor::new(&bytes)).expect_err("an error");
    assert!(matches!(error, Error::Packed { packer: "UPX" }), "{error}");
    assert!(error.to_string().contains("upx -d"));
}
