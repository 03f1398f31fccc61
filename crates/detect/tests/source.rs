//! What the source says about leaks of a running program: which of several callers with equal traffic loses it, in the
//! lines of the binary, and where it must not be believed.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::{Standing, convictions, detect};
use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::finding::{Confidence, Finding, Role, SiteKind, WitnessKind};
use plumb_evidence::goroutine::{Creators, GoroutineSource, IdSample, WaitMinutes};
use plumb_evidence::source::{Scan, SourceFinding, SourcePlace, SourceStep};
use plumb_evidence::source_evidence::{
    Fate, Mistake, Revision, SiteFix, SiteStep, SourceEvidence, SourceSite,
};
use plumb_evidence::{Diagnosis, Service};
use plumb_patterns::CATALOGUE;
use support::{Crowd, group, rising, sample, service, with_heap};

const HELD: [&str; 2] = ["net/http.(*persistConn).readLoop", "net/http.(*persistConn).writeLoop"];
const THROUGH: &str =
    "net/http.(*Transport).getConn < net/http.(*Client).do < net/http.(*Client).Do";
/// The goroutines of clients of grpc v1.72, the first three to a client.
const GRPC: [&str; 3] = [
    "google.golang.org/grpc/internal/grpcsync.(*CallbackSerializer).run",
    "google.golang.org/grpc/internal/transport.(*http2Client).reader",
    "google.golang.org/grpc/internal/transport.(*loopyWriter).run < \
     google.golang.org/grpc/internal/transport.NewHTTP2Client",
];

/// Responses that somebody holds: fifty, as far too few for a heap profile.
fn fifty_responses() -> Service {
    service(&HELD.map(|function| Crowd("select", function, rising(20, 5))))
}

fn site(function: &str, line: u32, kind: ResourceKind, object: &str) -> SourceSite {
    SourceSite {
        file: "main.go".into(),
        function: function.into(),
        here: (line, line),
        recorded: Some((line, line)),
        called: "client.Do".to_owned(),
        object: object.to_owned(),
        module: "std",
        kind,
        fate: Fate::Released,
        mistakes: Vec::new(),
    }
}

fn response(function: &str, line: u32) -> SourceSite {
    site(function, line, ResourceKind::Body, "http.Response")
}

fn mistake(pattern: &'static str) -> Mistake {
    Mistake {
        pattern,
        message: "it is lost where the function returns".to_owned(),
        confidence: Confidence::Likely,
        steps: Vec::new(),
        fix: None,
    }
}

/// The same place, with a mistake.
fn losing(mut site: SourceSite, pattern: &'static str) -> SourceSite {
    site.fate = Fate::Lost;
    site.mistakes.push(mistake(pattern));
    site
}

fn lost_response(function: &str, line: u32) -> SourceSite {
    losing(response(function, line), "http-body-not-closed")
}

fn evidence(sites: Vec<SourceSite>) -> SourceEvidence {
    SourceEvidence {
        root: "shop".to_owned(),
        module: "example.com/shop".into(),
        revision: Revision::Same("0123456789abcdef".into()),
        recorded_root: "/src/shop/".into(),
        sites,
    }
}

fn judge(service: Service, source: SourceEvidence) -> Diagnosis {
    detect(&Service { source: Some(source), ..service }, &CATALOGUE)
}

#[track_caller]
fn finding(service: Service, sites: Vec<SourceSite>) -> Finding {
    let diagnosis = judge(service, evidence(sites));
    assert_eq!(diagnosis.findings.len(), 1, "{:#?}", diagnosis.findings);
    diagnosis.findings[0].clone()
}

/// The function and the line of a decided finding.
fn line(finding: &Finding) -> Option<(&str, u32)> {
    (finding.site.kind == SiteKind::Line).then(|| (&*finding.site.function, finding.site.line))
}

fn conflicts(finding: &Finding) -> usize {
    finding.evidence.iter().filter(|item| item.kind == "conflict").count()
}

/// Samples that hold responses, by the line of the caller: `main.audit:40`, live, allocated.
fn held_by(callers: &[(&str, f64, f64)]) -> Service {
    let heap = callers.iter().map(|(caller, live, allocated)| {
        sample(&format!("{THROUGH} < {caller} < main.run"), *live, *allocated, 1200.0)
    });
    with_heap(fifty_responses(), 6, heap.collect())
}

