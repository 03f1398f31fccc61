//! The process at the other end of a connection within this machine.

use std::net::SocketAddr;
use std::path::Path;

use super::sockets::{all_sockets, same};
use super::{numbers, socket_inodes};

/// The process that holds the far end of a connection (local, remote). None if there is none in this
/// network namespace, or we may not look into it.
pub(crate) fn find_owner((local, remote): (SocketAddr, SocketAddr)) -> Option<u32> {
    let sockets = all_sockets().ok()?;
    let inode = sockets.iter().find(|socket| same(socket, remote, local))?.ino;
    let pids = numbers(Path::new("/proc")).ok()?.filter_map(|pid| u32::try_from(pid).ok());
    pids.into_iter()
        .find(|&pid| socket_inodes(pid).is_ok_and(|mut inodes| inodes.any(|other| other == inode)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn the_owner_of_our_own_socket_is_us() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (_server, _) = listener.accept().unwrap();
        let ends = (client.local_addr().unwrap(), client.peer_addr().unwrap());
        assert_eq!(find_owner(ends), Some(std::process::id()));
    }
}
