//! A client made for each call and never closed.

use plumb_evidence::catalogue::{Example, LibraryObject, Pattern, Prevention, Side, Threshold};
use plumb_evidence::client_use::ClientUse;
use plumb_evidence::finding::Confidence::{self, Likely, Possible};
use plumb_evidence::finding::{Resource, Role};
use plumb_evidence::suspect::{Match, ObjectCrowd, Remedy, Subject, Suspect};

use crate::judging::{
    gained, has_one_peer, is_one_of, matched, mechanism, number, own_sockets, socket_evidence,
};
use crate::remedy;

const STANDING_MIN: Threshold = Threshold {
    name: "clients of one peer that stand still and may be a leak",
    value: 20.0,
    unit: "clients",
    source: "one serves all calls to a peer; pools of them (Google Cloud clients) hold 4 by \
             default, rarely more than 16",
};

const STANDING_MANY: Threshold = Threshold {
    name: "clients of one peer that stand still and are no pool",
    value: 100.0,
    unit: "clients",
    source: "pools made by hand, to spread calls over several connections, were seen with 60",
};

const SILENT_SHARE_MIN: Threshold = Threshold {
    name: "connections silent for the whole look, of those there when it began",
    value: 0.5,
    unit: "share",
    source: "a client that was dropped has nothing to say but pings, minutes apart; a pool that \
             fills is used",
};

const CROWD_MIN: Threshold = Threshold {
    name: "clients that stand still, where the peers are not known",
    value: 100.0,
    unit: "clients",
    source: "a service with a client for each of its shards or neighbours has some dozens",
};

const GAIN_MIN: Threshold = Threshold {
    name: "growth of objects without a record",
    value: 10.0,
    unit: "objects",
    source: "what the object is for is not known, so a few more need not be a leak",
};

const SERVING_SHARE: Threshold = Threshold {
    name: "incoming connections for each object that may serve them",
    value: 0.8,
    unit: "share",
    source: "what serves is one for each incoming connection; the lists are not taken at one moment",
};

const KEPT_SHARE_MIN: Threshold = Threshold {
    name: "live ÷ allocated samples, where only the heap shows it",
    value: 0.85,
    unit: "share",
    source: "measured on leaks: 16/16, 36/36, 123/123; on look-alikes 0/18, 1/37, 6/66",
};

/// Objects that both ends of a connection make alike.
const ON_BOTH_ENDS: [(&str, &str); 5] = [
    ("github.com/coder/websocket", "websocket.Conn"),
    ("nhooyr.io/websocket", "websocket.Conn"),
    ("github.com/gorilla/websocket", "websocket.Conn"),
    ("golang.org/x/net", "websocket.Conn"),
    ("github.com/hashicorp/yamux", "yamux.Session"),
];

pub(crate) static PATTERN: Pattern = Pattern {
    id: "client-not-closed",
    title: "client made for each call and never closed",
    shows: "Goroutines of one library in equal or fixed proportions (gRPC: 3 \
            CallbackSerializer.run, 1 http2Client.reader, 1 loopyWriter.run; sql.DB: 1 \
            connectionOpener; ssh.Client: 6), growing with calls, none with a frame of your own. \
            In the heap the buffers of its connections (transport.newBufWriter, \
            bufio.NewReaderSize). Many ESTABLISHED connections to one peer, or none if the client \
            is lazy and unused. Memory in a saw-tooth.",
    why: "A client runs goroutines from its constructor on, and they refer to it. The collector \
          sees a goroutine's stack as in use, so a client that is dropped without Close is never \
          freed, nor its connections, buffers and timers. There is no finalizer to rely on: the \
          goroutines keep it reachable.",
    fix: "Make one client when the process starts and share it: these clients are safe for \
          concurrent use and meant to be long-lived. Where one per call is really needed, `defer \
          client.Close()` right after the check of err, and mind that constructors may fail after \
          a part was made. Do not close a shared client at the end of a request.",
    example: Example {
        before: r#"func handle(ctx context.Context) error {
	conn, err := grpc.NewClient(target, opts...)
	if err != nil {
		return err
	}
	return call(ctx, pb.NewGreeterClient(conn)) // conn stays
}
"#,
        after: r#"// once, at start
conn, err := grpc.NewClient(target, opts...)
if err != nil {
	return err
}
defer conn.Close()
server := &server{greeter: pb.NewGreeterClient(conn)}
"#,
    },
    prevention: Prevention {
        test: "Call the handler a hundred times, then let go.uber.org/goleak look, or compare \
               runtime.NumGoroutine before and after: the difference must not grow with the \
               number of calls.",
        gate: "Run the service under its load test in CI, then `plumb diagnose URL` at rest: exit code 1 fails the build.",
        alert: "deriv(go_goroutines[1h]) > 0 and min_over_time(go_goroutines[30m]) > 1.5 * \
                min_over_time(go_goroutines[30m] offset 1d)",
        doc_comment: "A Client runs goroutines and holds connections until Close is called; make \
                      one and share it.",
    },
    sources: &[
        "https://github.com/grpc/grpc-go/issues/6761",
        "https://github.com/grpc/grpc-go/issues/4180",
        "https://github.com/grpc/grpc-go/issues/3667",
        "https://github.com/drand/drand/issues/595",
        "https://github.com/redis/go-redis/issues/508",
        "https://github.com/uptrace/opentelemetry-go-extra/issues/110",
        "https://github.com/OT-CONTAINER-KIT/redis-operator/issues/333",
    ],
    thresholds: &[
        STANDING_MIN,
        STANDING_MANY,
        SILENT_SHARE_MIN,
        CROWD_MIN,
        GAIN_MIN,
        SERVING_SHARE,
        KEPT_SHARE_MIN,
    ],
    check,
};

