//! Goroutines: what they wait for, and groups of those that share state and stack.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::Timestamp;
use crate::code::{Frame, Stack};

/// What a goroutine waits for. Parsed once from the runtime's wait reason or, where a profile
/// carries none, from the runtime frames at the leaf.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WaitState {
    /// `running` or `runnable`.
    Running,
    /// `syscall`: also a blocking file read or a cgo call.
    Syscall,
    /// `IO wait`: parked in the network poller.
    IoWait,
    /// `chan send`.
    ChanSend,
    /// `chan receive`, also `range` over a channel.
    ChanReceive,
    /// `select`.
    Select,
    /// `select (no cases)`, `chan send (nil chan)`, `chan receive (nil chan)`: for ever by definition.
    Forever,
    /// `sleep`.
    Sleep,
    /// `sync.Mutex.Lock`.
    MutexLock,
    /// `sync.RWMutex.Lock` or `sync.RWMutex.RLock`.
    RwMutexLock,
    /// `sync.Cond.Wait`.
    CondWait,
    /// `sync.WaitGroup.Wait`.
    WaitGroupWait,
    /// `semacquire`: a lock or a `WaitGroup` before the runtime told them apart (1.20, about 1.25).
    Semacquire,
    /// Any other reason, in the runtime's words.
    Other(Arc<str>),
    /// The evidence does not tell.
    Unknown,
}

impl WaitState {
    /// Parses the first part of a dump header's brackets, e.g. `chan receive (nil chan)`.
    pub fn from_reason(reason: &str) -> Self {
        match reason {
            "running" | "runnable" => Self::Running,
            "syscall" => Self::Syscall,
            "IO wait" | "net poll wait" => Self::IoWait,
            "chan send" => Self::ChanSend,
            "chan receive" => Self::ChanReceive,
            "select" => Self::Select,
            "select (no cases)" | "chan send (nil chan)" | "chan receive (nil chan)" => {
                Self::Forever
            }
            "sleep" => Self::Sleep,
            "sync.Mutex.Lock" => Self::MutexLock,
            "sync.RWMutex.Lock" | "sync.RWMutex.RLock" => Self::RwMutexLock,
            "sync.Cond.Wait" => Self::CondWait,
            "sync.WaitGroup.Wait" => Self::WaitGroupWait,
            "semacquire" => Self::Semacquire,
            "" => Self::Unknown,
            other => Self::Other(other.into()),
        }
    }

    /// Recovers the state from the frames at the leaf (DESIGN.md §4); runtime frames must still be there.
    /// Text profiles hide them, so what is left of `sync`, `internal/poll` and `time` is used too.
    pub fn from_frames<'a>(frames: impl Iterator<Item = &'a str>) -> Self {
        let mut semaphore = false;
        for function in frames.take(12) {
            let state = match function {
                "runtime.chansend" | "runtime.chansend1" | "runtime.selectnbsend" => Self::ChanSend,
                "runtime.chanrecv" | "runtime.chanrecv1" | "runtime.chanrecv2" => Self::ChanReceive,
                "runtime.selectgo" => Self::Select,
                "runtime.block" => Self::Forever,
                "runtime.netpollblock"
                | "internal/poll.runtime_pollWait"
                | "internal/poll.(*pollDesc).wait" => Self::IoWait,
                "time.Sleep" | "runtime.timeSleep" => Self::Sleep,
                "sync.runtime_notifyListWait" | "sync.(*Cond).Wait" => Self::CondWait,
                "sync.(*Mutex).Lock"
                | "sync.(*Mutex).lockSlow"
                | "internal/sync.(*Mutex).lockSlow" => Self::MutexLock,
                "sync.(*RWMutex).Lock" | "sync.(*RWMutex).RLock" => Self::RwMutexLock,
                "sync.(*WaitGroup).Wait" => Self::WaitGroupWait,
                "syscall.Syscall"
                | "syscall.Syscall6"
                | "syscall.syscall"
                | "runtime.cgocall"
                | "syscall.RawSyscall6" => Self::Syscall,
                "sync.runtime_Semacquire"
                | "sync.runtime_SemacquireMutex"
                | "runtime.semacquire1" => {
                    semaphore = true;
                    continue;
                }
                _ if function.starts_with("runtime.")
                    || function.starts_with("sync.")
                    || function.starts_with("internal/sync.") =>
                {
                    continue;
                }
                _ => break,
            };
            return state;
        }
        if semaphore { Self::Semacquire } else { Self::Unknown }
    }

    /// Whether the goroutine is parked until somebody else acts.
    pub fn is_blocked(&self) -> bool {
        !matches!(self, Self::Running | Self::Unknown)
    }
}

impl fmt::Display for WaitState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Running => "running",
            Self::Syscall => "syscall",
            Self::IoWait => "IO wait",
            Self::ChanSend => "chan send",
            Self::ChanReceive => "chan receive",
            Self::Select => "select",
            Self::Forever => "select (no cases)",
            Self::Sleep => "sleep",
            Self::MutexLock => "sync.Mutex.Lock",
            Self::RwMutexLock => "sync.RWMutex.Lock",
            Self::CondWait => "sync.Cond.Wait",
            Self::WaitGroupWait => "sync.WaitGroup.Wait",
            Self::Semacquire => "semacquire",
            Self::Other(reason) => reason,
            Self::Unknown => "unknown",
        })
    }
}

