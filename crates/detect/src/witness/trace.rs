//! The execution trace names who created what is left, and for pooled objects who has them in hand: there the creation is
//! an innocent caller's, and whoever woke the goroutine that takes requests is not (37 leaked connections named right, 0
//! wrong, 5 unknown; creations of objects that the caller makes itself: 314 of 314; DESIGN.md §5.4).

mod pools;
mod ways;

use plumb_evidence::catalogue::LibraryObject;
use plumb_evidence::code::Frame;
use plumb_evidence::finding::{Role, WitnessKind};
use plumb_evidence::measure::Interval;
use plumb_evidence::number::{hours, plural};
use plumb_evidence::suspect::{GoroutineCrowd, ObjectCrowd, Subject};
use plumb_evidence::trace::Trace;

use super::{Hearing, NamedLine, Testimony, Witness};
use crate::heap_paths::{Place, places_of_ways};
use crate::thresholds::{HEAP_LEAD_MIN, KEEPING_SHARE_MIN, TRACE_EXPECTED_MIN, TRACE_LEFT_MIN};
use pools::Makers;
use ways::{Seen, Told, could_tell};

/// Lines listed; more would not be read.
const LINES_MAX: usize = 5;

/// What would decide where the figures do not say whether it grows.
const GROWTH: &str = "a look in which it grows, with an execution trace at its end (plumb diagnose URL --for 2m): without growth, what a trace shows may be calls in progress";

/// What names who makes the pools that a trace shows in use.
const EXECUTABLE: &str = "the executable, read where the process runs (plumb diagnose URL or PID on its machine), or the source (--source DIR): they tell which line makes what the execution trace shows in use";
const SOURCE: &str = "the source (--source DIR): it tells which of several lines makes what the execution trace shows in use";

pub(crate) struct TraceWitness;

impl Witness for TraceWitness {
    fn kind(&self) -> WitnessKind {
        WitnessKind::Trace
    }

    fn testify(&self, hearing: &Hearing<'_>) -> Option<Testimony> {
        // Who dialled a connection is another question than who made what runs on it.
        if !hearing.through.is_empty() {
            return None;
        }
        let trace = hearing.instance.latest(|snapshot| snapshot.trace.as_ref())?;
        match &hearing.suspect.subject {
            Subject::Object(object) => of_object(hearing, object, trace),
            Subject::Goroutines(crowd) => of_goroutines(hearing, crowd, trace),
            _ => None,
        }
    }
}

fn of_object(hearing: &Hearing<'_>, object: &ObjectCrowd, trace: &Trace) -> Option<Testimony> {
    let Some(seen) = Seen::of(trace, object, hearing.code) else {
        return too_short(hearing, object, trace);
    };
    let record = object.record;
    let entry_points = record.map_or(&[][..], |record| record.entry_points);
    let places = places_left(&seen, entry_points);
    Some(
        Case { hearing, name: &object.name, record, trace, seen: &seen, places: &places }
            .testimony(),
    )
}

/// Who started goroutines that are blocked in the program's own code. Where they are blocked their own stacks tell; of
/// several who start them in the same function, the trace tells whose are left.
fn of_goroutines(
    hearing: &Hearing<'_>,
    crowd: &GoroutineCrowd,
    trace: &Trace,
) -> Option<Testimony> {
    let seen = Seen::of_goroutines(trace, crowd, hearing.code)?;
    let places = places_left(&seen, &[]);
    let name = "goroutines";
    let case = Case { hearing, name, record: None, trace, seen: &seen, places: &places };
    let related = match case.too_little() {
        None => case.lines().take(1).collect(),
        // Some of these may be at work, and who starts them no part of the leak.
        Some(_) => return None,
    };
    Some(Testimony { related, ..Testimony::default() })
}

fn places_left(seen: &Seen, entry_points: &[&str]) -> Vec<Place> {
    let mut places = places_of_ways(&seen.ways, entry_points);
    places.retain(|place| place.live.samples > 0.0);
    places
}

/// What is said of a trace that shows nothing of a leak which is too slow for it.
fn too_short(hearing: &Hearing<'_>, object: &ObjectCrowd, trace: &Trace) -> Option<Testimony> {
    let rate = leaks_per_second(hearing)?;
    let is_too_short = rate.high * trace.seconds < TRACE_LEFT_MIN as f64;
    (is_too_short && could_tell(object)).then(|| Testimony {
        would_decide: vec![longer(rate.estimate, 0, trace.seconds)],
        ..Testimony::default()
    })
}

