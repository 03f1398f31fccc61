//! One piece to evidence: what it is is told by its content, the manifest's word is only a hint.

use std::io::Read;

use plumb_evidence::Timestamp;
use plumb_evidence::calls::Calls;
use plumb_evidence::code::Build;
use plumb_evidence::goroutine::{GoroutineSource, Goroutines};
use plumb_evidence::heap::Heap;
use plumb_evidence::metrics::Metrics;
use plumb_evidence::process::Process;
use plumb_evidence::socket::SocketTable;
use plumb_evidence::trace::Trace;
use plumb_profile::{
    Contents, FoundDump, GoroutineDump, MemStats, Profile, ProfileKind, ReadError,
};

use crate::PieceKind;
use crate::archive::{CaseLimits, PieceReader};
use crate::convert::{
    Symbols, build_of_profile, from_dump, goroutines_from_profile, heap_from_profile, memstats,
    metrics, trace_from,
};
use crate::format::{BuildRecord, CallsRecord};
use crate::host::{Reading, lsof, netstat, proc_net, process, sockets, ss, summary};
use crate::program::Program;

/// What is known about a piece from outside.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) kind: PieceKind,
    pub(crate) taken: Option<Timestamp>,
    pub(crate) after_gc: bool,
    /// The recorder saw that it ends early.
    pub(crate) truncated: bool,
    /// Process to choose in listings.
    pub(crate) pid: Option<u32>,
    pub(crate) limits: CaseLimits,
}

/// A part of a snapshot.
#[derive(Debug, PartialEq)]
pub(crate) enum Part {
    Goroutines(Goroutines),
    Dump(Goroutines),
    Leaked(Goroutines),
    Heap(Heap),
    Sockets(SocketTable),
    Process(Process),
    Metrics(Metrics),
    Trace(Trace),
}

/// What a piece holds.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    /// Several snapshots' worth if it is a log with several dumps.
    pub(crate) parts: Vec<(Option<Timestamp>, Part)>,
    /// When the last garbage collection before a heap text ended: the text itself has no date.
    pub(crate) last_gc: Option<Timestamp>,
    pub(crate) program: Option<Program>,
    pub(crate) build: Option<Build>,
    pub(crate) calls: Option<Calls>,
    /// It is something else than evidence.
    pub(crate) foreign: bool,
    /// It is a text of which only a part is evidence: a log, or a page that quotes a dump.
    pub(crate) in_text: bool,
    pub(crate) problems: Vec<String>,
}

impl Decoded {
    fn part(taken: Option<Timestamp>, part: Part, problems: Vec<String>) -> Self {
        Self { parts: vec![(taken, part)], problems, ..Self::default() }
    }

    fn problem(what: impl Into<String>) -> Self {
        Self { problems: vec![what.into()], ..Self::default() }
    }
}

/// Reads a piece. Never fails: what is wrong is among the problems.
pub(crate) fn decode(
    piece: &mut PieceReader<'_>,
    context: &Context,
    symbols: &mut Symbols,
) -> Decoded {
    match context.kind {
        kind if is_profile(kind) => profile(piece, context, symbols),
        PieceKind::Trace => traced(piece, context, symbols),
        PieceKind::Unknown => {
            Decoded::problem("of a kind that this plumb does not know: update plumb to use it")
        }
        _ => in_memory(piece, context),
    }
}

/// Whether the reader of profiles reads pieces of a kind.
pub(crate) fn is_profile(kind: PieceKind) -> bool {
    matches!(
        kind,
        PieceKind::Goroutine
            | PieceKind::GoroutineText
            | PieceKind::GoroutineDump
            | PieceKind::GoroutineLeak
            | PieceKind::Heap
            | PieceKind::HeapText
            | PieceKind::Allocs
            | PieceKind::Log
    )
}

fn in_memory(piece: &mut PieceReader<'_>, context: &Context) -> Decoded {
    let limit = context.limits.piece_bytes;
    let (bytes, more) = piece.take_all(limit);
    let mut decoded = text(&String::from_utf8_lossy(&bytes), context);
    if more {
        decoded.problems.push(format!("only its first {limit} bytes are used"));
    }
    decoded
}

