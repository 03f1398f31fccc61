//! What a failed request means.

use std::io;

use ureq::{Error, Timeout};
use url::Url;

use super::HttpOptions;
use super::certificate;
use super::connect::ConnectFailure;
use super::resolve::ResolveFailure;
use crate::CollectError;
use crate::error::ProxyFault;

/// The request that failed.
pub(super) struct Asked<'a> {
    pub(super) url: &'a Url,
    /// The URL as errors name it.
    pub(super) label: String,
    /// The proxy, without its user and password.
    pub(super) proxy: Option<&'a str>,
    pub(super) options: &'a HttpOptions,
    /// What failed: `response`, `body`.
    pub(super) stage: &'static str,
}

/// The error of a request, in terms of what the user can do about it.
pub(super) fn explain(error: Error, asked: &Asked<'_>) -> CollectError {
    let url = asked.label.clone();
    match error {
        Error::Timeout(reason) => asked.timeout(reason),
        Error::Io(error) => asked.io(error),
        Error::Rustls(error) => asked.tls(&error),
        Error::Other(other) => match other.downcast::<ConnectFailure>() {
            Ok(failure) => asked.connect(*failure),
            Err(other) => match other.downcast::<ResolveFailure>() {
                Ok(failure) => asked.resolve(*failure),
                Err(other) => CollectError::Protocol { url, why: other.to_string() },
            },
        },
        Error::HostNotFound => {
            let host = asked.url.host_str().unwrap_or_default().to_owned();
            CollectError::Unresolved { url, host, why: "not found".into() }
        }
        Error::ConnectProxyFailed(why) => asked.proxy_failed(refused_with(&why)),
        Error::InvalidProxyUrl => asked.proxy_failed(ProxyFault::Other("malformed URL".into())),
        Error::Tls(why) => CollectError::Tls { url, why: why.to_owned() },
        // The head was whole and the body does not end as it promised.
        other if asked.stage == "body" => CollectError::Truncated { url, why: other.to_string() },
        Error::Protocol(error) => {
            CollectError::Protocol { url, why: format!("the answer is no HTTP: {error}") }
        }
        other => CollectError::Protocol { url, why: other.to_string() },
    }
}

/// ureq tells the status of a refused CONNECT in words only: `proxy server responded 407/407`.
fn refused_with(why: &str) -> ProxyFault {
    let status = why.rsplit([' ', '/']).find_map(|word| word.parse().ok());
    status.map_or_else(|| ProxyFault::Other(why.to_owned()), ProxyFault::Status)
}

