//! A small catalogue.

use plumb_evidence::catalogue::{
    Acquire, Acquired, LibraryObject, Release, ResourceKind, Side, Source,
};

const fn object(name: &'static str, source: Source) -> LibraryObject {
    LibraryObject {
        module: "std",
        name,
        checked: "",
        side: Side::Neither,
        pooled: false,
        multiplexed: false,
        goroutines: &[],
        phases: &[],
        constructors: &[],
        entry_points: &[],
        releases: &[],
        source,
        heap_marks: &[],
        known_bad: &[],
        notes: "",
    }
}

const fn result(function: &'static str, result: u8) -> Acquire {
    Acquire { function, what: Acquired::Result(result) }
}

static FILE: LibraryObject = object(
    "File",
    Source {
        kind: ResourceKind::File,
        types: &["os.File"],
        acquires: &[result("os.Open", 0), result("os.Create", 0)],
        releases: &[Release::Method("Close")],
    },
);

static BODY: LibraryObject = object(
    "Response",
    Source {
        kind: ResourceKind::Body,
        types: &["net/http.Response"],
        acquires: &[result("net/http.Get", 0), result("net/http.(*Client).Do", 0)],
        releases: &[Release::Method("Body.Close")],
    },
);

static CONN: LibraryObject = object(
    "Conn",
    Source {
        kind: ResourceKind::Connection,
        types: &["net.Conn"],
        acquires: &[result("net.Dial", 0)],
        releases: &[Release::Method("Close")],
    },
);

static CANCEL: LibraryObject = object(
    "Cancel",
    Source {
        kind: ResourceKind::Cancel,
        types: &["context.CancelFunc"],
        acquires: &[result("context.WithCancel", 1), result("context.WithTimeout", 1)],
        releases: &[Release::Call],
    },
);

static POOL_ITEM: LibraryObject = object(
    "PoolItem",
    Source {
        kind: ResourceKind::PoolItem,
        types: &[],
        acquires: &[result("sync.(*Pool).Get", 0)],
        releases: &[Release::Argument("sync.(*Pool).Put", 0)],
    },
);

static HARMLESS: LibraryObject = object(
    "NopCloser",
    Source {
        kind: ResourceKind::None,
        types: &[],
        acquires: &[result("io.NopCloser", 0)],
        releases: &[],
    },
);

pub(crate) static OBJECTS: &[&LibraryObject] =
    &[&FILE, &BODY, &CONN, &CANCEL, &POOL_ITEM, &HARMLESS];
