//! Small shapes of Go code, leaks and healthy look-alikes. Each file is a set of functions; a call that must be found
//! has a comment `// lost: HOW` on its line, and nothing else may be found.

mod enclosed;
mod pieces;
mod programs;
mod starts;

use std::collections::BTreeMap;

use plumb_evidence::catalogue::{
    Acquire, Acquired, LibraryObject, Release, ResourceKind, Side, Source,
};
use plumb_evidence::finding::Confidence;
use plumb_evidence::source::{ALSO_LOST, SourceFinding};

use super::{LossKind, findings};
use crate::code::Code;
use crate::knowledge::Knowledge;
use crate::memory::scan_text;
use crate::rule::Rule;

const fn acquires(function: &'static str, what: Acquired) -> Acquire {
    Acquire { function, what }
}

const fn first(function: &'static str) -> Acquire {
    acquires(function, Acquired::Result(0))
}

const CLOSE: &[Release] = &[Release::Method("Close")];

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

static OBJECTS: [&LibraryObject; 26] = [
    &object(
        "zstd.Decoder",
        Source {
            kind: ResourceKind::Stream,
            types: &["github.com/klauspost/compress/zstd.Decoder"],
            acquires: &[first("github.com/klauspost/compress/zstd.NewReader")],
            releases: CLOSE,
        },
    ),
    &object(
        "websocket.Conn",
        Source {
            kind: ResourceKind::Connection,
            types: &["github.com/gorilla/websocket.Conn"],
            acquires: &[first("github.com/gorilla/websocket.(*Dialer).Dial")],
            releases: CLOSE,
        },
    ),
    &object(
        "storage.Writer",
        Source {
            kind: ResourceKind::Stream,
            types: &["example.com/m.Upload"],
            acquires: &[first("example.com/m.NewUpload")],
            releases: CLOSE,
        },
    ),
    &object(
        "codec",
        Source {
            kind: ResourceKind::Worker,
            types: &["example.com/m.Encoder", "example.com/m.Decoder"],
            acquires: &[first("example.com/m.NewDecoder"), first("example.com/m.Open")],
            releases: CLOSE,
        },
    ),
    &object(
        "trace.Span",
        Source {
            kind: ResourceKind::Span,
            types: &["go.opentelemetry.io/otel/trace.Span"],
            acquires: &[acquires(
                "go.opentelemetry.io/otel/trace.Tracer.Start",
                Acquired::Result(1),
            )],
            releases: &[Release::Method("End")],
        },
    ),
    &object(
        "http.Response",
        Source {
            kind: ResourceKind::Body,
            types: &["net/http.Response"],
            acquires: &[
                first("net/http.Get"),
                first("net/http.Post"),
                first("net/http.(*Client).Do"),
                first("net/http.(*Client).Get"),
            ],
            releases: &[Release::Method("Body.Close")],
        },
    ),
    &object(
        "os.File",
        Source {
            kind: ResourceKind::File,
            types: &["os.File"],
            acquires: &[first("os.Open"), first("os.Create"), first("os.OpenFile")],
            releases: CLOSE,
        },
    ),
    &object(
        "fs.File",
        Source {
            kind: ResourceKind::File,
            types: &["io/fs.File"],
            acquires: &[first("io/fs.FS.Open")],
            releases: CLOSE,
        },
    ),
    &object(
        "sql.DB",
        Source {
            kind: ResourceKind::Client,
            types: &["database/sql.DB"],
            acquires: &[first("database/sql.Open")],
            releases: CLOSE,
        },
    ),
    &object(
        "sql.Rows",
        Source {
            kind: ResourceKind::Rows,
            types: &["database/sql.Rows"],
            acquires: &[first("database/sql.(*DB).Query")],
            releases: &[Release::Method("Close"), Release::Exhaustion("Next")],
        },
    ),
    &object(
        "sql.Tx",
        Source {
            kind: ResourceKind::Rows,
            types: &["database/sql.Tx"],
            acquires: &[first("database/sql.(*DB).Begin")],
            releases: &[Release::Method("Commit"), Release::Method("Rollback")],
        },
    ),
    &object(
        "context cancel",
        Source {
            kind: ResourceKind::Cancel,
            types: &["context.CancelFunc"],
            acquires: &[
                acquires("context.WithCancel", Acquired::Result(1)),
                acquires("context.WithTimeout", Acquired::Result(1)),
            ],
            releases: &[Release::Call],
        },
    ),
    &object(
        "time.Ticker",
        Source {
            kind: ResourceKind::Ticker,
            types: &["time.Ticker"],
            acquires: &[first("time.NewTicker")],
            releases: &[Release::Method("Stop")],
        },
    ),
    &object(
        "time.Timer",
        Source {
            kind: ResourceKind::Timer,
            types: &["time.Timer"],
            acquires: &[first("time.NewTimer")],
            releases: &[Release::Method("Stop")],
        },
    ),
    &object(
        "exec.Cmd",
        Source {
            kind: ResourceKind::Process,
            types: &[],
            acquires: &[acquires("os/exec.(*Cmd).Start", Acquired::Receiver)],
            releases: &[Release::Method("Wait"), Release::Method("Process.Wait")],
        },
    ),
    &object(
        "signal channel",
        Source {
            kind: ResourceKind::Subscription,
            types: &[],
            acquires: &[acquires("os/signal.Notify", Acquired::Argument(0))],
            releases: &[Release::Argument("os/signal.Stop", 0)],
        },
    ),
    &object(
        "pool item",
        Source {
            kind: ResourceKind::PoolItem,
            types: &[],
            acquires: &[first("sync.(*Pool).Get")],
            releases: &[Release::Argument("sync.(*Pool).Put", 0)],
        },
    ),
    &object(
        "descriptor",
        Source {
            kind: ResourceKind::File,
            types: &[],
            acquires: &[first("syscall.Open")],
            releases: &[Release::Argument("syscall.Close", 0)],
        },
    ),
    &object(
        "grpc.ClientConn",
        Source {
            kind: ResourceKind::Client,
            types: &["google.golang.org/grpc.ClientConn"],
            acquires: &[first("google.golang.org/grpc.Dial")],
            releases: CLOSE,
        },
    ),
    &object(
        "arrow builder",
        Source {
            kind: ResourceKind::Stream,
            types: &["example.com/arrow/array.Int64Builder"],
            acquires: &[first("example.com/arrow/array.NewInt64Builder")],
            releases: &[Release::Method("Release")],
        },
    ),
    &object(
        "plugin.Client",
        Source {
            kind: ResourceKind::Process,
            types: &["example.com/plugin.Client"],
            acquires: &[first("example.com/plugin.NewClient")],
            releases: &[Release::Method("Kill")],
        },
    ),
    &object(
        "os.Process",
        Source {
            kind: ResourceKind::Process,
            types: &["os.Process"],
            acquires: &[first("os.StartProcess")],
            releases: &[Release::Method("Wait")],
        },
    ),
    &object(
        "mux.Stream",
        Source {
            kind: ResourceKind::Connection,
            types: &["example.com/mux.Stream"],
            acquires: &[first("example.com/mux.(*Session).Open")],
            releases: CLOSE,
        },
    ),
    &LibraryObject {
        module: "github.com/containerd/containerd/v2",
        ..object(
            "containerd client",
            Source {
                kind: ResourceKind::Client,
                types: &["github.com/containerd/containerd/v2/client.Client"],
                acquires: &[first("github.com/containerd/containerd/v2/client.New")],
                releases: CLOSE,
            },
        )
    },
    &object(
        "net.Listener",
        Source {
            kind: ResourceKind::Listener,
            types: &["net.Listener"],
            acquires: &[first("net.Listen")],
            releases: CLOSE,
        },
    ),
    &object(
        "gzip.Reader",
        Source {
            kind: ResourceKind::None,
            types: &["example.com/gz.Reader"],
            acquires: &[first("example.com/gz.NewReader")],
            releases: &[],
        },
    ),
];

