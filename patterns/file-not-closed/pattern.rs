//! A file that is opened and never closed.

use plumb_evidence::catalogue::{Example, Pattern, Prevention, Threshold};
use plumb_evidence::finding::Confidence::{self, Likely, Possible, Proven};
use plumb_evidence::finding::{EvidenceItem, Resource, Role};
use plumb_evidence::process::DescriptorKind;
use plumb_evidence::suspect::{DescriptorCrowd, Match, Subject, Suspect};

use crate::judging::{matched, may_be_in_use, number};

const STANDING_MIN: Threshold = Threshold {
    name: "open files of one directory and ending",
    value: 100.0,
    unit: "descriptors",
    source: "files in use are few at a time; a soft limit of 1,024 is common, and a tenth of it \
             for one purpose is odd",
};

const REPEATED_MIN: Threshold = Threshold {
    name: "descriptors of a file that is open already",
    value: 20.0,
    unit: "descriptors",
    source: "who keeps a file open on purpose opens it once, or once for each of a few workers",
};

const DROPPED_MIN: Threshold = Threshold {
    name: "files that only the forced collection closed",
    value: 5.0,
    unit: "descriptors",
    source: "a file's finalizer closes it only if nobody refers to it any more, that is, Close \
             was forgotten",
};

const DROPPED_SHARE_MIN: Threshold = Threshold {
    name: "share of the files that only the forced collection closed",
    value: 0.5,
    unit: "share",
    source: "some of the others may have ended by themselves meanwhile",
};

const STEADY_MIN: Threshold = Threshold {
    name: "smallest ÷ largest number of open files during the look",
    value: 0.95,
    unit: "share",
    source: "with files that come and go, a lower number after the collection may be chance",
};

const AT_START_MIN: Threshold = Threshold {
    name: "files of one directory and ending that were opened before the process listened",
    value: 20.0,
    unit: "descriptors",
    source: "nobody had asked for anything then: a store that opens what it has; configuration and \
             logs are fewer",
};

const KEPT_SHARE_MIN: Threshold = Threshold {
    name: "share of the files opened before the process listened, from which on all are kept",
    value: 0.95,
    unit: "share",
    source: "a file or two may have been opened anew since, for a rotation",
};

/// Endings of files that databases keep open, in numbers that grow with the data.
const DATABASE_ENDINGS: [&str; 10] =
    ["sst", "ldb", "vlog", "wal", "mem", "db", "sqlite", "mdb", "idx", "pack"];

/// Functions of the standard library that open files.
const OPENERS: [&str; 5] = ["os.OpenFile", "os.Open", "os.Create", "os.CreateTemp", "os.NewFile"];

pub(crate) static PATTERN: Pattern = Pattern {
    id: "file-not-closed",
    title: "file opened and never closed",
    shows: "process_open_fds rises and does not fall; in /proc/PID/fd many regular files of one \
            directory and ending, or one file many times, some deleted (their disk space stays \
            taken). Sawtooth if a collection closes dropped ones. In the end `too many open \
            files` in places that have nothing to do with it. Goroutines and heap show nothing.",
    why: "A descriptor is held until Close. A dropped os.File is closed by its finalizer, but \
          only when the collector finds it, which a service that allocates little does rarely; a \
          file that something still refers to (a map, a list of what is running, a goroutine) is \
          never found. The kernel counts descriptors, the Go heap does not.",
    fix: "`defer f.Close()` right after the check of err, in the function that opened it; in a \
          loop, move the body into a function of its own, as defer waits for the end of the \
          function. Close on early returns and when a later step fails. For files that are \
          written, check the error of Close. Who hands the file on must say who closes it.",
    example: Example {
        before: r#"f, err := os.Create(path)
if err != nil {
	return err
}
if len(rows) == 0 {
	return nil // f stays open
}
if err := write(f, rows); err != nil {
	return err
}
return f.Close()
"#,
        after: r#"f, err := os.Create(path)
if err != nil {
	return err
}
defer f.Close() // a second Close is harmless
if len(rows) == 0 {
	return nil
}
if err := write(f, rows); err != nil {
	return err
}
return f.Close()
"#,
    },
    prevention: Prevention {
        test: "Count the entries of /proc/self/fd before and after a hundred calls, with \
               debug.SetGCPercent(-1) so that no finalizer helps.",
        gate: "Run the service under its load test in CI, then `plumb diagnose URL` at rest: exit code 1 fails the build.",
        alert: "process_open_fds / process_max_fds > 0.5\n  or \
                min_over_time(process_open_fds[30m]) > 1.5 * min_over_time(process_open_fds[30m] \
                offset 1d)",
        doc_comment: "The caller must close the returned file.",
    },
    sources: &[
        "https://github.com/revel/revel/issues/837",
        "https://github.com/fatedier/frp/issues/2462",
        "https://pkg.go.dev/os#File.Close",
        "https://pkg.go.dev/runtime#SetFinalizer",
    ],
    thresholds: &[
        STANDING_MIN,
        REPEATED_MIN,
        DROPPED_MIN,
        DROPPED_SHARE_MIN,
        STEADY_MIN,
        AT_START_MIN,
        KEPT_SHARE_MIN,
    ],
    check,
};

