//! Crowds: goroutines that mean the same, counted over the snapshots of all instances.

use std::sync::Arc;

use plumb_evidence::catalogue::{Catalogue, LibraryObject, Phase};
use plumb_evidence::code::{Frame, Stack};
use plumb_evidence::goroutine::{Goroutines, Group, WaitState};
use plumb_evidence::measure::{Measured, Survival, SurvivalBy};
use plumb_evidence::suspect::Makers;
use plumb_evidence::{Instance, Snapshot};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::classify::{Class, Classifier, runs};
use crate::code::Code;
use crate::growth::{growth, growth_without_times};
use crate::makers::Roll;
use crate::together;

/// What makes goroutines the same crowd.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CrowdKey {
    /// Same state, same path through the user's code.
    User { state: WaitState, frames: Vec<Frame>, root: Arc<str> },
    /// Instances of one object in one phase.
    Object { module: &'static str, name: &'static str, phase: Option<usize> },
    /// Same starting function of a library without a record.
    Library { module: Arc<str>, root: Arc<str> },
}

/// A crowd over time.
#[derive(Clone, Debug)]
pub(crate) struct Crowd {
    pub(crate) key: CrowdKey,
    /// The record, if it is a library object with one.
    pub(crate) object: Option<&'static LibraryObject>,
    pub(crate) phase: Option<&'static Phase>,
    /// The most populous group.
    pub(crate) exemplar: Group,
    /// For objects: every goroutine function they run, with state and number, in the latest snapshot.
    pub(crate) goroutines: Vec<(Arc<str>, WaitState, u64)>,
    pub(crate) created_by: Option<Frame>,
    pub(crate) convicted: u64,
    /// Who made them, in the latest dump.
    pub(crate) makers: Option<Makers>,
    pub(crate) measured: Measured,
    /// Index of the instance with most of them.
    pub(crate) instance: usize,
}

/// One crowd in one instance, before instances are put together.
struct Tally<'a> {
    counts: Vec<u64>,
    exemplar: &'a Group,
    exemplar_count: u64,
}

