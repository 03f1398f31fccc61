//! Witnesses: kinds of evidence that can name a line, each with its own rule.
//!
//! To add one: a file here that implements [`Witness`], and a line in [`WITNESSES`].

mod blocked_stack;
mod callers;
mod creator;
mod dial;
mod heap;
mod source;
mod trace;
mod waiting_users;

use plumb_evidence::code::Frame;
use plumb_evidence::finding::{Role, Site, SiteKind, WitnessKind};
use plumb_evidence::service::Instance;
use plumb_evidence::source_evidence::SourceEvidence;
use plumb_evidence::suspect::Suspect;

use crate::code::Code;
pub(crate) use source::SourceSays;

/// What a witness may look at.
pub(crate) struct Hearing<'a> {
    pub(crate) suspect: &'a Suspect,
    /// The instance that shows the suspect best.
    pub(crate) instance: &'a Instance,
    pub(crate) code: &'a Code<'a>,
    /// The part that the matched pattern gives to the line.
    pub(crate) role: Role,
    /// Functions whose callers the pattern wants named; empty = those of the object.
    pub(crate) through: &'static [&'static str],
    /// The id of the pattern, if one matched.
    pub(crate) pattern: Option<&'static str>,
    /// The source of the main module, if it is at hand.
    pub(crate) source: Option<&'a SourceEvidence>,
}

impl Hearing<'_> {
    /// How many leak.
    pub(crate) fn leaks(&self) -> f64 {
        self.suspect.measured.count as f64
    }
}

/// What a witness says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Testimony {
    /// Lines with their share of the leak, most likely first.
    pub(crate) lines: Vec<NamedLine>,
    /// Lines between the first line and the library, which others use rightly or which return what they get.
    pub(crate) passed: Vec<NamedLine>,
    /// Lines that matter too, whichever is the site.
    pub(crate) related: Vec<NamedLine>,
    /// Whether by the witness's own rule the first line is the site.
    pub(crate) decided: bool,
    /// What speaks against the first line: then it decides nothing, and is told beside the line that others name.
    pub(crate) doubt: Option<Doubt>,
    /// What would decide it, if it is not.
    pub(crate) would_decide: Vec<String>,
    /// What the source says about the first line.
    pub(crate) says: Option<SourceSays>,
}

/// What speaks against a line that a witness has decided for.
#[derive(Clone, Debug)]
pub(crate) struct Doubt {
    /// As a sentence.
    pub(crate) text: String,
    /// Whether the evidence would show the line if it leaked, and shows nothing of it.
    pub(crate) refutes: bool,
}

impl Testimony {
    /// Whether by the witness's own rule `frame` is the site.
    pub(crate) fn names(&self, frame: &Frame) -> bool {
        self.decided && self.lines.first().is_some_and(|line| is_same_line(&line.frame, frame))
    }
}

/// Whether two frames are the same line, whatever closure of the function they are in.
pub(crate) fn is_same_line(a: &Frame, b: &Frame) -> bool {
    (&a.file, a.line) == (&b.file, b.line) && a.name().declared() == b.name().declared()
}

/// A line that a witness names.
#[derive(Clone, Debug)]
pub(crate) struct NamedLine {
    pub(crate) frame: Frame,
    pub(crate) role: Role,
    /// 0 to 1.
    pub(crate) share: f64,
    /// What the share rests on.
    pub(crate) basis: String,
}

/// A kind of evidence that can name a line.
pub(crate) trait Witness: Sync {
    fn kind(&self) -> WitnessKind;

    /// Candidate lines for a suspect. `None` = has nothing to say on this kind of suspect.
    fn testify(&self, hearing: &Hearing<'_>) -> Option<Testimony>;
}

/// All witnesses, most trustworthy first: where two have decided, the earlier one names the site.
pub(crate) const WITNESSES: [&dyn Witness; 8] = [
    &blocked_stack::BlockedStack,
    &heap::HeapWitness,
    &trace::TraceWitness,
    &source::SourceWitness,
    &waiting_users::WaitingUsers,
    &waiting_users::OnlyMaker,
    &callers::Callers,
    &creator::Creator,
];

/// A line of user code as a site.
pub(crate) fn line_site(frame: &Frame, role: Role, found_by: Vec<WitnessKind>) -> Site {
    Site {
        kind: SiteKind::Line,
        file: frame.file.clone(),
        line: frame.line,
        function: frame.function.clone(),
        package: frame.name().package().into(),
        version: None,
        role,
        found_by,
    }
}
