//! Captures of real Go services by URL.

use std::time::Duration;

use crate::support::{Server, once, refusal, take, with_http};
use plumb_collect::{Bearer, CaptureOptions, CollectError, Secret, Stop};

#[test]
fn a_plain_service_gives_everything_in_the_order_of_the_schedule() {
    let server = Server::start("full", &["-goroutines", "50"]);
    let options = CaptureOptions {
        window: Duration::from_millis(600),
        every: Duration::from_millis(200),
        ..CaptureOptions::default()
    };
    let brought = take(&[&server.url("")], &options).unwrap();
    assert_eq!(brought.problems(), "");
    let instance = brought.instance();
    assert_eq!(instance.id, format!("127.0.0.1:{}", server.port()));
    assert_eq!(instance.build.go_version.as_deref(), Some("go1.27.3"));
    assert_eq!(instance.build.main_module.as_ref().unwrap().path.as_ref(), "plumb.test/server");
    assert_eq!(instance.missing, Vec::<String>::new());

    let snapshots = &instance.snapshots;
    assert_eq!(snapshots.len(), 5, "four regular rounds and one after the collection");
    assert!(snapshots.iter().all(|s| s.goroutines.as_ref().unwrap().total >= 50));
    assert!(snapshots.iter().all(|s| s.process.as_ref().unwrap().pid == server.pid()));
    assert!(snapshots.iter().all(|s| s.sockets.is_some()));
    let with_dump: Vec<bool> = snapshots.iter().map(|s| s.dump.is_some()).collect();
    assert_eq!(with_dump, [true, false, false, true, false]);
    let with_heap: Vec<bool> = snapshots.iter().map(|s| s.heap.is_some()).collect();
    assert_eq!(with_heap, [true, false, false, false, true]);
    let after_gc: Vec<bool> = snapshots.iter().map(|s| s.after_gc).collect();
    assert_eq!(after_gc, [false, false, false, false, true]);
    assert!(snapshots[4].heap.as_ref().unwrap().memstats.is_some());
    assert!(
        snapshots[..4].iter().all(|s| s.metrics.as_ref().unwrap().sum("jobs_total") == Some(42.0))
    );
    assert_eq!(brought.summary.instances[0].pid, Some(server.pid()));
    assert_eq!(brought.summary.instances[0].rounds, 5);
}

#[test]
fn plumbs_own_connection_is_not_among_the_sockets() {
    let server = Server::start("full", &[]);
    let brought = take(&[&server.url("")], &once()).unwrap();
    for snapshot in &brought.instance().snapshots {
        let sockets = &snapshot.sockets.as_ref().unwrap().sockets;
        assert!(sockets.iter().all(|s| !s.is_connection()), "{sockets:?}");
        assert!(sockets.iter().any(|s| s.local.port() == server.port()), "the listener is there");
    }
}

#[test]
fn one_connection_does_it_all() {
    let server = Server::start("full", &["-connections"]);
    let options = CaptureOptions {
        window: Duration::from_millis(300),
        every: Duration::from_millis(100),
        ..CaptureOptions::default()
    };
    take(&[&server.url("")], &options).unwrap();
    let opened = server.lines().iter().filter(|line| *line == "connection new").count();
    assert_eq!(opened, 1);
}

#[test]
fn a_request_under_way_is_broken_off_by_a_stop() {
    let server = Server::start("slow", &[]);
    let options = once();
    let url = server.url("");
    std::thread::scope(|scope| {
        let capture = scope.spawn(|| take(&[&url], &options).unwrap());
        assert_eq!(server.line().as_deref(), Some("slow"));
        options.stop.stop();
        let stopped = std::time::Instant::now();
        let brought = capture.join().unwrap();
        assert!(stopped.elapsed() < Duration::from_secs(2), "{:?}", stopped.elapsed());
        assert!(brought.summary.stopped);
        assert!(brought.instance().snapshots[0].goroutines.is_none());
        assert_eq!(brought.problems(), "");
    });
}

#[test]
fn any_spelling_of_the_address_will_do() {
    let server = Server::start("prefix", &[]);
    let port = server.port();
    for target in [
        format!("localhost:{port}/admin/debug/pprof/heap?debug=1"),
        format!("http://127.0.0.1:{port}/admin"),
        format!("http://127.0.0.1:{port}/admin/debug/pprof/"),
    ] {
        let brought = take(&[&target], &once()).unwrap();
        let instance = brought.instance();
        assert!(instance.snapshots[0].goroutines.is_some(), "{target}");
        let metrics = instance.snapshots[0].metrics.as_ref().unwrap();
        assert_eq!(metrics.sum("jobs_total"), Some(42.0), "{target}");
    }
    let (error, hint) = refusal(&server.url(""), &once());
    assert!(matches!(error, CollectError::NotRegistered { .. }), "{error}");
    assert!(hint.contains("import _ \"net/http/pprof\""), "{hint}");
}

