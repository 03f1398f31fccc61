//! `github.com/panjf2000/ants/v2`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{first, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&POOL];

static POOL: LibraryObject = LibraryObject {
    module: "github.com/panjf2000/ants/v2",
    name: "ants.Pool",
    checked: "v2.11.3, v2.8 names",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[
        &[
            one("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"),
            one("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
            one("github.com/panjf2000/ants/v2.(*goWorker).run"),
        ],
        &[
            one("github.com/panjf2000/ants/v2.(*Pool).ticktock"),
            one("github.com/panjf2000/ants/v2.(*Pool).purgeStaleWorkers"),
            one("github.com/panjf2000/ants/v2.(*goWorker).run"),
        ],
    ],
    phases: &[],
    constructors: &[
        "github.com/panjf2000/ants/v2.NewPool",
        "github.com/panjf2000/ants/v2.NewPoolWithFunc",
        "github.com/panjf2000/ants/v2.NewMultiPool",
    ],
    entry_points: &[
        "github.com/panjf2000/ants/v2.NewPool",
        "github.com/panjf2000/ants/v2.NewPoolWithFunc",
        "github.com/panjf2000/ants/v2.NewMultiPool",
    ],
    releases: &["ants.Pool.Release"],
    source: Source {
        kind: ResourceKind::Worker,
        types: &[
            "github.com/panjf2000/ants/v2.Pool",
            "github.com/panjf2000/ants/v2.PoolWithFunc",
            "github.com/panjf2000/ants/v2.MultiPool",
            "github.com/panjf2000/ants/v2.MultiPoolWithFunc",
        ],
        acquires: &[
            first("github.com/panjf2000/ants/v2.NewPool"),
            first("github.com/panjf2000/ants/v2.NewPoolWithFunc"),
            first("github.com/panjf2000/ants/v2.NewPoolWithFuncGeneric"),
            first("github.com/panjf2000/ants/v2.NewMultiPool"),
            first("github.com/panjf2000/ants/v2.NewMultiPoolWithFunc"),
        ],
        releases: &[Release::Method("Release"), Release::Method("ReleaseTimeout")],
    },
    heap_marks: &["github.com/panjf2000/ants/v2.newPool", "github.com/panjf2000/ants/v2.NewPool"],
    known_bad: &[
        KnownBad {
            introduced: "",
            fixed: "v2.8.1",
            what: "Release does not end the purge goroutine (v2.8.0 leaks)",
            source: "panjf2000/ants#287",
        },
        KnownBad {
            introduced: "",
            fixed: "v2.4.3",
            what: "worker gives itself back to a closed pool",
            source: "panjf2000/ants#114",
        },
    ],
    notes: "Importing the package makes one default pool. Idle workers end by themselves after \
            ExpiryDuration (1 s).",
};
