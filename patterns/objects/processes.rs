//! `os/exec`, `os/signal` and `os`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CMD_CONTEXT, &NOTIFY_CONTEXT, &NOTIFY, &FILE];

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
    source: Source::NONE,
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
    source: Source::NONE,
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
    source: Source::NONE,
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
    source: Source::NONE,
    heap_marks: &["os.OpenFile"],
    known_bad: &[],
    notes: "A dropped one is closed by a finalizer, but only when a collection finds it: with a \
            lazy collector descriptors run out first.",
};
