//! The executable: which lines of the main module can make the object at all, by the calls in its machine code.
//!
//! It names a line only where no other can be meant, however few samples the heap has: by elimination, not by weight.
//! What is called through an interface or as a function value is not seen, so a function whose address the program knows
//! has callers that nobody can list, and then nothing is decided.

mod graph;

use plumb_evidence::code::Frame;
use plumb_evidence::finding::{Role, WitnessKind};
use plumb_evidence::suspect::{ObjectCrowd, Subject};

use super::{Hearing, NamedLine, Testimony, Witness};
use crate::heap_paths::{HeapPaths, is_named_as_a_wrapper};
use crate::thresholds::{HEAP_LEAD_MIN, HEAP_SAMPLES_MIN};
pub(super) use graph::Graph;

/// Lines listed where several can make the object; more would not be read.
const LINES_MAX: usize = 3;

/// Functions through which a connection is handed on between the dial and the constructor, on either side of the function
/// in which the two meet: as for the heap's paths, farther away a dial serves other purposes.
const HANDED_ON_MAX: usize = 2;

pub(crate) struct Callers;

impl Witness for Callers {
    fn kind(&self) -> WitnessKind {
        WitnessKind::Executable
    }

    fn testify(&self, hearing: &Hearing<'_>) -> Option<Testimony> {
        let Subject::Object(object) = &hearing.suspect.subject else { return None };
        // Who makes what a pool holds is not who leaks it.
        if &*object.module == "std" || object.record.is_some_and(|record| record.pooled) {
            return None;
        }
        let graph = Graph::of(hearing.instance.calls.as_ref()?, hearing.code);
        let look = Look { hearing, object, graph };
        let makers = look.graph.makers(&look.entry_points());
        let is_complete = makers.are_all && !makers.lines.is_empty();
        match (is_complete, hearing.through.is_empty()) {
            (false, _) => None,
            (true, true) if hearing.role == Role::Creates => Some(look.made(&makers.lines)),
            (true, true) => None,
            (true, false) => look.dialled(&makers.lines),
        }
    }
}

struct Look<'a> {
    hearing: &'a Hearing<'a>,
    object: &'a ObjectCrowd,
    graph: Graph<'a>,
}

