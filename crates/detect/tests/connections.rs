//! What sockets show, alone and beside goroutines and heap, judged with the real catalogue.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::finding::{Confidence, Role, SiteKind, Verdict};
use plumb_evidence::socket::{
    Direction, HostSockets, Socket, SocketConcern, SocketSource, SocketTable, TcpState, Timer,
};
use plumb_evidence::{Diagnosis, Instance, Service, Snapshot};
use plumb_patterns::CATALOGUE;
use support::{Crowd, rising, sample, service, with_heap};

fn judge(service: &Service) -> Diagnosis {
    detect(service, &CATALOGUE)
}

/// Connections to `10.0.0.9:port`, silent for an hour if the listing tells.
fn outgoing(port: u16, count: u16, state: TcpState, timer: Option<Timer>) -> Vec<Socket> {
    let socket = |n: u16| Socket {
        local: format!("10.0.0.5:{}", 20_000 + n).parse().unwrap(),
        remote: format!("10.0.0.9:{port}").parse().unwrap(),
        state,
        direction: Direction::Outgoing,
        recv_queue: 0,
        send_queue: 0,
        timer,
        inode: 1_000_000 * u64::from(port) + u64::from(n),
        owner: None,
        unanswered_probes: None,
        last_received_ms: None,
        last_sent_ms: None,
        data_segments_in: None,
        data_segments_out: None,
    };
    (0..count).map(socket).collect()
}

fn table(sockets: Vec<Socket>) -> SocketTable {
    SocketTable {
        taken: None,
        source: SocketSource::Ss,
        sockets,
        owned_only: true,
        host: HostSockets::default(),
    }
}

/// A pasted listing and nothing else.
fn pasted(sockets: Vec<Socket>) -> Service {
    let snapshot = Snapshot { sockets: Some(table(sockets)), ..Snapshot::default() };
    let instance =
        Instance { id: "ss.txt".to_owned(), snapshots: vec![snapshot], ..Instance::default() };
    Service { target: "ss.txt".to_owned(), instances: vec![instance], ..Service::default() }
}

#[test]
fn many_that_the_peer_has_closed_are_a_finding() {
    let diagnosis = judge(&pasted(outgoing(80, 300, TcpState::CloseWait, None)));
    let [finding] = diagnosis.findings.as_slice() else { panic!("{:#?}", diagnosis.findings) };
    assert!(finding.title.contains("300 connections in CLOSE-WAIT to 10.0.0.9:80"), "{finding:#?}");
    assert_eq!(finding.confidence, Confidence::Likely);
    assert!(finding.fix.starts_with("Close the connection"), "{}", finding.fix);
    let few = judge(&pasted(outgoing(80, 8, TcpState::CloseWait, None)));
    assert_eq!(few.verdict, Verdict::Undecided, "{:#?}", few.findings);
}

#[test]
fn what_is_in_use_and_what_was_given_up_by_one_peer_are_two_things() {
    let mut sockets = outgoing(80, 60, TcpState::CloseWait, Some(Timer::Off));
    let mut silent = outgoing(80, 900, TcpState::Established, Some(Timer::Off));
    for socket in &mut silent {
        (socket.last_received_ms, socket.last_sent_ms) = (Some(3_600_000), Some(3_600_000));
        socket.local.set_port(socket.local.port() + 5_000);
        socket.inode += 5_000;
    }
    sockets.extend(silent);
    let diagnosis = judge(&pasted(sockets));
    assert_eq!(diagnosis.findings.len(), 2, "{:#?}", diagnosis.findings);
}

