//! `plumb scan`: the same mistakes in Go source.

mod convicted;
mod error;
mod fixes;
mod paths;
mod settings;
mod write;

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use plumb_evidence::source::{Scan as Found, SourceFinding, SourceNote};
use plumb_patterns::{CATALOGUE, RULES};
use plumb_report::scan::{FORMATS, Hidden, ScanFormat, SourceReport, Sources};
use plumb_report::units::plural;
use plumb_report::{Kept, scan as report};
use plumb_scan::baseline::{Baseline, Key};
use plumb_scan::disk::Disk;
use plumb_scan::new_from::{Changes, Since};
use plumb_scan::{Folders, Options, suppress};

use crate::arguments::Output;
use crate::exit_code::Outcome;
use crate::screen;
use crate::user_error::UserError;
pub(crate) use error::SourceError;
use paths::Asked;
use settings::Settings;

/// Find leaks in Go source and fix them; needs no Go toolchain, and no code that compiles
#[derive(Args)]
#[command(after_help = "\
Exit codes: 0 nothing found; 1 at least one finding, also one that --diff would mend;
2 could not run; 3 nothing found, but some files could not be read.

Findings are silenced where they are: //plumb:ignore PATTERN — reason
A team's own constructors and what not to look at are in plumb.toml.

Examples:
  plumb scan                       the module of this folder, and modules below it
  plumb scan ./cmd ./pkg/store.go  folders and files
  plumb scan --diff                what --fix would change
  plumb scan --new-from main       only functions that have changed since
  plumb scan --case orders.case    what leaks in the running program first")]
pub(crate) struct Scan {
    /// Folders, with all below them, and files [default: .]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    looking: Looking,

    #[command(flatten)]
    hiding: Hiding,

    #[command(flatten)]
    fixing: Fixing,

    /// Evidence of the running program (a case, profiles): what leaks in it comes first; repeatable
    #[arg(long, value_name = "CASE", help_heading = "Evidence", value_hint = ValueHint::AnyPath)]
    case: Vec<PathBuf>,

    /// List the rules instead
    #[arg(long, help_heading = "Output")]
    list: bool,

    /// How to print
    #[arg(long, value_name = "FORMAT", help_heading = "Output", default_value = FORMATS[0].name, value_parser = formats())]
    format: &'static ScanFormat,

    #[command(flatten)]
    out: Output,
}

/// What to look at, and for.
#[derive(Args, Debug)]
#[command(next_help_heading = "Looking")]
struct Looking {
    /// Look for this pattern only; repeatable
    #[arg(long, value_name = "ID")]
    pattern: Vec<String>,

    /// Look at tests too, whatever plumb.toml says
    #[arg(long, overrides_with = "no_tests")]
    tests: bool,

    /// Do not look at tests
    #[arg(long, overrides_with = "tests")]
    no_tests: bool,

    /// Threads [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// What not to tell.
#[derive(Args, Debug)]
#[command(next_help_heading = "Old findings")]
struct Hiding {
    /// Do not tell findings that are in this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    baseline: Option<PathBuf>,

    /// Write what is found into the baseline instead of telling it
    #[arg(long, requires = "baseline", conflicts_with_all = ["fix", "diff"])]
    write_baseline: bool,

    /// Only tell findings in functions that have changed since this commit, branch or tag
    #[arg(long, value_name = "REV")]
    new_from: Option<String>,

    /// The same since the current branch left this one
    #[arg(long, value_name = "BRANCH", conflicts_with = "new_from")]
    new_from_merge_base: Option<String>,
}

/// What to do about findings.
#[derive(Args, Debug)]
#[command(next_help_heading = "Fixes")]
struct Fixing {
    /// Write the fixes that are safe
    #[arg(long, group = "fixes")]
    fix: bool,

    /// Print the changes that --fix would make instead of findings
    #[arg(long, group = "fixes")]
    diff: bool,

