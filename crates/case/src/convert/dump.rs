//! Goroutine dumps (`debug=2`, SIGQUIT, panics) to groups.

use std::collections::BTreeMap;

use plumb_evidence::Timestamp;
use plumb_evidence::goroutine::{
    Creators, GoroutineSource, Goroutines, Group, IdSample, WaitMinutes, WaitState,
};
use plumb_evidence::{Frame, Stack};
use plumb_profile::{GoroutineDump, GoroutineGroup, WaitHistogram};
use rustc_hash::FxHashMap;

use super::goroutines::sort;
use super::symbols::{Symbols, is_runtime, without_runtime};

/// The goroutines of a dump. Groups of the dump that evidence does not tell apart (locked to a thread or not,
/// called from different runtime functions) are merged. The runtime's own goroutines, which only SIGQUIT and fatal
/// errors list, are left out, so that all forms count the same ones.
pub(crate) fn from_dump(
    dump: &GoroutineDump,
    source: GoroutineSource,
    taken: Option<Timestamp>,
    symbols: &mut Symbols,
) -> Goroutines {
    let mut merged: FxHashMap<(WaitState, Stack, Option<Frame>), Merged> = FxHashMap::default();
    let mut total = dump.total;
    for group in &dump.groups {
        if is_of_runtime(group) {
            total = total.saturating_sub(group.count);
            continue;
        }
        let frames = group.frames.iter();
        let frames: Vec<Frame> =
            frames.map(|f| symbols.frame(&f.function, &f.file, f.line)).collect();
        let stack = symbols.stack(without_runtime(&frames).to_vec());
        let creator = group.created_by.as_ref();
        let creator = creator.map(|by| symbols.frame(&by.function, &by.file, by.line));
        let key = (WaitState::from_reason(&group.state), stack, creator);
        merged.entry(key).or_default().add(group);
    }
    let groups = merged.into_iter().map(|((state, stack, created_by), merged)| {
        let labels = merged.labels(symbols);
        Group {
            state,
            stack,
            created_by,
            labels,
            count: merged.count,
            waiting: merged.waiting(),
            convicted: merged.convicted,
            creators: merged.creators,
            ids: merged.ids,
        }
    });
    let mut groups: Vec<Group> = groups.collect();
    sort(&mut groups);
    Goroutines { taken, source, total, groups, truncated: dump.truncated }
}

/// Whether the runtime started these goroutines and runs nothing else in them.
fn is_of_runtime(group: &GoroutineGroup) -> bool {
    let by_runtime = group.created_by.as_ref().is_none_or(|by| is_runtime(&by.function));
    let mut frames = group.frames.iter();
    by_runtime && frames.len() > 0 && frames.all(|frame| is_runtime(&frame.function))
}

/// What is summed over the dump's groups.
#[derive(Default)]
struct Merged {
    count: u64,
    convicted: u64,
    /// Goroutines by wait minutes; those without a figure count as 0.
    minutes: BTreeMap<u64, u64>,
    any_minutes: bool,
    ids: IdSample,
    creators: Creators,
    label_sets: Vec<Vec<(String, String)>>,
    unlabelled: bool,
}

impl Merged {
    fn add(&mut self, group: &GoroutineGroup) {
        self.count += group.count;
        self.convicted += if group.leaked { group.count } else { 0 };
        self.add_minutes(&group.waits);
        self.add_ids(&group.ids);
        self.creators.add(&Creators {
            made: group.creators.made().collect(),
            level: u8::try_from(group.creators.level()).unwrap_or(u8::MAX),
        });
        let labelled: u64 = group.labels.sets.iter().map(|set| set.count).sum();
        self.unlabelled |= labelled < group.count;
        for set in &group.labels.sets {
            if !self.label_sets.contains(&set.labels) {
                self.label_sets.push(set.labels.clone());
            }
        }
    }

    fn add_minutes(&mut self, waits: &WaitHistogram) {
        self.any_minutes |= waits.known() > 0;
        *self.minutes.entry(0).or_default() += waits.unknown();
        for (minutes, count) in waits.buckets() {
            *self.minutes.entry(minutes).or_default() += count;
        }
        // Buckets of long waits are rounded down; the extremes are exact.
        for extreme in [waits.min(), waits.max()].into_iter().flatten() {
            self.minutes.entry(extreme).or_default();
        }
    }

    fn waiting(&self) -> Option<WaitMinutes> {
        if !self.any_minutes {
            return None;
        }
        let total: u64 = self.minutes.values().sum();
        let mut seen = 0;
        let middle = self.minutes.iter().find(|&(_, count)| {
            seen += count;
            seen * 2 >= total
        });
        let min = if self.minutes.get(&0).is_some_and(|&count| count > 0) {
            0
        } else {
            self.minutes.keys().copied().find(|&minutes| minutes > 0).unwrap_or(0)
        };
        let max = self.minutes.keys().next_back().copied().unwrap_or(0);
        let median = middle.map_or(0, |(&minutes, _)| minutes).max(min);
        Some(WaitMinutes { min, median, max })
    }

    /// The sample of both at the higher level of the two.
    fn add_ids(&mut self, other: &plumb_profile::IdSample) {
        let level = u8::try_from(other.level()).unwrap_or(u8::MAX).max(self.ids.level);
        let mut ids = std::mem::take(&mut self.ids.ids);
        ids.extend_from_slice(other.ids());
        ids.retain(|&id| IdSample::keeps(id, level));
        ids.sort_unstable();
        ids.dedup();
        self.ids = IdSample { ids, level };
    }

    /// Labels that all of them carry; evidence has one set a group.
    fn labels(
        &self,
        symbols: &mut Symbols,
    ) -> std::sync::Arc<[(std::sync::Arc<str>, std::sync::Arc<str>)]> {
        let [labels] = self.label_sets.as_slice() else { return [].into() };
        if self.unlabelled {
            return [].into();
        }
        let mut labels: Vec<_> =
            labels.iter().map(|(key, value)| (symbols.name(key), symbols.name(value))).collect();
        labels.sort();
        labels.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumb_profile::{Contents, Limits, read};

    const USER: &str = "goroutine 7 [chan receive]:\nmain.work(0x1)\n\t/src/main.go:9 +0x2a\n\
                        created by main.run in goroutine 1\n\t/src/main.go:5 +0x1d\n\n";
    const OF_RUNTIME: &str = "goroutine 3 gp=0xc0 m=nil [GC sweep wait]:\n\
                              runtime.bgsweep(0x1)\n\t/go/mgcsweep.go:9 +0x2a fp=0xc1 sp=0xc2 pc=0x4\n\
                              created by runtime.gcenable in goroutine 1\n\t/go/mgc.go:5 +0x1d\n\n";

    #[test]
    fn goroutines_of_the_runtime_are_not_counted() {
        let text = format!("{USER}{OF_RUNTIME}");
        let Contents::Goroutines(dump) =
            read(text.as_bytes(), &Limits::default()).unwrap().contents
        else {
            panic!("no dump");
        };
        assert_eq!(dump.total, 2);
        let goroutines = from_dump(&dump, GoroutineSource::Dump, None, &mut Symbols::default());
        assert_eq!((goroutines.total, goroutines.groups.len()), (1, 1));
        assert_eq!(&*goroutines.groups[0].stack.frames()[0].function, "main.work");
    }
}
