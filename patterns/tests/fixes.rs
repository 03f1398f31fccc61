//! Fixes of the rules on small shapes: each finding has the tier that its line names (`// fix: safe`, `unsafe`, `none`),
//! and the files with all fixes are those in `fixes/fixed`, which gofmt and `go vet` of the newest Go accept.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plumb_evidence::source::{Scan, SourceFinding};
use plumb_gosource::{Folders, Installation};
use plumb_patterns::{CATALOGUE, RULES};
use plumb_scan::apply::{Applied, apply};
use plumb_scan::disk::Disk;
use plumb_scan::{Knowledge, Options, scan};
use tempfile::TempDir;
use xtask::tools::{NEWEST_GO, install_go, tools_directory};

/// The shapes, with the language version of their module.
const SHAPES: [(&str, &str); 6] = [
    ("bodies.go", "1.24"),
    ("files.go", "1.24"),
    ("contexts.go", "1.24"),
    ("timers.go", "1.22"),
    ("others.go", "1.24"),
    ("endless.go", "1.24"),
];

/// How many findings with a fix the shapes hold at least.
const FEWEST: usize = 70;

fn go() -> PathBuf {
    install_go(NEWEST_GO, &tools_directory()).expect("a Go toolchain")
}

fn source(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixes").join(name);
    fs::read_to_string(path).expect("a file of shapes")
}

/// A module with one file.
struct Module {
    folder: TempDir,
    file: String,
    installation: Installation,
}

impl Module {
    fn new(name: &str, version: &str, text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let module = format!("module example.com/m\n\ngo {version}\n");
        fs::write(folder.path().join("go.mod"), module).expect("a module");
        fs::write(folder.path().join(name), text).expect("a file");
        let goroot = go().ancestors().nth(2).map(Path::to_path_buf);
        let installation = Installation { goroot, ..Installation::default() };
        Self { folder, file: name.to_owned(), installation }
    }

    fn scan(&self, folders: &dyn Folders) -> Scan {
        let knowledge = Knowledge::new(CATALOGUE.objects);
        let options = Options { threads: 1, ..Options::default() };
        let root = self.folder.path();
        scan(folders, root, self.installation.clone(), RULES, &knowledge, &options)
    }

    fn found(&self) -> Scan {
        self.scan(&Disk)
    }

    fn fixed(&self, wanted: &dyn Fn(&SourceFinding) -> bool) -> Applied {
        let look = |folders: &dyn Folders| self.scan(folders);
        apply(self.found(), &Disk, self.folder.path(), wanted, &look)
    }

    /// The text with all fixes, after the proof that they mend what they should.
    fn text_with_all(&self) -> String {
        let applied = self.fixed(&|finding| finding.fix.is_some());
        assert_eq!(applied.refused, [], "{}", self.file);
        let left = applied.left.findings.iter().filter(|finding| finding.fix.is_some());
        assert_eq!(left.count(), 0, "{}", self.file);
        let [changed] = &applied.files[..] else { panic!("{} is not changed", self.file) };
        changed.new.clone()
    }

    /// What a tool of Go says of the file.
    fn said(&self, text: &str, tool: &str, args: &[&str]) -> String {
        fs::write(self.folder.path().join(&self.file), text).expect("a file");
        let path = go().with_file_name(tool);
        let output = Command::new(path)
            .args(args)
            .current_dir(self.folder.path())
            .env("GOTOOLCHAIN", "local")
            .env("GOFLAGS", "-mod=mod")
            .output()
            .expect("a tool of Go");
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    }
}

/// By line, the tier that a comment names.
fn marks(text: &str) -> BTreeMap<u32, String> {
    let lines = (1..).zip(text.lines());
    let mark = |(line, text): (u32, &str)| {
        let (_, mark) = text.split_once("// fix: ")?;
        Some((line, mark.trim().to_owned()))
    };
    lines.filter_map(mark).collect()
}

fn tier(finding: &SourceFinding) -> &'static str {
    match &finding.fix {
        Some(fix) if fix.safe => "safe",
        Some(_) => "unsafe",
        None => "none",
    }
}

