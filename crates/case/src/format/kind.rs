//! What a piece of a case is. A new kind is one entry in the table below.

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $ending:literal;)+) => {
        /// What a piece of a case is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum PieceKind {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
            /// A kind that a newer plumb has added; it is left alone.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl PieceKind {
            /// All kinds this plumb knows.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name in the manifest and in file names.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Unknown => "unknown",
                }
            }

            /// The ending of its file name, without the leading dot.
            pub fn ending(self) -> &'static str {
                match self {
                    $(Self::$variant => $ending,)+
                    Self::Unknown => "bin",
                }
            }
        }
    };
}

kinds! {
    /// `/debug/pprof/goroutine`, protobuf.
    Goroutine = "goroutine", "pb.gz";
    /// `/debug/pprof/goroutine?debug=1`.
    GoroutineText = "goroutine-text", "txt";
    /// `/debug/pprof/goroutine?debug=2`, or such a dump from elsewhere.
    GoroutineDump = "goroutine-dump", "txt";
    /// `/debug/pprof/goroutineleak`, protobuf or text.
    GoroutineLeak = "goroutineleak", "pb.gz";
    /// `/debug/pprof/heap`, protobuf.
    Heap = "heap", "pb.gz";
    /// `/debug/pprof/heap?debug=1`, which ends with `runtime.MemStats`.
    HeapText = "heap-text", "txt";
    /// `/debug/pprof/allocs`, protobuf or text.
    Allocs = "allocs", "pb.gz";
    /// A metrics page, Prometheus text 0.0.4 or OpenMetrics.
    Metrics = "metrics", "txt";
    /// What `/proc` says about the process: [`crate::host::process::ProcessRecord`] as JSON.
    Process = "process", "json";
    /// TCP sockets: [`crate::host::sockets`] as JSON lines.
    Sockets = "sockets", "jsonl";
    /// `/proc/PID/net/tcp`, and `tcp6` after it.
    ProcNetTcp = "proc-net-tcp", "txt";
    /// Output of `ss`.
    Ss = "ss", "txt";
    /// Output of `netstat`.
    Netstat = "netstat", "txt";
    /// Output of `lsof`.
    Lsof = "lsof", "txt";
    /// Socket table of a machine at the other end, of whatever tool.
    PeerSockets = "peer-sockets", "txt";
    /// A log that may hold goroutine dumps.
    Log = "log", "txt";
    /// What the executable says about its build: [`crate::format::BuildRecord`] as JSON.
    BuildInfo = "build-info", "json";
    /// Who calls what in the executable: [`crate::format::CallsRecord`] as JSON.
    Calls = "calls", "json";
    /// An execution trace.
    Trace = "trace", "trace";
}

#[cfg(test)]
mod tests {
    use super::PieceKind;

    #[test]
    fn names_are_the_serialized_form_and_unknown_ones_are_read() {
        for kind in PieceKind::ALL {
            let json = serde_json::to_string(kind).unwrap();
            assert_eq!(json, format!("\"{}\"", kind.name()));
            assert_eq!(serde_json::from_str::<PieceKind>(&json).unwrap(), *kind);
        }
        let newer: PieceKind = serde_json::from_str("\"heap-graph\"").unwrap();
        assert_eq!(newer, PieceKind::Unknown);
    }
}
