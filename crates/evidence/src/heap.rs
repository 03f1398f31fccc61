//! Heap samples with the error that sampling puts on them, and `runtime.MemStats`.

use crate::Timestamp;
use crate::code::Stack;

/// The runtime's default sampling period in bytes (`runtime.MemProfileRate`).
pub const DEFAULT_PERIOD: u64 = 512 * 1024;

/// Objects and bytes estimated from a number of samples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Amount {
    /// Estimated objects (the profile's unsampled value).
    pub objects: f64,
    /// Estimated bytes.
    pub bytes: f64,
    /// How many sampled objects the estimate rests on. Small numbers mean large error: four samples
    /// read as "2 MB".
    pub samples: f64,
}

impl Amount {
    /// Relative standard error of [`Amount::bytes`]: 1/√samples, infinite without samples.
    /// For a site with B bytes this is √(period / B).
    pub fn relative_error(&self) -> f64 {
        if self.samples > 0.0 { self.samples.sqrt().recip() } else { f64::INFINITY }
    }
}

impl std::ops::AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.objects += other.objects;
        self.bytes += other.bytes;
        self.samples += other.samples;
    }
}

impl std::ops::Add for Amount {
    type Output = Self;
    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl std::iter::Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), std::ops::Add::add)
    }
}

/// All sampled allocations of one size on one call path.
#[derive(Clone, Debug, PartialEq)]
pub struct HeapSample {
    /// The allocating call path, leaf first.
    pub stack: Stack,
    /// What is live (as of the last finished garbage collection).
    pub live: Amount,
    /// What was ever allocated. Zero where the profile has no `alloc_*` columns.
    pub allocated: Amount,
}

/// One heap profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heap {
    /// When it was taken, if known.
    pub taken: Option<Timestamp>,
    /// Sampling period in bytes; 1 = every allocation is there.
    pub period: u64,
    /// A garbage collection was forced right before (`?gc=1`).
    pub after_gc: bool,
    /// The samples.
    pub samples: Vec<HeapSample>,
    /// `runtime.MemStats`, which only the `debug=1` text carries.
    pub memstats: Option<MemStats>,
}

impl Heap {
    /// Sum of all live samples.
    pub fn live(&self) -> Amount {
        self.samples.iter().map(|sample| sample.live).sum()
    }

    /// Whether figures are exact (`GODEBUG=memprofilerate=1`).
    pub fn is_exact(&self) -> bool {
        self.period <= 1
    }
}

/// `runtime.MemStats` as the heap text prints it, plus `MaxRSS`. All sizes in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemStats {
    /// Bytes of live and not yet swept heap objects.
    pub heap_alloc: u64,
    /// Bytes of heap obtained from the operating system.
    pub heap_sys: u64,
    /// Bytes in spans without objects.
    pub heap_idle: u64,
    /// Bytes in spans with objects.
    pub heap_inuse: u64,
    /// Bytes returned to the operating system.
    pub heap_released: u64,
    /// Number of heap objects.
    pub heap_objects: u64,
    /// Goroutine stacks in use.
    pub stack_inuse: u64,
    /// Stacks obtained from the operating system.
    pub stack_sys: u64,
    /// Everything obtained from the operating system by the Go runtime.
    pub sys: u64,
    /// Cumulative bytes allocated.
    pub total_alloc: u64,
    /// Cumulative count of objects allocated.
    pub mallocs: u64,
    /// Cumulative count of objects freed.
    pub frees: u64,
    /// Heap size at which the next collection starts.
    pub next_gc: u64,
    /// Completed collections.
    pub num_gc: u64,
    /// End of the last collection but one, in nanoseconds since 1970 UTC; 0 if there were fewer or the text does not
    /// say. A profile beside these statistics that was not taken after a forced collection shows the heap of that
    /// moment: the runtime publishes what a cycle allocated only with the end of the next one
    /// (`runtime.mProf_NextCycle`), which in a calm process is minutes later.
    pub previous_gc: u64,
    /// Off-heap runtime structures: mspan, mcache, hash tables of profiles, GC metadata, other.
    pub runtime_sys: u64,
    /// The largest resident set so far; 0 if the text does not say.
    pub max_rss: u64,
}
