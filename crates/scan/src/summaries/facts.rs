//! What one function says by itself, with what it leaves to the functions that it calls: all that is kept of a body
//! until every file has been read.

use std::sync::Arc;

use plumb_evidence::catalogue::LibraryObject;
use plumb_gosource::flow::CallEffect;

use super::Parameter;
use crate::functions::FunctionKey;

/// The most events of one parameter: each is a bit of a set.
pub(super) const MOST_EVENTS: usize = 64;

/// A [`FunctionKey`] that owns its names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) path: Arc<str>,
    pub(super) receiver: Option<Arc<str>>,
    pub(super) name: Arc<str>,
}

impl Key {
    pub(super) fn of(key: &FunctionKey<'_>) -> Self {
        Self { path: key.path.into(), receiver: key.receiver.map(Arc::from), name: key.name.into() }
    }
}

/// The facts of one function or method with a body.
#[derive(Debug)]
pub(super) struct FunctionFacts {
    pub(super) key: Key,
    pub(super) end: End,
    /// Whether a function that defers it may go on after a panic.
    pub(super) recovers: bool,
    pub(super) receiver: ParameterFacts,
    /// Without those at the end of which there is nothing to say.
    pub(super) parameters: Vec<ParameterFacts>,
    /// The number of parameters.
    pub(super) parameter_count: usize,
    pub(super) variadic: bool,
    /// By result, what it may be; empty for what nobody has to release.
    pub(super) results: Vec<ResultFacts>,
}

/// How a function ends.
#[derive(Debug)]
pub(super) enum End {
    /// It may return, whatever the functions do that it calls.
    Returns,
    /// It ends by this.
    Never(CallEffect),
    /// It returns unless these calls do not.
    Depends(Box<Outline>),
}

/// The graph of a body, without what does not matter to its end.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) blocks: Vec<OutlineBlock>,
    /// Functions that are deferred, and may stop a panic.
    pub(super) deferred: Vec<Key>,
}

#[derive(Debug, Default)]
pub(super) struct OutlineBlock {
    /// Calls that may not come back.
    pub(super) calls: Vec<Key>,
    pub(super) edges: Vec<u32>,
    pub(super) exit: Option<OutlineExit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OutlineExit {
    Returns,
    Stops(CallEffect),
}

/// What a function does with a parameter.
#[derive(Debug, Default)]
pub(super) struct ParameterFacts {
    /// What may release it; the marks of `ways` are places in this list.
    pub(super) events: Vec<Event>,
    /// For each way out the events that happen on it: each way but those that hold another one. Empty if nothing
    /// is known of all ways.
    pub(super) ways: Vec<u64>,
    /// Whether it may be kept, whatever the functions do that get it.
    pub(super) kept: bool,
}

/// Something that happens to a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A call of this: `Close`, `Body.Close`, or the parameter itself.
    Calls(String),
    /// It is given to another function.
    Passes(Pass),
    /// Control may not come back from this function.
    Stops(Key),
}

/// A value, or a part of it, that another function gets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pass {
    pub(super) key: Key,
    pub(super) parameter: Parameter,
    /// The part: `Body`.
    pub(super) part: String,
}

/// What a result may be.
#[derive(Clone, Debug, Default)]
pub(super) struct ResultFacts {
    /// All that it may be; empty if that is not known, or nothing that must be released.
    pub(super) sources: Vec<Source>,
    /// Functions that got it before: if one of them keeps or releases it, it is not given.
    pub(super) passes: Vec<Pass>,
}

/// Where a result comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// It is nil.
    Nothing,
    /// It is acquired.
    Fresh(Option<&'static LibraryObject>),
    /// It is a result of another function.
    Call(Key, usize),
    /// It is a value of a type of the modules that holds one of these in a field.
    Wraps(Wrapper),
}

/// A value of a struct type around something that must be released.
#[derive(Clone, Debug)]
pub(super) struct Wrapper {
    /// The import path of its package.
    pub(super) path: Arc<str>,
    /// The type.
    pub(super) name: Arc<str>,
    /// The fields with what may have to be released in them.
    pub(super) fields: Vec<(String, Source)>,
    /// The other fields that get a value.
    pub(super) set: Vec<String>,
    /// Whether what its methods close may be opened by themselves, later.
    pub(super) opens_later: bool,
}

impl FunctionFacts {
    /// The functions on which something depends.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        let parameters = self.parameters.iter().chain([&self.receiver]);
        let events = parameters.flat_map(|facts| &facts.events).filter_map(|event| match event {
            Event::Calls(_) => None,
            Event::Passes(Pass { key, .. }) | Event::Stops(key) => Some(key),
        });
        let outline = match &self.end {
            End::Depends(outline) => Some(outline),
            End::Returns | End::Never(_) => None,
        };
        let ends = outline.into_iter().flat_map(|outline| {
            outline.blocks.iter().flat_map(|block| &block.calls).chain(&outline.deferred)
        });
        let results = self.results.iter().flat_map(|result| {
            let passes = result.passes.iter().map(|pass| &pass.key);
            passes.chain(result.sources.iter().flat_map(Source::keys))
        });
        events.chain(ends).chain(results)
    }
}

impl Source {
    fn keys(&self) -> Vec<&Key> {
        match self {
            Self::Nothing | Self::Fresh(_) => Vec::new(),
            Self::Call(key, _) => vec![key],
            Self::Wraps(wrapper) => {
                wrapper.fields.iter().flat_map(|(_, source)| source.keys()).collect()
            }
        }
    }
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FieldKey {
    /// Import path of the package that declares the struct.
    pub(super) path: Arc<str>,
    /// The struct.
    pub(super) ty: Arc<str>,
    pub(super) field: Arc<str>,
}

/// Something that happens to a field somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FieldFacts {
    pub(super) key: FieldKey,
    pub(super) event: FieldEvent,
    /// The method of the struct in which it happens.
    pub(super) by: Option<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum FieldEvent {
    /// A call of this on it; empty for a call of the field itself.
    Calls(String),
    /// It is given to another function.
    Passes(Pass),
    /// Somebody else gets it.
    Kept,
}
