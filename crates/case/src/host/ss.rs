//! The output of `ss` of iproute2.
//!
//! A row is `[Netid] State Recv-Q Send-Q Local Peer [details]`; with `-i`, `-m` and the like, details continue on
//! lines that begin with white space. The details are words of their own (`timer:(keepalive,1min,0)`, `ino:1234`,
//! `lastsnd:3016`), so their order, which changed between versions, does not matter.

use plumb_evidence::Timestamp;
use plumb_evidence::socket::{SocketSource, SocketTable, TcpState, Timer};

use super::Reading;
use super::listing::{self, Listing, Row};

/// Reads what `ss -tan` prints, with any of `-o`, `-e`, `-p`, `-i`, `-m`, `-O`, `-H`. Sockets other than TCP are
/// passed over. `pid` chooses the process where several are listed.
pub fn read(text: &str, taken: Option<Timestamp>, pid: Option<u32>) -> Reading<SocketTable> {
    let (mut listing, shown) = parse(text);
    if shown.extended && !shown.timers && !listing.is_empty() {
        listing.problems.add(NO_TIMERS);
    }
    listing.into_table(SocketSource::Ss, taken, pid)
}

/// Reads a listing of another machine, of which only addresses and states matter.
pub fn read_of_peer(text: &str, taken: Option<Timestamp>) -> Reading<SocketTable> {
    parse(text).0.into_table(SocketSource::Ss, taken, None)
}

/// Whether a text has the column heads or a row of `ss`.
pub fn looks_like(text: &str) -> bool {
    let head = |line: &str| {
        line.contains("State") && line.contains("Recv-Q") && line.contains("Peer Address")
    };
    text.lines().take(50).any(|line| head(line) || parse_row(line).is_some())
}

const NO_TIMERS: &str = "no timer on any socket: taken to mean that none runs; if -o was not among the flags, take it \
                         again with ss -tanpoei";

/// Which optional details the listing shows at all: only then does the lack of one mean zero.
#[derive(Default)]
struct Shown {
    timers: bool,
    extended: bool,
    segments: bool,
}

fn parse(text: &str) -> (Listing, Shown) {
    let mut listing = Listing::default();
    let mut shown = Shown { timers: asks_for_timers(text), ..Shown::default() };
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(mut row) = parse_row(line) else {
            report_unread(line, &mut listing);
            continue;
        };
        read_details(line, &mut row, &mut shown);
        while let Some(more) =
            lines.next_if(|line| line.starts_with(['\t', ' ']) && parse_row(line).is_none())
        {
            read_details(more, &mut row, &mut shown);
        }
        listing.push(row);
    }
    fill_in(&mut listing, &shown);
    listing.report_empty();
    (listing, shown)
}

/// Whether the command line itself stands in the text, with `-o` among its flags.
fn asks_for_timers(text: &str) -> bool {
    text.lines().take(20).filter_map(|line| line.split_once("ss -")).any(|(before, flags)| {
        let is_command = before.is_empty() || before.ends_with([' ', '/', '$', '#', '>']);
        let mut words = std::iter::once(flags).chain(flags.split(" -").skip(1));
        is_command && words.any(|word| word.split(' ').next().is_some_and(|w| w.contains('o')))
    })
}

fn report_unread(line: &str, listing: &mut Listing) {
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    let state = match first {
        "tcp" => words.next().unwrap_or_default(),
        _ => first,
    };
    if !line.starts_with(char::is_whitespace) && listing::state(state).is_some() {
        listing.problems.add("a row without readable addresses (take it again with ss -tanpoei)");
    }
}

