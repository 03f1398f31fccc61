//! `github.com/klauspost/compress`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::several;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&DECODER, &ENCODER];

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
    source: Source::NONE,
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
    source: Source::NONE,
    heap_marks: &["github.com/klauspost/compress/zstd.NewWriter"],
    known_bad: &[],
    notes: "No goroutine while idle; some MiB of buffers each.",
};
