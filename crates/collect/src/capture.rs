//! Takes the evidence of one or more instances of a service into a case.

use std::sync::Mutex;

use plumb_case::{InstanceIndex, Recorder};

use crate::error::Unread;
use crate::options::CaptureOptions;
use crate::progress::{Event, Progress};
use crate::rounds::{self, Taken};
use crate::source::Source;
use crate::{CollectError, Target};

/// What a capture brought.
#[derive(Debug)]
pub struct CaptureSummary {
    /// The instances that could be read, in the order of the targets.
    pub instances: Vec<InstanceSummary>,
    /// Targets that could not be read; they are problems of the case as well.
    pub failed: Vec<CollectError>,
    /// The user ended it early.
    pub stopped: bool,
}

/// What a capture brought from one instance.
#[derive(Debug)]
pub struct InstanceSummary {
    /// How reports call it.
    pub id: String,
    /// Which it is in the case.
    pub index: InstanceIndex,
    /// Its process on this machine, if that is known.
    pub pid: Option<u32>,
    /// Whether it serves profiles.
    pub has_profiles: bool,
    /// Rounds of which something was recorded, the one after the garbage collection included.
    pub rounds: u32,
    /// Pieces recorded.
    pub pieces: u32,
    /// Things that could not be read.
    pub problems: u32,
    /// What was asked for and not given, each kind once.
    pub unread: Vec<Unread>,
}

/// Takes evidence from `targets`, each an instance of one service, into `recorder`. All are read at the same time.
///
/// What cannot be read is a problem in the case, as long as anything can.
///
/// # Errors
/// Why nothing could be read at all, [`CollectError::Stopped`] if the user was faster, or
/// [`CollectError::Case`] if the case cannot be written.
pub fn capture(
    targets: &[Target],
    options: &CaptureOptions,
    recorder: &Recorder,
    progress: &dyn Progress,
) -> Result<CaptureSummary, CollectError> {
    let opened = open_all(targets, options, progress);
    let mut sources = Vec::new();
    let mut failed = Vec::new();
    for source in opened {
        match source {
            Ok(source) => add(&mut sources, source, recorder),
            Err(error) => failed.push(error),
        }
    }
    let sources: Vec<_> =
        sources.into_iter().map(|source| (recorder.instance(&source.id), source)).collect();
    if sources.is_empty() {
        return Err(only_or_all(failed));
    }
    for error in &failed {
        progress.event(&error.input(), Event::Problem { text: error.problem() });
        recorder.problem(&error.problem(), &error.input());
    }
    let instances = run_all(sources, options, recorder, progress)?;
    if instances.iter().all(|instance| instance.pieces == 0) {
        return Err(if options.stop.is_set() {
            CollectError::Stopped
        } else {
            failed.extend(instances.into_iter().map(nothing_given));
            only_or_all(failed)
        });
    }
    Ok(CaptureSummary { instances, failed, stopped: options.stop.is_set() })
}

/// Takes an execution trace of each of `targets` that is an instance of the case already. What keeps it from being taken is
/// a problem in the case.
///
/// # Errors
/// [`CollectError::Case`] if the case cannot be written.
pub fn capture_trace(
    targets: &[Target],
    options: &CaptureOptions,
    recorder: &Recorder,
    progress: &dyn Progress,
) -> Result<(), CollectError> {
    let opened = open_all(targets, options, progress);
    let mut sources = Vec::new();
    for source in opened {
        match source {
            Ok(source) => {
                let known = recorder.known_instance(&source.id);
                let is_new = |index| sources.iter().all(|(other, _)| *other != index);
                sources.extend(known.filter(|&index| is_new(index)).map(|index| (index, source)));
            }
            Err(error) => recorder.problem(&error.problem(), &error.input()),
        }
    }
    let take = |(index, source): (InstanceIndex, Source)| {
        let id = source.id.clone();
        let taken = rounds::take_trace(source, index, options, recorder, progress);
        progress.event(&id, Event::Done);
        taken
    };
    let taken: Vec<_> = std::thread::scope(|scope| {
        let take = &take;
        let threads: Vec<_> =
            sources.into_iter().map(|source| scope.spawn(move || take(source))).collect();
        threads.into_iter().map(join).collect()
    });
    Ok(taken.into_iter().collect::<Result<_, _>>()?)
}

/// Adds a target unless it is a process that is among them already, under another name. The one with profiles stays.
fn add(sources: &mut Vec<Source>, source: Source, recorder: &Recorder) {
    let same = |known: &&mut Source| known.pid().is_some() && known.pid() == source.pid();
    let Some(known) = sources.iter_mut().find(same) else { return sources.push(source) };
    let dropped = if known.endpoint.is_none() && source.endpoint.is_some() {
        std::mem::replace(known, source)
    } else {
        source
    };
    let what = format!("the same process as {}: it is read once", known.id);
    recorder.problem(&what, &dropped.id);
}

/// Finds what can be read of each target.
fn open_all(
    targets: &[Target],
    options: &CaptureOptions,
    progress: &dyn Progress,
) -> Vec<Result<Source, CollectError>> {
    std::thread::scope(|scope| {
        let open = |target| scope.spawn(move || Source::open(target, options, progress));
        let threads: Vec<_> = targets.iter().map(open).collect();
        threads.into_iter().map(join).collect()
    })
}

/// Takes all rounds of all instances.
fn run_all(
    sources: Vec<(InstanceIndex, Source)>,
    options: &CaptureOptions,
    recorder: &Recorder,
    progress: &dyn Progress,
) -> Result<Vec<InstanceSummary>, CollectError> {
    let first_error = Mutex::new(None);
    let run = |(index, source): (InstanceIndex, Source)| {
        let (id, pid) = (source.id.clone(), source.pid());
        let has_profiles = source.endpoint.is_some();
        let taken = rounds::take(source, index, options, recorder, progress);
        let Taken { rounds, pieces, problems, unread } = taken.unwrap_or_else(|error| {
            // A full disk concerns all instances: let the others end too.
            options.stop.stop();
            first_error.lock().unwrap_or_else(|e| e.into_inner()).get_or_insert(error);
            Taken::default()
        });
        progress.event(&id, Event::Done);
        InstanceSummary { id, index, pid, has_profiles, rounds, pieces, problems, unread }
    };
    let instances = std::thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> =
            sources.into_iter().map(|source| scope.spawn(move || run(source))).collect();
        threads.into_iter().map(join).collect()
    });
    match first_error.into_inner().unwrap_or_else(|e| e.into_inner()) {
        Some(error) => Err(error.into()),
        None => Ok(instances),
    }
}

fn join<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The error of an instance that answers and gives nothing.
fn nothing_given(instance: InstanceSummary) -> CollectError {
    CollectError::NothingGiven { target: instance.id, unread: instance.unread }
}

fn only_or_all(mut errors: Vec<CollectError>) -> CollectError {
    match errors.len() {
        1 => errors.remove(0),
        _ => CollectError::Nothing { errors },
    }
}
