//! Functions that live as long as one connection, so that memory made below them should die with it.

use std::sync::Arc;

use plumb_evidence::Instance;
use plumb_evidence::code::{FunctionName, Stack};
use plumb_evidence::heap::{Amount, HeapSample};
use plumb_evidence::measure::Interval;
use plumb_evidence::suspect::DeadObjects;
use rustc_hash::FxHashMap;

use crate::code::Code;
use crate::crowd::comparable;
use crate::heaps::Heaps;
use crate::thresholds::{DEAD_EACH_MAX, DEAD_FACTOR_MIN, DEAD_SHARE_MIN};

/// Calls that take a connection over from the HTTP server, beside whatever a websocket library is called for.
const TAKES_OVER: [&str; 4] = [
    "net/http.(*response).Hijack",
    "net/http.(*ResponseController).Hijack",
    "github.com/gobwas/ws.UpgradeHTTP",
    "github.com/gobwas/ws.Upgrade",
];

/// What accepts a connection, whoever serves it.
const ACCEPT: &str = "net.(*TCPListener).accept";

/// Connection handlers of one instance, with how many of each run now.
pub(crate) struct ConnectionHandlers {
    handlers: FxHashMap<Arc<str>, Handler>,
}

#[derive(Clone, Copy, Default)]
struct Handler {
    running: u64,
    calls: Calls,
}

/// How often a handler was called, from allocations.
#[derive(Clone, Copy)]
struct Calls {
    min: f64,
    max: f64,
}

impl Default for Calls {
    fn default() -> Self {
        Self { min: 0.0, max: f64::INFINITY }
    }
}

impl ConnectionHandlers {
    /// A handler shows as a user function that hijacks a connection or talks over a websocket on some heap path, or that waits for
    /// bytes of a connection on its stack.
    pub(crate) fn of(instance: &Instance, heaps: &Heaps<'_>, code: &Code<'_>) -> Self {
        let samples = &heaps.latest.samples;
        let lists = comparable(instance);
        let groups = lists.iter().flat_map(|(_, list)| &list.groups);
        let by_path = samples.iter().filter_map(|sample| handler(&sample.stack, code, takes_over));
        let by_stack = groups.filter_map(|group| handler(&group.stack, code, reads_connection));
        let mut handlers: FxHashMap<Arc<str>, Handler> =
            by_path.chain(by_stack).map(|name| (name, Handler::default())).collect();
        let latest = lists.last().map(|(_, list)| *list);
        for (name, handler) in &mut handlers {
            let groups = latest.iter().flat_map(|list| &list.groups);
            handler.running =
                groups.filter(|group| group.stack.passes(name)).map(|group| group.count).sum();
            handler.calls = Calls::of(name, samples);
        }
        Self { handlers }
    }

    /// Whether memory on `stack` was made for connections of which only a few are left.
    pub(crate) fn dead_objects(&self, stack: &Stack, live: &Amount) -> Option<DeadObjects> {
        let names = stack.frames().iter().map(|frame| frame.name().declared().0);
        let (name, handler) = names.filter_map(|name| self.handlers.get_key_value(name)).next()?;
        let number = objects(live);
        let outlived = number.low >= DEAD_FACTOR_MIN * handler.running as f64 + 1.0;
        let is_cache = number.high < DEAD_SHARE_MIN * handler.calls.min;
        // Many for each connection are what clients stored, not what was made for the connections themselves.
        let is_stored = number.low > DEAD_EACH_MAX * handler.calls.max;
        let name = format!("objects made for connections in {name}").into();
        let dead = DeadObjects { name, in_memory: live.objects, existing: handler.running };
        (outlived && !is_cache && !is_stored).then_some(dead)
    }
}

impl Calls {
    /// A call upgrades or hijacks its connection once, so most lines that allocate for that were there once a call;
    /// the middle one is meant. Where none was sampled, the handler's most frequent allocation bounds the number of
    /// calls that a cache may have served, unless it is in a loop; there were not more calls than connections.
    fn of(name: &str, samples: &[HeapSample]) -> Self {
        let mut lines: FxHashMap<&Stack, (Amount, bool)> = FxHashMap::default();
        for sample in samples.iter().filter(|sample| sample.stack.passes(name)) {
            let once = || sample.stack.frames().iter().any(|frame| is_done_once(&frame.function));
            let line = lines.entry(&sample.stack).or_insert_with(|| (Amount::default(), once()));
            line.0 += sample.allocated;
        }
        let once = lines.values().filter(|(_, once)| *once).map(|(amount, _)| *amount);
        if let Some(middle) = middle(once.collect()) {
            let calls = objects(&middle);
            return Self { min: calls.low, max: calls.high };
        }
        let most = lines.values().map(|(amount, _)| objects(amount).low).fold(0.0, f64::max);
        let accepted = samples.iter().filter(|sample| sample.stack.passes(ACCEPT));
        let accepted: Vec<_> = accepted.map(|sample| sample.allocated).collect();
        let max = middle(accepted).map_or(f64::INFINITY, |accepted| objects(&accepted).high);
        Self { min: most.min(max), max }
    }
}

/// The amount that holds the middle one of all samples, in the order of their objects.
fn middle(mut amounts: Vec<Amount>) -> Option<Amount> {
    amounts.sort_by(|a, b| a.objects.total_cmp(&b.objects));
    let half = amounts.iter().map(|amount| amount.samples).sum::<f64>() / 2.0;
    let mut passed = 0.0;
    amounts.into_iter().find(|amount| {
        passed += amount.samples;
        amount.samples > 0.0 && passed >= half
    })
}

/// Whether a function does what happens once in the life of a connection.
fn is_done_once(function: &str) -> bool {
    let local = FunctionName(function).local();
    let local = local.rsplit('.').next().unwrap_or(local);
    TAKES_OVER.contains(&function)
        || takes_over(function) && (local.starts_with("Upgrade") || local.starts_with("Accept"))
}

/// How many objects an amount stands for, with the error of its samples.
fn objects(amount: &Amount) -> Interval {
    let each = if amount.samples > 0.0 { amount.objects / amount.samples } else { 0.0 };
    Interval::of_poisson(amount.samples).scaled(each)
}

/// The user function directly above connection code, unless that is the program's own `main`.
fn handler(
    stack: &Stack,
    code: &Code<'_>,
    is_connection_code: fn(&str) -> bool,
) -> Option<Arc<str>> {
    let user = code.user_frame(stack)?;
    let frames = stack.frames();
    if !frames[..user].iter().any(|frame| is_connection_code(&frame.function)) {
        return None;
    }
    let name = frames[user].name().declared().0;
    (name != "main.main").then(|| name.into())
}

fn takes_over(function: &str) -> bool {
    FunctionName(function).package().ends_with("websocket") || TAKES_OVER.contains(&function)
}

/// Reading from the connection itself; an HTTP server's handler reads a request body instead.
fn reads_connection(function: &str) -> bool {
    matches!(function, "net.(*conn).Read" | "crypto/tls.(*Conn).Read")
}
