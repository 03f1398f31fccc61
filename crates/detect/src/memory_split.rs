//! Where the resident memory is, and a sentence for somebody who looks at `top`.

use plumb_evidence::finding::{MemoryPart, MemorySplit};
use plumb_evidence::heap::MemStats;
use plumb_evidence::process::Resident;
use plumb_evidence::service::Instance;

use crate::wording::bytes;

/// Names of parts that are spoken of.
const LIVE: &str = "live heap";
const STACKS: &str = "goroutine stacks";
const LIVE_AND_STACKS: &str = "live heap and goroutine stacks";
const RUNTIME: &str = "Go runtime";

/// The split, if MemStats or the process's own figures are known.
pub(crate) fn memory_split(instance: &Instance) -> Option<MemorySplit> {
    // Figures of one moment belong together: prefer a round that has both.
    let both = instance.latest(|s| Some((s.heap.as_ref()?.memstats?, s.process.as_ref()?)));
    let memstats = both
        .map(|(memstats, _)| memstats)
        .or_else(|| instance.latest(|s| s.heap.as_ref()?.memstats));
    let process =
        both.map(|(_, process)| process).or_else(|| instance.latest(|s| s.process.as_ref()));
    let resident = process.and_then(|process| process.resident);
    if memstats.is_none() && resident.is_none() {
        return None;
    }
    let total = resident.map(|r| r.total).or_else(|| memstats.map(substitute_for_resident))?;
    let mut parts = Vec::new();
    parts.extend(memstats.iter().flat_map(go_parts));
    parts.extend(resident.iter().flat_map(|resident| system_parts(resident, memstats.as_ref())));
    if resident.is_some() {
        leave_out_untouched(&mut parts, total);
    }
    parts.retain(|part| part.bytes > 0);
    parts.sort_by_key(|part| std::cmp::Reverse(part.bytes));
    let in_use = memstats.map(|memstats| memstats.heap_alloc);
    let virtual_bytes = process.and_then(|process| process.virtual_bytes);
    let sentence = sentence(total, resident.is_some(), virtual_bytes, memstats.as_ref(), &parts);
    Some(MemorySplit {
        instance: instance.id.clone(),
        resident: total,
        measured: resident.is_some(),
        virtual_bytes,
        in_use,
        parts,
        sentence,
    })
}

/// Most of the runtime's tables, in bytes, that is taken without being written to. The runtime reserves them in pieces
/// for a heap to come: a small program on linux/amd64 has 3 to 5 MB of them, of which 1 to 2 MB are resident.
const TABLES_UNTOUCHED_MAX: u64 = 4 << 20;

/// Width of what may be resident of the live heap, as a share of the most that may be: up to this, its figure is told
/// like the others, which are rounded to three digits.
const LIVE_WIDTH_MAX: f64 = 0.1;

/// Pages that Go has taken and never written to, or that are swapped out, are not resident: what the parts have too much
/// goes from those that hold such pages, the emptiest first. Live objects and stacks come last: most have been written
/// to, but neither large buffers that nobody has filled yet, nor the lower half of a stack that has just doubled.
fn leave_out_untouched(parts: &mut Vec<MemoryPart>, resident: u64) {
    let sum: u64 = parts.iter().map(|part| part.bytes).sum();
    let mut excess = sum.saturating_sub(resident);
    for (name, most) in [
        ("idle, not returned", u64::MAX),
        ("garbage and gaps", u64::MAX),
        (RUNTIME, TABLES_UNTOUCHED_MAX),
    ] {
        if let Some(part) = parts.iter_mut().find(|part| part.name == name) {
            let taken = excess.min(part.bytes).min(most);
            part.bytes -= taken;
            excess -= taken;
        }
    }
    excess = leave_out_of_live_and_stacks(parts, excess);
    if let Some(runtime) = parts.iter_mut().find(|part| part.name == RUNTIME) {
        runtime.bytes = runtime.bytes.saturating_sub(excess);
    }
}

