//! Whose code a frame is, remembered per function.

use std::cell::RefCell;
use std::sync::Arc;

use plumb_evidence::code::{Build, Frame, Origin, Stack};
use rustc_hash::FxHashMap;

/// The build of one instance with a memory for [`Build::origin`], which scans the dependency list.
pub(crate) struct Code<'a> {
    build: &'a Build,
    origins: RefCell<FxHashMap<Arc<str>, Origin>>,
}

impl<'a> Code<'a> {
    pub(crate) fn new(build: &'a Build) -> Self {
        Self { build, origins: RefCell::default() }
    }

    pub(crate) fn build(&self) -> &'a Build {
        self.build
    }

    pub(crate) fn origin(&self, frame: &Frame) -> Origin {
        if let Some(origin) = self.origins.borrow().get(&frame.function) {
            return origin.clone();
        }
        let origin = self.build.origin(frame);
        self.origins.borrow_mut().insert(frame.function.clone(), origin.clone());
        origin
    }

    pub(crate) fn is_user(&self, frame: &Frame) -> bool {
        self.origin(frame) == Origin::User
    }

    /// Index of the innermost user frame.
    pub(crate) fn user_frame(&self, stack: &Stack) -> Option<usize> {
        stack.frames().iter().position(|frame| self.is_user(frame))
    }

    /// Module that owns a frame, and its version: `std` for the standard library, the main module for user code.
    pub(crate) fn module(&self, frame: &Frame) -> (Arc<str>, Option<Arc<str>>) {
        match self.origin(frame) {
            Origin::Runtime | Origin::Standard => ("std".into(), self.build.go_version.clone()),
            Origin::Dependency { module, version } => (module, version),
            Origin::User => match &self.build.main_module {
                Some(module) => (module.path.clone(), Some(module.version.clone())),
                None => (frame.name().package().into(), None),
            },
        }
    }
}
