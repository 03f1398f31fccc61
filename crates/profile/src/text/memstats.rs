//! The memory statistics at the end of a heap text.

/// `runtime.MemStats` as the heap text prints it, and the peak of the resident set. Sizes are in
/// bytes; what the text does not hold is 0.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs, reason = "documented by Go's runtime.MemStats under the same names")]
pub struct MemStats {
    pub alloc: u64,
    pub total_alloc: u64,
    pub sys: u64,
    pub lookups: u64,
    pub mallocs: u64,
    pub frees: u64,
    pub heap_alloc: u64,
    pub heap_sys: u64,
    pub heap_idle: u64,
    pub heap_inuse: u64,
    pub heap_released: u64,
    pub heap_objects: u64,
    pub stack_inuse: u64,
    pub stack_sys: u64,
    pub mspan_inuse: u64,
    pub mspan_sys: u64,
    pub mcache_inuse: u64,
    pub mcache_sys: u64,
    pub buck_hash_sys: u64,
    pub gc_sys: u64,
    pub other_sys: u64,
    pub next_gc: u64,
    /// Nanoseconds since 1970 UTC; 0 if there was none.
    pub last_gc: u64,
    /// Ring of the last pauses, nanoseconds; the newest at `(num_gc + 255) % 256`.
    pub pause_ns: Vec<u64>,
    /// Ring of the ends of the last pauses, nanoseconds since 1970 UTC (Go 1.6 and later).
    pub pause_end: Vec<u64>,
    pub num_gc: u64,
    pub num_forced_gc: u64,
    pub gc_cpu_fraction: f64,
    pub debug_gc: bool,
    /// Peak resident set in bytes (Go 1.16 and later on Unix).
    pub max_rss: Option<u64>,
}

impl MemStats {
    /// Takes one line; unknown names are those of later versions and ignored.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        match name {
            "Stack" => return pair(value, &mut self.stack_inuse, &mut self.stack_sys),
            "MSpan" => return pair(value, &mut self.mspan_inuse, &mut self.mspan_sys),
            "MCache" => return pair(value, &mut self.mcache_inuse, &mut self.mcache_sys),
            "PauseNs" => self.pause_ns = list(value),
            "PauseEnd" => self.pause_end = list(value),
            "GCCPUFraction" => self.gc_cpu_fraction = value.parse().unwrap_or(0.0),
            "DebugGC" => self.debug_gc = value == "true",
            "MaxRSS" => self.max_rss = value.parse().ok(),
            _ => {}
        }
        if let (Some(field), Ok(value)) = (self.field(name), value.parse()) {
            *field = value;
        }
    }

    fn field(&mut self, name: &str) -> Option<&mut u64> {
        Some(match name {
            "Alloc" => &mut self.alloc,
            "TotalAlloc" => &mut self.total_alloc,
            "Sys" => &mut self.sys,
            "Lookups" => &mut self.lookups,
            "Mallocs" => &mut self.mallocs,
            "Frees" => &mut self.frees,
            "HeapAlloc" => &mut self.heap_alloc,
            "HeapSys" => &mut self.heap_sys,
            "HeapIdle" => &mut self.heap_idle,
            "HeapInuse" => &mut self.heap_inuse,
            "HeapReleased" => &mut self.heap_released,
            "HeapObjects" => &mut self.heap_objects,
            "BuckHashSys" => &mut self.buck_hash_sys,
            "GCSys" => &mut self.gc_sys,
            "OtherSys" => &mut self.other_sys,
            "NextGC" => &mut self.next_gc,
            "LastGC" => &mut self.last_gc,
            "NumGC" => &mut self.num_gc,
            "NumForcedGC" => &mut self.num_forced_gc,
            _ => return None,
        })
    }

    /// The last pauses in nanoseconds, newest first.
    pub fn recent_pauses(&self) -> impl Iterator<Item = u64> + '_ {
        self.newest_first(&self.pause_ns)
    }

    /// The ends of the last pauses in nanoseconds since 1970 UTC, newest first.
    pub fn recent_pause_ends(&self) -> impl Iterator<Item = u64> + '_ {
        self.newest_first(&self.pause_end)
    }

    fn newest_first<'a>(&self, ring: &'a [u64]) -> impl Iterator<Item = u64> + 'a {
        let (num_gc, size) = (self.num_gc, ring.len() as u64);
        (0..num_gc.min(size)).map(move |back| ring[((num_gc - 1 - back) % size) as usize])
    }
}

/// `inuse / sys`
fn pair(value: &str, inuse: &mut u64, sys: &mut u64) {
    if let Some((a, b)) = value.split_once('/') {
        *inuse = a.trim().parse().unwrap_or(0);
        *sys = b.trim().parse().unwrap_or(0);
    }
}

/// `[1 2 3]`
fn list(value: &str) -> Vec<u64> {
    let inner = value.trim_start_matches('[').trim_end_matches(']');
    inner.split_ascii_whitespace().map_while(|n| n.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_pause_comes_first_and_the_ring_wraps() {
        let mut stats = MemStats::default();
        stats.set("PauseNs", "[30 10 20]");
        assert_eq!(stats.recent_pauses().count(), 0);
        stats.set("NumGC", "4");
        assert_eq!(stats.recent_pauses().collect::<Vec<_>>(), [30, 20, 10]);
        stats.set("NumGC", "2");
        assert_eq!(stats.recent_pauses().collect::<Vec<_>>(), [10, 30]);
        stats.set("PauseEnd", "[7 8 0]");
        assert_eq!(stats.recent_pause_ends().collect::<Vec<_>>(), [8, 7]);
    }
}
