//! What to take, how often, and what the target may be asked to bear.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::http::HttpOptions;

/// How often a waiting capture looks whether it is to stop.
const STOP_INTERVAL: Duration = Duration::from_millis(50);

/// What to take, how often, and what the target may be asked to bear.
#[derive(Clone, Debug)]
pub struct CaptureOptions {
    /// How to speak to targets.
    pub http: HttpOptions,
    /// Time between the first and the last regular round (`--for`). Zero = one round.
    pub window: Duration,
    /// Time between rounds (`--every`).
    pub every: Duration,
    /// Force garbage collections at the end, before the heap that a verdict rests on (`--no-gc` clears it).
    pub gc: bool,
    /// Live heap in bytes above which none is forced: it costs about 4 s of background work per GiB (DESIGN.md §4).
    pub gc_live_limit: u64,
    /// Pause that a full goroutine dump may cost the target; zero = never take one.
    pub dump_pause_limit: Duration,
    /// Ask for the `goroutineleak` profile, which is not read-only (DESIGN.md §4).
    pub goroutineleak: bool,
    /// Take an execution trace after the rounds (`--trace`).
    pub trace: bool,
    /// How long a trace is, wherever one is taken.
    pub trace_length: Duration,
    /// Most bytes of a trace; when they are reached it is ended, and what came is used.
    pub trace_bytes: u64,
    /// Functions whose callers are read from the executable of a process on this machine; none = it is not read.
    pub constructors: BTreeSet<&'static str>,
    /// Types of which it is read there as well where their values are made, as `import/path.Name`.
    pub pools: BTreeSet<&'static str>,
    /// Lets another thread, such as a signal handler, end the capture early.
    pub stop: Stop,
}

impl Default for CaptureOptions {
    fn default() -> Self {
        Self {
            http: HttpOptions::default(),
            window: Duration::from_secs(12),
            every: Duration::from_secs(2),
            gc: true,
            gc_live_limit: 1 << 30,
            dump_pause_limit: Duration::from_millis(10),
            goroutineleak: false,
            trace: false,
            trace_length: Duration::from_secs(5),
            // 6 MB a second at 55,000 requests a second, 8 MB at 100,000 idle goroutines (DESIGN.md §4).
            trace_bytes: 64 << 20,
            constructors: BTreeSet::new(),
            pools: BTreeSet::new(),
            stop: Stop::default(),
        }
    }
}

/// Ends a capture early; what came until then is kept. Setting it is safe in a signal handler.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Ends the capture after the request that is under way.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether the capture is to end.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// The flag itself, for registering with a signal handler.
    pub fn flag(&self) -> Arc<AtomicBool> {
        self.0.clone()
    }

    /// Waits until `deadline`; false if it was stopped before.
    pub(crate) fn wait_until(&self, deadline: Instant) -> bool {
        loop {
            if self.is_set() {
                return false;
            }
            match deadline.saturating_duration_since(Instant::now()) {
                Duration::ZERO => return true,
                left => std::thread::sleep(left.min(STOP_INTERVAL)),
            }
        }
    }
}
