//! Who waits on a connection object: the goroutines of the user's that are blocked inside its library. Their line is where
//! the leak shows. It is also where it begins if the same function dials and makes the object: then the dial is the site.

use plumb_evidence::code::Frame;
use plumb_evidence::finding::{Role, WitnessKind};
use plumb_evidence::goroutine::Group;
use plumb_evidence::suspect::{ObjectCrowd, Subject};
use rustc_hash::FxHashMap;

use super::{Hearing, NamedLine, Testimony, Witness};
use crate::thresholds::{WAITING_ALL_SHARE, WAITING_USERS_SHARE_MIN};

/// Lines listed; more would not be read.
const LINES_MAX: usize = 3;

pub(crate) struct WaitingUsers;

impl Witness for WaitingUsers {
    fn kind(&self) -> WitnessKind {
        WitnessKind::BlockedStack
    }

    fn testify(&self, hearing: &Hearing<'_>) -> Option<Testimony> {
        let Subject::Object(object) = &hearing.suspect.subject else { return None };
        let count = hearing.suspect.measured.count.max(1) as f64;
        let waiting = enough_waiting(hearing, object)?;
        let all: u64 = waiting.iter().map(|(_, number)| number).sum();
        let blocked = waiting.iter().take(LINES_MAX).map(|(frame, number)| NamedLine {
            frame: frame.clone(),
            role: Role::Blocks,
            share: *number as f64 / all as f64,
            basis: format!("{number} goroutines wait on a {} below it", object.name),
        });
        let dial = the_dial(hearing, object, &waiting, count);
        Some(Testimony {
            decided: dial.is_some(),
            lines: dial.into_iter().collect(),
            related: blocked.collect(),
            ..Testimony::default()
        })
    }
}

/// The one function of the user's that makes objects on which others wait, by its busiest line. The dial is near it.
pub(crate) struct OnlyMaker;

impl Witness for OnlyMaker {
    fn kind(&self) -> WitnessKind {
        WitnessKind::Heap
    }

    fn testify(&self, hearing: &Hearing<'_>) -> Option<Testimony> {
        let Subject::Object(object) = &hearing.suspect.subject else { return None };
        enough_waiting(hearing, object)?;
        // With several functions, who of them made those that leak is for the heap witness to weigh.
        let makers = makers(hearing, object);
        let (frame, samples) = makers.first()?;
        if makers.iter().any(|(maker, _)| maker.function != frame.function) {
            return None;
        }
        let line = NamedLine {
            frame: frame.clone(),
            role: Role::Uses,
            share: 1.0,
            basis: format!("{samples:.0} sampled allocations of a {} pass it", object.name),
        };
        Some(Testimony { related: vec![line], ..Testimony::default() })
    }
}

/// Who waits on the object, if they are enough to hold it and a dial is asked for.
fn enough_waiting(hearing: &Hearing<'_>, object: &ObjectCrowd) -> Option<Vec<(Frame, u64)>> {
    // What pools rest in is in nobody's hands, and below std there is everything.
    if hearing.through.is_empty() || &*object.module == "std" {
        return None;
    }
    let waiting = waiting(hearing, object);
    let all: u64 = waiting.iter().map(|(_, number)| number).sum();
    let needed = WAITING_USERS_SHARE_MIN * hearing.suspect.measured.count.max(1) as f64;
    (all as f64 >= needed).then_some(waiting)
}

/// The user's lines that make the object, by what was ever allocated in it.
fn makers(hearing: &Hearing<'_>, object: &ObjectCrowd) -> Vec<(Frame, f64)> {
    lines_through(hearing, |frame| match object.record {
        Some(record) => record.entry_points.contains(&&*frame.function),
        None => object.constructor.as_ref() == Some(&frame.function),
    })
}

/// The user's lines below which goroutines are blocked in the object's library, most first.
fn waiting(hearing: &Hearing<'_>, object: &ObjectCrowd) -> Vec<(Frame, u64)> {
    let Some(goroutines) = hearing.instance.latest(|s| s.any_goroutines()) else {
        return Vec::new();
    };
    let line = |group: &Group| {
        let at = hearing.code.user_frame(&group.stack)?;
        let frames = group.stack.frames();
        let in_library =
            frames[..at].iter().any(|frame| hearing.code.module(frame).0 == object.module);
        (in_library && group.state.is_blocked()).then(|| frames[at].clone())
    };
    let mut lines: FxHashMap<Frame, u64> = FxHashMap::default();
    for group in &goroutines.groups {
        if let Some(frame) = line(group) {
            *lines.entry(frame).or_default() += group.count;
        }
    }
    let mut lines: Vec<_> = lines.into_iter().collect();
    lines.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    lines
}

/// The one line that dials in the one function in which they wait, if that function also makes the object: an
/// allocation sampled on each of the two ways tells so, whether or not it is still live.
fn the_dial(
    hearing: &Hearing<'_>,
    object: &ObjectCrowd,
    waiting: &[(Frame, u64)],
    count: f64,
) -> Option<NamedLine> {
    let function = &waiting.first()?.0.function;
    let in_one = waiting.iter().filter(|(frame, _)| frame.function == *function);
    let number: u64 = in_one.map(|(_, number)| number).sum();
    if (number as f64) < WAITING_ALL_SHARE * count {
        return None;
    }
    let in_it = |(frame, _): &&(Frame, f64)| frame.function == *function;
    let dials = lines_through(hearing, |frame| hearing.through.contains(&&*frame.function));
    let dials: Vec<_> = dials.iter().filter(in_it).collect();
    let made_in_it = makers(hearing, object).iter().any(|maker| in_it(&maker));
    let [(dial, _)] = dials.as_slice() else { return None };
    if !made_in_it {
        return None;
    }
    Some(NamedLine {
        frame: dial.clone(),
        role: Role::Creates,
        share: 1.0,
        basis: format!("{number} of {count:.0} wait in the function that dials here"),
    })
}

/// The user's lines that are innermost on sampled allocations below what `through` accepts, with their samples, most
/// first.
fn lines_through(hearing: &Hearing<'_>, through: impl Fn(&Frame) -> bool) -> Vec<(Frame, f64)> {
    let Some(heap) = hearing.instance.latest(|s| s.heap.as_ref()) else { return Vec::new() };
    let mut lines: FxHashMap<Frame, f64> = FxHashMap::default();
    for sample in &heap.samples {
        let frames = sample.stack.frames();
        let Some(at) = hearing.code.user_frame(&sample.stack) else { continue };
        if frames[..at].iter().any(&through) {
            let samples = sample.allocated.samples.max(sample.live.samples);
            *lines.entry(frames[at].clone()).or_default() += samples;
        }
    }
    let mut lines: Vec<_> = lines.into_iter().collect();
    lines.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    lines
}
