//! Evidence of running targets into a case.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use plumb_case::{CaseFile, CaseMeta, PieceKind, PieceMeta, Recorder};
use plumb_collect::{CaptureOptions, Stop, Target, capture};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::arguments::spelled;
use crate::exit_code::Outcome;
use crate::progress::Meter;
use crate::screen;
use crate::user_error::UserError;

/// What to capture, and where to.
pub(crate) struct Capture<'a> {
    /// Instances of one service.
    pub(crate) targets: &'a [Target],
    /// How the user named them.
    pub(crate) named: &'a [String],
    /// What to take.
    pub(crate) options: &'a CaptureOptions,
    /// Socket listings of other machines; they become part of the case.
    pub(crate) peer_sockets: &'a [PathBuf],
    /// Where the case goes; a temporary file if nowhere.
    pub(crate) out: Option<&'a Path>,
    /// Leave goroutine labels and trace logs out.
    pub(crate) scrub: bool,
}

impl Capture<'_> {
    /// Takes the evidence. The first Ctrl-C ends it early and keeps what came until then, a second one ends plumb.
    ///
    /// # Errors
    /// If nothing could be read, or the case cannot be written.
    pub(crate) fn run(&self, meter: &Meter) -> Result<CaseFile, UserError> {
        let stopped = Stopped::on_signals(self.options);
        // What is to be scrubbed must not reach its destination before that.
        let recorded_at = self.out.filter(|_| !self.scrub);
        let recorder = Recorder::create(recorded_at, self.meta())?;
        for path in self.peer_sockets {
            add_peer(&recorder, path)?;
        }
        let start = Instant::now();
        let captured = capture(self.targets, self.options, &recorder, meter);
        meter.finish();
        if captured?.stopped {
            let what = stopped.after(start.elapsed(), self.options.window);
            recorder.problem(&what, &self.named.join(" "));
            if self.out.is_some() {
                screen::complain(&format!(
                    "plumb: warning: {what}; the case holds what came until then\n"
                ));
            }
        }
        let case = recorder.finish()?;
        match self.out.filter(|_| self.scrub) {
            Some(out) => Ok(plumb_case::scrub(case.path(), out)?),
            None => Ok(case),
        }
    }

    fn meta(&self) -> CaseMeta {
        CaseMeta {
            plumb: env!("CARGO_PKG_VERSION").to_owned(),
            captured_at: Timestamp::now(),
            target: self.named.join(" "),
        }
    }
}

/// What is said about targets that were named twice; nothing if there are none.
pub(crate) fn told_of_repeated(repeated: &[String]) -> String {
    let told = |text: &String| {
        let text = plumb_case::redact::text(text);
        format!("plumb: note: {text} names a target that was named before: it is read once\n")
    };
    repeated.iter().map(told).collect()
}

/// Signals that follow each other faster than this are one: a terminal and a wrapper each send the same Ctrl-C.
const ONE_SIGNAL: Duration = Duration::from_millis(300);

/// Which signal ended a look.
struct Stopped(Arc<AtomicUsize>);

impl Stopped {
    /// Without handlers, Ctrl-C ends plumb at once: less comfortable, but right.
    fn on_signals(options: &CaptureOptions) -> Self {
        let which = Arc::new(AtomicUsize::new(0));
        if let Ok(signals) = Signals::new([SIGINT, SIGTERM]) {
            let (which, stop) = (which.clone(), options.stop.clone());
            std::thread::spawn(move || obey(signals, &which, &stop));
        }
        Self(which)
    }

    /// What is said about a look that was ended after so long.
    fn after(&self, elapsed: Duration, window: Duration) -> String {
        let by = match i32::try_from(self.0.load(Ordering::Acquire)) {
            Ok(SIGTERM) => "SIGTERM",
            _ => "Ctrl-C",
        };
        if elapsed < window {
            let (elapsed, window) = (spelled(elapsed), spelled(window));
            return format!("the look was cut short by {by} after {elapsed} of {window}");
        }
        format!(
            "the look was cut short by {by} after {}, before its last profiles came",
            spelled(elapsed)
        )
    }
}

/// The first signal ends the look, a second one plumb.
fn obey(mut signals: Signals, which: &AtomicUsize, stop: &Stop) {
    let mut first: Option<Instant> = None;
    for signal in signals.forever() {
        match first {
            None => {
                first = Some(Instant::now());
                which.store(usize::try_from(signal).unwrap_or_default(), Ordering::Release);
                stop.stop();
            }
            Some(at) if at.elapsed() < ONE_SIGNAL => {}
            Some(_) => std::process::exit(Outcome::CouldNotRun.number().into()),
        }
    }
}

fn add_peer(recorder: &Recorder, path: &Path) -> Result<(), UserError> {
    let unreadable = |error| UserError::Unreadable(path.to_owned(), error);
    let mut file = File::open(path).map_err(unreadable)?;
    let mut piece = recorder.piece(PieceMeta {
        instance: None,
        kind: PieceKind::PeerSockets,
        round: 0,
        taken: None,
        after_gc: false,
        note: path.file_name().map(|name| name.to_string_lossy().into_owned()),
    })?;
    io::copy(&mut file, &mut piece).map_err(unreadable)?;
    piece.finish()?;
    Ok(())
}
