//! Strings, frames and stacks, each kept once for the whole trace.
//!
//! A trace repeats them in each of its generations under other numbers. Kept once, equal stacks have equal ids, and the
//! memory for them grows with how many differ and not with the length of the trace. Messages of logs differ nearly all:
//! those are forgotten with their generation.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap};

/// A string of a [`Symbols`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct StringId(u32);

impl StringId {
    /// The empty string.
    pub const EMPTY: Self = Self(0);

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A frame of a [`Symbols`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FrameId(u32);

/// A stack of a [`Symbols`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct StackId(u32);

impl StackId {
    /// No stack was taken.
    pub const NONE: Self = Self(0);

    /// Its number, counted from 0 without gaps.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    /// Whether there is one. It may have no frames.
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }
}

/// A frame of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Frame {
    /// The address that the caller returns to; in the innermost frame, where the stack was taken.
    pub pc: u64,
    /// Name of the function, with its package's path.
    pub function: StringId,
    /// The source file, as the compiler recorded it.
    pub file: StringId,
    /// The line, from 1.
    pub line: u64,
}

/// All strings, frames and stacks of a trace.
#[derive(Debug)]
pub struct Symbols {
    strings: Vec<Box<str>>,
    strings_by_text: FxHashMap<Box<str>, StringId>,
    /// Numbers of strings that were forgotten.
    free_strings: Vec<StringId>,
    frames: Vec<Frame>,
    frames_by_content: FxHashMap<Frame, FrameId>,
    /// Frames of all stacks, one stack after the other.
    stack_frames: Vec<FrameId>,
    /// Where each stack ends in `stack_frames`; it begins where the one before it ends.
    stack_ends: Vec<usize>,
    /// Stacks by the hash of their frames.
    stacks_by_hash: FxHashMap<u64, Vec<StackId>>,
}

impl Default for Symbols {
    fn default() -> Self {
        let empty: Box<str> = "".into();
        Self {
            strings: vec![empty.clone()],
            strings_by_text: FxHashMap::from_iter([(empty, StringId::EMPTY)]),
            free_strings: Vec::new(),
            frames: Vec::new(),
            frames_by_content: FxHashMap::default(),
            stack_frames: Vec::new(),
            // That of `StackId::NONE`.
            stack_ends: vec![0],
            stacks_by_hash: FxHashMap::default(),
        }
    }
}

impl Symbols {
    /// The text of a string.
    pub fn string(&self, id: StringId) -> &str {
        &self.strings[id.0 as usize]
    }

    /// A frame.
    pub fn frame(&self, id: FrameId) -> Frame {
        self.frames[id.0 as usize]
    }

    /// The frames of a stack, the innermost first; none for [`StackId::NONE`].
    pub fn stack(&self, id: StackId) -> impl ExactSizeIterator<Item = Frame> + DoubleEndedIterator {
        self.frame_ids(id).iter().map(|&frame| self.frame(frame))
    }

    /// The ids of the frames of a stack, the innermost first.
    pub fn frame_ids(&self, id: StackId) -> &[FrameId] {
        let index = id.0 as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.stack_ends[before]);
        &self.stack_frames[start..self.stack_ends[index]]
    }

    /// How many stacks differ.
    pub fn stack_count(&self) -> usize {
        self.stack_ends.len() - 1
    }

    /// How many strings there are, with those that were forgotten.
    pub(crate) fn string_count(&self) -> usize {
        self.strings.len()
    }

    /// The id of a string, and whether it was not known before.
    pub(crate) fn intern_string(&mut self, text: &str) -> (StringId, bool) {
        if let Some(&id) = self.strings_by_text.get(text) {
            return (id, false);
        }
        let id = match self.free_strings.pop() {
            Some(id) => {
                self.strings[id.index()] = text.into();
                id
            }
            None => {
                self.strings.push(text.into());
                StringId(index(self.strings.len() - 1))
            }
        };
        self.strings_by_text.insert(text.into(), id);
        (id, true)
    }

    /// Forgets a string that nothing refers to any more. Its number is given to another one.
    pub(crate) fn forget_string(&mut self, id: StringId) {
        let text = std::mem::take(&mut self.strings[id.index()]);
        self.strings_by_text.remove(&text);
        self.free_strings.push(id);
    }

    pub(crate) fn intern_frame(&mut self, frame: Frame) -> FrameId {
        *self.frames_by_content.entry(frame).or_insert_with(|| {
            self.frames.push(frame);
            FrameId(index(self.frames.len() - 1))
        })
    }

    pub(crate) fn intern_stack(&mut self, frames: &[FrameId]) -> StackId {
        let hash = FxBuildHasher.hash_one(frames);
        let equal = self.stacks_by_hash.get(&hash).into_iter().flatten();
        if let Some(&id) = equal.into_iter().find(|&&id| self.frame_ids(id) == frames) {
            return id;
        }
        let id = StackId(index(self.stack_ends.len()));
        self.stack_frames.extend_from_slice(frames);
        self.stack_ends.push(self.stack_frames.len());
        self.stacks_by_hash.entry(hash).or_default().push(id);
        id
    }
}

/// # Panics
/// Never in practice: each of 2^32 entries takes more than one byte of a generation, of which there is a limit.
fn index(count: usize) -> u32 {
    u32::try_from(count).expect("fewer than 2^32 entries")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_gives_its_place_to_the_next() {
        let mut symbols = Symbols::default();
        let (first, second) = (symbols.intern_string("a").0, symbols.intern_string("b").0);
        symbols.forget_string(first);
        assert_eq!(symbols.intern_string("b"), (second, false));
        assert_eq!(symbols.intern_string("c"), (first, true));
        assert_eq!(symbols.string(first), "c");
        assert!(symbols.intern_string("a").1);
        assert_eq!(symbols.string_count(), 4);
    }

    #[test]
    fn equal_stacks_are_one() {
        let mut symbols = Symbols::default();
        let mut frame = |line| {
            let (function, _) = symbols.intern_string("main.main");
            let (file, _) = symbols.intern_string("main.go");
            symbols.intern_frame(Frame { pc: 7, function, file, line })
        };
        let (first, second) = (frame(1), frame(2));
        let one = symbols.intern_stack(&[first, second]);
        let other = symbols.intern_stack(&[second]);
        let empty = symbols.intern_stack(&[]);
        assert_eq!(symbols.intern_stack(&[first, second]), one);
        assert_eq!(symbols.stack_count(), 3);
        let lines = |id| symbols.stack(id).map(|frame| frame.line).collect::<Vec<_>>();
        assert_eq!((lines(one), lines(other)), (vec![1, 2], vec![2]));
        assert!(empty.is_some() && lines(empty).is_empty());
        assert_eq!(lines(StackId::NONE), Vec::<u64>::new());
    }
}
