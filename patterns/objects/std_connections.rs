//! Servers, clients and streams of the standard library, as source code opens them.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Source};

use crate::record::{closed, first, harmless, in_source, second};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[
    &RESPONSE,
    &TEST_SERVER,
    &RPC_CLIENT,
    &TEXT_CONN,
    &SYSLOG,
    &POOL_ITEM,
    &PULLED,
    &HANDLE,
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
        ],
        releases: &[Release::Method("Body.Close")],
    },
    "A body read to its end gives its connection back too. The answer to HEAD has none.",
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
            first("embed.FS.Open"),
            first("encoding/base32.NewEncoder"),
            first("encoding/base64.NewEncoder"),
            first("encoding/hex.Dumper"),
            first("io.NopCloser"),
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
        &[],
        &[
            first("context.AfterFunc"),
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
            first("net/http/httptest.(*ResponseRecorder).Result"),
            first("net/textproto.NewConn"),
            first("os.FindProcess"),
            first("os/exec.(*Cmd).StderrPipe"),
            first("os/exec.(*Cmd).StdinPipe"),
            first("os/exec.(*Cmd).StdoutPipe"),
            first("time.AfterFunc"),
        ],
    ),
    "Statements end with their transaction, pipes with the Wait of their command, wrappers with \
     what they wrap; AfterFunc usually means to fire.",
);
