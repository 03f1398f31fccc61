//! The header of a trace, and which events its version knows.

use std::fmt;
use std::io::Read;

use crate::ReadError;

/// A version of the format, named after the release of Go that introduced it.
///
/// Go 1.24 writes the format of 1.23, Go 1.27 that of 1.26.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// The first format in generations. Goroutines older than the trace come without a stack.
    Go122,
    /// Adds coroutines, stacks of goroutines older than the trace, and experimental batches.
    Go123,
    /// Adds a snapshot of the clocks to each generation.
    Go125,
    /// Ends each generation with an event of its own.
    Go126,
}

/// Bytes of the header: `go 1.22 trace`, filled up with zeros.
const HEADER: usize = 16;

impl Version {
    /// Reads the header, the first 16 bytes of a trace.
    ///
    /// # Errors
    /// If `input` cannot be read, is no trace, or has a version that is too old or not known yet.
    pub(crate) fn read(input: &mut impl Read) -> Result<Self, ReadError> {
        let mut header = [0; HEADER];
        let mut read = 0;
        while read < HEADER {
            match input.read(&mut header[read..]) {
                Ok(0) => break,
                Ok(count) => read += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ReadError::Io(error)),
            }
        }
        if read == 0 {
            return Err(ReadError::Empty);
        }
        Self::of(&header[..read])
    }

    fn of(header: &[u8]) -> Result<Self, ReadError> {
        let minor = minor_version(header).ok_or(ReadError::NoTrace)?;
        match minor {
            22 => Ok(Self::Go122),
            23 => Ok(Self::Go123),
            25 => Ok(Self::Go125),
            26 => Ok(Self::Go126),
            ..=21 => Err(ReadError::TooOld(minor)),
            _ => Err(ReadError::Unknown(minor)),
        }
    }

    /// The `x` of Go 1.x.
    fn minor(self) -> u32 {
        match self {
            Self::Go122 => 22,
            Self::Go123 => 23,
            Self::Go125 => 25,
            Self::Go126 => 26,
        }
    }

    /// Whether `bytes` begin like a trace of any version.
    pub fn is_trace(bytes: &[u8]) -> bool {
        bytes.get(..HEADER).is_some_and(|header| minor_version(header).is_some())
    }
}

/// The version in a header, which must be whole.
fn minor_version(header: &[u8]) -> Option<u32> {
    let text = header.strip_prefix(b"go 1.")?;
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = text[digits..].strip_prefix(b" trace")?;
    let is_whole = header.len() == HEADER && rest.iter().all(|&byte| byte == 0);
    let minor = std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
    is_whole.then_some(minor)
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "go 1.{}", self.minor())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_tell_their_version() {
        assert_eq!(Version::of(b"go 1.26 trace\0\0\0").unwrap(), Version::Go126);
        assert!(matches!(Version::of(b"go 1.21 trace\0\0\0"), Err(ReadError::TooOld(21))));
        assert!(matches!(Version::of(b"go 1.5 trace\0\0\0\0"), Err(ReadError::TooOld(5))));
        assert!(matches!(Version::of(b"go 1.99 trace\0\0\0"), Err(ReadError::Unknown(99))));
    }

    #[test]
    fn what_is_no_trace_says_so() {
        for other in [&b"go 1.26 tra"[..], b"PK\x03\x04............", b"<html><body>...."] {
            assert!(matches!(Version::of(other), Err(ReadError::NoTrace)), "{other:?}");
            assert!(!Version::is_trace(other));
        }
        assert!(matches!(Version::read(&mut &b""[..]), Err(ReadError::Empty)));
    }
}
