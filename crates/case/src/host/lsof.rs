//! The output of `lsof`: descriptors, and the sockets among them.
//!
//! Columns are `COMMAND PID [TID TASKCMD] USER FD TYPE DEVICE SIZE/OFF NODE NAME`; `SIZE/OFF` may be blank and `NAME` may hold
//! blanks, so what follows `TYPE` is read by type and not by column.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv6Addr};

use plumb_evidence::Timestamp;
use plumb_evidence::process::{Descriptor, DescriptorKind, Descriptors, Process};
use plumb_evidence::socket::{SocketSource, SocketTable};

use super::Reading;
use super::listing::{self, Listing, Row};
use super::process::descriptor;

/// Most descriptors kept of one listing; the kernel's `fs.nr_open` defaults to 1,048,576 a process.
const MAX_DESCRIPTORS: usize = 1 << 20;

/// What a listing tells.
#[derive(Clone, Debug, PartialEq)]
pub struct LsofListing {
    /// TCP sockets; none if the listing holds no socket.
    pub sockets: Option<SocketTable>,
    /// The process with its descriptors; none if the listing holds several processes and none was chosen.
    pub process: Option<Process>,
}

/// Reads what `lsof -p PID` or `lsof -i` prints, with `-n` and `-P` or without, with `-T qs` or without.
/// `pid` chooses the process where several are listed.
pub fn read(text: &str, taken: Option<Timestamp>, pid: Option<u32>) -> Reading<LsofListing> {
    let mut listing = Listing::default();
    let files: Vec<File<'_>> = parse(text, &mut listing);
    if files.is_empty() {
        listing.problems.add("no open file in it: was it cut, or the process gone?");
    }
    let pids: HashSet<u32> = files.iter().map(|file| file.pid).collect();
    let only = files.first().map(|file| file.pid).filter(|_| pids.len() == 1);
    let chosen = pid.or(only).filter(|pid| pids.contains(pid));
    if let Some(pid) = pid.filter(|_| chosen.is_none() && listing.is_empty() && !files.is_empty()) {
        listing.problems.add(format!("no file of process {pid} in it: none is used"));
    }
    let process = chosen.map(|pid| process(pid, taken, &files));
    let whole = process.as_ref().is_some_and(is_whole);
    // A listing of everything that the process has open also has all its listeners.
    listing.all_listeners = whole;
    let empty = listing.is_empty();
    let Reading { value: table, problems } = listing.into_table(SocketSource::Lsof, taken, pid);
    let value = LsofListing { sockets: (!empty || whole).then_some(table), process };
    Reading { value, problems }
}

/// Whether a text has the column heads of `lsof`.
pub fn looks_like(text: &str) -> bool {
    text.lines().take(50).any(|line| {
        let mut words = line.split_whitespace();
        words.next() == Some("COMMAND")
            && words.next() == Some("PID")
            && words.any(|word| word == "FD")
            && words.next() == Some("TYPE")
    })
}

struct File<'a> {
    pid: u32,
    /// None for what is mapped and not open: `cwd`, `txt`, `mem`.
    fd: Option<u64>,
    kind: &'a str,
    /// What stands after `TYPE`.
    rest: &'a str,
}

fn parse<'a>(text: &'a str, listing: &mut Listing) -> Vec<File<'a>> {
    let mut files = Vec::new();
    let mut before_fd = 3;
    let names_v6 = !text.contains("[::1]:");
    for line in text.lines() {
        if line.starts_with("COMMAND ") {
            before_fd = line.split_whitespace().position(|word| word == "FD").unwrap_or(3);
            continue;
        }
        let Some((file, command)) = parse_file(line, before_fd) else { continue };
        if matches!(file.kind, "IPv4" | "IPv6") {
            read_socket(&file, command, names_v6, listing);
        }
        if files.len() < MAX_DESCRIPTORS {
            files.push(file);
        } else {
            listing
                .problems
                .add(format!("more than {MAX_DESCRIPTORS} files: the rest is left out"));
        }
    }
    files
}

fn parse_file(line: &str, before_fd: usize) -> Option<(File<'_>, &str)> {
    let mut rest = line;
    let mut word = || {
        rest = rest.trim_start();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        (!word.is_empty()).then_some(word)
    };
    let command = word()?;
    let pid = word()?.parse().ok()?;
    for _ in 2..before_fd {
        word()?;
    }
    let fd = word()?;
    let kind = word()?;
    let digits = fd.find(|c: char| !c.is_ascii_digit()).unwrap_or(fd.len());
    Some((File { pid, fd: fd[..digits].parse().ok(), kind, rest }, command))
}

