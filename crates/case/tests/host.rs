//! The readers of listings, on what the real tools printed (see `fixtures/sockets/RECIPE.md`).

use std::collections::BTreeMap;
use std::path::Path;

use plumb_case::host::process::{FdRecord, ProcessRecord, convert};
use plumb_case::host::{Reading, lsof, netstat, proc_net, ss};
use plumb_evidence::process::DescriptorKind;
use plumb_evidence::socket::{Direction, Socket, SocketTable, TcpState, Timer};

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sockets").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn pids() -> (u32, u32) {
    let text = fixture("pids.txt");
    let (server, client) = text.trim().split_once(' ').unwrap();
    (server.parse().unwrap(), client.parse().unwrap())
}

fn clean<T>(reading: Reading<T>) -> T {
    assert_eq!(reading.problems, Vec::<String>::new());
    reading.value
}

fn count(table: &SocketTable, test: impl Fn(&Socket) -> bool) -> usize {
    table.sockets.iter().filter(|socket| test(socket)).count()
}

/// What every listing of all sockets tells: 25 sockets, of which 13 face the server's ports from outside.
fn check_all(name: &str, table: &SocketTable) {
    assert_eq!(table.sockets.len(), 25, "{name}");
    assert_eq!(count(table, |s| s.state == TcpState::Listen), 2, "{name}");
    assert_eq!(count(table, |s| s.state == TcpState::CloseWait), 2, "{name}");
    assert_eq!(count(table, |s| s.state == TcpState::FinWait2), 2, "{name}");
    assert_eq!(table.host.time_wait, 1, "{name}");
    let outgoing = |s: &Socket| s.direction == Direction::Outgoing;
    assert_eq!(count(table, |s| outgoing(s) && s.state == TcpState::Established), 9, "{name}");
    assert_eq!(count(table, |s| outgoing(s) && s.recv_queue == 16), 2, "{name}");
    assert_eq!(count(table, |s| outgoing(s) && s.local.is_ipv6()), 2, "{name}");
    assert!(!table.owned_only, "{name}");
}

/// Three of the client's connections have keepalive, eight and the half-closed ones have no timer at all.
fn check_timers(name: &str, table: &SocketTable) {
    let client = |s: &Socket| s.direction == Direction::Outgoing && s.is_connection();
    assert_eq!(count(table, |s| client(s) && s.timer == Some(Timer::Keepalive)), 3, "{name}");
    assert_eq!(count(table, |s| client(s) && s.timer == Some(Timer::Off)), 8, "{name}");
}

#[test]
fn ss_in_every_mode() {
    for mode in ["tan", "tanoe", "tanpoei", "tanpoeiO", "tanp", "tanmoe", "Htanp", "ano"] {
        let text = fixture(&format!("ss-{mode}.txt"));
        assert!(ss::looks_like(&text), "{mode}");
        let table = clean(ss::read(&text, None, None));
        check_all(mode, &table);
        if mode.contains('o') {
            check_timers(mode, &table);
        } else {
            assert!(table.sockets.iter().all(|socket| socket.timer.is_none()), "{mode}");
        }
        if mode.contains('e') {
            let held = |s: &Socket| s.is_connection() && s.state != TcpState::FinWait2;
            assert!(table.sockets.iter().filter(|s| held(s)).all(|s| s.inode > 0), "{mode}");
        }
    }
}

#[test]
fn ss_with_activity() {
    for mode in ["tanpoei", "tanpoeiO"] {
        let table = clean(ss::read(&fixture(&format!("ss-{mode}.txt")), None, None));
        let established = |s: &&Socket| s.state == TcpState::Established;
        for socket in table.sockets.iter().filter(established) {
            let idle = socket.idle_ms().expect("activity times");
            assert!((1_000..60_000).contains(&idle), "{mode}: {idle}");
            assert_eq!(socket.data_segments_in, Some(1), "{mode}: {socket:?}");
            assert_eq!(socket.data_segments_out, Some(1), "{mode}: {socket:?}");
        }
    }
}

type Read = fn(&str, Option<u32>) -> Reading<SocketTable>;

