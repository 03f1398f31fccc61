//! Leaks and healthy look-alikes, judged with the real catalogue.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::finding::{Confidence, SiteKind, Verdict};
use plumb_evidence::{Diagnosis, Service};
use plumb_patterns::CATALOGUE;
use support::{Crowd, rising, sample, service, steady, with_heap};

const READ_LOOP_HELD: &str = "net/http.(*persistConn).readLoop";
const WRITE_LOOP: &str = "net/http.(*persistConn).writeLoop";
const SUBMIT: &str = "main.submit.func1:31";

fn judge(service: &Service) -> Diagnosis {
    detect(service, &CATALOGUE)
}

fn patterns(diagnosis: &Diagnosis) -> Vec<&str> {
    diagnosis
        .findings
        .iter()
        .map(|finding| finding.pattern.map_or("unnamed", |pattern| pattern.id))
        .collect()
}

/// No finding at all.
fn healthy(crowds: &[Crowd]) {
    let diagnosis = judge(&service(crowds));
    assert_eq!(patterns(&diagnosis), Vec::<&str>::new(), "{:#?}", diagnosis.findings);
}

fn held_responses() -> [Crowd; 2] {
    [Crowd("select", READ_LOOP_HELD, rising(300, 20)), Crowd("select", WRITE_LOOP, rising(300, 20))]
}

#[test]
fn a_held_response_is_one_finding() {
    let diagnosis = judge(&service(&held_responses()));
    assert_eq!(patterns(&diagnosis), ["http-body-not-closed"]);
    let finding = &diagnosis.findings[0];
    assert!(finding.confidence >= Confidence::Likely);
    assert_eq!(finding.site.kind, SiteKind::EntryPoint);
    assert_eq!(finding.measured.count, 420);
    assert!(!finding.would_decide.is_empty());
}

fn three_callers(live: f64) -> Service {
    let through = "net/http.(*Transport).getConn < net/http.(*Client).do < net/http.(*Client).Do";
    let path = |caller: &str| format!("{through} < main.get < {caller} < main.run");
    let heap = vec![
        sample(&path("main.stock:20"), 0.0, 12.0, 1200.0),
        sample(&path("main.price:30"), 0.0, 11.0, 1200.0),
        sample(&path("main.audit:40"), live, live, 1200.0),
    ];
    with_heap(service(&held_responses()), 6, heap)
}

#[test]
fn the_heap_names_the_caller_behind_a_shared_helper() {
    let diagnosis = judge(&three_callers(6.0));
    let site = &diagnosis.findings[0].site;
    assert_eq!((site.kind, &*site.function, site.line), (SiteKind::Line, "main.audit", 40));
}

#[test]
fn few_samples_leave_the_line_open() {
    let diagnosis = judge(&three_callers(1.0));
    let finding = &diagnosis.findings[0];
    assert_ne!(finding.site.kind, SiteKind::Line);
    assert!(finding.would_decide.iter().any(|way| way.contains("memprofilerate=1")));
}

#[test]
fn a_blocked_sender_is_named_at_its_line() {
    let diagnosis = judge(&service(&[Crowd("chan send", SUBMIT, rising(40, 12))]));
    assert_eq!(patterns(&diagnosis), ["blocked-sender-after-return"]);
    let finding = &diagnosis.findings[0];
    assert_eq!((finding.site.line, &*finding.site.function), (31, "main.submit.func1"));
    assert!(finding.confidence >= Confidence::Likely);
}

#[test]
fn equal_siblings_of_a_library_without_record_are_one_object() {
    let diagnosis = judge(&service(&[
        Crowd("select", "github.com/acme/gizmo.(*Client).heartbeat", rising(200, 10)),
        Crowd("chan receive", "github.com/acme/gizmo.(*Client).dispatch", rising(200, 10)),
    ]));
    assert_eq!(diagnosis.findings.len(), 1, "{:#?}", diagnosis.findings);
    assert_eq!(diagnosis.findings[0].object.as_deref(), Some("gizmo.Client"));
}

