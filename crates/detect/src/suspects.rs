//! Everything that may leak: crowds put together into objects, with their sockets and memory.

use std::sync::Arc;

use plumb_evidence::Service;
use plumb_evidence::catalogue::{Catalogue, Side};
use plumb_evidence::code::{Frame, FunctionName};
use plumb_evidence::goroutine::WaitState;
use plumb_evidence::measure::Measured;
use plumb_evidence::suspect::{
    GoroutineCrowd, MemorySite, ObjectCrowd, Subject, Surroundings, Suspect,
};

use crate::code::Code;
use crate::crowd::{Crowd, CrowdKey, comparable, measured};
use crate::descriptors::descriptor_crowds;
use crate::growth::growth_without_times;
use crate::heap_paths::{HeapPaths, heap_only_objects};
use crate::memory_sites::memory_sites;
use crate::object_name::ObjectName;
use crate::sockets::Connections;
use crate::surroundings::is_serving;
use crate::thresholds::{SIBLING_TOLERANCE, STANDING_CROWD_MIN, THREADS_MIN};
use crate::together::{self, added};

mod by_peer;

/// A suspect and the instance that shows it best, whose code names its lines.
pub(crate) struct Accused {
    pub(crate) suspect: Suspect,
    pub(crate) instance: usize,
}

/// Everything the suspects are made from.
pub(crate) struct Sources<'a> {
    pub(crate) service: &'a Service,
    pub(crate) codes: &'a [Code<'a>],
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) crowds: &'a [Crowd],
    pub(crate) connections: &'a Connections<'a>,
    pub(crate) surroundings: Surroundings,
}

/// All suspects, unordered but always in the same order for the same evidence.
pub(crate) fn suspects(sources: &Sources<'_>) -> Vec<Accused> {
    let mut objects = recorded_objects(sources);
    objects.extend(objects_by_rule(sources));
    let mut all = put_siblings_together(objects);
    all.extend(user_goroutines(sources));
    if sources.crowds.is_empty() {
        all.extend(objects_in_heap(sources));
    }
    all.extend(memory(sources));
    all.extend(descriptors(sources));
    all.extend(by_peer::closed_by_peers(sources));
    all.extend(by_peer::connections(sources));
    all.extend(process_figures(sources));
    all
}

impl Sources<'_> {
    fn accuse(&self, subject: Subject, measured: Measured, instance: usize) -> Accused {
        let surroundings = self.surroundings;
        Accused {
            suspect: Suspect { subject, measured, sockets: None, heap: None, surroundings },
            instance,
        }
    }

    /// Adds what sockets say about outgoing connections of the suspect.
    fn join_sockets(&self, accused: &mut Accused) {
        let measured = &mut accused.suspect.measured;
        if let Some((crowd, survival)) = self.connections.outgoing_of(measured.count) {
            accused.suspect.sockets = Some(crowd);
            measured.survival = measured.survival.or(survival);
        }
    }

    fn heap_paths(&self, instance: usize) -> Option<HeapPaths<'_>> {
        HeapPaths::of(&self.service.instances[instance], &self.codes[instance])
    }
}

fn recorded_objects(sources: &Sources<'_>) -> Vec<Accused> {
    let client = |crowd: &&Crowd| crowd.object.is_some_and(|object| object.side != Side::Server);
    sources
        .crowds
        .iter()
        .filter(client)
        .filter_map(|crowd| {
            let object = crowd.object?;
            let code = &sources.codes[crowd.instance];
            let subject = Subject::Object(ObjectCrowd {
                record: Some(object),
                phase: crowd.phase,
                module: object.module.into(),
                version: version_of(code, object.module),
                name: object.name.into(),
                constructor: object.constructors.first().map(|&name| name.into()),
                goroutines: crowd.goroutines.clone(),
                stack: Some(crowd.exemplar.stack.clone()),
                created_by: crowd.created_by.clone(),
            });
            let mut accused = sources.accuse(subject, crowd.measured.clone(), crowd.instance);
            if object.side == Side::Client {
                sources.join_sockets(&mut accused);
            }
            accused.suspect.heap =
                sources.heap_paths(crowd.instance).map(|paths| paths.share_of(object));
            Some(accused)
        })
        .collect()
}

