//! Channels that a function makes and does not give away: who sends, receives and closes, and on which ways out of
//! the function somebody waits for ever.
//!
//! Only channels of which every use is seen are judged: what is returned, stored, sent or passed to a function that
//! is not in the file may be used by anybody.

mod drained;
mod failing;
mod local;
mod operations;
mod producers;
mod receivers;
mod senders;
mod unguarded;

pub(crate) use drained::Drains;
pub use local::Capacity;
pub(crate) use local::Channel;
pub use producers::{Producer, producers};
pub use receivers::{BlockedReceiver, WaitsFor, blocked_receivers};
pub use senders::{BlockedSender, blocked_senders};
pub use unguarded::{UnguardedSend, unguarded_sends};
