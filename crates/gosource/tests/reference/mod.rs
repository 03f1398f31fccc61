//! Compares what this crate reads with what `go/parser` reads: shared by tests, example and benchmark.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::hash::Hasher;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use plumb_gosource::{File, Node, parse};
use xtask::tools::{NEWEST_GO, install_go, tools_directory};
use xtask::workspace;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The Go program of `tests/go/reference`, built.
pub(crate) struct Reference {
    program: PathBuf,
}

/// A file on which the two disagree.
#[derive(Debug)]
pub(crate) struct Disagreement {
    pub(crate) path: PathBuf,
    /// What differs first: ours and theirs.
    pub(crate) ours: String,
    pub(crate) theirs: String,
}

/// What a comparison found.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    pub(crate) files: usize,
    pub(crate) bytes: usize,
    /// Files that `go/parser` rejects.
    pub(crate) rejected: usize,
    pub(crate) disagreements: Vec<Disagreement>,
}

/// What parsing files took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) bytes: f64,
    pub(crate) files: usize,
    pub(crate) seconds: f64,
    /// Of all threads, so with a garbage collector.
    pub(crate) processor_seconds: f64,
}

impl Timing {
    /// Parses sources with this crate, on this thread.
    pub(crate) fn of(sources: &[Vec<u8>]) -> Self {
        let (start, processor) = (Instant::now(), processor_seconds());
        let problems: usize = sources.iter().map(|source| parse(source).problems().len()).sum();
        std::hint::black_box(problems);
        let seconds = start.elapsed().as_secs_f64();
        let processor = processor.zip(processor_seconds()).map(|(before, after)| after - before);
        Self {
            bytes: sources.iter().map(Vec::len).sum::<usize>() as f64,
            files: sources.len(),
            seconds,
            // The system counts in steps of some milliseconds.
            processor_seconds: processor.filter(|p| *p > 0.02).unwrap_or(seconds),
        }
    }

    /// Reads the line that both sides print.
    pub(crate) fn read(line: &str) -> Result<Self> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [bytes, files, seconds, processor_seconds] = fields[..] else {
            return Err("a side failed".into());
        };
        Ok(Self {
            bytes: bytes.parse()?,
            files: files.parse()?,
            seconds: seconds.parse()?,
            processor_seconds: processor_seconds.parse()?,
        })
    }

    /// The smaller time of each kind: the machine may be busy with something else.
    pub(crate) fn best(self, other: Option<Self>) -> Self {
        let Some(other) = other else { return self };
        Self {
            seconds: self.seconds.min(other.seconds),
            processor_seconds: self.processor_seconds.min(other.processor_seconds),
            ..self
        }
    }

    /// Megabytes for each second of processor time.
    pub(crate) fn speed(&self) -> f64 {
        self.bytes / 1e6 / self.processor_seconds
    }
}

/// What this thread has used of a processor, if the system says so.
fn processor_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = stat.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

impl Comparison {
    /// Fails with the first disagreements, if there are any.
    pub(crate) fn assert_equal(&self) {
        let shown: Vec<String> =
            self.disagreements.iter().take(10).map(ToString::to_string).collect();
        let (count, files) = (self.disagreements.len(), self.files);
        assert!(count == 0, "{count} of {files} files\n{}", shown.join("\n"));
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, ours, theirs } = self;
        write!(f, "{}\n  ours   {ours}\n  theirs {theirs}", path.display())
    }
}

impl Reference {
    /// Builds the program with the toolchain of the tests.
    pub(crate) fn of_tests(folder: &str) -> Result<(Self, PathBuf)> {
        let go = install_go(NEWEST_GO, &tools_directory())?;
        let root = go.ancestors().nth(2).ok_or("no root of the toolchain")?.to_path_buf();
        // Each test program builds its own: they may run at the same time.
        let folder = workspace::target().join("gosource").join(folder);
        fs::create_dir_all(&folder)?;
        Ok((Self::build(&go, &folder)?, root))
    }

