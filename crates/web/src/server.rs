//! Listens, and asks the site.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    HeaderValue, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::Semaphore;

use crate::access::Access;
use crate::address::{Address, AddressError};
use crate::answer::Answer;
use crate::site::Site;

/// What a page may load and do: its own files, nothing from elsewhere, no scripts or styles in the text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Most connections at a time; browsers open six.
const MOST_CONNECTIONS: usize = 128;

/// Most reports made at a time: each needs a copy of the profile.
const MOST_REPORTS: usize = 2;

/// Pause before the next attempt if the system cannot take a connection, for example for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why no pages are served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Nobody can listen at the address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The system refuses what a server needs.
    #[error("serve web pages: {0}")]
    System(#[from] io::Error),
}

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: Address,
    port: u16,
}

impl Server {
    /// Listens at `[host]:[port]`: on this machine only and at any free port if they are left out.
    ///
    /// # Errors
    /// If it is no such address, or nobody can listen there.
    pub fn bind(address: &str) -> Result<Self, ServeError> {
        let address = Address::parse(address)?;
        let listener = address.listen()?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, address, port })
    }

    /// Where the pages are.
    pub fn url(&self) -> String {
        format!("http://{}", self.address.with_port(self.port))
    }

    /// Answers until the process ends.
    ///
    /// # Errors
    /// If the system refuses what a server needs.
    pub fn serve(self, site: Site) -> Result<Infallible, ServeError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let desk = Desk {
            site: Arc::new(site),
            access: Access { only_local: self.address.is_local() },
            reports: Arc::new(Semaphore::new(MOST_REPORTS)),
        };
        runtime.block_on(accept(self.listener, desk))
    }
}

/// What every connection needs.
#[derive(Debug, Clone)]
struct Desk {
    site: Arc<Site>,
    access: Access,
    reports: Arc<Semaphore>,
}

async fn accept(listener: TcpListener, desk: Desk) -> Result<Infallible, ServeError> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let connections = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let place = Arc::clone(&connections).acquire_owned().await.map_err(io::Error::other)?;
        let Ok((stream, client)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let desk = desk.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |request| answer(desk.clone(), request, client));
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
            // A client that goes away or sends nonsense is no matter of ours.
            let _ = http.serve_connection(TokioIo::new(stream), answer).await;
            drop(place);
        });
    }
}

async fn answer(
    desk: Desk,
    request: Request<Incoming>,
    client: SocketAddr,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    if let Err(status) = desk.access.check(&method, request.headers(), client.ip()) {
        return Ok(response(Answer::status(status)));
    }
    let needs_report = !uri.path().starts_with("/ui/static/");
    let place = match needs_report {
        true => desk.reports.clone().acquire_owned().await.ok(),
        false => None,
    };
    let made = tokio::task::spawn_blocking(move || {
        let answer = desk.site.answer(&method, uri.path(), uri.query().unwrap_or_default());
        drop(place);
        answer
    });
    let failed = |_| Answer::status(StatusCode::INTERNAL_SERVER_ERROR);
    Ok(response(made.await.unwrap_or_else(failed)))
}

/// An answer with the headers that all have.
fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_owner(answer.body)));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    let always: [(HeaderName, &'static str); 6] = [
        (CONTENT_TYPE, answer.content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        // Another profile may be served at the same address soon.
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(location) = answer.location.and_then(|to| HeaderValue::try_from(to).ok()) {
        headers.insert(LOCATION, location);
    }
    if let Some(name) = answer.file_name {
        let value = HeaderValue::try_from(format!("attachment;filename={name}"));
        headers.extend(value.ok().map(|value| (CONTENT_DISPOSITION, value)));
    }
    response
}
