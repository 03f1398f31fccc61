//! The contract `plumb.diagnose/1` (DESIGN.md §2): every key is always there, `null` where nothing is known. The
//! schema in `schema/plumb.diagnose-1.json` describes each.

use plumb_evidence::finding::{
    Candidate, Confidence, EvidenceItem, Forecast, InstanceSummary, Introduced, MemorySplit,
    PathStep, Role, SiteKind, SnapshotSummary, Undecided, Verdict,
};
use plumb_evidence::measure::{Driver, Unit};
use plumb_evidence::{Diagnosis, Finding, Problem, Site, Timestamp};
use serde::Serialize;
use serde_json::Number;

use crate::advisories::KnownLeakJson;
use crate::sockets::SocketsJson;
use crate::units::significant;
use crate::{Options, advice};

/// Name and version of the contract. Keys may be added within a version; none changes its meaning or goes away.
const SCHEMA: &str = "plumb.diagnose/1";

/// What `pattern` says of a leak that matches none.
const UNNAMED: &str = "unnamed";

/// Digits of an estimate: more would be noise. Whole numbers have all of theirs.
const ESTIMATE_DIGITS: i32 = 6;

/// Whole numbers up to here are exact in a JSON reader that takes all numbers for floats (RFC 8259, section 6).
const EXACT_MAX: f64 = 9_007_199_254_740_991.0;

/// Bytes and counts, which have no fraction.
fn whole(value: f64) -> u64 {
    // The conversion saturates, and makes 0 of what is no number.
    value.round() as u64
}

/// An estimate as an integer if it is one or is large, else with a few digits; `None` for what is not finite.
fn estimate(value: f64) -> Option<Number> {
    let value = significant(value, ESTIMATE_DIGITS);
    match value.fract() == 0.0 && value.abs() <= EXACT_MAX {
        true => Some(Number::from(value as i64)),
        false => Number::from_f64(value),
    }
}

/// Prints a diagnosis for programs.
pub(crate) fn render(diagnosis: &Diagnosis, options: &Options) -> String {
    let mut document = Document::from(diagnosis);
    for printed in &mut document.findings {
        printed.verify = advice::verify_command(diagnosis, &options.kept);
    }
    // Serialising plain data into memory fails only for maps with keys that are no strings; there are none.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    target: &'a str,
    instances: Vec<InstanceJson<'a>>,
    verdict: &'static str,
    findings: Vec<FindingJson<'a>>,
    undecided: Vec<UndecidedJson<'a>>,
    memory: MemoryJson<'a>,
    sockets: Option<SocketsJson<'a>>,
    healthy: &'a [String],
    known_leaks: Vec<KnownLeakJson<'a>>,
    problems: Vec<ProblemJson<'a>>,
}

impl<'a> From<&'a Diagnosis> for Document<'a> {
    fn from(diagnosis: &'a Diagnosis) -> Self {
        Self {
            schema: SCHEMA,
            target: &diagnosis.target,
            instances: diagnosis.instances.iter().map(Into::into).collect(),
            verdict: match diagnosis.verdict {
                Verdict::Leak => "leak",
                Verdict::Clean => "clean",
                Verdict::Undecided => "undecided",
            },
            findings: diagnosis.findings.iter().map(Into::into).collect(),
            undecided: diagnosis.undecided.iter().map(Into::into).collect(),
            memory: MemoryJson { instances: diagnosis.memory.iter().map(Into::into).collect() },
            sockets: diagnosis.sockets.as_ref().map(Into::into),
            healthy: &diagnosis.healthy,
            known_leaks: diagnosis.known_leaks.iter().map(Into::into).collect(),
            problems: diagnosis.problems.iter().map(Into::into).collect(),
        }
    }
}

#[derive(Serialize)]
struct InstanceJson<'a> {
    id: &'a str,
    go: Option<&'a str>,
    module: Option<&'a str>,
    revision: Option<&'a str>,
    snapshots: Vec<SnapshotJson>,
}

impl<'a> From<&'a InstanceSummary> for InstanceJson<'a> {
    fn from(instance: &'a InstanceSummary) -> Self {
        Self {
            id: &instance.id,
            go: instance.go.as_deref(),
            module: instance.module.as_deref(),
            revision: instance.revision.as_deref(),
            snapshots: instance.snapshots.iter().map(Into::into).collect(),
        }
    }
}

#[derive(Serialize)]
struct SnapshotJson {
    taken: Option<Timestamp>,
    goroutines: Option<u64>,
    groups: Option<usize>,
    heap_inuse: Option<u64>,
    rss: Option<u64>,
}

