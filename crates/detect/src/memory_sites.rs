//! Heap samples by the user's line that allocates, and which of them only ever keep.

use std::collections::BTreeMap;
use std::sync::Arc;

use plumb_evidence::code::{Frame, Stack};
use plumb_evidence::heap::{Amount, HeapSample};
use plumb_evidence::measure::{Growth, Interval, Measured, Unit};
use plumb_evidence::suspect::{MemorySite, PerWork, Surroundings};
use plumb_evidence::{Instance, Service};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::Code;
use crate::connection_handlers::ConnectionHandlers;
use crate::heaps::{Heaps, Held};
use crate::surroundings::{uptime_seconds, work_counter};
use crate::thresholds::{
    BEND_RATIO, CONTAINER_SIZES_MIN, CONTAINER_SPREAD_MIN, DEAD_SAMPLES_MIN, GROWTHS_MIN,
    GROWTHS_SHARE_MAX, MEMORY_BYTES_MIN, MEMORY_KEEPING_SHARE_MIN, MEMORY_SAMPLES_MIN,
    SINCE_START_SAMPLES_MIN, WARM_UP_SECONDS, Z95,
};

/// Memory suspects of one instance: lines of the user's code that keep (nearly) all they allocate and still do.
pub(crate) fn memory_sites(
    service: &Service,
    index: usize,
    code: &Code<'_>,
    surroundings: &Surroundings,
) -> Vec<(MemorySite, Measured)> {
    let instance = &service.instances[index];
    let Some(heaps) = Heaps::of(instance) else { return Vec::new() };
    let sites = by_user_line(&heaps, code);
    let uptime = uptime_seconds(instance);
    let work = Work::of(instance, &heaps);
    let handlers = ConnectionHandlers::of(instance, &heaps, code);
    let kept: Vec<_> =
        sites.into_iter().filter(|(_, site)| site.keeps(surroundings.quiet)).collect();
    let clusters = cluster(kept, code).into_iter().map(|cluster| {
        let dead = handlers.dead_objects(&cluster.stack, &cluster.entries);
        (cluster, dead)
    });
    clusters
        .filter(|(cluster, dead)| {
            cluster.is_known_well(dead.is_some() && surroundings.quiet == Some(true))
        })
        .map(|(cluster, dead)| {
            let held = cluster.held;
            let growth = growth(&held, &heaps, uptime, surroundings.quiet);
            let stored_at = cluster.stored_at();
            let site = MemorySite {
                frame: cluster.primary,
                stack: cluster.stack,
                live: held.live,
                allocated: held.allocated,
                gained: heaps.first.map(|_| held.gained_samples().scaled(held.bytes_per_sample())),
                allocated_since: held.allocated.samples - held.first_allocated.samples,
                stored_at,
                holds_dead: dead,
                per_work: work.per_work(&cluster.entries),
            };
            let measured = Measured {
                count: (cluster.entries.objects.round() as u64).max(1),
                growth,
                instances: (1, service.instances.len()),
                ..Measured::default()
            };
            (site, measured)
        })
        .collect()
}

/// All samples whose innermost user frame is one line.
struct LineHeld {
    held: Held,
    stack: Stack,
    stack_bytes: f64,
    sizes: Vec<f64>,
    live_by_size: BTreeMap<u64, Amount>,
}

impl LineHeld {
    fn grows_container(&self) -> bool {
        grows_container(&self.sizes)
    }

    fn add_sizes(&mut self, by_size: &[HeapSample]) {
        for sample in by_size {
            let size = (sample.allocated.bytes / sample.allocated.objects).round() as u64;
            *self.live_by_size.entry(size).or_default() += sample.live;
        }
    }

    /// What an entry consists of for the most part: one line may make a record, its buffer and its map.
    fn entries(&self) -> Amount {
        let largest = self.live_by_size.values().max_by(|a, b| a.bytes.total_cmp(&b.bytes));
        largest.copied().unwrap_or(self.held.live)
    }

    /// Whether this line frees (nearly) nothing of what it takes, and enough samples say so. A line of a map's
    /// growth frees its old, smaller tables, so it is kept for company.
    fn keeps(&self, quiet: Option<bool>) -> bool {
        let held = &self.held;
        if held.allocated.samples == 0.0 {
            // No allocation columns: only growth can tell.
            return held.gained_samples().low > 0.0;
        }
        let share = if self.grows_container() { 0.3 } else { MEMORY_KEEPING_SHARE_MIN };
        // Work in progress frees what it took once it ends, so in the quiet a little less strictness is safe.
        let share = if quiet == Some(true) { share - 0.05 } else { share };
        held.live.samples >= 0.5 && held.live_share() >= share
    }
}

