//! What the source of a program says about its leaks: every place that acquires something, judged, in the terms of the
//! binary.

use std::fmt;
use std::sync::Arc;

use crate::catalogue::ResourceKind;
use crate::finding::Confidence;
use crate::source::SourcePlace;

/// What happens to something that is acquired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It is lost, at least on one way.
    Lost,
    /// It is released, on every way on which that can be told.
    Released,
    /// Somebody else gets it: it is returned, stored or captured.
    HandedOn,
    /// The same, and it is put among others of its kind: into a map, a slice or a container that outlives the function.
    Gathered,
    /// Nothing can be told.
    Unknown,
}

/// A place in source that acquires something, as a scan sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceAcquisition {
    /// Path from the root of the scan, with `/`.
    pub file: String,
    /// The call.
    pub place: SourcePlace,
    /// The declared function around it, as the Go runtime names it.
    pub function: String,
    /// What is called, as it is written: `s.client.Do`.
    pub called: String,
    /// How reports call what it acquires: the object's name, or its type.
    pub object: String,
    /// The module of the object's record; empty if it has none.
    pub module: &'static str,
    /// What it is.
    pub kind: ResourceKind,
    /// What becomes of it there.
    pub fate: Fate,
}

/// The source that was brought with the evidence of a service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceEvidence {
    /// The root of the module, as the user named the folder.
    pub root: String,
    /// The path of the module.
    pub module: Arc<str>,
    /// How lines of this source become lines of the binary.
    pub revision: Revision,
    /// What the binary wrote before the paths of the module's files: `example.com/orders/`, `/home/ci/orders/`. Empty if
    /// no frame tells.
    pub recorded_root: Arc<str>,
    /// All places, in the order of files and lines.
    pub sites: Vec<SourceSite>,
}

/// How the source at hand and that of the binary are related.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Revision {
    /// They are the same commit, and neither had changes.
    Same(Arc<str>),
    /// The binary is of this commit; lines are mapped through the differences that git tells.
    Mapped {
        /// The commit.
        revision: Arc<str>,
        /// The binary was built with changes that no commit holds, so that lines near them may be shifted.
        modified: bool,
    },
    /// The binary does not tell its commit, or git does not know it, but lines of its frames are where the source has
    /// their functions and what these call.
    Fits {
        /// How many frames.
        frames: usize,
        /// Files of which that is not so: lines in them cannot be compared.
        shifted: Vec<String>,
    },
    /// Lines of frames are nowhere where the source has them, or no frame tells: only functions are compared.
    #[default]
    Unknown,
}

impl Revision {
    /// Whether a line of the source is a line of the binary.
    pub fn lines_count(&self) -> bool {
        !matches!(self, Self::Unknown)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same(revision) => {
                write!(f, "the source is the commit of the binary, {}", short(revision))
            }
            Self::Mapped { revision, modified: false } => {
                write!(
                    f,
                    "lines are those of the binary's commit {}, mapped through git",
                    short(revision)
                )
            }
            Self::Mapped { revision, modified: true } => write!(
                f,
                "lines are mapped through git to the binary's commit {}; it was built with changes \
                 that were not committed, so lines may be shifted",
                short(revision)
            ),
            Self::Fits { frames, shifted } if shifted.is_empty() => write!(
                f,
                "the binary's commit is not known; all {frames} lines of it that the profiles show are \
                 where this source has them"
            ),
            Self::Fits { frames, shifted } => write!(
                f,
                "the binary's commit is not known; {frames} lines of it that the profiles show are where \
                 this source has them, and lines in {} are not: where lines are not seen to be right, \
                 functions are compared",
                shifted.join(", ")
            ),
            Self::Unknown => write!(
                f,
                "the source is not that of the binary, or it cannot be told: functions are compared, \
                 and lines may be shifted"
            ),
        }
    }
}

/// The beginning of a commit's name, as git shows it.
fn short(revision: &str) -> &str {
    revision.get(..12).unwrap_or(revision)
}

