//! Bytes that no Go file may hold, whatever stands around them.

use memchr::{memchr_iter, memmem};

use crate::problem::Problems;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Adds a problem for each NUL, each run of bytes that are no UTF-8, and each byte order mark but a first one.
///
/// Returns the file as text, if it is.
pub(crate) fn check<'a>(src: &'a [u8], problems: &mut Problems) -> Option<&'a str> {
    for at in memchr_iter(0, src) {
        problems.add(at, "illegal character NUL");
    }
    for at in memmem::find_iter(src, BYTE_ORDER_MARK).filter(|at| *at > 0) {
        problems.add(at, "illegal byte order mark");
    }
    if let Ok(text) = std::str::from_utf8(src) {
        return Some(text);
    }
    if is_utf16(src) {
        problems.add(0, "illegal UTF-8 encoding (got UTF-16)");
        return None;
    }
    let mut at = 0;
    for chunk in src.utf8_chunks() {
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            problems.add(at, "illegal UTF-8 encoding");
        }
        at += chunk.invalid().len();
    }
    None
}

/// Where a file begins after its byte order mark, if it has one.
pub(crate) fn after_mark(src: &[u8]) -> usize {
    if src.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 }
}

/// Whether a file begins with the byte order mark of UTF-16.
pub(crate) fn is_utf16(src: &[u8]) -> bool {
    src.starts_with(&[0xFF, 0xFE]) || src.starts_with(&[0xFE, 0xFF])
}