#[test]
fn a_process_can_be_chosen() {
    let (server, client) = pids();
    let listings: [(&str, Read); 4] = [
        ("ss-tanpoei.txt", |text, pid| ss::read(text, None, pid)),
        ("ss-Htanp.txt", |text, pid| ss::read(text, None, pid)),
        ("netstat-tanpo.txt", |text, pid| netstat::read(text, None, pid)),
        ("netstat-tanpoe.txt", |text, pid| netstat::read(text, None, pid)),
    ];
    for (name, read) in listings {
        let text = fixture(name);
        let table = clean(read(&text, Some(client)));
        assert!(table.owned_only, "{name}");
        assert_eq!(table.sockets.len(), 11, "{name}");
        assert_eq!(count(&table, |s| s.direction == Direction::Outgoing), 11, "{name}");
        assert_eq!(table.host.time_wait, 1, "{name}");
        let table = clean(read(&text, Some(server)));
        assert_eq!(count(&table, |s| s.direction == Direction::Incoming), table.sockets.len());
        assert_eq!(count(&table, |s| s.state == TcpState::Listen), 2, "{name}");
        let other = read(&text, Some(1));
        assert_eq!(other.problems.len(), 1, "{name}");
        assert!(
            other.problems[0].starts_with("no socket of process 1 in it: none is used"),
            "{name}"
        );
        assert_eq!((other.value.sockets.len(), other.value.owned_only), (0, true), "{name}");
    }
    let anonymous = ss::read(&fixture("ss-tanoe.txt"), None, Some(client));
    assert!(anonymous.problems[0].contains("it names no processes"), "{:?}", anonymous.problems);
    check_all("ss-tanoe.txt", &anonymous.value);
}

#[test]
fn a_process_that_lsof_does_not_list_has_nothing() {
    for name in ["lsof-p.txt", "lsof-nP-iTCP.txt"] {
        let Reading { value, problems } = lsof::read(&fixture(name), None, Some(1));
        assert_eq!(value.process, None, "{name}");
        assert!(value.sockets.is_none_or(|table| table.sockets.is_empty()), "{name}");
        assert_eq!(problems.len(), 1, "{name}: {problems:?}");
        assert!(problems[0].contains("of process 1 in it: none is used"), "{name}: {problems:?}");
    }
}

/// Somebody without root, whose shell is the only process that is named.
#[test]
fn the_only_process_that_is_named_may_be_the_wrong_one() {
    let named = fixture("ss-tanoe.txt").replacen("ino:", "users:((\"sshd\",pid=7,fd=3)) ino:", 1);
    check_all("one named", &ss::read(&named, None, None).value);
}

#[test]
fn a_head_without_rows_is_a_problem() {
    let head = |name: &str, lines| -> String {
        fixture(name).lines().take(lines).map(|line| format!("{line}\n")).collect()
    };
    let listings = [
        ss::read(&head("ss-tanoe.txt", 1), None, None),
        ss::read_of_peer(&head("ss-tan.txt", 1), None),
        netstat::read(&head("netstat-tanp.txt", 2), None, None),
    ];
    for Reading { value, problems } in listings {
        assert_eq!(value.sockets, []);
        assert_eq!(problems, ["no TCP socket in it: was it cut, or taken with a filter?"]);
    }
}

#[test]
fn timers_do_not_matter_at_the_peer() {
    let text = fixture("ss-tanoe.txt");
    let without: String =
        text.lines().filter(|line| !line.contains("timer:")).map(|l| format!("{l}\n")).collect();
    assert!(!clean(ss::read_of_peer(&without, None)).sockets.is_empty());
}

#[test]
fn without_listeners_direction_comes_from_ports() {
    let with = clean(ss::read(&fixture("ss-tanp.txt"), None, None));
    let without = clean(ss::read(&fixture("ss-tnp.txt"), None, None));
    for socket in &without.sockets {
        let same = |s: &&Socket| s.local == socket.local && s.remote == socket.remote;
        let known = with.sockets.iter().find(same).expect("the same socket");
        assert_eq!(socket.direction, known.direction, "{} {}", socket.local, socket.remote);
    }
}

/// What a server looks like on which nothing has keepalive: no row of the listing has a timer.
#[test]
fn no_timer_anywhere_means_none_where_details_are_shown() {
    let without = |name: &str| -> String {
        let text = fixture(name);
        let lines = text.lines().filter(|line| !line.contains("timer:"));
        lines.map(|line| format!("{line}\n")).collect()
    };
    let extended = ss::read(&without("ss-tanoe.txt"), None, None);
    assert_eq!(extended.problems.len(), 1);
    assert!(extended.problems[0].contains("take it again with ss -tanpoei"));
    assert!(extended.value.sockets.iter().all(|socket| socket.timer == Some(Timer::Off)));
    let plain = fixture("ss-tan.txt");
    let told = clean(ss::read(&format!("root@web-1:~# ss -tano\n{plain}"), None, None));
    assert!(told.sockets.iter().all(|socket| socket.timer == Some(Timer::Off)));
    let untold = clean(ss::read(&format!("root@web-1:~# ss -tan\n{plain}"), None, None));
    assert!(untold.sockets.iter().all(|socket| socket.timer.is_none()));
}

