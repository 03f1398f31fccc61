//! From call paths to places: which line of a chain of the user's functions is answerable for what was taken.

use plumb_evidence::code::{Frame, FunctionName};
use plumb_evidence::heap::{Amount, HeapSample};
use plumb_evidence::suspect::HeapShare;
use rustc_hash::FxHashMap;

use crate::thresholds::{
    FREEING_SHARE_MAX, HEAP_LEAD_MIN, HEAP_SAMPLES_MIN, KEEPING_SHARE_MIN, KEPT_BY_OTHERS_MAX,
    SHARE_SAMPLES_MIN, SIBLING_TOLERANCE,
};

/// A place in the user's code through which memory of an object was allocated.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) frame: Frame,
    pub(crate) live: Amount,
    pub(crate) allocated: Amount,
    /// Live objects of each size on each path: what makes one such object a leak has as many as there are leaks.
    pub(crate) pieces: Vec<f64>,
    /// Helpers between the place and the library, innermost first: others use them rightly, or they return the object.
    pub(crate) helpers: Vec<Frame>,
    /// Why the place may be the wrong one of its chain.
    pub(crate) doubt: Option<Doubt>,
}

/// What cannot be told of a helper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Whether all of its callers leak through it.
    Shared,
    /// Whether it returns the object: its only caller known and, where that is such a helper too, the caller's caller.
    HandsOn(Vec<Frame>),
}

impl Place {
    pub(crate) fn new(frame: &Frame) -> Self {
        Self {
            frame: frame.clone(),
            live: Amount::default(),
            allocated: Amount::default(),
            pieces: Vec::new(),
            helpers: Vec::new(),
            doubt: None,
        }
    }

    pub(crate) fn add(&mut self, sample: &HeapSample) {
        self.live += sample.live;
        self.allocated += sample.allocated;
        self.pieces.push(sample.live.objects);
    }

    /// How many kinds of objects of it are there `count` times. Figures must be exact.
    fn one_each(&self, count: f64) -> f64 {
        let is_one_each = |objects: &&f64| (**objects / count - 1.0).abs() <= SIBLING_TOLERANCE;
        self.pieces.iter().filter(is_one_each).count() as f64
    }

    pub(crate) fn share(&self) -> f64 {
        HeapShare { live: self.live, allocated: self.allocated }.live_share()
    }
}

/// Whether the first place made one lasting object for each leak, and three times as many kinds of them as any other.
/// Where figures are exact that tells it from places that hold what they do for reasons of their own, from a pool at
/// rest, and from whoever dials for want of the connections that leaked: the name of the peer is kept of him.
pub(crate) fn first_leads_in_one_each<'p>(
    mut places: impl Iterator<Item = &'p Place>,
    leaks: f64,
) -> bool {
    let first = places.next().map_or(0.0, |first| first.one_each(leaks));
    let others = places.map(|other| other.one_each(leaks)).fold(0.0, f64::max);
    leaks >= HEAP_SAMPLES_MIN && first > 0.0 && first >= HEAP_LEAD_MIN * others
}

/// The user's frames of one sample, innermost first, below which it went through the object.
pub(super) struct UserPath<'a> {
    pub(super) frames: Vec<&'a Frame>,
    pub(super) sample: &'a HeapSample,
}

/// What is known of the object beside the paths through it.
#[derive(Default)]
pub(crate) struct Knowledge<'a> {
    /// Functions of the library that the user calls to get one.
    pub(crate) entry_points: &'a [&'a str],
    /// Live samples of memory that calls on the object took directly from a function of the user's, other than to
    /// get one.
    pub(crate) used_in: FxHashMap<&'a str, f64>,
    /// Whoever gets the object is to release it, so it matters whether a helper returns it.
    pub(crate) has_owner: bool,
    /// How many objects leak, if every allocation is in the profile, so that numbers can be compared with it.
    pub(crate) exact_leaks: Option<f64>,
}

