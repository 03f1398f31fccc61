//! What may leak, with everything measured about it. `detect` builds suspects; a pattern's check
//! reads one and says whether it shows that pattern's mechanism.

use std::sync::Arc;

use crate::catalogue::{LibraryObject, Phase};
use crate::client_use::Carried;
use crate::code::{Frame, Stack};
use crate::finding::{Confidence, EvidenceItem, Resource, Role};
use crate::goroutine::WaitState;
use crate::heap::Amount;
use crate::measure::Measured;
use crate::process::DescriptorKind;
use crate::socket::Direction;

/// One thing that may leak.
#[derive(Clone, Debug)]
pub struct Suspect {
    /// What it is.
    pub subject: Subject,
    /// How many, since when, growing or not.
    pub measured: Measured,
    /// The TCP sockets that belong to it, where they could be joined.
    pub sockets: Option<SocketCrowd>,
    /// Live and allocated memory on paths through it that hold a user frame.
    pub heap: Option<HeapShare>,
    /// Facts about the service as a whole.
    pub surroundings: Surroundings,
}

impl Suspect {
    /// Sockets for each instance, at least and at most, that make a crowd of sockets the suspect's own. They are
    /// joined by number: fewer have ended since, up to half as many again belong to healthy users of the same
    /// peer, and a larger crowd is somebody else's.
    const OWN_SOCKETS: std::ops::RangeInclusive<f64> = 0.8..=1.5;

    /// The suspect's own sockets: about as many as it has instances.
    pub fn own_sockets(&self) -> Option<&SocketCrowd> {
        let count = self.measured.count as f64;
        let is_own =
            |sockets: &&SocketCrowd| Self::OWN_SOCKETS.contains(&(sockets.count as f64 / count));
        self.sockets.as_ref().filter(|_| count > 0.0).filter(is_own)
    }
}

/// What a suspect is.
#[derive(Clone, Debug)]
pub enum Subject {
    /// Instances of a library object that runs goroutines or holds sockets.
    Object(ObjectCrowd),
    /// Goroutines blocked in the program's own code.
    Goroutines(GoroutineCrowd),
    /// Memory allocated on one path of the program.
    Memory(MemorySite),
    /// Open descriptors of one kind.
    Descriptors(DescriptorCrowd),
    /// Connections of the process with one peer that no goroutine or object explains.
    Connections(ConnectionCrowd),
    /// Children that ended and were never waited for.
    Zombies,
    /// Operating system threads.
    Threads,
}

/// Instances of one library object.
#[derive(Clone, Debug)]
pub struct ObjectCrowd {
    /// Its record in the catalogue; `None` if it was named by rule.
    pub record: Option<&'static LibraryObject>,
    /// The phase most of the instances are in, e.g. "response held".
    pub phase: Option<&'static Phase>,
    /// Module that owns it: `google.golang.org/grpc`, `std`.
    pub module: Arc<str>,
    /// Version of the module, if build info tells.
    pub version: Option<Arc<str>>,
    /// How reports call it: `grpc.ClientConn`.
    pub name: Arc<str>,
    /// The library function that makes it, as far as it is known (from the record, from `created by`,
    /// or the outermost frame of the library on allocation paths).
    pub constructor: Option<Arc<str>>,
    /// The goroutines of one instance: (function, state, goroutines in all).
    pub goroutines: Vec<(Arc<str>, WaitState, u64)>,
    /// A representative stack.
    pub stack: Option<Stack>,
    /// The `go` statement that made them, where a dump tells.
    pub created_by: Option<Frame>,
}

