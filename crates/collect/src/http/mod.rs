//! The HTTP client: one keep-alive connection to a target, bounded bodies, credentials that stay where
//! they belong.

mod certificate;
mod connect;
mod credentials;
mod dns;
mod fault;
mod forward;
mod proxy;
mod resolve;
mod secure;
mod tls;
mod trust;

use std::io::Read;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ureq::http::{HeaderMap, StatusCode, header};
use ureq::unversioned::transport::{ConnectProxyConnector, Connector, SocksConnector};
use url::Url;

use crate::CollectError;
use crate::error::{ProxyFault, Through};
use crate::options::Stop;
use crate::target::{PprofUrl, is_loopback};

pub(crate) use connect::{Connections, in_namespace};
use credentials::Credentials;
pub use credentials::{Bearer, Secret};

/// Redirects followed for one request: a login dance takes two or three, a loop never ends.
const MAX_REDIRECTS: u32 = 5;

/// Headers in which an answer tells who gave or passed it: RFC 9110 (10.2.4, 7.6.3), RFC 9209, and older proxies.
const AUTHOR_HEADERS: [&str; 4] = ["Server", "Via", "Proxy-Status", "Proxy-Agent"];

/// Most characters quoted of each.
const AUTHOR_MAX: usize = 80;

/// How often a request is repeated whose answer broke off.
const ATTEMPTS: u32 = 2;

/// How to speak to targets over HTTP.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// A bearer token.
    pub bearer: Option<Bearer>,
    /// User and password.
    pub basic: Option<(String, Secret)>,
    /// Further headers, name and value. All count as credentials: they stay with the target's own origin.
    pub headers: Vec<(String, Secret)>,
    /// Client certificate chain and its key, PEM files (`--cert`, `--key`). The key may be in the first file.
    pub client_certificate: Option<(PathBuf, PathBuf)>,
    /// A PEM file with further root certificates, or certificates of servers that sign for themselves.
    pub ca_file: Option<PathBuf>,
    /// Accept any server certificate.
    pub insecure: bool,
    /// Proxy URL (`http`, `https`, `socks5`, `socks5h`); none = as the environment says.
    pub proxy: Option<String>,
    /// Send credentials over plain HTTP to other machines.
    pub allow_plaintext_credentials: bool,
    /// Limit for resolving and connecting.
    pub connect_timeout: Duration,
    /// Limit for a whole request.
    pub request_timeout: Duration,
    /// Most bytes of one answer.
    pub max_body: u64,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            bearer: None,
            basic: None,
            headers: Vec::new(),
            client_certificate: None,
            ca_file: None,
            insecure: false,
            proxy: None,
            allow_plaintext_credentials: false,
            connect_timeout: Duration::from_secs(5),
            // `heap?gc=1` on 1 GiB takes 4 s, `debug=2` at 100,000 goroutines 15 s (DESIGN.md §4).
            request_timeout: Duration::from_secs(60),
            // The runtime itself cuts `debug=2` at 64 MiB.
            max_body: 128 << 20,
        }
    }
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The URL it came from, after redirects.
    pub(crate) url: Url,
    /// Where redirects led here from.
    pub(crate) from: Option<Url>,
    /// Whether credentials were sent with the request.
    pub(crate) credentials: Sent,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The proxy that forwarded the request.
    pub(crate) forwarder: Option<String>,
    pub(crate) body: Vec<u8>,
    /// When the request was sent.
    pub(crate) taken: Timestamp,
    /// From sending the request to the last byte.
    pub(crate) elapsed: Duration,
}

/// What became of the user's credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// There are none.
    NoneGiven,
    /// They went with the request.
    Yes,
    /// They are for the host that the user named; a redirect led to another.
    Withheld,
}

impl Reply {
    /// The URL as errors name it.
    pub(crate) fn label(&self) -> String {
        label(&self.url, self.from.as_ref())
    }

    pub(crate) fn redirected(&self) -> bool {
        self.from.is_some()
    }

    /// The proxy that may have answered itself, and what the answer tells of its author.
    pub(crate) fn through(&self) -> Option<Through> {
        let proxy = self.forwarder.clone()?;
        let header = |name: &str| {
            let value = self.headers.get(name)?.to_str().ok()?;
            Some(format!("{name}: {}", value.chars().take(AUTHOR_MAX).collect::<String>()))
        };
        let told: Vec<String> = AUTHOR_HEADERS.into_iter().filter_map(header).collect();
        Some(Through { proxy, told: told.join(", ") })
    }