#[test]
fn what_a_hand_mounted_router_lacks_is_recorded() {
    let server = Server::start("hand-mounted", &[]);
    let brought = take(&[&server.url("")], &once()).unwrap();
    let instance = brought.instance();
    assert!(instance.snapshots[0].goroutines.is_some());
    assert_eq!(instance.missing, ["heap", "metrics"]);
    assert_eq!(brought.problems(), "");
    // Neither an index nor a command line tells whose port it is; the profile names the executable.
    assert_eq!(brought.summary.instances[0].pid, Some(server.pid()));
}

#[test]
fn an_index_handler_alone_serves_the_profiles() {
    let server = Server::start("index-only", &[]);
    let brought = take(&[&server.url("/debug/pprof")], &once()).unwrap();
    let last = brought.instance().snapshots.last().unwrap();
    assert!(last.after_gc && last.heap.is_some());
}

#[test]
fn an_index_under_another_path_is_told_from_profiles() {
    let server = Server::start("wrong-prefix", &[]);
    let (error, hint) = refusal(&server.url("/admin"), &once());
    // Every page below the index is the index again.
    assert!(matches!(error, CollectError::IndexOnly { .. }), "{error}");
    assert!(hint.contains("http.StripPrefix"), "{hint}");
}

#[test]
fn the_goroutineleak_profile_comes_when_asked_for_only() {
    let server = Server::start("full", &["-goroutines", "5"]);
    let url = server.url("");
    let quiet = take(&[&url], &once()).unwrap();
    assert!(quiet.instance().snapshots.iter().all(|s| s.leaked.is_none()));
    let options = CaptureOptions { goroutineleak: true, ..once() };
    let asked = take(&[&url], &options).unwrap();
    let leaked = asked.instance().snapshots[0].leaked.as_ref().unwrap();
    assert_eq!(leaked.total, 5);
}

#[test]
fn no_dump_is_taken_of_many_goroutines() {
    let server = Server::start("full", &["-goroutines", "400"]);
    let brought = take(&[&server.url("")], &once()).unwrap();
    assert!(brought.instance().snapshots.iter().all(|s| s.dump.is_none()));
    let notes = brought.told.notes().join("\n");
    assert!(notes.contains("no full goroutine dump"), "{notes}");
    let allowed = CaptureOptions { dump_pause_limit: Duration::from_secs(1), ..once() };
    let brought = take(&[&server.url("")], &allowed).unwrap();
    assert!(brought.instance().snapshots[0].dump.as_ref().unwrap().total >= 400);
}

#[test]
fn no_collection_is_forced_where_it_is_not_wanted_or_too_much() {
    let server = Server::start("full", &["-heap", "40"]);
    let unwanted = CaptureOptions { gc: false, ..once() };
    let too_much = CaptureOptions { gc_live_limit: 16 << 20, ..once() };
    for (options, why) in [(unwanted, "--no-gc"), (too_much, "more than the limit")] {
        let brought = take(&[&server.url("")], &options).unwrap();
        let snapshots = &brought.instance().snapshots;
        assert!(snapshots.iter().all(|s| !s.after_gc), "{why}");
        assert!(snapshots.last().unwrap().heap.is_some(), "{why}");
        assert!(brought.told.notes().join("\n").contains(why));
    }
}

#[test]
fn several_instances_are_read_together_and_a_missing_one_is_a_problem() {
    let (one, two) = (Server::start("full", &[]), Server::start("full", &[]));
    let brought = take(&[&one.url(""), &two.url(""), "127.0.0.1:1"], &once()).unwrap();
    let ids: Vec<&str> = brought.service.instances.iter().map(|i| i.id.as_str()).collect();
    assert_eq!(ids, [format!("127.0.0.1:{}", one.port()), format!("127.0.0.1:{}", two.port())]);
    assert!(brought.problems().contains("connection refused: nothing listens on 127.0.0.1:1"));
    assert_eq!(brought.summary.failed.len(), 1);
}

#[test]
fn a_stopped_capture_keeps_what_came() {
    // It prints a line for each request.
    let server = Server::start("seen", &[]);
    let stop = Stop::default();
    let options = CaptureOptions {
        window: Duration::from_secs(600),
        every: Duration::from_millis(100),
        stop: stop.clone(),
        ..CaptureOptions::default()
    };
    let url = server.url("");
    std::thread::scope(|scope| {
        let capture = scope.spawn(|| take(&[&url], &options).unwrap());
        // Several rounds, on a machine of whatever speed.
        (0..40).for_each(|_| assert!(server.line().is_some()));
        stop.stop();
        let brought = capture.join().unwrap();
        assert!(brought.summary.stopped);
        assert!(brought.instance().snapshots.len() >= 2);
    });
    let (error, _) = refusal(&server.url(""), &options);
    assert!(matches!(error, CollectError::Stopped), "{error}");
}