const GROUP_WAIT: &str = "sync.(*WaitGroup).Wait < github.com/acme/gizmo/group.(*Group).Wait";
const GROUP_SENDER: &str = "main.load.func1:19 < github.com/acme/gizmo/group.(*Group).Go.func1";

#[test]
fn who_waits_for_leaking_goroutines_is_no_leak_of_its_own() {
    let senders = Crowd("chan send", GROUP_SENDER, rising(300, 20));
    let waiters = Crowd("sync.WaitGroup.Wait", GROUP_WAIT, rising(300, 20));
    let diagnosis = judge(&service(&[senders, waiters]));
    assert_eq!(patterns(&diagnosis), ["blocked-sender-after-return"]);
    assert_eq!(diagnosis.findings[0].measured.count, 420);
}

#[test]
fn who_waits_for_many_is_known_by_the_function_that_started_both() {
    let senders = || Crowd("chan send", "main.load.func1:19", rising(3000, 200));
    let waiting = |frames| Crowd("sync.WaitGroup.Wait", frames, rising(300, 20));
    let own = waiting("sync.(*WaitGroup).Wait < main.load.func2:30");
    assert_eq!(patterns(&judge(&service(&[senders(), own]))), ["blocked-sender-after-return"]);
    let other = waiting("sync.(*WaitGroup).Wait < main.store.func2:70");
    assert_eq!(judge(&service(&[senders(), other])).findings.len(), 2);
}

#[test]
fn waiting_alone_still_leaks() {
    let alone = Crowd("sync.WaitGroup.Wait", GROUP_WAIT, rising(300, 20));
    assert_eq!(patterns(&judge(&service(&[alone]))), ["unstopped-worker"]);
}

#[test]
fn growth_without_a_pattern_is_unnamed() {
    let diagnosis = judge(&service(&[Crowd("select", "main.(*feed).follow", rising(100, 15))]));
    assert_eq!(patterns(&diagnosis), ["unnamed"]);
}

#[test]
fn parked_workers_are_healthy() {
    healthy(&[
        Crowd("chan receive", "main.(*pool).work", steady(512)),
        Crowd(
            "sync.Cond.Wait",
            "sync.(*Cond).Wait < main.(*queue).take < main.(*queue).drain",
            steady(64),
        ),
        Crowd("select", "main.(*scheduler).loop", steady(200)),
    ]);
}

#[test]
fn requests_in_flight_are_healthy() {
    let busy = vec![31, 44, 28, 39, 35, 41, 42];
    healthy(&[
        Crowd("select", READ_LOOP_HELD, busy.clone()),
        Crowd("select", WRITE_LOOP, busy.clone()),
        Crowd(
            "IO wait",
            "main.handle < net/http.HandlerFunc.ServeHTTP < net/http.(*conn).serve",
            busy,
        ),
    ]);
}

#[test]
fn an_idle_pool_is_healthy() {
    let idle = "internal/poll.(*FD).Read < net.(*conn).Read < net/http.(*persistConn).Read < bufio.(*Reader).Peek < net/http.(*persistConn).readLoop";
    healthy(&[Crowd("IO wait", idle, steady(200)), Crowd("select", WRITE_LOOP, steady(200))]);
}

#[test]
fn one_worker_a_connection_is_healthy_while_clients_arrive() {
    let serve = "internal/poll.(*FD).Read < net.(*conn).Read < main.(*hub).read < main.(*hub).join < net/http.HandlerFunc.ServeHTTP < net/http.(*conn).serve";
    healthy(&[
        Crowd("IO wait", serve, rising(100, 15)),
        Crowd("select", "main.(*hub).write", rising(100, 15)),
    ]);
}

#[test]
fn a_warm_up_is_healthy() {
    let bending = vec![0, 80, 130, 160, 175, 180, 182];
    healthy(&[Crowd("chan receive", "main.(*shard).serve", bending)]);
}

#[test]
fn a_warm_cache_is_healthy() {
    let kept = || sample("main.load:12 < main.lookup < main.handle", 40.0, 40.0, 1024.0);
    let parked = service(&[Crowd("select", "main.loop", steady(10))]);
    let diagnosis = judge(&with_heap(with_heap(parked, 0, vec![kept()]), 6, vec![kept()]));
    assert_eq!(patterns(&diagnosis), Vec::<&str>::new());
    assert_eq!(diagnosis.verdict, Verdict::Clean);
}