#[test]
fn one_of_three_equal_callers_loses_it() {
    let others = [response("main.stock", 20), response("main.price", 30)];
    let sites = others.into_iter().chain([lost_response("main.audit", 40)]).collect();
    let found = finding(fifty_responses(), sites);
    assert_eq!(line(&found), Some(("main.audit", 40)));
    assert_eq!(&*found.site.file, "/src/shop/main.go");
    assert_eq!(found.site.found_by, [WitnessKind::Source]);
    let said = &found.evidence[1];
    assert_eq!(said.kind, "source");
    assert!(said.text.starts_with("3 lines of example.com/shop"), "{}", said.text);
}

#[test]
fn the_way_and_the_change_are_told() {
    let mut leak = lost_response("main.audit", 40);
    let step = |line, text: &str| SiteStep {
        function: "main.audit".into(),
        here: (line, line),
        recorded: Some((line - 2, line - 2)),
        text: text.to_owned(),
    };
    leak.mistakes[0].steps = vec![step(42, "client.Do acquires it"), step(45, "returns")];
    let diff = "--- main.go\n+++ main.go\n".to_owned();
    leak.mistakes[0].fix = Some(SiteFix { text: "close it".into(), safe: true, diff });
    let found = finding(fifty_responses(), vec![leak]);
    let way: Vec<_> = found.path.iter().map(|step| (step.line, &*step.text)).collect();
    assert_eq!(way, [(40, "client.Do acquires it"), (43, "returns")]);
    assert_eq!(&*found.path[0].file, "/src/shop/main.go");
    assert!(found.diff.is_some_and(|diff| diff.starts_with("--- main.go")));
}

#[test]
fn nobody_is_acquitted_or_accused_where_no_rule_finds_anything() {
    let found = finding(fifty_responses(), vec![response("main.audit", 40)]);
    assert_eq!(line(&found), None);
    assert!(found.candidates.is_empty());
}

#[test]
fn the_only_place_that_hands_it_on_needs_a_sample_to_be_named() {
    let sites = |fates: [Fate; 2]| {
        let [stock, audit] = [response("main.stock", 20), response("main.audit", 40)];
        vec![SourceSite { fate: fates[0], ..stock }, SourceSite { fate: fates[1], ..audit }]
    };
    let only = || sites([Fate::Released, Fate::HandedOn]);
    let open = finding(fifty_responses(), only());
    assert_eq!(line(&open), None);
    assert_eq!(open.candidates.iter().map(|c| c.site.line).collect::<Vec<_>>(), [40]);
    assert!(open.evidence.iter().any(|e| e.text.contains("1 hands it on")), "{:#?}", open.evidence);
    let sampled = || held_by(&[("main.audit:40", 1.0, 1.0)]);
    assert_eq!(line(&finding(sampled(), only())), Some(("main.audit", 40)));
    assert_eq!(line(&finding(held_by(&[("main.stock:20", 1.0, 1.0)]), only())), None);
    let both = sites([Fate::HandedOn, Fate::HandedOn]);
    assert_eq!(line(&finding(sampled(), both)), None);
}

#[test]
fn several_that_lose_it_are_candidates_until_the_heap_singles_one_out() {
    let sites = || vec![lost_response("main.stock", 20), lost_response("main.audit", 40)];
    let open = finding(fifty_responses(), sites());
    assert_eq!(line(&open), None);
    assert_eq!(open.candidates.iter().map(|c| c.site.line).collect::<Vec<_>>(), [20, 40]);
    assert!(open.would_decide.iter().any(|way| way.contains("several places")));
    let one = finding(held_by(&[("main.audit:40", 1.0, 1.0)]), sites());
    assert_eq!(line(&one), None, "one sample decides nothing");
    let two = finding(held_by(&[("main.audit:40", 2.0, 2.0)]), sites());
    assert_eq!(line(&two), Some(("main.audit", 40)));
    let both = [("main.audit:40", 2.0, 2.0), ("main.stock:20", 1.0, 1.0)];
    assert_eq!(line(&finding(held_by(&both), sites())), None);
}

#[test]
fn witnesses_that_agree_are_both_named() {
    let heap = held_by(&[("main.audit:40", 6.0, 6.0), ("main.stock:20", 0.0, 9.0)]);
    let found = finding(heap, vec![lost_response("main.audit", 40)]);
    assert_eq!(line(&found), Some(("main.audit", 40)));
    assert_eq!(found.site.found_by, [WitnessKind::Heap, WitnessKind::Source]);
    assert_eq!(conflicts(&found), 0);
}

