//! The TCP sockets of a process, from its own network namespace.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use plumb_case::host::proc_net;
use plumb_case::host::sockets::{SocketRecord, SocketsHeader};
use plumb_evidence::socket::Socket;

use super::{path, sock_diag, socket_inodes};
use crate::http::in_namespace;

/// Kernel numbers of TCP states (`include/net/tcp_states.h`).
const TCP_SYN_RECV: u8 = 3;
const TCP_TIME_WAIT: u8 = 6;
const TCP_LISTEN: u8 = 10;
const TCP_NEW_SYN_RECV: u8 = 12;

/// The sockets of one process at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// First line of the record.
    pub(crate) header: SocketsHeader,
    /// The process's sockets.
    pub(crate) sockets: Vec<SocketRecord>,
}

impl Table {
    /// Addresses the process listens on.
    pub(crate) fn listening(&self) -> impl Iterator<Item = SocketAddr> {
        self.sockets.iter().filter(|socket| socket.state == TCP_LISTEN).map(|socket| socket.local)
    }
}

/// Reads the sockets of a process again and again.
#[derive(Debug)]
pub(crate) struct SocketReader {
    pid: u32,
    namespace: Option<Arc<OwnedFd>>,
}

impl SocketReader {
    /// For a process, with its network namespace if that is not ours.
    pub(crate) fn new(pid: u32, namespace: Option<Arc<OwnedFd>>) -> Self {
        Self { pid, namespace }
    }

    /// The sockets of the process, without the ends of `ours`: connections of plumb (local, remote).
    ///
    /// # Errors
    /// If neither the kernel's socket diagnosis nor `/proc/PID/net` can be read, or the process's descriptors cannot.
    pub(crate) fn read(&self, ours: &[(SocketAddr, SocketAddr)]) -> io::Result<Table> {
        let inodes: HashSet<u64> = socket_inodes(self.pid)?.collect();
        let (source, all) = match self.diagnose() {
            Ok(sockets) => ("sock_diag", sockets),
            Err(_) => ("proc_net", self.read_proc_net()?),
        };
        let count = |states: &[u8]| all.iter().filter(|s| states.contains(&s.state)).count() as u64;
        let mut header = SocketsHeader {
            source: source.to_owned(),
            owned_only: true,
            listening: Vec::new(),
            time_wait: count(&[TCP_TIME_WAIT]),
            syn_recv: count(&[TCP_SYN_RECV, TCP_NEW_SYN_RECV]),
        };
        let is_ours = |s: &SocketRecord| ours.iter().any(|&(local, remote)| same(s, remote, local));
        let mut sockets: Vec<SocketRecord> = all
            .into_iter()
            .filter(|socket| socket.ino != 0 && inodes.contains(&socket.ino) && !is_ours(socket))
            .collect();
        sockets.iter_mut().for_each(|socket| socket.pid = Some(self.pid));
        let listeners = sockets.iter().filter(|socket| socket.state == TCP_LISTEN);
        header.listening = listeners.map(|socket| socket.local.port()).collect();
        header.listening.sort_unstable();
        header.listening.dedup();
        Ok(Table { header, sockets })
    }

    fn diagnose(&self) -> io::Result<Vec<SocketRecord>> {
        match &self.namespace {
            Some(namespace) => in_namespace(namespace, sock_diag::tcp_sockets)?,
            None => sock_diag::tcp_sockets(),
        }
    }

    /// `/proc/PID/net` shows the process's own namespace without entering it.
    fn read_proc_net(&self) -> io::Result<Vec<SocketRecord>> {
        let mut text = fs::read_to_string(path(self.pid, "net/tcp"))?;
        // Absent where IPv6 is switched off.
        text.push_str(&fs::read_to_string(path(self.pid, "net/tcp6")).unwrap_or_default());
        Ok(proc_net::read(&text, None).value.sockets.iter().map(record).collect())
    }
}

/// All sockets of our own namespace, for finding owners.
pub(super) fn all_sockets() -> io::Result<Vec<SocketRecord>> {
    sock_diag::tcp_sockets()
        .or_else(|_| SocketReader::new(std::process::id(), None).read_proc_net())
}

pub(super) fn same(socket: &SocketRecord, local: SocketAddr, remote: SocketAddr) -> bool {
    let canonical = |end: SocketAddr| SocketAddr::new(end.ip().to_canonical(), end.port());
    socket.local == canonical(local) && socket.remote == canonical(remote)
}

/// The variants of both enumerations stand in the order of the kernel's numbers.
fn record(socket: &Socket) -> SocketRecord {
    SocketRecord {
        local: socket.local,
        remote: socket.remote,
        state: socket.state as u8 + 1,
        rq: socket.recv_queue,
        sq: socket.send_queue,
        timer: socket.timer.map(|timer| timer as u8),
        probes: socket.unanswered_probes,
        ino: socket.inode,
        pid: None,
        lastrcv: None,
        lastsnd: None,
        segs_in: None,
        segs_out: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn both_interfaces_agree_on_our_sockets() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (_server, _) = listener.accept().unwrap();
        let reader = SocketReader::new(std::process::id(), None);
        let ours = (client.local_addr().unwrap(), client.peer_addr().unwrap());
        let plain = |s: &SocketRecord| (s.local, s.remote, s.state, s.ino, s.timer, s.rq);
        let both = [reader.diagnose().unwrap(), reader.read_proc_net().unwrap()];
        let mine = both.map(|all| {
            // Another connection of this machine may have the same port at one end.
            let found = all.iter().filter(|s| same(s, ours.0, ours.1) || same(s, ours.1, ours.0));
            let mut found: Vec<_> = found.map(plain).collect();
            found.sort_by_key(|found| found.0);
            found
        });
        assert_eq!(mine[0].len(), 2);
        assert_eq!(mine[0], mine[1]);
    }

    #[test]
    fn the_far_end_of_our_own_connection_is_left_out() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (_server, _) = listener.accept().unwrap();
        let ours = (client.local_addr().unwrap(), client.peer_addr().unwrap());
        let reader = SocketReader::new(std::process::id(), None);
        let has_far_end = |table: &Table| table.sockets.iter().any(|s| same(s, ours.1, ours.0));
        let all = reader.read(&[]).unwrap();
        assert!(has_far_end(&all));
        assert!(all.header.listening.contains(&ours.1.port()));
        assert!(!has_far_end(&reader.read(&[ours]).unwrap()));
    }
}
