//! Writers and readers of formats that hold nothing but memory.

use plumb_evidence::catalogue::LibraryObject;

use crate::record::{first, harmless, in_source};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&COMPRESS, &SNAPPY, &LZ4, &BROTLI, &XZ, &YAML];

static COMPRESS: LibraryObject = in_source(
    "github.com/klauspost/compress",
    "coder",
    "v1.18.0",
    harmless(
        &[
            "github.com/klauspost/compress/flate.Writer",
            "github.com/klauspost/compress/gzip.Reader",
            "github.com/klauspost/compress/gzip.Writer",
            "github.com/klauspost/compress/zip.Writer",
            "github.com/klauspost/compress/zlib.Writer",
        ],
        &[
            first("github.com/klauspost/compress/flate.NewReader"),
            first("github.com/klauspost/compress/flate.NewReaderDict"),
            first("github.com/klauspost/compress/zlib.NewReader"),
            first("github.com/klauspost/compress/zlib.NewReaderDict"),
        ],
    ),
    "Close writes what is left: a dropped one is collected.",
);

static SNAPPY: LibraryObject = in_source(
    "github.com/golang/snappy",
    "coder",
    "v1.0.0",
    harmless(&["github.com/golang/snappy.Writer"], &[]),
    "Close writes what is left: a dropped one is collected.",
);

static LZ4: LibraryObject = in_source(
    "github.com/pierrec/lz4/v4",
    "coder",
    "v4.1.22",
    harmless(&["github.com/pierrec/lz4/v4.Writer"], &[]),
    "Close writes what is left: a dropped one is collected.",
);

static BROTLI: LibraryObject = in_source(
    "github.com/andybalholm/brotli",
    "coder",
    "v1.1.1",
    harmless(&["github.com/andybalholm/brotli.Writer"], &[]),
    "Close writes what is left: a dropped one is collected.",
);

static XZ: LibraryObject = in_source(
    "github.com/ulikunitz/xz",
    "coder",
    "v0.5.12",
    harmless(&["github.com/ulikunitz/xz.Writer"], &[]),
    "Close writes what is left: a dropped one is collected.",
);

static YAML: LibraryObject = in_source(
    "gopkg.in/yaml.v3",
    "coder",
    "v3.0.1",
    harmless(&["gopkg.in/yaml%2ev3.Encoder"], &[]),
    "Close writes what is left: a dropped one is collected.",
);
