//! Which library object, or whose code, a group of goroutines belongs to.

use std::sync::Arc;

use plumb_evidence::catalogue::{Catalogue, LibraryObject, ObjectGoroutine};
use plumb_evidence::code::{Frame, Origin, Stack};
use plumb_evidence::goroutine::Goroutines;

use crate::code::Code;

/// What a stack belongs to.
#[derive(Clone, Debug)]
pub(crate) enum Class {
    /// Its own code is on the stack; index of the innermost user frame.
    User(usize),
    /// A goroutine of a library object with a record.
    Object {
        object: &'static LibraryObject,
        /// Which of the object's alternative sets of goroutines, and which goroutine of that set.
        set: usize,
        goroutine: usize,
    },
    /// A goroutine that a library without a record started; module of its outermost frame.
    Library { module: Arc<str> },
    /// The runtime's own, or nothing known.
    Runtime,
}

/// Finds the class of stacks. Records whose later sets are in use (older library versions) are told by which
/// anchors occur in the goroutines at hand.
pub(crate) struct Classifier<'a> {
    code: &'a Code<'a>,
    objects: Vec<(&'static LibraryObject, usize)>,
}

impl<'a> Classifier<'a> {
    pub(crate) fn new(code: &'a Code<'a>, catalogue: &Catalogue, goroutines: &Goroutines) -> Self {
        let present = |set: &[ObjectGoroutine]| {
            set.first().is_some_and(|anchor| {
                goroutines.groups.iter().any(|group| runs(anchor, &group.stack))
            })
        };
        let objects = catalogue.objects.iter().filter_map(|&object| {
            Some((object, object.goroutines.iter().position(|set| present(set))?))
        });
        Self { code, objects: objects.collect() }
    }

    pub(crate) fn is_user(&self, frame: &Frame) -> bool {
        self.code.is_user(frame)
    }

    /// User code anywhere on the stack makes it the user's: either the goroutine was started there, or a library
    /// calls back into it and it is stuck there. Then come records, then the module of the outermost frame.
    pub(crate) fn classify(&self, stack: &Stack) -> Class {
        if let Some(frame) = self.code.user_frame(stack) {
            return Class::User(frame);
        }
        for &(object, set) in &self.objects {
            if let Some(goroutine) = object.goroutines[set].iter().position(|g| runs(g, stack)) {
                return Class::Object { object, set, goroutine };
            }
        }
        match stack.root().map(|root| (self.code.origin(root), root)) {
            None | Some((Origin::Runtime, _)) => Class::Runtime,
            Some((_, root)) => Class::Library { module: self.code.module(root).0 },
        }
    }
}

/// Whether a stack is that goroutine of an object.
pub(crate) fn runs(goroutine: &ObjectGoroutine, stack: &Stack) -> bool {
    stack.passes(goroutine.function) && goroutine.under.is_none_or(|under| stack.passes(under))
}