#[test]
fn netstat_in_every_mode() {
    for mode in ["tan", "tanp", "tanpo", "tanpoe", "an"] {
        let text = fixture(&format!("netstat-{mode}.txt"));
        assert!(netstat::looks_like(&text), "{mode}");
        let table = clean(netstat::read(&text, None, None));
        check_all(mode, &table);
        if mode.contains('o') {
            check_timers(mode, &table);
        }
        if mode.contains('e') {
            assert_eq!(count(&table, |s| s.inode > 0), 22, "{mode}");
        }
    }
}

#[test]
fn probes_without_an_answer_are_counted_as_each_tool_tells_them() {
    let probes = |table: SocketTable| table.sockets[0].unanswered_probes;
    let ss = |timer: &str| {
        let text = format!(
            "State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n\
             ESTAB 0      0      10.0.0.1:4000      10.0.0.9:22       timer:{timer} ino:7 sk:1\n"
        );
        probes(ss::read(&text, None, None).value)
    };
    assert_eq!(ss("(keepalive,4.3sec,3)"), Some(3));
    assert_eq!(ss("(persist,4.3sec,2)"), Some(2));
    assert_eq!(ss("(on,200ms,5)"), None, "retransmissions");
    let kernel = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
                  \x20  0: 0100000A:0FA0 0900000A:0016 01 00000000:00000000 02:000001AE 00000000     0        4 77 2 0 20 4 30 10 -1\n";
    let table = proc_net::read(kernel, None).value;
    assert_eq!((table.sockets[0].inode, probes(table)), (77, Some(4)));
}

#[test]
fn proc_net_tells_the_same_as_netstat() {
    let text = fixture("proc-net-tcp.txt");
    assert!(proc_net::looks_like(&text));
    let table = clean(proc_net::read(&text, None));
    check_all("proc", &table);
    check_timers("proc", &table);
    let netstat = clean(netstat::read(&fixture("netstat-tanpoe.txt"), None, None));
    for (ours, theirs) in table.sockets.iter().zip(&netstat.sockets) {
        assert_eq!((ours.local, ours.remote), (theirs.local, theirs.remote));
        assert_eq!(
            (ours.state, ours.timer, ours.inode),
            (theirs.state, theirs.timer, theirs.inode)
        );
    }
}

#[test]
fn lsof_of_a_process_tells_descriptors_and_sockets() {
    let (_, client) = pids();
    for name in ["lsof-p.txt", "lsof-nP-p.txt", "lsof-nPTqs-p.txt"] {
        let text = fixture(name);
        assert!(lsof::looks_like(&text), "{name}");
        let listing = clean(lsof::read(&text, None, None));
        let table = listing.sockets.expect("sockets");
        assert!(table.owned_only, "{name}");
        assert_eq!(table.sockets.len(), 11, "{name}");
        assert_eq!(count(&table, |s| s.direction == Direction::Outgoing), 11, "{name}");
        assert_eq!(count(&table, |s| s.remote.port() == 18081), 9, "{name}");
        assert_eq!(count(&table, |s| s.local.is_ipv6()), 2, "{name}");
        assert_eq!(count(&table, |s| s.state == TcpState::CloseWait), 2, "{name}");
        assert!(table.sockets.iter().all(|s| s.inode > 0), "{name}");
        let unread = count(&table, |s| s.recv_queue == 16);
        assert_eq!(unread, if name.contains("Tqs") { 2 } else { 0 }, "{name}");
        let process = listing.process.expect("the process");
        assert_eq!(process.pid, client);
        let descriptors = process.descriptors.expect("descriptors");
        assert!(descriptors.complete);
        let of = |kind| descriptors.open.iter().filter(|d| d.kind == kind).count();
        assert_eq!(of(DescriptorKind::Socket), 11, "{name}");
        assert_eq!(of(DescriptorKind::Pipe), 2, "{name}");
        assert_eq!(of(DescriptorKind::Epoll), 1, "{name}");
        assert_eq!(of(DescriptorKind::Device), 3, "{name}");
        let gone = descriptors.open.iter().find(|d| d.deleted).expect("the deleted file");
        assert!(gone.target.ends_with("/peers-gone.csv"), "{}", gone.target);
        assert_eq!(gone.kind, DescriptorKind::File);
    }
}

#[test]
fn lsof_of_all_tcp_sockets_needs_a_choice() {
    let text = fixture("lsof-nP-iTCP.txt");
    let (_, client) = pids();
    let listing = clean(lsof::read(&text, None, None));
    assert!(listing.process.is_none());
    assert!(!listing.sockets.expect("sockets").owned_only);
    let listing = clean(lsof::read(&text, None, Some(client)));
    assert_eq!(listing.sockets.expect("sockets").sockets.len(), 11);
    let descriptors = listing.process.and_then(|process| process.descriptors).expect("descriptors");
    assert!(!descriptors.complete, "only network files are listed");
}

