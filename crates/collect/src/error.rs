//! Why a target could not be read, and what to do about it.

mod login;
mod proxy;

use std::io;
use std::path::PathBuf;

use plumb_case::CaseError;

use proxy::{AROUND_THE_PROXY, came};
pub use proxy::{ProxyFault, Through};

/// What to add to a program that serves no profiles yet.
pub(crate) const HOW_TO_REGISTER: &str = "add these two lines of Go to the service:\n\
    \x20   import _ \"net/http/pprof\"\n\
    \x20   go http.ListenAndServe(\"localhost:6060\", nil)\n\
    with gin instead:\n\
    \x20   import \"github.com/gin-contrib/pprof\"\n\
    \x20   pprof.Register(router)";

/// What to do about a proxy that sends those it does not know to a login page.
const BEHIND_LOGIN: &str = "a login proxy stands before the service: ask the service's own port from its \
    machine or pod (ssh -L 6060:localhost:6060 HOST, kubectl port-forward POD 6060), or pass what the proxy accepts \
    with --bearer, --basic or --header (a session of the browser: --header 'Cookie: NAME=VALUE')";

/// Why a target could not be read. The text says what happened and on which input; [`CollectError::hint`] what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CollectError {
    /// The text names no URL and no process.
    #[error("not a target: `{target}`: {why}")]
    BadTarget {
        /// What the user wrote.
        target: String,
        /// What is wrong with it.
        why: String,
    },
    /// An option cannot be used as it is.
    #[error("{option}: {why}")]
    BadOption {
        /// The command line flag.
        option: &'static str,
        /// What is wrong with its value; never the value of a secret.
        why: String,
    },
    /// A file named by an option cannot be read.
    #[error("{option}: cannot read {}", path.display())]
    OptionFile {
        /// The command line flag.
        option: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Credentials would have gone over the network unencrypted; nothing was sent.
    #[error("{url}: credentials would be sent unencrypted over the network")]
    PlaintextCredentials {
        /// What was to be fetched.
        url: String,
    },
    /// The host name does not resolve.
    #[error("{url}: no address for host `{host}`: {why}")]
    Unresolved {
        /// What was to be fetched.
        url: String,
        /// The name.
        host: String,
        /// What the resolver said.
        why: String,
    },
    /// The machine answers, the port does not.
    #[error("{url}: connection refused: nothing listens on {address}")]
    Refused {
        /// What was to be fetched.
        url: String,
        /// All addresses tried.
        address: String,
    },
    /// The network does not lead to the machine.
    #[error("{url}: cannot connect to {address}: {why}")]
    Unreachable {
        /// What was to be fetched.
        url: String,
        /// All addresses tried.
        address: String,
        /// What the system said.
        why: String,
    },
    /// No answer in time.
    #[error("{url}: {}", waited(stage, *seconds))]
    Timeout {
        /// What was to be fetched.
        url: String,
        /// The limit in seconds.
        seconds: u64,
        /// What took so long: `connect`, `response`, `body`.
        stage: &'static str,
    },
    /// HTTPS was spoken to a port without TLS.
    #[error("{url}: the port does not speak TLS")]
    NotTls {
        /// What was to be fetched.
        url: String,
        /// The URL that fits the port.
        try_instead: String,
    },
    /// Plain HTTP was spoken to a port with TLS.
    #[error("{url}: the port speaks TLS, plain HTTP was sent")]
    NeedsTls {
        /// What was to be fetched.
        url: String,
        /// The URL that fits the port.
        try_instead: String,
    },
    /// The server's certificate is not accepted.
    #[error("{url}: certificate not accepted: {why}")]
    Certificate {
        /// What was to be fetched.
        url: String,
        /// The reason.
        why: String,
        /// What to do about it.
        hint: String,
    },
    /// The server wants a client certificate, or another one.
    #[error("{url}: the server refused the TLS client: {why}")]
    ClientCertificate {
        /// What was to be fetched.
        url: String,
        /// What its alert says.
        why: String,
    },
    /// TLS failed in another way.
    #[error("{url}: TLS handshake failed: {why}")]
    Tls {
        /// What was to be fetched.
        url: String,
        /// The reason.
        why: String,
    },
    /// The proxy refused or cannot be used.
    #[error("{url}: proxy {proxy}: {why}")]
    Proxy {
        /// What was to be fetched.
        url: String,
        /// The proxy, without its user and password.
        proxy: String,
        /// The reason.
        why: ProxyFault,
    },
    /// 401.
    #[error("{url}: 401 unauthorized: {}{}", unauthorized(*sent, through), came(through))]
    Unauthorized {
        /// What was fetched.
        url: String,
        /// Credentials had been sent.
        sent: bool,
        /// Credentials were given, but are not for the host that a redirect led to.
        withheld: bool,
        /// Scheme named by `WWW-Authenticate`, e.g. `Basic`.
        scheme: Option<String>,
        /// The proxy that may have answered itself.
        through: Option<Through>,
    },
    /// 403.
    #[error("{url}: 403 forbidden: {}{}", refused(*sent, through), came(through))]
    Forbidden {
        /// What was fetched.
        url: String,
        /// Credentials had been sent.
        sent: bool,
        /// The proxy that may have answered itself.
        through: Option<Through>,
    },
    /// The service answers, but has no profiles at any of the places looked at.
    #[error("{url}: no profiles here (404): pprof is not registered on this port{}", came(through))]
    NotRegistered {
        /// The last place looked at.
        url: String,
        /// The process on this machine that answers there, if it is a Go program.
        pid: Option<u32>,
        /// The proxy that may have answered itself.
        through: Option<Through>,
    },
    /// The index page is there, and none of the profiles it lists.
    #[error("{url}: only the index page is served here, none of its profiles")]
    IndexOnly {
        /// The index page.
        url: String,
    },
    /// A page for people came instead of a profile.
    #[error("{url}: an HTML page came instead of a profile{}{}", if *login { ": it asks to log in" } else { "" }, came(through))]
    HtmlPage {
        /// What was fetched, after redirects.
        url: String,
        /// The page has a login form, or is where a redirect led.
        login: bool,
        /// The proxy that may have answered itself.
        through: Option<Through>,
    },
    /// Something else than a profile came.
    #[error("{url}: not a profile: {got}{}", came(through))]
    NotAProfile {
        /// What was fetched.
        url: String,
        /// What came.
        got: String,
        /// The proxy that may have answered itself.
        through: Option<Through>,
    },
    /// Any other status than 200.
    #[error("{url}: {} {status}{}{}", if through.is_some() { "the answer is" } else { "the server answered" },
        if excerpt.is_empty() { String::new() } else { format!(": {excerpt}") }, came(through))]
    Status {
        /// What was fetched.
        url: String,
        /// The status.
        status: u16,
        /// First line of the answer, without control characters.
        excerpt: String,
        /// The proxy that may have answered itself.
        through: Option<Through>,
    },
    /// The body ended before its end.
    #[error("{url}: the answer is cut short: {why}")]
    Truncated {
        /// What was fetched.
        url: String,
        /// How it shows.
        why: String,
    },
    /// The body is larger than plumb takes.
    #[error("{url}: the answer is larger than {limit_mib} MiB")]
    TooLarge {
        /// What was fetched.
        url: String,
        /// The limit in MiB.
        limit_mib: u64,
    },
    /// Redirects that lead nowhere.
    #[error("{url}: {why}")]
    Redirect {
        /// Where it began.
        url: String,
        /// What is wrong.
        why: String,
    },
    /// The connection broke or the answer is no HTTP.
    #[error("{url}: {why}")]
    Protocol {
        /// What was fetched.
        url: String,
        /// What happened.
        why: String,
    },
    /// There is no such process.
    #[error("pid {pid}: no such process")]
    NoProcess {
        /// The process id.
        pid: u32,
    },
    /// `/proc` does not tell about this process.
    #[error("pid {pid}: cannot read {path}: {why}")]
    ProcUnreadable {
        /// The process id.
        pid: u32,
        /// The file.
        path: String,
        /// What the system said.
        why: String,
    },
    /// The process belongs to the system: a kernel thread, or it has ended and is a zombie.
    #[error("pid {pid}: {what}")]
    NotAService {
        /// The process id.
        pid: u32,
        /// What it is.
        what: &'static str,
    },
    /// None of several targets could be read.
    #[error("none of the {} targets could be read: {}", errors.len(), list(errors))]
    Nothing {
        /// Why, for each.
        errors: Vec<CollectError>,
    },
    /// The target answers, and nothing that it gives can be used.
    #[error("{target}: nothing that it gives can be used{}", each(unread))]
    NothingGiven {
        /// The target.
        target: String,
        /// What was asked for and not given, each kind once.
        unread: Vec<Unread>,
    },
    /// The user stopped before anything was read.
    #[error("stopped before anything was read")]
    Stopped,
    /// The case could not be written.
    #[error(transparent)]
    Case(#[from] CaseError),
}

