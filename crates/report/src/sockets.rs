//! The sockets by peer: what somebody on call acts on who has nothing but them.

use std::fmt::Write as _;

use plumb_evidence::Diagnosis;
use plumb_evidence::socket::{
    Direction, PeerListing, PeerMismatch, SocketConcern, SocketGroup, SocketSummary, TcpState,
};
use serde::Serialize;

use crate::Options;
use crate::layout::{LABEL, Page, Tone};
use crate::units::{bytes, count, plural, seconds};

/// Groups told without being asked: with their details they fit half a screen.
const GROUPS_SHOWN: usize = 5;

/// The same beside goroutines, whose findings need the screen.
const GROUPS_BESIDE: usize = 3;

/// Columns of the counts, so that those below a million stand below each other.
const COUNT_COLUMNS: usize = 7;

/// How many groups to tell; `None` to tell nothing of them. Who pasted a listing hears what it says; of a live process
/// only what is odd is told, and that not twice.
fn shown(summary: &SocketSummary, diagnosis: &Diagnosis) -> Option<usize> {
    if !has_goroutines(diagnosis) {
        return Some(GROUPS_SHOWN);
    }
    let odd = || summary.groups.iter().take_while(|group| is_odd(group));
    if summary.pasted {
        return Some(odd().count().clamp(1, GROUPS_BESIDE));
    }
    let is_new = odd().any(|group| !is_told(group, diagnosis));
    is_new.then(|| odd().count().min(GROUPS_BESIDE))
}

/// What a healthy process with a pool does not show.
fn is_odd(group: &SocketGroup) -> bool {
    match group.concern {
        Some(SocketConcern::NoTimer) => group.direction == Direction::Outgoing,
        Some(SocketConcern::Crowd) | None => false,
        Some(_) => true,
    }
}

fn is_told(group: &SocketGroup, diagnosis: &Diagnosis) -> bool {
    let name = format!(" {}", group.peer);
    diagnosis.findings.iter().any(|finding| {
        let texts = finding.evidence.iter().map(|item| item.text.as_str());
        std::iter::once(finding.title.as_str()).chain(texts).any(|text| text.ends_with(&*name))
    })
}

/// Prints the groups where somebody should look at them, and what the peers' listings say wherever there are some.
pub(crate) fn print(page: &mut Page, diagnosis: &Diagnosis, options: &Options) {
    let Some(summary) = &diagnosis.sockets else { return };
    let shown =
        if options.verbose { Some(summary.groups.len()) } else { shown(summary, diagnosis) };
    if let Some(shown) = shown {
        page.fact("sockets", &heading(summary));
        for group in summary.groups.iter().take(shown) {
            let number = count(group.count as f64);
            let mark = format!("{:>1$} ", number, LABEL + COUNT_COLUMNS);
            let tone = if group.concern.is_some() { Tone::Strong } else { Tone::Plain };
            page.hanging(&mark, mark.len(), tone, &group_text(group));
        }
        if let Some(rest) = rest(summary, shown) {
            page.fact("", &rest);
        }
        if options.verbose || !has_goroutines(diagnosis) {
            host(summary).iter().for_each(|line| page.fact("", line));
        }
        if summary.pasted {
            untold(summary).iter().for_each(|line| page.fact("", line));
        }
    }
    if let Some(listing) = &summary.peer_listing {
        page.fact("peer", &peer(listing));
    }
    page.blank();
}

/// The same for a ticket: a table.
pub(crate) fn markdown(diagnosis: &Diagnosis) -> String {
    let Some(summary) = &diagnosis.sockets else { return String::new() };
    let mut text = String::new();
    if let Some(shown) = shown(summary, diagnosis) {
        let heading = heading(summary);
        // Writing to a string cannot fail.
        let _ = write!(text, "### Sockets\n\n{heading}\n\n| Count | |\n|--:|---|\n");
        for group in summary.groups.iter().take(shown) {
            let _ = writeln!(text, "| {} | {} |", count(group.count as f64), group_text(group));
        }
        text.push('\n');
        let lines = rest(summary, shown).into_iter().chain(host(summary));
        for line in lines.chain(untold(summary)) {
            let _ = write!(text, "{line}\n\n");
        }
    }
    if let Some(listing) = &summary.peer_listing {
        let _ = write!(text, "**Peer:** {}\n\n", peer(listing));
    }
    text
}

fn has_goroutines(diagnosis: &Diagnosis) -> bool {
    let mut snapshots = diagnosis.instances.iter().flat_map(|instance| &instance.snapshots);
    snapshots.any(|snapshot| snapshot.goroutines.is_some())
}

fn heading(summary: &SocketSummary) -> String {
    let whose = if summary.owned_only { "of the process" } else { "of the whole machine" };
    match summary.connections {
        0 => format!("no open connection {whose}"),
        n => format!("{} {whose}, by peer, worst first:", plural(n as usize, "connection")),
    }
}

