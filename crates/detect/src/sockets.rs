//! Joins sockets to the objects and goroutines that hold them.

use std::net::SocketAddr;
use std::sync::Arc;

use plumb_evidence::Service;
use plumb_evidence::client_use::Carried;
use plumb_evidence::measure::{Survival, SurvivalBy};
use plumb_evidence::socket::{
    Direction, PeerListing, Socket, SocketSource, SocketTable, TcpState, Timer,
};
use plumb_evidence::suspect::SocketCrowd;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::peer_listing::PeersView;
use crate::thresholds::{IDLE_SECONDS_MIN, ONE_EXCHANGE_SEGMENTS};

/// All open connections of a service in its latest tables, by peer.
pub(crate) struct Connections<'a> {
    by_peer: Vec<(Peer, Vec<&'a Socket>)>,
    peers_view: PeersView,
    first_inodes_by_peer: FxHashMap<Peer, Vec<u64>>,
    /// Data segments received, by inode, in the first table.
    first_segments: Option<FxHashMap<u64, u64>>,
    /// Data segments sent, likewise.
    first_sent: FxHashMap<u64, u64>,
    /// Data segments that clients sent after the first table; `None` if a connection in the latest one does not tell.
    segments_of_clients: Option<u64>,
    window_seconds: f64,
    known: bool,
    /// Whether every table tells the queues; `lsof` does not.
    queues_known: bool,
    /// Whether every table holds the sockets of the process alone.
    owned_only: bool,
}

/// The other end of connections. Incoming ones come from a port of their own each, so only the host counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pub(crate) direction: Direction,
}

impl Peer {
    /// `10.0.0.9:22`; for incoming connections the port that they came to: `:8080`.
    pub(crate) fn text(&self) -> Arc<str> {
        match self.direction {
            Direction::Outgoing => self.address.to_string().into(),
            Direction::Incoming => format!(":{}", self.address.port()).into(),
        }
    }
}

pub(crate) fn peer_of(socket: &Socket) -> Peer {
    let address = match socket.direction {
        Direction::Outgoing => socket.remote,
        // Grouped by our listening port: who connects is not our doing.
        Direction::Incoming => {
            SocketAddr::new(std::net::Ipv4Addr::UNSPECIFIED.into(), socket.local.port())
        }
    };
    Peer { address, direction: socket.direction }
}

/// Data segments that clients sent after the first of some tables, as far as the later ones saw: clients that end their
/// connections are gone from the latest one. `None` if a connection in that one does not tell.
fn segments_of_clients_in(first: Option<&SocketTable>, later: &[&SocketTable]) -> Option<u64> {
    let incoming = |table: &'_ SocketTable| {
        let open = table.sockets.iter().filter(|socket| socket.is_connection());
        let incoming = open.filter(|socket| socket.direction == Direction::Incoming);
        incoming
            .map(|socket| ((socket.inode, socket.remote), socket.data_segments_in))
            .collect::<Vec<_>>()
    };
    let before: FxHashMap<_, _> = first.map(incoming).into_iter().flatten().collect();
    let mut received: FxHashMap<(u64, SocketAddr), u64> = FxHashMap::default();
    for table in later {
        let is_latest = later.last().is_some_and(|latest| std::ptr::eq(*latest, *table));
        for (connection, segments) in incoming(table) {
            match segments {
                Some(segments) => {
                    let most = received.entry(connection).or_default();
                    *most = segments.max(*most);
                }
                None if is_latest => return None,
                None => {}
            }
        }
    }
    let new = received.iter().map(|(connection, segments)| {
        let before = before.get(connection).copied().flatten().unwrap_or(0);
        segments.saturating_sub(before)
    });
    Some(new.sum())
}

impl<'a> Connections<'a> {
    pub(crate) fn of(service: &'a Service, window_seconds: f64) -> Self {
        let mut by_peer: FxHashMap<Peer, Vec<&Socket>> = FxHashMap::default();
        let mut first_by_peer: FxHashMap<Peer, Vec<u64>> = FxHashMap::default();
        let mut first_segments: Option<FxHashMap<u64, u64>> = None;
        let mut first_sent: FxHashMap<u64, u64> = FxHashMap::default();
        let mut segments_of_clients = Some(0);
        let mut known = false;
        let mut queues_known = true;
        let mut owned_only = true;
        for instance in &service.instances {
            let regular = instance
                .snapshots
                .iter()
                .filter(|s| !s.after_gc)
                .filter_map(|s| s.sockets.as_ref());
            let tables: Vec<_> = regular.collect();
            let latest = tables.last().copied().or_else(|| instance.latest(|s| s.sockets.as_ref()));
            let Some(latest) = latest else { continue };
            known = true;
            queues_known &= latest.source != SocketSource::Lsof;
            owned_only &= latest.owned_only;
            for socket in latest.sockets.iter().filter(|s| s.is_connection()) {
                by_peer.entry(peer_of(socket)).or_default().push(socket);
            }
            let later = if tables.len() > 1 { &tables[1..] } else { &[latest][..] };
            let segments = segments_of_clients_in(tables.first().copied(), later);
            segments_of_clients = segments_of_clients.zip(segments).map(|(sum, more)| sum + more);
            if tables.len() > 1 {
                if tables[0].source == SocketSource::SockDiag {
                    // Even if no connection is open: then none of them carried anything.
                    first_segments.get_or_insert_default();
                }
                for socket in tables[0].sockets.iter().filter(|s| s.is_connection() && s.inode != 0)
                {
                    first_by_peer.entry(peer_of(socket)).or_default().push(socket.inode);
                    if let Some(segments) = socket.data_segments_in {
                        first_segments.get_or_insert_default().insert(socket.inode, segments);
                    }
                    first_sent.extend(socket.data_segments_out.map(|sent| (socket.inode, sent)));
                }
            }
        }
        let mut by_peer: Vec<_> = by_peer.into_iter().collect();
        by_peer.sort_by_key(|(peer, sockets)| (std::cmp::Reverse(sockets.len()), peer.address));
        Self {
            by_peer,
            peers_view: PeersView::of(&service.peer_sockets),
            first_inodes_by_peer: first_by_peer,
            first_segments,
            first_sent,
            segments_of_clients,
            window_seconds,
            known,
            queues_known,
            owned_only,
        }
    }

