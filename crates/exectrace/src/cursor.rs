//! The next event of each thread, and which thread's comes first.

use std::ops::Range;

use crate::batch::Batch;
use crate::error::{Fault, fault};
use crate::generation::Tables;
use crate::ids::Time;
use crate::scheduler::ThreadPlace;
use crate::varint::{Bytes, Window};
use crate::wire::{self, EventType, MAX_ARGUMENTS};

/// An event as it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawEvent {
    pub(crate) event: EventType,
    pub(crate) time: Time,
    pub(crate) arguments: [u64; MAX_ARGUMENTS],
}

impl RawEvent {
    /// Reads the event at the front of `bytes`, which is no longer than `length`, all but its time. Gives the units of the
    /// clock that have passed since the one before, and how many bytes were read.
    #[inline(always)]
    fn read(&mut self, bytes: &[u8], length: usize) -> Option<(u64, usize)> {
        match self.read_at_once(bytes) {
            Some((elapsed, read)) if read <= length => Some((elapsed, read)),
            _ => self.read_slowly(&bytes[..length]),
        }
    }

    /// The same if no number is long and enough bytes follow.
    #[inline(always)]
    fn read_at_once(&mut self, bytes: &[u8]) -> Option<(u64, usize)> {
        let (event, mut window) = Window::after_first(bytes)?;
        self.event = event;
        let count = wire::argument_count(event)?;
        let elapsed = window.number()?;
        self.arguments = [0; MAX_ARGUMENTS];
        for argument in self.arguments.get_mut(..count)? {
            *argument = window.number()?;
        }
        Some((elapsed, window.read))
    }

    /// The same for any event.
    #[cold]
    fn read_slowly(&mut self, all: &[u8]) -> Option<(u64, usize)> {
        let mut bytes = Bytes(all);
        self.event = bytes.byte()?;
        let count = wire::argument_count(self.event)?;
        let elapsed = bytes.number()?;
        self.arguments = [0; MAX_ARGUMENTS];
        for argument in self.arguments.iter_mut().take(count) {
            *argument = bytes.number()?;
        }
        Some((elapsed, all.len() - bytes.0.len()))
    }
}

/// Goes through the events of one thread.
#[derive(Debug)]
pub(crate) struct Cursor {
    pub(crate) thread: ThreadPlace,
    /// The event that is next.
    pub(crate) next: RawEvent,
    batches: std::vec::IntoIter<Batch>,
    /// What is left of the batch.
    rest: Range<usize>,
    /// Time of the last event of the batch; 0 at its begin.
    last: Time,
    /// When the batch begins, in units of the trace's clock.
    begin: u64,
}

impl Cursor {
    /// A cursor at the first event; none if there are no events.
    pub(crate) fn new(
        thread: ThreadPlace,
        batches: Vec<Batch>,
        buffer: &[u8],
        tables: &Tables,
    ) -> Result<Option<Self>, Fault> {
        let next = RawEvent { event: 0, time: Time::default(), arguments: [0; MAX_ARGUMENTS] };
        let (batches, last) = (batches.into_iter(), Time::default());
        let mut cursor = Self { thread, next, batches, rest: 0..0, last, begin: 0 };
        Ok(cursor.advance(buffer, tables)?.then_some(cursor))
    }

    /// Goes to the next event, and tells whether there is one.
    #[inline(always)]
    pub(crate) fn advance(&mut self, buffer: &[u8], tables: &Tables) -> Result<bool, Fault> {
        while self.rest.is_empty() {
            let Some(batch) = self.batches.next() else { return Ok(false) };
            (self.rest, self.begin, self.last) = (batch.bytes, batch.time, Time::default());
        }
        let Some((elapsed, read)) = self.next.read(&buffer[self.rest.start..], self.rest.len())
        else {
            return Err(self.unreadable());
        };
        self.rest.start += read;
        // Seldom, that is once for each batch, the time is that of the batch.
        let last = match self.last {
            Time(0) => tables.nanoseconds(self.begin),
            last => last,
        };
        self.next.time = Time(tables.nanoseconds(elapsed).0.wrapping_add(last.0));
        self.last = self.next.time;
        Ok(true)
    }

