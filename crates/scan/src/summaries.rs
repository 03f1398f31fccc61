//! What the functions of the modules do with what they get and give back, found before the rules run.
//!
//! Each file is read once, and of each function only [`facts`] are kept: what it says by itself, and which calls the
//! rest depends on. From the facts of all functions together the summaries follow ([`solve`]).
//!
//! | module | holds |
//! |---|---|
//! | [`facts`] | what is kept of a body |
//! | [`collect`] | reads the facts of a file |
//! | [`ends`] | whether control comes back from a function |
//! | [`parameters`] | what a function does with a parameter |
//! | [`certain`], [`elements`], [`wrappers`] | on every way; with the arguments of a variadic one; with readers around it |
//! | [`fields`] | what happens to the fields of structs |
//! | [`reads`] | bodies that are read to their end |
//! | [`results`], [`holding`] | what a function gives back, and who else holds that |
//! | [`values`] | questions about values that several of them ask |
//! | [`releases`], [`standard`] | names of methods that release; functions outside of the modules |
//! | [`solve`] | from facts to summaries |

mod certain;
mod collect;
mod elements;
mod ends;
mod facts;
mod fields;
mod holding;
mod parameters;
mod reads;
mod releases;
mod results;
mod solve;
mod standard;
mod values;
mod wrappers;

use std::sync::Arc;

use plumb_evidence::catalogue::LibraryObject;
use plumb_gosource::ExprId;
use plumb_gosource::flow::CallEffect;
use rustc_hash::FxHashMap;

use crate::across::{Across, FileFacts};
use crate::code::Code;
use crate::functions::FunctionKey;

pub(crate) use collect::Ours;
use facts::{FieldEvent, FieldFacts, FieldKey, FunctionFacts, Key};
pub(crate) use reads::reads_to_end;

/// The summaries of all functions of the modules that are looked at, and what is known of others without their source.
#[derive(Debug, Default)]
pub struct Summaries {
    /// What rules ask of all files.
    pub(crate) across: Across,
    /// By import path.
    packages: FxHashMap<Arc<str>, PackageSummaries>,
}

#[derive(Debug, Default)]
struct PackageSummaries {
    functions: FxHashMap<Arc<str>, FunctionSummary>,
    /// By type.
    methods: FxHashMap<Arc<str>, FxHashMap<Arc<str>, FunctionSummary>>,
    /// By type and field, what happens to fields.
    fields: FxHashMap<Arc<str>, FxHashMap<Arc<str>, FieldUse>>,
}

/// What is known of one function.
#[derive(Clone, Debug)]
struct FunctionSummary {
    effect: CallEffect,
    receiver: ParameterUse,
    /// Without those at the end that are neither kept nor released.
    parameters: Vec<ParameterUse>,
    parameter_count: usize,
    variadic: bool,
    given: Vec<Given>,
}

/// What of a call is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parameter {
    /// What a method is called on.
    Receiver,
    /// A parameter, from 0; a variadic one stands for all its arguments.
    Index(usize),
}

/// What a function does with a parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParameterUse {
    /// What it calls on the parameter on every way out, itself or through others: `Close`, `Body.Close`; empty text
    /// for a call of the parameter itself.
    pub calls: Vec<String>,
    /// What of the parameter it reads on every way out until there is no more: `Body`; empty text for the parameter
    /// itself.
    pub reads: Vec<String>,
    /// Whether it may keep the parameter, hand it on, or release it only on some ways: then nobody can tell who has to
    /// release it.
    pub keeps: bool,
    /// What it calls on the parameter only on some ways, if that is all by which it may keep it: who releases the
    /// parameter by other methods must do so still.
    pub sometimes: Vec<String>,
}

/// Neither kept nor released.
static ONLY_READ: ParameterUse =
    ParameterUse { calls: Vec::new(), reads: Vec::new(), keeps: false, sometimes: Vec::new() };

/// What all functions of the modules do with a field of a struct.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldUse {
    /// What is called on it anywhere, on every way or only on some; in order, each once.
    pub releases: Vec<FieldRelease>,
    /// Whether anybody else may get it: it is returned, stored elsewhere, or given to a function that may keep it.
    pub handed_on: bool,
}

/// A call that releases a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldRelease {
    /// The call, from the field: `Close`; empty if the field itself is called.
    pub call: String,
    /// The method of the struct in which it stands; `None` elsewhere.
    pub method: Option<Arc<str>>,
}

/// A field to which nothing happens.
static UNTOUCHED: FieldUse = FieldUse { releases: Vec::new(), handed_on: false };

/// Something that a function acquires and gives back: its callers must release it.
#[derive(Clone, Debug)]
pub struct Given {
    /// The record of what it is; `None` if that follows from its type alone.
    pub object: Option<&'static LibraryObject>,
    /// Which result it is, from 0.
    pub result: usize,
}

impl Default for FunctionSummary {
    fn default() -> Self {
        Self {
            effect: CallEffect::Returns,
            receiver: ParameterUse::default(),
            parameters: Vec::new(),
            parameter_count: 0,
            variadic: false,
            given: Vec::new(),
        }
    }
}

