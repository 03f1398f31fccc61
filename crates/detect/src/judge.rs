//! Suspects to findings: patterns, witnesses, confidence, and what one finding explains of another.

use plumb_evidence::catalogue::{Catalogue, Pattern};
use plumb_evidence::finding::{
    Confidence, EvidenceItem, Finding, Resource, Role, SiteKind, Undecided, WitnessKind,
};
use plumb_evidence::measure::{Driver, Growth};
use plumb_evidence::service::{Instance, Service};
use plumb_evidence::socket::Direction;
use plumb_evidence::suspect::{Match, Remedy, SocketCrowd, Subject, Suspect};

mod alternatives;

use crate::advisories::Advised;
use crate::body_readers::BodyReaders;
use crate::by_source::{self, Named};
use crate::closed_by_peer::is_closed_by_peer;
use crate::code::Code;
use crate::forecast::forecast;
use crate::holders::Holders;
use crate::kept_files;
use crate::memory_question::memory_question;
use crate::site::{Decision, decide};
use crate::standing::{question, unknown_makers};
use crate::surroundings::work_counter;
use crate::suspects::{Accused, are_siblings};
use crate::unanswered;
use crate::unnamed::{NO_PATTERN, advice, excuse, is_notable, unnamed};
use crate::versions::known_bad;
use crate::waiters::{is_waited_for, waits_for_goroutines};
use crate::witness::Hearing;
use crate::wording::{bytes, common_evidence, memory_growth, subject, thousands};
use alternatives::name_alternatives;

/// A finding with the suspect it was made from, which later steps need.
pub(crate) struct Case {
    pub(crate) finding: Finding,
    /// Whether a check of the catalogue named it, so that it is no consequence of what it stands beside.
    pub(crate) is_checked: bool,
    pub(crate) suspect: Suspect,
}

/// What became of the suspects.
#[derive(Default)]
pub(crate) struct Judgement {
    pub(crate) cases: Vec<Case>,
    pub(crate) healthy: Vec<String>,
    /// What cannot be told from a leak.
    pub(crate) questions: Vec<Undecided>,
}

/// What suspects are judged with.
pub(crate) struct Court<'c> {
    pub(crate) service: &'c Service,
    /// The code of each instance.
    pub(crate) codes: &'c [Code<'c>],
    pub(crate) catalogue: &'c Catalogue,
    /// Known leaks of the libraries of each instance.
    pub(crate) advised: &'c [Advised],
    /// By how much the service's work grew while it was looked at.
    pub(crate) work_gain: f64,
}

/// What the suspects tell of each other.
struct Others {
    holders: Holders,
    readers: BodyReaders,
}

/// What became of one suspect.
enum Heard {
    Leaks(Box<Case>),
    Open(Undecided),
    Healthy(String),
    /// Memory that grows as the work does: beside a leak it may be what leaks with it.
    Growing(String),
    /// Nobody would ask about it.
    Nothing,
}

