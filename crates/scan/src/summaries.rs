//! What the functions of the modules do with what they get and give back, found before the rules run.

use plumb_evidence::catalogue::LibraryObject;
use plumb_gosource::flow::CallEffect;

use crate::functions::FunctionKey;

/// The summaries of all functions of the modules that are looked at.
#[derive(Debug, Default)]
pub struct Summaries {}

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
    /// Whether it may keep the parameter, hand it on, or release it only on some ways: then nobody can tell who has to
    /// release it.
    pub keeps: bool,
}

/// Something that a function acquires and gives back: its callers must release it.
#[derive(Clone, Debug)]
pub struct Given {
    /// The record of what it is; `None` if that follows from its type alone.
    pub object: Option<&'static LibraryObject>,
    /// Which result it is, from 0.
    pub result: usize,
}

impl Summaries {
    /// Whether control comes back from a call of a function.
    pub fn effect(&self, _function: &FunctionKey<'_>) -> CallEffect {
        CallEffect::Returns
    }

    /// What a function does with a parameter; `None` if the function is not one of the modules, or stands for several.
    pub fn parameter(
        &self,
        _function: &FunctionKey<'_>,
        _parameter: Parameter,
    ) -> Option<&ParameterUse> {
        None
    }

    /// What a function acquires and gives back; `None` as for [`Summaries::parameter`].
    pub fn gives(&self, _function: &FunctionKey<'_>) -> Option<&[Given]> {
        None
    }
}
