//! Sentences on a diagnosis that all outputs for people share.

use plumb_evidence::finding::{Resource, SiteKind, Verdict};
use plumb_evidence::measure::{Driver, Growth, Unit};
use plumb_evidence::{Diagnosis, Finding, Problem, Site};

use crate::units::{bytes, count, hours_between, per_hour, plural, seconds};
use crate::{Kept, names};

/// What was looked at: `127.0.0.1:6060, 2,714 goroutines, 7 snapshots in 15 s, go1.27.3, example.com/orders`.
pub(crate) fn subject(diagnosis: &Diagnosis) -> String {
    let mut parts = vec![diagnosis.target.clone()];
    let instances = &diagnosis.instances;
    if instances.len() > 1 {
        parts.push(plural(instances.len(), "instance"));
    }
    let latest = |instance: &plumb_evidence::finding::InstanceSummary| {
        instance.snapshots.iter().rev().find_map(|snapshot| snapshot.goroutines)
    };
    let goroutines: Vec<u64> = instances.iter().filter_map(latest).collect();
    if !goroutines.is_empty() {
        parts.push(format!("{} goroutines", count(goroutines.iter().sum::<u64>() as f64)));
    }
    parts.extend(looks(diagnosis));
    parts.extend(instances.iter().find_map(|i| i.go.as_deref()).map(str::to_owned));
    parts.extend(instances.iter().find_map(|i| i.module.as_deref()).map(str::to_owned));
    parts.join(", ")
}

/// `7 snapshots in 15 s`.
fn looks(diagnosis: &Diagnosis) -> Option<String> {
    let longest = diagnosis.instances.iter().max_by_key(|instance| instance.snapshots.len())?;
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

/// What the count counts.
fn counted(finding: &Finding) -> &str {
    match (&finding.object, finding.resource) {
        (Some(object), _) => object,
        (None, Resource::Memory) => "objects",
        (None, Resource::Goroutines) => "goroutines",
        (None, Resource::Sockets) => "connections",
        (None, Resource::Descriptors) => "open descriptors",
        (None, Resource::Threads) => "threads",
    }
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
        return format!("{} {within}", if moved { "no clear growth" } else { "stands still" });
    }
    let unit = written(growth.unit);
    let mut text = match growth.per_hour {
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
        (_, Some(each)) => format!(", {} for each request", unit(each)),
        (Some(Driver::Requests), None) => " with the requests".to_owned(),
        (Some(Driver::Connections), None) => " with the connections".to_owned(),
        (None, None) => String::new(),
    }
}

/// Time to the limit; `None` for what does not grow.
pub(crate) fn time_to_limit(finding: &Finding) -> Option<String> {
    if let Some(forecast) = &finding.forecast {
        let limit = written(forecast.unit)(forecast.limit);
        return Some(format!("{}, {limit}, in {}", forecast.what, hours_between(forecast.hours)));
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

fn capture(target: &str) -> String {
    format!("plumb capture {target} -o leak.case")
}

/// Role and witnesses of a site: `creates it; named by heap and creator`.
pub(crate) fn standing(site: &Site) -> String {
    let role = names::role(site.role);
    match names::witnesses(site) {
        Some(witnesses) => format!("{role}; named by: {witnesses}"),
        None => role.to_owned(),
    }
}

/// Whether the line is open.
pub(crate) fn is_open(finding: &Finding) -> bool {
    finding.site.kind != SiteKind::Line
}

/// What the site is, where it is not a line.
pub(crate) fn open_site(finding: &Finding) -> &'static str {
    match finding.site.kind {
        SiteKind::Line => "",
        SiteKind::EntryPoint => "undecided which line of yours; they come in through",
        SiteKind::Process => "undecided which line; all that is known is",
    }
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

/// `2 findings, 1 line undecided, 3 crowds held healthy, 1 input not read`.
pub(crate) fn tally(diagnosis: &Diagnosis) -> String {
    let mut parts = vec![plural(diagnosis.findings.len(), "finding")];
    let open = diagnosis.findings.iter().filter(|finding| is_open(finding)).count();
    if open > 0 {
        parts.push(format!("{} undecided", plural(open, "line")));
    }
    let questions = further_questions(diagnosis).count();
    if questions > 0 {
        parts.push(plural(questions, "open question"));
    }
    parts.push(format!("{} held healthy", plural(diagnosis.healthy.len(), "crowd")));
    if !diagnosis.problems.is_empty() {
        parts.push(plural(diagnosis.problems.len(), "problem"));
    }
    parts.join(", ")
}

/// The command to type next.
pub(crate) fn next_command(diagnosis: &Diagnosis, kept: &Kept) -> String {
    let target = &diagnosis.target;
    let pattern = diagnosis.findings.first().and_then(|finding| finding.pattern);
    match (diagnosis.verdict, kept, pattern) {
        (Verdict::Leak, Kept::Nowhere, _) => capture(target),
        (Verdict::Leak, _, Some(pattern)) => format!("plumb explain {}", pattern.id),
        (Verdict::Leak, _, None) => format!("plumb diagnose {target} --verbose"),
        (Verdict::Undecided, Kept::Files, _) => capture("http://HOST:PORT"),
        (Verdict::Clean, Kept::Files, _) => format!("plumb diagnose {target} --verbose"),
        _ => format!("plumb diagnose {target} --for 10m"),
    }
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

/// Evidence without repetitions, in order.
pub(crate) fn evidence(finding: &Finding) -> Vec<&str> {
    let mut texts: Vec<&str> = Vec::new();
    for item in &finding.evidence {
        if !texts.contains(&item.text.as_str()) {
            texts.push(&item.text);
        }
    }
    texts
}
