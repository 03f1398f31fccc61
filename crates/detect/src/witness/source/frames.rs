//! Lines of the source among the frames of profiles, and the other way round.

use std::cell::OnceCell;

use plumb_evidence::Snapshot;
use plumb_evidence::code::{Frame, Stack};
use plumb_evidence::heap::HeapSample;
use plumb_evidence::source_evidence::{SiteStep, SourceEvidence, SourceSite, is_function};
use plumb_evidence::suspect::Subject;
use rustc_hash::FxHashSet;

use super::super::Hearing;

/// Frames that a profile keeps of a stack, and since which Go release it is not fewer (`runtime.maxProfStackDepth`).
const FRAMES_MAX: usize = 128;
const FRAMES_MAX_BEFORE: usize = 32;
const DEEP_STACKS_SINCE: (u32, u32) = (1, 23);

/// Lines of the source, in one function.
#[derive(Clone, Copy)]
pub(super) struct Mark<'a> {
    file: &'a str,
    function: &'a str,
    here: (u32, u32),
    recorded: Option<(u32, u32)>,
}

impl<'a> Mark<'a> {
    pub(super) fn of_site(site: &'a SourceSite) -> Self {
        Self {
            file: &site.file,
            function: &site.function,
            here: site.here,
            recorded: site.recorded,
        }
    }

    pub(super) fn of_step(site: &'a SourceSite, step: &'a SiteStep) -> Self {
        Self {
            file: &site.file,
            function: &step.function,
            here: step.here,
            recorded: step.recorded,
        }
    }

    /// Whether a frame is in the function, or a closure of it.
    pub(super) fn is_function_of(self, frame: &Frame) -> bool {
        SourceEvidence::is_file(&frame.file, self.file) && is_function(frame, self.function)
    }
}

/// A line of the source in the terms of the binary.
pub(super) struct Spot {
    pub(super) frame: Frame,
    /// Whether it is known to be that line.
    pub(super) is_sure: bool,
    /// The line in the source at hand, if it is another one there.
    pub(super) here: Option<u32>,
}

/// The user's frames of an instance.
pub(super) struct Frames<'a> {
    hearing: &'a Hearing<'a>,
    known: OnceCell<FxHashSet<&'a Frame>>,
}

impl<'a> Frames<'a> {
    pub(super) fn of(hearing: &'a Hearing<'a>) -> Self {
        Self { hearing, known: OnceCell::new() }
    }