/// Goroutines blocked in the program's own code.
#[derive(Clone, Debug)]
pub struct GoroutineCrowd {
    /// What they wait for.
    pub state: WaitState,
    /// Their stack, or the longest common part of several.
    pub stack: Stack,
    /// Index in the stack of the innermost user frame, if there is one.
    pub user_frame: Option<usize>,
    /// The function that was started as a goroutine.
    pub started: Option<Frame>,
    /// The `go` statement, where a dump tells.
    pub created_by: Option<Frame>,
    /// Whether the function that started them is still on some goroutine's stack. `false` means
    /// nobody who knows them is left (for a closure: its enclosing function).
    pub starter_alive: bool,
    /// How many the runtime has convicted (`goroutineleak`).
    pub convicted: u64,
    /// Part of them that runs inside a handler of an incoming connection.
    pub serves_connection: bool,
    /// Who made them; `None` without a whole dump of Go 1.21 or later.
    pub makers: Option<Makers>,
    /// Whether the runtime was asked which goroutines can never go on and named none of these: something that lives can
    /// reach what they wait for.
    pub reachable: bool,
    /// Whether an exact heap profile holds one object for each of them that a call of their starter made, while those
    /// of its other calls are freed: each is what one call left. Known of senders only; `false` also where
    /// nothing tells.
    pub one_each: bool,
}

/// The goroutines that made a crowd, by the `created by … in goroutine N` of a dump.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Makers {
    /// How many different ones, an estimate where the dump was sampled.
    pub number: u64,
    /// Of these, those that have ended or left the function with the `go` statement, so that their call is over. The
    /// main goroutine is never among them.
    pub gone: u64,
    /// Goroutines that were started between the first and the last of them and have ended since, an estimate where the
    /// dump was sampled: ids are given in order.
    pub ended_between: u64,
    /// Whether this is the trace of many calls that each left goroutines behind. A pool is made by one goroutine in one
    /// go, or by a few that made equally many.
    pub separate_calls: bool,
}

/// Memory allocated on one path.
#[derive(Clone, Debug)]
pub struct MemorySite {
    /// The innermost user frame of the path.
    pub frame: Frame,
    /// The call path below which the memory was allocated.
    pub stack: Stack,
    /// What is live.
    pub live: Amount,
    /// What was ever allocated there.
    pub allocated: Amount,
    /// Live bytes gained between the first and the last heap profile, with its 95 % interval; `None` with one profile.
    pub gained: Option<crate::measure::Interval>,
    /// Samples allocated between them.
    pub allocated_since: f64,
    /// The line of the user's code on which a map or slice grows beside it.
    pub stored_at: Option<Frame>,
    /// Library objects that are held in this memory although they are done with, e.g. closed connections.
    pub holds_dead: Option<DeadObjects>,
    /// Objects of this site for each unit of work the service has done so far, with that unit.
    pub per_work: Option<PerWork>,
}

impl MemorySite {
    /// Seconds after the start in which a cache may fill and nothing in it has expired, so that what grows then is no
    /// finding by itself: the documentation of go-cache and bigcache lets entries live for 5 and 10 minutes.
    pub const CACHE_SECONDS: f64 = 900.0;
}

/// Objects in memory whose operating system part is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadObjects {
    /// What they are: `gorilla/websocket.Conn`.
    pub name: Arc<str>,
    /// About how many are in memory.
    pub in_memory: f64,
    /// How many exist.
    pub existing: u64,
}

/// A ratio to cumulative work, estimated from the allocation columns of the same heap profile.
#[derive(Clone, Debug, PartialEq)]
pub struct PerWork {
    /// `request`, `connection`.
    pub unit: &'static str,
    /// How much work there was in all (an estimate unless metrics tell).
    pub done: f64,
    /// Live objects of the site for each unit.
    pub ratio: crate::measure::Interval,
}

impl PerWork {
    /// Fewest and most objects for each unit that still are one each: part of the work stores nothing, the figures are
    /// sampled, and an entry may consist of two objects of a kind, rarely of more.
    pub const ONE_EACH: (f64, f64) = (0.5, 2.0);
    /// Lower end of the 95 % interval from which on it is one each: once a cache is warm, it keeps an entry for few of
    /// its requests.
    pub const ONE_EACH_LOW: f64 = 0.2;
    /// Least work for which the ratio means anything: warm caches of services hold thousands of entries and meet most
    /// of their keys early; beyond, an entry for each request is no cache that anybody wants.
    pub const ONE_EACH_WORK: f64 = 20_000.0;

