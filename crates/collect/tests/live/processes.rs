//! Captures of processes by their id.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::support::{Server, executable, once, refusal, take};
use plumb_collect::{CaptureOptions, CollectError};
use plumb_evidence::calls::Call;
use plumb_evidence::process::DescriptorKind;
use plumb_evidence::socket::TcpState;

#[test]
fn the_pprof_port_is_found_among_the_listening_sockets() {
    let server = Server::start("full", &["-addr", "[::]:0"]);
    let brought = take(&[&server.pid().to_string()], &once()).unwrap();
    assert_eq!(brought.problems(), "");
    let instance = brought.instance();
    assert_eq!(instance.id, format!("pid {}", server.pid()));
    assert_eq!(instance.build.go_version.as_deref(), Some("go1.27.3"));
    assert!(instance.snapshots[0].goroutines.is_some());
    assert!(instance.snapshots[0].heap.is_some());
    assert!(brought.summary.instances[0].has_profiles);
}

#[test]
fn calls_of_its_executable_are_in_the_case_if_they_are_asked_for() {
    let server = Server::start("full", &[]);
    let url = server.url("/debug/pprof/");
    assert_eq!(take(&[&url], &once()).unwrap().instance().calls, None);
    let options = CaptureOptions { constructors: ["net.Dial"].into(), ..once() };
    for target in [url, server.pid().to_string()] {
        let brought = take(&[&target], &options).unwrap();
        assert_eq!(brought.problems(), "");
        let calls = brought.instance().calls.as_ref().expect("the calls");
        let dials = |call: &&Call| call.callee.as_deref() == Some("net.Dial");
        let dials: Vec<_> = calls.calls.iter().filter(dials).collect();
        let of_program = dials.iter().filter(|call| call.at.function.starts_with("main."));
        let [dial] = of_program.collect::<Vec<_>>()[..] else { panic!("{dials:?}") };
        assert!(dial.at.file.ends_with("main.go"), "{dial:?}");
        let source = include_str!("../server/main.go").lines().nth(dial.at.line as usize - 1);
        assert!(source.is_some_and(|line| line.contains("net.Dial(")), "{dial:?}");
    }
}

#[test]
fn a_process_without_profiles_is_still_described() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap();
    let server = Server::start("none", &["-files", "7", "-dir", path, "-zombie"]);
    let brought = take(&[&format!("pid:{}", server.pid())], &once()).unwrap();
    let problems = brought.problems();
    assert!(
        problems.contains(&format!("no profiles on its ports ({})", server.port())),
        "{problems}"
    );
    assert!(problems.contains("go http.ListenAndServe(\"localhost:6060\", nil)"), "{problems}");
    let snapshot = &brought.instance().snapshots[0];
    let process = snapshot.process.as_ref().unwrap();
    assert!(process.resident.unwrap().total > 1 << 20);
    assert!(process.uptime_seconds.unwrap() < 3600.0);
    assert!(process.descriptor_limit.is_some());
    assert_eq!(process.zombies.len(), 1);
    let open = &process.descriptors.as_ref().unwrap().open;
    let exports =
        open.iter().filter(|d| d.kind == DescriptorKind::File && d.target.ends_with(".csv"));
    assert_eq!(exports.count(), 7);
    assert!(open.iter().any(|d| d.kind == DescriptorKind::Epoll));
    let sockets = snapshot.sockets.as_ref().unwrap();
    assert!(sockets.owned_only);
    let listeners = sockets.sockets.iter().filter(|socket| socket.state == TcpState::Listen);
    assert_eq!(listeners.count(), 1, "{sockets:?}");
    // On a busy machine the server may not have closed the connection yet that asked for its profiles.
    let mut all = sockets.sockets.iter();
    assert!(all.all(|socket| socket.local.port() == server.port()), "{sockets:?}");
}

#[test]
fn a_process_that_listens_nowhere_says_so() {
    let server = Server::start("silent", &[]);
    let brought = take(&[&server.pid().to_string()], &once()).unwrap();
    assert!(brought.problems().contains("the process listens on no TCP port"));
    assert!(brought.instance().snapshots[0].process.is_some());
}

#[test]
fn a_program_that_go_did_not_make_is_told_nothing_about_go() {
    let mut child = Command::new("sleep").arg("60").spawn().unwrap();
    let brought = take(&[&child.id().to_string()], &once());
    child.kill().unwrap();
    child.wait().unwrap();
    let problems = brought.unwrap().problems();
    assert!(
        problems.contains("it is no Go program: only /proc and its sockets tell"),
        "{problems}"
    );
    assert!(!problems.contains("net/http/pprof"), "{problems}");
}

#[test]
fn closed_profiles_of_a_process_say_how_to_get_in() {
    let server = Server::start("basic", &[]);
    let brought = take(&[&server.pid().to_string()], &once()).unwrap();
    let problems = brought.problems();
    assert!(problems.contains("401 unauthorized") && problems.contains("--basic"), "{problems}");
}

