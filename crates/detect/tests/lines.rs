//! Which line of a chain of the user's functions the heap names, and when it leaves it open.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::finding::SiteKind;
use plumb_evidence::process::{Descriptor, DescriptorKind, Descriptors, Process};
use plumb_evidence::{Diagnosis, Service};
use plumb_patterns::CATALOGUE;
use support::{Crowd, rising, sample, service, with_heap};

const READ_LOOP: &str = "net/http.(*persistConn).readLoop";
const WRITE_LOOP: &str = "net/http.(*persistConn).writeLoop";

fn judge(service: &Service) -> Diagnosis {
    detect(service, &CATALOGUE)
}

/// Held responses whose requests went by these paths, with so many live and allocated samples.
fn requests(paths: &[(&str, f64, f64)]) -> Diagnosis {
    let through = "net/http.(*Transport).getConn < net/http.(*Client).do < net/http.(*Client).Do";
    let held = |function| Crowd("select", function, rising(300, 20));
    let crowds = [held(READ_LOOP), held(WRITE_LOOP)];
    let heap = paths.iter().map(|&(path, live, allocated)| {
        sample(&format!("{through} < {path}"), live, allocated, 1200.0)
    });
    judge(&with_heap(service(&crowds), 6, heap.collect()))
}

#[test]
fn a_wrapper_with_one_known_caller_is_not_accused() {
    let diagnosis = requests(&[("main.(*client).do:24 < main.(*client).Exists:30", 9.0, 9.0)]);
    let finding = &diagnosis.findings[0];
    assert_ne!(finding.site.kind, SiteKind::Line);
    let lines: Vec<_> = finding.candidates.iter().map(|c| c.site.line).collect();
    assert_eq!(lines, [24, 30]);
    assert!(
        finding.would_decide.iter().any(|way| way.contains("the source")),
        "{:?}",
        finding.would_decide
    );
}

#[test]
fn a_helper_that_says_what_it_is_for_is_named_whoever_calls_it() {
    let diagnosis = requests(&[("main.postEvent:106 < main.(*auditor).handle:90", 9.0, 9.0)]);
    assert_eq!(diagnosis.findings[0].site.line, 106);
}

#[test]
fn a_wrapper_that_others_use_rightly_is_related_to_the_caller_that_leaks() {
    let diagnosis = requests(&[
        ("main.(*client).do:24 < main.(*client).Exists:30", 9.0, 9.0),
        ("main.(*client).do:24 < main.(*client).Price:50", 0.0, 9.0),
    ]);
    let finding = &diagnosis.findings[0];
    assert_eq!((finding.site.line, finding.site.kind), (30, SiteKind::Line));
    assert_eq!(finding.related.iter().map(|site| site.line).collect::<Vec<_>>(), [24]);
}

/// Exports that stay open, 20 more in each snapshot, opened by this path with so many live samples of 152 bytes.
fn exports(path: &str, live: f64) -> Diagnosis {
    let mut service = service(&[Crowd("select", "main.loop", vec![1; 7])]);
    for (index, snapshot) in service.instances[0].snapshots.iter_mut().enumerate() {
        let export = |n: usize| Descriptor {
            fd: 10 + n as u64,
            kind: DescriptorKind::File,
            target: format!("/var/lib/app/exports/{n}.csv").into(),
            deleted: false,
        };
        let open = (0..200 + 20 * index).map(export).collect();
        let descriptors = Some(Descriptors { open, complete: true });
        snapshot.process =
            Some(Process { taken: snapshot.taken, descriptors, ..Process::default() });
    }
    let opened = format!("os.newFile < os.OpenFile < os.Create < {path}");
    judge(&with_heap(service, 6, vec![sample(&opened, live, live, 152.0)]))
}

#[test]
fn who_opens_a_file_for_another_is_not_accused() {
    let written = exports("main.write:40 < main.export:20", 9.0);
    let finding = &written.findings[0];
    assert_eq!(finding.pattern.map(|pattern| pattern.id), Some("file-not-closed"));
    assert_eq!((finding.site.kind, finding.site.line), (SiteKind::Line, 40));
    let handed = exports("main.openExport:40 < main.export:20", 9.0);
    assert_ne!(handed.findings[0].site.kind, SiteKind::Line);
    assert_eq!(handed.findings[0].candidates.len(), 2);
}

/// As many databases as goroutines of `connectionOpener`, made in `openDB` for `store`.
fn databases(more: &[(&str, f64)]) -> Diagnosis {
    let opened =
        "database/sql.OpenDB < database/sql.Open < main.openDB:25 < main.store:34 < main.save";
    let opener = Crowd("select", "database/sql.(*DB).connectionOpener", rising(300, 20));
    let paths = [&[(opened, 12.0)], more].concat();
    let heap = paths.iter().map(|&(path, live)| sample(path, live, live, 208.0));
    judge(&with_heap(service(&[opener]), 6, heap.collect()))
}

#[test]
fn who_uses_the_client_holds_it() {
    let used =
        "database/sql.(*DB).conn < database/sql.(*DB).PingContext < main.store:38 < main.save";
    let site = &databases(&[(used, 9.0)]).findings[0].site;
    assert_eq!((site.line, &*site.function), (34, "main.store"));
    assert_eq!(databases(&[]).findings[0].candidates.len(), 2, "openDB may return it");
}

/// Connections at rest in pools of their own, in a service that makes the transport and the request in two functions.
fn pools(makers: &[(&str, f64)]) -> Diagnosis {
    let idle = "internal/poll.(*FD).Read < net.(*conn).Read < net/http.(*persistConn).Read < bufio.(*Reader).Peek < net/http.(*persistConn).readLoop";
    let crowds =
        [Crowd("IO wait", idle, rising(3000, 100)), Crowd("select", WRITE_LOOP, rising(3000, 100))];
    let used = "net/http.(*persistConn).roundTrip < net/http.(*Client).do < main.(*api).get:38 < main.handle:33";
    let paths = [&[(used, 9.0)], makers].concat();
    // Nine samples that stand for so many objects.
    let heap = paths.iter().map(|&(path, objects)| {
        let mut each = sample(path, 9.0, 9.0, 208.0);
        let scale = objects / each.live.objects;
        each.live.objects *= scale;
        each.live.bytes *= scale;
        each
    });
    judge(&with_heap(service(&crowds), 6, heap.collect()))
}

#[test]
fn a_pool_is_made_where_as_many_lasting_objects_are_made_beside_its_use() {
    let line = |makers: &[(&str, f64)]| {
        let diagnosis = pools(makers);
        let site = &diagnosis.findings[0].site;
        (site.kind == SiteKind::Line).then_some(site.line)
    };
    let made = ("main.newClient:26 < main.handle:32", 3600.0);
    assert_eq!(line(&[made]), Some(26));
    let address = ("main.(*api).get:38 < main.handle:33", 3600.0);
    assert_eq!(
        line(&[made, address]),
        Some(26),
        "the text of the address is made where it is used"
    );
    assert_eq!(line(&[address]), None, "what a call makes is no pool");
    let elsewhere = ("main.remember:70 < main.(*cache).fill:60", 3600.0);
    assert_eq!(line(&[elsewhere]), None, "nothing in common with the calls");
    assert_eq!(line(&[("main.newClient:26 < main.handle:32", 90_000.0)]), None, "too many");
    let record = ("main.newRecord:80 < main.handle:31", 3600.0);
    assert_eq!(line(&[made, record]), None, "either may be it");
    let cloned = ("net/http.(*Transport).Clone < main.newClient:27 < main.handle:32", 3600.0);
    assert_eq!(line(&[cloned]), Some(27), "made by a library");
}