    /// Whether about one object stays for each unit of work, over so much work that no cache explains it.
    pub fn is_one_each(&self) -> bool {
        (Self::ONE_EACH.0..=Self::ONE_EACH.1).contains(&self.ratio.estimate)
            && self.ratio.low > Self::ONE_EACH_LOW
            && self.done >= Self::ONE_EACH_WORK
    }
}

/// Open descriptors of one kind.
#[derive(Clone, Debug)]
pub struct DescriptorCrowd {
    /// What they are.
    pub kind: DescriptorKind,
    /// The common directory and ending of their paths, e.g. `/var/lib/app/exports/*.csv`.
    pub shape: Arc<str>,
    /// A few of the paths.
    pub examples: Vec<Arc<str>>,
    /// Open descriptors with the same path as another one.
    pub repeated: u64,
    /// Open descriptors whose file was unlinked meanwhile.
    pub deleted: u64,
    /// Open descriptors with a lower number than any socket that listens, so that they were most likely opened before
    /// the process served anybody: numbers are given from the lowest free one on. 0 if no such socket is known.
    pub before_listening: u64,
    /// How many were closed by the collection that plumb forced: dropped without Close, closed by the finalizer.
    pub closed_by_gc: u64,
    /// `ulimit -n`.
    pub limit: Option<u64>,
}

/// Connections with one peer.
#[derive(Clone, Debug)]
pub struct ConnectionCrowd {
    /// Who opened them.
    pub direction: Direction,
    /// Client objects and goroutines in IO wait that are seen suffice to hold them, so they are judged as those.
    pub is_explained: bool,
    /// The crowd are only those that the peer has closed and the process has not (CLOSE_WAIT).
    pub closed_by_peer: bool,
}

/// Sockets of a suspect, or all connections with one peer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SocketCrowd {
    /// How many belong to it.
    pub count: u64,
    /// Whether the listing does not tell which process holds them, so that they may be of another one.
    pub owner_unknown: bool,
    /// `host:port` of the peer with most of them, and how many it has.
    pub peer: Option<(Arc<str>, u64)>,
    /// ESTABLISHED.
    pub established: u64,
    /// CLOSE_WAIT: the peer has closed, we have not.
    pub close_wait: u64,
    /// CLOSE_WAIT with nothing left in the receive queue: the program has read the end, so it knows; `None` if the
    /// source does not tell queues.
    pub end_read: Option<u64>,
    /// With unread bytes in the receive queue.
    pub unread: u64,
    /// On which nothing went either way for the whole look (and at least `idle_seconds_min`); `None` if not known.
    pub idle: Option<u64>,
    /// The shortest time, in seconds, that counts as idle above.
    pub idle_seconds_min: f64,
    /// Median idle time in seconds.
    pub idle_seconds_median: Option<f64>,
    /// On which no timer runs at all: no keepalive, nothing pending; `None` if not known.
    pub without_timer: Option<u64>,
    /// On which the kernel asks a peer that does not answer; `None` if not known.
    pub unanswered: Option<u64>,
    /// That carried one exchange at most (two data segments in or fewer); `None` if not known.
    pub used_once: Option<u64>,
    /// Spread of the times since data was last sent, in seconds, between the 10th and the 90th percentile. A
    /// connection that carried one exchange sent when it was opened: a wide spread over many such connections says
    /// that new ones were opened while others lay idle, so nothing is reused.
    pub sent_seconds_spread: Option<f64>,
    /// What they carried during the look; `None` where segments are not counted in two tables far enough apart.
    pub carried: Option<Carried>,
    /// Established here, but closed or unknown at the peer; `None` if its sockets were not brought or do not compare.
    pub unknown_to_peer: Option<u64>,
    /// Established here and open at the peer; `None` as above.
    pub known_to_peer: Option<u64>,
}

