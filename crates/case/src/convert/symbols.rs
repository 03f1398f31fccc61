//! Function and file names, frames and stacks, each kept once for all snapshots of a service.

use std::borrow::Cow;
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
        Frame {
            function: self.name(&without_type_arguments(function)),
            file: self.name(file),
            line,
        }
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

/// `(*Cache[go.shape.string,go.shape.int]).run` → `(*Cache[...]).run`: protobuf profiles write type arguments out,
/// dumps and text profiles shorten them as tracebacks do.
fn without_type_arguments(function: &str) -> Cow<'_, str> {
    let Some(open) = function.find('[') else { return function.into() };
    match function.rfind(']') {
        Some(close) if close > open => {
            format!("{}[...]{}", &function[..open], &function[close + 1..]).into()
        }
        _ => function.into(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_arguments_are_left_out() {
        let check = |name, expect: &str| assert_eq!(without_type_arguments(name), expect);
        check(
            "a/b.(*Cache[go.shape.string,go.shape.struct { c/d.X int }]).run.func1",
            "a/b.(*Cache[...]).run.func1",
        );
        check("a/b.Map[go.shape.[]uint8]", "a/b.Map[...]");
        check("a/b.(*Cache[...]).run", "a/b.(*Cache[...]).run");
        check("main.main", "main.main");
    }
}
