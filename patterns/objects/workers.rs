//! Clocks, caches and pools of workers that are known by their source alone.

use plumb_evidence::catalogue::{Acquire, Acquired, LibraryObject, Release, ResourceKind, Source};

use crate::record::{closed, first, in_source, second};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[
    &CLOCK_TICKER,
    &UTILS_TICKER,
    &CLOCKWORK_TICKER,
    &BACKOFF_TICKER,
    &WORKERPOOL,
    &NOTIFY,
    &JOINED_CONTEXT,
    &MERGED_CONTEXT,
    &PGZIP,
    &CGO_ZSTD,
    &GOZSTD,
    &CHROMEDP,
    &PARQUET,
    &SEGMENT_PARQUET,
    &ARROW,
    &FORMER_ARROW,
];

static CLOCK_TICKER: LibraryObject = in_source(
    "github.com/benbjohnson/clock",
    "clock.Ticker",
    "v1.3.5",
    Source {
        kind: ResourceKind::Ticker,
        types: &["github.com/benbjohnson/clock.Ticker"],
        acquires: &[
            first("github.com/benbjohnson/clock.Clock.Ticker"),
            first("github.com/benbjohnson/clock.(*Mock).Ticker"),
        ],
        releases: &[Release::Method("Stop")],
    },
    "As of package time.",
);

static UTILS_TICKER: LibraryObject = in_source(
    "k8s.io/utils",
    "utils clock.Ticker",
    "v0.0.0-20241104100929",
    Source {
        kind: ResourceKind::Ticker,
        types: &["k8s.io/utils/clock.Ticker"],
        acquires: &[
            first("k8s.io/utils/clock.WithTicker.NewTicker"),
            first("k8s.io/utils/clock.RealClock.NewTicker"),
        ],
        releases: &[Release::Method("Stop")],
    },
    "As of package time.",
);

static CLOCKWORK_TICKER: LibraryObject = in_source(
    "github.com/jonboulle/clockwork",
    "clockwork.Ticker",
    "v0.4.0",
    Source {
        kind: ResourceKind::Ticker,
        types: &["github.com/jonboulle/clockwork.Ticker"],
        acquires: &[first("github.com/jonboulle/clockwork.Clock.NewTicker")],
        releases: &[Release::Method("Stop")],
    },
    "As of package time.",
);

static JOINED_CONTEXT: LibraryObject = in_source(
    "github.com/LK4D4/joincontext",
    "joined context",
    "v0.0.0-20171026170139",
    Source {
        kind: ResourceKind::Cancel,
        types: &[],
        acquires: &[second("github.com/LK4D4/joincontext.Join")],
        releases: &[Release::Call],
    },
    "A goroutine waits for either parent.",
);

static MERGED_CONTEXT: LibraryObject = in_source(
    "github.com/teivah/onecontext",
    "merged context",
    "v1.3.0",
    Source {
        kind: ResourceKind::Cancel,
        types: &[],
        acquires: &[second("github.com/teivah/onecontext.Merge")],
        releases: &[Release::Call],
    },
    "A goroutine waits for either parent.",
);

static BACKOFF_TICKER: LibraryObject = in_source(
    "github.com/cenkalti/backoff/v4",
    "backoff.Ticker",
    "v4.3.0",
    Source {
        kind: ResourceKind::Ticker,
        types: &["github.com/cenkalti/backoff/v4.Ticker"],
        acquires: &[
            first("github.com/cenkalti/backoff/v4.NewTicker"),
            first("github.com/cenkalti/backoff/v4.NewTickerWithTimer"),
        ],
        releases: &[Release::Method("Stop")],
    },
    "One goroutine, until it is stopped or has nothing more to wait for.",
);

static WORKERPOOL: LibraryObject = in_source(
    "github.com/gammazero/workerpool",
    "workerpool.WorkerPool",
    "v1.1.3",
    Source {
        kind: ResourceKind::Worker,
        types: &["github.com/gammazero/workerpool.WorkerPool"],
        acquires: &[first("github.com/gammazero/workerpool.New")],
        releases: &[Release::Method("StopWait"), Release::Method("Stop")],
    },
    "One goroutine hands out, and those of its workers.",
);

static NOTIFY: LibraryObject = in_source(
    "github.com/rjeczalik/notify",
    "notify.Watch",
    "v0.9.3",
    Source {
        kind: ResourceKind::Subscription,
        types: &[],
        acquires: &[Acquire {
            function: "github.com/rjeczalik/notify.Watch",
            what: Acquired::Argument(1),
        }],
        releases: &[Release::Argument("github.com/rjeczalik/notify.Stop", 0)],
    },
    "Its watches go on sending until Stop.",
);

static PGZIP: LibraryObject = in_source(
    "github.com/klauspost/pgzip",
    "pgzip.Reader",
    "v1.2.6",
    closed(
        ResourceKind::Stream,
        &["github.com/klauspost/pgzip.Reader"],
        &[
            first("github.com/klauspost/pgzip.NewReader"),
            first("github.com/klauspost/pgzip.NewReaderN"),
        ],
    ),
    "One goroutine reads ahead until the end or Close.",
);

static CGO_ZSTD: LibraryObject = in_source(
    "github.com/DataDog/zstd",
    "zstd of C",
    "v1.5.6",
    closed(
        ResourceKind::Stream,
        &["github.com/DataDog/zstd.Writer"],
        &[
            first("github.com/DataDog/zstd.NewReader"),
            first("github.com/DataDog/zstd.NewReaderDict"),
            first("github.com/DataDog/zstd.NewWriter"),
            first("github.com/DataDog/zstd.NewWriterLevel"),
            first("github.com/DataDog/zstd.NewWriterLevelDict"),
        ],
    ),
    "Memory of C, which is freed by Close only.",
);