    /// Whether these connections are of one process, which the listing tells: those of a whole machine may be of many.
    pub(crate) fn are_of_one_process(&self, sockets: &[&Socket]) -> bool {
        let pid = |socket: &Socket| socket.owner.as_ref().map(|owner| owner.pid);
        let first = sockets.first().and_then(|socket| pid(socket));
        self.owned_only || (first.is_some() && sockets.iter().all(|socket| pid(socket) == first))
    }

    /// Whether every table tells the queues.
    pub(crate) fn queues_known(&self) -> bool {
        self.queues_known
    }

    /// Whether there is any socket evidence.
    pub(crate) fn known(&self) -> bool {
        self.known
    }

    /// Connections by peer, most first.
    pub(crate) fn by_peer(&self) -> impl Iterator<Item = (Peer, &[&'a Socket])> {
        self.by_peer.iter().map(|(peer, sockets)| (*peer, sockets.as_slice()))
    }

    /// Connections in either direction.
    pub(crate) fn open(&self) -> u64 {
        self.by_peer.iter().map(|(_, sockets)| sockets.len() as u64).sum()
    }

    /// How many of `sockets` are established here and not open at the other end, by the listings of its machine.
    pub(crate) fn not_open_at_peer(&self, sockets: &[&Socket]) -> Option<u64> {
        self.peers_view.open_and_not(sockets).map(|(_, not)| not)
    }

    /// What the listings of other machines say on all connections; `None` without any.
    pub(crate) fn peer_listing(&self) -> Option<PeerListing> {
        let ours = self.by_peer.iter().flat_map(|(_, sockets)| sockets).copied();
        self.peers_view.compared_with(ours)
    }

    pub(crate) fn incoming(&self) -> u64 {
        let incoming =
            self.by_peer.iter().filter(|(peer, _)| peer.direction == Direction::Incoming);
        incoming.map(|(_, sockets)| sockets.len() as u64).sum()
    }

    /// Data segments that clients sent between the first and the latest table, where both count them: about the
    /// number of requests, less those on connections that came and went between two tables.
    pub(crate) fn incoming_segments(&self) -> Option<u64> {
        self.first_segments.as_ref()?;
        self.segments_of_clients
    }

    /// The outgoing connections that `count` holders hold: those of the one peer that has about as many, else of
    /// all peers together if those are enough and of the process alone.
    pub(crate) fn outgoing_of(&self, count: u64) -> Option<(SocketCrowd, Option<Survival>)> {
        let outgoing =
            || self.by_peer.iter().filter(|(peer, _)| peer.direction == Direction::Outgoing);
        let enough = |n: usize| n as f64 >= 0.8 * count as f64;
        let one = outgoing()
            .filter(|(_, sockets)| enough(sockets.len()))
            .min_by_key(|(_, sockets)| sockets.len());
        if let Some((peer, sockets)) = one {
            return Some((
                self.crowd(sockets, Some((*peer, sockets.len()))),
                self.survival(&[*peer]),
            ));
        }
        let all: Vec<_> = outgoing().flat_map(|(_, sockets)| sockets.iter().copied()).collect();
        if count == 0 || !enough(all.len()) || !self.are_of_one_process(&all) {
            return None;
        }
        let largest = outgoing().next().map(|(peer, sockets)| (*peer, sockets.len()));
        let peers: Vec<_> = outgoing().map(|(peer, _)| *peer).collect();
        Some((self.crowd(&all, largest), self.survival(&peers)))
    }

    /// Which of a peer's connections of the first table are still there.
    pub(crate) fn survival_of(&self, peer: Peer) -> Option<Survival> {
        self.survival(&[peer])
    }

    fn survival(&self, peers: &[Peer]) -> Option<Survival> {
        let seen: Vec<u64> = peers
            .iter()
            .filter_map(|p| self.first_inodes_by_peer.get(p))
            .flatten()
            .copied()
            .collect();
        if seen.is_empty() {
            return None;
        }
        let wanted: FxHashSet<u64> = seen.iter().copied().collect();
        let now = self.by_peer.iter().flat_map(|(_, sockets)| sockets).map(|socket| socket.inode);
        let stayed = now.filter(|inode| wanted.contains(inode)).count() as u64;
        Some(Survival {
            by: SurvivalBy::SocketInode,
            seen: seen.len() as u64,
            stayed,
            window_seconds: self.window_seconds,
        })
    }

    /// Sums up sockets.
    pub(crate) fn crowd(&self, sockets: &[&Socket], peer: Option<(Peer, usize)>) -> SocketCrowd {
        let count =
            |test: &dyn Fn(&Socket) -> bool| sockets.iter().filter(|s| test(s)).count() as u64;
        let idle_min = self.window_seconds.max(IDLE_SECONDS_MIN);
        let mut idle: Vec<f64> =
            sockets.iter().filter_map(|s| Some(s.idle_ms()? as f64 / 1000.0)).collect();
        idle.sort_by(f64::total_cmp);
        let quantile = |q: f64| idle.get(((idle.len().max(1) - 1) as f64 * q) as usize).copied();
        let at_peer = self.peers_view.open_and_not(sockets);
        let timers_known = sockets.iter().any(|s| s.timer.is_some());
        let segments_known = sockets.iter().any(|s| s.data_segments_in.is_some());
        SocketCrowd {
            count: sockets.len() as u64,
            owner_unknown: !self.are_of_one_process(sockets),
            peer: peer.map(|(peer, n)| (peer.text(), n as u64)),
            established: count(&|s| s.state == TcpState::Established),
            close_wait: count(&|s| s.state == TcpState::CloseWait),
            end_read: self
                .queues_known
                .then(|| count(&|s| s.state == TcpState::CloseWait && s.recv_queue == 0)),
            unread: count(&|s| s.recv_queue > 0),
            idle: (!idle.is_empty())
                .then(|| idle.iter().filter(|&&seconds| seconds >= idle_min).count() as u64),
            idle_seconds_min: idle_min,
            idle_seconds_median: quantile(0.5),
            unanswered: sockets
                .iter()
                .any(|s| s.unanswered_probes.is_some())
                .then(|| count(&|s| s.unanswered_probes.is_some_and(|probes| probes > 0))),
            without_timer: timers_known.then(|| count(&|s| s.timer == Some(Timer::Off))),
            used_once: segments_known.then(|| {
                count(&|s| s.data_segments_in.is_some_and(|n| n <= ONE_EXCHANGE_SEGMENTS))
            }),
            sent_seconds_spread: spread(sockets.iter().filter_map(|s| s.last_sent_ms)),
            carried: self.carried(sockets),
            unknown_to_peer: at_peer.map(|(_, not)| not),
            known_to_peer: at_peer.map(|(open, _)| open),
        }
    }

    /// What these connections carried between the first and the latest table.
    fn carried(&self, sockets: &[&Socket]) -> Option<Carried> {
        let seconds = self.window_seconds;
        let first = self.first_segments.as_ref().filter(|_| seconds >= Carried::SECONDS_MIN)?;
        let since = |socket: &&Socket| {
            let received = socket.data_segments_in?.saturating_sub(*first.get(&socket.inode)?);
            let sent =
                socket.data_segments_out?.saturating_sub(*self.first_sent.get(&socket.inode)?);
            Some((received, sent))
        };
        let both: Vec<(u64, u64)> = sockets.iter().filter_map(since).collect();
        let count = |test: &dyn Fn(u64, u64) -> bool| {
            both.iter().filter(|&&(received, sent)| test(received, sent)).count() as u64
        };
        let least = Carried::BUSY_PER_SECOND * seconds;
        (!both.is_empty()).then(|| Carried {
            followed: both.len() as u64,
            busy: count(&|received, sent| received.min(sent) as f64 >= least),
            touched: count(&|received, sent| received + sent > 0),
        })
    }

    /// How many more incoming connections are open at the end of the look than at its start.
    pub(crate) fn incoming_gain(&self) -> f64 {
        let is_incoming = |peer: &Peer| peer.direction == Direction::Incoming;
        let first = self.first_inodes_by_peer.iter().filter(|(peer, _)| is_incoming(peer));
        let first: usize = first.map(|(_, inodes)| inodes.len()).sum();
        if self.first_segments.is_some() { self.incoming() as f64 - first as f64 } else { 0.0 }
    }
}

/// From the 10th to the 90th percentile of milliseconds, in seconds.
fn spread(milliseconds: impl Iterator<Item = u64>) -> Option<f64> {
    let mut all: Vec<u64> = milliseconds.collect();
    all.sort_unstable();
    let at = |tenths: usize| all.get(all.len().saturating_sub(1) * tenths / 10);
    Some((at(9)? - at(1)?) as f64 / 1000.0)
}
