//! Takes the rounds of one instance, in the order and within the limits of DESIGN.md §4.

mod trace;

use std::collections::HashSet;
use std::mem::{Discriminant, discriminant};
use std::time::Instant;

use jiff::Timestamp;
use plumb_case::format::CallsRecord;
use plumb_case::host::{process::ProcessRecord, sockets};
use plumb_case::{CaseError, InstanceIndex, PieceKind, PieceMeta, Recorder};
use plumb_evidence::service::GO_RUNTIME;

use crate::CollectError;
use crate::error::Unread;
use crate::http::Reply;
use crate::options::CaptureOptions;
use crate::pprof::{Page, goroutine_count};
use crate::proc::{self, Detail};
use crate::progress::{Event, Progress};
use crate::schedule;
use crate::source::Source;

/// What came of one instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken {
    pub(crate) rounds: u32,
    pub(crate) pieces: u32,
    pub(crate) problems: u32,
    /// What was asked for and not given, each kind once.
    pub(crate) unread: Vec<Unread>,
}

/// Takes everything of one instance.
///
/// # Errors
/// If the case cannot be written. What the target does not give is a problem in the case.
pub(crate) fn take(
    source: Source,
    index: InstanceIndex,
    options: &CaptureOptions,
    recorder: &Recorder,
    progress: &dyn Progress,
) -> Result<Taken, CaseError> {
    let mut run = Run::new(source, index, options, recorder, progress);
    run.all()?;
    Ok(run.taken)
}

/// Takes an execution trace of one instance, after its rounds.
///
/// # Errors
/// As [`take`].
pub(crate) fn take_trace(
    source: Source,
    index: InstanceIndex,
    options: &CaptureOptions,
    recorder: &Recorder,
    progress: &dyn Progress,
) -> Result<(), CaseError> {
    let mut run = Run::new(source, index, options, recorder, progress);
    run.round = recorder.next_round(index);
    run.trace()
}

pub(crate) struct Run<'a> {
    source: Source,
    index: InstanceIndex,
    options: &'a CaptureOptions,
    recorder: &'a Recorder,
    progress: &'a dyn Progress,
    round: u32,
    after_gc: bool,
    /// The process that ended during the capture, until the one in its place is found.
    ended: Option<u32>,
    goroutines: Option<u64>,
    live_heap: Option<u64>,
    /// Problems and notes told already: what fails in each round is told once.
    told: HashSet<String>,
    /// Kinds of errors recorded already, by input: two texts may differ in a count.
    failed: HashSet<(String, Discriminant<CollectError>)>,
    taken: Taken,
}

impl<'a> Run<'a> {
    fn new(
        source: Source,
        index: InstanceIndex,
        options: &'a CaptureOptions,
        recorder: &'a Recorder,
        progress: &'a dyn Progress,
    ) -> Self {
        Self {
            source,
            index,
            options,
            recorder,
            progress,
            round: 0,
            after_gc: false,
            ended: None,
            goroutines: None,
            live_heap: None,
            told: HashSet::new(),
            failed: HashSet::new(),
            taken: Taken::default(),
        }
    }

    fn all(&mut self) -> Result<(), CaseError> {
        self.opening()?;
        let offsets = schedule::offsets(self.options.window, self.options.every);
        let of = offsets.len() as u32;
        let start = Instant::now();
        for (number, offset) in (1..).zip(offsets) {
            if !self.options.stop.wait_until(start + offset) {
                return Ok(());
            }
            self.progress.event(&self.source.id, Event::Round { number, of });
            self.round = number - 1;
            self.regular_round(number == 1, number == of)?;
        }
        if self.options.trace {
            self.round += 1;
            self.trace()?;
        }
        self.closing()
    }

    fn opening(&mut self) -> Result<(), CaseError> {
        if self.source.foreign {
            self.recorder.missing(self.index, GO_RUNTIME);
        }
        for (what, input) in std::mem::take(&mut self.source.problems) {
            self.problem(what, &input);
        }
        if let Some(build) = self.source.process.as_ref().and_then(|process| process.build.as_ref())
        {
            self.recorder.build(self.index, build);
        }
        self.calls()
    }

    /// Who calls what in the executable: it is too large for a case.
    fn calls(&mut self) -> Result<(), CaseError> {
        let Some(process) = &self.source.process else { return Ok(()) };
        let Some(build) = &process.build else { return Ok(()) };
        let read = proc::read_calls(process.pid, build, self.options);
        let Some(calls) = read.filter(|calls| !calls.is_empty()) else { return Ok(()) };
        let Ok(json) = serde_json::to_vec(&CallsRecord::from(&calls)) else { return Ok(()) };
        let meta = PieceMeta::new(self.index, PieceKind::Calls, self.round, Timestamp::now());
        self.recorder.record(meta, &json)
    }

