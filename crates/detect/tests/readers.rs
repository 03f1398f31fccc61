//! Responses that goroutines of the user's read: their line is the site, and that nobody reads is not said.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::finding::{SiteKind, Verdict, WitnessKind};
use plumb_evidence::socket::Timer;
use plumb_evidence::{Diagnosis, Service};
use plumb_patterns::CATALOGUE;
use support::{Crowd, rising, service, silent, steady, with_sockets};

const HELD: [&str; 2] = ["net/http.(*persistConn).readLoop", "net/http.(*persistConn).writeLoop"];
const READS: &str = "internal/poll.(*FD).Read < net/http.(*persistConn).Read < \
                     net/http.(*bodyEOFSignal).Read < bufio.(*Scanner).Scan < main.watch:11";
const HANDLES: &str = "internal/poll.(*FD).Read < net/http.(*persistConn).Read < \
                       net/http.(*bodyEOFSignal).Read < io.Copy < main.(*proxy).ServeHTTP:20 < \
                       net/http.serverHandler.ServeHTTP < net/http.(*conn).serve";

/// Held responses and those who read them, over the look.
fn held_and_read(held: &[u64], stack: &'static str, readers: Vec<u64>) -> Service {
    let mut crowds = HELD.map(|function| Crowd("select", function, held.to_vec())).to_vec();
    crowds.push(Crowd("IO wait", stack, readers));
    service(&crowds)
}

fn judge(service: &Service) -> Diagnosis {
    detect(service, &CATALOGUE)
}

#[test]
fn as_many_readers_as_held_responses_are_the_site() {
    for readers in [rising(100, 24), rising(96, 23)] {
        let diagnosis = judge(&held_and_read(&rising(100, 24), READS, readers));
        let [found] = &diagnosis.findings[..] else { panic!("{:#?}", diagnosis.findings) };
        assert_eq!(found.site.kind, SiteKind::Line);
        assert_eq!((&*found.site.function, found.site.line), ("main.watch", 11));
        assert_eq!(found.site.found_by, [WitnessKind::BlockedStack]);
        assert!(found.why.contains("reads the body"), "{}", found.why);
        assert!(!found.why.contains("nobody"), "{}", found.why);
        let held = "held by those who read: 244 http.persistConn (response held)";
        assert!(found.evidence.iter().any(|e| e.text == held), "{:#?}", found.evidence);
    }
}

#[test]
fn readers_that_stand_beside_a_leak_are_not_its_site() {
    // 250 watches from the start of the program, and responses that nobody reads.
    let diagnosis = judge(&held_and_read(&rising(350, 24), READS, steady(250)));
    let [found] = &diagnosis.findings[..] else { panic!("{:#?}", diagnosis.findings) };
    assert_eq!(found.object.as_deref(), Some("http.persistConn"));
    assert_ne!(&*found.site.function, "main.watch");
}

#[test]
fn fewer_readers_than_have_come_leave_the_rest_unread() {
    let diagnosis = judge(&held_and_read(&rising(100, 24), READS, rising(50, 12)));
    assert!(
        diagnosis.findings.iter().any(|found| found.object.as_deref() == Some("http.persistConn")),
        "{:#?}",
        diagnosis.findings
    );
}

#[test]
fn a_handler_that_passes_a_stream_on_for_each_client_is_healthy() {
    let service = held_and_read(&rising(100, 24), HANDLES, rising(100, 24));
    let service = with_sockets(
        service,
        |at| 100 + 24 * at,
        |n| {
            let mut socket = silent(n, Timer::Keepalive);
            (socket.local, socket.remote) = (
                "10.0.0.1:8080".parse().expect("an address"),
                format!("10.0.7.7:{}", 20_000 + n).parse().expect("an address"),
            );
            socket
        },
    );
    let diagnosis = judge(&service);
    assert_ne!(diagnosis.verdict, Verdict::Leak, "{:#?}", diagnosis.findings);
}
