//! `created by` of a dump names a user line for objects that the caller makes itself, never for pooled ones: there
//! the leak empties the pool and the innocent caller redials (362 of 452 leaked connections carried the healthy
//! caller's name; DESIGN.md §5.4).

use plumb_evidence::finding::{Role, WitnessKind};
use plumb_evidence::suspect::Subject;

use super::{Hearing, NamedLine, Testimony, Witness};

pub(crate) struct Creator;

impl Witness for Creator {
    fn kind(&self) -> WitnessKind {
        WitnessKind::Creator
    }

    fn testify(&self, hearing: &Hearing<'_>) -> Option<Testimony> {
        let Subject::Object(object) = &hearing.suspect.subject else { return None };
        if object.record.is_some_and(|record| record.pooled) {
            return None;
        }
        let frame = object.created_by.as_ref().filter(|frame| hearing.code.is_user(frame))?;
        let basis = "the dump says \"created by\" it".to_owned();
        let line = NamedLine { frame: frame.clone(), role: Role::Creates, share: 1.0, basis };
        Some(Testimony { lines: vec![line], decided: true, ..Testimony::default() })
    }
}
