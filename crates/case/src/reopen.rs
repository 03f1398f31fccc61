//! Goes on with a case that was finished.

use std::io;

use crate::archive::{self, CaseLimits, PieceReader};
use crate::format::{Manifest, PieceRecord};
use crate::recorder::PieceMeta;
use crate::{CaseError, CaseFile, Recorder};

/// A recorder that holds all of a finished case, to add to it. Finished again, it takes the place of the case, or is a
/// temporary one as that was.
///
/// # Errors
/// [`CaseError`] as when opening the case or writing another one.
pub fn reopen(case: &CaseFile) -> Result<Recorder, CaseError> {
    let path = (!case.is_temporary()).then(|| case.path());
    let begin = |manifest: &Manifest| {
        let empty = Manifest { pieces: Vec::new(), ..manifest.clone() };
        Recorder::resume(path, empty)
    };
    let mut writer = None;
    let walk =
        archive::walk(case.path(), &CaseLimits::default(), &mut |manifest, record, piece| {
            let copy = writer.get_or_insert_with(|| begin(manifest));
            if let Ok(recorder) = copy
                && let Err(error) = copy_piece(recorder, record, piece)
            {
                *copy = Err(error);
            }
        })?;
    // A case without pieces is a case all the same.
    let recorder = writer.unwrap_or_else(|| begin(&walk.manifest))?;
    for what in &walk.problems {
        recorder.problem(what, &case.path().display().to_string());
    }
    Ok(recorder)
}

fn copy_piece(
    recorder: &Recorder,
    record: &PieceRecord,
    piece: &mut PieceReader<'_>,
) -> Result<(), CaseError> {
    let mut copy = recorder.piece(PieceMeta::of(record))?;
    io::copy(piece, &mut copy).map_err(CaseError::Record)?;
    if record.truncated {
        copy.mark_truncated();
    }
    copy.finish().map(drop)
}
