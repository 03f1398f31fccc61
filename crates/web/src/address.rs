//! `[host]:[port]` as pprof takes it.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

/// Why pages cannot be served at an address.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// It is no host and port.
    #[error("could not split http address: address {address}: {why}")]
    Split {
        /// The address.
        address: String,
        /// What is wrong.
        why: &'static str,
    },
    /// The port is no number of a port.
    #[error("invalid port number: {0}")]
    Port(String),
    /// Nobody can listen there.
    #[error("listen tcp {address}: {source}")]
    Listen {
        /// Host and port.
        address: String,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// Where pages are served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// Without the brackets of an IPv6 address; `localhost` if none was given.
    pub(crate) host: String,
    /// 0: any that is free.
    pub(crate) port: u16,
}

impl Address {
    pub(crate) fn parse(text: &str) -> Result<Self, AddressError> {
        let wrong = |why| AddressError::Split { address: text.to_owned(), why };
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) =
                    rest.split_once(']').ok_or_else(|| wrong("missing ']' in address"))?;
                (host, rest.strip_prefix(':').ok_or_else(|| wrong("missing port in address"))?)
            }
            None => {
                let (host, port) =
                    text.rsplit_once(':').ok_or_else(|| wrong("missing port in address"))?;
                if host.contains(':') {
                    return Err(wrong("too many colons in address"));
                }
                (host, port)
            }
        };
        let port = match port {
            "" => 0,
            port => port.parse().map_err(|_| AddressError::Port(port.to_owned()))?,
        };
        let host = if host.is_empty() { "localhost" } else { host };
        Ok(Self { host: host.to_owned(), port })
    }

    /// Whether only this machine may ask.
    pub(crate) fn is_local(&self) -> bool {
        is_local(&self.host)
    }

    /// Listens; a name may have several addresses, of which the first that works is taken.
    pub(crate) fn listen(&self) -> Result<TcpListener, AddressError> {
        let failed = |source| AddressError::Listen { address: self.with_port(self.port), source };
        let mut found: Vec<SocketAddr> =
            (self.host.as_str(), self.port).to_socket_addrs().map_err(failed)?.collect();
        // As Go's listeners choose.
        found.sort_by_key(|address| !address.is_ipv4());
        TcpListener::bind(found.as_slice()).map_err(failed)
    }

    /// Host and port as addresses have them.
    pub(crate) fn with_port(&self, port: u16) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{port}", self.host),
            false => format!("{}:{port}", self.host),
        }
    }
}

/// Whether a host is this machine, by the names that pprof takes for it.
pub(crate) fn is_local(host: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]", "::1"].contains(&host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_may_be_left_out() {
        for (text, host, port) in [
            (":", "localhost", 0),
            (":8080", "localhost", 8080),
            ("localhost:", "localhost", 0),
            ("10.0.0.1:99", "10.0.0.1", 99),
            ("[::1]:7", "::1", 7),
        ] {
            let expected = Address { host: host.to_owned(), port };
            assert_eq!(Address::parse(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn wrong_addresses_are_told_as_pprof_does() {
        for (text, error) in [
            (
                "localhost",
                "could not split http address: address localhost: missing port in address",
            ),
            ("::1:80", "could not split http address: address ::1:80: too many colons in address"),
            ("[::1", "could not split http address: address [::1: missing ']' in address"),
            (":http", "invalid port number: http"),
            (":70000", "invalid port number: 70000"),
        ] {
            assert_eq!(Address::parse(text).unwrap_err().to_string(), error);
        }
    }

    #[test]
    fn only_this_machine_is_local() {
        assert!(Address::parse(":1").unwrap().is_local());
        assert!(Address::parse("[::1]:1").unwrap().is_local());
        assert!(!Address::parse("0.0.0.0:1").unwrap().is_local());
    }
}