fn check(suspect: &Suspect) -> Option<Match> {
    let Subject::Object(object) = &suspect.subject else { return None };
    let confidence = match object.record {
        Some(record) if record.side == Side::Client && !record.pooled => {
            recorded(suspect, object, record)
        }
        Some(_) => None,
        // Without a record, connections of its own make it a client.
        None if own_sockets(suspect).is_some() => {
            let enough = gained(&suspect.measured) >= GAIN_MIN.value;
            suspect.measured.grows().then_some(if enough { Likely } else { Possible })
        }
        None => None,
    };
    let mut evidence = vec![mechanism(text(suspect, object))];
    evidence.extend(own_sockets(suspect).into_iter().flat_map(socket_evidence));
    if let Some(record) = object.record {
        evidence.push(mechanism(record.notes));
    }
    matched(confidence, Resource::Goroutines, Role::Creates, evidence).map(|found| Match {
        resource: resource(object),
        remedy: object.record.map_or_else(Remedy::default, remedy::of_client),
        ..found
    })
}

fn text(suspect: &Suspect, object: &ObjectCrowd) -> String {
    let count = number(suspect.measured.count);
    match &object.constructor {
        Some(constructor) => {
            format!(
                "{count} clients exist at once; {constructor} makes them and nothing closes them"
            )
        }
        None => format!("{count} clients exist at once and nothing closes them"),
    }
}

fn recorded(suspect: &Suspect, object: &ObjectCrowd, record: &LibraryObject) -> Option<Confidence> {
    let measured = &suspect.measured;
    if is_one_of(record, &ON_BOTH_ENDS) && may_be_serving(suspect) {
        return None;
    }
    if measured.grows() {
        return Some(match object.goroutines.is_empty() {
            true => by_heap(suspect),
            // Others have heartbeats; a pool is made of what carries many calls at once.
            false if record.multiplexed && is_talking(suspect) => Possible,
            false => Likely,
        });
    }
    if !record.multiplexed || object.goroutines.is_empty() {
        return None;
    }
    let ClientUse::Unused(unused) = ClientUse::of(suspect) else { return None };
    let unused = unused as f64;
    match has_one_peer(own_sockets(suspect)) {
        Some(true) if unused >= STANDING_MANY.value => Some(Likely),
        Some(true) if unused >= STANDING_MIN.value => Some(Possible),
        None if unused >= CROWD_MIN.value => Some(Likely),
        _ => None,
    }
}

/// Whether most of the connections that were there when the look began carry something during it.
fn is_talking(suspect: &Suspect) -> bool {
    let at_first = suspect.measured.series.first().map_or(0.0, |&(_, count)| count);
    let silent = own_sockets(suspect).and_then(|sockets| sockets.idle);
    silent.is_some_and(|silent| {
        at_first >= STANDING_MIN.value && (silent as f64) < SILENT_SHARE_MIN.value * at_first
    })
}

/// Whether there are incoming connections that the objects may belong to.
fn may_be_serving(suspect: &Suspect) -> bool {
    let incoming = suspect.surroundings.incoming_connections as f64;
    own_sockets(suspect).is_none()
        && incoming >= SERVING_SHARE.value * suspect.measured.count as f64
}

/// Growth that only sampled memory shows is Likely if nothing of it is ever freed.
fn by_heap(suspect: &Suspect) -> Confidence {
    let kept = suspect.heap.is_some_and(|heap| heap.live_share() >= KEPT_SHARE_MIN.value);
    if kept { Likely } else { Possible }
}

