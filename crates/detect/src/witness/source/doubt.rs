//! Whether other evidence speaks against the place that the source faults. A rule looks for mistakes of known forms: a
//! place at which it finds none may lose what leaks all the same, above all if it hands it on.

use plumb_evidence::finding::Role;
use plumb_evidence::number::plural;
use plumb_evidence::source_evidence::{Fate, Revision, SourceSite};
use plumb_evidence::suspect::Subject;

use super::frames::Mark;
use super::kinship::acquires_it;
use super::{Look, Lost};
use crate::thresholds::{
    BYTES_PER_LEAK, HEAP_LEAD_MIN, HEAP_SAMPLES_MIN, KEPT_BY_OTHERS_MAX, OTHERS_CHANCE_MAX,
    SAMPLES_TO_SEE_ONE,
};
use crate::witness::Doubt;

/// What would decide where the heap speaks for places that the rules find in order.
const OTHERS_HOLD: &str = "a look at the source: most of the live samples are held by lines of which no rule says that they lose it";

/// What would decide where others keep what they get and nothing live tells who leaks.
const OTHERS_GATHER: &str = "more leaks and another look: no live sample of the heap tells yet whether the line that loses it or a line that keeps it leaks";

/// Why not to believe that `lost`, one place or several of which the first is singled out, are where it leaks, and what
/// would decide it.
pub(super) fn doubt(
    look: &Look<'_>,
    lost: &[Lost<'_>],
    gathering: &[&SourceSite],
) -> Option<(Doubt, &'static str)> {
    let first = lost.first()?;
    // What makes a pool is not on the paths of those who use it.
    if first.site.called.is_empty() {
        return None;
    }
    let samples = Samples::of(look, lost);
    let is_most =
        samples.others >= HEAP_SAMPLES_MIN && samples.others >= HEAP_LEAD_MIN * samples.own;
    if is_most || samples.are_elsewhere(look) {
        let text = samples.text(look, first.site);
        return Some((Doubt { text, refutes: samples.refute(look) }, OTHERS_HOLD));
    }
    // The only place that a rule faults is not the only one that may lose it.
    let gathers = gathering.first().filter(|_| samples.own < 0.5)?;
    let text = format!(
        "the source faults {}, and {} puts what it gets into a map or a list that outlives the call: nothing tells yet which of them leaks",
        told(first.site),
        told(gathers),
    );
    Some((Doubt { text, refutes: false }, OTHERS_GATHER))
}

/// Places that put what they acquire among others of its kind, so that they may be the ones that leak.
pub(super) fn gathering<'a>(look: &Look<'a>) -> Vec<&'a SourceSite> {
    let gathers = |site: &&SourceSite| {
        site.fate == Fate::Gathered && acquires_it(look.hearing, site, &look.frames)
    };
    look.source.sites.iter().filter(gathers).collect()
}

/// `main.probe (bodymap.go:10)`
fn told(site: &SourceSite) -> String {
    let file = site.file.rsplit('/').next().unwrap_or_default();
    format!("{} ({file}:{})", site.function, site.recorded.unwrap_or(site.here).0)
}

/// Live samples on heap paths through the object.
struct Samples {
    /// That pass the places that lose it.
    own: f64,
    /// That pass none of them.
    others: f64,
}

impl Samples {
    fn of(look: &Look<'_>, lost: &[Lost<'_>]) -> Self {
        let marks: Vec<Mark<'_>> = lost.iter().map(|lost| Mark::of_site(lost.site)).collect();
        // Where lines of the binary may be shifted, another line of the function may be the same.
        let by_line = match &look.source.revision {
            Revision::Same(_) | Revision::Mapped { modified: false, .. } => true,
            Revision::Fits { shifted, .. } => shifted.is_empty(),
            Revision::Mapped { modified: true, .. } | Revision::Unknown => false,
        };
        let [own, others] = look.frames.live_by(&marks, by_line);
        Self { own, others }
    }

    /// Whether live samples are where by the source nothing is lost, and none where it is, although what is in use at
    /// this moment does not explain that: of `n` leaks and `u` objects in use, a sample is of the latter with the
    /// probability u / (n + u).
    fn are_elsewhere(&self, look: &Look<'_>) -> bool {
        if self.own >= 0.5 || self.others < 0.5 || uses_name_no_maker(look) {
            return false;
        }
        let leaks = look.hearing.leaks();
        let in_hand = look.hearing.suspect.surroundings.user_goroutines as f64;
        let in_use = in_hand + leaks / KEPT_BY_OTHERS_MAX;
        (in_use / (leaks + in_use)).powf(self.others.round()) <= OTHERS_CHANCE_MAX
    }

    /// Whether so many leaks would have left a sample at their place, and none is there.
    fn refute(&self, look: &Look<'_>) -> bool {
        let Some(heap) = look.hearing.instance.latest(|snapshot| snapshot.heap.as_ref()) else {
            return false;
        };
        // The leaks of one instance: the profile is of one.
        let instances = look.hearing.suspect.measured.instances.0.max(1) as f64;
        let expected = look.hearing.leaks() / instances * BYTES_PER_LEAK / heap.period as f64;
        self.own < 0.5 && expected >= SAMPLES_TO_SEE_ONE
    }

    fn text(&self, look: &Look<'_>, faulted: &SourceSite) -> String {
        let what = match &look.hearing.suspect.subject {
            Subject::Object(object) => format!("a {}", object.name),
            _ => "what leaks".to_owned(),
        };
        let live = plural((self.own + self.others).round() as usize, "live sample");
        format!(
            "the source faults {}, but {:.0} of {live} of the heap profile on paths to {what} stand elsewhere, at lines of which no rule says that they lose it",
            told(faulted),
            self.others,
        )
    }
}

/// Whether paths through the object are those of its users: a pool at rest is filled by whoever calls next.
fn uses_name_no_maker(look: &Look<'_>) -> bool {
    let Subject::Object(object) = &look.hearing.suspect.subject else { return false };
    let at_rest = object.phase.is_none_or(|phase| phase.ordinary);
    at_rest
        && look.hearing.role == Role::Creates
        && object.record.is_some_and(|record| record.pooled)
}