impl From<&SnapshotSummary> for SnapshotJson {
    fn from(snapshot: &SnapshotSummary) -> Self {
        Self {
            taken: snapshot.taken,
            goroutines: snapshot.goroutines,
            groups: snapshot.groups,
            heap_inuse: snapshot.heap_inuse,
            rss: snapshot.rss,
        }
    }
}

#[derive(Serialize)]
struct FindingJson<'a> {
    pattern: &'static str,
    title: &'a str,
    confidence: &'static str,
    resource: String,
    object: Option<&'a str>,
    site: SiteJson<'a>,
    candidates: Vec<CandidateJson<'a>>,
    related: Vec<SiteJson<'a>>,
    count: u64,
    bytes: Option<u64>,
    growth: GrowthJson,
    forecast: Option<ForecastJson<'a>>,
    evidence: Vec<EvidenceJson<'a>>,
    why: &'a str,
    fix: FixJson<'a>,
    path: Vec<StepJson<'a>>,
    introduced: Option<IntroducedJson<'a>>,
    verify: String,
}

impl<'a> From<&'a Finding> for FindingJson<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            pattern: finding.pattern.map_or(UNNAMED, |pattern| pattern.id),
            title: &finding.title,
            confidence: match finding.confidence {
                Confidence::Proven => "proven",
                Confidence::Likely => "likely",
                Confidence::Possible => "possible",
            },
            resource: finding.resource.to_string(),
            object: finding.object.as_deref(),
            site: (&finding.site).into(),
            candidates: finding.candidates.iter().map(Into::into).collect(),
            related: finding.related.iter().map(Into::into).collect(),
            count: finding.measured.count,
            bytes: finding.bytes.map(whole),
            growth: finding.into(),
            forecast: finding.forecast.as_ref().map(Into::into),
            evidence: finding.evidence.iter().map(Into::into).collect(),
            why: &finding.why,
            fix: FixJson { text: &finding.fix, diff: finding.diff.as_deref() },
            path: finding.path.iter().map(Into::into).collect(),
            introduced: finding.introduced.as_ref().map(Into::into),
            verify: finding.verify.clone(),
        }
    }
}

#[derive(Serialize)]
struct SiteJson<'a> {
    kind: &'static str,
    file: Option<&'a str>,
    line: Option<u32>,
    function: &'a str,
    package: Option<&'a str>,
    version: Option<&'a str>,
    role: &'static str,
    found_by: Vec<String>,
}

impl<'a> From<&'a Site> for SiteJson<'a> {
    fn from(site: &'a Site) -> Self {
        Self {
            kind: match site.kind {
                SiteKind::Line => "line",
                SiteKind::EntryPoint => "entry-point",
                SiteKind::Process => "process",
            },
            file: Some(&*site.file).filter(|file| !file.is_empty()),
            line: Some(site.line).filter(|&line| line > 0),
            function: &site.function,
            package: Some(&*site.package).filter(|package| !package.is_empty()),
            version: site.version.as_deref(),
            role: match site.role {
                Role::Creates => "creates",
                Role::Uses => "uses",
                Role::Stores => "stores",
                Role::Deletes => "deletes",
                Role::Blocks => "blocks",
                Role::Leaves => "leaves",
            },
            found_by: site.found_by.iter().map(ToString::to_string).collect(),
        }
    }
}

#[derive(Serialize)]
struct CandidateJson<'a> {
    site: SiteJson<'a>,
    share: Option<Number>,
    basis: &'a str,
}

impl<'a> From<&'a Candidate> for CandidateJson<'a> {
    fn from(candidate: &'a Candidate) -> Self {
        Self {
            site: (&candidate.site).into(),
            share: estimate(candidate.share),
            basis: &candidate.basis,
        }
    }
}

/// All `null` but the unit if there is no second snapshot.
#[derive(Serialize)]
struct GrowthJson {
    unit: &'static str,
    per_hour: Option<Number>,
    low: Option<Number>,
    high: Option<Number>,
    per_request: Option<Number>,
    driver: Option<&'static str>,
}

impl From<&Finding> for GrowthJson {
    fn from(finding: &Finding) -> Self {
        let growth = finding.measured.growth;
        let per_hour = growth.and_then(|growth| growth.per_hour);
        let driver = growth.and_then(|growth| growth.driver);
        Self {
            unit: match growth.map(|growth| growth.unit).unwrap_or_default() {
                Unit::Bytes => "bytes",
                Unit::Pieces => "count",
            },
            per_hour: per_hour.and_then(|rate| estimate(rate.estimate)),
            low: per_hour.and_then(|rate| estimate(rate.low)),
            high: per_hour.and_then(|rate| estimate(rate.high)),
            per_request: growth.and_then(|growth| estimate(growth.per_request?)),
            driver: driver.map(|driver| match driver {
                Driver::Requests => "requests",
                Driver::Connections => "connections",
                Driver::Clock => "clock",
            }),
        }
    }
}

