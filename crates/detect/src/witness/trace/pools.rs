//! Where the pools are made of which each call has one of its own. A trace shows who uses them, since a pool dials when it is
//! used; the executable shows which lines make one at all. The line is named that makes one on the way of the calls, if the
//! calls in the executable lead from that way to no other, and none can be reached without being named.

use plumb_evidence::calls::{Calls, Made};
use plumb_evidence::catalogue::LibraryObject;
use plumb_evidence::code::{Frame, FunctionName};
use plumb_evidence::trace::Trace;
use rustc_hash::FxHashSet;

use super::ways::{ACCEPTS, Seen};
use crate::code::Code;
use crate::heap_paths::{Place, Way};
use crate::thresholds::HEAP_LEAD_MIN;
use crate::witness::callers::Graph;
use crate::witness::is_same_line;

/// Who makes the pools.
#[derive(Debug)]
pub(super) enum Makers {
    /// This line: no other can have.
    Line(Frame),
    /// One of these, those before the others that the calls in the executable lead to.
    OneOf(Vec<Frame>),
    /// The executable was not read, or tells of no line that makes one.
    Unknown,
}

impl Makers {
    /// The makers of the pools that the calls of `place` use.
    pub(super) fn of(
        calls: Option<&Calls>,
        code: &Code<'_>,
        record: &LibraryObject,
        trace: &Trace,
        seen: &Seen,
        place: &Place,
    ) -> Self {
        let Some(calls) = calls else { return Self::Unknown };
        let types: Vec<&str> = record.pools().collect();
        let graph = Graph::of(calls, code);
        let way = OnTheWay::of(&seen.ways, place, &Served::of(trace, code));
        let search = Search { graph, way, place, seen, code, entered: entered(trace, code) };
        let made = calls.made.iter().filter(|made| types.contains(&&*made.of));
        let made = made.filter(|made| !runs_once(&made.at) && !is_within_a_pool(made, &types));
        let mut lines: Vec<Line> = Vec::new();
        for made in made {
            for line in search.lines(made) {
                match lines.iter_mut().find(|known| known.frame == line.frame) {
                    Some(known) => {
                        known.reach = known.reach.max(line.reach);
                        known.distance = known.distance.min(line.distance);
                    }
                    None => lines.push(line),
                }
            }
        }
        search.choose(lines)
    }
}

/// Whether it is the initialisation of a package: what that makes is shared.
fn runs_once(frame: &Frame) -> bool {
    let local = frame.name().local();
    let number = local.strip_prefix("init.").or_else(|| local.strip_prefix("map.init."));
    local == "init" || number.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a method of a pool makes a pool of another kind: that is a part of it. One of its own kind is a copy.
fn is_within_a_pool(made: &Made, types: &[&str]) -> bool {
    let is_method_of = |of: &&&str| {
        let (package, name) = of.rsplit_once('.').unwrap_or(("", of));
        let function = made.at.name();
        let rest = function.local().strip_prefix("(*").and_then(|rest| rest.strip_prefix(name));
        function.package() == package && rest.is_some_and(|rest| rest.starts_with(')'))
    };
    types.iter().filter(|of| **of != &*made.of).any(|of| is_method_of(&of))
}

/// Functions of the user's that libraries and the runtime call, as the outermost on stacks of a trace: they hand nothing to
/// functions of the user's.
fn entered<'a>(trace: &'a Trace, code: &Code<'_>) -> FxHashSet<&'a str> {
    let stacks = trace.creations.iter().flat_map(|creation| &creation.chain);
    let outermost = stacks.filter_map(|stack| stack.frames().iter().rfind(|f| code.is_user(f)));
    outermost.map(|frame| frame.function.strip_suffix("-fm").unwrap_or(&frame.function)).collect()
}

/// Functions on whose goroutines connections are served.
const SERVES: [&str; 2] =
    ["net/http.(*conn).serve", "google.golang.org/grpc.(*Server).handleStream"];

/// What a trace shows of servers. A handler that is a closure of who runs the server gets from him what he made once,
/// whereas who is on the way otherwise may make one for each call.
struct Served<'a> {
    /// The outermost functions of the user's where connections are served.
    handlers: FxHashSet<&'a str>,
    /// Functions, as written, that run once for each server: the program's first one, and who waits for a server to end.
    runners: FxHashSet<&'a str>,
}

