//! Servers, clients and streams of the standard library, as source code opens them.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Source};

use crate::record::{closed, first, harmless, in_source, receiver, second};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[
    &RESPONSE,
    &CLIENT_CONN,
    &QUIC_CONN,
    &TEST_SERVER,
    &RPC_CLIENT,
    &TEXT_CONN,
    &SYSLOG,
    &POOL_ITEM,
    &PULLED,
    &HANDLE,
    &FLIGHT_RECORDER,
    &TRACE_TASK,
    &HARMLESS_CODERS,
    &HARMLESS_CONNECTIONS,
];

static RESPONSE: LibraryObject = in_source(
    "std",
    "http.Response",
    "go1.27.3",
    Source {
        kind: ResourceKind::Body,
        types: &["net/http.Response"],
        acquires: &[
            first("net/http.Get"),
            first("net/http.Post"),
            first("net/http.PostForm"),
            first("net/http.(*Client).Do"),
            first("net/http.(*Client).Get"),
            first("net/http.(*Client).Post"),
            first("net/http.(*Client).PostForm"),
            first("net/http.(*Transport).RoundTrip"),
            first("net/http.RoundTripper.RoundTrip"),
            first("net/http.(*ClientConn).RoundTrip"),
            first("net/http/httputil.(*ClientConn).Do"),
            first("net/http/httputil.(*ClientConn).Read"),
        ],
        releases: &[Release::Method("Body.Close")],
    },
    "A body read to its end gives its connection back too. The answer to HEAD has none.",
);

static CLIENT_CONN: LibraryObject = in_source(
    "std",
    "http.ClientConn",
    "go1.27.3",
    closed(
        ResourceKind::Connection,
        &["net/http.ClientConn"],
        &[first("net/http.(*Transport).NewClientConn")],
    ),
    "A connection of a Transport that its pool does not know.",
);

static QUIC_CONN: LibraryObject = in_source(
    "std",
    "tls.QUICConn",
    "go1.27.3",
    closed(
        ResourceKind::Connection,
        &["crypto/tls.QUICConn"],
        &[first("crypto/tls.QUICClient"), first("crypto/tls.QUICServer")],
    ),
    "A goroutine from Start to the end of the handshake.",
);

static TEST_SERVER: LibraryObject = in_source(
    "std",
    "httptest.Server",
    "go1.27.3",
    closed(
        ResourceKind::Listener,
        &["net/http/httptest.Server"],
        &[
            first("net/http/httptest.NewServer"),
            first("net/http/httptest.NewTLSServer"),
            first("net/http/httptest.NewUnstartedServer"),
        ],
    ),
    "Listens from the beginning, even an unstarted one.",
);

static RPC_CLIENT: LibraryObject = in_source(
    "std",
    "rpc.Client",
    "go1.27.3",
    closed(
        ResourceKind::Client,
        &["net/rpc.Client"],
        &[
            first("net/rpc.Dial"),
            first("net/rpc.DialHTTP"),
            first("net/rpc.DialHTTPPath"),
            first("net/rpc.NewClient"),
            first("net/rpc.NewClientWithCodec"),
            first("net/rpc/jsonrpc.Dial"),
            first("net/rpc/jsonrpc.NewClient"),
        ],
    ),
    "One goroutine reads answers until the connection ends.",
);

static TEXT_CONN: LibraryObject = in_source(
    "std",
    "textproto.Conn",
    "go1.27.3",
    closed(ResourceKind::Connection, &["net/textproto.Conn"], &[first("net/textproto.Dial")]),
    "NewConn wraps what it is given.",
);

static SYSLOG: LibraryObject = in_source(
    "std",
    "syslog.Writer",
    "go1.27.3",
    closed(
        ResourceKind::Connection,
        &["log/syslog.Writer"],
        &[first("log/syslog.Dial"), first("log/syslog.New")],
    ),
    "NewLogger has no way to close its connection.",
);

static POOL_ITEM: LibraryObject = in_source(
    "std",
    "sync.Pool item",
    "go1.27.3",
    Source {
        kind: ResourceKind::PoolItem,
        types: &[],
        acquires: &[first("sync.(*Pool).Get")],
        releases: &[Release::Argument("sync.(*Pool).Put", 0)],
    },
    "What is not put back is collected: the pool is then of no use, and nothing leaks.",
);

static PULLED: LibraryObject = in_source(
    "std",
    "iter.Pull",
    "go1.27.3",
    Source {
        kind: ResourceKind::Worker,
        types: &[],
        acquires: &[second("iter.Pull"), second("iter.Pull2")],
        releases: &[Release::Call],
    },
    "The stop function ends the coroutine; so does a next that finds no more.",
);

static HANDLE: LibraryObject = in_source(
    "std",
    "cgo.Handle",
    "go1.27.3",
    Source {
        kind: ResourceKind::Worker,
        types: &["runtime/cgo.Handle"],
        acquires: &[first("runtime/cgo.NewHandle")],
        releases: &[Release::Method("Delete")],
    },
    "An entry of a global table. Usually C code holds the number.",
);

