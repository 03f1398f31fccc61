//! What several checks ask of a suspect, and the sentences they answer with.

use plumb_evidence::catalogue::LibraryObject;
use plumb_evidence::finding::{Confidence, EvidenceItem, Resource, Role};
use plumb_evidence::measure::Measured;
use plumb_evidence::number::{count, seconds};
use plumb_evidence::suspect::{Match, Remedy, SocketCrowd, Suspect};

/// Share of those that could be followed which must have stayed to call them survivors. A few of those seen
/// first may have been work in progress, which is replaced within seconds.
const SURVIVORS_SHARE_MIN: f64 = 0.95;

/// A match, if there is any confidence in it.
pub(crate) fn matched(
    confidence: Option<Confidence>,
    resource: Resource,
    role: Role,
    evidence: Vec<EvidenceItem>,
) -> Option<Match> {
    let remedy = Remedy::default();
    Some(Match { confidence: confidence?, resource, role, through: &[], evidence, remedy })
}

/// The check of a pattern that has no signature of its own at run time: what it leaves behind is a crowd or memory that
/// other patterns name, or nobody. It is found in the source, so its record has no thresholds.
pub(crate) fn only_source_tells(_: &Suspect) -> Option<Match> {
    None
}

/// Whether nearly all that could be followed for so many seconds stayed.
pub(crate) fn survives(measured: &Measured, seconds: f64) -> bool {
    measured.survival.is_some_and(|survival| {
        survival.share() >= SURVIVORS_SHARE_MIN && survival.window_seconds >= seconds
    })
}

/// Whether a dump says that at least half of them have waited for `minutes`.
pub(crate) fn has_waited(measured: &Measured, minutes: u64) -> bool {
    measured.wait_minutes.is_some_and(|(median, _)| median >= minutes)
}

/// How many were gained over the look, 0 without growth beyond doubt.
pub(crate) fn gained(measured: &Measured) -> f64 {
    measured.growth.filter(|_| measured.grows()).map_or(0.0, |growth| growth.gain.estimate)
}

/// Whether there are `share` user goroutines for each of the suspect's things, so that these may be in
/// somebody's hands. `None` if there is no goroutine evidence.
pub(crate) fn may_be_in_use(suspect: &Suspect, share: f64) -> Option<bool> {
    let here = &suspect.surroundings;
    let needed = share * suspect.measured.count as f64;
    (here.goroutines > 0).then_some(here.user_goroutines as f64 >= needed)
}

/// The suspect's own sockets: about as many as it has instances.
pub(crate) fn own_sockets(suspect: &Suspect) -> Option<&SocketCrowd> {
    suspect.own_sockets()
}

/// Whether most of the connections go to one peer; `None` if no peer is known.
pub(crate) fn has_one_peer(sockets: Option<&SocketCrowd>) -> Option<bool> {
    sockets?.has_one_peer()
}

/// What the sockets show, in the order of what convinces most.
pub(crate) fn socket_evidence(sockets: &SocketCrowd) -> Vec<EvidenceItem> {
    let all = number(sockets.count);
    let of = |part: u64| match (part == sockets.count, sockets.owner_unknown) {
        (true, false) => format!("all {all} of its connections"),
        (false, false) => format!("{} of its {all} connections", number(part)),
        (true, true) => format!("all {all} listed connections"),
        (false, true) => format!("{} of {all} listed connections", number(part)),
    };
    let mut texts = Vec::new();
    if let Some(unknown) = sockets.unknown_to_peer.filter(|&n| n > 0) {
        texts
            .push(format!("{} are closed or unknown at the peer: they are half-open", of(unknown)));
    }
    if sockets.close_wait > 0 {
        texts.push(format!(
            "on {} the peer has closed and this side has not (CLOSE_WAIT)",
            of(sockets.close_wait)
        ));
    }
    if sockets.unread > 0 {
        texts.push(format!("{} hold bytes that nobody reads", of(sockets.unread)));
    }
    if let Some(idle) = sockets.idle.filter(|&n| n > 0) {
        let median = sockets
            .idle_seconds_median
            .map_or_else(String::new, |idle| format!(" (median of all: {})", seconds(idle)));
        texts.push(format!(
            "on {} nothing went either way for {} or more{median}",
            of(idle),
            seconds(sockets.idle_seconds_min)
        ));
    }
    if let Some(bare) = sockets.without_timer.filter(|&n| n > 0) {
        texts.push(format!(
            "on {} no timer runs, so nothing here would notice a peer that vanished",
            of(bare)
        ));
    }
    if let Some((peer, count)) =
        sockets.peer.as_ref().filter(|_| has_one_peer(Some(sockets)) == Some(true))
    {
        texts.push(format!("{} go to {peer}", of(*count)));
    }
    if sockets.owner_unknown && !texts.is_empty() {
        texts.push(
            "the socket listing names no process: the number alone says that they are these"
                .to_owned(),
        );
    }
    texts.into_iter().map(|text| EvidenceItem::new("sockets", text)).collect()
}

/// The mechanism in one sentence.
pub(crate) fn mechanism(text: impl Into<String>) -> EvidenceItem {
    EvidenceItem::new("mechanism", text)
}

/// Whether a record is the one of that module and name.
pub(crate) fn is_one_of(record: &LibraryObject, names: &[(&str, &str)]) -> bool {
    names.contains(&(record.module, record.name))
}

/// `12,345`.
pub(crate) fn number(value: u64) -> String {
    count(value as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_speak_only_of_what_they_show() {
        let crowd = SocketCrowd { count: 10, close_wait: 4, ..SocketCrowd::default() };
        let texts: Vec<_> = socket_evidence(&crowd).into_iter().map(|item| item.text).collect();
        assert_eq!(
            texts,
            ["on 4 of its 10 connections the peer has closed and this side has not (CLOSE_WAIT)"]
        );
    }

    #[test]
    fn connections_of_nobody_known_are_not_claimed() {
        let crowd =
            SocketCrowd { count: 10, unread: 10, owner_unknown: true, ..SocketCrowd::default() };
        let texts: Vec<_> = socket_evidence(&crowd).into_iter().map(|item| item.text).collect();
        assert_eq!(texts[0], "all 10 listed connections hold bytes that nobody reads");
        assert!(texts[1].contains("names no process"), "{texts:?}");
    }
}
