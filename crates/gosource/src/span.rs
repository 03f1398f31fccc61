//! Byte ranges of a source file.

use std::ops::Range;

/// Bytes `start..end` of a file, both offsets from its first byte.
///
/// Spans are physical: a byte order mark and carriage returns count, `//line` directives change nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes from `start` up to `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The number of bytes.
    pub const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether there are no bytes in it.
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies within it; a span lies within itself.
    pub const fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The range to index bytes with.
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}
