//! Plain HTTP through an HTTP proxy: the request itself goes to the proxy, with the whole URL in its first line, as
//! every proxy forwards it (RFC 9112, section 3.2.2). ureq would ask for a tunnel (CONNECT), which many proxies allow
//! to port 443 only.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ureq::http::Uri;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, NextTimeout, Transport,
};
use ureq::{Error, Proxy, ProxyProtocol};

use super::connect::{TcpConnector, TcpTransport};

/// Connects to the proxy where a request is to be forwarded; leaves everything else to the connectors after it.
#[derive(Debug)]
pub(super) struct ForwardConnector(pub(super) TcpConnector);

impl<In: Transport> Connector<In> for ForwardConnector {
    type Out = Either<In, ForwardTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        if let Some(transport) = chained {
            return Ok(Some(Either::A(transport)));
        }
        let Some(proxy) = details.config.proxy().filter(|proxy| forwards(proxy, details)) else {
            return Ok(None);
        };
        let addresses = details.resolver.resolve(proxy.uri(), details.config, details.timeout)?;
        let inner = self.0.open(&addresses, details)?;
        let lines = HeadLines::new(details.uri, proxy);
        Ok(Some(Either::B(ForwardTransport { inner, lines })))
    }
}

fn forwards(proxy: &Proxy, details: &ConnectionDetails<'_>) -> bool {
    is_for_plain_requests(proxy) && !details.needs_tls()
}

/// Whether requests without TLS are forwarded by the proxy; all others go through a tunnel.
pub(super) fn is_for_plain_requests(proxy: &Proxy) -> bool {
    proxy.protocol() == ProxyProtocol::Http
}

/// What a request's head gains.
struct HeadLines {
    /// `http://host:port`, before the path.
    origin: String,
    /// The header for the proxy, empty without a user.
    authorization: String,
}

impl HeadLines {
    fn new(target: &Uri, proxy: &Proxy) -> Self {
        let host = target.authority().map(|authority| authority.as_str()).unwrap_or_default();
        let (user, password) = (proxy.username(), proxy.password());
        let authorization = match user.or(password) {
            Some(_) => {
                let pair = format!("{}:{}", user.unwrap_or_default(), password.unwrap_or_default());
                format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(pair))
            }
            None => String::new(),
        };
        Self { origin: format!("http://{host}"), authorization }
    }

    /// The head with the whole URL in its first line; none if this is not the beginning of a request.
    fn rewrite(&self, output: &[u8]) -> Option<Vec<u8>> {
        let rest = output.strip_prefix(b"GET ").filter(|rest| rest.starts_with(b"/"))?;
        let end = rest.windows(2).position(|pair| pair == b"\r\n")? + 2;
        let parts = [b"GET ", self.origin.as_bytes(), &rest[..end], self.authorization.as_bytes()];
        Some([&parts.concat(), &rest[end..]].concat())
    }
}

/// A connection to a proxy that forwards.
pub(super) struct ForwardTransport {
    inner: TcpTransport,
    lines: HeadLines,
}

impl fmt::Debug for ForwardTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The header is a secret.
        f.debug_struct("ForwardTransport").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl Transport for ForwardTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        // A request without a body is one output: ureq's buffer is larger than any head.
        let output = &self.inner.buffers().output()[..amount];
        match self.lines.rewrite(output) {
            Some(head) => self.inner.send(&head, &timeout),
            None => self.inner.transmit_output(amount, timeout),
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_names_the_whole_url_and_the_user_is_told() {
        let target: Uri = "http://shop.test:6060/debug/pprof/".parse().unwrap();
        let head = b"GET /debug/pprof/?x HTTP/1.1\r\nhost: shop.test:6060\r\n\r\n";
        let told = |proxy: &str| {
            let lines = HeadLines::new(&target, &Proxy::new(proxy).unwrap());
            String::from_utf8(lines.rewrite(head).unwrap()).unwrap()
        };
        assert_eq!(
            told("http://proxy:3128"),
            "GET http://shop.test:6060/debug/pprof/?x HTTP/1.1\r\nhost: shop.test:6060\r\n\r\n"
        );
        // eve:secret in base64.
        assert!(told("http://eve:secret@proxy:3128").contains(
            "HTTP/1.1\r\nProxy-Authorization: Basic ZXZlOnNlY3JldA==\r\nhost: shop.test:6060"
        ));
        let lines = HeadLines::new(&target, &Proxy::new("http://proxy:3128").unwrap());
        assert_eq!(lines.rewrite(b"more"), None);
    }
}
