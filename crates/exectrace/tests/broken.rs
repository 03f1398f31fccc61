//! Broken traces: whatever the bytes, the reader ends, gives what could be read and says what was wrong.

use std::io::{self, Read};
use std::path::Path;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use plumb_exectrace::{Event, EventKind, EventText, Problem, Reader};
use proptest::prelude::*;

/// Recorded traces: of a format that ends generations by the begin of the next one, and of one that says so.
static RECORDED: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    ["1.23.12", "1.26.2"].map(|version| {
        let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
        let packed = std::fs::File::open(recorded.join(format!("go-{version}.trace.gz"))).unwrap();
        let mut bytes = Vec::new();
        GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
        bytes
    })
});

/// Reads all events, and looks at all that they name.
fn read(input: impl Read) -> (Vec<Event>, Vec<Problem>) {
    let mut reader = Reader::new(input).unwrap();
    let mut events = Vec::new();
    let mut length = 0;
    while let Some(event) = reader.next_event() {
        length += EventText { event: &event, symbols: reader.symbols() }.to_string().len();
        events.push(event);
    }
    assert!(length > 0);
    (events, reader.problems().to_vec())
}

fn assert_in_order(events: &[Event]) {
    assert!(events.windows(2).all(|pair| pair[0].time <= pair[1].time));
}

#[test]
fn what_was_whole_before_the_cut_is_read() {
    for trace in &*RECORDED {
        let (whole, problems) = read(&trace[..]);
        assert_eq!(problems, []);
        let (cut, problems) = read(&trace[..trace.len() - 1]);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(matches!(problems[0], Problem::CutOff { bytes } if bytes > 0), "{problems:?}");
        assert!(!cut.is_empty() && cut.len() < whole.len());
        let same = cut.iter().zip(&whole).take_while(|(cut, whole)| cut == whole).count();
        // All but the last, which says that the trace ends.
        assert!(same >= cut.len() - 1, "{same} of {}", cut.len());
    }
}

#[test]
fn a_header_alone_holds_no_events() {
    let (events, problems) = read(&RECORDED[1][..16]);
    assert!(matches!(events[..], [Event { kind: EventKind::Sync(_), .. }]), "{events:?}");
    assert_eq!(problems, [Problem::NoEvents]);
}

/// Fails once it has given some bytes.
struct Failing<'a>(&'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::new(io::ErrorKind::ConnectionReset, "connection reset")),
            count => Ok(count),
        }
    }
}

#[test]
fn a_connection_that_breaks_is_told_of() {
    let (_, problems) = read(Failing(&RECORDED[1][..30_000]));
    assert_eq!(problems, [Problem::Io("connection reset".to_owned())]);
}

#[test]
fn a_broken_generation_does_not_take_the_next_one_along() {
    let (whole, _) = read(&RECORDED[0][..]);
    let syncs = |events: &[Event]| {
        events.iter().filter(|event| matches!(event.kind, EventKind::Sync(_))).count()
    };
    assert!(syncs(&whole) >= 3, "{}", syncs(&whole));
    let survived = (0..400).filter(|step| {
        let mut trace = RECORDED[0].clone();
        trace[1_000 + step * 37] ^= 0x15;
        let (events, problems) = read(&trace[..]);
        let gap = events.iter().position(|event| event.kind == EventKind::Gap);
        gap.is_some_and(|gap| !problems.is_empty() && events[gap..].len() > 100)
    });
    assert!(survived.count() > 20);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn mutilated_traces_are_read_to_some_end(
        newest in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<Option<prop::sample::Index>>(),
    ) {
        let mut trace = RECORDED[usize::from(newest)].clone();
        for (index, byte) in changes {
            let index = index.index(trace.len() - 16) + 16;
            trace[index] = byte;
        }
        if let Some(cut) = cut {
            trace.truncate(cut.index(trace.len() - 16) + 16);
        }
        let (events, _) = read(&trace[..]);
        assert_in_order(&events);
    }

    #[test]
    fn any_bytes_after_a_header_are_read_to_some_end(
        version in prop::sample::select(vec!["22", "23", "25", "26"]),
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let mut trace = format!("go 1.{version} trace\0\0\0").into_bytes();
        trace.extend(bytes);
        let (events, _) = read(&trace[..]);
        assert_in_order(&events);
    }
}