/// Something that was asked for and not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// What happened, and on which input.
    pub what: String,
    /// What to do next; empty where the text says it all.
    pub hint: String,
}

impl Unread {
    pub(crate) fn of(error: &CollectError) -> Self {
        Self { what: error.to_string(), hint: error.hint() }
    }
}

impl CollectError {
    /// What to do next; empty where the text says it all.
    pub fn hint(&self) -> String {
        let hint = self.hint_for_the_service();
        match self.through() {
            Some(_) if hint.is_empty() => AROUND_THE_PROXY.to_owned(),
            Some(_) => format!("{AROUND_THE_PROXY}; if the service itself answered, {hint}"),
            None => hint,
        }
    }

    /// The proxy that may have given the answer itself.
    fn through(&self) -> Option<&Through> {
        match self {
            Self::Unauthorized { through, .. }
            | Self::Forbidden { through, .. }
            | Self::NotRegistered { through, .. }
            | Self::HtmlPage { through, .. }
            | Self::NotAProfile { through, .. }
            | Self::Status { through, .. } => through.as_ref(),
            _ => None,
        }
    }

    /// What to do next where no proxy is in the way.
    fn hint_for_the_service(&self) -> String {
        match self {
            _ if login::is_led_to(&self.input()) => BEHIND_LOGIN.into(),
            Self::BadTarget { .. } => "a target is a URL (http://localhost:6060), a process id, a case or profile file".into(),
            Self::PlaintextCredentials { .. } => "use https, or allow it with --allow-plaintext-credentials".into(),
            Self::Unresolved { .. } => "check the spelling; in a container or a cluster, names resolve only inside its network".into(),
            Self::Refused { .. } => "is the service up, and is this its debug port? On its machine, `ss -ltnp` lists what listens".into(),
            Self::Unreachable { .. } => "check the address, and firewalls or network policies between this machine and the service".into(),
            Self::Timeout { stage: "connect", .. } => {
                "a firewall that drops packets looks like this; check the address, or give it more time with --timeout".into()
            }
            Self::Timeout { stage: "response", .. } => {
                "the service may be overloaded: give it more time with --timeout; or this is no HTTP port: check the port".into()
            }
            Self::Timeout { .. } => "the service may be overloaded; give it more time with --timeout".into(),
            Self::NotTls { try_instead, .. } | Self::NeedsTls { try_instead, .. } => format!("try {try_instead}"),
            Self::Certificate { hint, .. } => hint.clone(),
            Self::ClientCertificate { .. } => "give a client certificate that it accepts with --cert FILE --key FILE".into(),
            Self::Tls { .. } => "is this the port of the service itself? `openssl s_client -connect HOST:PORT` shows what it says".into(),
            Self::Proxy { why, .. } => why.hint().into(),
            Self::Unauthorized { withheld: true, .. } => {
                "what you passed is for the host you named and was not sent to this one: name the service's own address".into()
            }
            Self::Unauthorized { sent, scheme, .. } => unauthorized_hint(*sent, scheme.as_deref()),
            Self::Forbidden { sent, .. } => forbidden_hint(*sent),
            Self::NotRegistered { pid, .. } => {
                let process = pid.map_or(String::new(), |pid| {
                    format!("plumb diagnose {pid} shows what /proc and the sockets of that process tell; or ")
                });
                format!(
                    "{process}name the path if it is mounted elsewhere (http://host:port/prefix); else {HOW_TO_REGISTER}"
                )
            }
            Self::IndexOnly { .. } => {
                "pprof.Index serves the profiles below exactly /debug/pprof/: mount it for that whole subtree, \
                 or below another path with http.StripPrefix; with gin, pprof.Register(router) does it"
                    .into()
            }
            Self::HtmlPage { login: true, .. } => BEHIND_LOGIN.into(),
            Self::HtmlPage { .. } => format!("is this the debug port? If pprof is not registered there, {HOW_TO_REGISTER}"),
            Self::NotAProfile { .. } => "is this the debug port of a Go service?".into(),
            Self::Protocol { url, .. } if url.starts_with("http://") => {
                let with_tls = url.split(' ').next().unwrap_or(url).replacen("http://", "https://", 1);
                format!("is this the debug port of a Go service? If the port speaks TLS, try {with_tls}")
            }
            Self::Protocol { .. } => "is this the debug port of a Go service?".into(),
            Self::Redirect { .. } => "name the address that the profiles are at: the service's own port, with its path".into(),
            Self::Status { status: 500..=599, .. } => "the service or a proxy before it is in trouble: ask the instance itself instead of a load balancer, and try again".into(),
            Self::Truncated { .. } => "a proxy or a write timeout of the server (http.Server.WriteTimeout) cuts long answers: ask the instance directly, or raise it".into(),
            Self::TooLarge { .. } => "allow more with --max-body".into(),
            Self::NoProcess { .. } => "in a container, only processes of its own PID namespace are seen: run plumb on the host or with --pid=host; a port is written `:6060`".into(),
            Self::ProcUnreadable { .. } => {
                "run plumb as the same user as the process or as root; in a container, with --pid=host (and CAP_SYS_PTRACE)".into()
            }
            Self::Nothing { errors } => errors.first().map(Self::hint).unwrap_or_default(),
            Self::NothingGiven { unread, .. } => {
                unread.iter().map(|one| one.hint.clone()).find(|hint| !hint.is_empty()).unwrap_or_default()
            }
            _ => String::new(),
        }
    }

