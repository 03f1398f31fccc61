//! CLOSE_WAIT: the peer has closed and the program has not. A listing alone shows it.

use plumb_evidence::finding::{Confidence, EvidenceItem, Resource, Role};
use plumb_evidence::socket::Direction;
use plumb_evidence::suspect::{Match, Remedy, SocketCrowd, Subject, Suspect};

use crate::thresholds::{CLOSE_WAIT_IDLE_SECONDS, CLOSE_WAIT_MIN, CLOSE_WAIT_UNREAD_MIN};
use crate::wording::thousands;

/// What is said of them in general.
pub(crate) const WHY: &str = "A connection whose peer has closed stays in CLOSE-WAIT until the program closes its own end, \
    and holds a descriptor and its buffers until then. No timer closes it: keepalive at most takes it off the kernel's \
    list, while the descriptor stays. Many of them mean that the program forgot the connection, or is stuck before it \
    gets to its Close.";

/// What to change, in general.
pub(crate) const FIX: &str = "Close the connection as soon as a read returns io.EOF or an error: `defer conn.Close()` \
    in the function that dials or accepts it. For HTTP responses that is `defer resp.Body.Close()`; for a pool, let idle \
    connections end before the server ends them (SetConnMaxIdleTime, IdleConnTimeout, MaxConnLifetime). A goroutine \
    profile (/debug/pprof/goroutine) tells who holds them.";

/// The connections of a suspect that are nothing but those that the peer has closed.
fn crowd(suspect: &Suspect) -> Option<(Direction, &SocketCrowd)> {
    match &suspect.subject {
        Subject::Connections(crowd) if crowd.closed_by_peer => {
            Some((crowd.direction, suspect.sockets.as_ref()?))
        }
        _ => None,
    }
}

/// Whether a suspect is such a crowd.
pub(crate) fn is_closed_by_peer(suspect: &Suspect) -> bool {
    crowd(suspect).is_some()
}

/// A finding, if there are more of them than a pool at rest or calls in progress explain.
pub(crate) fn closed_by_peer(suspect: &Suspect) -> Option<Match> {
    let (direction, sockets) = crowd(suspect)?;
    let confidence = confidence(suspect, direction, sockets)?;
    let count = thousands(sockets.count as f64);
    let mut texts = vec![format!(
        "the peer has closed {count} connections and this program has not (CLOSE-WAIT); nothing but its own Close ends them"
    )];
    if let Some(read) = sockets.end_read.filter(|&read| read > 0) {
        let read = thousands(read as f64);
        texts.push(format!(
            "on {read} of them the program has read all there was, and still holds them"
        ));
    }
    if let Some(median) = sockets.idle_seconds_median {
        texts.push(format!("nothing went either way for {median:.0} s in the median"));
    }
    let mut kinds = ["mechanism", "sockets", "sockets"].into_iter();
    let evidence =
        texts.into_iter().zip(&mut kinds).map(|(text, kind)| EvidenceItem::new(kind, text));
    Some(Match {
        confidence,
        resource: Resource::Sockets,
        role: Role::Creates,
        through: &[],
        evidence: evidence.collect(),
        remedy: Remedy::default(),
    })
}

fn confidence(
    suspect: &Suspect,
    direction: Direction,
    sockets: &SocketCrowd,
) -> Option<Confidence> {
    if sockets.count < CLOSE_WAIT_MIN {
        return None;
    }
    if suspect.measured.grows() {
        return Some(Confidence::Likely);
    }
    let end_is_read = sockets.end_read.is_some_and(|read| read >= CLOSE_WAIT_MIN);
    let is_old = sockets.idle_seconds_median.is_some_and(|idle| idle >= CLOSE_WAIT_IDLE_SECONDS);
    match direction {
        // Go's HTTP server reads the end of a client that left at once, and closes when the handler returns.
        Direction::Incoming if end_is_read => {
            Some(if is_old { Confidence::Likely } else { Confidence::Possible })
        }
        Direction::Outgoing if end_is_read => Some(Confidence::Likely),
        // Nobody has read the end: forgotten, or a pool at rest.
        _ if sockets.count < CLOSE_WAIT_UNREAD_MIN => None,
        _ if is_old => Some(Confidence::Likely),
        _ => Some(Confidence::Possible),
    }
}

#[cfg(test)]
mod tests {
    use plumb_evidence::measure::Measured;
    use plumb_evidence::suspect::{ConnectionCrowd, Surroundings};

    use super::*;

    fn found(direction: Direction, sockets: SocketCrowd) -> Option<Confidence> {
        let crowd = ConnectionCrowd { direction, is_explained: false, closed_by_peer: true };
        let suspect = Suspect {
            subject: Subject::Connections(crowd),
            measured: Measured { count: sockets.count, ..Measured::default() },
            sockets: Some(SocketCrowd { close_wait: sockets.count, ..sockets }),
            heap: None,
            surroundings: Surroundings::default(),
        };
        closed_by_peer(&suspect).map(|found| found.confidence)
    }

    fn crowd(count: u64, end_read: Option<u64>, idle: Option<f64>) -> SocketCrowd {
        SocketCrowd { count, end_read, idle_seconds_median: idle, ..SocketCrowd::default() }
    }

    #[test]
    fn who_has_read_the_end_must_close() {
        use Direction::{Incoming, Outgoing};
        assert_eq!(found(Outgoing, crowd(30, Some(30), None)), Some(Confidence::Likely));
        assert_eq!(found(Incoming, crowd(30, Some(30), None)), Some(Confidence::Possible));
        assert_eq!(found(Incoming, crowd(30, Some(30), Some(3600.0))), Some(Confidence::Likely));
        assert_eq!(found(Outgoing, crowd(5, Some(5), Some(3600.0))), None);
    }

    #[test]
    fn a_pool_at_rest_has_not_read_the_end() {
        use Direction::Outgoing;
        assert_eq!(found(Outgoing, crowd(170, Some(40), None)), Some(Confidence::Likely));
        assert_eq!(found(Outgoing, crowd(30, Some(0), Some(120.0))), None);
        assert_eq!(found(Outgoing, crowd(30, None, None)), None, "lsof tells no queues");
        assert_eq!(found(Outgoing, crowd(300, Some(0), None)), Some(Confidence::Possible));
        assert_eq!(found(Outgoing, crowd(300, None, Some(3600.0))), Some(Confidence::Likely));
    }
}
