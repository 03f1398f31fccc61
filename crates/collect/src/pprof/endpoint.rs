//! A service that serves profiles: found by one look at its index page, then asked page by page.

use std::time::Duration;

use crate::CollectError;
use crate::error::Through;
use crate::http::{Client, Reply, Stream};
use crate::proc;
use crate::target::PprofUrl;

use super::check::{self, Shape};
use super::index::Index;
use super::metrics;

/// Asked for to see whether profiles are served, cheapest first.
const PROBES: [Page; 2] = [Page::Heap, Page::Goroutine];

/// The name of the execution trace below the root.
pub(crate) const TRACE: &str = "trace";

/// What plumb fetches below the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// `goroutine`, protobuf.
    Goroutine,
    /// `goroutine?debug=2`.
    Dump,
    /// `goroutineleak`, protobuf.
    GoroutineLeak,
    /// `heap`, protobuf.
    Heap,
    /// `heap?debug=1`.
    HeapText,
    /// `heap?gc=1`, protobuf after a garbage collection.
    HeapAfterGc,
}

impl Page {
    /// The profile it is taken from.
    pub(crate) fn profile(self) -> &'static str {
        match self {
            Self::Goroutine | Self::Dump => "goroutine",
            Self::GoroutineLeak => "goroutineleak",
            Self::Heap | Self::HeapText | Self::HeapAfterGc => "heap",
        }
    }

    /// Path and query below the root.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Goroutine => "goroutine",
            Self::Dump => "goroutine?debug=2",
            Self::GoroutineLeak => "goroutineleak",
            Self::Heap => "heap",
            Self::HeapText => "heap?debug=1",
            Self::HeapAfterGc => "heap?gc=1",
        }
    }

    fn shape(self) -> Shape {
        match self {
            Self::Dump => Shape::Dump,
            Self::HeapText => Shape::HeapText,
            _ => Shape::Protobuf,
        }
    }
}

/// Where the metrics page is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum MetricsAt {
    Untried,
    Path(String),
    Nowhere,
}

/// A service that serves profiles.
#[derive(Debug)]
pub(crate) struct Endpoint {
    client: Client,
    root: String,
    /// None where the routes were mounted by hand.
    index: Option<Index>,
    prefix: String,
    metrics: MetricsAt,
}