const ALL: &[ResourceKind] = &[
    ResourceKind::Body,
    ResourceKind::File,
    ResourceKind::Client,
    ResourceKind::Connection,
    ResourceKind::Listener,
    ResourceKind::Rows,
    ResourceKind::Cancel,
    ResourceKind::Ticker,
    ResourceKind::Timer,
    ResourceKind::Span,
    ResourceKind::Process,
    ResourceKind::PoolItem,
    ResourceKind::Subscription,
    ResourceKind::Stream,
    ResourceKind::Worker,
];

/// The findings, with how each is lost for the message.
static RULE: Rule = Rule { pattern: "lost", linters: &[], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    let named = |(mut finding, loss): (SourceFinding, &super::Loss)| {
        finding.snippet = match &loss.how {
            LossKind::Dropped => "dropped",
            LossKind::Blank => "blank",
            LossKind::Never(_) => "never",
            LossKind::OnSomeWays { .. } => "some",
        }
        .to_owned();
        finding
    };
    findings(code, "lost", ALL).into_iter().zip(code.losses()).map(named).collect()
}

fn scanned(text: &str) -> Vec<SourceFinding> {
    let knowledge = Knowledge::new(&OBJECTS);
    let scan = scan_text(&[&RULE], &knowledge, "1.22", text);
    assert!(scan.failed.is_empty(), "{:?}", scan.failed);
    scan.findings
}

