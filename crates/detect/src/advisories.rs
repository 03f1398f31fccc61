//! Known leaks of the versions that a build holds: what they add to findings, and those that may be there besides.

use plumb_evidence::advisory::{Advisory, STANDARD, Version};
use plumb_evidence::code::Build;
use plumb_evidence::finding::{EvidenceItem, Finding, KnownLeak, Resource};
use plumb_evidence::suspect::{Subject, Suspect};
use plumb_evidence::{Instance, Service, number};

use crate::versions::known_bad;

/// The advisories on the versions of one build.
pub(crate) struct Advised(Vec<(&'static Advisory, Version)>);

impl Advised {
    /// Finds those whose module is in the build in a version that leaks.
    pub(crate) fn new(build: &Build, advisories: &'static [Advisory]) -> Self {
        let applies = |advisory: &'static Advisory| {
            let version = version_of(build, advisory.module)?;
            // The build does not tell the `go` line; it is mostly as new as the toolchain.
            let harmless = advisory.harmless_since_go.zip(build.go_release());
            let leaks = harmless.is_none_or(|(since, go)| go < since);
            (leaks && advisory.affected.has(&version)).then_some((advisory, version))
        };
        Self(advisories.iter().filter_map(applies).collect())
    }

    /// Adds to a finding what is known of the code that its suspect shows. What the record of its object tells is told
    /// already.
    pub(crate) fn tell(&self, finding: &mut Finding, suspect: &Suspect) {
        let told: Vec<&str> = match &suspect.subject {
            Subject::Object(object) => known_bad(object).iter().map(|bad| bad.source).collect(),
            _ => Vec::new(),
        };
        let shown = self.0.iter().filter(|(advisory, _)| shows(suspect, advisory));
        for (advisory, version) in shown.filter(|(advisory, _)| !told.contains(&advisory.source)) {
            let Advisory { condition, source, .. } = advisory;
            let (name, version) = (name(advisory), version.text());
            let text = format!("{name} {version} has a known leak: {condition} ({source})");
            finding.evidence.push(EvidenceItem::new("version", text));
            finding.fix = match &advisory.affected.fixed {
                Some(fixed) => format!(
                    "{} Upgrade {name} to {} or later, which mends: {condition} ({source}).",
                    finding.fix,
                    fixed.text()
                ),
                None => {
                    let remedy = advisory.remedy;
                    format!("{} No version of {name} mends this: {remedy} ({source}).", finding.fix)
                }
            };
            finding.fix = finding.fix.trim().to_owned();
        }
    }
}

/// The version of a module in a build; none if another module or a folder stands in its place.
fn version_of(build: &Build, module: &str) -> Option<Version> {
    if module == STANDARD {
        return Version::parse(build.go_version.as_deref()?);
    }
    let dependency = build.dependencies.iter().find(|dependency| &*dependency.path == module)?;
    match &dependency.replaced_by {
        Some(other) if **other != *module => None,
        _ => Version::parse(&dependency.version),
    }
}

/// How reports call a module.
fn name(advisory: &Advisory) -> &'static str {
    if advisory.module == STANDARD { "Go" } else { advisory.module }
}

/// Whether what is known to leak is seen on the stacks of goroutines; else it is on the paths on which memory is
/// allocated, as are the buffers of connections and files.
fn is_in_goroutines(advisory: &Advisory) -> bool {
    advisory.leaks == Resource::Goroutines
}

fn shows(suspect: &Suspect, advisory: &Advisory) -> bool {
    let stack = match &suspect.subject {
        Subject::Object(object) if is_in_goroutines(advisory) => object.stack.as_ref(),
        Subject::Goroutines(crowd) if is_in_goroutines(advisory) => Some(&crowd.stack),
        Subject::Memory(site) if !is_in_goroutines(advisory) => Some(&site.stack),
        _ => None,
    };
    stack.is_some_and(|stack| advisory.shows_in(stack))
}

/// The known leaks whose code the latest evidence shows and of which no finding tells.
pub(crate) fn besides(
    service: &Service,
    advised: &[Advised],
    findings: &[Finding],
) -> Vec<KnownLeak> {
    let is_told = |advisory: &Advisory| {
        let source = format!("({})", advisory.source);
        let tells = |finding: &Finding| finding.evidence.iter().any(|e| e.text.ends_with(&source));
        findings.iter().any(tells)
    };
    let mut leaks: Vec<KnownLeak> = Vec::new();
    for (instance, advised) in service.instances.iter().zip(advised) {
        for (advisory, version) in &advised.0 {
            if is_told(advisory) || leaks.iter().any(|known| known.id == advisory.id) {
                continue;
            }
            if let Some(seen) = seen(instance, advisory) {
                leaks.push(KnownLeak {
                    id: advisory.id,
                    module: name(advisory),
                    version: version.text().to_owned(),
                    seen,
                    condition: advisory.condition,
                    mended: advisory.mended(),
                    source: advisory.source,
                });
            }
        }
    }
    leaks
}

/// How much of an instance shows the code of a known leak: `3 goroutines`, `1.2 MB`.
fn seen(instance: &Instance, advisory: &Advisory) -> Option<String> {
    if is_in_goroutines(advisory) {
        let goroutines = instance.latest(|snapshot| snapshot.any_goroutines())?;
        let groups = goroutines.groups.iter().filter(|group| advisory.shows_in(&group.stack));
        let count: u64 = groups.map(|group| group.count).sum();
        return (count > 0).then(|| number::plural(count as usize, "goroutine"));
    }
    let heap = instance.latest(|snapshot| snapshot.heap.as_ref())?;
    let samples = heap.samples.iter().filter(|sample| advisory.shows_in(&sample.stack));
    let bytes: f64 = samples.map(|sample| sample.live.bytes).sum();
    (bytes > 0.0).then(|| format!("{} of live heap", number::bytes(bytes)))
}