#[test]
fn a_forwarders_process_is_not_taken_for_the_services() {
    let server = Server::start("other-command", &[]);
    let brought = take(&[&server.url("")], &once()).unwrap();
    assert_eq!(brought.summary.instances[0].pid, None);
    assert!(brought.told.notes().join("\n").contains("another program"));
}

#[test]
fn nothing_listening() {
    let (error, hint) = refusal("localhost:1", &once());
    assert_eq!(
        error.to_string(),
        "http://localhost:1/debug/pprof/: connection refused: nothing listens on 127.0.0.1:1 or [::1]:1"
    );
    assert!(hint.contains("ss -ltnp"), "{hint}");
}

#[test]
fn a_host_that_does_not_exist() {
    // RFC 6761: `.invalid` never resolves.
    let (error, hint) = refusal("http://nowhere.invalid:6060", &once());
    assert!(matches!(error, CollectError::Unresolved { .. }), "{error}");
    assert!(error.to_string().contains("no address for host `nowhere.invalid`"), "{error}");
    assert!(!hint.is_empty());
}

#[test]
fn pprof_not_registered_shows_what_to_add() {
    let server = Server::start("none", &[]);
    let (error, hint) = refusal(&server.url(""), &once());
    assert!(error.to_string().contains("pprof is not registered on this port"), "{error}");
    for line in [
        "import _ \"net/http/pprof\"",
        "go http.ListenAndServe(\"localhost:6060\", nil)",
        "import \"github.com/gin-contrib/pprof\"",
        "pprof.Register(router)",
    ] {
        assert!(hint.contains(line), "{hint}");
    }
}

#[test]
fn credentials_are_asked_for_and_accepted() {
    let basic = Server::start("basic", &[]);
    let (error, hint) = refusal(&basic.url(""), &once());
    assert!(
        error.to_string().ends_with("401 unauthorized: the server wants credentials"),
        "{error}"
    );
    assert!(hint.contains("--basic USER:PASSWORD") && !hint.contains("--bearer"), "{hint}");
    let wrong = with_http(|http| http.basic = Some(("eve".into(), Secret::new("wrong"))));
    let (error, hint) = refusal(&basic.url(""), &wrong);
    assert!(error.to_string().ends_with("the credentials were not accepted"), "{error}");
    assert!(!error.to_string().contains("wrong") && !hint.contains("wrong"));
    let right = with_http(|http| http.basic = Some(("eve".into(), Secret::new("secret"))));
    assert!(take(&[&basic.url("")], &right).is_ok());
    let in_url = basic.url("").replace("http://", "http://eve:secret@");
    let brought = take(&[&in_url], &once()).unwrap();
    assert!(!brought.service.target.contains("secret"));

    let bearer = Server::start("bearer", &[]);
    let (_, hint) = refusal(&bearer.url(""), &once());
    assert!(hint.contains("--bearer TOKEN or --bearer-file FILE"), "{hint}");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "sesame\n").unwrap();
    let token = with_http(|http| http.bearer = Some(Bearer::File(file.path().to_owned())));
    assert!(take(&[&bearer.url("")], &token).is_ok());
}

#[test]
fn forbidden_says_whom_to_ask() {
    let forbidden = Server::start("forbidden", &[]);
    let (error, hint) = refusal(&forbidden.url(""), &once());
    assert!(
        error.to_string().ends_with("403 forbidden: the server refuses this client"),
        "{error}"
    );
    assert!(hint.contains("pass credentials with --bearer"), "{hint}");
    assert!(hint.contains("ssh -L 6060:localhost:6060 HOST"), "{hint}");
    let options = with_http(|http| http.bearer = Some(Bearer::Token(Secret::new("sesame"))));
    let (error, hint) = refusal(&forbidden.url(""), &options);
    assert!(error.to_string().ends_with("these credentials do not suffice"), "{error}");
    assert!(hint.starts_with("ask for the right to read /debug/pprof/"), "{hint}");
}

#[test]
fn credentials_are_not_sent_in_the_clear_to_other_machines() {
    // The address is reserved for documentation (RFC 5737): a connection would time out instead of being refused.
    let options = with_http(|http| {
        http.bearer = Some(Bearer::Token(Secret::new("sesame")));
        http.connect_timeout = Duration::from_secs(1);
    });
    let start = std::time::Instant::now();
    let (error, hint) = refusal("http://192.0.2.1:6060", &options);
    assert!(matches!(error, CollectError::PlaintextCredentials { .. }), "{error}");
    assert!(hint.contains("--allow-plaintext-credentials"), "{hint}");
    assert!(start.elapsed() < Duration::from_millis(900), "nothing was tried");
}

