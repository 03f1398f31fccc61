//! Pools of connections that a function makes for each call, where one would do for all: each keeps its idle
//! connections, and nobody can use them again.
//!
//! A function may keep the pool for itself, or return it, itself or in what it makes: then its callers count.

mod flow;
mod reading;

use std::sync::Arc;

use plumb_evidence::finding::Confidence;
use plumb_gosource::Span;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::Code;

/// How many functions may hand on what another one makes.
const MAX_FACTORIES: usize = 6;

/// Which calls a function serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Serves {
    /// Nobody knows.
    Unknown,
    /// Those with a context, or rounds of a range.
    Calls,
    /// Requests, or rounds of a loop without a range.
    Requests,
}

/// A place at which something is made that the function does not give away.
#[derive(Clone, Debug)]
struct Kept {
    file: Arc<str>,
    span: Span,
    /// The declared function around it, without package and type.
    function: Arc<str>,
    serves: Serves,
    /// The object of the catalogue; empty for what functions return.
    object: &'static str,
}

/// A pool that a function returns.
#[derive(Clone, Debug)]
struct Returned {
    file: Arc<str>,
    span: Span,
    /// The function, with package and type.
    by: Arc<str>,
    object: &'static str,
}

/// What a file makes.
#[derive(Debug, Default)]
pub(crate) struct FileInstances {
    /// Pools that functions keep.
    kept: Vec<Kept>,
    /// Pools that functions return.
    returned: Vec<Returned>,
    /// By function of the modules, calls of which the result is kept.
    calls: FxHashMap<Arc<str>, Vec<Kept>>,
    /// By function of the modules, functions that return its result.
    returns: FxHashMap<Arc<str>, FxHashSet<Arc<str>>>,
}

/// What all files make.
#[derive(Debug, Default)]
pub(crate) struct Instances(FileInstances);

impl Instances {
    /// Puts the facts of files together.
    pub(crate) fn join(files: impl IntoIterator<Item = FileInstances>) -> Self {
        let mut all = FileInstances::default();
        for file in files {
            all.kept.extend(file.kept);
            all.returned.extend(file.returned);
            for (function, calls) in file.calls {
                all.calls.entry(function).or_default().extend(calls);
            }
            for (function, by) in file.returns {
                all.returns.entry(function).or_default().extend(by);
            }
        }
        let order = |kept: &Kept| (std::cmp::Reverse(kept.serves), kept.file.clone(), kept.span);
        all.calls.values_mut().for_each(|calls| calls.sort_by_key(order));
        Self(all)
    }

    /// The call that makes a pool which a function returns: of those that keep it, the one of which most is known.
    fn call_of(&self, function: &Arc<str>) -> Option<&Kept> {
        let mut factories = vec![function];
        let mut next = 0;
        while next < factories.len() && factories.len() <= MAX_FACTORIES {
            for by in self.0.returns.get(factories[next]).into_iter().flatten() {
                if !factories.contains(&by) {
                    factories.push(by);
                }
            }
            next += 1;
        }
        let calls = factories.iter().filter_map(|factory| self.0.calls.get(*factory));
        calls.flatten().max_by(|a, b| (a.serves, &b.file, b.span).cmp(&(b.serves, &a.file, a.span)))
    }
}

/// A pool of connections for each call.
#[derive(Clone, Debug)]
pub struct PerCall {
    /// Where it is made.
    pub at: Span,
    /// The function that calls for it each time.
    pub caller: String,
    /// The call, if it is another function of the same file.
    pub call: Option<Span>,
    /// The object of the catalogue that is made with each of its connections.
    pub object: &'static str,
    /// Likely if the caller serves requests or is in a loop that has no range.
    pub confidence: Confidence,
}

/// The pools of connections that are made in a file for each call.
pub fn per_call(code: &Code<'_>) -> Vec<PerCall> {
    let instances = &code.summaries.across.instances;
    let all = &instances.0;
    let confidence = |serves| match serves {
        Serves::Requests => Some(Confidence::Likely),
        Serves::Calls => Some(Confidence::Possible),
        Serves::Unknown => None,
    };
    let kept = all.kept.iter().filter(|kept| *kept.file == *code.path).filter_map(|kept| {
        let caller = kept.function.to_string();
        let confidence = confidence(kept.serves)?;
        Some(PerCall { at: kept.span, caller, call: None, object: kept.object, confidence })
    });
    let returned = all.returned.iter().filter(|made| *made.file == *code.path);
    let returned = returned.filter_map(|made| {
        let call = instances.call_of(&made.by)?;
        let confidence = confidence(call.serves)?;
        let here = (call.file == made.file).then_some(call.span);
        let (object, caller) = (made.object, call.function.to_string());
        Some(PerCall { at: made.span, caller, call: here, object, confidence })
    });
    let mut found: Vec<PerCall> = kept.chain(returned).collect();
    found.sort_by_key(|per_call| per_call.at);
    found
}
