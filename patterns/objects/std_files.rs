//! Files and other descriptors of the standard library, as source code opens them.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Source};

use crate::record::{closed, first, in_source};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] =
    &[&ROOT, &FS_FILE, &ZIP, &FORM_FILE, &DEBUG_FILE, &DESCRIPTOR, &MAPPING];

static ROOT: LibraryObject = in_source(
    "std",
    "os.Root",
    "go1.27.3",
    closed(ResourceKind::File, &["os.Root"], &[first("os.OpenRoot"), first("os.(*Root).OpenRoot")]),
    "Holds the descriptor of a folder.",
);

static FS_FILE: LibraryObject = in_source(
    "std",
    "fs.File",
    "go1.27.3",
    closed(
        ResourceKind::File,
        &["io/fs.File", "net/http.File"],
        &[first("io/fs.FS.Open"), first("net/http.FileSystem.Open"), first("net/http.Dir.Open")],
    ),
    "Of an embed.FS or in memory it holds nothing; through the interface that cannot be known.",
);

static ZIP: LibraryObject = in_source(
    "std",
    "zip.ReadCloser",
    "go1.27.3",
    closed(ResourceKind::File, &["archive/zip.ReadCloser"], &[first("archive/zip.OpenReader")]),
    "Holds the file of the archive; the files in it hold nothing of their own.",
);

static FORM_FILE: LibraryObject = in_source(
    "std",
    "multipart.File",
    "go1.27.3",
    closed(
        ResourceKind::File,
        &["mime/multipart.File"],
        &[first("mime/multipart.(*FileHeader).Open"), first("net/http.(*Request).FormFile")],
    ),
    "An os.File for what was too large for memory.",
);

static DEBUG_FILE: LibraryObject = in_source(
    "std",
    "elf.File",
    "go1.27.3",
    closed(
        ResourceKind::File,
        &[
            "debug/elf.File",
            "debug/macho.File",
            "debug/macho.FatFile",
            "debug/pe.File",
            "debug/plan9obj.File",
        ],
        &[
            first("debug/elf.Open"),
            first("debug/macho.Open"),
            first("debug/macho.OpenFat"),
            first("debug/pe.Open"),
            first("debug/plan9obj.Open"),
        ],
    ),
    "Open opens the file; NewFile reads from what it is given, and Close does nothing then.",
);

static DESCRIPTOR: LibraryObject = in_source(
    "std",
    "descriptor",
    "go1.27.3, linux",
    Source {
        kind: ResourceKind::File,
        types: &[],
        acquires: &[
            first("syscall.Open"),
            first("syscall.Openat"),
            first("syscall.Creat"),
            first("syscall.Socket"),
            first("syscall.Accept"),
            first("syscall.Accept4"),
            first("syscall.Dup"),
            first("syscall.EpollCreate"),
            first("syscall.EpollCreate1"),
            first("syscall.InotifyInit"),
            first("syscall.InotifyInit1"),
        ],
        releases: &[Release::Argument("syscall.Close", 0)],
    },
    "A number: no finalizer ever closes it. os.NewFile and net.FilePacketConn make an object that \
     does.",
);

static MAPPING: LibraryObject = in_source(
    "std",
    "memory mapping",
    "go1.27.3, linux",
    Source {
        kind: ResourceKind::Worker,
        types: &[],
        acquires: &[first("syscall.Mmap")],
        releases: &[Release::Argument("syscall.Munmap", 0)],
    },
    "The collector does not know of it. It outlives the descriptor.",
);
