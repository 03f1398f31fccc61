//! The command line: help, names, exit codes, where output goes.

#[allow(dead_code)] // shared by several tests
mod support;

use std::process::{Command, Stdio};
use std::time::Duration;

use support::{Said, Service, plumb, plumb_path};

#[test]
fn help_names_commands_and_exit_codes() {
    let said = plumb(&["--help"]);
    assert_eq!(said.code, Some(0));
    for text in [
        "Commands:",
        "diagnose",
        "capture",
        "explain",
        "Exit codes:",
        "3  nothing found, but not enough",
        "Ctrl-C ends a look early",
    ] {
        assert!(said.out.contains(text), "no {text:?} in {}", said.out);
    }
}

#[test]
fn help_of_diagnose_is_in_groups() {
    let said = plumb(&["diagnose", "--help"]);
    for text in [
        "Evidence:",
        "Connection:",
        "Output:",
        "--peer-sockets",
        "--bearer-file",
        "[default: terminal]",
        "Examples:",
    ] {
        assert!(said.out.contains(text), "no {text:?} in {}", said.out);
    }
}

#[test]
fn without_arguments_it_does_not_run() {
    assert_eq!(plumb::<&str>(&[]).code, Some(2));
    assert_eq!(plumb(&["diagnose"]).code, Some(2));
    assert_eq!(plumb(&["capture", "localhost:1"]).code, Some(2), "a case must be named");
}

#[test]
fn a_wrong_duration_says_how_to_write_one() {
    plumb(&["diagnose", "localhost:1", "--for", "soon"])
        .fails_with(&["write 15s, 2m, 1h30m or 10ms"]);
}

#[test]
fn times_that_do_not_fit_are_refused() {
    for (times, told) in [
        (&["--every", "0s"][..], "--every: there must be time between looks: write 2s"),
        (&["--every", "30s"], "--every: 30s between looks is longer than the whole look of 12s"),
        (
            &["--for", "10m", "--every", "20m"],
            "20m between looks is longer than the whole look of 10m",
        ),
        (&["--timeout", "0"], "--timeout: nothing answers in no time"),
    ] {
        for command in
            [&["diagnose", "localhost:1"][..], &["capture", "localhost:1", "-o", "x.case"]]
        {
            plumb(&[command, times].concat()).fails_with(&["plumb: ", told]);
        }
    }
}

/// Ends a look with a signal once its first round is in.
fn interrupted(arguments: &[&str], signal: &str) -> Said {
    let child = Command::new(plumb_path())
        .args(arguments)
        .args(["--for", "10m", "--every", "200ms"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("plumb runs");
    std::thread::sleep(Duration::from_secs(3));
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
    child.wait_with_output().expect("it ends").into()
}

#[test]
fn a_look_that_is_cut_short_is_kept_and_says_so() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("x.case").display().to_string();
    let url = service.url("whole");
    for (signal, by) in [("-INT", "Ctrl-C"), ("-TERM", "SIGTERM")] {
        let kept = interrupted(&["capture", &url, "--force", "-o", &case], signal);
        assert_eq!(kept.code, Some(0), "{kept:#?}");
        let told = format!("plumb: warning: the look was cut short by {by} after ");
        assert!(kept.err.contains(&told), "{}", kept.err);
        assert!(kept.err.contains("s of 10m; the case holds what came until then"), "{}", kept.err);
        assert!(kept.out.starts_with(&format!("{case} written, ")), "{}", kept.out);
        let live = interrupted(&["diagnose", &url], signal);
        for said in [live, plumb(&["diagnose", &case])] {
            assert_eq!(said.code, Some(3), "{said:#?}");
            let told = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                told.contains(&format!("the look was cut short by {by} after ")),
                "{}",
                said.out
            );
        }
    }
}

/// A terminal and a wrapper that each hand on the same Ctrl-C.
#[test]
fn two_signals_at_once_are_one() {
    let service = Service::start();
    let child = Command::new(plumb_path())
        .args(["diagnose", &service.url("whole"), "--for", "10m", "--every", "200ms"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("plumb runs");
    std::thread::sleep(Duration::from_secs(3));
    let id = child.id();
    let both = format!("kill -INT {id}; sleep 0.02; kill -INT {id}");
    assert!(Command::new("sh").args(["-c", &both]).status().expect("sh runs").success());
    let said: Said = child.wait_with_output().expect("it ends").into();
    assert_eq!(said.code, Some(3), "{said:#?}");
}

#[test]
fn a_service_that_is_named_twice_is_read_once() {
    let service = Service::start();
    let (url, pid) = (service.url("whole"), service.pid().to_string());
    let said = plumb(&["diagnose", &url, &url, &pid, "--for", "0"]);
    assert_eq!(said.code, Some(3), "{said:#?}");
    let told = format!("plumb: note: {url} names a target that was named before: it is read once");
    assert!(said.err.contains(&told), "{}", said.err);
    let out = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains("the same process as 127.0.0.1:"), "{out}");
    assert!(!out.contains("restarted"), "{out}");
}

#[test]
fn options_for_running_targets_do_nothing_to_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ss.txt");
    let listing = "State Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n\
                   ESTAB 0 0 10.0.0.5:40001 10.0.0.9:22 ino:12 sk:2\n";
    std::fs::write(&path, listing).expect("a file");
    let path = path.display().to_string();
    let said = plumb(&["diagnose", &path, "--for", "10m", "--no-gc"]);
    let told = "plumb: note: --for, --no-gc have no effect: files are read as they are\n";
    assert_eq!((said.err.as_str(), said.code), (told, Some(3)));
    assert_eq!(plumb(&["diagnose", &path]).err, "");
}

#[test]
fn a_secret_that_cannot_be_used_is_not_repeated() {
    for (option, form) in [("--header", "write 'NAME: VALUE'"), ("--basic", "write USER:PASSWORD")]
    {
        let said = plumb(&["diagnose", "localhost:1", option, "s3cret"]);
        said.fails_with(&[option, form]);
        assert!(!said.err.contains("s3cret"), "{}", said.err);
    }
}

#[test]
fn explain_lists_all_patterns_and_explains_each() {
    let list = plumb(&["explain"]);
    assert_eq!(list.code, Some(0));
    let ids: Vec<&str> =
        list.out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(ids.contains(&"http-body-not-closed"), "{}", list.out);
    for id in plumb_patterns::CATALOGUE.patterns.iter().map(|pattern| pattern.id) {
        let page = plumb(&["explain", id]);
        assert_eq!(page.code, Some(0));
        assert!(page.out.starts_with(&format!("{id}: ")), "{}", page.out);
        assert!(page.out.lines().all(|line| line.chars().count() <= 80), "{}", page.out);
        let page = plumb(&["explain", id, "--format", "markdown"]);
        assert!(page.out.starts_with("# "), "{}", page.out);
    }
}

#[test]
fn an_unknown_pattern_suggests_the_closest() {
    plumb(&["explain", "http-body-not-close"]).fails_with(&[
        "plumb: no pattern is called `http-body-not-close`",
        "hint: did you mean `http-body-not-closed`? `plumb explain` lists all",
    ]);
    plumb(&["explain", "zzz"]).fails_with(&["hint: `plumb explain` lists all patterns"]);
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    assert!(!plumb(&["explain", "http-body-not-closed"]).out.contains('\u{1b}'));
    assert!(
        plumb(&["explain", "http-body-not-closed", "--color", "always"]).out.contains('\u{1b}')
    );
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut child = Command::new(plumb_path())
        .arg("explain")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("plumb runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
