//! Evidence and catalogue to findings.
//!
//! [`detect`] is a function of its arguments: no I/O, no clock, and the same answer for the same evidence. The
//! steps follow DESIGN.md §5, a module each:
//!
//! | step | module |
//! |---|---|
//! | which snapshots are of one process | `lives` |
//! | whose code, which object a goroutine belongs to | `code`, `classify` |
//! | crowds over time and instances, with growth, survival, age and makers | `crowd`, `makers`, `growth`, `together` |
//! | sockets, memory and descriptors | `sockets`, `heaps`, `heap_paths`, `memory_sites`, `connection_handlers`, `descriptors` |
//! | facts about the service as a whole | `surroundings` |
//! | what may leak, and its name without a record | `suspects`, `object_name` |
//! | which line, by which witness | `witness`, `site` |
//! | pattern, confidence, title, forecast | `judge`, `by_source`, `waiters`, `holders`, `body_readers`, `unnamed`, `standing`, `unanswered`, `closed_by_peer`, `memory_question`, `expiry`, `versions`, `advisories`, `forecast`, `wording` |
//! | which mistakes of a scan leak | `convictions` |
//! | what is open, where the memory is, and the sockets by peer | `verdict`, `one_look`, `memory_split`, `socket_summary`, `peer_listing` |

mod advisories;
mod body_readers;
mod by_source;
mod classify;
mod closed_by_peer;
mod code;
mod connection_handlers;
mod convictions;
mod crowd;
mod descriptors;
mod expiry;
mod forecast;
mod growth;
mod heap_paths;
mod heaps;
mod holders;
mod judge;
mod kept_files;
mod limits;
mod lives;
mod makers;
mod memory_question;
mod memory_sites;
mod memory_split;
mod object_name;
mod one_look;
mod peer_listing;
mod site;
mod socket_summary;
mod sockets;
mod standing;
mod surroundings;
mod suspects;
pub mod thresholds;
mod together;
mod unanswered;
mod unnamed;
mod verdict;
mod versions;
mod waiters;
mod witness;
mod wording;

use plumb_evidence::catalogue::Catalogue;
use plumb_evidence::finding::{InstanceSummary, SnapshotSummary, Verdict};
use plumb_evidence::{Diagnosis, Instance, Service, Snapshot};

use crate::advisories::Advised;
use crate::code::Code;
pub use crate::convictions::{Conviction, Standing, convictions};
use crate::sockets::Connections;
use crate::suspects::Sources;

/// Judges a service by the patterns and objects of a catalogue.
pub fn detect(service: &Service, catalogue: &Catalogue) -> Diagnosis {
    let lives = lives::latest(service);
    let (all, service) = (service, &*lives.service);
    let codes: Vec<Code<'_>> =
        service.instances.iter().map(|instance| Code::new(&instance.build)).collect();
    let connections = Connections::of(service, surroundings::window_seconds(service));
    let surroundings = surroundings::surroundings(service, &codes, catalogue, &connections);
    let crowds = crowd::crowds(&service.instances, &codes, catalogue);
    let sources = Sources {
        service,
        codes: &codes,
        catalogue,
        crowds: &crowds,
        connections: &connections,
        surroundings,
    };
    let work_gain = surroundings::work_gain(service, &codes, catalogue, &connections);
    let builds = service.instances.iter().map(|instance| &instance.build);
    let advised: Vec<Advised> =
        builds.map(|build| Advised::new(build, (catalogue.advisories)())).collect();
    let mut accused = suspects::suspects(&sources);
    limits::note(&mut accused, service);
    let court = judge::Court { service, codes: &codes, catalogue, advised: &advised, work_gain };
    let judgement = court.judge(accused);
    let findings = judge::settle(judgement.cases);
    let known_leaks = advisories::besides(service, &advised, &findings);
    let sockets = socket_summary::socket_summary(service, &connections);
    let shown = one_look::Shown::by(service, &codes, &crowds, catalogue);
    let (mut verdict, mut undecided) = verdict::verdict(
        service,
        &codes,
        &crowds,
        &findings,
        judgement.questions,
        lives.restarted,
        &shown,
    );
    let of_sockets = socket_summary::questions(service, sockets.as_ref(), &findings);
    if verdict == Verdict::Clean && !of_sockets.is_empty() {
        verdict = Verdict::Undecided;
    }
    undecided.extend(of_sockets);
    Diagnosis {
        target: service.target.clone(),
        instances: all.instances.iter().map(summary).collect(),
        verdict,
        findings,
        undecided,
        memory: service.instances.iter().filter_map(memory_split::memory_split).collect(),
        sockets,
        problems: service.problems.clone(),
        healthy: judgement.healthy,
        known_leaks,
    }
}

fn summary(instance: &Instance) -> InstanceSummary {
    let build = &instance.build;
    InstanceSummary {
        id: instance.id.clone(),
        go: build.go_version.clone(),
        module: build.main_module.as_ref().map(|module| module.path.clone()),
        revision: build.revision.clone(),
        snapshots: instance.snapshots.iter().map(snapshot_summary).collect(),
    }
}

fn snapshot_summary(snapshot: &Snapshot) -> SnapshotSummary {
    let goroutines = snapshot.any_goroutines();
    let memstats = snapshot.heap.as_ref().and_then(|heap| heap.memstats);
    let live = snapshot.heap.as_ref().map(|heap| heap.live().bytes as u64);
    SnapshotSummary {
        taken: snapshot.taken,
        goroutines: goroutines.map(|list| list.total),
        groups: goroutines.map(|list| list.groups.len()),
        heap_inuse: memstats.map(|memstats| memstats.heap_inuse).or(live),
        rss: snapshot
            .process
            .as_ref()
            .and_then(|process| process.resident)
            .map(|resident| resident.total),
        after_gc: snapshot.after_gc,
    }
}
