//! From facts to summaries: each question is asked until no answer changes any more.
//!
//! All questions begin with the answer that says least, and only what is proven changes it: that a function does not
//! come back, that it releases a parameter on every way, that it gives something. Whether it keeps a parameter is the
//! other way round: that it does follows from a place that keeps it, so a call of itself says nothing.

use std::sync::Arc;

use plumb_gosource::flow::CallEffect;
use rustc_hash::FxHashMap;

use super::facts::{
    End, Event, FieldEvent, FieldFacts, FieldKey, FunctionFacts, Key, ParameterFacts, Pass,
    ResultFacts, Source, Wrapper,
};
use super::releases::is_release;
use super::{
    FieldRelease, FieldUse, FunctionSummary, Given, Parameter, ParameterUse, Summaries, ends, reads,
};

/// How often all functions are asked at most: chains of calls that matter are short.
const MOST_ROUNDS: usize = 50;

/// All bodies of one name, and what is known of it.
#[derive(Default)]
struct Entry {
    bodies: Vec<FunctionFacts>,
    summary: FunctionSummary,
}

struct Solver {
    entries: Vec<Entry>,
    by_key: FxHashMap<Key, usize>,
    /// By entry, those whose answers depend on its own.
    dependents: Vec<Vec<usize>>,
    /// Methods that release, by their types.
    releasing: FxHashMap<(Arc<str>, Arc<str>), Vec<usize>>,
}

/// Summaries of functions with these facts.
pub(super) fn solve(facts: Vec<FunctionFacts>, fields: Vec<FieldFacts>) -> Summaries {
    let mut solver = Solver {
        entries: Vec::new(),
        by_key: FxHashMap::default(),
        dependents: Vec::new(),
        releasing: FxHashMap::default(),
    };
    facts.into_iter().for_each(|facts| solver.add(facts));
    solver.dependents = solver.dependents();
    solver.rounds(
        |entry| entry.bodies.iter().any(|b| matches!(b.end, End::Depends(_))),
        Solver::effect,
    );
    solver.rounds(Entry::has_events, Solver::calls);
    solver.rounds(Entry::has_events, Solver::keeps);
    solver.rounds(|entry| entry.bodies.iter().any(|b| !b.results.is_empty()), Solver::given);
    let fields = solver.fields(fields);
    let Solver { entries, by_key, .. } = solver;
    let mut summaries = Summaries::default();
    let mut entries: Vec<Option<FunctionSummary>> =
        entries.into_iter().map(|entry| Some(entry.summary)).collect();
    for (key, index) in by_key {
        if let Some(summary) = entries[index].take() {
            summaries.add(key, summary);
        }
    }
    fields.into_iter().for_each(|(key, use_)| summaries.add_field(key, use_));
    summaries
}

impl Entry {
    fn has_events(&self) -> bool {
        self.bodies.iter().any(|body| {
            let mut all = body.parameters.iter().chain([&body.receiver]);
            all.any(|facts| facts.kept || !facts.events.is_empty())
        })
    }
}

impl Solver {
    fn add(&mut self, facts: FunctionFacts) {
        let index = *self.by_key.entry(facts.key.clone()).or_insert(self.entries.len());
        if index == self.entries.len() {
            self.entries.push(Entry::default());
            if let Some(receiver) = &facts.key.receiver
                && is_release(&facts.key.name)
            {
                let ty = (facts.key.path.clone(), receiver.clone());
                self.releasing.entry(ty).or_default().push(index);
            }
        }
        let entry = &mut self.entries[index];
        let effect = match &facts.end {
            End::Never(effect) => *effect,
            End::Returns | End::Depends(_) => CallEffect::Returns,
        };
        let agrees = entry.bodies.is_empty() || entry.summary.effect == effect;
        entry.summary.effect = if agrees { effect } else { CallEffect::Returns };
        entry.summary.variadic |= facts.variadic;
        let count = entry.summary.parameter_count.max(facts.parameter_count);
        entry.summary.parameter_count = count;
        let wanted = facts.parameters.len().max(entry.summary.parameters.len());
        entry.summary.parameters.resize(wanted, ParameterUse::default());
        entry.bodies.push(facts);
    }

    fn dependents(&self) -> Vec<Vec<usize>> {
        let mut dependents = vec![Vec::new(); self.entries.len()];
        for (index, entry) in self.entries.iter().enumerate() {
            for key in entry.bodies.iter().flat_map(FunctionFacts::keys) {
                let Some(on) = self.by_key.get(key) else { continue };
                let known: &mut Vec<usize> = &mut dependents[*on];
                if known.last() != Some(&index) {
                    known.push(index);
                }
            }
        }
        dependents
    }