#[test]
fn the_heap_overrules_the_source_and_both_are_shown() {
    let heap = || held_by(&[("main.stock:20", 9.0, 9.0), ("main.audit:40", 0.0, 9.0)]);
    let alone = detect(&heap(), &CATALOGUE);
    let sites = vec![response("main.stock", 20), lost_response("main.audit", 40)];
    let found = finding(heap(), sites);
    assert_eq!(line(&found), Some(("main.stock", 20)));
    assert_eq!(found.site.found_by, [WitnessKind::Heap]);
    assert_eq!(conflicts(&found), 1);
    assert!(found.confidence < alone.findings[0].confidence);
    assert!(found.diff.is_none() && found.path.is_empty(), "another line's change");
}

#[test]
fn live_samples_of_others_leave_the_line_open() {
    // A wrapper that may return what it gets, so that the heap cannot decide either.
    let path = format!("{THROUGH} < main.(*client).do:24 < main.(*client).Exists:30");
    let service = with_heap(fifty_responses(), 6, vec![sample(&path, 9.0, 9.0, 1200.0)]);
    let found = finding(service, vec![lost_response("main.audit", 40)]);
    assert_eq!(line(&found), None);
    assert!(found.would_decide.iter().any(|way| way.contains("no rule says")));
}

/// `count` responses that somebody holds, and samples as [`held_by`] makes them.
fn responses_held_by(count: u64, callers: &[(&str, f64, f64)]) -> Service {
    let pair = HELD.map(|function| Crowd("select", function, rising(count - 60, 10)));
    let heap = callers.iter().map(|(caller, live, allocated)| {
        sample(&format!("{THROUGH} < {caller} < main.run"), *live, *allocated, 1200.0)
    });
    with_heap(service(&pair), 6, heap.collect())
}

/// A place that no rule faults, and one that it does.
fn stored_and_lost() -> Vec<SourceSite> {
    let stored = SourceSite { fate: Fate::HandedOn, ..response("main.probe", 10) };
    vec![stored, lost_response("main.status", 22)]
}

#[test]
fn what_no_rule_faults_is_not_acquitted_where_all_live_samples_are_there() {
    for (count, live) in [(300, 1.0), (300, 2.0), (1300, 2.0)] {
        let service = responses_held_by(count, &[("main.probe:10", live, live + 2.0)]);
        let found = finding(service, stored_and_lost());
        assert_eq!(line(&found), None, "{count} {live}");
        let mut lines: Vec<u32> = found.candidates.iter().map(|c| c.site.line).collect();
        lines.sort_unstable();
        assert_eq!(lines, [10, 22], "both are shown");
        assert_eq!(found.confidence, Confidence::Likely, "that it leaks is not in doubt");
        assert!(
            found.evidence[1].text.contains("main.status (main.go:22)"),
            "{}",
            found.evidence[1].text
        );
        assert!(found.path.is_empty() && found.diff.is_none(), "of a line that is not believed");
    }
}

#[test]
fn a_place_that_keeps_what_it_gets_may_leak_as_well_as_the_one_that_is_faulted() {
    let sites = |fate| {
        let kept = SourceSite { fate, ..response("main.probe", 10) };
        vec![kept, lost_response("main.status", 22)]
    };
    // Nothing but the source says anything.
    assert_eq!(line(&finding(fifty_responses(), sites(Fate::HandedOn))), Some(("main.status", 22)));
    let open = finding(fifty_responses(), sites(Fate::Gathered));
    assert_eq!(line(&open), None);
    assert_eq!(open.candidates.iter().map(|c| c.site.line).collect::<Vec<_>>(), [22, 10]);
    assert!(open.evidence[1].text.contains("nothing tells yet"), "{}", open.evidence[1].text);
    let sampled = finding(held_by(&[("main.status:22", 1.0, 1.0)]), sites(Fate::Gathered));
    assert_eq!(line(&sampled), Some(("main.status", 22)));
    assert!(sampled.candidates.iter().all(|c| c.site.line != 10));
    // What is kept is something else.
    let mut others = sites(Fate::Gathered);
    others[0].kind = ResourceKind::File;
    assert_eq!(line(&finding(fifty_responses(), others)), Some(("main.status", 22)));
}

