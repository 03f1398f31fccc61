//! Whether an answer is the profile that was asked for, and what it is if not.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use super::index::Index;
use crate::CollectError;
use crate::http::{Reply, Sent};

/// Most bytes of an answer quoted in an error.
const EXCERPT: usize = 100;

/// Most unpacked bytes of a gzip member checked for completeness.
const MAX_UNPACKED: u64 = 1 << 30;

/// What servers say to plain HTTP on their TLS port: Go's, nginx, Apache.
const WANT_TLS: [&str; 3] = [
    "HTTP request to an HTTPS server",
    "plain HTTP request was sent to HTTPS port",
    "speaking plain HTTP to an SSL-enabled server port",
];

/// The shape of the answer that a request must bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A gzip-compressed protobuf.
    Protobuf,
    /// `heap?debug=1`.
    HeapText,
    /// `goroutine?debug=2`.
    Dump,
    /// An execution trace, of which only the first bytes are there.
    Trace,
}

/// The answer if it is the profile; none if the service does not have this profile.
pub(super) fn profile(reply: Reply, shape: Shape) -> Result<Option<Reply>, CollectError> {
    status(&reply)?;
    // 405: the route exists for other methods; not for reading profiles.
    if matches!(reply.status.as_u16(), 404 | 405 | 501) {
        return Ok(None);
    }
    let url = || reply.label();
    if let Some(page) = html(&reply) {
        // Under a prefix that `pprof.Index` does not know, it answers every path with the index page.
        return match Index::parse(page) {
            Some(_) => Ok(None),
            None => Err(html_page(&reply, asks_to_log_in(&reply, page))),
        };
    }
    let body = reply.body.as_slice();
    let fits = match shape {
        Shape::Protobuf => body.starts_with(&[0x1f, 0x8b]),
        Shape::HeapText => body.starts_with(b"heap profile:"),
        Shape::Dump => body.starts_with(b"goroutine "),
        Shape::Trace => body.starts_with(b"go 1."),
    };
    if !fits {
        let got = match body {
            [] => "nothing (an empty answer)".to_owned(),
            [0x1f, 0x8b, ..] => "compressed data".to_owned(),
            other => format!("`{}`", excerpt(other)),
        };
        return Err(CollectError::NotAProfile { url: url(), got, through: reply.through() });
    }
    if shape == Shape::Protobuf {
        whole_gzip(body).map_err(|why| CollectError::Truncated { url: url(), why })?;
    }
    Ok(Some(reply))
}

/// The error of a page for people.
pub(super) fn html_page(reply: &Reply, login: bool) -> CollectError {
    CollectError::HtmlPage { url: reply.label(), login, through: reply.through() }
}

/// Errors that concern the whole service, whatever was asked for.
pub(super) fn status(reply: &Reply) -> Result<(), CollectError> {
    let status = reply.status.as_u16();
    let url = reply.label();
    let sent = reply.credentials == Sent::Yes;
    let through = reply.through();
    match status {
        200 | 404 | 405 | 501 => Ok(()),
        403 => Err(CollectError::Forbidden { url, sent, through }),
        401 => {
            let challenge =
                reply.headers.get("www-authenticate").and_then(|value| value.to_str().ok());
            let scheme =
                challenge.and_then(|text| text.split_whitespace().next()).map(str::to_owned);
            let withheld = reply.credentials == Sent::Withheld;
            Err(CollectError::Unauthorized { url, sent, withheld, scheme, through })
        }
        400 if wants_tls(&reply.body) => {
            let try_instead = reply.url.as_str().replacen("http://", "https://", 1);
            Err(CollectError::NeedsTls { url, try_instead })
        }
        _ => {
            let excerpt = if html(reply).is_some() { String::new() } else { excerpt(&reply.body) };
            Err(CollectError::Status { url, status, excerpt, through })
        }
    }
}

fn wants_tls(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    // Pages break lines where they like.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    WANT_TLS.iter().any(|words| text.contains(words))
}

/// The text of an HTML page.
pub(super) fn html(reply: &Reply) -> Option<&str> {
    let text = match std::str::from_utf8(&reply.body) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&reply.body[..error.valid_up_to()]).ok()?,
    };
    let start = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    let looks = |tag: &str| start.get(..tag.len()).is_some_and(|s| s.eq_ignore_ascii_case(tag));
    let is_html = looks("<!doctype html") || looks("<html") || looks("<head") || looks("<body");
    let declared = reply.content_type().starts_with("text/html") && start.starts_with('<');
    (is_html || declared).then_some(text)
}

/// A password field, or a page that a redirect led to.
pub(super) fn asks_to_log_in(reply: &Reply, page: &str) -> bool {
    let page = page.to_ascii_lowercase();
    let words = [
        "type=\"password\"",
        "type='password'",
        "type=password",
        "log in",
        "login",
        "sign in",
        "signin",
    ];
    reply.redirected() || words.iter().any(|word| page.contains(word))
}

/// Unpacks to the end, where the checksum is.
fn whole_gzip(bytes: &[u8]) -> Result<(), String> {
    let mut unpacked = MultiGzDecoder::new(bytes).take(MAX_UNPACKED);
    match io::copy(&mut unpacked, &mut io::sink()) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(format!("its gzip stream has no end ({} bytes came)", bytes.len()))
        }
        Err(error) => Err(format!("its gzip stream is damaged: {error}")),
    }
}

/// The beginning of an answer as one printable line.
fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(EXCERPT)]);
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.chars()
        .map(|c| if c.is_control() || c == char::REPLACEMENT_CHARACTER { '.' } else { c })
        .collect::<String>()
        .trim()
        .to_owned()
}