    pub(crate) fn content_type(&self) -> &str {
        self.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
}

/// An answer that is still coming.
pub(crate) struct Stream {
    /// What is known of it; the body are its first bytes.
    pub(crate) reply: Reply,
    /// What follows those.
    pub(crate) rest: Box<dyn Read>,
}

/// Bytes by which an answer that is still coming is told: enough for what an error page says.
const STREAM_HEAD: u64 = 4 << 10;

/// A client for one target.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    agent: ureq::Agent,
    origin: Url,
    credentials: Credentials,
    connections: Connections,
    options: HttpOptions,
    /// Nothing leaves this machine.
    local: bool,
    /// The proxy without its user and password.
    proxy: Option<String>,
    /// Whether it is one that forwards requests without TLS.
    proxy_forwards: bool,
}

impl Client {
    /// A client for `target`. Nothing is sent yet.
    pub(crate) fn new(
        target: &PprofUrl,
        options: &HttpOptions,
        stop: &Stop,
    ) -> Result<Self, CollectError> {
        Self::build(target, options, stop, None, target.is_loopback())
    }

    /// A client for a process of this machine, whatever address it listens on: nothing leaves the machine. With a
    /// network namespace, connections are made inside it.
    pub(crate) fn on_this_machine(
        target: &PprofUrl,
        options: &HttpOptions,
        stop: &Stop,
        namespace: Option<Arc<OwnedFd>>,
    ) -> Result<Self, CollectError> {
        Self::build(target, options, stop, namespace, true)
    }

    fn build(
        target: &PprofUrl,
        options: &HttpOptions,
        stop: &Stop,
        namespace: Option<Arc<OwnedFd>>,
        local: bool,
    ) -> Result<Self, CollectError> {
        let proxy = proxy::choose(target, options, local)?;
        let proxy_name = proxy.as_ref().map(proxy::name);
        let proxy_forwards = proxy.as_ref().is_some_and(forward::is_for_plain_requests);
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(1)
            .max_idle_connections_per_host(1)
            // Longer than any schedule's pauses: the point is to use one connection throughout.
            .max_idle_age(Duration::from_secs(600))
            .timeout_connect(Some(options.connect_timeout))
            .timeout_resolve(Some(options.connect_timeout))
            .user_agent(concat!("plumb/", env!("CARGO_PKG_VERSION")))
            .proxy(proxy)
            .build();
        let connections = Connections::default();
        let tcp = connect::TcpConnector::new(namespace, connections.clone(), stop.clone());
        let connector =
            ().chain(forward::ForwardConnector(tcp.clone()))
                .chain(SocksConnector::default())
                .chain(ConnectProxyConnector::default())
                .chain(tcp)
                .chain(secure::SecureConnector(tls::config(target, options)?));
        let agent = ureq::Agent::with_parts(config, connector, resolve::SystemResolver);
        let credentials = Credentials::new(target, options)?;
        let origin = target.origin().clone();
        Ok(Self {
            agent,
            origin,
            credentials,
            connections,
            options: options.clone(),
            local,
            proxy: proxy_name,
            proxy_forwards,
        })
    }

    /// Changes the limit for a whole request.
    pub(crate) fn set_timeout(&mut self, limit: Duration) {
        self.options.request_timeout = limit;
    }

    /// Local and remote addresses of the connections made so far.
    pub(crate) fn connections(&self) -> &Connections {
        &self.connections
    }

    /// The latest connection (local, remote) if both ends are on this machine.
    pub(crate) fn connection_within_machine(&self) -> Option<(SocketAddr, SocketAddr)> {
        let (local, remote) = self.connections.list().pop().filter(|_| self.proxy.is_none())?;
        (remote.ip().is_loopback() || remote.ip() == local.ip()).then_some((local, remote))
    }

    /// The URL of a path on the target.
    pub(crate) fn url(&self, path_and_query: &str) -> Url {
        self.origin.join(path_and_query).unwrap_or_else(|_| self.origin.clone())
    }

    /// Fetches a path of the target, following redirects.
    ///
    /// # Errors
    /// Whatever keeps an HTTP answer from arriving whole. A status other than 200 is no error here.
    pub(crate) fn get(&self, path_and_query: &str, accept: &str) -> Result<Reply, CollectError> {
        let mut attempt = 1;
        loop {
            match self.follow(self.url(path_and_query), accept) {
                // An idle connection that the server just closed looks like a broken answer.
                Err(error) if error.is_transient() && attempt < ATTEMPTS => attempt += 1,
                other => return other,
            }
        }
    }

