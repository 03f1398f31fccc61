//! `plumb trace`: an execution trace by itself.

use std::fs::File;
use std::io::{BufWriter, Read, Write, stdout};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum, ValueHint};
use plumb_exectrace::{EventText, GoroutineId, History, ReadError, Reader};
use plumb_report::{Kept, trace};

use crate::exit_code::Outcome;
use crate::screen::{self, Colour};
use crate::user_error::UserError;

/// Tell what an execution trace says of goroutines: who created them, what waits longest, who woke one
///
/// The trace is one of Go 1.22 or later, from `/debug/pprof/trace?seconds=5`, `runtime/trace.Start` or the flight
/// recorder.
#[derive(Args)]
#[command(after_help = "\
Examples:
  curl -o x.trace 'http://localhost:6060/debug/pprof/trace?seconds=5'
  plumb trace x.trace
  plumb trace x.trace --goroutine 1234")]
pub(crate) struct Trace {
    /// The trace
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// One goroutine: how it came to be, what it does, and who woke whom up to it
    #[arg(short, long, value_name = "ID", conflicts_with_all = ["events", "format"])]
    goroutine: Option<i64>,

    /// All events, in the words of `go tool trace -d=parsed`
    #[arg(long, conflicts_with = "format")]
    events: bool,

    /// Everything instead of what fits a screen
    #[arg(short, long)]
    verbose: bool,

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: TraceFormat,

    /// When to print in colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    color: Colour,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum TraceFormat {
    /// For reading in a terminal
    #[default]
    Terminal,
    /// For programs: plumb.trace/1
    Json,
}

impl Trace {
    pub(super) fn run(self) -> Result<Outcome, UserError> {
        let mut reader = open(&self.file)?;
        if self.events {
            return print_events(&mut reader);
        }
        let trace = read(&self.file, reader);
        let options = screen::options(self.color, self.verbose, Kept::Nowhere);
        let text = match (self.goroutine, self.format) {
            (Some(id), _) => trace::goroutine(&trace, GoroutineId(id), &options)
                .ok_or(UserError::NoGoroutine(id))?,
            (None, TraceFormat::Terminal) => trace::terminal(&trace, &options),
            (None, TraceFormat::Json) => trace::json(&trace),
        };
        screen::print(&text)?;
        Ok(if trace.problems.is_empty() { Outcome::Fine } else { Outcome::NotEnoughEvidence })
    }
}

fn open(path: &Path) -> Result<Reader<File>, UserError> {
    let unreadable = |error| UserError::Unreadable(path.to_owned(), error);
    let file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(UserError::NoSuchFile(path.to_owned()));
        }
        file => file.map_err(unreadable)?,
    };
    Reader::new(file).map_err(|error| match (&error, within(path)) {
        (ReadError::NoTrace, Some(how)) => UserError::WithinIt(path.to_owned(), how),
        _ => UserError::Trace(path.to_owned(), error),
    })
}

/// How to get at a trace in a file that begins as what is packed does.
fn within(path: &Path) -> Option<&'static str> {
    let mut first = [0; 4];
    File::open(path).ok()?.read_exact(&mut first).ok()?;
    match first {
        [0x1f, 0x8b, ..] => {
            Some("it is compressed: gunzip it first; if it is a profile, plumb diagnose reads it")
        }
        [0x28, 0xb5, 0x2f, 0xfd] => Some(
            "if it is a case, plumb diagnose reads it, its trace too; to look at that by itself: tar --zstd -xf CASE",
        ),
        _ => None,
    }
}

fn read(path: &Path, mut reader: Reader<File>) -> trace::Trace {
    let mut history = History::default();
    let mut events = 0;
    while let Some((some, symbols)) = reader.next_events() {
        some.iter().for_each(|event| history.add(event, symbols));
        events += some.len() as u64;
    }
    let (name, version) = (path.display().to_string(), reader.version());
    let (symbols, problems) = reader.into_parts();
    trace::Trace { name, version, events, history, symbols, problems }
}

/// Prints events as they are read: there may be many millions.
fn print_events(reader: &mut Reader<File>) -> Result<Outcome, UserError> {
    let mut output = BufWriter::new(stdout().lock());
    while let Some(event) = reader.next_event() {
        let text = EventText { event: &event, symbols: reader.symbols() };
        match writeln!(output, "{text}") {
            // Whoever reads has seen enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                return Ok(Outcome::Fine);
            }
            written => written.map_err(UserError::Output)?,
        }
    }
    output.flush().map_err(UserError::Output)?;
    for problem in reader.problems() {
        screen::complain(&format!("plumb: {problem}\n"));
    }
    let is_whole = reader.problems().is_empty();
    Ok(if is_whole { Outcome::Fine } else { Outcome::NotEnoughEvidence })
}
