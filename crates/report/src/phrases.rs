//! Sentences on a diagnosis that all outputs for people share.

use plumb_evidence::finding::{Candidate, InstanceSummary, Resource, Role, SiteKind, Verdict};
use plumb_evidence::measure::{Driver, Growth, Unit};
use plumb_evidence::{Diagnosis, Finding, Problem, Site};

use crate::units::{bytes, count, for_each, hours_between, per_hour, plural, seconds};
use crate::{Kept, names};

/// What was looked at, the target first: `127.0.0.1:6060`, `2,714 goroutines`, `7 snapshots in 15 s`, `go1.27.3`,
/// `example.com/orders`.
pub(crate) fn subject(diagnosis: &Diagnosis) -> Vec<String> {
    let mut parts = vec![diagnosis.target.clone()];
    let instances = &diagnosis.instances;
    if instances.len() > 1 {
        parts.push(plural(instances.len(), "instance"));
    }
    let latest = |instance: &InstanceSummary| {
        instance.snapshots.iter().rev().find_map(|snapshot| snapshot.goroutines)
    };
    let goroutines: Vec<u64> = instances.iter().filter_map(latest).collect();
    if !goroutines.is_empty() {
        let sum: u64 = goroutines.iter().fold(0, |sum, &n| sum.saturating_add(n));
        parts.push(plural(usize::try_from(sum).unwrap_or(usize::MAX), "goroutine"));
    }
    parts.extend(looks(diagnosis));
    parts.extend(instances.iter().find_map(|i| i.go.as_deref()).map(str::to_owned));
    parts.extend(instances.iter().find_map(|i| i.module.as_deref()).map(str::to_owned));
    parts
}

/// `7 snapshots in 15 s`; `1 look` where nothing but a garbage collection came between the first and the last.
fn looks(diagnosis: &Diagnosis) -> Option<String> {
    let longest = diagnosis.instances.iter().max_by_key(|instance| instance.snapshots.len())?;
    let regular = longest.snapshots.iter().filter(|snapshot| !snapshot.after_gc).count();
    if regular == 1 && longest.snapshots.len() > 1 {
        return Some(plural(regular, "look"));
    }
    let snapshots = plural(longest.snapshots.len(), "snapshot");
    let times: Vec<_> = longest.snapshots.iter().filter_map(|snapshot| snapshot.taken).collect();
    let window = match (times.iter().min(), times.iter().max()) {
        (Some(&first), Some(&last)) => last.duration_since(first).as_secs_f64(),
        _ => 0.0,
    };
    Some(if window > 0.0 { format!("{snapshots} in {}", seconds(window)) } else { snapshots })
}

/// How many, how much memory, how fast.
pub(crate) fn impact(finding: &Finding) -> String {
    let measured = &finding.measured;
    let mut parts = vec![format!("{} {}", count(measured.count as f64), counted(finding))];
    if let Some(held) = finding.bytes {
        parts.push(bytes(held));
    }
    parts.push(growth(finding));
    if measured.instances.1 > 1 {
        parts.push(format!("in {} of {} instances", measured.instances.0, measured.instances.1));
    }
    parts.join(", ")
}

/// What the count counts. Names of objects have no plural.
fn counted(finding: &Finding) -> String {
    let noun = match (&finding.object, finding.resource) {
        (Some(object), _) => return object.clone(),
        (None, Resource::Memory) => "object",
        (None, Resource::Goroutines) => "goroutine",
        (None, Resource::Sockets) => "connection",
        (None, Resource::Descriptors) => "open descriptor",
        (None, Resource::Threads) => "thread",
    };
    format!("{noun}{}", if finding.measured.count == 1 { "" } else { "s" })
}

fn growth(finding: &Finding) -> String {
    let Some(growth) = &finding.measured.growth else {
        return "growth not known".to_owned();
    };
    let within = match growth.window_seconds {
        window if window > 0.0 => format!("within {}", seconds(window)),
        _ => "between the snapshots".to_owned(),
    };
    if !growth.is_significant() {
        let moved = growth.gain.estimate != 0.0;
        return format!("{} {within}", if moved { "no clear growth" } else { "no change" });
    }
    let unit = written(growth.unit);
    let mut text = match growth.per_hour {
        Some(rate) if finding.measured.limit_reached.is_some() => {
            format!("grew {} up to a limit", per_hour(rate, unit))
        }
        Some(rate) => format!("growing {}", per_hour(rate, unit)),
        None => format!("grew by {} {within}", unit(growth.gain.estimate)),
    };
    text.push_str(&driven(growth, unit));
    text
}

/// How to write a figure of a unit.
pub(crate) fn written(unit: Unit) -> fn(f64) -> String {
    match unit {
        Unit::Bytes => bytes,
        Unit::Pieces => count,
    }
}

fn driven(growth: &Growth, unit: fn(f64) -> String) -> String {
    match (growth.driver, growth.per_request) {
        (Some(Driver::Clock), _) => " although no work arrives".to_owned(),
        (_, Some(each)) => format!(", {}", for_each(each, unit, "request")),
        (Some(Driver::Requests), None) => " with the requests".to_owned(),
        (Some(Driver::Connections), None) => " with the connections".to_owned(),
        (None, None) => String::new(),
    }
}

/// Time to the limit; `None` for what does not grow.
pub(crate) fn time_to_limit(finding: &Finding) -> Option<String> {
    if let Some(limit) = finding.measured.limit_reached {
        return Some(format!("reached: {limit}"));
    }
    if let Some(forecast) = &finding.forecast {
        let limit = written(forecast.unit)(forecast.limit);
        return Some(format!("in {}: {} ({limit})", hours_between(forecast.hours), forecast.what));
    }
    finding
        .measured
        .grows()
        .then(|| "unknown: the evidence shows no limit (cgroup, ulimit)".to_owned())
}

