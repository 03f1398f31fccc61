//! Timers, contexts, sockets, pipes and compression of the standard library. Many libraries use these below their own
//! names, so they come last in the catalogue.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, in_source, one, second};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[
    &CONTEXT_CHILD,
    &SMTP_CLIENT,
    &UDP_CONN,
    &LISTENER,
    &DIALED_CONN,
    &GZIP_WRITER,
    &PIPE,
    &TICKER,
    &TIMER,
    &AFTER_FUNC,
    &CONTEXT,
];

static CONTEXT_CHILD: LibraryObject = LibraryObject {
    module: "std",
    name: "context child of a foreign parent",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[
        &[one("context.(*cancelCtx).propagateCancel")],
        &[one("context.propagateCancel")],
    ],
    phases: &[],
    constructors: &["context.WithCancel", "context.WithTimeout", "context.WithDeadline"],
    entry_points: &[
        "context.WithCancel",
        "context.WithCancelCause",
        "context.WithTimeout",
        "context.WithTimeoutCause",
        "context.WithDeadline",
        "context.WithDeadlineCause",
    ],
    releases: &["call of the cancel function"],
    source: Source::NONE,
    heap_marks: &["context.(*cancelCtx).propagateCancel", "context.propagateCancel"],
    known_bad: &[],
    notes: "One goroutine a child, only where the parent's Done channel is not the standard \
            library's. It ends with either context.",
};

static SMTP_CLIENT: LibraryObject = LibraryObject {
    module: "std",
    name: "smtp.Client",
    checked: "go1.26.8",
    side: Side::Client,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["net/smtp.Dial", "net/smtp.NewClient"],
    entry_points: &["net/smtp.Dial", "net/smtp.NewClient"],
    releases: &["smtp.Client.Quit", "smtp.Client.Close"],
    source: Source {
        kind: ResourceKind::Client,
        types: &["net/smtp.Client"],
        acquires: &[first("net/smtp.Dial"), first("net/smtp.NewClient")],
        releases: &[Release::Method("Close"), Release::Method("Quit")],
    },
    heap_marks: &["net/smtp.NewClient"],
    known_bad: &[],
    notes: "No goroutine; a dropped one is closed by the finalizer of its socket.",
};

static UDP_CONN: LibraryObject = LibraryObject {
    module: "std",
    name: "net.UDPConn",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["net.ListenUDP", "net.ListenPacket", "net.DialUDP"],
    entry_points: &["net.ListenUDP", "net.ListenPacket", "net.DialUDP"],
    releases: &["net.UDPConn.Close"],
    source: closed(
        ResourceKind::Connection,
        &["net.UDPConn", "net.PacketConn", "net.IPConn"],
        &[
            first("net.ListenUDP"),
            first("net.ListenMulticastUDP"),
            first("net.ListenPacket"),
            first("net.ListenIP"),
            first("net.ListenUnixgram"),
            first("net.FilePacketConn"),
            first("net.(*ListenConfig).ListenPacket"),
            first("net.DialUDP"),
            first("net.DialIP"),
            first("net.(*Dialer).DialUDP"),
            first("net.(*Dialer).DialIP"),
        ],
    ),
    heap_marks: &["net.newUDPConn"],
    known_bad: &[],
    notes: "A dropped one is closed by its finalizer; what reads from it holds it.",
};

static LISTENER: LibraryObject = LibraryObject {
    module: "std",
    name: "net.Listener",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["net.Listen"],
    entry_points: &["net.Listen", "net.ListenTCP", "net.(*ListenConfig).Listen"],
    releases: &["net.Listener.Close"],
    source: closed(
        ResourceKind::Listener,
        &["net.Listener", "net.TCPListener", "net.UnixListener"],
        &[
            first("net.Listen"),
            first("net.ListenTCP"),
            first("net.ListenUnix"),
            first("net.FileListener"),
            first("net.(*ListenConfig).Listen"),
            first("crypto/tls.Listen"),
        ],
    ),
    heap_marks: &["net.(*sysListener).listenTCPProto"],
    known_bad: &[],
    notes: "Without a goroutine in Accept a dropped one is closed by its finalizer.",
};