impl<'a> Served<'a> {
    fn of(trace: &'a Trace, code: &Code<'_>) -> Self {
        let stacks = || trace.creations.iter().flat_map(|creation| &creation.chain);
        let is_user = |frame: &&Frame| code.is_user(frame);
        let serving = stacks().filter(|stack| SERVES.iter().any(|serves| stack.passes(serves)));
        let handlers = serving.filter_map(|stack| stack.frames().iter().rfind(is_user));
        let waiting = stacks().flat_map(|stack| {
            let is_loop = |frame: &Frame| ACCEPTS.contains(&&*frame.function);
            let at = stack.frames().iter().position(is_loop).unwrap_or(stack.frames().len());
            stack.frames()[at..].iter().filter(is_user)
        });
        Self {
            handlers: handlers.map(|frame| &*frame.function).collect(),
            runners: waiting.map(written).chain(["main.main"]).collect(),
        }
    }

    /// Whether a frame is of a handler to whom its function, as written, hands what it made once.
    fn is_given(&self, way: &Way, frame: &Frame) -> bool {
        let is_served =
            way.frames.last().is_some_and(|last| self.handlers.contains(&*last.function));
        is_served && self.runners.contains(written(frame)) && written(frame) != &*frame.function
    }
}

/// The functions on the ways of a place, as written in the source.
struct OnTheWay<'a> {
    /// The place's, and those that led to it.
    outer: FxHashSet<&'a str>,
    /// Handlers, by their own names: closures whose functions are not on the way.
    handlers: FxHashSet<&'a str>,
    /// Helpers between it and the library: others use them as well, and leak nothing.
    inner: FxHashSet<&'a str>,
}

impl<'a> OnTheWay<'a> {
    fn of(ways: &'a [Way], place: &Place, served: &Served<'_>) -> Self {
        let (mut outer, mut inner) = (FxHashSet::default(), FxHashSet::default());
        let mut handlers = FxHashSet::default();
        for way in ways.iter().filter(|way| way.left > 0) {
            let is_place = |frame: &Frame| is_same_line(frame, &place.frame);
            let Some(at) = way.frames.iter().position(is_place) else { continue };
            inner.extend(way.frames[..at].iter().map(written));
            for frame in &way.frames[at..] {
                match served.is_given(way, frame) {
                    true => handlers.insert(&*frame.function),
                    false => outer.insert(written(frame)),
                };
            }
        }
        inner.retain(|function| !outer.contains(function));
        Self { outer, handlers, inner }
    }

    /// By what name a function or a closure of it is on the way, if it is.
    fn name_of(&self, function: &str) -> Option<&'a str> {
        let is_part = |handler: &&&str| {
            let rest = function.strip_prefix(**handler);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let declared = FunctionName(function).declared().0;
        self.outer.get(declared).or_else(|| self.handlers.iter().find(is_part)).copied()
    }
}

/// Whether a frame of a way is of one of these functions, named as the way names them.
fn is_one_of(names: &FxHashSet<&str>, frame: &Frame) -> bool {
    names.contains(written(frame)) || names.contains(&*frame.function)
}

fn written(frame: &Frame) -> &str {
    frame.name().declared().0
}

/// How the way of the calls comes to a line that makes a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// Not at all: it is called from elsewhere.
    Never,
    /// As a function value or through an interface, if at all; or through a helper that others share.
    Perhaps,
    /// By calls in the source.
    ByName,
}

/// A line of the user's that makes a pool.
struct Line {
    frame: Frame,
    reach: Reach,
    /// How many functions of the way are passed from the place that uses pools to one that leads here; none does =
    /// `usize::MAX`.
    distance: usize,
}

struct Search<'a> {
    code: &'a Code<'a>,
    seen: &'a Seen,
    place: &'a Place,
    graph: Graph<'a>,
    way: OnTheWay<'a>,
    entered: FxHashSet<&'a str>,
}