fn check(suspect: &Suspect) -> Option<Match> {
    let Subject::Descriptors(crowd) = &suspect.subject else { return None };
    if !matches!(crowd.kind, DescriptorKind::File | DescriptorKind::Directory) {
        return None;
    }
    let evidence = evidence(suspect, crowd);
    let found =
        matched(confidence(suspect, crowd), Resource::Descriptors, Role::Creates, evidence)?;
    Some(Match { through: &OPENERS, ..found })
}

fn confidence(suspect: &Suspect, crowd: &DescriptorCrowd) -> Option<Confidence> {
    let measured = &suspect.measured;
    let count = measured.count as f64;
    if is_dropped(suspect, crowd) {
        return Some(Proven);
    }
    let repeated = crowd.repeated as f64 >= REPEATED_MIN.value;
    // A database opens more files as it grows, but each of them once.
    if is_database(crowd) && !repeated {
        return None;
    }
    // A file that nobody can open any more is not kept to be read.
    let once_each = !repeated && (crowd.deleted as f64) < REPEATED_MIN.value;
    let at_start = crowd.before_listening as f64;
    let is_store = once_each && at_start >= AT_START_MIN.value;
    if measured.grows() {
        // Files in use have a goroutine of the user's at work on each.
        let in_use = may_be_in_use(suspect, 1.0) == Some(true) && !repeated;
        return Some(if in_use || is_store { Possible } else { Likely });
    }
    let comes_and_goes = measured.steadiness() < STEADY_MIN.value;
    let is_kept = is_store && at_start >= KEPT_SHARE_MIN.value * count;
    if comes_and_goes || is_kept || !(repeated || count >= STANDING_MIN.value) {
        return None;
    }
    // A store of segments that has all of them open looks like that; what leaks with each request would grow.
    let asked = suspect.surroundings.unasked == Some(false);
    Some(if once_each && (asked || is_store) { Possible } else { Likely })
}

/// Whether the forced collection closed files that were not about to be closed anyway.
fn is_dropped(suspect: &Suspect, crowd: &DescriptorCrowd) -> bool {
    let measured = &suspect.measured;
    let closed = crowd.closed_by_gc as f64;
    let stable = measured.series.len() > 1
        && (measured.grows() || measured.steadiness() >= STEADY_MIN.value);
    stable
        && closed >= DROPPED_MIN.value
        && closed >= DROPPED_SHARE_MIN.value * measured.count as f64
}

fn is_database(crowd: &DescriptorCrowd) -> bool {
    crowd.shape.rsplit_once('.').is_some_and(|(_, ending)| DATABASE_ENDINGS.contains(&ending))
}

