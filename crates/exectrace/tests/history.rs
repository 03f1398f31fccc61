//! What traces of a program that leaks say of its goroutines. The program is `recorded/program.go`.

use std::path::Path;

use flate2::read::GzDecoder;
use plumb_exectrace::{
    ChainId, Count, Goroutine, GoroutineState, History, Reader, StackId, Symbols,
};

struct Trace {
    history: History,
    symbols: Symbols,
}

impl Trace {
    fn recorded(version: &str) -> Self {
        let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
        let packed = std::fs::File::open(recorded.join(format!("go-{version}.trace.gz"))).unwrap();
        let mut reader = Reader::new(GzDecoder::new(packed)).unwrap();
        let history = History::read(&mut reader);
        let (symbols, problems) = reader.into_parts();
        assert_eq!(problems, []);
        Self { history, symbols }
    }

    /// Names of the functions of a stack, the innermost first.
    fn functions(&self, stack: StackId) -> Vec<&str> {
        self.symbols.stack(stack).map(|frame| self.symbols.string(frame.function)).collect()
    }

    /// Where the goroutines of a chain begin.
    fn start(&self, chain: ChainId) -> Option<&str> {
        let (start, _) = self.history.chain(chain).next()?;
        self.functions(start).last().copied()
    }

    fn alive(&self, start: &str) -> Vec<&Goroutine> {
        let goroutines = self.history.goroutines();
        goroutines.filter(|goroutine| self.start(goroutine.chain) == Some(start)).collect()
    }
}

const VERSIONS: [&str; 4] = ["1.22.12", "1.23.12", "1.25.5", "1.26.2"];

#[test]
fn who_leaks_is_told_by_who_created_it() {
    for version in VERSIONS {
        let trace = Trace::recorded(version);
        let leaked = trace.alive("main.leak.func1");
        assert_eq!(leaked.len(), 7, "{version}");
        for goroutine in leaked {
            assert_eq!(goroutine.state, GoroutineState::Waiting);
            assert_eq!(trace.symbols.string(goroutine.reason), "chan send");
            assert!(trace.functions(goroutine.stack).ends_with(&["main.leak.func1"]));
            let chain: Vec<_> = trace.history.chain(goroutine.chain).collect();
            let [(_, creator)] = chain[..] else { panic!("{version}: {chain:?}") };
            assert!(trace.functions(creator).starts_with(&["main.leak", "main.main"]));
            let creation = goroutine.creation.unwrap();
            assert!(creation.time < goroutine.since && creation.stack == creator);
        }
    }
}

#[test]
fn chains_lead_through_goroutines_that_have_ended() {
    for version in VERSIONS {
        let trace = Trace::recorded(version);
        let counts = trace.history.counts();
        let of = |start: &str| {
            let counts = counts.iter().filter(|(chain, _)| trace.start(**chain) == Some(start));
            counts.fold(Count::default(), |sum, (_, count)| Count {
                alive: sum.alive + count.alive,
                ended: sum.ended + count.ended,
            })
        };
        assert_eq!(of("main.work"), Count { alive: 0, ended: 3 }, "{version}");
        let writers = trace.alive("net/http.(*persistConn).writeLoop");
        assert!(writers.len() >= 12, "{version}: {}", writers.len());
        for writer in writers {
            let chain: Vec<_> = trace.history.chain(writer.chain).collect();
            let creators = chain.iter().flat_map(|&(_, creator)| trace.functions(creator));
            let creators: Vec<_> = creators.collect();
            assert!(creators.contains(&"main.work.func1"), "{version}: {creators:?}");
            assert_eq!(creators.last(), Some(&"main.main"), "{version}");
        }
    }
}

#[test]
fn the_last_waker_of_a_writer_sent_the_request() {
    let mut named = 0;
    for version in VERSIONS {
        let trace = Trace::recorded(version);
        let wakings = trace.alive("net/http.(*persistConn).writeLoop");
        let wakings: Vec<_> = wakings.iter().filter_map(|writer| writer.waking).collect();
        // A writer that finds its only request when it begins is never woken.
        named += wakings.len();
        for waking in wakings {
            let waker = trace.functions(waking.stack);
            assert!(waker.contains(&"net/http.(*persistConn).roundTrip"), "{version}: {waker:?}");
            assert!(waker.contains(&"main.work.func1"), "{version}: {waker:?}");
            assert_eq!(trace.start(waking.waker_chain), Some("main.work"));
        }
    }
    assert!(named > 0);
}

#[test]
fn what_blocked_all_the_time_is_older_than_the_trace() {
    for version in VERSIONS {
        let trace = Trace::recorded(version);
        let begin = trace.history.begin().unwrap();
        let goroutines = trace.history.goroutines();
        let older: Vec<_> = goroutines.filter(|goroutine| goroutine.is_unchanged).collect();
        assert!(
            older.iter().all(|goroutine| goroutine.since == begin && goroutine.creation.is_none())
        );
        // Go 1.22 tells no stacks of them.
        let blocked = older
            .iter()
            .filter(|goroutine| trace.functions(goroutine.stack).contains(&"main.older"));
        assert_eq!(blocked.count(), if version == "1.22.12" { 0 } else { 3 }, "{version}");
        assert!(older.len() >= 3, "{version}");
    }
}
