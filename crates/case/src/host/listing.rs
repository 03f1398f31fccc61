//! What the listings of sockets have in common: addresses, states, owners, and who opened what.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use plumb_evidence::Timestamp;
use plumb_evidence::socket::{
    Direction, HostSockets, Owner, Socket, SocketSource, SocketTable, TcpState, Timer,
};
use plumb_profile::Problems;

use super::Reading;

/// Most sockets kept of one listing; a host has 65,535 ports for each pair of addresses.
const MAX_ROWS: usize = 4 << 20;

/// The first port of Linux's default `net.ipv4.ip_local_port_range`: what a client gets.
const FIRST_EPHEMERAL: u16 = 32768;

/// One socket of a listing, before it is known who opened it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) socket: Socket,
    /// Other processes that hold it too (inherited by a child).
    pub(crate) other_pids: Vec<u32>,
}

impl Row {
    pub(crate) fn new(local: SocketAddr, remote: SocketAddr, state: TcpState) -> Self {
        Self { socket: Socket::new(local, remote, state), other_pids: Vec::new() }
    }

    fn is_held_by(&self, pid: u32) -> bool {
        self.socket.owner.as_ref().is_some_and(|owner| owner.pid == pid)
            || self.other_pids.contains(&pid)
    }
}

/// The rows of a listing with what was wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    rows: Vec<Row>,
    /// Ports of listeners that are not among the rows.
    pub(crate) listening: HashSet<u16>,
    /// Whether every listener of the process is in the listing, so that the lack of one means something.
    pub(crate) all_listeners: bool,
    /// Host figures that are not among the rows.
    pub(crate) host: HostSockets,
    pub(crate) problems: Problems,
}

impl Listing {
    pub(crate) fn push(&mut self, row: Row) {
        if self.rows.len() < MAX_ROWS {
            self.rows.push(row);
        } else {
            self.problems.add(format!("more than {MAX_ROWS} sockets: the rest is left out"));
        }
    }

    pub(crate) fn rows_mut(&mut self) -> &mut [Row] {
        &mut self.rows
    }

