//! A generation: about a second of a trace, complete in itself, with tables of its own.

use std::cell::Cell;
use std::io::BufRead;

use rustc_hash::FxHashMap;

use crate::Version;
use crate::batch::{Batch, Broken, Piece, read_piece};
use crate::error::{Fault, fault};
use crate::event::ClockSnapshot;
use crate::ids::{GoroutineId, ProcId, ThreadId, Time};
use crate::symbols::{Frame, StackId, StringId, Symbols};
use crate::table::Table;
use crate::varint::Bytes;
use crate::wire;

/// Most bytes of a generation that are kept. The runtime begins one each second; the busiest service that was measured
/// wrote 6 MB a second.
const MAX_BYTES: usize = 2 << 30;

/// A generation whose tables are read and whose events are not yet.
#[derive(Debug)]
pub(crate) struct Generation {
    pub(crate) number: u64,
    /// The bytes of all batches.
    pub(crate) buffer: Vec<u8>,
    /// The batches of events of each thread, the threads in the order in which they come.
    pub(crate) threads: Vec<(ThreadId, Vec<Batch>)>,
    pub(crate) tables: Tables,
    /// Samples of the CPU profile, by time.
    pub(crate) samples: Vec<CpuSample>,
    /// When it begins, in units of the trace's clock.
    pub(crate) begin: u64,
}

/// What the numbers in a generation's events mean.
#[derive(Debug)]
pub(crate) struct Tables {
    strings: Table<StringId>,
    /// The strings that no generation before had.
    new_strings: Vec<StringId>,
    /// Whether what outlives the generation may refer to a string, by its place in [`Symbols`].
    kept: Vec<Cell<bool>>,
    stacks: Table<StackId>,
    clock_unit: ClockUnit,
    pub(crate) clock: Option<ClockSnapshot>,
}

impl Tables {
    /// A span of time or a moment of the trace's clock, in nanoseconds.
    #[inline]
    pub(crate) fn nanoseconds(&self, units: u64) -> Time {
        self.clock_unit.nanoseconds(units)
    }

    /// The string of this number, which is kept from now on.
    #[inline]
    pub(crate) fn string(&self, number: u64) -> Result<StringId, Fault> {
        let id = self.message(number)?;
        if let Some(kept) = self.kept.get(id.index()) {
            kept.set(true);
        }
        Ok(id)
    }

    /// The string of this number, which is forgotten with the generation unless something else refers to it.
    #[inline]
    pub(crate) fn message(&self, number: u64) -> Result<StringId, Fault> {
        match number {
            0 => Ok(StringId::EMPTY),
            _ => self.strings.get(number).ok_or_else(|| fault!("there is no string {number}")),
        }
    }

    /// Forgets the strings that only events of this generation refer to.
    pub(crate) fn forget_messages(&self, symbols: &mut Symbols) {
        let is_kept = |id: &&StringId| self.kept.get(id.index()).is_none_or(Cell::get);
        for id in self.new_strings.iter().filter(|id| !is_kept(id)) {
            symbols.forget_string(*id);
        }
    }

    /// The stack of this number.
    #[inline]
    pub(crate) fn stack(&self, number: u64) -> Result<StackId, Fault> {
        match number {
            0 => Ok(StackId::NONE),
            _ => self.stacks.get(number).ok_or_else(|| fault!("there is no stack {number}")),
        }
    }
}

/// The unit of the trace's clock.
#[derive(Debug)]
struct ClockUnit {
    nanoseconds: f64,
    /// The nanoseconds of 0, 1, 2 … units: most events are that close to the one before.
    small: Vec<Time>,
}

/// How many small spans of time are kept: 16 µs of the usual 64 ns.
const SMALL_SPANS: u64 = 256;

impl ClockUnit {
    fn of(per_second: u64) -> Self {
        let mut unit = Self { nanoseconds: 1.0 / (per_second as f64 / 1e9), small: Vec::new() };
        unit.small = (0..SMALL_SPANS).map(|units| unit.nanoseconds(units)).collect();
        unit
    }

    #[inline]
    fn nanoseconds(&self, units: u64) -> Time {
        match self.small.get(units as usize) {
            Some(&time) => time,
            None => Time((units as f64 * self.nanoseconds) as i64),
        }
    }
}

/// A sample of the CPU profile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CpuSample {
    pub(crate) time: Time,
    pub(crate) thread: ThreadId,
    pub(crate) proc: ProcId,
    pub(crate) goroutine: GoroutineId,
    pub(crate) stack: StackId,
}

