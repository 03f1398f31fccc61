//! TCP sockets of a process, a host or a peer.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::Timestamp;

/// TCP states in the kernel's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TcpState {
    /// Open in both directions.
    Established,
    /// SYN sent, no answer yet.
    SynSent,
    /// SYN received, handshake not complete.
    SynRecv,
    /// We closed; our FIN is not acknowledged.
    FinWait1,
    /// We closed; the peer has not.
    FinWait2,
    /// Closed, waiting out late segments. Has no owner.
    TimeWait,
    /// Gone.
    Close,
    /// The peer closed; we have not.
    CloseWait,
    /// Peer closed, then we did; our FIN is not acknowledged.
    LastAck,
    /// A listener.
    Listen,
    /// Both closed at once.
    Closing,
}

impl TcpState {
    /// Whether the program at this end may still use the connection: it has not closed its side. A connection that is
    /// ESTABLISHED at one end and in another state, or in none, at the other has been given up there.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Established | Self::SynSent | Self::SynRecv | Self::CloseWait)
    }
}

impl fmt::Display for TcpState {
    /// As `ss` and RFC 9293 spell them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Established => "ESTABLISHED",
            Self::SynSent => "SYN-SENT",
            Self::SynRecv => "SYN-RECV",
            Self::FinWait1 => "FIN-WAIT-1",
            Self::FinWait2 => "FIN-WAIT-2",
            Self::TimeWait => "TIME-WAIT",
            Self::Close => "CLOSED",
            Self::CloseWait => "CLOSE-WAIT",
            Self::LastAck => "LAST-ACK",
            Self::Listen => "LISTEN",
            Self::Closing => "CLOSING",
        })
    }
}

/// The timer that runs on a socket. While a retransmission is pending, a keepalive timer does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// No timer runs: nothing will ever notice a peer that vanished.
    Off,
    /// Retransmission.
    Retransmit,
    /// Keepalive.
    Keepalive,
    /// TIME_WAIT.
    TimeWait,
    /// Zero window probe.
    Probe,
}

/// Who opened the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The peer did: the local port is one of a listener.
    Incoming,
    /// This process did.
    Outgoing,
}

/// One TCP socket. `None` = the source does not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    /// Our end.
    pub local: SocketAddr,
    /// The peer's end; unspecified for listeners.
    pub remote: SocketAddr,
    /// State.
    pub state: TcpState,
    /// Who opened it.
    pub direction: Direction,
    /// Bytes received and not read by the program (for a listener: connections not accepted).
    pub recv_queue: u64,
    /// Bytes sent and not acknowledged.
    pub send_queue: u64,
    /// The running timer.
    pub timer: Option<Timer>,
    /// Keepalive or zero window probes sent since the peer last answered.
    pub unanswered_probes: Option<u64>,
    /// Inode, the identity of the socket over time; 0 if it has none.
    pub inode: u64,
    /// Process id and descriptor that hold it.
    pub owner: Option<Owner>,
    /// Milliseconds since data was last received (wraps after 49 days).
    pub last_received_ms: Option<u64>,
    /// Milliseconds since data was last sent.
    pub last_sent_ms: Option<u64>,
    /// Data segments received so far.
    pub data_segments_in: Option<u64>,
    /// Data segments sent so far.
    pub data_segments_out: Option<u64>,
}

/// Who holds a socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    /// Process id.
    pub pid: u32,
    /// Command name, if told.
    pub command: Option<Arc<str>>,
}

impl Socket {
    /// A socket of which nothing else is known: no timer, queues or owner, and [`Direction::Outgoing`] until somebody
    /// knows better.
    pub fn new(local: SocketAddr, remote: SocketAddr, state: TcpState) -> Self {
        Self {
            local,
            remote,
            state,
            direction: Direction::Outgoing,
            recv_queue: 0,
            send_queue: 0,
            timer: None,
            unanswered_probes: None,
            inode: 0,
            owner: None,
            last_received_ms: None,
            last_sent_ms: None,
            data_segments_in: None,
            data_segments_out: None,
        }
    }

    /// Milliseconds in which nothing went either way.
    pub fn idle_ms(&self) -> Option<u64> {
        match (self.last_received_ms, self.last_sent_ms) {
            (Some(received), Some(sent)) => Some(received.min(sent)),
            (one, other) => one.or(other),
        }
    }

