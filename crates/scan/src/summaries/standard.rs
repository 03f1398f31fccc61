//! What is known of functions outside of the modules, so that no toolchain and no downloaded module is needed.

use plumb_gosource::flow::CallEffect::{self, NeverReturns, Panics};
use plumb_gosource::{ExprId, ExprKind};

use crate::code::Code;
use crate::functions::FunctionKey;

/// Functions and methods of one type that do not come back.
struct Ending {
    /// Import path, without a version at its end: `/v2` is the same package.
    path: &'static str,
    /// The types with the methods; empty for functions.
    receivers: &'static [&'static str],
    names: &'static [&'static str],
    effect: CallEffect,
}

const fn functions(path: &'static str, names: &'static [&'static str]) -> Ending {
    Ending { path, receivers: &[], names, effect: NeverReturns }
}

const fn methods(
    path: &'static str,
    receivers: &'static [&'static str],
    names: &'static [&'static str],
) -> Ending {
    Ending { path, receivers, names, effect: NeverReturns }
}

const fn panicking(ending: Ending) -> Ending {
    Ending { effect: Panics, ..ending }
}

const FATAL: &[&str] = &["Fatal", "Fatalf", "Fatalln"];
const PANIC: &[&str] = &["Panic", "Panicf", "Panicln"];
const LEAVES_TEST: &[&str] = &["Fatal", "Fatalf", "FailNow", "Skip", "Skipf", "SkipNow"];
const GLOG: &[&str] = &[
    "Fatal",
    "Fatalf",
    "Fatalln",
    "FatalDepth",
    "FatalDepthf",
    "FatalContext",
    "FatalContextf",
    "Exit",
    "Exitf",
    "Exitln",
    "ExitDepth",
    "ExitDepthf",
];

/// From the documentation of each package: the standard library of Go 1.27, logrus 1.9, zap 1.27, klog 2.130, glog 1.2,
/// testify 1.10, ginkgo 2.22, gomega 1.36, check.v1, kingpin 2.4, apex/log 1.9, charmbracelet/log 0.4, grpclog of grpc
/// 1.71, x/sys 0.30. Calls that end only in some cases (`assert`, `CheckErr`) are not among them.
static ENDINGS: &[Ending] = &[
    functions("os", &["Exit"]),
    functions("syscall", &["Exit"]),
    functions("runtime", &["Goexit"]),
    functions("log", FATAL),
    panicking(functions("log", PANIC)),
    methods("log", &["Logger"], FATAL),
    panicking(methods("log", &["Logger"], PANIC)),
    methods("testing", &["common", "T", "B", "F", "TB"], LEAVES_TEST),
    functions("golang.org/x/sys/unix", &["Exit"]),
    functions("golang.org/x/sys/windows", &["ExitProcess"]),
    functions("github.com/sirupsen/logrus", FATAL),
    functions("github.com/sirupsen/logrus", &["Exit"]),
    panicking(functions("github.com/sirupsen/logrus", PANIC)),
    methods("github.com/sirupsen/logrus", &["Logger", "Entry"], FATAL),
    methods("github.com/sirupsen/logrus", &["Logger"], &["Exit"]),
    methods("github.com/sirupsen/logrus", &["FieldLogger", "StdLogger", "Ext1FieldLogger"], FATAL),
    panicking(methods(
        "github.com/sirupsen/logrus",
        &["Logger", "Entry", "FieldLogger", "StdLogger", "Ext1FieldLogger"],
        PANIC,
    )),
    methods("go.uber.org/zap", &["Logger"], &["Fatal"]),
    panicking(methods("go.uber.org/zap", &["Logger"], &["Panic"])),
    methods("go.uber.org/zap", &["SugaredLogger"], &["Fatal", "Fatalf", "Fatalln", "Fatalw"]),
    panicking(methods(
        "go.uber.org/zap",
        &["SugaredLogger"],
        &["Panic", "Panicf", "Panicln", "Panicw"],
    )),
    functions("k8s.io/klog", GLOG),
    functions("k8s.io/klog", &["FlushAndExit"]),
    functions("github.com/golang/glog", GLOG),
    functions("google.golang.org/grpc/grpclog", FATAL),
    functions("github.com/stretchr/testify/require", &["Fail", "Failf", "FailNow", "FailNowf"]),
    methods(
        "github.com/stretchr/testify/require",
        &["Assertions"],
        &["Fail", "Failf", "FailNow", "FailNowf"],
    ),
    functions("github.com/stretchr/testify/assert", &["FailNow", "FailNowf"]),
    panicking(functions("github.com/onsi/ginkgo", &["Fail", "Skip", "AbortSuite"])),
    methods("gopkg.in/check.v1", &["C"], &["Fatal", "Fatalf", "FailNow", "Skip"]),
    functions("gopkg.in/alecthomas/kingpin", &["Fatalf", "FatalUsage"]),
    functions("github.com/alecthomas/kingpin", &["Fatalf", "FatalUsage"]),
    functions("github.com/apex/log", &["Fatal", "Fatalf"]),
    methods("github.com/apex/log", &["Logger", "Entry"], &["Fatal", "Fatalf"]),
    functions("github.com/charmbracelet/log", &["Fatal", "Fatalf"]),
    methods("github.com/charmbracelet/log", &["Logger"], &["Fatal", "Fatalf"]),
];

