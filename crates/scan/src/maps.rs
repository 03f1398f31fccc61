//! Maps that outlive a call, in fields and package variables, and the entries that nothing takes out of them.
//!
//! What a file does with maps ([`FileMaps`]) is read before the rules run, since a delete may stand in any file. A map
//! of which something is not seen (it is handed on, its address is taken, a struct gets it from elsewhere) is one of
//! which nothing is said.

mod accesses;
mod definitions;
mod differing;
mod judging;
mod keys;
mod lasting;
mod reading;

use std::sync::{Arc, OnceLock};

use plumb_evidence::finding::Confidence;
use plumb_gosource::{Span, Type};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::code::Code;
use keys::Key;

pub(crate) use lasting::is_made_at_start;

/// A map that a field or a package variable holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct MapId {
    /// Import path of the package that declares the type or variable.
    path: Arc<str>,
    /// The type, or the variable.
    owner: Arc<str>,
    /// Names of the fields from there; empty for a variable that is the map itself.
    member: String,
    /// Whether the owner is a variable.
    is_variable: bool,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Site {
    /// The file's path from the root of the scan.
    file: Arc<str>,
    span: Span,
    /// The declared function around it, without package and type; empty outside of functions.
    function: Arc<str>,
}

/// An entry that is put in, or looked up, or taken out.
#[derive(Clone, Debug)]
struct Access {
    at: Site,
    /// The key as it is written.
    text: Box<str>,
    key: Key,
}

/// An entry that is put in.
#[derive(Clone, Debug)]
struct Insert {
    at: Site,
    /// The key as it is written.
    text: Box<str>,
    key: Key,
    /// Whether the value is made in the function that puts it in.
    is_made: bool,
}

/// An entry that is looked up.
#[derive(Clone, Debug)]
struct Use {
    at: Site,
    /// The key as it is written.
    text: Box<str>,
    key: Key,
    /// What is called on the entry to end it.
    ended_by: Option<Box<str>>,
}

/// What is done with a map.
#[derive(Clone, Debug, Default)]
struct Uses {
    inserts: Vec<Insert>,
    deletes: Vec<Access>,
    lookups: Vec<Use>,
    /// Where an entry is counted down: `m[k]--`.
    downs: Vec<Access>,
    /// Whether its values are locks.
    has_locks: bool,
    /// Whether it is cleared or replaced, or its entries are set to nil.
    is_emptied: bool,
    /// Whether it gets where more may happen to it than is seen.
    escapes: bool,
    /// Whether its size is compared with a limit.
    is_bounded: bool,
    /// Types of keys and values.
    types: Option<(Type, Type)>,
}

/// Something that counts: a field or package variable with `++` and `--`, or with methods `Inc` and `Dec`.
#[derive(Clone, Debug, Default)]
struct Counter {
    /// Functions that count up.
    ups: FxHashSet<Arc<str>>,
    downs: Vec<Site>,
}

/// What a file does with maps.
#[derive(Debug, Default)]
pub(crate) struct FileMaps {
    maps: FxHashMap<MapId, Uses>,
    counters: FxHashMap<MapId, Counter>,
    /// Names of fields of something unknown, out of which entries may be taken.
    unresolved: FxHashSet<Arc<str>>,
    /// Functions of the package, and their parameters, that are given a text that is made of parts, or something of
    /// which nothing is known.
    composed: FxHashSet<(Arc<str>, usize)>,
    /// Types of which a value is made that a function keeps for itself.
    short_lived: FxHashSet<(Arc<str>, Arc<str>)>,
    /// Import paths of the packages that were read.
    packages: FxHashSet<Arc<str>>,
}

/// What all files do with maps.
#[derive(Debug, Default)]
pub(crate) struct Maps {
    facts: FileMaps,
    /// What is to be mended in which file; found when the first file is looked at.
    found: OnceLock<FxHashMap<Arc<str>, Vec<MapLeak>>>,
}

impl Maps {
    /// Puts the facts of files together.
    pub(crate) fn join(files: impl IntoIterator<Item = FileMaps>) -> Self {
        let mut all = FileMaps::default();
        for file in files {
            for (map, uses) in file.maps {
                all.maps.entry(map).or_default().add(uses);
            }
            for (counter, changes) in file.counters {
                let known = all.counters.entry(counter).or_default();
                known.ups.extend(changes.ups);
                known.downs.extend(changes.downs);
            }
            all.unresolved.extend(file.unresolved);
            all.composed.extend(file.composed);
            all.short_lived.extend(file.short_lived);
            all.packages.extend(file.packages);
        }
        all.maps.values_mut().for_each(Uses::sort);
        all.counters.values_mut().for_each(|counter| counter.downs.sort_by(Site::order));
        Self { facts: all, found: OnceLock::new() }
    }
}

impl Uses {
    fn add(&mut self, other: Self) {
        self.inserts.extend(other.inserts);
        self.deletes.extend(other.deletes);
        self.lookups.extend(other.lookups);
        self.downs.extend(other.downs);
        self.has_locks |= other.has_locks;
        self.is_emptied |= other.is_emptied;
        self.escapes |= other.escapes;
        self.is_bounded |= other.is_bounded;
        self.types = self.types.take().or(other.types);
    }

    /// Files are read in no order, but findings must not depend on it.
    fn sort(&mut self) {
        self.inserts.sort_by(|a, b| a.at.order(&b.at));
        self.deletes.sort_by(|a, b| a.at.order(&b.at));
        self.lookups.sort_by(|a, b| a.at.order(&b.at));
        self.downs.sort_by(|a, b| a.at.order(&b.at));
    }

    /// Whether nothing at all takes an entry out.
    fn only_grows(&self) -> bool {
        self.deletes.is_empty() && !self.is_emptied && !self.is_bounded && !self.escapes
    }
}

impl Site {
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        (&self.file, self.span.start).cmp(&(&other.file, other.span.start))
    }
}

/// Entries that nothing takes out.
#[derive(Clone, Debug)]
pub struct MapLeak {
    /// The place in the file: where an entry is put in, or where it is not taken out.
    pub at: Span,
    /// What happens there and what is missing: a sentence.
    pub message: String,
    /// Places of the same file that matter, in the order of what happens.
    pub steps: Vec<(Span, String)>,
    /// Likely if the code itself says that entries should go, possible if only nothing says so.
    pub confidence: Confidence,
}

/// The entries that nothing takes out, as far as they are to be mended in a file.
pub fn leaks<'c>(code: &Code<'c>) -> &'c [MapLeak] {
    let maps = &code.summaries.across.maps;
    let found = maps.found.get_or_init(|| judging::leaks(code.program, &maps.facts));
    found.get(code.path).map_or(&[], Vec::as_slice)
}
