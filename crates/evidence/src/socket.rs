//! TCP sockets of a process, a host or a peer.

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Process id.
    pub pid: u32,
    /// Command name, if told.
    pub command: Option<Arc<str>>,
}

impl Socket {
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
