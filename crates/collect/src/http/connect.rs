//! TCP connections: made inside a network namespace if need be, and remembered, so that plumb's own
//! sockets can be told from the target's.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
};

use crate::options::Stop;

/// The share of the remaining time that one of several addresses may take: half, so that a first address
/// that swallows packets leaves time for the next.
const SHARE_OF_TIME: u32 = 2;

/// How often a connection that waits for an answer looks whether it is to stop.
const STOP_INTERVAL: Duration = Duration::from_millis(200);

/// Local and remote ends of the connections a client has made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connections(Arc<Mutex<Vec<(SocketAddr, SocketAddr)>>>);

impl Connections {
    /// (local, remote) of each.
    pub(crate) fn list(&self) -> Vec<(SocketAddr, SocketAddr)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, stream: &TcpStream) {
        if let (Ok(local), Ok(remote)) = (stream.local_addr(), stream.peer_addr()) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push((local, remote));
        }
    }
}

/// Why no address of a host could be connected to.
#[derive(Debug)]
pub(super) struct ConnectFailure {
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) source: io::Error,
}

impl fmt::Display for ConnectFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot connect to {:?}: {}", self.addresses, self.source)
    }
}

impl std::error::Error for ConnectFailure {}

/// Opens TCP connections, in another network namespace if one is given.
#[derive(Clone, Debug)]
pub(super) struct TcpConnector {
    namespace: Option<Arc<OwnedFd>>,
    connections: Connections,
    stop: Stop,
}

impl TcpConnector {
    pub(super) fn new(
        namespace: Option<Arc<OwnedFd>>,
        connections: Connections,
        stop: Stop,
    ) -> Self {
        Self { namespace, connections, stop }
    }

    /// A connection to one of `addresses`.
    pub(super) fn open(
        &self,
        addresses: &[SocketAddr],
        details: &ConnectionDetails<'_>,
    ) -> Result<TcpTransport, Error> {
        let limit = details.timeout.not_zero().map_or(Duration::from_secs(60), |limit| *limit);
        let stream = self
            .connect_any(addresses, limit)
            .map_err(|failure| Error::Other(Box::new(failure)))?;
        stream.set_nodelay(true)?;
        self.connections.add(&stream);
        let buffers = LazyBuffers::new(
            details.config.input_buffer_size(),
            details.config.output_buffer_size(),
        );
        Ok(TcpTransport { stream, buffers, stop: self.stop.clone() })
    }

    fn connect_any(
        &self,
        addresses: &[SocketAddr],
        limit: Duration,
    ) -> Result<TcpStream, ConnectFailure> {
        let deadline = Instant::now() + limit;
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for (position, address) in addresses.iter().enumerate() {
            let left = deadline.saturating_duration_since(Instant::now());
            let is_last = position + 1 == addresses.len();
            let share = if is_last { left } else { left / SHARE_OF_TIME };
            match self.connect_one(*address, share.max(Duration::from_millis(10))) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(ConnectFailure { addresses: addresses.to_vec(), source: last })
    }

    fn connect_one(&self, address: SocketAddr, limit: Duration) -> io::Result<TcpStream> {
        let Some(namespace) = &self.namespace else {
            return TcpStream::connect_timeout(&address, limit);
        };
        in_namespace(namespace, || TcpStream::connect_timeout(&address, limit))?
    }
}

/// Runs `work` on a thread that has entered a network namespace. Sockets made there stay in it.
pub(crate) fn in_namespace<T: Send>(
    namespace: &OwnedFd,
    work: impl FnOnce() -> T + Send,
) -> io::Result<T> {
    let entered = || {
        move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))?;
        Ok(work())
    };
    std::thread::scope(|scope| match scope.spawn(entered).join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

impl<In: Transport> Connector<In> for TcpConnector {
    type Out = Either<In, TcpTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        // A proxy connector before this one has connected already.
        if let Some(transport) = chained {
            return Ok(Some(Either::A(transport)));
        }
        Ok(Some(Either::B(self.open(&details.addrs, details)?)))
    }
}

/// A TCP connection as ureq wants it.
#[derive(Debug)]
pub(super) struct TcpTransport {
    stream: TcpStream,
    buffers: LazyBuffers,
    stop: Stop,
}

impl TcpTransport {
    /// Sends bytes that are not in the output buffer.
    pub(super) fn send(&mut self, bytes: &[u8], timeout: &NextTimeout) -> Result<(), Error> {
        self.stream.set_write_timeout(limit(timeout))?;
        (&self.stream).write_all(bytes).map_err(|error| timed(error, timeout))
    }
}

impl Transport for TcpTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.set_write_timeout(limit(&timeout))?;
        let output = &self.buffers.output()[..amount];
        (&self.stream).write_all(output).map_err(|error| timed(error, &timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let deadline = limit(&timeout).map(|limit| Instant::now() + limit);
        let amount = loop {
            let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
            let slice = left.map_or(STOP_INTERVAL, |left| left.min(STOP_INTERVAL));
            self.stream.set_read_timeout(Some(slice.max(Duration::from_millis(1))))?;
            match (&self.stream).read(self.buffers.input_append_buf()) {
                Ok(amount) => break amount,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if !is_timeout(&error) => return Err(Error::Io(error)),
                Err(_) if self.stop.is_set() => {
                    return Err(Error::Io(io::ErrorKind::Interrupted.into()));
                }
                Err(_) if left.is_some_and(|left| left.is_zero()) => {
                    return Err(Error::Timeout(timeout.reason));
                }
                Err(_) => {}
            }
        };
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        let mut byte = [0];
        let probe = self.stream.set_nonblocking(true).and_then(|()| self.stream.peek(&mut byte));
        let idle = matches!(probe, Err(error) if error.kind() == io::ErrorKind::WouldBlock);
        idle && self.stream.set_nonblocking(false).is_ok()
    }
}

fn limit(timeout: &NextTimeout) -> Option<Duration> {
    timeout.not_zero().map(|limit| *limit)
}

fn timed(error: io::Error, timeout: &NextTimeout) -> Error {
    if is_timeout(&error) { Error::Timeout(timeout.reason) } else { Error::Io(error) }
}

/// The kernel reports an expired socket timeout as either.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
