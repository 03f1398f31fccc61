//! When to ask for what, and what is too much to ask.

use std::time::Duration;

pub(crate) use plumb_evidence::goroutine::dump_pause;

/// Pause between the two forced collections: finalizers run after the first, and what they let go
/// is found by the second.
pub(crate) const FINALIZER_PAUSE: Duration = Duration::from_secs(1);

/// The runtime cuts `goroutine?debug=2` silently at this size (`runtime/pprof.writeGoroutineStacks`).
pub(crate) const DUMP_CUT: usize = 64 << 20;

/// Most rounds of one capture; with more, one would rather `watch`.
const MAX_ROUNDS: u32 = 10_000;

/// Offsets of the regular rounds from the first. The window's end always has one.
pub(crate) fn offsets(window: Duration, every: Duration) -> Vec<Duration> {
    let every = every.max(Duration::from_millis(100)).max(window / MAX_ROUNDS);
    let mut offsets = vec![Duration::ZERO];
    let mut next = every;
    while next < window {
        offsets.push(next);
        next += every;
    }
    if !window.is_zero() {
        offsets.push(window);
    }
    offsets
}

/// An estimate of the live heap in bytes, from the `runtime.MemStats` at the end of a `heap?debug=1` text.
///
/// Live memory is at most `HeapAlloc`, which counts garbage too, and about half of `NextGC` at the default
/// GOGC=100; the lower of the two.
pub(crate) fn live_heap(heap_text: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(heap_text);
    let field = |name: &str| {
        let line = text.lines().rev().find_map(|line| line.strip_prefix("# ")?.strip_prefix(name));
        line?.strip_prefix(" = ")?.trim().parse::<u64>().ok()
    };
    let allocated = field("HeapAlloc")?;
    Some(field("NextGC").map_or(allocated, |next| allocated.min(next / 2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(window: u64, every: u64) -> Vec<u64> {
        let offsets = offsets(Duration::from_secs(window), Duration::from_secs(every));
        offsets.iter().map(Duration::as_secs).collect()
    }

    #[test]
    fn rounds_cover_the_window() {
        assert_eq!(seconds(12, 2), [0, 2, 4, 6, 8, 10, 12]);
        assert_eq!(seconds(5, 2), [0, 2, 4, 5]);
        assert_eq!(seconds(1, 60), [0, 1]);
        assert_eq!(seconds(0, 2), [0]);
        assert!(
            offsets(Duration::from_secs(1 << 40), Duration::ZERO).len() <= MAX_ROUNDS as usize + 2
        );
    }

    #[test]
    fn three_hundred_goroutines_may_be_dumped_within_ten_milliseconds() {
        assert!(dump_pause(300) <= Duration::from_millis(10));
        assert!(dump_pause(310) > Duration::from_millis(10));
        assert!(dump_pause(u64::MAX) > Duration::from_secs(3600));
    }

    #[test]
    fn the_live_heap_is_estimated_from_memstats() {
        let text = b"heap profile: 1: 2 [3: 4] @ heap/1048576\n\n# runtime.MemStats\n# Alloc = 9\n\
            # HeapAlloc = 5000\n# HeapIdle = 1\n# NextGC = 4194304\n";
        assert_eq!(live_heap(text), Some(5000));
        assert_eq!(live_heap(b"# HeapAlloc = 5000\n# NextGC = 6000\n"), Some(3000));
        assert_eq!(live_heap(b"heap profile:"), None);
    }
}
