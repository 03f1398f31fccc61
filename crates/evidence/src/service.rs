//! Snapshots, instances, and the service under judgement.

use std::sync::Arc;

use crate::Timestamp;
use crate::calls::Calls;
use crate::code::Build;
use crate::goroutine::Goroutines;
use crate::heap::Heap;
use crate::metrics::Metrics;
use crate::process::Process;
use crate::socket::SocketTable;
use crate::source_evidence::SourceEvidence;
use crate::trace::Trace;

/// What was taken from one process in one round. Every part may be missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// When the round began, if known. Snapshots without a time are in the order of the arguments.
    pub taken: Option<Timestamp>,
    /// The cheap goroutine profile.
    pub goroutines: Option<Goroutines>,
    /// A full dump, where its pause was affordable or somebody brought one.
    pub dump: Option<Goroutines>,
    /// The runtime's own convictions, where asked for.
    pub leaked: Option<Goroutines>,
    /// Heap profile.
    pub heap: Option<Heap>,
    /// Sockets.
    pub sockets: Option<SocketTable>,
    /// The process.
    pub process: Option<Process>,
    /// Metrics page.
    pub metrics: Option<Metrics>,
    /// The execution trace.
    pub trace: Option<Trace>,
    /// A garbage collection was forced before this round, so dropped files and connections are closed in it.
    pub after_gc: bool,
}

impl Snapshot {
    /// The best list of goroutines: the profile if there is one (all snapshots of a run have it),
    /// else the dump.
    pub fn any_goroutines(&self) -> Option<&Goroutines> {
        self.goroutines.as_ref().or(self.dump.as_ref())
    }
}

/// One process of a service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Instance {
    /// How reports call it: host and port, `pid 123`, or a file name.
    pub id: String,
    /// What the executable or the profiles say about the build.
    pub build: Build,
    /// Who calls what, where the executable was at hand.
    pub calls: Option<Calls>,
    /// In order of time.
    pub snapshots: Vec<Snapshot>,
    /// What could have been asked for and was not there (404 and the like): `trace`, `heap`, …, or [`GO_RUNTIME`].
    pub missing: Vec<String>,
}

/// What an instance lacks that is a program of another language.
pub const GO_RUNTIME: &str = "go runtime";

impl Instance {
    /// Whether it is known to be no Go program.
    pub fn is_foreign(&self) -> bool {
        self.missing.iter().any(|missing| missing == GO_RUNTIME)
    }

    /// The latest snapshot for which `part` yields something.
    pub fn latest<'a, T>(&'a self, part: impl Fn(&'a Snapshot) -> Option<T>) -> Option<T> {
        self.snapshots.iter().rev().find_map(part)
    }

    /// The earliest one.
    pub fn earliest<'a, T>(&'a self, part: impl Fn(&'a Snapshot) -> Option<T>) -> Option<T> {
        self.snapshots.iter().find_map(part)
    }

    /// Every `part` with its time in seconds after the first one; `None` if any lacks a time.
    pub fn series<'a, T>(
        &'a self,
        part: impl Fn(&'a Snapshot) -> Option<T>,
    ) -> Option<Vec<(f64, T)>> {
        let mut first = None;
        let mut series = Vec::new();
        for snapshot in &self.snapshots {
            let Some(value) = part(snapshot) else { continue };
            let taken = snapshot.taken?;
            let start = *first.get_or_insert(taken);
            series.push((taken.duration_since(start).as_secs_f64(), value));
        }
        Some(series)
    }
}

/// A piece of input that could not be read, or only in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What happened and what to do next.
    pub what: String,
    /// Which file, URL or process.
    pub input: Arc<str>,
}

/// Everything known about one service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Service {
    /// How the user named it.
    pub target: String,
    /// Its instances.
    pub instances: Vec<Instance>,
    /// Sockets as the machines at the other end see them: a connection that is in none of these is half-open.
    pub peer_sockets: Vec<SocketTable>,
    /// The source of its main module, where it is at hand.
    pub source: Option<SourceEvidence>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// The case is cut or damaged: what is missing in it may have been there.
    pub incomplete: bool,
}
