//! Crowds that stand still: pools, what calls left behind, and what cannot be told.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::code::Frame;
use plumb_evidence::finding::{Confidence, Verdict};
use plumb_evidence::goroutine::{Creators, GoroutineSource, Goroutines, IdSample};
use plumb_evidence::heap::{Amount, Heap, HeapSample};
use plumb_evidence::metrics::{Metric, MetricKind, Metrics};
use plumb_evidence::process::Process;
use plumb_evidence::{Diagnosis, Service};
use plumb_patterns::CATALOGUE;
use support::{Crowd, service, stack, steady, with_heap};

const WORKER: &str = "main.(*session).beat:19";

fn judge(service: &Service) -> Diagnosis {
    detect(service, &CATALOGUE)
}

/// So many goroutines in each snapshot, with a heap profile beside them, so that nothing else is asked for.
fn crowd(state: &'static str, count: u64) -> Service {
    with_heap(service(&[Crowd(state, WORKER, steady(count))]), 6, Vec::new())
}

/// The same with a dump at both ends. The goroutines have every `step`-th id from 100 on; creators with how many each
/// made.
fn dumped(state: &'static str, count: u64, step: u64, made: &[(u64, u64)]) -> Service {
    let mut service = crowd(state, count);
    let snapshots = &mut service.instances[0].snapshots;
    let last = snapshots.len() - 1;
    for at in [0, last] {
        let mut groups = snapshots[at].goroutines.as_ref().unwrap().groups.clone();
        groups[0].ids = IdSample { ids: (0..count).map(|id| 100 + step * id).collect(), level: 0 };
        groups[0].creators = Creators { made: made.to_vec(), level: 0 };
        groups[0].created_by =
            Some(Frame { function: "main.open".into(), file: "shop.go".into(), line: 12 });
        let taken = snapshots[at].taken;
        let source = GoroutineSource::Dump;
        snapshots[at].dump =
            Some(Goroutines { taken, source, total: count, groups, truncated: false });
    }
    service
}

#[test]
fn a_pool_of_some_hundreds_is_nobodys_business() {
    for count in [64, 256, 500] {
        let diagnosis = judge(&crowd("chan receive", count));
        assert_eq!(diagnosis.verdict, Verdict::Clean, "{count}: {:?}", diagnosis.undecided);
    }
}

#[test]
fn a_larger_one_is_a_question_that_names_line_command_and_price() {
    for state in ["chan receive", "select", "sleep", "sync.Cond.Wait"] {
        let diagnosis = judge(&crowd(state, 1100));
        assert_eq!(diagnosis.verdict, Verdict::Undecided, "{state}");
        let [question] = diagnosis.undecided.as_slice() else { panic!("{state}") };
        assert!(question.what.contains("1,100 goroutines in main.(*session).beat"), "{question:?}");
        let command = "plumb diagnose http://127.0.0.1:6060 --pause-limit 50ms";
        assert!(question.bring.contains(command), "{question:?}");
        assert!(question.bring.contains("36 ms"), "{question:?}");
    }
}

