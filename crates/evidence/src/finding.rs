//! Sites, witnesses, findings and the diagnosis.

use std::fmt;
use std::sync::Arc;

use crate::Timestamp;
use crate::catalogue::Pattern;
use crate::measure::{Growth, Measured, Unit};
use crate::service::Problem;
use crate::socket::SocketSummary;

/// How sure a finding is, named by its evidence. Ordered: `Possible < Likely < Proven`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// It grows or it is suspicious, and a healthy explanation is left.
    Possible,
    /// The mechanism shows, and no healthy explanation fits the figures.
    Likely,
    /// Evidence that has no other explanation: the runtime's conviction, a peer that does not know
    /// the connection, files that only the forced collection closed.
    Proven,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Proven => "proven",
        })
    }
}

/// What runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// Goroutines.
    Goroutines,
    /// Memory.
    Memory,
    /// TCP connections.
    Sockets,
    /// File descriptors.
    Descriptors,
    /// Threads, or processes.
    Threads,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Goroutines => "goroutines",
            Self::Memory => "memory",
            Self::Sockets => "sockets",
            Self::Descriptors => "fds",
            Self::Threads => "threads",
        })
    }
}

/// A kind of evidence that can name a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WitnessKind {
    /// A user frame on the blocked stack.
    BlockedStack,
    /// Live and allocated heap paths.
    Heap,
    /// `created by` of a dump.
    Creator,
    /// The scan of the program's source.
    Source,
    /// The calls in the executable.
    Executable,
    /// The execution trace.
    Trace,
}

impl fmt::Display for WitnessKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BlockedStack => "blocked stack",
            Self::Heap => "heap",
            Self::Creator => "creator",
            Self::Source => "source",
            Self::Executable => "executable",
            Self::Trace => "trace",
        })
    }
}

/// What the line has to do with the leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Makes the object that is never released.
    Creates,
    /// Uses an object that is made lazily.
    Uses,
    /// Stores the memory that stays.
    Stores,
    /// Deletes, but not what was stored.
    Deletes,
    /// Where the goroutine is stuck.
    Blocks,
    /// Leaves it behind: the way out on which nobody releases it, or does what others wait for.
    Leaves,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Creates => "creates",
            Self::Uses => "uses",
            Self::Stores => "stores",
            Self::Deletes => "deletes",
            Self::Blocks => "blocks",
            Self::Leaves => "leaves",
        })
    }
}

/// How near to the user's code a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SiteKind {
    /// A line of the user's code.
    Line,
    /// The library function through which the user's code makes the object.
    EntryPoint,
    /// The process as a whole: nothing nearer is known.
    Process,
}

/// The place that the fix edits, or the nearest to it that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// How near it is.
    pub kind: SiteKind,
    /// As the binary recorded it; empty for a process.
    pub file: Arc<str>,
    /// 1-based line; 0 if unknown.
    pub line: u32,
    /// The function as the linker names it; for a process: its name or id.
    pub function: Arc<str>,
    /// Import path.
    pub package: Arc<str>,
    /// Version of the module, for an entry point.
    pub version: Option<Arc<str>>,
    /// What it has to do with the leak.
    pub role: Role,
    /// Who named it.
    pub found_by: Vec<WitnessKind>,
}

/// A line that may be the site.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The line.
    pub site: Site,
    /// Its share of the leak in the witness's evidence, 0 to 1.
    pub share: f64,
    /// What the share rests on: `3 of 3 sampled objects still live`.
    pub basis: String,
}

/// One sentence of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceItem {
    /// What kind: `goroutines`, `growth`, `survival`, `sockets`, `heap`, `fds`, `mechanism`, `version`, `conflict`, ….
    pub kind: &'static str,
    /// The sentence, with numbers.
    pub text: String,
}

impl EvidenceItem {
    /// A sentence of one kind.
    pub fn new(kind: &'static str, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

/// When something runs out at the present rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// What runs out: `memory limit of the cgroup`, `file descriptors`.
    pub what: String,
    /// The limit.
    pub limit: f64,
    /// What the limit counts.
    pub unit: Unit,
    /// Hours until then, with interval; `high` may be infinite.
    pub hours: crate::measure::Interval,
}

/// A step on the way from the line that acquires to where it is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// As the binary recorded it.
    pub file: Arc<str>,
    /// In the binary's source where it is known, else in the one at hand.
    pub line: u32,
    /// What happens there, as a clause.
    pub text: String,
}

/// The commit that made a line what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduced {
    /// Its full name.
    pub commit: String,
    /// When it was committed, RFC 3339, in UTC.
    pub date: String,
}

/// One leak.
///
/// Made only by [`Finding::new`], which takes what no finding may lack: a site, evidence, numbers.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The pattern; `None` = unnamed.
    pub pattern: Option<&'static Pattern>,
    /// One line for the person on call.
    pub title: String,
    /// How sure.
    pub confidence: Confidence,
    /// What runs out.
    pub resource: Resource,
    /// The library object that leaks, if one does.
    pub object: Option<String>,
    /// The nearest place known.
    pub site: Site,
    /// Lines that may be the site, when it is not decided, or that lost.
    pub candidates: Vec<Candidate>,
    /// Other places that matter: allocated here, deleted under another key there.
    pub related: Vec<Site>,
    /// How many, growing how fast.
    pub measured: Measured,
    /// Memory it holds, if it can be told.
    pub bytes: Option<f64>,
    /// When something runs out.
    pub forecast: Option<Forecast>,
    /// Sentences with numbers, most convincing first. Never empty.
    pub evidence: Vec<EvidenceItem>,
    /// What would name the line, if it is not named.
    pub would_decide: Vec<String>,
    /// Why it leaks, in this case.
    pub why: String,
    /// The change to make.
    pub fix: String,
    /// How the source comes to lose it, step by step, where the source is at hand.
    pub path: Vec<PathStep>,
    /// The change as a unified diff, where the source is at hand and there is one right answer.
    pub diff: Option<String>,
    /// Since when the line of the site is as it is, where there is a repository.
    pub introduced: Option<Introduced>,
    /// The command that shows whether the fix worked.
    pub verify: String,
}

