//! Services built by hand: what a program's goroutines, heap and sockets would look like over a look of 12 s.

use plumb_evidence::code::{Build, Frame, Module, Stack};
use plumb_evidence::goroutine::{GoroutineSource, Goroutines, Group, WaitState};
use plumb_evidence::heap::{Amount, Heap, HeapSample};
use plumb_evidence::socket::{HostSockets, Socket, SocketSource, SocketTable, TcpState, Timer};
use plumb_evidence::{Instance, Service, Snapshot, Timestamp};

/// Seconds between snapshots.
const EVERY: i64 = 2;

/// `main.submit` at line 10 unless `main.submit:42` says otherwise; files follow the package.
pub(crate) fn frame(text: &str) -> Frame {
    let (function, line) =
        text.rsplit_once(':').map_or((text, 10), |(f, line)| (f, line.parse().unwrap()));
    let package = plumb_evidence::code::FunctionName(function).package();
    let file = if package == "main" {
        "/src/shop/main.go".to_owned()
    } else {
        format!("{package}/file.go")
    };
    Frame { function: function.into(), file: file.into(), line }
}

/// Frames leaf first, separated by ` < `.
pub(crate) fn stack(text: &str) -> Stack {
    Stack(text.split(" < ").map(frame).collect())
}

pub(crate) fn group(state: &str, frames: &str, count: u64) -> Group {
    Group::new(WaitState::from_reason(state), stack(frames), count)
}

/// A crowd with one count for each snapshot.
#[derive(Clone)]
pub(crate) struct Crowd(pub(crate) &'static str, pub(crate) &'static str, pub(crate) Vec<u64>);

/// A process whose crowds are looked at every two seconds.
pub(crate) fn service(crowds: &[Crowd]) -> Service {
    let snapshots = crowds.iter().map(|crowd| crowd.2.len()).max().unwrap_or(0);
    let snapshots = (0..snapshots).map(|at| {
        let present = crowds.iter().filter(|crowd| crowd.2.get(at).is_some_and(|&count| count > 0));
        let groups: Vec<_> =
            present.map(|Crowd(state, frames, counts)| group(state, frames, counts[at])).collect();
        let taken = Timestamp::from_second(1_700_000_000 + at as i64 * EVERY).ok();
        Snapshot {
            taken,
            goroutines: Some(Goroutines {
                taken,
                source: GoroutineSource::Profile,
                total: groups.iter().map(|group| group.count).sum(),
                groups,
                truncated: false,
            }),
            ..Snapshot::default()
        }
    });
    let instance = Instance {
        id: "shop".to_owned(),
        build: build(),
        snapshots: snapshots.collect(),
        ..Instance::default()
    };
    Service {
        target: "http://127.0.0.1:6060".to_owned(),
        instances: vec![instance],
        ..Service::default()
    }
}

fn build() -> Build {
    Build {
        go_version: Some("go1.27.3".into()),
        main_package: Some("example.com/shop".into()),
        main_module: Some(Module {
            path: "example.com/shop".into(),
            version: "(devel)".into(),
            replaced_by: None,
        }),
        dependencies: [
            "google.golang.org/grpc",
            "golang.org/x/crypto",
            "golang.org/x/net",
            "github.com/acme/gizmo",
        ]
        .map(|path| Module { path: path.into(), version: "v1.2.3".into(), replaced_by: None })
        .to_vec(),
        ..Build::default()
    }
}

/// A heap sample at the default period: path, live samples, allocated samples, bytes an object.
pub(crate) fn sample(frames: &str, live: f64, allocated: f64, size: f64) -> HeapSample {
    // An object of `size` bytes is sampled with probability 1 - exp(-size / period).
    let period = plumb_evidence::heap::DEFAULT_PERIOD as f64;
    let each = 1.0 / (1.0 - (-size / period).exp());
    let amount =
        |samples: f64| Amount { samples, objects: samples * each, bytes: samples * each * size };
    HeapSample { stack: stack(frames), live: amount(live), allocated: amount(allocated) }
}

/// Adds a heap profile to the snapshot at `index`.
pub(crate) fn with_heap(mut service: Service, index: usize, samples: Vec<HeapSample>) -> Service {
    let snapshot = &mut service.instances[0].snapshots[index];
    snapshot.heap = Some(Heap {
        taken: snapshot.taken,
        period: plumb_evidence::heap::DEFAULT_PERIOD,
        after_gc: false,
        samples,
        memstats: None,
    });
    service
}

/// `count` in every snapshot.
pub(crate) fn steady(count: u64) -> Vec<u64> {
    vec![count; 7]
}

/// From `start`, `step` more in every snapshot.
pub(crate) fn rising(start: u64, step: u64) -> Vec<u64> {
    (0..7).map(|at| start + at * step).collect()
}

/// Gives each snapshot the process's own sockets, as many as are counted at that place.
pub(crate) fn with_sockets(
    mut service: Service,
    counts: impl Fn(u64) -> u64,
    socket: impl Fn(u64) -> Socket,
) -> Service {
    for (at, snapshot) in service.instances[0].snapshots.iter_mut().enumerate() {
        snapshot.sockets = Some(SocketTable {
            taken: None,
            source: SocketSource::SockDiag,
            sockets: (0..counts(at as u64)).map(&socket).collect(),
            owned_only: true,
            host: HostSockets::default(),
        });
    }
    service
}

/// An established connection to `10.0.9.9:22` on which nothing went either way for a minute.
pub(crate) fn silent(n: u64, timer: Timer) -> Socket {
    let [local, remote] = [format!("10.0.0.1:{}", 20_000 + n), "10.0.9.9:22".to_owned()]
        .map(|end| end.parse().expect("an address"));
    Socket {
        timer: Some(timer),
        inode: 1000 + n,
        last_received_ms: Some(60_000),
        last_sent_ms: Some(60_000),
        ..Socket::new(local, remote, TcpState::Established)
    }
}
