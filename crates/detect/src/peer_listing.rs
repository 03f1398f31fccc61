//! Our connections compared with what the machines at the other end list.

use std::net::{IpAddr, SocketAddr};

use plumb_evidence::socket::{PeerListing, PeerMismatch, Socket, SocketTable, TcpState};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::thresholds::IDLE_SECONDS_MIN;

/// How a connection of ours stands at the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// The program there may still use it.
    Open,
    /// It was closed there.
    Closed,
    /// It is not there.
    Unknown,
}

/// The listings of other machines, for looking up our connections.
#[derive(Default)]
pub(crate) struct PeersView {
    sockets: u64,
    /// By their end and ours: whether it is open there.
    open: FxHashMap<(SocketAddr, SocketAddr), bool>,
    /// Addresses of the machines.
    machines: FxHashSet<IpAddr>,
    /// Addresses with which they have connections.
    clients: FxHashSet<IpAddr>,
    /// Ports of theirs that have an open connection.
    busy_ports: FxHashSet<u16>,
}

impl PeersView {
    pub(crate) fn of(tables: &[SocketTable]) -> Self {
        let mut view = Self::default();
        for socket in tables.iter().flat_map(|table| &table.sockets) {
            view.sockets += 1;
            if !socket.local.ip().is_unspecified() {
                view.machines.insert(socket.local.ip());
            }
            if socket.state == TcpState::Listen {
                continue;
            }
            // The same two ends may be listed again, closed, from an earlier connection.
            let open = view.open.entry((socket.local, socket.remote)).or_default();
            *open |= socket.state.is_open();
            view.clients.insert(socket.remote.ip());
            if socket.state.is_open() {
                view.busy_ports.insert(socket.local.port());
            }
        }
        view
    }

    /// How many of `sockets` are established here and open at the other end, and how many are not; `None` if none can
    /// be compared.
    pub(crate) fn open_and_not(&self, sockets: &[&Socket]) -> Option<(u64, u64)> {
        let standings: Vec<_> = sockets.iter().filter_map(|socket| self.standing(socket)).collect();
        let open = standings.iter().filter(|standing| **standing == Standing::Open).count();
        let not = standings.len() - open;
        (!standings.is_empty()).then_some((open as u64, not as u64))
    }

    /// What the comparison says in all; `None` without any listing.
    pub(crate) fn compared_with<'s>(
        &self,
        sockets: impl Iterator<Item = &'s Socket>,
    ) -> Option<PeerListing> {
        if self.sockets == 0 {
            return None;
        }
        let mut listing = PeerListing { sockets: self.sockets, ..PeerListing::default() };
        let (mut established, mut same_machine) = (false, false);
        for socket in sockets.filter(|socket| socket.state == TcpState::Established) {
            established = true;
            same_machine |= self.machines.contains(&socket.remote.ip());
            let Some(standing) = self.standing(socket) else { continue };
            listing.compared += 1;
            *match standing {
                Standing::Open => &mut listing.known,
                Standing::Closed => &mut listing.closed,
                Standing::Unknown => &mut listing.unknown,
            } += 1;
        }
        if listing.compared == 0 && established {
            listing.mismatch = Some(match same_machine {
                true => PeerMismatch::OtherClients,
                false => PeerMismatch::NoAddress,
            });
        }
        Some(listing)
    }

    /// Only what is established here is expected there; a connection that the peer closed first is in CLOSE_WAIT here.
    fn standing(&self, socket: &Socket) -> Option<Standing> {
        if socket.state != TcpState::Established {
            return None;
        }
        if let Some(open) = self.open.get(&(socket.remote, socket.local)) {
            return Some(if *open { Standing::Open } else { Standing::Closed });
        }
        if !self.machines.contains(&socket.remote.ip()) || self.may_be_translated(socket) {
            return None;
        }
        // Made, or alive, after the other listing was taken.
        let heard_now =
            socket.last_received_ms.is_some_and(|ms| (ms as f64) < IDLE_SECONDS_MIN * 1000.0);
        (!heard_now).then_some(Standing::Unknown)
    }

    /// Whether our connections may bear another address there. A machine that serves others on that port and nobody
    /// from our address may see us through a NAT.
    fn may_be_translated(&self, socket: &Socket) -> bool {
        !self.clients.contains(&socket.local.ip())
            && self.busy_ports.contains(&socket.remote.port())
    }
}