    fn follow(&self, start: Url, accept: &str) -> Result<Reply, CollectError> {
        let mut url = start.clone();
        for _ in 0..=MAX_REDIRECTS {
            let reply = self.once(&url, Some(&start).filter(|start| **start != url), accept)?;
            let Some(next) = redirect_target(&reply)? else { return Ok(reply) };
            url = next;
        }
        let why = format!("more than {MAX_REDIRECTS} redirects, the last one to {url}");
        Err(CollectError::Redirect { url: start.into(), why })
    }

    fn once(&self, url: &Url, from: Option<&Url>, accept: &str) -> Result<Reply, CollectError> {
        let (mut reply, body, start) = self.ask(url, from, accept)?;
        reply.body = self.read_body(body, url, from)?;
        reply.elapsed = start.elapsed();
        self.is_of_service(reply)
    }

    /// Asks for what takes `longer` than other answers, following redirects. The answer is read by the caller, as it comes.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(crate) fn open(
        &self,
        path_and_query: &str,
        accept: &str,
        longer: Duration,
    ) -> Result<Stream, CollectError> {
        let patient = self.patient(longer);
        let start = patient.url(path_and_query);
        let mut url = start.clone();
        for _ in 0..=MAX_REDIRECTS {
            let from = Some(&start).filter(|start| **start != url);
            let (mut reply, body, _) = patient.ask(&url, from, accept)?;
            if let Some(next) = redirect_target(&reply)? {
                url = next;
                continue;
            }
            let mut rest = body.into_with_config().limit(u64::MAX).reader();
            let read = rest.by_ref().take(STREAM_HEAD).read_to_end(&mut reply.body);
            let failed = |error: std::io::Error| {
                fault::explain(error.into(), &patient.asked(&url, from, "response"))
            };
            read.map_err(failed)?;
            let reply = patient.is_of_service(reply)?;
            return Ok(Stream { reply, rest: Box::new(rest) });
        }
        let why = format!("more than {MAX_REDIRECTS} redirects, the last one to {url}");
        Err(CollectError::Redirect { url: start.into(), why })
    }

    /// The same client with more time for an answer.
    fn patient(&self, longer: Duration) -> Self {
        let mut patient = self.clone();
        patient.options.request_timeout = patient.options.request_timeout.saturating_add(longer);
        patient
    }

    /// Sends a request; the reply has no body yet.
    fn ask(
        &self,
        url: &Url,
        from: Option<&Url>,
        accept: &str,
    ) -> Result<(Reply, ureq::Body, Instant), CollectError> {
        let mut request = self.agent.get(url.as_str()).header(header::ACCEPT, accept);
        let credentials = match (self.credentials.is_empty(), self.may_have_credentials(url)) {
            (true, _) => Sent::NoneGiven,
            (false, true) => Sent::Yes,
            (false, false) => Sent::Withheld,
        };
        if credentials == Sent::Yes {
            if url.scheme() == "http" && !self.may_send_plaintext(url) {
                return Err(CollectError::PlaintextCredentials { url: label(url, from) });
            }
            for (name, value) in self.credentials.iter() {
                request = request.header(name, value);
            }
        }
        let timeout = self.options.request_timeout;
        let request = request.config().timeout_global(Some(timeout)).build();
        let (taken, start) = (Timestamp::now(), Instant::now());
        let failed = |error| fault::explain(error, &self.asked(url, from, "response"));
        let response = request.call().map_err(failed)?;
        let (parts, body) = response.into_parts();
        let reply = Reply {
            url: url.clone(),
            from: from.cloned(),
            credentials,
            status: parts.status,
            headers: parts.headers,
            forwarder: self.forwarder(url),
            body: Vec::new(),
            taken,
            elapsed: start.elapsed(),
        };
        Ok((reply, body, start))
    }

    /// The answer, unless it is the proxy's own.
    fn is_of_service(&self, reply: Reply) -> Result<Reply, CollectError> {
        match &reply.forwarder {
            Some(proxy) if is_the_proxys(&reply) => {
                let (proxy, why) = (proxy.clone(), ProxyFault::Status(reply.status.as_u16()));
                Err(CollectError::Proxy { url: reply.label(), proxy, why })
            }
            _ => Ok(reply),
        }
    }

    /// The proxy that forwards requests for a URL and so may answer them itself; what goes through a tunnel is the
    /// server's.
    pub(crate) fn forwarder(&self, url: &Url) -> Option<String> {
        self.proxy.clone().filter(|_| self.proxy_forwards && url.scheme() == "http")
    }

    fn asked<'a>(
        &'a self,
        url: &'a Url,
        from: Option<&Url>,
        stage: &'static str,
    ) -> fault::Asked<'a> {
        let (options, proxy) = (&self.options, self.proxy.as_deref());
        fault::Asked { url, label: label(url, from), proxy, options, stage }
    }

    fn read_body(
        &self,
        body: ureq::Body,
        url: &Url,
        from: Option<&Url>,
    ) -> Result<Vec<u8>, CollectError> {
        let limit = self.options.max_body;
        let mut bytes = Vec::new();
        // One byte more than allowed tells an answer of exactly the limit from a longer one.
        let mut reader = body.into_with_config().limit(u64::MAX).reader().take(limit + 1);
        let read = reader.read_to_end(&mut bytes);
        read.map_err(|error| fault::explain(error.into(), &self.asked(url, from, "body")))?;
        if bytes.len() as u64 > limit {
            return Err(CollectError::TooLarge { url: label(url, from), limit_mib: limit >> 20 });
        }
        Ok(bytes)
    }

    /// Credentials are for the origin the user named, and for the same host over TLS.
    fn may_have_credentials(&self, url: &Url) -> bool {
        let upgrade = url.scheme() == "https" && self.origin.scheme() == "http";
        url.host() == self.origin.host() && (url.origin() == self.origin.origin() || upgrade)
    }

    fn may_send_plaintext(&self, url: &Url) -> bool {
        self.options.allow_plaintext_credentials || self.local || is_loopback(url)
    }
}

