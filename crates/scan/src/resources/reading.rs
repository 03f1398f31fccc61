//! Functions of which it is known what they do with what they are given: they only read it, or give back something that
//! reads from it and does not close it. From the documentation of the standard library, Go 1.27, and of the packages named.

use plumb_gosource::{Type, TypeKind};

use crate::functions::FunctionKey;

/// What a function does with an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// It is done with it when it returns.
    Reads,
    /// What it gives back refers to it, and closing that does not close it.
    Wraps,
}

use Reading::{Reads, Wraps};

/// Packages of which all functions only read.
const READING_PACKAGES: [&str; 23] = [
    "encoding/binary",
    "errors",
    "fmt",
    "github.com/stretchr/testify/assert",
    "github.com/stretchr/testify/require",
    "github.com/go-kit/log",
    "github.com/golang/glog",
    "github.com/sirupsen/logrus",
    "go.uber.org/zap",
    "gotest.tools/v3/assert",
    "html",
    "image",
    "image/gif",
    "image/jpeg",
    "image/png",
    "log",
    "log/slog",
    "k8s.io/klog/v2",
    "reflect",
    "sort",
    "strconv",
    "syscall",
    "golang.org/x/sys/unix",
];

/// How names of functions begin that keep what they get, also in a package that else only reads.
const KEEPING: [&str; 4] = ["Add", "New", "Register", "Set"];

/// Functions by package and name.
const FUNCTIONS: [(&str, &[&str], Reading); 33] = [
    ("archive/tar", &["NewReader", "NewWriter"], Wraps),
    ("archive/zip", &["NewReader", "NewWriter"], Wraps),
    (
        "bufio",
        &[
            "NewReader",
            "NewReaderSize",
            "NewWriter",
            "NewWriterSize",
            "NewReadWriter",
            "NewScanner",
        ],
        Wraps,
    ),
    ("compress/bzip2", &["NewReader"], Wraps),
    ("compress/flate", &["NewReader", "NewWriter"], Wraps),
    ("compress/gzip", &["NewReader", "NewWriter", "NewWriterLevel"], Wraps),
    ("compress/zlib", &["NewReader", "NewWriter", "NewWriterLevel"], Wraps),
    ("github.com/golang/snappy", &["NewReader", "NewWriter", "NewBufferedWriter"], Wraps),
    ("github.com/klauspost/compress/gzip", &["NewReader", "NewWriter", "NewWriterLevel"], Wraps),
    ("github.com/klauspost/compress/s2", &["NewReader", "NewWriter"], Wraps),
    ("github.com/klauspost/compress/zstd", &["NewReader", "NewWriter"], Wraps),
    ("github.com/pierrec/lz4/v4", &["NewReader", "NewWriter"], Wraps),
    ("encoding/base64", &["NewDecoder", "NewEncoder"], Wraps),
    ("encoding/csv", &["NewReader", "NewWriter"], Wraps),
    ("encoding/gob", &["NewDecoder", "NewEncoder"], Wraps),
    ("encoding/hex", &["NewDecoder", "NewEncoder", "Dumper"], Wraps),
    ("encoding/json", &["NewDecoder", "NewEncoder"], Wraps),
    ("encoding/xml", &["NewDecoder", "NewEncoder"], Wraps),
    (
        "io",
        &["Copy", "CopyN", "CopyBuffer", "ReadAll", "ReadFull", "ReadAtLeast", "WriteString"],
        Reads,
    ),
    (
        "io",
        &[
            "LimitReader",
            "MultiReader",
            "MultiWriter",
            "NewSectionReader",
            "NopCloser",
            "TeeReader",
        ],
        Wraps,
    ),
    ("io/ioutil", &["ReadAll"], Reads),
    ("io/ioutil", &["NopCloser"], Wraps),
    ("net/http", &["ServeContent", "DetectContentType"], Reads),
    ("net/http/httputil", &["DumpResponse"], Reads),
    ("net/textproto", &["NewReader", "NewWriter"], Wraps),
    ("os", &["SameFile"], Reads),
    ("text/tabwriter", &["NewWriter"], Wraps),
    ("mime/multipart", &["NewReader", "NewWriter"], Wraps),
    ("mime/quotedprintable", &["NewReader", "NewWriter"], Wraps),
    ("golang.org/x/text/transform", &["NewReader", "NewWriter"], Wraps),
    ("runtime", &["KeepAlive", "SetFinalizer"], Reads),
    ("runtime/pprof", &["StartCPUProfile", "WriteHeapProfile"], Reads),
    ("runtime/trace", &["Start"], Reads),
];