fn parse_row(line: &str) -> Option<Row> {
    // Old versions leave no blank between the peer and `users:`.
    let line = line.split("users:(").next().unwrap_or(line);
    let mut words = line.split_whitespace();
    let mut word = words.next()?;
    // An MPTCP socket (`mptcp`) is listed again as the TCP subflow that carries it.
    if word == "tcp" {
        word = words.next()?;
    }
    let state = listing::state(word)?;
    let recv_queue = words.next()?.parse().ok()?;
    let send_queue = words.next()?.parse().ok()?;
    let local = listing::endpoint(words.next()?)?;
    let remote = listing::endpoint(words.next()?)?;
    let mut row = Row::new(local, remote, state);
    row.socket.recv_queue = recv_queue;
    row.socket.send_queue = send_queue;
    Some(row)
}

fn read_details(line: &str, row: &mut Row, shown: &mut Shown) {
    read_users(line, row);
    let socket = &mut row.socket;
    for word in line.split_whitespace() {
        let Some((key, value)) = word.split_once(':') else { continue };
        match key {
            "timer" => {
                shown.timers = true;
                socket.timer = timer(value);
                socket.unanswered_probes = unanswered_probes(value);
            }
            "ino" => {
                shown.extended = true;
                socket.inode = value.parse().unwrap_or(0);
            }
            // The congestion window and the timeout are in every `-i` block; what is 0 is left out of it.
            "rto" => {
                socket.last_received_ms.get_or_insert(0);
                socket.last_sent_ms.get_or_insert(0);
            }
            "lastrcv" => socket.last_received_ms = value.parse().ok(),
            "lastsnd" => socket.last_sent_ms = value.parse().ok(),
            "data_segs_in" => socket.data_segments_in = value.parse().ok(),
            "data_segs_out" => socket.data_segments_out = value.parse().ok(),
            _ => {}
        }
    }
    shown.segments |= socket.data_segments_in.is_some() || socket.data_segments_out.is_some();
}

/// `(keepalive,1min54sec,0)`; retransmission is called `on`, a zero window probe `persist`.
fn timer(value: &str) -> Option<Timer> {
    match value.trim_start_matches('(').split(',').next()? {
        "on" => Some(Timer::Retransmit),
        "keepalive" => Some(Timer::Keepalive),
        "timewait" => Some(Timer::TimeWait),
        "persist" => Some(Timer::Probe),
        "off" => Some(Timer::Off),
        _ => None,
    }
}

/// The last part of `(keepalive,1min54sec,0)`. That of `on` counts retransmissions.
fn unanswered_probes(timer: &str) -> Option<u64> {
    let (kind, rest) = timer.strip_prefix('(')?.split_once(',')?;
    let (_, probes) = rest.strip_suffix(')')?.split_once(',')?;
    if matches!(kind, "keepalive" | "persist") { probes.parse().ok() } else { None }
}

/// `users:(("peers",pid=9227,fd=6),("child",pid=9300,fd=6))`; before iproute2 3.12 `users:(("sshd",1234,3))`.
fn read_users(line: &str, row: &mut Row) {
    let Some((_, users)) = line.split_once("users:((") else { return };
    let users = users.split("))").next().unwrap_or(users);
    for user in users.split("),(") {
        let Some((name, rest)) = user.trim_start_matches('"').split_once('"') else { continue };
        let pid = rest.trim_start_matches(',').split(',').next().unwrap_or_default();
        let Ok(pid) = pid.strip_prefix("pid=").unwrap_or(pid).parse() else { continue };
        match row.socket.owner {
            None => row.socket.owner = Some(listing::owner(pid, name)),
            Some(_) => row.other_pids.push(pid),
        }
    }
}

fn fill_in(listing: &mut Listing, shown: &Shown) {
    let timers = shown.timers || shown.extended;
    for row in listing.rows_mut() {
        let socket = &mut row.socket;
        if timers && socket.timer.is_none() {
            socket.timer = Some(Timer::Off);
        }
        if shown.segments && socket.last_sent_ms.is_some() && socket.state != TcpState::Listen {
            socket.data_segments_in.get_or_insert(0);
            socket.data_segments_out.get_or_insert(0);
        }
    }
}
