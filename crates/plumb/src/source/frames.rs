//! Lines of the user's code that the profiles and dumps of a service show.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use plumb_evidence::source_evidence::{SourceEvidence, is_function};
use plumb_evidence::{Frame, Instance, Service, Snapshot};
use plumb_scan::acquisitions::SourceFunction;

/// Beginnings of names, after the package, that the compiler gives to what stands outside of functions.
const NOT_DECLARED: [&str; 3] = ["init", "glob.", "main.init"];

/// Distinct frames of the user's code.
pub(super) struct UserFrames(BTreeSet<Frame>);

impl UserFrames {
    pub(super) fn of(service: &Service) -> Self {
        let mut all = BTreeSet::new();
        for instance in &service.instances {
            let is_user = |frame: &&Frame| frame.line > 0 && instance.build.is_user(frame);
            frames(instance, &mut |frame| {
                if !all.contains(frame) && is_user(&frame) {
                    all.insert(frame.clone());
                }
            });
        }
        // Wrappers of methods have no file.
        all.retain(|frame| frame.file.ends_with(".go"));
        Self(all)
    }

    /// The folder of a file that is on this machine, if the binary recorded whole paths.
    pub(super) fn existing_folder(&self) -> Option<PathBuf> {
        let files = self.0.iter().map(|frame| Path::new(&*frame.file));
        let file = files.filter(|file| file.is_absolute()).find(|file| file.is_file())?;
        file.parent().map(Path::to_path_buf)
    }

    /// A function of the program, if the source declares none of those that are shown.
    pub(super) fn in_none_of(&self, functions: &[SourceFunction]) -> Option<String> {
        let declared = |frame: &&Frame| functions.iter().any(|f| is_function(frame, &f.name));
        let mut frames = self.0.iter().filter(|frame| !is_outside(frame));
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
        self.0.iter().find_map(root).unwrap_or_else(|| match module {
            "" => "".into(),
            // As -trimpath writes it.
            module => format!("{module}/").into(),
        })
    }

    /// How many frames lie in the lines of their functions, and how many do not; `line` gives a line of the source for
    /// one of the binary.
    pub(super) fn fit(
        &self,
        functions: &[SourceFunction],
        line: &dyn Fn(&str, u32) -> Option<u32>,
    ) -> (usize, usize) {
        let mut count = (0, 0);
        for frame in self.0.iter().filter(|frame| !is_outside(frame)) {
            let mut same = functions.iter().filter(|f| {
                is_function(frame, &f.name) && SourceEvidence::is_file(&frame.file, &f.file)
            });
            let fits = same.any(|f| {
                line(&f.file, frame.line).is_some_and(|line| f.lines.0 <= line && line <= f.lines.1)
            });
            if fits {
                count.0 += 1;
            } else {
                count.1 += 1;
            }
        }
        count
    }
}

/// Whether a frame is of code outside of declared functions, or of one that may be declared several times.
fn is_outside(frame: &Frame) -> bool {
    let name = frame.name();
    NOT_DECLARED.iter().any(|begin| name.local().starts_with(begin))
}

fn frames(instance: &Instance, see: &mut dyn FnMut(&Frame)) {
    for snapshot in &instance.snapshots {
        let Snapshot { goroutines, dump, leaked, heap, .. } = snapshot;
        for group in [goroutines, dump, leaked].into_iter().flatten().flat_map(|all| &all.groups) {
            group.stack.frames().iter().chain(&group.created_by).for_each(&mut *see);
        }
        for sample in heap.iter().flat_map(|heap| &heap.samples) {
            sample.stack.frames().iter().for_each(&mut *see);
        }
    }
}