fn rest(summary: &SocketSummary, shown: usize) -> Option<String> {
    let rest = summary.groups.get(shown..).filter(|rest| !rest.is_empty())?;
    let connections: u64 = rest.iter().map(|group| group.count).sum();
    let groups = plural(rest.len(), "further group");
    Some(format!("and {groups} with {} (--verbose)", plural(connections as usize, "connection")))
}

/// Sockets that belong to nobody, which look like an attack to whoever meets them first.
fn host(summary: &SocketSummary) -> Option<String> {
    let mut parts = Vec::new();
    if summary.host.time_wait > 0 {
        let number = count(summary.host.time_wait as f64);
        parts.push(format!("{number} in TIME-WAIT (closed; gone in a minute)"));
    }
    if summary.host.syn_recv > 0 {
        let number = count(summary.host.syn_recv as f64);
        parts.push(format!("{number} in SYN-RECV (handshake not done)"));
    }
    (!parts.is_empty()).then(|| format!("on the machine: {}", parts.join("; ")))
}

/// What the listing does not tell, and how to take one that does.
fn untold(summary: &SocketSummary) -> Option<String> {
    let groups = || summary.groups.iter();
    let mut missing = Vec::new();
    if !summary.owned_only && groups().all(|group| group.holder.is_none()) {
        missing.push("the process (-p, as root)");
    }
    if groups().all(|group| group.without_timer.is_none()) {
        missing.push("keepalive (-o)");
    }
    if groups().all(|group| group.unread.is_none()) {
        missing.push("unread data (ss)");
    }
    if groups().all(|group| group.idle_seconds_max.is_none()) {
        missing.push("idle times (-i)");
    }
    if summary.groups.is_empty() || missing.is_empty() {
        return None;
    }
    Some(format!("not told: {}; `ss -tanpoei` tells all", missing.join(", ")))
}

/// `ESTABLISHED to 10.0.0.9:22: no timer on any (no keepalive); silent up to 3 h`.
fn group_text(group: &SocketGroup) -> String {
    let place = match group.direction {
        Direction::Outgoing => format!("to {}", group.peer),
        Direction::Incoming => {
            format!("came in on {} from {}", group.peer, plural(group.hosts as usize, "host"))
        }
    };
    let mut parts = Vec::new();
    parts.extend(holder(group));
    parts.extend(meaning(group).map(str::to_owned));
    parts.extend(timers(group));
    parts.extend(silence(group));
    parts.extend(queues(group));
    let details = parts.join("; ");
    let colon = if details.is_empty() { "" } else { ": " };
    format!("{} {place}{colon}{details}", group.state)
}

/// `340 of them held by orders (pid 4711)`.
fn holder(group: &SocketGroup) -> Option<String> {
    let (owner, held) = group.holder.as_ref()?;
    let who = match &owner.command {
        Some(command) => format!("{command} (pid {})", owner.pid),
        None => format!("pid {}", owner.pid),
    };
    Some(if *held == group.count {
        format!("held by {who}")
    } else {
        format!("{} of them held by {who}", count(*held as f64))
    })
}

/// What a state says about who has to act.
fn meaning(group: &SocketGroup) -> Option<&'static str> {
    match (group.concern, group.state) {
        (_, TcpState::CloseWait) => Some("the peer has closed, the program has not"),
        (Some(SocketConcern::UnknownToPeer), _) => Some("not all of them are open at the peer"),
        (_, TcpState::SynSent) => Some("no answer to the dial yet"),
        (_, TcpState::FinWait1 | TcpState::Closing) => {
            Some("closed here, not yet confirmed by the peer")
        }
        (_, TcpState::FinWait2) => Some("closed here, the peer has not closed"),
        (_, TcpState::LastAck) => Some("closed by both, not yet confirmed"),
        _ => None,
    }
}

fn timers(group: &SocketGroup) -> Option<String> {
    // Where a connection is being opened or closed, other timers run.
    if !matches!(group.state, TcpState::Established | TcpState::CloseWait) {
        return None;
    }
    let bare = group.without_timer?;
    Some(match bare {
        0 if group.with_keepalive == Some(group.count) => "keepalive on all".to_owned(),
        0 => "a timer on all".to_owned(),
        all if all == group.count => "no keepalive timer on any".to_owned(),
        some => format!("no keepalive timer on {}", count(some as f64)),
    })
}

