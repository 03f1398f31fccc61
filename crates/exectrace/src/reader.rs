//! The events of a trace, in an order in which they can have happened.

use std::io::{BufReader, Read};

use crate::Version;
use crate::batch::Broken;
use crate::cursor::{Cursor, Frontier};
use crate::error::{Fault, Problem, ReadError, fault};
use crate::event::{Event, EventKind, Sync};
use crate::generation::{CpuSample, Generation, Generations, Next, Stop};
use crate::ids::Time;
use crate::scheduler::Scheduler;
use crate::symbols::Symbols;

/// Bytes that are asked for at once where a batch begins. What is longer is read to its place, past this buffer.
const BUFFER: usize = 16 << 10;

/// Reads the events of a trace from a stream, a generation at a time.
///
/// Between two generations nothing of the stream is kept but what goroutines and procs do, and [`Symbols`] without the
/// messages of [`EventKind::Log`].
///
/// ```
/// use plumb_exectrace::{ReadError, Reader};
///
/// let html = b"<html><body>not found</body></html>";
/// assert!(matches!(Reader::new(&html[..]), Err(ReadError::NoTrace)));
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    version: Version,
    generations: Generations<BufReader<R>>,
    symbols: Symbols,
    problems: Vec<Problem>,
    scheduler: Scheduler,
    /// The generation whose events are being read.
    generation: Option<Box<Generation>>,
    frontier: Frontier,
    /// Samples of the CPU profile that are still to come, the first one last.
    samples: Vec<CpuSample>,
    syncs: u32,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    /// A generation broke: the next event says so.
    Broke,
    Ended,
}

impl<R: Read> Reader<R> {
    /// A reader of the trace that `input` holds; it need not be buffered.
    ///
    /// # Errors
    /// If it is no trace, or one of a version that cannot be read.
    pub fn new(input: R) -> Result<Self, ReadError> {
        let mut input = BufReader::with_capacity(BUFFER, input);
        let version = Version::read(&mut input)?;
        Ok(Self {
            version,
            generations: Generations::new(input, version),
            symbols: Symbols::default(),
            problems: Vec::new(),
            scheduler: Scheduler::default(),
            generation: None,
            frontier: Frontier::default(),
            samples: Vec::new(),
            syncs: 0,
            state: State::Reading,
        })
    }

    /// The version of the format.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The strings and stacks of all events so far; of messages of logs only that of the last event.
    pub fn symbols(&self) -> &Symbols {
        &self.symbols
    }

    /// What was wrong with what was read so far.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What remains when all events are read: strings and stacks, and what was wrong.
    pub fn into_parts(self) -> (Symbols, Vec<Problem>) {
        (self.symbols, self.problems)
    }

    /// The next event; none after the last.
    ///
    /// An event is given after all that it depends on, and its time is later than that of the one before.
    #[inline]
    pub fn next_event(&mut self) -> Option<Event> {
        match self.scheduler.happened().next() {
            Some(event) => Some(event),
            None => self.next_after_more(),
        }
    }

    /// The next events, some at once, with the strings and stacks of all so far; none after the last. They are those that
    /// [`Reader::next_event`] would give one after the other, for who looks at all of them.
    #[inline]
    pub fn next_events(&mut self) -> Option<(&[Event], &Symbols)> {
        if self.scheduler.happened().is_empty() {
            self.gather();
        }
        let events = self.scheduler.happened().take_all();
        (!events.is_empty()).then_some((events, &self.symbols))
    }

    #[inline(never)]
    fn next_after_more(&mut self) -> Option<Event> {
        self.gather();
        self.scheduler.happened().next()
    }

