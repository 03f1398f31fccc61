//! What a user may name as a running target: a URL or a process id.

use std::fmt;

use url::{Host, Url};

use crate::CollectError;

/// Where `net/http/pprof` registers itself.
const DEFAULT_ROOT: &str = "/debug/pprof";

/// Last path elements that name a page below the root of the profiles.
const PAGES: [&str; 12] = [
    "allocs",
    "block",
    "cmdline",
    "goroutine",
    "goroutineleak",
    "heap",
    "metrics",
    "mutex",
    "profile",
    "symbol",
    "threadcreate",
    "trace",
];

/// A running target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A service that serves profiles over HTTP.
    Url(PprofUrl),
    /// A process on this machine.
    Pid(u32),
}

impl Target {
    /// Reads a target as a user types it: `http://host:6060/debug/pprof/heap?debug=1`, `localhost:6060`, `:6060`,
    /// `https://user:pw@host/admin`, `1234`, `pid:1234`. Whether the text names a file is for the caller to find out first.
    ///
    /// # Errors
    /// [`CollectError::BadTarget`] if it is none of these.
    pub fn parse(text: &str) -> Result<Self, CollectError> {
        let text = text.trim();
        let digits = text.strip_prefix("pid:").unwrap_or(text);
        if text.starts_with("pid:") || (!text.is_empty() && is_number(text)) {
            return match digits.parse() {
                Ok(pid) if pid > 0 => Ok(Self::Pid(pid)),
                _ => Err(bad(text, "not a process id")),
            };
        }
        PprofUrl::parse(text).map(Self::Url)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => write!(f, "{}", url.id()),
            Self::Pid(pid) => write!(f, "pid {pid}"),
        }
    }
}

/// The address of a service's profiles. Holds no credentials but those the user wrote into the URL.
#[derive(Clone, PartialEq, Eq)]
pub struct PprofUrl {
    origin: Url,
    roots: Vec<String>,
    basic: Option<(String, String)>,
}

impl PprofUrl {
    fn parse(text: &str) -> Result<Self, CollectError> {
        let mut url = match text.split_once("://") {
            Some(("http" | "https", _)) => parse_url(text, text)?,
            Some(_) => return Err(bad(text, "only http and https can be asked for profiles")),
            None => without_scheme(text)?,
        };
        let basic = match url.username() {
            "" => None,
            user => Some((decode(user), decode(url.password().unwrap_or_default()))),
        };
        let roots = roots(url.path());
        // Both fail only for URLs without a host, which were refused above.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_query(None);
        url.set_fragment(None);
        url.set_path("/");
        Ok(Self { origin: url, roots, basic })
    }

    /// A target found on this machine: a listening port, with the default root.
    pub(crate) fn local(address: std::net::SocketAddr, scheme: &str) -> Option<Self> {
        Self::parse(&format!("{scheme}://{address}")).ok()
    }

    /// Scheme, host and port, with path `/`.
    pub fn origin(&self) -> &Url {
        &self.origin
    }

    /// Paths under which the profiles may be, most likely first; none ends with a slash.
    pub fn roots(&self) -> &[String] {
        &self.roots
    }

    /// User and password written into the URL.
    pub fn basic(&self) -> Option<(&str, &str)> {
        self.basic.as_ref().map(|(user, password)| (user.as_str(), password.as_str()))
    }

    /// Host and port, how reports call the instance. Distinct prefixes on one port stay distinct.
    pub fn id(&self) -> String {
        let host = self.origin.host_str().unwrap_or_default();
        let port = self.origin.port_or_known_default().unwrap_or(80);
        let prefix = self.prefix();
        format!("{host}:{port}{prefix}")
    }

    /// What precedes `/debug/pprof`, e.g. `/admin`; empty for most services.
    pub fn prefix(&self) -> &str {
        let root = self.roots.first().map(String::as_str).unwrap_or_default();
        root.strip_suffix(DEFAULT_ROOT).unwrap_or_default()
    }

    /// Whether the host is this machine's loopback, whatever a resolver says.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.origin)
    }
}

impl fmt::Debug for PprofUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PprofUrl({} {:?})", self.origin, self.roots)
    }
}

/// Whether a URL's host is loopback: an address of it, or a name that must resolve to one (RFC 6761 §6.3).
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => {
            ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback())
        }
        Some(Host::Domain(name)) => is_localhost(name),
        None => false,
    }
}

/// Whether a name is `localhost` or below it.
pub(crate) fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// `localhost:6060/debug/pprof`: a port or the path of the profiles tells that it is no mistyped file name.
fn without_scheme(text: &str) -> Result<Url, CollectError> {
    let text_with_host =
        if text.starts_with(':') { format!("localhost{text}") } else { text.to_owned() };
    let authority = text_with_host.split('/').next().unwrap_or_default();
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    let has_port = port.is_some_and(|port| !port.is_empty() && is_number(port));
    if !has_port && !text.contains(DEFAULT_ROOT) {
        let why = "no such file, and neither a process id nor a URL";
        return Err(bad(text, why));
    }
    parse_url(&format!("http://{text_with_host}"), text)
}

