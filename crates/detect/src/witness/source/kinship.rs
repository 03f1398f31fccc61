//! Whether what a place of the source acquires is what leaks.

use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::source_evidence::{Mistake, SourceSite};
use plumb_evidence::suspect::{ObjectCrowd, Subject};

use super::super::Hearing;
use super::frames::{Frames, Mark};

/// How sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kinship {
    /// It may hold one: a wrapper, of which nothing is known.
    Maybe,
    /// It is one, or is known to hold one.
    Same,
}

/// Patterns of things that are made and not released: which of them applies to an object depends on words.
const NOT_RELEASED: [&str; 4] =
    ["client-not-closed", "unstopped-worker", "subscription-not-ended", "stream-not-closed"];

/// Patterns whose source rule looks for the very thing that their check finds in a running program, so that nothing else
/// needs to be compared.
const SELF_EVIDENT: [&str; 6] = [
    "http-body-not-closed",
    "file-not-closed",
    "transport-per-request",
    "half-open-connection",
    "handshake-without-deadline",
    "process-not-waited",
];

/// The pattern of children that nobody waits for.
const NOT_WAITED: &str = "process-not-waited";

/// Objects that clients of other libraries hold one each of: the object, and the beginnings of the modules' paths. From
/// the `go.mod` files and constructors of these libraries.
const HELD_BY: [(&str, &str); 11] = [
    ("grpc.ClientConn", "cloud.google.com/go"),
    ("grpc.ClientConn", "firebase.google.com/go"),
    ("grpc.ClientConn", "github.com/dapr/go-sdk"),
    ("grpc.ClientConn", "github.com/dgraph-io/dgo"),
    ("grpc.ClientConn", "github.com/milvus-io/milvus-sdk-go"),
    ("grpc.ClientConn", "github.com/qdrant/go-client"),
    ("grpc.ClientConn", "github.com/temporalio/sdk-go"),
    ("grpc.ClientConn", "go.etcd.io/etcd/client"),
    ("grpc.ClientConn", "go.opentelemetry.io/otel/exporters/otlp"),
    ("grpc.ClientConn", "go.temporal.io/sdk"),
    ("sql.DB", "github.com/jmoiron/sqlx"),
];

/// What is acquired where a pattern's thing is, if places that acquire it are told by their kind alone.
pub(super) fn kind_of(pattern: &str) -> Option<ResourceKind> {
    match pattern {
        "http-body-not-closed" => Some(ResourceKind::Body),
        "file-not-closed" => Some(ResourceKind::File),
        _ => None,
    }
}

/// Whether the mistake at a place would make the suspect; `None` if it is about something else.
pub(super) fn kinship(
    hearing: &Hearing<'_>,
    site: &SourceSite,
    mistake: &Mistake,
    frames: &Frames<'_>,
) -> Option<Kinship> {
    let expected = match &hearing.suspect.subject {
        Subject::Zombies => Some(NOT_WAITED),
        _ => hearing.pattern,
    };
    if let Some(expected) = expected.filter(|id| SELF_EVIDENT.contains(id)) {
        return (mistake.pattern == expected).then_some(Kinship::Same);
    }
    let Subject::Object(object) = &hearing.suspect.subject else {
        return (Some(mistake.pattern) == expected).then_some(Kinship::Maybe);
    };
    let is_expected = match expected {
        Some(id) if NOT_RELEASED.contains(&id) => NOT_RELEASED.contains(&mistake.pattern),
        Some(id) => mistake.pattern == id,
        None => NOT_RELEASED.contains(&mistake.pattern),
    };
    if !is_expected {
        return None;
    }
    if is_object(site, object) || frames.reaches_object(Mark::of_site(site)) {
        return Some(Kinship::Same);
    }
    // An object that has goroutines of its own shows by them.
    let is_another = !site.module.is_empty() && !object.module.is_empty();
    (!is_another).then_some(Kinship::Maybe)
}

/// Whether a place acquires what leaks, whatever becomes of it there.
pub(super) fn acquires_it(hearing: &Hearing<'_>, site: &SourceSite, frames: &Frames<'_>) -> bool {
    match (hearing.pattern.and_then(kind_of), &hearing.suspect.subject) {
        (Some(kind), _) => site.kind == kind,
        (None, Subject::Object(object)) => {
            is_object(site, object) || frames.reaches_object(Mark::of_site(site))
        }
        (None, _) => false,
    }
}

/// Whether a place acquires an object itself, or a client that is known to hold one.
fn is_object(site: &SourceSite, object: &ObjectCrowd) -> bool {
    let is_held = HELD_BY.iter().any(|(held, module)| {
        *held == &*object.name && site.module.strip_prefix(module).is_some_and(is_path_end)
    });
    let is_of_module =
        object.record.is_none() && !site.module.is_empty() && site.module == &*object.module;
    site.object == *object.name || is_of_module || is_held
}

fn is_path_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}
