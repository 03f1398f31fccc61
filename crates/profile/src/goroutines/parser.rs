//! Line by line from a dump to its groups.

use std::hash::{BuildHasher, Hash, Hasher};

use rustc_hash::{FxBuildHasher, FxHashMap, FxHasher};

use super::body::{self, Kind, Names, Stack};
use super::header::{self, Header};
use super::shown::Form;
use super::{GoroutineDump, GoroutineGroup};
use crate::limits::Limits;
use crate::problem::Problems;

/// Most normalized bytes of one goroutine. The runtime prints at most 100 frames; names rarely have
/// more than some hundred bytes.
const MAX_BODY: usize = 1 << 20;

/// `net/http/pprof` stops growing its buffer here and cuts the text (`runtime/pprof/pprof.go`).
const DEBUG2_CUT: u64 = 64 << 20;

/// What the parser made of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// A line of a stack.
    Stack,
    /// An empty line, which ends a goroutine.
    Blank,
    /// No part of a dump.
    Foreign,
}

/// How the input ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InputEnd<'a> {
    /// The last line if no line feed followed it.
    pub(crate) last: Option<&'a [u8]>,
    /// Length of the input if it holds nothing but the dump.
    pub(crate) bytes: Option<u64>,
}

/// The goroutine being read. Its state, marks and stack are in [`Parser::text`].
#[derive(Debug)]
struct Current {
    id: u64,
    minutes: Option<u64>,
    labels: Option<String>,
    creator: Option<u64>,
    locked: bool,
    leaked: bool,
    /// Whether the header has pointers.
    pointers: bool,
    form: Form,
    /// Length of the state at the start of the text.
    state: usize,
    /// Start of the stack in the text.
    stack: usize,
    last: Kind,
    cut: bool,
}

/// Reads a dump line by line.
#[derive(Debug)]
pub(crate) struct Parser {
    dump: GoroutineDump,
    names: Names,
    /// Hash of the normalized text → group; a cache, emptied when it gets too large.
    by_text: FxHashMap<u64, Option<u32>>,
    /// Hash of the parsed content → groups.
    by_content: FxHashMap<u64, Vec<u32>>,
    text: Vec<u8>,
    /// The last line that was no part of the stack, in case a position follows (cgo frames).
    other: Vec<u8>,
    current: Option<Current>,
    max_stacks: usize,
    beyond: u64,
    cut: u64,
}

