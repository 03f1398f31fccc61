//! Where the resident memory is, and a sentence for somebody who looks at `top`.

use plumb_evidence::finding::{MemoryPart, MemorySplit};
use plumb_evidence::heap::MemStats;
use plumb_evidence::process::Resident;
use plumb_evidence::service::Instance;

use crate::wording::bytes;

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
    let in_use = memstats.map(|memstats| memstats.heap_alloc.min(total));
    let virtual_bytes = process.and_then(|process| process.virtual_bytes);
    let sentence = sentence(total, resident.is_some(), virtual_bytes, in_use, &parts);
    Some(MemorySplit {
        instance: instance.id.clone(),
        resident: total,
        virtual_bytes,
        in_use,
        parts,
        sentence,
    })
}

/// Pages that Go has taken and never written to, or that are swapped out, are not resident: what the parts have too much
/// goes from those that hold such pages, the emptiest first.
fn leave_out_untouched(parts: &mut [MemoryPart], resident: u64) {
    let sum: u64 = parts.iter().map(|part| part.bytes).sum();
    let mut excess = sum.saturating_sub(resident);
    for name in
        ["idle, not returned", "garbage and gaps", "live heap", "goroutine stacks", "Go runtime"]
    {
        if let Some(part) = parts.iter_mut().find(|part| part.name == name) {
            let taken = excess.min(part.bytes);
            part.bytes -= taken;
            excess -= taken;
        }
    }
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
            "live heap",
            memstats.heap_alloc,
            "Go objects that something still refers to; growing here is a leak or more work",
        ),
        part(
            "garbage and gaps",
            memstats.heap_inuse.saturating_sub(memstats.heap_alloc),
            "dead objects until the next collection and gaps between live ones; not a leak",
        ),
        part("idle, not returned", idle, "free memory that Go keeps for the next peak; not a leak"),
        part("goroutine stacks", memstats.stack_inuse, "grows with the number of goroutines"),
        part("Go runtime", memstats.runtime_sys, "the collector's and profiler's own tables"),
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
    in_use: Option<u64>,
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
    let other = parts.iter().find(|part| part.name != "live heap");
    let next =
        other.map_or_else(String::new, |part| format!("; most of the rest is {}", part.name));
    if let Some(in_use) = in_use {
        sentences
            .push(format!("{} of it is in use (live Go objects){next}.", bytes(in_use as f64)));
    }
    sentences.join(" ")
}
