//! Files that stand open, each once: a store keeps its segments open, and a leak leaves what it wrote behind.

use plumb_evidence::finding::{Confidence, Finding, Undecided};
use plumb_evidence::process::DescriptorKind;
use plumb_evidence::suspect::{Subject, Suspect};

use crate::wording::{subject, thousands};

/// What a finding on files that do not grow leaves open, if neither their number nor the source says that they leak.
pub(crate) fn question(suspect: &Suspect, finding: &Finding) -> Option<Undecided> {
    let Subject::Descriptors(crowd) = &suspect.subject else { return None };
    let is_file = matches!(crowd.kind, DescriptorKind::File | DescriptorKind::Directory);
    if !is_file || suspect.measured.grows() || finding.confidence > Confidence::Possible {
        return None;
    }
    let count = thousands(suspect.measured.count as f64);
    let opener = finding.candidates.first().map(|candidate| &candidate.site.function);
    let by = opener
        .filter(|function| !function.is_empty())
        .map_or_else(String::new, |function| format!(", by {function}"));
    Some(Undecided {
        what: format!(
            "{count} {} stand open, each file once{by}, while {}: kept on purpose, as by a store, or left behind?",
            subject(suspect),
            match suspect.surroundings.unasked {
                Some(false) => "requests come and none is added",
                _ => "nothing is asked",
            }
        ),
        bring: "a second look after some hours of use: if more are open then, they leak; or the names of those that \
                nobody needs any more (ls -l /proc/PID/fd)"
            .to_owned(),
    })
}