/// Names of interfaces that stand for the test that runs, in whatever package: those of testing, of testify and of modules
/// that do not want to import either.
const TESTS: [&str; 3] = ["TB", "TestingT", "TestingTB"];

/// Whether a function outside of the modules comes back, or a method of an interface.
pub(super) fn effect(function: &FunctionKey<'_>) -> CallEffect {
    if function.receiver.is_some_and(|receiver| TESTS.contains(&receiver))
        && LEAVES_TEST.contains(&function.name)
    {
        return NeverReturns;
    }
    let path = without_version(function.path);
    let is_it = |ending: &&Ending| {
        ending.path == path
            && ending.names.contains(&function.name)
            && match function.receiver {
                Some(receiver) => ending.receivers.contains(&receiver),
                None => ending.receivers.is_empty(),
            }
    };
    ENDINGS.iter().find(is_it).map_or(CallEffect::Returns, |ending| ending.effect)
}

/// `k8s.io/klog/v2` → `k8s.io/klog`, `gopkg.in/alecthomas/kingpin.v2` → `gopkg.in/alecthomas/kingpin`.
fn without_version(path: &str) -> &str {
    let Some((rest, last)) = path.rsplit_once(['/', '.']) else { return path };
    let digits = last.strip_prefix('v').unwrap_or_default();
    let is_version = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    // That of check.v1 is its name.
    if is_version && path != "gopkg.in/check.v1" { rest } else { path }
}

/// Whether a call ends a chain of zerolog that does not come back: `log.Fatal().Err(err).Msg("…")`. The level of an
/// event is given at the start of the chain, and what sends it ends the program (`zerolog.Event.Msg`, 1.33).
pub(super) fn chained_effect(code: &Code<'_>, call: ExprId) -> CallEffect {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return CallEffect::Returns };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return CallEffect::Returns;
    };
    if !matches!(code.file.name(selector.sel), "Msg" | "Msgf" | "MsgFunc" | "Send") {
        return CallEffect::Returns;
    }
    let mut at = code.file.unparen(selector.x);
    while let ExprKind::CallExpr(parts) = code.file[at].kind {
        let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
            break;
        };
        let effect = match code.file.name(selector.sel) {
            "Fatal" => CallEffect::NeverReturns,
            "Panic" => CallEffect::Panics,
            _ => CallEffect::Returns,
        };
        let is_zerolog = |key: FunctionKey<'_>| {
            matches!(key.path, "github.com/rs/zerolog" | "github.com/rs/zerolog/log")
        };
        if effect != CallEffect::Returns && code.callee(at).is_some_and(is_zerolog) {
            return effect;
        }
        at = code.file.unparen(selector.x);
    }
    CallEffect::Returns
}