    /// Also the fixes that somebody should look at
    #[arg(long, requires = "fixes")]
    unsafe_fixes: bool,
}

impl Scan {
    pub(super) fn run(self) -> Result<Outcome, UserError> {
        let options = screen::options(self.out.color, self.out.verbose, Kept::Nowhere);
        if self.list {
            let rules = settings::names(RULES);
            screen::print(&report::rules(&CATALOGUE, &rules, &options))?;
            return Ok(Outcome::Fine);
        }
        let asked = Asked::resolve(&self.paths)?;
        let settings = Settings::new(&asked, &self.looking.pattern)?;
        let baseline = self.hiding.read()?;
        let changes = self.hiding.changes(&asked)?;
        let scanner = Scanner {
            asked: &asked,
            settings: &settings,
            options: Options {
                // With a fix or a baseline it is looked at several times.
                leave: !self.fixing.fix && !self.fixing.diff && baseline.is_none(),
                ..self.looking.options(&settings)
            },
        };
        let mut seen = scanner.look(&Disk);
        if seen.found.files.is_empty() {
            return Err(nothing_read(&asked, seen.found));
        }
        if self.hiding.write_baseline {
            return self.hiding.write(&asked, &seen);
        }
        // What is hidden below is found again after a fix, and must not look new.
        let all = seen.found.clone();
        let mut hidden = Hidden { silenced: seen.silenced, ..Hidden::default() };
        if let Some(baseline) = baseline {
            hidden.baseline =
                scanner.take_known(&mut seen, baseline, self.hiding.baseline.as_ref());
        }
        if let Some(changes) = &changes {
            let before = seen.found.findings.len();
            seen.found.findings.retain(|finding| changes.touch(finding, ""));
            hidden.unchanged = before - seen.found.findings.len();
        }
        let mut fixed = 0;
        if self.fixing.fix || self.fixing.diff {
            let applied = fixes::apply(&scanner, all, &seen.found, self.fixing.unsafe_fixes);
            if self.fixing.diff {
                return fixes::print(&asked, &applied);
            }
            fixed = fixes::write(&asked, &applied)?;
            seen.found = applied.left;
        }
        if !self.case.is_empty() {
            convicted::first(&mut seen.found, &self.case, &asked.places.base)?;
        }
        let report = scanner.report(seen, hidden, fixed);
        screen::print(&(self.format.render)(&report, &options))?;
        Ok(outcome(&report.findings, !report.failed.is_empty()))
    }
}

fn outcome(findings: &[SourceFinding], some_failed: bool) -> Outcome {
    match (findings.is_empty(), some_failed) {
        (false, _) => Outcome::Findings,
        (true, true) => Outcome::NotEnoughEvidence,
        (true, false) => Outcome::Fine,
    }
}

fn nothing_read(asked: &Asked, found: Found) -> UserError {
    match found.failed.into_iter().next() {
        Some(failed) => {
            let path = asked.places.base.join(failed.file);
            UserError::Unreadable(path, io::Error::other(failed.why))
        }
        None => SourceError::NoGoFiles(asked.named.clone()).into(),
    }
}

impl Looking {
    fn options(&self, settings: &Settings) -> Options {
        let defaults = Options::default();
        Options {
            tests: self.tests
                || (!self.no_tests && settings.team.config.scan.tests.unwrap_or(true)),
            threads: self.threads.map_or(defaults.threads, usize::from),
            ..defaults
        }
    }
}

impl Hiding {
    /// The baseline, unless it is to be written anew.
    fn read(&self) -> Result<Option<Baseline>, UserError> {
        let Some(path) = self.baseline.as_ref().filter(|_| !self.write_baseline) else {
            return Ok(None);
        };
        let text = fs::read_to_string(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => SourceError::NoBaseline(path.clone()).into(),
            _ => UserError::Unreadable(path.clone(), error),
        })?;
        let parsed = Baseline::parse(&text);
        parsed.map(Some).map_err(|error| SourceError::Baseline(path.clone(), error).into())
    }

    fn changes(&self, asked: &Asked) -> Result<Option<Changes>, UserError> {
        let since = match (&self.new_from, &self.new_from_merge_base) {
            (Some(name), _) => Since::Revision(name),
            (_, Some(name)) => Since::MergeBase(name),
            (None, None) => return Ok(None),
        };
        Ok(Some(Changes::since(&asked.places.base, since).map_err(SourceError::from)?))
    }