    fn known(&self) -> &FxHashSet<&'a Frame> {
        self.known.get_or_init(|| {
            let is_user = |frame: &&Frame| self.hearing.code.is_user(frame);
            let mut known = FxHashSet::default();
            for snapshot in &self.hearing.instance.snapshots {
                let Snapshot { goroutines, dump, heap, .. } = snapshot;
                for group in [goroutines, dump].into_iter().flatten().flat_map(|all| &all.groups) {
                    let frames = group.stack.frames().iter().chain(&group.created_by);
                    known.extend(frames.filter(is_user));
                }
                for sample in heap.iter().flat_map(|heap| &heap.samples) {
                    known.extend(sample.stack.frames().iter().filter(is_user));
                }
            }
            known
        })
    }

    /// Whether a frame is on one of these lines; in their function, if they are not known in the binary.
    pub(super) fn is_on(&self, frame: &Frame, mark: Mark<'_>) -> bool {
        mark.is_function_of(frame)
            && mark.recorded.is_none_or(|(first, last)| (first..=last).contains(&frame.line))
    }

    /// The line as the binary has it: that of a frame, so that what others name is the same; if the source is another
    /// revision, the only line of the function on the paths of what leaks.
    pub(super) fn spot(&self, mark: Mark<'_>) -> Spot {
        let here = (mark.recorded != Some(mark.here)).then_some(mark.here.0);
        let on = |frame: &&&Frame| self.is_on(frame, mark);
        if mark.recorded.is_some()
            && let Some(frame) = self.known().iter().filter(on).min()
        {
            return Spot { frame: Frame::clone(frame), is_sure: true, here };
        }
        if mark.recorded.is_none()
            && let Some(frame) = self.only_line(mark)
        {
            return Spot { frame: frame.clone(), is_sure: true, here };
        }
        let line = mark.recorded.unwrap_or(mark.here).0;
        let file = match self.hearing.source {
            Some(source) => source.recorded_file(mark.file),
            None => mark.file.into(),
        };
        let frame = Frame { function: mark.function.into(), file, line };
        Spot { frame, is_sure: mark.recorded.is_some(), here }
    }

    /// The line of a function through which the paths of what leaks go, if there is but one.
    fn only_line(&self, mark: Mark<'_>) -> Option<&'a Frame> {
        let mut lines: Vec<&Frame> = self
            .samples()
            .filter_map(|(user, _)| user.iter().find(|frame| mark.is_function_of(frame)))
            .collect();
        lines.sort();
        lines.dedup();
        match lines[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Heap samples through the object that leaks: the frames above it, and the sample.
    fn samples(&self) -> impl Iterator<Item = (&'a [Frame], &'a HeapSample)> + use<'a> {
        let hearing = self.hearing;
        let heap = hearing.instance.latest(|snapshot| snapshot.heap.as_ref());
        let samples = heap.into_iter().flat_map(|heap| &heap.samples);
        samples.filter_map(move |sample| {
            let frames = sample.stack.frames();
            let entry = frames.iter().rposition(|frame| is_entry(hearing, frame))?;
            let above = &frames[entry + 1..];
            above.iter().any(|frame| hearing.code.is_user(frame)).then_some((above, sample))
        })
    }

    /// Live samples on paths through the object that pass these lines.
    pub(super) fn live_through(&self, mark: Mark<'_>) -> f64 {
        let passing =
            self.samples().filter(|(above, _)| above.iter().any(|frame| self.is_on(frame, mark)));
        passing.map(|(_, sample)| sample.live.samples).sum()
    }

    /// Live samples on paths through the object that pass one of these lines, or where lines are not to be trusted one of
    /// their functions, and on those that pass none. What a stack holds that is cut at its root is not known.
    pub(super) fn live_by(&self, marks: &[Mark<'_>], by_line: bool) -> [f64; 2] {
        let is_one = |frame: &Frame| {
            let meets = |mark: &Mark<'_>| match by_line {
                true => self.is_on(frame, *mark),
                false => mark.is_function_of(frame),
            };
            marks.iter().any(meets)
        };
        let mut live = [0.0; 2];
        for (above, sample) in self.samples() {
            let passes = above.iter().any(is_one);
            if passes || !self.may_be_cut(&sample.stack) {
                live[usize::from(!passes)] += sample.live.samples;
            }
        }
        live
    }

    /// Whether callers may be missing from a stack, since profiles keep but so many frames.
    fn may_be_cut(&self, stack: &Stack) -> bool {
        let release = self.hearing.suspect.surroundings.go_release;
        let kept = match release {
            Some(release) if release >= DEEP_STACKS_SINCE => FRAMES_MAX,
            _ => FRAMES_MAX_BEFORE,
        };
        stack.frames().len() >= kept
    }

    /// Live samples on all paths through the object.
    pub(super) fn live_through_object(&self) -> f64 {
        self.samples().map(|(_, sample)| sample.live.samples).sum()
    }

    /// Whether anything, live or freed, was ever allocated through the object below these lines.
    pub(super) fn reaches_object(&self, mark: Mark<'_>) -> bool {
        self.samples().any(|(above, _)| above.iter().any(|frame| self.is_on(frame, mark)))
    }
}

/// Whether a frame is the object's: where user code enters it.
fn is_entry(hearing: &Hearing<'_>, frame: &Frame) -> bool {
    if !hearing.through.is_empty() {
        return hearing.through.contains(&&*frame.function);
    }
    let Subject::Object(object) = &hearing.suspect.subject else { return false };
    match object.record {
        Some(record) => record.entry_points.iter().any(|entry| *frame.function == **entry),
        None => match &object.constructor {
            Some(constructor) => frame.function == *constructor,
            None => hearing.code.module(frame).0 == object.module,
        },
    }
}