    fn regular_round(&mut self, first: bool, last: bool) -> Result<(), CaseError> {
        let before = self.taken.pieces;
        self.goroutines()?;
        if first {
            self.heap_text()?;
        }
        self.metrics()?;
        self.process(if first || last { Detail::Full } else { Detail::Quick })?;
        self.sockets()?;
        if first || last {
            self.dump()?;
        }
        // Only after the dump: it replaces the waiting times in it by its own mark.
        if last && self.options.goroutineleak && !self.stopped() {
            self.page(Page::GoroutineLeak, PieceKind::GoroutineLeak)?;
        }
        self.taken.rounds += u32::from(self.taken.pieces > before);
        Ok(())
    }

    /// The heap that a verdict rests on, with a forced collection where that is affordable.
    fn closing(&mut self) -> Result<(), CaseError> {
        if self.stopped() || !self.has(Page::Heap) {
            return Ok(());
        }
        if let Some(why) = self.no_collection() {
            self.note(format!("no garbage collection forced: {why}"));
            self.page(Page::Heap, PieceKind::Heap)?;
            return self.heap_text();
        }
        self.progress.event(&self.source.id, Event::GarbageCollection);
        // Objects with finalizers, and the goroutines those stop, go with the second collection only.
        if self.fetch(Page::HeapAfterGc).is_none() {
            return Ok(());
        }
        if !self.options.stop.wait_until(Instant::now() + schedule::FINALIZER_PAUSE) {
            return Ok(());
        }
        let before = self.taken.pieces;
        self.after_gc = true;
        self.round += 1;
        self.page(Page::HeapAfterGc, PieceKind::Heap)?;
        self.heap_text()?;
        self.goroutines()?;
        self.process(Detail::Full)?;
        self.sockets()?;
        self.taken.rounds += u32::from(self.taken.pieces > before);
        Ok(())
    }

    /// Why no garbage collection may be forced.
    fn no_collection(&self) -> Option<String> {
        if !self.options.gc {
            return Some("switched off (--no-gc)".to_owned());
        }
        let limit = self.options.gc_live_limit;
        match self.live_heap {
            None => Some("the size of the live heap is not known (no heap?debug=1)".to_owned()),
            Some(live) if live > limit => {
                let (live, limit) = (live >> 20, limit >> 20);
                Some(format!(
                    "about {live} MiB are live, more than the limit of {limit} MiB for that"
                ))
            }
            Some(_) => None,
        }
    }

    fn goroutines(&mut self) -> Result<(), CaseError> {
        let Some(reply) = self.fetch(Page::Goroutine) else { return Ok(()) };
        self.goroutines = goroutine_count(&reply.body);
        self.record(PieceKind::Goroutine, &reply)
    }

    fn heap_text(&mut self) -> Result<(), CaseError> {
        let Some(reply) = self.fetch(Page::HeapText) else { return Ok(()) };
        self.live_heap = schedule::live_heap(&reply.body);
        self.record(PieceKind::HeapText, &reply)
    }

    fn dump(&mut self) -> Result<(), CaseError> {
        let endpoint = self.source.endpoint.as_ref();
        let Some(count) = self.goroutines.or_else(|| endpoint?.goroutines()) else { return Ok(()) };
        let pause = schedule::dump_pause(count);
        if pause > self.options.dump_pause_limit {
            // Each round the figure is another and the reason the same.
            if !self.told.insert("dump".to_owned()) {
                return Ok(());
            }
            let limit = self.options.dump_pause_limit.as_millis();
            self.note(format!(
                "no full goroutine dump: it would stop the service for about {} ms, the limit is {limit} ms (--pause-limit)",
                pause.as_millis()
            ));
            return Ok(());
        }
        self.page(Page::Dump, PieceKind::GoroutineDump)
    }

    fn metrics(&mut self) -> Result<(), CaseError> {
        if self.stopped() {
            return Ok(());
        }
        let Some(endpoint) = &mut self.source.endpoint else { return Ok(()) };
        match endpoint.metrics() {
            Ok(Some(reply)) => self.record(PieceKind::Metrics, &reply),
            Ok(None) => {
                self.recorder.missing(self.index, "metrics");
                Ok(())
            }
            Err(CollectError::Stopped) => Ok(()),
            Err(error) => {
                self.trouble(&error);
                Ok(())
            }
        }
    }

    fn process(&mut self, detail: Detail) -> Result<(), CaseError> {
        let Some((record, taken)) = self.process_record(detail) else { return Ok(()) };
        let json = serde_json::to_vec(&record).map_err(|error| CaseError::Record(error.into()))?;
        self.piece(self.meta(PieceKind::Process, taken), &json)
    }

