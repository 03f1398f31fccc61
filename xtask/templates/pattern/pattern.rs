//! PATTERN-ID: which mistake it is and how the evidence shows it.

use plumb_evidence::catalogue::{Example, Pattern, Prevention};
use plumb_evidence::suspect::{Match, Suspect};

/// The record.
pub(crate) static PATTERN: Pattern = Pattern {
    id: "PATTERN-ID",
    title: "",
    shows: "",
    why: "",
    fix: "",
    example: Example { before: "", after: "" },
    prevention: Prevention { test: "", gate: "", alert: "", doc_comment: "" },
    sources: &[],
    thresholds: &[],
    check,
};

/// Whether a suspect shows the mechanism.
fn check(_suspect: &Suspect) -> Option<Match> {
    None
}
