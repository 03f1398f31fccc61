//! Suspects made by hand, for the tests of the checks.

use std::sync::Arc;

use plumb_evidence::catalogue::{LibraryObject, Pattern};
use plumb_evidence::code::{Frame, Stack};
use plumb_evidence::finding::Confidence;
use plumb_evidence::goroutine::WaitState;
use plumb_evidence::measure::{Growth, Interval, Measured, Survival, SurvivalBy, Unit};
use plumb_evidence::suspect::{
    GoroutineCrowd, ObjectCrowd, SocketCrowd, Subject, Surroundings, Suspect,
};

use crate::CATALOGUE;

/// The record of an object of the catalogue.
pub(crate) fn record(module: &str, name: &str) -> &'static LibraryObject {
    let found = CATALOGUE.objects.iter().find(|o| o.module == module && o.name == name);
    found.unwrap_or_else(|| panic!("no record of {name} in {module}"))
}

/// Instances of a recorded object, in one of its phases.
pub(crate) fn object(module: &str, name: &str, phase: Option<&str>, measured: Measured) -> Suspect {
    let record = record(module, name);
    let phase = phase.map(|name| record.phases.iter().find(|p| p.name == name).expect("a phase"));
    let goroutines = record.goroutines.first().map_or_else(Vec::new, |set| {
        set.iter().map(|g| (Arc::from(g.function), WaitState::Select, measured.count)).collect()
    });
    suspect(
        Subject::Object(ObjectCrowd {
            record: Some(record),
            phase,
            module: module.into(),
            version: None,
            name: name.into(),
            constructor: record.constructors.first().map(|&name| name.into()),
            goroutines,
            stack: None,
            created_by: None,
        }),
        measured,
    )
}

/// Instances of an object without a record.
pub(crate) fn unrecorded_object(measured: Measured) -> Suspect {
    let function: Arc<str> = "example.com/feed.(*Client).loop".into();
    suspect(
        Subject::Object(ObjectCrowd {
            record: None,
            phase: None,
            module: "example.com/feed".into(),
            version: None,
            name: "feed.Client".into(),
            constructor: Some("example.com/feed.New".into()),
            goroutines: vec![(function, WaitState::Select, measured.count)],
            stack: None,
            created_by: None,
        }),
        measured,
    )
}

/// Goroutines with these functions on their stack, leaf first; the user's are those of package `main`.
pub(crate) fn goroutines(state: WaitState, functions: &[&str], measured: Measured) -> Suspect {
    let frame = |name: &&str| Frame { function: (*name).into(), file: "".into(), line: 1 };
    let frames: Vec<Frame> = functions.iter().map(frame).collect();
    suspect(
        Subject::Goroutines(GoroutineCrowd {
            state,
            user_frame: functions.iter().position(|name| name.starts_with("main.")),
            started: frames.last().cloned(),
            stack: Stack(frames.into()),
            created_by: None,
            starter_alive: false,
            convicted: 0,
            serves_connection: false,
            makers: None,
            reachable: false,
            one_each: false,
        }),
        measured,
    )
}

/// A suspect in a service with 1,000 goroutines, 20 of them the user's.
pub(crate) fn suspect(subject: Subject, measured: Measured) -> Suspect {
    let surroundings = Surroundings {
        goroutines: 1000,
        user_goroutines: 20,
        window_seconds: 15.0,
        ..Surroundings::default()
    };
    Suspect { subject, measured, sockets: None, heap: None, surroundings }
}

/// `count` things, a third of them gained over 15 s.
pub(crate) fn growing(count: u64) -> Measured {
    let count_now = count as f64;
    let gain = count_now / 3.0;
    let interval = |estimate: f64| Interval { low: 0.8 * estimate, estimate, high: 1.2 * estimate };
    Measured {
        count,
        series: vec![(0.0, count_now - gain), (7.5, count_now - gain / 2.0), (15.0, count_now)],
        growth: Some(Growth {
            unit: Unit::Pieces,
            gain: interval(gain),
            per_hour: Some(interval(gain * 240.0)),
            per_request: None,
            driver: None,
            bends: false,
            window_seconds: 15.0,
        }),
        instances: (1, 1),
        ..Measured::default()
    }
}