/// Names of methods, of whatever type, that are done with a reader or writer when they return.
const METHODS: [&str; 11] = [
    "Copy",
    "Decode",
    "Encode",
    "Equal",
    "Execute",
    "ExecuteTemplate",
    "Parse",
    "ReadFrom",
    "Scan",
    "Unmarshal",
    "WriteTo",
];

/// Names of methods of loggers and tests, of whatever type, that print what they get.
const PRINTING: [&str; 27] = [
    "Debug",
    "Debugf",
    "Debugln",
    "Debugw",
    "Error",
    "Errorf",
    "Errorln",
    "Errorw",
    "Info",
    "Infof",
    "Infoln",
    "Infow",
    "Log",
    "Logf",
    "Print",
    "Printf",
    "Println",
    "Trace",
    "Tracef",
    "Warn",
    "Warnf",
    "Warning",
    "Warningf",
    "Warnln",
    "WithField",
    "WithFields",
    "WithError",
];

/// Names of functions, of whatever package, of which the result reads from the argument and does not close it.
const WRAPPERS: [&str; 3] = ["NewDecoder", "NewEncoder", "NewScanner"];

/// What a function does with an argument, if it is one of those that are known by name and package.
pub(super) fn known(callee: &FunctionKey<'_>) -> Option<Reading> {
    if callee.receiver.is_some() {
        return None;
    }
    if READING_PACKAGES.contains(&callee.path) {
        let keeps = KEEPING.iter().any(|beginning| callee.name.starts_with(beginning));
        return (!keeps).then_some(Reads);
    }
    let of_package = FUNCTIONS.iter().filter(|(path, _, _)| *path == callee.path);
    let mut named = of_package.filter(|(_, names, _)| names.contains(&callee.name));
    named.next().map(|(_, _, reading)| *reading)
}

/// What a function that is not one of the modules does with an argument, as far as its name tells.
pub(super) fn guessed(callee: &FunctionKey<'_>) -> Option<Reading> {
    match callee.receiver {
        None if WRAPPERS.contains(&callee.name) => Some(Wraps),
        None => METHODS.contains(&callee.name).then_some(Reads),
        Some(_) => by_name(callee.name),
    }
}

/// What a method does with an argument, as far as its name tells.
pub(super) fn by_name(method: &str) -> Option<Reading> {
    (METHODS.contains(&method) || PRINTING.contains(&method)).then_some(Reads)
}

/// Whether a method prints what it gets, of whatever kind that is.
pub(super) fn prints(method: &str) -> bool {
    PRINTING.contains(&method)
}

/// Whether a value of a type can refer to something that must be released; true if nothing is known of it.
pub(super) fn may_refer(ty: Option<&Type>) -> bool {
    let Some(ty) = ty else { return true };
    match ty.kind() {
        TypeKind::Basic(_) => false,
        TypeKind::Slice(of) | TypeKind::Array(of) | TypeKind::Pointer(of) => may_refer(Some(of)),
        TypeKind::Map(key, value) => may_refer(Some(key)) || may_refer(Some(value)),
        TypeKind::Tuple(types) => types.iter().any(|ty| may_refer(Some(ty))),
        TypeKind::Named(named) => !is_plain(&named.path, &named.name),
        _ => true,
    }
}

/// Whether values of a named type refer to nothing.
pub(super) fn is_plain(path: &str, name: &str) -> bool {
    PLAIN.contains(&(path, name))
}

/// Whether values of a type of the language refer to nothing.
pub(super) fn is_plain_type(name: &str) -> bool {
    matches!(
        name.trim_end_matches(|c: char| c.is_ascii_digit()),
        "bool"
            | "string"
            | "error"
            | "byte"
            | "rune"
            | "int"
            | "uint"
            | "uintptr"
            | "float"
            | "complex"
    )
}

/// Types of values that refer to nothing.
const PLAIN: [(&str, &str); 8] = [
    ("", "error"),
    ("encoding/json", "RawMessage"),
    ("io/fs", "FileInfo"),
    ("io/fs", "FileMode"),
    ("net", "Addr"),
    ("os", "FileInfo"),
    ("time", "Duration"),
    ("time", "Time"),
];

/// Calls of the language that do nothing with their arguments.
pub(super) fn is_reading_builtin(name: &str) -> bool {
    matches!(name, "len" | "cap" | "print" | "println" | "copy" | "close" | "delete" | "clear")
}
