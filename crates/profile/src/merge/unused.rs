//! Removing what no sample refers to any more.

use crate::model::Profile;

/// Position of what was not met yet.
const NEW: u32 = u32::MAX;

/// Keeps the locations, functions and mappings of the samples, in the order in which these refer to them; the first
/// mapping stays the first. Strings stay.
pub(super) fn remove(profile: &mut Profile) {
    let mut locations = Kept::new(profile.locations.len());
    profile.samples.edit_stacks(|_, stack| {
        stack.iter_mut().for_each(|location| *location = locations.keep(*location));
        Some(0..stack.len())
    });
    let mut functions = Kept::new(profile.functions.len());
    let mut mappings = Kept::new(profile.mappings.len());
    if !profile.mappings.is_empty() {
        mappings.keep(0);
    }
    let mut lines = Vec::new();
    let mut kept = locations.select(&profile.locations);
    for (at, location) in kept.iter_mut().enumerate() {
        location.id = at as u64 + 1;
        location.mapping = location.mapping.map(|mapping| mappings.keep(mapping));
        let range = location.line_range();
        location.first_line = lines.len() as u32;
        lines.extend(profile.lines[range].iter().map(|line| crate::model::Line {
            function: line.function.map(|function| functions.keep(function)),
            ..*line
        }));
    }
    profile.locations = kept;
    profile.lines = lines;
    profile.functions = functions.select(&profile.functions);
    profile.mappings = mappings.select(&profile.mappings);
    profile.functions.iter_mut().zip(1..).for_each(|(function, id)| function.id = id);
    profile.mappings.iter_mut().zip(1..).for_each(|(mapping, id)| mapping.id = id);
}

/// Which rows of a table are kept.
struct Kept {
    new: Vec<u32>,
    /// Old positions, in the new order.
    rows: Vec<u32>,
}

impl Kept {
    fn new(len: usize) -> Self {
        Self { new: vec![NEW; len], rows: Vec::new() }
    }

    /// New position of a row, which is kept from now on.
    #[inline]
    fn keep(&mut self, row: u32) -> u32 {
        let new = &mut self.new[row as usize];
        if *new == NEW {
            *new = self.rows.len() as u32;
            self.rows.push(row);
        }
        *new
    }

    fn select<T: Copy>(&self, table: &[T]) -> Vec<T> {
        self.rows.iter().map(|row| table[*row as usize]).collect()
    }
}
