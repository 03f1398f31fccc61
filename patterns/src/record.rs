//! Short forms that the records are written with.

use plumb_evidence::catalogue::ObjectGoroutine;

/// The phase of an HTTP client object whose response somebody still has in hand.
pub(crate) const RESPONSE_HELD: &str = "response held";

/// The phase of a pooled connection at rest.
pub(crate) const IDLE: &str = "idle";

/// A goroutine that an instance runs once.
pub(crate) const fn one(function: &'static str) -> ObjectGoroutine {
    ObjectGoroutine { function, under: None, per_instance: 1 }
}

/// The same, told from its namesakes by a second function on its stack.
pub(crate) const fn one_under(function: &'static str, under: &'static str) -> ObjectGoroutine {
    ObjectGoroutine { function, under: Some(under), per_instance: 1 }
}

/// A goroutine that an instance runs `per_instance` times.
pub(crate) const fn several(per_instance: u64, function: &'static str) -> ObjectGoroutine {
    ObjectGoroutine { function, under: None, per_instance }
}
