//! `github.com/go-zookeeper/zk`.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind, Side};

use crate::record::{closed, first, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CONN, &FORMER_CONN];

static CONN: LibraryObject = LibraryObject {
    module: "github.com/go-zookeeper/zk",
    name: "zk.Conn",
    checked: "v1.0.4",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("github.com/go-zookeeper/zk.Connect")]],
    phases: &[],
    constructors: &["github.com/go-zookeeper/zk.Connect"],
    entry_points: &["github.com/go-zookeeper/zk.Connect"],
    releases: &["zk.Conn.Close"],
    source: closed(
        ResourceKind::Client,
        &["github.com/go-zookeeper/zk.Conn"],
        &[
            first("github.com/go-zookeeper/zk.Connect"),
            first("github.com/go-zookeeper/zk.ConnectWithDialer"),
        ],
    ),
    heap_marks: &["github.com/go-zookeeper/zk.Connect"],
    known_bad: &[],
    notes: "Connect returns at once and the goroutine retries for ever. Same shape in \
            github.com/samuel/go-zookeeper.",
};

static FORMER_CONN: LibraryObject = in_source(
    "github.com/samuel/go-zookeeper",
    "zk.Conn",
    "v0.0.0-20201211165307",
    closed(
        ResourceKind::Client,
        &["github.com/samuel/go-zookeeper/zk.Conn"],
        &[
            first("github.com/samuel/go-zookeeper/zk.Connect"),
            first("github.com/samuel/go-zookeeper/zk.ConnectWithDialer"),
        ],
    ),
    "Under the path it had before.",
);