#[test]
fn credentials_stay_with_the_origin_when_redirected() {
    let other = Server::start("seen", &[]);
    let first = Server::start("redirect", &["-to", &other.url("")]);
    let options = with_http(|http| {
        http.bearer = Some(Bearer::Token(Secret::new("sesame")));
        http.headers = vec![("X-Key".into(), Secret::new("k"))];
    });
    assert!(take(&[&first.url("")], &options).is_ok());
    let lines = other.lines();
    assert!(!lines.is_empty());
    assert!(lines.iter().all(|line| line == "seen authorization=\"\" key=\"\""), "{lines:?}");
    assert!(take(&[&other.url("")], &options).is_ok());
    let lines = other.lines();
    assert!(
        lines.iter().all(|l| l == "seen authorization=\"Bearer sesame\" key=\"k\""),
        "{lines:?}"
    );
}

#[test]
fn errors_behind_a_redirect_name_both_addresses() {
    let locked = Server::start("bearer", &[]);
    let first = Server::start("redirect", &["-to", &locked.url("")]);
    let options = with_http(|http| http.bearer = Some(Bearer::Token(Secret::new("sesame"))));
    let (error, hint) = refusal(&first.url(""), &options);
    let expect = format!(
        "{}/debug/pprof/ (redirected from {}/debug/pprof/): 401 unauthorized: the server wants credentials",
        locked.url(""),
        first.url("")
    );
    assert_eq!(error.to_string(), expect);
    assert!(hint.contains("was not sent to this one"), "{hint}");
    let nowhere = Server::start("redirect", &["-to", "http://127.0.0.1:1"]);
    let (error, _) = refusal(&nowhere.url(""), &once());
    let expect = format!(
        "http://127.0.0.1:1/debug/pprof/ (redirected from {}/debug/pprof/): \
         connection refused: nothing listens on 127.0.0.1:1",
        nowhere.url("")
    );
    assert_eq!(error.to_string(), expect);
}

#[test]
fn redirects_end() {
    let server = Server::start("loop", &[]);
    let (error, _) = refusal(&server.url(""), &once());
    assert!(
        error.to_string().contains("more than 5 redirects, the last one to http://"),
        "{error}"
    );
}

#[test]
fn a_login_page_instead_of_a_profile() {
    let server = Server::start("login", &[]);
    let (error, hint) = refusal(&server.url(""), &once());
    assert!(
        error.to_string().contains("an HTML page came instead of a profile: it asks to log in")
    );
    assert!(
        error.to_string().contains("/login?next=/debug/pprof/heap (redirected from http://"),
        "{error}"
    );
    assert!(hint.contains("login proxy"), "{hint}");
    let server = Server::start("page", &[]);
    let (error, hint) = refusal(&server.url(""), &once());
    assert!(error.to_string().ends_with("an HTML page came instead of a profile"), "{error}");
    assert!(hint.contains("is this the debug port?"), "{hint}");
    let server = Server::start("text", &[]);
    let (error, _) = refusal(&server.url(""), &once());
    assert!(error.to_string().ends_with("not a profile: `hello`"), "{error}");
}

#[test]
fn a_server_in_trouble() {
    let server = Server::start("broken", &[]);
    let (error, hint) = refusal(&server.url(""), &once());
    assert!(error.to_string().ends_with("answered 502: upstream connect error"), "{error}");
    assert!(hint.contains("load balancer"), "{hint}");
}

#[test]
fn a_profile_cut_short_is_a_problem_and_the_rest_is_kept() {
    for (mode, what) in [("cut-gzip", "its gzip stream has no end"), ("cut-body", "cut short")] {
        let server = Server::start(mode, &[]);
        let brought = take(&[&server.url("")], &once()).unwrap();
        let problems = brought.problems();
        assert!(
            problems.contains("the answer is cut short") && problems.contains(what),
            "{problems}"
        );
        assert!(problems.contains("WriteTimeout"), "{problems}");
        assert_eq!(problems.lines().count(), 1, "{problems}");
        let snapshot = &brought.instance().snapshots[0];
        assert!(snapshot.goroutines.is_none() && snapshot.heap.is_some());
    }
}

#[test]
fn slow_and_endless_answers_are_bounded() {
    let server = Server::start("slow", &[]);
    let options = with_http(|http| http.request_timeout = Duration::from_secs(1));
    let brought = take(&[&server.url("")], &options).unwrap();
    assert!(brought.problems().contains("no answer within 1 s"), "{}", brought.problems());
    let server = Server::start("huge", &[]);
    let options = with_http(|http| http.max_body = 1 << 20);
    let brought = take(&[&server.url("")], &options).unwrap();
    assert!(brought.problems().contains("larger than 1 MiB"), "{}", brought.problems());
}
