//! What there is to read of a target: profiles over HTTP, the process behind them, or both.

use std::io::Read;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use plumb_evidence::code::Build;

use crate::http::Client;
use crate::options::CaptureOptions;
use crate::pprof::{Endpoint, Page};
use crate::proc::{self, NoBuild, SocketReader};
use crate::progress::{Event, Progress};
use crate::target::PprofUrl;
use crate::{CollectError, Target, finder};

/// Most bytes of an unpacked profile searched for the executable's path.
const MAX_PROFILE: u64 = 64 << 20;

/// What is said of a program that Go did not make.
const NO_GO: &str = "it is no Go program: only /proc and its sockets tell of it; if it starts the service, name that \
                     process";

/// What is said of a process of this machine that we may not look into.
const HIDDEN: &str = "descriptors, sockets and memory of the process are not readable: run plumb as its user or as root \
                      (in a container: on the host)";

/// Why nothing is known of the process that answers.
enum Unseen {
    /// It is another user's, or in another container: somebody else may look.
    Hidden,
    /// Anything else, in words.
    Other(String),
}

/// A target that can be read.
#[derive(Debug)]
pub(crate) struct Source {
    /// How reports call the instance.
    pub(crate) id: String,
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) process: Option<ProcessSource>,
    /// Things to record as problems of the case: what, and on which input.
    pub(crate) problems: Vec<(String, String)>,
    /// It is a program that Go did not make, and serves no profiles.
    pub(crate) foreign: bool,
}

/// A process on this machine.
#[derive(Debug)]
pub(crate) struct ProcessSource {
    pub(crate) pid: u32,
    pub(crate) sockets: SocketReader,
    pub(crate) build: Option<Build>,
}

impl ProcessSource {
    fn new(pid: u32, namespace: Option<Arc<OwnedFd>>, build: Option<Build>) -> Self {
        Self { pid, sockets: SocketReader::new(pid, namespace), build }
    }
}

impl Source {
    /// Finds out what can be read.
    ///
    /// # Errors
    /// Why nothing can.
    pub(crate) fn open(
        target: &Target,
        options: &CaptureOptions,
        progress: &dyn Progress,
    ) -> Result<Self, CollectError> {
        let source = match target {
            Target::Url(url) => Self::from_url(url, options, progress)?,
            Target::Pid(pid) => Self::from_pid(*pid, options)?,
        };
        if let Some(endpoint) = &source.endpoint {
            progress.event(&source.id, Event::Found { what: endpoint.root_url() });
        }
        if let Some(process) = &source.process {
            progress.event(&source.id, Event::Found { what: format!("pid {}", process.pid) });
        }
        Ok(source)
    }

    /// The process, if it is known.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(|process| process.pid)
    }

    /// Looks again for the process that answers, after the first one has ended.
    pub(crate) fn find_again(&mut self) -> Option<u32> {
        self.process = behind(self.endpoint.as_ref()?).ok().flatten();
        self.pid()
    }

    fn from_url(
        url: &PprofUrl,
        options: &CaptureOptions,
        progress: &dyn Progress,
    ) -> Result<Self, CollectError> {
        let client = Client::new(url, &options.http, &options.stop)?;
        let endpoint = Endpoint::probe(client, url)?;
        let id = url.id();
        let mut problems = Vec::new();
        let process = behind(&endpoint).unwrap_or_else(|unseen| {
            match unseen {
                Unseen::Hidden => problems.push((HIDDEN.to_owned(), id.clone())),
                Unseen::Other(why) => {
                    let text = format!("no evidence from the process: {why}");
                    progress.event(&id, Event::Note { text });
                }
            }
            None
        });
        Ok(Self { id, endpoint: Some(endpoint), process, problems, foreign: false })
    }

    fn from_pid(pid: u32, options: &CaptureOptions) -> Result<Self, CollectError> {
        proc::check(pid)?;
        let id = format!("pid {pid}");
        let mut problems = Vec::new();
        let build = proc::read_build(pid);
        match &build {
            Err(NoBuild::NotGo) => problems.push((format!("{NO_GO} (pgrep -P {pid})"), id.clone())),
            Err(NoBuild::Other(why)) => {
                problems.push((format!("no build information: executable {why}"), id.clone()));
            }
            Ok(_) => {}
        }
        let is_go = build != Err(NoBuild::NotGo);
        let namespace = proc::foreign_network_namespace(pid)
            .map_err(|error| proc::unreadable(pid, "ns/net", &error))?
            .map(Arc::new);
        let process = ProcessSource::new(pid, namespace.clone(), build.ok());
        let endpoint = match process.sockets.read(&[]) {
            Ok(table) => {
                let listening: Vec<SocketAddr> = table.listening().collect();
                finder::find(&listening, namespace, options)
            }
            Err(error) => Err(format!("its sockets cannot be read: {error}")),
        };
        // Of another program than a Go one, nobody expects profiles.
        let why_none = |why| {
            if is_go {
                problems.push((why, id.clone()))
            }
        };
        let endpoint = endpoint.map_err(why_none).ok();
        let foreign = !is_go && endpoint.is_none();
        Ok(Self { id, endpoint, process: Some(process), problems, foreign })
    }
}

/// The process that answers at an endpoint on this machine, or why it is not known.
fn behind(endpoint: &Endpoint) -> Result<Option<ProcessSource>, Unseen> {
    let Some(connection) = endpoint.client().connection_within_machine() else { return Ok(None) };
    let pid = proc::find_owner(connection).ok_or(Unseen::Hidden)?;
    if !is_same_program(endpoint, pid) {
        return Err(Unseen::Other(format!(
            "pid {pid} holds the port and is another program than the one that answers: a forwarder? \
             Name the service's own process id"
        )));
    }
    proc::check(pid).map_err(|error| Unseen::Other(error.to_string()))?;
    Ok(Some(ProcessSource::new(pid, None, proc::read_build(pid).ok())))
}

/// Port forwarders (docker-proxy, kubectl, ssh) hold ports for programs elsewhere. So the one that answers must have
/// the process's command line; where it does not tell, its profile must name the process's executable.
fn is_same_program(endpoint: &Endpoint, pid: u32) -> bool {
    if let Some(told) = endpoint.command_line() {
        let command = std::fs::read(proc::path(pid, "cmdline")).unwrap_or_default();
        return command.strip_suffix(b"\0").unwrap_or(&command) == told;
    }
    let Ok(executable) = std::fs::read_link(proc::path(pid, "exe")) else { return false };
    let executable = executable.to_string_lossy();
    let executable = executable.strip_suffix(" (deleted)").unwrap_or(&executable).as_bytes();
    let Ok(Some(reply)) = endpoint.fetch(Page::Goroutine) else { return false };
    let mut profile = Vec::new();
    let unpacked = MultiGzDecoder::new(&reply.body[..]).take(MAX_PROFILE).read_to_end(&mut profile);
    unpacked.is_ok() && profile.windows(executable.len()).any(|window| window == executable)
}
