//! `plumb diagnose`: what leaks, where, and what to change.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use plumb_case::{CaseFile, InputOptions, read_noting};
use plumb_collect::{CaptureOptions, capture_trace};
use plumb_evidence::finding::{Resource, SiteKind};
use plumb_evidence::{Diagnosis, Finding, Service};
use plumb_report::{FORMATS, Format, Kept};

use crate::arguments::{Connection, Evidence, Output, Overwrite};
use crate::exit_code::Outcome;
use crate::joined::join_lone_files;
use crate::live::{Capture, told_of_repeated};
use crate::progress::Meter;
use crate::screen;
use crate::source::{self, Source};
use crate::targets::{Targets, check_readable};
use crate::user_error::UserError;

/// Find what leaks, the line, and what to change
///
/// Running targets are looked at for some seconds; files are read as they are. The same evidence gives the same
/// answer anywhere.
#[derive(Args)]
#[command(after_help = "\
Examples:
  plumb diagnose http://localhost:6060       a service that serves /debug/pprof
  plumb diagnose 4711                        a process of this machine
  plumb diagnose heap.0.pprof heap.6.pprof   profiles that somebody saved
  plumb diagnose http://10.0.0.5:6060 ss.txt and `ss -tanpoei` of its machine")]
pub(crate) struct Diagnose {
    /// URLs and process ids (instances of one service), cases, profiles, dumps, logs, listings, folders of them
    #[arg(required = true, value_name = "TARGET", value_hint = ValueHint::AnyPath)]
    targets: Vec<String>,

    #[command(flatten)]
    evidence: Evidence,

    /// Do not take an execution trace where the line of a leak is open
    #[arg(long, help_heading = "Evidence", conflicts_with = "trace")]
    no_trace: bool,

    /// Process to look at in listings that hold several
    #[arg(long, value_name = "PID", help_heading = "Evidence")]
    pid: Option<u32>,

    /// Source of the program: names the line and the change; read by itself where the binary's paths lead to it
    #[arg(long, value_name = "FOLDER", help_heading = "Source", value_hint = ValueHint::DirPath)]
    source: Option<PathBuf>,

    /// Do not look at source
    #[arg(long, help_heading = "Source", conflicts_with = "source")]
    no_source: bool,

    #[command(flatten)]
    connection: Connection,

    /// Keep the evidence of running targets as a case
    #[arg(short, long, value_name = "CASE", help_heading = "Output", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,

    #[command(flatten)]
    overwrite: Overwrite,

    /// Leave goroutine labels and trace logs out of the case
    #[arg(long, requires = "output", help_heading = "Output")]
    scrub: bool,

    /// How to print
    #[arg(long, value_name = "FORMAT", help_heading = "Output", default_value = FORMATS[0].name, value_parser = formats())]
    format: &'static Format,

    #[command(flatten)]
    out: Output,
}

impl Diagnose {
    pub(super) fn run(self) -> Result<Outcome, UserError> {
        let targets = Targets::resolve(&self.targets)?;
        screen::complain(&told_of_repeated(&targets.repeated));
        self.evidence.peer_sockets.iter().try_for_each(|path| check_readable(path))?;
        self.source.iter().try_for_each(|folder| source::check(folder))?;
        // Before a look of several seconds, and because without them the verdict would be another one.
        self.evidence.peer_sockets.iter().try_for_each(|path| readable(path))?;
        let captured = self.capture(&targets)?;
        let (mut case, options) = captured.unzip();
        let mut service = self.read(&targets, case.as_ref())?;
        let source = self.read_source(&mut service)?;
        let mut diagnosis = plumb_detect::detect(&service, &plumb_patterns::CATALOGUE);
        if let Some(options) = options.filter(|options| self.wants_trace(options, &diagnosis))
            && let Some(without) = case.take()
        {
            case = Some(self.trace(&targets, &options, &without)?);
            let source = service.source.take();
            service = Service { source, ..self.read(&targets, case.as_ref())? };
            diagnosis = plumb_detect::detect(&service, &plumb_patterns::CATALOGUE);
        }
        if let Some(source) = source {
            source.date(&mut diagnosis);
        }
        let kept = match &case {
            Some(case) if !case.is_temporary() => Kept::Case(case.path().display().to_string()),
            Some(_) => Kept::Nowhere,
            None => Kept::Files,
        };
        let options = screen::options(self.out.color, self.out.verbose, kept);
        screen::print(&(self.format.render)(&diagnosis, &options))?;
        Ok(diagnosis.verdict.into())
    }