/// Whether objects of these sizes are a map or slice that grows: several sizes, far apart. Profiles hide the runtime's
/// own frames (`runtime.mapassign`, `internal/runtime/maps`, `runtime.growslice`), so that its line is a leaf.
fn grows_container(sizes: &[f64]) -> bool {
    let mut sizes = sizes.to_vec();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup_by(|a, b| *a < *b * 1.2);
    let spread = sizes.last().zip(sizes.first()).map_or(1.0, |(last, first)| last / first);
    sizes.len() >= CONTAINER_SIZES_MIN && spread >= CONTAINER_SPREAD_MIN
}

/// What one path allocates, in all and by size.
#[derive(Default)]
struct PathHeld {
    held: Held,
    by_size: Vec<HeapSample>,
}

impl PathHeld {
    fn keeps(&self) -> bool {
        self.held.live_share() >= MEMORY_KEEPING_SHARE_MIN || self.held.allocated.samples == 0.0
    }

    /// Sizes of which the path drops what it makes: what grows drops its smaller self each time, while a literal of
    /// several parts keeps them all. With exact figures it is seen that it does so a few times, not for each entry.
    fn grown_sizes(&self, exact: bool) -> Vec<f64> {
        let few = (GROWTHS_SHARE_MAX * self.held.live.objects).max(GROWTHS_MIN);
        let most = if exact { few } else { f64::INFINITY };
        let dropped = self.by_size.iter().filter(|size| {
            let share = size.live.samples / size.allocated.samples;
            share < MEMORY_KEEPING_SHARE_MIN && size.allocated.objects <= most
        });
        dropped.map(|size| size.allocated.bytes / size.allocated.objects).collect()
    }
}

/// Samples by the user's line. Of a line that calls several things, only the paths count that keep what they take: what
/// it builds and drops on the way says nothing on what it stores.
fn by_user_line(heaps: &Heaps<'_>, code: &Code<'_>) -> FxHashMap<Frame, LineHeld> {
    let mut paths: FxHashMap<&Stack, PathHeld> = FxHashMap::default();
    for sample in heaps.latest.samples.iter().filter(|sample| !is_of_runtime(&sample.stack)) {
        let path = paths.entry(&sample.stack).or_default();
        path.held.add_latest(sample);
        if sample.allocated.objects > 0.0 {
            path.by_size.push(sample.clone());
        }
    }
    for sample in heaps.first.iter().flat_map(|heap| &heap.samples) {
        if let Some(path) = paths.get_mut(&sample.stack) {
            path.held.add_first(sample);
        }
    }
    let mut sites: FxHashMap<Frame, LineHeld> = FxHashMap::default();
    for (stack, path) in paths {
        let Some(user) = code.user_frame(stack) else { continue };
        let frames = stack.frames();
        // The runtime's own frames are hidden, so a map or slice that grows is a leaf.
        let grown = if user == 0 { path.grown_sizes(heaps.latest.is_exact()) } else { Vec::new() };
        if is_start_up(&frames[user..]) || !(path.keeps() || grows_container(&grown)) {
            continue;
        }
        let site = sites.entry(frames[user].clone()).or_insert_with(|| LineHeld {
            held: Held::default(),
            stack: stack.clone(),
            stack_bytes: 0.0,
            sizes: Vec::new(),
            live_by_size: BTreeMap::new(),
        });
        site.held.add(&path.held);
        site.add_sizes(&path.by_size);
        site.sizes.extend(grown);
        // Paths come in no order, and the answer must not depend on one.
        let bytes = path.held.live.bytes;
        if bytes > site.stack_bytes || bytes == site.stack_bytes && *stack < site.stack {
            (site.stack, site.stack_bytes) = (stack.clone(), bytes);
        }
    }
    sites
}

/// Whether the runtime allocates for itself, under the name that another package links it by
/// (`sync.runtime_notifyListWait`): it keeps such objects for reuse.
fn is_of_runtime(stack: &Stack) -> bool {
    stack.leaf().is_some_and(|leaf| leaf.name().local().starts_with("runtime_"))
}

/// Allocated once, by package initialisation. A closure that it makes (`init.0.func1`, `init.func2` for one in a
/// variable's initialiser) is called by whom it was handed to, for instance as the handler of each request.
fn is_start_up(user_frames: &[Frame]) -> bool {
    user_frames.iter().any(|frame| {
        let name = frame.name();
        let local = name.local();
        let local = local.strip_prefix("map.").unwrap_or(local);
        let Some(number) = local.strip_prefix("init") else { return false };
        let is_number = |n: &str| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit());
        // Variables, until Go 1.13.
        let is_part = |part: &str| is_number(part) || part == "ializers";
        number.is_empty() || number.strip_prefix('.').is_some_and(is_part)
    })
}

