//! Takes out of a case what a team may not want to hand on: goroutine labels and trace logs.

use std::io;
use std::path::Path;

use crate::archive::{self, CaseLimits, PieceReader};
use crate::format::{Manifest, PieceRecord};
use crate::recorder::PieceMeta;
use crate::{CaseError, CaseFile, PieceKind, Recorder, labels};

/// Copies the case at `from` to `to` without goroutine labels and without trace logs. The manifest says that it was
/// done. Execution traces, whose logs cannot be taken out alone, pieces of a kind that this plumb does not know, and
/// profiles that cannot be read are left out, and named among the problems.
///
/// # Errors
/// [`CaseError`] as when opening `from` or writing `to`.
pub fn scrub(from: &Path, to: &Path) -> Result<CaseFile, CaseError> {
    let mut writer = None;
    let walk = archive::walk(from, &CaseLimits::default(), &mut |manifest, record, piece| {
        let copy = writer.get_or_insert_with(|| start(manifest, to));
        if let Ok(recorder) = copy
            && let Err(error) = copy_piece(recorder, record, piece)
        {
            *copy = Err(error);
        }
    })?;
    // A case without pieces is a case all the same.
    let recorder = writer.unwrap_or_else(|| start(&walk.manifest, to))?;
    for what in &walk.problems {
        recorder.problem(what, &from.display().to_string());
    }
    recorder.finish()
}

fn start(manifest: &Manifest, to: &Path) -> Result<Recorder, CaseError> {
    let scrubbed =
        Manifest { pieces: Vec::new(), labels: Vec::new(), scrubbed: true, ..manifest.clone() };
    Recorder::resume(Some(to), scrubbed)
}

fn copy_piece(
    recorder: &Recorder,
    record: &PieceRecord,
    piece: &mut PieceReader<'_>,
) -> Result<(), CaseError> {
    let left_out = |why: &str| {
        recorder.problem(&format!("left out when the case was scrubbed: {why}"), &record.name);
    };
    match record.kind {
        PieceKind::Trace => left_out("an execution trace may hold logs"),
        PieceKind::Unknown => left_out("of a kind that this plumb does not know"),
        _ => {
            let mut copy = recorder.piece(PieceMeta::of(record))?;
            let copied = if labels::may_carry(record.kind) {
                labels::strip(piece, &mut copy)
            } else {
                io::copy(piece, &mut copy).map(drop)
            };
            match copied {
                Ok(()) => {
                    if record.truncated {
                        copy.mark_truncated();
                    }
                    copy.finish()?;
                }
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    left_out(&format!("it cannot be read: {error}"));
                }
                Err(error) => return Err(CaseError::Record(error)),
            }
        }
    }
    Ok(())
}
