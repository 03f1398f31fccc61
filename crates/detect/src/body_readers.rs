//! Goroutines that read the body of an HTTP response: as many as responses are held, they are who holds them. Then their
//! line is the site, and that nobody reads is not why it leaks.

use plumb_evidence::code::Stack;
use plumb_evidence::finding::EvidenceItem;
use plumb_evidence::suspect::{GoroutineCrowd, Match, Subject, Suspect};

use crate::suspects::{Accused, moved};
use crate::thresholds::WAITING_ALL_SHARE;
use crate::wording::{subject, thousands};

/// Functions on the stack of somebody who reads an HTTP response body.
const READING: [&str; 4] = [
    "net/http.(*bodyEOFSignal).Read",
    "net/http/internal/http2.transportResponseBody.Read",
    "net/http.http2transportResponseBody.Read",
    "golang.org/x/net/http2.transportResponseBody.Read",
];

/// Objects that a response keeps until its body is read to the end or closed.
const HELD: [&str; 2] = ["http.persistConn", "http2.clientStream"];

/// Whether a goroutine reads a response body.
pub(crate) fn reads_a_body(stack: &Stack) -> bool {
    READING.iter().any(|reading| stack.passes(reading))
}

/// Whether goroutines of the user's are blocked while they read response bodies.
pub(crate) fn is_crowd_of_readers(crowd: &GoroutineCrowd) -> bool {
    crowd.user_frame.is_some() && crowd.state.is_blocked() && reads_a_body(&crowd.stack)
}

/// Readers of the user's that grow in number, which are judged by themselves.
pub(crate) struct BodyReaders {
    gained: f64,
    /// What they hold, in words.
    held: Vec<String>,
}

impl BodyReaders {
    pub(crate) fn among(accused: &[Accused]) -> Self {
        let suspects = || accused.iter().map(|accused| &accused.suspect);
        let gained = suspects().filter(|s| are_growing_readers(s)).map(|s| moved(&s.measured));
        let mut readers = Self { gained: gained.sum(), held: Vec::new() };
        let held = suspects().filter(|suspect| readers.hold(suspect));
        let told = |s: &Suspect| format!("{} {}", thousands(s.measured.count as f64), subject(s));
        readers.held = held.map(told).collect();
        readers
    }

    /// Whether as many readers have come as held responses: each of these is read.
    pub(crate) fn hold(&self, suspect: &Suspect) -> bool {
        let Subject::Object(object) = &suspect.subject else { return false };
        let is_held = object.phase.is_some_and(|phase| !phase.ordinary)
            && object.record.is_some_and(|record| HELD.contains(&record.name));
        is_held
            && suspect.measured.grows()
            && self.gained >= WAITING_ALL_SHARE * moved(&suspect.measured)
    }

    /// Tells what the readers hold.
    pub(crate) fn tell(&self, suspect: &Suspect, matched: &mut Match) {
        if are_growing_readers(suspect) && !self.held.is_empty() {
            let text = format!("held by those who read: {}", self.held.join(", "));
            matched.evidence.push(EvidenceItem::new("count", text));
        }
    }
}

fn are_growing_readers(suspect: &Suspect) -> bool {
    let Subject::Goroutines(crowd) = &suspect.subject else { return false };
    suspect.measured.grows() && is_crowd_of_readers(crowd)
}