/// A finding that lacks what every finding must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncompleteFinding(pub &'static str);

impl fmt::Display for IncompleteFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a finding without {}", self.0)
    }
}

impl std::error::Error for IncompleteFinding {}

impl Finding {
    /// A finding with what none may lack; the rest starts empty.
    ///
    /// # Errors
    /// If the evidence is empty, the count is zero, or the site names nothing.
    pub fn new(
        title: String,
        confidence: Confidence,
        resource: Resource,
        site: Site,
        measured: Measured,
        evidence: Vec<EvidenceItem>,
    ) -> Result<Self, IncompleteFinding> {
        if evidence.is_empty() {
            return Err(IncompleteFinding("evidence"));
        }
        if measured.count == 0 {
            return Err(IncompleteFinding("a number"));
        }
        if site.function.is_empty() {
            return Err(IncompleteFinding("a site"));
        }
        Ok(Self {
            pattern: None,
            title,
            confidence,
            resource,
            object: None,
            site,
            candidates: Vec::new(),
            related: Vec::new(),
            measured,
            bytes: None,
            forecast: None,
            evidence,
            would_decide: Vec::new(),
            why: String::new(),
            fix: String::new(),
            path: Vec::new(),
            diff: None,
            introduced: None,
            verify: String::new(),
        })
    }

    /// Growth of the count.
    pub fn growth(&self) -> Option<&Growth> {
        self.measured.growth.as_ref()
    }
}

/// A question the evidence could not answer, and what would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// What could not be told.
    pub what: String,
    /// What to bring.
    pub bring: String,
}

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// At least one finding.
    Leak,
    /// Nothing found, and the evidence was enough to say so.
    Clean,
    /// Nothing found, but the evidence does not suffice to say that nothing leaks.
    Undecided,
}

/// One line of a snapshot for reports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SnapshotSummary {
    /// When.
    pub taken: Option<Timestamp>,
    /// Goroutines.
    pub goroutines: Option<u64>,
    /// Distinct groups of them.
    pub groups: Option<usize>,
    /// Bytes of heap in use.
    pub heap_inuse: Option<u64>,
    /// Resident bytes.
    pub rss: Option<u64>,
    /// Whether a garbage collection was forced before it: such a snapshot ends a look and is none of its own.
    pub after_gc: bool,
}

/// One instance for reports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InstanceSummary {
    /// Its name.
    pub id: String,
    /// Go version.
    pub go: Option<Arc<str>>,
    /// Main module.
    pub module: Option<Arc<str>>,
    /// VCS revision.
    pub revision: Option<Arc<str>>,
    /// Its snapshots.
    pub snapshots: Vec<SnapshotSummary>,
}

/// Where the resident memory of a process is. Sizes in bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemorySplit {
    /// Instance it belongs to.
    pub instance: String,
    /// Resident set, or the best substitute.
    pub resident: u64,
    /// Whether the kernel told the resident set; else it is what Go says to hold.
    pub measured: bool,
    /// Virtual size, if known.
    pub virtual_bytes: Option<u64>,
    /// Live heap, by the last collection.
    pub in_use: Option<u64>,
    /// The parts, largest first: name, bytes, what it means.
    pub parts: Vec<MemoryPart>,
    /// A sentence for somebody who looks at `top`.
    pub sentence: String,
}

/// One part of the resident set.
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryPart {
    /// `live heap`, `garbage and gaps`, `idle, not returned`, `goroutine stacks`, `Go runtime`, `native (cgo, mmap)`,
    /// `mapped files`, `shared memory`; `live heap and goroutine stacks` where it is not known which of them is resident.
    pub name: &'static str,
    /// Size.
    pub bytes: u64,
    /// Whether a growing figure here would be a leak, and of what.
    pub meaning: &'static str,
}

/// What plumb says about a service.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// How the user named it.
    pub target: String,
    /// What was looked at.
    pub instances: Vec<InstanceSummary>,
    /// In one word.
    pub verdict: Verdict,
    /// Worst first.
    pub findings: Vec<Finding>,
    /// Open questions.
    pub undecided: Vec<Undecided>,
    /// Where the memory is, an entry an instance that has the evidence.
    pub memory: Vec<MemorySplit>,
    /// The sockets by peer; `None` without socket evidence.
    pub sockets: Option<SocketSummary>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Crowds that were looked at and held to be healthy, with the reason: nothing hides silently.
    pub healthy: Vec<String>,
    /// Known leaks of the library versions in use whose code the evidence shows, and of which no finding tells.
    pub known_leaks: Vec<KnownLeak>,
}

/// A known leak of a library version that is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLeak {
    /// The advisory.
    pub id: &'static str,
    /// The module; `Go` for the standard library.
    pub module: &'static str,
    /// Its version.
    pub version: String,
    /// How much of the latest evidence shows its code, leaking or not: `3 goroutines`.
    pub seen: String,
    /// When it leaks, as a clause.
    pub condition: &'static str,
    /// What mends it: `mended in v1.47.0`.
    pub mended: String,
    /// Where that is told.
    pub source: &'static str,
}
