//! Every error that a user meets says what happened, with which input, and what to do next.

#[allow(dead_code)] // shared by several tests
mod support;

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Said, Service, plumb, plumb_path, program};

/// A file in a folder of its own.
fn file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a file");
    path
}

/// A short look, of which only the error is of interest.
fn look(target: &str) -> Said {
    plumb(&["diagnose", target, "--for", "0"])
}

#[test]
fn no_such_file() {
    plumb(&["diagnose", "heap.pprof"]).fails_with(&[
        "plumb: no such file: heap.pprof",
        "hint: a target is a URL (http://localhost:6060), a process id",
        "if it is a host, write http://heap.pprof",
    ]);
}

#[test]
fn an_empty_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    plumb(&["diagnose".as_ref(), folder.path()])
        .fails_with(&["the folder holds no evidence", "hint: evidence is a case"]);
}

#[test]
fn nothing_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    look(&format!("http://{address}")).fails_with(&[
        &format!("connection refused: nothing listens on {address}"),
        "hint: is the service up, and is this its debug port?",
        "ss -ltnp",
    ]);
}

#[test]
fn pprof_is_not_registered() {
    let service = Service::start();
    look(&service.url("bare")).fails_with(&[
        "no profiles here (404): pprof is not registered on this port",
        &format!(
            "plumb diagnose {} shows what /proc and the sockets of that process tell",
            service.pid()
        ),
        "    import _ \"net/http/pprof\"\n",
        "    go http.ListenAndServe(\"localhost:6060\", nil)\n",
        "    import \"github.com/gin-contrib/pprof\"\n",
        "    pprof.Register(router)",
    ]);
}

#[test]
fn unauthorized() {
    let service = Service::start();
    let url = service.url("locked");
    look(&url).fails_with(&[
        "401 unauthorized: the server wants credentials",
        "hint: pass them with --basic USER:PASSWORD",
    ]);
    let wrong = plumb(&["diagnose", &url, "--for", "0", "--basic", "ops:hunter2"]);
    wrong.fails_with(&["401 unauthorized: the credentials were not accepted", "hint: check them"]);
    assert!(!wrong.err.contains("hunter2"), "{}", wrong.err);
    let right = plumb(&["diagnose", &url, "--for", "0", "--basic", "ops:s3cret"]);
    assert_eq!(right.code, Some(3), "a single look does not suffice: {right:#?}");
}

#[test]
fn a_login_page_instead_of_a_profile() {
    let service = Service::start();
    look(&service.url("login")).fails_with(&[
        "an HTML page came instead of a profile: it asks to log in",
        "hint: a login proxy stands before the service",
        "--bearer, --basic or --header",
    ]);
}

#[test]
fn answers_that_are_cut_short() {
    let service = Service::start();
    look(&service.url("cut")).fails_with(&["the answer is cut short", "http.Server.WriteTimeout"]);
}

#[test]
fn a_truncated_gzip() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let heap = service.get("/debug/pprof/heap");
    let path = file(folder.path(), "heap.pprof", &heap[..heap.len() / 2]);
    // Whether half of it can still be read as a profile depends on what the heap of a program that has just begun holds.
    plumb(&["diagnose".as_ref(), path.as_path()]).fails_with(&[
        "heap.pprof: ",
        "the gzip stream ends early after ",
        " bytes: fetch it again\n",
        "hint: evidence is a case",
    ]);
}

#[test]
fn a_dump_that_is_cut() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let dump = service.get("/debug/pprof/goroutine?debug=2");
    let path = file(folder.path(), "dump.txt", &dump[..dump.len() - 20]);
    let said = plumb(&["diagnose".as_ref(), path.as_path()]);
    assert_eq!(said.code, Some(3), "{said:#?}");
    let told = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("dump.txt: the dump is cut: it ends in the middle of a goroutine"),
        "{}",
        said.out
    );
}

#[test]
fn a_panic_of_one_goroutine() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = "panic: boom\n\ngoroutine 34 [running]:\nmain.serve()\n\t/srv/main.go:9 +0x1d\n\
               created by main.main in goroutine 1\n\t/srv/main.go:5 +0x2a\nexit status 2\n";
    let path = file(folder.path(), "panic.log", log.as_bytes());
    let said = plumb(&["diagnose".as_ref(), path.as_path()]);
    assert_eq!(said.code, Some(3), "{said:#?}");
    let told = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("set GOTRACEBACK=all, or send SIGQUIT (kill -QUIT PID)"), "{}", said.out);
}

#[test]
fn an_executable_and_broken_traces_given_as_evidence() {
    plumb(&["diagnose".as_ref(), plumb_path()]).fails_with(&[
        "not a profile: this is an executable (ELF), which holds no evidence itself",
        "pass a profile, or the PID of a process that runs it",
    ]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path(), "trace.out", b"go 1.26 trace\0\0\0");
    plumb(&["diagnose".as_ref(), path.as_path()])
        .fails_with(&["trace.out: the trace holds no events"]);
    let path = file(folder.path(), "old.out", b"go 1.21 trace\0\0\0");
    plumb(&["diagnose".as_ref(), path.as_path()])
        .fails_with(&["old.out: execution trace of the format of Go 1.21: only those of Go 1.22"]);
}