fn version_of(code: &Code<'_>, module: &str) -> Option<Arc<str>> {
    let build = code.build();
    if module == "std" {
        return build.go_version.clone();
    }
    build
        .dependencies
        .iter()
        .find(|dependency| &*dependency.path == module)
        .map(|dependency| dependency.version.clone())
}

/// Goroutines of libraries without a record: those of one module that are equally many are one object.
fn objects_by_rule(sources: &Sources<'_>) -> Vec<Accused> {
    let mut crowds: Vec<(&Arc<str>, &Crowd)> = sources
        .crowds
        .iter()
        .filter_map(|crowd| match &crowd.key {
            CrowdKey::Library { module, .. } => Some((module, crowd)),
            _ => None,
        })
        .collect();
    crowds
        .retain(|(_, crowd)| crowd.measured.grows() || crowd.measured.count >= STANDING_CROWD_MIN);
    // The smallest crowd of a family counts objects: each has one such goroutine at least.
    crowds.sort_by_key(|(_, crowd)| crowd.measured.count);
    let mut objects: Vec<(Accused, &Arc<str>, ObjectName)> = Vec::new();
    for (module, crowd) in crowds {
        let entry = (root_of(crowd), crowd.exemplar.state.clone(), crowd.measured.count);
        let name = ObjectName::of(&crowd.exemplar.stack);
        let family = objects.iter_mut().find(|(object, of, _)| {
            *of == module && are_siblings(&object.suspect.measured, &crowd.measured)
        });
        let Some((object, _, known)) = family else {
            objects.push((by_rule(sources, module, crowd, entry, &name), module, name));
            continue;
        };
        let Subject::Object(object) = &mut object.suspect.subject else { continue };
        object.goroutines.push(entry);
        if name.tells_more_than(known) {
            object.name = name.text().into();
            *known = name;
        }
    }
    objects.into_iter().map(|(object, ..)| object).collect()
}

fn by_rule(
    sources: &Sources<'_>,
    module: &Arc<str>,
    crowd: &Crowd,
    entry: (Arc<str>, WaitState, u64),
    name: &ObjectName,
) -> Accused {
    let code = &sources.codes[crowd.instance];
    let paths = sources.heap_paths(crowd.instance);
    let root = root_of(crowd);
    let by_library = |frame: &&Frame| code.module(frame).0 == *module;
    let created_by = crowd.created_by.as_ref().filter(by_library);
    let created_by = created_by.map(|frame| frame.name().declared().0);
    let closure_of = Some(FunctionName(&root).declared().0).filter(|name| **name != *root);
    let starter = created_by.or(closure_of);
    // The starter itself may allocate nothing that was sampled.
    let on_paths = |starter| paths.as_ref().and_then(|paths| paths.constructor_of(module, starter));
    let constructor =
        on_paths(starter).or_else(|| on_paths(None)).or_else(|| starter.map(Into::into));
    let subject = Subject::Object(ObjectCrowd {
        record: None,
        phase: None,
        module: module.clone(),
        version: version_of(code, module),
        name: name.text().into(),
        constructor,
        goroutines: vec![entry],
        stack: Some(crowd.exemplar.stack.clone()),
        created_by: crowd.created_by.clone(),
    });
    let mut accused = sources.accuse(subject, crowd.measured.clone(), crowd.instance);
    sources.join_sockets(&mut accused);
    accused.suspect.heap = paths.map(|paths| paths.share_of_module(module));
    accused
}

fn root_of(crowd: &Crowd) -> Arc<str> {
    crowd.exemplar.stack.root().map_or_else(|| "".into(), |frame| frame.function.clone())
}

/// Whether two crowds belong to the same objects: both grow or both stand, and one has a small whole multiple of
/// the other's number.
pub(crate) fn are_siblings(a: &Measured, b: &Measured) -> bool {
    if a.grows() != b.grows() || a.count == 0 || b.count == 0 {
        return false;
    }
    // Over a growing look the gains must agree, not only the totals: healthy instances of the same library may
    // stand beside the leaking ones.
    let (less, more) = (moved(a).min(moved(b)), moved(a).max(moved(b)));
    let multiple = (more / less).round();
    let tolerance = SIBLING_TOLERANCE.max(2.0 / less);
    (1.0..=4.0).contains(&multiple) && (more / less / multiple - 1.0).abs() <= tolerance
}

