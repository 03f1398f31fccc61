//! `--case`: what leaks in a running program comes first, with its figures.

use std::path::{Path, PathBuf};

use plumb_case::{InputOptions, read_inputs};
use plumb_detect::{Standing, convictions, detect};
use plumb_evidence::Finding;
use plumb_evidence::source::Scan as Found;
use plumb_patterns::CATALOGUE;
use plumb_report::units::{bytes, count};

use crate::source::Source;
use crate::user_error::UserError;

/// Puts the findings first that the evidence convicts, those at the lines that it names before those between which it
/// does not decide, and lets each say what it makes.
///
/// # Errors
/// If none of the files holds evidence, or it is that of another program.
pub(super) fn first(found: &mut Found, cases: &[PathBuf], base: &Path) -> Result<(), UserError> {
    let mut service = read_inputs(cases, &InputOptions::default())?;
    Source::named(base, &mut service)?;
    let diagnosis = detect(&service, &CATALOGUE);
    let convicted = convictions(found, &diagnosis, service.source.as_ref());
    let mut others: Vec<_> = std::mem::take(&mut found.findings).into_iter().map(Some).collect();
    for one in convicted {
        if let Some(mut mistake) = others[one.mistake].take() {
            let leak = figures(&diagnosis.findings[one.finding]);
            let verb = match one.standing {
                Standing::Site => "in the running program it leaks",
                Standing::Candidate => "in the running program it may be what leaks",
            };
            mistake.message = format!("{}; {verb}: {leak}", mistake.message);
            found.findings.push(mistake);
        }
    }
    found.findings.extend(others.into_iter().flatten());
    Ok(())
}

/// `361 grpc.ClientConn, 9.3 MB, likely`, and where stacks show it.
fn figures(finding: &Finding) -> String {
    let number = count(finding.measured.count as f64);
    let what = match &finding.object {
        Some(object) => format!("{number} {object}"),
        None => format!("{number} {}", finding.resource),
    };
    let held = finding.bytes.map(|held| format!(", {}", bytes(held))).unwrap_or_default();
    let frame = match finding.site.line {
        0 => String::new(),
        line => format!(", at {} {}:{line}", finding.site.function, finding.site.file),
    };
    format!("{what}{held}, {}{frame}", finding.confidence)
}
