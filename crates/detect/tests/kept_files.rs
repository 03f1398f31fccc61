//! Files that stand open: a store's, those left behind, and what cannot be told.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::finding::{Confidence, Verdict};
use plumb_evidence::process::{Descriptor, DescriptorKind, Descriptors, Process};
use plumb_evidence::socket::{Direction, Socket, TcpState, Timer};
use plumb_evidence::{Diagnosis, Service};
use plumb_patterns::CATALOGUE;
use support::{Crowd, service, silent, steady, with_heap, with_sockets};

const LISTENER: u64 = 5;

/// Open files of a service in each round, in the order in which they were opened.
struct Store {
    files: Vec<u64>,
    /// How many were opened before the service listened.
    at_start: u64,
    /// Requests between two rounds.
    asked: u64,
}

impl Store {
    fn service(&self) -> Service {
        let accept = Crowd("IO wait", "net.(*TCPListener).Accept < main.main", steady(1));
        let table = with_sockets(service(&[accept]), |_| 2, |n| socket(n, 0));
        let mut made = with_heap(table, 6, Vec::new());
        for (at, snapshot) in (0..).zip(&mut made.instances[0].snapshots) {
            snapshot.sockets.as_mut().expect("sockets").sockets[1] = socket(1, at * self.asked);
            let open = self.open(self.files[at as usize]);
            let descriptors = Some(Descriptors { open, complete: true });
            snapshot.process =
                Some(Process { taken: snapshot.taken, pid: 7, descriptors, ..Process::default() });
        }
        made
    }

    fn open(&self, files: u64) -> Vec<Descriptor> {
        let file = |n: u64| {
            let fd = if n < self.at_start { 3 + n } else { 4 + n };
            descriptor(fd, DescriptorKind::File, format!("/data/seg-{n:05}.log"))
        };
        let listener = format!("socket:[{LISTENER}]");
        let listener = descriptor(3 + self.at_start, DescriptorKind::Socket, listener);
        (0..files).map(file).chain([listener]).collect()
    }

    fn judged(&self) -> Diagnosis {
        detect(&self.service(), &CATALOGUE)
    }
}

fn descriptor(fd: u64, kind: DescriptorKind, target: String) -> Descriptor {
    Descriptor { fd, kind, target: target.into(), deleted: false }
}

/// The listener, and the one connection on which requests come in.
fn socket(n: u64, segments: u64) -> Socket {
    let listens = n == 0;
    Socket {
        state: if listens { TcpState::Listen } else { TcpState::Established },
        inode: LISTENER + n,
        direction: Direction::Incoming,
        data_segments_in: Some(segments),
        data_segments_out: Some(segments),
        ..silent(n, Timer::Keepalive)
    }
}

fn confidence(diagnosis: &Diagnosis) -> Option<Confidence> {
    diagnosis.findings.first().map(|finding| finding.confidence)
}

#[test]
fn files_opened_before_anybody_could_ask_are_kept() {
    let all = Store { files: steady(200), at_start: 200, asked: 0 }.judged();
    assert_eq!(all.verdict, Verdict::Clean, "{:?}", all.findings);
    let some = Store { files: steady(400), at_start: 200, asked: 0 }.judged();
    assert!(some.findings.is_empty(), "{:?}", some.findings);
    assert!(some.undecided[0].what.contains("while nothing is asked"), "{:?}", some.undecided);
}

#[test]
fn files_that_stand_while_requests_come_are_a_question() {
    let store = Store { files: steady(400), at_start: 0, asked: 100 }.judged();
    assert!(store.findings.is_empty(), "{:?}", store.findings);
    assert!(store.undecided[0].what.contains("none is added"), "{:?}", store.undecided);
}

#[test]
fn files_left_behind_are_found_at_rest() {
    let late = Store { files: steady(500), at_start: 0, asked: 0 }.judged();
    assert_eq!(confidence(&late), Some(Confidence::Likely));
}

#[test]
fn files_that_grow_are_found_and_only_possible_beside_those_of_a_store() {
    let files: Vec<u64> = (0..7).map(|at| 210 + 15 * at).collect();
    let leak = Store { files: files.clone(), at_start: 0, asked: 100 }.judged();
    assert_eq!(confidence(&leak), Some(Confidence::Likely));
    let store = Store { files, at_start: 200, asked: 100 }.judged();
    assert_eq!(confidence(&store), Some(Confidence::Possible));
}
