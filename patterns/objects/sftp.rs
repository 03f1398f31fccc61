//! `github.com/pkg/sftp`.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind, Side, Source};

use crate::record::{closed, first, in_source, one, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CLIENT, &SERVER, &FILE];

static CLIENT: LibraryObject = LibraryObject {
    module: "github.com/pkg/sftp",
    name: "sftp.Client",
    checked: "v1.13.9",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("github.com/pkg/sftp.NewClientPipe")]],
    phases: &[],
    constructors: &["github.com/pkg/sftp.NewClient", "github.com/pkg/sftp.NewClientPipe"],
    entry_points: &["github.com/pkg/sftp.NewClient", "github.com/pkg/sftp.NewClientPipe"],
    releases: &["sftp.Client.Close"],
    source: closed(
        ResourceKind::Connection,
        &["github.com/pkg/sftp.Client"],
        &[first("github.com/pkg/sftp.NewClient"), first("github.com/pkg/sftp.NewClientPipe")],
    ),
    heap_marks: &["github.com/pkg/sftp.NewClientPipe"],
    known_bad: &[],
    notes: "Close leaves the ssh.Client below it open: 6 goroutines and the socket stay until \
            that is closed too.",
};

static SERVER: LibraryObject = LibraryObject {
    module: "github.com/pkg/sftp",
    name: "sftp.Server",
    checked: "v1.13.9",
    side: Side::Server,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("github.com/pkg/sftp.(*packetManager).controller"),
        several(9, "github.com/pkg/sftp.(*Server).sftpServerWorker"),
        one("github.com/pkg/sftp.(*packetManager).workerChan"),
    ]],
    phases: &[],
    constructors: &["github.com/pkg/sftp.NewServer"],
    entry_points: &["github.com/pkg/sftp.NewServer"],
    releases: &["close of the channel it serves", "sftp.Server.Close"],
    source: Source::NONE,
    heap_marks: &["github.com/pkg/sftp.newPktMgr"],
    known_bad: &[],
    notes: "12 goroutines a session.",
};

static FILE: LibraryObject = in_source(
    "github.com/pkg/sftp",
    "sftp.File",
    "v1.13.9",
    closed(
        ResourceKind::File,
        &["github.com/pkg/sftp.File"],
        &[
            first("github.com/pkg/sftp.(*Client).Open"),
            first("github.com/pkg/sftp.(*Client).OpenFile"),
            first("github.com/pkg/sftp.(*Client).Create"),
        ],
    ),
    "An open file of the server, which has few of them.",
);
