//! Databases that are known by their source alone.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Source};

use crate::record::{closed, first, in_source};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[
    &LEVELDB,
    &LEVELDB_ITERATOR,
    &LEVELDB_SNAPSHOT,
    &LEVELDB_TRANSACTION,
    &MGO_SESSION,
    &MGO_ITER,
    &GLOBALSIGN_MGO_SESSION,
    &GLOBALSIGN_MGO_ITER,
    &INFLUX,
    &INFLUX_ONE,
    &INFLUX_TWO,
    &NEO4J,
    &NEO4J_SESSION,
    &PROMETHEUS_QUERIER,
    &PROMETHEUS_TSDB,
];

static LEVELDB: LibraryObject = in_source(
    "github.com/syndtr/goleveldb",
    "leveldb.DB",
    "v1.0.0",
    closed(
        ResourceKind::Client,
        &["github.com/syndtr/goleveldb/leveldb.DB"],
        &[
            first("github.com/syndtr/goleveldb/leveldb.Open"),
            first("github.com/syndtr/goleveldb/leveldb.OpenFile"),
            first("github.com/syndtr/goleveldb/leveldb.Recover"),
            first("github.com/syndtr/goleveldb/leveldb.RecoverFile"),
        ],
    ),
    "Goroutines that compact, a lock and open files.",
);

static LEVELDB_ITERATOR: LibraryObject = in_source(
    "github.com/syndtr/goleveldb",
    "leveldb iterator",
    "v1.0.0",
    Source {
        kind: ResourceKind::Stream,
        types: &["github.com/syndtr/goleveldb/leveldb/iterator.Iterator"],
        acquires: &[
            first("github.com/syndtr/goleveldb/leveldb.(*DB).NewIterator"),
            first("github.com/syndtr/goleveldb/leveldb.(*Snapshot).NewIterator"),
            first("github.com/syndtr/goleveldb/leveldb.(*Transaction).NewIterator"),
        ],
        releases: &[Release::Method("Release")],
    },
    "Keeps tables and old versions alive.",
);

static LEVELDB_SNAPSHOT: LibraryObject = in_source(
    "github.com/syndtr/goleveldb",
    "leveldb.Snapshot",
    "v1.0.0",
    Source {
        kind: ResourceKind::Stream,
        types: &["github.com/syndtr/goleveldb/leveldb.Snapshot"],
        acquires: &[first("github.com/syndtr/goleveldb/leveldb.(*DB).GetSnapshot")],
        releases: &[Release::Method("Release")],
    },
    "Keeps old versions alive.",
);

static LEVELDB_TRANSACTION: LibraryObject = in_source(
    "github.com/syndtr/goleveldb",
    "leveldb.Transaction",
    "v1.0.0",
    Source {
        kind: ResourceKind::Rows,
        types: &["github.com/syndtr/goleveldb/leveldb.Transaction"],
        acquires: &[first("github.com/syndtr/goleveldb/leveldb.(*DB).OpenTransaction")],
        releases: &[Release::Method("Discard"), Release::Method("Commit")],
    },
    "Locks all writers out.",
);

static MGO_SESSION: LibraryObject = in_source(
    "gopkg.in/mgo.v2",
    "mgo.Session",
    "r2018.06.15",
    closed(
        ResourceKind::Connection,
        &["gopkg.in/mgo%2ev2.Session"],
        &[
            first("gopkg.in/mgo%2ev2.Dial"),
            first("gopkg.in/mgo%2ev2.DialWithTimeout"),
            first("gopkg.in/mgo%2ev2.DialWithInfo"),
            first("gopkg.in/mgo%2ev2.(*Session).Copy"),
            first("gopkg.in/mgo%2ev2.(*Session).Clone"),
            first("gopkg.in/mgo%2ev2.(*Session).New"),
        ],
    ),
    "Each has a socket of the pool once it is used.",
);

static MGO_ITER: LibraryObject = in_source(
    "gopkg.in/mgo.v2",
    "mgo.Iter",
    "r2018.06.15",
    Source {
        kind: ResourceKind::Rows,
        types: &["gopkg.in/mgo%2ev2.Iter"],
        acquires: &[
            first("gopkg.in/mgo%2ev2.(*Query).Iter"),
            first("gopkg.in/mgo%2ev2.(*Query).Tail"),
            first("gopkg.in/mgo%2ev2.(*Pipe).Iter"),
        ],
        releases: &[Release::Method("Close"), Release::Method("All"), Release::Exhaustion("Next")],
    },
    "A cursor on the server.",
);

static GLOBALSIGN_MGO_SESSION: LibraryObject = in_source(
    "github.com/globalsign/mgo",
    "mgo.Session",
    "r2018.06.15",
    closed(
        ResourceKind::Connection,
        &["github.com/globalsign/mgo.Session"],
        &[
            first("github.com/globalsign/mgo.Dial"),
            first("github.com/globalsign/mgo.DialWithTimeout"),
            first("github.com/globalsign/mgo.DialWithInfo"),
            first("github.com/globalsign/mgo.(*Session).Copy"),
            first("github.com/globalsign/mgo.(*Session).Clone"),
            first("github.com/globalsign/mgo.(*Session).New"),
        ],
    ),
    "Each has a socket of the pool once it is used.",
);

