//! The socket record of a case: JSON lines, a header and then one socket a line.

use std::io::{self, Write};
use std::net::SocketAddr;

use plumb_evidence::Timestamp;
use plumb_evidence::socket::{HostSockets, SocketSource, SocketTable};
use serde::{Deserialize, Serialize};

use super::Reading;
use super::listing::{self, Listing, Row};

/// The first line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketsHeader {
    /// `sock_diag` or `proc_net`.
    pub source: String,
    /// Whether only sockets of the process follow.
    pub owned_only: bool,
    /// Ports on which the process (or, without owners, the namespace) listens. They tell incoming connections.
    pub listening: Vec<u16>,
    /// Sockets of the whole network namespace in TIME_WAIT.
    pub time_wait: u64,
    /// Sockets of the whole network namespace in SYN_RECV.
    pub syn_recv: u64,
}

/// One socket. Names are short because there may be a hundred thousand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketRecord {
    /// Our end.
    pub local: SocketAddr,
    /// The peer's end; unspecified for listeners.
    pub remote: SocketAddr,
    /// The kernel's number of the state (`include/net/tcp_states.h`): 1 = ESTABLISHED, 8 = CLOSE_WAIT, 10 = LISTEN, ….
    pub state: u8,
    /// Bytes received and not read (for a listener: connections not accepted).
    #[serde(default)]
    pub rq: u64,
    /// Bytes sent and not acknowledged.
    #[serde(default)]
    pub sq: u64,
    /// `idiag_timer`: 0 = off, 1 = retransmit, 2 = keepalive, 3 = TIME_WAIT, 4 = window probe; none = not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer: Option<u8>,
    /// `idiag_retrans` of the timers 2 and 4: probes that the peer has not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probes: Option<u64>,
    /// Inode; 0 if there is none.
    #[serde(default)]
    pub ino: u64,
    /// Process that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// `tcpi_last_data_recv` in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lastrcv: Option<u64>,
    /// `tcpi_last_data_sent` in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lastsnd: Option<u64>,
    /// `tcpi_data_segs_in`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segs_in: Option<u64>,
    /// `tcpi_data_segs_out`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segs_out: Option<u64>,
}

/// Writes a header and its sockets as the piece `sockets`.
///
/// # Errors
/// Those of `out`.
pub fn write(
    mut out: impl Write,
    header: &SocketsHeader,
    sockets: impl IntoIterator<Item = SocketRecord>,
) -> io::Result<()> {
    serde_json::to_writer(&mut out, header)?;
    out.write_all(b"\n")?;
    for socket in sockets {
        serde_json::to_writer(&mut out, &socket)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Whether a line is the header of such a record.
pub fn is_header(line: &str) -> bool {
    serde_json::from_str::<SocketsHeader>(line).is_ok()
}

/// Reads the piece `sockets`. Lines that cannot be read are counted and passed over.
pub fn read(text: &str, taken: Option<Timestamp>) -> Reading<SocketTable> {
    let mut lines = text.lines();
    let mut listing = Listing::default();
    let head = lines.next().and_then(|line| serde_json::from_str::<SocketsHeader>(line).ok());
    let header = head.unwrap_or_else(|| {
        listing.problems.add("the socket record has no header");
        SocketsHeader::default()
    });
    listing.listening = header.listening.iter().copied().collect();
    listing.all_listeners = true;
    for line in lines {
        match serde_json::from_str::<SocketRecord>(line).ok().and_then(|record| row(&record)) {
            Some(row) => listing.push(row),
            None => listing.problems.add("a socket that cannot be read"),
        }
    }
    let source = match header.source.as_str() {
        "proc_net" => SocketSource::ProcNet,
        _ => SocketSource::SockDiag,
    };
    let mut reading = listing.into_table(source, taken, None);
    reading.value.owned_only = header.owned_only;
    // The header counts the whole namespace, whether or not those sockets follow.
    reading.value.host = HostSockets { time_wait: header.time_wait, syn_recv: header.syn_recv };
    reading
}

fn row(record: &SocketRecord) -> Option<Row> {
    let state = listing::state_of_number(record.state)?;
    let canonical = |end: SocketAddr| SocketAddr::new(end.ip().to_canonical(), end.port());
    let mut row = Row::new(canonical(record.local), canonical(record.remote), state);
    let socket = &mut row.socket;
    socket.recv_queue = record.rq;
    socket.send_queue = record.sq;
    socket.timer = record.timer.and_then(listing::timer_of_number);
    socket.unanswered_probes = record.probes;
    socket.inode = record.ino;
    socket.owner = record.pid.map(|pid| listing::owner(pid, ""));
    socket.last_received_ms = record.lastrcv;
    socket.last_sent_ms = record.lastsnd;
    socket.data_segments_in = record.segs_in;
    socket.data_segments_out = record.segs_out;
    Some(row)
}
