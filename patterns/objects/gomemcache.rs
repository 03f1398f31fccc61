//! `github.com/bradfitz/gomemcache`.

use plumb_evidence::catalogue::{LibraryObject, Side, Source};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&CLIENT];

static CLIENT: LibraryObject = LibraryObject {
    module: "github.com/bradfitz/gomemcache",
    name: "memcache.Client",
    checked: "v0.0.0-20260422231931-4d751bb6e37c",
    side: Side::Client,
    pooled: false,
    multiplexed: true,
    goroutines: &[],
    phases: &[],
    constructors: &["github.com/bradfitz/gomemcache/memcache.New"],
    entry_points: &["github.com/bradfitz/gomemcache/memcache.New"],
    releases: &["memcache.Client.Close (newer versions only)"],
    source: Source::NONE,
    heap_marks: &["github.com/bradfitz/gomemcache/memcache.New"],
    known_bad: &[],
    notes: "No goroutine; dropped ones are collected and their sockets closed by finalizers.",
};
