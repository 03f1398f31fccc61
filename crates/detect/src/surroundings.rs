//! Facts about the service as a whole that every pattern may use.

use plumb_evidence::catalogue::{Catalogue, LibraryObject, Side};
use plumb_evidence::goroutine::WaitState;
use plumb_evidence::metrics::MetricKind;
use plumb_evidence::suspect::Surroundings;
use plumb_evidence::{Instance, Service, Snapshot};

use crate::body_readers::reads_a_body;
use crate::classify::runs;
use crate::code::Code;
use crate::crowd::comparable;
use crate::sockets::Connections;
use crate::thresholds::{QUIET_CPU_SHARE, QUIET_REQUESTS_PER_SECOND};

/// What waits for the response on an HTTP/1 connection.
const ROUND_TRIP: &str = "net/http.(*persistConn).roundTrip";

/// What an HTTP server is in while a client keeps its connection open and asks for nothing.
const BETWEEN_REQUESTS: &str = "net/http.(*conn).readRequest";

/// Seconds between the first and the last snapshot; the longest of all instances.
pub(crate) fn window_seconds(service: &Service) -> f64 {
    let spans = service.instances.iter().filter_map(|instance| {
        let mut taken = instance.snapshots.iter().filter(|s| !s.after_gc).filter_map(|s| s.taken);
        let first = taken.next()?;
        Some(taken.next_back().unwrap_or(first).duration_since(first).as_secs_f64())
    });
    spans.fold(0.0, f64::max)
}

