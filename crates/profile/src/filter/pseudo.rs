//! Frames made of labels.

use rustc_hash::FxHashMap;

use crate::model::{Function, LabelRef, Line, Location, Profile, SampleRef};

/// Which labels become frames, see [`Profile::add_label_frames`].
#[derive(Debug, Clone, Copy, Default)]
pub struct LabelFrames<'k> {
    /// Names of labels whose frames go above the root, the first one outermost.
    pub root: &'k [&'k str],
    /// Names of labels whose frames go below the leaf, the last one innermost.
    pub leaf: &'k [&'k str],
}

impl Profile {
    /// Adds a frame for every name in `keys` to every sample: the function is named after the values of the label,
    /// separated by commas, and its file after the label. `number` turns a number and its unit into text; the unit is
    /// none if no number of that label and sample has one. Returns whether a sample had one of the root labels, and one
    /// of the leaf labels.
    pub fn add_label_frames(
        &mut self,
        keys: LabelFrames<'_>,
        number: impl Fn(i64, Option<&str>) -> String,
    ) -> (bool, bool) {
        let (root, leaf) = (keys.root.len(), keys.leaf.len());
        if root + leaf == 0 {
            return (false, false);
        }
        self.forget_unknown_fields();
        let mut frames = PseudoFrames::default();
        let mut added = Vec::with_capacity((root + leaf) * self.samples.len());
        let mut matched = (false, false);
        for sample in self.samples() {
            for (keys, matched) in [(keys.root, &mut matched.0), (keys.leaf, &mut matched.1)] {
                for key in keys.iter().rev() {
                    *matched |= values(sample, key, &number, &mut frames.name);
                    added.push(frames.intern(key));
                }
            }
        }
        let base = self.locations.len() as u32;
        frames.add_to(self);
        self.samples.rebuild_stacks(|index, stack, out| {
            let new = &added[index * (root + leaf)..(index + 1) * (root + leaf)];
            let (above, below) = new.split_at(root);
            out.extend(below.iter().map(|at| base + at));
            out.extend_from_slice(stack);
            out.extend(above.iter().map(|at| base + at));
        });
        matched
    }
}

/// Writes the values of a label to `out`: texts, then numbers. False if the sample has none.
fn values(
    sample: SampleRef<'_>,
    key: &str,
    number: &impl Fn(i64, Option<&str>) -> String,
    out: &mut String,
) -> bool {
    out.clear();
    let mut count = 0;
    let mut add = |text: &str| {
        if count > 0 {
            out.push(',');
        }
        out.push_str(text);
        count += 1;
    };
    let mut has_unit = false;
    for label in sample.labels() {
        match label {
            LabelRef::Text { key: k, value } if k == key => add(value),
            LabelRef::Number { key: k, unit, .. } if k == key => has_unit |= !unit.is_empty(),
            _ => {}
        }
    }
    for label in sample.labels() {
        if let LabelRef::Number { key: k, value, unit } = label
            && k == key
        {
            add(&number(value, has_unit.then_some(unit)));
        }
    }
    count > 0
}

/// Functions and locations that stand for labels, each name once.
#[derive(Default)]
struct PseudoFrames {
    /// Name of the function that is looked up.
    name: String,
    /// Position of each frame by its name, for each key.
    known: FxHashMap<String, FxHashMap<String, u32>>,
    /// Name and key of each frame.
    frames: Vec<(String, String)>,
}

impl PseudoFrames {
    /// Position of the frame called `self.name` of label `key`.
    fn intern(&mut self, key: &str) -> u32 {
        if let Some(at) = self.known.get(key).and_then(|names| names.get(&self.name)) {
            return *at;
        }
        let at = self.frames.len() as u32;
        self.frames.push((self.name.clone(), key.to_owned()));
        self.known.entry(key.to_owned()).or_default().insert(self.name.clone(), at);
        at
    }

    /// Appends the functions and locations, with ids after all others.
    fn add_to(self, profile: &mut Profile) {
        let mut function_id = profile.functions.iter().map(|f| f.id).max().unwrap_or(0);
        let mut location_id = profile.locations.iter().map(|l| l.id).max().unwrap_or(0);
        for (name, key) in self.frames {
            function_id = function_id.wrapping_add(1);
            location_id = location_id.wrapping_add(1);
            let function = Function {
                id: function_id,
                name: profile.strings.push(&name),
                file: profile.strings.push(&key),
                ..Function::default()
            };
            let line = Line { function: Some(profile.functions.len() as u32), line: 0, column: 0 };
            let location = Location {
                id: location_id,
                first_line: profile.lines.len() as u32,
                line_count: 1,
                ..Location::default()
            };
            profile.functions.push(function);
            profile.lines.push(line);
            profile.locations.push(location);
        }
    }
}
