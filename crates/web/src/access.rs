//! Who may ask what.
//!
//! Pages of other sites run in the same browser. They must neither read a profile, by a name of theirs that is made to
//! point here (DNS rebinding), nor change the saved configurations.

use std::net::IpAddr;

use hyper::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use hyper::{Method, StatusCode};

use crate::address::is_local;

/// What browsers say of where a request comes from.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whom a server answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access {
    /// Only this machine, and only where it is called by its own name.
    pub(crate) only_local: bool,
}

impl Access {
    /// Whether a request may be answered; else with what it is refused.
    pub(crate) fn check(
        self,
        method: &Method,
        headers: &HeaderMap,
        client: IpAddr,
    ) -> Result<(), StatusCode> {
        let host = text(headers, &HOST).ok_or(StatusCode::BAD_REQUEST)?;
        if self.only_local && !(client.to_canonical().is_loopback() && is_local(name_of(host))) {
            return Err(StatusCode::FORBIDDEN);
        }
        match *method {
            Method::GET | Method::HEAD => Ok(()),
            Method::POST | Method::DELETE if is_own(headers, host) => Ok(()),
            Method::POST | Method::DELETE => Err(StatusCode::FORBIDDEN),
            _ => Err(StatusCode::METHOD_NOT_ALLOWED),
        }
    }
}

/// Whether a request comes from one of our pages, or from no page.
fn is_own(headers: &HeaderMap, host: &str) -> bool {
    let origin = match headers.get(ORIGIN) {
        None => true,
        Some(origin) => origin.to_str().ok().and_then(|o| o.strip_prefix("http://")) == Some(host),
    };
    let site = match headers.get(SEC_FETCH_SITE) {
        None => true,
        Some(site) => ["same-origin", "none"].iter().any(|own| site == own),
    };
    origin && site
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// A host without its port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        // Within brackets it is part of an address.
        Some((name, port)) if !port.ends_with(']') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect()
    }

    fn check(method: Method, pairs: &[(&'static str, &'static str)], client: [u8; 4]) -> u16 {
        let client = IpAddr::V4(Ipv4Addr::from(client));
        let access = Access { only_local: true };
        access
            .check(&method, &headers(pairs), client)
            .map_or_else(|status| status.as_u16(), |()| 200)
    }

    #[test]
    fn only_local_clients_that_use_a_local_name_are_answered() {
        let here = [127, 0, 0, 1];
        for host in ["localhost:80", "localhost", "127.0.0.1:7", "[::1]:7", "[::1]"] {
            assert_eq!(check(Method::GET, &[("host", host)], here), 200, "{host}");
        }
        for host in ["evil.example:80", "localhost.evil.example", "", "127.0.0.1.example:80"] {
            assert_eq!(check(Method::GET, &[("host", host)], here), 403, "{host}");
        }
        assert_eq!(check(Method::GET, &[("host", "localhost")], [10, 0, 0, 2]), 403);
        assert_eq!(check(Method::GET, &[], here), 400);
    }

    #[test]
    fn other_sites_change_nothing() {
        let here = [127, 0, 0, 1];
        let host = ("host", "localhost:7");
        for (more, status) in [
            (vec![], 200),
            (vec![("origin", "http://localhost:7"), ("sec-fetch-site", "same-origin")], 200),
            (vec![("origin", "http://localhost:8")], 403),
            (vec![("origin", "null")], 403),
            (vec![("sec-fetch-site", "cross-site")], 403),
        ] {
            let pairs = [vec![host], more].concat();
            assert_eq!(check(Method::POST, &pairs, here), status, "{pairs:?}");
            assert_eq!(check(Method::DELETE, &pairs, here), status, "{pairs:?}");
        }
        assert_eq!(check(Method::PUT, &[host], here), 405);
    }
}