impl Endpoint {
    /// Finds the profiles of a target.
    ///
    /// # Errors
    /// Why they cannot be read; [`CollectError::NotRegistered`] if there are none.
    pub(crate) fn probe(client: Client, target: &PprofUrl) -> Result<Self, CollectError> {
        let mut trouble = None;
        for root in target.roots() {
            match look_at(&client, root) {
                Ok(Some(index)) => {
                    let (root, prefix) = (root.clone(), target.prefix().to_owned());
                    return Ok(Self { client, root, index, prefix, metrics: MetricsAt::Untried });
                }
                Ok(None) => {}
                // Another place on a service that answers may be better; a service that does not is no better elsewhere.
                Err(error @ (CollectError::HtmlPage { .. } | CollectError::NotAProfile { .. })) => {
                    trouble.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        let first = target.roots().first().map(String::as_str).unwrap_or_default();
        let url = client.url(&format!("{first}/"));
        let through = client.forwarder(&url).map(|proxy| Through { proxy, told: String::new() });
        let pid = go_process(&client);
        Err(trouble.unwrap_or(CollectError::NotRegistered { url: url.into(), pid, through }))
    }

    /// The client that talks to it.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The same, with another limit for its requests.
    pub(crate) fn with_timeout(mut self, limit: Duration) -> Self {
        self.client.set_timeout(limit);
        self
    }

    /// The folder of the profiles.
    pub(crate) fn root_url(&self) -> String {
        self.client.url(&format!("{}/", self.root)).into()
    }

    /// The target's command line as it tells it, arguments separated by zero bytes. It is compared, never stored.
    pub(crate) fn command_line(&self) -> Option<Vec<u8>> {
        let reply = self.client.get(&format!("{}/cmdline", self.root), "*/*").ok()?;
        (reply.status == 200 && check::html(&reply).is_none()).then_some(reply.body)
    }

    /// How many goroutines the index page told of.
    pub(crate) fn goroutines(&self) -> Option<u64> {
        self.index.as_ref()?.goroutines()
    }

    /// Whether a request for the page is worth sending.
    pub(crate) fn may_have(&self, page: Page) -> bool {
        self.index.as_ref().is_none_or(|index| index.has(page.profile()))
    }

    /// Fetches a page; none if the service does not have it. An answer cut short is asked for once more.
    ///
    /// # Errors
    /// What keeps the page from arriving whole.
    pub(crate) fn fetch(&self, page: Page) -> Result<Option<Reply>, CollectError> {
        match fetch(&self.client, &self.root, page) {
            Err(CollectError::Truncated { .. }) => fetch(&self.client, &self.root, page),
            other => other,
        }
    }

    /// Asks for an execution trace of so many seconds; none if the service does not have one.
    ///
    /// # Errors
    /// What keeps it from beginning to arrive.
    pub(crate) fn trace(&self, length: Duration) -> Result<Option<Stream>, CollectError> {
        let path = format!("{}/{TRACE}?seconds={}", self.root, length.as_secs_f64());
        let stream = self.client.open(&path, "*/*", length)?;
        let Stream { reply, rest } = stream;
        Ok(check::profile(reply, Shape::Trace)?.map(|reply| Stream { reply, rest }))
    }

    /// Whether a request for a trace is worth sending.
    pub(crate) fn may_have_trace(&self) -> bool {
        self.index.as_ref().is_none_or(|index| index.has(TRACE))
    }

    /// Fetches the metrics page; none if there is none at the service's root or beside the profiles.
    ///
    /// # Errors
    /// What keeps a page that was there before from arriving.
    pub(crate) fn metrics(&mut self) -> Result<Option<Reply>, CollectError> {
        match self.metrics.clone() {
            MetricsAt::Nowhere => Ok(None),
            MetricsAt::Path(path) => self.client.get(&path, metrics::ACCEPT).map(Some),
            MetricsAt::Untried => Ok(self.find_metrics()),
        }
    }

    fn find_metrics(&mut self) -> Option<Reply> {
        let mut paths = vec![format!("{}/metrics", self.prefix)];
        if !self.prefix.is_empty() {
            paths.push("/metrics".to_owned());
        }
        self.metrics = MetricsAt::Nowhere;
        for path in paths {
            let Ok(reply) = self.client.get(&path, metrics::ACCEPT) else { continue };
            if reply.status == 200 && metrics::is_metrics(&reply.body) {
                self.metrics = MetricsAt::Path(path);
                return Some(reply);
            }
        }
        None
    }
}

/// The Go program on this machine that answers a client.
fn go_process(client: &Client) -> Option<u32> {
    let pid = proc::find_owner(client.connection_within_machine()?)?;
    proc::read_build(pid).is_ok().then_some(pid)
}

/// Whether the profiles are below `root`: `Some(Some(index))`, `Some(None)` without an index page, or none.
fn look_at(client: &Client, root: &str) -> Result<Option<Option<Index>>, CollectError> {
    let reply = client.get(&format!("{root}/"), "text/html,*/*;q=0.1")?;
    check::status(&reply)?;
    let page = if reply.status == 200 { check::html(&reply) } else { None };
    let index = page.and_then(Index::parse);
    // Without an index page (hand-mounted routes, or a framework's own) only asking tells; with one, the router may
    // serve nothing below it.
    for probe in PROBES {
        match fetch(client, root, probe) {
            Ok(None) => {}
            Ok(Some(_)) => return Ok(Some(index)),
            // It is there, and will be reported when it is needed.
            Err(CollectError::Truncated { .. } | CollectError::TooLarge { .. }) => {
                return Ok(Some(index));
            }
            Err(error) => return Err(error),
        }
    }
    match page {
        Some(_) if index.is_some() => Err(CollectError::IndexOnly { url: reply.label() }),
        Some(text) if reply.redirected() || check::asks_to_log_in(&reply, text) => {
            Err(check::html_page(&reply, true))
        }
        _ => Ok(None),
    }
}

fn fetch(client: &Client, root: &str, page: Page) -> Result<Option<Reply>, CollectError> {
    let reply = client.get(&format!("{root}/{}", page.path()), "*/*")?;
    check::profile(reply, page.shape())
}
