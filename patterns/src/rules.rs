//! Source rules: one in the folder of each pattern that has one, and two lines here.

use plumb_scan::Rule;

#[path = "../blocked-receiver-no-sender/rule.rs"]
mod blocked_receiver_no_sender;
#[path = "../blocked-sender-after-return/rule.rs"]
mod blocked_sender_after_return;
#[path = "../client-not-closed/rule.rs"]
mod client_not_closed;
#[path = "../context-not-cancelled/rule.rs"]
mod context_not_cancelled;
#[path = "../defer-before-error-check/rule.rs"]
mod defer_before_error_check;
#[path = "../defer-in-loop/rule.rs"]
mod defer_in_loop;
#[path = "../file-not-closed/rule.rs"]
mod file_not_closed;
#[path = "../goroutine-without-stop/rule.rs"]
mod goroutine_without_stop;
#[path = "../half-open-connection/rule.rs"]
mod half_open_connection;
#[path = "../handshake-without-deadline/rule.rs"]
mod handshake_without_deadline;
#[path = "../http-body-not-closed/rule.rs"]
mod http_body_not_closed;
#[path = "../leaking-dependency-version/rule.rs"]
mod leaking_dependency_version;
#[path = "../lock-held-on-return/rule.rs"]
mod lock_held_on_return;
#[path = "../map-entry-never-deleted/rule.rs"]
mod map_entry_never_deleted;
#[path = "../pool-item-not-returned/rule.rs"]
mod pool_item_not_returned;
#[path = "../process-not-waited/rule.rs"]
mod process_not_waited;
#[path = "../range-over-open-channel/rule.rs"]
mod range_over_open_channel;
#[path = "../rows-not-closed/rule.rs"]
mod rows_not_closed;
#[path = "../server-without-timeouts/rule.rs"]
mod server_without_timeouts;
#[path = "../span-not-ended/rule.rs"]
mod span_not_ended;
#[path = "../stream-not-closed/rule.rs"]
mod stream_not_closed;
#[path = "../subscription-not-ended/rule.rs"]
mod subscription_not_ended;
#[path = "../ticker-not-stopped/rule.rs"]
mod ticker_not_stopped;
#[path = "../timer-in-loop/rule.rs"]
mod timer_in_loop;
#[path = "../transport-per-request/rule.rs"]
mod transport_per_request;
#[path = "../unstopped-worker/rule.rs"]
mod unstopped_worker;
#[path = "../wrapper-drops-close/rule.rs"]
mod wrapper_drops_close;

/// All rules, in the order of the patterns' ids.
pub(crate) static RULES: &[&Rule] = &[
    &blocked_receiver_no_sender::RULE,
    &blocked_sender_after_return::RULE,
    &client_not_closed::RULE,
    &context_not_cancelled::RULE,
    &defer_before_error_check::RULE,
    &defer_in_loop::RULE,
    &file_not_closed::RULE,
    &goroutine_without_stop::RULE,
    &half_open_connection::RULE,
    &handshake_without_deadline::RULE,
    &http_body_not_closed::RULE,
    &leaking_dependency_version::RULE,
    &lock_held_on_return::RULE,
    &map_entry_never_deleted::RULE,
    &pool_item_not_returned::RULE,
    &process_not_waited::RULE,
    &range_over_open_channel::RULE,
    &rows_not_closed::RULE,
    &server_without_timeouts::RULE,
    &span_not_ended::RULE,
    &stream_not_closed::RULE,
    &subscription_not_ended::RULE,
    &ticker_not_stopped::RULE,
    &timer_in_loop::RULE,
    &transport_per_request::RULE,
    &unstopped_worker::RULE,
    &wrapper_drops_close::RULE,
];
