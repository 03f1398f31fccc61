//! Figures with their error: growth, survival, and how a count relates to load.

use std::fmt;

use crate::number::count;

/// An estimate with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Best estimate.
    pub estimate: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// The interval stretched by a factor, e.g. from per second to per hour.
    pub fn scaled(self, factor: f64) -> Self {
        Self { low: self.low * factor, estimate: self.estimate * factor, high: self.high * factor }
    }
}

impl Interval {
    /// The 95 % interval of a Poisson mean of which `count` events were seen (Wilson and Hilferty's approximation,
    /// good to a few percent from one event on).
    pub fn of_poisson(count: f64) -> Self {
        const Z: f64 = 1.96;
        let bound = |n: f64, sign: f64| {
            n * (1.0 - 1.0 / (9.0 * n) + sign * Z / (3.0 * n.sqrt())).max(0.0).powi(3)
        };
        let low = if count > 0.0 { bound(count, -1.0) } else { 0.0 };
        Self { low, estimate: count, high: bound(count.max(0.0) + 1.0, 1.0) }
    }
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Things: goroutines, objects, connections, descriptors.
    #[default]
    Pieces,
    /// Bytes.
    Bytes,
}

/// What growth follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// Requests served.
    Requests,
    /// Connections accepted.
    Connections,
    /// The clock: it grows although no work arrives.
    Clock,
}

/// How a count changes over the snapshots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// What the figures count.
    pub unit: Unit,
    /// Gained between the first and the last snapshot.
    pub gain: Interval,
    /// The same per hour; `None` if the snapshots carry no time (they are in order all the same).
    pub per_hour: Option<Interval>,
    /// Per unit of the driver, where the load is known.
    pub per_request: Option<f64>,
    /// What it follows, where that can be told.
    pub driver: Option<Driver>,
    /// The slope of the second half is clearly below that of the first: a warm-up, not a leak.
    pub bends: bool,
    /// Seconds between the first and the last snapshot; 0 without times.
    pub window_seconds: f64,
}

impl Growth {
    /// Whether the growth is beyond doubt and does not bend.
    pub fn is_significant(&self) -> bool {
        self.gain.low > 0.0 && !self.bends
    }
}

/// How survival was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurvivalBy {
    /// By goroutine id.
    GoroutineId,
    /// By the inode of the socket each of them holds.
    SocketInode,
}

/// Of those seen in the first snapshot, how many are still there in the last?
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Survival {
    /// How they were told apart.
    pub by: SurvivalBy,
    /// How many of the first snapshot could be followed.
    pub seen: u64,
    /// How many of them are still there.
    pub stayed: u64,
    /// Seconds between the two.
    pub window_seconds: f64,
}

impl Survival {
    /// Share that stayed, 0 to 1; 0 if none could be followed.
    pub fn share(&self) -> f64 {
        if self.seen == 0 { 0.0 } else { self.stayed as f64 / self.seen as f64 }
    }
}

/// A limit that ended growth: no more could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitReached {
    /// Open files of the process (`ulimit -n`).
    OpenFiles(u64),
    /// inotify instances of the user (`fs.inotify.max_user_instances`).
    InotifyInstances(u64),
}

impl fmt::Display for LimitReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenFiles(limit) => {
                write!(f, "the limit of {} open files (ulimit -n)", count(*limit as f64))
            }
            Self::InotifyInstances(limit) => write!(
                f,
                "the limit of {} inotify instances for each user (fs.inotify.max_user_instances)",
                count(*limit as f64)
            ),
        }
    }
}

/// Counts over time and what follows from them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// How many there are in the latest snapshot, over all instances.
    pub count: u64,
    /// Seconds since the first snapshot, and count. One entry if there is no time axis or only one snapshot.
    pub series: Vec<(f64, f64)>,
    /// Growth over the snapshots, if there are at least two.
    pub growth: Option<Growth>,
    /// Who stayed.
    pub survival: Option<Survival>,
    /// Wait minutes told by dumps: (median, longest).
    pub wait_minutes: Option<(u64, u64)>,
    /// The limit at which the count stands after it rose during the look; `growth` may be that until then.
    pub limit_reached: Option<LimitReached>,
    /// How many instances of the service show it, and how many there are.
    pub instances: (usize, usize),
}

impl Measured {
    /// Whether it grows beyond doubt.
    pub fn grows(&self) -> bool {
        self.growth.is_some_and(|growth| growth.is_significant())
    }

    /// The smallest count of the series divided by the largest: 1 = nothing moved.
    pub fn steadiness(&self) -> f64 {
        let counts = self.series.iter().map(|&(_, count)| count);
        let max = counts.clone().fold(0.0, f64::max);
        let min = counts.fold(f64::INFINITY, f64::min);
        if max > 0.0 { min / max } else { 0.0 }
    }

    /// Whether the series has a time axis long enough to say that nothing moved, and nothing did:
    /// at least `seconds`, and the count stayed within 2 %.
    pub fn stands_still_for(&self, seconds: f64) -> bool {
        let window = self.series.last().map_or(0.0, |&(at, _)| at);
        window >= seconds && self.steadiness() >= 0.98
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poisson_intervals_are_as_in_tables() {
        let check = |count: f64, low: f64, high: f64| {
            let interval = Interval::of_poisson(count);
            assert!((interval.low - low).abs() < 0.03, "{interval:?}");
            assert!((interval.high - high).abs() < 0.1, "{interval:?}");
        };
        check(0.0, 0.0, 3.69);
        check(2.0, 0.24, 7.22);
        check(3.0, 0.62, 8.77);
        check(10.0, 4.80, 18.39);
    }
}
