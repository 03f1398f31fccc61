//! Who calls what in a running executable.

use std::collections::BTreeSet;
use std::fs::File;

use plumb_binary::{Owner, Question, Wanted, read_calls};
use plumb_evidence::calls::{Call, Calls, Made};
use plumb_evidence::code::{Build, Frame, Origin};

use super::path;
use crate::options::CaptureOptions;

/// First words of the names of functions that make something which the caller has to release. A library without a record
/// in the catalogue has its constructors among these.
const MAKING: [&str; 9] =
    ["New", "Dial", "Open", "Connect", "Start", "Listen", "Must", "Make", "Subscribe"];

/// The calls that lead from the main module to constructors, and to functions of its dependencies that by their names
/// make something, and where pools are made. `None` if they cannot be read, which is no problem of the evidence that was asked for.
pub(crate) fn read(pid: u32, build: &Build, options: &CaptureOptions) -> Option<Calls> {
    let CaptureOptions { constructors, pools, .. } = options;
    if constructors.is_empty() {
        return None;
    }
    let file = File::open(path(pid, "exe")).ok()?;
    let origin = |name: &str, file: &str| {
        build.origin(&Frame { function: name.into(), file: file.into(), line: 0 })
    };
    let wanted = |name: &str| match constructors.contains(name) {
        true => Wanted::Ways,
        false if is_making(name) && matches!(origin(name, ""), Origin::Dependency { .. }) => {
            Wanted::Callers
        }
        false => Wanted::No,
    };
    let owner = |name: &str, file: &str| match origin(name, file) {
        Origin::User => Owner::Program,
        Origin::Dependency { .. } => Owner::Dependency,
        Origin::Standard | Origin::Runtime => Owner::Standard,
    };
    let types = |name: &str| pools.contains(name);
    let question = Question { wanted: &wanted, types: &types, owner: &owner };
    let found = read_calls(file, &question).ok()??;
    let call = |call: plumb_binary::Call| Call {
        at: Frame { function: call.caller.into(), file: call.file.into(), line: call.line },
        callee: call.callee.map(Into::into),
    };
    let made = |made: plumb_binary::Made| Made {
        at: Frame { function: made.function.into(), file: made.file.into(), line: made.line },
        of: made.of.into(),
    };
    let names = |names: BTreeSet<String>| names.into_iter().map(Into::into).collect();
    Some(Calls {
        calls: found.calls.into_iter().map(call).collect(),
        made: found.made.into_iter().map(made).collect(),
        referenced: names(found.referenced),
        unfinished: names(found.unfinished),
    })
}

fn is_making(name: &str) -> bool {
    let own = name.rsplit('.').next().unwrap_or(name);
    MAKING.iter().any(|word| own.starts_with(word))
}