/// Infinite hours become `null`.
#[derive(Serialize)]
struct ForecastJson<'a> {
    what: &'a str,
    limit: u64,
    hours: Option<Number>,
    low: Option<Number>,
    high: Option<Number>,
}

impl<'a> From<&'a Forecast> for ForecastJson<'a> {
    fn from(forecast: &'a Forecast) -> Self {
        let hours = forecast.hours;
        Self {
            what: &forecast.what,
            limit: whole(forecast.limit),
            hours: estimate(hours.estimate),
            low: estimate(hours.low),
            high: estimate(hours.high),
        }
    }
}

#[derive(Serialize)]
struct EvidenceJson<'a> {
    kind: &'static str,
    text: &'a str,
}

impl<'a> From<&'a EvidenceItem> for EvidenceJson<'a> {
    fn from(item: &'a EvidenceItem) -> Self {
        Self { kind: item.kind, text: &item.text }
    }
}

#[derive(Serialize)]
struct FixJson<'a> {
    text: &'a str,
    /// A patch, where the source is at hand.
    diff: Option<&'a str>,
}

/// The commit with which the leak came, where there is a repository.
#[derive(Serialize)]
struct IntroducedJson<'a> {
    commit: &'a str,
    date: &'a str,
}

impl<'a> From<&'a Introduced> for IntroducedJson<'a> {
    fn from(introduced: &'a Introduced) -> Self {
        Self { commit: &introduced.commit, date: &introduced.date }
    }
}

/// A step from where it is acquired to where it is lost.
#[derive(Serialize)]
struct StepJson<'a> {
    file: &'a str,
    line: u32,
    text: &'a str,
}

impl<'a> From<&'a PathStep> for StepJson<'a> {
    fn from(step: &'a PathStep) -> Self {
        Self { file: &step.file, line: step.line, text: &step.text }
    }
}

#[derive(Serialize)]
struct UndecidedJson<'a> {
    what: &'a str,
    bring: &'a str,
}

impl<'a> From<&'a Undecided> for UndecidedJson<'a> {
    fn from(question: &'a Undecided) -> Self {
        Self { what: &question.what, bring: &question.bring }
    }
}

#[derive(Serialize)]
struct MemoryJson<'a> {
    instances: Vec<MemorySplitJson<'a>>,
}

#[derive(Serialize)]
struct MemorySplitJson<'a> {
    instance: &'a str,
    resident: u64,
    #[serde(rename = "virtual")]
    virtual_bytes: Option<u64>,
    in_use: Option<u64>,
    parts: Vec<MemoryPartJson>,
    sentence: &'a str,
}

#[derive(Serialize)]
struct MemoryPartJson {
    name: &'static str,
    bytes: u64,
    meaning: &'static str,
}

impl<'a> From<&'a MemorySplit> for MemorySplitJson<'a> {
    fn from(split: &'a MemorySplit) -> Self {
        let part = |part: &plumb_evidence::finding::MemoryPart| MemoryPartJson {
            name: part.name,
            bytes: part.bytes,
            meaning: part.meaning,
        };
        Self {
            instance: &split.instance,
            resident: split.resident,
            virtual_bytes: split.virtual_bytes,
            in_use: split.in_use,
            parts: split.parts.iter().map(part).collect(),
            sentence: &split.sentence,
        }
    }
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    what: &'a str,
    input: &'a str,
}

impl<'a> From<&'a Problem> for ProblemJson<'a> {
    fn from(problem: &'a Problem) -> Self {
        Self { what: &problem.what, input: &problem.input }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_a_fraction_are_integers() {
        let printed = |value| estimate(value).map(|number| number.to_string());
        assert_eq!(printed(22.0).as_deref(), Some("22"));
        assert_eq!(printed(1_231_994_039.8).as_deref(), Some("1231990000"));
        assert_eq!(printed(0.123_456_789).as_deref(), Some("0.123457"));
        assert_eq!(printed(-3.0).as_deref(), Some("-3"));
        assert_eq!(printed(f64::INFINITY), None);
        assert_eq!(whole(2.6), 3);
        assert_eq!(whole(f64::NAN), 0);
    }
}