#[test]
fn a_place_that_two_witnesses_name_is_listed_once() {
    let kept = SourceSite { fate: Fate::Gathered, ..response("main.probe", 10) };
    let sites = vec![kept, lost_response("main.status", 22)];
    let found = finding(responses_held_by(300, &[("main.probe:10", 2.0, 2.0)]), sites);
    let lines: Vec<u32> = found.candidates.iter().map(|c| c.site.line).collect();
    assert_eq!(lines, [10, 22]);
    let first = &found.candidates[0];
    assert_eq!(first.site.found_by, [WitnessKind::Heap, WitnessKind::Source]);
    assert!((first.share - 1.0).abs() < 1e-9, "as the heap has it");
    assert!(first.basis.contains("still live; it puts it"), "{}", first.basis);
}

#[test]
fn the_source_decides_where_a_sample_is_of_its_line_or_none_is_live() {
    let decided = |callers: &[(&str, f64, f64)]| {
        let found = finding(responses_held_by(300, callers), stored_and_lost());
        assert_eq!(line(&found).map(|(_, line)| line), Some(22), "{callers:?}");
        assert_eq!(conflicts(&found), 0);
    };
    decided(&[]);
    decided(&[("main.probe:10", 0.0, 9.0)]);
    decided(&[("main.probe:10", 1.0, 9.0), ("main.status:22", 1.0, 1.0)]);
    // A closure of the function that is faulted.
    decided(&[("main.status.func1:22", 2.0, 2.0)]);
}

#[test]
fn what_is_in_use_at_this_moment_explains_a_live_sample() {
    // As many goroutines may have a response in hand as responses are held.
    let busy = |live| {
        let mut service = responses_held_by(300, &[("main.probe:10", live, 9.0)]);
        for snapshot in &mut service.instances[0].snapshots {
            let goroutines = snapshot.goroutines.as_mut().expect("a profile");
            goroutines.groups.push(group("running", "main.render:70", 300));
            goroutines.total += 300;
        }
        service
    };
    let by = |found: &Finding| found.site.found_by.clone();
    let one = finding(busy(1.0), stored_and_lost());
    assert_eq!((line(&one), by(&one)), (Some(("main.status", 22)), vec![WitnessKind::Source]));
}

#[test]
fn shifted_lines_are_no_other_lines() {
    let mut source = evidence(vec![lost_response("main.status", 22)]);
    source.revision = Revision::Mapped { revision: "0123456789abcdef".into(), modified: true };
    let service = responses_held_by(300, &[("main.status:24", 2.0, 2.0)]);
    let diagnosis = judge(service, source);
    assert_eq!(line(&diagnosis.findings[0]).map(|(function, _)| function), Some("main.status"));
}

#[test]
fn callers_that_a_stack_has_lost_accuse_nobody() {
    let deep = vec!["main.descend:70"; 40].join(" < ");
    let path = format!("{THROUGH} < main.get:12 < {deep}");
    let with_release = |go: &str| {
        let pair = HELD.map(|function| Crowd("select", function, rising(240, 10)));
        let mut service = with_heap(service(&pair), 6, vec![sample(&path, 2.0, 2.0, 1200.0)]);
        service.instances[0].build.go_version = Some(go.into());
        line(&finding(service, vec![lost_response("main.status", 22)])).is_some()
    };
    assert!(with_release("go1.21.5"), "a stack of 32 frames may have been longer");
    assert!(!with_release("go1.27.3"));
}

#[test]
fn the_heap_wins_where_so_many_leaks_would_show_at_the_faulted_line() {
    let heap = || responses_held_by(6400, &[("main.probe:10", 24.0, 30.0)]);
    let alone = detect(&heap(), &CATALOGUE);
    let found = finding(heap(), stored_and_lost());
    assert_eq!(line(&found), Some(("main.probe", 10)));
    assert_eq!(found.confidence, alone.findings[0].confidence);
    assert_eq!(conflicts(&found), 1);
    assert!(found.evidence[1].text.contains("main.status"), "{}", found.evidence[1].text);
    assert!(found.candidates.iter().any(|c| c.site.line == 22));
}

#[test]
fn a_closure_is_its_functions() {
    let heap = held_by(&[("main.audit.func1:40", 6.0, 6.0), ("main.stock:20", 0.0, 9.0)]);
    let found = finding(heap, vec![lost_response("main.audit", 40)]);
    assert_eq!(line(&found), Some(("main.audit.func1", 40)));
    assert_eq!(found.site.found_by, [WitnessKind::Heap, WitnessKind::Source]);
}