/// What runs out first: goroutines where the client has some, else what its memory or sockets are.
fn resource(object: &ObjectCrowd) -> Resource {
    if object.goroutines.is_empty() { Resource::Memory } else { Resource::Goroutines }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{
        confidence, growing, idle_connections, object, standing, unrecorded_object, warming_up,
    };
    use plumb_evidence::heap::Amount;
    use plumb_evidence::measure::Measured;
    use plumb_evidence::suspect::{HeapShare, SocketCrowd};

    fn grpc(measured: Measured) -> Suspect {
        object("google.golang.org/grpc", "grpc.ClientConn", None, measured)
    }

    #[test]
    fn clients_that_grow_are_likely() {
        assert_eq!(confidence(&PATTERN, &grpc(growing(60))), Some(Likely));
        for (module, name) in [
            ("std", "sql.DB"),
            ("golang.org/x/crypto", "ssh.Client"),
            ("github.com/go-redis/redis/v8", "redis.Client"),
            ("go.mongodb.org/mongo-driver", "mongo.Client"),
        ] {
            assert_eq!(
                confidence(&PATTERN, &object(module, name, None, growing(60))),
                Some(Likely),
                "{name}"
            );
        }
    }

    #[test]
    fn many_of_one_peer_are_likely_at_rest() {
        let of_one_peer = |count| {
            let sockets = Some(idle_connections(count, 60.0));
            Suspect { sockets, ..grpc(standing(count)) }
        };
        assert_eq!(confidence(&PATTERN, &of_one_peer(120)), Some(Likely));
        assert_eq!(confidence(&PATTERN, &of_one_peer(60)), Some(Possible), "it may be a pool");
        assert_eq!(confidence(&PATTERN, &grpc(standing(600))), Some(Likely), "more than any pool");
        assert_eq!(confidence(&PATTERN, &grpc(standing(500))), None, "their use is not known");
        let waiting = Measured { wait_minutes: Some((3, 5)), ..standing(120) };
        assert_eq!(confidence(&PATTERN, &grpc(waiting)), Some(Likely), "silent for minutes");
        let mut quiet = grpc(standing(120));
        quiet.surroundings.unasked = Some(true);
        assert_eq!(confidence(&PATTERN, &quiet), Some(Likely), "nobody asks for anything");
    }

    #[test]
    fn clients_that_talk_are_used() {
        let mut pool = grpc(growing(60));
        let first = pool.measured.series[0].1 as u64;
        assert!(first >= 20, "{first}");
        pool.sockets = Some(SocketCrowd {
            idle: Some(first / 3),
            ..idle_connections(pool.measured.count, 5.0)
        });
        assert_eq!(confidence(&PATTERN, &pool), Some(Possible));
        pool.sockets.as_mut().expect("sockets").idle = Some(first);
        assert_eq!(confidence(&PATTERN, &pool), Some(Likely));
    }

    #[test]
    fn a_client_for_each_neighbour_is_healthy() {
        let mut mesh = grpc(standing(300));
        let sockets = idle_connections(300, 60.0);
        mesh.sockets = Some(plumb_evidence::suspect::SocketCrowd {
            peer: Some(("10.0.0.7:443".into(), 2)),
            ..sockets
        });
        assert_eq!(confidence(&PATTERN, &mesh), None);
        assert_eq!(confidence(&PATTERN, &grpc(standing(30))), None, "peers not known");
        assert_eq!(confidence(&PATTERN, &grpc(warming_up(30))), None);
    }

    #[test]
    fn sockets_of_others_do_not_count_as_one_peer() {
        let mut clients = grpc(standing(30));
        clients.sockets = Some(idle_connections(400, 60.0));
        assert_eq!(confidence(&PATTERN, &clients), None);
    }

    #[test]
    fn websockets_of_a_server_are_the_peers_doing() {
        let mut conns = object("github.com/coder/websocket", "websocket.Conn", None, growing(300));
        conns.surroundings.incoming_connections = 310;
        assert_eq!(confidence(&PATTERN, &conns), None);
        conns.surroundings.incoming_connections = 12;
        assert_eq!(
            confidence(&PATTERN, &conns),
            Some(Likely),
            "as many incoming ones do not exist"
        );
    }

    #[test]
    fn an_unknown_library_with_connections_of_its_own_is_a_client() {
        let mut clients = unrecorded_object(growing(90));
        assert_eq!(confidence(&PATTERN, &clients), None);
        clients.sockets = Some(idle_connections(90, 30.0));
        assert_eq!(confidence(&PATTERN, &clients), Some(Likely));
        clients.measured = standing(90);
        assert_eq!(confidence(&PATTERN, &clients), None);
    }

    #[test]
    fn in_the_heap_alone_it_depends_on_what_is_freed() {
        let samples = |samples| Amount { objects: samples, bytes: 1e6, samples };
        let mut clients = grpc(growing(60));
        if let Subject::Object(object) = &mut clients.subject {
            object.goroutines.clear();
        }
        clients.heap = Some(HeapShare { live: samples(20.0), allocated: samples(20.0) });
        assert_eq!(confidence(&PATTERN, &clients), Some(Likely));
        clients.heap = Some(HeapShare { live: samples(20.0), allocated: samples(90.0) });
        assert_eq!(confidence(&PATTERN, &clients), Some(Possible));
        clients.measured = standing(500);
        assert_eq!(confidence(&PATTERN, &clients), None);
    }

    #[test]
    fn pooled_connections_and_workers_are_other_patterns() {
        assert_eq!(
            confidence(&PATTERN, &object("std", "http.persistConn", None, growing(60))),
            None
        );
        let cache =
            object("github.com/dgraph-io/ristretto/v2", "ristretto.Cache", None, growing(60));
        assert_eq!(confidence(&PATTERN, &cache), None);
    }
}