/// What reading the next generation gave.
pub(crate) enum Next {
    Generation(Box<Generation>),
    /// One that contradicts itself; the one after it can be read.
    Broken {
        number: u64,
        what: Fault,
    },
    End,
}

/// Cuts a stream into generations.
#[derive(Debug)]
pub(crate) struct Generations<R> {
    input: R,
    version: Version,
    /// The first batch of the next generation, which had to be read to know that the one before has ended.
    spilled: Option<(Batch, Vec<u8>)>,
    /// Why the input cannot be read further, once that is known.
    stopped: Option<Stop>,
    /// Memory of a generation that was read before.
    spare: Vec<u8>,
}

/// Why a stream cannot be read further.
#[derive(Debug)]
pub(crate) struct Stop {
    /// The generation that was being read, 0 before the first.
    pub(crate) generation: u64,
    /// Bytes of it that were there.
    pub(crate) bytes: usize,
    pub(crate) why: Broken,
}

impl<R: BufRead> Generations<R> {
    pub(crate) fn new(input: R, version: Version) -> Self {
        Self { input, version, spilled: None, stopped: None, spare: Vec::new() }
    }

    /// Takes the memory of a generation whose events are all read, for the next one.
    pub(crate) fn reuse(&mut self, mut buffer: Vec<u8>) {
        buffer.clear();
        self.spare = buffer;
    }

    /// The next generation.
    ///
    /// # Errors
    /// Why there is none, although the input goes on or ends too early.
    pub(crate) fn next(&mut self, symbols: &mut Symbols) -> Result<Next, Stop> {
        if let Some(stop) = self.stopped.take() {
            return Err(stop);
        }
        let mut raw = Raw { buffer: std::mem::take(&mut self.spare), ..Raw::default() };
        if let Some((batch, bytes)) = self.spilled.take() {
            raw.buffer.extend_from_slice(&bytes);
            raw.add(batch);
        }
        match self.fill(&mut raw) {
            Ok(Ended::Whole) => {}
            Ok(Ended::AtEndOfInput) if raw.number == 0 => return Ok(Next::End),
            // Before Go 1.26 nothing else ends the last generation.
            Ok(Ended::AtEndOfInput) if self.version < Version::Go126 => {}
            Ok(Ended::AtEndOfInput) => return Err(raw.stop(Broken::CutOff)),
            // Before Go 1.26 what cannot be read may be the begin of the next generation.
            Err(why) if self.version < Version::Go126 && raw.number != 0 => {
                self.stopped = Some(raw.stop(why));
            }
            Err(why) => return Err(raw.stop(why)),
        }
        let number = raw.number;
        match raw.decode(self.version, symbols) {
            Ok(generation) => Ok(Next::Generation(Box::new(generation))),
            // An unfinished one lacks its tables, which is no contradiction.
            Err(_) if self.stopped.is_some() => {
                Err(self.stopped.take().unwrap_or_else(|| unreachable!()))
            }
            Err(what) => Ok(Next::Broken { number, what }),
        }
    }

    /// Reads the batches of one generation.
    fn fill(&mut self, raw: &mut Raw) -> Result<Ended, Broken> {
        loop {
            let start = raw.buffer.len();
            let batch = match read_piece(&mut self.input, &mut raw.buffer)? {
                Piece::Batch(batch) => batch,
                Piece::EndOfGeneration if raw.number != 0 => return Ok(Ended::Whole),
                Piece::EndOfGeneration => continue,
                Piece::EndOfInput => return Ok(Ended::AtEndOfInput),
            };
            if batch.generation == 0 {
                return Err(Broken::Framing("a batch of generation 0".to_owned()));
            }
            if raw.number == 0 || batch.generation == raw.number {
                raw.add(batch);
                if raw.buffer.len() > MAX_BYTES {
                    return Err(Broken::Framing(format!("it has more than {MAX_BYTES} bytes")));
                }
                continue;
            }
            let follows = batch.generation == raw.number.wrapping_add(1);
            if !follows || self.version >= Version::Go126 {
                let what = format!("a batch of generation {} within it", batch.generation);
                return Err(Broken::Framing(what));
            }
            let bytes = raw.buffer.split_off(start);
            self.spilled = Some((Batch { bytes: 0..bytes.len(), ..batch }, bytes));
            return Ok(Ended::Whole);
        }
    }
}