#[test]
fn many_makers_that_are_gone_left_them_behind() {
    let made: Vec<_> = (0..200).map(|at| (1000 + at, 1)).collect();
    let diagnosis = judge(&dumped("select", 200, 1, &made));
    let [finding] = diagnosis.findings.as_slice() else { panic!("{:?}", diagnosis.findings) };
    assert_eq!(finding.confidence, Confidence::Possible);
    assert_eq!((&*finding.site.function, finding.site.line), ("main.(*session).beat", 19));
    let texts: Vec<_> = finding.evidence.iter().map(|item| item.text.as_str()).collect();
    assert!(texts.iter().any(|text| text.contains("200 goroutines made them")), "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("main.open (shop.go:12)")), "{texts:?}");
}

#[test]
fn a_pool_of_the_main_goroutine_is_healthy_whatever_its_size() {
    for state in ["select", "chan receive"] {
        let diagnosis = judge(&dumped(state, 2000, 1, &[(1, 2000)]));
        assert_eq!(diagnosis.verdict, Verdict::Clean, "{state}: {:?}", diagnosis.undecided);
    }
}

#[test]
fn senders_of_a_call_that_is_over_are_a_question_whoever_made_it() {
    for maker in [1, 34] {
        let diagnosis = judge(&dumped("chan send", 500, 1, &[(maker, 500)]));
        assert_eq!(diagnosis.verdict, Verdict::Undecided, "{maker}");
        let [question] = diagnosis.undecided.as_slice() else { panic!("{maker}") };
        assert!(question.what.contains("500 goroutines in main.(*session).beat"), "{question:?}");
        assert!(!question.what.contains("in between"), "{question:?}");
    }
    let gaps = judge(&dumped("chan send", 500, 2, &[(1, 500)]));
    let asked = &gaps.undecided[0].what;
    assert!(asked.contains("499 goroutines that were started in between have ended"), "{asked}");
}

#[test]
fn what_rose_to_thousands_and_stays_at_rest_is_a_question() {
    let counts = vec![300, 900, 1_900, 2_400, 2_400, 2_400, 2_400, 2_400, 2_400, 2_400];
    let mut service = service(&[Crowd("chan receive", WORKER, counts.clone())]);
    let requests = |snapshots: &mut [plumb_evidence::Snapshot], served: fn(usize) -> f64| {
        for (at, snapshot) in snapshots.iter_mut().enumerate() {
            snapshot.metrics = Some(Metrics {
                samples: vec![Metric {
                    name: "http_requests_total".into(),
                    labels: Vec::new(),
                    kind: MetricKind::Counter,
                    value: served(at),
                }],
                ..Metrics::default()
            });
        }
    };
    let last = counts.len() - 1;
    requests(&mut service.instances[0].snapshots, |at| 1000.0 * at.min(3) as f64);
    let diagnosis = judge(&with_heap(service.clone(), last, Vec::new()));
    assert_eq!(diagnosis.verdict, Verdict::Undecided, "{:?}", diagnosis.healthy);
    let asked = &diagnosis.undecided[0].what;
    assert!(asked.contains("stay while no request comes, after their number rose"), "{asked}");
    requests(&mut service.instances[0].snapshots, |at| 1000.0 * at as f64);
    let busy = judge(&with_heap(service, last, Vec::new()));
    assert_eq!(busy.verdict, Verdict::Clean, "a pool that load has filled: {:?}", busy.undecided);
}

#[test]
fn one_client_on_one_connection_leaves_gaps_between_their_ids() {
    let left = judge(&dumped("select", 300, 2, &[(34, 300)]));
    assert_eq!(left.findings.len(), 1);
    let pool = judge(&dumped("select", 300, 1, &[(34, 300)]));
    assert_eq!(pool.verdict, Verdict::Clean, "{:?}", pool.findings);
}

#[test]
fn nothing_is_compared_across_a_restart() {
    let mut service = service(&[Crowd("select", WORKER, vec![10, 10, 10, 210, 210, 210, 210])]);
    for (at, snapshot) in service.instances[0].snapshots.iter_mut().enumerate() {
        let memstats = plumb_evidence::heap::MemStats {
            num_gc: if at < 3 { 900 } else { 3 },
            ..Default::default()
        };
        snapshot.heap = Some(Heap {
            taken: snapshot.taken,
            period: 524_288,
            after_gc: false,
            samples: Vec::new(),
            memstats: Some(memstats),
        });
    }
    let diagnosis = judge(&service);
    assert_eq!(diagnosis.verdict, Verdict::Undecided);
    assert!(diagnosis.findings.is_empty());
    assert!(diagnosis.problems[0].what.contains("restarted"), "{:?}", diagnosis.problems);
}

/// A hundred senders in a process that uses no CPU time, whose starter made so many objects that live, of so many, in
/// calls that came in through `root`.
fn senders_left(live: f64, allocated: f64, root: &str) -> Diagnosis {
    let mut service = service(&[Crowd("chan send", "main.fetch.func1:17", steady(100))]);
    let amount = |objects: f64| Amount { samples: objects, objects, bytes: objects * 112.0 };
    let made = HeapSample {
        stack: stack(&format!("main.fetch:14 < {root}")),
        live: amount(live),
        allocated: amount(allocated),
    };
    for snapshot in &mut service.instances[0].snapshots {
        let taken = snapshot.taken;
        snapshot.process = Some(Process { taken, cpu_seconds: Some(1.0), ..Process::default() });
    }
    let mut service = with_heap(service, 6, vec![made]);
    service.instances[0].snapshots[6].heap.as_mut().unwrap().period = 1;
    judge(&service)
}

#[test]
fn exact_figures_tell_what_each_call_left_from_a_pool() {
    let handler = "net/http.(*conn).serve";
    let left = senders_left(100.0, 180.0, handler);
    assert_eq!(left.findings[0].confidence, Confidence::Likely);
    assert_eq!(left.findings[0].pattern.unwrap().id, "blocked-sender-after-return");
    assert!(senders_left(100.0, 100.0, handler).findings.is_empty(), "one call may have made all");
    assert!(senders_left(100.0, 180.0, "main.main").findings.is_empty(), "the program's own loop");
    assert!(senders_left(1.0, 180.0, handler).findings.is_empty(), "one channel for all");
}

/// Subscriptions with a connection of their own, beside so many goroutines of the user's and incoming connections.
fn subscriptions(count: u64, users: u64, incoming: u64) -> Diagnosis {
    const MESSAGES: &str = "github.com/redis/go-redis/v9.(*channel).initMsgChan.func1";
    const HEALTH: &str = "github.com/redis/go-redis/v9.(*channel).initHealthCheck.func1";
    let crowds = [
        Crowd("IO wait", MESSAGES, steady(count)),
        Crowd("select", HEALTH, steady(count)),
        Crowd("chan receive", "main.(*room).relay", steady(users)),
        Crowd("IO wait", "net/http.(*connReader).Read < net/http.(*conn).serve", steady(incoming)),
    ];
    judge(&with_heap(service(&crowds), 6, Vec::new()))
}

#[test]
fn clients_in_nobodys_hands_are_a_question() {
    let asked = |count, users, incoming| {
        let diagnosis = subscriptions(count, users, incoming);
        assert!(diagnosis.findings.is_empty(), "{:?}", diagnosis.findings);
        diagnosis.undecided.into_iter().next().map(|question| question.what)
    };
    let question = asked(183, 3, 2).expect("a question");
    assert!(question.starts_with("183 redis.PubSub stand still"), "{question}");
    assert_eq!(asked(60, 3, 2), None, "one for each topic");
    assert_eq!(asked(183, 183, 2), None, "in use");
    assert_eq!(asked(183, 0, 180), None, "one for each client");
}

#[test]
fn workers_of_an_unknown_library_may_be_a_pool() {
    let workers = |count| {
        let crowd = Crowd("select", "github.com/acme/gizmo.(*pool).work", steady(count));
        judge(&with_heap(service(&[crowd]), 6, Vec::new()))
    };
    assert_eq!(workers(400).verdict, Verdict::Clean);
    let many = workers(900);
    assert!(many.undecided[0].what.contains("stand still"), "{:?}", many.undecided);
}
