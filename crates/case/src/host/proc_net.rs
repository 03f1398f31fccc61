//! `/proc/PID/net/tcp` and `tcp6` (`Documentation/networking/proc_net_tcp.rst` of Linux).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use plumb_evidence::Timestamp;
use plumb_evidence::socket::{SocketSource, SocketTable};

use super::Reading;
use super::listing::{self, Listing, Row};

/// Reads one or both files, one after the other. They name no owner: all sockets of the namespace are returned.
pub fn read(text: &str, taken: Option<Timestamp>) -> Reading<SocketTable> {
    let mut listing = Listing::default();
    for line in text.lines() {
        match parse_row(line) {
            Some(row) => listing.push(row),
            None if line.trim_start().starts_with("sl") || line.trim().is_empty() => {}
            None => listing.problems.add("a line that is no socket"),
        }
    }
    listing.into_table(SocketSource::ProcNet, taken, None)
}

/// Whether a text has the column heads of these files.
pub fn looks_like(text: &str) -> bool {
    text.lines().take(50).any(|line| {
        line.trim_start().starts_with("sl ")
            && line.contains("local_address")
            && line.contains("tr tm->when")
    })
}

/// `0: 0100007F:46A1 0100007F:DC00 01 00000000:00000000 02:0000049A 00000000     0        0 60291 2 …`
fn parse_row(line: &str) -> Option<Row> {
    let mut words = line.split_whitespace();
    words.next()?.strip_suffix(':')?;
    let local = endpoint(words.next()?)?;
    let remote = endpoint(words.next()?)?;
    let state = listing::state_of_number(u8::from_str_radix(words.next()?, 16).ok()?)?;
    let (send_queue, recv_queue) = words.next()?.split_once(':')?;
    let (timer, _) = words.next()?.split_once(':')?;
    let probes = words.nth(2)?;
    let inode = words.next()?;
    let mut row = Row::new(local, remote, state);
    row.socket.send_queue = u64::from_str_radix(send_queue, 16).ok()?;
    row.socket.recv_queue = u64::from_str_radix(recv_queue, 16).ok()?;
    row.socket.timer = listing::timer_of_number(u8::from_str_radix(timer, 16).ok()?);
    row.socket.unanswered_probes = probes.parse().ok();
    row.socket.inode = inode.parse().ok()?;
    Some(row)
}

/// Addresses are 32-bit words in the byte order of the machine, which is little-endian wherever Go's Linux ports
/// matter here; ports are in network order.
fn endpoint(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| {
        let word = address.get(at..at + 8)?;
        Some(u32::from_str_radix(word, 16).ok()?.swap_bytes())
    };
    let ip = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from_bits(word(0)?)),
        32 => {
            let mut bits = 0;
            for at in [0, 8, 16, 24] {
                bits = bits << 32 | u128::from(word(at)?);
            }
            IpAddr::V6(Ipv6Addr::from_bits(bits))
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip.to_canonical(), port))
}
