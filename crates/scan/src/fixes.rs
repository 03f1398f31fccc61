//! What would mend a finding, where there is one right answer.
//!
//! A fix is safe if it can be applied without a look at the code around: what is released is known to belong to the
//! function, it is released once on every way, and nothing that matters happens later than before. Where a number is
//! guessed, an error of the release counts, or only names tell that something is acquired, it is not. Where what is
//! acquired may outlive the function, and in generated files, there is none.
//!
//! | module | mends |
//! |---|---|
//! | `losses` | what is acquired and lost: a deferred release, or one before each way out |
//! | `unused` | what nobody takes: results that are dropped or assigned to `_` |
//! | `defers` | releases that are deferred too early, or in a loop |
//! | `locks` | locks that are held on return |
//! | `timers` | timers and tickers that a loop makes |
//! | `channels` | channels without room for the answer that nobody waits for |
//! | `servers` | servers without timeouts, and transports made for each call |
//! | `handshakes` | handshakes without a deadline |
//! | `probes` | connections of which keepalive is turned off |
//! | `signals` | goroutines that see the signal to end and go on |

mod channels;
mod defers;
mod exits;
mod handshakes;
mod locks;
mod losses;
mod names;
mod outliving;
mod probes;
mod release;
mod servers;
mod signals;
mod site;
mod statements;
mod timers;
mod unused;

use plumb_evidence::source::{SourceEdit, SourceFix};
use plumb_gosource::edit::Edits;

use crate::code::Code;
use crate::resources::{Loss, LossKind};

pub use channels::{buffered, closed};
pub use defers::{after_check, each_round};
pub use handshakes::{dialed_with_deadline, with_deadline};
pub use locks::unlocked;
pub use probes::{probed, with_probes};
pub use servers::{call_with_timeout, literal_with_timeout, shared};
pub use signals::left_on_signal;
pub use timers::{hoisted_ticker, stopped_timer};

/// Releases what is lost.
pub fn of_loss(code: &Code<'_>, loss: &Loss) -> Option<SourceFix> {
    match loss.how {
        LossKind::Dropped => unused::dropped(code, loss),
        LossKind::Blank => unused::blank(code, loss),
        LossKind::Never(_) | LossKind::OnSomeWays { .. } => losses::released(code, loss),
    }
}

/// No edits yet; `None` if the file must not be edited: a program made it, or it has errors.
fn edits<'c>(code: &Code<'c>) -> Option<Edits<'c, 'c>> {
    if code.file.is_generated() {
        return None;
    }
    Edits::new(code.file, code.names).ok()
}

/// A fix of edits; `None` if they cannot be applied.
fn fix(edits: &Edits<'_, '_>, safe: bool, text: String) -> Option<SourceFix> {
    let edited = edits.apply().ok()?;
    let edit = |edit: plumb_gosource::edit::Edit| SourceEdit {
        start: edit.span.start,
        end: edit.span.end,
        text: edit.text,
    };
    let edits: Vec<SourceEdit> = edited.edits.into_iter().map(edit).collect();
    (!edits.is_empty()).then_some(SourceFix { text, safe, edits })
}
