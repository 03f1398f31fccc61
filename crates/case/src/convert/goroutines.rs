//! Goroutine profiles (protobuf, `debug=1`) to groups.

use std::sync::Arc;

use plumb_evidence::Timestamp;
use plumb_evidence::goroutine::{
    Creators, GoroutineSource, Goroutines, Group, IdSample, WaitState,
};
use plumb_evidence::{Frame, Stack};
use plumb_profile::{LabelRef, Profile, SampleRef};
use rustc_hash::FxHashMap;

use super::symbols::{Symbols, without_runtime};

/// Profiler labels, sorted by key.
type Labels = Arc<[(Arc<str>, Arc<str>)]>;

/// The goroutines of a profile. States come from the runtime frames, which are then left out; groups that
/// become equal by that are merged.
pub(crate) fn from_profile(
    profile: &Profile,
    source: GoroutineSource,
    taken: Option<Timestamp>,
    symbols: &mut Symbols,
) -> Goroutines {
    let mut counts: FxHashMap<(WaitState, Stack, Labels), u64> = FxHashMap::default();
    let mut total = 0u64;
    for sample in profile.samples() {
        let count = u64::try_from(sample.value(0)).unwrap_or(0);
        if count == 0 {
            continue;
        }
        total = total.saturating_add(count);
        let frames = frames(&sample, symbols);
        let state = WaitState::from_frames(frames.iter().map(|frame| &*frame.function));
        let stack = symbols.stack(without_runtime(&frames).to_vec());
        *counts.entry((state, stack, labels(&sample, symbols))).or_default() += count;
    }
    let leaked = source == GoroutineSource::Leaked;
    let groups = counts.into_iter().map(|((state, stack, labels), count)| Group {
        state,
        stack,
        created_by: None,
        labels,
        count,
        waiting: None,
        ids: IdSample::default(),
        creators: Creators::default(),
        convicted: if leaked { count } else { 0 },
    });
    let mut groups: Vec<Group> = groups.collect();
    sort(&mut groups);
    Goroutines { taken, source, total, groups, truncated: false }
}

/// Most populous first; equal counts in an order that does not depend on the input's.
pub(super) fn sort(groups: &mut [Group]) {
    groups.sort_by(|a, b| {
        let key = |group: &Group| (group.state.clone(), group.stack.clone());
        b.count
            .cmp(&a.count)
            .then_with(|| key(a).cmp(&key(b)))
            .then_with(|| a.labels.cmp(&b.labels))
    });
}

/// All frames of a sample. Places without a symbol are left out: an address says nothing in another process.
pub(super) fn frames(sample: &SampleRef<'_>, symbols: &mut Symbols) -> Vec<Frame> {
    let known = sample.frames().filter(|frame| !frame.function.is_empty());
    let line = |line: i64| u32::try_from(line).unwrap_or(0);
    known.map(|frame| symbols.frame(frame.function, frame.file, line(frame.line))).collect()
}

fn labels(sample: &SampleRef<'_>, symbols: &mut Symbols) -> Labels {
    let mut labels = Vec::new();
    for label in sample.labels() {
        if let LabelRef::Text { key, value } = label {
            labels.push((symbols.name(key), symbols.name(value)));
        }
    }
    labels.sort();
    labels.into()
}