impl Court<'_> {
    /// Judges every suspect by itself.
    pub(crate) fn judge(&self, accused: Vec<Accused>) -> Judgement {
        let others =
            Others { holders: Holders::among(&accused), readers: BodyReaders::among(&accused) };
        let mut judgement = Judgement::default();
        let mut growing = Vec::new();
        for accused in accused {
            match self.hear(accused, &others) {
                Heard::Leaks(case) => judgement.cases.push(*case),
                Heard::Open(question) => judgement.questions.push(question),
                Heard::Healthy(told) => judgement.healthy.push(told),
                Heard::Growing(told) => growing.push(told),
                Heard::Nothing => {}
            }
        }
        if judgement.cases.is_empty() {
            judgement.healthy.append(&mut growing);
        }
        judgement
    }

    fn hear(&self, accused: Accused, others: &Others) -> Heard {
        let Accused { mut suspect, instance } = accused;
        complete_growth(&mut suspect, &self.service.instances[instance]);
        let target = &self.service.target;
        let mut patterns = self.catalogue.patterns.iter();
        let checked = patterns.find_map(|pattern| Some((*pattern, (pattern.check)(&suspect)?)));
        let (pattern, mut matched) = match checked {
            Some((pattern, matched)) => (Some(pattern), matched),
            // Those who read them are judged, and are the site if they leak.
            None if others.readers.hold(&suspect) => return Heard::Nothing,
            None => match self.unchecked(&suspect, instance) {
                Ok(matched) => (None, matched),
                Err(heard) => return heard,
            },
        };
        if let Some(question) = unanswered::question(&suspect, &matched, target) {
            return Heard::Open(question);
        }
        keep_to_proven(&mut suspect, &matched);
        others.holders.doubt(&suspect, &mut matched);
        others.readers.tell(&suspect, &mut matched);
        let hearing = self.hearing(&suspect, instance, pattern, Some(&matched));
        let decision = decide(&hearing);
        let named = match pattern {
            Some(pattern) => Some(Named::Mechanism(pattern)),
            None => by_source::named(&suspect, &decision, self.catalogue),
        };
        let Some(mut finding) = finding(&hearing, named, matched, decision, target) else {
            return Heard::Nothing;
        };
        if let Some(question) = kept_files::question(&suspect, &finding) {
            return Heard::Open(question);
        }
        name_alternatives(&mut finding, &suspect, self.catalogue);
        self.advised[instance].tell(&mut finding, &suspect);
        Heard::Leaks(Box::new(Case { finding, is_checked: pattern.is_some(), suspect }))
    }

    /// What a suspect is that no check of the catalogue knows: what the source or the growth shows of it, if nothing
    /// excuses it.
    fn unchecked(&self, suspect: &Suspect, instance: usize) -> Result<Match, Heard> {
        let Some(reason) = excuse(suspect, self.work_gain) else {
            return unnamed(suspect).ok_or(Heard::Nothing);
        };
        let seen = self.hearing(suspect, instance, None, None);
        match by_source::stands_at_mistake(&seen, self.catalogue) {
            Some(matched) => Ok(matched),
            None => Err(self.excused(suspect, instance, &reason)),
        }
    }

    /// What is told of a suspect that need not leak.
    fn excused(&self, suspect: &Suspect, instance: usize, reason: &str) -> Heard {
        let of_memory = || {
            let of = (&self.service.instances[instance], &self.codes[instance]);
            memory_question(suspect, of, self.work_gain, &self.service.target)
        };
        match question(suspect, self.service).or_else(of_memory) {
            Some(question) => Heard::Open(question),
            None if !is_notable(suspect) => Heard::Nothing,
            None => match suspect.subject {
                Subject::Memory(_) => Heard::Growing(held_healthy(suspect, reason)),
                _ => Heard::Healthy(held_healthy(suspect, reason)),
            },
        }
    }

    /// What witnesses are asked; without a match, about where it stands.
    fn hearing<'h>(
        &'h self,
        suspect: &'h Suspect,
        instance: usize,
        pattern: Option<&Pattern>,
        matched: Option<&Match>,
    ) -> Hearing<'h> {
        Hearing {
            suspect,
            instance: &self.service.instances[instance],
            code: &self.codes[instance],
            role: matched.map_or(Role::Blocks, |matched| matched.role),
            through: matched.map_or(&[], |matched| matched.through),
            pattern: pattern.map(|pattern| pattern.id),
            source: self.service.source.as_ref(),
        }
    }
}

/// `1,000 goroutines in main.main.func2 (chan receive): does not grow`
fn held_healthy(suspect: &Suspect, reason: &str) -> String {
    let doubt = unknown_makers(suspect).unwrap_or_default();
    let amount = match &suspect.subject {
        Subject::Memory(site) => format!("{} of", bytes(site.live.bytes)),
        _ => thousands(suspect.measured.count as f64),
    };
    let growth = memory_growth(suspect).map_or_else(String::new, |rate| format!(", {rate}"));
    format!("{amount} {}{growth}: {reason}{doubt}", subject(suspect))
}

/// Counts of connections only those that the peer does not know, where its listing is the proof: the others it has open.
fn keep_to_proven(suspect: &mut Suspect, matched: &Match) {
    let by_peer = matched.confidence == Confidence::Proven && matched.resource == Resource::Sockets;
    let unknown = suspect.sockets.as_ref().and_then(|sockets| sockets.unknown_to_peer);
    if let Some(unknown) = unknown.filter(|&unknown| by_peer && unknown > 0) {
        suspect.measured.count = suspect.measured.count.min(unknown);
    }
}

/// Adds what growth follows, where the load is known.
fn complete_growth(suspect: &mut Suspect, instance: &Instance) {
    let quiet = suspect.surroundings.quiet;
    let Some(growth) = suspect.measured.growth.as_mut().filter(|growth| growth.is_significant())
    else {
        return;
    };
    growth.per_request =
        per_request(growth, instance).filter(|_| !matches!(suspect.subject, Subject::Memory(_)));
    // A load that never changes cannot be told from the clock; only its absence, or a count of it, says more.
    growth.driver = match quiet {
        Some(true) => Some(Driver::Clock),
        _ => growth.per_request.map(|_| Driver::Requests),
    };
}

