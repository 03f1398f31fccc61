//! `github.com/hashicorp/consul/api`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

use crate::record::one;

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&WATCH, &CLIENT];

static WATCH: LibraryObject = LibraryObject {
    module: "github.com/hashicorp/consul/api",
    name: "watch.Plan",
    checked: "v1.32.1",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[one("github.com/hashicorp/consul/api/watch.(*Plan).RunWithClientAndHclog")]],
    phases: &[],
    constructors: &[
        "github.com/hashicorp/consul/api/watch.(*Plan).Run",
        "github.com/hashicorp/consul/api/watch.(*Plan).RunWithConfig",
    ],
    entry_points: &[
        "github.com/hashicorp/consul/api/watch.Parse",
        "github.com/hashicorp/consul/api/watch.ParseExempt",
        "github.com/hashicorp/consul/api/watch.(*Plan).Run",
        "github.com/hashicorp/consul/api/watch.(*Plan).RunWithConfig",
    ],
    releases: &["watch.Plan.Stop"],
    source: Source::NONE,
    heap_marks: &["github.com/hashicorp/consul/api/watch.ParseExempt"],
    known_bad: &[],
    notes: "A long poll: permanently in a request, which is normal for one. Only its number \
            matters.",
};

static CLIENT: LibraryObject = LibraryObject {
    module: "github.com/hashicorp/consul/api",
    name: "consul api.Client",
    checked: "v1.32.1",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[],
    phases: &[],
    constructors: &["github.com/hashicorp/consul/api.NewClient"],
    entry_points: &["github.com/hashicorp/consul/api.NewClient"],
    releases: &["nothing: it has no Close; make one and share it"],
    source: Source::NONE,
    heap_marks: &["github.com/hashicorp/consul/api.NewClient"],
    known_bad: &[],
    notes: "Every NewClient without an HttpClient of its own builds a pooled transport with an \
            idle timeout of 90 s.",
};
