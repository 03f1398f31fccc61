//! Functions that live as long as one connection, so that memory made below them should die with it.

use std::sync::Arc;

use plumb_evidence::Instance;
use plumb_evidence::code::{FunctionName, Stack};
use plumb_evidence::heap::{Amount, HeapSample};
use plumb_evidence::measure::Interval;
use plumb_evidence::metrics::{MetricKind, Metrics};
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
    takes_over: bool,
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
            by_stack.map(|name| (name, Handler::default())).collect();
        by_path.for_each(|name| handlers.entry(name).or_default().takes_over = true);
        let latest = lists.last().map(|(_, list)| *list);
        let counted = instance.latest(|snapshot| connections_counted(snapshot.metrics.as_ref()?));
        for (name, handler) in &mut handlers {
            let groups = latest.iter().flat_map(|list| &list.groups);
            handler.running =
                groups.filter(|group| group.stack.passes(name)).map(|group| group.count).sum();
            handler.calls = Calls::of(name, samples);
            if let Some(counted) = counted {
                handler.calls.min = handler.calls.min.min(counted);
            }
        }
        Self { handlers }
    }

    /// Whether memory on `stack` was made for connections of which only a few are left.
    pub(crate) fn dead_objects(&self, stack: &Stack, live: &Amount) -> Option<DeadObjects> {
        let names = stack.frames().iter().map(|frame| frame.name().declared().0);
        let (name, handler) = names.filter_map(|name| self.handlers.get_key_value(name)).next()?;
        let number = Made::from(live).objects();
        let outlived = number.low >= DEAD_FACTOR_MIN * handler.running as f64 + 1.0;
        let is_cache = number.high < DEAD_SHARE_MIN * handler.calls.min;
        // Many for each connection are what clients stored, not what was made for the connections themselves.
        let is_stored = number.low > DEAD_EACH_MAX * handler.calls.max;
        // A few lasting connections of a key-value store show the same stack as many short ones, until it is known
        // about how many there were. Who upgrades to a websocket has a session.
        if !handler.takes_over && handler.calls.max.is_infinite() {
            return None;
        }
        let name = format!("objects made for connections in {name}").into();
        let dead = DeadObjects { name, in_memory: live.objects, existing: handler.running };
        (outlived && !is_cache && !is_stored).then_some(dead)
    }
}

impl Calls {
    /// A call upgrades or hijacks its connection once, so most lines that allocate for that were there once a call;
    /// the middle one is meant. Where none was sampled, the handler's most frequent allocation bounds the number of
    /// calls that a cache may have served, those for messages left out, which come many a call; there were not more
    /// calls than connections.
    fn of(name: &str, samples: &[HeapSample]) -> Self {
        let mut lines: FxHashMap<&Stack, Made> = FxHashMap::default();
        for sample in samples.iter().filter(|sample| sample.stack.passes(name)) {
            lines.entry(&sample.stack).or_default().add(&sample.allocated);
        }
        let once = |stack: &Stack| stack.frames().iter().any(|frame| is_done_once(&frame.function));
        let upgrades = lines.iter().filter(|(stack, _)| once(stack)).map(|(_, made)| *made);
        if let Some(middle) = middle(upgrades.collect()) {
            let calls = middle.objects();
            return Self { min: calls.low, max: calls.high };
        }
        let beside = lines.iter().filter(|(stack, _)| !is_of_message(stack));
        let most = beside.map(|(_, made)| made.objects().low).fold(0.0, f64::max);
        let accepted = samples.iter().filter(|sample| sample.stack.passes(ACCEPT));
        let accepted: Vec<_> = accepted.map(|sample| Made::from(&sample.allocated)).collect();
        let max = middle(accepted).map_or(f64::INFINITY, |accepted| accepted.objects().high);
        Self { min: most.min(max), max }
    }
}

/// How many connections the service's own counters know of: a bound for the calls of any handler of connections. Where
/// several count, the largest, as some count only a part of them; those of connections that the service opens itself are
/// left out.
fn connections_counted(metrics: &Metrics) -> Option<f64> {
    const WORDS: [&str; 4] = ["connections", "sessions", "upgrades", "websockets"];
    const OUTGOING: [&str; 8] =
        ["client", "db", "dial", "mysql", "pool", "postgres", "redis", "sql"];
    let counts = |name: &str| {
        let mut words = name.split('_');
        let is_total = name.ends_with("_total") && !name.starts_with("go_");
        is_total
            && words.clone().any(|word| WORDS.contains(&word))
            && !words.any(|word| OUTGOING.contains(&word))
    };
    let samples = metrics.samples.iter().filter(|m| m.kind != MetricKind::Gauge && counts(&m.name));
    let mut names: Vec<&str> = samples.map(|metric| &*metric.name).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().filter_map(|name| metrics.sum(name)).reduce(f64::max)
}

/// How many objects were made, of whatever sizes: one sample stands for more small objects than large ones, so that
/// the few samples of the small ones decide the error.
#[derive(Clone, Copy, Default)]
struct Made {
    objects: f64,
    variance: f64,
    samples: f64,
}

impl Made {
    fn from(amount: &Amount) -> Self {
        let mut made = Self::default();
        made.add(amount);
        made
    }

