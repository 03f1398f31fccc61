//! Frames of allocators and profilers, which old formats do not name themselves. The names are those of pprof
//! (`profile/legacy_profile.go`).

use crate::model::Profile;
use crate::strings::StrId;

/// Functions that allocate memory.
const ALLOCATORS: &str = concat!(
    "calloc|cfree|malloc|free|memalign|do_memalign|(__)?posix_memalign|pvalloc|valloc|realloc|",
    "tcmalloc::.*|tc_calloc|tc_cfree|tc_malloc|tc_free|tc_memalign|tc_posix_memalign|tc_pvalloc|",
    "tc_valloc|tc_realloc|tc_new|tc_delete|tc_newarray|tc_deletearray|tc_new_nothrow|",
    "tc_newarray_nothrow|malloc_zone_malloc|malloc_zone_calloc|malloc_zone_valloc|",
    r"malloc_zone_realloc|malloc_zone_memalign|malloc_zone_free|runtime\..*|BaseArena::.*|",
    "(::)?do_malloc_no_errno|(::)?do_malloc_pages|(::)?do_malloc|DoSampledAllocation|",
    "MallocedMemBlock::MallocedMemBlock|_M_allocate|__builtin_(vec_)?delete|__builtin_(vec_)?new|",
    "__gnu_cxx::new_allocator::allocate|__libc_malloc|__malloc_alloc_template::allocate|allocate|",
    r"cpp_alloc|operator new(\[\])?|simple_alloc::allocate",
);

/// Functions of Go's runtime that call those of the program.
const NO_ALLOCATORS: &str = r"runtime\.panic|runtime\.reflectcall|runtime\.call[0-9]*";

/// Functions of the signal handler.
const CPU_PROFILER: &str = concat!(
    "ProfileData::Add|ProfileData::prof_handler|CpuProfiler::prof_handler|__pthread_sighandler|",
    "__restore",
);

/// Functions of locks.
const LOCKS: &str = concat!(
    "RecordLockProfileData|(base::)?RecordLockProfileData.*|(base::)?SubmitMutexProfileData.*|",
    "(base::)?SubmitSpinLockProfileData.*|(base::Mutex::)?AwaitCommon.*|(base::Mutex::)?Unlock.*|",
    "(base::Mutex::)?UnlockSlow.*|(base::Mutex::)?ReaderUnlock.*|(base::MutexLock::)?~MutexLock.*|",
    "(Mutex::)?AwaitCommon.*|(Mutex::)?Unlock.*|(Mutex::)?UnlockSlow.*|(Mutex::)?ReaderUnlock.*|",
    "(MutexLock::)?~MutexLock.*|(SpinLock::)?Unlock.*|(SpinLock::)?SlowUnlock.*|",
    "(SpinLockHolder::)?~SpinLockHolder.*",
);

/// Sets the frames to drop and to keep by the sample types.
pub(super) fn add(profile: &mut Profile) {
    let kinds: Vec<&str> = profile.value_types().map(|(kind, _)| kind).collect();
    let (drop, keep) = match kinds.as_slice() {
        ["allocations", "size"]
        | ["objects", "space"]
        | ["inuse_objects", "inuse_space"]
        | ["alloc_objects", "alloc_space"]
        | ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"] => {
            (ALLOCATORS, NO_ALLOCATORS)
        }
        ["contentions", "delay"] => (LOCKS, ""),
        _ => (CPU_PROFILER, ""),
    };
    profile.drop_frames = profile.strings.push(drop);
    profile.keep_frames = if keep.is_empty() { StrId::EMPTY } else { profile.strings.push(keep) };
}