fn record() -> ProcessRecord {
    let names = ["status", "stat", "smaps_rollup", "limits", "uptime"];
    let mut files: BTreeMap<String, String> = names
        .iter()
        .map(|name| ((*name).to_owned(), fixture(&format!("proc-{name}.txt"))))
        .collect();
    for name in ["limit_in_bytes", "usage_in_bytes", "oom_control"] {
        files.insert(format!("memory.{name}"), fixture(&format!("memory.{name}.txt")));
    }
    let fds = [
        (0, "/dev/null"),
        (3, "socket:[106803]"),
        (4, "anon_inode:[eventpoll]"),
        (5, "/var/lib/app/a.csv (deleted)"),
        (6, "anon_inode:inotify"),
    ];
    let fds = fds.map(|(fd, target)| FdRecord { fd, target: target.to_owned(), kind: None });
    let pid = pids().1;
    ProcessRecord { pid, clock_ticks: 100, files, fds: Some(fds.into()), ..Default::default() }
}

#[test]
fn a_process_record_of_a_real_process() {
    let process = convert(&record(), None);
    assert_eq!(process.pid, pids().1);
    assert!((2.5..60.0).contains(&process.uptime_seconds.expect("uptime")));
    let resident = process.resident.expect("resident");
    assert_eq!(resident.total, resident.anonymous + resident.file + resident.shared);
    assert!(resident.total > 1 << 20 && resident.huge_pages == Some(0));
    assert!(process.virtual_bytes > Some(resident.total));
    assert!(process.threads >= Some(1) && process.descriptor_limit >= Some(1024));
    let cgroup = process.cgroup.expect("cgroup");
    assert_eq!((cgroup.version, cgroup.limit, cgroup.oom_kills), (1, None, Some(0)));
    let descriptors = process.descriptors.expect("descriptors");
    use DescriptorKind::{Device, Epoll, File, Inotify, Socket};
    let kinds: Vec<_> = descriptors.open.iter().map(|d| d.kind).collect();
    assert_eq!(kinds, [Device, Socket, Epoll, File, Inotify]);
    assert!(descriptors.open[3].deleted && &*descriptors.open[3].target == "/var/lib/app/a.csv");
}

#[test]
fn a_version_2_cgroup() {
    let files = [
        ("memory.max", "max\n"),
        ("memory.current", "1048576\n"),
        ("memory.events", "low 0\nhigh 0\nmax 0\noom 3\noom_kill 2\n"),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let process = convert(&ProcessRecord { files, ..ProcessRecord::default() }, None);
    let cgroup = process.cgroup.expect("cgroup");
    assert_eq!((cgroup.version, cgroup.limit, cgroup.usage), (2, None, Some(1 << 20)));
    assert_eq!(cgroup.oom_kills, Some(2));
}

/// Both ends of each connection are in the listing, and spelled alike, however the tool spells dual-stack sockets.
#[test]
fn dual_stack_sockets_in_every_tool() {
    let read = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dual-stack");
        std::fs::read_to_string(folder.join(name)).unwrap()
    };
    let ss = |name| clean(ss::read(&read(name), None, None));
    let netstat = |name| clean(netstat::read(&read(name), None, None));
    let lsof = |name| clean(lsof::read(&read(name), None, None)).sockets.unwrap();
    let tables = [
        ("ss-tan", ss("ss-tan.txt")),
        ("ss-tanp", ss("ss-tanp.txt")),
        ("ss-tanpoe", ss("ss-tanpoe.txt")),
        ("netstat-tan", netstat("netstat-tan.txt")),
        ("netstat-tanp", netstat("netstat-tanp.txt")),
        ("netstat-tanpe", netstat("netstat-tanpe.txt")),
        ("busybox-netstat-tan", netstat("busybox-netstat-tan.txt")),
        ("busybox-netstat-tn", netstat("busybox-netstat-tn.txt")),
        ("busybox-netstat-tane", netstat("busybox-netstat-tane.txt")),
        ("lsof-nP-p", lsof("lsof-nP-p.txt")),
        ("lsof-p", lsof("lsof-p.txt")),
        ("proc-net-tcp", clean(proc_net::read(&read("proc-net-tcp.txt"), None))),
    ];
    for (name, table) in tables {
        let open = |s: &&Socket| s.state == TcpState::Established;
        let ends = |s: &Socket| (s.local, s.remote);
        assert_eq!(table.sockets.iter().filter(open).count(), 8, "{name}");
        for socket in table.sockets.iter().filter(open) {
            let other = |s: &&Socket| ends(s) == (socket.remote, socket.local);
            assert!(table.sockets.iter().any(|s| other(&s)), "{name}: {socket:?}");
            let incoming = socket.local.port() == 18083;
            assert_eq!(socket.direction == Direction::Incoming, incoming, "{name}: {socket:?}");
        }
        assert_eq!(count(&table, |s| open(&s) && s.local.is_ipv6()), 4, "{name}");
    }
}