/// Takes from the live heap what must be missing there, and what is small beside it; else nobody knows whether objects or
/// stacks are not resident, and they are one part. Returns what neither has.
fn leave_out_of_live_and_stacks(parts: &mut Vec<MemoryPart>, excess: u64) -> u64 {
    let of = |parts: &[MemoryPart], name| {
        parts.iter().find(|part| part.name == name).map_or(0, |part| part.bytes)
    };
    let (live, stacks) = (of(parts, LIVE), of(parts, STACKS));
    let both = (live + stacks).saturating_sub(excess);
    let (least, most) = (both.saturating_sub(stacks), both.min(live));
    let is_known = (most - least) as f64 <= LIVE_WIDTH_MAX * most as f64;
    let left = excess.saturating_sub(live + stacks);
    if excess == 0 {
        return 0;
    }
    if is_known && least > 0 {
        parts.iter_mut().filter(|part| part.name == LIVE).for_each(|part| part.bytes = least);
        return left;
    }
    parts.retain(|part| part.name != LIVE && part.name != STACKS);
    parts.push(MemoryPart {
        name: LIVE_AND_STACKS,
        bytes: both,
        meaning: "objects that something still refers to, and stacks; parts of them are mapped but not resident",
    });
    left
}

/// Without `/proc`: what Go took and did not give back. More than that can be resident only outside of Go.
fn substitute_for_resident(memstats: MemStats) -> u64 {
    memstats.sys.saturating_sub(memstats.heap_released)
}

fn go_parts(memstats: &MemStats) -> [MemoryPart; 5] {
    let part = |name, bytes, meaning| MemoryPart { name, bytes, meaning };
    let idle = memstats.heap_idle.saturating_sub(memstats.heap_released);
    [
        part(
            LIVE,
            memstats.heap_alloc,
            "Go objects that something still refers to; growing here is a leak or more work",
        ),
        part(
            "garbage and gaps",
            memstats.heap_inuse.saturating_sub(memstats.heap_alloc),
            "dead objects until the next collection and gaps between live ones; not a leak",
        ),
        part("idle, not returned", idle, "free memory that Go keeps for the next peak; not a leak"),
        part(STACKS, memstats.stack_inuse, "grows with the number of goroutines"),
        part(RUNTIME, memstats.runtime_sys, "the collector's and profiler's own tables"),
    ]
}

fn system_parts(resident: &Resident, memstats: Option<&MemStats>) -> Vec<MemoryPart> {
    let mut parts = vec![
        MemoryPart {
            name: "mapped files",
            bytes: resident.file,
            meaning: "the executable and mapped files; the kernel can take it back",
        },
        MemoryPart {
            name: "shared memory",
            bytes: resident.shared,
            meaning: "tmpfs and shared mappings",
        },
    ];
    match memstats {
        Some(memstats) => parts.push(MemoryPart {
            name: "native (cgo, mmap)",
            bytes: resident.anonymous.saturating_sub(memstats.sys.saturating_sub(memstats.heap_released)),
            meaning: "memory that Go does not know of: C libraries, mmap; growing here is a leak outside of Go",
        }),
        None => parts.push(MemoryPart {
            name: "anonymous",
            bytes: resident.anonymous,
            meaning: "Go heap, stacks and native memory together; a heap profile tells them apart",
        }),
    }
    parts
}

fn sentence(
    resident: u64,
    measured: bool,
    virtual_bytes: Option<u64>,
    memstats: Option<&MemStats>,
    parts: &[MemoryPart],
) -> String {
    let mut sentences = Vec::new();
    if let Some(virtual_bytes) = virtual_bytes {
        sentences
            .push(format!("VIRT {} is address space, not memory.", bytes(virtual_bytes as f64)));
    }
    let resident = bytes(resident as f64);
    sentences.push(if measured {
        format!("RES {resident} is what counts against the limit.")
    } else {
        format!("Go holds {resident}; without /proc the resident set itself is not known.")
    });
    sentences.extend(memstats.map(|memstats| live_heap(memstats, parts)));
    sentences.join(" ")
}