/// Functions of the standard library, by package, that read or write what they get and neither keep nor release it, or
/// give back something that refers to it and does not release it either ([`wraps`]). Types before a dot have methods of
/// which this is true of all arguments. From the documentation of Go 1.27.
static READING: &[(&str, &[&str])] = &[
    (
        "io",
        &[
            "Copy",
            "CopyBuffer",
            "CopyN",
            "LimitReader",
            "MultiReader",
            "MultiWriter",
            "NewSectionReader",
            "NopCloser",
            "ReadAll",
            "ReadAtLeast",
            "ReadFull",
            "ReaderFrom.ReadFrom",
            "TeeReader",
            "WriteString",
            "WriterTo.WriteTo",
        ],
    ),
    ("io/ioutil", &["NopCloser", "ReadAll"]),
    (
        "fmt",
        &[
            "Append", "Appendf", "Appendln", "Errorf", "Fprint", "Fprintf", "Fprintln", "Fscan",
            "Fscanf", "Fscanln", "Print", "Printf", "Println", "Sprint", "Sprintf", "Sprintln",
            "Sscan", "Sscanf", "Sscanln",
        ],
    ),
    (
        "log",
        &[
            "Fatal",
            "Fatalf",
            "Fatalln",
            "Panic",
            "Panicf",
            "Panicln",
            "Print",
            "Printf",
            "Println",
            "Logger.Print",
            "Logger.Printf",
            "Logger.Println",
            "Logger.Fatal",
            "Logger.Fatalf",
            "Logger.Fatalln",
        ],
    ),
    (
        "bufio",
        &[
            "NewReadWriter",
            "NewReader",
            "NewReaderSize",
            "NewScanner",
            "NewWriter",
            "NewWriterSize",
            "Reader.Reset",
            "Reader.WriteTo",
            "Writer.ReadFrom",
            "Writer.Reset",
        ],
    ),
    ("bytes", &["Buffer.ReadFrom", "Buffer.WriteTo", "Reader.WriteTo"]),
    ("strings", &["Reader.WriteTo"]),
    (
        "encoding/json",
        &[
            "Marshal",
            "MarshalIndent",
            "NewDecoder",
            "NewEncoder",
            "Unmarshal",
            "Decoder.Decode",
            "Encoder.Encode",
        ],
    ),
    ("encoding/gob", &["NewDecoder", "NewEncoder", "Decoder.Decode", "Encoder.Encode"]),
    (
        "encoding/xml",
        &["Marshal", "NewDecoder", "NewEncoder", "Unmarshal", "Decoder.Decode", "Encoder.Encode"],
    ),
    ("encoding/csv", &["NewReader", "NewWriter"]),
    ("encoding/hex", &["Dumper", "NewDecoder", "NewEncoder"]),
    ("encoding/base64", &["NewDecoder", "NewEncoder"]),
    ("encoding/binary", &["Read", "ReadUvarint", "ReadVarint", "Write"]),
    ("encoding/pem", &["Encode"]),
    ("archive/tar", &["NewReader", "NewWriter"]),
    ("archive/zip", &["NewReader", "NewWriter"]),
    ("compress/bzip2", &["NewReader"]),
    ("compress/flate", &["NewReader", "NewWriter"]),
    (
        "compress/gzip",
        &["NewReader", "NewWriter", "NewWriterLevel", "Reader.Reset", "Writer.Reset"],
    ),
    ("compress/zlib", &["NewReader", "NewWriter"]),
    ("image", &["Decode", "DecodeConfig"]),
    ("image/gif", &["Decode", "DecodeAll", "Encode"]),
    ("image/jpeg", &["Decode", "Encode"]),
    ("image/png", &["Decode", "Encode"]),
    ("mime/multipart", &["NewReader", "NewWriter"]),
    ("net/textproto", &["NewReader", "NewWriter"]),
    (
        "net/http",
        &[
            "DetectContentType",
            "Error",
            "Header.Write",
            "NotFound",
            "Redirect",
            "ServeContent",
            "Request.Write",
            "Response.Write",
        ],
    ),
    ("net/http/httputil", &["DumpRequest", "DumpRequestOut", "DumpResponse"]),
    ("errors", &["As", "AsType", "Is", "Join", "Unwrap"]),
    ("reflect", &["DeepEqual", "TypeOf"]),
    ("runtime", &["KeepAlive"]),
    ("os", &["SameFile"]),
    ("text/template", &["Template.Execute", "Template.ExecuteTemplate"]),
    ("html/template", &["Template.Execute", "Template.ExecuteTemplate"]),
    ("text/tabwriter", &["NewWriter"]),
    ("text/scanner", &["Scanner.Init"]),
    (
        "testing",
        &[
            "T.Error",
            "T.Errorf",
            "T.Fatal",
            "T.Fatalf",
            "T.Log",
            "T.Logf",
            "common.Error",
            "common.Errorf",
            "common.Fatal",
            "common.Fatalf",
            "common.Log",
            "common.Logf",
            "B.Error",
            "B.Errorf",
            "B.Fatal",
            "B.Fatalf",
            "B.Log",
            "B.Logf",
            "TB.Error",
            "TB.Errorf",
            "TB.Fatal",
            "TB.Fatalf",
            "TB.Log",
            "TB.Logf",
        ],
    ),
];

/// What a function does with an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnArgument {
    /// It is done with it when it returns.
    Reads,
    /// What it gives back refers to it, and releasing that does not release it.
    Wraps,
}

/// What a function of the standard library does with its arguments, if it neither keeps nor releases them.
pub(super) fn reading(function: &FunctionKey<'_>) -> Option<OnArgument> {
    let (_, names) = READING.iter().find(|(path, _)| *path == function.path)?;
    let is_it = |name: &&&str| match (name.split_once('.'), function.receiver) {
        (Some((ty, name)), Some(receiver)) => ty == receiver && name == function.name,
        (None, None) => **name == function.name,
        _ => false,
    };
    names.iter().find(is_it)?;
    Some(if wraps(function.name) { OnArgument::Wraps } else { OnArgument::Reads })
}

/// Whether a function of the table gives back what refers to its arguments.
fn wraps(name: &str) -> bool {
    name.starts_with("New")
        || matches!(
            name,
            "Dumper"
                | "Init"
                | "LimitReader"
                | "MultiReader"
                | "MultiWriter"
                | "NopCloser"
                | "Reset"
                | "TeeReader"
        )
}