/// The user's lines, each as far out as the leak is shared: a helper whose callers all keep is the place itself;
/// where one caller keeps and others free, or the helper returns the object, the keeping caller is.
pub(super) fn places(paths: &[UserPath<'_>], known: &Knowledge<'_>) -> Vec<Place> {
    let mut found: Vec<Place> = Vec::new();
    for branch in branches(paths.iter().collect(), 0) {
        descend(branch, 0, known, &mut found);
    }
    found.sort_by(by_live);
    found
}

fn by_live(a: &Place, b: &Place) -> std::cmp::Ordering {
    let by_live = b.live.samples.total_cmp(&a.live.samples);
    by_live
        .then(b.allocated.samples.total_cmp(&a.allocated.samples))
        .then_with(|| a.frame.cmp(&b.frame))
}

/// Paths that have a frame in common.
struct Branch<'p, 'a> {
    place: Place,
    paths: Vec<&'p UserPath<'a>>,
}

impl Branch<'_, '_> {
    /// Whether it made a single object in the life of the process, so far as that can be known.
    fn made_once(&self, known: &Knowledge<'_>) -> bool {
        let made = |sample: &HeapSample| sample.live.objects.max(sample.allocated.objects);
        known.exact_leaks.is_some() && self.paths.iter().all(|path| made(path.sample) <= 1.0)
    }
}

/// Paths by their user frame at `depth` (0 = innermost), those with most live samples first.
fn branches<'p, 'a>(paths: Vec<&'p UserPath<'a>>, depth: usize) -> Vec<Branch<'p, 'a>> {
    let mut by_frame: FxHashMap<&Frame, Branch<'p, 'a>> = FxHashMap::default();
    for path in paths {
        let Some(frame) = path.frames.get(depth) else { continue };
        let empty = || Branch { place: Place::new(frame), paths: Vec::new() };
        let branch = by_frame.entry(frame).or_insert_with(empty);
        branch.place.add(path.sample);
        branch.paths.push(path);
    }
    let mut branches: Vec<_> = by_frame.into_values().collect();
    branches.sort_by(|a, b| by_live(&a.place, &b.place));
    branches
}

fn descend(branch: Branch<'_, '_>, depth: usize, known: &Knowledge<'_>, found: &mut Vec<Place>) {
    let Branch { mut place, paths } = branch;
    let callers = branches(paths, depth + 1);
    let holds = callers.first().is_some_and(|caller| holds(caller, &place, known));
    if holds || differ_above(&callers, depth + 1, known) {
        for mut caller in callers {
            caller.place.helpers.clone_from(&place.helpers);
            caller.place.helpers.push(place.frame.clone());
            descend(caller, depth + 1, known, found);
        }
        return;
    }
    place.doubt = match told_apart(&callers, known) {
        Callers::Unclear => Some(Doubt::Shared),
        _ => may_hand_on(&place.frame, callers, depth + 1, known),
    };
    found.push(place);
}

/// Whether callers differ, or those of an only caller do, and so on.
fn differ_above(callers: &[Branch<'_, '_>], depth: usize, known: &Knowledge<'_>) -> bool {
    match callers {
        [] => false,
        [only] => differ_above(&branches(only.paths.clone(), depth + 1), depth + 1, known),
        several => told_apart(several, known) == Callers::Differ,
    }
}

/// Whether the caller has the object in hand after the helper returned: nearly all that the helper took came by this
/// caller, and calls on the object, from the caller's own lines, hold memory as the helper does.
fn holds(caller: &Branch<'_, '_>, helper: &Place, known: &Knowledge<'_>) -> bool {
    let used = known.used_in.get(&*caller.place.frame.function).copied().unwrap_or(0.0);
    let others = helper.live.samples - caller.place.live.samples;
    known.has_owner
        && used > 0.0
        && HEAP_LEAD_MIN * used >= helper.live.samples
        && caller.place.live.samples > KEPT_BY_OTHERS_MAX * others
}

/// A helper that by its name gets what its caller asked for, together with those to whom it may return it. Where
/// several callers leak through such helpers, they are the place.
fn may_hand_on(
    helper: &Frame,
    mut callers: Vec<Branch<'_, '_>>,
    mut depth: usize,
    known: &Knowledge<'_>,
) -> Option<Doubt> {
    let mut chain: Vec<Frame> = Vec::new();
    while known.has_owner
        && is_named_as_a_wrapper(chain.last().unwrap_or(helper), known.entry_points)
        && !callers.is_empty()
    {
        if callers.len() > 1 {
            let several_leak = told_apart(&callers, known) == Callers::Alike;
            return (!several_leak).then_some(Doubt::HandsOn(chain));
        }
        let caller = callers.remove(0);
        chain.push(caller.place.frame);
        depth += 1;
        callers = branches(caller.paths, depth);
    }
    (!chain.is_empty()).then_some(Doubt::HandsOn(chain))
}

/// First words of the names of functions that get something for their caller.
const GETTING: [&str; 7] = ["do", "new", "open", "dial", "connect", "make", "must"];

/// Names that say how, and not what for.
const GENERIC: [&str; 8] =
    ["call", "connection", "conn", "exec", "execute", "fetch", "request", "send"];

/// Whether the name of a function says that it gets something and not what for: it repeats the library's (`do`, `get`,
/// `openDB`) or is as general (`doRequest`, `newClient`). What such a function gets may be its caller's to release,
/// which no profile shows.
pub(crate) fn is_named_as_a_wrapper(frame: &Frame, entry_points: &[&str]) -> bool {
    let name = frame.name();
    // The result of a closure rarely goes to who called it.
    if name.is_closure() {
        return false;
    }
    let own = last_word(name);
    let repeats =
        entry_points.iter().any(|entry| last_word(FunctionName(entry)).eq_ignore_ascii_case(own));
    let lower = own.to_ascii_lowercase();
    repeats
        || GENERIC.contains(&&*lower)
        || lower.ends_with("request")
        || GETTING.iter().any(|word| begins_with_word(own, word))
}

/// First words of the names of functions that make what they return.
const MAKING: [&str; 7] = ["new", "open", "dial", "connect", "make", "must", "create"];

/// Whether the name of a library's function says that it makes something.
pub(crate) fn is_named_as_a_constructor(frame: &Frame) -> bool {
    let name = last_word(frame.name());
    MAKING.iter().any(|word| begins_with_word(name, word))
}

/// `(*client).do` → `do`; `openAll[...]` → `openAll`.
fn last_word(name: FunctionName<'_>) -> &str {
    let local = name.local();
    let local = local.rsplit_once(").").map_or(local, |(_, method)| method);
    let plain = local.split('[').next().unwrap_or(local);
    plain.rsplit('.').next().unwrap_or(plain)
}

/// `openDB` and `OpenDB` begin with `open`, `opener` does not.
fn begins_with_word(name: &str, word: &str) -> bool {
    let (Some(head), Some(rest)) = (name.get(..word.len()), name.get(word.len()..)) else {
        return false;
    };
    head.eq_ignore_ascii_case(word) && !rest.starts_with(|next: char| next.is_ascii_lowercase())
}

/// What the callers of a helper say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Callers {
    /// One caller, or all of them keep what they take: the helper is the place.
    Alike,
    /// Some keep and others free: the callers are the places.
    Differ,
    /// Too few samples to tell, or the others keep so little that they may do so rightly.
    Unclear,
}