/// Goroutines that share state, stack, creator and labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What they wait for.
    pub state: WaitState,
    /// Their stack.
    pub stack: Stack,
    /// The `go` statement that started them; only dumps (`debug=2`) tell.
    pub created_by: Option<Frame>,
    /// Profiler labels, sorted by key.
    pub labels: Arc<[(Arc<str>, Arc<str>)]>,
    /// How many there are.
    pub count: u64,
    /// How long they have waited; only dumps tell, and only from about a minute on.
    pub waiting: Option<WaitMinutes>,
    /// Ids of some of them, chosen the same way in every dump.
    pub ids: IdSample,
    /// The goroutines that created them; only dumps of Go 1.21 and later tell.
    pub creators: Creators,
    /// How many the runtime has convicted (`(leaked)` in a dump, or the `goroutineleak` profile).
    pub convicted: u64,
}

impl Group {
    /// A group of which nothing else is known: no creator, labels, times or ids.
    pub fn new(state: WaitState, stack: Stack, count: u64) -> Self {
        Self {
            state,
            stack,
            created_by: None,
            labels: [].into(),
            count,
            waiting: None,
            ids: IdSample::default(),
            creators: Creators::default(),
            convicted: 0,
        }
    }
}

/// Wait times of a group in whole minutes, counted by the runtime from the first garbage collection
/// after the goroutine blocked. Those without a figure count as 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitMinutes {
    /// The shortest.
    pub min: u64,
    /// The middle one.
    pub median: u64,
    /// The longest.
    pub max: u64,
}

/// Goroutine ids whose hash falls below a threshold that halves with every level: two samples
/// of the same level hold the same goroutines, so survival can be counted on them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdSample {
    /// Sorted ids.
    pub ids: Vec<u64>,
    /// Each id stands for 2^level goroutines. 0 = every id is there.
    pub level: u8,
}

impl IdSample {
    /// Whether a sample of `level` keeps `id`. To compare two samples, keep of both what the higher level keeps.
    ///
    /// The hash is the finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators,
    /// 2014), the same as in the reader of dumps.
    pub fn keeps(id: u64, level: u8) -> bool {
        let z = id.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let hash = z ^ (z >> 31);
        hash.leading_zeros() >= u32::from(level)
    }
}

/// World-stopped time of `goroutine?debug=2` per goroutine. Measured on Go 1.27, 2 cores: 21 ms at 1,000, 0.34 s at
/// 10,000, 2.7 s at 100,000 (DESIGN.md §4), that is 21 to 34 µs; the upper end, so that 300 stay below 10 ms.
const DUMP_PAUSE_PER_GOROUTINE: Duration = Duration::from_micros(33);

/// How long a full dump of so many goroutines stops the target.
pub fn dump_pause(goroutines: u64) -> Duration {
    DUMP_PAUSE_PER_GOROUTINE.saturating_mul(goroutines.min(u32::MAX.into()) as u32)
}

/// The goroutines that created those of a group, each with how many it created.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Creators {
    /// Ids of the creators, ascending, each with the number of goroutines it created.
    pub made: Vec<(u64, u64)>,
    /// Each creator stands for 2^level, chosen as in [`IdSample`]. 0 = every creator is there.
    pub level: u8,
}

impl Creators {
    /// Adds the creators of other goroutines, at the higher level of the two.
    pub fn add(&mut self, other: &Self) {
        let level = self.level.max(other.level);
        let mut all: BTreeMap<u64, u64> = BTreeMap::new();
        for &(id, number) in self.made.iter().chain(&other.made) {
            if IdSample::keeps(id, level) {
                *all.entry(id).or_default() += number;
            }
        }
        *self = Self { made: all.into_iter().collect(), level };
    }
}

/// What kind of document a [`Goroutines`] came from; it decides which figures can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoroutineSource {
    /// The protobuf profile: counts and stacks, states recovered from runtime frames.
    Profile,
    /// `debug=1` text: runtime frames hidden, so many states are unknown.
    Text,
    /// `debug=2`: states, wait minutes, ids and creators.
    Dump,
    /// The same of a process that ended with it: SIGQUIT, panic or fatal error. Nothing more can come of that process.
    Crash,
    /// The `goroutineleak` profile: only goroutines the runtime has convicted.
    Leaked,
    /// An execution trace: stacks, and states recovered from runtime frames.
    Trace,
}

/// The goroutines of one process at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Goroutines {
    /// When it was taken, if known.
    pub taken: Option<Timestamp>,
    /// The kind of document.
    pub source: GoroutineSource,
    /// How many there were: the profile's own total, which may exceed the sum over groups of a cut dump.
    pub total: u64,
    /// The groups, most populous first.
    pub groups: Vec<Group>,
    /// The dump ends early (64 MiB limit of `debug=2`, or a cut log): counts are lower bounds.
    pub truncated: bool,
}