/// How fast the suspect grows, if it does.
fn leaks_per_second(hearing: &Hearing<'_>) -> Option<Interval> {
    let growth = hearing.suspect.measured.growth?;
    let per_hour = growth.per_hour.filter(|_| hearing.suspect.measured.grows())?;
    Some(per_hour.scaled(1.0 / 3600.0))
}

struct Case<'a> {
    hearing: &'a Hearing<'a>,
    /// How what is left is called.
    name: &'a str,
    record: Option<&'static LibraryObject>,
    trace: &'a Trace,
    seen: &'a Seen,
    places: &'a [Place],
}

impl Case<'_> {
    fn testimony(&self) -> Testimony {
        let lines: Vec<NamedLine> = self.lines().collect();
        // Who uses an object need not be who is to release it.
        if self.seen.told == Told::Use {
            return self.of_makers(lines);
        }
        let open = self.open();
        Testimony {
            lines,
            decided: open.is_none(),
            would_decide: open.into_iter().collect(),
            ..Testimony::default()
        }
    }

    /// The places as lines, those with most left first.
    fn lines(&self) -> impl Iterator<Item = NamedLine> + '_ {
        let all: f64 = self.places.iter().map(|place| place.live.samples).sum();
        let all = all + self.seen.unknown as f64;
        self.places.iter().take(LINES_MAX).map(move |place| NamedLine {
            frame: place.frame.clone(),
            role: self.role(),
            share: place.live.samples / all,
            basis: self.basis(place),
        })
    }

    /// The lines that make what these use.
    fn of_makers(&self, uses: Vec<NamedLine>) -> Testimony {
        let used = Testimony { related: uses, ..Testimony::default() };
        let record = self.record.filter(|record| record.pools().next().is_some());
        let Some(record) = record.filter(|_| self.hearing.role == Role::Creates) else {
            return used;
        };
        let first = &self.places[0];
        let Hearing { instance, code, .. } = self.hearing;
        let calls = instance.calls.as_ref();
        let open = self.too_little();
        match Makers::of(calls, code, record, self.trace, self.seen, first) {
            Makers::Line(frame) => {
                let basis = "no other line makes what its calls use";
                let line = self.maker(&frame, 1.0, basis);
                let decided = open.is_none();
                let would_decide = open.into_iter().collect();
                Testimony { lines: vec![line], decided, would_decide, ..used }
            }
            Makers::OneOf(frames) => {
                let basis = format!("one of {} lines that make what its calls use", frames.len());
                let share = 1.0 / frames.len() as f64;
                let lines = frames.iter().take(LINES_MAX);
                let lines = lines.map(|frame| self.maker(frame, share, &basis)).collect();
                let would_decide = open.into_iter().chain([SOURCE.to_owned()]).collect();
                Testimony { lines, would_decide, ..used }
            }
            Makers::Unknown => {
                let bring = if calls.is_none() { EXECUTABLE } else { SOURCE };
                Testimony { would_decide: vec![bring.to_owned()], ..used }
            }
        }
    }

    /// A line that makes what the first place uses.
    fn maker(&self, frame: &Frame, share: f64, basis: &str) -> NamedLine {
        let Place { frame: used, .. } = &self.places[0];
        let file = used.file.rsplit('/').next().unwrap_or_default();
        let basis = format!(
            "{basis}, by the executable; used at {file}:{} ({}): {}",
            used.line,
            used.function,
            self.basis(&self.places[0])
        );
        NamedLine { frame: frame.clone(), role: Role::Creates, share, basis }
    }

    fn role(&self) -> Role {
        match self.seen.told {
            Told::Holder | Told::Sender => self.hearing.role,
            Told::Creation => Role::Creates,
            Told::Use => Role::Uses,
        }
    }

    fn basis(&self, place: &Place) -> String {
        let (left, made) = (place.live.samples, place.allocated.samples);
        let seconds = self.trace.seconds;
        let name = self.name;
        let mut basis = match self.seen.told {
            Told::Holder => format!(
                "in {seconds:.1} s of execution trace it sent {made:.0} requests and has {left:.0} of the connections in hand"
            ),
            Told::Sender => format!(
                "{left:.0} of {made:.0} requests that it sent in {seconds:.1} s of execution trace are not done with"
            ),
            Told::Creation | Told::Use => format!(
                "{left:.0} of {made:.0} {name} created through it in {seconds:.1} s of execution trace are left"
            ),
        };
        if let [regions @ .., last] = &self.seen.regions[..] {
            let begin = if regions.is_empty() { "region " } else { "regions " };
            let names: Vec<&str> = regions.iter().chain([last]).map(|name| &**name).collect();
            basis = format!("{basis}; {begin}{}", names.join(", "));
        }
        basis
    }

    /// Why the first line is not decided, as what would decide it.
    fn open(&self) -> Option<String> {
        let few = self.too_few();
        if few.is_none() && self.places[0].doubt.is_some() {
            let text = "a look at the source: it tells whether the helper that the execution trace shows or one of its callers is to release it";
            return Some(text.to_owned());
        }
        few.or_else(|| self.too_unclear())
    }

    /// The same for a line of which no caller need be told apart.
    fn too_little(&self) -> Option<String> {
        self.too_few().or_else(|| self.too_unclear())
    }

    fn too_few(&self) -> Option<String> {
        let Some(rate) = leaks_per_second(self.hearing) else { return Some(GROWTH.to_owned()) };
        let left: f64 = self.places.iter().map(|place| place.live.samples).sum();
        let is_too_few = self.left(0) < TRACE_LEFT_MIN as f64;
        is_too_few.then(|| longer(rate.estimate, left as usize, self.trace.seconds))
    }

    /// How many the place of this index has left.
    fn left(&self, index: usize) -> f64 {
        self.places.get(index).map_or(0.0, |place| place.live.samples)
    }

    fn too_unclear(&self) -> Option<String> {
        let rate = leaks_per_second(self.hearing)?;
        let others = self.left(1) + self.seen.unknown as f64;
        if self.left(0) < HEAP_LEAD_MIN * others {
            let why = "no line has three times what the next one has";
            return Some(self.much_longer(why));
        }
        let expected = TRACE_EXPECTED_MIN * rate.low * self.trace.seconds;
        let is_kept = self.places[0].share() >= KEEPING_SHARE_MIN;
        if !is_kept || self.left(0) < expected {
            let why = "what it shows so far may be calls in progress";
            return Some(self.much_longer(why));
        }
        None
    }

    /// A trace from which more can be told than from this one.
    fn much_longer(&self, why: &str) -> String {
        let seconds = (3.0 * self.trace.seconds).ceil().max(LONGER_SECONDS);
        let how = match seconds > MAX_SECONDS {
            true => "written to a file by the service, with runtime/trace.Start".to_owned(),
            false => format!("--trace={seconds:.0}s"),
        };
        format!("a longer execution trace ({how}): {why}")
    }
}

