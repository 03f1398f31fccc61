//! Goroutines and functions that receive from a channel on which nobody sends, and which nobody closes.

pub(super) mod caller;
mod ended;
mod needs;

use plumb_gosource::flow::{Exit, FunctionId, StepId};
use plumb_gosource::{ExprId, Span};
use rustc_hash::FxHashMap;

use super::local::Channel;
use super::operations::{Operation, What};
use crate::code::Code;
use crate::goroutines::{Run, Runs};
use crate::mentions::Mentions;
use crate::ways::{self, Journey, Onward, Way};

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitsFor {
    /// The channel must be closed: it is ranged over.
    Close,
    /// A value or a close.
    Signal,
}

/// Somebody who may stay blocked receiving.
#[derive(Clone, Debug)]
pub struct BlockedReceiver {
    /// The call that makes the channel.
    pub make: ExprId,
    /// How reports call the channel: its variable.
    pub channel: String,
    /// The function that makes it.
    pub function: FunctionId,
    /// A byte of the statement that starts the goroutine: the one that waits, or the one that should signal.
    pub started: Option<u32>,
    /// The receive or range.
    pub wait: Span,
    /// What would end the wait.
    pub waits_for: WaitsFor,
    /// Whether the function itself waits, and not a goroutine.
    pub caller_waits: bool,
    /// The function through which [`BlockedReceiver::ways`] lead: the one that makes the channel, or the goroutine
    /// that should signal.
    pub ways_of: FunctionId,
    /// The ways on which nobody ends the wait, the shortest first; empty if nobody ever does.
    pub ways: Vec<Way>,
    /// Whether it waits in any case, once it runs.
    pub certain: bool,
}

/// Those that may stay blocked receiving from the channels of a file; found once.
pub fn blocked_receivers<'c>(code: &'c Code<'_>) -> &'c [BlockedReceiver] {
    code.blocked_receivers.get_or_init(|| find(code))
}

fn find(code: &Code<'_>) -> Vec<BlockedReceiver> {
    if !code.mentions_channels() {
        return Vec::new();
    }
    let mentions = Mentions::new(code);
    let channels = code.channels();
    let lasting = channels.iter().filter(|channel| !code.ends_program(channel.function));
    let found = lasting.filter_map(|channel| {
        // What a goroutine waits for in vain is over with the program, but not the wait of the function itself.
        let waiting = waiting_goroutine(code, &mentions, channel, channels)
            .filter(|_| !code.is_part_of_main(channel.function));
        waiting.or_else(|| caller::waits(code, &mentions, channel))
    });
    found.collect()
}

/// A goroutine that cannot end without a signal, and ways out of the function on which it gets none.
fn waiting_goroutine(
    code: &Code<'_>,
    mentions: &Mentions,
    channel: &Channel,
    all: &[Channel],
) -> Option<BlockedReceiver> {
    let receives: Vec<&Operation> =
        channel.operations.iter().filter(|operation| operation.receives()).collect();
    let first = receives.first()?;
    let run = *first.runs.first()?;
    let body = run.body?;
    let same = |operation: &&Operation| {
        operation.all_run(Runs::Goroutine) && operation.runs.iter().all(|r| r.body == Some(body))
    };
    if !receives.iter().all(same) {
        return None;
    }
    let needs = needs::of(code, mentions, &receives, body)?;
    let waits_for = if needs.close { WaitsFor::Close } else { WaitsFor::Signal };
    let (mut events, signalled) = events(code, channel, &first.runs, body, waits_for)?;
    if let [run] = first.runs[..] {
        ended::reports(code, channel, all, &receives, run, &mut events);
    }
    let mut ways = ways::search(code, channel.function, &Leaving(&events), State::default());
    ways.retain(|way| !way.ends_process(code, channel.function));
    if ways.is_empty() {
        return None;
    }
    Some(BlockedReceiver {
        make: channel.make,
        channel: code.file.name(channel.variable).to_owned(),
        function: channel.function,
        started: Some(run.at),
        wait: needs.wait,
        waits_for,
        caller_waits: false,
        ways_of: channel.function,
        ways: if signalled { ways } else { Vec::new() },
        certain: needs.always,
    })
}

/// What the steps of the function do, and whether any of them signals; `None` if that is too intricate.
fn events(
    code: &Code<'_>,
    channel: &Channel,
    starts: &[Run],
    body: FunctionId,
    waits_for: WaitsFor,
) -> Option<(FxHashMap<StepId, Vec<Event>>, bool)> {
    let graph = code.graph(channel.function);
    let mut events: FxHashMap<StepId, Vec<Event>> = FxHashMap::default();
    let mut event = |at: u32, event| {
        events.entry(graph.step_at(at)?).or_default().push(event);
        Some(())
    };
    event(code.file[channel.make].span.start, Event::Makes)?;
    for run in starts {
        event(run.at, Event::Starts)?;
    }
    let mut signalled = false;
    for operation in &channel.operations {
        let ends = match operation.what {
            What::Close => true,
            What::Send(_) => waits_for == WaitsFor::Signal,
            _ => false,
        };
        if !ends {
            continue;
        }
        signalled = true;
        for run in &operation.runs {
            if run.runs == Runs::Callback || run.body == Some(body) {
                return None;
            }
            event(run.at, Event::Signals)?;
        }
    }
    Some((events, signalled))
}

/// What a step of the function does.
#[derive(Clone, Copy)]
pub(super) enum Event {
    Makes,
    Starts,
    Signals,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct State {
    started: bool,
    signalled: bool,
}

/// The question which ways leave the function with a goroutine that nobody signals.
struct Leaving<'e>(&'e FxHashMap<StepId, Vec<Event>>);

impl Journey for Leaving<'_> {
    type State = State;

    fn step(&self, step: StepId, mut state: State) -> Onward<State> {
        for event in self.0.get(&step).into_iter().flatten() {
            match event {
                Event::Makes if state.started && !state.signalled => return Onward::Bad,
                Event::Makes => state = State::default(),
                Event::Starts => state.started = true,
                Event::Signals => state.signalled = true,
            }
        }
        Onward::With(state)
    }

    fn is_bad(&self, exit: Exit, state: State) -> bool {
        matches!(exit, Exit::Return(_) | Exit::End) && state.started && !state.signalled
    }
}
