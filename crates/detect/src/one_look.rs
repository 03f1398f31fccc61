//! What a look that is too short shows and cannot judge: the largest crowds, what an execution trace saw made and not
//! ended, who holds most of the heap, and who gained most of it.

use plumb_evidence::Service;
use plumb_evidence::catalogue::{Catalogue, Side};
use plumb_evidence::code::Stack;
use plumb_evidence::heap::{Amount, Heap};
use plumb_evidence::number::hours;
use rustc_hash::FxHashMap;

use crate::code::Code;
use crate::crowd::{Crowd, CrowdKey};
use crate::heaps::{Heaps, Held};
use crate::surroundings::is_serving;
use crate::thresholds::{
    HOLDER_SHARE_MIN, KEEPING_SHARE_MIN, MEMORY_SAMPLES_MIN, ONE_LOOK_CROWD_MIN, TRACE_LEFT_MIN,
};
use crate::verdict::is_old;
use crate::wording::{bytes, place, thousands};

/// Crowds and holders that are named; more would not be read.
const NAMED_MAX: usize = 3;

/// What there is to name.
pub(crate) struct Shown {
    /// The largest crowds that may be a leak.
    pub(crate) crowds: Vec<String>,
    /// Goroutines that an execution trace saw made and not ended.
    pub(crate) left: Vec<String>,
    /// Who holds most of the live heap.
    pub(crate) holders: Vec<String>,
    /// Who gained most of the live heap between two profiles.
    pub(crate) gainers: Vec<String>,
}