/// All crowds of a service.
pub(crate) fn crowds(
    instances: &[Instance],
    codes: &[Code<'_>],
    catalogue: &Catalogue,
) -> Vec<Crowd> {
    let mut all: FxHashMap<CrowdKey, Crowd> = FxHashMap::default();
    for (index, (instance, code)) in instances.iter().zip(codes).enumerate() {
        for crowd in instance_crowds(index, instance, code, catalogue) {
            match all.get_mut(&crowd.key) {
                Some(known) => merge(known, crowd),
                None => {
                    all.insert(crowd.key.clone(), crowd);
                }
            }
        }
    }
    let mut crowds: Vec<_> = all.into_values().collect();
    for crowd in &mut crowds {
        crowd.measured.instances.1 = instances.len();
    }
    // Hash order must not show: detect is a function of its arguments.
    crowds.sort_by(|a, b| {
        b.measured
            .count
            .cmp(&a.measured.count)
            .then_with(|| format!("{:?}", a.key).cmp(&format!("{:?}", b.key)))
    });
    crowds
}

/// The goroutine lists that form one comparable series: profiles if there are any, else dumps. Rounds after
/// a forced collection are left out, because finalizers have thinned them.
pub(crate) fn comparable(instance: &Instance) -> Vec<(&Snapshot, &Goroutines)> {
    let regular = || instance.snapshots.iter().filter(|snapshot| !snapshot.after_gc);
    let profiles: Vec<_> = regular().filter_map(|s| Some((s, s.goroutines.as_ref()?))).collect();
    if profiles.is_empty() {
        let all = instance.snapshots.iter();
        all.filter_map(|s| Some((s, s.any_goroutines()?))).collect()
    } else {
        profiles
    }
}

fn instance_crowds(
    index: usize,
    instance: &Instance,
    code: &Code<'_>,
    catalogue: &Catalogue,
) -> Vec<Crowd> {
    let lists = comparable(instance);
    let Some(&(_, latest)) = lists.last() else { return Vec::new() };
    let classifier = Classifier::new(code, catalogue, latest);
    let mut tallies: FxHashMap<CrowdKey, Tally<'_>> = FxHashMap::default();
    for (at, (_, goroutines)) in lists.iter().enumerate() {
        for group in &goroutines.groups {
            let Some(key) = key_of(&classifier, group) else { continue };
            let tally = tallies.entry(key).or_insert_with(|| Tally {
                counts: vec![0; lists.len()],
                exemplar: group,
                exemplar_count: 0,
            });
            tally.counts[at] += group.count;
            if at + 1 == lists.len() && group.count > tally.exemplar_count {
                (tally.exemplar, tally.exemplar_count) = (group, group.count);
            }
        }
    }
    let times = times(&lists);
    let dumps = Dumps::of(instance, &classifier);
    let build = |(key, tally): (CrowdKey, Tally<'_>)| {
        let (object, phase) = record_of(&key, catalogue);
        let per_instance =
            object.map_or(1, |object| anchor_per_instance(object, &tally.exemplar.stack));
        let counts: Vec<f64> = tally
            .counts
            .iter()
            .map(|&count| (count as f64 / per_instance as f64).round())
            .collect();
        let detail = dumps.detail(&key);
        Crowd {
            object,
            phase,
            exemplar: tally.exemplar.clone(),
            goroutines: object.map_or_else(Vec::new, |object| goroutines_of(object, latest)),
            created_by: detail.created_by.or_else(|| tally.exemplar.created_by.clone()),
            convicted: detail.convicted,
            makers: detail.makers,
            measured: Measured {
                count: counts.last().map_or(0, |&count| count as u64),
                survival: detail.survival,
                wait_minutes: detail.wait_minutes,
                instances: (1, 1),
                ..measured(times.as_deref(), &counts)
            },
            instance: index,
            key,
        }
    };
    tallies.into_iter().map(build).filter(|crowd| crowd.measured.count > 0).collect()
}

/// Series and growth of counts; `times` is missing where the snapshots carry none.
pub(crate) fn measured(times: Option<&[f64]>, counts: &[f64]) -> Measured {
    let count = counts.last().copied().unwrap_or(0.0) as u64;
    match times {
        Some(times) => {
            let series: Vec<_> = times.iter().copied().zip(counts.iter().copied()).collect();
            Measured {
                count,
                growth: growth(&series),
                series,
                instances: (1, 1),
                ..Measured::default()
            }
        }
        None => Measured {
            count,
            growth: growth_without_times(counts),
            series: counts.last().map(|&count| (0.0, count)).into_iter().collect(),
            instances: (1, 1),
            ..Measured::default()
        },
    }
}

fn times(lists: &[(&Snapshot, &Goroutines)]) -> Option<Vec<f64>> {
    let taken = |&(snapshot, list): &(&Snapshot, &Goroutines)| list.taken.or(snapshot.taken);
    let first = taken(lists.first()?)?;
    lists.iter().map(|list| Some(taken(list)?.duration_since(first).as_secs_f64())).collect()
}

/// The crowd a group belongs to. Goroutines of an object other than its anchor do not form a crowd: they
/// would count the same object again.
fn key_of(classifier: &Classifier<'_>, group: &Group) -> Option<CrowdKey> {
    match classifier.classify(&group.stack) {
        Class::Runtime => None,
        Class::User(frame) => {
            let frames = group.stack.frames();
            let user = frames[frame..].iter().filter(|f| classifier.is_user(f)).cloned().collect();
            let root = group.stack.root().map_or_else(|| "".into(), |root| root.function.clone());
            Some(CrowdKey::User { state: group.state.clone(), frames: user, root })
        }
        Class::Object { object, set, goroutine } => {
            let anchor = &object.goroutines[set][0];
            // Sets may name one function twice, under different parents.
            if goroutine != 0 && !runs(anchor, &group.stack) {
                return None;
            }
            let phase = object.phases.iter().position(|phase| is_in_phase(phase, group));
            Some(CrowdKey::Object { module: object.module, name: object.name, phase })
        }
        Class::Library { module } => {
            let root = group.stack.root()?.name().declared().0.into();
            Some(CrowdKey::Library { module, root })
        }
    }
}

fn is_in_phase(phase: &Phase, group: &Group) -> bool {
    // Text profiles hide the runtime's frames, and with them whether a goroutine is in a select.
    let state = group.state == phase.state
        || group.state == WaitState::Unknown && phase.state == WaitState::Select;
    state
        && group.stack.passes(phase.function)
        && phase.leaf.is_none_or(|leaf| group.stack.passes(leaf))
}

fn record_of(
    key: &CrowdKey,
    catalogue: &Catalogue,
) -> (Option<&'static LibraryObject>, Option<&'static Phase>) {
    let CrowdKey::Object { module, name, phase } = key else { return (None, None) };
    let object = catalogue.objects.iter().copied().find(|o| o.module == *module && o.name == *name);
    (object, object.zip(*phase).map(|(object, phase)| &object.phases[phase]))
}

fn anchor_per_instance(object: &LibraryObject, stack: &Stack) -> u64 {
    let anchors = object.goroutines.iter().filter_map(|set| set.first());
    anchors
        .filter(|anchor| runs(anchor, stack))
        .map(|anchor| anchor.per_instance.max(1))
        .next()
        .unwrap_or(1)
}

/// All goroutines of an object's kind, whatever their phase.
fn goroutines_of(
    object: &'static LibraryObject,
    list: &Goroutines,
) -> Vec<(Arc<str>, WaitState, u64)> {
    let mut found: Vec<(Arc<str>, WaitState, u64)> = Vec::new();
    let kinds: Vec<_> = object.goroutines.iter().flat_map(|set| set.iter()).collect();
    for group in &list.groups {
        let Some(kind) = kinds.iter().find(|kind| runs(kind, &group.stack)) else { continue };
        match found.iter_mut().find(|(f, s, _)| **f == *kind.function && *s == group.state) {
            Some((_, _, count)) => *count += group.count,
            None => found.push((kind.function.into(), group.state.clone(), group.count)),
        }
    }
    found.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    found
}

fn merge(known: &mut Crowd, other: Crowd) {
    if other.measured.count > known.measured.count {
        known.exemplar = other.exemplar;
        known.instance = other.instance;
    }
    together::add(&mut known.measured, other.measured);
    known.convicted += other.convicted;
    known.makers = match (known.makers, other.makers) {
        (Some(a), Some(b)) => Some(Makers {
            number: a.number + b.number,
            gone: a.gone + b.gone,
            ended_between: a.ended_between + b.ended_between,
            separate_calls: a.separate_calls || b.separate_calls,
        }),
        (one, other) => one.or(other),
    };
    known.created_by = known.created_by.take().or(other.created_by);
    for (function, state, count) in other.goroutines {
        match known.goroutines.iter_mut().find(|(f, s, _)| *f == function && *s == state) {
            Some(entry) => entry.2 += count,
            None => known.goroutines.push((function, state, count)),
        }
    }
}

/// What only dumps tell, per crowd.
struct Dumps<'a> {
    first: FxHashMap<CrowdKey, Vec<&'a Group>>,
    last: FxHashMap<CrowdKey, Vec<&'a Group>>,
    leaked: FxHashMap<CrowdKey, u64>,
    roll: Option<Roll<'a>>,
    /// Ids of the last dump, in whatever crowd they are now.
    last_ids: FxHashSet<u64>,
    window_seconds: f64,
    several: bool,
}

