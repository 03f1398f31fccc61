//! Goroutines that send on a channel after the only receiver may have left.

mod leaving;
mod sending;
mod stopping;

use plumb_gosource::flow::{FunctionId, StepId};
use plumb_gosource::{ExprId, StmtId};

use super::local::{Capacity, Channel};
use super::operations::What;
use crate::code::Code;
use crate::goroutines::Runs;
use crate::mentions::Mentions;
use crate::ways::{Way, recurs};
use leaving::Leaving;
use sending::Sending;

/// A goroutine that may stay blocked sending.
#[derive(Clone, Debug)]
pub struct BlockedSender {
    /// The call that makes the channel.
    pub make: ExprId,
    /// How reports call the channel: its variable.
    pub channel: String,
    /// The function that makes it, starts the goroutine and should receive.
    pub function: FunctionId,
    /// A byte of the statement that starts the goroutine.
    pub started: u32,
    /// The send.
    pub send: StmtId,
    /// The ways on which nobody receives, the shortest first.
    pub ways: Vec<Way>,
    /// A function that is called to receive and may come back without: that one, and the ways on which it does.
    pub helper: Option<(FunctionId, Vec<Way>)>,
    /// Whether several goroutines send, or one sends often: then one receive is not enough.
    pub several: bool,
    /// Whether the goroutine sends on every way, and nobody else can be seen to receive.
    pub certain: bool,
}

/// The goroutines of a file that may stay blocked sending.
pub fn blocked_senders(code: &Code<'_>) -> Vec<BlockedSender> {
    if !code.mentions_channels() {
        return Vec::new();
    }
    let mentions = Mentions::new(code);
    let channels = code.channels();
    let found = channels.iter().filter_map(|channel| blocked(code, &mentions, channel, channels));
    found.collect()
}

fn blocked(
    code: &Code<'_>,
    mentions: &Mentions,
    channel: &Channel,
    all: &[Channel],
) -> Option<BlockedSender> {
    let Capacity::Constant(capacity) = channel.capacity else { return None };
    if code.is_part_of_main(channel.function) {
        return None;
    }
    let operations = &channel.operations;
    let sends = operations.iter().filter(|operation| operation.is_send());
    let in_goroutines = sends.clone().all(|send| send.all_run(Runs::Goroutine));
    let receives = operations.iter().filter(|operation| operation.receives());
    let in_function = receives.clone().all(|receive| receive.all_run(Runs::InLine));
    let closed_here = operations
        .iter()
        .any(|operation| operation.what == What::Close && !operation.all_run(Runs::Goroutine));
    if !in_goroutines || !in_function || closed_here {
        return None;
    }
    let sending = sends.clone().find(|send| send.select.is_none())?;
    let What::Send(send) = sending.what else { return None };
    let goroutines = Sending::of(code, mentions, channel)?;
    let graph = code.graph(channel.function);
    let launch = |at: u32| graph.step_at(at);
    let several = goroutines.len() > 1
        || goroutines
            .iter()
            .any(|g| g.most > 1 || launch(g.at).is_some_and(|s| again(code, channel, s)));
    let leaving = Leaving::new(code, mentions, channel, &goroutines, all, capacity)?;
    let (mut ways, helper) = leaving.ways();
    ways.retain(|way| !way.ends_process(code, channel.function));
    if ways.is_empty() {
        return None;
    }
    let certain = capacity == 0
        && goroutines.iter().all(|g| g.always)
        && operations.iter().all(|operation| operation.runs.len() == 1);
    Some(BlockedSender {
        make: channel.make,
        channel: code.file.name(channel.variable).to_owned(),
        function: channel.function,
        started: sending.runs.first()?.at,
        send,
        ways,
        helper,
        several,
        certain,
    })
}

/// Whether a goroutine is started several times for one channel: in a loop that does not make the channel.
pub(super) fn again(code: &Code<'_>, channel: &Channel, launch: StepId) -> bool {
    let graph = code.graph(channel.function);
    let make = graph.step_at(code.file[channel.make].span.start);
    recurs(graph, launch) && !make.is_some_and(|make| recurs(graph, make))
}