#[test]
fn a_line_is_told_as_the_binary_has_it() {
    let mut leak = lost_response("main.audit", 47);
    leak.recorded = Some((40, 40));
    let mut source = evidence(vec![leak]);
    source.revision = Revision::Mapped { revision: "0123456789abcdef".into(), modified: false };
    let diagnosis = judge(fifty_responses(), source);
    assert_eq!(line(&diagnosis.findings[0]), Some(("main.audit", 40)));
    let texts: Vec<&str> = diagnosis.findings[0].evidence.iter().map(|e| &*e.text).collect();
    assert!(texts.iter().any(|text| text.contains("in shop, where it is line 47")), "{texts:#?}");
    assert!(texts.iter().any(|text| text.contains("mapped through git")), "{texts:#?}");
}

#[test]
fn without_comparable_lines_the_function_decides_if_a_frame_tells_its_line() {
    let source = || {
        let mut leak = lost_response("main.audit", 47);
        leak.recorded = None;
        SourceEvidence { revision: Revision::Unknown, ..evidence(vec![leak]) }
    };
    let open = judge(fifty_responses(), source());
    assert_eq!(line(&open.findings[0]), None, "47 is a line of another source");
    let heap = held_by(&[("main.audit:40", 0.0, 1.0), ("main.stock:20", 0.0, 9.0)]);
    let named = judge(heap, source());
    assert_eq!(line(&named.findings[0]), Some(("main.audit", 40)));
    let twice = held_by(&[("main.audit:40", 0.0, 1.0), ("main.audit:44", 0.0, 9.0)]);
    assert_eq!(line(&judge(twice, source()).findings[0]), None, "which of them is not known");
}

#[test]
fn an_uncertain_mistake_decides_nothing() {
    let mut leak = lost_response("main.audit", 40);
    leak.mistakes[0].confidence = Confidence::Possible;
    let found = finding(fifty_responses(), vec![leak]);
    assert_eq!(line(&found), None);
    assert_eq!(found.candidates[0].site.line, 40);
}

fn clients() -> Service {
    let [serializers, others @ ..] = GRPC;
    let others = others.map(|function| Crowd("select", function, rising(20, 5)));
    let all = others.into_iter().chain([Crowd("select", serializers, rising(60, 15))]);
    service(&all.collect::<Vec<_>>())
}

fn client(function: &str, line: u32, object: &str, module: &'static str) -> SourceSite {
    let site = site(function, line, ResourceKind::Client, object);
    losing(SourceSite { module, ..site }, "client-not-closed")
}

#[test]
fn a_client_of_another_library_is_not_what_leaks() {
    let redis = client("main.cache", 20, "redis.Client", "github.com/redis/go-redis/v9");
    let grpc = client("main.dial", 40, "grpc.ClientConn", "google.golang.org/grpc");
    let found = finding(clients(), vec![redis.clone(), grpc]);
    assert_eq!(found.pattern.map(|pattern| pattern.id), Some("client-not-closed"));
    assert_eq!(line(&found), Some(("main.dial", 40)));
    assert_eq!(line(&finding(clients(), vec![redis])), None);
}

#[test]
fn a_client_that_holds_the_object_is_what_leaks() {
    let secrets = client("main.secret", 20, "Google Cloud client", "cloud.google.com/go");
    assert_eq!(line(&finding(clients(), vec![secrets])), Some(("main.secret", 20)));
}

#[test]
fn a_wrapper_of_the_users_is_a_candidate_until_a_path_shows_the_object_below_it() {
    let wrapper = || vec![client("main.handle", 20, "store.Vault", "")];
    let open = finding(clients(), wrapper());
    assert_eq!(line(&open), None);
    assert_eq!(open.candidates[0].site.line, 20);
    let path = "google.golang.org/grpc.newClient < google.golang.org/grpc.NewClient < \
                main.newVault:9 < main.handle:20";
    // Freed long ago, but made there.
    let service = with_heap(clients(), 6, vec![sample(path, 0.0, 1.0, 4000.0)]);
    assert_eq!(line(&finding(service, wrapper())), Some(("main.handle", 20)));
}