enum Ended {
    Whole,
    AtEndOfInput,
}

/// A generation as it was read.
#[derive(Debug, Default)]
struct Raw {
    /// 0 as long as there is none.
    number: u64,
    buffer: Vec<u8>,
    batches: Vec<Batch>,
}

impl Raw {
    fn add(&mut self, batch: Batch) {
        self.number = batch.generation;
        self.batches.push(batch);
    }

    fn stop(&self, why: Broken) -> Stop {
        Stop { generation: self.number, bytes: self.buffer.len(), why }
    }

    /// Reads the tables and sorts the batches of events by threads.
    fn decode(self, version: Version, symbols: &mut Symbols) -> Result<Generation, Fault> {
        let begin = self.batches.iter().map(|batch| batch.time).min().unwrap_or(0);
        let mut structure = Structure::default();
        let mut threads: Vec<(ThreadId, Vec<Batch>)> = Vec::new();
        let mut by_thread = FxHashMap::default();
        for batch in self.batches {
            let bytes = &self.buffer[batch.bytes.clone()];
            if batch.is_experimental || structure.read(&batch, Bytes(bytes), version, symbols)? {
                continue;
            }
            let index = *by_thread.entry(batch.thread).or_insert_with(|| {
                threads.push((batch.thread, Vec::new()));
                threads.len() - 1
            });
            threads[index].1.push(batch);
        }
        let (tables, samples) = structure.finish(version, symbols)?;
        Ok(Generation { number: self.number, buffer: self.buffer, threads, tables, samples, begin })
    }
}

/// The parts of a generation that are no events, as they are read.
#[derive(Debug, Default)]
struct Structure {
    strings: Vec<(u64, StringId)>,
    new_strings: Vec<StringId>,
    /// Number of each stack and where its frames end in `pcs`.
    stacks: Vec<(u64, usize)>,
    pcs: Vec<u64>,
    /// The frame of each address: function and file by their number in this generation, and line.
    frames: FxHashMap<u64, (u64, u64, u64)>,
    samples: Vec<RawSample>,
    units_per_second: Option<u64>,
    clock: Option<(u64, ClockSnapshot)>,
}

/// Time, thread, proc, goroutine and stack as they are written.
type RawSample = [u64; 5];