    /// Asks about all entries of a kind until nothing changes; again only those for whom something else is known than
    /// when they were asked last.
    fn rounds(
        &mut self,
        wanted: impl Fn(&Entry) -> bool,
        ask: fn(&Self, &Entry) -> Option<FunctionSummary>,
    ) {
        let wanted: Vec<usize> =
            (0..self.entries.len()).filter(|index| wanted(&self.entries[*index])).collect();
        let mut is_open = vec![true; self.entries.len()];
        for _ in 0..MOST_ROUNDS {
            let mut changed = false;
            for index in &wanted {
                if !std::mem::take(&mut is_open[*index]) {
                    continue;
                }
                if let Some(summary) = ask(self, &self.entries[*index]) {
                    self.entries[*index].summary = summary;
                    is_open[*index] = true;
                    self.dependents[*index].iter().for_each(|other| is_open[*other] = true);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
    }

    fn summary(&self, key: &Key) -> Option<&FunctionSummary> {
        self.by_key.get(key).map(|index| &self.entries[*index].summary)
    }

    fn effect(&self, entry: &Entry) -> Option<FunctionSummary> {
        let of = |key: &Key| self.summary(key).map_or(CallEffect::Returns, |s| s.effect);
        let recovers = |key: &Key| match self.by_key.get(key) {
            Some(index) => self.entries[*index].bodies.iter().any(|body| body.recovers),
            // A method of an interface, or of a type whose methods are not known.
            None => true,
        };
        let effects = entry.bodies.iter().map(|body| match &body.end {
            End::Returns => CallEffect::Returns,
            End::Never(effect) => *effect,
            End::Depends(outline) => ends::effect(outline, &of, &recovers),
        });
        let effect = effects.reduce(|a, b| if a == b { a } else { CallEffect::Returns })?;
        (effect != entry.summary.effect)
            .then(|| FunctionSummary { effect, ..entry.summary.clone() })
    }

    /// What a function does with what it is called on or gets; `None` if it is not known.
    fn parameter(&self, key: &Key, parameter: Parameter) -> Option<&ParameterUse> {
        self.summary(key)?.parameter(parameter)
    }

    fn calls(&self, entry: &Entry) -> Option<FunctionSummary> {
        self.each_parameter(entry, |facts| {
            let calls: Vec<Vec<String>> = facts.iter().map(|facts| self.calls_of(facts)).collect();
            let mut calls = calls.into_iter();
            let mut all = calls.next().unwrap_or_default();
            calls.for_each(|other| all.retain(|name| other.contains(name)));
            let reads = all.iter().filter_map(|path| reads::is_read(path)).map(str::to_owned);
            let reads = reads.collect();
            all.retain(|path| reads::is_read(path).is_none());
            ParameterUse { calls: all, reads, ..ParameterUse::default() }
        })
    }

    fn keeps(&self, entry: &Entry) -> Option<FunctionSummary> {
        let mut places = entry.summary.parameters.iter().chain([&entry.summary.receiver]);
        // The calls are found already, and `each_parameter` asks in this order.
        self.each_parameter(entry, |facts| {
            let known = places.next().cloned().unwrap_or_default();
            let ParameterUse { calls, reads, .. } = known;
            let partly = facts.iter().map(|facts| self.sometimes(facts, &calls));
            // Without a name by which it is kept, it is kept for good.
            let partly = partly.collect::<Option<Vec<_>>>();
            let mut sometimes = partly.iter().flatten().flatten().cloned().collect::<Vec<_>>();
            sometimes.sort();
            sometimes.dedup();
            let keeps = partly.is_none() || !sometimes.is_empty();
            ParameterUse { calls, reads, keeps, sometimes }
        })
    }

    /// Asks about each parameter with the facts of all bodies, and the receiver last.
    fn each_parameter(
        &self,
        entry: &Entry,
        mut ask: impl FnMut(&[&ParameterFacts]) -> ParameterUse,
    ) -> Option<FunctionSummary> {
        let nothing = ParameterFacts::default();
        let mut parameters = Vec::with_capacity(entry.summary.parameters.len());
        for index in 0..entry.summary.parameters.len() {
            let of = |body: &'_ FunctionFacts| index < body.parameters.len();
            let facts: Vec<&ParameterFacts> = entry
                .bodies
                .iter()
                .map(|body| if of(body) { &body.parameters[index] } else { &nothing })
                .collect();
            parameters.push(ask(&facts));
        }
        let facts: Vec<&ParameterFacts> = entry.bodies.iter().map(|body| &body.receiver).collect();
        let receiver = ask(&facts);
        let same = parameters == entry.summary.parameters && receiver == entry.summary.receiver;
        (!same).then(|| FunctionSummary { parameters, receiver, ..entry.summary.clone() })
    }

    /// What an event calls, as paths from the parameter.
    fn released_by(&self, event: &Event) -> Vec<String> {
        match event {
            Event::Calls(path) => vec![path.clone()],
            Event::Stops(_) => Vec::new(),
            Event::Passes(pass) => {
                let known = self.parameter(&pass.key, pass.parameter);
                let calls = known.iter().flat_map(|known| &known.calls);
                let reads = known.iter().flat_map(|known| &known.reads);
                let reads = reads.map(|part| reads::read(&joined(&pass.part, part)));
                calls.map(|call| joined(&pass.part, call)).chain(reads).collect()
            }
        }
    }

    fn fields(&self, facts: Vec<FieldFacts>) -> FxHashMap<FieldKey, FieldUse> {
        let mut fields: FxHashMap<FieldKey, FieldUse> = FxHashMap::default();
        for FieldFacts { key, event, by } in facts {
            let use_ = fields.entry(key).or_default();
            let (calls, keeps) = match event {
                FieldEvent::Kept => (Vec::new(), true),
                FieldEvent::Calls(path) => (vec![path], false),
                FieldEvent::Passes(pass) => {
                    let event = Event::Passes(pass);
                    (self.released_by(&event), self.is_kept_by(&event))
                }
            };
            let calls = calls.into_iter().filter(|path| reads::is_read(path).is_none());
            let releases = calls.map(|call| FieldRelease { call, method: by.clone() });
            use_.releases.extend(releases);
            use_.handed_on |= keeps;
        }
        for use_ in fields.values_mut() {
            use_.releases.sort();
            use_.releases.dedup();
        }
        fields
    }

    /// What may be called on a parameter, with the events that do.
    fn released(&self, facts: &ParameterFacts) -> Vec<(String, u64)> {
        let mut released: Vec<(String, u64)> = Vec::new();
        for (place, event) in facts.events.iter().enumerate() {
            for path in self.released_by(event) {
                let mark = 1u64.checked_shl(place as u32).unwrap_or(0);
                match released.iter_mut().find(|(known, _)| *known == path) {
                    Some((_, marks)) => *marks |= mark,
                    None => released.push((path, mark)),
                }
            }
        }
        released
    }

    fn calls_of(&self, facts: &ParameterFacts) -> Vec<String> {
        if facts.ways.is_empty() {
            return Vec::new();
        }
        let mut stops = 0u64;
        for (place, event) in facts.events.iter().enumerate() {
            if let Event::Stops(key) = event
                && self.summary(key).is_some_and(|s| s.effect != CallEffect::Returns)
            {
                stops |= 1 << place;
            }
        }
        let released = self.released(facts).into_iter();
        let on_every_way = |marks: u64| facts.ways.iter().all(|way| way & (marks | stops) != 0);
        let mut calls: Vec<String> =
            released.filter(|(_, marks)| on_every_way(*marks)).map(|(path, _)| path).collect();
        calls.sort();
        calls
    }

    /// What may be called on a parameter, but not on every way; `None` if it is kept otherwise.
    fn sometimes(&self, facts: &ParameterFacts, calls: &[String]) -> Option<Vec<String>> {
        if facts.kept {
            return None;
        }
        let mut all: Vec<String> = self.released(facts).into_iter().map(|(path, _)| path).collect();
        all.retain(|path| !calls.contains(path) && reads::is_read(path).is_none());
        for event in &facts.events {
            match event {
                Event::Passes(pass) if self.is_kept_by(event) => {
                    let known = self.parameter(&pass.key, pass.parameter)?;
                    if known.sometimes.is_empty() {
                        return None;
                    }
                    all.extend(known.sometimes.iter().map(|call| joined(&pass.part, call)));
                }
                _ => {}
            }
        }
        Some(all)
    }

    fn is_kept_by(&self, event: &Event) -> bool {
        match event {
            Event::Passes(Pass { key, parameter, .. }) => match self.parameter(key, *parameter) {
                Some(known) => known.keeps,
                // A method of an interface or of a type that is not read does what it does with any value.
                None => *parameter != Parameter::Receiver,
            },
            Event::Calls(_) | Event::Stops(_) => false,
        }
    }

    fn given(&self, entry: &Entry) -> Option<FunctionSummary> {
        let mut bodies = entry.bodies.iter().map(|body| self.given_by(body));
        let first = bodies.next()?;
        let given = if bodies.all(|other| same(&first, &other)) { first } else { Vec::new() };
        (!same(&given, &entry.summary.given))
            .then(|| FunctionSummary { given, ..entry.summary.clone() })
    }

    fn given_by(&self, body: &FunctionFacts) -> Vec<Given> {
        let results = body.results.iter().enumerate();
        let given = results.filter_map(|(result, facts)| {
            let object = self.object_of(facts)?;
            Some(Given { object, result })
        });
        given.collect()
    }

    /// What a result is, if it is acquired on all ways on which it is not nil.
    fn object_of(&self, facts: &ResultFacts) -> Option<Object> {
        let leaves = |pass: &Pass| match self.parameter(&pass.key, pass.parameter) {
            Some(known) => !known.keeps && known.calls.is_empty(),
            None => pass.parameter == Parameter::Receiver,
        };
        if !facts.passes.iter().all(leaves) {
            return None;
        }
        let mut object: Option<Object> = None;
        for source in &facts.sources {
            let found = match source {
                Source::Nothing => continue,
                source => self.fresh(source)?,
            };
            let agrees =
                |known: Object| known.map(std::ptr::from_ref) == found.map(std::ptr::from_ref);
            object = Some(if object.is_none_or(agrees) { found } else { None });
        }
        object
    }

    /// What a source is, if it is acquired.
    fn fresh(&self, source: &Source) -> Option<Object> {
        match source {
            Source::Nothing => None,
            Source::Fresh(object) => Some(*object),
            Source::Call(key, result) => {
                let given = &self.summary(key)?.given;
                given.iter().find(|given| given.result == *result).map(|given| given.object)
            }
            Source::Wraps(wrapper) => self.is_released(wrapper).then_some(None),
        }
    }

    /// Whether a struct holds something fresh, and a method that releases the struct does so with it.
    fn is_released(&self, wrapper: &Wrapper) -> bool {
        let methods = self.releasing.get(&(wrapper.path.clone(), wrapper.name.clone()));
        let fresh = wrapper.fields.iter().filter(|(_, source)| self.fresh(source).is_some());
        let mut fresh = fresh.map(|(field, _)| field);
        match methods {
            // It embeds what has the method.
            None => fresh.next().is_some(),
            Some(methods) => {
                fresh.any(|field| methods.iter().any(|m| self.touches(*m, field)))
                    || (wrapper.opens_later
                        && methods.iter().any(|method| self.closes_other(*method, wrapper)))
            }
        }
    }

    /// Whether a method closes a field that is empty at first: something is opened later, and kept there.
    fn closes_other(&self, method: usize, wrapper: &Wrapper) -> bool {
        let is_given = |field: &str| {
            let mut given = wrapper.fields.iter().map(|(field, _)| field).chain(&wrapper.set);
            given.any(|given| given == field)
        };
        let mut events = self.entries[method].bodies.iter().flat_map(|body| &body.receiver.events);
        wrapper.fields.is_empty()
            && events.any(|event| match event {
                Event::Calls(path) => {
                    path.strip_suffix(".Close").is_some_and(|field| !is_given(field))
                }
                Event::Passes(_) | Event::Stops(_) => false,
            })
    }

    /// Whether a method does something with a field that may release it.
    fn touches(&self, method: usize, field: &str) -> bool {
        let begins = |path: &str| {
            path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.entries[method].bodies.iter().any(|body| {
            body.receiver.kept
                || body.receiver.events.iter().any(|event| match event {
                    Event::Calls(path) => begins(path),
                    Event::Passes(pass) => pass.part.is_empty() || begins(&pass.part),
                    Event::Stops(_) => false,
                })
        })
    }
}

type Object = Option<&'static plumb_evidence::catalogue::LibraryObject>;

fn joined(part: &str, call: &str) -> String {
    match (part.is_empty(), call.is_empty()) {
        (true, _) => call.to_owned(),
        (_, true) => part.to_owned(),
        _ => format!("{part}.{call}"),
    }
}

fn same(a: &[Given], b: &[Given]) -> bool {
    let key = |given: &Given| (given.object.map(std::ptr::from_ref), given.result);
    a.iter().map(key).eq(b.iter().map(key))
}