fn parse_url(url: &str, given: &str) -> Result<Url, CollectError> {
    let parsed = Url::parse(url).map_err(|error| bad(given, &error.to_string()))?;
    if parsed.host_str().is_none_or(str::is_empty) {
        return Err(bad(given, "the URL has no host"));
    }
    Ok(parsed)
}

/// Where the profiles may be, given a path that leads to them or to a page near them.
fn roots(path: &str) -> Vec<String> {
    let path = path.trim_end_matches('/');
    let with_slash = format!("{path}/");
    if let Some(at) = with_slash.find(&format!("{DEFAULT_ROOT}/")) {
        return vec![with_slash[..at + DEFAULT_ROOT.len()].to_owned()];
    }
    match path.rsplit_once('/') {
        None | Some(("", "metrics")) => vec![DEFAULT_ROOT.to_owned()],
        Some((parent, "metrics")) => vec![format!("{parent}{DEFAULT_ROOT}")],
        Some((parent, page)) if PAGES.contains(&page) => vec![parent.to_owned()],
        Some(_) => vec![format!("{path}{DEFAULT_ROOT}"), path.to_owned()],
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Percent-decodes user information.
fn decode(text: &str) -> String {
    // The form decoder also turns `+` into a blank, which user information does not mean.
    let pair = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, v)| v.into_owned())
        .unwrap_or_default()
}

fn bad(input: &str, why: &str) -> CollectError {
    CollectError::BadTarget { target: plumb_case::redact::text(input), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> PprofUrl {
        match Target::parse(text).unwrap() {
            Target::Url(url) => url,
            Target::Pid(_) => panic!("{text} is a pid"),
        }
    }

    #[test]
    fn process_ids() {
        assert_eq!(Target::parse("1234").unwrap(), Target::Pid(1234));
        assert_eq!(Target::parse("pid:7").unwrap(), Target::Pid(7));
        for bad in ["0", "pid:x", "pid:", "99999999999"] {
            assert!(Target::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_spelling_of_a_service_leads_to_its_root() {
        for (text, origin, root) in [
            ("localhost:6060", "http://localhost:6060/", "/debug/pprof"),
            (":6060", "http://localhost:6060/", "/debug/pprof"),
            ("[::1]:6060", "http://[::1]:6060/", "/debug/pprof"),
            ("http://h:1/debug/pprof", "http://h:1/", "/debug/pprof"),
            ("http://h:1/debug/pprof/", "http://h:1/", "/debug/pprof"),
            ("http://h:1/debug/pprof/heap?debug=1", "http://h:1/", "/debug/pprof"),
            ("h:1/admin/debug/pprof/goroutine", "http://h:1/", "/admin/debug/pprof"),
            ("https://h/admin", "https://h/", "/admin/debug/pprof"),
            ("h/debug/pprof", "http://h/", "/debug/pprof"),
            ("http://h/pprof/heap", "http://h/", "/pprof"),
            ("http://h/metrics", "http://h/", "/debug/pprof"),
            ("http://h/app/metrics", "http://h/", "/app/debug/pprof"),
        ] {
            let url = url(text);
            assert_eq!(url.origin().as_str(), origin, "{text}");
            assert_eq!(url.roots()[0], root, "{text}");
        }
        assert_eq!(url("https://h/profiles").roots(), ["/profiles/debug/pprof", "/profiles"]);
    }

    #[test]
    fn credentials_leave_the_url() {
        let url = url("https://eve:p%40w%2Bd@h.example:8443/debug/pprof");
        assert_eq!(url.basic(), Some(("eve", "p@w+d")));
        assert_eq!(url.id(), "h.example:8443");
        assert!(!format!("{url:?}").contains("eve"));
    }

    #[test]
    fn what_is_no_target_says_so() {
        for text in ["heap.pprof", "foo", "ftp://h/x", "http://", "", "h:port", "http://h:99999"] {
            let error = Target::parse(text).unwrap_err();
            assert!(matches!(error, CollectError::BadTarget { .. }), "{text}: {error}");
        }
    }

    #[test]
    fn loopback_is_told_by_address_or_reserved_name() {
        for text in
            ["127.3.2.1:1", "[::1]:1", "localhost:1", "a.localhost:1", "[::ffff:127.0.0.1]:1"]
        {
            assert!(url(text).is_loopback(), "{text}");
        }
        for text in ["10.0.0.1:1", "localhost.example.com:1", "h:1"] {
            assert!(!url(text).is_loopback(), "{text}");
        }
    }
}