fn text(text: &str, context: &Context) -> Decoded {
    let (taken, pid) = (context.taken, context.pid);
    let table = |reading: Reading<SocketTable>| {
        Decoded::part(taken, Part::Sockets(reading.value), reading.problems)
    };
    match context.kind {
        PieceKind::Sockets => table(sockets::read(text, taken)),
        PieceKind::ProcNetTcp => table(proc_net::read(text, taken)),
        PieceKind::Ss => table(ss::read(text, taken, pid)),
        PieceKind::Netstat => table(netstat::read(text, taken, pid)),
        PieceKind::PeerSockets => match socket_kind(text) {
            Some(PieceKind::Ss) => table(ss::read_of_peer(text, taken)),
            Some(kind) => self::text(text, &Context { kind, ..context.clone() }),
            None => Decoded::problem(summary::told(text).unwrap_or(
                "no socket listing: give the output of ss -tan, netstat -tan or lsof -nP -iTCP of the other machine",
            )),
        },
        PieceKind::Lsof => {
            let Reading { value, problems } = lsof::read(text, taken, pid);
            let sockets = value.sockets.map(Part::Sockets);
            let parts = sockets.into_iter().chain(value.process.map(Part::Process));
            Decoded {
                parts: parts.map(|part| (taken, part)).collect(),
                problems,
                ..Decoded::default()
            }
        }
        PieceKind::Metrics => {
            let Reading { value, problems } = metrics::read(text, taken);
            Decoded::part(taken, Part::Metrics(value), problems)
        }
        PieceKind::Process => match process::read(text.as_bytes(), taken) {
            Ok(process) => Decoded::part(taken, Part::Process(process), Vec::new()),
            Err(error) => Decoded::problem(format!("the process record cannot be read: {error}")),
        },
        PieceKind::BuildInfo => match serde_json::from_str::<BuildRecord>(text) {
            Ok(record) => Decoded { build: Some(record.into()), ..Decoded::default() },
            Err(error) => Decoded::problem(format!("the build record cannot be read: {error}")),
        },
        PieceKind::Calls => match serde_json::from_str::<CallsRecord>(text) {
            Ok(record) => Decoded { calls: Some(record.into()), ..Decoded::default() },
            Err(error) => Decoded::problem(format!("the record of calls cannot be read: {error}")),
        },
        _ => Decoded::default(),
    }
}

/// Which tool printed a listing of sockets.
pub(crate) fn socket_kind(text: &str) -> Option<PieceKind> {
    let head = text.get(..text.len().min(2048)).unwrap_or(text);
    if head.lines().next().is_some_and(sockets::is_header) {
        return Some(PieceKind::Sockets);
    }
    if proc_net::looks_like(text) {
        Some(PieceKind::ProcNetTcp)
    } else if lsof::looks_like(text) {
        Some(PieceKind::Lsof)
    } else if ss::looks_like(text) {
        Some(PieceKind::Ss)
    } else if netstat::looks_like(text) {
        Some(PieceKind::Netstat)
    } else {
        None
    }
}

/// Bytes by which a text profile is told from protobuf.
const HEAD: u64 = 64;

fn profile(piece: &mut PieceReader<'_>, context: &Context, symbols: &mut Symbols) -> Decoded {
    let mut head = Vec::new();
    // Cannot fail: errors end the piece.
    let _ = piece.by_ref().take(HEAD).read_to_end(&mut head);
    let is_text = head.trim_ascii_start().starts_with(b"goroutine");
    let limits = plumb_profile::Limits::default();
    let reading = match plumb_profile::read_from(head.as_slice().chain(&mut *piece), &limits) {
        Ok(reading) => reading,
        Err(error) => {
            let foreign =
                matches!(error, ReadError::Foreign(_) | ReadError::Unknown | ReadError::Empty);
            return Decoded { foreign, ..Decoded::problem(error.to_string()) };
        }
    };
    let mut problems: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
    let truncated = context.truncated || piece.ended_early() || reading.broken_off;
    let in_text = matches!(reading.contents, Contents::Log(_));
    let decoded = match reading.contents {
        Contents::Profile(profile, stats) => {
            of_profile(&profile, stats.as_deref(), is_text, context, symbols)
        }
        Contents::Goroutines(dump) => {
            let dumps = [(context.taken, &dump, GoroutineSource::Dump)];
            of_dumps(dumps.into_iter(), truncated, symbols)
        }
        Contents::Log(found) => {
            let dumps = found
                .iter()
                .map(|found| (time(found).or(context.taken), &found.dump, source_of(found)));
            of_dumps(dumps, truncated, symbols)
        }
    };
    // The cause first; what a broken stream does not hold only follows from it.
    if !(reading.broken_off && decoded.parts.is_empty()) {
        problems.extend(decoded.problems);
    }
    Decoded { problems, in_text, ..decoded }
}

