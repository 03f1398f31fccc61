//! What a capture is doing, for whoever shows it.

/// Something that happened during a capture.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The target's profiles, or its process, were found.
    Found {
        /// What was found, e.g. `http://127.0.0.1:6060/debug/pprof/` or `pid 4711`.
        what: String,
    },
    /// A regular round begins.
    Round {
        /// From 1.
        number: u32,
        /// How many there will be.
        of: u32,
    },
    /// Garbage collections are being forced.
    GarbageCollection,
    /// An execution trace is being taken.
    Trace {
        /// How long it takes.
        length: std::time::Duration,
    },
    /// Something is left out, and why; no fault.
    Note {
        /// The sentence.
        text: String,
    },
    /// Something could not be read; it is in the case as well.
    Problem {
        /// What happened and what to do next.
        text: String,
    },
    /// All of this instance is taken.
    Done,
}

/// Is told what a capture is doing. Called from several threads.
pub trait Progress: Sync {
    /// Something happened to `instance` (how reports call it, or the target as the user named it).
    fn event(&self, instance: &str, event: Event);
}

/// Shows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn event(&self, _: &str, _: Event) {}
}
