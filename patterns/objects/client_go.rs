//! `k8s.io/client-go`.

use plumb_evidence::catalogue::{KnownBad, LibraryObject, Release, ResourceKind, Side, Source};

use crate::record::{closed, first, in_source, one};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] =
    &[&INFORMER, &EVENT_HANDLER, &WORKQUEUE, &WATCH, &STREAM, &EVENTS];

static INFORMER: LibraryObject = LibraryObject {
    module: "k8s.io/client-go",
    name: "cache.SharedIndexInformer",
    checked: "v0.33.1",
    side: Side::Neither,
    pooled: false,
    multiplexed: true,
    goroutines: &[&[
        one("k8s.io/client-go/tools/cache.(*sharedProcessor).run"),
        one("k8s.io/client-go/tools/cache.(*Reflector).startResync"),
        one("k8s.io/client-go/tools/cache.handleAnyWatch"),
        one("k8s.io/client-go/tools/cache.(*controller).RunWithContext"),
        one("k8s.io/client-go/informers.(*sharedInformerFactory).Start"),
    ]],
    phases: &[],
    constructors: &["k8s.io/client-go/informers.(*sharedInformerFactory).Start"],
    entry_points: &[
        "k8s.io/client-go/informers.(*sharedInformerFactory).Start",
        "k8s.io/client-go/tools/cache.NewSharedIndexInformer",
        "k8s.io/client-go/tools/cache.(*sharedIndexInformer).Run",
    ],
    releases: &["close of the stop channel", "informers.SharedInformerFactory.Shutdown"],
    source: Source::NONE,
    heap_marks: &[
        "k8s.io/client-go/tools/cache.NewSharedIndexInformerWithOptions",
        "k8s.io/client-go/tools/cache.NewRealFIFO",
        "k8s.io/client-go/tools/cache.NewDeltaFIFO",
    ],
    known_bad: &[KnownBad {
        introduced: "",
        fixed: "v0.27.0",
        what: "stop channel closed while the watch sits in back-off; ends only after the back-off",
        source: "kubernetes/client-go@29ad2bc1d",
    }],
    notes: "One per watched type is normal. Most goroutines are created by wait.Group, so the \
            creator does not name it.",
};

static EVENT_HANDLER: LibraryObject = LibraryObject {
    module: "k8s.io/client-go",
    name: "informer event handler",
    checked: "v0.33.1",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[&[
        one("k8s.io/client-go/tools/cache.(*processorListener).pop"),
        one("k8s.io/client-go/tools/cache.(*processorListener).run"),
    ]],
    phases: &[],
    constructors: &["k8s.io/client-go/tools/cache.(*sharedIndexInformer).AddEventHandler"],
    entry_points: &[
        "k8s.io/client-go/tools/cache.(*sharedIndexInformer).AddEventHandler",
        "k8s.io/client-go/tools/cache.(*sharedIndexInformer).AddEventHandlerWithResyncPeriod",
        "k8s.io/client-go/tools/cache.(*sharedIndexInformer).AddEventHandlerWithOptions",
    ],
    releases: &["cache.SharedInformer.RemoveEventHandler (from v0.26)"],
    source: Source::NONE,
    heap_marks: &["k8s.io/client-go/tools/cache.newProcessListener"],
    known_bad: &[],
    notes: "2 goroutines an AddEventHandler on a running informer.",
};