/// Whether a restart is safe for the evidence.
pub(crate) fn restart(kept: &Kept) -> String {
    match kept {
        Kept::Case(path) => {
            format!("safe: case saved in {path}; keep one instance if you can")
        }
        Kept::Files => {
            "safe: the evidence is in the files given; keep one instance if you can".to_owned()
        }
        Kept::Nowhere => {
            "loses the evidence: no case saved yet; keep one instance if you can".to_owned()
        }
    }
}

/// Role and witnesses of a site: `creates it; named by the heap profile`.
pub(crate) fn standing(site: &Site) -> String {
    let role = names::role(site.role);
    match names::witnesses(site) {
        Some(witnesses) => format!("{role}; named by {witnesses}"),
        None => role.to_owned(),
    }
}

/// Whether the line is open.
pub(crate) fn is_open(finding: &Finding) -> bool {
    finding.site.kind != SiteKind::Line
}

/// What the site is, where it is not a line.
pub(crate) fn open_site(finding: &Finding) -> &'static str {
    match (finding.site.kind, finding.site.role) {
        (SiteKind::Line, _) => "",
        (SiteKind::EntryPoint, Role::Creates) => "line undecided; made in calls of",
        (SiteKind::EntryPoint, Role::Uses) => "line undecided; used in calls of",
        (SiteKind::EntryPoint, _) => "line undecided; they come in through",
        (SiteKind::Process, _) => "line undecided, somewhere in",
    }
}

/// What a candidate line does and what its share rests on: `uses it; share by the heap profile: 2 of 2 sampled
/// objects are still live`.
pub(crate) fn weight(candidate: &Candidate) -> String {
    let mut text = names::role(candidate.site.role).to_owned();
    if let Some(witnesses) = names::witnesses(&candidate.site) {
        text.push_str(&format!("; share by {witnesses}"));
    }
    if !candidate.basis.is_empty() {
        text.push_str(&format!(": {}", candidate.basis));
    }
    text
}

/// Where no candidate plays the part of the site that is looked for: that another line may.
pub(crate) fn caution(finding: &Finding) -> Option<String> {
    let wanted = finding.site.role;
    let none = finding.candidates.iter().all(|candidate| candidate.site.role != wanted);
    (is_open(finding) && !finding.candidates.is_empty() && none)
        .then(|| format!("the line that {} may be another", names::role(wanted)))
}

/// Open questions that are not already told with a finding.
pub(crate) fn further_questions(
    diagnosis: &Diagnosis,
) -> impl Iterator<Item = &plumb_evidence::finding::Undecided> {
    let told = |what: &str| diagnosis.findings.iter().any(|finding| what.contains(&finding.title));
    diagnosis.undecided.iter().filter(move |question| !told(&question.what))
}

/// The answer for a diagnosis without findings.
pub(crate) fn nothing_found(diagnosis: &Diagnosis) -> &'static str {
    match diagnosis.verdict {
        Verdict::Leak => "A leak was found before; nothing of it is left to show.",
        Verdict::Clean => "Nothing leaks, as far as this evidence shows.",
        Verdict::Undecided => {
            "Nothing found, but the evidence does not suffice to say that nothing leaks."
        }
    }
}

/// `2 findings, 1 line undecided, 3 crowds held healthy, 1 problem`.
pub(crate) fn tally(diagnosis: &Diagnosis) -> String {
    let mut parts = vec![match diagnosis.findings.len() {
        0 => "nothing found".to_owned(),
        n => plural(n, "finding"),
    }];
    let open = diagnosis.findings.iter().filter(|finding| is_open(finding)).count();
    if open > 0 {
        parts.push(format!("{} undecided", plural(open, "line")));
    }
    let questions = further_questions(diagnosis).count();
    if questions > 0 {
        parts.push(plural(questions, "open question"));
    }
    if !diagnosis.healthy.is_empty() {
        parts.push(format!("{} held healthy", plural(diagnosis.healthy.len(), "crowd")));
    }
    if !diagnosis.problems.is_empty() {
        parts.push(plural(diagnosis.problems.len(), "problem"));
    }
    parts.join(", ")
}

/// Problems with the same text once, with all their inputs.
pub(crate) fn grouped_problems(problems: &[Problem]) -> Vec<(String, String)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for problem in problems {
        match groups.iter_mut().find(|(what, _)| *what == problem.what) {
            Some((_, inputs)) if inputs.contains(&&*problem.input) => {}
            Some((_, inputs)) => inputs.push(&problem.input),
            None => groups.push((&problem.what, vec![&problem.input])),
        }
    }
    groups
        .into_iter()
        .map(|(what, inputs)| {
            let shown = inputs.iter().take(3).copied().collect::<Vec<_>>().join(", ");
            let more = inputs.len().saturating_sub(3);
            let inputs = if more > 0 { format!("{shown} and {more} more") } else { shown };
            (inputs, what.to_owned())
        })
        .collect()
}

/// Since when the line is as it is: `commit 3f2a9c1d7e8b of 2026-11-03`.
pub(crate) fn since(finding: &Finding) -> Option<String> {
    let introduced = finding.introduced.as_ref()?;
    let commit = introduced.commit.get(..12).unwrap_or(&introduced.commit);
    let day = introduced.date.split('T').next().unwrap_or(&introduced.date);
    Some(format!("commit {commit} of {day}"))
}

/// Evidence without repetitions, in order: the title is told above it.
pub(crate) fn evidence(finding: &Finding) -> Vec<&str> {
    let mut texts: Vec<&str> = Vec::new();
    for item in &finding.evidence {
        let text = item.text.as_str();
        if !texts.contains(&text) && !finding.title.contains(text) {
            texts.push(text);
        }
    }
    texts
}
