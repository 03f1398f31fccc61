//! The source: all places of the main module that acquire the object, judged by the rules of a scan. Often the only
//! witness that separates call sites with equal traffic, and the only one for the mechanism.
//!
//! It accuses and never acquits: a rule that finds nothing may have been too careful. Where several places lose the same
//! thing, the heap ranks them; where the heap shows that others hold it, nothing is decided.

mod doubt;
mod frames;
mod kinship;
mod left;
mod says;

use plumb_evidence::code::Frame;
use plumb_evidence::finding::{Confidence, Role, WitnessKind};
use plumb_evidence::number::plural;
use plumb_evidence::source_evidence::{Mistake, SourceEvidence, SourceSite};
use plumb_evidence::suspect::{GoroutineCrowd, MemorySite, Subject};

use super::{Hearing, NamedLine, Testimony, Witness};
use crate::by_source::explains_wait;
use crate::thresholds::{HEAP_LEAD_MIN, SOURCE_SAMPLES_MIN};
use doubt::{doubt, gathering};
use frames::{Frames, Mark, Spot};
use kinship::{Kinship, kinship};
pub(crate) use says::SourceSays;

/// Lines listed; more would not be read.
const LINES_MAX: usize = 5;

/// What would decide between several places that lose the same thing.
const MORE_LEAKS: &str =
    "more leaks and another look, or a fix of all of them: several places of the source lose it";

/// What would decide if lines cannot be compared.
const RIGHT_SOURCE: &str = "the source of the commit that the binary was built of: lines of the one at hand cannot be compared with its own";

pub(crate) struct SourceWitness;

impl Witness for SourceWitness {
    fn kind(&self) -> WitnessKind {
        WitnessKind::Source
    }

    fn testify(&self, hearing: &Hearing<'_>) -> Option<Testimony> {
        let look = Look { hearing, source: hearing.source?, frames: Frames::of(hearing) };
        match &hearing.suspect.subject {
            Subject::Goroutines(crowd) => look.blocked(crowd),
            Subject::Memory(site) => look.kept(site),
            _ => look.acquired(),
        }
    }
}

/// A place that loses what leaks, and the mistake there.
struct Lost<'a> {
    site: &'a SourceSite,
    mistake: &'a Mistake,
    kinship: Kinship,
    /// Live samples on heap paths through the object that pass it.
    samples: f64,
}

struct Look<'a> {
    hearing: &'a Hearing<'a>,
    source: &'a SourceEvidence,
    frames: Frames<'a>,
}

impl<'a> Look<'a> {
    /// Places that acquire what leaks.
    fn acquired(&self) -> Option<Testimony> {
        let mut lost: Vec<Lost<'_>> = self.lost().collect();
        let known = lost.iter().any(|lost| lost.kinship == Kinship::Same);
        if known {
            lost.retain(|lost| lost.kinship == Kinship::Same);
        }
        lost.sort_by(|a, b| {
            b.samples.total_cmp(&a.samples).then(b.mistake.confidence.cmp(&a.mistake.confidence))
        });
        let Some(first) = lost.first() else { return left::left(self) };
        let spots: Vec<Spot> =
            lost.iter().map(|lost| self.frames.spot(Mark::of_site(lost.site))).collect();
        let alone = lost.len() == 1 || leads(&lost);
        let sure = first.mistake.confidence >= Confidence::Likely;
        let decided = known && sure && alone && spots[0].is_sure;
        let gathering = gathering(self);
        let (doubt, settles) = doubt(self, &lost, &gathering).filter(|_| decided).unzip();
        // The way and the change of a line that is not believed are not those of the leak.
        let says = self.says(first, &lost, &spots[0]);
        let says = if doubt.is_some() { says.without_way() } else { says };
        // Where the source is believed, those that keep what they get are out of the question.
        let beside = if decided && doubt.is_none() { &[][..] } else { &gathering };
        let number = (lost.len() + beside.len()) as f64;
        let total: f64 = lost.iter().map(|lost| lost.samples).sum();
        let lines = lost.iter().zip(&spots).map(|(one, spot)| NamedLine {
            frame: spot.frame.clone(),
            role: self.hearing.role,
            share: if total > 0.0 { one.samples / total } else { 1.0 / number },
            basis: basis(one),
        });
        let beside = beside.iter().map(|site| left::line(self, site, 1.0 / number));
        let would_decide = match () {
            () if decided => settles.map(str::to_owned),
            () if !spots[0].is_sure => Some(RIGHT_SOURCE.to_owned()),
            () if lost.len() > 1 => Some(MORE_LEAKS.to_owned()),
            () => None,
        };
        Some(Testimony {
            lines: lines.chain(beside).take(LINES_MAX).collect(),
            decided,
            doubt,
            would_decide: would_decide.into_iter().collect(),
            says: Some(says),
            ..Testimony::default()
        })
    }

