//! Captures of real Go services, over HTTP and through `/proc`.

mod processes;
mod proxies;
mod support;
mod tls;
mod traces;
mod urls;
