//! Connections on which the kernel asks peers that do not answer. It ends them by itself after some minutes, so what
//! holds them need not leak: a program that is mended with keepalive looks like this while peers go on to vanish.

use plumb_evidence::finding::{Confidence, Undecided};
use plumb_evidence::suspect::{Match, Suspect};
use plumb_evidence::target;

use crate::thresholds::{KEEPALIVE_SECONDS, UNANSWERED_SHARE_MIN};
use crate::wording::{subject, thousands};

/// The question whether a suspect leaks, if the kernel may still end what it is accused of.
pub(crate) fn question(suspect: &Suspect, matched: &Match, target: &str) -> Option<Undecided> {
    let sockets = suspect.sockets.as_ref()?;
    let unanswered = sockets.unanswered?;
    let measured = &suspect.measured;
    let accused = match &measured.growth {
        Some(growth) if measured.grows() => growth.gain.estimate,
        _ => measured.count as f64,
    };
    // What grows for longer than that is made faster than the kernel ends it, or keepalive is set to hours.
    let window = match (measured.series.first(), measured.series.last()) {
        (Some((first, _)), Some((last, _))) => last - first,
        _ => 0.0,
    };
    let may_end = window < KEEPALIVE_SECONDS && unanswered as f64 >= UNANSWERED_SHARE_MIN * accused;
    if !may_end || unanswered == 0 || matched.confidence == Confidence::Proven {
        return None;
    }
    let count = thousands(measured.count as f64);
    let asked = thousands(unanswered as f64);
    Some(Undecided {
        what: format!(
            "whether {count} {} leak: the peers of {asked} connections do not answer the kernel's probes, so it \
             ends these by itself (with Go's keepalive {KEEPALIVE_SECONDS:.0} s after the last answer)",
            subject(suspect)
        ),
        bring: format!(
            "a look in three minutes: plumb diagnose {}; what is there then leaks",
            target::quoted(target)
        ),
    })
}
