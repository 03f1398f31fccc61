//! Patterns: one folder a leak, and two lines here.
//!
//! **Order.** The first pattern that takes a suspect names the finding, so what needs the most particular evidence comes
//! first: a phase of an object (a held response), a function on the stack (a handshake), sockets without a timer; then
//! what an object is (a pooled connection, a client, a worker); then what goroutines, memory and descriptors do.

use plumb_evidence::catalogue::Pattern;

#[path = "../blocked-sender-after-return/pattern.rs"]
mod blocked_sender_after_return;
#[path = "../client-not-closed/pattern.rs"]
mod client_not_closed;
#[path = "../file-not-closed/pattern.rs"]
mod file_not_closed;
#[path = "../half-open-connection/pattern.rs"]
mod half_open_connection;
#[path = "../handshake-without-deadline/pattern.rs"]
mod handshake_without_deadline;
#[path = "../http-body-not-closed/pattern.rs"]
mod http_body_not_closed;
#[path = "../map-entry-never-deleted/pattern.rs"]
mod map_entry_never_deleted;
#[path = "../transport-per-request/pattern.rs"]
mod transport_per_request;
#[path = "../unstopped-worker/pattern.rs"]
mod unstopped_worker;

/// All patterns, most specific first.
pub(crate) static PATTERNS: &[&Pattern] = &[
    &http_body_not_closed::PATTERN,
    &handshake_without_deadline::PATTERN,
    &half_open_connection::PATTERN,
    &transport_per_request::PATTERN,
    &client_not_closed::PATTERN,
    &unstopped_worker::PATTERN,
    &blocked_sender_after_return::PATTERN,
    &file_not_closed::PATTERN,
    &map_entry_never_deleted::PATTERN,
];

#[cfg(test)]
mod tests;
