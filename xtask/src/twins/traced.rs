//! Which twins an execution trace is taken of, how, and what it must show.

use std::time::Duration;

use super::play::Plan;
use super::stage::{Load, Subject};
use crate::tools::NEWEST_GO;

/// How plumb is asked for the trace, however clear the line is without it.
const TRACE: &str = "--trace=5s";

/// A twin of which a trace must name the line.
struct Traced {
    id: &'static str,
    /// Flags without which its service gives no trace.
    flags: &'static [&'static str],
    /// What the trace tells of.
    shows: Shows,
}

/// What a trace can tell of a leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// The line itself.
    Line,
    /// Who uses what leaks, since a transport dials when it is used; and with the executable the line that makes it.
    LineAndUse,
}

const TRACED: [Traced; 3] = [
    Traced { id: "http-body-not-closed", flags: &[], shows: Shows::Line },
    Traced { id: "client-not-closed", flags: &["-trace"], shows: Shows::Line },
    Traced { id: "transport-per-request", flags: &[], shows: Shows::LineAndUse },
];

/// What a trace must show of a pattern's twin; `None` if none is taken of it.
pub(super) fn shows(pattern: &str) -> Option<Shows> {
    TRACED.iter().find(|traced| traced.id == pattern).map(|traced| traced.shows)
}

/// The program as it is started for a trace; `None` if none is taken of it.
pub(super) fn subject(subject: &Subject) -> Option<Subject> {
    let traced = TRACED.iter().find(|traced| traced.id == subject.id)?;
    // With some of its leaks mended it shows nothing new, and the traces of old releases cannot be read.
    let is_played = subject.flags.is_empty() && subject.go == NEWEST_GO;
    let flags = traced.flags.iter().map(|&flag| flag.to_owned()).collect();
    is_played.then(|| Subject { flags, ..subject.clone() })
}

/// A slow leak, looked at when there are few of it: 25 come while the trace runs, and about 100 in all until it ends.
/// The load goes on for some seconds after that.
pub(super) fn plan() -> Plan {
    let load = Load { leaks: 150, rate: 5 };
    let live = Some(Duration::from_secs(3));
    Plan { load, live, options: &[TRACE], ..Plan::default() }
}

#[cfg(test)]
pub(super) fn ids() -> impl Iterator<Item = &'static str> {
    TRACED.iter().map(|traced| traced.id)
}
