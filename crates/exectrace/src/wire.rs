//! The events as they are written: their numbers, names and arguments.
//!
//! The numbers and the order of the arguments are those of `internal/trace/tracev2` in the Go distribution.

use crate::Version;

/// The number of an event's type.
pub(crate) type EventType = u8;

/// Most arguments of an event that has a time, the time left out.
pub(crate) const MAX_ARGUMENTS: usize = 4;

/// Largest batch that the runtime writes, in bytes (`tracev2.MaxBatchSize`).
pub(crate) const MAX_BATCH: u64 = 64 << 10;

/// Most frames of a stack (`tracev2.MaxFramesPerStack`).
pub(crate) const MAX_FRAMES: u64 = 128;

/// Longest string, in bytes (`tracev2.MaxEventTrailerDataSize`).
pub(crate) const MAX_STRING: u64 = 1 << 10;

/// What is known of a type of event that has a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spec {
    pub(crate) name: &'static str,
    /// Names of the arguments after the time. What follows the underscore of one is its type.
    pub(crate) arguments: &'static [&'static str],
}

/// The types of events that have a time, with a constant for each that is told apart.
macro_rules! events {
    ($($number:literal $($constant:ident)? $name:literal [$($argument:literal),*];)*) => {
        $($(pub(crate) const $constant: EventType = $number;)?)*

        static SPECS: [Option<Spec>; 256] = {
            let mut specs = [None; 256];
            $(specs[$number] = Some(Spec { name: $name, arguments: &[$($argument),*] });)*
            specs
        };

        /// How many arguments follow the time, for each type; `NOT_TIMED` for types that have no time.
        static COUNTS: [u8; 256] = {
            let mut counts = [NOT_TIMED; 256];
            $(counts[$number] = <[&str]>::len(&[$($argument),*]) as u8;)*
            counts
        };
    };
}

// Structural events, which make up batches and tables and have no time of their own.
pub(crate) const EVENT_BATCH: EventType = 1;
pub(crate) const STACKS: EventType = 2;
pub(crate) const STACK: EventType = 3;
pub(crate) const STRINGS: EventType = 4;
pub(crate) const STRING: EventType = 5;
pub(crate) const CPU_SAMPLES: EventType = 6;
pub(crate) const CPU_SAMPLE: EventType = 7;
pub(crate) const FREQUENCY: EventType = 8;
pub(crate) const EXPERIMENTAL_BATCH: EventType = 49;
pub(crate) const SYNC: EventType = 50;
pub(crate) const CLOCK_SNAPSHOT: EventType = 51;
pub(crate) const END_OF_GENERATION: EventType = 52;

events! {
    9 PROCS_CHANGE "ProcsChange" ["procs_value", "stack"];
    10 PROC_START "ProcStart" ["p", "p_seq"];
    11 PROC_STOP "ProcStop" [];
    12 PROC_STEAL "ProcSteal" ["p", "p_seq", "m"];
    13 PROC_STATUS "ProcStatus" ["p", "pstatus"];
    14 GO_CREATE "GoCreate" ["new_g", "new_stack", "stack"];
    15 GO_CREATE_SYSCALL "GoCreateSyscall" ["new_g"];
    16 GO_START "GoStart" ["g", "g_seq"];
    17 GO_DESTROY "GoDestroy" [];
    18 GO_DESTROY_SYSCALL "GoDestroySyscall" [];
    19 GO_STOP "GoStop" ["reason_string", "stack"];
    20 GO_BLOCK "GoBlock" ["reason_string", "stack"];
    21 GO_UNBLOCK "GoUnblock" ["g", "g_seq", "stack"];
    22 GO_SYSCALL_BEGIN "GoSyscallBegin" ["p_seq", "stack"];
    23 GO_SYSCALL_END "GoSyscallEnd" [];
    24 GO_SYSCALL_END_BLOCKED "GoSyscallEndBlocked" [];
    25 GO_STATUS "GoStatus" ["g", "m", "gstatus"];
    26 STW_BEGIN "STWBegin" ["kind_string", "stack"];
    27 STW_END "STWEnd" [];
    28 GC_ACTIVE "GCActive" ["gc_seq"];
    29 GC_BEGIN "GCBegin" ["gc_seq", "stack"];
    30 "GCEnd" ["gc_seq"];
    31 GC_SWEEP_ACTIVE "GCSweepActive" ["p"];
    32 GC_SWEEP_BEGIN "GCSweepBegin" ["stack"];
    33 GC_SWEEP_END "GCSweepEnd" ["swept_value", "reclaimed_value"];
    34 GC_MARK_ASSIST_ACTIVE "GCMarkAssistActive" ["g"];
    35 GC_MARK_ASSIST_BEGIN "GCMarkAssistBegin" ["stack"];
    36 GC_MARK_ASSIST_END "GCMarkAssistEnd" [];
    37 HEAP_ALLOC "HeapAlloc" ["heapalloc_value"];
    38 HEAP_GOAL "HeapGoal" ["heapgoal_value"];
    39 GO_LABEL "GoLabel" ["label_string"];
    40 USER_TASK_BEGIN "UserTaskBegin" ["task", "parent_task", "name_string", "stack"];
    41 USER_TASK_END "UserTaskEnd" ["task", "stack"];
    42 USER_REGION_BEGIN "UserRegionBegin" ["task", "name_string", "stack"];
    43 USER_REGION_END "UserRegionEnd" ["task", "name_string", "stack"];
    44 USER_LOG "UserLog" ["task", "key_string", "value_string", "stack"];
    45 GO_SWITCH "GoSwitch" ["g", "g_seq"];
    46 GO_SWITCH_DESTROY "GoSwitchDestroy" ["g", "g_seq"];
    47 GO_CREATE_BLOCKED "GoCreateBlocked" ["new_g", "new_stack", "stack"];
    48 GO_STATUS_STACK "GoStatusStack" ["g", "m", "gstatus", "stack"];
    // Experiments, which a program must have asked for.
    128 "Span" ["id", "npages_value", "kindclass"];
    129 "SpanAlloc" ["id", "npages_value", "kindclass"];
    130 "SpanFree" ["id"];
    131 "HeapObject" ["id", "type"];
    132 "HeapObjectAlloc" ["id", "type"];
    133 "HeapObjectFree" ["id"];
    134 "GoroutineStack" ["id", "order"];
    135 "GoroutineStackAlloc" ["id", "order"];
    136 "GoroutineStackFree" ["id"];
}

const NOT_TIMED: u8 = u8::MAX;

/// Arguments that follow the time of an event of this type; none if such an event has no time.
#[inline]
pub(crate) fn argument_count(event: EventType) -> Option<usize> {
    let count = COUNTS[usize::from(event)];
    (count != NOT_TIMED).then_some(usize::from(count))
}

/// What is known of events of this type; none if they have no time.
pub(crate) fn spec(event: EventType) -> Option<&'static Spec> {
    SPECS[usize::from(event)].as_ref()
}

/// Whether a batch that begins with this event holds the generation's clock instead of events.
pub(crate) fn begins_sync(event: EventType, version: Version) -> bool {
    if version < Version::Go125 { event == FREQUENCY } else { event == SYNC }
}