#[test]
fn findings_have_the_tier_that_their_lines_name() {
    let mut with_fix = 0;
    for (name, version) in SHAPES {
        let text = source(name);
        let found = Module::new(name, version, &text).found();
        with_fix += found.findings.iter().filter(|finding| finding.fix.is_some()).count();
        let tiers: BTreeMap<u32, String> =
            found.findings.iter().map(|f| (f.place.line, tier(f).to_owned())).collect();
        assert_eq!(tiers, marks(&text), "{name}");
    }
    assert!(with_fix >= FEWEST, "{with_fix} fixes");
}

#[test]
fn fixed_files_are_as_expected_and_have_lost_the_findings() {
    for (name, version) in SHAPES {
        let module = Module::new(name, version, &source(name));
        assert_eq!(module.text_with_all(), source(&format!("fixed/{name}")), "{name}");
    }
}

#[test]
fn safe_fixes_alone_make_nothing_new() {
    for (name, version) in SHAPES {
        let module = Module::new(name, version, &source(name));
        let before = module.found().findings.len();
        let applied = module.fixed(&|finding| tier(finding) == "safe");
        assert_eq!(applied.refused, [], "{name}");
        let fixes: usize = applied.files.iter().map(|file| file.fixes).sum();
        assert_eq!(applied.left.findings.len() + fixes, before, "{name}");
    }
}

#[test]
fn gofmt_and_vet_accept_what_is_fixed() {
    for (name, version) in SHAPES {
        let text = source(&format!("fixed/{name}"));
        let module = Module::new(name, version, &text);
        assert_eq!(module.said(&text, "gofmt", &["-l", "."]), "", "{name}");
        let vet = module.said(&text, "go", &["vet", "./..."]);
        // What has no fix is still there: vet may find it too.
        let left = marks(&text);
        let complaints = vet.lines().filter(|line| !line.starts_with('#')).filter(|line| {
            let number = line.split(':').nth(1).and_then(|number| number.parse().ok());
            number.and_then(|number: u32| left.get(&number)).is_none_or(|mark| mark != "none")
        });
        assert_eq!(complaints.collect::<Vec<_>>(), [""; 0], "{name}");
    }
}

#[test]
fn line_ends_are_those_of_the_file() {
    for (name, version) in SHAPES {
        let crlf = |text: &str| text.replace('\n', "\r\n");
        let module = Module::new(name, version, &crlf(&source(name)));
        assert_eq!(module.text_with_all(), crlf(&source(&format!("fixed/{name}"))), "{name}");
    }
}

#[test]
fn the_indentation_is_that_of_the_file() {
    let spaces = |text: &str| {
        let line = |line: &str| {
            let rest = line.trim_start_matches('\t');
            format!("{}{rest}", "    ".repeat(line.len() - rest.len()))
        };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    };
    let text = "package p\n\nimport \"os\"\n\nfunc f(path string) error {\n\tif path != \"\" {\n\t\tf, err := os.Open(path)\n\t\tif err != nil {\n\t\t\treturn err\n\t\t}\n\t\t_, err = f.Stat()\n\t\treturn err\n\t}\n\treturn nil\n}\n";
    let fixed = text.replace("\t\t_, err = f", "\t\tdefer f.Close()\n\t\t_, err = f");
    let module = Module::new("a.go", "1.24", &spaces(text));
    assert_eq!(module.text_with_all(), spaces(&fixed));
}

#[test]
fn generated_files_have_no_fixes() {
    for (name, version) in SHAPES {
        let text = format!("// Code generated by a tool. DO NOT EDIT.\n\n{}", source(name));
        let module = Module::new(name, version, &text);
        let knowledge = Knowledge::new(CATALOGUE.objects);
        let options = Options { threads: 1, generated: true, ..Options::default() };
        let root = module.folder.path();
        let found =
            scan(&Disk, root, module.installation.clone(), RULES, &knowledge, &options).findings;
        assert!(!found.is_empty(), "{name}");
        assert!(found.iter().all(|finding| finding.fix.is_none()), "{name}");
    }
}
