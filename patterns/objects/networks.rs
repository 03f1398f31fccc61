//! Connections of network protocols that are known by their source alone.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Source};

use crate::record::{closed, first, in_source, second};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[
    &SMUX,
    &SMUX_STREAM,
    &FTP,
    &FTP_RESPONSE,
    &LDAP,
    &GOPKG_LDAP,
    &PLUGIN,
    &SERF,
    &PULSAR,
    &CONFLUENT_KAFKA,
    &CONTAINERD,
    &CONTAINERD_LEASE,
    &CONTAINERD_CONTENT,
    &CONTAINERD_ONE,
    &CONTAINERD_ONE_LEASE,
    &CONTAINERD_ONE_CONTENT,
    &TTRPC,
    &CONNECT_STREAM,
];

static SMUX: LibraryObject = in_source(
    "github.com/xtaci/smux",
    "smux.Session",
    "v1.5.24",
    closed(
        ResourceKind::Connection,
        &["github.com/xtaci/smux.Session"],
        &[first("github.com/xtaci/smux.Client"), first("github.com/xtaci/smux.Server")],
    ),
    "Goroutines that receive, send and keep alive.",
);

static SMUX_STREAM: LibraryObject = in_source(
    "github.com/xtaci/smux",
    "smux.Stream",
    "v1.5.24",
    closed(
        ResourceKind::Connection,
        &["github.com/xtaci/smux.Stream"],
        &[
            first("github.com/xtaci/smux.(*Session).Open"),
            first("github.com/xtaci/smux.(*Session).OpenStream"),
            first("github.com/xtaci/smux.(*Session).Accept"),
            first("github.com/xtaci/smux.(*Session).AcceptStream"),
        ],
    ),
    "Memory of its session until it is closed.",
);

static FTP: LibraryObject = in_source(
    "github.com/jlaffaye/ftp",
    "ftp.ServerConn",
    "v0.2.0",
    Source {
        kind: ResourceKind::Connection,
        types: &["github.com/jlaffaye/ftp.ServerConn"],
        acquires: &[
            first("github.com/jlaffaye/ftp.Dial"),
            first("github.com/jlaffaye/ftp.DialTimeout"),
            first("github.com/jlaffaye/ftp.Connect"),
        ],
        releases: &[Release::Method("Quit")],
    },
    "A control connection.",
);

static FTP_RESPONSE: LibraryObject = in_source(
    "github.com/jlaffaye/ftp",
    "ftp.Response",
    "v0.2.0",
    closed(
        ResourceKind::Connection,
        &["github.com/jlaffaye/ftp.Response"],
        &[
            first("github.com/jlaffaye/ftp.(*ServerConn).Retr"),
            first("github.com/jlaffaye/ftp.(*ServerConn).RetrFrom"),
        ],
    ),
    "A data connection; until it is closed the control connection is of no use.",
);

static LDAP: LibraryObject = in_source(
    "github.com/go-ldap/ldap/v3",
    "ldap.Conn",
    "v3.4.8",
    Source {
        kind: ResourceKind::Connection,
        types: &["github.com/go-ldap/ldap/v3.Conn"],
        acquires: &[
            first("github.com/go-ldap/ldap/v3.Dial"),
            first("github.com/go-ldap/ldap/v3.DialTLS"),
            first("github.com/go-ldap/ldap/v3.DialURL"),
        ],
        releases: &[Release::Method("Close"), Release::Method("Unbind")],
    },
    "Goroutines that read and hand out answers.",
);

static GOPKG_LDAP: LibraryObject = in_source(
    "gopkg.in/ldap.v2",
    "ldap.Conn",
    "v2.5.1",
    closed(
        ResourceKind::Connection,
        &["gopkg.in/ldap%2ev2.Conn"],
        &[first("gopkg.in/ldap%2ev2.Dial"), first("gopkg.in/ldap%2ev2.DialTLS")],
    ),
    "Goroutines that read and hand out answers.",
);

static PLUGIN: LibraryObject = in_source(
    "github.com/hashicorp/go-plugin",
    "plugin.Client",
    "v1.6.2",
    Source {
        kind: ResourceKind::Process,
        types: &["github.com/hashicorp/go-plugin.Client"],
        acquires: &[first("github.com/hashicorp/go-plugin.NewClient")],
        releases: &[Release::Method("Kill")],
    },
    "A child process and its connection.",
);

static SERF: LibraryObject = in_source(
    "github.com/hashicorp/serf",
    "serf.Serf",
    "v0.10.1",
    Source {
        kind: ResourceKind::Worker,
        types: &["github.com/hashicorp/serf/serf.Serf"],
        acquires: &[first("github.com/hashicorp/serf/serf.Create")],
        releases: &[Release::Method("Shutdown")],
    },
    "A memberlist and goroutines of its own; Leave alone does not end them.",
);

static PULSAR: LibraryObject = in_source(
    "github.com/apache/pulsar-client-go",
    "pulsar client",
    "v0.14.0",
    closed(
        ResourceKind::Client,
        &[
            "github.com/apache/pulsar-client-go/pulsar.Client",
            "github.com/apache/pulsar-client-go/pulsar.Producer",
            "github.com/apache/pulsar-client-go/pulsar.Consumer",
            "github.com/apache/pulsar-client-go/pulsar.Reader",
        ],
        &[
            first("github.com/apache/pulsar-client-go/pulsar.NewClient"),
            first("github.com/apache/pulsar-client-go/pulsar.Client.CreateProducer"),
            first("github.com/apache/pulsar-client-go/pulsar.Client.Subscribe"),
            first("github.com/apache/pulsar-client-go/pulsar.Client.CreateReader"),
        ],
    ),
    "Goroutines and connections from the beginning.",
);

