//! A user frame on the blocked stack is the site.

use plumb_evidence::finding::WitnessKind;
use plumb_evidence::suspect::Subject;

use super::{Hearing, NamedLine, Testimony, Witness};

pub(crate) struct BlockedStack;

impl Witness for BlockedStack {
    fn kind(&self) -> WitnessKind {
        WitnessKind::BlockedStack
    }

    fn testify(&self, hearing: &Hearing<'_>) -> Option<Testimony> {
        let Subject::Goroutines(crowd) = &hearing.suspect.subject else { return None };
        let frame = crowd.stack.frames().get(crowd.user_frame?)?;
        let basis = format!("{} goroutines are blocked below it", hearing.suspect.measured.count);
        let line = NamedLine { frame: frame.clone(), role: hearing.role, share: 1.0, basis };
        Some(Testimony { lines: vec![line], decided: true, ..Testimony::default() })
    }
}