impl Asked<'_> {
    fn proxy_failed(&self, why: ProxyFault) -> CollectError {
        let proxy = self.proxy.unwrap_or("of the environment").to_owned();
        CollectError::Proxy { url: self.label.clone(), proxy, why }
    }

    fn timeout(&self, reason: Timeout) -> CollectError {
        let connecting = matches!(reason, Timeout::Connect | Timeout::Resolve);
        if connecting && self.proxy.is_some() {
            let seconds = self.options.connect_timeout.as_secs().max(1);
            return self.proxy_failed(ProxyFault::Silent(seconds));
        }
        let (limit, stage) = match connecting {
            true => (self.options.connect_timeout, "connect"),
            false => (self.options.request_timeout, self.stage),
        };
        CollectError::Timeout { url: self.label.clone(), seconds: limit.as_secs().max(1), stage }
    }

    fn resolve(&self, failure: ResolveFailure) -> CollectError {
        let ResolveFailure { host, why } = failure;
        // Unless it resolves locally (SOCKS 4), a proxy is told names: then what was looked up is its own.
        if self.proxy.is_some_and(|proxy| proxy.contains(&host)) {
            return self.proxy_failed(ProxyFault::Other(format!("no address for `{host}`: {why}")));
        }
        CollectError::Unresolved { url: self.label.clone(), host, why }
    }

    /// With a proxy, all connections are made to it.
    fn connect(&self, failure: ConnectFailure) -> CollectError {
        let addresses: Vec<String> = failure.addresses.iter().map(ToString::to_string).collect();
        let (address, url) = (addresses.join(" or "), self.label.clone());
        let seconds = self.options.connect_timeout.as_secs().max(1);
        match failure.source.kind() {
            io::ErrorKind::ConnectionRefused if self.proxy.is_some() => {
                self.proxy_failed(ProxyFault::Down(address))
            }
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock if self.proxy.is_some() => {
                self.proxy_failed(ProxyFault::Silent(seconds))
            }
            _ if self.proxy.is_some() => {
                let why = format!("cannot connect to {address}: {}", failure.source);
                self.proxy_failed(ProxyFault::Other(why))
            }
            io::ErrorKind::ConnectionRefused => CollectError::Refused { url, address },
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                CollectError::Timeout { url, seconds, stage: "connect" }
            }
            _ => CollectError::Unreachable { url, address, why: failure.source.to_string() },
        }
    }

    fn io(&self, error: io::Error) -> CollectError {
        let inner = error.get_ref();
        if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return self.tls(tls);
        }
        let url = self.label.clone();
        match error.kind() {
            io::ErrorKind::Interrupted => CollectError::Stopped,
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                let seconds = self.options.request_timeout.as_secs().max(1);
                CollectError::Timeout { url, seconds, stage: self.stage }
            }
            io::ErrorKind::ConnectionRefused if self.proxy.is_some() => {
                self.proxy_failed(ProxyFault::Down("its address".to_owned()))
            }
            io::ErrorKind::ConnectionRefused => {
                let address = self.url.host_str().unwrap_or_default().to_owned();
                CollectError::Refused { url, address }
            }
            _ if self.stage == "body" => CollectError::Truncated { url, why: error.to_string() },
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted => CollectError::Protocol {
                url,
                why: "the server closed the connection without an answer".into(),
            },
            _ => CollectError::Protocol { url, why: error.to_string() },
        }
    }

    fn tls(&self, error: &rustls::Error) -> CollectError {
        use rustls::{AlertDescription as Alert, Error as Tls};
        let url = self.label.clone();
        let host = self.url.host_str().unwrap_or_default();
        match error {
            // The first bytes of a plain HTTP answer are no TLS record.
            Tls::InvalidMessage(_) => {
                let try_instead = self.url.as_str().replacen("https://", "http://", 1);
                CollectError::NotTls { url, try_instead }
            }
            Tls::InvalidCertificate(bad) => {
                let certificate::Refusal { why, hint } = certificate::refusal(bad, host);
                CollectError::Certificate { url, why, hint }
            }
            Tls::NoCertificatesPresented => {
                CollectError::Tls { url, why: "the server shows no certificate".to_owned() }
            }
            Tls::PeerIncompatible(_) | Tls::AlertReceived(Alert::ProtocolVersion) => {
                let why = "the server speaks neither TLS 1.2 nor 1.3 as plumb does".to_owned();
                CollectError::Tls { url, why }
            }
            Tls::AlertReceived(Alert::UnrecognisedName) => {
                CollectError::Tls { url, why: format!("the server has no certificate for {host}") }
            }
            Tls::AlertReceived(alert) => match client_certificate(*alert) {
                Some(why) => CollectError::ClientCertificate { url, why: why.to_owned() },
                None => {
                    CollectError::Tls { url, why: format!("the server broke it off: {alert:?}") }
                }
            },
            other => CollectError::Tls { url, why: other.to_string() },
        }
    }
}

/// What an alert says about the client's certificate, or the lack of one.
fn client_certificate(alert: rustls::AlertDescription) -> Option<&'static str> {
    use rustls::AlertDescription as Alert;
    Some(match alert {
        Alert::CertificateRequired => "it wants a client certificate",
        // Servers of TLS 1.2 say so when none is shown.
        Alert::BadCertificate => "the client certificate is missing or not accepted",
        Alert::HandshakeFailure => {
            "nothing in common; some servers say so when they want a client certificate"
        }
        Alert::UnsupportedCertificate => "it does not take client certificates of this kind",
        Alert::CertificateRevoked => "the client certificate was revoked",
        Alert::CertificateExpired => "the client certificate has expired",
        Alert::CertificateUnknown => "it does not accept the client certificate",
        Alert::UnknownCA => "it does not know the authority of the client certificate",
        Alert::AccessDenied => "the client certificate gives no access",
        _ => return None,
    })
}