/// `60276 0t0 TCP 127.0.0.1:56232->127.0.0.1:18081 (ESTABLISHED QR=16 QS=0)`
fn read_socket(file: &File<'_>, command: &str, names_v6: bool, listing: &mut Listing) {
    let Some((before, name)) = file.rest.split_once(" TCP ") else { return };
    let (ends, state) = name.trim().split_once(" (").unwrap_or((name.trim(), "CLOSE"));
    let state = state.trim_end_matches(')');
    let mut words = state.split_whitespace();
    let Some(state) = words.next().and_then(listing::state) else {
        listing.problems.add("a socket in an unknown state");
        return;
    };
    let (local, remote) = ends.split_once("->").unwrap_or((ends, "*:*"));
    let (as_local, as_remote) = (alike_in_both(local, names_v6), alike_in_both(remote, names_v6));
    let ends = listing::endpoint(local).zip(listing::endpoint(remote));
    let Some((mut local, mut remote)) = ends else {
        listing
            .problems
            .add("a socket with host or service names (take it again with lsof -nP -p)");
        return;
    };
    if file.kind == "IPv6" {
        for (end, ip) in [(&mut local, as_local), (&mut remote, as_remote)] {
            ip.into_iter().for_each(|ip| end.set_ip(ip));
        }
    }
    let mut row = Row::new(local, remote, state);
    // On Linux the DEVICE of a socket is its inode.
    row.socket.inode = before.split_whitespace().next().and_then(|w| w.parse().ok()).unwrap_or(0);
    row.socket.owner = Some(listing::owner(file.pid, command));
    for word in words {
        match word.split_once('=') {
            Some(("QR", value)) => row.socket.recv_queue = value.parse().unwrap_or(0),
            Some(("QS", value)) => row.socket.send_queue = value.parse().unwrap_or(0),
            _ => {}
        }
    }
    listing.push(row);
}

/// The IPv6 address of what is spelled alike in both families. IPv4 addresses of a dual-stack socket stay what they are,
/// and `localhost` is one of them where `::1` is spelled otherwise.
fn alike_in_both(end: &str, names_v6: bool) -> Option<IpAddr> {
    match end.rsplit_once(':')?.0 {
        "*" => Some(IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
        "localhost" if names_v6 => Some(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        _ => None,
    }
}

fn process(pid: u32, taken: Option<Timestamp>, files: &[File<'_>]) -> Process {
    let own = || files.iter().filter(|file| file.pid == pid);
    // `lsof -i` lists network files only; a listing of everything has the working directory.
    let complete = own().any(|file| file.fd.is_none());
    let mut open: Vec<Descriptor> = own().filter_map(open_file).collect();
    // With -K every thread repeats them.
    open.sort_by_key(|descriptor| descriptor.fd);
    open.dedup_by_key(|descriptor| descriptor.fd);
    let descriptors = Some(Descriptors { open, complete });
    Process { taken, pid, descriptors, ..Process::default() }
}

fn is_whole(process: &Process) -> bool {
    process.descriptors.as_ref().is_some_and(|descriptors| descriptors.complete)
}

fn open_file(file: &File<'_>) -> Option<Descriptor> {
    let fd = file.fd?;
    let name = match file.rest.find(" /") {
        Some(at) => file.rest[at + 1..].trim_end(),
        None => file.rest.rsplit_once(char::is_whitespace).map_or(file.rest, |(_, word)| word),
    };
    let kind = match file.kind {
        "REG" | "VREG" => DescriptorKind::File,
        "DIR" | "VDIR" => DescriptorKind::Directory,
        "IPv4" | "IPv6" | "unix" | "sock" | "netlink" | "pack" | "raw" | "raw6" => {
            DescriptorKind::Socket
        }
        "FIFO" | "PIPE" => DescriptorKind::Pipe,
        "CHR" | "BLK" => DescriptorKind::Device,
        "inotify" => DescriptorKind::Inotify,
        "KQUEUE" => DescriptorKind::Epoll,
        _ if name.starts_with("[eventpoll") => DescriptorKind::Epoll,
        _ if name.contains("inotify") => DescriptorKind::Inotify,
        _ => DescriptorKind::Other,
    };
    if kind == DescriptorKind::Socket {
        // The inode of an internet socket is in the column DEVICE, of others in NODE.
        let column = if matches!(file.kind, "IPv4" | "IPv6") { 0 } else { 2 };
        let inode = file.rest.split_whitespace().nth(column).unwrap_or("?");
        return Some(descriptor(fd, kind, &format!("socket:[{inode}]")));
    }
    Some(descriptor(fd, kind, name))
}
