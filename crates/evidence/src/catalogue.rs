//! The record types of the catalogue: patterns and library objects, as data.

mod spelling;

use std::collections::BTreeSet;

use crate::advisory::Advisory;
use crate::goroutine::WaitState;
use crate::suspect::{Match, Suspect};

pub use spelling::{comparable_path, is_match, is_pattern};

/// Everything `detect` knows about leaks in general.
#[derive(Clone, Copy, Debug)]
pub struct Catalogue {
    /// All patterns, most specific first: the first that matches names the finding.
    pub patterns: &'static [&'static Pattern],
    /// All library objects, most specific first: the first whose goroutines match claims them.
    pub objects: &'static [&'static LibraryObject],
    /// Versions of modules with a leak of their own.
    pub advisories: fn() -> &'static [Advisory],
}

impl Catalogue {
    /// The pattern with this id.
    pub fn pattern(&self, id: &str) -> Option<&'static Pattern> {
        self.patterns.iter().copied().find(|pattern| pattern.id == id)
    }

    /// All functions that make an object of a library, or a connection, by the linker's names. Who makes what a pool
    /// keeps tells nothing.
    pub fn constructors(&self) -> BTreeSet<&'static str> {
        let told = self.objects.iter().filter(|object| match object.module {
            "std" => object.source.kind == ResourceKind::Connection,
            _ => !object.pooled && object.source.kind != ResourceKind::None,
        });
        told.flat_map(|object| object.makers()).collect()
    }

    /// The types of which a value holds objects for reuse, as `import/path.Name`.
    pub fn pools(&self) -> BTreeSet<&'static str> {
        self.objects.iter().flat_map(|object| object.pools()).collect()
    }
}

/// One kind of leak.
#[derive(Debug)]
pub struct Pattern {
    /// Stable name in words: the folder's name, what `explain` and ignore lists use. It names the mistake.
    pub id: &'static str,
    /// One lowercase line.
    pub title: &'static str,
    /// What shows from outside.
    pub shows: &'static str,
    /// Why it leaks, and why the garbage collector cannot help.
    pub why: &'static str,
    /// The change to make, and when it is not safe.
    pub fix: &'static str,
    /// The shortest program text that shows the mistake and its repair.
    pub example: Example,
    /// How to keep it from coming back.
    pub prevention: Prevention,
    /// Where the claims above come from: issues, documentation, papers.
    pub sources: &'static [&'static str],
    /// The numbers the check uses.
    pub thresholds: &'static [Threshold],
    /// Whether a suspect shows this mechanism.
    pub check: fn(&Suspect) -> Option<Match>,
}

/// Wrong and right, in Go.
#[derive(Debug)]
pub struct Example {
    /// What leaks.
    pub before: &'static str,
    /// What does not.
    pub after: &'static str,
}

/// How to keep a leak from coming back.
#[derive(Debug)]
pub struct Prevention {
    /// A test that would have failed.
    pub test: &'static str,
    /// A check in CI: a linter, or a plumb command.
    pub gate: &'static str,
    /// A PromQL expression that fires early.
    pub alert: &'static str,
    /// What the author of a library should write in the doc comment of such a constructor.
    pub doc_comment: &'static str,
}

/// A number that decides, with where it comes from.
#[derive(Debug)]
pub struct Threshold {
    /// What it bounds.
    pub name: &'static str,
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// Paper, measurement or reasoning behind it.
    pub source: &'static str,
}

/// Which end of a connection an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Makes connections: its number is the program's own doing.
    Client,
    /// Serves connections: its number is the peers' doing.
    Server,
    /// Has no connection.
    Neither,
}