#[derive(Default)]
struct Detail {
    created_by: Option<Frame>,
    survival: Option<Survival>,
    wait_minutes: Option<(u64, u64)>,
    convicted: u64,
    makers: Option<Makers>,
}

impl<'a> Dumps<'a> {
    fn of(instance: &'a Instance, classifier: &Classifier<'_>) -> Self {
        let dumps: Vec<_> =
            instance.snapshots.iter().filter_map(|s| Some((s.taken, s.dump.as_ref()?))).collect();
        let by_key = |dump: Option<&(Option<plumb_evidence::Timestamp>, &'a Goroutines)>| {
            let mut groups: FxHashMap<CrowdKey, Vec<&'a Group>> = FxHashMap::default();
            for group in dump.iter().flat_map(|(_, dump)| &dump.groups) {
                if let Some(key) = key_of(classifier, group) {
                    groups.entry(key).or_default().push(group);
                }
            }
            groups
        };
        let mut leaked: FxHashMap<CrowdKey, u64> = FxHashMap::default();
        for group in instance.latest(|s| s.leaked.as_ref()).iter().flat_map(|list| &list.groups) {
            if let Some(key) = key_of(classifier, group) {
                *leaked.entry(key).or_default() += group.count;
            }
        }
        let window = match (dumps.first(), dumps.last()) {
            (Some((Some(a), _)), Some((Some(b), _))) => b.duration_since(*a).as_secs_f64(),
            _ => 0.0,
        };
        Self {
            first: by_key(dumps.first()),
            last: by_key(dumps.last()),
            leaked,
            roll: dumps.last().and_then(|(_, dump)| Roll::of(dump)),
            last_ids: dumps
                .last()
                .iter()
                .flat_map(|(_, d)| &d.groups)
                .flat_map(|g| g.ids.ids.iter().copied())
                .collect(),
            window_seconds: window,
            several: dumps.len() > 1,
        }
    }