/// Compares what is found with the marks.
fn agrees(text: &str) {
    let marks: BTreeMap<u32, String> = (1..)
        .zip(text.lines())
        .filter_map(|(line, text)| Some((line, text.split_once("// lost: ")?.1.to_owned())))
        .collect();
    let found = scanned(text);
    let by_line: BTreeMap<u32, String> =
        found.iter().map(|f| (f.place.line, f.snippet.clone())).collect();
    let lines: Vec<&str> = text.lines().collect();
    let mut wrong = Vec::new();
    for line in marks.keys().chain(by_line.keys()) {
        let (mark, found) = (marks.get(line), by_line.get(line));
        if mark != found {
            let source = lines[*line as usize - 1].trim();
            wrong.push(format!("line {line}: `{source}`: found {found:?}"));
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(!marks.is_empty(), "a file without marks tells nothing");
}

macro_rules! shapes {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            agrees(include_str!(concat!("tests/", stringify!($name), ".go")));
        }
    )*};
}

shapes! {
    bodies
    files
    escapes
    databases
    contexts
    timers
    processes
    inferred
    wrapped
    loops
    customs
    elsewhere
    ends
    goroutines
    constructors
    committed
    spans
    untaken
    ended_elsewhere
    pieces
    impossible
    callbacks
    cancelled
    later
    read_to_end
}

/// Releases that miss what they are meant for have a mark `// slip` on their line.
#[test]
fn releases_that_release_nothing_are_found() {
    static SLIPS: Rule = Rule {
        pattern: "slip",
        linters: &[],
        check: |code| {
            let finding = |slip: &super::Slip| {
                let message = slip.message.clone();
                code.finding("slip", code.file[slip.at].span, Confidence::Likely, message)
            };
            code.slips().iter().map(finding).collect()
        },
    };
    let text = include_str!("tests/slips.go");
    let scan = scan_text(&[&SLIPS], &Knowledge::new(&OBJECTS), "1.22", text);
    let found: Vec<u32> = scan.findings.iter().map(|finding| finding.place.line).collect();
    let marked = (1..).zip(text.lines()).filter(|(_, line)| line.ends_with("// slip"));
    assert_eq!(found, marked.map(|(line, _)| line).collect::<Vec<u32>>());
    assert!(!found.is_empty());
}

#[test]
fn messages_name_what_where_and_how() {
    let text = "package m
import \"os\"
func size(path string) (int64, error) {
\tf, err := os.Open(path)
\tif err != nil {
\t\treturn 0, err
\t}
\tinfo, err := f.Stat()
\tif err != nil {
\t\treturn 0, err
\t}
\treturn info.Size(), f.Close()
}";
    let found = scanned(text);
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert_eq!(
        finding.message,
        "`f` (os.File of os.Open) is not closed on every way: it is lost where the function \
         returns on line 10"
    );
    assert_eq!((finding.object, finding.confidence), ("os.File", Confidence::Likely));
    assert_eq!(finding.function, "example.com/m.size");
    let lines: Vec<u32> = finding.path.iter().map(|step| step.place.line).collect();
    assert_eq!(lines, [4, 5, 9, 10]);
}

