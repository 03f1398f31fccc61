//! Where no rule finds that it is lost: the places that hand it on, since those that release it are out of the question.

use plumb_evidence::number::plural;
use plumb_evidence::source_evidence::{Fate, SourceSite};

use super::super::{NamedLine, Testimony};
use super::frames::Mark;
use super::kinship::kind_of;
use super::{LINES_MAX, Look, SourceSays};

/// Live samples that decide for the only place left: what it holds was sampled, and what others hold was not.
const SAMPLES_MIN: f64 = 1.0;

/// The places that neither lose nor release what leaks. The only one decides if a live sample was allocated through it
/// and none elsewhere; else they are candidates if there are few.
pub(super) fn left(look: &Look<'_>) -> Option<Testimony> {
    let kind = kind_of(look.hearing.pattern?)?;
    let all = || look.source.sites.iter().filter(|site| site.kind == kind);
    let is_left = |site: &&SourceSite| !matches!(site.fate, Fate::Released);
    let left: Vec<&SourceSite> = all().filter(is_left).collect();
    if left.is_empty() || left.len() > LINES_MAX {
        return None;
    }
    let samples = |site: &SourceSite| look.frames.live_through(Mark::of_site(site));
    let spot = look.frames.spot(Mark::of_site(left[0]));
    let own = samples(left[0]);
    let others = look.frames.live_through_object() - own;
    let decided =
        left.len() == 1 && spot.is_sure && own >= SAMPLES_MIN - 0.5 && others < SAMPLES_MIN - 0.5;
    let released = all().count() - left.len();
    let lines = left.iter().map(|site| line(look, site, 1.0 / left.len() as f64));
    let text = format!(
        "{} of {} get a {}: {} on every way, and {} on to others, who may keep it",
        plural(all().count(), "line"),
        look.source.module,
        left[0].object,
        if released == 1 { "1 releases it".to_owned() } else { format!("{released} release it") },
        if left.len() == 1 { "1 hands it".to_owned() } else { format!("{} hand it", left.len()) },
    );
    Some(Testimony {
        lines: lines.collect(),
        decided,
        says: Some(SourceSays::sentence(look.source, text)),
        ..Testimony::default()
    })
}

/// Such a place as a line.
pub(super) fn line(look: &Look<'_>, site: &SourceSite, share: f64) -> NamedLine {
    let samples = look.frames.live_through(Mark::of_site(site));
    NamedLine {
        frame: look.frames.spot(Mark::of_site(site)).frame,
        role: look.hearing.role,
        share,
        basis: basis(site, samples),
    }
}

fn basis(site: &SourceSite, samples: f64) -> String {
    let fate = match site.fate {
        Fate::HandedOn => "it hands it on",
        Fate::Gathered => "it puts it into a map or a list that outlives the call",
        _ => "the source does not tell what becomes of it",
    };
    match samples {
        samples if samples >= 0.5 => {
            format!("{fate}, and {samples:.0} sampled objects allocated through it are live")
        }
        _ => fate.to_owned(),
    }
}
