//! `github.com/docker/docker`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&EVENTS, &CLIENT, &READER, &BODY, &HIJACKED];

static EVENTS: LibraryObject = LibraryObject {
    module: "github.com/docker/docker",
    name: "docker events stream",
    checked: "v28.2.2",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("github.com/docker/docker/client.(*Client).Events")]],
    phases: &[],
    constructors: &["github.com/docker/docker/client.(*Client).Events"],
    entry_points: &["github.com/docker/docker/client.(*Client).Events"],
    releases: &["cancel of the context given to Events"],
    source: Source::NONE,
    heap_marks: &["github.com/docker/docker/client.(*Client).Events"],
    known_bad: &[],
    notes: "If nobody receives from its channels the goroutine sits in a select.",
};

static CLIENT: LibraryObject = LibraryObject {
    module: "github.com/docker/docker",
    name: "docker client.Client",
    checked: "v28.2.2",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[],
    phases: &[],
    constructors: &[
        "github.com/docker/docker/client.NewClientWithOpts",
        "github.com/docker/docker/client.NewClient",
    ],
    entry_points: &[
        "github.com/docker/docker/client.NewClientWithOpts",
        "github.com/docker/docker/client.NewClient",
    ],
    releases: &["client.Client.Close"],
    source: closed(
        ResourceKind::Client,
        &[
            "github.com/docker/docker/client.Client",
            "github.com/docker/docker/client.APIClient",
            "github.com/docker/docker/client.CommonAPIClient",
        ],
        &[
            first("github.com/docker/docker/client.NewClientWithOpts"),
            first("github.com/docker/docker/client.NewClient"),
            first("github.com/docker/docker/client.NewEnvClient"),
        ],
    ),
    heap_marks: &["github.com/docker/docker/client.NewClientWithOpts"],
    known_bad: &[],
    notes: "Has the connections of its transport; Close closes the idle ones only.",
};

static READER: LibraryObject = in_source(
    "github.com/docker/docker",
    "docker stream",
    "v28.3.3",
    closed(
        ResourceKind::Stream,
        &[],
        &[
            first("github.com/docker/docker/client.*.ContainerLogs"),
            first("github.com/docker/docker/client.*.ContainerExport"),
            first("github.com/docker/docker/client.*.CopyFromContainer"),
            first("github.com/docker/docker/client.*.ImagePull"),
            first("github.com/docker/docker/client.*.ImagePush"),
            first("github.com/docker/docker/client.*.ImageSave"),
            first("github.com/docker/docker/client.*.ImageImport"),
            first("github.com/docker/docker/client.*.ServiceLogs"),
            first("github.com/docker/docker/client.*.TaskLogs"),
        ],
    ),
    "The body of a response, or a connection that the daemon goes on writing to.",
);

static BODY: LibraryObject = in_source(
    "github.com/docker/docker",
    "docker response",
    "v28.3.3",
    Source {
        kind: ResourceKind::Body,
        types: &[
            "github.com/docker/docker/api/types/build.ImageBuildResponse",
            "github.com/docker/docker/api/types/container.StatsResponseReader",
        ],
        acquires: &[
            first("github.com/docker/docker/client.*.ContainerStats"),
            first("github.com/docker/docker/client.*.ContainerStatsOneShot"),
            first("github.com/docker/docker/client.*.ImageBuild"),
            first("github.com/docker/docker/client.*.ImageLoad"),
        ],
        releases: &[Release::Method("Body.Close")],
    },
    "The body of a response, or a connection that the daemon goes on writing to.",
);

static HIJACKED: LibraryObject = in_source(
    "github.com/docker/docker",
    "docker attached connection",
    "v28.3.3",
    closed(
        ResourceKind::Connection,
        &["github.com/docker/docker/api/types.HijackedResponse"],
        &[
            first("github.com/docker/docker/client.*.ContainerAttach"),
            first("github.com/docker/docker/client.*.ContainerExecAttach"),
        ],
    ),
    "A connection of its own.",
);
