//! Commands to type next. Evidence in files cannot be looked at again: what needs another look is for the live
//! service.

use plumb_evidence::finding::{InstanceSummary, Verdict};
use plumb_evidence::{Diagnosis, target};

use crate::{Kept, Options};

/// Stands for a target that the evidence does not tell.
const SOME_URL: &str = "http://HOST:PORT";

/// Stands for the number of a process after its restart.
const SOME_PID: &str = "PID";

/// Snapshots from which on growth can be told from an accident, as detection has it.
const LOOKS_MIN: usize = 3;

/// A command, and words before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Advice {
    /// Where or when to type it; may be empty.
    pub(crate) lead: &'static str,
    /// What to type; may be empty if the words say it all.
    pub(crate) command: String,
}

/// The service as it can be reached: what was diagnosed, or what its case says of itself. `None` for bare files.
fn live_target(diagnosis: &Diagnosis, kept: &Kept) -> Option<String> {
    let is_known = *kept != Kept::Files || target::are_all_live(&diagnosis.target);
    is_known.then(|| target::quoted(&diagnosis.target))
}

/// The target as it can be reached after a restart, which gives a process another number.
fn restarted_target(diagnosis: &Diagnosis, kept: &Kept) -> String {
    let Some(target) = live_target(diagnosis, kept) else { return SOME_URL.to_owned() };
    let names = target.split(' ');
    let names = names.map(|name| if target::is_process_id(name) { SOME_PID } else { name });
    names.collect::<Vec<_>>().join(" ")
}

/// The command that shows whether the fix worked.
pub(crate) fn verify_command(diagnosis: &Diagnosis, kept: &Kept) -> String {
    format!("plumb diagnose {}", restarted_target(diagnosis, kept))
}

/// The same, with when to type it.
pub(crate) fn verify(diagnosis: &Diagnosis, kept: &Kept) -> Advice {
    let command = verify_command(diagnosis, kept);
    let has_new_pid = command.split(' ').any(|word| word == SOME_PID);
    let lead = if has_new_pid {
        "once the fix runs, with the PID that it has then:"
    } else {
        "once the fix runs:"
    };
    Advice { lead, command }
}

/// What to type next.
pub(crate) fn next(diagnosis: &Diagnosis, options: &Options) -> Advice {
    let kept = &options.kept;
    let pattern = diagnosis.findings.first().and_then(|finding| finding.pattern);
    let here = |command: String| Advice { lead: "", command };
    match (diagnosis.verdict, kept, pattern) {
        (Verdict::Leak, Kept::Nowhere, _) => here(format!(
            "plumb capture {} -o {}",
            target::quoted(&diagnosis.target),
            options.new_case
        )),
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

/// Another look at the live service: a longer one, unless what there was to see did not come.
fn another_look(diagnosis: &Diagnosis, kept: &Kept) -> Advice {
    let target = live_target(diagnosis, kept).unwrap_or_else(|| SOME_URL.to_owned());
    if *kept != Kept::Files && !diagnosis.problems.is_empty() && lacks_profiles(diagnosis) {
        let lead = "once the problem above is solved:";
        return Advice { lead, command: format!("plumb diagnose {target}") };
    }
    let lead = match (kept, diagnosis.verdict) {
        (Kept::Files, Verdict::Clean) => "to see slower leaks, on the live service:",
        (Kept::Files, _) => "on the live service:",
        (_, Verdict::Clean) => "to see slower leaks:",
        _ => "",
    };
    let window = if *kept != Kept::Files && is_short(diagnosis) { "1m" } else { "10m" };
    Advice { lead, command: format!("plumb diagnose {target} --for {window}") }
}

/// Whether the look was too short to see growth, so that the next one need not be long.
fn is_short(diagnosis: &Diagnosis) -> bool {
    let regular = |instance: &InstanceSummary| {
        instance.snapshots.iter().filter(|snapshot| !snapshot.after_gc).count()
    };
    let most = diagnosis.instances.iter().map(regular).max().unwrap_or(0);
    (1..LOOKS_MIN).contains(&most)
}

/// Whether no snapshot has goroutines, or none has memory.
fn lacks_profiles(diagnosis: &Diagnosis) -> bool {
    let snapshots = || diagnosis.instances.iter().flat_map(|instance| &instance.snapshots);
    snapshots().all(|snapshot| snapshot.goroutines.is_none())
        || snapshots().all(|snapshot| snapshot.heap_inuse.is_none())
}