fn per_request(growth: &Growth, instance: &Instance) -> Option<f64> {
    let first = instance.earliest(|s| work_counter(s.metrics.as_ref()?))?;
    let last = instance.latest(|s| work_counter(s.metrics.as_ref()?))?;
    (last > first).then(|| growth.gain.estimate / (last - first))
}

fn finding(
    hearing: &Hearing<'_>,
    named: Option<Named>,
    matched: Match,
    decision: Decision,
    target: &str,
) -> Option<Finding> {
    let suspect = hearing.suspect;
    let pattern = match named {
        Some(Named::Mechanism(pattern)) => Some(pattern),
        _ => None,
    };
    let mut evidence = matched.evidence;
    evidence.extend(common_evidence(suspect));
    evidence.extend(version(suspect));
    let mut confidence = raised(matched.confidence, &decision);
    if let Some(says) = &decision.says {
        // Right after what convicts it; where it comes from is told last.
        let (mechanism, provenance) = says.evidence.split_at(says.evidence.len().min(1));
        let at = evidence.len().min(1);
        evidence.splice(at..at, mechanism.iter().cloned());
        evidence.extend(provenance.iter().cloned());
    }
    if let Some(traced) = decision.traced {
        // Beside what convicts it, where readers look for what the line rests on.
        evidence.insert(evidence.len().min(1), traced);
    }
    if let Some(conflict) = decision.conflict {
        if conflict.lowers {
            confidence = lowered(confidence);
        }
        // Whoever acts on the line must see what speaks against it.
        evidence.insert(evidence.len().min(1), conflict.item);
    }
    let bytes = bytes_held(suspect, hearing.instance);
    let each = bytes.map(|bytes| bytes / suspect.measured.count.max(1) as f64);
    let mut finding = Finding::new(
        title(suspect, pattern),
        confidence,
        matched.resource,
        decision.site,
        suspect.measured.clone(),
        evidence,
    )
    .ok()?;
    finding.pattern = pattern;
    finding.object = object(suspect);
    finding.candidates = decision.candidates;
    finding.related = decision.related;
    finding.would_decide =
        if finding.site.kind == SiteKind::Line { Vec::new() } else { decision.would_decide };
    finding.forecast = forecast(suspect, hearing.instance, each);
    finding.bytes = bytes;
    let Remedy { why: own_why, fix: own_fix } = matched.remedy;
    finding.why = own_why.unwrap_or_else(|| why(suspect, named));
    finding.fix = fix(suspect, pattern, own_fix);
    if let Some(says) = decision.says {
        finding.path = says.path;
        finding.diff = says.diff;
    }
    finding.verify = format!("plumb diagnose {target}");
    Some(finding)
}

/// What is known of the library version in use.
fn version(suspect: &Suspect) -> Option<EvidenceItem> {
    let Subject::Object(object) = &suspect.subject else { return None };
    let bad = known_bad(object).into_iter().next()?;
    let text = format!(
        "{} {} has a known leak: {} ({})",
        object.module,
        object.version.as_deref()?,
        bad.what,
        bad.source
    );
    Some(EvidenceItem::new("version", text))
}

/// What grows or is suspicious is likely where the source shows the mistake at the line that is named.
fn raised(confidence: Confidence, decision: &Decision) -> Confidence {
    let by_source = decision.site.found_by.contains(&WitnessKind::Source);
    let is_sure = decision.says.as_ref().is_some_and(|says| says.confidence >= Confidence::Likely);
    match by_source && is_sure {
        true => confidence.max(Confidence::Likely),
        false => confidence,
    }
}

fn lowered(confidence: Confidence) -> Confidence {
    match confidence {
        Confidence::Proven => Confidence::Likely,
        Confidence::Likely | Confidence::Possible => Confidence::Possible,
    }
}

fn title(suspect: &Suspect, pattern: Option<&Pattern>) -> String {
    let count = thousands(suspect.measured.count as f64);
    let what = subject(suspect);
    match pattern {
        Some(pattern) => format!("{}: {count} {what}", pattern.title),
        None if is_closed_by_peer(suspect) => {
            format!("closed by the peer, not by the program: {count} {what}")
        }
        None if matches!(suspect.subject, Subject::Zombies) => format!("{count} {what}"),
        None => format!("unnamed leak: {count} {what}"),
    }
}

fn object(suspect: &Suspect) -> Option<String> {
    match &suspect.subject {
        Subject::Object(object) => Some(object.name.to_string()),
        Subject::Memory(site) => site.holds_dead.as_ref().map(|dead| dead.name.to_string()),
        Subject::Zombies => Some("exec.Cmd".to_owned()),
        _ => None,
    }
}

