//! What a single look leaves open, by name.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::finding::{Confidence, Verdict};
use plumb_evidence::goroutine::{GoroutineSource, WaitMinutes};
use plumb_evidence::service::GO_RUNTIME;
use plumb_evidence::trace::{Creation, Trace};
use plumb_evidence::{Diagnosis, Service};
use plumb_patterns::CATALOGUE;
use support::{Crowd, frame, sample, service, stack, steady, with_heap};

const HELD: &str = "net/http.(*persistConn).readLoop";
const WRITER: &str = "net/http.(*persistConn).writeLoop";

fn judge(service: &Service) -> Diagnosis {
    detect(service, &CATALOGUE)
}

fn one_look(crowds: &[(&'static str, &'static str, u64)]) -> Service {
    let crowds: Vec<_> =
        crowds.iter().map(|&(state, stack, count)| Crowd(state, stack, vec![count])).collect();
    service(&crowds)
}

fn asked(diagnosis: &Diagnosis, about: &str) -> String {
    let question = diagnosis.undecided.iter().find(|question| question.what.starts_with(about));
    question.map_or_else(String::new, |question| question.what.clone())
}

#[test]
fn at_most_three_large_crowds_are_named_with_their_number() {
    let service = one_look(&[
        ("chan receive", "main.(*pool).work:19", 700),
        ("select", "main.(*feed).follow:44", 400),
        ("select", HELD, 300),
        ("select", WRITER, 300),
        ("sleep", "main.retry:9", 200),
        ("chan receive", "main.main:8", 1),
    ]);
    let diagnosis = judge(&service);
    assert_eq!(diagnosis.verdict, Verdict::Undecided);
    assert_eq!(
        asked(&diagnosis, "whether goroutines grow"),
        "whether goroutines grow; the largest crowds, in use or leaked: 700 goroutines in \
         main.(*pool).work at main.go:19 (chan receive); 400 goroutines in main.(*feed).follow at \
         main.go:44 (select); 300 http.persistConn (response held)"
    );
}

#[test]
fn what_a_trace_saw_made_and_not_ended_is_named_with_the_line_that_started_it() {
    let mut service = one_look(&[("chan send", "main.leak.func1:14", 57)]);
    let creation = |start: &str, by: &str, alive, ended| Creation {
        start: Some(frame(start)),
        chain: vec![stack(by)],
        alive,
        ended,
    };
    let trace = Trace {
        seconds: 2.0,
        creations: vec![
            creation("main.leak.func1:14", "main.leak:13 < main.reserve:26", 30, 0),
            creation("main.leak.func1:14", "main.leak:13 < main.cancel:40", 20, 10),
            creation("main.handle:50", "main.serve:48", 4, 900),
            creation("main.flush:60", "main.main:8", 1, 0),
            // Of a pool: who dialled need not be who holds it.
            creation(HELD, "net/http.(*Transport).dialConn < main.innocent:99", 40, 0),
        ],
        ..Trace::default()
    };
    service.instances[0].snapshots[0].trace = Some(trace);
    assert_eq!(
        asked(&judge(&service), "whether goroutines grow"),
        "whether goroutines grow; made while the execution trace ran, and not ended: 50 of 60 goroutines of \
         main.leak.func1, started at main.go:13"
    );
}

/// The dump with which a process ended.
fn ended(crowds: &[(&'static str, &'static str, u64)], minutes: Option<u64>) -> Service {
    let mut service = one_look(crowds);
    for snapshot in &mut service.instances[0].snapshots {
        let mut dump = snapshot.goroutines.take().unwrap();
        dump.source = GoroutineSource::Crash;
        for group in &mut dump.groups {
            group.waiting = minutes.map(|median| WaitMinutes { min: median, median, max: median });
        }
        snapshot.dump = Some(dump);
    }
    service.target = "crash.log".to_owned();
    service
}

#[test]
fn what_stands_out_in_a_process_that_has_ended_is_a_question_of_its_own() {
    let service = ended(&[("select", "main.(*feed).follow:44", 150_000)], None);
    let diagnosis = judge(&service);
    assert_eq!(diagnosis.verdict, Verdict::Undecided);
    let [question] = diagnosis.undecided.as_slice() else { panic!("{:?}", diagnosis.undecided) };
    assert_eq!(
        question.what,
        "150,000 goroutines in main.(*feed).follow at main.go:44 (select): at work when the process \
         ended, or left behind?"
    );
    assert!(question.bring.contains("process that runs in its place"), "{}", question.bring);
    assert!(question.bring.contains("--source"), "{}", question.bring);
}

