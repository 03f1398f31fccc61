//! Short forms that the records are written with.

use plumb_evidence::catalogue::{
    Acquire, Acquired, LibraryObject, ObjectGoroutine, Release, ResourceKind, Side, Source,
};

/// The phase of an HTTP client object whose response somebody still has in hand.
pub(crate) const RESPONSE_HELD: &str = "response held";

/// The phase of a pooled connection at rest.
pub(crate) const IDLE: &str = "idle";

/// A goroutine that an instance runs once.
pub(crate) const fn one(function: &'static str) -> ObjectGoroutine {
    ObjectGoroutine {
        function,
        under: None,
        per_instance: 1,
        woken_by_holder_in: None,
        created_by_holder: false,
        awaited_in: None,
        pools: &[],
    }
}

/// The same, told from its namesakes by a second function on its stack.
pub(crate) const fn one_under(function: &'static str, under: &'static str) -> ObjectGoroutine {
    ObjectGoroutine { under: Some(under), ..one(function) }
}

/// A goroutine that an instance runs `per_instance` times.
pub(crate) const fn several(per_instance: u64, function: &'static str) -> ObjectGoroutine {
    ObjectGoroutine { per_instance, ..one(function) }
}

/// A goroutine that an instance runs once, and that is woken last by whoever has the instance in hand in this phase.
/// Callers wait for a new instance in `awaited_in`.
pub(crate) const fn woken_by_holder(
    function: &'static str,
    phase: &'static str,
    awaited_in: &'static str,
) -> ObjectGoroutine {
    ObjectGoroutine {
        woken_by_holder_in: Some(phase),
        awaited_in: Some(awaited_in),
        ..one(function)
    }
}

/// A goroutine that an instance runs once, created by whoever has the instance in hand.
pub(crate) const fn created_by_holder(function: &'static str) -> ObjectGoroutine {
    ObjectGoroutine { created_by_holder: true, ..one(function) }
}

/// A goroutine that an instance runs once, of a pool of one of these types.
pub(crate) const fn pooled_in(
    pools: &'static [&'static str],
    function: &'static str,
) -> ObjectGoroutine {
    ObjectGoroutine { pools, ..one(function) }
}

/// What most things are released by.
pub(crate) const CLOSE: &[Release] = &[Release::Method("Close")];

/// Something that is released by `Close`.
pub(crate) const fn closed(
    kind: ResourceKind,
    types: &'static [&'static str],
    acquires: &'static [Acquire],
) -> Source {
    Source { kind, types, acquires, releases: CLOSE }
}

/// What looks as if it had to be released, and has not.
pub(crate) const fn harmless(
    types: &'static [&'static str],
    acquires: &'static [Acquire],
) -> Source {
    Source { kind: ResourceKind::None, types, acquires, releases: &[] }
}

/// A call whose first result, usually the only one but for an error, is acquired.
pub(crate) const fn first(function: &'static str) -> Acquire {
    Acquire { function, what: Acquired::Result(0) }
}

/// A call whose second result is acquired: the cancel function beside a context.
pub(crate) const fn second(function: &'static str) -> Acquire {
    Acquire { function, what: Acquired::Result(1) }
}

/// A call that acquires what it is called on.
pub(crate) const fn receiver(function: &'static str) -> Acquire {
    Acquire { function, what: Acquired::Receiver }
}

/// A call that acquires its first argument.
pub(crate) const fn argument(function: &'static str) -> Acquire {
    Acquire { function, what: Acquired::Argument(0) }
}

/// An object of which only source code tells: at run time it has neither goroutines nor marks of its own.
pub(crate) const fn in_source(
    module: &'static str,
    name: &'static str,
    checked: &'static str,
    source: Source,
    notes: &'static str,
) -> LibraryObject {
    LibraryObject {
        module,
        name,
        checked,
        side: Side::Neither,
        pooled: false,
        multiplexed: false,
        goroutines: &[],
        phases: &[],
        constructors: &[],
        entry_points: &[],
        releases: &[],
        source,
        heap_marks: &[],
        known_bad: &[],
        notes,
    }
}