#[test]
fn a_mistake_at_the_line_where_goroutines_are_blocked_tells_the_mechanism() {
    let blocked = service(&[Crowd("chan send", "main.submit.func1:31", rising(40, 12))]);
    let mut leak = site("main.submit", 28, ResourceKind::None, "");
    leak = losing(leak, "blocked-sender-after-return");
    let step = |line, text: &str| SiteStep {
        function: "main.submit".into(),
        here: (line, line),
        recorded: Some((line, line)),
        text: text.to_owned(),
    };
    leak.mistakes[0].steps = vec![step(31, "it sends"), step(35, "leaves without receiving")];
    let elsewhere =
        losing(site("main.other", 80, ResourceKind::None, ""), "blocked-sender-after-return");
    let found = finding(blocked, vec![elsewhere, leak]);
    assert_eq!(line(&found), Some(("main.submit.func1", 31)));
    assert_eq!(found.site.found_by, [WitnessKind::BlockedStack, WitnessKind::Source]);
    let related: Vec<_> = found.related.iter().map(|site| (site.line, site.role)).collect();
    assert_eq!(related, [(28, Role::Creates), (35, Role::Leaves)]);
    assert_eq!(found.path.len(), 2);
}

/// The finding of goroutines blocked at line 14 where the source has a mistake that ends on line 15, told twice.
fn blocked_at_mistake(state: &'static str, pattern: &'static str, sure: Confidence) -> Finding {
    let blocked = service(&[Crowd(state, "sync.(*Mutex).Lock < main.transfer:14", rising(40, 12))]);
    let mut lock = losing(site("main.transfer", 14, ResourceKind::None, ""), pattern);
    let step = |line, text: &str| SiteStep {
        function: "main.transfer".into(),
        here: (line, line),
        recorded: Some((line, line)),
        text: text.to_owned(),
    };
    lock.mistakes[0].steps =
        vec![step(14, "locked"), step(15, "failed is true"), step(15, "still locked")];
    lock.mistakes[0].confidence = sure;
    finding(blocked, vec![lock])
}

#[test]
fn a_mistake_at_a_blocked_line_gives_its_pattern_to_what_no_check_names() {
    let found = blocked_at_mistake("sync.Mutex.Lock", "lock-held-on-return", Confidence::Likely);
    let pattern = CATALOGUE.pattern("lock-held-on-return").unwrap();
    assert_eq!(found.pattern.map(|pattern| pattern.id), Some(pattern.id));
    assert!(found.title.starts_with(pattern.title), "{}", found.title);
    assert_eq!((&*found.why, &*found.fix), (pattern.why, pattern.fix));
    let related: Vec<_> = found.related.iter().map(|site| (site.line, site.role)).collect();
    assert_eq!(related, [(15, Role::Leaves)], "once, and no return creates anything");
}

/// The diagnosis of goroutines in one dump, which have waited so long at a line that the source shows to be a mistake.
fn old_at_mistake(
    state: &'static str,
    pattern: &'static str,
    count: u64,
    minutes: u64,
) -> Diagnosis {
    let mut old = service(&[Crowd(state, "main.submit.func1:31", vec![count])]);
    let snapshot = &mut old.instances[0].snapshots[0];
    let mut dump = snapshot.goroutines.take().unwrap();
    dump.source = GoroutineSource::Dump;
    dump.groups[0].waiting = Some(WaitMinutes { min: minutes, median: minutes, max: minutes });
    // One goroutine made them all: without the source they may be producers before a slow consumer.
    dump.groups[0].ids = IdSample { ids: (0..count).map(|id| 100 + id).collect(), level: 0 };
    dump.groups[0].creators = Creators { made: vec![(1, count)], level: 0 };
    snapshot.dump = Some(dump);
    let leak = losing(site("main.submit", 31, ResourceKind::None, ""), pattern);
    judge(old, evidence(vec![leak]))
}

#[test]
fn an_old_crowd_at_a_mistake_after_which_nobody_comes_is_a_finding() {
    let found = old_at_mistake("chan send", "blocked-sender-after-return", 400, 15);
    let [finding] = found.findings.as_slice() else { panic!("{:?}", found.undecided) };
    assert_eq!(finding.pattern.map(|pattern| pattern.id), Some("blocked-sender-after-return"));
    assert_eq!(line(finding), Some(("main.submit.func1", 31)));
    let locked = old_at_mistake("sync.Mutex.Lock", "lock-held-on-return", 400, 15);
    assert_eq!(locked.findings.len(), 1, "{:?}", locked.undecided);
}