pub(crate) fn surroundings(
    service: &Service,
    codes: &[Code<'_>],
    catalogue: &Catalogue,
    connections: &Connections<'_>,
) -> Surroundings {
    let window_seconds = window_seconds(service);
    let mut facts = Surroundings { window_seconds, ..Surroundings::default() };
    let mut serving = 0;
    let (mut at_rest, mut in_network) = (0, 0);
    for (instance, code) in service.instances.iter().zip(codes) {
        let Some(&(_, latest)) = comparable(instance).last() else { continue };
        facts.goroutines += latest.total;
        for group in &latest.groups {
            facts.user_goroutines +=
                if code.user_frame(&group.stack).is_some() { group.count } else { 0 };
            facts.body_readers += if reads_a_body(&group.stack) { group.count } else { 0 };
            facts.round_trips += if group.stack.passes(ROUND_TRIP) { group.count } else { 0 };
            serving += if is_serving(catalogue, &group.stack) { group.count } else { 0 };
            facts.between_requests +=
                if is_between_requests(&group.stack) { group.count } else { 0 };
            at_rest += if group.stack.passes(BETWEEN_REQUESTS) { group.count } else { 0 };
            in_network += if group.state == WaitState::IoWait { group.count } else { 0 };
        }
    }
    facts.incoming_connections = if connections.known() { connections.incoming() } else { serving };
    let open = if connections.known() { connections.open() } else { in_network };
    facts.attended_connections = open.saturating_sub(at_rest);
    facts.unasked = unasked(service, connections, window_seconds);
    facts.quiet = quiet(service, facts.unasked, window_seconds);
    facts.uptime_seconds = service.instances.iter().filter_map(uptime_seconds).reduce(f64::min);
    facts.go_release = service.instances.iter().find_map(|instance| instance.build.go_release());
    facts
}

/// Whether a stack is an HTTP server's goroutine that has not read the beginning of a request yet: the first one on its
/// connection, or the next.
fn is_between_requests(stack: &plumb_evidence::Stack) -> bool {
    const SERVES: &str = "net/http.(*conn).serve";
    const NEXT: &str = "bufio.(*Reader).Peek";
    let frames = stack.frames();
    let is_next = frames.windows(2).any(|f| &*f[0].function == NEXT && &*f[1].function == SERVES);
    is_next || stack.passes(BETWEEN_REQUESTS)
}

/// Whether a stack is the serving goroutine of an incoming connection. Client and server of one library may share
/// functions, so the most specific record decides.
pub(crate) fn is_serving(catalogue: &Catalogue, stack: &plumb_evidence::Stack) -> bool {
    let matches = |object: &&&LibraryObject| {
        object.goroutines.iter().flat_map(|set| set.iter()).any(|g| runs(g, stack))
    };
    let Some(object) = catalogue.objects.iter().find(matches) else { return false };
    let mut anchors = object.goroutines.iter().filter_map(|set| set.first());
    object.side == Side::Server && anchors.any(|anchor| runs(anchor, stack))
}

/// Seconds since the process started: from `/proc`, else from the client library's own metric.
pub(crate) fn uptime_seconds(instance: &plumb_evidence::Instance) -> Option<f64> {
    instance.latest(|s| s.process.as_ref()?.uptime_seconds).or_else(|| {
        let (taken, metrics) = instance.latest(|s| Some((s.taken?, s.metrics.as_ref()?)))?;
        Some(taken.as_second() as f64 - metrics.sum("process_start_time_seconds")?)
    })
}

/// Whether no requests arrived during the look, by data from clients and request counters. One of them is enough to
/// say that some did.
fn unasked(service: &Service, connections: &Connections<'_>, window_seconds: f64) -> Option<bool> {
    if window_seconds <= 0.0 {
        return None;
    }
    let most = QUIET_REQUESTS_PER_SECOND * window_seconds;
    let segments = connections.incoming_segments().map(|segments| segments as f64 <= most);
    let requests = requests_in_look(service).map(|requests| requests <= most);
    [segments, requests].into_iter().flatten().reduce(|a, b| a && b)
}

/// Whether no requests arrived in the last part of a look, from so many seconds after its first snapshot on.
pub(crate) fn unasked_since(service: &Service, seconds: f64) -> Option<bool> {
    let ends = service.instances.iter().map(|instance| {
        let start = instance.snapshots.iter().find_map(|snapshot| snapshot.taken);
        let is_late = |snapshot: &&Snapshot| {
            let after = snapshot.taken.zip(start).map(|(at, start)| at.duration_since(start));
            after.is_some_and(|after| after.as_secs_f64() >= seconds)
        };
        // Only what tells of requests.
        let lean = |snapshot: &Snapshot| Snapshot {
            taken: snapshot.taken,
            after_gc: snapshot.after_gc,
            sockets: snapshot.sockets.clone(),
            metrics: snapshot.metrics.clone(),
            ..Snapshot::default()
        };
        let snapshots = instance.snapshots.iter().filter(is_late).map(lean).collect();
        Instance { snapshots, ..Instance::default() }
    });
    let end = Service { instances: ends.collect(), ..Service::default() };
    let window_seconds = window_seconds(&end);
    unasked(&end, &Connections::of(&end, window_seconds), window_seconds)
}

/// Whether nothing happened at all: no requests arrived, and hardly any CPU time was used.
fn quiet(service: &Service, unasked: Option<bool>, window_seconds: f64) -> Option<bool> {
    if window_seconds <= 0.0 {
        return None;
    }
    let cpu = cpu_share(service, window_seconds).map(|share| share <= QUIET_CPU_SHARE);
    [unasked, cpu].into_iter().flatten().reduce(|a, b| a && b)
}

/// CPU seconds per second over the regular rounds.
fn cpu_share(service: &Service, window_seconds: f64) -> Option<f64> {
    let used = service.instances.iter().map(|instance| {
        let regular = instance.snapshots.iter().filter(|snapshot| !snapshot.after_gc);
        let mut seconds = regular.filter_map(|s| s.process.as_ref()?.cpu_seconds);
        let first = seconds.next()?;
        Some(seconds.next_back()? - first)
    });
    Some(used.sum::<Option<f64>>()? / window_seconds)
}

/// Requests that the service's own counters saw during the look, scrapes of the metrics page left out.
fn requests_in_look(service: &Service) -> Option<f64> {
    let mut sum = None;
    for instance in &service.instances {
        let first = instance.earliest(|s| s.metrics.as_ref())?;
        let last = instance.latest(|s| s.metrics.as_ref())?;
        if let (Some(first), Some(last)) = (work_counter(first), work_counter(last)) {
            *sum.get_or_insert(0.0) += (last - first).max(0.0);
        }
    }
    sum
}

/// The sum of counters of requests, calls or connections served.
pub(crate) fn work_counter(metrics: &plumb_evidence::metrics::Metrics) -> Option<f64> {
    const WORDS: [&str; 4] =
        ["requests_total", "handled_total", "connections_total", "request_duration_seconds_count"];
    let counts_work = |name: &str| {
        WORDS.iter().any(|word| name.ends_with(word))
            && !name.starts_with("promhttp_")
            && !name.starts_with("go_")
    };
    let counters =
        metrics.samples.iter().filter(|m| m.kind != MetricKind::Gauge && counts_work(&m.name));
    counters.map(|m| m.value).reduce(|a, b| a + b)
}

/// How much more work is in progress at the end of the look than at its start: open incoming connections by sockets or
/// by the goroutines that serve them, and of those the ones that are in a handler of the user's.
pub(crate) fn work_gain(
    service: &Service,
    codes: &[Code<'_>],
    catalogue: &Catalogue,
    connections: &Connections<'_>,
) -> f64 {
    let mut serving = 0.0;
    let mut handling = 0.0;
    for (instance, code) in service.instances.iter().zip(codes) {
        let lists = comparable(instance);
        let Some(((_, first), (_, last))) = lists.first().zip(lists.last()) else { continue };
        for (list, sign) in [(first, -1.0), (last, 1.0)] {
            for group in list.groups.iter().filter(|group| is_serving(catalogue, &group.stack)) {
                serving += sign * group.count as f64;
                let in_handler = code.user_frame(&group.stack).is_some();
                handling += if in_handler { sign * group.count as f64 } else { 0.0 };
            }
        }
    }
    connections.incoming_gain().max(serving).max(handling)
}
