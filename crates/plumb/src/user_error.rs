//! What is said when plumb cannot run: what happened, with which input, and what to do next. Everything is chosen by
//! the kind of error, nothing by its text.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use plumb_case::{CaseError, InputError};
use plumb_collect::CollectError;
use plumb_evidence::Problem;

use crate::commands::SourceError;
use crate::source::UnfitSource;

/// Why plumb could not run.
#[derive(Debug)]
pub(crate) enum UserError {
    /// A target names a file that does not exist.
    NoSuchFile(PathBuf),
    /// There is no pattern of this name.
    UnknownPattern {
        /// What was asked for.
        asked: String,
        /// The pattern that may be meant.
        closest: Option<&'static str>,
    },
    /// Source could not be scanned.
    Source(SourceError),
    /// The source is not that of the program.
    UnfitSource(UnfitSource),
    /// Files were named where only running targets make sense.
    NothingLive(PathBuf),
    /// A case would replace a file that is there.
    Exists(PathBuf),
    /// A running target could not be read.
    Collect(CollectError),
    /// A case could not be written or read.
    Case(CaseError),
    /// None of the files holds evidence.
    Input(InputError),
    /// A file could not be put into the case.
    Unreadable(PathBuf, io::Error),
    /// A file is no execution trace.
    Trace(PathBuf, plumb_exectrace::ReadError),
    /// A file is no execution trace but may hold one, with how to get at it.
    WithinIt(PathBuf, &'static str),
    /// No goroutine of this number lives at the end of a trace.
    NoGoroutine(i64),
    /// The result could not be written.
    Output(io::Error),
}

impl From<CollectError> for UserError {
    fn from(error: CollectError) -> Self {
        Self::Collect(error)
    }
}

impl From<CaseError> for UserError {
    fn from(error: CaseError) -> Self {
        Self::Case(error)
    }
}

impl From<UnfitSource> for UserError {
    fn from(error: UnfitSource) -> Self {
        Self::UnfitSource(error)
    }
}

impl From<SourceError> for UserError {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl From<InputError> for UserError {
    fn from(error: InputError) -> Self {
        Self::Input(error)
    }
}

/// What a target may be, for whoever named something else.
const WHAT_A_TARGET_IS: &str = "a target is a URL (http://localhost:6060), a process id, a case, a profile or a folder of them";

/// What is evidence, for whoever brought something else.
const WHAT_EVIDENCE_IS: &str = "evidence is a case (plumb capture), profiles (curl -o heap.pprof .../debug/pprof/heap), \
                                goroutine dumps, logs with one in them, execution traces, and ss, netstat or lsof listings";

impl UserError {
    /// The lines to print: `plumb: …`, details, `hint: …`; in so many columns, if they are given.
    pub(crate) fn to_text(&self, width: Option<usize>) -> String {
        let (title, details, hint) = self.told();
        let mut lines = vec![format!("plumb: {title}")];
        lines.extend(details.iter().map(|detail| format!("  {detail}")));
        for (index, line) in hint.lines().enumerate() {
            let mark = if index == 0 { "hint:" } else { "     " };
            lines.push(format!("{mark} {line}"));
        }
        let lines = lines.iter().flat_map(|line| wrapped(line, width.unwrap_or(usize::MAX)));
        lines.map(|line| line + "\n").collect()
    }