#[test]
fn a_crowd_without_keepalive_is_a_question() {
    let diagnosis = judge(&pasted(outgoing(22, 2_000, TcpState::Established, Some(Timer::Off))));
    assert_eq!(diagnosis.verdict, Verdict::Undecided);
    let asked =
        |part: &str| diagnosis.undecided.iter().any(|question| question.what.contains(part));
    assert!(asked("2,000 connections to 10.0.0.9:22, none with a keepalive timer"));
    assert!(diagnosis.undecided.iter().any(|question| question.bring.contains("--peer-sockets")));
    let summary = diagnosis.sockets.unwrap();
    assert_eq!(summary.groups[0].concern, Some(SocketConcern::NoTimer));
    assert_eq!(summary.groups[0].without_timer, Some(2_000));
}

#[test]
fn worst_first() {
    let mut sockets = outgoing(443, 5_000, TcpState::Established, Some(Timer::Keepalive));
    sockets.extend(outgoing(22, 400, TcpState::Established, Some(Timer::Off)));
    sockets.extend(outgoing(80, 30, TcpState::CloseWait, Some(Timer::Off)));
    sockets.extend(outgoing(25, 3, TcpState::SynSent, Some(Timer::Retransmit)));
    let summary = judge(&pasted(sockets)).sockets.unwrap();
    let order: Vec<&str> = summary.groups.iter().map(|group| &*group.peer).collect();
    assert_eq!(order, ["10.0.0.9:80", "10.0.0.9:22", "10.0.0.9:443", "10.0.0.9:25"]);
    assert_eq!(summary.connections, 5_433);
}

#[test]
fn half_open_are_those_that_the_peer_does_not_know() {
    let ours = outgoing(22, 300, TcpState::Established, Some(Timer::Off));
    let known = ours[..20].iter().map(|socket| Socket {
        local: socket.remote,
        remote: socket.local,
        ..socket.clone()
    });
    let mut service = pasted(ours.clone());
    service.peer_sockets = vec![table(known.collect())];
    let diagnosis = judge(&service);
    let [finding] = diagnosis.findings.as_slice() else { panic!("{:?}", diagnosis.undecided) };
    assert_eq!(finding.title, "half-open connection: 280 connections to 10.0.0.9:22");
    let told = |part| finding.evidence.iter().any(|item| item.text.starts_with(part));
    assert!(told("280 of its 300 connections"), "{:?}", finding.evidence);
    assert!(told("280 established connections"), "{:?}", finding.evidence);
}

/// Connections on whose responses nobody has read on.
fn unread(port: u16, count: u16) -> Vec<Socket> {
    let mut sockets = outgoing(port, count, TcpState::Established, Some(Timer::Keepalive));
    sockets.iter_mut().for_each(|socket| socket.recv_queue = 1_000);
    sockets
}

#[test]
fn what_nobody_reads_comes_before_larger_pools_and_is_asked_about() {
    let mut sockets = outgoing(22, 900, TcpState::Established, Some(Timer::Off));
    sockets.extend(unread(80, 700));
    let diagnosis = judge(&pasted(sockets));
    let first = &diagnosis.sockets.as_ref().unwrap().groups[0];
    assert_eq!((&*first.peer, first.concern), ("10.0.0.9:80", Some(SocketConcern::Unread)));
    assert_eq!(first.unread, Some(700));
    let asked =
        |part: &str| diagnosis.undecided.iter().any(|question| question.what.contains(part));
    assert!(
        asked("not read, on 700 connections to 10.0.0.9:80 (684 kB)"),
        "{:?}",
        diagnosis.undecided
    );
    assert!(asked("leaked: 900 connections to 10.0.0.9:22"));
}

#[test]
fn connections_of_nobody_known_are_a_question_at_most() {
    for state in [TcpState::CloseWait, TcpState::Established] {
        let mut sockets = outgoing(22, 2_000, state, Some(Timer::Off));
        for socket in &mut sockets {
            (socket.last_received_ms, socket.last_sent_ms) = (Some(3_600_000), Some(3_600_000));
        }
        assert_ne!(judge(&pasted(sockets.clone())).findings.len(), 0, "{state}");
        let mut service = pasted(sockets);
        service.instances[0].snapshots[0].sockets.as_mut().unwrap().owned_only = false;
        let diagnosis = judge(&service);
        assert_eq!(diagnosis.findings.len(), 0, "{state}");
        let asked = |part| diagnosis.undecided.iter().any(|open| open.what.contains(part));
        assert!(asked("leaked: 2,000 connections to 10.0.0.9:22"), "{state}");
    }
}

