//! The events of this reader are those of the reference reader, which is that of the Go distribution: `go tool trace
//! -d=parsed` prints them, and so does [`EventText`].
//!
//! Compared are traces of all formats, those that the Go distribution tests its own reader with, and traces of its test
//! programs, recorded here and now.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use plumb_exectrace::{EventText, Problem, Reader};
use xtask::tools::{NEWEST_GO, install_go, tools_directory};

/// The toolchain whose reader is the reference.
struct Go {
    go: PathBuf,
    root: PathBuf,
}

impl Go {
    fn install() -> Self {
        let go = install_go(NEWEST_GO, &tools_directory()).unwrap();
        let root = go.ancestors().nth(2).unwrap().to_owned();
        Self { go, root }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.go);
        command.env("GOENV", "off").env("GOTOOLCHAIN", "local").env("GOROOT", &self.root);
        command.env("GOFLAGS", "").env("TZ", "UTC");
        command
    }

    /// What the reference reader says of a trace, and whether it could read it to its end.
    fn events(&self, trace: &Path) -> (String, bool) {
        let mut command = self.command();
        let output = command.args(["tool", "trace", "-d=parsed"]).arg(trace).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.success())
    }
}

/// What this reader says of a trace.
fn events(trace: &Path) -> (String, Vec<Problem>) {
    let mut reader = Reader::new(fs::File::open(trace).unwrap()).unwrap();
    let mut text = String::new();
    while let Some(event) = reader.next_event() {
        text += &format!("{}\n", EventText { event: &event, symbols: reader.symbols() });
    }
    (text, reader.problems().to_vec())
}

/// Compares both readers, and returns how many lines they agree on.
fn compare(go: &Go, trace: &Path) -> usize {
    let (reference, is_whole) = go.events(trace);
    let (ours, problems) = events(trace);
    assert_eq!(is_whole, problems.is_empty(), "{}: {problems:?}", trace.display());
    // Where the reference reader gives up, this one goes on with the next generation.
    let ours = if is_whole { &ours[..] } else { ours.get(..reference.len()).unwrap_or(&ours) };
    let lines = reference.lines().count();
    if let Some(line) =
        reference.lines().zip(ours.lines()).position(|(theirs, ours)| theirs != ours)
    {
        let (theirs, ours) = (reference.lines().nth(line), ours.lines().nth(line));
        panic!("{}, line {line}: {theirs:?}, but here {ours:?}", trace.display());
    }
    assert_eq!(ours.len(), reference.len(), "{}: {lines} lines", trace.display());
    lines
}

#[test]
fn formats_of_all_versions() {
    let go = Go::install();
    let directory = tempfile::tempdir().unwrap();
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    for version in ["1.22.12", "1.23.12", "1.25.5", "1.26.2"] {
        let packed = fs::File::open(recorded.join(format!("go-{version}.trace.gz"))).unwrap();
        let mut bytes = Vec::new();
        GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
        let trace = directory.path().join(version);
        fs::write(&trace, bytes).unwrap();
        assert!(compare(&go, &trace) > 100_000, "{version}");
    }
}

#[test]
fn tests_of_the_go_distribution() {
    let go = Go::install();
    let directory = tempfile::tempdir().unwrap();
    let converter = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/convert.go");
    // The packages that read those tests can be imported from within the distribution only.
    let place = go.root.join("src/internal/trace/converter/main.go");
    let overlay = serde_json::json!({ "Replace": { place.to_str().unwrap(): converter } });
    let overlay_file = directory.path().join("overlay.json");
    fs::write(&overlay_file, overlay.to_string()).unwrap();
    let traces = directory.path().join("traces");
    fs::create_dir(&traces).unwrap();
    let mut convert = go.command();
    convert.current_dir(go.root.join("src")).args(["run", "-overlay"]).arg(overlay_file);
    let output = convert.arg("internal/trace/converter").arg(&traces).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let traces: Vec<_> = fs::read_dir(&traces).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(traces.len() >= 22, "{}", traces.len());
    for trace in &traces {
        compare(&go, trace);
    }
}

#[test]
fn test_programs_of_the_go_distribution() {
    let go = Go::install();
    let directory = tempfile::tempdir().unwrap();
    let sources = go.root.join("src/internal/trace/testdata/testprog");
    // Those that do something which the others do not; the one with C is left out, since it needs a C compiler.
    for name in [
        "annotations",
        "cpu-profile",
        "futile-wakeup",
        "gc-stress",
        "gomaxprocs",
        "iter-pull",
        "many-start-stop",
        "stacks",
        "stress",
        "stress-start-stop",
        "wait-on-pipe",
    ] {
        let source = sources.join(format!("{name}.go"));
        let output = go.command().arg("run").arg(source).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let trace = directory.path().join(name);
        fs::write(&trace, output.stdout).unwrap();
        assert!(compare(&go, &trace) > 100, "{name}");
    }
}
