//! Growth that ends at a limit, and growth that ends by itself.

#[allow(dead_code)] // shared by several tests
mod support;

use plumb_detect::detect;
use plumb_evidence::Diagnosis;
use plumb_evidence::finding::Confidence;
use plumb_evidence::measure::LimitReached;
use plumb_evidence::process::{Descriptor, DescriptorKind, Descriptors, Process};
use plumb_patterns::CATALOGUE;
use support::{Crowd, service, with_heap};

const EVENTS: &str = "github.com/fsnotify/fsnotify.(*inotify).readEvents";

/// Watchers in each round with an inotify instance each, beside `files` open files.
fn judged(watchers: &[u64], files: impl Fn(usize) -> u64, limits: (Option<u64>, u64)) -> Diagnosis {
    let crowd = Crowd("IO wait", EVENTS, watchers.to_vec());
    let mut made = with_heap(service(&[crowd]), 6, Vec::new());
    for (at, snapshot) in made.instances[0].snapshots.iter_mut().enumerate() {
        let instance = |_| (DescriptorKind::Inotify, "anon_inode:inotify".to_owned());
        let file = |n| (DescriptorKind::File, format!("/exports/orders-{n}.csv"));
        let open = (0..watchers[at]).map(instance).chain((0..files(at)).map(file)).zip(3..);
        let open = open.map(|((kind, target), fd)| Descriptor {
            fd,
            kind,
            target: target.into(),
            deleted: false,
        });
        snapshot.process = Some(Process {
            taken: snapshot.taken,
            pid: 7,
            descriptors: Some(Descriptors { open: open.collect(), complete: true }),
            inotify_limit: limits.0,
            descriptor_limit: Some(limits.1),
            ..Process::default()
        });
    }
    detect(&made, &CATALOGUE)
}

const RISING: [u64; 7] = [81, 97, 113, 127, 127, 127, 127];

#[test]
fn watchers_that_rose_to_the_limit_are_a_leak() {
    for known in [None, Some(128)] {
        let leak = judged(&RISING, |_| 0, (known, 20_000));
        let finding = &leak.findings[0];
        assert_eq!(finding.confidence, Confidence::Likely);
        assert_eq!(finding.measured.limit_reached, Some(LimitReached::InotifyInstances(128)));
        assert_eq!(finding.forecast, None);
        assert!(finding.evidence.iter().any(|item| item.text.contains("its growth ended at")));
    }
}

#[test]
fn watchers_that_level_off_below_it_are_a_warm_up() {
    let pool = judged(&RISING, |_| 0, (Some(8192), 20_000));
    assert!(pool.findings.is_empty(), "{:?}", pool.findings);
    let few = judged(&[10, 20, 30, 40, 40, 40, 40], |_| 0, (None, 20_000));
    assert!(few.findings.is_empty(), "{:?}", few.findings);
}

#[test]
fn files_that_rose_to_the_limit_of_the_process_are_a_leak() {
    let files = |at: usize| [700, 820, 940, 1020, 1020, 1020, 1020][at];
    let leak = judged(&[1; 7], files, (None, 1024));
    let finding = &leak.findings[0];
    assert_eq!(finding.confidence, Confidence::Likely);
    assert_eq!(finding.measured.limit_reached, Some(LimitReached::OpenFiles(1024)));
    let far = judged(&[1; 7], files, (None, 65_536));
    assert!(far.findings.iter().all(|finding| finding.measured.limit_reached.is_none()));
}

#[test]
fn what_did_not_rise_itself_is_not_what_reached_it() {
    let files = |at: usize| [700, 820, 940, 970, 970, 970, 970][at];
    let beside = judged(&[40, 45, 48, 50, 50, 50, 50], files, (Some(8192), 1024));
    assert!(beside.findings.iter().all(|finding| finding.object.is_none()), "{beside:?}");
}
