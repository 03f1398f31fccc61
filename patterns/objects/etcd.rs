//! `go.etcd.io/etcd/client/v3`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[
    &WATCH,
    &LEASE,
    &KEEP_ALIVE,
    &SESSION,
    &CLIENT,
    &FORMER_CLIENT,
    &FORMER_SESSION,
    &FIRST_CLIENT,
    &FIRST_SESSION,
];

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
    source: closed(
        ResourceKind::Subscription,
        &["go.etcd.io/etcd/client/v3.Watcher"],
        &[
            first("go.etcd.io/etcd/client/v3.NewWatcher"),
            first("go.etcd.io/etcd/client/v3.NewWatchFromWatchClient"),
        ],
    ),
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
    source: closed(
        ResourceKind::Worker,
        &["go.etcd.io/etcd/client/v3.Lease"],
        &[
            first("go.etcd.io/etcd/client/v3.NewLease"),
            first("go.etcd.io/etcd/client/v3.NewLeaseFromLeaseClient"),
        ],
    ),
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
    source: Source {
        kind: ResourceKind::Worker,
        types: &["go.etcd.io/etcd/client/v3/concurrency.Session"],
        acquires: &[first("go.etcd.io/etcd/client/v3/concurrency.NewSession")],
        releases: &[Release::Method("Close"), Release::Method("Orphan")],
    },
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
    source: closed(
        ResourceKind::Client,
        &["go.etcd.io/etcd/client/v3.Client"],
        &[
            first("go.etcd.io/etcd/client/v3.New"),
            first("go.etcd.io/etcd/client/v3.NewFromURL"),
            first("go.etcd.io/etcd/client/v3.NewFromURLs"),
        ],
    ),
    heap_marks: &["go.etcd.io/etcd/client/v3.(*Client).dialWithBalancer"],
    known_bad: &[],
    notes: "Its goroutines are those of a grpc.ClientConn and are counted there; one of its own \
            only with AutoSyncInterval.",
};

static FORMER_CLIENT: LibraryObject = in_source(
    "go.etcd.io/etcd",
    "clientv3.Client",
    "v3.3.27",
    closed(
        ResourceKind::Client,
        &["go.etcd.io/etcd/clientv3.Client"],
        &[
            first("go.etcd.io/etcd/clientv3.New"),
            first("go.etcd.io/etcd/clientv3.NewFromURL"),
            first("go.etcd.io/etcd/clientv3.NewFromURLs"),
        ],
    ),
    "Under the path it had before v3.5.",
);

static FORMER_SESSION: LibraryObject = in_source(
    "go.etcd.io/etcd",
    "concurrency.Session",
    "v3.3.27",
    Source {
        kind: ResourceKind::Worker,
        types: &["go.etcd.io/etcd/clientv3/concurrency.Session"],
        acquires: &[first("go.etcd.io/etcd/clientv3/concurrency.NewSession")],
        releases: &[Release::Method("Close"), Release::Method("Orphan")],
    },
    "Under the path it had before v3.5.",
);

static FIRST_CLIENT: LibraryObject = in_source(
    "github.com/coreos/etcd",
    "clientv3.Client",
    "v3.3.27",
    closed(
        ResourceKind::Client,
        &["github.com/coreos/etcd/clientv3.Client"],
        &[
            first("github.com/coreos/etcd/clientv3.New"),
            first("github.com/coreos/etcd/clientv3.NewFromURL"),
            first("github.com/coreos/etcd/clientv3.NewFromURLs"),
        ],
    ),
    "Under the path it had before v3.5.",
);

static FIRST_SESSION: LibraryObject = in_source(
    "github.com/coreos/etcd",
    "concurrency.Session",
    "v3.3.27",
    Source {
        kind: ResourceKind::Worker,
        types: &["github.com/coreos/etcd/clientv3/concurrency.Session"],
        acquires: &[first("github.com/coreos/etcd/clientv3/concurrency.NewSession")],
        releases: &[Release::Method("Close"), Release::Method("Orphan")],
    },
    "Under the path it had before v3.5.",
);
