//! Opens a case.

use std::collections::BTreeMap;
use std::path::Path;

use plumb_evidence::calls::Calls;
use plumb_evidence::code::Build;
use plumb_evidence::socket::SocketTable;
use plumb_evidence::{Instance, Problem, Service, Snapshot};

use crate::CaseError;
use crate::PieceKind;
use crate::archive::{self, CaseLimits, PieceReader};
use crate::assemble::{earliest, finish, place};
use crate::convert::Symbols;
use crate::decode::{Context, Decoded, Part, decode};
use crate::format::{Manifest, PieceRecord};

/// Opens a case file or a case folder. What cannot be read of it is among the service's problems.
///
/// # Errors
/// [`CaseError`] if it is no case, has no readable manifest, or was made by a newer plumb.
pub fn open(path: &Path) -> Result<Service, CaseError> {
    open_with(path, &CaseLimits::default())
}

/// [`open`] with other limits.
///
/// # Errors
/// As [`open`].
pub fn open_with(path: &Path, limits: &CaseLimits) -> Result<Service, CaseError> {
    let mut opening = Opening::new(path, limits);
    let walk = archive::walk(path, limits, &mut |manifest, record, piece| {
        opening.piece(manifest, record, piece);
    })?;
    opening.settle(&walk.manifest, walk.damaged.as_deref());
    let whole = walk.problems.into_iter().map(|what| opening.problem(what, None)).collect();
    Ok(opening.finish(walk.manifest, whole))
}

struct Opening<'a> {
    path: String,
    limits: &'a CaseLimits,
    symbols: Symbols,
    /// The latest piece: whether its bytes are those written is known only when the next one begins.
    unsettled: Option<(PieceRecord, Decoded)>,
    /// By instance, then by round.
    rounds: BTreeMap<usize, BTreeMap<u32, Snapshot>>,
    builds: BTreeMap<usize, Build>,
    guessed: BTreeMap<usize, Build>,
    calls: BTreeMap<usize, Calls>,
    peer_sockets: Vec<SocketTable>,
    problems: Vec<Problem>,
}

impl<'a> Opening<'a> {
    fn new(path: &Path, limits: &'a CaseLimits) -> Self {
        Self {
            path: path.display().to_string(),
            limits,
            symbols: Symbols::default(),
            unsettled: None,
            rounds: BTreeMap::new(),
            builds: BTreeMap::new(),
            guessed: BTreeMap::new(),
            calls: BTreeMap::new(),
            peer_sockets: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn piece(&mut self, manifest: &Manifest, record: &PieceRecord, piece: &mut PieceReader<'_>) {
        let context = Context {
            kind: record.kind,
            taken: record.taken,
            after_gc: record.after_gc,
            truncated: record.truncated,
            pid: None,
            limits: *self.limits,
        };
        let decoded = decode(piece, &context, &mut self.symbols);
        self.settle(manifest, None);
        self.unsettled = Some((record.clone(), decoded));
    }

    /// Takes over the latest piece, unless it is the damaged one: a figure with a wrong bit is worse than none.
    fn settle(&mut self, manifest: &Manifest, damaged: Option<&str>) {
        let Some((record, decoded)) = self.unsettled.take() else { return };
        if damaged == Some(&*record.name) {
            return;
        }
        for what in &decoded.problems {
            let problem = self.problem(what.clone(), Some(&record.name));
            self.problems.push(problem);
        }
        match record.instance.filter(|&index| index < manifest.instances.len()) {
            Some(index) => self.of_instance(index, &record, decoded),
            None => self.of_peer(decoded),
        }
    }

    fn of_instance(&mut self, index: usize, record: &PieceRecord, decoded: Decoded) {
        if let Some(build) = decoded.build {
            match record.kind {
                PieceKind::BuildInfo => self.builds.insert(index, build),
                _ => self.guessed.insert(index, build),
            };
        }
        // Of the program, not of a moment.
        if let Some(calls) = decoded.calls {
            self.calls.insert(index, calls);
            return;
        }
        let snapshot = self.rounds.entry(index).or_default().entry(record.round).or_default();
        snapshot.after_gc |= record.after_gc;
        for (taken, part) in decoded.parts {
            // The recorder's clock, not the target's, so that rounds compare.
            snapshot.taken = earliest(snapshot.taken, record.taken.or(taken));
            replace(snapshot, part);
        }
    }

    fn of_peer(&mut self, decoded: Decoded) {
        for (_, part) in decoded.parts {
            if let Part::Sockets(table) = part {
                self.peer_sockets.push(table);
            }
        }
    }

    fn problem(&self, what: String, piece: Option<&str>) -> Problem {
        let input = match piece {
            Some(piece) => format!("{}: {piece}", self.path),
            None => self.path.clone(),
        };
        Problem { what, input: input.into() }
    }

    fn finish(mut self, manifest: Manifest, whole: Vec<Problem>) -> Service {
        let mut instances = Vec::new();
        for (index, record) in manifest.instances.into_iter().enumerate() {
            let mut build: Build = record.build.into();
            if let Some(read) = self.builds.remove(&index) {
                build = read;
            } else if build == Build::default() {
                build = self.guessed.remove(&index).unwrap_or_default();
            }
            let calls = self.calls.remove(&index);
            let snapshots = self.rounds.remove(&index).unwrap_or_default().into_values();
            let snapshots = snapshots.filter(|snapshot| *snapshot != Snapshot::default()).collect();
            let mut instance =
                Instance { id: record.id, build, calls, snapshots, missing: record.missing };
            finish(&mut instance);
            instances.push(instance);
        }
        let incomplete = !whole.is_empty();
        let recorded = manifest.problems.into_iter().map(Problem::from);
        let problems = recorded.chain(whole).chain(self.problems).collect();
        Service {
            target: manifest.target,
            instances,
            peer_sockets: self.peer_sockets,
            problems,
            incomplete,
            ..Service::default()
        }
    }
}

/// Places a part; a later one of the same round replaces an equal earlier one.
fn replace(snapshot: &mut Snapshot, part: Part) {
    match place(snapshot, part) {
        None => {}
        Some(Part::Goroutines(new)) => snapshot.goroutines = Some(new),
        Some(Part::Dump(new)) => snapshot.dump = Some(new),
        Some(Part::Leaked(new)) => snapshot.leaked = Some(new),
        Some(Part::Heap(new)) => snapshot.heap = Some(new),
        Some(Part::Sockets(new)) => snapshot.sockets = Some(new),
        Some(Part::Process(new)) => snapshot.process = Some(new),
        Some(Part::Metrics(new)) => snapshot.metrics = Some(new),
        Some(Part::Trace(new)) => snapshot.trace = Some(new),
    }
}
