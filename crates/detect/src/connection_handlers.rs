//! Functions that live as long as one connection, so that memory made below them should die with it.

use std::sync::Arc;

use plumb_evidence::Instance;
use plumb_evidence::code::{FunctionName, Stack};
use plumb_evidence::heap::Amount;
use plumb_evidence::suspect::DeadObjects;
use rustc_hash::FxHashMap;

use crate::code::Code;
use crate::crowd::comparable;
use crate::memory_sites::Heaps;
use crate::thresholds::{DEAD_FACTOR_MIN, Z95};

/// Calls that take a connection over from the HTTP server, or accept one.
const TAKES_OVER: [&str; 4] = [
    "net/http.(*response).Hijack",
    "net/http.(*ResponseController).Hijack",
    "github.com/gobwas/ws.UpgradeHTTP",
    "github.com/gobwas/ws.Upgrade",
];

/// Connection handlers of one instance, with how many of each run now.
pub(crate) struct ConnectionHandlers {
    running: FxHashMap<Arc<str>, u64>,
}

impl ConnectionHandlers {
    /// A handler shows as a user function that upgrades or hijacks a connection on some heap path, or that waits for
    /// bytes of a connection on its stack.
    pub(crate) fn of(instance: &Instance, heaps: &Heaps<'_>, code: &Code<'_>) -> Self {
        let mut running: FxHashMap<Arc<str>, u64> = FxHashMap::default();
        for sample in &heaps.latest.samples {
            if let Some(handler) = handler(&sample.stack, code, takes_over) {
                running.entry(handler).or_default();
            }
        }
        let lists = comparable(instance);
        for group in lists.iter().flat_map(|(_, list)| &list.groups) {
            if let Some(handler) = handler(&group.stack, code, reads_connection) {
                running.entry(handler).or_default();
            }
        }
        let latest = lists.last().map(|(_, list)| *list);
        for (handler, count) in &mut running {
            let groups = latest.iter().flat_map(|list| &list.groups);
            *count =
                groups.filter(|group| group.stack.passes(handler)).map(|group| group.count).sum();
        }
        Self { running }
    }

    /// Whether memory on `stack` was made for connections of which only a few are left.
    pub(crate) fn dead_objects(&self, stack: &Stack, live: &Amount) -> Option<DeadObjects> {
        let frames = stack.frames().iter();
        let (name, existing) =
            frames.filter_map(|f| self.running.get_key_value(f.name().declared().0)).next()?;
        let at_least = live.objects * (1.0 - Z95 * live.relative_error()).max(0.0);
        let outlived = at_least >= DEAD_FACTOR_MIN * (*existing as f64 + 1.0);
        let name = format!("objects made for connections in {name}").into();
        outlived.then_some(DeadObjects { name, in_memory: live.objects, existing: *existing })
    }
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
    let name = FunctionName(function);
    let upgrades = name.package().ends_with("websocket")
        && matches!(name.declared().local(), "(*Upgrader).Upgrade" | "Accept");
    upgrades || TAKES_OVER.contains(&function)
}

/// Reading from the connection itself; an HTTP server's handler reads a request body instead.
fn reads_connection(function: &str) -> bool {
    matches!(function, "net.(*conn).Read" | "crypto/tls.(*Conn).Read")
}
