//! Diagnoses of every shape, built by hand: what `detect` may hand over, and worse.

use plumb_evidence::catalogue::{Catalogue, Example, Pattern, Prevention, Threshold};
use plumb_evidence::finding::*;
use plumb_evidence::measure::{Driver, Growth, Interval, Measured, Unit};
use plumb_evidence::{Diagnosis, Finding, Problem, Site};

pub(crate) static BODY: Pattern = RECORD;

/// The record itself, for patterns that differ in one field.
pub(crate) const RECORD: Pattern = Pattern {
    id: "http-body-not-closed",
    title: "response body never closed",
    shows: "Goroutines in `readLoop` and `writeLoop` rise together.\n\nSockets stay in CLOSE_WAIT.",
    why: "A response whose body is neither read to its end nor closed keeps its connection: two goroutines, \
          a socket and 4 kB of buffers. The transport cannot give the connection to another request, so each \
          request dials anew. The collector cannot help, because the goroutines refer to the connection.",
    fix: "Close the body on every path: `defer resp.Body.Close()` right after the error check, also where the \
          response itself is of no interest. Read it to its end before, or the connection cannot be used again. \
          Closing is safe at any time.",
    example: Example {
        before: "resp, err := http.Post(url, \"text/plain\", body)\nif err != nil {\n\treturn err\n}\nreturn nil\n",
        after: "resp, err := http.Post(url, \"text/plain\", body)\nif err != nil {\n\treturn err\n}\ndefer resp.Body.Close()\nreturn nil\n",
    },
    prevention: Prevention {
        test: "Count connections of an httptest.Server after the calls.",
        gate: "`plumb scan ./...`",
        alert: "deriv(go_goroutines[1h]) > 0.005 and go_goroutines > 1000",
        doc_comment: "The caller must close the body.",
    },
    sources: &["net/http, type Response (https://pkg.go.dev/net/http#Response)"],
    thresholds: &[Threshold {
        name: "held responses",
        value: 20.0,
        unit: "connections",
        source: "measured: a client at 50 requests/s holds 3",
    }],
    check: |_| None,
};

pub(crate) static CATALOGUE: Catalogue =
    Catalogue { patterns: &[&BODY], objects: &[], advisories: || &[] };

pub(crate) fn site(function: &str, file: &str, line: u32) -> Site {
    Site {
        kind: SiteKind::Line,
        file: file.into(),
        line,
        function: function.into(),
        package: function.split('.').next().unwrap_or_default().into(),
        version: None,
        role: Role::Creates,
        found_by: vec![WitnessKind::Heap],
    }
}

fn interval(low: f64, estimate: f64, high: f64) -> Interval {
    Interval { low, estimate, high }
}

fn growing(count: u64, per_hour: Interval) -> Measured {
    let window = 15.0;
    Measured {
        count,
        series: vec![(0.0, count as f64 - 1.0), (window, count as f64)],
        growth: Some(Growth {
            unit: Unit::Pieces,
            gain: per_hour.scaled(window / 3600.0),
            per_hour: Some(per_hour),
            per_request: None,
            driver: Some(Driver::Clock),
            bends: false,
            window_seconds: window,
        }),
        survival: None,
        wait_minutes: Some((3100, 7190)),
        limit_reached: None,
        instances: (1, 1),
    }
}

/// A complete finding with a decided line.
pub(crate) fn decided() -> Finding {
    let evidence = vec![
        EvidenceItem::new(
            "mechanism",
            "2,610 of 2,612 readLoop goroutines wait in select with a response in hand: nobody has read it to the end or closed it",
        ),
        EvidenceItem::new(
            "count",
            "2,610 http.persistConn (response held): 2,610 × net/http.(*persistConn).readLoop [select], 2,610 × net/http.(*persistConn).writeLoop [select]",
        ),
        EvidenceItem::new("growth", "grew by 0.1 in 15 s, although no work arrived"),
        EvidenceItem::new("age", "they have waited 2 d 4 h in the median, 5 d at the longest"),
        EvidenceItem::new(
            "heap",
            "heap paths through it that hold a line of yours: 11.5 MB live (23 samples of 23 allocated)",
        ),
        EvidenceItem::new("sockets", "2,598 sockets to 10.2.0.7:443, none with a keepalive timer"),
        EvidenceItem::new("sockets", "2,598 sockets to 10.2.0.7:443, none with a keepalive timer"),
    ];
    let site = site(
        "example.com/shop/internal/billing.(*Reporter).send",
        "/home/ci/shop/internal/billing/report.go",
        41,
    );
    let title = "response body never closed: 2,610 http.persistConn (response held)";
    let mut finding = Finding::new(
        title.into(),
        Confidence::Likely,
        Resource::Goroutines,
        site,
        growing(2610, interval(18.0, 22.0, 26.0)),
        evidence,
    )
    .unwrap();
    finding.pattern = Some(&BODY);
    finding.object = Some("http.persistConn".into());
    finding.bytes = Some(12.3 * 1048576.0);
    finding.forecast = Some(Forecast {
        what: "memory limit of the cgroup".into(),
        limit: 536870912.0,
        unit: Unit::Bytes,
        hours: interval(91.0, 108.0, 132.0),
    });
    finding.why = BODY.why.into();
    finding.fix = BODY.fix.into();
    finding.verify = "plumb diagnose http://127.0.0.1:6060".into();
    finding
}