/// Lines that keep memory together: one function stores what its callees allocate.
struct Cluster {
    primary: Frame,
    stack: Stack,
    held: Held,
    /// Live objects of the largest line, of the size that holds most there.
    entries: Amount,
    /// Lines on which a map or slice grows.
    containers: Vec<Frame>,
    functions: FxHashSet<Arc<str>>,
}

/// Puts lines together that share their function or its caller. Largest first, so that the cluster is named
/// after the line that holds most.
fn cluster(sites: Vec<(Frame, LineHeld)>, code: &Code<'_>) -> Vec<Cluster> {
    let mut sites = sites;
    sites.sort_by(|a, b| {
        b.1.held.live.bytes.total_cmp(&a.1.held.live.bytes).then_with(|| a.0.cmp(&b.0))
    });
    let mut clusters: Vec<Cluster> = Vec::new();
    for (frame, site) in sites {
        let user = site.stack.frames().iter().filter(|frame| code.is_user(frame));
        let near: FxHashSet<Arc<str>> =
            user.take(2).map(|f| f.name().declared().0.into()).collect();
        match clusters.iter_mut().find(|cluster| !cluster.functions.is_disjoint(&near)) {
            Some(cluster) => {
                cluster.held.add(&site.held);
                cluster.containers.extend(site.grows_container().then_some(frame));
                cluster.functions.extend(near);
            }
            None => clusters.push(Cluster {
                entries: site.entries(),
                containers: site.grows_container().then(|| frame.clone()).into_iter().collect(),
                primary: frame,
                stack: site.stack,
                held: site.held,
                functions: near,
            }),
        }
    }
    clusters
}

impl Cluster {
    /// The line that stores what is kept, if only one may.
    fn stored_at(&self) -> Option<Frame> {
        let [line] = &self.containers[..] else { return None };
        Some(line.clone())
    }

    /// Whether enough samples are live to speak of it. Fewer do where nothing moves and those that it was made for
    /// are gone.
    fn is_known_well(&self, outlives: bool) -> bool {
        let samples = if outlives { DEAD_SAMPLES_MIN } else { MEMORY_SAMPLES_MIN };
        let held = &self.held;
        held.live.samples >= samples - 0.5
            && held.live.bytes >= MEMORY_BYTES_MIN
            && (held.allocated.samples == 0.0
                || held.live_share() >= MEMORY_KEEPING_SHARE_MIN - 0.1)
    }
}

/// Growth of a cluster's live memory in bytes: between two profiles, or since the start where the look is too short for
/// a sampled profile, the process is not young, and the site goes on as it always did. It bends if the site is a cache
/// that fills.
fn growth(
    held: &Held,
    heaps: &Heaps<'_>,
    uptime: Option<f64>,
    quiet: Option<bool>,
) -> Option<Growth> {
    heaps.first?;
    let window = heaps.window_seconds;
    let gain = held.gained_samples().scaled(held.bytes_per_sample());
    if heaps.is_older_than_it_says(gain.estimate) || quiet == Some(true) {
        return None;
    }
    let made = |gain: Interval, seconds: Option<f64>, bends: bool| Growth {
        unit: Unit::Bytes,
        gain,
        per_hour: seconds.map(|seconds| gain.scaled(3600.0 / seconds)),
        per_request: None,
        driver: None,
        bends,
        window_seconds: seconds.unwrap_or(0.0),
    };
    let since_start = uptime.filter(|_| gain.low <= 0.0 && goes_on(held, window, uptime));
    Some(match since_start {
        Some(uptime) => {
            let kept = Interval::of_poisson(held.live.samples).scaled(held.bytes_per_sample());
            made(kept, Some(uptime), false)
        }
        None => made(gain, window, slows_down(held, window, uptime)),
    })
}

/// Whether a process that has run for long still allocates at the site at about the average speed since its start.
fn goes_on(held: &Held, window: Option<f64>, uptime: Option<f64>) -> bool {
    let (Some(window), Some(uptime)) = (window, uptime) else { return false };
    let came = held.allocated.samples - held.first_allocated.samples;
    let expected = held.allocated.samples * window / uptime;
    uptime >= WARM_UP_SECONDS
        && held.live.samples >= SINCE_START_SAMPLES_MIN - 0.5
        && came >= 2.0
        && came >= BEND_RATIO * expected
}

/// Whether the site allocates clearly more slowly than on average since the start: a cache that fills.
fn slows_down(held: &Held, window: Option<f64>, uptime: Option<f64>) -> bool {
    let (Some(window), Some(uptime)) = (window, uptime) else { return false };
    let came = held.allocated.samples - held.first_allocated.samples;
    came + Z95 * came.max(1.0).sqrt() < BEND_RATIO * held.allocated.samples * window / uptime
}

