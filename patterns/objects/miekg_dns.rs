//! `github.com/miekg/dns`.

use plumb_evidence::catalogue::{LibraryObject, ResourceKind, Side, Source};

use crate::record::{closed, first, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[&SERVER, &CONN];

static SERVER: LibraryObject = LibraryObject {
    module: "github.com/miekg/dns",
    name: "dns.Server",
    checked: "v1.1.66",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[
        &[one("github.com/miekg/dns.(*Server).serveUDP")],
        &[one("github.com/miekg/dns.(*Server).serveTCP")],
    ],
    phases: &[],
    constructors: &[
        "github.com/miekg/dns.(*Server).ListenAndServe",
        "github.com/miekg/dns.(*Server).ActivateAndServe",
        "github.com/miekg/dns.ListenAndServe",
    ],
    entry_points: &[
        "github.com/miekg/dns.(*Server).ListenAndServe",
        "github.com/miekg/dns.(*Server).ActivateAndServe",
        "github.com/miekg/dns.ListenAndServe",
    ],
    releases: &["dns.Server.Shutdown"],
    source: Source::NONE,
    heap_marks: &["github.com/miekg/dns.(*Server).ListenAndServe"],
    known_bad: &[],
    notes: "One per listening address is normal.",
};

static CONN: LibraryObject = in_source(
    "github.com/miekg/dns",
    "dns.Conn",
    "v1.1.66",
    closed(
        ResourceKind::Connection,
        &["github.com/miekg/dns.Conn"],
        &[
            first("github.com/miekg/dns.Dial"),
            first("github.com/miekg/dns.DialTimeout"),
            first("github.com/miekg/dns.DialWithTLS"),
            first("github.com/miekg/dns.DialTimeoutWithTLS"),
            first("github.com/miekg/dns.(*Client).Dial"),
            first("github.com/miekg/dns.(*Client).DialContext"),
        ],
    ),
    "Exchange closes the connections that it makes.",
);
