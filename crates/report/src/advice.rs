//! Commands to type next. Evidence in files cannot be looked at again: what needs another look is for the live
//! service.

use plumb_evidence::finding::Verdict;
use plumb_evidence::{Diagnosis, Finding};

use crate::{Kept, Options};

/// Stands for a target that the evidence does not tell.
const SOME_URL: &str = "http://HOST:PORT";

/// A command, and words before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Advice {
    /// Where or when to type it; may be empty.
    pub(crate) lead: &'static str,
    /// What to type; may be empty if the words say it all.
    pub(crate) command: String,
}

/// The service as it can be reached: what was diagnosed, or what its case says of itself. `None` for bare files.
fn live_target<'a>(diagnosis: &'a Diagnosis, kept: &Kept) -> Option<&'a str> {
    let target = diagnosis.target.as_str();
    let words = || target.split_whitespace();
    let is_known = *kept != Kept::Files || (words().next().is_some() && words().all(is_live));
    is_known.then_some(target)
}

/// Whether a target as users type it is a URL, a host with its port, or a process id.
fn is_live(target: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let has_port = target.rsplit_once(':').is_some_and(|(_, port)| is_number(port));
    target.contains("://") || has_port || is_number(target)
}

/// The command that shows whether the fix worked.
pub(crate) fn verify_command(finding: &Finding, diagnosis: &Diagnosis, kept: &Kept) -> String {
    match live_target(diagnosis, kept) {
        Some(_) => finding.verify.clone(),
        None => format!("plumb diagnose {SOME_URL}"),
    }
}

/// The same, with when to type it.
pub(crate) fn verify(finding: &Finding, diagnosis: &Diagnosis, kept: &Kept) -> Advice {
    Advice { lead: "once the fix runs:", command: verify_command(finding, diagnosis, kept) }
}

/// What to type next.
pub(crate) fn next(diagnosis: &Diagnosis, options: &Options) -> Advice {
    let kept = &options.kept;
    let pattern = diagnosis.findings.first().and_then(|finding| finding.pattern);
    let here = |command: String| Advice { lead: "", command };
    match (diagnosis.verdict, kept, pattern) {
        (Verdict::Leak, Kept::Nowhere, _) => {
            here(format!("plumb capture {} -o leak.case", diagnosis.target))
        }
        (Verdict::Leak, _, Some(pattern)) => Advice {
            lead: "examples, alert, CI gate:",
            command: format!("plumb explain {}", pattern.id),
        },
        (Verdict::Leak, Kept::Case(path), None) if !options.verbose => {
            here(format!("plumb diagnose {path} --verbose"))
        }
        (Verdict::Leak, Kept::Files, None) if !options.verbose => Advice {
            lead: "the same with --verbose, for all that is known",
            command: String::new(),
        },
        _ => another_look(diagnosis, kept),
    }
}

/// A longer look at the live service.
fn another_look(diagnosis: &Diagnosis, kept: &Kept) -> Advice {
    let lead = match (kept, diagnosis.verdict) {
        (Kept::Files, Verdict::Clean) => "to see slower leaks, on the live service:",
        (Kept::Files, _) => "on the live service:",
        (_, Verdict::Clean) => "to see slower leaks:",
        _ => "",
    };
    let target = live_target(diagnosis, kept).unwrap_or(SOME_URL);
    Advice { lead, command: format!("plumb diagnose {target} --for 10m") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_live_can_be_told_from_a_file() {
        for live in ["http://a/b", "localhost:6060", ":6060", "4711"] {
            assert!(is_live(live), "{live}");
        }
        for file in ["heap.0.pprof", "ss.txt", "./4711/x", "a:b", ""] {
            assert!(!is_live(file), "{file}");
        }
    }
}