impl Look<'_> {
    /// The lines that make the object. Named if there is one, in a function that cannot hand the object to its caller.
    fn made(&self, lines: &[&Frame]) -> Testimony {
        let [only] = lines else { return self.several(lines) };
        let decided = !self.may_hand_on(only) && !self.is_made_elsewhere(lines);
        let basis = format!("no other line of the program makes a {}", self.object.name);
        let line = NamedLine { frame: (*only).clone(), role: Role::Creates, share: 1.0, basis };
        Testimony { lines: vec![line], decided, ..Testimony::default() }
    }

    fn several(&self, lines: &[&Frame]) -> Testimony {
        let basis = format!("one of {} lines that make a {}", lines.len(), self.object.name);
        let share = 1.0 / lines.len() as f64;
        let line = |frame: &&Frame| NamedLine {
            frame: (*frame).clone(),
            role: Role::Creates,
            share,
            basis: basis.clone(),
        };
        let listed = if lines.len() <= LINES_MAX { lines } else { &[] };
        Testimony { lines: listed.iter().map(line).collect(), ..Testimony::default() }
    }

    /// Whether a function may give what it makes to its caller: somebody calls it by its name, or it is a function value
    /// that may serve as a factory. A handler and a goroutine return nothing.
    fn may_hand_on(&self, frame: &Frame) -> bool {
        let name = frame.name();
        name.is_closure()
            || self.graph.has_callers(frame)
            || is_named_as_a_wrapper(frame, &self.entry_points())
    }

    fn entry_points(&self) -> Vec<&str> {
        match (self.object.record, &self.object.constructor) {
            (Some(record), _) => record.makers().collect(),
            (None, constructor) => constructor.iter().map(|name| &**name).collect(),
        }
    }

    /// Whether the heap shows that other functions than those of these lines made what is there: then a way was missed.
    fn is_made_elsewhere(&self, lines: &[&Frame]) -> bool {
        let Some(paths) = HeapPaths::of(self.hearing.instance, self.hearing.code) else {
            return false;
        };
        let entry_points = self.entry_points();
        let places = paths.places_through(&entry_points, false, self.hearing.leaks());
        places.iter().filter(|place| place.live.samples > 0.0).any(|place| {
            let inner = place.helpers.first().unwrap_or(&place.frame);
            let declared = inner.name().declared();
            !lines.iter().any(|line| line.name().declared() == declared)
        })
    }

    /// The line that dials for the object.
    fn dialled(&self, makers: &[&Frame]) -> Option<Testimony> {
        if self.is_made_elsewhere(makers) {
            return None;
        }
        let makers = self.leading(makers);
        let first = makers.first()?;
        // One function may make it of several pieces: a secured connection, and a client of that.
        if makers.iter().any(|line| line.function != first.function) {
            return None;
        }
        let mut dials = Vec::new();
        for maker in &makers {
            dials.extend(self.dials_for(maker)?);
        }
        dials.sort_unstable();
        dials.dedup();
        let [dial] = dials.as_slice() else { return Some(self.several_dials(&dials)) };
        let basis = format!("no other line of the program dials for a {}", self.object.name);
        let line = NamedLine { frame: (*dial).clone(), role: Role::Creates, share: 1.0, basis };
        Some(Testimony { lines: vec![line], decided: true, ..Testimony::default() })
    }

    fn several_dials(&self, dials: &[&Frame]) -> Testimony {
        let mut testimony = self.several(dials);
        let basis = format!("one of {} lines that may have dialled", dials.len());
        testimony.lines.iter_mut().for_each(|line| line.basis.clone_from(&basis));
        testimony
    }

    /// Those of the lines whose function holds what is there, where the heap singles out a function.
    fn leading<'f>(&self, lines: &[&'f Frame]) -> Vec<&'f Frame> {
        let paths = HeapPaths::of(self.hearing.instance, self.hearing.code);
        let Some(paths) = paths else { return lines.to_vec() };
        let places = paths.places_through(&self.entry_points(), false, self.hearing.leaks());
        let live = |function: &str| {
            let inner = |place: &&crate::heap_paths::Place| {
                let inner = place.helpers.first().unwrap_or(&place.frame);
                inner.name().declared().0 == function
            };
            places.iter().filter(inner).map(|place| place.live.samples).sum::<f64>()
        };
        let mut functions: Vec<(&str, f64)> = Vec::new();
        for line in lines {
            let function = line.name().declared().0;
            if !functions.iter().any(|(known, _)| *known == function) {
                functions.push((function, live(function)));
            }
        }
        functions.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        match functions.as_slice() {
            [(first, most), (_, next), ..]
                if *most >= HEAP_SAMPLES_MIN - 0.5 && *most >= HEAP_LEAD_MIN * next =>
            {
                let is_first = |line: &&&Frame| line.name().declared().0 == *first;
                lines.iter().filter(is_first).copied().collect()
            }
            _ => lines.to_vec(),
        }
    }

    /// The lines that dial for what `maker` makes: on the same line, or before it in its function or in the only one
    /// that calls it. `None` if there are none, or another way to come by a connection stands beside them.
    fn dials_for(&self, maker: &Frame) -> Option<Vec<&Frame>> {
        let mut maker = maker;
        for _ in 0..=HANDED_ON_MAX {
            let before = |line: &Frame| line.line <= maker.line && line.file == maker.file;
            let dials = self.dials_in(&maker.function, &before, HANDED_ON_MAX);
            if !dials.is_empty() {
                return (!self.has_other_way(maker, &dials)).then_some(dials);
            }
            // What by its name dials may do so unseen.
            if is_named_as_a_wrapper(maker, self.hearing.through)
                || self.graph.is_called_unseen(&maker.function)
            {
                return None;
            }
            let [caller] = self.graph.callers(&maker.function) else { return None };
            maker = *caller;
        }
        None
    }

    /// The lines of a function that dial, and those of functions of the user's that it calls.
    fn dials_in(
        &self,
        function: &str,
        is_before: &dyn Fn(&Frame) -> bool,
        depth: usize,
    ) -> Vec<&Frame> {
        let mut dials = Vec::new();
        for (line, callee) in self.graph.calls_of(function).filter(|(line, _)| is_before(line)) {
            let Some(callee) = callee else { continue };
            if !self.graph.is_users(callee) {
                let leads = self.graph.leads_to(callee, self.hearing.through);
                dials.extend(leads.then_some(line));
            } else if depth > 0 && **callee != *function {
                dials.extend(self.dials_in(callee, &|_| true, depth - 1));
            }
        }
        dials.sort_unstable();
        dials.dedup();
        dials
    }

    /// Whether a function may come by a connection in another way than by these dials, before `maker`: through an
    /// interface or a function value, or from a function that by its name gets one.
    fn has_other_way(&self, maker: &Frame, dials: &[&Frame]) -> bool {
        let entry_points = self.entry_points();
        self.graph.calls_of(&maker.function).any(|(line, callee)| {
            let Some(callee) = callee else { return line.line <= maker.line };
            let is_known = entry_points.contains(&&**callee)
                || dials.iter().any(|dial| *dial == line || dial.function == *callee);
            let callee = Frame { function: callee.clone(), file: "".into(), line: 0 };
            let gets = || is_named_as_a_wrapper(&callee, self.hearing.through);
            line.line < maker.line && !is_known && gets()
        })
    }
}