#[test]
fn a_block_profile() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    // Without samples, nothing tells it from a mutex profile.
    let path = file(folder.path(), "mutex.pprof", &service.get("/debug/pprof/mutex"));
    plumb(&["diagnose".as_ref(), path.as_path()]).fails_with(&[
        "mutex.pprof: a block or mutex profile says nothing about leaks; bring heap",
    ]);
}

#[test]
fn files_that_may_not_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("an open folder");
    let path = file(folder.path(), "heap.pprof", b"secret");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("a closed file");
    let copy = folder.path().join("plumb");
    fs::copy(plumb_path(), &copy).expect("a copy");
    let as_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let mut command = match as_root {
        true => Command::new("setpriv"),
        false => Command::new(&copy),
    };
    if as_root {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&copy);
    }
    let said: Said = command.arg("diagnose").arg(&path).output().expect("plumb runs").into();
    said.fails_with(&[
        "plumb: cannot read ",
        "heap.pprof: Permission denied",
        "hint: check the path",
    ]);
    let dump =
        file(folder.path(), "dump.txt", b"goroutine 1 [running]:\nmain.main()\n\t/a/b.go:1 +0x1\n");
    plumb(&[
        "diagnose".as_ref(),
        dump.as_path(),
        "--peer-sockets".as_ref(),
        "/nowhere/ss.txt".as_ref(),
    ])
    .fails_with(&["plumb: cannot read /nowhere/ss.txt: No such file"]);
}

#[test]
fn what_is_passed_over_in_a_folder_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["a.md", "b.txt", "c.sh", "d.yaml"] {
        file(folder.path(), name, b"first line\nsecond line\n");
    }
    file(folder.path(), "README.md", b"goroutine 1 [running]:\nmain.main()\n\t/a/b.go:1 +0x1\n");
    let said = plumb(&["diagnose".as_ref(), folder.path()]);
    assert_eq!(said.code, Some(3), "a dump is evidence, whatever its name: {said:#?}");
    assert!(
        said.err.starts_with("plumb: note: 4 files are no evidence, passed over: "),
        "{}",
        said.err
    );
    assert!(said.err.ends_with("c.sh and 1 more\n"), "{}", said.err);
}

#[test]
fn go_to_be_added_stands_on_lines_of_its_own() {
    let service = Service::start();
    let said = plumb(&["diagnose", &service.url("whole"), &service.url("bare"), "--for", "0"]);
    for code in [
        "\n    import _ \"net/http/pprof\"\n",
        "\n    go http.ListenAndServe(\"localhost:6060\", nil)\n",
        "\n    pprof.Register(router)\n",
    ] {
        let shown = said.out.lines().map(|line| format!("\n    {}\n", line.trim_start()));
        assert!(shown.clone().any(|line| line == code), "no {code:?} in {}", said.out);
    }
}

#[test]
fn a_cpu_profile_given_as_heap() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path(), "heap.pprof", &service.get("/debug/pprof/profile?seconds=1"));
    plumb(&["diagnose".as_ref(), path.as_path()]).fails_with(&[
        "heap.pprof: ",
        "CPU profile",
        "/debug/pprof/heap",
    ]);
}

#[test]
fn a_heap_profile_of_another_program() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let ours = file(folder.path(), "ours.pprof", &service.get("/debug/pprof/heap"));
    let foreign = Command::new(program("other")).output().expect("the other program runs").stdout;
    let foreign = file(folder.path(), "foreign.pprof", &foreign);
    let said = plumb(&["diagnose".as_ref(), ours.as_path(), foreign.as_path()]);
    assert_eq!(said.code, Some(3), "what could be read is judged: {said:#?}");
    let told = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("problem ")
            && told.contains("foreign.pprof: heap profile of another program"),
        "{}",
        said.out
    );
}

#[test]
fn a_process_that_may_not_be_read() {
    // /proc/self belongs to the user that this test runs as.
    let as_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let said: Said = if as_root {
        let service = Service::start();
        let folder = tempfile::tempdir().expect("a folder");
        // The build's own folders may be closed to other users.
        let copy = folder.path().join("plumb");
        fs::copy(plumb_path(), &copy).expect("a copy");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))
            .expect("an open folder");
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&copy);
        command.args(["diagnose", &service.pid().to_string(), "--for", "0"]).current_dir("/");
        command.output().expect("setpriv runs").into()
    } else {
        // The first process belongs to root.
        plumb(&["diagnose", "1", "--for", "0"])
    };
    said.fails_with(&[
        "cannot read /proc/",
        "hint: run plumb as the same user as the process or as root",
    ]);
}

#[test]
fn no_such_process() {
    // Above the largest process id that Linux gives out (PID_MAX_LIMIT, 2^22).
    plumb(&["diagnose", "4194305"])
        .fails_with(&["pid 4194305: no such process", "hint: in a container"]);
}