fn silence(group: &SocketGroup) -> Option<String> {
    let idle = group.idle_seconds_max.map(|idle| format!("silent for up to {}", seconds(idle)));
    // Data that was sent into the void makes a connection look used.
    let heard = group
        .received_seconds_max
        .filter(|&received| {
            received >= 1.0 && group.idle_seconds_max.is_none_or(|i| received > 2.0 * i)
        })
        .map(|received| format!("nothing received for up to {}", seconds(received)));
    let parts: Vec<String> = idle.into_iter().chain(heard).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn queues(group: &SocketGroup) -> Option<String> {
    let mut parts = Vec::new();
    // The end of the stream counts as a byte of the queue until somebody reads it.
    if group.state == TcpState::CloseWait && (1..=group.count).contains(&group.recv_queue) {
        let number = count(group.recv_queue as f64);
        parts.push(format!("the end is not read on {number}"));
    } else if group.recv_queue > 0 {
        let size = bytes(group.recv_queue as f64);
        parts.push(match group.unread {
            Some(all) if all == group.count => format!("{size} not read, on all of them"),
            Some(some) => format!("{size} not read, on {}", count(some as f64)),
            None => format!("{size} not read"),
        });
    }
    if group.send_queue > 0 {
        parts.push(format!("{} sent and not confirmed", bytes(group.send_queue as f64)));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What the listings of the other machines say.
fn peer(listing: &PeerListing) -> String {
    let number = |n: u64| count(n as f64);
    match listing.mismatch {
        Some(PeerMismatch::NoAddress) => format!(
            "no address in the peer's listing ({}) matches one of our connections: is it of the right machine, \
             taken at the same time, and with no NAT or load balancer between?",
            plural(listing.sockets as usize, "socket")
        ),
        Some(PeerMismatch::OtherClients) => "the peer has connections on this port, but none from an address of \
             ours: NAT or a proxy between looks like this, and so do connections that are all dead; nothing is \
             concluded"
            .to_owned(),
        None => format!(
            "of our {} with the listed machine the peer has {} open, {} closed or closing, {} not at all{}",
            plural(listing.compared as usize, "established connection"),
            number(listing.known),
            number(listing.closed),
            number(listing.unknown),
            match listing.closed + listing.unknown {
                0 => ": none is half-open".to_owned(),
                dead => format!(": {} half-open", number(dead)),
            }
        ),
    }
}

/// `sockets` of the JSON contract.
#[derive(Serialize)]
pub(crate) struct SocketsJson<'a> {
    connections: u64,
    owned_only: bool,
    groups: Vec<GroupJson<'a>>,
    time_wait: u64,
    syn_recv: u64,
    peer_listing: Option<PeerListingJson>,
}

impl<'a> From<&'a SocketSummary> for SocketsJson<'a> {
    fn from(summary: &'a SocketSummary) -> Self {
        Self {
            connections: summary.connections,
            owned_only: summary.owned_only,
            groups: summary.groups.iter().map(Into::into).collect(),
            time_wait: summary.host.time_wait,
            syn_recv: summary.host.syn_recv,
            peer_listing: summary.peer_listing.map(Into::into),
        }
    }
}

#[derive(Serialize)]
struct GroupJson<'a> {
    peer: &'a str,
    direction: &'static str,
    state: String,
    count: u64,
    hosts: u64,
    holder: Option<HolderJson<'a>>,
    idle_seconds_max: Option<f64>,
    received_seconds_max: Option<f64>,
    with_keepalive: Option<u64>,
    without_timer: Option<u64>,
    unread: Option<u64>,
    recv_queue: u64,
    send_queue: u64,
    concern: Option<&'static str>,
}

impl<'a> From<&'a SocketGroup> for GroupJson<'a> {
    fn from(group: &'a SocketGroup) -> Self {
        Self {
            peer: &group.peer,
            direction: match group.direction {
                Direction::Incoming => "incoming",
                Direction::Outgoing => "outgoing",
            },
            state: group.state.to_string(),
            count: group.count,
            hosts: group.hosts,
            holder: group.holder.as_ref().map(|(owner, count)| HolderJson {
                pid: owner.pid,
                command: owner.command.as_deref(),
                count: *count,
            }),
            idle_seconds_max: group.idle_seconds_max,
            received_seconds_max: group.received_seconds_max,
            with_keepalive: group.with_keepalive,
            without_timer: group.without_timer,
            unread: group.unread,
            recv_queue: group.recv_queue,
            send_queue: group.send_queue,
            concern: group.concern.map(|concern| match concern {
                SocketConcern::ClosedByPeer => "closed-by-peer",
                SocketConcern::UnknownToPeer => "unknown-to-peer",
                SocketConcern::Unread => "unread",
                SocketConcern::NoTimer => "no-timer",
                SocketConcern::Crowd => "crowd",
            }),
        }
    }
}

#[derive(Serialize)]
struct HolderJson<'a> {
    pid: u32,
    command: Option<&'a str>,
    count: u64,
}

#[derive(Serialize)]
struct PeerListingJson {
    sockets: u64,
    compared: u64,
    known: u64,
    closed: u64,
    unknown: u64,
    mismatch: Option<&'static str>,
}

impl From<PeerListing> for PeerListingJson {
    fn from(listing: PeerListing) -> Self {
        Self {
            sockets: listing.sockets,
            compared: listing.compared,
            known: listing.known,
            closed: listing.closed,
            unknown: listing.unknown,
            mismatch: listing.mismatch.map(|mismatch| match mismatch {
                PeerMismatch::NoAddress => "no-address",
                PeerMismatch::OtherClients => "other-clients",
            }),
        }
    }
}
