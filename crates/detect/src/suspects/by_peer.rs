//! Connections as suspects of their own: by peer, and those that the peer has closed.

use plumb_evidence::catalogue::Side;
use plumb_evidence::goroutine::WaitState;
use plumb_evidence::measure::Measured;
use plumb_evidence::socket::{Direction, Socket, SocketTable, TcpState};
use plumb_evidence::suspect::{ConnectionCrowd, Subject};

use super::{Accused, Sources};
use crate::crowd::{Crowd, measured};
use crate::sockets::peer_of;
use crate::thresholds::CLOSE_WAIT_MIN;

/// Outgoing connections by peer, for what no goroutine shows: clients without goroutines, pasted socket lists. Where
/// nothing tells whose they are, they accuse nobody.
pub(super) fn connections(sources: &Sources<'_>) -> Vec<Accused> {
    let holds = |crowd: &&Crowd| match crowd.object {
        Some(object) => object.side == Side::Client,
        None => crowd.exemplar.state == WaitState::IoWait,
    };
    let holders: u64 = sources.crowds.iter().filter(holds).map(|crowd| crowd.measured.count).sum();
    let peers = sources.connections.by_peer().filter(|(peer, sockets)| {
        peer.direction == Direction::Outgoing && sources.connections.are_of_one_process(sockets)
    });
    peers
        .map(|(peer, sockets)| {
            let crowd = sources.connections.crowd(sockets, Some((peer, sockets.len())));
            let (measured, instance) =
                connection_counts(sources, |socket| socket.remote == peer.address);
            let is_explained = holders as f64 >= 0.8 * measured.count as f64;
            let crowd_of_peer =
                ConnectionCrowd { direction: peer.direction, is_explained, closed_by_peer: false };
            let subject = Subject::Connections(crowd_of_peer);
            let mut accused = sources.accuse(subject, measured, instance);
            accused.suspect.sockets = Some(crowd);
            accused.suspect.measured.survival = sources.connections.survival_of(peer);
            accused
        })
        .collect()
}

/// Connections in either direction that the peer has closed and the process has not. Whoever holds them has nothing
/// left to wait for.
pub(super) fn closed_by_peers(sources: &Sources<'_>) -> Vec<Accused> {
    let is_closed = |socket: &Socket| socket.state == TcpState::CloseWait;
    let mut all = Vec::new();
    for (peer, sockets) in sources.connections.by_peer() {
        let closed: Vec<&Socket> = sockets.iter().copied().filter(|s| is_closed(s)).collect();
        if (closed.len() as u64) < CLOSE_WAIT_MIN
            || !sources.connections.are_of_one_process(&closed)
        {
            continue;
        }
        let crowd = sources.connections.crowd(&closed, Some((peer, closed.len())));
        let (measured, instance) =
            connection_counts(sources, |socket| is_closed(socket) && peer_of(socket) == peer);
        let subject = Subject::Connections(ConnectionCrowd {
            direction: peer.direction,
            is_explained: false,
            closed_by_peer: true,
        });
        let mut accused = sources.accuse(subject, measured, instance);
        accused.suspect.sockets = Some(crowd);
        all.push(accused);
    }
    all
}

/// How many of the connections that match there are over time, in the instance that has most.
fn connection_counts(
    sources: &Sources<'_>,
    matches: impl Fn(&Socket) -> bool,
) -> (Measured, usize) {
    let mut best: Option<(Measured, usize)> = None;
    for (index, instance) in sources.service.instances.iter().enumerate() {
        let tables: Vec<_> = instance
            .snapshots
            .iter()
            .filter(|s| !s.after_gc)
            .filter_map(|s| Some((s.taken, s.sockets.as_ref()?)))
            .collect();
        let number = |table: &SocketTable| {
            let counted = table.sockets.iter().filter(|s| s.is_connection() && matches(s));
            counted.count() as f64
        };
        let counts: Vec<f64> = tables.iter().map(|(_, table)| number(table)).collect();
        let first = tables.first().and_then(|(taken, _)| *taken);
        let times: Option<Vec<f64>> = tables
            .iter()
            .map(|(taken, _)| Some((*taken)?.duration_since(first?).as_secs_f64()))
            .collect();
        let measured = measured(times.as_deref(), &counts);
        if best.as_ref().is_none_or(|(best, _)| measured.count > best.count) {
            best = Some((measured, index));
        }
    }
    best.unwrap_or_default()
}