impl Shown {
    pub(crate) fn by(
        service: &Service,
        codes: &[Code<'_>],
        crowds: &[Crowd],
        catalogue: &Catalogue,
    ) -> Self {
        Self {
            crowds: largest_crowds(crowds, codes, catalogue),
            left: left_in_traces(service, codes),
            holders: largest_holders(service, codes, catalogue),
            gainers: largest_gainers(service, codes, catalogue),
        }
    }
}

/// The largest crowds that may be a leak, in words; `crowds` are in the order of their size. Those that are old have a
/// question of their own.
fn largest_crowds(crowds: &[Crowd], codes: &[Code<'_>], catalogue: &Catalogue) -> Vec<String> {
    let may_leak = |crowd: &&Crowd| {
        let blocked = match (&crowd.key, crowd.object) {
            (CrowdKey::User { state, .. }, _) => state.is_blocked(),
            (_, Some(object)) => object.side != Side::Server,
            _ => true,
        };
        let is_large = crowd.measured.count >= ONE_LOOK_CROWD_MIN;
        blocked && is_large && !is_old(crowd) && !is_serving(catalogue, &crowd.exemplar.stack)
    };
    let largest = crowds.iter().filter(may_leak).take(NAMED_MAX);
    largest.map(|crowd| in_words(crowd, &codes[crowd.instance])).collect()
}

/// `4,030 http.persistConn (response held), waiting 2 min in the median`
fn in_words(crowd: &Crowd, code: &Code<'_>) -> String {
    let count = thousands(crowd.measured.count as f64);
    let what = match (&crowd.key, crowd.object) {
        (_, Some(object)) => {
            let phase = crowd.phase.map_or_else(String::new, |phase| format!(" ({})", phase.name));
            format!("{}{phase}", object.name)
        }
        (CrowdKey::Library { root, .. }, _) => format!("goroutines in {root}"),
        _ => in_user_code(crowd, code),
    };
    let wait = crowd.measured.wait_minutes.filter(|(_, longest)| *longest > 0);
    let wait = wait.map_or_else(String::new, |(median, longest)| {
        let time = |minutes: u64| hours(minutes as f64 / 60.0);
        format!(", waiting {} in the median, {} at most", time(median), time(longest))
    });
    format!("{count} {what}{wait}")
}

fn in_user_code(crowd: &Crowd, code: &Code<'_>) -> String {
    let stack = &crowd.exemplar.stack;
    let at = code.user_frame(stack).and_then(|index| stack.frames().get(index));
    let at = at.map_or_else(|| "?".to_owned(), |f| format!("{} at {}", f.function, place(f)));
    format!("goroutines in {at} ({})", crowd.exemplar.state)
}

/// What execution traces saw made in the program's own code and, for the most part, not ended, in words, most first. Of
/// what libraries make for many callers a creation does not tell whose it is.
fn left_in_traces(service: &Service, codes: &[Code<'_>]) -> Vec<String> {
    let mut counts: FxHashMap<String, (u64, u64)> = FxHashMap::default();
    for (instance, code) in service.instances.iter().zip(codes) {
        let traces = instance.latest(|snapshot| snapshot.trace.as_ref());
        for creation in traces.iter().flat_map(|trace| &trace.creations) {
            let Some(start) = creation.start.as_ref().filter(|start| code.is_user(start)) else {
                continue;
            };
            let by =
                creation.chain.iter().flat_map(Stack::frames).find(|frame| code.is_user(frame));
            let by = by.map_or_else(String::new, |by| format!(", started at {}", place(by)));
            let count = counts.entry(format!("goroutines of {}{by}", start.function)).or_default();
            *count = (count.0 + creation.alive, count.1 + creation.created());
        }
    }
    let is_left = |&(alive, created): &(u64, u64)| {
        alive >= TRACE_LEFT_MIN && alive as f64 >= KEEPING_SHARE_MIN * created as f64
    };
    let mut left: Vec<_> = counts.into_iter().filter(|(_, count)| is_left(count)).collect();
    left.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let in_words = |(what, (alive, created)): (String, (u64, u64))| {
        format!("{} of {} {what}", thousands(alive as f64), thousands(created as f64))
    };
    left.into_iter().take(NAMED_MAX).map(in_words).collect()
}

/// Who holds most of the live heap, in words, where only one heap profile was brought.
fn largest_holders(service: &Service, codes: &[Code<'_>], catalogue: &Catalogue) -> Vec<String> {
    let mut held: FxHashMap<String, Amount> = FxHashMap::default();
    let mut all = 0.0;
    for (instance, code) in service.instances.iter().zip(codes) {
        let heaps: Vec<&Heap> = instance.snapshots.iter().filter_map(|s| s.heap.as_ref()).collect();
        let [heap] = heaps.as_slice() else { return Vec::new() };
        for sample in &heap.samples {
            all += sample.live.bytes;
            if let Some(name) = holder(&sample.stack, code, catalogue) {
                *held.entry(name).or_default() += sample.live;
            }
        }
    }
    held.retain(|_, live| {
        live.bytes >= HOLDER_SHARE_MIN * all && live.samples >= MEMORY_SAMPLES_MIN
    });
    largest(held.into_iter().map(|(name, live)| (name, live.bytes)).collect())
}

/// Who gained most of the live heap between the first and the latest profile, in words, freed or not.
fn largest_gainers(service: &Service, codes: &[Code<'_>], catalogue: &Catalogue) -> Vec<String> {
    let mut gained: FxHashMap<String, f64> = FxHashMap::default();
    let mut all = 0.0;
    for (instance, code) in service.instances.iter().zip(codes) {
        let Some(heaps) = Heaps::of(instance) else { continue };
        let Some(first) = heaps.first else { continue };
        all += heaps.latest.live().bytes;
        let mut held: FxHashMap<String, Held> = FxHashMap::default();
        let holder = |stack| holder(stack, code, catalogue);
        for sample in &heaps.latest.samples {
            if let Some(name) = holder(&sample.stack) {
                held.entry(name).or_default().add_latest(sample);
            }
        }
        for sample in &first.samples {
            if let Some(name) = holder(&sample.stack) {
                held.entry(name).or_default().add_first(sample);
            }
        }
        held.retain(|_, held| {
            held.live.samples >= MEMORY_SAMPLES_MIN && held.gained_samples().low > 0.0
        });
        for (name, held) in held {
            *gained.entry(name).or_default() += held.live.bytes - held.first_live.bytes;
        }
    }
    gained.retain(|_, bytes| *bytes >= HOLDER_SHARE_MIN * all);
    largest(gained.into_iter().collect())
}

/// `215 MB by main.record (log.go:10)`, largest first.
fn largest(mut held: Vec<(String, f64)>) -> Vec<String> {
    held.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let largest = held.into_iter().take(NAMED_MAX);
    largest.map(|(name, live)| format!("{} by {name}", bytes(live))).collect()
}

/// The user's line that allocates, else the library object that does, else the function that was started.
fn holder(stack: &Stack, code: &Code<'_>, catalogue: &Catalogue) -> Option<String> {
    if let Some(frame) = code.user_frame(stack).and_then(|index| stack.frames().get(index)) {
        return Some(format!("{} ({})", frame.function, place(frame)));
    }
    let is_marked = |mark: &&str| stack.passes(mark);
    let object = catalogue.objects.iter().find(|object| object.heap_marks.iter().any(is_marked));
    let root = || Some(stack.root()?.function.to_string());
    object.map(|object| object.name.to_owned()).or_else(root)
}
