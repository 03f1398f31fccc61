//! `cloud.google.com/go/pubsub`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&RECEIVE];

static RECEIVE: LibraryObject = LibraryObject {
    module: "cloud.google.com/go/pubsub",
    name: "pubsub.Subscription.Receive",
    checked: "v1.9.1",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("cloud.google.com/go/pubsub.(*messageIterator).sender"),
        one("cloud.google.com/go/pubsub.(*streamingPuller).run"),
    ]],
    phases: &[],
    constructors: &["cloud.google.com/go/pubsub.(*Subscription).Receive"],
    entry_points: &["cloud.google.com/go/pubsub.(*Subscription).Receive"],
    releases: &["cancel of the context given to Receive"],
    source: Source::NONE,
    heap_marks: &["cloud.google.com/go/pubsub.newMessageIterator"],
    known_bad: &[],
    notes: "One sender a stream, 10 streams by default. The Client below it holds up to 4 \
            grpc.ClientConns.",
};
