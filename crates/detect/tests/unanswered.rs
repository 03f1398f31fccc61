//! Connections whose peers no longer answer the kernel's probes: it ends them, so their number need not be a leak.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::finding::Verdict;
use plumb_evidence::socket::{Socket, Timer};
use plumb_evidence::{Diagnosis, Service};
use plumb_patterns::CATALOGUE;
use support::{Crowd, rising, service, silent, with_sockets};

/// Clients when the look begins, and how many more with each snapshot.
const FIRST: u64 = 50;
const STEP: u64 = 20;

/// A growing number of clients, one connection each with keepalive; of those that came during the look so many in ten
/// have a peer that does not answer any more.
fn growing(vanished: u64) -> Service {
    let crowd = |state, function| Crowd(state, function, rising(FIRST, STEP));
    let service = service(&[
        crowd("IO wait", "golang.org/x/crypto/ssh.(*handshakeTransport).readLoop"),
        crowd("chan receive", "golang.org/x/crypto/ssh.(*mux).loop"),
        crowd("chan receive", "golang.org/x/crypto/ssh.(*Client).handleGlobalRequests"),
        crowd("chan receive", "golang.org/x/crypto/ssh.(*Client).handleChannelOpens"),
    ]);
    let answers = |n: u64| n < FIRST || n % 10 >= vanished;
    with_sockets(
        service,
        |at| FIRST + STEP * at,
        |n| Socket {
            unanswered_probes: Some(if answers(n) { 0 } else { 2 }),
            ..silent(n, Timer::Keepalive)
        },
    )
}

fn judge(service: &Service) -> Diagnosis {
    detect(service, &CATALOGUE)
}

#[test]
fn what_the_kernel_may_still_end_is_a_question() {
    let diagnosis = judge(&growing(9));
    assert!(diagnosis.findings.is_empty(), "{:#?}", diagnosis.findings);
    assert_eq!(diagnosis.verdict, Verdict::Undecided);
    let question = diagnosis.undecided.iter().find(|open| open.what.contains("probes"));
    let question = question.expect("a question about the probes");
    assert!(question.what.contains("ssh"), "{}", question.what);
    assert!(question.what.contains("150 s after the last answer"), "{}", question.what);
    assert!(question.bring.starts_with("a look in three minutes"), "{}", question.bring);
}

#[test]
fn clients_whose_peers_answer_are_a_leak() {
    let diagnosis = judge(&growing(2));
    assert_eq!(diagnosis.verdict, Verdict::Leak, "most of the new ones are alive");
    let finding = &diagnosis.findings[0];
    assert_eq!(finding.pattern.map(|pattern| pattern.id), Some("client-not-closed"));
}

#[test]
fn what_grows_for_longer_than_the_kernel_waits_leaks() {
    let mut service = growing(9);
    let later = |taken: Option<jiff::Timestamp>, at: usize| {
        taken.map(|taken| taken + std::time::Duration::from_secs(60 * at as u64))
    };
    for (at, snapshot) in service.instances[0].snapshots.iter_mut().enumerate() {
        snapshot.taken = later(snapshot.taken, at);
        let goroutines = snapshot.goroutines.as_mut().expect("a profile");
        goroutines.taken = later(goroutines.taken, at);
    }
    assert_eq!(judge(&service).verdict, Verdict::Leak);
}