fn why(suspect: &Suspect, named: Option<Named>) -> String {
    let phase = match &suspect.subject {
        Subject::Object(object) => object
            .phase
            .map(|phase| format!("Each is in the phase \"{}\": {}. ", phase.name, phase.meaning)),
        _ => None,
    };
    let no_pattern = || format!("{}{}", phase.unwrap_or_default(), advice(suspect).why);
    match named {
        Some(Named::Mechanism(pattern)) => pattern.why.to_owned(),
        Some(Named::Beside(pattern)) => format!(
            "{} The source shows a mistake on this line, {} ({}), which may be why.",
            no_pattern().trim_end_matches(NO_PATTERN).trim_end(),
            pattern.title,
            pattern.id
        ),
        None => no_pattern(),
    }
}

fn fix(suspect: &Suspect, pattern: Option<&Pattern>, own: Option<String>) -> String {
    let tells_release = own.is_some();
    let mut text = own.unwrap_or_else(|| {
        pattern.map_or_else(|| advice(suspect).fix, |pattern| pattern.fix).to_owned()
    });
    if let Subject::Object(object) = &suspect.subject
        && let Some(record) = object.record
    {
        if !tells_release && !record.releases.is_empty() {
            text =
                format!("{text} {} is released by: {}.", record.name, record.releases.join(", "));
        }
        for bad in known_bad(object) {
            let since = if bad.introduced.is_empty() { "the beginning" } else { bad.introduced };
            text = format!(
                "{text} Upgrade to {} or later, which mends: {} (since {since}; {}).",
                bad.fixed, bad.what, bad.source
            );
        }
    }
    text.trim().to_owned()
}

/// Memory of a suspect: heap paths that could be told, and the stacks of its goroutines.
fn bytes_held(suspect: &Suspect, instance: &Instance) -> Option<f64> {
    if let Subject::Memory(site) = &suspect.subject {
        return Some(site.live.bytes);
    }
    let heap = suspect.heap.map_or(0.0, |share| share.live.bytes);
    let goroutines = match &suspect.subject {
        Subject::Object(object) => object.goroutines.iter().map(|(_, _, count)| count).sum(),
        Subject::Goroutines(_) => suspect.measured.count,
        _ => 0,
    };
    let stack_each = instance.latest(|s| {
        let stacks = s.heap.as_ref()?.memstats?.stack_inuse as f64;
        Some(stacks / s.any_goroutines()?.total.max(1) as f64)
    });
    let total = heap + goroutines as f64 * stack_each.unwrap_or(0.0);
    // Estimates of a sampled heap can add up to more than there is, and stacks need not be resident. Go's memory is
    // anonymous, where the kernel tells that apart.
    let resident = instance.latest(|s| s.process.as_ref()?.resident);
    let most = resident.map_or(f64::INFINITY, |resident| match resident.anonymous {
        0 => resident.total as f64,
        anonymous => anonymous as f64,
    });
    (total > 0.0).then_some(total.min(most))
}

/// Removes findings that another explains, joins those with one pattern and site, and ranks the rest.
pub(crate) fn settle(mut cases: Vec<Case>) -> Vec<Finding> {
    cases.sort_by_key(|case| subject_rank(&case.suspect));
    let mut settled: Vec<Case> = Vec::new();
    for case in cases {
        if let Some(same) =
            settled.iter_mut().find(|other| is_same_leak(&other.finding, &case.finding))
        {
            join(&mut same.finding, case.finding);
        } else if let Some(cause) = settled.iter_mut().find(|other| explains(other, &case)) {
            cause.finding.bytes = match (cause.finding.bytes, case.finding.bytes) {
                (Some(a), Some(b)) => Some(a + b),
                (one, other) => one.or(other),
            };
        } else {
            settled.push(case);
        }
    }
    let mut findings: Vec<_> = settled.into_iter().map(|case| case.finding).collect();
    findings.sort_by(|a, b| {
        b.confidence
            .cmp(&a.confidence)
            .then(is_named(b).cmp(&is_named(a)))
            .then(urgency(a).cmp(&urgency(b)))
            .then(b.bytes.unwrap_or(0.0).total_cmp(&a.bytes.unwrap_or(0.0)))
            .then(b.measured.count.cmp(&a.measured.count))
            .then_with(|| a.title.cmp(&b.title))
    });
    findings
}

/// Whether it says more than that something grows.
fn is_named(finding: &Finding) -> bool {
    finding.pattern.is_some() || finding.object.is_some()
}

