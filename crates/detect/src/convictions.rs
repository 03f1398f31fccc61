//! Which mistakes of a scan the evidence of a running program convicts: the source witness from the other side.

use plumb_evidence::code::Frame;
use plumb_evidence::finding::{Diagnosis, Finding, Site, SiteKind};
use plumb_evidence::source::{Scan, SourceFinding};
use plumb_evidence::source_evidence::{SourceEvidence, is_function};

/// How a mistake and a finding belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is the line of the finding.
    Site,
    /// It is one of the lines between which the evidence does not decide.
    Candidate,
}

/// A mistake of a scan that leaks in a running program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conviction {
    /// Index in [`Scan::findings`].
    pub mistake: usize,
    /// Index in [`Diagnosis::findings`]: how many goroutines and bytes, at which frames.
    pub finding: usize,
    /// How they belong together.
    pub standing: Standing,
}

/// The mistakes that leak: those at the lines of findings first, in the order of the findings, each with the finding that
/// convicts it most.
///
/// `source` is what the diagnosis was made with: it knows which lines of the source are which lines of the binary.
/// Without it lines are compared as they are.
pub fn convictions(
    scan: &Scan,
    diagnosis: &Diagnosis,
    source: Option<&SourceEvidence>,
) -> Vec<Conviction> {
    let mut all = Vec::new();
    for (mistake, found) in scan.findings.iter().enumerate().filter(|(_, found)| !found.in_test) {
        let standings = diagnosis.findings.iter().enumerate().filter_map(|(finding, of)| {
            let standing = standing(found, of, source)?;
            Some(Conviction { mistake, finding, standing })
        });
        all.extend(standings.min_by_key(|one| (one.standing, one.finding)));
    }
    all.sort_by_key(|one| (one.standing, one.finding, one.mistake));
    all
}

fn standing(
    mistake: &SourceFinding,
    finding: &Finding,
    source: Option<&SourceEvidence>,
) -> Option<Standing> {
    // Another mistake on the same line is not what leaks.
    if finding.pattern.is_some_and(|pattern| pattern.id != mistake.pattern)
        && !is_of_object(mistake, finding)
    {
        return None;
    }
    if is_at(mistake, &finding.site, source) {
        return Some(Standing::Site);
    }
    let is_open = finding.site.kind != SiteKind::Line;
    let mut candidates = finding.candidates.iter();
    (is_open && candidates.any(|candidate| is_at(mistake, &candidate.site, source)))
        .then_some(Standing::Candidate)
}

fn is_of_object(mistake: &SourceFinding, finding: &Finding) -> bool {
    !mistake.object.is_empty() && finding.object.as_deref() == Some(mistake.object)
}

/// Whether a mistake, or a step of it, is on the line of a site.
fn is_at(mistake: &SourceFinding, site: &Site, source: Option<&SourceEvidence>) -> bool {
    if site.kind != SiteKind::Line {
        return false;
    }
    let frame = Frame { function: site.function.clone(), file: site.file.clone(), line: site.line };
    let Some(source) = source else {
        let is_file = SourceEvidence::is_file(&frame.file, &mistake.file);
        return is_file
            && is_function(&frame, &mistake.function)
            && on_line(mistake, &|line| line == site.line);
    };
    // The root of a scan may be above that of the module.
    let same_file = |file: &str| {
        SourceEvidence::is_file(&frame.file, file) && SourceEvidence::is_file(&mistake.file, file)
    };
    source.sites.iter().filter(|known| same_file(&known.file)).any(|known| {
        let lines = std::iter::once((known.here, known.recorded, &known.function)).chain(
            known.mistakes.iter().flat_map(|mistake| {
                mistake.steps.iter().map(|step| (step.here, step.recorded, &step.function))
            }),
        );
        let mut meeting = lines.filter(|(_, recorded, function)| {
            let on_it = |(first, last)| (first..=last).contains(&site.line);
            is_function(&frame, function) && recorded.is_none_or(on_it)
        });
        meeting.any(|(here, _, _)| on_line(mistake, &|line| (here.0..=here.1).contains(&line)))
    })
}

fn on_line(mistake: &SourceFinding, is_it: &dyn Fn(u32) -> bool) -> bool {
    let steps = mistake.path.iter().map(|step| step.place);
    std::iter::once(mistake.place)
        .chain(steps)
        .any(|place| (place.line..=place.end_line.max(place.line)).any(is_it))
}
