//! Host names to addresses.
//!
//! The release is a static binary. There, glibc's `getaddrinfo` would load whatever modules the
//! machine's `nsswitch.conf` names, built for another glibc; in an empty root it also fails for
//! `localhost`. So static builds use plumb's own resolver (`/etc/hosts`, `/etc/resolv.conf`, DNS), and all
//! builds answer addresses and `localhost` themselves.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::dns;
use crate::target::is_localhost;

/// Most addresses of one host that are tried; ureq's own limit is 16.
const MAX_ADDRESSES: usize = 16;

/// Limit where the caller sets none.
const DEFAULT_LIMIT: Duration = Duration::from_secs(10);

/// Why a name has no address.
#[derive(Debug)]
pub(super) struct ResolveFailure {
    pub(super) host: String,
    pub(super) why: String,
}

impl fmt::Display for ResolveFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no address for {}: {}", self.host, self.why)
    }
}

impl std::error::Error for ResolveFailure {}

/// Resolves as the machine is configured to.
#[derive(Debug)]
pub(super) struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let port = uri.port_u16().unwrap_or(match uri.scheme_str() {
            Some("https") => 443,
            Some(scheme) if scheme.starts_with("socks") => 1080,
            _ => 80,
        });
        let limit = timeout.not_zero().map_or(DEFAULT_LIMIT, |limit| *limit);
        let addresses = addresses(host, limit)
            .map_err(|why| Error::Other(Box::new(ResolveFailure { host: host.to_owned(), why })))?;
        let mut resolved = self.empty();
        for address in addresses.into_iter().take(MAX_ADDRESSES) {
            resolved.push(SocketAddr::new(address, port));
        }
        Ok(resolved)
    }
}

/// At least one address, or why there is none.
fn addresses(host: &str, limit: Duration) -> Result<Vec<IpAddr>, String> {
    if let Ok(address) = host.parse() {
        return Ok(vec![address]);
    }
    if is_localhost(host) {
        // Go's `net.Listen("tcp", "localhost:…")` prefers IPv4.
        return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
    }
    let found = if cfg!(target_feature = "crt-static") {
        dns::lookup(Path::new("/"), host, limit)?
    } else {
        with_libc(host, limit)?
    };
    if found.is_empty() { Err("the name exists, but has no address".to_owned()) } else { Ok(found) }
}

/// `getaddrinfo` has no time limit, so it runs on a thread that is left behind if it takes too long.
fn with_libc(host: &str, limit: Duration) -> Result<Vec<IpAddr>, String> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let name = host.to_owned();
    std::thread::spawn(move || {
        let found = (name.as_str(), 0).to_socket_addrs();
        // Nobody may be waiting any more.
        let _ = sender.send(found.map(|all| all.map(|a| a.ip()).collect::<Vec<_>>()));
    });
    match receiver.recv_timeout(limit) {
        Ok(Ok(mut found)) => {
            found.dedup();
            Ok(found)
        }
        Ok(Err(error)) => {
            let text = error.to_string();
            let prefix = "failed to lookup address information: ";
            Err(text.strip_prefix(prefix).unwrap_or(&text).to_lowercase())
        }
        Err(_) => Err("the resolver did not answer in time".to_owned()),
    }
}