/// How long a trace must be to show enough, at this many leaks a second, where one of so many seconds shows so many.
fn longer(rate: f64, left: usize, shown_in: f64) -> String {
    // Half as many again: leaks do not come in equal steps.
    let needed = 1.5 * TRACE_LEFT_MIN as f64;
    let seconds = (needed / rate.max(f64::MIN_POSITIVE)).ceil().max(shown_in + 1.0);
    if seconds > MAX_SECONDS {
        let time = hours(seconds / 3600.0);
        return format!(
            "more leaks while an execution trace runs: it shows {left} of them so far, and at this rate {TRACE_LEFT_MIN} take {time}. Look under more load, or let the service write a trace of that time to a file (runtime/trace.Start) and name that beside the target: plumb diagnose TARGET x.trace"
        );
    }
    format!(
        "an execution trace of about {seconds:.0} s (--trace={seconds:.0}s): that of {shown_in:.0} s shows {}, and {TRACE_LEFT_MIN} are needed",
        plural(left, "leak"),
    )
}

/// The least that is advised where a trace shows too little of too many.
const LONGER_SECONDS: f64 = 30.0;

/// The longest trace that is advised to be taken over the network: at 6 MB a second of a busy service it has 360 MB.
const MAX_SECONDS: f64 = 60.0;