impl Parser {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            dump: GoroutineDump::default(),
            names: Names::default(),
            by_text: FxHashMap::default(),
            by_content: FxHashMap::default(),
            text: Vec::new(),
            other: Vec::new(),
            current: None,
            max_stacks: limits.stacks,
            beyond: 0,
            cut: 0,
        }
    }

    /// Starts a goroutine.
    pub(crate) fn header(&mut self, header: &Header<'_>) {
        self.end_goroutine();
        self.start(header);
    }

    /// Takes the next line that is no header, without its line feed.
    #[inline]
    pub(crate) fn line(&mut self, line: &[u8]) -> Line {
        if line.is_empty() || line == b"\r" {
            self.end_goroutine();
            return Line::Blank;
        }
        self.stack_line(line)
    }

    /// [`Self::line`] for what most lines are: empty, or of a stack and in lower case or indented, so that they are
    /// nothing else in any log. None if it is another, which then was not taken.
    #[inline]
    pub(crate) fn usual_line(&mut self, line: &[u8]) -> Option<Line> {
        if line.is_empty() {
            self.end_goroutine();
            return Some(Line::Blank);
        }
        let current = self.current.as_mut()?;
        let (kind, kept) = body::usual(line)?;
        if kind == Kind::Position && (current.last == Kind::Other || body::is_full(line, kept)) {
            return None;
        }
        append(&mut self.text, kept, current);
        current.last = kind;
        Some(Line::Stack)
    }

    fn start(&mut self, header: &Header<'_>) {
        self.dump.total += 1;
        self.text.clear();
        self.text.extend_from_slice(header.state);
        self.text.push(if header.locked { b'L' } else { b'-' });
        self.text.push(if header.leaked { b'L' } else { b'-' });
        let labels = (!header.labels.is_empty())
            .then(|| String::from_utf8_lossy(header.labels).into_owned());
        self.current = Some(Current {
            id: header.id,
            minutes: header.minutes,
            labels,
            creator: None,
            locked: header.locked,
            leaked: header.leaked,
            pointers: header.pointers,
            form: Form::Usual,
            state: header.state.len(),
            stack: self.text.len(),
            last: Kind::Mark,
            cut: false,
        });
        self.other.clear();
    }

    fn stack_line(&mut self, line: &[u8]) -> Line {
        let Some(current) = &mut self.current else { return Line::Foreign };
        let (kind, kept) = body::normalize(line);
        if kind == Kind::Other {
            self.other.clear();
            self.other.extend_from_slice(kept);
            current.last = kind;
            return Line::Foreign;
        }
        if let Kind::Created(Some(id)) = kind {
            current.creator = current.creator.or(Some(id));
        }
        if kind == Kind::Position && current.last == Kind::Other && !self.other.is_empty() {
            append(&mut self.text, &self.other, current);
        }
        if kind == Kind::Position && body::is_full(line, kept) {
            current.form = Form::Full { pointers: current.pointers };
        }
        append(&mut self.text, kept, current);
        current.last = kind;
        Line::Stack
    }

    /// Ends the current goroutine: counts it in its group.
    pub(crate) fn end_goroutine(&mut self) {
        let Some(current) = self.current.take() else { return };
        self.cut += u64::from(current.cut);
        let hash = hash_text(&self.text, current.form);
        let group = match self.by_text.get(&hash) {
            Some(group) => *group,
            None => {
                let group = self.find_or_add(&current);
                if self.by_text.len() >= self.max_stacks.saturating_mul(2) {
                    self.by_text.clear();
                }
                self.by_text.insert(hash, group);
                group
            }
        };
        match group {
            Some(index) => count(&mut self.dump.groups[index as usize], &current),
            None => self.beyond += 1,
        }
    }

    /// Group of the parsed content; none if it is new and there is no room.
    fn find_or_add(&mut self, current: &Current) -> Option<u32> {
        let stack = body::parse(&self.text[current.stack..], current.form, &mut self.names);
        let state = self.names.get(&self.text[..current.state]);
        let hash = FxBuildHasher.hash_one((&state, current.locked, current.leaked, &stack));
        let known = self.by_content.entry(hash).or_default();
        for &index in known.iter() {
            let group = &self.dump.groups[index as usize];
            if group.state == state
                && (group.locked, group.leaked) == (current.locked, current.leaked)
                && same_stack(group, &stack)
            {
                return Some(index);
            }
        }
        if self.dump.groups.len() >= self.max_stacks {
            return None;
        }
        let index = u32::try_from(self.dump.groups.len()).ok()?;
        known.push(index);
        self.dump.groups.push(GoroutineGroup {
            state,
            locked: current.locked,
            leaked: current.leaked,
            frames: stack.frames,
            elided: stack.elided,
            unavailable: stack.unavailable,
            created_by: stack.created_by,
            ancestors: stack.ancestors,
            count: 0,
            waits: Default::default(),
            ids: Default::default(),
            creators: Default::default(),
            labels: Default::default(),
        });
        Some(index)
    }

    /// Ends the dump where other text or the input ends it. Only the latter may have cut it.
    pub(crate) fn finish(
        mut self,
        end: Option<InputEnd<'_>>,
        problems: &mut Problems,
    ) -> GoroutineDump {
        let cut = match end {
            Some(InputEnd { bytes: Some(DEBUG2_CUT), .. }) => Some(
                "the dump was cut at 64 MiB by net/http/pprof: goroutines are missing at its end",
            ),
            Some(end) if self.cut_by(&end) => Some(
                "the dump is cut: it ends in the middle of a goroutine, which is left out, and \
                 those after it are missing; bring the whole dump",
            ),
            _ => None,
        };
        if let Some(what) = cut {
            problems.add(what);
            self.dump.truncated = true;
            self.drop_current();
        }
        self.end_goroutine();
        problems.add_many("goroutines with more distinct stacks than are kept", self.beyond);
        problems.add_many("stacks with more text than is kept", self.cut);
        self.dump
    }

    /// Whether the end of the input cut the current goroutine.
    fn cut_by(&self, end: &InputEnd<'_>) -> bool {
        let Some(current) = &self.current else {
            return end.last.is_some_and(|line| header::cut(line, end.bytes.is_some()));
        };
        match (current.last, end.last) {
            (Kind::Position, Some(line)) if !body::complete_position(line) => true,
            (Kind::Other, Some(_)) if end.bytes.is_some() => true,
            (Kind::Function | Kind::Created(_), _) => true,
            (Kind::Position | Kind::Other, _) => self.lacks_its_root(current),
            (Kind::Mark, _) => self.text.len() == current.stack,
        }
    }

    /// Whether a stack ends before its outermost frame, below which the runtime prints who created the goroutine.
    /// It prints nothing there for the main goroutine (1), for a thread's own stack (0), and for threads that C code
    /// started, which are locked.
    fn lacks_its_root(&self, current: &Current) -> bool {
        let stack = &self.text[current.stack..];
        let ends_at_root = |line: &[u8]| {
            line.starts_with(b"created by ")
                || line.starts_with(b"runtime.goexit")
                || line.starts_with(b"[originating from goroutine ")
        };
        current.id > 1 && !current.locked && !stack.split(|b| *b == b'\n').any(ends_at_root)
    }

    fn drop_current(&mut self) {
        if self.current.take().is_some() {
            self.dump.total -= 1;
        }
    }
}

#[inline]
fn append(text: &mut Vec<u8>, line: &[u8], current: &mut Current) {
    if text.len() + line.len() < MAX_BODY {
        text.push(b'\n');
        text.extend_from_slice(line);
    } else {
        current.cut = true;
    }
}

fn same_stack(group: &GoroutineGroup, stack: &Stack) -> bool {
    group.frames == stack.frames
        && group.created_by == stack.created_by
        && group.elided == stack.elided
        && group.unavailable == stack.unavailable
        && group.ancestors == stack.ancestors
}

fn count(group: &mut GoroutineGroup, current: &Current) {
    group.count += 1;
    group.waits.add(current.minutes);
    group.ids.add(current.id);
    if let Some(id) = current.creator {
        group.creators.add(id);
    }
    if let Some(labels) = &current.labels {
        group.labels.add(labels);
    }
}

fn hash_text(text: &[u8], form: Form) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text);
    (text.len(), form).hash(&mut hasher);
    hasher.finish()
}
