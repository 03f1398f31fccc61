//! The contract `plumb.trace/1`: every key is always there, `null` where nothing is known.

use plumb_evidence::code::Frame;
use plumb_exectrace::{ChainId, Goroutine, StackId, Waking};
use serde::Serialize;

use super::{Trace, state};

/// The JSON Schema (2020-12) of what is printed.
pub const SCHEMA: &str = include_str!("../../schema/plumb.trace-1.json");

/// Prints a trace for programs.
pub fn render(trace: &Trace) -> String {
    let document = Document {
        schema: "plumb.trace/1",
        trace: &trace.name,
        version: trace.version.to_string(),
        seconds: trace.length(),
        events: trace.events,
        creations: trace.groups().iter().map(|group| creation(trace, group)).collect(),
        goroutines: trace.by_wait(|_| true).iter().map(|one| goroutine(trace, one)).collect(),
        problems: trace.problems.iter().map(ToString::to_string).collect(),
    };
    // Serialising plain data into memory fails only for maps with keys that are no strings; there are none.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    trace: &'a str,
    version: String,
    seconds: f64,
    events: u64,
    creations: Vec<CreationJson>,
    goroutines: Vec<GoroutineJson>,
    problems: Vec<String>,
}

#[derive(Serialize)]
struct CreationJson {
    start: Option<String>,
    alive: u64,
    ended: u64,
    chain: Vec<Vec<FrameJson>>,
    goroutines: Vec<i64>,
}

#[derive(Serialize)]
struct GoroutineJson {
    id: i64,
    state: String,
    seconds: f64,
    whole_trace: bool,
    of_runtime: bool,
    stack: Vec<FrameJson>,
    creator: Option<i64>,
    chain: Vec<Vec<FrameJson>>,
    created_in: Option<String>,
    woken: Option<WakingJson>,
    regions: Vec<String>,
}

#[derive(Serialize)]
struct WakingJson {
    by: Option<i64>,
    seconds_before_end: f64,
    stack: Vec<FrameJson>,
    chain: Vec<Vec<FrameJson>>,
}

#[derive(Serialize)]
struct FrameJson {
    function: String,
    file: String,
    line: u32,
}

fn creation(trace: &Trace, group: &super::Group<'_>) -> CreationJson {
    CreationJson {
        start: trace.start(group.chain).map(|frame| frame.function.to_string()),
        alive: group.count.alive,
        ended: group.count.ended,
        chain: chain(trace, group.chain),
        goroutines: group.alive.iter().map(|goroutine| goroutine.id.0).collect(),
    }
}

fn goroutine(trace: &Trace, goroutine: &Goroutine) -> GoroutineJson {
    GoroutineJson {
        id: goroutine.id.0,
        state: state(goroutine, &trace.symbols),
        seconds: trace.seconds(goroutine.since, trace.history.end()),
        whole_trace: goroutine.is_unchanged,
        of_runtime: trace.is_of_runtime(goroutine),
        stack: frames(trace, goroutine.stack),
        creator: goroutine
            .creation
            .and_then(|created| created.creator.is_some().then_some(created.creator.0)),
        chain: chain(trace, goroutine.chain),
        created_in: goroutine
            .creation
            .and_then(|creation| creation.scope)
            .map(|region| trace.scope(region)),
        woken: goroutine.waking.map(|waking| woken(trace, &waking)),
        regions: goroutine.regions.iter().map(|&region| trace.scope(region)).collect(),
    }
}

fn woken(trace: &Trace, waking: &Waking) -> WakingJson {
    WakingJson {
        by: waking.waker.is_some().then_some(waking.waker.0),
        seconds_before_end: trace.seconds(waking.time, trace.history.end()),
        stack: frames(trace, waking.stack),
        chain: chain(trace, waking.waker_chain),
    }
}

fn chain(trace: &Trace, chain: ChainId) -> Vec<Vec<FrameJson>> {
    trace.history.chain(chain).map(|(_, creator)| frames(trace, creator)).collect()
}

fn frames(trace: &Trace, stack: StackId) -> Vec<FrameJson> {
    let frame = |frame: Frame| FrameJson {
        function: frame.function.to_string(),
        file: frame.file.to_string(),
        line: frame.line,
    };
    trace.frames(stack).map(frame).collect()
}