    /// The target or option it is about.
    pub fn input(&self) -> String {
        match self {
            Self::BadTarget { target, .. } => target.clone(),
            Self::BadOption { option, .. } | Self::OptionFile { option, .. } => {
                (*option).to_owned()
            }
            Self::PlaintextCredentials { url }
            | Self::Unresolved { url, .. }
            | Self::Refused { url, .. }
            | Self::Unreachable { url, .. }
            | Self::Timeout { url, .. }
            | Self::NotTls { url, .. }
            | Self::NeedsTls { url, .. }
            | Self::Certificate { url, .. }
            | Self::ClientCertificate { url, .. }
            | Self::Tls { url, .. }
            | Self::Proxy { url, .. }
            | Self::Unauthorized { url, .. }
            | Self::Forbidden { url, .. }
            | Self::NotRegistered { url, .. }
            | Self::IndexOnly { url }
            | Self::HtmlPage { url, .. }
            | Self::NotAProfile { url, .. }
            | Self::Status { url, .. }
            | Self::Truncated { url, .. }
            | Self::TooLarge { url, .. }
            | Self::Redirect { url, .. }
            | Self::Protocol { url, .. } => url.clone(),
            Self::NoProcess { pid }
            | Self::ProcUnreadable { pid, .. }
            | Self::NotAService { pid, .. } => format!("pid {pid}"),
            Self::NothingGiven { target, .. } => target.clone(),
            Self::Nothing { .. } | Self::Stopped | Self::Case(_) => String::new(),
        }
    }

