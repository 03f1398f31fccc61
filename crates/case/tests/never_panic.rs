//! No reader panics, whatever it is given: noise, and real listings with bytes changed, cut and repeated.

mod common;

use std::sync::LazyLock;

use common::fixture;
use plumb_case::convert::metrics;
use plumb_case::host::{lsof, netstat, proc_net, process, sockets, ss};
use proptest::prelude::*;

fn everything(text: &str) {
    for pid in [None, Some(1)] {
        ss::read(text, None, pid);
        netstat::read(text, None, pid);
        lsof::read(text, None, pid);
    }
    ss::looks_like(text);
    netstat::looks_like(text);
    lsof::looks_like(text);
    proc_net::looks_like(text);
    proc_net::read(text, None);
    sockets::read(text, None);
    metrics::looks_like(text);
    metrics::read(text, None);
    // Errors are fine, panics are not.
    let _ = process::read(text.as_bytes(), None);
    for name in
        ["stat", "status", "limits", "smaps_rollup", "uptime", "memory.max", "memory.events"]
    {
        let files = [(name.to_owned(), text.to_owned())].into();
        process::convert(&process::ProcessRecord { files, ..Default::default() }, None);
    }
}

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut seeds = vec![
        b"{\"source\":\"sock_diag\",\"owned_only\":true,\"listening\":[80],\"time_wait\":1,\"syn_recv\":0}\n\
          {\"local\":\"1.2.3.4:80\",\"remote\":\"5.6.7.8:9\",\"state\":1,\"timer\":2}\n"
            .to_vec(),
        b"# TYPE a counter\na_total{b=\"c\\\"\",d=\"e\"} 1 2 # {x=\"y\"} 3\n{\"f.g\",h=\"i\"} 4\n".to_vec(),
    ];
    for entry in std::fs::read_dir(fixture("sockets")).unwrap() {
        seeds.push(std::fs::read(entry.unwrap().path()).unwrap());
    }
    seeds
});

fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..30);
    (any::<prop::sample::Index>(), edits).prop_map(|(seed, edits)| {
        let mut text = seed.get(SEEDS.as_slice()).clone();
        for (at, byte, edit) in edits {
            if text.is_empty() {
                break;
            }
            let at = at.index(text.len());
            match edit {
                0 => text[at] = byte,
                1 => text.truncate(at),
                2 => text.insert(at, byte),
                _ => drop(text.drain(at..(at + usize::from(byte)).min(text.len()))),
            }
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_listings(text in damaged()) {
        everything(&String::from_utf8_lossy(&text));
    }

    #[test]
    fn noise(text in "(tcp|ESTAB|users:\\(\\(|[a-z0-9.:*/\\[\\]() \"{}=,#\n\té-]){0,200}") {
        everything(&text);
    }
}
