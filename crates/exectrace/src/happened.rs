//! Events that have happened, until they are asked for.

use crate::event::Event;
use crate::ids::Time;

/// How many are gathered before they are given: many enough that each is complete in memory long before it is copied, few
/// enough that all stay in the nearest cache.
const GATHERED: usize = 128;

/// Events in the order in which they happened.
#[derive(Debug, Default)]
pub(crate) struct Happened {
    events: Vec<Event>,
    /// How many of them were given.
    given: usize,
    /// The time of the last event, of those that were given too.
    last: Time,
}

/// A point between two events.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    length: usize,
    last: Time,
}

impl Happened {
    /// The next event that was not given yet.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Event> {
        let event = self.events.get(self.given)?;
        self.given += 1;
        Some(*event)
    }

    /// The events that were not given yet.
    #[inline]
    pub(crate) fn take_all(&mut self) -> &[Event] {
        let given = std::mem::replace(&mut self.given, self.events.len());
        self.events.get(given..).unwrap_or_default()
    }

    /// Whether all events were given.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.given >= self.events.len()
    }

    /// Forgets what was given, which must be all.
    pub(crate) fn begin_anew(&mut self) {
        self.events.clear();
        self.events.reserve(GATHERED);
        self.given = 0;
    }

    /// Whether it is time to give some.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.events.len() >= GATHERED
    }

    /// Adds an event, whose time is moved behind that of the one before.
    #[inline]
    pub(crate) fn push(&mut self, event: Event) {
        let time = event.time.max(Time(self.last.0.saturating_add(1)));
        self.last = time;
        self.events.push(Event { time, ..event });
    }

    /// The time of the last event.
    pub(crate) fn last(&self) -> Time {
        self.last
    }

    /// The point behind the last event.
    #[inline]
    pub(crate) fn mark(&self) -> Mark {
        Mark { length: self.events.len(), last: self.last }
    }

    /// Forgets what was added since.
    pub(crate) fn back_to(&mut self, Mark { length, last }: Mark) {
        self.events.truncate(length);
        self.last = last;
    }
}