    fn detail(&self, key: &CrowdKey) -> Detail {
        let last = like(&self.last, key).map_or(&[][..], Vec::as_slice);
        let marked: u64 = last.iter().map(|group| group.convicted).sum();
        Detail {
            created_by: last.iter().find_map(|group| group.created_by.clone()),
            survival: self.survival(key),
            wait_minutes: wait_minutes(last),
            convicted: self.leaked.get(key).copied().unwrap_or(0).max(marked),
            makers: self.roll.as_ref().and_then(|roll| roll.makers(last)),
        }
    }

    fn survival(&self, key: &CrowdKey) -> Option<Survival> {
        if !self.several {
            return None;
        }
        // Samples of different levels share the ids of the higher one, so restricting the first dump's ids
        // to those the last dump could hold needs no more than the look-up.
        let (first, last) = (like(&self.first, key)?, like(&self.last, key));
        let level = |groups: &[&Group]| groups.iter().map(|g| g.ids.level).max().unwrap_or(0);
        if last.is_some_and(|last| level(last) != level(first)) {
            return None;
        }
        let ids = || first.iter().flat_map(|group| &group.ids.ids);
        let seen = ids().count() as u64;
        let stayed = ids().filter(|id| self.last_ids.contains(id)).count() as u64;
        (seen > 0).then_some(Survival {
            by: SurvivalBy::GoroutineId,
            seen,
            stayed,
            window_seconds: self.window_seconds,
        })
    }
}

/// What a dump holds of a crowd. Dumps tell some waits by another name than the frames of profiles do: a nil channel, and
/// before Go 1.25 all that waits on a semaphore.
fn like<'m, T>(groups: &'m FxHashMap<CrowdKey, T>, key: &CrowdKey) -> Option<&'m T> {
    let other = || {
        let CrowdKey::User { state, frames, root } = key else { return None };
        let state = match state {
            WaitState::ChanReceive | WaitState::ChanSend => WaitState::Forever,
            WaitState::MutexLock | WaitState::RwMutexLock | WaitState::WaitGroupWait => {
                WaitState::Semacquire
            }
            _ => return None,
        };
        groups.get(&CrowdKey::User { state, frames: frames.clone(), root: root.clone() })
    };
    groups.get(key).or_else(other)
}

/// Median and longest wait over groups; the median of medians, weighted by count.
fn wait_minutes(groups: &[&Group]) -> Option<(u64, u64)> {
    let mut waits: Vec<_> = groups.iter().filter_map(|g| Some((g.waiting?, g.count))).collect();
    waits.sort_by_key(|(wait, _)| wait.median);
    let half = waits.iter().map(|(_, count)| count).sum::<u64>().div_ceil(2);
    let mut seen = 0;
    let median = waits.iter().find(|(_, count)| {
        seen += count;
        seen >= half
    })?;
    Some((median.0.median, waits.iter().map(|(wait, _)| wait.max).max()?))
}