    fn lost(&self) -> impl Iterator<Item = Lost<'a>> + '_ {
        self.source.sites.iter().filter_map(|site| {
            let (mistake, kinship) = self.mistake(site)?;
            let samples = self.frames.live_through(Mark::of_site(site));
            Some(Lost { site, mistake, kinship, samples })
        })
    }

    /// The mistake at a place that would lose what leaks.
    fn mistake(&self, site: &'a SourceSite) -> Option<(&'a Mistake, Kinship)> {
        let of = |mistake: &'a Mistake| {
            let kinship = kinship(self.hearing, site, mistake, &self.frames)?;
            Some((mistake, kinship))
        };
        site.mistakes.iter().filter_map(of).max_by_key(|(mistake, _)| mistake.confidence)
    }

    fn says(&self, first: &Lost<'_>, lost: &[Lost<'_>], spot: &Spot) -> SourceSays {
        let same = |site: &&SourceSite| site.kind == first.site.kind && !site.called.is_empty();
        let all = self.source.sites.iter().filter(same).count();
        let what = match (first.site.called.is_empty(), first.site.object.as_str()) {
            (true, _) | (_, "") => None,
            (_, object) => Some(object),
        };
        let text = match what {
            Some(object) if all > 1 => format!(
                "{} of {} get a {object} or the like, and {}: {}",
                plural(all, "line"),
                self.source.module,
                if lost.len() == 1 {
                    "one loses it".to_owned()
                } else {
                    format!("{} lose it", lost.len())
                },
                first.mistake.message
            ),
            _ => first.mistake.message.clone(),
        };
        SourceSays::new(self.source, first.site, first.mistake, text, spot)
    }

    /// A mistake at the lines at which goroutines of the user's are blocked.
    fn blocked(&self, crowd: &GoroutineCrowd) -> Option<Testimony> {
        let at = crowd.stack.frames().get(crowd.user_frame?)?;
        let others = || crowd.started.iter().chain(&crowd.created_by);
        let meets = |frame: &Frame, site: &'a SourceSite, mistake: &'a Mistake| {
            marks(site, mistake).any(|mark| self.frames.is_on(frame, mark))
        };
        let all = || {
            self.source.sites.iter().flat_map(|site| site.mistakes.iter().map(move |m| (site, m)))
        };
        let expected = |mistake: &Mistake| Some(mistake.pattern) == self.hearing.pattern;
        let here = all().filter(|(site, mistake)| meets(at, site, mistake));
        let started = all().filter(|(site, mistake)| {
            expected(mistake) && others().any(|frame| meets(frame, site, mistake))
        });
        let (site, mistake) = here
            .max_by_key(|(_, m)| {
                (expected(m), explains_wait(m.pattern, &crowd.state), m.confidence)
            })
            .or_else(|| started.max_by_key(|(_, m)| m.confidence))?;
        let related = ends(site, mistake)
            .filter(|(mark, _)| !self.frames.is_on(at, *mark))
            .map(|(mark, role)| self.named(mark, role));
        let line = NamedLine {
            frame: at.clone(),
            role: self.hearing.role,
            share: 1.0,
            basis: "the source rule finds it".to_owned(),
        };
        let spot = Spot { frame: at.clone(), is_sure: true, here: None };
        let text = mistake.message.clone();
        Some(Testimony {
            lines: vec![line],
            related: related.collect(),
            decided: true,
            says: Some(SourceSays::new(self.source, site, mistake, text, &spot)),
            ..Testimony::default()
        })
    }

    /// A mistake on the path on which memory is allocated: at one of its lines, or in one of its functions, since what is
    /// allocated is stored by those who asked for it.
    fn kept(&self, memory: &MemorySite) -> Option<Testimony> {
        let frames = memory.stack.frames().iter().filter(|f| self.hearing.code.is_user(f));
        let frames: Vec<&Frame> = frames.collect();
        let is_map = |mistake: &Mistake| Some(mistake.pattern) == self.hearing.pattern;
        let all = || {
            self.source.sites.iter().flat_map(|site| site.mistakes.iter().map(move |m| (site, m)))
        };
        let on_line = |mark: Mark<'_>| frames.iter().any(|frame| self.frames.is_on(frame, mark));
        let in_function = |mark: Mark<'_>| frames.iter().any(|frame| mark.is_function_of(frame));
        let by_line = all().filter(|(site, m)| {
            on_line(Mark::of_site(site)) || is_map(m) && marks(site, m).any(on_line)
        });
        let mut found: Vec<_> = by_line.collect();
        if found.is_empty() {
            found =
                all().filter(|(site, m)| is_map(m) && marks(site, m).any(in_function)).collect();
        }
        found.sort_by_key(|(_, mistake)| std::cmp::Reverse((is_map(mistake), mistake.confidence)));
        let &(site, mistake) = found.first()?;
        let rivals = found
            .iter()
            .filter(|(_, m)| is_map(m) == is_map(mistake) && m.confidence == mistake.confidence);
        let alone = rivals.count() == 1;
        let mut marks = marks(site, mistake);
        let stored = match is_map(mistake) {
            true => mistake.steps.first().map(|step| Mark::of_step(site, step)),
            false => None,
        };
        let mark = stored.or_else(|| marks.next())?;
        let spot = self.frames.spot(mark);
        let decided = alone && spot.is_sure && mistake.confidence >= Confidence::Likely;
        let line = |frame: &Frame, role| NamedLine {
            frame: frame.clone(),
            role,
            share: 1.0,
            basis: "the source rule finds it".to_owned(),
        };
        let role = if is_map(mistake) { self.hearing.role } else { Role::Creates };
        let others = mistake.steps.iter().skip(1).map(|step| Mark::of_step(site, step));
        let related =
            others.map(|mark| self.named(mark, Role::Deletes)).filter(|_| is_map(mistake));
        Some(Testimony {
            lines: vec![line(&spot.frame, role)],
            related: related.collect(),
            decided,
            says: Some(SourceSays::new(self.source, site, mistake, mistake.message.clone(), &spot)),
            ..Testimony::default()
        })
    }

    fn named(&self, mark: Mark<'_>, role: Role) -> NamedLine {
        let frame = self.frames.spot(mark).frame;
        NamedLine { frame, role, share: 1.0, basis: String::new() }
    }
}