#[test]
fn a_process_that_does_not_exist_or_is_none() {
    let mut child = Command::new("true").spawn().unwrap();
    let pid = child.id();
    // Once it has ended, it is a zombie until we wait for it.
    let stat = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    while !stat().contains(") Z ") {
        std::thread::sleep(Duration::from_millis(10));
    }
    let (zombie, _) = refusal(&pid.to_string(), &once());
    assert!(matches!(zombie, CollectError::NotAService { .. }), "{zombie}");
    assert_eq!(zombie.to_string(), format!("pid {pid}: it has ended and is a zombie"));
    child.wait().unwrap();
    let (error, hint) = refusal(&pid.to_string(), &once());
    assert_eq!(error.to_string(), format!("pid {pid}: no such process"));
    assert!(hint.contains("--pid=host"), "{hint}");
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A network namespace; it goes with this value.
struct Namespace(String);

impl Namespace {
    fn new(purpose: &str) -> Self {
        let name = format!("plumb-{purpose}-{}", std::process::id());
        run("ip", &["netns", "add", &name]);
        run("ip", &["-n", &name, "link", "set", "lo", "up"]);
        Self(name)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // Nothing more can be done if that fails.
        let _ = Command::new("ip").args(["netns", "del", &self.0]).status();
    }
}

fn run(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status().expect(program);
    assert!(status.success(), "{program} {arguments:?}");
}

#[test]
fn a_process_in_another_network_namespace() {
    if !is_root() {
        println!("skipped: only root can make network namespaces");
        return;
    }
    let namespace = Namespace::new("net");
    let mut command = Command::new("ip");
    command.args(["netns", "exec", &namespace.0]).arg(executable());
    // The command becomes the server, so that its id is the server's.
    command.args(["-mode", "full", "-addr", "127.0.0.1:6060"]);
    let server = Server::spawn(command);
    let brought = take(&[&server.pid().to_string()], &once()).unwrap();
    assert_eq!(brought.problems(), "");
    let snapshot = &brought.instance().snapshots[0];
    assert!(snapshot.goroutines.is_some());
    let sockets = snapshot.sockets.as_ref().unwrap();
    assert_eq!(sockets.source, plumb_evidence::socket::SocketSource::SockDiag);
    assert_eq!(sockets.sockets.len(), 1, "the listener, without plumb's connection: {sockets:?}");
}

#[test]
fn a_network_namespace_that_may_not_be_entered() {
    if !is_root() {
        println!("skipped: only root can make network namespaces");
        return;
    }
    let namespace = Namespace::new("closed");
    let mut command = Command::new("ip");
    command.args(["netns", "exec", &namespace.0, "setpriv"]).args(NOBODY).arg(executable());
    command.args(["-mode", "full", "-addr", "127.0.0.1:6060"]);
    // Everybody may run what is in it.
    let folder = executable().parent().unwrap();
    std::fs::set_permissions(folder, open_to_all()).unwrap();
    let server = Server::spawn(command);
    let text = look_as_nobody(server.pid());
    assert!(text.contains("has a network of its own that plumb may not enter"), "{text}");
    assert!(text.contains("source ProcNet, 1 sockets"), "{text}");
}

/// A memory cgroup with a limit; it goes with this value.
struct Cgroup(PathBuf);

impl Cgroup {
    fn new(limit: &str) -> Option<Self> {
        let name = format!("plumb-test-{}", std::process::id());
        for (top, file) in
            [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")]
        {
            let folder = Path::new(top).join(&name);
            if std::fs::create_dir(&folder).is_err() {
                continue;
            }
            let cgroup = Self(folder);
            if std::fs::write(cgroup.0.join(file), limit).is_ok() {
                return Some(cgroup);
            }
        }
        None
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // Its processes have ended; nothing more can be done if it stays.
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[test]
fn the_limit_of_the_memory_cgroup() {
    let Some(cgroup) = Cgroup::new("268435456") else {
        println!("skipped: no memory cgroup can be made here");
        return;
    };
    let server = Server::start("full", &["-heap", "20"]);
    std::fs::write(cgroup.0.join("cgroup.procs"), server.pid().to_string()).unwrap();
    let brought = take(&[&server.url("")], &once()).unwrap();
    let process = brought.instance().snapshots[0].process.as_ref().unwrap();
    let found = process.cgroup.unwrap();
    assert_eq!(found.limit, Some(268_435_456));
    assert_eq!(found.oom_kills, Some(0));
    assert!(found.usage.is_some());
    drop(server);
    std::thread::sleep(Duration::from_millis(100));
}

#[test]
fn another_users_process_says_how_to_read_it() {
    if !is_root() {
        println!("skipped: only root can become another user");
        return;
    }
    let server = Server::start("full", &[]);
    let text = look_as_nobody(server.pid());
    assert!(text.contains("ProcUnreadable"), "{text}");
    assert!(text.contains("run plumb as the same user as the process or as root"), "{text}");
}

const NOBODY: [&str; 3] = ["--reuid=65534", "--regid=65534", "--clear-groups"];

/// What a copy of this test's program, run as nobody, sees of a process.
fn look_as_nobody(pid: u32) -> String {
    let directory = tempfile::Builder::new().permissions(open_to_all()).tempdir().unwrap();
    let copy = directory.path().join("looker");
    std::fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    let output = Command::new("setpriv")
        .args(NOBODY)
        .arg(&copy)
        .args(["--exact", "processes::look_at_a_foreign_process", "--nocapture"])
        .env("PLUMB_TEST_PID", pid.to_string())
        .current_dir("/")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

fn open_to_all() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o755)
}

/// Does nothing but when a test above runs it as another user.
#[test]
fn look_at_a_foreign_process() {
    let Ok(pid) = std::env::var("PLUMB_TEST_PID") else { return };
    match take(&[&pid], &once()) {
        Ok(brought) => {
            let sockets = brought.instance().snapshots[0].sockets.as_ref().unwrap();
            println!("{}", brought.problems());
            println!("source {:?}, {} sockets", sockets.source, sockets.sockets.len());
        }
        Err(error) => println!("{error:?} {}", error.hint()),
    }
}
