//! A trace for reading in a terminal.

use std::collections::{BTreeMap, BTreeSet};

use plumb_evidence::code::{Frame, Origin};
use plumb_exectrace::{Goroutine, GoroutineId, StackId, Waking};

use super::{Group, Trace, begins_in_runtime, is_of, state};
use crate::layout::{Page, Tone};
use crate::units::{count, plural, seconds};
use crate::{Options, names};

/// Ways of creation that are told, unless all are asked for.
const GROUPS: usize = 8;

/// Places at which goroutines wait longest that are told, unless all are asked for.
const PLACES: usize = 8;

/// Regions that are told of one way of creation, unless all are asked for.
const REGIONS: usize = 3;

/// Wake-ups that are followed back from one goroutine.
const WAKINGS: usize = 8;

/// The whole trace.
pub fn render(trace: &Trace, options: &Options) -> String {
    let mut page = Page::new(options);
    header(&mut page, trace);
    groups(&mut page, trace, options);
    blocked(&mut page, trace, options);
    page.finish()
}

fn header(page: &mut Page, trace: &Trace) {
    let alive = trace.history.goroutines().count();
    let about = format!(
        "{}: {} of an execution trace ({}), {}, {} alive at its end",
        trace.name,
        short_seconds(trace.length()),
        trace.version,
        plural(trace.events as usize, "event"),
        plural(alive, "goroutine"),
    );
    page.paragraph(Tone::Quiet, &about);
    for problem in &trace.problems {
        page.paragraph(Tone::Caution, &format!("{problem}."));
    }
    page.blank();
}

fn groups(page: &mut Page, trace: &Trace, options: &Options) {
    page.paragraph(Tone::Strong, "Goroutines by how they were created");
    let mut groups = trace.groups();
    if !options.verbose {
        let of_runtime =
            |group: &Group<'_>| trace.start(group.chain).as_ref().map(begins_in_runtime);
        groups.retain(|group| of_runtime(group) != Some(true));
    }
    if groups.is_empty() {
        page.paragraph(Tone::Plain, "The program created none while the trace ran.");
    }
    let shown = if options.verbose { groups.len() } else { GROUPS };
    for group in groups.iter().take(shown) {
        page.blank();
        print_group(page, trace, group, options);
    }
    left_out(page, groups.len(), shown, ["way of creation", "ways of creation"]);
    page.blank();
}

fn print_group(page: &mut Page, trace: &Trace, group: &Group<'_>, options: &Options) {
    let (alive, ended) = (group.count.alive, group.count.ended);
    let title = format!("{} alive, {} ended: ", count(alive as f64), count(ended as f64));
    let start = trace.start(group.chain).map_or_else(
        || "unknown function".to_owned(),
        |frame| names::function(&frame.function, page.width.saturating_sub(title.len())),
    );
    page.paragraph(Tone::Strong, &format!("{title}{start}"));
    chain(page, trace, group.chain, options);
    let Some(&longest) = group.alive.first() else { return };
    regions(page, trace, &group.alive, options);
    page.fact("longest", &told_state(trace, longest));
    stack(page, trace, "at", longest.stack, options);
    last_waker(page, trace, &group.alive, options);
}

/// The regions of the program that goroutines are in or were created in.
fn regions(page: &mut Page, trace: &Trace, goroutines: &[&Goroutine], options: &Options) {
    let own = |one: &&Goroutine| {
        let created = one.creation.and_then(|creation| creation.scope);
        one.regions.iter().copied().chain(created).collect::<Vec<_>>()
    };
    let names: BTreeSet<String> =
        goroutines.iter().flat_map(own).map(|scope| trace.scope(scope)).collect();
    let shown = if options.verbose { names.len() } else { REGIONS };
    let mut told: Vec<String> = names.iter().take(shown).cloned().collect();
    let left = names.len() - told.len();
    told.extend((left > 0).then(|| format!("{left} more")));
    if !told.is_empty() {
        let label = if names.len() == 1 { "region" } else { "regions" };
        page.fact(label, &told.join(", "));
    }
}

/// From where these were woken last, if half of them were woken from one place. Of what many use in turns that is who has it in hand, and who happened to
/// create it need not be.
fn last_waker(page: &mut Page, trace: &Trace, goroutines: &[&Goroutine], options: &Options) {
    let mut wakers: BTreeMap<StackId, usize> = BTreeMap::new();
    let wakings = goroutines.iter().filter_map(|one| one.waking);
    for waking in wakings.filter(|waking| waking.waker.is_some()) {
        *wakers.entry(waking.stack).or_default() += 1;
    }
    // Of equals the one that was seen first.
    let most = wakers.iter().rev().max_by_key(|(_, number)| **number);
    let is_told = |number: usize| options.verbose || 2 * number >= goroutines.len();
    if let Some((&waker, &number)) = most.filter(|(_, number)| is_told(**number)) {
        let all = count(goroutines.len() as f64);
        let told = format!("{} of {all} last by another goroutine", count(number as f64));
        page.fact("woken", &told);
        stack(page, trace, "from", waker, options);
    }
}

/// Who created a goroutine, who created that one, and so on.
fn chain(page: &mut Page, trace: &Trace, chain: plumb_exectrace::ChainId, options: &Options) {
    for (index, (_, creator)) in trace.history.chain(chain).enumerate() {
        let label = if index == 0 { "created" } else { "and that" };
        stack(page, trace, label, creator, options);
    }
}

