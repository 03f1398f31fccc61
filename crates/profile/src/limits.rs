//! Bounds that keep a hostile or broken input from exhausting memory.

/// Bounds on what a reader keeps in memory. No bound is taken from a length that the input claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of one profile held in memory after decompression. Reading stops there and says so.
    /// Goroutine dumps and logs are streamed and not held, so this does not apply to them.
    pub profile_bytes: u64,
    /// Most distinct goroutine stacks kept of one dump; goroutines beyond are counted only.
    pub stacks: usize,
    /// Most bytes of one log line, or of one record that a container runtime split over several lines.
    pub line_bytes: usize,
    /// Most dumps returned from one log; later ones are counted only.
    pub dumps: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { profile_bytes: 2 << 30, stacks: 1 << 17, line_bytes: 64 << 20, dumps: 1000 }
    }
}