    /// Lets events happen, some at once. None are left to be given before.
    fn gather(&mut self) {
        self.scheduler.happened().begin_anew();
        while !self.scheduler.happened().is_full() {
            match self.state {
                State::Reading if self.frontier.is_empty() && self.samples.is_empty() => {
                    // What is not given yet may refer to what is forgotten with its generation.
                    if !self.scheduler.happened().is_empty() {
                        break;
                    }
                    self.next_generation();
                }
                State::Reading => {
                    if let Err(what) = self.advance() {
                        self.give_up(what);
                    }
                }
                State::Broke => {
                    self.state = State::Reading;
                    self.push_of_nobody(None, EventKind::Gap);
                }
                State::Ended => break,
            }
        }
    }

    /// Adds an event that belongs to nobody, at the time of the last one if no other is given.
    fn push_of_nobody(&mut self, time: Option<Time>, kind: EventKind) {
        let happened = self.scheduler.happened();
        let time = time.unwrap_or(happened.last());
        happened.push(Event::of_nobody(time, kind));
    }

    /// Begins the next generation, or ends the trace; either way all goroutines were told of.
    fn next_generation(&mut self) {
        if let Some(read) = self.generation.take() {
            read.tables.forget_messages(&mut self.symbols);
            self.generations.reuse(read.buffer);
        }
        let mut begin = None;
        match self.generations.next(&mut self.symbols) {
            Ok(Next::Generation(generation)) => begin = Some(self.install(generation)),
            Ok(Next::Broken { number, what }) => {
                self.problems.push(Problem::Generation { generation: number, what: what.into() });
                self.scheduler.forget();
                self.state = State::Broke;
            }
            Ok(Next::End) => {
                self.state = State::Ended;
                if self.syncs == 0 {
                    self.problems.push(Problem::NoEvents);
                }
            }
            Err(stop) => {
                self.problems.push(stop.into());
                self.state = State::Ended;
            }
        }
        self.syncs += 1;
        let clock = self.generation.as_ref().and_then(|generation| generation.tables.clock);
        let kind = EventKind::Sync(Sync { number: self.syncs, clock });
        self.push_of_nobody(begin, kind);
    }

    /// Makes the events of a generation the next ones, and tells when it begins.
    fn install(&mut self, mut generation: Box<Generation>) -> Time {
        let begin = generation.tables.nanoseconds(generation.begin);
        self.scheduler.begin(generation.number);
        self.samples = std::mem::take(&mut generation.samples);
        self.samples.reverse();
        for (thread, batches) in std::mem::take(&mut generation.threads) {
            let thread = self.scheduler.thread(thread);
            let cursor = Cursor::new(thread, batches, &generation.buffer, &generation.tables);
            match cursor {
                Ok(Some(cursor)) => self.frontier.insert(cursor),
                Ok(None) => {}
                Err(what) => {
                    let (generation, what) = (generation.number, what.into());
                    self.problems.push(Problem::Generation { generation, what });
                }
            }
        }
        self.generation = Some(generation);
        begin
    }

    /// A sample of the CPU profile, if it is earlier than the next event.
    fn next_sample(&mut self) -> Option<Event> {
        let next = self.samples.last()?;
        if self.frontier.first_time().is_some_and(|time| time <= next.time) {
            return None;
        }
        let sample = self.samples.pop()?;
        Some(Event {
            time: sample.time,
            thread: sample.thread,
            proc: sample.proc,
            goroutine: sample.goroutine,
            stack: sample.stack,
            kind: EventKind::StackSample,
        })
    }

    /// Lets what is earliest happen: a sample of the CPU profile, or events.
    fn advance(&mut self) -> Result<(), Fault> {
        if let Some(sample) = self.next_sample() {
            self.scheduler.happened().push(sample);
            return Ok(());
        }
        // Nearly always what is first can happen.
        if self.advance_first()? {
            return Ok(());
        }
        self.frontier.sort();
        for index in 1..self.frontier.len() {
            if self.try_advance(index)? {
                return Ok(());
            }
        }
        Err(fault!("none of the next events of {} threads can happen", self.frontier.len()))
    }