    /// Builds the program with the `go` at a path, into a folder.
    pub(crate) fn build(go: &Path, folder: &Path) -> Result<Self> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/go/reference");
        let program = folder.join("gosource-reference");
        let mut build = Command::new(go);
        build
            .env("GOTOOLCHAIN", "local")
            .env("GOWORK", "off")
            .env("GOFLAGS", "")
            .env_remove("GOROOT");
        build.args(["build", "-o"]).arg(&program).arg(".").current_dir(source);
        if !build.status()?.success() {
            return Err("go build failed".into());
        }
        Ok(Self { program })
    }

    /// The executable.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// What a command of the program prints about files.
    pub(crate) fn run(&self, command: &str, paths: &[PathBuf]) -> Result<String> {
        self.run_in(command, paths, None)
    }

    /// The same, for commands that need a standard library: the root of its toolchain.
    pub(crate) fn run_in(
        &self,
        command: &str,
        paths: &[PathBuf],
        root: Option<&Path>,
    ) -> Result<String> {
        let mut process = Command::new(&self.program);
        process.arg(command).stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(root) = root {
            process.env("GOROOT", root).env("GO111MODULE", "off").env("GOFLAGS", "");
        }
        output_for(process, paths)
    }

    /// The same, for packages of a module that has a `vendor/` folder.
    pub(crate) fn run_in_module(
        &self,
        command: &str,
        folders: &[PathBuf],
        goroot: &Path,
        module: Option<(&str, &Path)>,
    ) -> Result<String> {
        let mut process = Command::new(&self.program);
        process.arg(command).stdin(Stdio::piped()).stdout(Stdio::piped());
        process.env("GOROOT", goroot).env("GO111MODULE", "off").env("GOFLAGS", "");
        if let Some((path, root)) = module {
            process.env("REFERENCE_MODULE", path).env("REFERENCE_ROOT", root);
        }
        output_for(process, folders)
    }

    /// Compares what both make of files.
    pub(crate) fn compare(&self, paths: &[PathBuf]) -> Result<Comparison> {
        let theirs = self.run("dump", paths)?;
        let theirs = by_file(&theirs);
        let mut comparison = Comparison::default();
        for path in paths {
            let source = fs::read(path)?;
            let theirs = theirs.get(path.to_string_lossy().as_ref()).ok_or("a file is missing")?;
            let ours = dump(&parse(&source), false);
            comparison.files += 1;
            comparison.bytes += source.len();
            comparison.rejected += usize::from(*theirs == "rejected");
            if ours != *theirs {
                comparison.disagreements.push(self.explain(path, &source, &ours, theirs)?);
            }
        }
        Ok(comparison)
    }

    /// Finds the first node on which the two disagree.
    fn explain(
        &self,
        path: &Path,
        source: &[u8],
        ours: &str,
        theirs: &str,
    ) -> Result<Disagreement> {
        let file = parse(source);
        if ours == "rejected" || theirs == "rejected" {
            let problem = file.problems().first();
            let ours = problem.map_or("accepted".to_owned(), |problem| {
                let at = file.position(problem.offset);
                format!("{}:{}: {}", at.line, at.column, problem.message)
            });
            let theirs = self.run("dump", &[path.to_path_buf()])?;
            let theirs = theirs.lines().next().unwrap_or_default();
            let theirs = theirs.split_once('\t').map_or("accepted", |(_, message)| message);
            return Ok(Disagreement { path: path.into(), ours, theirs: theirs.to_owned() });
        }
        let all_ours = dump(&file, true);
        let all_theirs = self.run("nodes", &[path.to_path_buf()])?;
        let pair =
            all_ours.lines().zip(all_theirs.lines().skip(1)).find(|(ours, theirs)| ours != theirs);
        let (ours, theirs) = pair.unwrap_or(("fewer or more nodes", ""));
        let (ours, theirs) = (ours.to_owned(), theirs.to_owned());
        Ok(Disagreement { path: path.into(), ours, theirs })
    }
}

/// What a process prints when it is handed paths.
fn output_for(mut process: Command, paths: &[PathBuf]) -> Result<String> {
    let mut child = process.spawn()?;
    let mut input = child.stdin.take().ok_or("no input")?;
    let lines: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
    // The program reads all of it before it prints.
    input.write_all(lines.as_bytes())?;
    drop(input);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err("the reference program failed".into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What the reference program printed about each file: its lines, or `rejected`.
fn by_file(printed: &str) -> HashMap<&str, &str> {
    let mut files = HashMap::new();
    let mut rest = printed;
    while let Some((head, after)) = rest.split_once('\n') {
        let end = after.find("\nfile ").map_or(after.len(), |end| end + 1);
        if let Some(path) = head.strip_prefix("file accepted ") {
            files.insert(path, &after[..end]);
            rest = &after[end..];
        } else {
            let path = head.strip_prefix("file rejected ").and_then(|head| head.split_once('\t'));
            files.extend(path.map(|(path, _)| (path, "rejected")));
            rest = after;
        }
    }
    files
}

/// All Go files below a folder, in order.
pub(crate) fn go_files(folder: &Path) -> Result<Vec<PathBuf>> {
    files_below(folder, |path| path.extension().is_some_and(|ending| ending == "go"))
}

/// The files below a folder that are wanted, in order.
pub(crate) fn files_below(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() {
                todo.push(path);
            } else if kind.is_file() && wanted(&path) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The dump of a file, in the form of the reference program.
fn dump(file: &File<'_>, nodes: bool) -> String {
    if !file.problems().is_empty() {
        return "rejected".to_owned();
    }
    let mut out = String::new();
    let mut roots = Vec::new();
    file.for_each_child(Node::File, |node| roots.push(node));
    roots.into_iter().for_each(|root| dump_node(file, root, nodes, &mut out));
    let mut hash = Fnv::default();
    for group in file.comment_groups() {
        let text = file.comment_text(group);
        let count = file[group].comments().len();
        hash.write(format!("{} {count} {text}\n", file[group].span.start).as_bytes());
    }
    let package = file.package().map_or(0, |package| package.span.start);
    let lines = file.lines().count() - u32::from(file.source().ends_with(b"\n"));
    writeln!(
        out,
        "package {package} imports {} generated {} lines {lines} comments {} {:016x}",
        file.imports().len(),
        file.is_generated(),
        file.comment_groups().len(),
        hash.finish()
    )
    .unwrap();
    out
}

fn dump_node(file: &File<'_>, root: Node, nodes: bool, out: &mut String) {
    let mut hash = Fnv::default();
    let mut count = 0;
    for visit in file.walk(root) {
        let kind = file.kind_name(visit.node);
        let span = file.span(visit.node);
        let end = match visit.node {
            Node::Comments(group) => file[group].comments().len() as u32,
            _ => span.end,
        };
        count += 1;
        hash.write(kind.as_bytes());
        hash.write(&span.start.to_le_bytes());
        hash.write(&end.to_le_bytes());
        if nodes {
            writeln!(out, "{kind} {} {end}", span.start).unwrap();
        }
    }
    let start = file.span(root).start;
    let (here, mapped) = (file.position(start), file.mapped_position(start));
    writeln!(
        out,
        "{} {start} at {}:{} mapped {}:{} nodes {count} {:016x}",
        file.kind_name(root),
        here.line,
        here.column,
        mapped.line,
        mapped.column.unwrap_or(0),
        hash.finish()
    )
    .unwrap();
}

/// The hash FNV-1a with 64 bits.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