/// The same, but the second half of the look gains clearly less than the first.
pub(crate) fn warming_up(count: u64) -> Measured {
    let mut measured = growing(count);
    measured.growth = measured.growth.map(|growth| Growth { bends: true, ..growth });
    measured
}

/// `count` things that do not move for 15 s.
pub(crate) fn standing(count: u64) -> Measured {
    let flat = Interval { low: 0.0, estimate: 0.0, high: 0.0 };
    Measured {
        count,
        series: vec![(0.0, count as f64), (7.5, count as f64), (15.0, count as f64)],
        growth: Some(Growth {
            unit: Unit::Pieces,
            gain: flat,
            per_hour: Some(flat),
            per_request: None,
            driver: None,
            bends: false,
            window_seconds: 15.0,
        }),
        instances: (1, 1),
        ..Measured::default()
    }
}

/// `count` things that come and go.
pub(crate) fn churning(count: u64) -> Measured {
    let count_now = count as f64;
    Measured {
        series: vec![(0.0, count_now), (7.5, 0.6 * count_now), (15.0, count_now)],
        ..standing(count)
    }
}

/// `count` things in one dump, which have waited for so many minutes.
pub(crate) fn waiting(count: u64, minutes: u64) -> Measured {
    Measured {
        count,
        series: vec![(0.0, count as f64)],
        wait_minutes: Some((minutes, 2 * minutes)),
        instances: (1, 1),
        ..Measured::default()
    }
}

/// All of those seen first are still there at the end of the look.
pub(crate) fn surviving(measured: Measured) -> Measured {
    let seen = measured.series.first().map_or(0, |&(_, count)| count as u64);
    let by = SurvivalBy::GoroutineId;
    Measured {
        survival: Some(Survival { by, seen, stayed: seen, window_seconds: 15.0 }),
        ..measured
    }
}

/// `count` connections to one peer, idle for `seconds`, with a keepalive timer on each.
pub(crate) fn idle_connections(count: u64, seconds: f64) -> SocketCrowd {
    SocketCrowd {
        count,
        peer: Some(("10.0.0.7:443".into(), count)),
        established: count,
        idle: Some(count),
        idle_seconds_min: 15.0,
        idle_seconds_median: Some(seconds),
        without_timer: Some(0),
        used_once: Some(0),
        sent_seconds_spread: Some(seconds / 2.0),
        ..SocketCrowd::default()
    }
}

/// The confidence with which a pattern takes a suspect.
pub(crate) fn confidence(pattern: &Pattern, suspect: &Suspect) -> Option<Confidence> {
    let found = (pattern.check)(suspect)?;
    assert!(!found.evidence.is_empty(), "a match says what it rests on");
    Some(found.confidence)
}

/// The lines at which a source rule finds something in a file of a module of Go 1.24, in order.
pub(crate) fn lines_found(rule: &plumb_scan::Rule, text: &str) -> Vec<u32> {
    let knowledge = plumb_scan::Knowledge::new(&crate::objects::OBJECTS);
    let scan = plumb_scan::memory::scan_text(&[rule], &knowledge, "1.24", text);
    assert_eq!(scan.failed, [], "the text of the test is no Go");
    scan.findings.iter().map(|finding| finding.place.line).collect()
}

/// As [`lines_found`], of a file at a path from the root of its module.
pub(crate) fn lines_found_at(rule: &plumb_scan::Rule, path: &str, text: &str) -> Vec<u32> {
    let path = format!("/m/{path}");
    let files = [("/m/go.mod", "module example.com/m\n\ngo 1.24\n"), (path.as_str(), text)];
    lines_found_in(rule, &files, "/m")
}

/// The lines that a rule finds in a folder of files.
pub(crate) fn lines_found_in(
    rule: &plumb_scan::Rule,
    files: &[(&str, &str)],
    folder: &str,
) -> Vec<u32> {
    let knowledge = plumb_scan::Knowledge::new(&crate::objects::OBJECTS);
    let options = plumb_scan::Options { threads: 1, ..plumb_scan::Options::default() };
    let scan = plumb_scan::scan(
        &plumb_scan::memory::Memory::new(files.iter().copied()),
        std::path::Path::new(folder),
        plumb_gosource::Installation::default(),
        &[rule],
        &knowledge,
        &options,
    );
    scan.findings.iter().map(|finding| finding.place.line).collect()
}
