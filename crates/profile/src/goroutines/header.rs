//! The first line of a goroutine: `goroutine 12 gp=0x… [chan receive, 5 minutes, locked to thread] {k: v}:`

use memchr::{memchr, memrchr};

/// A parsed header. The state is as the runtime prints it, without the marks that have fields here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    pub(crate) id: u64,
    pub(crate) state: &'a [u8],
    pub(super) locked: bool,
    pub(super) leaked: bool,
    /// Whether it has pointers: `gp=0x…`.
    pub(super) pointers: bool,
    pub(super) minutes: Option<u64>,
    /// Text between the braces; empty if there is none.
    pub(super) labels: &'a [u8],
}

/// Whether a line is a goroutine header.
pub(crate) fn looks_like_header(line: &[u8]) -> bool {
    parse(line).is_some()
}

/// Whether a last line without a line feed is the beginning of a header. Where nothing but a dump stands in the
/// input, the first letters are enough.
pub(super) fn cut(line: &[u8], alone: bool) -> bool {
    const WORD: &[u8] = b"goroutine ";
    if alone && !line.is_empty() && WORD.starts_with(line) {
        return true;
    }
    let start = memchr::memmem::find(line, WORD).map(|at| &line[at + WORD.len()..]);
    start.is_some_and(|rest| {
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let bracket = rest[digits..].trim_ascii_start();
        (digits > 0 || rest.is_empty()) && (bracket.is_empty() || bracket.starts_with(b"["))
    })
}

/// Parses a header line; none if it is anything else.
#[inline]
pub(crate) fn parse(line: &[u8]) -> Option<Header<'_>> {
    let rest = line.strip_prefix(b"goroutine ")?;
    let digits = memchr(b' ', rest)?;
    let id = number(&rest[..digits])?;
    let bracket = pointers(&rest[digits..])?;
    let pointers = bracket.len() + 1 < rest.len() - digits;
    let rest = bracket.strip_prefix(b"[")?;
    let close = memchr(b']', rest)?;
    let labels = labels(&rest[close + 1..])?;
    let mut header =
        Header { id, state: &[], locked: false, leaked: false, pointers, minutes: None, labels };
    header.bracket(&rest[..close]).then_some(header)
}

/// Skips ` gp=0x… m=nil mp=0x…`, which GOTRACEBACK=system prints, up to the bracket.
fn pointers(rest: &[u8]) -> Option<&[u8]> {
    let mut rest = rest.strip_prefix(b" ")?;
    while !rest.starts_with(b"[") {
        let word = memchr(b' ', rest)?;
        let equals = memchr(b'=', &rest[..word])?;
        if !matches!(&rest[..equals], b"gp" | b"m" | b"mp") {
            return None;
        }
        rest = &rest[word + 1..];
    }
    Some(rest)
}

/// What stands between the bracket and the final colon: nothing, or labels in braces.
fn labels(rest: &[u8]) -> Option<&[u8]> {
    let rest = rest.trim_ascii_end();
    if rest == b":" {
        return Some(&[]);
    }
    let end = memrchr(b'}', rest).filter(|end| &rest[*end..] == b"}:")?;
    rest[..end].strip_prefix(b" {")
}

impl<'a> Header<'a> {
    /// Parses what is in the bracket: the state, then attributes after commas.
    fn bracket(&mut self, text: &'a [u8]) -> bool {
        let mut parts = Parts(Some(text));
        let Some(mut state) = parts.next().filter(|s| !s.is_empty()) else { return false };
        loop {
            if let Some(rest) = state.strip_suffix(b" (scan)") {
                state = rest;
            } else if let Some(rest) = state.strip_suffix(b" (leaked)") {
                state = rest;
                self.leaked = true;
            } else {
                break;
            }
        }
        self.state = state;
        for part in parts {
            match part {
                b"locked to thread" => self.locked = true,
                // Anything else, as the number of a synctest bubble, tells goroutines apart that are alike.
                _ => {
                    self.minutes =
                        self.minutes.or_else(|| part.strip_suffix(b" minutes").and_then(number))
                }
            }
        }
        true
    }
}

/// Iterates over parts separated by a comma and a blank.
struct Parts<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let text = self.0?;
        let Some(comma) = memchr(b',', text) else {
            self.0 = None;
            return Some(text);
        };
        self.0 = Some(text[comma + 1..].trim_ascii_start());
        Some(&text[..comma])
    }
}

/// A decimal number without sign.
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |number, b| {
        let digit = b.checked_sub(b'0').filter(|d| *d < 10)?;
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str;

    fn state(line: &str) -> Option<(u64, &str, bool, bool, Option<u64>)> {
        parse(line.as_bytes())
            .map(|h| (h.id, str::from_utf8(h.state).unwrap(), h.locked, h.leaked, h.minutes))
    }

    #[test]
    fn headers_of_all_versions() {
        let cases = [
            ("goroutine 1 [running]:", (1, "running", false, false, None)),
            (
                "goroutine 7 [chan receive (nil chan), 12 minutes]:",
                (7, "chan receive (nil chan)", false, false, Some(12)),
            ),
            (
                "goroutine 17 [syscall, 5 minutes, locked to thread]:",
                (17, "syscall", true, false, Some(5)),
            ),
            (
                "goroutine 9 gp=0xc000007c00 m=nil [GC worker (idle), 3 minutes]:",
                (9, "GC worker (idle)", false, false, Some(3)),
            ),
            ("goroutine 0 gp=0x5a1f00 m=0 mp=0x5a2dc0 [idle]:", (0, "idle", false, false, None)),
            (
                "goroutine 3 [select (leaked) (scan), locked to thread] {a: \"]:\"}:",
                (3, "select", true, true, None),
            ),
            (
                "goroutine 4 [sync.WaitGroup.Wait (durable), 2 minutes, synctest bubble 8]:",
                (4, "sync.WaitGroup.Wait (durable)", false, false, Some(2)),
            ),
            ("goroutine 5 [IO wait]:\r", (5, "IO wait", false, false, None)),
        ];
        for (line, expected) in cases {
            assert_eq!(state(line), Some(expected), "{line}");
        }
    }

    #[test]
    fn lines_that_are_no_header() {
        for line in [
            "goroutine 1 [running]",
            "goroutine [running]:",
            "goroutine 1 []:",
            "goroutine x [running]:",
            "goroutine 99999999999999999999999 [running]:",
            "goroutine running on other thread; stack unavailable",
            "goroutine profile: total 7",
            "goroutine 5 said [hello]:",
            "Goroutine 7 (running) created at:",
            "goroutine 1 [running]: main.main()",
        ] {
            assert_eq!(state(line), None, "{line}");
        }
    }
}
