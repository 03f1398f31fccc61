//! What proxies have to do with errors.

use std::fmt;

/// What to do when a proxy may have answered.
pub(super) const AROUND_THE_PROXY: &str = "the proxy's rules must allow the host and the port, which are those of its network; \
    NO_PROXY=HOST without --proxy goes around it";

/// A proxy that forwarded a request, and so may have given the answer itself. Of an answer through a tunnel (TLS, SOCKS)
/// it is not the author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Through {
    /// The proxy, without its user and password.
    pub proxy: String,
    /// Headers in which an answer tells who gave it, such as `Server: squid/6.6`; may be empty.
    pub told: String,
}

/// Whose answer it may be, where that is not certain.
pub(super) fn came(through: &Option<Through>) -> String {
    let Some(Through { proxy, told }) = through else { return String::new() };
    let told = if told.is_empty() { String::new() } else { format!(" ({told})") };
    format!("; the answer came through proxy {proxy} and may be the proxy's own{told}")
}

/// What is wrong with a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyFault {
    /// Nothing listens on its address.
    Down(String),
    /// It does not answer within so many seconds.
    Silent(u64),
    /// It answered with this status instead of the target's.
    Status(u16),
    /// Anything else.
    Other(String),
}

impl fmt::Display for ProxyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Down(address) => write!(f, "connection refused: nothing listens on {address}"),
            Self::Silent(seconds) => write!(f, "no answer within {seconds} s"),
            Self::Status(407) => f.write_str("407: it wants a user and a password"),
            Self::Status(403) => f.write_str("403: it does not let plumb reach this host and port"),
            Self::Status(status @ 502..=504) => {
                write!(f, "{status}: it cannot reach the service")
            }
            Self::Status(status) => write!(f, "it refused with {status}"),
            Self::Other(why) => f.write_str(why),
        }
    }
}

impl ProxyFault {
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Status(407) => {
                "pass them in its URL: --proxy http://USER:PASSWORD@HOST:PORT (or in HTTP_PROXY, HTTPS_PROXY)"
            }
            Self::Status(403) => {
                "its rules must allow the host and the port; NO_PROXY=HOST goes around it if the service can be reached directly"
            }
            Self::Status(502..=504) => {
                "check the address as the proxy sees it: names and ports are those of its network"
            }
            _ => "check --proxy, HTTP_PROXY, HTTPS_PROXY; NO_PROXY=HOST goes around it",
        }
    }
}
