//! Patterns: one folder a leak, and two lines here.
//!
//! **Order.** The first pattern that takes a suspect names the finding, so what needs the most particular evidence comes
//! first: a phase of an object (a held response), a function on the stack (a handshake), sockets without a timer; then
//! what an object is (a pooled connection, a client, a worker); then what goroutines, memory and descriptors do. Patterns
//! that only the source tells of match no suspect and come last.

use plumb_evidence::catalogue::Pattern;

#[path = "../blocked-receiver-no-sender/pattern.rs"]
mod blocked_receiver_no_sender;
#[path = "../blocked-sender-after-return/pattern.rs"]
mod blocked_sender_after_return;
#[path = "../client-not-closed/pattern.rs"]
mod client_not_closed;
#[path = "../context-not-cancelled/pattern.rs"]
mod context_not_cancelled;
#[path = "../defer-before-error-check/pattern.rs"]
mod defer_before_error_check;
#[path = "../defer-in-loop/pattern.rs"]
mod defer_in_loop;
#[path = "../file-not-closed/pattern.rs"]
mod file_not_closed;
#[path = "../goroutine-without-stop/pattern.rs"]
mod goroutine_without_stop;
#[path = "../half-open-connection/pattern.rs"]
mod half_open_connection;
#[path = "../handshake-without-deadline/pattern.rs"]
mod handshake_without_deadline;
#[path = "../http-body-not-closed/pattern.rs"]
mod http_body_not_closed;
#[path = "../leaking-dependency-version/pattern.rs"]
mod leaking_dependency_version;
#[path = "../lock-held-on-return/pattern.rs"]
mod lock_held_on_return;
#[path = "../map-entry-never-deleted/pattern.rs"]
mod map_entry_never_deleted;
#[path = "../pool-item-not-returned/pattern.rs"]
mod pool_item_not_returned;
#[path = "../process-not-waited/pattern.rs"]
mod process_not_waited;
#[path = "../range-over-open-channel/pattern.rs"]
mod range_over_open_channel;
#[path = "../rows-not-closed/pattern.rs"]
mod rows_not_closed;
#[path = "../server-without-timeouts/pattern.rs"]
mod server_without_timeouts;
#[path = "../span-not-ended/pattern.rs"]
mod span_not_ended;
#[path = "../stream-not-closed/pattern.rs"]
mod stream_not_closed;
#[path = "../subscription-not-ended/pattern.rs"]
mod subscription_not_ended;
#[path = "../ticker-not-stopped/pattern.rs"]
mod ticker_not_stopped;
#[path = "../timer-in-loop/pattern.rs"]
mod timer_in_loop;
#[path = "../transport-per-request/pattern.rs"]
mod transport_per_request;
#[path = "../unstopped-worker/pattern.rs"]
mod unstopped_worker;
#[path = "../wrapper-drops-close/pattern.rs"]
mod wrapper_drops_close;

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
    // Only the source tells of these.
    &blocked_receiver_no_sender::PATTERN,
    &context_not_cancelled::PATTERN,
    &defer_before_error_check::PATTERN,
    &defer_in_loop::PATTERN,
    &goroutine_without_stop::PATTERN,
    &leaking_dependency_version::PATTERN,
    &lock_held_on_return::PATTERN,
    &pool_item_not_returned::PATTERN,
    &process_not_waited::PATTERN,
    &range_over_open_channel::PATTERN,
    &rows_not_closed::PATTERN,
    &server_without_timeouts::PATTERN,
    &span_not_ended::PATTERN,
    &stream_not_closed::PATTERN,
    &subscription_not_ended::PATTERN,
    &ticker_not_stopped::PATTERN,
    &timer_in_loop::PATTERN,
    &wrapper_drops_close::PATTERN,
];

#[cfg(test)]
mod tests;
