//! A profile as a list of samples that share nothing, and the filters on it.

use plumb_profile::{LabelRef, NameFilter, Profile};
use regex::Regex;

pub(crate) type Plain = Vec<Sample>;

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Sample {
    pub(crate) values: Vec<i64>,
    /// Leaf first.
    pub(crate) stack: Vec<Place>,
    /// Name, and value as text; numbers have a `#`.
    pub(crate) labels: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    pub(crate) mapping: Option<String>,
    pub(crate) address: u64,
    pub(crate) folded: bool,
    /// Function, file and line, innermost first.
    pub(crate) lines: Vec<(String, String, i64)>,
}

pub(crate) fn plain(profile: &Profile) -> Plain {
    let place = |location: &u32| {
        let location = &profile.locations[*location as usize];
        let lines = profile.location_lines(location).iter().map(|line| {
            let function = &profile.functions[line.function.unwrap() as usize];
            let text = |id| profile.text(id).to_owned();
            (text(function.name), text(function.file), line.line)
        });
        let mapping = location.mapping.map(|m| &profile.mappings[m as usize]);
        Place {
            mapping: mapping.map(|m| profile.text(m.file).to_owned()),
            address: location.address,
            folded: location.folded,
            lines: lines.collect(),
        }
    };
    let sample = |sample: plumb_profile::SampleRef<'_>| Sample {
        values: sample.values().to_vec(),
        stack: sample.locations().iter().map(place).collect(),
        labels: sample.labels().map(label).collect(),
    };
    profile.samples().map(sample).collect()
}

fn label(label: LabelRef<'_>) -> (String, String) {
    match label {
        LabelRef::Text { key, value } => (key.to_owned(), value.to_owned()),
        LabelRef::Number { key, value, unit } => (key.to_owned(), format!("#{value} {unit}")),
    }
}

/// Labels in pprof's order: texts before numbers, by name.
pub(crate) fn sorted(mut plain: Plain) -> Plain {
    for sample in &mut plain {
        sample.labels.sort_by_key(|(key, value)| (value.starts_with('#'), key.clone()));
    }
    plain
}

fn line_matches(line: &(String, String, i64), regex: &Regex) -> bool {
    regex.is_match(&line.0) || regex.is_match(&line.1)
}

impl Place {
    fn mapping_matches(&self, regex: &Regex) -> bool {
        self.mapping.as_deref().is_some_and(|file| regex.is_match(file))
    }

    fn matches(&self, regex: &Regex) -> bool {
        self.mapping_matches(regex) || self.lines.iter().any(|line| line_matches(line, regex))
    }
}

pub(crate) fn filter_by_name(mut plain: Plain, filter: NameFilter<'_>) -> Plain {
    let NameFilter { focus, ignore, hide, show } = filter;
    if focus.or(ignore).or(hide).or(show).is_none() {
        return plain;
    }
    let ignored = |place: &Place| ignore.is_some_and(|regex| place.matches(regex));
    let focused = |place: &Place| focus.is_none_or(|regex| place.matches(regex));
    plain.retain(|s| !s.stack.iter().any(ignored) && s.stack.iter().any(focused));
    for sample in &mut plain {
        sample.stack.retain_mut(|place| {
            let (mut hidden, whole) = (false, place.clone());
            if let Some(hide) = hide.filter(|hide| whole.matches(hide)) {
                place.lines.retain(|l| !whole.mapping_matches(hide) && !line_matches(l, hide));
                hidden |= place.lines.is_empty();
            }
            if let Some(show) = show {
                place.lines.retain(|l| whole.mapping_matches(show) || line_matches(l, show));
                hidden |= place.lines.is_empty();
            }
            !hidden
        });
    }
    plain.retain(|sample| !sample.stack.is_empty());
    plain
}

pub(crate) fn show_from(mut plain: Plain, regex: &Regex) -> Plain {
    plain.retain_mut(|sample| {
        let Some(top) = sample.stack.iter().rposition(|place| place.matches(regex)) else {
            return false;
        };
        sample.stack.truncate(top + 1);
        for place in &mut sample.stack {
            let last = place.lines.iter().rposition(|line| line_matches(line, regex));
            if let Some(last) = last.filter(|_| !place.mapping_matches(regex)) {
                place.lines.truncate(last + 1);
            }
        }
        true
    });
    plain
}

/// A name without the list of arguments.
fn simple(name: &str) -> &str {
    let name = name.strip_prefix('.').unwrap_or(name);
    name.split('(').next().unwrap_or(name)
}

pub(crate) fn prune(mut plain: Plain, drop: &Regex, keep: Option<&Regex>) -> Plain {
    let pruned = |line: &(String, String, i64)| {
        let name = simple(&line.0);
        !line.0.is_empty() && drop.is_match(name) && !keep.is_some_and(|keep| keep.is_match(name))
    };
    for sample in &mut plain {
        let (mut cut, mut user) = (None, false);
        for (at, place) in sample.stack.iter_mut().enumerate().rev() {
            let Some(last) = place.lines.iter().rposition(pruned) else {
                user = true;
                continue;
            };
            let whole = last + 1 == place.lines.len();
            if !whole {
                place.lines.drain(..=last);
            }
            if user && cut.is_none() {
                cut = Some(if whole { at + 1 } else { at });
            }
        }
        sample.stack.drain(..cut.unwrap_or(0));
    }
    plain
}

pub(crate) fn prune_from(mut plain: Plain, regex: &Regex) -> Plain {
    for sample in &mut plain {
        let mut cut = None;
        for (at, place) in sample.stack.iter_mut().enumerate() {
            let found = |l: &(String, String, i64)| !l.0.is_empty() && regex.is_match(simple(&l.0));
            if let Some(first) = place.lines.iter().position(found) {
                place.lines.drain(..first);
                cut = cut.or(Some(at));
            }
        }
        sample.stack.drain(..cut.unwrap_or(0));
    }
    plain
}

/// Equal stacks with equal labels added up, in the order in which they are first met; zeros left out.
pub(crate) fn merge(profiles: &[Plain]) -> Plain {
    let mut out: Plain = Vec::new();
    for sample in profiles.iter().flat_map(|plain| sorted(plain.clone())) {
        if sample.values.iter().all(|value| *value == 0) {
            continue;
        }
        let known = |s: &&mut Sample| s.stack == sample.stack && s.labels == sample.labels;
        match out.iter_mut().find(known) {
            Some(sum) => sum.values.iter_mut().zip(&sample.values).for_each(|(a, b)| *a += b),
            None => out.push(sample),
        }
    }
    out.retain(|sample| sample.values.iter().any(|value| *value != 0));
    out
}
