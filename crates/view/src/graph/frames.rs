//! Which nodes the locations of a profile are.

use std::ops::Range;

use plumb_profile::{Function, Interner, Location, Profile, StrId, StringTable};
use rustc_hash::FxHashMap;

use super::{NodeId, NodeInfo};
use crate::go_text::clean;

/// The nodes of each location, innermost (inlined) first.
#[derive(Debug)]
pub(crate) struct Frames {
    pub(crate) texts: StringTable,
    pub(crate) infos: Vec<NodeInfo>,
    nodes: Vec<NodeId>,
    /// Where the nodes of each location are.
    ends: Vec<u32>,
}

impl Frames {
    pub(crate) fn new(profile: &Profile, keeps_object_files: bool) -> Self {
        let mut infos = Infos::new(profile, keeps_object_files);
        let mut known: FxHashMap<NodeInfo, NodeId> = FxHashMap::default();
        let mut this = Self {
            texts: StringTable::new(),
            infos: Vec::new(),
            nodes: Vec::with_capacity(profile.lines.len()),
            ends: Vec::with_capacity(profile.locations.len()),
        };
        for location in &profile.locations {
            let count = location.line_count.max(1);
            for line in 0..count as usize {
                let info = infos.of(location, line);
                let node = *known.entry(info).or_insert_with(|| {
                    this.infos.push(info);
                    (this.infos.len() - 1) as NodeId
                });
                this.nodes.push(node);
            }
            this.ends.push(this.nodes.len() as u32);
        }
        this.texts = infos.texts.finish();
        this
    }

    /// The nodes of a location, innermost first; none if there is no such location.
    #[inline]
    pub(crate) fn of(&self, location: u32) -> &[NodeId] {
        &self.nodes[self.range(location)]
    }

    #[inline]
    fn range(&self, location: u32) -> Range<usize> {
        let location = location as usize;
        let Some(&end) = self.ends.get(location) else { return 0..0 };
        let start = if location == 0 { 0 } else { self.ends[location - 1] };
        start as usize..end as usize
    }
}

/// Makes infos; what many locations share is looked up once.
struct Infos<'p> {
    profile: &'p Profile,
    keeps_object_files: bool,
    texts: Interner,
    /// Name and file of functions seen before.
    functions: Vec<Option<(StrId, StrId)>>,
    object_files: Vec<StrId>,
}

impl<'p> Infos<'p> {
    fn new(profile: &'p Profile, keeps_object_files: bool) -> Self {
        let mut texts = Interner::new();
        let object_files =
            profile.mappings.iter().map(|m| texts.intern(profile.text(m.file))).collect();
        let functions = vec![None; profile.functions.len()];
        Self { profile, keeps_object_files, texts, functions, object_files }
    }

    fn of(&mut self, location: &Location, line: usize) -> NodeInfo {
        let object_file = location.mapping.and_then(|m| self.object_files.get(m as usize).copied());
        let object_file = object_file.unwrap_or_default();
        let address = location.address;
        let profile = self.profile;
        let line = profile.location_lines(location).get(line);
        let function = line.and_then(|line| {
            let index = line.function? as usize;
            Some((line, index, profile.functions.get(index)?))
        });
        let Some((line, index, function)) = function else {
            return NodeInfo { address, object_file, ..NodeInfo::default() };
        };
        let (name, file) = self.function(index, function);
        let keeps_object_file = self.keeps_object_files || name == StrId::EMPTY;
        NodeInfo {
            name,
            file,
            object_file: if keeps_object_file { object_file } else { StrId::EMPTY },
            address,
            start_line: if keeps_object_file { function.start_line } else { 0 },
            line: line.line,
            column: line.column,
        }
    }

    fn function(&mut self, index: usize, function: &Function) -> (StrId, StrId) {
        *self.functions[index].get_or_insert_with(|| {
            let file = self.profile.text(function.file);
            let file = if file.is_empty() { String::new() } else { clean(file) };
            let name = self.texts.intern(self.profile.text(function.name));
            (name, self.texts.intern(&file))
        })
    }
}
