//! What a file is, told from its first bytes.

use plumb_exectrace::Version;

use crate::PieceKind;
use crate::archive::ZSTD_MAGIC;
use crate::convert::metrics;
use crate::decode::socket_kind;

/// Bytes by which a file is told.
pub(super) const HEAD: u64 = 64 << 10;

/// What a file is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Detected {
    /// A case.
    Case,
    /// A piece as a case would hold it. `Log` stands for all that the profile reader tells apart by itself.
    Piece(PieceKind),
}

pub(super) fn detect(head: &[u8]) -> Detected {
    if head.starts_with(&ZSTD_MAGIC) {
        return Detected::Case;
    }
    if Version::is_trace(head) {
        return Detected::Piece(PieceKind::Trace);
    }
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end inside of a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return Detected::Piece(PieceKind::Log),
    };
    Detected::Piece(kind_of_text(text))
}

fn kind_of_text(text: &str) -> PieceKind {
    let start = text.trim_start();
    // Dumps and text profiles first: nothing else begins like them.
    if start.starts_with("goroutine ") || start.starts_with("heap profile:") {
        return PieceKind::Log;
    }
    if start.starts_with('{') && text.contains("\"clock_ticks\"") {
        return PieceKind::Process;
    }
    if let Some(kind) = socket_kind(text) {
        return kind;
    }
    if metrics::looks_like(text) { PieceKind::Metrics } else { PieceKind::Log }
}