    /// Whether this socket is an open connection of the process (not a listener, not a remnant).
    pub fn is_connection(&self) -> bool {
        !matches!(
            self.state,
            TcpState::Listen | TcpState::TimeWait | TcpState::Close | TcpState::SynRecv
        )
    }
}

/// Where a socket table came from, which decides what it can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketSource {
    /// The kernel's socket diagnosis interface: everything.
    SockDiag,
    /// `/proc/PID/net/tcp`: timers, no activity times.
    ProcNet,
    /// The output of `ss`.
    Ss,
    /// The output of `netstat`.
    Netstat,
    /// The output of `lsof`.
    Lsof,
}

/// Sockets at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct SocketTable {
    /// When it was taken, if known.
    pub taken: Option<Timestamp>,
    /// The interface or tool.
    pub source: SocketSource,
    /// The sockets: those of the process where owners are known, else all of the network namespace.
    pub sockets: Vec<Socket>,
    /// Whether `sockets` holds only those of the process under judgement.
    pub owned_only: bool,
    /// Figures for the whole network namespace, which have no owner.
    pub host: HostSockets,
}

/// Sockets without an owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostSockets {
    /// In TIME_WAIT.
    pub time_wait: u64,
    /// In SYN_RECV: half-made incoming connections.
    pub syn_recv: u64,
}

/// The sockets of a service by peer, for whoever has nothing but them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SocketSummary {
    /// Open connections in all.
    pub connections: u64,
    /// Whether these are the process's own; else they are those of whole machines.
    pub owned_only: bool,
    /// Connections that share peer, direction and state; what needs attention first, then the largest.
    pub groups: Vec<SocketGroup>,
    /// Whether somebody listed them by hand; else plumb took them from a live process.
    pub pasted: bool,
    /// Sockets of the machines that have no owner.
    pub host: HostSockets,
    /// What the listings of the machines at the other end say; `None` if nobody brought one.
    pub peer_listing: Option<PeerListing>,
}

/// Open connections that share peer, direction and state. `None` = the source does not tell.
#[derive(Clone, Debug, PartialEq)]
pub struct SocketGroup {
    /// For outgoing connections `address:port` of the peer, for incoming ones the port of ours that they came to.
    pub peer: Arc<str>,
    /// Who opened them.
    pub direction: Direction,
    /// State.
    pub state: TcpState,
    /// How many.
    pub count: u64,
    /// Hosts at the other end.
    pub hosts: u64,
    /// The process that holds most of them and how many it holds, where the listing is of several processes.
    pub holder: Option<(Owner, u64)>,
    /// Seconds since data went either way on the one that has been silent longest.
    pub idle_seconds_max: Option<f64>,
    /// Seconds since data was received on the one that has heard nothing for longest.
    pub received_seconds_max: Option<f64>,
    /// With a keepalive timer.
    pub with_keepalive: Option<u64>,
    /// On which no timer of any kind runs.
    pub without_timer: Option<u64>,
    /// On which received bytes wait that the program has not read.
    pub unread: Option<u64>,
    /// Bytes received that the program has not read, of all.
    pub recv_queue: u64,
    /// Bytes sent that the peer has not acknowledged, of all.
    pub send_queue: u64,
    /// Why somebody should look at them; `None` for what is in order or cannot be judged.
    pub concern: Option<SocketConcern>,
}

/// What is odd about a group of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SocketConcern {
    /// CLOSE_WAIT: the peer has closed and the program has not.
    ClosedByPeer,
    /// ESTABLISHED here, given up or unknown at the peer.
    UnknownToPeer,
    /// ESTABLISHED, and many hold received data that the program does not read.
    Unread,
    /// Many, and no timer runs on most of them: nothing would notice that the peer is gone.
    NoTimer,
    /// Many with one peer.
    Crowd,
}

/// Our ESTABLISHED connections compared with what the other ends list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeerListing {
    /// Sockets in the listings.
    pub sockets: u64,
    /// Our established connections with a machine of the listings.
    pub compared: u64,
    /// Of those: open there too.
    pub known: u64,
    /// Of those: closed there, or closing.
    pub closed: u64,
    /// Of those: not in the listings.
    pub unknown: u64,
    /// Why the listings cannot be compared with ours, if they cannot.
    pub mismatch: Option<PeerMismatch>,
}

/// Why a listing of another machine says nothing on our connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerMismatch {
    /// No local address in it is the remote address of one of ours: another machine, or an address translation.
    NoAddress,
    /// The machine has connections on these ports, but none from any of our addresses: a translation or proxy between.
    OtherClients,
}