    /// The source that the user named, or that is where the binary says.
    fn read_source(&self, service: &mut Service) -> Result<Option<Source>, UserError> {
        if let Some(folder) = &self.source {
            return Source::named(folder, service).map(Some);
        }
        let source = match self.no_source {
            true => None,
            false => Source::at_recorded_paths(service),
        };
        if let Some(source) = source.as_ref().filter(|_| self.out.verbose) {
            let root = source.root().display();
            screen::complain(&format!("plumb: note: the source in {root} is looked at too\n"));
        }
        Ok(source)
    }

    /// The evidence of running targets, in a case, so that the verdict rests on what can be replayed.
    fn capture(&self, targets: &Targets) -> Result<Option<(CaseFile, CaptureOptions)>, UserError> {
        if targets.live.is_empty() {
            return match &self.output {
                Some(_) => Err(UserError::NothingLive(targets.files[0].clone())),
                None => {
                    screen::complain(&told_of_no_effect(&self.evidence.of_live_targets()));
                    Ok(None)
                }
            };
        }
        self.output.iter().try_for_each(|path| self.overwrite.check(path))?;
        let options = self.evidence.capture_options(&self.connection)?;
        let capture = Capture {
            targets: &targets.live,
            named: &targets.named,
            options: &options,
            peer_sockets: &self.evidence.peer_sockets,
            out: self.output.as_deref(),
            scrub: self.scrub,
        };
        let case = capture.run(&Meter::new(self.out.verbose, false))?;
        if !case.is_temporary() && !targets.files.is_empty() {
            screen::complain(&format!(
                "plumb: warning: {} holds what was taken of running targets; keep the files given beside it\n",
                case.path().display()
            ));
        }
        Ok(Some((case, options)))
    }

    /// Whether a trace may name a line that is open: of goroutines, or of the connections that they hold.
    fn wants_trace(&self, options: &CaptureOptions, diagnosis: &Diagnosis) -> bool {
        let is_open = |finding: &Finding| {
            finding.site.kind != SiteKind::Line
                && matches!(finding.resource, Resource::Goroutines | Resource::Sockets)
        };
        // What is scrubbed may not hold a trace, and the verdict must rest on what is kept.
        let may = !self.no_trace && !self.scrub && !options.trace && !options.stop.is_set();
        may && diagnosis.findings.iter().any(is_open)
    }

    /// The case with an execution trace.
    fn trace(
        &self,
        targets: &Targets,
        options: &CaptureOptions,
        case: &CaseFile,
    ) -> Result<CaseFile, UserError> {
        let recorder = plumb_case::reopen(case)?;
        let meter = Meter::new(self.out.verbose, false);
        let taken = capture_trace(&targets.live, options, &recorder, &meter);
        meter.finish();
        taken?;
        Ok(recorder.finish()?)
    }

    fn read(&self, targets: &Targets, case: Option<&CaseFile>) -> Result<Service, UserError> {
        let mut paths: Vec<PathBuf> = case.iter().map(|case| case.path().to_owned()).collect();
        paths.extend(targets.files.iter().cloned());
        let options = InputOptions {
            // With a case they are in it.
            peer_sockets: if case.is_none() {
                self.evidence.peer_sockets.clone()
            } else {
                Vec::new()
            },
            pid: self.pid,
            ..InputOptions::default()
        };
        let mut passed_over = Vec::new();
        let read = read_noting(&paths, &options, &mut passed_over);
        screen::complain(&told_of(&passed_over));
        let mut service = read?;
        if let Some(case) = case.filter(|case| case.is_temporary()) {
            name_target(&mut service, &case.path().display().to_string());
        }
        join_lone_files(&mut service);
        Ok(service)
    }
}