#[cfg(test)]
mod tests {
    use plumb_evidence::socket::{Direction, HostSockets, SocketSource};

    use super::*;

    fn socket(local: &str, remote: &str, state: TcpState) -> Socket {
        Socket {
            local: local.parse().unwrap(),
            remote: remote.parse().unwrap(),
            state,
            direction: Direction::Outgoing,
            recv_queue: 0,
            send_queue: 0,
            timer: None,
            inode: 0,
            owner: None,
            unanswered_probes: None,
            last_received_ms: None,
            last_sent_ms: None,
            data_segments_in: None,
            data_segments_out: None,
        }
    }

    fn ours() -> Vec<Socket> {
        ["10.0.0.5:40001", "10.0.0.5:40002", "10.0.0.5:40003"]
            .map(|local| socket(local, "10.0.0.9:22", TcpState::Established))
            .into()
    }

    fn compared(theirs: &[(&str, &str, TcpState)]) -> PeerListing {
        let sockets = theirs.iter().map(|&(local, remote, state)| socket(local, remote, state));
        let table = SocketTable {
            taken: None,
            source: SocketSource::Ss,
            sockets: sockets.collect(),
            owned_only: false,
            host: HostSockets::default(),
        };
        PeersView::of(&[table]).compared_with(ours().iter()).unwrap()
    }

    const LISTENER: (&str, &str, TcpState) = ("0.0.0.0:22", "0.0.0.0:0", TcpState::Listen);

    #[test]
    fn open_closed_and_unknown_connections_are_told_apart() {
        let listing = compared(&[
            LISTENER,
            ("10.0.0.9:22", "10.0.0.5:40001", TcpState::Established),
            ("10.0.0.9:22", "10.0.0.5:40002", TcpState::FinWait1),
        ]);
        assert_eq!((listing.known, listing.closed, listing.unknown), (1, 1, 1));
        assert_eq!((listing.compared, listing.mismatch), (3, None));
    }

    #[test]
    fn another_machine_says_nothing() {
        let other = compared(&[LISTENER, ("10.0.0.7:22", "10.0.0.5:1", TcpState::Established)]);
        assert_eq!((other.compared, other.mismatch), (0, Some(PeerMismatch::NoAddress)));
        assert_eq!(compared(&[LISTENER]).mismatch, Some(PeerMismatch::NoAddress));
    }

    #[test]
    fn a_translated_address_convicts_nobody() {
        let natted = compared(&[("10.0.0.9:22", "10.0.0.1:40001", TcpState::Established)]);
        assert_eq!((natted.compared, natted.mismatch), (0, Some(PeerMismatch::OtherClients)));
        let silent = compared(&[("10.0.0.9:7000", "10.0.0.1:40001", TcpState::Established)]);
        assert_eq!((silent.unknown, silent.mismatch), (3, None), "nobody is on port 22");
    }

    #[test]
    fn who_spoke_just_now_is_not_unknown() {
        let mut lively = ours();
        lively[0].last_received_ms = Some(200);
        let view = PeersView::of(&[SocketTable {
            taken: None,
            source: SocketSource::Ss,
            sockets: vec![socket("10.0.0.9:22", "10.0.0.5:1", TcpState::Established)],
            owned_only: false,
            host: HostSockets::default(),
        }]);
        assert_eq!(view.open_and_not(&lively.iter().collect::<Vec<_>>()), Some((0, 2)));
    }
}
