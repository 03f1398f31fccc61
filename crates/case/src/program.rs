//! Which program a piece of evidence is of.

use std::collections::BTreeSet;

use plumb_evidence::Stack;
use plumb_profile::Profile;
use rustc_hash::FxHashSet;

use crate::decode::Part;

/// Fewest functions in each of two profiles before sharing none of them means that they are of different
/// programs. Two heap profiles of one program share at least what runs in `main` and `init`.
const MIN_FUNCTIONS: usize = 8;

/// What tells programs apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    file: String,
    build_id: String,
    functions: FxHashSet<String>,
    /// See [`main_folders`].
    folders: BTreeSet<String>,
    /// `heap profile`, `goroutine dump`; empty if the evidence names no code.
    kind: String,
}

impl Program {
    pub(crate) fn of(profile: &Profile) -> Self {
        let names = profile.functions.iter().map(|function| profile.text(function.name));
        let own = names.filter(|name| !name.is_empty() && !name.starts_with("runtime."));
        Self {
            file: profile.program().to_owned(),
            build_id: profile.build_id().to_owned(),
            functions: own.map(str::to_owned).collect(),
            folders: BTreeSet::new(),
            kind: format!("{} profile", profile.kind().name()),
        }
    }

    /// A program of which only the stacks tell.
    pub(crate) fn named(kind: &str) -> Self {
        Self { kind: kind.to_owned(), ..Self::default() }
    }

    /// Adds what the stacks tell.
    pub(crate) fn with_stacks_of(mut self, part: &Part) -> Self {
        match part {
            Part::Heap(heap) => {
                self.folders.extend(main_folders(heap.samples.iter().map(|sample| &sample.stack)));
            }
            Part::Goroutines(goroutines) | Part::Dump(goroutines) | Part::Leaked(goroutines) => {
                self.folders
                    .extend(main_folders(goroutines.groups.iter().map(|group| &group.stack)));
                if self.kind.is_empty() {
                    self.kind = "goroutine dump".to_owned();
                }
            }
            Part::Trace(trace) => {
                let chains = trace.creations.iter().flat_map(|creation| &creation.chain);
                let stacks = trace.goroutines.iter().map(|goroutine| &goroutine.stack);
                self.folders.extend(main_folders(stacks.chain(chains)));
            }
            Part::Sockets(_) | Part::Process(_) | Part::Metrics(_) => {}
        }
        self
    }

    /// Whether nothing tells which program it is.
    pub(crate) fn is_unknown(&self) -> bool {
        self.kind.is_empty()
    }

    /// Whether two pieces cannot be of the same executable. A program that was moved is the same one.
    pub(crate) fn differs_from(&self, other: &Self) -> bool {
        if !self.build_id.is_empty() && !other.build_id.is_empty() {
            return self.build_id != other.build_id;
        }
        let name = |program: &Self| program.file.rsplit('/').next().unwrap_or("").to_owned();
        let named = !self.file.is_empty() && !other.file.is_empty();
        if named && name(self) != name(other) {
            return true;
        }
        if !self.folders.is_empty() && !other.folders.is_empty() {
            return self.folders.is_disjoint(&other.folders);
        }
        // A heap and goroutines need not have a function in common.
        let alike = self.kind == other.kind;
        let enough = self.functions.len().min(other.functions.len()) >= MIN_FUNCTIONS;
        alike && enough && self.functions.is_disjoint(&other.functions)
    }

    /// Takes over what another piece of the same program tells and this one does not.
    pub(crate) fn learn(&mut self, other: Self) {
        for (known, new) in [(&mut self.file, other.file), (&mut self.build_id, other.build_id)] {
            if known.is_empty() {
                *known = new;
            }
        }
        self.folders.extend(other.folders);
    }

    /// What a person reads: the file, with the build where files are alike; else the folder of package main.
    fn describe(&self, other: &Self) -> String {
        let folder = self.folders.first().map(|folder| format!("the program in {folder}/"));
        let named = Some(self.file.clone()).filter(|file| !file.is_empty());
        // Where only one has a file name, the folders are what was compared.
        let named = named.filter(|_| !other.file.is_empty()).or(folder);
        let file = named.unwrap_or_else(|| "an unnamed program".to_owned());
        if self.file == other.file && !self.build_id.is_empty() {
            let short: String = self.build_id.chars().take(12).collect();
            return format!("{file} (build {short})");
        }
        file
    }

    /// The problem text for `second`, where `first` came before it.
    pub(crate) fn conflict(first: (&str, &Self), second: (&str, &Self)) -> String {
        format!(
            "{} of another program: {} is of {}, {} of {}; give the files of one program at a time",
            second.1.kind,
            first.0,
            first.1.describe(second.1),
            second.0,
            second.1.describe(first.1),
        )
    }
}

/// The folders that package main was compiled in, without what stands before them: where a program is built differs
/// between machines, what its folder is called does not.
pub(crate) fn main_folders<'s>(stacks: impl Iterator<Item = &'s Stack>) -> BTreeSet<String> {
    let frames = stacks.flat_map(|stack| stack.frames());
    let own = frames.filter(|frame| frame.function.starts_with("main."));
    let folders = own.filter_map(|frame| frame.file.rsplit_once('/')?.0.rsplit('/').next());
    // `go build FILE` names the folder so, whatever it is.
    let named = folders.filter(|name| !matches!(*name, "" | "." | "command-line-arguments"));
    named.map(str::to_owned).collect()
}