/// A thing of a library that runs goroutines or holds memory, or that only source code tells of: then all that profiles
/// show of it is left empty.
#[derive(Debug)]
pub struct LibraryObject {
    /// Module path; `std` for the standard library.
    pub module: &'static str,
    /// How reports call it, e.g. `grpc.ClientConn`.
    pub name: &'static str,
    /// The versions the record was checked with.
    pub checked: &'static str,
    /// Which end of a connection it is.
    pub side: Side,
    /// The library keeps instances for reuse: who made one is not who leaks it.
    pub pooled: bool,
    /// One instance serves any number of concurrent calls to a peer, so several for one peer are suspicious by
    /// themselves.
    pub multiplexed: bool,
    /// The goroutines of one instance. Several sets where versions differ; the first whose anchor (first entry) is
    /// found counts. Empty for objects that only hold memory or a socket.
    pub goroutines: &'static [&'static [ObjectGoroutine]],
    /// What the goroutines' states say about the instance, most telling first.
    pub phases: &'static [Phase],
    /// Functions that make one.
    pub constructors: &'static [&'static str],
    /// Functions through which user code reaches it and which count on heap paths: constructors and calls that
    /// make one lazily (`net/http.(*Client).do`).
    pub entry_points: &'static [&'static str],
    /// What releases one.
    pub releases: &'static [&'static str],
    /// What source code does to get one and to let go of it; [`Source::NONE`] if nothing need be let go of.
    pub source: Source,
    /// Functions on whose heap paths its memory is allocated, whether or not user code is on them.
    pub heap_marks: &'static [&'static str],
    /// Versions with a leak of their own.
    pub known_bad: &'static [KnownBad],
    /// Traps: "has no release", "the collector closes it", "Stop, not Close".
    pub notes: &'static str,
}

impl LibraryObject {
    /// The functions that make or acquire one: constructors, entry points, and what source code calls.
    pub fn makers(&self) -> impl Iterator<Item = &'static str> {
        let acquired = self.source.acquires.iter().map(|acquire| acquire.function);
        self.constructors.iter().chain(self.entry_points).copied().chain(acquired)
    }

    /// The types of the pools that instances may belong to.
    pub fn pools(&self) -> impl Iterator<Item = &'static str> {
        self.goroutines.iter().copied().flatten().flat_map(|one| one.pools).copied()
    }
}

/// One goroutine that an instance of an object runs.
#[derive(Clone, Copy, Debug)]
pub struct ObjectGoroutine {
    /// A function on its stack (closures inside it count).
    pub function: &'static str,
    /// A second function that must be on its stack too, to tell objects that share goroutine functions apart.
    pub under: Option<&'static str>,
    /// How many an instance runs.
    pub per_instance: u64,
    /// Name of a phase in which whoever woke this goroutine last is who has the instance in hand.
    pub woken_by_holder_in: Option<&'static str>,
    /// Whoever created this goroutine is who has the instance in hand, also of a pooled connection.
    pub created_by_holder: bool,
    /// The function in which callers wait until such an instance is made for them; whoever made it wakes them.
    pub awaited_in: Option<&'static str>,
    /// Types of the pools that the instance may belong to, as `import/path.Name`: whoever makes such a pool for each call
    /// leaks the instances in it, which start when the pool is used.
    pub pools: &'static [&'static str],
}

/// A state of an instance that tells what its owner forgot.
#[derive(Debug)]
pub struct Phase {
    /// Short name, e.g. `response held`.
    pub name: &'static str,
    /// A function on the telling goroutine's stack …
    pub function: &'static str,
    /// … which is in this state …
    pub state: WaitState,
    /// … and does or does not have this function below (nearer the leaf).
    pub leaf: Option<&'static str>,
    /// What it means, as a clause: `a response is held whose body nobody has read to the end or closed`.
    pub meaning: &'static str,
    /// Instances in this phase belong to a call in progress or to a pool at rest, so that a crowd of them is ordinary.
    pub ordinary: bool,
}