/// The same with the source at hand.
pub(crate) fn with_source() -> Finding {
    let mut finding = decided();
    let step = |line, text: &str| PathStep {
        file: finding.site.file.clone(),
        line,
        text: text.to_owned(),
    };
    finding.path = vec![
        step(41, "client.Post acquires it"),
        step(45, "resp.StatusCode >= 500 is true"),
        step(46, "returns without releasing it"),
    ];
    finding.diff = Some(
        "--- internal/billing/report.go\n+++ internal/billing/report.go\n@@ -44,3 +44,4 @@\n \t}\n+\tdefer resp.Body.Close()\n".into(),
    );
    finding.introduced = Some(Introduced {
        commit: "3f2a9c1d7e8b405162738495a6b7c8d9e0f10213".into(),
        date: "2026-11-03T09:12:44Z".into(),
    });
    finding
}

/// The same leak with three call sites and no decision between them.
pub(crate) fn open_line() -> Finding {
    let mut finding = decided();
    finding.site = Site {
        kind: SiteKind::EntryPoint,
        version: Some("go1.27.3".into()),
        role: Role::Uses,
        found_by: vec![],
        ..site("net/http.(*Client).Do", "", 0)
    };
    let candidate = |function: &str, line, share, basis: &str| Candidate {
        site: site(function, "/home/ci/shop/internal/billing/report.go", line),
        share,
        basis: basis.into(),
    };
    finding.candidates = vec![
        candidate(
            "example.com/shop/internal/billing.(*Reporter).send",
            41,
            0.62,
            "2 of 2 sampled objects live",
        ),
        candidate(
            "example.com/shop/internal/stock.refresh",
            87,
            0.31,
            "1 of 9 sampled objects live",
        ),
        candidate("main.ping", 12, 0.004, "0 of 12 sampled objects live"),
    ];
    finding.would_decide = vec![
        "about 900 more leaks".into(),
        "GODEBUG=memprofilerate=1 at the start of the service".into(),
    ];
    finding
}

/// Memory that grows with the requests, and two lines that matter.
pub(crate) fn memory_leak() -> Finding {
    let mut finding = Finding::new(
        "map entry never deleted: 41,000 objects allocated in chat.(*Hub).join".into(),
        Confidence::Possible,
        Resource::Memory,
        Site { role: Role::Stores, ..site("chat.(*Hub).join", "chat/hub.go", 55) },
        Measured { wait_minutes: None, ..growing(41000, interval(9e8, 1.2e9, 1.6e9)) },
        vec![EvidenceItem::new("heap", "205 MB live of 206 MB allocated on this path")],
    )
    .unwrap();
    if let Some(growth) = finding.measured.growth.as_mut() {
        growth.unit = Unit::Bytes;
        growth.driver = Some(Driver::Requests);
        growth.per_request = Some(5120.0);
    }
    finding.measured.instances = (2, 3);
    finding.bytes = Some(205.0 * 1048576.0);
    finding.related =
        vec![Site { role: Role::Deletes, ..site("chat.(*Hub).leave", "chat/hub.go", 71) }];
    finding.why = "Entries are stored under one key and deleted under another.".into();
    finding.fix = "Delete under the key that was stored.".into();
    finding.verify = "plumb diagnose http://127.0.0.1:6060".into();
    finding
}

pub(crate) fn memory() -> MemorySplit {
    let part = |name, megabytes: u64, meaning| MemoryPart { name, bytes: megabytes << 20, meaning };
    MemorySplit {
        instance: "127.0.0.1:6060".into(),
        resident: 98 << 20,
        virtual_bytes: Some(1843 << 20),
        measured: true,
        in_use: Some(43 << 20),
        parts: vec![
            part("live heap", 43, "growing here is a leak or more work"),
            part("idle, not returned", 21, "free memory that Go keeps; not a leak"),
            part("goroutine stacks", 20, "grows with the number of goroutines"),
            part("mapped files", 9, "the kernel can take it back"),
            part("Go runtime", 5, "the collector's own tables"),
        ],
        sentence: "VIRT 1.8 GB is address space, not memory. RES 98.0 MB is what counts against the limit. 43.0 MB of it \
                   is live heap; most of the rest is idle, not returned."
            .into(),
    }
}