    /// What `/proc` says; of the process that came in its place, if it ended.
    fn process_record(&mut self, detail: Detail) -> Option<(ProcessRecord, Timestamp)> {
        if let Some(pid) = self.source.pid() {
            let taken = Timestamp::now();
            let record = proc::read_record(pid, detail);
            if record.files.contains_key("stat") {
                return Some((record, taken));
            }
            self.problem("the process ended during the capture".to_owned(), &format!("pid {pid}"));
            self.source.process = None;
            self.ended = Some(pid);
        }
        let ended = self.ended?;
        let pid = self.source.find_again().filter(|pid| *pid != ended)?;
        let what = format!("a new process, pid {pid}, answers in its place: it was restarted");
        self.problem(what, &format!("pid {ended}"));
        if let Some(build) = self.source.process.as_ref().and_then(|process| process.build.as_ref())
        {
            self.recorder.build(self.index, build);
        }
        self.ended = None;
        let taken = Timestamp::now();
        let record = proc::read_record(pid, detail);
        record.files.contains_key("stat").then_some((record, taken))
    }

    fn sockets(&mut self) -> Result<(), CaseError> {
        let Some(process) = &self.source.process else { return Ok(()) };
        let ours =
            self.source.endpoint.as_ref().map(|endpoint| endpoint.client().connections().list());
        let taken = Timestamp::now();
        let table = match process.sockets.read(&ours.unwrap_or_default()) {
            Ok(table) => table,
            Err(error) => {
                let input = format!("pid {}", process.pid);
                self.problem(format!("its sockets cannot be read: {error}"), &input);
                return Ok(());
            }
        };
        let mut lines = Vec::new();
        sockets::write(&mut lines, &table.header, table.sockets).map_err(CaseError::Record)?;
        self.piece(self.meta(PieceKind::Sockets, taken), &lines)
    }

    fn page(&mut self, page: Page, kind: PieceKind) -> Result<(), CaseError> {
        match self.fetch(page) {
            Some(reply) => self.record(kind, &reply),
            None => Ok(()),
        }
    }

    /// A page, or none with the reason recorded.
    fn fetch(&mut self, page: Page) -> Option<Reply> {
        if self.stopped() {
            return None;
        }
        let endpoint = self.source.endpoint.as_ref()?;
        if !endpoint.may_have(page) {
            self.recorder.missing(self.index, page.profile());
            return None;
        }
        match endpoint.fetch(page) {
            Ok(Some(reply)) => Some(reply),
            Ok(None) => {
                self.recorder.missing(self.index, page.profile());
                None
            }
            // Broken off by the user.
            Err(CollectError::Stopped) => None,
            Err(error) => {
                self.trouble(&error);
                None
            }
        }
    }

    fn has(&self, page: Page) -> bool {
        self.source.endpoint.as_ref().is_some_and(|endpoint| endpoint.may_have(page))
    }

    fn stopped(&self) -> bool {
        self.options.stop.is_set()
    }

    fn meta(&self, kind: PieceKind, taken: Timestamp) -> PieceMeta {
        let meta = PieceMeta::new(self.index, kind, self.round, taken);
        if self.after_gc { meta.after_gc() } else { meta }
    }

    fn record(&mut self, kind: PieceKind, reply: &Reply) -> Result<(), CaseError> {
        let mut meta = self.meta(kind, reply.taken);
        meta.note = Some(format!("took {} ms", reply.elapsed.as_millis()));
        if kind == PieceKind::GoroutineDump && reply.body.len() >= schedule::DUMP_CUT {
            let mut piece = self.recorder.piece(meta)?;
            piece.mark_truncated();
            std::io::Write::write_all(&mut piece, &reply.body).map_err(CaseError::Record)?;
            piece.finish()?;
            self.taken.pieces += 1;
            return Ok(());
        }
        self.piece(meta, &reply.body)
    }

    fn piece(&mut self, meta: PieceMeta, bytes: &[u8]) -> Result<(), CaseError> {
        self.recorder.record(meta, bytes)?;
        self.taken.pieces += 1;
        Ok(())
    }

    fn trouble(&mut self, error: &CollectError) {
        if self.failed.insert((error.input(), discriminant(error))) {
            self.problem(error.problem(), &error.input());
            self.taken.unread.push(Unread::of(error));
        }
    }

    fn problem(&mut self, what: String, input: &str) {
        if !self.told.insert(format!("{input}: {what}")) {
            return;
        }
        self.recorder.problem(&what, input);
        self.progress.event(&self.source.id, Event::Problem { text: what });
        self.taken.problems += 1;
    }

    fn note(&mut self, text: String) {
        if self.told.insert(text.clone()) {
            self.progress.event(&self.source.id, Event::Note { text });
        }
    }
}