/// What a piece of `main` leaves open ends with the process; what a loop of it leaves open piles up.
#[test]
fn pieces_of_main_may_leave_files_open() {
    let of = |body: &str| {
        format!(
            "package main
import \"os\"
func main() {{
{body}
}}
func report(path string) {{
\tf, err := os.Create(path)
\tif err != nil {{
\t\treturn
\t}}
\tf.WriteString(path)
}}"
        )
    };
    assert!(scanned(&of("\treport(\"a\")")).is_empty());
    assert_eq!(scanned(&of("\tfor {\n\t\treport(\"a\")\n\t}")).len(), 1);
    assert!(scanned(&of("\treport(\"a\")\n\treport(\"b\")")).is_empty());
    assert_eq!(
        scanned(&of("\tgo report(\"a\")\n\tall := []func(string){report}\n\tall[0](\"b\")")).len(),
        1
    );
}

/// The way that is told first is a shortest one; other ways out follow by line, as the message tells them.
#[test]
fn ways_out_are_told_by_line() {
    let text = "package p
import \"os\"
func size(deep, more bool) (int, error) {
\tf, err := os.Open(\"a\")
\tif err != nil {
\t\treturn 0, err
\t}
\tif deep {
\t\tif more {
\t\t\treturn 1, nil
\t\t}
\t\tif _, err := f.Stat(); err != nil {
\t\t\treturn 2, err
\t\t}
\t\tif _, err := f.Stat(); err != nil {
\t\t\treturn 3, err
\t\t}
\t\treturn 4, f.Close()
\t}
\treturn 5, nil
}";
    let found = scanned(text);
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert_eq!(
        finding.message,
        "`f` (os.File of os.Open) is not closed on every way: it is lost where the function \
         returns on lines 10, 13, 16 and 1 more"
    );
    let steps: Vec<(u32, bool)> =
        finding.path.iter().map(|s| (s.place.line, s.text.starts_with(ALSO_LOST))).collect();
    assert_eq!(
        steps,
        [(4, false), (5, false), (8, false), (20, false), (10, true), (13, true), (16, true)]
    );
    let lost: Vec<u32> = finding.lost_at().map(|step| step.place.line).collect();
    assert_eq!(lost, [20, 10, 13, 16]);
}

/// A record may stand for several types: a message names the one at hand.
#[test]
fn what_is_lost_is_called_by_its_type() {
    let text = "package p
type Decoder struct{ n int }
func (d *Decoder) Close() error { return nil }
func (d *Decoder) Decode() int { return d.n }
func NewDecoder() *Decoder { return &Decoder{} }
func Open() interface { Decode() int; Close() error } { return nil }
func f() int {
\td := NewDecoder()
\treturn d.Decode()
}
func g() int {
\td := Open()
\treturn d.Decode()
}";
    let messages: Vec<String> = scanned(text).into_iter().map(|f| f.message).collect();
    let [of_known, of_unknown] = &messages[..] else { panic!("{messages:?}") };
    assert!(of_known.starts_with("`d` (m.Decoder of NewDecoder) is"), "{of_known}");
    assert!(of_unknown.starts_with("`d` (codec of Open) is"), "{of_unknown}");
}

/// A file whose functions ask for a running test helps tests, whatever its name.
#[test]
fn files_that_help_tests_are_tests() {
    let of = |parameter: &str| {
        format!(
            "package p
import (
\t\"os\"
\t\"testing\"
)
var _ testing.TB
func open({parameter}) {{ os.Open(\"a\") }}"
        )
    };
    let in_test = |text: &str| scanned(text).iter().map(|f| f.in_test).collect::<Vec<_>>();
    assert_eq!(in_test(&of("t *testing.T")), [true]);
    assert_eq!(in_test(&of("t testing.TB, name string")), [true]);
    assert_eq!(in_test(&of("name string")), [false]);
}