    /// The table: title with the input it is about, details, what to do next.
    fn told(&self) -> (String, Vec<String>, String) {
        match self {
            Self::NoSuchFile(path) => {
                // It may be a mistyped URL, with its password.
                let path = plumb_case::redact::text(&path.display().to_string());
                let hint = match is_path(&path) {
                    true => WHAT_A_TARGET_IS.to_owned(),
                    false => format!("{WHAT_A_TARGET_IS}; if it is a host, write http://{path}"),
                };
                (format!("no such file: {path}"), Vec::new(), hint)
            }
            Self::UnknownPattern { asked, closest } => (
                format!("no pattern is called `{asked}`"),
                Vec::new(),
                match closest {
                    Some(closest) => format!("did you mean `{closest}`? `plumb explain` lists all"),
                    None => "`plumb explain` lists all patterns".to_owned(),
                },
            ),
            Self::Source(error) => {
                let (title, hint) = error.told();
                (title, Vec::new(), hint)
            }
            Self::UnfitSource(error) => {
                let (title, hint) = error.told();
                (title, Vec::new(), hint)
            }
            Self::NothingLive(path) => (
                format!(
                    "{}: a file is evidence already, there is nothing to capture",
                    path.display()
                ),
                Vec::new(),
                format!(
                    "plumb diagnose {}; a case is copied without labels by plumb capture CASE --scrub -o COPY",
                    path.display()
                ),
            ),
            Self::Exists(path) => (
                format!("{}: there is a file of this name already", path.display()),
                Vec::new(),
                "give another name with -o, or replace it with --force".to_owned(),
            ),
            Self::Collect(CollectError::Nothing { errors }) => {
                let each = errors.iter().map(ToString::to_string).collect();
                let title = format!("none of the {} targets could be read", errors.len());
                (title, each, CollectError::hint(errors.first().unwrap_or(&CollectError::Stopped)))
            }
            Self::Collect(error @ CollectError::NothingGiven { target, unread }) => {
                let each = unread.iter().map(|one| one.what.clone()).collect();
                (format!("{target}: nothing that it gives can be used"), each, error.hint())
            }
            Self::Collect(CollectError::Case(error)) | Self::Case(error) => case(error),
            Self::Collect(error) => (with_causes(error), Vec::new(), error.hint()),
            Self::Input(error @ InputError::NoInput) => {
                (error.to_string(), Vec::new(), WHAT_A_TARGET_IS.to_owned())
            }
            Self::Input(InputError::Nothing(problems)) => nothing_read(problems),
            Self::Unreadable(path, error) => (
                format!("cannot read {}: {error}", path.display()),
                Vec::new(),
                "check the path, and that you may read it".to_owned(),
            ),
            Self::WithinIt(path, how) => (
                format!("{}: not a Go execution trace by itself", path.display()),
                Vec::new(),
                (*how).to_owned(),
            ),
            Self::Trace(path, error) => (
                format!("{}: {}", path.display(), with_causes(error)),
                Vec::new(),
                "a trace is what /debug/pprof/trace?seconds=5 and runtime/trace write: \
                 curl -o x.trace 'http://localhost:6060/debug/pprof/trace?seconds=5'"
                    .to_owned(),
            ),
            Self::NoGoroutine(id) => (
                format!("no goroutine {id} is alive at the end of the trace"),
                Vec::new(),
                "without --goroutine all that live are told by how they were created; --verbose \
                 and --format json leave none out"
                    .to_owned(),
            ),
            Self::Output(error) => (
                format!("the result cannot be written: {error}"),
                Vec::new(),
                "is the disk full, or the output closed?".to_owned(),
            ),
        }
    }
}

/// Whether no host is written like this.
fn is_path(text: &str) -> bool {
    text.starts_with(['/', '.', '~']) || text.contains('\\')
}

/// Columns of `hint: `: what goes on in the next line, and what is not to be broken because it is to be copied, is
/// indented by at least as many.
const INDENT: usize = 6;

/// A line broken between words. Code, which is indented further than prose, stays as it is.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let code = line.len() - line.trim_start().len() > INDENT;
    if code || line.chars().count() <= width {
        return vec![line.to_owned()];
    }
    let mut lines = vec![String::new()];
    for (index, word) in line.split(' ').enumerate() {
        let last = lines.len() - 1;
        let used = lines[last].chars().count();
        if index > 0 && used > INDENT && used + 1 + word.chars().count() > width {
            lines.push(format!("{:INDENT$}{word}", ""));
        } else {
            if index > 0 {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}

fn case(error: &CaseError) -> (String, Vec<String>, String) {
    let hint = match error {
        CaseError::Io { .. } => "check the path, its permissions and the space on the disk",
        CaseError::NotACase { .. } => {
            "a case is what plumb capture writes; profiles can be diagnosed as they are"
        }
        CaseError::Newer { .. } => "a newer plumb made it: update this one",
        CaseError::Manifest { .. } => "the file is damaged: ask for it again, or capture anew",
        CaseError::Record(_) => {
            "is the disk full? The case is written beside its destination, -o elsewhere helps"
        }
    };
    (with_causes(error), Vec::new(), hint.to_owned())
}

/// With one input, its name is in the title; with several, it stands before each problem.
fn nothing_read(problems: &[Problem]) -> (String, Vec<String>, String) {
    let hint = WHAT_EVIDENCE_IS.to_owned();
    let [first, others @ ..] = problems else {
        return ("the input holds no evidence".to_owned(), Vec::new(), hint);
    };
    let input = &first.input;
    if others.is_empty() {
        return (format!("{input}: {}", first.what), Vec::new(), hint);
    }
    if others.iter().all(|problem| problem.input == *input) {
        let each = problems.iter().map(|problem| problem.what.clone()).collect();
        return (format!("{input}: nothing in it can be used"), each, hint);
    }
    let each = problems.iter().map(|problem| format!("{}: {}", problem.input, problem.what));
    ("nothing could be read".to_owned(), each.collect(), hint)
}

/// An error and what caused it, in one line.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let told = error.to_string();
        // Transparent errors repeat their source.
        if !text.ends_with(&told) {
            text = format!("{text}: {told}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_of_several_lines_are_aligned() {
        let error = UserError::Collect(CollectError::NotRegistered {
            url: "http://h/".into(),
            pid: None,
            through: None,
        });
        let text = error.to_text(None);
        assert!(text.starts_with("plumb: http://h/: no profiles here (404)"), "{text}");
        assert!(text.contains("\nhint: name the path"), "{text}");
        assert!(text.contains("\n          import _ \"net/http/pprof\"\n"), "{text}");
    }

    #[test]
    fn on_a_terminal_prose_is_broken_between_words_and_code_is_not() {
        let url = "http://orders.internal.example.com:6060/debug/pprof/".to_owned();
        let text =
            UserError::Collect(CollectError::NotRegistered { url, pid: None, through: None })
                .to_text(Some(60));
        let long = |line: &&str| line.chars().count() > 60;
        assert_eq!(text.lines().filter(long).count(), 0, "{text}");
        assert!(
            text.contains("\n          go http.ListenAndServe(\"localhost:6060\", nil)\n"),
            "{text}"
        );
        let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            one_line.contains("/debug/pprof/: no profiles here (404): pprof is not registered")
        );
    }

    #[test]
    fn several_problems_of_one_input_name_it_once() {
        let problem = |what: &str| Problem { what: what.into(), input: "a.pprof".into() };
        let error = InputError::Nothing(vec![problem("cut short"), problem("no names")]);
        let text = UserError::Input(error).to_text(None);
        assert!(
            text.starts_with(
                "plumb: a.pprof: nothing in it can be used\n  cut short\n  no names\nhint:"
            ),
            "{text}"
        );
    }

    #[test]
    fn one_unreadable_file_is_the_title_and_several_are_a_list() {
        let problem = |n: u8| Problem { what: "empty".into(), input: format!("{n}.pprof").into() };
        let one = UserError::Input(InputError::Nothing(vec![problem(1)])).to_text(None);
        assert!(one.starts_with("plumb: 1.pprof: empty\nhint: evidence is"), "{one}");
        let two = UserError::Input(InputError::Nothing(vec![problem(1), problem(2)])).to_text(None);
        assert!(
            two.starts_with(
                "plumb: nothing could be read\n  1.pprof: empty\n  2.pprof: empty\nhint:"
            ),
            "{two}"
        );
    }
}