/// Whether a file can be read at all.
fn readable(path: &Path) -> Result<(), UserError> {
    let is_folder = || io::Error::from(io::ErrorKind::IsADirectory);
    let opened = File::open(path).and_then(|file| file.metadata());
    match opened.map(|file| file.is_dir()) {
        Ok(false) => Ok(()),
        Ok(true) => Err(UserError::Unreadable(path.to_owned(), is_folder())),
        Err(error) => Err(UserError::Unreadable(path.to_owned(), error)),
    }
}

/// Most files that are named among those passed over.
const NAMED: usize = 3;

/// What is said about the files of folders that are no evidence; nothing if there are none.
fn told_of(passed_over: &[PathBuf]) -> String {
    let names: Vec<String> =
        passed_over.iter().take(NAMED).map(|path| path.display().to_string()).collect();
    let more = match passed_over.len().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    match passed_over.len() {
        0 => String::new(),
        1 => format!("plumb: note: no evidence, passed over: {}\n", names[0]),
        n => format!(
            "plumb: note: {n} files are no evidence, passed over: {}{more}\n",
            names.join(", ")
        ),
    }
}

/// What is said about options that files make idle; nothing if there are none.
fn told_of_no_effect(options: &[&str]) -> String {
    let have = if options.len() == 1 { "has" } else { "have" };
    match options {
        [] => String::new(),
        given => format!(
            "plumb: note: {} {have} no effect: files are read as they are\n",
            given.join(", ")
        ),
    }
}

/// Problems of a case that goes away are problems of the target, and its pieces are what was asked for.
fn name_target(service: &mut Service, case: &str) {
    let ids: Vec<String> = service.instances.iter().map(|instance| instance.id.clone()).collect();
    for problem in &mut service.problems {
        let Some(piece) = problem.input.strip_prefix(case) else { continue };
        problem.input = asked_for(piece, &ids).unwrap_or_else(|| service.target.clone()).into();
    }
}

/// `: 0/0003-heap-text.txt`, a piece of a case, as `http://localhost:6060/debug/pprof/heap?debug=1`.
fn asked_for(piece: &str, ids: &[String]) -> Option<String> {
    let (instance, name) = piece.strip_prefix(": ")?.split_once('/')?;
    let id = ids.get(instance.parse::<usize>().ok()?)?;
    let kind = name.split_once('-')?.1.split('.').next()?;
    Some(match kind {
        "goroutine" | "goroutineleak" | "heap" => format!("{id}/debug/pprof/{kind}"),
        "heap-text" => format!("{id}/debug/pprof/heap?debug=1"),
        "goroutine-text" => format!("{id}/debug/pprof/goroutine?debug=1"),
        "goroutine-dump" => format!("{id}/debug/pprof/goroutine?debug=2"),
        "metrics" => format!("{id}/metrics"),
        "trace" => format!("{id}/debug/pprof/trace"),
        other => format!("{id}, {other}"),
    })
}

/// The formats by name, each with what it is for.
fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let names = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(names).map(|name| Format::named(&name).unwrap_or(&FORMATS[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_case_that_goes_away_are_what_was_asked_for() {
        let ids = ["localhost:6060".to_owned()];
        for (piece, expect) in [
            (": 0/0000-heap-text.txt", "localhost:6060/debug/pprof/heap?debug=1"),
            (": 0/0003-goroutine-dump.1.txt", "localhost:6060/debug/pprof/goroutine?debug=2"),
            (": 0/0001-sockets.jsonl", "localhost:6060, sockets"),
        ] {
            assert_eq!(asked_for(piece, &ids).as_deref(), Some(expect));
        }
        assert_eq!(asked_for(": 1/0000-heap.pb.gz", &ids), None);
        assert_eq!(asked_for("", &ids), None);
    }
}
