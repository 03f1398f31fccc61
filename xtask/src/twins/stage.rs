//! A twin at work: its peer, the service itself and the load, each a process of its own on the loopback interface.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::expect::Expectation;
use super::fixed;
use super::go::{self, SourcePaths, Which};
use super::process::Process;
use crate::workspace;

/// How long a program gets to open its port.
const START: Duration = Duration::from_secs(20);

/// Every Go program prints this and its address once its port is open.
const LISTENING: &str = "listening ";

/// A program that is looked at, and what must be found.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Pattern.
    pub id: String,
    /// Which twin.
    pub which: Which,
    /// Go version it is built with.
    pub go: String,
    /// What its executable says about its source files.
    pub paths: SourcePaths,
    /// Flags it is started with beside its addresses.
    pub flags: Vec<String>,
    /// What leaks.
    pub expected: Expectation,
}

impl Subject {
    /// A twin started without further flags; a fixed one with those that leave only what fixes mend.
    ///
    /// # Errors
    /// If its marks cannot be read.
    pub fn new(id: &str, which: Which, go: &str) -> Result<Self> {
        let folder = workspace::patterns().join(id).join(which.folder());
        let marked = Expectation::read(&folder)?;
        let (flags, expected) = match which {
            Which::Before | Which::After => (Vec::new(), marked),
            Which::Fixed => (fixed::flags(&marked), Expectation::default()),
        };
        Ok(Self {
            id: id.to_owned(),
            which,
            go: go.to_owned(),
            paths: SourcePaths::Absolute,
            flags,
            expected,
        })
    }

    /// How tables and files call it: `id/before go1.27.3 -flag`.
    pub fn name(&self) -> String {
        let mut name = format!("{}/{} go{}", self.id, self.which.name(), self.go);
        for flag in &self.flags {
            name.push(' ');
            name.push_str(flag);
        }
        name
    }
}

/// What the load does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    /// Leaking operations in all.
    pub leaks: u32,
    /// Leaking operations a second, each beside as many healthy ones.
    pub rate: u32,
}

/// A running service with its peer. Everything ends when it is dropped.
pub struct Stage {
    subject: Subject,
    load: PathBuf,
    // Dropped in this order: the service before the peer it talks to.
    service: Process,
    _peer: Option<Process>,
    _folder: Option<TempDir>,
    address: String,
}

impl Stage {
    /// Builds and starts a service and the peer it needs.
    ///
    /// # Errors
    /// If one of them cannot be built or does not open its port.
    pub fn start(subject: &Subject, environment: &[(&str, &str)]) -> Result<Self> {
        let load = go::go_program(&workspace::patterns().join("load"))?;
        let built = go::build(&subject.id, subject.which, &subject.go, subject.paths)?;
        let (executable, folder) = match subject.paths {
            SourcePaths::Absolute => (built, None),
            SourcePaths::Trimmed => elsewhere(&built, &subject.id)?,
        };
        let mut service = Command::new(executable);
        service.envs(environment.iter().copied()).args(["-listen", "127.0.0.1:0"]);
        let mut peer = None;
        if needs_peer(subject)? {
            let mut command = Command::new(&load);
            command.args(["peer", &subject.id, "-listen", "127.0.0.1:0"]);
            let mut process = Process::start("peer", &mut command)?;
            service.args(["-peer", &process.wait_for(LISTENING, START)?]);
            peer = Some(process);
        }
        let mut service = Process::start(&subject.id, service.args(&subject.flags))?;
        let address = service.wait_for(LISTENING, START)?;
        Ok(Self { subject: subject.clone(), load, service, _peer: peer, _folder: folder, address })
    }

    /// Starts the load. It prints a line that starts with `{` when the last operation is done, and then holds its
    /// idle connections until it is ended.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn drive(&self, load: Load) -> Result<Process> {
        let mut drive = Command::new(&self.load);
        drive.args(["drive", &self.subject.id, "-target", &self.address, "-linger", "1h"]);
        drive.arg("-leaks").arg(load.leaks.to_string()).arg("-rate").arg(load.rate.to_string());
        Process::start("load", &mut drive)
    }

    /// The URL of the service.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Process id of the service.
    pub fn pid(&self) -> u32 {
        self.service.id()
    }

    /// Fails if the service has ended.
    ///
    /// # Errors
    /// With its status and what it wrote to standard error.
    pub fn check_alive(&mut self) -> Result<()> {
        self.service.check_alive()
    }
}

/// Copies an executable to a folder of its own: profiles name the file they are of.
fn elsewhere(executable: &Path, name: &str) -> Result<(PathBuf, Option<TempDir>)> {
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join(name);
    fs::copy(executable, &copy)?;
    Ok((copy, Some(folder)))
}

/// Whether the program takes the address of a peer.
fn needs_peer(subject: &Subject) -> Result<bool> {
    let folder = workspace::patterns().join(&subject.id).join(subject.which.folder());
    let main = fs::read_to_string(folder.join("main.go"))
        .with_context(|| format!("cannot read main.go of {}", subject.id))?;
    Ok(main.contains("(\"peer\""))
}