/// The lines of a mistake: its place, and those of its steps.
fn marks<'a>(site: &'a SourceSite, mistake: &'a Mistake) -> impl Iterator<Item = Mark<'a>> {
    let steps = mistake.steps.iter().map(move |step| Mark::of_step(site, step));
    std::iter::once(Mark::of_site(site)).chain(steps)
}

/// Where a mistake begins and where it ends; what lies between is told step by step.
fn ends<'a>(site: &'a SourceSite, mistake: &'a Mistake) -> impl Iterator<Item = (Mark<'a>, Role)> {
    let last = mistake.steps.last().map(|step| (Mark::of_step(site, step), Role::Leaves));
    std::iter::once((Mark::of_site(site), Role::Creates)).chain(last)
}

/// Whether the heap singles out the first of several.
fn leads(lost: &[Lost<'_>]) -> bool {
    let samples = |index: usize| lost.get(index).map_or(0.0, |lost| lost.samples);
    samples(0) >= SOURCE_SAMPLES_MIN - 0.5 && samples(0) >= HEAP_LEAD_MIN * samples(1)
}

fn basis(lost: &Lost<'_>) -> String {
    let heap = match lost.samples {
        samples if samples >= 0.5 => {
            format!(", and {samples:.0} sampled objects allocated through it are live")
        }
        _ => String::new(),
    };
    format!("{}{heap}", lost.mistake.message)
}