#[test]
fn two_heap_profiles_name_the_connection_object() {
    let path = "google.golang.org/grpc/internal/transport.newBufWriter < google.golang.org/grpc/internal/transport.newFramer \
                < google.golang.org/grpc/internal/transport.NewHTTP2Client < google.golang.org/grpc.(*addrConn).createTransport";
    let heap = |live: f64| vec![sample(path, live, live, 32768.0)];
    let mut two = with_heap(
        with_heap(service(&[Crowd("select", "main.x", steady(1))]), 0, heap(4.0)),
        6,
        heap(60.0),
    );
    for snapshot in &mut two.instances[0].snapshots {
        snapshot.goroutines = None;
    }
    two.instances[0].snapshots.retain(|snapshot| snapshot.heap.is_some());
    let diagnosis = judge(&two);
    assert_eq!(patterns(&diagnosis), ["client-not-closed"], "{:#?}", diagnosis.findings);
    assert_eq!(diagnosis.findings[0].object.as_deref(), Some("grpc.ClientConn"));
}

/// Two heap profiles and nothing else; `paths` hold so many live samples in the first and in the second.
fn two_heaps(paths: &[(&str, f64, f64)]) -> Service {
    let heap = |live: &dyn Fn(&(&str, f64, f64)) -> f64| {
        paths.iter().map(|path| sample(path.0, live(path), live(path), 4096.0)).collect()
    };
    let mut two = service(&[Crowd("select", "main.x", steady(1))]);
    two = with_heap(two, 0, heap(&|path| path.1));
    two = with_heap(two, 6, heap(&|path| path.2));
    two.instances[0].snapshots.retain(|snapshot| snapshot.heap.is_some());
    two.instances[0].snapshots.iter_mut().for_each(|snapshot| snapshot.goroutines = None);
    two
}

#[test]
fn connections_in_the_heap_alone_name_what_they_may_be_and_what_decides() {
    let dialled =
        "bufio.NewReaderSize < net/http.(*Transport).dialConn < net/http.(*Transport).dialConnFor";
    let asked =
        "net/http.(*persistConn).roundTrip < net/http.(*Client).do < main.audit:40 < main.run";
    let diagnosis = judge(&two_heaps(&[(dialled, 4.0, 60.0), (asked, 1.0, 12.0)]));
    let [finding] = &diagnosis.findings[..] else { panic!("{:#?}", diagnosis.findings) };
    assert_eq!(finding.object.as_deref(), Some("http.persistConn"));
    assert_eq!(finding.pattern.map(|pattern| pattern.id), None);
    let said = format!("{} {:?} {:?}", finding.title, finding.evidence, finding.would_decide);
    for word in
        ["http-body-not-closed", "transport-per-request", "/debug/pprof/goroutine", "[IO wait]"]
    {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert_ne!(finding.site.kind, SiteKind::Line, "which line depends on which it is");
    assert_eq!(&*finding.candidates[0].site.function, "main.audit");
}

#[test]
fn instances_are_judged_together() {
    let crowd = |start| Crowd("chan send", SUBMIT, rising(start, 3));
    let mut both = service(&[crowd(40)]);
    both.instances.extend(service(&[crowd(60)]).instances);
    let diagnosis = judge(&both);
    assert_eq!(patterns(&diagnosis), ["blocked-sender-after-return"]);
    assert_eq!(diagnosis.findings[0].measured.instances, (2, 2));
    assert_eq!(diagnosis.findings[0].measured.count, 136);
}

#[test]
fn one_profile_is_not_enough_to_acquit() {
    let diagnosis = judge(&service(&[Crowd("select", "main.loop", vec![3])]));
    assert_eq!(diagnosis.verdict, Verdict::Undecided);
    assert!(!diagnosis.undecided.is_empty());
}

#[test]
fn the_same_evidence_gives_the_same_diagnosis() {
    let evidence = three_callers(6.0);
    assert_eq!(format!("{:?}", judge(&evidence)), format!("{:?}", judge(&evidence)));
}