/// Whether a proxy that forwards answered itself: no server asks for 407, and Squid marks its error pages.
fn is_the_proxys(reply: &Reply) -> bool {
    let asks = reply.status == StatusCode::PROXY_AUTHENTICATION_REQUIRED;
    asks || reply.headers.contains_key("x-squid-error")
}

/// A URL as errors name it: with the one that redirects led from.
fn label(url: &Url, from: Option<&Url>) -> String {
    match from {
        Some(from) => format!("{url} (redirected from {from})"),
        None => url.to_string(),
    }
}

/// Where a reply redirects to.
fn redirect_target(reply: &Reply) -> Result<Option<Url>, CollectError> {
    let moved = matches!(reply.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    let Some(location) = reply.headers.get(header::LOCATION).filter(|_| moved) else {
        return Ok(None);
    };
    let wrong = |why: &str| CollectError::Redirect { url: reply.label(), why: why.to_owned() };
    let location = location.to_str().map_err(|_| wrong("redirect to an unreadable address"))?;
    let next = reply.url.join(location).map_err(|_| wrong("redirect to a malformed address"))?;
    if !matches!(next.scheme(), "http" | "https") {
        return Err(wrong("redirect to something other than http or https"));
    }
    Ok(Some(next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Target;

    fn client(target: &str) -> Client {
        let Ok(Target::Url(url)) = Target::parse(target) else { panic!("{target}") };
        Client::new(&url, &HttpOptions::default(), &Stop::default()).unwrap()
    }

    #[test]
    fn credentials_follow_to_the_same_host_over_tls_and_nowhere_else() {
        let may =
            |from: &str, to: &str| client(from).may_have_credentials(&Url::parse(to).unwrap());
        assert!(may("http://h:6060", "http://h:6060/x"));
        assert!(may("http://h:6060", "https://h/x"));
        assert!(may("https://h", "https://h:443/x"));
        assert!(!may("http://h:6060", "http://h:7070/x"));
        assert!(!may("http://h:6060", "https://other/x"));
        assert!(!may("https://h", "http://h/x"), "a downgrade");
        assert!(!may("https://h", "http://h:443/x"), "a downgrade");
    }

    #[test]
    fn plain_http_is_for_loopback_unless_allowed() {
        let may = |from: &str, to: &str| client(from).may_send_plaintext(&Url::parse(to).unwrap());
        assert!(may("localhost:6060", "http://localhost:6060/"));
        assert!(!may("http://h:6060", "http://h:6060/"));
    }
}