impl Search<'_> {
    /// The lines of the user's that make a pool here, those that call a library to make it included.
    fn lines(&self, made: &Made) -> Vec<Line> {
        if self.code.is_user(&made.at) {
            return vec![self.line(&made.at)];
        }
        let makers = self.graph.makers(&[&made.at.function]);
        let mut lines: Vec<Line> = makers.lines.iter().map(|line| self.line(line)).collect();
        // A library has pools of its own: whose they are matters where calls go through libraries.
        if self.seen.through_libraries && !makers.are_all {
            let (frame, reach) = (made.at.clone(), Reach::Perhaps);
            lines.push(Line { frame, reach, distance: usize::MAX });
        }
        lines
    }

    fn line(&self, frame: &Frame) -> Line {
        let (reach, met) = self.reach(frame);
        Line { frame: frame.clone(), reach, distance: self.distance(&met) }
    }

    /// How far out on the way the first of these functions is.
    fn distance(&self, met: &FxHashSet<&str>) -> usize {
        let left = self.seen.ways.iter().filter(|way| way.left > 0);
        let first = left.filter_map(|way| {
            let at = way.frames.iter().position(|frame| is_same_line(frame, &self.place.frame))?;
            way.frames[at..].iter().position(|frame| is_one_of(met, frame))
        });
        first.min().unwrap_or(usize::MAX)
    }

    /// Looks from a line at all who call its function, their callers and so on, until the way is met, and in which
    /// functions it is met.
    fn reach(&self, frame: &Frame) -> (Reach, FxHashSet<&str>) {
        let mut reach = Reach::Never;
        let mut met: FxHashSet<&str> = FxHashSet::default();
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        let mut waiting: Vec<&str> = vec![&frame.function];
        while let Some(function) = waiting.pop() {
            if let Some(name) = self.way.name_of(function) {
                met.insert(name);
                continue;
            }
            if self.way.inner.contains(FunctionName(function).declared().0) {
                reach = Reach::Perhaps;
                continue;
            }
            if self.may_be_handed_out(function) {
                reach = Reach::Perhaps;
            }
            let callers = self.graph.callers(function).iter();
            waiting.extend(callers.map(|at| &*at.function).filter(|caller| seen.insert(caller)));
        }
        let reach = if met.is_empty() { reach } else { Reach::ByName };
        (reach, met)
    }

    /// Whether the line makes what nearly all of the ways use, by the functions in which they meet.
    fn serves_all(&self, line: &Line) -> bool {
        let (reach, met) = self.reach(&line.frame);
        let (mut served, mut others) = (0, 0);
        for way in self.seen.ways.iter().filter(|way| way.left > 0) {
            let is_place = |frame: &Frame| is_same_line(frame, &self.place.frame);
            let Some(at) = way.frames.iter().position(is_place) else { continue };
            match way.frames[at..].iter().any(|frame| is_one_of(&met, frame)) {
                true => served += way.left,
                false => others += way.left,
            }
        }
        reach == Reach::Perhaps || served as f64 >= HEAP_LEAD_MIN * others as f64
    }

    /// Whether a function may be called without its name by who gets what it returns.
    fn may_be_handed_out(&self, function: &str) -> bool {
        let plain = function.strip_suffix("-fm").unwrap_or(function);
        // Only the runtime calls it, as a function value.
        let is_the_programs = function == "main.main";
        !is_the_programs && self.graph.is_called_unseen(function) && !self.entered.contains(plain)
    }

    fn choose(&self, mut lines: Vec<Line>) -> Makers {
        // What a nearer function makes is more likely made for each call.
        lines.sort_by(|a, b| {
            let by_reach = b.reach.cmp(&a.reach).then(a.distance.cmp(&b.distance));
            by_reach.then_with(|| a.frame.cmp(&b.frame))
        });
        let reach = |index: usize| lines.get(index).map_or(Reach::Never, |line| line.reach);
        let is_only = match (reach(0), reach(1)) {
            (Reach::Never, _) => return Makers::Unknown,
            (Reach::ByName, other) => other == Reach::Never,
            // Nothing else in the program makes one.
            (Reach::Perhaps, _) => lines.len() == 1,
        };
        if is_only && self.serves_all(&lines[0]) {
            return self.answerable(lines.swap_remove(0));
        }
        lines.retain(|line| line.reach != Reach::Never);
        Makers::OneOf(lines.into_iter().map(|line| line.frame).collect())
    }

    /// The line itself if all who come there are on the way, else the call on the way that comes there.
    fn answerable(&self, line: Line) -> Makers {
        let mut frame = line.frame;
        if line.reach != Reach::ByName {
            return Makers::Line(frame);
        }
        let mut passed: FxHashSet<Frame> = FxHashSet::default();
        while self.way.name_of(&frame.function).is_none() && !self.is_only_of_the_way(&frame) {
            let callers = self.graph.callers(&frame.function).iter();
            let leading: Vec<&Frame> =
                callers.copied().filter(|at| self.reach(at).0 == Reach::ByName).collect();
            let [caller] = leading[..] else {
                return Makers::OneOf(leading.into_iter().cloned().collect());
            };
            if !passed.insert(std::mem::replace(&mut frame, caller.clone())) {
                return Makers::Unknown;
            }
        }
        Makers::Line(frame)
    }

    /// Whether the function of a line is called from nowhere but the way.
    fn is_only_of_the_way(&self, frame: &Frame) -> bool {
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        let mut waiting: Vec<&str> = vec![&frame.function];
        while let Some(function) = waiting.pop() {
            if self.way.name_of(function).is_some() {
                continue;
            }
            let callers = self.graph.callers(function);
            if callers.is_empty() || self.graph.is_called_unseen(function) {
                return false;
            }
            let callers = callers.iter().map(|at| &*at.function);
            waiting.extend(callers.filter(|caller| seen.insert(caller)));
        }
        true
    }
}