fn evidence(suspect: &Suspect, crowd: &DescriptorCrowd) -> Vec<EvidenceItem> {
    let count = number(suspect.measured.count);
    let mut texts = Vec::new();
    if crowd.closed_by_gc > 0 {
        texts.push(format!(
            "a garbage collection closed {} of the {count}: nobody referred to them any more and \
             nobody had closed them",
            number(crowd.closed_by_gc)
        ));
    }
    if crowd.repeated > 0 {
        let repeated = number(crowd.repeated);
        texts.push(format!("{repeated} of the {count} are of a file that is open already"));
    }
    if let [example, ..] = &crowd.examples[..] {
        texts.push(format!("files of one kind are open {count} times at once, such as {example}"));
    }
    if let Some(limit) = crowd.limit {
        texts.push(format!("the process may have {} descriptors in all", number(limit)));
    }
    if texts.is_empty() {
        texts.push(format!("files of one kind are open {count} times at once"));
    }
    texts.into_iter().map(|text| EvidenceItem::new("fds", text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{churning, confidence, growing, standing, suspect, waiting};
    use plumb_evidence::measure::Measured;

    fn files(shape: &str, measured: Measured) -> Suspect {
        let crowd = DescriptorCrowd {
            kind: DescriptorKind::File,
            shape: shape.into(),
            examples: vec!["/var/lib/shop/exports/orders-17.csv".into()],
            repeated: 0,
            deleted: 0,
            before_listening: 0,
            closed_by_gc: 0,
            limit: Some(1024),
        };
        suspect(Subject::Descriptors(crowd), measured)
    }

    fn exports(measured: Measured) -> Suspect {
        files("/var/lib/shop/exports/*.csv", measured)
    }

    fn with(mut suspect: Suspect, change: impl FnOnce(&mut DescriptorCrowd)) -> Suspect {
        if let Subject::Descriptors(crowd) = &mut suspect.subject {
            change(crowd);
        }
        suspect
    }

    #[test]
    fn files_that_grow_are_likely() {
        assert_eq!(confidence(&PATTERN, &exports(growing(60))), Some(Likely));
    }

    #[test]
    fn many_that_stand_still_are_likely() {
        assert_eq!(confidence(&PATTERN, &exports(standing(500))), Some(Likely));
        let same = with(files("/etc/shop/*.yaml", standing(40)), |crowd| crowd.repeated = 39);
        assert_eq!(confidence(&PATTERN, &same), Some(Likely));
    }

    #[test]
    fn a_store_that_has_its_files_open_is_no_leak_for_sure() {
        let under_load = |mut files: Suspect| {
            files.surroundings.unasked = Some(false);
            files
        };
        let store = |measured, before_listening| {
            with(files("/data/*/*.log", measured), |crowd| {
                crowd.before_listening = before_listening
            })
        };
        assert_eq!(confidence(&PATTERN, &under_load(store(standing(400), 0))), Some(Possible));
        assert_eq!(confidence(&PATTERN, &store(standing(400), 200)), Some(Possible));
        assert_eq!(confidence(&PATTERN, &store(growing(300), 200)), Some(Possible));
        assert_eq!(confidence(&PATTERN, &store(standing(200), 199)), None, "opened at the start");
        assert_eq!(confidence(&PATTERN, &store(standing(400), 5)), Some(Likely), "configuration");
        let gone = with(store(standing(400), 0), |crowd| crowd.deleted = 390);
        assert_eq!(confidence(&PATTERN, &under_load(gone)), Some(Likely), "unlinked meanwhile");
        let same = with(store(standing(400), 0), |crowd| crowd.repeated = 399);
        assert_eq!(confidence(&PATTERN, &under_load(same)), Some(Likely), "one file over and over");
    }

    #[test]
    fn what_the_collection_closes_is_proven() {
        let dropped = with(exports(growing(60)), |crowd| crowd.closed_by_gc = 55);
        assert_eq!(confidence(&PATTERN, &dropped), Some(Proven));
        let few = with(exports(standing(60)), |crowd| crowd.closed_by_gc = 20);
        assert_eq!(confidence(&PATTERN, &few), None, "a third of them");
    }

    #[test]
    fn files_that_come_and_go_prove_nothing_by_ending() {
        let busy = with(exports(churning(40)), |crowd| crowd.closed_by_gc = 30);
        assert_eq!(confidence(&PATTERN, &busy), None);
        let once = with(exports(waiting(40, 0)), |crowd| crowd.closed_by_gc = 30);
        assert_eq!(confidence(&PATTERN, &once), None, "one look cannot tell");
    }

    #[test]
    fn files_with_somebody_at_work_on_each_are_possible() {
        let mut downloads = exports(growing(60));
        downloads.surroundings.user_goroutines = 90;
        assert_eq!(confidence(&PATTERN, &downloads), Some(Possible));
    }

    #[test]
    fn logs_and_databases_are_healthy() {
        assert_eq!(confidence(&PATTERN, &files("/var/log/shop/*.log", standing(6))), None);
        assert_eq!(confidence(&PATTERN, &files("/var/lib/shop/badger/*.sst", standing(400))), None);
        assert_eq!(confidence(&PATTERN, &files("/var/lib/shop/badger/*.sst", growing(400))), None);
        let leaking = with(files("/var/lib/shop/*.db", growing(90)), |crowd| crowd.repeated = 88);
        assert_eq!(confidence(&PATTERN, &leaking), Some(Likely), "one file over and over");
    }

    #[test]
    fn other_descriptors_are_other_leaks() {
        let pipes = with(exports(growing(60)), |crowd| crowd.kind = DescriptorKind::Pipe);
        assert_eq!(confidence(&PATTERN, &pipes), None);
    }
}
