//! Runs plumb and the real pprof with the same command line.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use xtask::tools::{NEWEST_GO, install_pprof, tools_directory};

static PPROF: LazyLock<PathBuf> = LazyLock::new(|| install_pprof(&tools_directory()).unwrap());

/// What a program printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Printed {
    pub(crate) code: Option<i32>,
    pub(crate) out: Vec<u8>,
    err: Vec<u8>,
}

impl Printed {
    /// What was said on the standard error.
    pub(crate) fn error(&self) -> String {
        String::from_utf8_lossy(&self.err).into_owned()
    }

    /// What was printed, as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }
}

/// What both programs printed.
#[derive(Debug, Clone)]
pub(crate) struct Both {
    pub(crate) pprof: Printed,
    pub(crate) plumb: Printed,
}

impl Both {
    pub(crate) fn run(arguments: &[String], input: &str) -> Self {
        let mut plumb = Command::new(env!("CARGO_BIN_EXE_plumb"));
        plumb.arg("pprof");
        Self { pprof: Self::run_pprof(arguments, input), plumb: run(plumb, arguments, input) }
    }

    /// The real pprof alone.
    pub(crate) fn run_pprof(arguments: &[String], input: &str) -> Printed {
        let mut pprof = Command::new(&*PPROF);
        pprof.env("GOROOT", tools_directory().join(format!("go-{NEWEST_GO}")));
        run(pprof, arguments, input)
    }

    /// What differs; `line` says what was run.
    pub(crate) fn difference(&self, line: &str) -> Option<String> {
        let Self { pprof, plumb } = self;
        let by_chance = line.contains("-files") || line.contains("-call_tree");
        if pprof == plumb || by_chance && sorted(pprof) == sorted(plumb) {
            return None;
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let first = |a: &[u8], b: &[u8]| {
            let (a, b) = (text(a), text(b));
            let mut pairs = a.lines().zip(b.lines());
            let pair = pairs.find(|(a, b)| a != b);
            let pair = pair.map(|(a, b)| format!("\n  pprof: {a}\n  plumb: {b}"));
            pair.unwrap_or_else(|| format!(": {} and {} bytes", a.len(), b.len()))
        };
        let mut what = vec![line.to_owned()];
        if pprof.code != plumb.code {
            what.push(format!("codes: {:?} and {:?}", pprof.code, plumb.code));
        }
        if pprof.out != plumb.out {
            what.push(format!("output{}", first(&pprof.out, &plumb.out)));
        }
        if pprof.err != plumb.err {
            what.push(format!(
                "errors:\n  pprof: {}\n  plumb: {}",
                text(&pprof.err),
                text(&plumb.err)
            ));
        }
        Some(what.join("\n"))
    }
}

/// With `-files`, entries of one file are separate, by the line at which their function starts, but look the same, and so
/// do equal ways of a call tree: pprof leaves their order to chance.
fn sorted(printed: &Printed) -> Vec<String> {
    let Ok(text) = std::str::from_utf8(&printed.out) else {
        let mut bytes = printed.out.clone();
        bytes.sort_unstable();
        return bytes.iter().map(u8::to_string).collect();
    };
    // The running sum follows the order, and so do the numbers of nodes: the name remains.
    let unnumbered = |line: &str| {
        let name = line.split_whitespace().last().unwrap_or_default();
        name.chars().filter(|c| !c.is_ascii_digit()).collect()
    };
    let mut lines: Vec<String> = text.lines().map(unnumbered).collect();
    lines.sort_unstable();
    lines
}

/// Compares what both print for a line of flags and an input.
pub(crate) fn compare_input(flags: &str, input: &str) -> Option<String> {
    let mut arguments: Vec<String> = flags.split_whitespace().map(str::to_owned).collect();
    arguments.push(input.to_owned());
    compare(&arguments, "")
}

/// Compares what both print for a command line and what is typed.
pub(crate) fn compare(arguments: &[String], input: &str) -> Option<String> {
    Both::run(arguments, input).difference(&arguments.join(" "))
}

fn run(mut command: Command, arguments: &[String], input: &str) -> Printed {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR"));
    command
        .args(arguments)
        .env("HOME", home)
        .env("TZ", "Asia/Kolkata")
        .env_remove("PPROF_BINARY_PATH");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that ends before it has read all closes its end.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let out = match output.stdout.starts_with(&[0x1f, 0x8b]) {
        true => inflated(&output.stdout),
        false => output.stdout,
    };
    let err = without_own_help(output.stderr);
    Printed { code: output.status.code(), out, err }
}

/// What plumb adds to pprof's help.
fn without_own_help(err: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&err);
    let Some((before, own)) = text.split_once("\n\n  Of plumb alone:\n") else { return err };
    let rest =
        own.lines().skip_while(|line| line.starts_with("    ")).map(|line| format!("{line}\n"));
    [before, "\n", &rest.collect::<String>()].concat().into_bytes()
}

/// Compressors differ in the bytes they choose; what they hold does not.
fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut out).unwrap();
    out
}
