//! `github.com/klauspost/compress`.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind, Side};

use crate::record::{closed, first, harmless, in_source, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&DECODER, &ENCODER, &S2_WRITER];

static DECODER: LibraryObject = LibraryObject {
    module: "github.com/klauspost/compress",
    name: "zstd.Decoder",
    checked: "v1.20.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[several(
        3,
        "github.com/klauspost/compress/zstd.(*Decoder).startStreamDecoder",
    )]],
    phases: &[],
    constructors: &["github.com/klauspost/compress/zstd.NewReader"],
    entry_points: &[
        "github.com/klauspost/compress/zstd.NewReader",
        "github.com/klauspost/compress/zstd.(*Decoder).Reset",
    ],
    releases: &["zstd.Decoder.Close"],
    source: closed(
        ResourceKind::Stream,
        &["github.com/klauspost/compress/zstd.Decoder"],
        &[first("github.com/klauspost/compress/zstd.NewReader")],
    ),
    heap_marks: &[
        "github.com/klauspost/compress/zstd.newBlockDec",
        "github.com/klauspost/compress/zstd.(*Decoder).Reset",
    ],
    known_bad: &[],
    notes: "The goroutines live while a stream is partly read: none after its end, with \
            WithDecoderConcurrency(1), or with one CPU. Dropped half-read ones are never \
            collected.",
};

static ENCODER: LibraryObject = LibraryObject {
    module: "github.com/klauspost/compress",
    name: "zstd.Encoder",
    checked: "v1.20.0",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["github.com/klauspost/compress/zstd.NewWriter"],
    entry_points: &["github.com/klauspost/compress/zstd.NewWriter"],
    releases: &["zstd.Encoder.Close"],
    source: harmless(
        &["github.com/klauspost/compress/zstd.Encoder"],
        &[first("github.com/klauspost/compress/zstd.NewWriter")],
    ),
    heap_marks: &["github.com/klauspost/compress/zstd.NewWriter"],
    known_bad: &[],
    notes: "No goroutine while idle; some MiB of buffers each.",
};

static S2_WRITER: LibraryObject = in_source(
    "github.com/klauspost/compress",
    "s2.Writer",
    "v1.20.0",
    closed(
        ResourceKind::Stream,
        &["github.com/klauspost/compress/s2.Writer"],
        &[first("github.com/klauspost/compress/s2.NewWriter")],
    ),
    "One goroutine writes what the others have compressed.",
);