static GLOBALSIGN_MGO_ITER: LibraryObject = in_source(
    "github.com/globalsign/mgo",
    "mgo.Iter",
    "r2018.06.15",
    Source {
        kind: ResourceKind::Rows,
        types: &["github.com/globalsign/mgo.Iter"],
        acquires: &[
            first("github.com/globalsign/mgo.(*Query).Iter"),
            first("github.com/globalsign/mgo.(*Query).Tail"),
            first("github.com/globalsign/mgo.(*Pipe).Iter"),
        ],
        releases: &[Release::Method("Close"), Release::Method("All"), Release::Exhaustion("Next")],
    },
    "A cursor on the server.",
);

static INFLUX: LibraryObject = in_source(
    "github.com/influxdata/influxdb",
    "influxdb client",
    "v1.12.4",
    closed(
        ResourceKind::Client,
        &["github.com/influxdata/influxdb/client/v2.Client"],
        &[
            first("github.com/influxdata/influxdb/client/v2.NewHTTPClient"),
            first("github.com/influxdata/influxdb/client/v2.NewUDPClient"),
        ],
    ),
    "A transport, or a socket.",
);

static INFLUX_ONE: LibraryObject = in_source(
    "github.com/influxdata/influxdb1-client",
    "influxdb client",
    "v0.0.0-20220302092344",
    closed(
        ResourceKind::Client,
        &["github.com/influxdata/influxdb1-client/v2.Client"],
        &[
            first("github.com/influxdata/influxdb1-client/v2.NewHTTPClient"),
            first("github.com/influxdata/influxdb1-client/v2.NewUDPClient"),
        ],
    ),
    "A transport, or a socket.",
);

static INFLUX_TWO: LibraryObject = in_source(
    "github.com/influxdata/influxdb-client-go/v2",
    "influxdb2.Client",
    "v2.14.0",
    closed(
        ResourceKind::Client,
        &["github.com/influxdata/influxdb-client-go/v2.Client"],
        &[
            first("github.com/influxdata/influxdb-client-go/v2.NewClient"),
            first("github.com/influxdata/influxdb-client-go/v2.NewClientWithOptions"),
        ],
    ),
    "Goroutines of its writers.",
);

static NEO4J: LibraryObject = in_source(
    "github.com/neo4j/neo4j-go-driver/v5",
    "neo4j driver",
    "v5.27.0",
    closed(
        ResourceKind::Client,
        &[
            "github.com/neo4j/neo4j-go-driver/v5/neo4j.Driver",
            "github.com/neo4j/neo4j-go-driver/v5/neo4j.DriverWithContext",
        ],
        &[
            first("github.com/neo4j/neo4j-go-driver/v5/neo4j.NewDriver"),
            first("github.com/neo4j/neo4j-go-driver/v5/neo4j.NewDriverWithContext"),
        ],
    ),
    "A pool of connections.",
);

static NEO4J_SESSION: LibraryObject = in_source(
    "github.com/neo4j/neo4j-go-driver/v5",
    "neo4j session",
    "v5.27.0",
    closed(
        ResourceKind::Rows,
        &[
            "github.com/neo4j/neo4j-go-driver/v5/neo4j.Session",
            "github.com/neo4j/neo4j-go-driver/v5/neo4j.SessionWithContext",
        ],
        &[
            first("github.com/neo4j/neo4j-go-driver/v5/neo4j.Driver.NewSession"),
            first("github.com/neo4j/neo4j-go-driver/v5/neo4j.DriverWithContext.NewSession"),
        ],
    ),
    "Holds one connection of the pool.",
);

static PROMETHEUS_QUERIER: LibraryObject = in_source(
    "github.com/prometheus/prometheus",
    "storage.Querier",
    "v0.305.0",
    closed(
        ResourceKind::Stream,
        &[
            "github.com/prometheus/prometheus/storage.Querier",
            "github.com/prometheus/prometheus/storage.ChunkQuerier",
        ],
        &[
            first("github.com/prometheus/prometheus/storage.Queryable.Querier"),
            first("github.com/prometheus/prometheus/storage.ChunkQueryable.ChunkQuerier"),
            first("github.com/prometheus/prometheus/tsdb.(*DB).Querier"),
            first("github.com/prometheus/prometheus/tsdb.(*DB).ChunkQuerier"),
            first("github.com/prometheus/prometheus/tsdb.NewBlockQuerier"),
            first("github.com/prometheus/prometheus/tsdb.NewBlockChunkQuerier"),
        ],
    ),
    "Keeps blocks from being deleted.",
);

static PROMETHEUS_TSDB: LibraryObject = in_source(
    "github.com/prometheus/prometheus",
    "tsdb.DB",
    "v0.305.0",
    closed(
        ResourceKind::Client,
        &["github.com/prometheus/prometheus/tsdb.DB"],
        &[first("github.com/prometheus/prometheus/tsdb.Open")],
    ),
    "Goroutines that compact, a lock and open files.",
);