    fn write(&self, asked: &Asked, seen: &Seen) -> Result<Outcome, UserError> {
        let Some(path) = &self.baseline else { return Ok(Outcome::Fine) };
        let findings = seen.found.findings.iter();
        let baseline = Baseline::of(findings.map(|finding| asked.key(finding)));
        let written = write::replace(path, None, baseline.to_text().as_bytes());
        written.map_err(|error| SourceError::Unwritable(path.clone(), error))?;
        let count = plural(baseline.count(), "finding");
        screen::complain(&format!("plumb: {}: {count} written\n", path.display()));
        Ok(Outcome::Fine)
    }
}

/// What a look came to, before anything is taken from it but what comments silence.
struct Seen {
    found: Found,
    silenced: usize,
    notes: Vec<SourceNote>,
}

/// Looks, as often as it is asked.
struct Scanner<'a> {
    asked: &'a Asked,
    settings: &'a Settings,
    options: Options,
}

impl Scanner<'_> {
    fn look(&self, disk: &dyn Folders) -> Seen {
        let Settings { rules, knowledge, .. } = self.settings;
        let places = &self.asked.places;
        let is_wanted = |file: &str| !self.settings.excludes(file);
        let installation = &self.asked.installation;
        let mut found =
            places.scan(disk, installation, rules, knowledge, &self.options, &is_wanted);
        let known = |id: &str| CATALOGUE.pattern(id).is_some() || settings::rule(id).is_some();
        let silenced = suppress::apply(&mut found, disk, &places.base, rules, &known);
        Seen { found, silenced: silenced.findings, notes: silenced.notes }
    }

    /// Takes out what the baseline knows, and notes what it knows in vain; says how many were taken.
    fn take_known(&self, seen: &mut Seen, mut baseline: Baseline, path: Option<&PathBuf>) -> usize {
        let all = seen.found.findings.len();
        seen.found.findings.retain(|finding| !baseline.take(&self.asked.key(finding)));
        let path = path.map(|path| self.asked.told_from_base(path)).unwrap_or_default();
        let stale = baseline.left().filter(|(key, _)| self.would_be_found(key, &seen.found));
        seen.notes.extend(stale.map(|(key, count)| SourceNote {
            file: path.clone(),
            line: 0,
            text: format!(
                "no longer found: {count} × {} in {} of {}",
                key.pattern, key.function, key.file
            ),
        }));
        all - seen.found.findings.len()
    }

    /// Whether this run would have found what a line of the baseline means, were it still there.
    fn would_be_found(&self, key: &Key, found: &Found) -> bool {
        let Some(file) = self.asked.in_base(&key.file) else { return false };
        let is_rule = self.settings.rules.iter().any(|rule| rule.pattern == key.pattern);
        let is_read = found.failed.iter().all(|failed| failed.file != file);
        let is_test = file.ends_with("_test.go") && !self.options.tests;
        is_rule
            && is_read
            && !is_test
            && self.asked.places.takes(&file)
            && !self.settings.excludes(&file)
    }

    fn report(&self, seen: Seen, hidden: Hidden, fixed: usize) -> SourceReport<'static> {
        let Found { findings, files_read, bytes_read, failed, .. } = seen.found;
        let mut sources = Sources::default();
        let files: HashSet<&str> = findings.iter().map(|finding| &*finding.file).collect();
        for file in files {
            if let Ok(bytes) = fs::read(self.asked.places.base.join(file)) {
                sources.insert(file.to_owned(), String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        SourceReport {
            findings,
            sources,
            catalogue: &CATALOGUE,
            rules: settings::names(&self.settings.rules),
            files_read,
            bytes_read,
            failed,
            notes: seen.notes,
            hidden,
            fixed,
            roots: self.asked.roots.clone(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// The formats by name, each with what it is for.
fn formats() -> impl TypedValueParser<Value = &'static ScanFormat> {
    let names = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(names).map(|name| ScanFormat::named(&name).unwrap_or(&FORMATS[0]))
}
