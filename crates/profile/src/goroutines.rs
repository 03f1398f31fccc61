//! Goroutine dumps: the text of `/debug/pprof/goroutine?debug=2`, of SIGQUIT and of panics,
//! aggregated by distinct stack while it streams by.

mod body;
mod creators;
mod header;
mod ids;
mod labels;
mod parser;
mod shown;
mod waits;

use std::sync::Arc;

pub use creators::Creators;
pub use ids::{IdSample, Survival};
pub use labels::{LabelSet, LabelSets};
pub use waits::WaitHistogram;

pub(crate) use body::starts_stack;
pub(crate) use header::{Header, looks_like_header, parse as parse_header};
pub(crate) use labels::parse as parse_labels;
pub(crate) use parser::{InputEnd, Line, Parser};

/// A goroutine dump, aggregated. Memory is in the order of its distinct stacks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GoroutineDump {
    /// Groups of goroutines that are alike, in order of first appearance.
    pub groups: Vec<GoroutineGroup>,
    /// All goroutines of the dump, those included whose stack was not kept
    /// because the dump has more distinct ones than the limit.
    pub total: u64,
    /// Whether goroutines are missing at the end: `net/http/pprof` cut the text at 64 MiB, or the input ends in the
    /// middle of a goroutine, which is left out.
    pub truncated: bool,
}

/// Goroutines of one dump that share state, stack and creator.
#[derive(Debug, Clone, PartialEq)]
pub struct GoroutineGroup {
    /// Wait reason, or status if the goroutine does not wait, verbatim of the runtime
    /// (`chan receive (nil chan)`, `IO wait`, `running`), without the marks that have fields here.
    pub state: Arc<str>,
    /// Locked to an operating system thread.
    pub locked: bool,
    /// Proven unreachable by an earlier goroutineleak profile.
    pub leaked: bool,
    /// The stack, leaf first, as `debug=2` shows it: of a full traceback (SIGQUIT, fatal errors, `GOTRACEBACK=system`)
    /// without the runtime's own functions and the compiler's wrappers, unless there is nothing else.
    pub frames: Vec<StackFrame>,
    /// Whether the runtime left out frames: in the middle of a stack of more than 100 frames.
    pub elided: bool,
    /// Whether the stack could not be printed: the goroutine ran on another thread.
    pub unavailable: bool,
    /// The go statement that created the goroutines.
    pub created_by: Option<CreatedBy>,
    /// Chain of creators, nearest first (only with GODEBUG=tracebackancestors).
    pub ancestors: Vec<Ancestor>,
    /// Number of goroutines.
    pub count: u64,
    /// How long they have been waiting.
    pub waits: WaitHistogram,
    /// Their ids: all of them, or a sample that is consistent between dumps.
    pub ids: IdSample,
    /// The goroutines that created them (Go 1.21 and later).
    pub creators: Creators,
    /// pprof labels (Go 1.27 modules print them).
    pub labels: LabelSets,
}

/// A function in a goroutine's stack.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StackFrame {
    /// Function name without arguments.
    pub function: Arc<str>,
    /// Source file as recorded in the binary; empty if unknown.
    pub file: Arc<str>,
    /// Line number; 0 if unknown.
    pub line: u32,
    /// Whether the compiler inlined the function into the next frame.
    pub inlined: bool,
}

/// The go statement that created a goroutine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CreatedBy {
    /// Function that holds the statement.
    pub function: Arc<str>,
    /// Its source file.
    pub file: Arc<str>,
    /// Line of the statement.
    pub line: u32,
}

/// The stack of a creating goroutine at the time of the go statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Ancestor {
    /// Its stack, leaf first.
    pub frames: Vec<StackFrame>,
    /// The go statement that created it.
    pub created_by: Option<CreatedBy>,
}

impl GoroutineDump {
    /// Whether goroutine `id` is in the dump; none if the sample of ids does not tell.
    pub fn contains(&self, id: u64) -> Option<bool> {
        if self.groups.iter().any(|g| g.ids.contains(id) == Some(true)) {
            return Some(true);
        }
        let complete = self.groups.iter().all(|g| g.ids.contains(id).is_some());
        (complete && self.total == self.groups.iter().map(|g| g.count).sum()).then_some(false)
    }

    /// How many of `earlier`'s goroutines are still in this dump, in whatever group.
    pub fn survival(&self, earlier: &IdSample) -> Survival {
        let level = self.groups.iter().map(|g| g.ids.level()).max().unwrap_or(0);
        let now = IdSample::merged(self.groups.iter().map(|g| &g.ids), level);
        earlier.survival(&now)
    }
}
