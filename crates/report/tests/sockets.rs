//! The sockets by peer, in every output.

#[allow(dead_code)] // shared by several tests
mod diagnoses;

use diagnoses::{diagnosis, undecided};
use plumb_evidence::Diagnosis;
use plumb_evidence::socket::{
    Direction, HostSockets, Owner, PeerListing, PeerMismatch, SocketConcern, SocketGroup,
    SocketSummary, TcpState,
};
use plumb_report::{DIAGNOSE_SCHEMA, Format, Options};
use serde_json::Value;

fn group(peer: &str, state: TcpState, count: u64) -> SocketGroup {
    SocketGroup {
        peer: peer.into(),
        direction: if peer.starts_with(':') { Direction::Incoming } else { Direction::Outgoing },
        state,
        count,
        hosts: 1,
        holder: Some((Owner { pid: 4711, command: Some("orders".into()) }, count.div_ceil(2))),
        idle_seconds_max: Some(10_800.0),
        received_seconds_max: Some(90_000.0),
        with_keepalive: Some(0),
        without_timer: Some(count),
        unread: Some(0),
        recv_queue: 0,
        send_queue: 0,
        concern: None,
    }
}

fn summary() -> SocketSummary {
    let closed = SocketGroup {
        concern: Some(SocketConcern::ClosedByPeer),
        recv_queue: 260,
        unread: Some(260),
        ..group("10.0.0.5:8080", TcpState::CloseWait, 300)
    };
    let crowd = SocketGroup {
        concern: Some(SocketConcern::NoTimer),
        ..group("[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:22", TcpState::Established, 2_110)
    };
    let many = (0..9).map(|n| group(&format!(":{n}"), TcpState::Established, 9 - n));
    SocketSummary {
        connections: 2_455,
        owned_only: false,
        pasted: true,
        groups: [closed, crowd].into_iter().chain(many).collect(),
        host: HostSockets { time_wait: 12_034, syn_recv: 3 },
        peer_listing: Some(PeerListing {
            sockets: 120,
            compared: 2_110,
            known: 40,
            closed: 70,
            unknown: 2_000,
            mismatch: None,
        }),
    }
}

fn with(summary: SocketSummary) -> Diagnosis {
    let mut diagnosis = undecided();
    for snapshot in diagnosis.instances.iter_mut().flat_map(|instance| &mut instance.snapshots) {
        snapshot.goroutines = None;
    }
    diagnosis.sockets = Some(summary);
    diagnosis
}

fn print(name: &str, diagnosis: &Diagnosis, options: &Options) -> String {
    (Format::named(name).unwrap().render)(diagnosis, options)
}

#[test]
fn worst_first_and_the_rest_counted() {
    let text = print("terminal", &with(summary()), &Options::default());
    let told = text.split("\n\n").find(|block| block.starts_with("sockets ")).unwrap();
    insta::assert_snapshot!(told);
}

fn beside_goroutines(summary: SocketSummary) -> Diagnosis {
    let mut profiled = diagnosis(Vec::new());
    profiled.sockets = Some(summary);
    profiled
}

#[test]
fn of_a_live_process_only_what_is_odd_is_told() {
    let quiet = || SocketSummary {
        pasted: false,
        groups: vec![group(":80", TcpState::Established, 900)],
        ..summary()
    };
    let text = print("terminal", &beside_goroutines(quiet()), &Options::default());
    assert!(!text.contains("\nsockets "), "{text}");
    assert!(text.contains("\npeer      of our 2,110 established connections"), "{text}");
    let verbose = Options { verbose: true, ..Options::default() };
    let text = print("terminal", &beside_goroutines(quiet()), &verbose);
    assert!(text.contains("\nsockets "), "{text}");
    let unread = SocketGroup {
        concern: Some(SocketConcern::Unread),
        unread: Some(7_792),
        recv_queue: 7_800_000,
        ..group("10.0.0.5:8080", TcpState::Established, 7_792)
    };
    let odd = SocketSummary { groups: vec![unread], ..quiet() };
    let text = print("terminal", &beside_goroutines(odd), &Options::default());
    assert!(text.contains("7.4 MB not read, on all of"), "{text}");
}

#[test]
fn a_pasted_listing_is_told_beside_goroutines() {
    let text = print("terminal", &beside_goroutines(summary()), &Options::default());
    let told = text.split("\n\n").find(|block| block.starts_with("sockets ")).unwrap();
    assert_eq!(
        told.matches("ESTABLISHED").count() + told.matches("CLOSE-WAIT").count(),
        2,
        "{told}"
    );
    assert!(told.contains("and 9 further groups"), "{told}");
}

#[test]
fn a_listing_that_does_not_compare_says_why() {
    for (mismatch, words) in [
        (PeerMismatch::NoAddress, "no address in the peer's listing"),
        (PeerMismatch::OtherClients, "none from an address of ours"),
    ] {
        let listing =
            PeerListing { sockets: 9, mismatch: Some(mismatch), ..PeerListing::default() };
        let summary = SocketSummary { peer_listing: Some(listing), ..summary() };
        let text = print("terminal", &with(summary), &Options::default());
        let words_of = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words_of(&text).contains(words), "{text}");
    }
}

#[test]
fn no_line_is_too_wide() {
    for width in [40, 60, 80, 200] {
        let options = Options { width, ..Options::default() };
        let text = print("terminal", &with(summary()), &options);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(width), "{width}:\n{text}");
    }
}

#[test]
fn a_ticket_has_a_table() {
    let text = print("markdown", &with(summary()), &Options::default());
    assert!(text.contains("### Sockets\n"), "{text}");
    assert!(text.contains("| 2,110 | ESTABLISHED to [2001:db8:"), "{text}");
}

#[test]
fn the_contract_holds() {
    let document: Value =
        serde_json::from_str(&print("json", &with(summary()), &Options::default())).unwrap();
    let schema: Value = serde_json::from_str(DIAGNOSE_SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&document).map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    for pointer in
        ["/sockets", "/sockets/groups/0", "/sockets/groups/0/holder", "/sockets/peer_listing"]
    {
        let keys: Vec<String> =
            document.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect();
        for key in keys {
            let mut broken = document.clone();
            broken.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(&key);
            assert!(!validator.is_valid(&broken), "{pointer}/{key}");
        }
    }
    assert_eq!(document["sockets"]["groups"][0]["concern"], "closed-by-peer");
    assert_eq!(document["sockets"]["groups"][2]["direction"], "incoming");
}