/// How many came during the look if their number grows, else how many there are.
pub(crate) fn moved(measured: &Measured) -> f64 {
    let growth = measured.growth.filter(|_| measured.grows());
    growth.map_or(measured.count as f64, |growth| growth.gain.estimate)
}

/// Objects of several libraries in equal numbers are one leak: a client and the transport below it. The one
/// nearest to the user's code is accused: what has no record or is no connection pool, before what is one.
fn put_siblings_together(mut objects: Vec<Accused>) -> Vec<Accused> {
    let rank = |accused: &Accused| match &accused.suspect.subject {
        Subject::Object(object) => match object.record {
            None if &*object.module != "std" => 0,
            Some(record) if record.pooled => 4,
            Some(record) if record.side != Side::Client => 3,
            Some(record) if record.module == "std" => 2,
            Some(_) => 1,
            None => 5,
        },
        _ => 5,
    };
    objects
        .sort_by_key(|accused| (rank(accused), std::cmp::Reverse(accused.suspect.measured.count)));
    let mut kept: Vec<Accused> = Vec::new();
    for accused in objects {
        let crowd_size = accused.suspect.measured.count;
        let large = accused.suspect.measured.grows() || crowd_size >= STANDING_CROWD_MIN;
        let owner = kept.iter_mut().find(|other| {
            large
                && is_ordinary(&accused)
                && are_siblings(&other.suspect.measured, &accused.suspect.measured)
        });
        match owner {
            Some(owner) => adopt(owner, &accused),
            None => kept.push(accused),
        }
    }
    kept
}

/// Whether an object can be explained by another that owns it. A held response cannot: somebody forgot that one.
fn is_ordinary(accused: &Accused) -> bool {
    match &accused.suspect.subject {
        Subject::Object(object) => object.phase.is_none_or(|phase| phase.ordinary),
        _ => false,
    }
}

fn adopt(owner: &mut Accused, sibling: &Accused) {
    if let (Subject::Object(owner), Subject::Object(sibling)) =
        (&mut owner.suspect.subject, &sibling.suspect.subject)
    {
        owner.goroutines.extend(sibling.goroutines.iter().cloned());
    }
    owner.suspect.sockets =
        owner.suspect.sockets.take().or_else(|| sibling.suspect.sockets.clone());
}

fn user_goroutines(sources: &Sources<'_>) -> Vec<Accused> {
    sources
        .crowds
        .iter()
        .filter_map(|crowd| {
            let CrowdKey::User { frames, .. } = &crowd.key else { return None };
            let code = &sources.codes[crowd.instance];
            let stack = crowd.exemplar.stack.clone();
            let started = frames.last().cloned();
            let subject = Subject::Goroutines(GoroutineCrowd {
                state: crowd.exemplar.state.clone(),
                user_frame: code.user_frame(&stack),
                created_by: crowd.created_by.clone(),
                convicted: crowd.convicted,
                serves_connection: is_serving(sources.catalogue, &stack),
                makers: crowd.makers,
                reachable: crowd.convicted == 0
                    && sources.service.instances[crowd.instance]
                        .latest(|s| s.leaked.as_ref())
                        .is_some(),
                one_each: keeps_one_each(sources, crowd, started.as_ref()),
                starter_alive: starter_alive(sources, crowd, started.as_ref()),
                started,
                stack,
            });
            let mut accused = sources.accuse(subject, crowd.measured.clone(), crowd.instance);
            if crowd.exemplar.state == WaitState::IoWait {
                sources.join_sockets(&mut accused);
            }
            Some(accused)
        })
        .collect()
}

/// Whether exact heap figures show what each call of the starter left. Asked for senders only, whose pattern needs it:
/// each answer reads all samples of the profile.
fn keeps_one_each(sources: &Sources<'_>, crowd: &Crowd, started: Option<&Frame>) -> bool {
    let starter =
        starter_of(crowd, started).filter(|_| crowd.exemplar.state == WaitState::ChanSend);
    starter
        .zip(sources.heap_paths(crowd.instance))
        .is_some_and(|(starter, paths)| paths.keep_one_each(starter, crowd.measured.count))
}

/// The function that started these goroutines: for a closure the function around it, else the one in `created by`.
fn starter_of<'a>(crowd: &'a Crowd, started: Option<&'a Frame>) -> Option<&'a str> {
    let by_closure = started
        .map(|frame| frame.name())
        .filter(|name| name.is_closure())
        .map(|name| name.declared().0);
    crowd.created_by.as_ref().map(|frame| &*frame.function).or(by_closure)
}

