//! `go.etcd.io/etcd/client/v3`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&WATCH, &LEASE, &KEEP_ALIVE, &SESSION, &CLIENT];

static WATCH: LibraryObject = LibraryObject {
    module: "go.etcd.io/etcd/client/v3",
    name: "clientv3 watch",
    checked: "v3.5.21",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("go.etcd.io/etcd/client/v3.(*watchGrpcStream).serveSubstream"),
        one("go.etcd.io/etcd/client/v3.(*watchGrpcStream).run"),
        one("go.etcd.io/etcd/client/v3.(*watchGrpcStream).serveWatchClient"),
    ]],
    phases: &[],
    constructors: &["go.etcd.io/etcd/client/v3.(*watcher).Watch"],
    entry_points: &["go.etcd.io/etcd/client/v3.(*watcher).Watch"],
    releases: &["cancel of the context given to Watch", "clientv3.Watcher.Close"],
    source: Source::NONE,
    heap_marks: &["go.etcd.io/etcd/client/v3.(*watchGrpcStream).run"],
    known_bad: &[],
    notes: "One goroutine a watch. The goroutine is made by the stream, not by the caller of \
            Watch. Watches with different outgoing metadata get a whole stream each.",
};

static LEASE: LibraryObject = LibraryObject {
    module: "go.etcd.io/etcd/client/v3",
    name: "clientv3.Lease",
    checked: "v3.5.21",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("go.etcd.io/etcd/client/v3.(*lessor).deadlineLoop"),
        one("go.etcd.io/etcd/client/v3.(*lessor).sendKeepAliveLoop"),
        one("go.etcd.io/etcd/client/v3.(*lessor).recvKeepAliveLoop"),
    ]],
    phases: &[],
    constructors: &[
        "go.etcd.io/etcd/client/v3.NewLease",
        "go.etcd.io/etcd/client/v3.NewLeaseFromLeaseClient",
    ],
    entry_points: &[
        "go.etcd.io/etcd/client/v3.NewLease",
        "go.etcd.io/etcd/client/v3.NewLeaseFromLeaseClient",
    ],
    releases: &["clientv3.Lease.Close"],
    source: Source::NONE,
    heap_marks: &["go.etcd.io/etcd/client/v3.NewLeaseFromLeaseClient"],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v3.6.0",
        what: "time.After per second; bounded and harmless with Go 1.23 timers",
        source: "etcd-io/etcd#17117",
    }],
    notes: "Each client has one built in, which is enough; NewLease per task multiplies it.",
};

static KEEP_ALIVE: LibraryObject = LibraryObject {
    module: "go.etcd.io/etcd/client/v3",
    name: "clientv3 keep-alive",
    checked: "v3.5.21",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("go.etcd.io/etcd/client/v3.(*lessor).keepAliveCtxCloser")]],
    phases: &[],
    constructors: &["go.etcd.io/etcd/client/v3.(*lessor).KeepAlive"],
    entry_points: &["go.etcd.io/etcd/client/v3.(*lessor).KeepAlive"],
    releases: &["cancel of the context given to KeepAlive", "concurrency.Session.Close"],
    source: Source::NONE,
    heap_marks: &["go.etcd.io/etcd/client/v3.(*lessor).KeepAlive"],
    known_bad: &[],
    notes: "One goroutine a KeepAlive call: one call a lease is enough, calling it on an interval \
            leaks one each time.",
};

static SESSION: LibraryObject = LibraryObject {
    module: "go.etcd.io/etcd/client/v3",
    name: "concurrency.Session",
    checked: "v3.5.21",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("go.etcd.io/etcd/client/v3/concurrency.NewSession")]],
    phases: &[],
    constructors: &["go.etcd.io/etcd/client/v3/concurrency.NewSession"],
    entry_points: &["go.etcd.io/etcd/client/v3/concurrency.NewSession"],
    releases: &["concurrency.Session.Close"],
    source: Source::NONE,
    heap_marks: &["go.etcd.io/etcd/client/v3/concurrency.NewSession"],
    known_bad: &[],
    notes: "Keeps its lease alive until it is closed or its client is.",
};

static CLIENT: LibraryObject = LibraryObject {
    module: "go.etcd.io/etcd/client/v3",
    name: "clientv3.Client",
    checked: "v3.5.21",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("go.etcd.io/etcd/client/v3.(*Client).autoSync")]],
    phases: &[],
    constructors: &[
        "go.etcd.io/etcd/client/v3.New",
        "go.etcd.io/etcd/client/v3.NewFromURL",
        "go.etcd.io/etcd/client/v3.NewFromURLs",
    ],
    entry_points: &[
        "go.etcd.io/etcd/client/v3.New",
        "go.etcd.io/etcd/client/v3.NewFromURL",
        "go.etcd.io/etcd/client/v3.NewFromURLs",
    ],
    releases: &["clientv3.Client.Close"],
    source: Source::NONE,
    heap_marks: &["go.etcd.io/etcd/client/v3.(*Client).dialWithBalancer"],
    known_bad: &[],
    notes: "Its goroutines are those of a grpc.ClientConn and are counted there; one of its own \
            only with AutoSyncInterval.",
};
