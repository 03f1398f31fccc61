//! Whether clients that stand still are a pool in use or were left behind, by what their connections carry.

use crate::suspect::{SocketCrowd, Suspect};

/// What the connections of a crowd carried between the first and the last socket table.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Carried {
    /// Open in both tables, with their segments counted in both.
    pub followed: u64,
    /// Of those: more went both ways than what keeps a connection alive, see [`Self::BUSY_PER_SECOND`].
    pub busy: u64,
    /// Of those: anything went either way.
    pub touched: u64,
}

impl Carried {
    /// Data segments per second in each direction from which on a connection carries more than signs of life. Libraries
    /// send these every 3 s at the fastest (Kafka's heartbeat; ZooKeeper 3 s, AMQP 5 s, gRPC at least 10 s,
    /// `keepalive.ClientParameters`; yamux, NATS and WebSockets 30 s and more).
    pub const BUSY_PER_SECOND: f64 = 0.5;
    /// Seconds between the tables from which on a rate means anything: four segments at the least rate.
    pub const SECONDS_MIN: f64 = 8.0;
}

/// How clients of one kind that do not grow are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientUse {
    /// So many carry nothing, or signs of life at most while nobody asks the service for anything. Of those that carry
    /// more, none is counted.
    Unused(u64),
    /// So many that may be unused carry little while requests come: signs of life of the library, or a pool that is
    /// rarely used.
    Seldom(u64),
    /// What their connections carry is not known, and requests may come.
    Unknown,
    /// Their number rose during the look and levels off while requests come.
    LevelsOff,
    /// All are as old as the process and made in one go: a fixed set.
    MadeAtStart,
}

/// Share of the unused connections that are silent for the whole look, from which on they are unused although requests
/// come: a leaked client's connection has nothing to carry but signs of life, minutes apart, while one of a pool that
/// is rarely used has its turn at some time.
const SILENT_SHARE_MIN: f64 = 0.9;
/// Seconds after the start of the process in which a service makes what it keeps.
const START_SECONDS: f64 = 5.0;
/// Seconds in which a set made in one go is complete, from the 10th to the 90th percentile: a loop needs milliseconds
/// for each, calls of clients come one by one.
const ONE_GO_SECONDS: f64 = 1.0;
/// The least share of a set that must have been silent since the start of the process for all of it to be that old.
const AT_START_SHARE_MIN: f64 = 0.95;
/// Clients beyond which no pool is thought of, where nothing tells whether they are used: see `STANDING_POOL_MAX` of
/// the judgement.
const POOL_MAX: u64 = 512;

impl ClientUse {
    /// What is known of clients that do not grow, or not beyond doubt.
    pub fn of(suspect: &Suspect) -> Self {
        let measured = &suspect.measured;
        let asked = suspect.surroundings.unasked == Some(false);
        let sockets = suspect.own_sockets();
        if sockets.is_some_and(|sockets| is_made_at_start(sockets, suspect)) {
            return Self::MadeAtStart;
        }
        if asked && measured.growth.is_some_and(|growth| growth.bends) {
            return Self::LevelsOff;
        }
        let Some((sockets, silent)) = sockets.and_then(|s| Some((s, s.idle?))) else {
            return match is_told_otherwise(suspect) {
                true => Self::Unused(measured.count),
                false => Self::Unknown,
            };
        };
        let busy = sockets.carried.map_or(0, |carried| carried.busy);
        let unused = measured.count.saturating_sub(busy);
        let is_silent = silent as f64 >= SILENT_SHARE_MIN * unused as f64;
        if asked && !is_silent { Self::Seldom(unused) } else { Self::Unused(unused) }
    }
}

/// Whether these connections have been silent since the process started, when all were made in one go.
fn is_made_at_start(sockets: &SocketCrowd, suspect: &Suspect) -> bool {
    let all = AT_START_SHARE_MIN * sockets.count as f64;
    let is_as_old = sockets
        .idle_seconds_median
        .zip(suspect.surroundings.uptime_seconds)
        .is_some_and(|(idle, uptime)| idle >= uptime - START_SECONDS);
    let at_once = sockets.sent_seconds_spread.is_some_and(|spread| spread <= ONE_GO_SECONDS);
    sockets.idle.is_some_and(|silent| silent as f64 >= all) && is_as_old && at_once
}

/// Whether something but the sockets says that they are not used: their goroutines have waited for minutes, nobody asks
/// the service for anything, or they are more than any pool.
fn is_told_otherwise(suspect: &Suspect) -> bool {
    let has_waited = suspect.measured.wait_minutes.is_some_and(|(median, _)| median > 0);
    has_waited || suspect.surroundings.unasked == Some(true) || suspect.measured.count > POOL_MAX
}
