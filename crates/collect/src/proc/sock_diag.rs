//! The kernel's socket diagnosis over netlink (sock_diag(7)), spoken by hand: one request, one kind of answer.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use rustix::net::netlink::SOCK_DIAG;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

use plumb_case::host::sockets::SocketRecord;

/// Netlink: `include/uapi/linux/netlink.h`.
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const NLM_F_REQUEST_DUMP: u16 = 0x1 | 0x300;
const HEADER: usize = 16;

/// `include/uapi/linux/sock_diag.h`, `inet_diag.h`.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const INET_DIAG_INFO: u16 = 2;
const REQUEST: usize = 56;
const MESSAGE: usize = 72;
const IPPROTO_TCP: u8 = 6;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;

/// `idiag_timer`, with which `idiag_retrans` counts probes (`inet_csk_diag_fill` in `net/ipv4/inet_diag.c`).
const TIMER_KEEPALIVE: u8 = 2;
const TIMER_PROBE: u8 = 4;

/// Offsets in `struct tcp_info` (`include/uapi/linux/tcp.h`), which only ever grows at its end.
const LAST_DATA_SENT: usize = 44;
const LAST_DATA_RECV: usize = 52;
const DATA_SEGS_IN: usize = 152;
const DATA_SEGS_OUT: usize = 156;

/// The kernel fills at most 32 KiB at a time unless asked for more.
const BUFFER: usize = 256 << 10;

/// All TCP sockets of the calling thread's network namespace, both families.
///
/// # Errors
/// If the kernel does not offer the interface (no `tcp_diag` module, gVisor) or refuses.
pub(super) fn tcp_sockets() -> io::Result<Vec<SocketRecord>> {
    let mut sockets = Vec::new();
    for family in [AF_INET, AF_INET6] {
        dump(family, &mut sockets)?;
    }
    Ok(sockets)
}

fn dump(family: u8, sockets: &mut Vec<SocketRecord>) -> io::Result<()> {
    let socket = rustix::net::socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        Some(SOCK_DIAG),
    )?;
    rustix::net::send(&socket, &request(family), SendFlags::empty())?;
    let mut buffer = vec![0; BUFFER];
    loop {
        let (length, _) = rustix::net::recv(&socket, &mut buffer[..], RecvFlags::empty())?;
        if length == 0 || !read_messages(&buffer[..length.min(BUFFER)], sockets)? {
            return Ok(());
        }
    }
}

/// `nlmsghdr` and `inet_diag_req_v2`: all states, with `tcp_info`.
fn request(family: u8) -> [u8; HEADER + REQUEST] {
    let mut bytes = [0; HEADER + REQUEST];
    bytes[0..4].copy_from_slice(&((HEADER + REQUEST) as u32).to_ne_bytes());
    bytes[4..6].copy_from_slice(&SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes[6..8].copy_from_slice(&NLM_F_REQUEST_DUMP.to_ne_bytes());
    bytes[16] = family;
    bytes[17] = IPPROTO_TCP;
    bytes[18] = 1 << (INET_DIAG_INFO - 1);
    bytes[20..24].copy_from_slice(&u32::MAX.to_ne_bytes());
    bytes
}

/// Reads the messages of one datagram; false after the last one.
fn read_messages(mut bytes: &[u8], sockets: &mut Vec<SocketRecord>) -> io::Result<bool> {
    while bytes.len() >= HEADER {
        let length = u32_at(bytes, 0).unwrap_or(0) as usize;
        let Some(message) = bytes.get(..length).filter(|message| message.len() >= HEADER) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "malformed netlink message"));
        };
        match u16_at(message, 4) {
            Some(NLMSG_DONE) => return Ok(false),
            Some(NLMSG_ERROR) => {
                let code = u32_at(message, HEADER).unwrap_or(0) as i32;
                return Err(io::Error::from_raw_os_error(code.wrapping_neg()));
            }
            Some(SOCK_DIAG_BY_FAMILY) => sockets.extend(read_socket(&message[HEADER..])),
            _ => {}
        }
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(true)
}

/// `inet_diag_msg` and its attributes.
fn read_socket(message: &[u8]) -> Option<SocketRecord> {
    let head = message.get(..MESSAGE)?;
    let mut record = SocketRecord {
        local: endpoint(head, 4, 8)?,
        remote: endpoint(head, 6, 24)?,
        state: head[1],
        rq: u32_at(head, 56)?.into(),
        sq: u32_at(head, 60)?.into(),
        timer: Some(head[2]),
        probes: matches!(head[2], TIMER_KEEPALIVE | TIMER_PROBE).then(|| head[3].into()),
        ino: u32_at(head, 68)?.into(),
        pid: None,
        lastrcv: None,
        lastsnd: None,
        segs_in: None,
        segs_out: None,
    };
    let mut attributes = &message[MESSAGE..];
    while let (Some(length), Some(kind)) = (u16_at(attributes, 0), u16_at(attributes, 2)) {
        let length = usize::from(length);
        let Some(value) = attributes.get(4..length) else { break };
        if kind == INET_DIAG_INFO {
            let number = |at| u32_at(value, at).map(u64::from);
            record.lastsnd = number(LAST_DATA_SENT);
            record.lastrcv = number(LAST_DATA_RECV);
            record.segs_in = number(DATA_SEGS_IN);
            record.segs_out = number(DATA_SEGS_OUT);
        }
        attributes = attributes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(record)
}

/// A port in network order and an address of the message's family; IPv4 within IPv6 becomes IPv4.
fn endpoint(head: &[u8], port: usize, address: usize) -> Option<SocketAddr> {
    let port = u16::from_be_bytes(head.get(port..port + 2)?.try_into().ok()?);
    let bytes: [u8; 16] = head.get(address..address + 16)?.try_into().ok()?;
    let ip: IpAddr = match head[0] {
        AF_INET => Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3]).into(),
        _ => Ipv6Addr::from(bytes).into(),
    };
    Some(SocketAddr::new(ip.to_canonical(), port))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    #[test]
    fn a_connection_shows_state_queues_times_and_segments() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        client.write_all(b"question").unwrap();
        server.read_exact(&mut [0; 8]).unwrap();
        server.write_all(b"unread").unwrap();
        std::thread::sleep(Duration::from_millis(60));
        let sockets = tcp_sockets().unwrap();
        // Other connections of the machine may share the port.
        let ends = (client.local_addr().unwrap(), server.local_addr().unwrap());
        let found = sockets.iter().find(|s| (s.local, s.remote) == ends && s.state == 1).unwrap();
        assert_eq!(
            (found.rq, found.timer, found.segs_out, found.segs_in),
            (6, Some(0), Some(1), Some(1))
        );
        assert!(found.lastrcv.unwrap() >= 40 && found.lastrcv.unwrap() < 10_000);
        assert!(found.ino != 0);
        let listening =
            sockets.iter().find(|s| s.local == listener.local_addr().unwrap() && s.state == 10);
        assert!(listening.is_some());
    }

    #[test]
    fn damaged_messages_end_the_reading() {
        for length in 0..HEADER + MESSAGE + 8 {
            let mut bytes = request(AF_INET).to_vec();
            bytes.resize(length.max(HEADER), 0xff);
            bytes.truncate(length);
            let _ = read_messages(&bytes, &mut Vec::new());
            let _ = read_socket(&bytes);
        }
    }
}
