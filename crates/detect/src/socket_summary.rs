//! The sockets by peer, for whoever has nothing but them, and what they leave open.

use std::cmp::Reverse;
use std::net::IpAddr;

use plumb_evidence::Service;
use plumb_evidence::finding::{Finding, Undecided};
use plumb_evidence::socket::{
    Direction, HostSockets, Owner, Socket, SocketConcern, SocketGroup, SocketSummary, SocketTable,
    TcpState, Timer,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::sockets::{Connections, Peer};
use crate::thresholds::{BARE_SHARE_MIN, CLOSE_WAIT_MIN, CONNECTION_CROWD_MIN};
use crate::wording::thousands;

/// Crowds named in a question; more would not be read.
const CROWDS_MAX: usize = 3;

/// What tells a pool from a leak where there are only sockets.
const BRING: &str = "a goroutine profile of the process (/debug/pprof/goroutine, or SIGQUIT): it tells who waits on \
                     them; or `ss -tan` of the machine at the other end (--peer-sockets FILE): what it does not have is \
                     half-open; or a second `ss -tanpoei` some minutes later: what leaks is still there, and grows";

/// Connections by peer, direction and state in the latest table of each instance; `None` without socket evidence.
pub(crate) fn socket_summary(
    service: &Service,
    connections: &Connections<'_>,
) -> Option<SocketSummary> {
    if !connections.known() {
        return None;
    }
    let owned_only = tables(service).all(|table| table.owned_only);
    let mut groups: Vec<SocketGroup> = Vec::new();
    for (peer, sockets) in connections.by_peer() {
        let mut by_state: FxHashMap<TcpState, Vec<&Socket>> = FxHashMap::default();
        for socket in sockets {
            by_state.entry(socket.state).or_default().push(socket);
        }
        groups.extend(by_state.into_iter().map(|(state, of)| group(peer, state, &of, connections)));
    }
    if owned_only {
        groups.iter_mut().for_each(|group| group.holder = None);
    }
    groups.sort_by_key(|group| {
        // `None` sorts first by itself; what is in order comes last.
        let rank = (group.concern.is_none(), group.concern);
        (rank, Reverse(group.count), group.peer.clone(), group.state)
    });
    Some(SocketSummary {
        connections: connections.open(),
        owned_only,
        groups,
        host: host(service),
        peer_listing: connections.peer_listing(),
    })
}

/// The latest table of each instance.
fn tables(service: &Service) -> impl Iterator<Item = &SocketTable> {
    service.instances.iter().filter_map(|instance| instance.latest(|s| s.sockets.as_ref()))
}

fn host(service: &Service) -> HostSockets {
    tables(service).fold(HostSockets::default(), |sum, table| HostSockets {
        // Instances of one machine count the same sockets.
        time_wait: sum.time_wait.max(table.host.time_wait),
        syn_recv: sum.syn_recv.max(table.host.syn_recv),
    })
}

fn group(
    peer: Peer,
    state: TcpState,
    sockets: &[&Socket],
    connections: &Connections<'_>,
) -> SocketGroup {
    let hosts: FxHashSet<IpAddr> = sockets.iter().map(|socket| socket.remote.ip()).collect();
    let longest = |time: fn(&Socket) -> Option<u64>| {
        sockets.iter().filter_map(|socket| time(socket)).max().map(|ms| ms as f64 / 1000.0)
    };
    let timers_known = sockets.iter().any(|socket| socket.timer.is_some());
    let with = |timer: Timer| {
        let number = sockets.iter().filter(|socket| socket.timer == Some(timer)).count();
        timers_known.then_some(number as u64)
    };
    let mut group = SocketGroup {
        peer: peer.text(),
        direction: peer.direction,
        state,
        count: sockets.len() as u64,
        hosts: hosts.len() as u64,
        holder: holder(sockets),
        idle_seconds_max: longest(Socket::idle_ms),
        received_seconds_max: longest(|socket| socket.last_received_ms),
        with_keepalive: with(Timer::Keepalive),
        without_timer: with(Timer::Off),
        recv_queue: sockets.iter().map(|socket| socket.recv_queue).sum(),
        send_queue: sockets.iter().map(|socket| socket.send_queue).sum(),
        concern: None,
    };
    group.concern = concern(&group, connections.not_open_at_peer(sockets));
    group
}

fn holder(sockets: &[&Socket]) -> Option<(Owner, u64)> {
    let mut held: FxHashMap<&Owner, u64> = FxHashMap::default();
    sockets.iter().filter_map(|s| s.owner.as_ref()).for_each(|o| *held.entry(o).or_default() += 1);
    let most = held.into_iter().max_by_key(|(owner, number)| (*number, Reverse(owner.pid)))?;
    Some((most.0.clone(), most.1))
}

fn concern(group: &SocketGroup, not_open_there: Option<u64>) -> Option<SocketConcern> {
    if group.state == TcpState::CloseWait {
        return (group.count >= CLOSE_WAIT_MIN).then_some(SocketConcern::ClosedByPeer);
    }
    if group.state != TcpState::Established {
        return None;
    }
    if not_open_there.is_some_and(|gone| gone > 0) {
        return Some(SocketConcern::UnknownToPeer);
    }
    if group.count < CONNECTION_CROWD_MIN {
        return None;
    }
    let is_bare = |bare: u64| bare as f64 >= BARE_SHARE_MIN * group.count as f64;
    match group.direction {
        _ if group.without_timer.is_some_and(is_bare) => Some(SocketConcern::NoTimer),
        Direction::Outgoing => Some(SocketConcern::Crowd),
        // A server has as many clients as it has.
        Direction::Incoming => None,
    }
}

/// Crowds that may be a leak as well as a pool, where nothing but sockets was brought and no finding tells.
pub(crate) fn open_crowds(
    service: &Service,
    summary: Option<&SocketSummary>,
    findings: &[Finding],
) -> Vec<Undecided> {
    let mut snapshots = service.instances.iter().flat_map(|instance| &instance.snapshots);
    if snapshots.any(|snapshot| snapshot.any_goroutines().is_some()) {
        return Vec::new();
    }
    let is_told = |group: &SocketGroup| {
        findings.iter().any(|finding| finding.title.ends_with(&*place(group)))
    };
    let is_open = |group: &&SocketGroup| {
        matches!(group.concern, Some(SocketConcern::NoTimer | SocketConcern::Crowd))
            && !is_told(group)
    };
    let groups = summary.iter().flat_map(|summary| &summary.groups);
    let crowds: Vec<String> = groups.filter(is_open).map(crowd).collect();
    if crowds.is_empty() {
        return Vec::new();
    }
    let more = match crowds.len().saturating_sub(CROWDS_MAX) {
        0 => String::new(),
        n => format!(", and {n} more such crowds"),
    };
    let crowds = crowds[..crowds.len().min(CROWDS_MAX)].join("; ");
    vec![Undecided {
        what: format!("in use, a pool, or leaked: {crowds}{more}"),
        bring: BRING.to_owned(),
    }]
}

fn place(group: &SocketGroup) -> String {
    match group.direction {
        Direction::Outgoing => format!("to {}", group.peer),
        Direction::Incoming => format!("on {}", group.peer),
    }
}

fn crowd(group: &SocketGroup) -> String {
    let timer = match group.without_timer {
        Some(all) if all == group.count => ", none with a keepalive timer",
        Some(_) if group.concern == Some(SocketConcern::NoTimer) => {
            ", most without a keepalive timer"
        }
        _ => "",
    };
    format!("{} connections {}{timer}", thousands(group.count as f64), place(group))
}
