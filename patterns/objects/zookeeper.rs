//! `github.com/go-zookeeper/zk`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CONN];

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
    source: Source::NONE,
    heap_marks: &["github.com/go-zookeeper/zk.Connect"],
    known_bad: &[],
    notes: "Connect returns at once and the goroutine retries for ever. Same shape in \
            github.com/samuel/go-zookeeper.",
};
