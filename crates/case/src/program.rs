//! Which program a profile is of.

use plumb_profile::Profile;
use rustc_hash::FxHashSet;

/// Fewest functions in each of two profiles before sharing none of them means that they are of different
/// programs. Two heap profiles of one program share at least what runs in `main` and `init`.
const MIN_FUNCTIONS: usize = 8;

/// What tells programs apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    file: String,
    build_id: String,
    functions: FxHashSet<String>,
    kind: &'static str,
}

impl Program {
    pub(crate) fn of(profile: &Profile) -> Self {
        let names = profile.functions.iter().map(|function| profile.text(function.name));
        let own = names.filter(|name| !name.is_empty() && !name.starts_with("runtime."));
        Self {
            file: profile.program().to_owned(),
            build_id: profile.build_id().to_owned(),
            functions: own.map(str::to_owned).collect(),
            kind: profile.kind().name(),
        }
    }

    /// Whether two profiles cannot be of the same executable. A program that was moved is the same one.
    pub(crate) fn differs_from(&self, other: &Self) -> bool {
        if !self.build_id.is_empty() && !other.build_id.is_empty() {
            return self.build_id != other.build_id;
        }
        let name = |program: &Self| program.file.rsplit('/').next().unwrap_or("").to_owned();
        let named = !self.file.is_empty() && !other.file.is_empty();
        if named && name(self) != name(other) {
            return true;
        }
        let enough = self.functions.len().min(other.functions.len()) >= MIN_FUNCTIONS;
        enough && self.functions.is_disjoint(&other.functions)
    }

    /// What a person reads: the file, with the build where files are alike.
    fn describe(&self, other: &Self) -> String {
        let file = if self.file.is_empty() { "an unnamed program" } else { &self.file };
        if self.file == other.file && !self.build_id.is_empty() {
            let short: String = self.build_id.chars().take(12).collect();
            return format!("{file} (build {short})");
        }
        file.to_owned()
    }

    /// The problem text for `second`, where `first` came before it.
    pub(crate) fn conflict(first: (&str, &Self), second: (&str, &Self)) -> String {
        format!(
            "{} profile of another program: {} is of {}, {} of {}; give the files of one program at a time",
            second.1.kind,
            first.0,
            first.1.describe(second.1),
            second.0,
            second.1.describe(first.1),
        )
    }
}
