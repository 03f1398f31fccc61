//! Finds the profiles of a process among the ports it listens on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use crate::CollectError;
use crate::error::HOW_TO_REGISTER;
use crate::http::Client;
use crate::options::CaptureOptions;
use crate::pprof::Endpoint;
use crate::target::PprofUrl;

/// Ports asked at most; a service that listens on more is not looking for its debug port.
const MAX_PORTS: usize = 16;

/// A port that serves profiles answers its index page in milliseconds; one that speaks another protocol may
/// stay silent.
const PROBE_TIMEOUT: Duration = Duration::from_millis(1500);

/// The port that Go's documentation of pprof uses.
const CUSTOMARY_PORT: u16 = 6060;

/// The endpoint among `listening`, asked inside `namespace`; or why there is none and what to do.
pub(crate) fn find(
    listening: &[SocketAddr],
    namespace: Option<Arc<OwnedFd>>,
    options: &CaptureOptions,
) -> Result<Endpoint, String> {
    let addresses = candidates(listening);
    let results: Vec<_> = std::thread::scope(|scope| {
        let ask = |&address: &SocketAddr| {
            let namespace = namespace.clone();
            scope.spawn(move || ask(address, namespace, options))
        };
        let threads: Vec<_> = addresses.iter().map(ask).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    });
    let mut refusals = Vec::new();
    for result in results {
        match result {
            Ok(endpoint) => return Ok(endpoint),
            Err(error) => refusals.push(error),
        }
    }
    Err(why_none(&addresses, &refusals, namespace.is_some()))
}

/// Addresses to ask, likeliest first: the customary port, then those on loopback only, then the rest.
fn candidates(listening: &[SocketAddr]) -> Vec<SocketAddr> {
    let reachable = |address: &SocketAddr| {
        let ip = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            // Go's wildcard listener accepts both families; with IPv6 switched off it would be a 0.0.0.0 one.
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, address.port())
    };
    let mut sorted: Vec<_> = listening.iter().collect();
    sorted.sort_by_key(|address| {
        (address.port() != CUSTOMARY_PORT, !address.ip().is_loopback(), address.port())
    });
    let mut addresses: Vec<SocketAddr> = sorted.into_iter().map(reachable).collect();
    addresses.dedup();
    addresses.truncate(MAX_PORTS);
    addresses
}

fn ask(
    address: SocketAddr,
    namespace: Option<Arc<OwnedFd>>,
    options: &CaptureOptions,
) -> Result<Endpoint, CollectError> {
    let plain = ask_over("http", address, namespace.clone(), options);
    match plain {
        Err(CollectError::NeedsTls { .. }) => ask_over("https", address, namespace, options),
        // Other servers than Go's close the connection on plain HTTP; asking with TLS tells.
        Err(error @ CollectError::Protocol { .. }) => {
            ask_over("https", address, namespace, options).map_err(|_| error)
        }
        other => other,
    }
}

fn ask_over(
    scheme: &str,
    address: SocketAddr,
    namespace: Option<Arc<OwnedFd>>,
    options: &CaptureOptions,
) -> Result<Endpoint, CollectError> {
    let Some(url) = PprofUrl::local(address, scheme) else {
        return Err(CollectError::NotRegistered {
            url: address.to_string(),
            pid: None,
            through: None,
        });
    };
    let mut quick = options.http.clone();
    quick.connect_timeout = PROBE_TIMEOUT;
    quick.request_timeout = PROBE_TIMEOUT;
    let endpoint =
        Endpoint::probe(Client::on_this_machine(&url, &quick, &options.stop, namespace)?, &url)?;
    Ok(endpoint.with_timeout(options.http.request_timeout))
}

fn why_none(addresses: &[SocketAddr], refusals: &[CollectError], foreign: bool) -> String {
    // Where profiles seem to be, but closed to us, the user needs to know how to get in.
    let closed = refusals.iter().find(|error| {
        matches!(
            error,
            CollectError::Unauthorized { .. }
                | CollectError::Forbidden { .. }
                | CollectError::Certificate { .. }
                | CollectError::ClientCertificate { .. }
                | CollectError::HtmlPage { login: true, .. }
        )
    });
    if let Some(error) = closed {
        return format!("no profiles: {error}; {}", error.hint());
    }
    if foreign && refusals.iter().any(|error| matches!(error, CollectError::Unreachable { .. })) {
        return "no profiles: the process has a network of its own that plumb may not enter; \
            run plumb as root (CAP_SYS_ADMIN), or inside the container"
            .to_owned();
    }
    let ports: Vec<String> = addresses.iter().map(|address| address.port().to_string()).collect();
    match ports.len() {
        0 => format!("no profiles: the process listens on no TCP port; {HOW_TO_REGISTER}"),
        _ => format!("no profiles on its ports ({}); {HOW_TO_REGISTER}", ports.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::candidates;

    #[test]
    fn likely_ports_come_first_and_wildcards_become_reachable() {
        let listening = ["0.0.0.0:80", "[::]:9090", "127.0.0.1:7000", "10.0.0.1:6060"];
        let addresses = candidates(&listening.map(|text| text.parse().unwrap()));
        let texts: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["10.0.0.1:6060", "127.0.0.1:7000", "127.0.0.1:80", "[::1]:9090"]);
    }
}
