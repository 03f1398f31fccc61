//! Known leaks of the library versions in a build: in findings, besides them, and not at all.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::code::Module;
use plumb_evidence::{Diagnosis, Service};
use plumb_patterns::CATALOGUE;
use support::{Crowd, rising, sample, service, steady, with_heap};

const MEMDB: &str = "github.com/hashicorp/go-memdb";
const WATCH: &str = "github.com/hashicorp/go-memdb.watchFew < github.com/hashicorp/go-memdb.WatchSet.watchMany.func1";
const LISTENER: &str =
    "github.com/lib/pq.(*Listener).listenerConnLoop < github.com/lib/pq.(*Listener).listenerMain";

fn with_module(mut service: Service, path: &str, version: &str, instead: Option<&str>) -> Service {
    service.instances[0].build.dependencies.push(Module {
        path: path.into(),
        version: version.into(),
        replaced_by: instead.map(Into::into),
    });
    service
}

fn judge(service: &Service) -> Diagnosis {
    detect(service, &CATALOGUE)
}

/// What findings say of versions.
fn told(diagnosis: &Diagnosis) -> Vec<&str> {
    let evidence = diagnosis.findings.iter().flat_map(|finding| &finding.evidence);
    evidence.filter(|item| item.kind == "version").map(|item| item.text.as_str()).collect()
}

fn watchers(counts: Vec<u64>, version: &str, instead: Option<&str>) -> Diagnosis {
    judge(&with_module(service(&[Crowd("select", WATCH, counts)]), MEMDB, version, instead))
}

#[test]
fn a_finding_says_which_version_mends_it() {
    let diagnosis = watchers(rising(300, 60), "v1.3.3", None);
    assert_eq!(diagnosis.findings.len(), 1, "{:#?}", diagnosis.findings);
    let [text] = told(&diagnosis)[..] else { panic!("{:?}", told(&diagnosis)) };
    assert!(
        text.starts_with("github.com/hashicorp/go-memdb v1.3.3 has a known leak: more than 32")
    );
    assert!(text.ends_with("(hashicorp/go-memdb@e85b95f)"));
    let fix = &diagnosis.findings[0].fix;
    assert!(fix.contains("Upgrade github.com/hashicorp/go-memdb to v1.3.4 or later"), "{fix}");
    assert_eq!(diagnosis.known_leaks, [], "told already");
}

#[test]
fn mended_versions_say_nothing() {
    for (version, instead) in
        [("v1.3.4", None), ("v1.3.3", Some("example.com/fork")), ("(devel)", None)]
    {
        let diagnosis = watchers(rising(300, 60), version, instead);
        assert_eq!(diagnosis.findings.len(), 1);
        assert_eq!(told(&diagnosis), [""; 0], "{version}");
        assert_eq!(diagnosis.known_leaks, [], "{version}");
    }
}

#[test]
fn what_the_record_of_an_object_tells_is_told_once() {
    let crowds = [Crowd("chan receive", LISTENER, rising(300, 60))];
    let diagnosis = judge(&with_module(service(&crowds), "github.com/lib/pq", "v1.10.9", None));
    let all = format!("{:?}", diagnosis.findings);
    assert_eq!(told(&diagnosis).len(), 1, "{:?}", told(&diagnosis));
    assert!(all.contains("v1.11.0"), "{all}");
}

#[test]
fn leaks_whose_code_is_in_use_are_listed() {
    let diagnosis = watchers(steady(3), "v1.3.3", None);
    assert_eq!(diagnosis.findings.len(), 0);
    let [known] = &diagnosis.known_leaks[..] else { panic!("{:?}", diagnosis.known_leaks) };
    assert_eq!((known.id, known.seen.as_str()), ("memdb-watchset", "3 goroutines"));
    assert_eq!((known.module, known.version.as_str()), (MEMDB, "v1.3.3"));
    assert_eq!(known.mended, "mended in v1.3.4");
}

#[test]
fn leaks_whose_code_is_not_in_use_are_not() {
    let other = [Crowd("select", "main.run", steady(3))];
    let diagnosis = judge(&with_module(service(&other), MEMDB, "v1.3.3", None));
    assert_eq!(diagnosis.known_leaks, []);
}

#[test]
fn memory_shows_by_the_paths_on_which_it_is_allocated() {
    let path = "bufio.NewReader < github.com/jackc/pgx/v5.(*Conn).Prepare < main.load:20";
    let of = |path: &str, version: &str| {
        let heap = vec![sample(path, 3.0, 300.0, 4096.0)];
        let crowds = [Crowd("select", "main.run", steady(3))];
        let service = with_heap(service(&crowds), 6, heap);
        judge(&with_module(service, "github.com/jackc/pgx/v5", version, None)).known_leaks
    };
    let known = of(path, "v5.3.1");
    assert_eq!(known.len(), 1, "{known:?}");
    assert_eq!(known[0].id, "pgx-prepared-statements-map");
    assert!(known[0].seen.ends_with("of live heap"));
    assert_eq!(of(path, "v5.4.0"), []);
    assert_eq!(of("bufio.NewReader < main.load:20", "v5.3.1"), []);
}
