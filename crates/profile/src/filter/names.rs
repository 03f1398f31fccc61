//! Filters by the name of a function, its source file or the mapped file.

use regex::Regex;

use crate::model::{Line, Location, Profile};

/// Regular expressions of [`Profile::filter_by_name`]; each is asked about function names, source files and mapped
/// files.
#[derive(Debug, Clone, Copy, Default)]
pub struct NameFilter<'r> {
    /// Samples that have a matching frame stay.
    pub focus: Option<&'r Regex>,
    /// Samples that have a matching frame go, whatever `focus` says.
    pub ignore: Option<&'r Regex>,
    /// Matching frames go.
    pub hide: Option<&'r Regex>,
    /// Frames that do not match go.
    pub show: Option<&'r Regex>,
}

/// Which expressions of a [`NameFilter`] matched a place of the profile. An expression that is not given counts as
/// matched for `focus` only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the fields are those of NameFilter")]
pub struct NameMatches {
    pub focus: bool,
    pub ignore: bool,
    pub hide: bool,
    pub show: bool,
}

impl Profile {
    /// Applies all four filters in one pass. Samples whose frames are all hidden go as well; so do samples without
    /// frames.
    pub fn filter_by_name(&mut self, filter: NameFilter<'_>) -> NameMatches {
        let NameFilter { focus, ignore, hide, show } = filter;
        if focus.is_none() && ignore.is_none() && hide.is_none() && show.is_none() {
            return NameMatches { focus: true, ..NameMatches::default() };
        }
        self.forget_unknown_fields();
        let mut matches = NameMatches::default();
        let mut roles = vec![Role::default(); self.locations.len()];
        let focus = focus.map(|regex| NameTable::new(self, regex));
        let ignore = ignore.map(|regex| NameTable::new(self, regex));
        let hide = hide.map(|regex| NameTable::new(self, regex));
        let show = show.map(|regex| NameTable::new(self, regex));
        for (index, role) in roles.iter_mut().enumerate() {
            role.ignored = ignore.as_ref().is_some_and(|table| table.location(self, index));
            matches.ignore |= role.ignored;
            role.focused =
                !role.ignored && focus.as_ref().is_none_or(|table| table.location(self, index));
            matches.focus |= role.focused;
            if let Some(hide) = hide.as_ref().filter(|table| table.location(self, index)) {
                matches.hide = true;
                role.hidden |= self.hide_lines(hide, index);
            }
            if let Some(show) = &show {
                let shown = self.show_lines(show, index);
                matches.show |= shown;
                role.hidden |= !shown;
            }
        }
        self.keep_focused(&roles);
        matches
    }

    /// True if no line is left.
    fn hide_lines(&mut self, hide: &NameTable, index: usize) -> bool {
        let whole = hide.mapping(&self.locations[index]);
        self.retain_lines(index, |line| !whole && !hide.line(line));
        self.locations[index].line_count == 0
    }

    /// True if a line is left. A line without a function counts as matching.
    fn show_lines(&mut self, show: &NameTable, index: usize) -> bool {
        if !show.mapping(&self.locations[index]) {
            self.retain_lines(index, |line| line.function.is_none() || show.line(line));
        }
        self.locations[index].line_count != 0
    }

    /// Keeps some of a location's lines.
    fn retain_lines(&mut self, index: usize, keep: impl Fn(&Line) -> bool) {
        let location = &mut self.locations[index];
        let range = location.line_range();
        let mut len = range.start;
        for at in range {
            let line = self.lines[at];
            if keep(&line) {
                self.lines[len] = line;
                len += 1;
            }
        }
        location.line_count = (len - location.first_line as usize) as u32;
    }

    fn keep_focused(&mut self, roles: &[Role]) {
        let hiding = roles.iter().any(|role| role.hidden);
        self.samples.edit_stacks(|_, stack| {
            let role = |location: &u32| roles.get(*location as usize).copied().unwrap_or_default();
            let mut focused = false;
            for role in stack.iter().map(role) {
                if role.ignored {
                    return None;
                }
                focused |= role.focused;
            }
            if !focused || !hiding {
                return focused.then_some(0..stack.len());
            }
            let mut len = 0;
            for at in 0..stack.len() {
                if !role(&stack[at]).hidden {
                    stack[len] = stack[at];
                    len += 1;
                }
            }
            (len > 0).then_some(0..len)
        });
    }

    /// Cuts every stack above the highest frame that matches, seen from the root, and drops samples without such a
    /// frame. Returns whether a place of the profile matched.
    pub fn show_from(&mut self, regex: &Regex) -> bool {
        self.forget_unknown_fields();
        let table = NameTable::new(self, regex);
        let mut matching = vec![false; self.locations.len()];
        for (location, matching) in self.locations.iter_mut().zip(&mut matching) {
            if table.mapping(location) {
                *matching = true;
                continue;
            }
            let lines = &self.lines[location.line_range()];
            if let Some(last) = lines.iter().rposition(|line| table.line(line)) {
                location.line_count = last as u32 + 1;
                *matching = true;
            }
        }
        self.samples.edit_stacks(|_, stack| {
            let is_match = |location: &u32| matching.get(*location as usize) == Some(&true);
            stack.iter().rposition(is_match).map(|top| 0..top + 1)
        });
        matching.contains(&true)
    }
}

/// What the filter says of a location.
#[derive(Debug, Clone, Copy, Default)]
struct Role {
    focused: bool,
    ignored: bool,
    hidden: bool,
}

/// What a regular expression says of every function and every mapping.
struct NameTable {
    functions: Vec<bool>,
    mappings: Vec<bool>,
}

impl NameTable {
    fn new(profile: &Profile, regex: &Regex) -> Self {
        let is_match = |id| regex.is_match(profile.text(id));
        // Functions outnumber files: ask about each file once.
        let mut files = rustc_hash::FxHashMap::default();
        let mut file = |id| *files.entry(id).or_insert_with(|| is_match(id));
        Self {
            functions: profile.functions.iter().map(|f| file(f.file) || is_match(f.name)).collect(),
            mappings: profile.mappings.iter().map(|m| is_match(m.file)).collect(),
        }
    }

    fn line(&self, line: &Line) -> bool {
        line.function.is_some_and(|f| self.functions.get(f as usize) == Some(&true))
    }

    fn mapping(&self, location: &Location) -> bool {
        location.mapping.is_some_and(|m| self.mappings.get(m as usize) == Some(&true))
    }

    fn location(&self, profile: &Profile, index: usize) -> bool {
        let location = &profile.locations[index];
        self.mapping(location) || profile.location_lines(location).iter().any(|l| self.line(l))
    }
}
