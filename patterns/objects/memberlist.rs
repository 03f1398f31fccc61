//! `github.com/hashicorp/memberlist`.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{first, one, several};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&MEMBERLIST];

static MEMBERLIST: LibraryObject = LibraryObject {
    module: "github.com/hashicorp/memberlist",
    name: "memberlist.Memberlist",
    checked: "v0.5.4 (source)",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("github.com/hashicorp/memberlist.(*Memberlist).streamListen"),
        one("github.com/hashicorp/memberlist.(*Memberlist).packetListen"),
        one("github.com/hashicorp/memberlist.(*Memberlist).packetHandler"),
        one("github.com/hashicorp/memberlist.(*Memberlist).checkBroadcastQueueDepth"),
        one("github.com/hashicorp/memberlist.(*NetTransport).tcpListen"),
        one("github.com/hashicorp/memberlist.(*NetTransport).udpListen"),
        several(3, "github.com/hashicorp/memberlist.(*Memberlist).triggerFunc"),
        one("github.com/hashicorp/memberlist.(*Memberlist).pushPullTrigger"),
    ]],
    phases: &[],
    constructors: &["github.com/hashicorp/memberlist.Create"],
    entry_points: &["github.com/hashicorp/memberlist.Create"],
    releases: &["memberlist.Memberlist.Leave, then Shutdown"],
    source: Source {
        kind: ResourceKind::Worker,
        types: &["github.com/hashicorp/memberlist.Memberlist"],
        acquires: &[first("github.com/hashicorp/memberlist.Create")],
        releases: &[Release::Method("Shutdown")],
    },
    heap_marks: &["github.com/hashicorp/memberlist.newMemberlist"],
    known_bad: &[],
    notes: "About 10 goroutines; Leave alone ends none of them.",
};