    /// Lets events of the first thread happen until those of another come first, and tells whether the last one tried could
    /// happen.
    fn advance_first(&mut self) -> Result<bool, Fault> {
        let generation = self.generation.as_deref().ok_or("there is no generation")?;
        let (buffer, tables, number) = (&*generation.buffer, &generation.tables, generation.number);
        let limit = self.samples.last().map_or(Time(i64::MAX), |sample| sample.time);
        let scheduler = &mut self.scheduler;
        loop {
            let (cursor, until) = self.frontier.first().ok_or("there is no event")?;
            let until = until.min(limit);
            loop {
                let before = scheduler.happened().mark();
                match scheduler.advance_at_once(&cursor.next, tables, cursor.thread, number) {
                    Ok(true) => {}
                    Ok(false) => {
                        self.frontier.update_first();
                        return Ok(false);
                    }
                    Err(what) => {
                        scheduler.happened().back_to(before);
                        return Err(what);
                    }
                }
                match cursor.advance(buffer, tables) {
                    Ok(true) => {}
                    Ok(false) => {
                        self.frontier.remove(0);
                        return Ok(true);
                    }
                    Err(what) => {
                        scheduler.happened().back_to(before);
                        return Err(what);
                    }
                }
                if cursor.next.time > until || scheduler.happened().is_full() {
                    break;
                }
            }
            self.frontier.update_first();
            let is_next = self.frontier.first_time().is_some_and(|first| first <= limit);
            if !is_next || scheduler.happened().is_full() {
                return Ok(true);
            }
        }
    }

    /// Lets the next event of the thread at a place of the frontier happen if it can, and tells whether it could.
    fn try_advance(&mut self, index: usize) -> Result<bool, Fault> {
        let generation = self.generation.as_ref().ok_or("there is no generation")?;
        let cursor = self.frontier.get_mut(index);
        let tables = &generation.tables;
        let before = self.scheduler.happened().mark();
        let could = self.scheduler.advance(&cursor.next, tables, cursor.thread, generation.number);
        if !could.inspect_err(|_| self.scheduler.happened().back_to(before))? {
            return Ok(false);
        }
        let goes_on = cursor.advance(&generation.buffer, tables);
        match goes_on.inspect_err(|_| self.scheduler.happened().back_to(before))? {
            true => self.frontier.update(index),
            false => self.frontier.remove(index),
        }
        Ok(true)
    }

    /// Leaves out the rest of a generation that contradicts itself. The next one tells all states anew.
    fn give_up(&mut self, what: Fault) {
        let generation = self.generation.as_ref().map_or(0, |generation| generation.number);
        self.problems.push(Problem::Generation { generation, what: what.into() });
        self.frontier.clear();
        self.samples.clear();
        self.scheduler.forget();
        self.state = State::Broke;
    }
}

impl From<Stop> for Problem {
    fn from(stop: Stop) -> Self {
        match stop.why {
            Broken::CutOff => Self::CutOff { bytes: stop.bytes },
            Broken::Framing(what) => Self::Framing { generation: stop.generation, what },
            Broken::Io(error) => Self::Io(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn messages_of_logs_are_forgotten_with_their_generation() {
        for version in ["1.22.12", "1.26.2"] {
            let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
            let packed = std::fs::File::open(recorded.join(format!("go-{version}.trace.gz")));
            let mut reader = Reader::new(GzDecoder::new(packed.unwrap())).unwrap();
            let (mut messages, mut categories) = (Vec::new(), Vec::new());
            while let Some((events, symbols)) = reader.next_events() {
                for event in events {
                    if let EventKind::Log { category, message, .. } = event.kind {
                        messages.push(symbols.string(message).to_owned());
                        categories.push((category, symbols.string(category).to_owned()));
                    }
                }
            }
            let (mut symbols, problems) = reader.into_parts();
            assert_eq!((problems, messages.len()), (Vec::new(), 60), "{version}");
            for message in messages {
                assert!(message.contains(" of "), "{message:?}");
                assert!(symbols.intern_string(&message).1, "{message:?} is kept");
            }
            for (category, text) in categories {
                assert_eq!(symbols.string(category), text);
            }
        }
    }
}