/// A service with these findings.
pub(crate) fn diagnosis(findings: Vec<Finding>) -> Diagnosis {
    let snapshot = |second: i64| SnapshotSummary {
        taken: plumb_evidence::Timestamp::from_second(1_790_000_000 + second).ok(),
        goroutines: Some(5234),
        groups: Some(31),
        heap_inuse: Some(44 << 20),
        rss: Some(98 << 20),
        after_gc: false,
    };
    Diagnosis {
        target: "http://127.0.0.1:6060".into(),
        instances: vec![InstanceSummary {
            id: "127.0.0.1:6060".into(),
            go: Some("go1.27.3".into()),
            module: Some("example.com/shop".into()),
            revision: None,
            snapshots: (0..4).map(|round| snapshot(round * 5)).collect(),
        }],
        verdict: if findings.is_empty() { Verdict::Clean } else { Verdict::Leak },
        findings,
        undecided: Vec::new(),
        memory: vec![memory()],
        sockets: None,
        problems: Vec::new(),
        healthy: vec![
            "200 net/http.conn (idle): as many as connections that clients keep open".into(),
            "8 goroutines in main.worker (chan receive): workers at rest".into(),
        ],
        known_leaks: Vec::new(),
    }
}

/// Nothing leaks, in a program with libraries of which some versions do.
pub(crate) fn with_known_leaks() -> Diagnosis {
    let leak = |id, module, seen: &str, fixed: &str| KnownLeak {
        id,
        module,
        version: "v1.3.3".into(),
        seen: seen.into(),
        condition: "more than 32 channels: when one fires the watchers of the other chunks stay",
        mended: format!("mended in {fixed}"),
        source: "example/repo#12",
    };
    let mut diagnosis = diagnosis(Vec::new());
    diagnosis.known_leaks = vec![
        leak("memdb-watchset", "example.com/memdb", "3 goroutines", "v1.3.4"),
        leak("pool-close", "example.com/pool", "1 goroutine", "v1.4.0"),
        leak("list-grows", "example.com/list", "1.2 MB of live heap", "v1.5.0"),
        leak("last", "example.com/last", "2 goroutines", "v2.0.0"),
    ];
    diagnosis
}

pub(crate) fn open_diagnosis() -> Diagnosis {
    let finding = open_line();
    let mut diagnosis = diagnosis(vec![finding.clone()]);
    diagnosis.undecided.push(Undecided {
        what: format!("the line of \"{}\"", finding.title),
        bring: finding.would_decide.join("; or "),
    });
    diagnosis
}

pub(crate) fn undecided() -> Diagnosis {
    let mut diagnosis = diagnosis(Vec::new());
    diagnosis.verdict = Verdict::Undecided;
    diagnosis.target = "heap.0.pprof".into();
    diagnosis.memory.clear();
    diagnosis.undecided = vec![
        Undecided {
            what: "whether goroutines grow".into(),
            bring: "more snapshots some minutes apart, or the URL, so that plumb can look for 15 s or longer (--for)".into(),
        },
        Undecided { what: "memory".into(), bring: "a heap profile: /debug/pprof/heap".into() },
    ];
    diagnosis
}

/// Nothing but problems, some of them the same for several inputs.
pub(crate) fn problems_only() -> Diagnosis {
    let mut diagnosis = undecided();
    diagnosis.instances.clear();
    diagnosis.healthy.clear();
    let problem = |what: &str, input: String| Problem { what: what.into(), input: input.into() };
    diagnosis.problems = (0..5)
        .map(|n| problem("cut short: the gzip stream ends early", format!("heap.{n}.pprof")))
        .chain([problem("a CPU profile: it cannot tell leaks", "cpu.pprof".into())])
        .collect();
    diagnosis
}

/// Names, numbers and texts as large as they come.
pub(crate) fn huge(name_length: usize) -> Diagnosis {
    let name =
        format!("example.com/{}.(*T).{}", "a".repeat(name_length / 2), "B".repeat(name_length / 2));
    let mut finding = open_line();
    finding.measured.count = u64::MAX;
    finding.bytes = Some(f64::MAX);
    finding.title =
        format!("unnamed leak: 18,446,744,073,709,551,615 goroutines in {name} (chan send)");
    finding.object = Some(name.clone());
    finding.site =
        site(&name, &format!("/build/{}/x.go", "deep/".repeat(name_length / 5)), u32::MAX);
    for candidate in &mut finding.candidates {
        candidate.site = site(&name, &format!("{}.go", "f".repeat(name_length)), 7);
    }
    if let Some(growth) = finding.measured.growth.as_mut() {
        growth.per_hour = Some(interval(1e18, 1e19, 1e300));
        growth.gain = interval(1.0, 1e18, f64::INFINITY);
    }
    finding.forecast = Some(Forecast {
        what: "limit of open files".into(),
        limit: 1048576.0,
        unit: Unit::Pieces,
        hours: interval(0.0, 0.001, f64::INFINITY),
    });
    finding.evidence.push(EvidenceItem::new("count", format!("in {name}, {name}")));
    finding.verify = format!("plumb diagnose http://{name}");
    let mut diagnosis = diagnosis(vec![finding]);
    diagnosis.target = format!("http://{name}");
    diagnosis.healthy.push(format!("1 {name}: fine"));
    diagnosis.problems.push(Problem { what: name.clone(), input: name.into() });
    diagnosis
}

/// Whether a line holds what must stay in one piece to be copied: a path or a command.
pub(crate) fn is_to_be_copied(line: &str) -> bool {
    let text = line.trim_start();
    text.starts_with("plumb ") || !text.contains(' ')
}
