//! The sockets by peer, for whoever has nothing but them, and what they leave open.

use std::cmp::Reverse;
use std::net::IpAddr;

use plumb_evidence::Service;
use plumb_evidence::finding::{Finding, Resource, Undecided};
use plumb_evidence::socket::{
    Direction, HostSockets, Owner, Socket, SocketConcern, SocketGroup, SocketSource, SocketSummary,
    SocketTable, TcpState, Timer,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::sockets::{Connections, Peer};
use crate::thresholds::{BARE_SHARE_MIN, CLOSE_WAIT_MIN, CONNECTION_CROWD_MIN};
use crate::wording::{bytes, thousands};

/// Crowds named in a question; more would not be read.
const CROWDS_MAX: usize = 3;

/// What tells a pool from a leak where there are only sockets.
const BRING: &str = "a goroutine profile of the process (/debug/pprof/goroutine, or SIGQUIT): it tells who waits on \
                     them; or `ss -tan` of the machine at the other end (--peer-sockets FILE): what it does not have is \
                     half-open; or a second `ss -tanpoei` some minutes later: what leaks is still there, and grows";

/// The same where the other end was listed.
const BRING_BESIDE_PEER: &str = "a goroutine profile of the process (/debug/pprof/goroutine, or SIGQUIT): it tells who \
                                 waits on them; or a second `ss -tanpoei` some minutes later: what leaks is still there, \
                                 and grows";

/// What tells responses that somebody holds from readers that are behind.
const BRING_UNREAD: &str = "two goroutine profiles some minutes apart and a heap profile, or the URL of the service: \
                            they name who holds them; or a second `ss -tanpoei` some minutes later: what is held has \
                            as many bytes unread then";

/// Connections by peer, direction and state in the latest table of each instance; `None` without socket evidence.
pub(crate) fn socket_summary(
    service: &Service,
    connections: &Connections<'_>,
) -> Option<SocketSummary> {
    if !connections.known() {
        return None;
    }
    let owned_only = tables(service).all(|table| table.owned_only);
    let is_listed = |table: &SocketTable| {
        matches!(table.source, SocketSource::Ss | SocketSource::Netstat | SocketSource::Lsof)
    };
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
        (urgency(group.concern), Reverse(group.count), group.peer.clone(), group.state)
    });
    Some(SocketSummary {
        connections: connections.open(),
        owned_only,
        pasted: tables(service).any(is_listed),
        groups,
        host: host(service),
        peer_listing: connections.peer_listing(),
    })
}

/// Order of what is told first. What a healthy program does not show comes before what may be a pool, however large
/// that one is.
fn urgency(concern: Option<SocketConcern>) -> u8 {
    match concern {
        Some(
            SocketConcern::ClosedByPeer | SocketConcern::UnknownToPeer | SocketConcern::Unread,
        ) => 0,
        Some(SocketConcern::NoTimer) => 1,
        Some(SocketConcern::Crowd) => 2,
        None => 3,
    }
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
        unread: connections
            .queues_known()
            .then(|| sockets.iter().filter(|socket| socket.recv_queue > 0).count() as u64),
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
    // A reader that keeps up empties its queue within a millisecond: few of a pool are seen between the two.
    if group.unread.is_some_and(|unread| unread >= CONNECTION_CROWD_MIN) {
        return Some(SocketConcern::Unread);
    }
    let is_bare = |bare: u64| bare as f64 >= BARE_SHARE_MIN * group.count as f64;
    match group.direction {
        _ if group.without_timer.is_some_and(is_bare) => Some(SocketConcern::NoTimer),
        Direction::Outgoing => Some(SocketConcern::Crowd),
        // A server has as many clients as it has.
        Direction::Incoming => None,
    }
}