impl FunctionSummary {
    fn parameter(&self, parameter: Parameter) -> Option<&ParameterUse> {
        let index = match parameter {
            Parameter::Receiver => return Some(&self.receiver),
            Parameter::Index(index) if index < self.parameter_count => index,
            Parameter::Index(_) if self.variadic => self.parameter_count.checked_sub(1)?,
            Parameter::Index(_) => return None,
        };
        Some(self.parameters.get(index).unwrap_or(&ONLY_READ))
    }
}

impl Summaries {
    /// Whether control comes back from a call of a function.
    pub fn effect(&self, function: &FunctionKey<'_>) -> CallEffect {
        match self.get(function) {
            Some(summary) => summary.effect,
            None => standard::effect(function),
        }
    }

    /// The same for a call, which may tell more than the function that it calls.
    pub(crate) fn effect_of_call(&self, code: &Code<'_>, call: ExprId) -> CallEffect {
        match code.callee(call).map(|callee| self.effect(&callee)) {
            None | Some(CallEffect::Returns) => standard::chained_effect(code, call),
            Some(effect) => effect,
        }
    }

    /// What a function does with a parameter; `None` if it is not one of the modules.
    ///
    /// A function with a body for each platform does what all of its bodies do.
    pub fn parameter(
        &self,
        function: &FunctionKey<'_>,
        parameter: Parameter,
    ) -> Option<&ParameterUse> {
        self.get(function)?.parameter(parameter)
    }

    /// What a function acquires and gives back; `None` if it is not one of the modules.
    pub fn gives(&self, function: &FunctionKey<'_>) -> Option<&[Given]> {
        self.get(function).map(|summary| summary.given.as_slice())
    }

    /// What happens to a field of a struct, itself and not what an embedded struct has; `None` if the package was not
    /// read.
    pub fn field(&self, path: &str, ty: &str, field: &str) -> Option<&FieldUse> {
        let package = self.packages.get(path)?;
        let use_ = package.fields.get(ty).and_then(|fields| fields.get(field));
        Some(use_.unwrap_or(&UNTOUCHED))
    }

    /// The methods by which a type of the modules is released, in order: those of such a name (`Close`, `Stop`), and
    /// those that call one of them on every way.
    pub fn releasing_methods(&self, path: &str, ty: &str) -> Vec<&str> {
        let methods = self.packages.get(path).and_then(|package| package.methods.get(ty));
        let releases = |(name, summary): &(&Arc<str>, &FunctionSummary)| {
            releases::is_release(name)
                || summary.receiver.calls.iter().any(|call| releases::is_release(call))
        };
        let methods = methods.into_iter().flatten().filter(releases);
        let mut names: Vec<&str> = methods.map(|(name, _)| &**name).collect();
        names.sort_unstable();
        names
    }

    fn get(&self, function: &FunctionKey<'_>) -> Option<&FunctionSummary> {
        let package = self.packages.get(function.path)?;
        match function.receiver {
            Some(receiver) => package.methods.get(receiver)?.get(function.name),
            None => package.functions.get(function.name),
        }
    }

    fn add(&mut self, key: Key, summary: FunctionSummary) {
        let package = self.packages.entry(key.path).or_default();
        let functions = match key.receiver {
            Some(receiver) => package.methods.entry(receiver).or_default(),
            None => &mut package.functions,
        };
        functions.insert(key.name, summary);
    }

    fn add_field(&mut self, key: FieldKey, use_: FieldUse) {
        let package = self.packages.entry(key.path).or_default();
        package.fields.entry(key.ty).or_default().insert(key.field, use_);
    }
}

/// What was read of some files.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    across: Vec<FileFacts>,
    functions: Vec<FunctionFacts>,
    fields: Vec<FieldFacts>,
}

impl Facts {
    /// Reads a file.
    pub(crate) fn read(&mut self, code: &Code<'_>, ours: &Ours) {
        self.across.push(FileFacts::read(code));
        let (functions, fields) = collect::facts(code, ours);
        self.functions.extend(functions);
        self.fields.extend(fields);
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.across.extend(other.across);
        self.functions.extend(other.functions);
        self.fields.extend(other.fields);
    }

    /// Import paths of the packages on whose functions something depends.
    pub(crate) fn depends_on(&self) -> impl Iterator<Item = &Arc<str>> {
        let of_functions = self.functions.iter().flat_map(FunctionFacts::keys);
        let of_fields = self.fields.iter().filter_map(|facts| match &facts.event {
            FieldEvent::Passes(pass) => Some(&pass.key),
            FieldEvent::Calls(_) | FieldEvent::Kept => None,
        });
        of_functions.chain(of_fields).map(|key| &key.path)
    }

    pub(crate) fn solve(self) -> Summaries {
        let across = Across::join(self.across);
        Summaries { across, ..solve::solve(self.functions, self.fields) }
    }
}