/// Time to the limit by powers of two: leaks that hit one limit together are told apart by their weight.
fn urgency(finding: &Finding) -> i32 {
    finding.forecast.as_ref().map_or(i32::MAX, |forecast| forecast.hours.estimate.log2() as i32)
}

/// Causes before their consequences.
fn subject_rank(suspect: &Suspect) -> usize {
    match suspect.subject {
        Subject::Object(_) | Subject::Goroutines(_) if waits_for_goroutines(suspect) => 2,
        Subject::Object(_) => 0,
        Subject::Goroutines(_) => 1,
        Subject::Zombies => 3,
        Subject::Descriptors(_) => 4,
        Subject::Memory(_) => 5,
        Subject::Connections(_) => 6,
        Subject::Threads => 7,
    }
}

fn is_same_leak(a: &Finding, b: &Finding) -> bool {
    let id = |finding: &Finding| finding.pattern.map(|pattern| pattern.id);
    id(a) == id(b)
        && a.site.kind == SiteKind::Line
        && a.site.line == b.site.line
        && a.site.file == b.site.file
        && a.site.function == b.site.function
}

fn join(known: &mut Finding, other: Finding) {
    known.measured.count += other.measured.count;
    known.confidence = known.confidence.max(other.confidence);
    known.bytes = match (known.bytes, other.bytes) {
        (Some(a), Some(b)) => Some(a + b),
        (one, other) => one.or(other),
    };
    let text = format!("and also {}", other.title);
    known.evidence.push(EvidenceItem::new("count", text));
}

/// Whether `case` is a consequence of `cause`.
fn explains(cause: &Case, case: &Case) -> bool {
    if is_waited_for(&cause.suspect, &case.suspect) {
        return true;
    }
    match &case.suspect.subject {
        // A leaking connection shows as a goroutine pair and as a socket; zombies and blocked calls as threads.
        Subject::Connections(_) => {
            let same_kind = match cause.suspect.subject {
                // In use to the same peer, and given up by it, are two leaks.
                Subject::Connections(_) => {
                    is_closed_by_peer(&cause.suspect) == is_closed_by_peer(&case.suspect)
                }
                _ => true,
            };
            same_kind && shares_peer(&cause.suspect, &case.suspect)
                || clients_gave_up(&cause.suspect, &case.suspect)
        }
        Subject::Threads => true,
        // The user's own goroutine that waits on a leaking object: one for each.
        Subject::Goroutines(_) => {
            let of_object = matches!(cause.suspect.subject, Subject::Object(_));
            !case.is_checked
                && of_object
                && are_siblings(&cause.suspect.measured, &case.suspect.measured)
        }
        Subject::Memory(site) => {
            let lines = std::iter::once(&cause.finding.site)
                .chain(cause.finding.candidates.iter().map(|c| &c.site));
            let on_path = |function: &str| !function.is_empty() && site.stack.passes(function);
            let of_goroutine = match &cause.suspect.subject {
                Subject::Goroutines(crowd) => {
                    crowd.started.as_ref().is_some_and(|f| on_path(f.name().declared().0))
                }
                Subject::Object(object) => object
                    .record
                    .is_some_and(|record| record.entry_points.iter().any(|entry| on_path(entry))),
                _ => false,
            };
            of_goroutine
                || lines
                    .filter(|site| site.kind == SiteKind::Line)
                    .any(|site| on_path(&site.function))
        }
        _ => false,
    }
}

/// Whether `case` are the clients of handlers that are stuck in `cause`, one for each.
fn clients_gave_up(cause: &Suspect, case: &Suspect) -> bool {
    let is_incoming = matches!(&case.subject, Subject::Connections(crowd) if crowd.direction == Direction::Incoming);
    let is_stuck = matches!(cause.subject, Subject::Goroutines(_) | Subject::Object(_));
    is_incoming && is_stuck && are_siblings(&cause.measured, &case.measured)
}

/// Whether the connections of `case` are among those of `cause`: to its one peer, or outgoing like those that it
/// has with many.
fn shares_peer(cause: &Suspect, case: &Suspect) -> bool {
    let is_incoming = matches!(&case.subject, Subject::Connections(crowd) if crowd.direction == Direction::Incoming);
    let (Some(cause), Some(case)) = (&cause.sockets, &case.sockets) else { return false };
    let peer = |sockets: &SocketCrowd| sockets.peer.as_ref().map(|(peer, _)| peer.clone());
    let has_many = cause.peer.as_ref().is_some_and(|(_, with_it)| *with_it < cause.count);
    (has_many && !is_incoming) || peer(cause) == peer(case)
}