/// Reads one entry of a table.
type ReadEntry = fn(&mut Structure, &mut Bytes<'_>, &mut Symbols) -> Result<(), Fault>;

const SHORT: &str = "a table ends within an entry";

impl Structure {
    /// Reads a batch if it is one of a table, and tells whether it was.
    fn read(
        &mut self,
        batch: &Batch,
        mut bytes: Bytes<'_>,
        version: Version,
        symbols: &mut Symbols,
    ) -> Result<bool, Fault> {
        let Some(&first) = bytes.0.first() else { return Ok(false) };
        if wire::begins_sync(first, version) {
            if version >= Version::Go125 {
                bytes.byte();
            }
            return self.sync(batch.time, bytes, version).map(|()| true);
        }
        let (entry, read): (_, ReadEntry) = match first {
            wire::STRINGS => (wire::STRING, Self::string),
            wire::STACKS => (wire::STACK, Self::stack),
            wire::CPU_SAMPLES => (wire::CPU_SAMPLE, Self::sample),
            _ => return Ok(false),
        };
        bytes.byte();
        while let Some(event) = bytes.byte() {
            if event != entry {
                return Err(fault!("event {event} in a table of events {entry}"));
            }
            read(self, &mut bytes, symbols)?;
        }
        Ok(true)
    }

    fn string(&mut self, bytes: &mut Bytes<'_>, symbols: &mut Symbols) -> Result<(), Fault> {
        let number = bytes.number().ok_or(SHORT)?;
        let length = bytes.number().ok_or(SHORT)?;
        if length > wire::MAX_STRING {
            return Err(fault!("a string of {length} bytes, more than any can have"));
        }
        let text = bytes.take(length).ok_or(SHORT)?;
        let (id, is_new) = symbols.intern_string(&String::from_utf8_lossy(text));
        self.strings.push((number, id));
        self.new_strings.extend(is_new.then_some(id));
        Ok(())
    }

    fn stack(&mut self, bytes: &mut Bytes<'_>, _: &mut Symbols) -> Result<(), Fault> {
        let number = bytes.number().ok_or(SHORT)?;
        let count = bytes.number().ok_or(SHORT)?;
        if count > wire::MAX_FRAMES {
            return Err(fault!("a stack of {count} frames, more than any can have"));
        }
        for _ in 0..count {
            let mut next = || bytes.number().ok_or(SHORT);
            let (pc, function, file, line) = (next()?, next()?, next()?, next()?);
            self.pcs.push(pc);
            self.frames.entry(pc).or_insert((function, file, line));
        }
        self.stacks.push((number, self.pcs.len()));
        Ok(())
    }

    fn sample(&mut self, bytes: &mut Bytes<'_>, _: &mut Symbols) -> Result<(), Fault> {
        let mut sample = RawSample::default();
        for value in &mut sample {
            *value = bytes.number().ok_or(SHORT)?;
        }
        self.samples.push(sample);
        Ok(())
    }

    fn sync(&mut self, begin: u64, mut bytes: Bytes<'_>, version: Version) -> Result<(), Fault> {
        let mut time = begin;
        while let Some(event) = bytes.byte() {
            let mut next = || bytes.number().ok_or(SHORT);
            let is_second = match event {
                wire::FREQUENCY => self.units_per_second.replace(next()?).is_some(),
                wire::CLOCK_SNAPSHOT if version >= Version::Go125 => {
                    time = time.wrapping_add(next()?);
                    let (monotonic, seconds, nanoseconds) = (next()?, next()?, next()?);
                    let wall = (seconds as i64).saturating_mul(1_000_000_000);
                    let wall = wall.saturating_add(nanoseconds as i64);
                    let snapshot = ClockSnapshot { trace: Time::default(), monotonic, wall };
                    self.clock.replace((time, snapshot)).is_some()
                }
                _ => return Err(fault!("event {event} where clocks should be told")),
            };
            if is_second {
                return Err("it tells its clock twice".into());
            }
        }
        Ok(())
    }

    /// Looks up what the tables name in each other.
    fn finish(
        self,
        version: Version,
        symbols: &mut Symbols,
    ) -> Result<(Tables, Vec<CpuSample>), Fault> {
        let units_per_second = self.units_per_second.ok_or("it does not tell its clock")?;
        if version >= Version::Go125 && self.clock.is_none() {
            return Err("it has no snapshot of the clocks".into());
        }
        let strings = Table::new(self.strings);
        let strings = strings.map_err(|number| fault!("string {number} is there twice"))?;
        let mut tables = Tables {
            strings,
            new_strings: self.new_strings,
            kept: vec![Cell::new(false); symbols.string_count()],
            stacks: Table::new(Vec::new()).unwrap_or_else(|_| unreachable!("it is empty")),
            clock_unit: ClockUnit::of(units_per_second),
            clock: None,
        };
        let mut frames = FxHashMap::default();
        for (&pc, &(function, file, line)) in &self.frames {
            let (function, file) = (tables.string(function)?, tables.string(file)?);
            frames.insert(pc, symbols.intern_frame(Frame { pc, function, file, line }));
        }
        let mut begin = 0;
        let mut stacks = Vec::with_capacity(self.stacks.len());
        for (number, end) in self.stacks {
            let stack: Vec<_> = self.pcs[begin..end].iter().map(|pc| frames[pc]).collect();
            stacks.push((number, symbols.intern_stack(&stack)));
            begin = end;
        }
        let stacks = Table::new(stacks);
        tables.stacks = stacks.map_err(|number| fault!("stack {number} is there twice"))?;
        tables.clock = self.clock.map(|(units, snapshot)| ClockSnapshot {
            trace: tables.nanoseconds(units),
            ..snapshot
        });
        let samples: Result<Vec<_>, Fault> =
            self.samples.iter().map(|sample| tables.sample(sample)).collect();
        let mut samples = samples?;
        samples.sort_by_key(|sample| sample.time);
        Ok((tables, samples))
    }
}

impl Tables {
    fn sample(
        &self,
        &[time, thread, proc, goroutine, stack]: &RawSample,
    ) -> Result<CpuSample, Fault> {
        Ok(CpuSample {
            time: self.nanoseconds(time),
            thread: ThreadId::of(thread),
            proc: ProcId::of(proc),
            goroutine: if goroutine == 0 { GoroutineId::NONE } else { GoroutineId::of(goroutine) },
            stack: self.stack(stack)?,
        })
    }
}