/// `43.0 MB of it is live heap; most of the rest is goroutine stacks.`
fn live_heap(memstats: &MemStats, parts: &[MemoryPart]) -> String {
    let of = |name: &str| parts.iter().find(|part| part.name == name).map(|part| part.bytes);
    let rest = parts.iter().find(|part| part.name != LIVE && part.name != LIVE_AND_STACKS);
    let rest = rest.map_or_else(String::new, |part| format!("; most of the rest is {}", part.name));
    let live = bytes(memstats.heap_alloc as f64);
    match (of(LIVE).map(|part| bytes(part as f64)), of(LIVE_AND_STACKS)) {
        (Some(resident), _) if resident == live => format!("{live} of it is live heap{rest}."),
        (Some(resident), _) => format!("{resident} of the live heap of {live} is resident{rest}."),
        (None, Some(both)) => {
            let (stacks, both) = (bytes(memstats.stack_inuse as f64), bytes(both as f64));
            format!(
                "Live heap ({live}) and goroutine stacks ({stacks}) have {both} of it: parts of them are mapped but not resident{rest}."
            )
        }
        (None, None) => {
            format!("How much of the live heap of {live} is resident is not known{rest}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use plumb_evidence::heap::Heap;
    use plumb_evidence::process::Process;
    use plumb_evidence::service::Snapshot;

    use super::*;

    const MB: u64 = 1 << 20;

    /// A process with this live heap, runtime and resident anonymous memory, and a stack or two.
    fn split(live: u64, runtime: u64, anonymous: u64) -> MemorySplit {
        with_stacks(MB, live, runtime, anonymous)
    }

    fn with_stacks(stacks: u64, live: u64, runtime: u64, anonymous: u64) -> MemorySplit {
        let memstats = MemStats {
            heap_alloc: live,
            heap_inuse: live + MB,
            heap_idle: MB,
            stack_inuse: stacks,
            runtime_sys: runtime,
            sys: live + 2 * MB + stacks + runtime,
            ..MemStats::default()
        };
        let resident =
            Resident { total: anonymous + 8 * MB, anonymous, file: 8 * MB, ..Resident::default() };
        let snapshot = Snapshot {
            heap: Some(Heap { memstats: Some(memstats), ..Heap::default() }),
            process: Some(Process { resident: Some(resident), ..Process::default() }),
            ..Snapshot::default()
        };
        let instance = Instance { snapshots: vec![snapshot], ..Instance::default() };
        memory_split(&instance).expect("a split")
    }

    fn part(split: &MemorySplit, name: &str) -> u64 {
        split.parts.iter().find(|part| part.name == name).map_or(0, |part| part.bytes)
    }

    #[test]
    fn a_small_process_has_written_to_its_objects_and_not_to_all_tables() {
        let split = split(MB, 4 * MB, 4 * MB);
        assert_eq!((part(&split, LIVE), part(&split, RUNTIME)), (MB, 2 * MB));
        assert!(split.sentence.contains(" 1.0 MB of it is live heap;"), "{}", split.sentence);
    }

    #[test]
    fn what_is_not_resident_of_the_live_heap_is_told() {
        let split = split(100 * MB, 10 * MB, 60 * MB);
        assert_eq!((part(&split, LIVE), part(&split, RUNTIME)), (53 * MB, 6 * MB));
        let told = "53.0 MB of the live heap of 100 MB is resident;";
        assert!(split.sentence.contains(told), "{}", split.sentence);
        assert_eq!(split.parts.iter().map(|part| part.bytes).sum::<u64>(), split.resident);
    }

    #[test]
    fn stacks_are_not_all_touched_and_the_live_heap_is_not_blamed_for_it() {
        let split = with_stacks(16 * MB, MB, 5 * MB, 14 * MB);
        assert_eq!((part(&split, LIVE), part(&split, STACKS)), (0, 0));
        assert_eq!(part(&split, LIVE_AND_STACKS), 13 * MB);
        let told = "Live heap (1.0 MB) and goroutine stacks (16.0 MB) have 13.0 MB of it: parts of them are mapped";
        assert!(split.sentence.contains(told), "{}", split.sentence);
        assert_eq!(split.parts.iter().map(|part| part.bytes).sum::<u64>(), split.resident);
    }

    #[test]
    fn a_process_that_is_swapped_out_has_no_live_heap_of_0_bytes() {
        let split = with_stacks(MB, 50 * MB, 10 * MB, MB / 2);
        assert!(!split.sentence.contains(" 0 B"), "{}", split.sentence);
        assert_eq!(split.parts.iter().map(|part| part.bytes).sum::<u64>(), split.resident);
    }
}