static DIALED_CONN: LibraryObject = LibraryObject {
    module: "std",
    name: "net.Conn",
    checked: "go1.26.8",
    side: Side::Client,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["net.Dial", "net.DialTimeout", "net.(*Dialer).DialContext"],
    entry_points: &[
        "net.Dial",
        "net.DialTimeout",
        "net.DialTCP",
        "net.(*Dialer).Dial",
        "net.(*Dialer).DialContext",
        "crypto/tls.Dial",
        "crypto/tls.DialWithDialer",
        "crypto/tls.(*Dialer).DialContext",
    ],
    releases: &["net.Conn.Close"],
    source: closed(
        ResourceKind::Connection,
        &["net.Conn", "net.TCPConn", "net.UnixConn", "crypto/tls.Conn"],
        &[
            first("net.Dial"),
            first("net.DialTimeout"),
            first("net.DialTCP"),
            first("net.DialUnix"),
            first("net.FileConn"),
            first("net.(*Dialer).Dial"),
            first("net.(*Dialer).DialContext"),
            first("net.(*Dialer).DialTCP"),
            first("net.(*Dialer).DialUnix"),
            first("net.Listener.Accept"),
            first("net.(*TCPListener).Accept"),
            first("net.(*TCPListener).AcceptTCP"),
            first("net.(*UnixListener).Accept"),
            first("net.(*UnixListener).AcceptUnix"),
            first("crypto/tls.Dial"),
            first("crypto/tls.DialWithDialer"),
            first("crypto/tls.(*Dialer).Dial"),
            first("crypto/tls.(*Dialer).DialContext"),
            first("net/http.Hijacker.Hijack"),
            first("net/http.(*ResponseController).Hijack"),
            first("net/http/httputil.(*ClientConn).Hijack"),
            first("net/http/httputil.(*ServerConn).Hijack"),
        ],
    ),
    heap_marks: &["net.(*Dialer).DialContext"],
    known_bad: &[],
    notes: "A dropped one is closed by its finalizer, so a number that grows means that somebody \
            holds them.",
};

static GZIP_WRITER: LibraryObject = LibraryObject {
    module: "std",
    name: "gzip.Writer",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["compress/gzip.NewWriter", "compress/gzip.NewWriterLevel"],
    entry_points: &[
        "compress/gzip.NewWriter",
        "compress/gzip.NewWriterLevel",
        "compress/gzip.(*Writer).Write",
    ],
    releases: &["gzip.Writer.Close, then dropping it"],
    source: Source::NONE,
    heap_marks: &["compress/gzip.(*Writer).Write"],
    known_bad: &[],
    notes: "About 800 KiB once it is written to; no goroutine, the collector frees it when \
            dropped.",
};

static PIPE: LibraryObject = LibraryObject {
    module: "std",
    name: "io.Pipe",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["io.Pipe"],
    entry_points: &["io.Pipe"],
    releases: &["io.PipeReader.Close", "io.PipeWriter.Close"],
    source: Source::NONE,
    heap_marks: &["io.Pipe"],
    known_bad: &[],
    notes: "A side that reads or writes is blocked until the other side acts or closes.",
};

static TICKER: LibraryObject = LibraryObject {
    module: "std",
    name: "time.Ticker",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["time.NewTicker", "time.Tick"],
    entry_points: &["time.NewTicker", "time.Tick"],
    releases: &["time.Ticker.Stop"],
    source: Source {
        kind: ResourceKind::Ticker,
        types: &["time.Ticker"],
        acquires: &[first("time.NewTicker")],
        releases: &[Release::Method("Stop")],
    },
    heap_marks: &["time.NewTicker"],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "go1.23",
        what: "timer or ticker dropped without Stop; before 1.23 it is never collected (ticker) \
               or only after it fires (timer). Also in 1.23+ when the main module's go line is \
               below 1.23 or GODEBUG asynctimerchan=1: 20000 dropped tickers kept 60000 objects, \
               0 with the new timers",
        source: "golang/go#61542",
    }],
    notes: "No goroutine. From Go 1.23 (and go line 1.23 in go.mod) a dropped one is collected; \
            before, or with asynctimerchan=1, 3 objects stay for each.",
};

static TIMER: LibraryObject = in_source(
    "std",
    "time.Timer",
    "go1.27.3",
    Source {
        kind: ResourceKind::Timer,
        types: &["time.Timer"],
        acquires: &[first("time.NewTimer")],
        releases: &[Release::Method("Stop")],
    },
    "Ends by itself when it fires. From Go 1.23 (and go line 1.23 in go.mod) a dropped one is \
     collected before.",
);

static AFTER_FUNC: LibraryObject = LibraryObject {
    module: "std",
    name: "time.AfterFunc timer",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["time.AfterFunc"],
    entry_points: &["time.AfterFunc"],
    releases: &["time.Timer.Stop"],
    source: Source::NONE,
    heap_marks: &["time.AfterFunc"],
    known_bad: &[],
    notes: "Never collected before it fires, in any Go version, and its closure with it.",
};

static CONTEXT: LibraryObject = LibraryObject {
    module: "std",
    name: "context.Context",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["context.WithCancel", "context.WithTimeout", "context.WithDeadline"],
    entry_points: &[
        "context.WithCancel",
        "context.WithCancelCause",
        "context.WithTimeout",
        "context.WithTimeoutCause",
        "context.WithDeadline",
        "context.WithDeadlineCause",
    ],
    releases: &["call of the cancel function"],
    source: Source {
        kind: ResourceKind::Cancel,
        types: &["context.CancelFunc", "context.CancelCauseFunc"],
        acquires: &[
            second("context.WithCancel"),
            second("context.WithCancelCause"),
            second("context.WithTimeout"),
            second("context.WithTimeoutCause"),
            second("context.WithDeadline"),
            second("context.WithDeadlineCause"),
        ],
        releases: &[Release::Call],
    },
    heap_marks: &["context.WithCancel", "context.WithDeadlineCause"],
    known_bad: &[],
    notes: "Stays in the parent's list of children until it is cancelled, timed out or its parent \
            is. With context.Background as parent a dropped WithCancel is collected.",
};
