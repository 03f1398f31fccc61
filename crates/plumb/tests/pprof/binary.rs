//! What needs source files and executables, beside the real pprof: programs of several Go versions and ways of building
//! are profiled, and their listings and looked-up names compared. Instructions are written in another syntax than pprof's,
//! so of them everything else is compared.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use plumb_profile::{Limits, Profile};
use xtask::tools::{install_go, tools_directory};

use super::oracle::{Both, compare};

/// A program that was built and profiled.
struct Program {
    folder: PathBuf,
    name: &'static str,
}

/// Names of programs, the Go that builds them, and how.
const BUILDS: [(&str, &str, &str); 6] = [
    ("plain", "1.27.3", "amd64"),
    ("trimmed", "1.27.3", "amd64 -trimpath"),
    ("stripped", "1.27.3", "amd64 -ldflags=-s"),
    ("pie", "1.27.3", "amd64 -buildmode=pie"),
    ("older", "1.19.13", "amd64"),
    ("oldest", "1.16.15", "amd64"),
];

static PROGRAMS: LazyLock<Vec<Program>> = LazyLock::new(|| BUILDS.iter().map(build).collect());

fn build((name, version, how): &(&'static str, &str, &str)) -> Program {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pprof-binary");
    fs::create_dir_all(&folder).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/sums");
    let go = install_go(version, &tools_directory()).unwrap();
    let (architecture, flags) = how.split_once(' ').unwrap_or((how, "-v=false"));
    let program = Program { folder, name };
    let mut command = Command::new(go);
    command.args(["build", flags, "-o"]).arg(program.file("")).current_dir(source);
    command.envs([("GOARCH", architecture), ("CGO_ENABLED", "0"), ("GOTOOLCHAIN", "local")]);
    command.envs([("GOENV", "off"), ("GOWORK", "off"), ("GOPROXY", "off")]);
    command.env_remove("GOFLAGS").env_remove("GOROOT");
    assert!(command.status().unwrap().success(), "{command:?}");
    let mut run = Command::new(program.file(""));
    let run = run.arg(program.file(".cpu")).arg(program.file(".heap")).output().unwrap();
    assert!(run.status.success(), "{run:?}");
    for profile in [".cpu", ".heap"] {
        fs::write(program.file(&format!("{profile}.bare")), bare(&program.file(profile))).unwrap();
    }
    program
}

/// A profile with addresses only.
fn bare(profile: &str) -> Vec<u8> {
    let bytes = fs::read(profile).unwrap();
    let mut profile = Profile::parse_as_pprof(&bytes, &Limits::default()).unwrap();
    profile.functions.clear();
    profile.lines.clear();
    profile.mappings.iter_mut().for_each(|mapping| mapping.resolved = 0);
    profile.locations.iter_mut().for_each(|l| (l.first_line, l.line_count) = (0, 0));
    profile.encode()
}

impl Program {
    fn file(&self, ending: &str) -> String {
        self.folder.join(format!("{}{ending}", self.name)).to_string_lossy().into_owned()
    }
}

fn arguments(line: &str, program: &Program) -> Vec<String> {
    let word = |word: &str| match word {
        "BINARY" => program.file(""),
        word => match word.strip_prefix('@') {
            Some(profile) => program.file(profile),
            None => word.to_owned(),
        },
    };
    line.split_whitespace().map(word).collect()
}

/// Compares what both print for each program and line.
fn equal_for_all(lines: &[&str]) {
    let pairs = PROGRAMS.iter().flat_map(|program| lines.iter().map(move |line| (program, line)));
    let different = pairs.filter_map(|(program, line)| compare(&arguments(line, program), ""));
    let different: Vec<String> = different.collect();
    assert!(different.is_empty(), "{}", different.join("\n\n"));
}

#[test]
fn sources_are_listed_as_by_pprof() {
    equal_for_all(&[
        "-list=main.total @.cpu",
        "-list=main @.heap",
        "-list=main -noinlines @.cpu",
        "-list=. -unit=ms @.cpu",
        "-list=runtime.mallocgc @.cpu",
        "-list=main.total -trim_path=/nowhere @.cpu",
        "-list=main.total -source_path=/nowhere @.cpu",
        "-list=main.total -source_path=tests/programs/sums -trim_path=example.com/sums @.cpu",
        "-list=main -mean -sample_index=1 @.cpu",
        "-list=nothing.there @.cpu",
        "-list=main @.cpu.bare",
        "-symbolize=none -list=main @.cpu.bare",
    ]);
}

#[test]
fn names_are_looked_up_as_by_pprof() {
    equal_for_all(&[
        "-raw @.cpu.bare",
        "-top @.heap.bare",
        "-proto @.cpu.bare",
        "-symbolize=none -top @.cpu.bare",
        "-symbolize=force -raw @.cpu",
        "-symbolize=local:force -raw BINARY @.heap",
        "-symbolize=fastlocal -raw BINARY @.cpu.bare",
        "-symbolize=remote -top @.cpu.bare",
        "-symbolize=demangle=full -raw @.cpu",
        "-symbolize=demangle=templates -raw @.cpu",
        "-symbolize=demangle=none -top @.cpu",
        "-symbolize=what -top @.cpu",
        "-top BINARY @.cpu.bare",
        "-top /nowhere/at/all @.cpu.bare",
        "-raw -buildid=abcdef @.heap.bare",
    ]);
}

/// The parts of a line of `disasm` that are not the instruction.
type Row = [String; 4];

/// A listing of instructions as rows. The place is above instructions that are too long to have it beside them.
fn rows(listing: &str) -> Vec<Row> {
    let (mut rows, mut place) = (Vec::new(), None);
    for line in listing.lines() {
        if let Some(above) = line.strip_prefix(&" ".repeat(74)) {
            place = Some(above.trim_start_matches(';').to_owned());
            continue;
        }
        let Some((head, text)) = line.split_once(": ").filter(|(head, _)| head.len() == 32) else {
            rows.push([line.to_owned(), String::new(), String::new(), String::new()]);
            continue;
        };
        let beside = text.get(40..).and_then(|rest| rest.strip_prefix(';'));
        let place = place.take().or(beside.map(str::to_owned)).unwrap_or_default();
        let head: Vec<&str> = head.split_whitespace().collect();
        rows.push([head[0].to_owned(), head[1].to_owned(), head[2].to_owned(), place]);
    }
    rows
}

#[test]
fn instructions_are_annotated_as_by_pprof() {
    for program in PROGRAMS.iter() {
        for line in [
            "-disasm=main.total @.cpu",
            "-disasm=main\\. @.cpu",
            "-disasm=main.*fill @.heap",
            "-disasm=main.total -unit=s @.cpu.bare",
            "-disasm=main -mean @.cpu",
        ] {
            let Both { pprof, plumb } = Both::run(&arguments(line, program), "");
            let line = format!("{} {line}", program.name);
            assert_eq!(plumb.code, pprof.code, "{line}");
            assert_eq!(plumb.error(), pprof.error(), "{line}");
            let (plumb, pprof) = (plumb.text(), pprof.text());
            assert_eq!(rows(&plumb), rows(&pprof), "{line}");
            // Whether the heap is sampled in one of its functions is chance.
            if line.ends_with("@.cpu") {
                assert_eq!(plumb.is_empty(), program.name == "stripped", "{line}");
            }
        }
    }
    equal_for_all(&["-disasm=nothing.there @.cpu", "-disasm=0x1 @.cpu", "-disasm=( @.cpu"]);
}

#[test]
fn instructions_at_an_address_are_found() {
    let program = &PROGRAMS[0];
    let listing = Both::run(&arguments("-disasm=main.total @.cpu", program), "").plumb.text();
    let row = rows(&listing).into_iter().find(|row| !row[2].is_empty() && row[0] != ".");
    let address = format!("-disasm=0x{} @.cpu", row.expect("a sampled instruction")[2]);
    let found = Both::run(&arguments(&address, program), "").plumb;
    assert_eq!(rows(&found.text()), rows(&listing));
}

/// Lines of the source with their numbers, and instructions without what they do.
fn page_rows(page: &str) -> Vec<Vec<String>> {
    let page = page.replace("<span class=asm>", "\n").replace("<div class=\"asm\">", "\n");
    // Go's templates write more letters as entities than need to be.
    let page = page.replace("&#43;", "+").replace("&#34;", "\"").replace("&#39;", "'");
    let mut text = String::new();
    let mut is_tag = false;
    for letter in page.chars() {
        match letter {
            '<' => is_tag = true,
            '>' => is_tag = false,
            letter if !is_tag => text.push(letter),
            _ => {}
        }
    }
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let is_number = |word: &str| word == "." || word.starts_with(|c: char| c.is_ascii_digit());
    let mut rows = Vec::new();
    for mut row in text.lines().map(words).filter(|row| row.len() > 2) {
        let is_instruction = row[2].ends_with(':') && is_number(&row[0]) && is_number(&row[1]);
        if is_instruction {
            let place = row.pop();
            row.truncate(3);
            row.extend(place);
        }
        if is_instruction || row[0] == "Total:" || row.iter().take(3).all(|word| is_number(word)) {
            rows.push(row);
        }
    }
    rows
}

#[test]
fn pages_say_what_those_of_pprof_say() {
    for program in PROGRAMS.iter() {
        for line in ["-weblist=main.total @.cpu", "-weblist=main.*fill @.heap"] {
            // Both write to the same file, plumb last.
            let page = program.file(".html");
            let arguments = arguments(&format!("-output={page} {line}"), program);
            assert_eq!(Both::run(&arguments, "").plumb.code, Some(0), "{line}");
            let plumb = fs::read_to_string(&page).unwrap();
            assert_eq!(Both::run_pprof(&arguments, "").code, Some(0), "{line}");
            let pprof = fs::read_to_string(&page).unwrap();
            assert_eq!(page_rows(&plumb), page_rows(&pprof), "{} {line}", program.name);
            let asks = ["http://", "https://", "<script", "url(", "@import"];
            assert!(asks.iter().all(|what| !plumb.contains(what)), "{line}: a request or a script");
        }
    }
    equal_for_all(&["-weblist=nothing.there -output=/dev/null @.cpu"]);
}
