//! The execution trace, as it arrives: bounded in seconds and bytes.

use std::io::{self, Read, Write};

use plumb_case::{CaseError, PieceKind, PieceWriter};

use super::Run;
use crate::CollectError;
use crate::http::Stream;
use crate::pprof::TRACE;
use crate::progress::Event;

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;

/// The first release of Go whose traces can be read.
const FIRST_RELEASE: (u32, u32) = (1, 22);

/// What the handler says while another trace of the process runs (`net/http/pprof.Trace`). What follows differs between
/// releases; there is no other reason.
const ALREADY_RUNNING: &str = "Could not enable tracing";

/// How a trace ended.
enum End {
    Whole,
    /// The bound was reached.
    Full,
    /// It broke off, for this reason.
    Broken(String),
}

impl Run<'_> {
    /// Takes an execution trace, or records why there is none.
    pub(super) fn trace(&mut self) -> Result<(), CaseError> {
        if self.stopped() {
            return Ok(());
        }
        let Some(endpoint) = &self.source.endpoint else { return Ok(()) };
        let build = self.source.process.as_ref().and_then(|process| process.build.as_ref());
        let release = build.and_then(|build| build.go_release());
        if let Some((major, minor)) = release.filter(|&release| release < FIRST_RELEASE) {
            self.note(format!("no execution trace: those of Go {major}.{minor} cannot be read"));
            return Ok(());
        }
        if !endpoint.may_have_trace() {
            self.recorder.missing(self.index, TRACE);
            return Ok(());
        }
        let length = self.options.trace_length;
        self.progress.event(&self.source.id, Event::Trace { length });
        match endpoint.trace(length) {
            Ok(Some(stream)) => self.record_trace(stream),
            Ok(None) => {
                self.recorder.missing(self.index, TRACE);
                Ok(())
            }
            Err(CollectError::Stopped) => Ok(()),
            Err(CollectError::Status { excerpt, url, .. }) if excerpt.contains(ALREADY_RUNNING) => {
                let what = "another execution trace of the process is being taken, and there can be only one: look again when it has ended";
                self.problem(what.to_owned(), &url);
                Ok(())
            }
            Err(error) => {
                self.trouble(&error);
                Ok(())
            }
        }
    }

    fn record_trace(&mut self, stream: Stream) -> Result<(), CaseError> {
        let Stream { reply, rest } = stream;
        let limit = self.options.trace_bytes.min(self.options.http.max_body);
        let recorder = self.recorder;
        let mut piece = recorder.piece(self.meta(PieceKind::Trace, reply.taken))?;
        piece.write_all(&reply.body).map_err(CaseError::Record)?;
        let end = self.copy(rest, &mut piece, limit)?;
        let bytes = piece.bytes();
        if !matches!(end, End::Whole) {
            piece.mark_truncated();
        }
        match end {
            End::Whole => {}
            End::Full => {
                let limit = limit >> 20;
                piece.note(&format!("ended early, at {limit} MiB"));
                self.note(format!("the execution trace was ended early, at {limit} MiB"));
            }
            End::Broken(why) => {
                let what = format!("the execution trace broke off after {bytes} bytes: {why}");
                self.problem(what, &reply.label());
            }
        }
        piece.finish()?;
        self.taken.pieces += 1;
        Ok(())
    }

    /// Copies what comes until it ends, breaks off, is too much, or the user stops it. Letting go of the stream then ends
    /// the trace in the target too.
    fn copy(
        &self,
        mut rest: Box<dyn Read>,
        piece: &mut PieceWriter<'_>,
        limit: u64,
    ) -> Result<End, CaseError> {
        let mut chunk = vec![0; CHUNK];
        loop {
            let room = limit.saturating_sub(piece.bytes()).min(CHUNK as u64) as usize;
            if room == 0 {
                return Ok(End::Full);
            }
            if self.stopped() {
                return Ok(End::Broken("stopped".to_owned()));
            }
            match rest.read(&mut chunk[..room]) {
                Ok(0) => return Ok(End::Whole),
                Ok(read) => piece.write_all(&chunk[..read]).map_err(CaseError::Record)?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Ok(End::Broken(error.to_string())),
            }
        }
    }
}