fn traced(piece: &mut PieceReader<'_>, context: &Context, symbols: &mut Symbols) -> Decoded {
    let (trace, problems) = match trace_from(piece, context.taken, context.truncated, symbols) {
        Ok(read) => read,
        Err(error) => return Decoded::problem(error.to_string()),
    };
    let program = Program::named("execution trace");
    let parts = match trace.goroutines.is_empty() {
        true => Vec::new(),
        false => vec![(trace.taken, Part::Trace(trace))],
    };
    Decoded { parts, problems, program: Some(program), ..Decoded::default() }
}

fn of_dumps<'d>(
    dumps: impl Iterator<Item = (Option<Timestamp>, &'d GoroutineDump, GoroutineSource)>,
    truncated: bool,
    symbols: &mut Symbols,
) -> Decoded {
    let mut parts: Vec<(Option<Timestamp>, Part)> = Vec::new();
    let mut most = 0;
    for (taken, dump, source) in dumps {
        most = most.max(dump.total);
        parts.push((taken, Part::Dump(from_dump(dump, source, taken, symbols))));
    }
    // Only the last one can be cut by the end of the file.
    if let Some((_, Part::Dump(last))) = parts.last_mut() {
        last.truncated |= truncated;
    }
    let problems = if most == 1 { vec![ONE_GOROUTINE.to_owned()] } else { Vec::new() };
    Decoded { parts, problems, ..Decoded::default() }
}

/// What a panic prints by default (`GOTRACEBACK=single`, package runtime), and `debug.Stack`. A service has more.
const ONE_GOROUTINE: &str = "only one goroutine is in it, as a panic prints by default: set GOTRACEBACK=all, \
                             or send SIGQUIT (kill -QUIT PID), and bring that dump";

fn of_profile(
    profile: &Profile,
    stats: Option<&MemStats>,
    is_text: bool,
    context: &Context,
    symbols: &mut Symbols,
) -> Decoded {
    let own = profile.time().and_then(|nanos| Timestamp::from_nanosecond(nanos.into()).ok());
    let taken = own.or(context.taken);
    let kind = profile.kind();
    let source = if is_text { GoroutineSource::Text } else { GoroutineSource::Profile };
    let part = match kind {
        ProfileKind::Goroutine => {
            Part::Goroutines(goroutines_from_profile(profile, source, taken, symbols))
        }
        ProfileKind::GoroutineLeak => {
            let source = GoroutineSource::Leaked;
            Part::Leaked(goroutines_from_profile(profile, source, taken, symbols))
        }
        ProfileKind::Heap | ProfileKind::Allocs => {
            match heap_from_profile(profile, taken, context.after_gc, symbols) {
                Some(heap) => Part::Heap(Heap { memstats: stats.map(memstats), ..heap }),
                None => return Decoded::problem("the heap profile has no in-use columns"),
            }
        }
        _ => return Decoded::problem(says_nothing(profile)),
    };
    let build = build_of_profile(profile);
    let last_gc = stats.map(|stats| stats.last_gc).filter(|&nanos| nanos > 0);
    Decoded {
        parts: vec![(taken, part)],
        last_gc: last_gc.and_then(|nanos| Timestamp::from_nanosecond(nanos.into()).ok()),
        program: Some(Program::of(profile)),
        build: (build != Build::default()).then_some(build),
        ..Decoded::default()
    }
}

fn says_nothing(profile: &Profile) -> String {
    let what = match profile.kind() {
        ProfileKind::Cpu => "a CPU profile",
        // In protobuf, nothing but the stacks tells the two apart.
        ProfileKind::Block | ProfileKind::Mutex
            if profile.declared_kind.is_none() && profile.samples.is_empty() =>
        {
            "a block or mutex profile"
        }
        ProfileKind::Block => "a block profile",
        ProfileKind::Mutex => "a mutex profile",
        ProfileKind::Threadcreate => "a threadcreate profile",
        _ => "a profile of another kind or language",
    };
    format!(
        "{what} says nothing about leaks; bring heap or goroutine: URL/debug/pprof/heap, URL/debug/pprof/goroutine"
    )
}

/// Whether the process lives on after a dump in a log.
fn source_of(found: &FoundDump) -> GoroutineSource {
    if found.is_last_word() { GoroutineSource::Crash } else { GoroutineSource::Dump }
}

/// The time of a dump's first line, if it names a date. A time without a zone counts as UTC: what matters is
/// the distance between the dumps of one log.
fn time(found: &FoundDump) -> Option<Timestamp> {
    let text = found.time.as_deref()?;
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let dashes = text.replacen('/', "-", 2).replacen(',', ".", 1);
    let civil: jiff::civil::DateTime = dashes.parse().ok()?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}