static FLIGHT_RECORDER: LibraryObject = in_source(
    "std",
    "trace.FlightRecorder",
    "go1.27.3",
    Source {
        kind: ResourceKind::Worker,
        types: &[],
        acquires: &[receiver("runtime/trace.(*FlightRecorder).Start")],
        releases: &[Release::Method("Stop")],
    },
    "Goroutines and a buffer; one in the process.",
);

static TRACE_TASK: LibraryObject = in_source(
    "std",
    "trace.Task",
    "go1.27.3",
    Source {
        kind: ResourceKind::Span,
        types: &["runtime/trace.Task", "runtime/trace.Region"],
        acquires: &[second("runtime/trace.NewTask"), first("runtime/trace.StartRegion")],
        releases: &[Release::Method("End")],
    },
    "One that is not ended shows in traces as not ended; it is collected when dropped.",
);

static HARMLESS_CODERS: LibraryObject = in_source(
    "std",
    "coders and wrappers",
    "go1.27.3",
    harmless(
        &[
            "archive/tar.Writer",
            "archive/zip.Writer",
            "compress/flate.Writer",
            "compress/gzip.Reader",
            "compress/gzip.Writer",
            "compress/lzw.Reader",
            "compress/lzw.Writer",
            "compress/zlib.Writer",
            "crypto/cipher.StreamWriter",
            "encoding/xml.Encoder",
            "io.PipeReader",
            "io.PipeWriter",
            "mime/multipart.Part",
            "mime/multipart.Writer",
            "mime/quotedprintable.Writer",
        ],
        &[
            first("archive/zip.(*File).Open"),
            first("archive/zip.(*Reader).Open"),
            first("compress/flate.NewReader"),
            first("compress/flate.NewReaderDict"),
            first("compress/gzip.NewReader"),
            first("compress/gzip.NewWriter"),
            first("compress/gzip.NewWriterLevel"),
            first("compress/lzw.NewReader"),
            first("compress/lzw.NewWriter"),
            first("compress/zlib.NewReader"),
            first("compress/zlib.NewReaderDict"),
            first("compress/zlib.NewWriter"),
            first("compress/zlib.NewWriterLevel"),
            first("debug/elf.NewFile"),
            first("debug/macho.NewFatFile"),
            first("debug/macho.NewFile"),
            first("debug/pe.NewFile"),
            first("debug/plan9obj.NewFile"),
            first("embed.FS.Open"),
            first("encoding/ascii85.NewEncoder"),
            first("encoding/base32.NewEncoder"),
            first("encoding/base64.NewEncoder"),
            first("encoding/hex.Dumper"),
            first("io.NopCloser"),
            first("io/ioutil.NopCloser"),
            first("io.Pipe"),
            second("io.Pipe"),
            first("net/http.MaxBytesReader"),
            first("net/http/httputil.NewChunkedWriter"),
            first("net/smtp.(*Client).Data"),
            first("net/textproto.(*Writer).DotWriter"),
            first("testing/fstest.MapFS.Open"),
        ],
    ),
    "Close writes what is left, or closes nothing: a dropped one is collected.",
);

static HARMLESS_CONNECTIONS: LibraryObject = in_source(
    "std",
    "what others release",
    "go1.27.3",
    harmless(
        &[
            "net/http.Request",
            "net/http/httputil.ClientConn",
            "net/http/httputil.ServerConn",
            "reflect.Value",
            "runtime.Cleanup",
            "runtime/trace.FlightRecorder",
        ],
        &[
            first("context.AfterFunc"),
            first("crypto/tls.(*Conn).NetConn"),
            first("crypto/tls.Client"),
            first("crypto/tls.NewListener"),
            first("crypto/tls.Server"),
            first("database/sql.(*Tx).Prepare"),
            first("database/sql.(*Tx).PrepareContext"),
            first("database/sql.(*Tx).Stmt"),
            first("database/sql.(*Tx).StmtContext"),
            first("net.Pipe"),
            second("net.Pipe"),
            first("net/http.(*Client).Head"),
            first("net/http.Head"),
            first("net/http.ReadResponse"),
            first("net/http/httptest.(*ResponseRecorder).Result"),
            first("net/http/httptest.NewTestServer"),
            first("net/rpc/jsonrpc.NewClientCodec"),
            first("net/rpc/jsonrpc.NewServerCodec"),
            first("net/textproto.NewConn"),
            first("os.FindProcess"),
            first("os.NewFile"),
            first("os/exec.(*Cmd).StderrPipe"),
            first("os/exec.(*Cmd).StdinPipe"),
            first("os/exec.(*Cmd).StdoutPipe"),
            first("time.AfterFunc"),
        ],
    ),
    "Statements end with their transaction, pipes with the Wait of their command, bodies of \
     requests with their handler, wrappers with what they wrap; AfterFunc usually means to fire.",
);
