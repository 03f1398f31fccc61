//! Function and file names, frames and stacks, each kept once for all snapshots of a service.

use std::sync::Arc;

use plumb_evidence::{Frame, Stack};
use rustc_hash::FxHashSet;

/// Names and stacks that have been met.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    names: FxHashSet<Arc<str>>,
    stacks: FxHashSet<Stack>,
}

impl Symbols {
    pub(crate) fn name(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.names.get(text) {
            return known.clone();
        }
        let name: Arc<str> = text.into();
        self.names.insert(name.clone());
        name
    }

    pub(crate) fn frame(&mut self, function: &str, file: &str, line: u32) -> Frame {
        Frame { function: self.name(function), file: self.name(file), line }
    }

    pub(crate) fn stack(&mut self, frames: Vec<Frame>) -> Stack {
        let stack = Stack(frames.into());
        if let Some(known) = self.stacks.get(&stack) {
            return known.clone();
        }
        self.stacks.insert(stack.clone());
        stack
    }
}

/// Whether a function is the runtime's own, as Go's profilers decide it: `runtime.`, not `runtime/pprof.`.
pub(super) fn is_runtime(function: &str) -> bool {
    function.starts_with("runtime.") || function.starts_with("internal/runtime/")
}

/// The part of a stack between the runtime frames at either end; all of it if there is nothing else.
pub(super) fn without_runtime(frames: &[Frame]) -> &[Frame] {
    let own = |frame: &Frame| is_runtime(&frame.function);
    let Some(first) = frames.iter().position(|frame| !own(frame)) else { return frames };
    let last = frames.iter().rposition(|frame| !own(frame)).unwrap_or(first);
    &frames[first..=last]
}
