//! `github.com/twmb/franz-go`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{first, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CLIENT];

static CLIENT: LibraryObject = LibraryObject {
    module: "github.com/twmb/franz-go",
    name: "kgo.Client",
    checked: "v1.21.7",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/twmb/franz-go/pkg/kgo.(*Client).updateMetadataLoop"),
        one("github.com/twmb/franz-go/pkg/kgo.(*Client).reapConnectionsLoop"),
        one("github.com/twmb/franz-go/pkg/kgo.(*Client).pushMetrics"),
        one("github.com/twmb/franz-go/pkg/kgo.(*source).loopFetch"),
        one("github.com/twmb/franz-go/pkg/kgo.(*fetchManager).manageFetchConcurrency"),
        one("github.com/twmb/franz-go/pkg/kgo.(*brokerCxn).handleResps"),
    ]],
    phases: &[],
    constructors: &["github.com/twmb/franz-go/pkg/kgo.NewClient"],
    entry_points: &["github.com/twmb/franz-go/pkg/kgo.NewClient"],
    releases: &["kgo.Client.Close"],
    source: Source {
        kind: ResourceKind::Client,
        types: &["github.com/twmb/franz-go/pkg/kgo.Client"],
        acquires: &[first("github.com/twmb/franz-go/pkg/kgo.NewClient")],
        releases: &[Release::Method("Close"), Release::Method("CloseAllowingRebalance")],
    },
    heap_marks: &["github.com/twmb/franz-go/pkg/kgo.NewClient"],
    known_bad: &[
        KnownBad {
            introduced: "",
            fixed: "v1.7.0",
            what: "client Close could not close the SASL mechanism",
            source: "twmb/franz-go#182",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.21.4",
            what: "broker resets the connection at ApiVersions (Event Hubs): retry abandons the \
                   socket",
            source: "twmb/franz-go@c0f89d33",
        },
        KnownBad {
            introduced: "",
            fixed: "v1.3.1",
            what: "buffered fetches at Close: the fetch manager cannot quit",
            source: "twmb/franz-go CHANGELOG v1.3.1",
        },
    ],
    notes: "Produce, fetch and other requests use connections of their own, 2 to 3 a broker.",
};