/// SSH clients that nobody closes, a user's goroutine on each, all connections silent and without a timer.
fn ssh(follow: &'static str) -> Service {
    const SSH: &str = "golang.org/x/crypto/ssh";
    let crowds: Vec<Crowd> = [
        ("chan receive", format!("{SSH}.(*Client).handleGlobalRequests")),
        ("chan receive", format!("{SSH}.(*Client).handleChannelOpens")),
        ("IO wait", format!("internal/poll.(*FD).Read < {SSH}.(*handshakeTransport).readLoop")),
        ("chan receive", format!("{SSH}.(*mux).loop")),
        (
            "sync.Cond.Wait",
            format!("sync.(*Cond).Wait < {SSH}.(*buffer).Read < bufio.(*Scanner).Scan < {follow}"),
        ),
    ]
    .map(|(state, frames)| Crowd(state, frames.leak(), rising(200, 20)))
    .into();
    let mut service = service(&crowds);
    for (at, snapshot) in service.instances[0].snapshots.iter_mut().enumerate() {
        let count = 200 + at as u16 * 20;
        let mut sockets = outgoing(22, count, TcpState::Established, Some(Timer::Off));
        for socket in &mut sockets {
            (socket.last_received_ms, socket.last_sent_ms) = (Some(3_600_000), Some(3_600_000));
        }
        snapshot.sockets = Some(table(sockets));
    }
    service
}

const DIAL: &str = "net.socket < net.(*Dialer).DialContext < net.(*Dialer).Dial";
const HANDSHAKE: &str = "bufio.NewReaderSize < golang.org/x/crypto/ssh.NewClientConn";

#[test]
fn who_waits_is_named_whichever_line_dials() {
    let heap = vec![
        sample(&format!("{DIAL} < main.connect:12 < main.start"), 0.0, 1.0, 200.0),
        sample(
            &format!("{HANDSHAKE} < main.handshake:30 < main.connect:14 < main.start"),
            0.0,
            2.0,
            4096.0,
        ),
    ];
    let diagnosis = judge(&with_heap(ssh("main.follow:85"), 6, heap));
    let [finding] = diagnosis.findings.as_slice() else { panic!("{:#?}", diagnosis.findings) };
    assert_eq!(finding.pattern.map(|pattern| pattern.id), Some("half-open-connection"));
    assert_eq!(finding.site.kind, SiteKind::EntryPoint, "too few samples name no line");
    let related: Vec<_> =
        finding.related.iter().map(|site| (&*site.function, site.line, site.role)).collect();
    assert_eq!(related, [("main.follow", 85, Role::Blocks), ("main.handshake", 30, Role::Uses)]);
}

#[test]
fn the_dial_is_the_site_where_its_function_makes_the_client_and_waits() {
    let heap = |dialer: &str| {
        vec![
            sample(&format!("{DIAL} < {dialer}"), 0.0, 1.0, 200.0),
            sample(&format!("{HANDSHAKE} < main.watch:20"), 0.0, 2.0, 4096.0),
        ]
    };
    let diagnosis = judge(&with_heap(ssh("main.watch:30"), 6, heap("main.watch:12")));
    let finding = &diagnosis.findings[0];
    assert_eq!((&*finding.site.function, finding.site.line), ("main.watch", 12), "{finding:#?}");
    assert_eq!(finding.site.role, Role::Creates);
    assert!(finding.related.iter().any(|site| site.line == 30 && site.role == Role::Blocks));
    let elsewhere = judge(&with_heap(ssh("main.watch:30"), 6, heap("main.connect:12")));
    assert_eq!(elsewhere.findings[0].site.kind, SiteKind::EntryPoint);
}
