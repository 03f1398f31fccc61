//! `golang.org/x/crypto`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, in_source, one, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] =
    &[&CLIENT, &SESSION, &CONNECTION, &FORWARDED, &FORWARDING, &CHANNEL];

static CLIENT: LibraryObject = LibraryObject {
    module: "golang.org/x/crypto",
    name: "ssh.Client",
    checked: "v0.0.0-20180403160946, v0.37.0, v0.51.0",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("golang.org/x/crypto/ssh.(*Client).handleGlobalRequests"),
        one("golang.org/x/crypto/ssh.(*Client).handleChannelOpens"),
        one("golang.org/x/crypto/ssh.(*mux).loop"),
        one("golang.org/x/crypto/ssh.(*handshakeTransport).readLoop"),
        one("golang.org/x/crypto/ssh.(*handshakeTransport).kexLoop"),
        one("golang.org/x/crypto/ssh.NewClient"),
        one("golang.org/x/crypto/ssh.(*forwardList).handleChannels"),
    ]],
    phases: &[],
    constructors: &["golang.org/x/crypto/ssh.Dial", "golang.org/x/crypto/ssh.NewClient"],
    entry_points: &[
        "golang.org/x/crypto/ssh.Dial",
        "golang.org/x/crypto/ssh.NewClientConn",
        "golang.org/x/crypto/ssh.NewClient",
    ],
    releases: &["ssh.Client.Close"],
    source: closed(
        ResourceKind::Connection,
        &["golang.org/x/crypto/ssh.Client", "golang.org/x/crypto/ssh.Conn"],
        &[
            first("golang.org/x/crypto/ssh.Dial"),
            first("golang.org/x/crypto/ssh.NewClient"),
            first("golang.org/x/crypto/ssh.NewClientConn"),
        ],
    ),
    heap_marks: &[
        "golang.org/x/crypto/ssh.newClientTransport",
        "golang.org/x/crypto/ssh.NewClient",
    ],
    known_bad: &[
        KnownBad {
            introduced: "",
            fixed: "v0.52.0",
            what: "unsolicited channel responses from the peer block the mux loop",
            source: "golang/crypto@3c7c869",
        },
        KnownBad {
            introduced: "",
            fixed: "v0.0.0-20150808085102-83f1503f771a",
            what: "channel open fails: DiscardRequests runs over a nil channel",
            source: "golang/crypto@83f1503",
        },
    ],
    notes: "6 goroutines a client and no timeout of its own: it lives as long as its TCP \
            connection. Dropping it frees nothing.",
};

static SESSION: LibraryObject = LibraryObject {
    module: "golang.org/x/crypto",
    name: "ssh.Session",
    checked: "v0.51.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("golang.org/x/crypto/ssh.newSession"),
        several(2, "golang.org/x/crypto/ssh.(*Session).start"),
    ]],
    phases: &[],
    constructors: &["golang.org/x/crypto/ssh.(*Client).NewSession"],
    entry_points: &["golang.org/x/crypto/ssh.(*Client).NewSession"],
    releases: &["ssh.Session.Close", "ssh.Session.Wait"],
    source: Source {
        kind: ResourceKind::Stream,
        types: &["golang.org/x/crypto/ssh.Session"],
        acquires: &[first("golang.org/x/crypto/ssh.(*Client).NewSession")],
        releases: &[
            Release::Method("Close"),
            Release::Method("Wait"),
            Release::Method("Run"),
            Release::Method("Output"),
            Release::Method("CombinedOutput"),
        ],
    },
    heap_marks: &["golang.org/x/crypto/ssh.newSession"],
    known_bad: &[],
    notes: "1 goroutine before Start; after it 1 more for each stream that is not a pipe of the \
            caller.",
};

static CONNECTION: LibraryObject = LibraryObject {
    module: "golang.org/x/crypto",
    name: "ssh server connection",
    checked: "v0.51.0",
    side: Side::Server,
    pooled: false,
    multiplexed: false,
    goroutines: &[
        &[
            one("golang.org/x/crypto/ssh.(*mux).loop"),
            one("golang.org/x/crypto/ssh.(*handshakeTransport).readLoop"),
            one("golang.org/x/crypto/ssh.(*handshakeTransport).kexLoop"),
            one("golang.org/x/crypto/ssh.DiscardRequests"),
        ],
        &[
            one("golang.org/x/crypto/ssh.(*handshakeTransport).kexLoop"),
            one("golang.org/x/crypto/ssh.(*handshakeTransport).readLoop"),
        ],
    ],
    phases: &[],
    constructors: &["golang.org/x/crypto/ssh.NewServerConn"],
    entry_points: &["golang.org/x/crypto/ssh.NewServerConn"],
    releases: &["ssh.ServerConn.Close"],
    source: closed(
        ResourceKind::Connection,
        &["golang.org/x/crypto/ssh.ServerConn"],
        &[first("golang.org/x/crypto/ssh.NewServerConn")],
    ),
    heap_marks: &["golang.org/x/crypto/ssh.newServerTransport"],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v0.52.0",
        what: "each rejected channel stays in the connection's channel list",
        source: "golang/crypto@6c195c8",
    }],
    notes: "Runs the same goroutines as a client but for those of ssh.Client. Without mux.loop \
            the key exchange is not over, on either side: the goroutine that waits for it is the \
            one to look at.",
};

static FORWARDED: LibraryObject = in_source(
    "golang.org/x/crypto",
    "ssh forwarded connection",
    "v0.37.0",
    closed(
        ResourceKind::Connection,
        &[],
        &[
            first("golang.org/x/crypto/ssh.(*Client).Dial"),
            first("golang.org/x/crypto/ssh.(*Client).DialContext"),
            first("golang.org/x/crypto/ssh.(*Client).DialTCP"),
        ],
    ),
    "A channel of the SSH connection.",
);

static FORWARDING: LibraryObject = in_source(
    "golang.org/x/crypto",
    "ssh forwarding listener",
    "v0.37.0",
    closed(
        ResourceKind::Listener,
        &[],
        &[
            first("golang.org/x/crypto/ssh.(*Client).Listen"),
            first("golang.org/x/crypto/ssh.(*Client).ListenTCP"),
            first("golang.org/x/crypto/ssh.(*Client).ListenUnix"),
        ],
    ),
    "The server listens for it.",
);

static CHANNEL: LibraryObject = in_source(
    "golang.org/x/crypto",
    "ssh.Channel",
    "v0.37.0",
    closed(
        ResourceKind::Stream,
        &["golang.org/x/crypto/ssh.Channel"],
        &[
            first("golang.org/x/crypto/ssh.NewChannel.Accept"),
            first("golang.org/x/crypto/ssh.Conn.OpenChannel"),
        ],
    ),
    "Counts in its connection until both sides have closed it.",
);