    fn add(&mut self, amount: &Amount) {
        if amount.samples > 0.0 {
            self.objects += amount.objects;
            self.variance += amount.objects * amount.objects / amount.samples;
            self.samples += amount.samples;
        }
    }

    /// With the error of as many samples of one size as would have this variance.
    fn objects(&self) -> Interval {
        if self.variance <= 0.0 {
            return Interval::of_poisson(0.0).scaled(0.0);
        }
        let samples = self.objects * self.objects / self.variance;
        Interval::of_poisson(samples).scaled(self.objects / samples)
    }
}

/// The line that holds the middle one of all samples, in the order of their objects.
fn middle(mut lines: Vec<Made>) -> Option<Made> {
    lines.sort_by(|a, b| a.objects.total_cmp(&b.objects));
    let half = lines.iter().map(|made| made.samples).sum::<f64>() / 2.0;
    let mut passed = 0.0;
    lines.into_iter().find(|made| {
        passed += made.samples;
        made.samples > 0.0 && passed >= half
    })
}

/// Whether something was made while a message was read or written.
fn is_of_message(stack: &Stack) -> bool {
    stack
        .frames()
        .iter()
        .any(|frame| takes_over(&frame.function) || reads_connection(&frame.function))
}

/// Whether a function does what happens once in the life of a connection.
fn is_done_once(function: &str) -> bool {
    let local = FunctionName(function).local();
    let local = local.rsplit('.').next().unwrap_or(local);
    TAKES_OVER.contains(&function)
        || takes_over(function) && (local.starts_with("Upgrade") || local.starts_with("Accept"))
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

#[cfg(test)]
mod tests {
    use super::*;
    use plumb_evidence::code::Frame;

    /// Samples of one size on a path below `main.serve`: leaf function, bytes of an object, how many were sampled.
    fn made(leaf: &str, size: f64, samples: f64, period: f64) -> HeapSample {
        let frame = |function: &str| Frame { function: function.into(), file: "".into(), line: 1 };
        let each = (period / size).max(1.0);
        let allocated = Amount { objects: samples * each, bytes: samples * each * size, samples };
        let stack = Stack(vec![frame(leaf), frame("main.serve")].into());
        HeapSample { stack, live: Amount::default(), allocated }
    }

    const UPGRADE: &str = "github.com/gorilla/websocket.(*Upgrader).Upgrade";
    const READ: &str = "github.com/gorilla/websocket.(*Conn).ReadJSON";

    #[test]
    fn a_loop_over_messages_is_not_so_many_calls() {
        let exact = [made(UPGRADE, 352.0, 100.0, 1.0), made(READ, 320.0, 900.0, 1.0)];
        let calls = Calls::of("main.serve", &exact);
        assert!(calls.min > 80.0 && calls.max < 125.0, "{} to {}", calls.min, calls.max);
        let sampled = [made(READ, 64.0, 9.0, 524_288.0), made("main.load", 5e3, 3.0, 524_288.0)];
        assert!(Calls::of("main.serve", &sampled).min < 300.0);
    }

    #[test]
    fn counters_of_connections_bound_the_calls() {
        let metric = |name: &str, value| plumb_evidence::metrics::Metric {
            name: name.into(),
            kind: MetricKind::Counter,
            labels: Vec::new(),
            value,
        };
        let counted = |samples: &[(&str, f64)]| {
            let samples = samples.iter().map(|(name, value)| metric(name, *value)).collect();
            connections_counted(&Metrics { taken: None, samples })
        };
        assert_eq!(
            counted(&[("chat_sessions_total", 500.0), ("http_requests_total", 9e3)]),
            Some(500.0)
        );
        let parts = [("ws_connections_total", 20.0), ("ws_connections_total", 30.0)];
        assert_eq!(counted(&parts), Some(50.0));
        assert_eq!(counted(&[("ws_upgrades_total", 40.0), ("sessions_total", 90.0)]), Some(90.0));
        let others = [
            "db_connections_total",
            "redis_pool_connections_total",
            "sessions",
            "go_sessions_total",
        ];
        others.into_iter().for_each(|name| assert_eq!(counted(&[(name, 5.0)]), None, "{name}"));
    }

    #[test]
    fn one_sample_of_a_small_object_is_no_crowd() {
        let mixed =
            [made("main.enter", 48.0, 1.0, 524_288.0), made("main.enter", 2e3, 7.0, 524_288.0)];
        assert!(Calls::of("main.serve", &mixed).min < 1_500.0);
    }

    #[test]
    fn many_calls_that_share_what_is_kept_are_a_cache() {
        let samples = [made(UPGRADE, 352.0, 40_000.0, 1.0)];
        let handler =
            Handler { running: 0, takes_over: true, calls: Calls::of("main.serve", &samples) };
        let handlers = ConnectionHandlers {
            handlers: [(Arc::from("main.serve"), handler)].into_iter().collect(),
        };
        let dead = |objects: f64| {
            let live = Amount { objects, bytes: objects * 5e3, samples: objects };
            handlers.dead_objects(&samples[0].stack, &live).is_some()
        };
        assert!(dead(39_000.0), "a session for each");
        assert!(!dead(800.0), "an entry for each user");
        assert!(!dead(900_000.0), "what clients stored");
    }
}