/// Whether the function that started these goroutines is still on some stack. Where it is not known, nobody is seen.
fn starter_alive(sources: &Sources<'_>, crowd: &Crowd, started: Option<&Frame>) -> bool {
    let Some(starter) = starter_of(crowd, started) else { return false };
    let lists = comparable(&sources.service.instances[crowd.instance]);
    lists.last().is_some_and(|(_, latest)| {
        latest
            .groups
            .iter()
            .any(|group| group.stack.frames().iter().any(|frame| *frame.function == *starter))
    })
}

/// Without any goroutine evidence, heap profiles still show objects by the paths that only they take.
fn objects_in_heap(sources: &Sources<'_>) -> Vec<Accused> {
    let mut all = Vec::new();
    for index in 0..sources.service.instances.len() {
        let Some(paths) = sources.heap_paths(index) else { continue };
        for (object, held, measured) in heap_only_objects(&paths, sources.catalogue) {
            let subject = Subject::Object(ObjectCrowd {
                record: Some(object),
                phase: None,
                module: object.module.into(),
                version: version_of(&sources.codes[index], object.module),
                name: object.name.into(),
                constructor: object.constructors.first().map(|&name| name.into()),
                goroutines: Vec::new(),
                stack: None,
                created_by: None,
            });
            let mut accused = sources.accuse(subject, measured, index);
            accused.suspect.heap = Some(held);
            sources.join_sockets(&mut accused);
            all.push(accused);
        }
    }
    all
}

fn memory(sources: &Sources<'_>) -> Vec<Accused> {
    let mut all: Vec<(usize, MemorySite, Measured)> = Vec::new();
    for index in 0..sources.service.instances.len() {
        let sites =
            memory_sites(sources.service, index, &sources.codes[index], &sources.surroundings);
        for (site, measured) in sites {
            match all.iter_mut().find(|(_, known, _)| known.frame == site.frame) {
                Some((_, known, known_measured)) => {
                    known.live += site.live;
                    known.allocated += site.allocated;
                    known.allocated_since += site.allocated_since;
                    known.gained = known.gained.zip(site.gained).map(|(a, b)| added(a, b));
                    together::add(known_measured, measured);
                }
                None => all.push((index, site, measured)),
            }
        }
    }
    let accuse = |(index, site, measured)| sources.accuse(Subject::Memory(site), measured, index);
    all.into_iter().map(accuse).collect()
}

fn descriptors(sources: &Sources<'_>) -> Vec<Accused> {
    let crowds = descriptor_crowds(sources.service).into_iter();
    crowds
        .map(|(index, crowd, measured)| {
            sources.accuse(Subject::Descriptors(crowd), measured, index)
        })
        .collect()
}

/// Zombies and threads.
fn process_figures(sources: &Sources<'_>) -> Vec<Accused> {
    let mut all = Vec::new();
    for (index, instance) in sources.service.instances.iter().enumerate() {
        let processes: Vec<_> =
            instance.snapshots.iter().filter_map(|s| s.process.as_ref()).collect();
        let counts = |number: &dyn Fn(&plumb_evidence::process::Process) -> f64| {
            let counts: Vec<f64> = processes.iter().map(|process| number(process)).collect();
            let mut measured = measured(None, &counts);
            measured.growth = growth_without_times(&counts);
            measured
        };
        let zombies = counts(&|process| process.zombies.len() as f64);
        if zombies.count > 0 {
            all.push(sources.accuse(Subject::Zombies, zombies, index));
        }
        let threads = counts(&|process| process.threads.unwrap_or(0) as f64);
        if threads.grows() && threads.count >= THREADS_MIN {
            all.push(sources.accuse(Subject::Threads, threads, index));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(count: u64) -> Measured {
        Measured { count, ..Measured::default() }
    }

    #[test]
    fn siblings_have_whole_multiples() {
        assert!(are_siblings(&counted(500), &counted(500)));
        assert!(are_siblings(&counted(500), &counted(1498)));
        assert!(are_siblings(&counted(500), &counted(1003)));
        assert!(!are_siblings(&counted(500), &counted(700)));
        assert!(!are_siblings(&counted(500), &counted(5000)));
    }
}