    /// What happened without the leading input, then the hint: how a case records it next to the input.
    pub fn problem(&self) -> String {
        let text = self.to_string();
        let what = text.strip_prefix(&format!("{}: ", self.input())).unwrap_or(&text);
        match self.hint() {
            hint if hint.is_empty() => what.to_owned(),
            hint => format!("{what}; {hint}"),
        }
    }

    /// Whether the same request may succeed if it is repeated at once.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, Self::Protocol { .. })
    }
}

/// What did not come in time, by the stage of the request.
fn waited(stage: &str, seconds: u64) -> String {
    match stage {
        "connect" => format!("no answer within {seconds} s: the connection was not accepted"),
        "body" => format!("no whole answer within {seconds} s: it began and did not end"),
        _ => format!(
            "no answer within {seconds} s: the port takes connections, but no HTTP answer came"
        ),
    }
}

fn unauthorized(sent: bool, through: &Option<Through>) -> &'static str {
    match (sent, through) {
        (true, _) => "the credentials were not accepted",
        (false, None) => "the server wants credentials",
        (false, Some(_)) => "credentials are wanted",
    }
}

fn refused(sent: bool, through: &Option<Through>) -> &'static str {
    match (sent, through) {
        (true, None) => "these credentials do not suffice",
        (false, None) => "the server refuses this client",
        (_, Some(_)) => "this client is refused",
    }
}

fn unauthorized_hint(sent: bool, scheme: Option<&str>) -> String {
    let flags = match scheme {
        Some(scheme) if scheme.eq_ignore_ascii_case("basic") => "--basic USER:PASSWORD",
        Some(scheme) if scheme.eq_ignore_ascii_case("bearer") => {
            "--bearer TOKEN or --bearer-file FILE"
        }
        _ => "--bearer TOKEN, --bearer-file FILE, --basic USER:PASSWORD or --header 'NAME: VALUE'",
    };
    if sent {
        format!("check them, and that the server expects this kind: {flags}")
    } else {
        format!("pass them with {flags}")
    }
}

fn forbidden_hint(sent: bool) -> String {
    let own_port = "ask the service's own port from its machine or pod (ssh -L 6060:localhost:6060 HOST, \
                    kubectl port-forward POD 6060)";
    if sent {
        format!("ask for the right to read /debug/pprof/, or {own_port}")
    } else {
        format!("pass credentials with --bearer, --basic, --header or --cert, or {own_port}")
    }
}

fn each(unread: &[Unread]) -> String {
    let whats: Vec<&str> = unread.iter().map(|one| &*one.what).collect();
    if whats.is_empty() { String::new() } else { format!(": {}", whats.join("; ")) }
}

fn list(errors: &[CollectError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
