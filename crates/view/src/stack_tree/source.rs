//! What frames are of.

use std::ops::Range;

use plumb_profile::{Profile, StringTable};
use regex::Regex;
use rustc_hash::FxHashMap;

use super::{ROOT, SourceId};
use crate::graph::{Frames, NodeInfo};
use crate::source_paths::trimmed;

/// What a frame is of: a function, a file, a line or an address, as the granularity of the report wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What it is called.
    pub name: String,
    /// Source file; empty if unknown or not told apart.
    pub file: String,
    /// The package, namespace or folder that it belongs to; empty if its name does not say.
    pub package: String,
    /// Whether the compiler inlined it into its caller.
    pub is_inline: bool,
}

/// The sources of each location.
#[derive(Debug)]
pub(super) struct Sources {
    pub(super) all: Vec<Source>,
    /// For each source the first one that differs from it at most in being inlined.
    pub(super) same: Vec<SourceId>,
    /// Location after location, each from the outermost frame to the one that was inlined deepest.
    by_location: Vec<SourceId>,
    ends: Vec<u32>,
}

impl Sources {
    pub(super) fn new(
        profile: &Profile,
        frames: &Frames,
        trim_path: &str,
        search_path: &str,
    ) -> Self {
        let root = Source {
            name: "root".to_owned(),
            file: String::new(),
            package: String::new(),
            is_inline: false,
        };
        let (by_location, ends) = (Vec::new(), Vec::new());
        let mut this = Self { all: vec![root], same: vec![ROOT], by_location, ends };
        let mut first: FxHashMap<u32, SourceId> = FxHashMap::default();
        let mut known: FxHashMap<(u32, bool), SourceId> = FxHashMap::default();
        for location in 0..profile.locations.len() as u32 {
            let nodes = frames.of(location);
            for (position, &node) in nodes.iter().enumerate().rev() {
                let is_inline = position + 1 < nodes.len();
                let id = *known.entry((node, is_inline)).or_insert_with(|| {
                    let info = &frames.infos[node as usize];
                    let file = trimmed(frames.texts.get(info.file), trim_path, search_path);
                    this.all.push(source(info, &frames.texts, file, is_inline));
                    let id = (this.all.len() - 1) as SourceId;
                    this.same.push(*first.entry(node).or_insert(id));
                    id
                });
                this.by_location.push(id);
            }
            this.ends.push(this.by_location.len() as u32);
        }
        this
    }

    /// The sources of a location, outermost first; none if there is no such location.
    #[inline]
    pub(super) fn of(&self, location: u32) -> &[SourceId] {
        &self.by_location[self.range(location as usize)]
    }

    #[inline]
    fn range(&self, location: usize) -> Range<usize> {
        let Some(&end) = self.ends.get(location) else { return 0..0 };
        let start = if location == 0 { 0 } else { self.ends[location - 1] };
        start as usize..end as usize
    }

    /// The sources whose name or file matches.
    pub(super) fn matching(&self, regex: &Regex) -> Vec<SourceId> {
        let is_match =
            |source: &Source| regex.is_match(&source.name) || regex.is_match(&source.file);
        let all = self.all.iter().zip(0..).skip(1);
        all.filter(|(source, _)| is_match(source)).map(|(_, id)| id).collect()
    }

    /// For each location whether one of its sources is wanted.
    pub(super) fn locations_with(&self, wanted: &[bool]) -> Vec<bool> {
        let is_with = |location| self.of(location).iter().any(|&source| wanted[source as usize]);
        (0..self.ends.len() as u32).map(is_with).collect()
    }
}

/// As pprof's flame graph names it: the line stands behind the name, not behind the file.
fn source(info: &NodeInfo, texts: &StringTable, file: &str, is_inline: bool) -> Source {
    let function = texts.get(info.name);
    let base = if function.is_empty() { file } else { function };
    let name = match (base, info.line, info.column) {
        ("", ..) => info.name_parts(texts).join(" "),
        (base, 0, _) => base.to_owned(),
        (base, line, 0) => format!("{base}:{line}"),
        (base, line, column) => format!("{base}:{line}:{column}"),
    };
    let name = match info.address {
        // A name made of the address says it already.
        address if address != 0 && !base.is_empty() => format!("{address:016x} {name}"),
        _ => name,
    };
    let package = if function.is_empty() { folder(file) } else { package(function) };
    Source { name, file: file.to_owned(), package: package.to_owned(), is_inline }
}

/// What stands before the function in `path/package.(*Type).Method` or `space::Class::method`.
fn package(function: &str) -> &str {
    // What a generic function is made with has names of its own.
    let end = function.find(['[', '(', '<']).unwrap_or(function.len());
    let head = &function[..end];
    if let Some(end) = head.rfind("::") {
        return &head[..end];
    }
    let last = head.rfind('/').map_or(0, |slash| slash + 1);
    match head[last..].find('.') {
        Some(dot) => &head[..last + dot],
        None => "",
    }
}

fn folder(file: &str) -> &str {
    file.rfind('/').map_or("", |slash| &file[..slash])
}

#[cfg(test)]
mod tests {
    use super::package;

    #[test]
    fn packages_are_what_stands_before_the_function() {
        for (function, expected) in [
            ("main.main", "main"),
            ("net/http.(*conn).serve", "net/http"),
            ("github.com/a/b.v2/c.F.func1", "github.com/a/b.v2/c"),
            ("slices.SortFunc[go.shape.[]a/b.C,go.shape.d]", "slices"),
            ("foo::bar::Baz::run<a::b>", "foo::bar::Baz"),
            ("std::vector<int>::push_back", "std"),
            ("malloc", ""),
            ("", ""),
        ] {
            assert_eq!(package(function), expected, "{function}");
        }
    }
}