static CONFLUENT_KAFKA: LibraryObject = in_source(
    "github.com/confluentinc/confluent-kafka-go",
    "confluent kafka client",
    "v2.6.1",
    closed(
        ResourceKind::Client,
        &[
            "github.com/confluentinc/confluent-kafka-go/kafka.Producer",
            "github.com/confluentinc/confluent-kafka-go/kafka.Consumer",
            "github.com/confluentinc/confluent-kafka-go/kafka.AdminClient",
        ],
        &[
            first("github.com/confluentinc/confluent-kafka-go/kafka.NewProducer"),
            first("github.com/confluentinc/confluent-kafka-go/kafka.NewConsumer"),
            first("github.com/confluentinc/confluent-kafka-go/kafka.NewAdminClient"),
            first("github.com/confluentinc/confluent-kafka-go/kafka.NewAdminClientFromProducer"),
            first("github.com/confluentinc/confluent-kafka-go/kafka.NewAdminClientFromConsumer"),
        ],
    ),
    "Threads and memory of librdkafka.",
);

static CONTAINERD: LibraryObject = in_source(
    "github.com/containerd/containerd/v2",
    "containerd client",
    "v2.1.4",
    closed(
        ResourceKind::Client,
        &["github.com/containerd/containerd/v2/client.Client"],
        &[
            first("github.com/containerd/containerd/v2/client.New"),
            first("github.com/containerd/containerd/v2/client.NewWithConn"),
        ],
    ),
    "A grpc.ClientConn.",
);

static CONTAINERD_LEASE: LibraryObject = in_source(
    "github.com/containerd/containerd/v2",
    "containerd lease",
    "v2.1.4",
    Source {
        kind: ResourceKind::Worker,
        types: &[],
        acquires: &[second("github.com/containerd/containerd/v2/client.(*Client).WithLease")],
        releases: &[Release::Call],
    },
    "Content stays on disk until the lease ends.",
);

static CONTAINERD_CONTENT: LibraryObject = in_source(
    "github.com/containerd/containerd/v2",
    "containerd content",
    "v2.1.4",
    closed(
        ResourceKind::Stream,
        &[
            "github.com/containerd/containerd/v2/core/content.ReaderAt",
            "github.com/containerd/containerd/v2/core/content.Writer",
        ],
        &[
            first("github.com/containerd/containerd/v2/core/content.Provider.ReaderAt"),
            first("github.com/containerd/containerd/v2/core/content.Ingester.Writer"),
            first("github.com/containerd/containerd/v2/core/content.OpenWriter"),
            first("github.com/containerd/containerd/v2/core/remotes.Fetcher.Fetch"),
            first("github.com/containerd/containerd/v2/core/remotes.Pusher.Push"),
            first("github.com/containerd/containerd/v2/pkg/archive/compression.DecompressStream"),
        ],
    ),
    "A file, a stream or a process.",
);

static CONTAINERD_ONE: LibraryObject = in_source(
    "github.com/containerd/containerd",
    "containerd client",
    "v1.7.28",
    closed(
        ResourceKind::Client,
        &["github.com/containerd/containerd.Client"],
        &[
            first("github.com/containerd/containerd.New"),
            first("github.com/containerd/containerd.NewWithConn"),
        ],
    ),
    "A grpc.ClientConn.",
);

static CONTAINERD_ONE_LEASE: LibraryObject = in_source(
    "github.com/containerd/containerd",
    "containerd lease",
    "v1.7.28",
    Source {
        kind: ResourceKind::Worker,
        types: &[],
        acquires: &[second("github.com/containerd/containerd.(*Client).WithLease")],
        releases: &[Release::Call],
    },
    "Content stays on disk until the lease ends.",
);

static CONTAINERD_ONE_CONTENT: LibraryObject = in_source(
    "github.com/containerd/containerd",
    "containerd content",
    "v1.7.28",
    closed(
        ResourceKind::Stream,
        &[
            "github.com/containerd/containerd/content.ReaderAt",
            "github.com/containerd/containerd/content.Writer",
        ],
        &[
            first("github.com/containerd/containerd/content.Provider.ReaderAt"),
            first("github.com/containerd/containerd/content.Ingester.Writer"),
            first("github.com/containerd/containerd/content.OpenWriter"),
            first("github.com/containerd/containerd/remotes.Fetcher.Fetch"),
            first("github.com/containerd/containerd/remotes.Pusher.Push"),
            first("github.com/containerd/containerd/archive/compression.DecompressStream"),
        ],
    ),
    "A file, a stream or a process.",
);

static TTRPC: LibraryObject = in_source(
    "github.com/containerd/ttrpc",
    "ttrpc.Client",
    "v1.2.7",
    closed(
        ResourceKind::Connection,
        &["github.com/containerd/ttrpc.Client"],
        &[first("github.com/containerd/ttrpc.NewClient")],
    ),
    "Goroutines that read and hand out answers.",
);

static CONNECT_STREAM: LibraryObject = in_source(
    "connectrpc.com/connect",
    "connect stream",
    "v1.18.1",
    closed(
        ResourceKind::Stream,
        &["connectrpc.com/connect.ServerStreamForClient"],
        &[first("connectrpc.com/connect.(*Client).CallServerStream")],
    ),
    "The body of an HTTP response.",
);
