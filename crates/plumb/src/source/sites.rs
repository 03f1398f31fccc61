//! What a scan finds in the source, as evidence: findings and acquisitions at one place are one site.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::source::{SourceFinding, SourceFix, SourcePlace, SourceStep};
use plumb_evidence::source_evidence::{
    Fate, Mistake, SiteFix, SiteStep, SourceAcquisition, SourceSite,
};
use plumb_scan::acquisitions::{SourceFunction, Survey};
use plumb_scan::apply::{Changed, edited};

use super::revision::Lines;

/// All places, in the order of files and lines.
pub(super) fn sites(survey: &Survey, root: &Path, lines: &Lines) -> Vec<SourceSite> {
    let builder = Builder { root, lines, functions: &survey.functions };
    let mut sites: Vec<(SourcePlace, SourceSite)> = Vec::new();
    let mut at: BTreeMap<(&str, SourcePlace), usize> = BTreeMap::new();
    for acquisition in &survey.acquisitions {
        at.insert((&acquisition.file, acquisition.place), sites.len());
        sites.push((acquisition.place, builder.of_acquisition(acquisition)));
    }
    for finding in &survey.findings {
        let mistake = builder.mistake(finding);
        match at.get(&(&*finding.file, finding.place)) {
            Some(&index) => {
                let (_, site) = &mut sites[index];
                site.fate = Fate::Lost;
                site.mistakes.push(mistake);
            }
            None => {
                at.insert((&finding.file, finding.place), sites.len());
                sites.push((finding.place, builder.of_finding(finding, mistake)));
            }
        }
    }
    sites.sort_by(|(a_place, a), (b_place, b)| (&a.file, a_place).cmp(&(&b.file, b_place)));
    sites.into_iter().map(|(_, site)| site).collect()
}

struct Builder<'a> {
    root: &'a Path,
    lines: &'a Lines,
    functions: &'a [SourceFunction],
}

impl Builder<'_> {
    fn of_acquisition(&self, acquisition: &SourceAcquisition) -> SourceSite {
        let here = range(acquisition.place);
        // What no rule tells of is held to be in order: a rule may know better than its losses.
        let fate = match acquisition.fate {
            Fate::Lost => Fate::Unknown,
            fate => fate,
        };
        SourceSite {
            file: acquisition.file.as_str().into(),
            function: acquisition.function.as_str().into(),
            here,
            recorded: self.recorded(&acquisition.file, here),
            called: acquisition.called.clone(),
            object: acquisition.object.clone(),
            module: acquisition.module,
            kind: acquisition.kind,
            fate,
            mistakes: Vec::new(),
        }
    }

    fn of_finding(&self, finding: &SourceFinding, mistake: Mistake) -> SourceSite {
        let here = range(finding.place);
        SourceSite {
            file: finding.file.as_str().into(),
            function: finding.function.as_str().into(),
            here,
            recorded: self.recorded(&finding.file, here),
            called: String::new(),
            object: finding.object.to_owned(),
            module: "",
            kind: ResourceKind::None,
            fate: Fate::Lost,
            mistakes: vec![mistake],
        }
    }

    fn mistake(&self, finding: &SourceFinding) -> Mistake {
        Mistake {
            pattern: finding.pattern,
            message: finding.message.clone(),
            confidence: finding.confidence,
            steps: finding.path.iter().map(|step| self.step(&finding.file, step)).collect(),
            fix: finding.fix.as_ref().and_then(|fix| self.fix(&finding.file, fix)),
        }
    }

    fn step(&self, file: &str, step: &SourceStep) -> SiteStep {
        let here = range(step.place);
        let around =
            |f: &&SourceFunction| f.file == file && f.lines.0 <= here.0 && here.0 <= f.lines.1;
        let function = self.functions.iter().find(around).map_or("", |f| &f.name);
        SiteStep {
            function: Arc::from(function),
            here,
            recorded: self.recorded(file, here),
            text: step.text.clone(),
        }
    }

    fn fix(&self, file: &str, fix: &SourceFix) -> Option<SiteFix> {
        let old = fs::read_to_string(self.root.join(file)).ok()?;
        let new = edited(&old, &fix.edits)?;
        let changed = Changed { file: file.to_owned(), old, new, fixes: 1 };
        Some(SiteFix { text: fix.text.clone(), safe: fix.safe, diff: changed.diff(file) })
    }

    /// First and last line in the binary's source; none if any line between is not in it, or was changed.
    fn recorded(&self, file: &str, (first, last): (u32, u32)) -> Option<(u32, u32)> {
        let start = self.lines.recorded(file, first)?;
        let end = self.lines.recorded(file, last)?;
        (end.checked_sub(start)? == last - first).then_some((start, end))
    }
}

fn range(place: SourcePlace) -> (u32, u32) {
    (place.line, place.end_line.max(place.line))
}
