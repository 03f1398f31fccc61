//! Running targets: looked at, kept, and judged again from what was kept.

#[allow(dead_code)] // shared by several tests
mod support;

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Said, Service, plumb, plumb_path};

fn json(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:#?}"))
}

/// What of an answer does not depend on how the target was named.
fn verdict(answer: &Value) -> [&Value; 5] {
    ["instances", "verdict", "findings", "memory", "healthy"].map(|key| &answer[key])
}

#[test]
fn the_kept_case_gives_the_same_answer() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("kept.case").display().to_string();
    let url = service.url("whole");
    let live = plumb(&[
        "diagnose", &url, "--for", "1s", "--every", "500ms", "-o", &case, "--format", "json",
    ]);
    assert_eq!(live.err, "", "nothing but results without a terminal");
    let again = plumb(&["diagnose", &case, "--format", "json"]);
    assert_eq!(live.code, again.code);
    let (live, again) = (json(&live), json(&again));
    assert_eq!(live["schema"], "plumb.diagnose/1");
    assert_eq!(live["target"], url);
    assert_eq!(verdict(&live), verdict(&again));
    let text = plumb(&["diagnose", &case]);
    assert!(text.out.contains("snapshots in"), "{}", text.out);
}

#[test]
fn without_an_output_nothing_is_left_behind() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let said: Said = Command::new(plumb_path())
        .args(["diagnose", &service.url("whole"), "--for", "0"])
        .env("TMPDIR", folder.path())
        .output()
        .expect("plumb runs")
        .into();
    assert_eq!(said.code, Some(3), "{said:#?}");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn a_process_is_enough_to_find_its_profiles() {
    let service = Service::start();
    let answer =
        json(&plumb(&["diagnose", &service.pid().to_string(), "--for", "0", "--format", "json"]));
    let snapshot = &answer["instances"][0]["snapshots"][0];
    assert!(snapshot["goroutines"].as_u64() > Some(0), "{answer:#}");
    assert!(snapshot["rss"].as_u64() > Some(0), "{answer:#}");
}

#[test]
fn several_urls_are_instances_and_one_that_fails_is_a_problem() {
    let (one, two) = (Service::start(), Service::start());
    let bare = one.url("bare");
    let targets =
        ["diagnose", &one.url("whole"), &two.url("whole"), &bare, "--for", "0", "--format", "json"];
    let answer = json(&plumb(&targets));
    assert_eq!(answer["instances"].as_array().expect("a list").len(), 2, "{answer:#}");
    let problems = answer["problems"].to_string();
    assert!(problems.contains("pprof is not registered"), "{problems}");
}

#[test]
fn a_listing_belongs_to_the_instance_beside_it() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let listing = folder.path().join("tcp.txt");
    fs::copy("/proc/self/net/tcp", &listing).expect("a copy");
    let said = plumb(&[
        "diagnose",
        &service.url("whole"),
        &listing.display().to_string(),
        "--for",
        "0",
        "--format",
        "json",
    ]);
    let answer = json(&said);
    assert_eq!(answer["instances"].as_array().expect("a list").len(), 1, "{answer:#}");
}

#[test]
fn sockets_of_the_peer_are_in_the_case() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let listing = folder.path().join("peer.txt");
    fs::copy("/proc/self/net/tcp", &listing).expect("a copy");
    let (listing, case) =
        (listing.display().to_string(), folder.path().join("x.case").display().to_string());
    let said = plumb(&[
        "capture",
        &service.url("whole"),
        "--for",
        "0",
        "--peer-sockets",
        &listing,
        "-o",
        &case,
    ]);
    assert_eq!(said.code, Some(0), "{said:#?}");
    assert!(said.out.ends_with(&format!("next: plumb diagnose {case}\n")), "{}", said.out);
    let plain = zstd::decode_all(fs::File::open(&case).expect("the case")).expect("zstd");
    assert!(String::from_utf8_lossy(&plain).contains("\"kind\": \"peer-sockets\""));
}

#[test]
fn a_case_can_be_scrubbed_while_it_is_made_and_later() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (at_once, kept, later) = (path("at-once.case"), path("kept.case"), path("later.case"));
    let url = service.url("whole");
    for arguments in [
        vec!["capture", &url, "--for", "0", "--scrub", "-o", &at_once],
        vec!["capture", &url, "--for", "0", "-o", &kept],
        vec!["capture", &kept, "--scrub", "-o", &later],
    ] {
        let said = plumb(&arguments);
        assert_eq!(said.code, Some(0), "{said:#?}");
    }
    for (case, scrubbed) in [(&at_once, true), (&kept, false), (&later, true)] {
        let plain = zstd::decode_all(fs::File::open(case).expect("the case")).expect("zstd");
        let told = String::from_utf8_lossy(&plain).contains("\"scrubbed\": true");
        assert_eq!(told, scrubbed, "{case}");
    }
}

#[test]
fn an_interrupt_ends_the_look_and_keeps_what_came() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("x.case");
    let started = Instant::now();
    let child = Command::new(plumb_path())
        .args(["capture", &service.url("whole"), "--for", "10m", "--every", "200ms", "-o"])
        .arg(&case)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("plumb runs");
    std::thread::sleep(Duration::from_secs(2));
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.expect("kill runs").success());
    let said: Said = child.wait_with_output().expect("it ends").into();
    assert_eq!(said.code, Some(0), "{said:#?}");
    assert!(started.elapsed() < Duration::from_secs(60));
    let answer = json(&plumb(&["diagnose", &case.display().to_string(), "--format", "json"]));
    let snapshots = answer["instances"][0]["snapshots"].as_array().expect("a list").len();
    assert!(snapshots >= 2, "{answer:#}");
}

#[test]
fn a_ticket_is_markdown() {
    let service = Service::start();
    let said = plumb(&["diagnose", &service.url("whole"), "--for", "0", "--format", "markdown"]);
    assert!(said.out.starts_with("## plumb: "), "{}", said.out);
}