#[test]
fn an_old_crowd_that_may_be_a_pool_or_young_or_small_stays_open() {
    let others = [
        ("chan receive", "range-over-open-channel", 400, 600),
        ("chan receive", "goroutine-without-stop", 400, 600),
        ("chan receive", "blocked-sender-after-return", 400, 600),
        ("chan send", "blocked-sender-after-return", 400, 3),
        ("chan send", "blocked-sender-after-return", 40, 15),
    ];
    for (state, pattern, count, minutes) in others {
        let found = old_at_mistake(state, pattern, count, minutes);
        assert_eq!(found.findings.len(), 0, "{state}, {pattern}, {count}, {minutes} min");
    }
}

#[test]
fn a_mistake_that_is_not_what_they_wait_for_gives_no_pattern() {
    let others = [
        ("sync.Mutex.Lock", "http-body-not-closed", Confidence::Likely),
        ("chan receive", "lock-held-on-return", Confidence::Likely),
        ("sync.Mutex.Lock", "lock-held-on-return", Confidence::Possible),
    ];
    for (state, pattern, sure) in others {
        let found = blocked_at_mistake(state, pattern, sure);
        assert!(found.pattern.is_none(), "{state}, {pattern}: {}", found.title);
        assert!(found.why.contains(pattern), "{}", found.why);
        assert!(!found.why.contains("No pattern of the catalogue fits"), "{}", found.why);
    }
}

/// The same mistake as a scan tells it.
fn told(
    pattern: &'static str,
    file: &str,
    function: &str,
    line: u32,
    steps: &[u32],
) -> SourceFinding {
    let place = |line| SourcePlace { line, column: 2, end_line: line, end_column: 9 };
    let step = |line: &u32| SourceStep { place: place(*line), text: String::new() };
    SourceFinding {
        pattern,
        message: String::new(),
        file: file.to_owned(),
        place: place(line),
        function: function.to_owned(),
        function_lines: (1, 99),
        confidence: Confidence::Likely,
        path: steps.iter().map(step).collect(),
        object: "",
        snippet: String::new(),
        in_test: false,
        fix: None,
    }
}

#[test]
fn mistakes_that_leak_come_first() {
    let mut leak = lost_response("main.audit", 47);
    leak.recorded = Some((40, 40));
    let source = evidence(vec![response("main.stock", 20), leak]);
    let diagnosis = judge(fifty_responses(), source.clone());
    let scan = Scan {
        findings: vec![
            told("http-body-not-closed", "shop/main.go", "main.stock", 20, &[]),
            told("lock-held-on-return", "shop/main.go", "main.audit", 47, &[]),
            told("http-body-not-closed", "shop/main.go", "main.audit", 47, &[]),
            told("http-body-not-closed", "shop/main.go", "main.audit", 40, &[]),
        ],
        ..Scan::default()
    };
    let convicted = convictions(&scan, &diagnosis, Some(&source));
    let [one] = convicted[..] else { panic!("{convicted:?}") };
    assert_eq!((one.mistake, one.finding, one.standing), (2, 0, Standing::Site));
}

#[test]
fn mistakes_between_which_nothing_decides_are_candidates() {
    let source = evidence(vec![lost_response("main.stock", 20), lost_response("main.audit", 40)]);
    let diagnosis = judge(fifty_responses(), source.clone());
    let found = |function, line| told("http-body-not-closed", "main.go", function, line, &[]);
    let scan = Scan {
        findings: vec![found("main.stock", 20), found("main.audit", 40), found("main.x", 60)],
        ..Scan::default()
    };
    let convicted = convictions(&scan, &diagnosis, Some(&source));
    assert_eq!(convicted.len(), 2);
    assert!(convicted.iter().all(|one| one.standing == Standing::Candidate));
    let by_lines = convictions(&scan, &diagnosis, None);
    assert_eq!(by_lines, convicted, "the lines are the same");
}

#[test]
fn a_step_of_a_mistake_at_a_blocked_line_convicts_it() {
    let blocked = service(&[Crowd("chan send", "main.submit.func1:31", rising(40, 12))]);
    let diagnosis = detect(&blocked, &CATALOGUE);
    let found = told("blocked-sender-after-return", "main.go", "main.submit", 28, &[31]);
    let scan = Scan { findings: vec![found], ..Scan::default() };
    assert_eq!(convictions(&scan, &diagnosis, None).len(), 1);
}