    #[cold]
    fn unreadable(&self) -> Fault {
        fault!("event {} cannot be read", self.next.event)
    }
}

/// The cursors of all threads that have events left, as a heap: none is earlier than the first.
///
/// Which of two events at the same nanosecond comes first decides how the whole order looks, so elements move as they
/// do in the reference reader (`internal/trace/batchcursor.go`): by `<`, up first and down only if that moved nothing.
#[derive(Debug, Default)]
pub(crate) struct Frontier {
    cursors: Vec<Cursor>,
    /// When the next event of each cursor with events left is, and which cursor that is.
    heap: Vec<(Time, usize)>,
}

impl Frontier {
    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.cursors.clear();
        self.heap.clear();
    }

    /// The cursor at a place of the heap.
    pub(crate) fn get_mut(&mut self, index: usize) -> &mut Cursor {
        &mut self.cursors[self.heap[index].1]
    }

    /// The cursor with the first event, and how late its events may be for it to stay the first. Once it has gone on it is to
    /// be put where it belongs.
    #[inline]
    pub(crate) fn first(&mut self) -> Option<(&mut Cursor, Time)> {
        let &(_, cursor) = self.heap.first()?;
        let others = self.heap.iter().skip(1).take(2).map(|&(time, _)| time);
        let until = others.min().unwrap_or(Time(i64::MAX));
        Some((&mut self.cursors[cursor], until))
    }

    /// When the first event is.
    pub(crate) fn first_time(&self) -> Option<Time> {
        self.heap.first().map(|&(time, _)| time)
    }

    pub(crate) fn insert(&mut self, cursor: Cursor) {
        self.heap.push((cursor.next.time, self.cursors.len()));
        self.cursors.push(cursor);
        self.sift_up(self.heap.len() - 1);
    }

    /// Puts the first cursor, which went on to its next event, where it belongs.
    #[inline]
    pub(crate) fn update_first(&mut self) {
        let Some(&(_, cursor)) = self.heap.first() else { return };
        let moved = (self.cursors[cursor].next.time, cursor);
        let mut hole = 0;
        loop {
            let (mut least, mut at) = (moved, hole);
            for child in [2 * hole + 1, 2 * hole + 2] {
                match self.heap.get(child) {
                    Some(other) if other.0 < least.0 => (least, at) = (*other, child),
                    _ => {}
                }
            }
            self.heap[hole] = least;
            if at == hole {
                return;
            }
            hole = at;
        }
    }

    /// Puts a cursor that went on to its next event where it belongs.
    pub(crate) fn update(&mut self, index: usize) {
        let (time, cursor) = &mut self.heap[index];
        *time = self.cursors[*cursor].next.time;
        if self.sift_up(index) == index {
            self.sift_down(index);
        }
    }

    /// Takes out a cursor that has no events left.
    pub(crate) fn remove(&mut self, index: usize) {
        let mut hole = index;
        while hole > 0 {
            self.heap.swap((hole - 1) / 2, hole);
            hole = (hole - 1) / 2;
        }
        self.heap.swap_remove(0);
        self.sift_down(0);
        if self.heap.is_empty() {
            self.cursors.clear();
        }
    }

    /// Sorts all by time; what is sorted is still a heap.
    pub(crate) fn sort(&mut self) {
        self.heap.sort_by_key(|&(time, _)| time);
    }

    fn sift_up(&mut self, mut index: usize) -> usize {
        while index > 0 && self.heap[(index - 1) / 2].0 > self.heap[index].0 {
            self.heap.swap((index - 1) / 2, index);
            index = (index - 1) / 2;
        }
        index
    }

    fn sift_down(&mut self, mut index: usize) {
        loop {
            let mut least = index;
            for child in [2 * index + 1, 2 * index + 2] {
                if child < self.heap.len() && self.heap[child].0 < self.heap[least].0 {
                    least = child;
                }
            }
            if least == index {
                return;
            }
            self.heap.swap(index, least);
            index = least;
        }
    }
}
