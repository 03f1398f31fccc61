//! `os/exec`, `os/signal` and `os`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{argument, closed, first, in_source, one, receiver, second};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] =
    &[&CMD_CONTEXT, &PROCESS, &NOTIFY_CONTEXT, &NOTIFY, &FILE];

static CMD_CONTEXT: LibraryObject = LibraryObject {
    module: "std",
    name: "exec.Cmd",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("os/exec.(*Cmd).watchCtx")], &[one("os/exec.(*Cmd).Start")]],
    phases: &[],
    constructors: &["os/exec.(*Cmd).Start"],
    entry_points: &[
        "os/exec.Command",
        "os/exec.CommandContext",
        "os/exec.(*Cmd).Start",
        "os/exec.(*Cmd).Run",
        "os/exec.(*Cmd).Output",
        "os/exec.(*Cmd).CombinedOutput",
    ],
    releases: &["exec.Cmd.Wait"],
    source: Source {
        kind: ResourceKind::Process,
        types: &[],
        acquires: &[receiver("os/exec.(*Cmd).Start")],
        releases: &[
            Release::Method("Wait"),
            Release::Method("Process.Wait"),
            Release::Method("Process.Release"),
        ],
    },
    heap_marks: &[
        "os/exec.(*Cmd).Start",
        "os/exec.(*Cmd).writerDescriptor",
        "os/exec.(*Cmd).StdoutPipe",
    ],
    known_bad: &[],
    notes: "The watcher of CommandContext stays until Wait is called, even after the child has \
            exited; the copying goroutines stay while a grandchild holds the pipe, unless \
            WaitDelay is set. A child that is not waited for stays a zombie and, from Go 1.23 on \
            Linux, holds a pidfd.",
};

static PROCESS: LibraryObject = in_source(
    "std",
    "os.Process",
    "go1.27.3",
    Source {
        kind: ResourceKind::Process,
        types: &[],
        acquires: &[first("os.StartProcess")],
        releases: &[Release::Method("Wait"), Release::Method("Release")],
    },
    "A zombie until Wait; from Go 1.23 on Linux also a pidfd. Kill releases nothing.",
);

static NOTIFY_CONTEXT: LibraryObject = LibraryObject {
    module: "std",
    name: "signal.NotifyContext",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[one("os/signal.NotifyContext")]],
    phases: &[],
    constructors: &["os/signal.NotifyContext"],
    entry_points: &["os/signal.NotifyContext"],
    releases: &["call of the stop function"],
    source: Source {
        kind: ResourceKind::Cancel,
        types: &[],
        acquires: &[second("os/signal.NotifyContext")],
        releases: &[Release::Call],
    },
    heap_marks: &["os/signal.NotifyContext"],
    known_bad: &[],
    notes: "One per process is normal.",
};

static NOTIFY: LibraryObject = LibraryObject {
    module: "std",
    name: "signal.Notify channel",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["os/signal.Notify"],
    entry_points: &["os/signal.Notify"],
    releases: &["signal.Stop"],
    source: Source {
        kind: ResourceKind::Subscription,
        types: &[],
        acquires: &[argument("os/signal.Notify")],
        releases: &[Release::Argument("os/signal.Stop", 0)],
    },
    heap_marks: &["os/signal.Notify"],
    known_bad: &[],
    notes: "The registration is global: a channel that is not stopped is never collected.",
};

static FILE: LibraryObject = LibraryObject {
    module: "std",
    name: "os.File",
    checked: "go1.26.8",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[],
    phases: &[],
    constructors: &["os.OpenFile", "os.Open", "os.Create"],
    entry_points: &["os.Open", "os.Create", "os.OpenFile", "os.CreateTemp"],
    releases: &["os.File.Close"],
    source: closed(
        ResourceKind::File,
        &["os.File"],
        &[
            first("os.Open"),
            first("os.Create"),
            first("os.OpenFile"),
            first("os.CreateTemp"),
            first("os.OpenInRoot"),
            first("os.(*Root).Open"),
            first("os.(*Root).Create"),
            first("os.(*Root).OpenFile"),
            first("io/ioutil.TempFile"),
            first("os.Pipe"),
            second("os.Pipe"),
            first("net.(*conn).File"),
            first("net.(*TCPConn).File"),
            first("net.(*UDPConn).File"),
            first("net.(*IPConn).File"),
            first("net.(*UnixConn).File"),
            first("net.(*TCPListener).File"),
            first("net.(*UnixListener).File"),
        ],
    ),
    heap_marks: &["os.OpenFile"],
    known_bad: &[],
    notes: "A dropped one is closed by a finalizer, but only when a collection finds it: with a \
            lazy collector descriptors run out first.",
};