#[test]
fn a_case_from_a_newer_plumb() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new.case");
    let captured =
        plumb(&["capture", &service.url("whole"), "--for", "0", "-o", &path.display().to_string()]);
    assert_eq!(captured.code, Some(0), "{captured:#?}");
    let mut plain = zstd::decode_all(fs::File::open(&path).expect("the case")).expect("zstd");
    let old = b"\"major\": 1";
    let at = plain.windows(old.len()).position(|part| part == old).expect("a format version");
    plain[at + old.len() - 1] = b'2';
    fs::write(&path, zstd::encode_all(plain.as_slice(), 1).expect("zstd")).expect("a case");
    plumb(&["diagnose".as_ref(), path.as_path()]).fails_with(&[
        "new.case: made by a newer plumb (format 2.0, this plumb reads 1.x): update plumb",
    ]);
}

#[test]
fn credentials_do_not_travel_in_the_clear() {
    // An address of TEST-NET-1 (RFC 5737), which nothing is sent to.
    plumb(&["diagnose", "http://192.0.2.1:6060", "--basic", "ops:s3cret"]).fails_with(&[
        "credentials would be sent unencrypted over the network",
        "hint: use https, or allow it with --allow-plaintext-credentials",
    ]);
}

#[test]
fn a_file_cannot_be_captured() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path(), "heap.pprof", b"");
    let out = folder.path().join("x.case");
    plumb(&["capture".as_ref(), path.as_path(), "-o".as_ref(), out.as_path()])
        .fails_with(&["a file is evidence already", "hint: plumb diagnose "]);
    assert!(!out.exists());
}

#[test]
fn a_file_that_is_there_is_not_overwritten() {
    let service = Service::start();
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("x.case").display().to_string();
    let url = service.url("whole");
    assert_eq!(plumb(&["capture", &url, "--for", "0", "-o", &case]).code, Some(0));
    let before = fs::read(&case).expect("the case");
    for arguments in [
        vec!["capture", &url, "-o", &case],
        vec!["capture", &case, "--scrub", "-o", &case],
        vec!["diagnose", &url, "-o", &case],
    ] {
        plumb(&arguments).fails_with(&[
            "x.case: there is a file of this name already",
            "hint: give another name with -o, or replace it with --force",
        ]);
        assert_eq!(fs::read(&case).expect("the case"), before);
    }
    let scrubbed = plumb(&["capture", &case, "--scrub", "--force", "-o", &case]);
    assert_eq!(scrubbed.code, Some(0), "{scrubbed:#?}");
    assert_ne!(fs::read(&case).expect("the case"), before);
    assert_eq!(plumb(&["diagnose", &case]).code, Some(3));
}

#[test]
fn credentials_in_the_url_and_on_the_command_line() {
    let url = "http://ops:s3cret@localhost:1";
    let said = plumb(&["diagnose", url, "--bearer", "t0ken"]);
    said.fails_with(&[
        "--bearer: cannot be combined with the user and password in the URL of localhost:1",
    ]);
    assert!(!said.err.contains("s3cret") && !said.err.contains("t0ken"), "{}", said.err);
    plumb(&["diagnose", "localhost:1", "--bearer", "t0ken", "--basic", "a:b"])
        .fails_with(&["--bearer: cannot be combined with --basic"]);
}

#[test]
fn a_port_that_never_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    plumb(&["diagnose", &url, "--for", "0", "--timeout", "1s"]).fails_with(&[
        "no answer within 1 s: the port takes connections, but no HTTP answer came",
        "or this is no HTTP port: check the port",
    ]);
}

#[test]
fn a_case_that_cannot_be_written() {
    let service = Service::start();
    plumb(&["capture", &service.url("whole"), "-o", "/nowhere/x.case"])
        .fails_with(&["cannot write into /nowhere", "hint: check the path"]);
}

#[test]
fn what_is_no_evidence_says_what_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = Vec::new();
    bytes.write_all(b"dear diary\n").expect("memory");
    let path = file(folder.path(), "diary.txt", &bytes);
    plumb(&["diagnose".as_ref(), path.as_path()])
        .fails_with(&["diary.txt: ", "hint: evidence is a case (plumb capture)"]);
}

#[test]
fn a_listing_of_the_peer_that_is_not_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let listing = file(folder.path(), "ss.txt", SS.as_bytes());
    let missing = folder.path().join("peer.txt");
    for peer in [missing.as_path(), folder.path()] {
        let arguments = ["diagnose".as_ref(), listing.as_path(), "--peer-sockets".as_ref(), peer];
        plumb(&arguments).fails_with(&["cannot read", "check the path, and that you may read it"]);
    }
}

#[test]
fn a_listing_without_the_process_that_was_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let listing = file(folder.path(), "ss.txt", SS.as_bytes());
    let said = plumb(&["diagnose".as_ref(), listing.as_path(), "--pid".as_ref(), "7".as_ref()]);
    assert_eq!(said.code, Some(3), "{said:#?}");
    let told = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("no socket of process 7 in it: none is used"), "{}", said.out);
    assert!(told.contains("no open connection of the process"), "{}", said.out);
}

/// What `ss -tanp` of iproute2 6.1.0 printed.
const SS: &str = include_str!("../../case/tests/fixtures/dual-stack/ss-tanp.txt");