    /// A head without rows is a listing that went wrong: a machine that somebody looks at has sockets.
    pub(crate) fn report_empty(&mut self) {
        if self.rows.is_empty() && self.problems.is_empty() {
            self.problems.add("no TCP socket in it: was it cut, or taken with a filter?");
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The one process that holds all sockets which have an owner. Without root, `-p` names the caller's own processes
    /// only; where most established connections have no owner, that one is not what the listing is about.
    fn only_pid(&self) -> Option<u32> {
        let mut pids = self.rows.iter().filter_map(|row| row.socket.owner.as_ref()).map(|o| o.pid);
        let first = pids.next()?;
        let established = self.rows.iter().filter(|row| row.socket.state == TcpState::Established);
        let (owned, others): (Vec<_>, Vec<_>) =
            established.partition(|row| row.socket.owner.is_some());
        (pids.all(|pid| pid == first) && owned.len() >= others.len()).then_some(first)
    }

    /// Keeps the sockets of process `pid`; without one, of the only process in the listing; else all. What belongs to
    /// other processes is never taken for those of `pid`.
    pub(crate) fn into_table(
        mut self,
        source: SocketSource,
        taken: Option<Timestamp>,
        pid: Option<u32>,
    ) -> Reading<SocketTable> {
        self.tell_directions();
        let names_owners = self.rows.iter().any(|row| row.socket.owner.is_some());
        let owned = pid.filter(|_| names_owners).or_else(|| self.only_pid());
        if let Some(pid) = pid {
            self.report_missing(pid, names_owners);
        }
        let mut host = self.host;
        for row in &self.rows {
            host.time_wait += u64::from(row.socket.state == TcpState::TimeWait);
            host.syn_recv += u64::from(row.socket.state == TcpState::SynRecv);
        }
        let rows = self.rows.into_iter().filter(|row| owned.is_none_or(|pid| row.is_held_by(pid)));
        let sockets = rows.map(|row| row.socket).collect();
        let table = SocketTable { taken, source, sockets, owned_only: owned.is_some(), host };
        Reading { value: table, problems: texts(self.problems) }
    }

    fn report_missing(&mut self, pid: u32, names_owners: bool) {
        if self.rows.is_empty() || self.rows.iter().any(|row| row.is_held_by(pid)) {
            return;
        }
        self.problems.add(if names_owners {
            format!("no socket of process {pid} in it: none is used (without root, -p names only your own processes)")
        } else {
            format!(
                "it names no processes, so all sockets are used and not only those of {pid} (take it again as root with -p)"
            )
        });
    }

    /// Incoming is what has the local port of a listener. Where no listener is known: the end that more
    /// sockets share is the server's; then a port from the ephemeral range is the client's; then the
    /// higher port is.
    fn tell_directions(&mut self) {
        let listeners = self.rows.iter().filter(|row| row.socket.state == TcpState::Listen);
        self.listening.extend(listeners.map(|row| row.socket.local.port()));
        if !self.listening.is_empty() || self.all_listeners {
            for row in &mut self.rows {
                let incoming = self.listening.contains(&row.socket.local.port());
                row.socket.direction = direction(incoming);
            }
            return;
        }
        let mut uses: HashMap<SocketAddr, u32> = HashMap::new();
        for row in &self.rows {
            for end in [row.socket.local, row.socket.remote] {
                *uses.entry(end).or_default() += 1;
            }
        }
        let count = |end: &SocketAddr| uses.get(end).copied().unwrap_or(0);
        for row in &mut self.rows {
            let Socket { local, remote, .. } = &row.socket;
            let shared = count(local).cmp(&count(remote));
            let ephemeral = |end: &SocketAddr| end.port() >= FIRST_EPHEMERAL;
            let by_range = ephemeral(remote).cmp(&ephemeral(local));
            let by_number = remote.port().cmp(&local.port());
            row.socket.direction = direction(shared.then(by_range).then(by_number).is_gt());
        }
    }
}

fn direction(incoming: bool) -> Direction {
    if incoming { Direction::Incoming } else { Direction::Outgoing }
}

pub(crate) fn texts(problems: Problems) -> Vec<String> {
    problems.into_vec().iter().map(ToString::to_string).collect()
}

/// A TCP state as `ss` (`FIN-WAIT-1`), `netstat` and `lsof` (`FIN_WAIT1`) or BSD (`FIN_WAIT_1`) spell it.
pub(crate) fn state(word: &str) -> Option<TcpState> {
    let mut letters = [0u8; 12];
    let mut used = 0;
    for byte in word.bytes().filter(|byte| !matches!(byte, b'-' | b'_')) {
        *letters.get_mut(used)? = byte.to_ascii_uppercase();
        used += 1;
    }
    Some(match &letters[..used] {
        b"ESTAB" | b"ESTABLISHED" => TcpState::Established,
        b"SYNSENT" => TcpState::SynSent,
        b"SYNRECV" | b"SYNRCVD" | b"NEWSYNRECV" => TcpState::SynRecv,
        b"FINWAIT1" => TcpState::FinWait1,
        b"FINWAIT2" => TcpState::FinWait2,
        b"TIMEWAIT" => TcpState::TimeWait,
        b"CLOSE" | b"CLOSED" | b"UNCONN" => TcpState::Close,
        b"CLOSEWAIT" => TcpState::CloseWait,
        b"LASTACK" => TcpState::LastAck,
        b"LISTEN" => TcpState::Listen,
        b"CLOSING" => TcpState::Closing,
        _ => return None,
    })
}

/// A TCP state by the kernel's number (`include/net/tcp_states.h`).
pub(crate) fn state_of_number(number: u8) -> Option<TcpState> {
    Some(match number {
        1 => TcpState::Established,
        2 => TcpState::SynSent,
        3 | 12 => TcpState::SynRecv,
        4 => TcpState::FinWait1,
        5 => TcpState::FinWait2,
        6 => TcpState::TimeWait,
        7 => TcpState::Close,
        8 => TcpState::CloseWait,
        9 => TcpState::LastAck,
        10 => TcpState::Listen,
        11 => TcpState::Closing,
        _ => return None,
    })
}

/// The running timer by the kernel's number (`idiag_timer`, column `tr` of `/proc/net/tcp`).
pub(crate) fn timer_of_number(number: u8) -> Option<Timer> {
    Some(match number {
        0 => Timer::Off,
        1 => Timer::Retransmit,
        2 => Timer::Keepalive,
        3 => Timer::TimeWait,
        4 => Timer::Probe,
        _ => return None,
    })
}

/// `1.2.3.4:80`, `[::1]:80`, `::1:80`, `*:*`, `127.0.0.53%lo:53`, `localhost:http`. A port `*` is 0.
pub(crate) fn endpoint(text: &str) -> Option<SocketAddr> {
    let (host, port) = text.rsplit_once(':')?;
    Some(address(host)?.with(port_number(port)?))
}

/// The same with a dot before the port, as BSD and macOS print it: `1.2.3.4.80`, `*.443`, `fe80::1%lo0.80`.
pub(crate) fn dotted_endpoint(text: &str) -> Option<SocketAddr> {
    let (host, port) = text.rsplit_once('.')?;
    Some(address(host)?.with(port_number(port)?))
}

struct Host(IpAddr);

impl Host {
    /// IPv4 addresses in IPv6 clothes become plain, so that both ends of a connection compare equal.
    fn with(self, port: u16) -> SocketAddr {
        SocketAddr::new(self.0.to_canonical(), port)
    }
}

fn address(host: &str) -> Option<Host> {
    let host = host.strip_prefix('[').map_or(host, |rest| rest.strip_suffix(']').unwrap_or(rest));
    let host = host.split('%').next().unwrap_or(host);
    Some(Host(match host {
        "" | "*" => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
        "ip6-localhost" | "localhost6" => IpAddr::V6(Ipv6Addr::LOCALHOST),
        _ => host.parse().ok()?,
    }))
}

/// Names that tools print where they were not told to print numbers (from IANA's registry).
const SERVICES: [(&str, u16); 16] = [
    ("ssh", 22),
    ("domain", 53),
    ("http", 80),
    ("ldap", 389),
    ("https", 443),
    ("ldaps", 636),
    ("ms-sql-s", 1433),
    ("mysql", 3306),
    ("postgresql", 5432),
    ("postgres", 5432),
    ("amqp", 5672),
    ("redis", 6379),
    ("http-alt", 8080),
    ("webcache", 8080),
    ("https-alt", 8443),
    ("mongodb", 27017),
];

fn port_number(text: &str) -> Option<u16> {
    if text == "*" {
        return Some(0);
    }
    let known = || SERVICES.iter().find(|(name, _)| *name == text).map(|&(_, port)| port);
    text.parse().ok().or_else(known)
}

/// A process by number and name.
pub(crate) fn owner(pid: u32, command: &str) -> Owner {
    Owner { pid, command: (!command.is_empty()).then(|| command.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_in_all_spellings() {
        let check = |text, expect: &str| {
            assert_eq!(endpoint(text), Some(expect.parse().unwrap()), "{text}");
        };
        check("127.0.0.1:80", "127.0.0.1:80");
        check("[::1]:80", "[::1]:80");
        check("::1:80", "[::1]:80");
        check("*:*", "0.0.0.0:0");
        check(":::22", "[::]:22");
        check("[::ffff:10.0.0.1]:8080", "10.0.0.1:8080");
        check("::ffff:10.0.0.1:8080", "10.0.0.1:8080");
        check("127.0.0.53%lo:53", "127.0.0.53:53");
        check("[fe80::1%eth0]:546", "[fe80::1]:546");
        check("localhost:https", "127.0.0.1:443");
        assert_eq!(dotted_endpoint("10.0.0.1.443"), Some("10.0.0.1:443".parse().unwrap()));
        assert_eq!(dotted_endpoint("*.*"), Some("0.0.0.0:0".parse().unwrap()));
        assert_eq!(endpoint("db.example:5432"), None);
    }

    fn connection(local: &str, remote: &str) -> Row {
        Row::new(local.parse().unwrap(), remote.parse().unwrap(), TcpState::Established)
    }

    fn directions(listing: Listing) -> Vec<Direction> {
        let table = listing.into_table(SocketSource::Ss, None, None).value;
        table.sockets.iter().map(|socket| socket.direction).collect()
    }

    #[test]
    fn without_listeners_the_shared_end_is_the_server() {
        let mut listing = Listing::default();
        listing.push(connection("10.0.0.1:40000", "10.0.0.2:50000"));
        listing.push(connection("10.0.0.1:40000", "10.0.0.3:1024"));
        listing.push(connection("10.0.0.1:50001", "10.0.0.9:5432"));
        use Direction::{Incoming, Outgoing};
        assert_eq!(directions(listing), [Incoming, Incoming, Outgoing]);
    }

    #[test]
    fn a_listener_decides() {
        let mut listing = Listing::default();
        listing.push(Row::new(
            "0.0.0.0:50000".parse().unwrap(),
            "0.0.0.0:0".parse().unwrap(),
            TcpState::Listen,
        ));
        listing.push(connection("10.0.0.1:50000", "10.0.0.2:1024"));
        listing.push(connection("10.0.0.1:443", "10.0.0.2:50001"));
        use Direction::{Incoming, Outgoing};
        assert_eq!(directions(listing), [Incoming, Incoming, Outgoing]);
    }
}