static WORKQUEUE: LibraryObject = LibraryObject {
    module: "k8s.io/client-go",
    name: "workqueue delaying queue",
    checked: "v0.33.1",
    side: Side::Neither,
    pooled: false,
    multiplexed: false,
    goroutines: &[
        &[one("k8s.io/client-go/util/workqueue.(*delayingType[...]).waitingLoop")],
        &[one("k8s.io/client-go/util/workqueue.(*delayingType).waitingLoop")],
    ],
    phases: &[],
    constructors: &[
        "k8s.io/client-go/util/workqueue.NewTypedRateLimitingQueue[...]",
        "k8s.io/client-go/util/workqueue.NewTypedDelayingQueue[...]",
        "k8s.io/client-go/util/workqueue.NewRateLimitingQueue",
        "k8s.io/client-go/util/workqueue.NewDelayingQueue",
    ],
    entry_points: &[
        "k8s.io/client-go/util/workqueue.NewTypedRateLimitingQueue[...]",
        "k8s.io/client-go/util/workqueue.NewTypedDelayingQueue[...]",
        "k8s.io/client-go/util/workqueue.NewRateLimitingQueue",
        "k8s.io/client-go/util/workqueue.NewDelayingQueue",
    ],
    releases: &["workqueue.Interface.ShutDown"],
    source: Source {
        kind: ResourceKind::Worker,
        types: &[
            "k8s.io/client-go/util/workqueue.RateLimitingInterface",
            "k8s.io/client-go/util/workqueue.DelayingInterface",
            "k8s.io/client-go/util/workqueue.TypedRateLimitingInterface",
            "k8s.io/client-go/util/workqueue.TypedDelayingInterface",
        ],
        acquires: &[
            first("k8s.io/client-go/util/workqueue.NewRateLimitingQueue"),
            first("k8s.io/client-go/util/workqueue.NewNamedRateLimitingQueue"),
            first("k8s.io/client-go/util/workqueue.NewRateLimitingQueueWithConfig"),
            first("k8s.io/client-go/util/workqueue.NewTypedRateLimitingQueue"),
            first("k8s.io/client-go/util/workqueue.NewTypedRateLimitingQueueWithConfig"),
            first("k8s.io/client-go/util/workqueue.NewDelayingQueue"),
            first("k8s.io/client-go/util/workqueue.NewNamedDelayingQueue"),
            first("k8s.io/client-go/util/workqueue.NewDelayingQueueWithConfig"),
            first("k8s.io/client-go/util/workqueue.NewTypedDelayingQueue"),
            first("k8s.io/client-go/util/workqueue.NewTypedDelayingQueueWithConfig"),
        ],
        releases: &[Release::Method("ShutDown"), Release::Method("ShutDownWithDrain")],
    },
    heap_marks: &[
        "k8s.io/client-go/util/workqueue.newDelayingQueue",
        "k8s.io/client-go/util/workqueue.newDelayingQueue[...]",
    ],
    known_bad: &[
        KnownBad {
            introduced: "",
            fixed: "v0.23.0",
            what: "taken items stay referenced by the slice's backing array (also fixed in \
                   v0.22.6, v0.21.9, v0.20.15)",
            source: "kubernetes/client-go@2f2191257",
        },
        KnownBad {
            introduced: "",
            fixed: "v0.17.0",
            what: "a new timer per loop turn while items wait",
            source: "kubernetes/client-go@8a1fbdc8b",
        },
    ],
    notes: "One per controller is normal.",
};

static WATCH: LibraryObject = in_source(
    "k8s.io/client-go",
    "client-go watch",
    "v0.33.1",
    Source {
        kind: ResourceKind::Subscription,
        types: &[],
        acquires: &[
            first("k8s.io/client-go/kubernetes/typed/**.*Interface.Watch"),
            first("k8s.io/client-go/dynamic.ResourceInterface.Watch"),
            first("k8s.io/client-go/metadata.ResourceInterface.Watch"),
            first("k8s.io/client-go/rest.(*Request).Watch"),
            first("k8s.io/client-go/tools/watch.NewRetryWatcher"),
            first("k8s.io/client-go/tools/watch.NewRetryWatcherWithContext"),
        ],
        releases: &[Release::Method("Stop")],
    },
    "A stream of the shared HTTP/2 connection and its reader.",
);

static STREAM: LibraryObject = in_source(
    "k8s.io/client-go",
    "rest.Request stream",
    "v0.33.1",
    closed(ResourceKind::Stream, &[], &[first("k8s.io/client-go/rest.(*Request).Stream")]),
    "The body of a response: logs, exec, proxies.",
);

static EVENTS: LibraryObject = in_source(
    "k8s.io/client-go",
    "record.EventBroadcaster",
    "v0.33.1",
    Source {
        kind: ResourceKind::Worker,
        types: &["k8s.io/client-go/tools/record.EventBroadcaster"],
        acquires: &[
            first("k8s.io/client-go/tools/record.NewBroadcaster"),
            first("k8s.io/client-go/tools/record.NewBroadcasterForTests"),
            first("k8s.io/client-go/tools/record.NewBroadcasterWithCorrelatorOptions"),
        ],
        releases: &[Release::Method("Shutdown")],
    },
    "One goroutine from the beginning, and one for each place that it records to.",
);
