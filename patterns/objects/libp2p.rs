//! `github.com/libp2p/go-libp2p`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&HOST, &STREAM];

static HOST: LibraryObject = LibraryObject {
    module: "github.com/libp2p/go-libp2p",
    name: "libp2p.Host",
    checked: "v0.39.0 (source)",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/libp2p/go-libp2p/p2p/net/swarm.(*connectednessEventEmitter).runEmitter"),
        one("github.com/libp2p/go-libp2p/p2p/net/swarm.(*DialBackoff).background"),
        one("github.com/libp2p/go-libp2p/p2p/host/basic.(*BasicHost).background"),
        one("github.com/libp2p/go-libp2p/p2p/protocol/identify.(*idService).loop"),
        one("github.com/libp2p/go-libp2p/p2p/protocol/identify.(*ObservedAddrManager).worker"),
        one(
            "github.com/libp2p/go-libp2p/p2p/host/peerstore/pstoremem.(*memoryAddrBook).background",
        ),
        one("github.com/libp2p/go-libp2p/p2p/host/resource-manager.(*resourceManager).background"),
        one("github.com/libp2p/go-libp2p/p2p/net/connmgr.(*BasicConnMgr).background"),
    ]],
    phases: &[],
    constructors: &["github.com/libp2p/go-libp2p.New"],
    entry_points: &["github.com/libp2p/go-libp2p.New"],
    releases: &["host.Host.Close"],
    source: closed(
        ResourceKind::Client,
        &["github.com/libp2p/go-libp2p/core/host.Host"],
        &[first("github.com/libp2p/go-libp2p.New")],
    ),
    heap_marks: &["github.com/libp2p/go-libp2p/p2p/net/swarm.NewSwarm"],
    known_bad: &[],
    notes: "Dozens of goroutines a host; one per process is normal.",
};

static STREAM: LibraryObject = in_source(
    "github.com/libp2p/go-libp2p",
    "libp2p stream",
    "v0.39.0",
    Source {
        kind: ResourceKind::Stream,
        types: &["github.com/libp2p/go-libp2p/core/network.Stream"],
        acquires: &[first("github.com/libp2p/go-libp2p/core/host.Host.NewStream")],
        releases: &[Release::Method("Close"), Release::Method("Reset")],
    },
    "Counts against the limits of the connection until both sides have closed it.",
);
