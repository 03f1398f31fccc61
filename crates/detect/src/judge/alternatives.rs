//! Memory shows that objects pile up, not what keeps them: without goroutines the phase of an object is not known, and
//! its patterns differ by the phase. What each would say is asked of the catalogue.

use plumb_evidence::catalogue::{Catalogue, Pattern, Phase};
use plumb_evidence::finding::{EvidenceItem, Finding, SiteKind};
use plumb_evidence::number::count;
use plumb_evidence::suspect::{ObjectCrowd, Subject, Suspect};

use crate::wording::subject;

/// A pattern that would fit, and the phase in which it would.
type Alternative = (&'static Pattern, &'static Phase);

/// Lets a finding without a pattern name those that it may be, and what tells them apart.
pub(super) fn name_alternatives(finding: &mut Finding, suspect: &Suspect, catalogue: &Catalogue) {
    let Subject::Object(object) = &suspect.subject else { return };
    let alternatives = alternatives(suspect, object, catalogue);
    if finding.pattern.is_some() || alternatives.is_empty() {
        return;
    }
    let joined = |part: &dyn Fn(&Alternative) -> String, by: &str| {
        alternatives.iter().map(part).collect::<Vec<_>>().join(by)
    };
    let titles = joined(&|(pattern, _)| pattern.title.to_owned(), " or ");
    finding.title =
        format!("{titles}: {} {}", count(suspect.measured.count as f64), subject(suspect));
    let cases = joined(&|(pattern, phase)| format!("{} if {}", pattern.id, phase.meaning), "; ");
    let text = format!("memory shows that they pile up, not what keeps them: it may be {cases}");
    finding.evidence.insert(0, EvidenceItem::new("mechanism", text));
    let states = joined(
        &|(pattern, phase)| format!("{} [{}] says {}", phase.function, phase.state, pattern.id),
        ", ",
    );
    let bring = "a goroutine profile of the same process (/debug/pprof/goroutine)";
    // A line that is named for one of them is not the line of the other.
    if finding.site.kind != SiteKind::Line {
        finding.would_decide.insert(0, format!("{bring}: {states}"));
    }
    finding.why = joined(&|(pattern, _)| format!("If {}: {}", pattern.id, pattern.why), " ");
    finding.fix = joined(&|(pattern, _)| format!("If {}: {}", pattern.id, pattern.fix), " ");
}

/// The patterns that fit in one of the phases that the object may be in, each once.
fn alternatives(
    suspect: &Suspect,
    object: &ObjectCrowd,
    catalogue: &Catalogue,
) -> Vec<Alternative> {
    let unknown = object.phase.is_none() && object.goroutines.is_empty();
    let phases = object.record.filter(|_| unknown).map_or(&[][..], |record| record.phases);
    let mut found: Vec<Alternative> = Vec::new();
    for phase in phases {
        let object = ObjectCrowd { phase: Some(phase), ..object.clone() };
        let supposed = Suspect { subject: Subject::Object(object), ..suspect.clone() };
        let fits = |pattern: &&&'static Pattern| (pattern.check)(&supposed).is_some();
        let Some(&pattern) = catalogue.patterns.iter().find(fits) else { continue };
        if found.iter().all(|(known, _)| known.id != pattern.id) {
            found.push((pattern, phase));
        }
    }
    found
}
