//! `plumb pprof`: what `go tool pprof` does, with its flags, its reports and its words.

mod binaries;
mod browser;
mod disk;
mod flags;
mod output;
mod pages;
mod remote;
mod request;
mod shell;
mod sources;
mod usage;
mod viewer;

use std::ffi::OsString;

use clap::Args;

use crate::exit_code::Outcome;
use crate::user_error::UserError;
use output::Destination;
use request::Request;

/// Show profiles: a drop-in for `go tool pprof`, with the same flags and reports
#[derive(Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Pprof {
    /// Flags and sources as `go tool pprof` takes them; -help lists them
    #[arg(value_name = "ARGUMENTS", trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Why there is no report. The text is printed as it is, since scripts know pprof's.
type Failure = Box<dyn std::error::Error>;

impl Pprof {
    pub(crate) fn run(self) -> Result<Outcome, UserError> {
        let arguments = self.arguments.iter().map(|a| a.to_string_lossy().into_owned()).collect();
        match report(arguments) {
            Ok(outcome) => Ok(outcome),
            Err(failure) => {
                eprintln!("{failure}");
                Ok(Outcome::CouldNotRun)
            }
        }
    }
}

fn report(arguments: Vec<String>) -> Result<Outcome, Failure> {
    // pprof's own `-help` goes to the standard error; this one is asked for as of every command of plumb.
    if arguments == ["--help"] {
        println!("{}", usage::text());
        return Ok(Outcome::Fine);
    }
    let flags = match flags::parse(arguments) {
        Ok(flags) => flags,
        Err(flags::Stop::Help) => {
            eprintln!("{}", usage::text());
            return Ok(Outcome::Fine);
        }
        Err(flags::Stop::Wrong(what)) => {
            eprintln!("{what}\n{}", usage::text());
            return Ok(Outcome::CouldNotRun);
        }
    };
    if flags.sources.is_empty() {
        eprintln!("{}", usage::text());
    }
    let request = Request::new(flags)?;
    let profile = sources::load(&request.sources)?;
    match (request.report, request.pages) {
        (Some(report), _) => {
            output::write(profile, &report, &request.config, Destination::CommandLine)?;
        }
        (None, Some(pages)) => pages::serve(profile, request.config, &pages)?,
        (None, None) => shell::run(profile, request.config)?,
    }
    Ok(Outcome::Fine)
}