fn blocked(page: &mut Page, trace: &Trace, options: &Options) {
    // Those that wait at the same place for the same thing are one line, at that of the longest.
    let mut places: Vec<(StackId, Vec<&Goroutine>)> = Vec::new();
    let mut known = BTreeMap::new();
    for goroutine in trace.blocked() {
        let place = *known.entry((goroutine.stack, goroutine.reason)).or_insert_with(|| {
            places.push((goroutine.stack, Vec::new()));
            places.len() - 1
        });
        places[place].1.push(goroutine);
    }
    if places.is_empty() {
        return;
    }
    page.paragraph(Tone::Strong, "Waiting longest");
    let shown = if options.verbose { places.len() } else { PLACES };
    for (stack, goroutines) in places.iter().take(shown) {
        let [longest, others @ ..] = &goroutines[..] else { continue };
        let more = match others.len() {
            0 => String::new(),
            more => format!(" and {more} more at the same place"),
        };
        let told = told_state(trace, longest);
        page.paragraph(Tone::Plain, &format!("goroutine {}{more}: {told}", longest.id));
        let site = trace.frames(*stack).find(|frame| !is_plumbing(frame));
        match site {
            Some(frame) => page.marked("", 2, Tone::Plain, &site_of(&frame, page.width - 2)),
            None => page.marked("", 2, Tone::Quiet, "no stack was taken"),
        }
    }
    left_out(page, places.len(), shown, ["place", "places"]);
}

/// Whether a function says only how a goroutine waits, and not for what.
fn is_plumbing(frame: &Frame) -> bool {
    const PACKAGES: [&str; 3] = ["internal/poll", "sync", "time"];
    is_of(frame, &[Origin::Runtime]) || PACKAGES.contains(&frame.name().package())
}

/// One goroutine: how it came to be, what it does, and the chain of those who woke each other up to it.
pub fn goroutine(trace: &Trace, id: GoroutineId, options: &Options) -> Option<String> {
    let goroutine = trace.history.goroutine(id)?;
    let mut page = Page::new(options);
    header(&mut page, trace);
    page.paragraph(Tone::Strong, &format!("goroutine {id}: {}", told_state(trace, goroutine)));
    stack(&mut page, trace, "at", goroutine.stack, options);
    chain(&mut page, trace, goroutine.chain, options);
    if goroutine.creation.is_none() {
        page.fact("created", "before the trace began");
    }
    regions(&mut page, trace, &[goroutine], options);
    wakings(&mut page, trace, goroutine, options);
    Some(page.finish())
}

/// Who woke the goroutine, who had woken that one before, and so on.
fn wakings(page: &mut Page, trace: &Trace, goroutine: &Goroutine, options: &Options) {
    let mut last = goroutine.waking;
    if last.is_none() {
        page.fact("woken", "never while the trace ran");
    }
    let mut told = Vec::new();
    while let Some(waking) = last.filter(|waking| !told.contains(waking)) {
        page.blank();
        let ago = short_seconds(trace.seconds(waking.time, trace.history.end()));
        let by = match waking.waker.is_some() {
            true => format!("goroutine {}", waking.waker),
            false => "nobody: a timer, the network or the runtime".to_owned(),
        };
        page.fact("woken", &format!("{ago} before the end of the trace, by {by}"));
        stack(page, trace, "from", waking.stack, options);
        // Of a goroutine that has ended nothing else is known.
        chain(page, trace, waking.waker_chain, options);
        told.push(waking);
        let waker = trace.history.goroutine(waking.waker);
        let before = |earlier: &Waking| earlier.time < waking.time && told.len() < WAKINGS;
        last = waker.and_then(|waker| waker.waking).filter(before);
    }
}

/// `chan send for 1.20 s`.
fn told_state(trace: &Trace, goroutine: &Goroutine) -> String {
    let time = short_seconds(trace.seconds(goroutine.since, trace.history.end()));
    let state = state(goroutine, &trace.symbols);
    match goroutine.is_unchanged {
        true => format!("{state} for the whole trace, {time} or longer"),
        false => format!("{state} for {time}"),
    }
}

/// Frames of a stack, the innermost first. Of those between, only what the program and its modules do is told, unless all
/// are asked for.
fn stack(page: &mut Page, trace: &Trace, label: &str, stack: StackId, options: &Options) {
    let width = page.fact_width();
    let frames: Vec<Frame> = trace.frames(stack).collect();
    let mut lines = Vec::new();
    let mut left = 0;
    for (index, frame) in frames.iter().enumerate() {
        let is_outer = index == 0 || index + 1 == frames.len();
        if is_outer || options.verbose || !is_of(frame, &[Origin::Runtime, Origin::Standard]) {
            lines.extend((left > 0).then(|| format!("… {}", plural(left, "frame"))));
            lines.push(site_of(frame, width));
            left = 0;
        } else {
            left += 1;
        }
    }
    if lines.is_empty() {
        lines.push("no stack was taken".to_owned());
    }
    page.facts(label, &lines);
}

/// A function and its line in at most `width` columns.
fn site_of(frame: &Frame, width: usize) -> String {
    let base = frame.file.rsplit('/').next().unwrap_or(&frame.file);
    let place = format!("{base}:{}", frame.line);
    let room = width.saturating_sub(place.len() + 1);
    format!("{} {place}", names::function(&frame.function, room))
}

/// Times of a trace are mostly below a second.
fn short_seconds(time: f64) -> String {
    if time < 60.0 { format!("{time:.2} s") } else { seconds(time) }
}

fn left_out(page: &mut Page, all: usize, shown: usize, [one, many]: [&str; 2]) {
    let left = all.saturating_sub(shown);
    if left > 0 {
        let what = if left == 1 { one } else { many };
        page.paragraph(Tone::Quiet, &format!("{left} further {what}: --verbose tells all."));
    }
}