/// A place of the main module that acquires something, or where a rule finds a mistake.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceSite {
    /// Path from the root of the module, with `/`.
    pub file: Arc<str>,
    /// The declared function, as the Go runtime names it.
    pub function: Arc<str>,
    /// First and last line, in this source.
    pub here: (u32, u32),
    /// The same in the binary's source; `None` if they are not in it, or it cannot be told.
    pub recorded: Option<(u32, u32)>,
    /// What is called, as it is written; empty if the rule is about no call.
    pub called: String,
    /// How reports call the object; empty if the rule is about none.
    pub object: String,
    /// The module of its record; empty if it has none.
    pub module: &'static str,
    /// What it is.
    pub kind: ResourceKind,
    /// What becomes of it.
    pub fate: Fate,
    /// The mistakes found there.
    pub mistakes: Vec<Mistake>,
}

/// What a source rule found at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// The rule's pattern.
    pub pattern: &'static str,
    /// One sentence.
    pub message: String,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// How it comes to that, from the acquisition on.
    pub steps: Vec<SiteStep>,
    /// What mends it, where there is one right answer.
    pub fix: Option<SiteFix>,
}

/// A step on the way of a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteStep {
    /// The declared function, as the Go runtime names it.
    pub function: Arc<str>,
    /// First and last line, in this source.
    pub here: (u32, u32),
    /// The same in the binary's source, as [`SourceSite::recorded`].
    pub recorded: Option<(u32, u32)>,
    /// What happens there, as a clause.
    pub text: String,
}

/// A change that mends a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteFix {
    /// What it does, as an imperative.
    pub text: String,
    /// Whether it can be applied without a look at the code around.
    pub safe: bool,
    /// The change of this source as a unified diff.
    pub diff: String,
}

impl SourceEvidence {
    /// A file as the binary recorded it.
    pub fn recorded_file(&self, file: &str) -> Arc<str> {
        format!("{}{file}", self.recorded_root).into()
    }

    /// Whether the file of a frame is one of this source.
    pub fn is_file(recorded: &str, file: &str) -> bool {
        recorded.strip_suffix(file).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    }
}

/// Whether a frame's function, in the linker's spelling, is a declared one as source spells it, or a closure in it:
/// type arguments and escapes of import paths do not count.
pub fn is_function(frame: &crate::Frame, declared: &str) -> bool {
    // Most functions are another one at first sight.
    let is_plain = |name: &str| !name.contains(['[', '%']);
    if is_plain(&frame.function) && is_plain(declared) {
        return frame.is_in(declared);
    }
    plain(frame.name().declared().0) == plain(declared)
}

/// Without type arguments, and with dots for `%2e`.
fn plain(function: &str) -> String {
    let mut text = String::with_capacity(function.len());
    let mut depth = 0usize;
    for c in function.replace("%2e", ".").chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => text.push(c),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Frame;

    #[test]
    fn functions_are_compared_as_they_are_declared() {
        let same = |function: &str, declared: &str| {
            is_function(&Frame { function: function.into(), file: "".into(), line: 1 }, declared)
        };
        assert!(same("main.(*desk).plain.func1", "main.(*desk).plain"));
        assert!(same("a.b/c.(*pool[...]).run.func2.1", "a.b/c.(*pool).run"));
        assert!(same("a.b/c%2ego.Open", "a.b/c.go.Open"));
        assert!(same("main.Map[go.shape.int]", "main.Map"));
        assert!(!same("main.(*desk).plainer", "main.(*desk).plain"));
        assert!(!same("main.desk.plain", "main.(*desk).plain"));
    }

    #[test]
    fn files_are_compared_by_their_ends() {
        assert!(SourceEvidence::is_file("example.com/orders/before/audit.go", "before/audit.go"));
        assert!(SourceEvidence::is_file("audit.go", "audit.go"));
        assert!(!SourceEvidence::is_file("/src/other/naudit.go", "audit.go"));
    }
}
