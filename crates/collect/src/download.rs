//! One answer of one URL, as it is: for `plumb pprof`, which is given URLs of profiles and not of services.

use url::Url;

use crate::http::{Client, HttpOptions};
use crate::options::Stop;
use crate::{CollectError, PprofUrl, Target};

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// The HTTP status.
    pub status: u16,
    /// Its usual words, such as `Not Found`; empty if it is none of the usual ones.
    pub reason: &'static str,
    /// The whole body.
    pub body: Vec<u8>,
    /// Whether the body is what `net/http/pprof` says of an error.
    pub explains_error: bool,
}

/// Fetches a URL with its path and query, following redirects.
///
/// # Errors
/// If the text is no URL of HTTP, and whatever keeps an answer from arriving whole. A status other than 200 is no error
/// here.
pub fn download(url: &str, options: &HttpOptions) -> Result<Download, CollectError> {
    let target = match Target::parse(url)? {
        Target::Url(target) => target,
        Target::Pid(_) => return Err(no_url(url)),
    };
    let path = path_and_query(url).ok_or_else(|| no_url(url))?;
    let reply = client(&target, options)?.get(&path, "*/*")?;
    let is_text = reply.content_type().contains("text/plain");
    let is_pprof = reply.headers.get("X-Go-Pprof").is_some_and(|value| !value.is_empty());
    Ok(Download {
        status: reply.status.as_u16(),
        reason: reply.status.canonical_reason().unwrap_or_default(),
        explains_error: is_pprof && is_text,
        body: reply.body,
    })
}

fn client(target: &PprofUrl, options: &HttpOptions) -> Result<Client, CollectError> {
    Client::new(target, options, &Stop::default())
}

fn path_and_query(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    Some(match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    })
}

fn no_url(text: &str) -> CollectError {
    CollectError::BadTarget { target: text.to_owned(), why: "not a URL".to_owned() }
}
