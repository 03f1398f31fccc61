//! What happens to a parameter on every way through a function.

use plumb_gosource::IdentId;
use plumb_gosource::flow::{FunctionId, Marked, Ownership, StepId, Use};
use rustc_hash::{FxHashMap, FxHashSet};

use super::collect::Reading;
use super::facts::{Event, MOST_EVENTS};
use super::parameters::{Following, Occurrence};
use super::values;

/// Whether what is selected from the parameter is the beginning of something that is released.
struct Parts<'f, 'c, 'p> {
    reading: &'f Reading<'c, 'p>,
    events: &'f [Event],
}

impl Ownership for Parts<'_, '_, '_> {
    fn releases(&self, _use: &Use<'_>) -> bool {
        false
    }

    fn carries(&self, selected: &[IdentId]) -> bool {
        let path = values::path(self.reading.code, "", selected);
        let begins = |what: &str| what.starts_with(&path);
        self.events.iter().any(|event| match event {
            Event::Calls(called) => begins(called),
            Event::Passes(pass) => begins(&pass.part),
            Event::Stops(_) => false,
        })
    }
}

impl Following<'_, '_, '_> {
    /// The sets of events on the ways out.
    pub(super) fn ways(&mut self) -> Vec<u64> {
        if self.facts.events.len() >= MOST_EVENTS {
            return Vec::new();
        }
        let mut marks: FxHashMap<StepId, u64> = FxHashMap::default();
        let mut literals: FxHashMap<FunctionId, Vec<(u32, u64)>> = FxHashMap::default();
        let graph = self.reading.code.graph(self.function);
        for Occurrence { event, offset, literal } in &self.occurrences {
            let mark = 1 << *event;
            match literal {
                Some(literal) => literals.entry(*literal).or_default().push((*offset, mark)),
                None => {
                    if let Some(step) = graph.step_at(*offset) {
                        *marks.entry(step).or_default() |= mark;
                    }
                }
            }
        }
        for (literal, places) in literals {
            let certain = self.certain(literal, &places);
            let start = self.reading.code.file.span(self.reading.code.scope[literal].node).start;
            if let Some(step) = graph.step_at(start) {
                *marks.entry(step).or_default() |= certain;
            }
        }
        for (step, mark) in self.stops() {
            *marks.entry(step).or_default() |= mark;
        }
        let steps = self.overwritten.iter().filter_map(|offset| graph.step_at(*offset));
        let ends: FxHashSet<StepId> = steps.collect();
        self.search(self.function, &marks, &ends).unwrap_or_default()
    }

    fn search(
        &self,
        function: FunctionId,
        marks: &FxHashMap<StepId, u64>,
        ends: &FxHashSet<StepId>,
    ) -> Option<Vec<u64>> {
        let code = self.reading.code;
        let variables: Vec<IdentId> =
            self.aliases.iter().filter(|alias| !alias.wraps).map(|alias| alias.variable).collect();
        let marked = Marked {
            variables: &variables,
            asserted: &self.asserted,
            marks,
            ends,
            ownership: &Parts { reading: self.reading, events: &self.facts.events },
        };
        code.paths(function).marks(&marked)
    }

    /// The events that happen whenever a literal runs that is directly in the function.
    fn certain(&self, literal: FunctionId, places: &[(u32, u64)]) -> u64 {
        let code = self.reading.code;
        if code.scope[literal].parent != Some(self.function) {
            return 0;
        }
        let graph = code.graph(literal);
        let mut marks: FxHashMap<StepId, u64> = FxHashMap::default();
        for (offset, mark) in places {
            if let Some(step) = graph.step_at(*offset) {
                *marks.entry(step).or_default() |= mark;
            }
        }
        let sets = self.search(literal, &marks, &FxHashSet::default()).unwrap_or_default();
        sets.into_iter().reduce(|all, set| all & set).unwrap_or(0)
    }

    /// Calls of functions of the modules that may not come back, as events.
    fn stops(&mut self) -> Vec<(StepId, u64)> {
        let mut stops = Vec::new();
        for (step, key) in self.reading.may_stop(self.function) {
            let is_known = |event: &Event| matches!(event, Event::Stops(known) if known == key);
            let known = self.facts.events.iter().position(is_known);
            let place = known.unwrap_or(self.facts.events.len());
            if place == MOST_EVENTS {
                break;
            }
            if known.is_none() {
                self.facts.events.push(Event::Stops(key.clone()));
            }
            stops.push((*step, 1 << place));
        }
        stops
    }
}
