//! Inputs that are known to be no profile, told by their first bytes.

use super::Format;
use crate::error::ReadError;

pub(super) const FORMAT: Format = Format {
    recognise: |head| name(head).is_some(),
    read: |input, _, _| {
        let what = name(input.head()).unwrap_or_default();
        Err(ReadError::Foreign(format!("this is {what}")))
    },
};

/// The executable alone tells what could run, not what did.
const EXECUTABLE: &str = "an executable (ELF), which holds no evidence itself: pass a profile, or the PID of a \
                          process that runs it";

fn name(head: &[u8]) -> Option<String> {
    let magics: [(&[u8], &str); 5] = [
        (b"\x7fELF", EXECUTABLE),
        (b"MZ", "a Windows executable: pass a profile of it, it holds no evidence itself"),
        (b"PK\x03\x04", "a zip archive; unpack it first"),
        (b"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it first"),
        (b"JAVA PROFILE ", "a Java heap dump (hprof)"),
    ];
    if let Some((_, what)) = magics.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some((*what).to_owned());
    }
    heap_dump(head)
        .or_else(|| execution_trace(head))
        .or_else(|| legacy_cpu(head))
        .or_else(|| go_source(head))
}

/// `go1.7 heap dump`, the first line that `runtime/debug.WriteHeapDump` writes.
fn heap_dump(head: &[u8]) -> Option<String> {
    let line = head.get(..16).filter(|l| l.starts_with(b"go1.") && l.ends_with(b" heap dump\n"));
    line.map(|_| {
        "a heap dump of runtime/debug.WriteHeapDump, not a heap profile; bring URL/debug/pprof/heap"
            .to_owned()
    })
}

/// `go 1.22 trace\0\0\0` (`internal/trace/tracev2` and before it `internal/trace/parser.go`).
fn execution_trace(head: &[u8]) -> Option<String> {
    let version = head.strip_prefix(b"go 1.")?;
    let digits = version.iter().take_while(|b| b.is_ascii_digit()).count();
    version[digits..].starts_with(b" trace\0").then(|| {
        let minor = String::from_utf8_lossy(&version[..digits]);
        format!(
            "an execution trace (Go 1.{minor} or later) where a profile was expected; if it is compressed, \
             unpack it (gunzip) and bring it by itself"
        )
    })
}

/// The CPU profile of gperftools: the words 0, 3, 0, period, 0 in either size and byte order.
fn legacy_cpu(head: &[u8]) -> Option<String> {
    let words32 = |n: fn([u8; 4]) -> u32| -> Option<[u32; 3]> {
        let word = |i: usize| head.get(4 * i..4 * i + 4)?.try_into().ok().map(n);
        Some([word(0)?, word(1)?, word(2)?])
    };
    let words64 = |n: fn([u8; 8]) -> u64| -> Option<[u64; 3]> {
        let word = |i: usize| head.get(8 * i..8 * i + 8)?.try_into().ok().map(n);
        Some([word(0)?, word(1)?, word(2)?])
    };
    let found = [u32::from_le_bytes, u32::from_be_bytes]
        .iter()
        .any(|n| words32(*n) == Some([0, 3, 0]))
        || [u64::from_le_bytes, u64::from_be_bytes].iter().any(|n| words64(*n) == Some([0, 3, 0]));
    found.then(|| {
        "a CPU profile in the binary format of gperftools (Go before 1.9 wrote it), which says nothing about leaks; \
         bring URL/debug/pprof/heap"
            .to_owned()
    })
}

/// A Go file may quote a dump: its first line that is no comment is the package clause.
fn go_source(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&head[..head.len().min(8 << 10)]);
    let mut comment = false;
    for line in text.lines().map(str::trim) {
        if comment || line.starts_with("/*") {
            comment = !line.contains("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            let name = line.strip_prefix("package ")?.split(' ').next()?;
            let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
            return plain.then(|| "Go source".to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_inputs_are_named() {
        let mut cpu = Vec::new();
        [0u64, 3, 0, 10_000, 0].iter().for_each(|w| cpu.extend_from_slice(&w.to_le_bytes()));
        let cases: [(&[u8], &str); 6] = [
            (b"\x7fELF\x02\x01", "an executable (ELF)"),
            (b"go 1.26 trace\0\0\0", "an execution trace (Go 1.26"),
            (b"go1.7 heap dump\n", "a heap dump of runtime/debug"),
            (&cpu, "a CPU profile in the binary format"),
            (b"// Copyright\n/* a\n b */\n\npackage main // x\n", "Go source"),
            (b"PK\x03\x04", "a zip archive"),
        ];
        for (head, expected) in cases {
            assert!(name(head).is_some_and(|n| n.starts_with(expected)), "{expected}");
        }
        for head in [&b"goroutine 1 [running]:\n"[..], b"package: lost\n", b"go1.26 is out", b"MX"]
        {
            assert_eq!(name(head), None);
        }
    }
}