/// Compares callers, those with most live samples first.
fn told_apart(callers: &[Branch<'_, '_>], known: &Knowledge<'_>) -> Callers {
    let [leader, others @ ..] = callers else { return Callers::Alike };
    let allocated: f64 = others.iter().map(|other| other.place.allocated.samples).sum();
    let kept: f64 = others.iter().map(|other| other.place.live.samples).sum();
    if others.is_empty() || kept + allocated == 0.0 {
        return Callers::Alike;
    }
    let others_keep = kept > 0.0 && (allocated == 0.0 || kept / allocated >= KEEPING_SHARE_MIN);
    let leads = leader.place.live.samples > KEPT_BY_OTHERS_MAX * kept;
    let clear_lead = leader.place.live.samples >= HEAP_SAMPLES_MIN - 0.5
        && leader.place.live.samples >= HEAP_LEAD_MIN * kept;
    let places = || callers.iter().map(|caller| &caller.place);
    let judged = || places().filter(|place| place.allocated.samples >= SHARE_SAMPLES_MIN);
    let some_keep = judged().any(|place| place.share() >= KEEPING_SHARE_MIN);
    let some_free = judged().any(|place| place.share() <= FREEING_SHARE_MAX);
    match () {
        () if some_keep && some_free => Callers::Differ,
        () if known.exact_leaks.is_some_and(|leaks| first_leads_in_one_each(places(), leaks)) => {
            Callers::Differ
        }
        // What is made once, at the start of the program, is no leak.
        () if leads && clear_lead && others.iter().all(|other| other.made_once(known)) => {
            Callers::Differ
        }
        // A sample or two may be of objects in use at this moment.
        () if others_keep && kept < HEAP_SAMPLES_MIN - 0.5 => Callers::Unclear,
        // A factory that serves the start of the program too: the few made there are kept, and rightly so.
        () if others_keep && leads => Callers::Unclear,
        () if others_keep => Callers::Alike,
        () if clear_lead && allocated > 0.0 => Callers::Differ,
        () => Callers::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumb_evidence::Stack;

    const ENTRY_POINTS: [&str; 3] =
        ["net/http.(*Client).Do", "net/http.Get", "database/sql.OpenDB"];

    /// A sample below this chain of the user's functions, innermost first.
    fn chain(functions: &str, live: f64, allocated: f64) -> (Vec<Frame>, HeapSample) {
        let frame = |name: &str| Frame { function: name.into(), file: "".into(), line: 1 };
        let amount = |samples| Amount { objects: samples, bytes: samples, samples };
        let (live, allocated) = (amount(live), amount(allocated));
        let sample = HeapSample { stack: Stack(Vec::new().into()), live, allocated };
        (functions.split(" < ").map(frame).collect(), sample)
    }

    fn judged(chains: &[(Vec<Frame>, HeapSample)], known: &Knowledge<'_>) -> Vec<Place> {
        let mut paths = Vec::new();
        for (frames, sample) in chains {
            paths.push(UserPath { frames: frames.iter().collect(), sample });
        }
        places(&paths, known)
    }

    fn owned() -> Knowledge<'static> {
        Knowledge { entry_points: &ENTRY_POINTS, has_owner: true, ..Knowledge::default() }
    }

    /// The first place if a helper's callers keep so many of so many samples.
    fn first(callers: &[(f64, f64)], known: &Knowledge<'_>) -> (String, Option<Doubt>) {
        let path = |(index, &(live, allocated)): (usize, &(f64, f64))| {
            chain(&format!("main.audit < main.caller{index}"), live, allocated)
        };
        let chains: Vec<_> = callers.iter().enumerate().map(path).collect();
        let first = judged(&chains, known).swap_remove(0);
        (first.frame.function.to_string(), first.doubt)
    }

    #[test]
    fn callers_tell_whether_a_helper_leaks_itself() {
        let check = |callers: &[(f64, f64)], function: &str, doubt: Option<Doubt>| {
            assert_eq!(first(callers, &owned()), (function.to_owned(), doubt), "{callers:?}");
        };
        check(&[(9.0, 9.0)], "main.audit", None);
        check(&[(9.0, 9.0), (5.0, 5.0)], "main.audit", None);
        check(&[(9.0, 9.0), (0.0, 12.0)], "main.caller0", None);
        check(&[(1.0, 1.0), (0.0, 1.0)], "main.audit", Some(Doubt::Shared));
        // What the others hold may be in use at this moment.
        check(&[(2.0, 8.0), (1.0, 3.0)], "main.audit", Some(Doubt::Shared));
        check(&[(5.0, 5.0), (2.0, 4.0)], "main.audit", Some(Doubt::Shared));
        check(&[(1.0, 1.0); 6], "main.audit", None);
        // So many may be the few that the start of the program made.
        check(&[(120.0, 120.0), (2.0, 2.0)], "main.audit", Some(Doubt::Shared));
    }

    #[test]
    fn what_is_made_once_is_no_leak_where_figures_are_exact() {
        let exact = Knowledge { exact_leaks: Some(1000.0), ..owned() };
        assert_eq!(first(&[(100.0, 100.0), (1.0, 1.0)], &exact).0, "main.caller0");
        assert_eq!(first(&[(100.0, 100.0), (3.0, 3.0)], &exact).1, Some(Doubt::Shared));
        assert_eq!(first(&[(100.0, 100.0), (40.0, 40.0)], &exact), ("main.audit".to_owned(), None));
    }

    #[test]
    fn a_caller_that_leaks_now_and_then_is_told_by_exact_numbers() {
        let callers = [(40.0, 400.0), (20.0, 400.0)];
        assert_eq!(first(&callers, &owned()).1, Some(Doubt::Shared));
        let exact = |leaks| Knowledge { exact_leaks: Some(leaks), ..owned() };
        assert_eq!(first(&callers, &exact(39.0)), ("main.caller0".to_owned(), None));
        assert_eq!(first(&callers, &exact(60.0)).1, Some(Doubt::Shared));
    }

    #[test]
    fn exact_figures_are_compared_with_the_number_of_leaks() {
        let place = |pieces: &[f64]| {
            let frame = Frame { function: "f".into(), file: "".into(), line: 1 };
            Place { pieces: pieces.to_vec(), ..Place::new(&frame) }
        };
        let (leaking, pool) = (place(&[100.0, 98.0, 2.0]), place(&[40.0, 80.0]));
        assert!(first_leads_in_one_each([&leaking, &pool].into_iter(), 101.0));
        assert!(!first_leads_in_one_each([&leaking, &leaking].into_iter(), 100.0));
        assert!(!first_leads_in_one_each([&pool, &leaking].into_iter(), 100.0));
        assert!(!first_leads_in_one_each([].into_iter(), 100.0));
        let (often, dials) = (place(&[100.0; 12]), place(&[100.0, 100.0, 1.0]));
        assert!(first_leads_in_one_each([&often, &dials].into_iter(), 100.0));
        assert!(!first_leads_in_one_each([&place(&[100.0; 5]), &dials].into_iter(), 100.0));
    }

    #[test]
    fn helpers_on_the_way_to_a_caller_are_kept() {
        let paths = [
            chain("main.do < main.get < main.audit < main.run", 9.0, 9.0),
            chain("main.do < main.get < main.price < main.run", 0.0, 9.0),
        ];
        let first = judged(&paths, &owned()).swap_remove(0);
        let helpers: Vec<_> = first.helpers.iter().map(|frame| &*frame.function).collect();
        assert_eq!((&*first.frame.function, helpers), ("main.audit", vec!["main.do", "main.get"]));
    }

    #[test]
    fn a_wrapper_with_one_caller_may_return_what_it_gets() {
        let doubt =
            |functions: &str| judged(&[chain(functions, 9.0, 9.0)], &owned())[0].doubt.clone();
        let holders = |functions: &str| match doubt(functions) {
            Some(Doubt::HandsOn(chain)) => {
                chain.iter().map(|frame| frame.function.to_string()).collect::<Vec<_>>().join(" < ")
            }
            other => format!("{other:?}"),
        };
        assert_eq!(
            holders("main.(*client).do < main.(*client).Exists < main.run"),
            "main.(*client).Exists"
        );
        assert_eq!(
            holders("main.doRequest < main.get < main.audit < main.run"),
            "main.get < main.audit"
        );
        assert_eq!(holders("main.openDB < main.store"), "main.store");
        assert_eq!(doubt("main.postEvent < main.(*auditor).handle"), None);
        assert_eq!(doubt("main.opener < main.store"), None);
        assert_eq!(doubt("main.do"), None, "nobody to return to");
        assert_eq!(doubt("main.open.func1 < main.store"), None, "a closure");
        let borrowed = Knowledge { has_owner: false, ..owned() };
        assert_eq!(judged(&[chain("main.do < main.f", 9.0, 9.0)], &borrowed)[0].doubt, None);
    }

    #[test]
    fn a_wrapper_through_which_several_leak_is_the_place() {
        let paths = [chain("main.do < main.a", 9.0, 9.0), chain("main.do < main.b", 6.0, 6.0)];
        let places = judged(&paths, &owned());
        assert_eq!((&*places[0].frame.function, &places[0].doubt), ("main.do", &None));
    }

    #[test]
    fn a_caller_that_uses_the_object_itself_holds_it() {
        let used = |samples| Knowledge {
            used_in: FxHashMap::from_iter([("main.store", samples)]),
            ..owned()
        };
        let place = |known: &Knowledge<'_>| {
            let paths = [chain("main.openDB < main.store < main.run", 14.0, 14.0)];
            judged(&paths, known).swap_remove(0)
        };
        assert_eq!(
            (&*place(&used(12.0)).frame.function, place(&used(12.0)).doubt),
            ("main.store", None)
        );
        assert_eq!(&*place(&used(1.0)).frame.function, "main.openDB", "another, healthy one");
    }
}
