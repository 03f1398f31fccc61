//! Names of methods that release, whatever the type: what a function calls under one of them is told of a parameter.

/// Methods that let go of something. The first part is that of `io.Closer` and its kin in the standard library
/// (`os`, `net`, `net/http`, `database/sql`, `time`, `context`, `os/exec`), the rest is what the records of the
/// catalogue name.
const RELEASES: &[&str] = &[
    "Close",
    "CloseNow",
    "CloseRead",
    "CloseWrite",
    "CloseWithError",
    "CloseIdleConnections",
    "CloseSend",
    "CloseHandle",
    "CloseChan",
    "Stop",
    "StopAndWait",
    "StopTimer",
    "Shutdown",
    "GracefulStop",
    "Rollback",
    "Commit",
    "Cancel",
    "CancelFunc",
    "Release",
    "ReleaseAll",
    "Wait",
    "Kill",
    "Terminate",
    "End",
    "EndSession",
    "Finish",
    "Finalize",
    "Free",
    "Destroy",
    "Dispose",
    "Disconnect",
    "Discard",
    "Drain",
    "Unsubscribe",
    "Quit",
    "Teardown",
    "TearDown",
    "Logout",
    "Dismiss",
    "Detach",
    "Abort",
];

/// Whether a method of this name releases, as far as a name tells.
pub(super) fn is_release(name: &str) -> bool {
    let lower = name.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
    RELEASES.iter().any(|release| *release == name || (lower && release.eq_ignore_ascii_case(name)))
}

/// Whether a function value of this name ends something: `cancel`, `stopWorkers`, `onClose`.
pub(super) fn sounds_like_end(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["cancel", "close", "stop", "shutdown", "release", "cleanup"]
        .iter()
        .any(|end| name.contains(end))
}