#[test]
fn nobody_asks_a_process_that_has_ended_for_more() {
    let asked = "internal/poll.(*FD).Read < net.(*conn).Read < main.ask:9";
    let crowds = [("IO wait", asked, 400), ("chan receive", "main.work:9", 300)];
    let diagnosis = judge(&ended(&crowds, Some(15)));
    let [old, other] = diagnosis.undecided.as_slice() else { panic!("{:?}", diagnosis.undecided) };
    assert!(old.what.starts_with("400 goroutines that have waited 15 min in"), "{}", old.what);
    assert!(
        other.what.contains("300 goroutines") && other.what.contains("15 min"),
        "{}",
        other.what
    );
    for question in [old, other] {
        assert!(!question.bring.contains("minutes later"), "{}", question.bring);
    }
    let small = judge(&ended(&[("select", "main.main:8", 1)], None));
    assert_eq!(small.undecided.len(), 1, "{:?}", small.undecided);
}

#[test]
fn nobody_asks_a_program_of_another_language_for_goroutines() {
    let mut service = one_look(&[]);
    service.instances[0].snapshots.clear();
    service.instances[0].missing = vec![GO_RUNTIME.to_owned()];
    let diagnosis = judge(&service);
    let [question] = diagnosis.undecided.as_slice() else { panic!("{:?}", diagnosis.undecided) };
    assert!(question.what.contains("no Go program") && !question.bring.contains("goroutine"));
    assert_eq!(diagnosis.verdict, Verdict::Undecided);
}

#[test]
fn a_small_program_has_no_crowds() {
    let diagnosis = judge(&one_look(&[("chan receive", "main.(*pool).work:19", 40)]));
    assert_eq!(asked(&diagnosis, "whether goroutines grow"), "whether goroutines grow");
}

#[test]
fn thousands_of_held_responses_are_possible_if_nobody_is_there_to_hold_them() {
    let held = [("select", HELD, 4_000), ("select", WRITER, 4_000)];
    let judged = |more: &[_]| judge(&one_look(&[&held[..], more].concat()));
    let serving = "internal/poll.(*FD).Read < net.(*conn).Read < bufio.(*Reader).fill < \
                   bufio.(*Reader).Peek < net/http.(*conn).serve";
    let idle = judged(&[("IO wait", serving, 4_000)]);
    let [finding] = idle.findings.as_slice() else { panic!("{:?}", idle.undecided) };
    assert_eq!(finding.confidence, Confidence::Possible);
    assert_eq!(finding.pattern.map(|pattern| pattern.id), Some("http-body-not-closed"));
    let passing_on = "internal/poll.(*FD).Write < net/http.(*response).Write < \
                      net/http/httputil.(*ReverseProxy).ServeHTTP < net/http.(*conn).serve";
    let proxy = judged(&[("IO wait", passing_on, 4_000)]);
    assert_eq!(proxy.findings.len(), 0, "a proxy before slow clients");
    assert!(asked(&proxy, "whether").contains("4,000 http.persistConn (response held)"));
}

#[test]
fn a_single_heap_names_who_holds_most_of_it() {
    let samples = vec![
        sample("main.(*store).put:31 < net/http.(*conn).serve", 60.0, 70.0, 4_096.0),
        sample("bufio.NewReaderSize < net/http.(*Transport).dialConn", 30.0, 30.0, 4_096.0),
        sample("main.parse:7", 1.0, 900.0, 64.0),
    ];
    let single = with_heap(one_look(&[("select", "main.main:8", 1)]), 0, samples.clone());
    let text = asked(&judge(&single), "whether memory grows");
    assert!(text.contains("by main.(*store).put (main.go:31); "), "{text}");
    assert!(text.contains("by http.persistConn"), "{text}");
    assert!(!text.contains("main.parse"), "{text}");
    let look = service(&[Crowd("select", "main.main:8", steady(1))]);
    assert_eq!(asked(&judge(&with_heap(look, 6, samples)), "whether memory grows"), "");
}

#[test]
fn two_heaps_alone_name_what_grew_between_them() {
    let looks = |first: f64, last: f64| {
        let samples = |live: f64| {
            vec![
                sample("bytes.growSlice < main.render:30", live, 3.0 * live, 4_096.0),
                sample("main.table:12 < main.main:8", 50.0, 50.0, 4_096.0),
            ]
        };
        let none = service(&[Crowd("select", "main.main:8", vec![1, 1])]);
        let mut heaps = with_heap(with_heap(none, 0, samples(first)), 1, samples(last));
        for snapshot in &mut heaps.instances[0].snapshots {
            snapshot.goroutines = None;
        }
        judge(&heaps)
    };
    let grown = looks(20.0, 90.0);
    let text = asked(&grown, "whether memory goes on growing");
    assert!(
        text.contains("most was gained: ") && text.contains(" by main.render (main.go:30)"),
        "{text}"
    );
    assert!(!text.contains("main.table"), "{text}");
    assert_eq!(asked(&looks(90.0, 90.0), "whether memory goes on growing"), "");
}