/// Work that the service has done since it started.
struct Work {
    done: Option<(&'static str, Interval)>,
}

impl Work {
    /// From the service's own counters; else from the allocations that `net/http` makes for each request.
    fn of(instance: &Instance, heaps: &Heaps<'_>) -> Self {
        let counted =
            instance.latest(|s| work_counter(s.metrics.as_ref()?)).filter(|&done| done > 0.0);
        if let Some(done) = counted {
            return Self {
                done: Some(("request", Interval { low: done, estimate: done, high: done })),
            };
        }
        let requests = heaps.latest.samples.iter().filter(|sample| {
            let leaf = sample.stack.leaf();
            leaf.is_some_and(|f| {
                f.is_in("net/http.readRequest") || f.is_in("net/http.(*conn).readRequest")
            })
        });
        // Several lines allocate once a request each: the one with most samples is known best.
        let best = requests.map(|s| s.allocated).max_by(|a, b| a.samples.total_cmp(&b.samples));
        let done = best.filter(|amount| amount.samples >= 0.5).map(|amount| {
            let error = Z95 * amount.relative_error();
            let low = amount.objects * (1.0 - error).max(0.0);
            (
                "request",
                Interval { low, estimate: amount.objects, high: amount.objects * (1.0 + error) },
            )
        });
        Self { done }
    }

    /// Live objects of the site for each unit of work, with both errors.
    fn per_work(&self, live: &Amount) -> Option<PerWork> {
        let (unit, done) = self.done?;
        let objects = live.objects;
        let error = Z95 * live.relative_error();
        if !error.is_finite() || done.low <= 0.0 {
            return None;
        }
        let ratio = Interval {
            low: objects * (1.0 - error).max(0.0) / done.high,
            estimate: objects / done.estimate,
            high: objects * (1.0 + error) / done.low,
        };
        Some(PerWork { unit, done: done.estimate, ratio })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path of an exact profile: size, live and allocated objects of each size.
    fn path(sizes: &[(f64, f64, f64)]) -> PathHeld {
        let mut path = PathHeld::default();
        for &(size, live, allocated) in sizes {
            let amount = |objects: f64| Amount { objects, bytes: size * objects, samples: objects };
            let (live, allocated) = (amount(live), amount(allocated));
            let sample = HeapSample { stack: Stack([].into()), live, allocated };
            path.held.add_latest(&sample);
            path.by_size.push(sample);
        }
        path
    }

    #[test]
    fn a_map_that_grows_outgrows_each_size_once() {
        let tables = [
            (8.0, 1.0, 1.0),
            (24.0, 100.0, 100.0),
            (208.0, 0.0, 1.0),
            (416.0, 0.0, 1.0),
            (896.0, 0.0, 1.0),
            (3456.0, 1.0, 1.0),
        ];
        assert!(grows_container(&path(&tables).grown_sizes(true)));
    }

    #[test]
    fn a_buffer_that_each_entry_fills_is_not_the_container_of_the_entries() {
        let buffers =
            [(64.0, 0.0, 90.0), (128.0, 0.0, 90.0), (256.0, 0.0, 90.0), (512.0, 90.0, 90.0)];
        assert!(!grows_container(&path(&buffers).grown_sizes(true)));
        let parts = [(64.0, 90.0, 90.0), (256.0, 90.0, 90.0), (4096.0, 90.0, 90.0)];
        assert!(!grows_container(&path(&parts).grown_sizes(true)));
    }

    #[test]
    fn an_entry_is_what_holds_most_of_its_line() {
        let sizes = path(&[(96.0, 500.0, 500.0), (2048.0, 500.0, 500.0), (48.0, 900.0, 900.0)]);
        let mut line = LineHeld {
            held: sizes.held,
            stack: Stack([].into()),
            stack_bytes: 0.0,
            sizes: Vec::new(),
            live_by_size: BTreeMap::new(),
        };
        line.add_sizes(&sizes.by_size);
        assert_eq!(line.entries().objects, 500.0);
    }

    #[test]
    fn what_the_runtime_keeps_for_reuse_is_not_the_programs() {
        let frame = |function: &str| Frame { function: function.into(), file: "".into(), line: 1 };
        let stack = |leaf: &str| Stack([frame(leaf), frame("main.serve")].into());
        assert!(is_of_runtime(&stack("sync.runtime_notifyListWait")));
        assert!(!is_of_runtime(&stack("main.newSession")));
    }

    #[test]
    fn a_handler_that_initialisation_registers_is_no_start_up() {
        let start_up = |function: &str| {
            is_start_up(&[Frame { function: function.into(), file: "".into(), line: 1 }])
        };
        for once in
            ["main.init", "main.init.0", "a.b/c.init.12", "main.init.ializers", "main.map.init.0"]
        {
            assert!(start_up(once), "{once}");
        }
        for each in ["main.init.0.func1", "main.init.func3", "main.initialise", "main.(*db).init"] {
            assert!(!start_up(each), "{each}");
        }
    }
}