/// How Go source acquires and releases an object. What is not said here follows from signatures where they are known.
///
/// **Names.** Import paths are compared by [`comparable_path`], so a record counts for all major versions of a module.
/// A path or name may be a pattern ([`is_pattern`], [`is_match`]): `cloud.google.com/go/**/apiv*.New*Client`. A name
/// without a star counts before any pattern.
///
/// **Of kind [`ResourceKind::None`]**, types and calls are those that look as if they had to be released and have not:
/// `gzip.Reader` has a `Close` and holds nothing, `tls.Client` wraps what it is given.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// What it is to those who use it.
    pub kind: ResourceKind,
    /// The types that stand for one, `import/path.Type`, pointers to them included. The first is that of what the
    /// calls acquire, unless their signatures are known and say otherwise.
    pub types: &'static [&'static str],
    /// The calls that acquire one. A function that acquires several has an entry for each; what else it returns is
    /// acquired by nobody.
    pub acquires: &'static [Acquire],
    /// What lets go of one: any of these. The first is what a repair adds.
    pub releases: &'static [Release],
}

impl Source {
    /// Of an object of which the source says nothing: nobody has to release it, or nobody can.
    pub const NONE: Self =
        Self { kind: ResourceKind::None, types: &[], acquires: &[], releases: &[] };
}

/// A call that acquires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acquire {
    /// The function in the linker's spelling: `net/http.Get`, `net/http.(*Client).Do`, `example.com/db.Pool.Get`; of an
    /// interface as for a value, and type parameters left out. A method is named by the type that declares it, and
    /// once more by a type that embeds that one if programs call it there and its module may be missing.
    pub function: &'static str,
    /// What of the call is acquired.
    pub what: Acquired,
}

/// What of a call is acquired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Acquired {
    /// A result, from 0.
    Result(u8),
    /// What the method is called on: `cmd.Start()`.
    Receiver,
    /// An argument, from 0: `signal.Notify(c)`.
    Argument(u8),
}

/// What lets go of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// A call of what is selected from it: `Close`, `Body.Close`.
    Method(&'static str),
    /// A call of the value itself: a cancel function.
    Call,
    /// Being an argument of a function, in the spelling of [`Acquire::function`]: `os/signal.Stop`, 0. The receiver of
    /// a method is no argument.
    Argument(&'static str, u8),
    /// A call of one of its methods that returns `false`: `sql.Rows` close themselves when `Next` finds no more, so
    /// they are released where a loop over `Next` ends by its condition, and not where it is left otherwise.
    Exhaustion(&'static str),
}

/// What an object is to those who use it; patterns choose theirs by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResourceKind {
    /// Nothing that source code must release.
    None,
    /// The body of an HTTP response.
    Body,
    /// A file or something else with a descriptor that is no connection.
    File,
    /// A client or pool that is made once and serves many calls: `grpc.ClientConn`, `sql.DB`.
    Client,
    /// One connection.
    Connection,
    /// Something that accepts connections.
    Listener,
    /// Rows, statements and transactions of a database: they hold a connection of the pool.
    Rows,
    /// A cancel function of a context.
    Cancel,
    /// A ticker: it never ends by itself.
    Ticker,
    /// A timer that ends by itself, later.
    Timer,
    /// A span of a trace.
    Span,
    /// A started process.
    Process,
    /// What a pool lends: `sync.Pool.Get`.
    PoolItem,
    /// A subscription or watch: somebody goes on sending until it is ended.
    Subscription,
    /// A reader, writer or stream that must be closed: `gzip.Writer`, iterators.
    Stream,
    /// Anything else that runs goroutines or holds memory until it is stopped.
    Worker,
}

/// A version range of a module with a leak of its own.
#[derive(Debug)]
pub struct KnownBad {
    /// First bad version; empty = from the beginning.
    pub introduced: &'static str,
    /// First good version.
    pub fixed: &'static str,
    /// What leaks, and the remedy.
    pub what: &'static str,
    /// Issue or pull request.
    pub source: &'static str,
}
