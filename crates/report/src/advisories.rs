//! Known leaks of the library versions in use, of which no finding tells.

use plumb_evidence::Diagnosis;
use plumb_evidence::finding::KnownLeak;
use serde::Serialize;

use crate::Options;
use crate::layout::{Page, Tone};
use crate::markdown::prose;
use crate::units::plural;

/// Leaks told without being asked.
const SHOWN: usize = 3;

/// The heading in a ticket.
pub(crate) const HEADING_MARKDOWN: &str = "### Known leaks in the versions used";

/// A line for each, the first few unless all are asked for.
pub(crate) fn print(page: &mut Page, diagnosis: &Diagnosis, options: &Options) {
    let known = &diagnosis.known_leaks;
    if known.is_empty() {
        return;
    }
    let shown = if options.verbose { known.len() } else { SHOWN };
    page.paragraph(Tone::Plain, "known leaks in the versions used, whose code is in use:");
    for leak in known.iter().take(shown) {
        page.hanging("  - ", 4, Tone::Plain, &sentence(leak));
    }
    if known.len() > shown {
        let more = format!("{} more with --verbose", plural(known.len() - shown, "known leak"));
        page.paragraph(Tone::Quiet, &more);
    }
}

/// The same for a ticket.
pub(crate) fn items(diagnosis: &Diagnosis) -> Vec<String> {
    diagnosis.known_leaks.iter().map(|leak| prose(&sentence(leak))).collect()
}

fn sentence(leak: &KnownLeak) -> String {
    let KnownLeak { module, version, seen, condition, mended, source, .. } = leak;
    format!("{module} {version} ({seen}): {condition}; {mended} ({source})")
}

/// A known leak for programs.
#[derive(Serialize)]
pub(crate) struct KnownLeakJson<'a> {
    id: &'a str,
    module: &'a str,
    version: &'a str,
    seen: &'a str,
    condition: &'a str,
    mended: &'a str,
    source: &'a str,
}

impl<'a> From<&'a KnownLeak> for KnownLeakJson<'a> {
    fn from(leak: &'a KnownLeak) -> Self {
        let KnownLeak { id, module, version, seen, condition, mended, source } = leak;
        Self { id, module, version, seen, condition, mended, source }
    }
}
