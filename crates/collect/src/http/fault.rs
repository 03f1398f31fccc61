//! What a failed request means.

use std::io;

use ureq::{Error, Timeout};
use url::Url;

use super::HttpOptions;
use super::connect::ConnectFailure;
use super::resolve::ResolveFailure;
use crate::CollectError;

/// The error of a request, in terms of what the user can do about it.
pub(super) fn explain(
    error: Error,
    url: &Url,
    options: &HttpOptions,
    stage: &'static str,
) -> CollectError {
    let text = url.to_string();
    match error {
        Error::Timeout(reason) => timeout(reason, text, options, stage),
        Error::Io(error) => explain_io(error, url, options, stage),
        Error::Rustls(error) => explain_tls(&error, url),
        Error::Other(other) => match other.downcast::<ConnectFailure>() {
            Ok(failure) => explain_connect(*failure, text, options),
            Err(other) => match other.downcast::<ResolveFailure>() {
                Ok(failure) => {
                    CollectError::Unresolved { url: text, host: failure.host, why: failure.why }
                }
                Err(other) => CollectError::Protocol { url: text, why: other.to_string() },
            },
        },
        Error::HostNotFound => {
            let host = url.host_str().unwrap_or_default().to_owned();
            CollectError::Unresolved { url: text, host, why: "not found".into() }
        }
        Error::ConnectProxyFailed(why) => CollectError::Proxy { url: text, why },
        Error::InvalidProxyUrl => {
            CollectError::Proxy { url: text, why: "malformed proxy URL".into() }
        }
        Error::Tls(why) => CollectError::Tls { url: text, why: why.to_owned() },
        // The head was whole and the body does not end as it promised.
        other if stage == "body" => CollectError::Truncated { url: text, why: other.to_string() },
        Error::Protocol(error) => {
            CollectError::Protocol { url: text, why: format!("the answer is no HTTP: {error}") }
        }
        other => CollectError::Protocol { url: text, why: other.to_string() },
    }
}

fn timeout(
    reason: Timeout,
    url: String,
    options: &HttpOptions,
    stage: &'static str,
) -> CollectError {
    let connecting = matches!(reason, Timeout::Connect | Timeout::Resolve);
    let (limit, stage) = match connecting {
        true => (options.connect_timeout, "connect"),
        false => (options.request_timeout, stage),
    };
    CollectError::Timeout { url, seconds: limit.as_secs().max(1), stage }
}

fn explain_connect(failure: ConnectFailure, url: String, options: &HttpOptions) -> CollectError {
    let addresses: Vec<String> = failure.addresses.iter().map(ToString::to_string).collect();
    let address = addresses.join(" or ");
    match failure.source.kind() {
        io::ErrorKind::ConnectionRefused => CollectError::Refused { url, address },
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            let seconds = options.connect_timeout.as_secs().max(1);
            CollectError::Timeout { url, seconds, stage: "connect" }
        }
        _ => CollectError::Unreachable { url, address, why: failure.source.to_string() },
    }
}

fn explain_io(
    error: io::Error,
    url: &Url,
    options: &HttpOptions,
    stage: &'static str,
) -> CollectError {
    let inner = error.get_ref();
    if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return explain_tls(tls, url);
    }
    let text = url.to_string();
    match error.kind() {
        io::ErrorKind::Interrupted => CollectError::Stopped,
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            let seconds = options.request_timeout.as_secs().max(1);
            CollectError::Timeout { url: text, seconds, stage }
        }
        io::ErrorKind::ConnectionRefused => {
            let address = url.host_str().unwrap_or_default().to_owned();
            CollectError::Refused { url: text, address }
        }
        _ if stage == "body" => CollectError::Truncated { url: text, why: error.to_string() },
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted => CollectError::Protocol {
            url: text,
            why: "the server closed the connection without an answer".into(),
        },
        _ => CollectError::Protocol { url: text, why: error.to_string() },
    }
}

fn explain_tls(error: &rustls::Error, url: &Url) -> CollectError {
    use rustls::{AlertDescription as Alert, CertificateError as Bad, Error as Tls};
    let text = url.to_string();
    match error {
        // The first bytes of a plain HTTP answer are no TLS record.
        Tls::InvalidMessage(_) => {
            let try_instead = text.replacen("https://", "http://", 1);
            CollectError::NotTls { url: text, try_instead }
        }
        Tls::InvalidCertificate(bad) => {
            let why = match bad {
                Bad::UnknownIssuer => "signed by an authority that is not known here".to_owned(),
                Bad::Expired | Bad::ExpiredContext { .. } => "it has expired".to_owned(),
                Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
                    "it is not valid yet".to_owned()
                }
                Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
                    format!("it is not for {}", url.host_str().unwrap_or_default())
                }
                Bad::Revoked => "it was revoked".to_owned(),
                other => other.to_string(),
            };
            CollectError::Certificate { url: text, why }
        }
        Tls::AlertReceived(
            alert @ (Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied),
        ) => CollectError::ClientCertificate { url: text, why: format!("{alert:?}") },
        other => CollectError::Tls { url: text, why: other.to_string() },
    }
}
