//! Memory that goroutines hold: where as many of the user's goroutines stand beside it, they may be what leaks.

use plumb_evidence::finding::{Confidence, EvidenceItem};
use plumb_evidence::suspect::{Match, Subject, Suspect};

use crate::suspects::Accused;
use crate::thresholds::{HOLDERS_MIN, HOLDERS_RATIO_MAX};
use crate::wording::{subject, thousands};

/// Crowds of the user's goroutines that are no pool as far as is known, each with its number and what it is.
pub(crate) struct Holders(Vec<(u64, String)>);

impl Holders {
    pub(crate) fn among(accused: &[Accused]) -> Self {
        let crowds = accused.iter().filter_map(|accused| {
            let suspect = &accused.suspect;
            let Subject::Goroutines(crowd) = &suspect.subject else { return None };
            let is_pool = crowd.makers.is_some_and(|makers| !makers.separate_calls);
            let count = suspect.measured.count;
            (count >= HOLDERS_MIN && !is_pool && !crowd.serves_connection)
                .then(|| (count, subject(suspect)))
        });
        Self(crowds.collect())
    }

    /// What outlives its connections may be held by goroutines that do: then they are the leak, and nothing is known
    /// of a map.
    pub(crate) fn doubt(&self, suspect: &Suspect, matched: &mut Match) {
        let Subject::Memory(site) = &suspect.subject else { return };
        let objects = suspect.measured.count as f64;
        let alike = |count: u64| {
            let ratio = count as f64 / objects;
            (1.0 / HOLDERS_RATIO_MAX..=HOLDERS_RATIO_MAX).contains(&ratio)
        };
        let Some((count, what)) = self.0.iter().find(|(count, _)| alike(*count)) else { return };
        if site.holds_dead.is_none() || matched.confidence != Confidence::Likely {
            return;
        }
        matched.confidence = Confidence::Possible;
        let text = format!(
            "{} {what} may hold these objects: then the goroutines are what leaks; a full dump \
             (--pause-limit) tells who made them",
            thousands(*count as f64)
        );
        matched.evidence.insert(0, EvidenceItem::new("conflict", text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumb_evidence::code::{Frame, Stack};
    use plumb_evidence::finding::{Resource, Role};
    use plumb_evidence::heap::Amount;
    use plumb_evidence::measure::Measured;
    use plumb_evidence::suspect::{DeadObjects, MemorySite, Remedy, Surroundings};

    fn sessions(count: u64) -> Suspect {
        let frame = Frame { function: "main.serve".into(), file: "main.go".into(), line: 40 };
        let live = Amount { samples: 3.0, objects: count as f64, bytes: 1e6 };
        let site = MemorySite {
            stack: Stack([frame.clone()].into()),
            frame,
            live,
            allocated: live,
            gained: None,
            allocated_since: 0.0,
            stored_at: None,
            holds_dead: Some(DeadObjects {
                name: "objects made for connections in main.serve".into(),
                in_memory: count as f64,
                existing: 0,
            }),
            per_work: None,
        };
        Suspect {
            subject: Subject::Memory(site),
            measured: Measured { count, ..Measured::default() },
            sockets: None,
            heap: None,
            surroundings: Surroundings::default(),
        }
    }

    fn confidence_beside(crowd: u64) -> Confidence {
        let mut matched = Match {
            confidence: Confidence::Likely,
            resource: Resource::Memory,
            role: Role::Stores,
            through: &[],
            evidence: Vec::new(),
            remedy: Remedy::default(),
        };
        let holders = Holders(vec![(crowd, "goroutines in main.(*session).writePump".to_owned())]);
        holders.doubt(&sessions(455), &mut matched);
        matched.confidence
    }

    #[test]
    fn goroutines_of_about_the_same_number_may_hold_it() {
        assert_eq!(confidence_beside(492), Confidence::Possible);
        assert_eq!(confidence_beside(32), Confidence::Likely, "a pool beside it");
        assert_eq!(confidence_beside(4000), Confidence::Likely);
    }
}
