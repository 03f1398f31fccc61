//! Lines of the user's code that the profiles and dumps of a service show.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use plumb_evidence::code::FunctionName;
use plumb_evidence::source_evidence::{SourceEvidence, is_function};
use plumb_evidence::{Frame, Instance, Service, Snapshot};
use plumb_scan::acquisitions::SourceFunction;

/// Beginnings of names, after the package, that the compiler gives to what stands outside of functions.
const NOT_DECLARED: [&str; 3] = ["init", "glob.", "main.init"];

/// The function with which programs begin.
const MAIN: &str = "main.main";

/// Distinct frames of the user's code, and what is called at them.
pub(super) struct UserFrames {
    all: BTreeSet<Frame>,
    calls: BTreeSet<(Frame, Arc<str>)>,
}

impl UserFrames {
    pub(super) fn of(service: &Service) -> Self {
        let (mut all, mut calls) = (BTreeSet::new(), BTreeSet::new());
        for instance in &service.instances {
            // Wrappers of methods have no file.
            let is_user = |frame: &Frame| {
                frame.line > 0 && frame.file.ends_with(".go") && instance.build.is_user(frame)
            };
            stacks(instance, &mut |stack, created_by| {
                for (index, frame) in stack.iter().enumerate() {
                    if all.contains(frame) || is_user(frame) {
                        all.insert(frame.clone());
                        let callee = index.checked_sub(1).and_then(|index| stack.get(index));
                        calls.extend(callee.map(|callee| (frame.clone(), callee.function.clone())));
                    }
                }
                all.extend(created_by.filter(|frame| is_user(frame)).cloned());
            });
        }
        Self { all, calls }
    }

    /// The folder of a file that is on this machine, if the binary recorded whole paths.
    pub(super) fn existing_folder(&self) -> Option<PathBuf> {
        let files = self.all.iter().map(|frame| Path::new(&*frame.file));
        let file = files.filter(|file| file.is_absolute()).find(|file| file.is_file())?;
        file.parent().map(Path::to_path_buf)
    }

    /// A function of the program, if the source declares none of those that are shown.
    pub(super) fn in_none_of(&self, functions: &[SourceFunction]) -> Option<String> {
        let declared = |frame: &&Frame| functions.iter().any(|f| is_function(frame, &f.name));
        // Every program has a main function.
        let telling = |frame: &&Frame| !is_outside(frame) && *frame.name().declared().0 != *MAIN;
        let mut frames = self.all.iter().filter(telling);
        let first = frames.next()?;
        let none = !declared(&first) && !frames.any(|frame| declared(&frame));
        none.then(|| first.function.to_string())
    }

    /// What the binary wrote before the paths of the module's files.
    pub(super) fn recorded_root(&self, functions: &[SourceFunction], module: &str) -> Arc<str> {
        let root = |frame: &Frame| {
            let of_frame = |f: &&SourceFunction| {
                SourceEvidence::is_file(&frame.file, &f.file) && is_function(frame, &f.name)
            };
            // `before/main.go` rather than `main.go`.
            let file =
                functions.iter().filter(of_frame).map(|f| &f.file).max_by_key(|f| f.len())?;
            frame.file.strip_suffix(file.as_str()).map(Arc::from)
        };
        self.all.iter().find_map(root).unwrap_or_else(|| match module {
            "" => "".into(),
            // As -trimpath writes it.
            module => format!("{module}/").into(),
        })
    }

    /// Those in declared functions.
    pub(super) fn declared(&self) -> impl Iterator<Item = &Frame> {
        self.all.iter().filter(|frame| !is_outside(frame))
    }

    /// The names of the functions that are called at a frame, as calls name them.
    pub(super) fn called_at<'a>(&'a self, frame: &'a Frame) -> impl Iterator<Item = &'a str> {
        let callees = self.calls.range((frame.clone(), Arc::from(""))..);
        callees.take_while(move |(at, _)| at == frame).filter_map(|(_, callee)| called_name(callee))
    }
}

/// The name by which a call names a function; `None` for what is called by other names: closures, wrappers, methods of
/// generic types that are made anew.
fn called_name(function: &str) -> Option<&str> {
    let plain = function.split('[').next().unwrap_or(function);
    let name = FunctionName(plain);
    if name.is_closure() || plain.len() < function.len() {
        return None;
    }
    name.local().rsplit('.').next().filter(|name| !name.is_empty() && *name != "init")
}

/// Whether a frame is of code outside of declared functions, or of one that may be declared several times.
fn is_outside(frame: &Frame) -> bool {
    let name = frame.name();
    NOT_DECLARED.iter().any(|begin| name.local().starts_with(begin))
}

fn stacks(instance: &Instance, see: &mut dyn FnMut(&[Frame], Option<&Frame>)) {
    for snapshot in &instance.snapshots {
        let Snapshot { goroutines, dump, leaked, heap, .. } = snapshot;
        for group in [goroutines, dump, leaked].into_iter().flatten().flat_map(|all| &all.groups) {
            see(group.stack.frames(), group.created_by.as_ref());
        }
        for sample in heap.iter().flat_map(|heap| &heap.samples) {
            see(sample.stack.frames(), None);
        }
    }
}