static GOZSTD: LibraryObject = in_source(
    "github.com/valyala/gozstd",
    "gozstd",
    "v1.25.0",
    Source {
        kind: ResourceKind::Stream,
        types: &[
            "github.com/valyala/gozstd.Reader",
            "github.com/valyala/gozstd.Writer",
            "github.com/valyala/gozstd.CDict",
            "github.com/valyala/gozstd.DDict",
        ],
        acquires: &[
            first("github.com/valyala/gozstd.NewReader"),
            first("github.com/valyala/gozstd.NewReaderDict"),
            first("github.com/valyala/gozstd.NewWriter"),
            first("github.com/valyala/gozstd.NewWriterLevel"),
            first("github.com/valyala/gozstd.NewWriterDict"),
            first("github.com/valyala/gozstd.NewWriterParams"),
            first("github.com/valyala/gozstd.NewCDict"),
            first("github.com/valyala/gozstd.NewCDictLevel"),
            first("github.com/valyala/gozstd.NewDDict"),
        ],
        releases: &[Release::Method("Release")],
    },
    "Memory of C.",
);

static CHROMEDP: LibraryObject = in_source(
    "github.com/chromedp/chromedp",
    "chromedp context",
    "v0.11.2",
    Source {
        kind: ResourceKind::Cancel,
        types: &[],
        acquires: &[
            second("github.com/chromedp/chromedp.NewContext"),
            second("github.com/chromedp/chromedp.NewExecAllocator"),
            second("github.com/chromedp/chromedp.NewRemoteAllocator"),
        ],
        releases: &[Release::Call],
    },
    "The function ends the tab, or the browser process.",
);

static PARQUET: LibraryObject = in_source(
    "github.com/parquet-go/parquet-go",
    "parquet rows",
    "v0.24.0",
    closed(
        ResourceKind::Stream,
        &[
            "github.com/parquet-go/parquet-go.Rows",
            "github.com/parquet-go/parquet-go.Pages",
            "github.com/parquet-go/parquet-go.Reader",
            "github.com/parquet-go/parquet-go.GenericReader",
        ],
        &[
            first("github.com/parquet-go/parquet-go.NewReader"),
            first("github.com/parquet-go/parquet-go.NewGenericReader"),
            first("github.com/parquet-go/parquet-go.RowGroup.Rows"),
            first("github.com/parquet-go/parquet-go.(*Buffer).Rows"),
            first("github.com/parquet-go/parquet-go.(*GenericBuffer).Rows"),
            first("github.com/parquet-go/parquet-go.ColumnChunk.Pages"),
        ],
    ),
    "Goroutines and buffers, if pages are read ahead.",
);

static SEGMENT_PARQUET: LibraryObject = in_source(
    "github.com/segmentio/parquet-go",
    "parquet rows",
    "v0.0.0-20230712180008",
    closed(
        ResourceKind::Stream,
        &[
            "github.com/segmentio/parquet-go.Rows",
            "github.com/segmentio/parquet-go.Pages",
            "github.com/segmentio/parquet-go.Reader",
            "github.com/segmentio/parquet-go.GenericReader",
        ],
        &[
            first("github.com/segmentio/parquet-go.NewReader"),
            first("github.com/segmentio/parquet-go.NewGenericReader"),
            first("github.com/segmentio/parquet-go.RowGroup.Rows"),
            first("github.com/segmentio/parquet-go.(*Buffer).Rows"),
            first("github.com/segmentio/parquet-go.(*GenericBuffer).Rows"),
            first("github.com/segmentio/parquet-go.ColumnChunk.Pages"),
        ],
    ),
    "Goroutines and buffers, if pages are read ahead.",
);

static ARROW: LibraryObject = in_source(
    "github.com/apache/arrow-go/v18",
    "arrow object",
    "v18.0.0",
    Source {
        kind: ResourceKind::Worker,
        types: &["github.com/apache/arrow-go/v18/arrow/array.RecordBuilder"],
        acquires: &[
            first("github.com/apache/arrow-go/v18/arrow/array.NewRecordBuilder"),
            first("github.com/apache/arrow-go/v18/arrow/array.(*RecordBuilder).NewRecord"),
            first("github.com/apache/arrow-go/v18/arrow/array.NewRecord"),
            first("github.com/apache/arrow-go/v18/arrow/ipc.NewReader"),
        ],
        releases: &[Release::Method("Release")],
    },
    "Counted references: memory of an allocator other than that of Go is lost without Release.",
);

static FORMER_ARROW: LibraryObject = in_source(
    "github.com/apache/arrow/go/v17",
    "arrow object",
    "v17.0.0",
    Source {
        kind: ResourceKind::Worker,
        types: &["github.com/apache/arrow/go/v17/arrow/array.RecordBuilder"],
        acquires: &[
            first("github.com/apache/arrow/go/v17/arrow/array.NewRecordBuilder"),
            first("github.com/apache/arrow/go/v17/arrow/array.(*RecordBuilder).NewRecord"),
            first("github.com/apache/arrow/go/v17/arrow/array.NewRecord"),
            first("github.com/apache/arrow/go/v17/arrow/ipc.NewReader"),
        ],
        releases: &[Release::Method("Release")],
    },
    "Counted references: memory of an allocator other than that of Go is lost without Release.",
);