impl SocketCrowd {
    /// Share of the connections that one peer must have to be the peer. With several peers behind one name, as
    /// DNS round robin has them, the largest still has about half.
    const ONE_PEER_SHARE_MIN: f64 = 0.5;

    /// Whether most of the connections go to one peer; `None` if no peer is known.
    pub fn has_one_peer(&self) -> Option<bool> {
        let (_, with_peer) = self.peer.as_ref()?;
        Some(*with_peer as f64 >= Self::ONE_PEER_SHARE_MIN * self.count as f64)
    }
}

/// Samples on heap paths through the object that hold a user frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HeapShare {
    /// Live.
    pub live: Amount,
    /// Ever allocated.
    pub allocated: Amount,
}

impl HeapShare {
    /// Live ÷ allocated samples: near 1 = never freed.
    pub fn live_share(&self) -> f64 {
        if self.allocated.samples > 0.0 { self.live.samples / self.allocated.samples } else { 0.0 }
    }
}

/// Facts about the service as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// Goroutines in all.
    pub goroutines: u64,
    /// Goroutines with a user frame on their stack: at most so many can be using an object right now.
    pub user_goroutines: u64,
    /// Goroutines that are reading a response body (`net/http.(*bodyEOFSignal).Read` and the like).
    pub body_readers: u64,
    /// Goroutines that wait for the response to an HTTP/1 request (`net/http.(*persistConn).roundTrip`): so many
    /// connections are in use whose goroutines look as at rest.
    pub round_trips: u64,
    /// Goroutines that serve a client's HTTP connection between two requests: they have nothing in hand.
    pub between_requests: u64,
    /// Incoming connections that are open.
    pub incoming_connections: u64,
    /// Connections that a goroutine may be there for: open ones in either direction, without those of HTTP clients
    /// between two requests. Where no sockets are known, as many as goroutines wait for the network.
    pub attended_connections: u64,
    /// Whether no requests came from outside during the look, whatever the process does by itself; `None` if there is
    /// no evidence on that.
    pub unasked: Option<bool>,
    /// Whether the service was idle during the look; `None` if there is no evidence on that.
    pub quiet: Option<bool>,
    /// Seconds between first and last snapshot; 0 for one look.
    pub window_seconds: f64,
    /// Seconds since the process started.
    pub uptime_seconds: Option<f64>,
    /// Go release of the program.
    pub go_release: Option<(u32, u32)>,
}

/// A pattern's answer: this suspect shows its mechanism.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// How sure the mechanism is by itself. Witnesses and conflicts may lower it, never raise it above Proven.
    pub confidence: Confidence,
    /// What leaks, for impact and ranking.
    pub resource: Resource,
    /// The part that the site plays.
    pub role: Role,
    /// Functions whose callers are the site, where these are not those of the object itself: who dialled the
    /// connection, who opened the file. Empty = the object's entry points.
    pub through: &'static [&'static str],
    /// Sentences with numbers that show the mechanism, most convincing first.
    pub evidence: Vec<EvidenceItem>,
    /// Why and how in the words of what is at hand; the pattern's own texts speak of all that it may meet.
    pub remedy: Remedy,
}

/// What a check says in place of its pattern's own texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedy {
    /// In place of [`Pattern::why`](crate::catalogue::Pattern::why).
    pub why: Option<String>,
    /// In place of [`Pattern::fix`](crate::catalogue::Pattern::fix). It also tells how the object is released.
    pub fix: Option<String>,
}

impl Remedy {
    /// Only the fix is another than the pattern's.
    pub fn fix(fix: impl Into<String>) -> Self {
        Self { why: None, fix: Some(fix.into()) }
    }
}