/// What connections leave open that no finding tells: with nothing but sockets, crowds that may be a leak as well as a
/// pool; in any listing, received data that nobody reads. Of a live process the rest of the look tells more.
pub(crate) fn questions(
    service: &Service,
    summary: Option<&SocketSummary>,
    findings: &[Finding],
) -> Vec<Undecided> {
    let Some(summary) = summary else { return Vec::new() };
    let mut snapshots = service.instances.iter().flat_map(|instance| &instance.snapshots);
    let has_goroutines = snapshots.any(|snapshot| snapshot.any_goroutines().is_some());
    let open: Vec<&SocketGroup> =
        summary.groups.iter().filter(|group| !is_told(group, findings)).collect();
    let mut questions = Vec::new();
    // Who holds goroutines or connections that leak is found then: the rows of the summary stand beside it.
    let names_holders = findings
        .iter()
        .any(|finding| matches!(finding.resource, Resource::Goroutines | Resource::Sockets));
    if !has_goroutines || (summary.pasted && !names_holders) {
        questions.extend(unread_question(&open));
    }
    if !has_goroutines {
        questions.extend(crowd_question(&open, summary));
    }
    questions
}

fn is_told(group: &SocketGroup, findings: &[Finding]) -> bool {
    let place = place(group);
    findings.iter().any(|finding| {
        finding.title.ends_with(&*place)
            || finding.evidence.iter().any(|item| item.text.ends_with(&*place))
    })
}

fn unread_question(open: &[&SocketGroup]) -> Option<Undecided> {
    let held = open.iter().filter(|group| group.concern == Some(SocketConcern::Unread));
    let held: Vec<String> = held
        .map(|group| {
            let unread = thousands(group.unread.unwrap_or(0) as f64);
            let size = bytes(group.recv_queue as f64);
            format!("{unread} connections {} ({size})", place(group))
        })
        .collect();
    let crowds = named(&held)?;
    Some(Undecided {
        what: format!(
            "data that came and is not read, on {crowds}: responses that nobody reads to the end and closes, or \
             readers that are behind?"
        ),
        bring: BRING_UNREAD.to_owned(),
    })
}

fn crowd_question(open: &[&SocketGroup], summary: &SocketSummary) -> Option<Undecided> {
    // Of one process, those that are closed or unknown at the peer are judged: with few of them nothing is open.
    let is_open = |group: &&&SocketGroup| match group.concern {
        Some(SocketConcern::NoTimer | SocketConcern::Crowd) => true,
        Some(SocketConcern::ClosedByPeer | SocketConcern::UnknownToPeer) => !summary.owned_only,
        Some(SocketConcern::Unread) | None => false,
    };
    let crowds: Vec<String> = open.iter().filter(is_open).map(|group| crowd(group)).collect();
    let bring = if summary.peer_listing.is_some() { BRING_BESIDE_PEER } else { BRING };
    Some(Undecided {
        what: format!("in use, a pool, or leaked: {}", named(&crowds)?),
        bring: bring.to_owned(),
    })
}

/// The first of them and how many more there are; `None` of none.
fn named(crowds: &[String]) -> Option<String> {
    let (told, more) = crowds.split_at(crowds.len().min(CROWDS_MAX));
    let more = match more.len() {
        0 => String::new(),
        n => format!(", and {n} more such crowds"),
    };
    (!told.is_empty()).then(|| format!("{}{more}", told.join("; ")))
}

fn place(group: &SocketGroup) -> String {
    match group.direction {
        Direction::Outgoing => format!("to {}", group.peer),
        Direction::Incoming => format!("on {}", group.peer),
    }
}

fn crowd(group: &SocketGroup) -> String {
    let aside = match (group.concern, group.without_timer) {
        (Some(SocketConcern::ClosedByPeer), _) => ", closed by the peer only",
        (Some(SocketConcern::UnknownToPeer), _) => ", not all of them open at the peer",
        (_, Some(all)) if all == group.count => ", none with a keepalive timer",
        (Some(SocketConcern::NoTimer), _) => ", most without a keepalive timer",
        _ => "",
    };
    format!("{} connections {}{aside}", thousands(group.count as f64), place(group))
}
