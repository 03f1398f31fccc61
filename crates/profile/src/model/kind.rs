//! What a profile measures.

use super::Profile;

/// What a profile measures, told from its sample types and period type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProfileKind {
    /// All goroutines.
    Goroutine,
    /// Goroutines that the runtime proved unreachable (Go 1.27, or 1.26 with an experiment).
    GoroutineLeak,
    /// Memory with `inuse_*` values shown first.
    Heap,
    /// The same memory data with `alloc_space` as the default value.
    Allocs,
    /// CPU time.
    Cpu,
    /// Time blocked on synchronization. Go writes mutex profiles with the same types; they are told
    /// apart by the leaf frames, and a profile without samples counts as block.
    Block,
    /// Time that others waited for a lock, charged to the unlocker.
    Mutex,
    /// Creation of operating system threads.
    Threadcreate,
    /// Anything else, for example of another language.
    Other,
}

impl ProfileKind {
    /// Name as in the URL path below `/debug/pprof/`, or `profile` for CPU; `other` if unknown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Goroutine => "goroutine",
            Self::GoroutineLeak => "goroutineleak",
            Self::Heap => "heap",
            Self::Allocs => "allocs",
            Self::Cpu => "profile",
            Self::Block => "block",
            Self::Mutex => "mutex",
            Self::Threadcreate => "threadcreate",
            Self::Other => "other",
        }
    }
}

pub(super) fn of(profile: &Profile) -> ProfileKind {
    let types: Vec<_> = profile.value_types().collect();
    let has = |name: &str| types.iter().any(|(kind, _)| *kind == name);
    match types.as_slice() {
        [("goroutine", "count")] => ProfileKind::Goroutine,
        [("goroutineleak", "count")] => ProfileKind::GoroutineLeak,
        [("threadcreate", "count")] => ProfileKind::Threadcreate,
        _ if has("cpu") && profile.text(profile.period_type.kind) == "cpu" => ProfileKind::Cpu,
        _ if has("inuse_space") && has("alloc_space") => memory(profile),
        [("contentions", "count"), ("delay", "nanoseconds")] => contention(profile),
        _ => ProfileKind::Other,
    }
}

fn memory(profile: &Profile) -> ProfileKind {
    match profile.text(profile.default_sample_type) {
        "alloc_space" => ProfileKind::Allocs,
        _ => ProfileKind::Heap,
    }
}

/// A mutex event is recorded by the goroutine that unlocks, a block event by the one that waited.
fn contention(profile: &Profile) -> ProfileKind {
    let unlocks = |function: &str| function.to_ascii_lowercase().contains("unlock");
    let (mut mutex, mut block) = (0usize, 0usize);
    for function in profile.samples().filter_map(leaf_function) {
        let is_mutex = unlocks(function) || function == "runtime._LostContendedRuntimeLock";
        *if is_mutex { &mut mutex } else { &mut block } += 1;
    }
    if mutex > block { ProfileKind::Mutex } else { ProfileKind::Block }
}

/// Name of the innermost frame that has one.
fn leaf_function(sample: super::SampleRef<'_>) -> Option<&str> {
    sample.frames().map(|f| f.function).find(|name| !name.is_empty())
}
