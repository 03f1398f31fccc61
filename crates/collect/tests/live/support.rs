//! Real Go servers, and captures of them.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, mpsc};
use std::time::Duration;

use plumb_case::{CaseMeta, Recorder};
use plumb_collect::{
    CaptureOptions, CaptureSummary, CollectError, Event, HttpOptions, Progress, Target, capture,
};
use plumb_evidence::{Instance, Service, Timestamp};

const NEWEST: &str = "1.27.3";
const START: Duration = Duration::from_secs(20);

/// The `go` command that `cargo xtask tools` installed. Panics when it is not there: a test that needs it must not pass.
fn go(version: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target directory");
    let go = target.join(format!("tools/go-{version}/bin/go"));
    assert!(go.exists(), "Go {version} is not installed: run `cargo xtask tools`");
    go
}

/// The test server's executable, built once.
pub(crate) fn executable() -> &'static Path {
    static BUILT: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = BUILT.get_or_init(|| {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("server");
        build(NEWEST, &path);
        (directory, path)
    });
    path
}

fn build(version: &str, into: &Path) {
    let output = Command::new(go(version))
        .args(["build", "-o"])
        .arg(into)
        .arg(".")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server"))
        .env("GOTOOLCHAIN", "local")
        .env("GOENV", "off")
        .env("GOPROXY", "off")
        .env("GOWORK", "off")
        .env("CGO_ENABLED", "0")
        .env_remove("GOROOT")
        .env_remove("GOFLAGS")
        .output()
        .expect("the go command");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A running server; it ends with this value.
pub(crate) struct Server {
    child: Child,
    /// Where it listens, as it said.
    pub(crate) address: Option<SocketAddr>,
    lines: mpsc::Receiver<String>,
}

impl Server {
    /// Starts a server in a mode.
    pub(crate) fn start(mode: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(executable());
        command.args(["-mode", mode]).args(arguments);
        Self::spawn(command)
    }

    /// Starts a command that ends in the server.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a server");
        let stdout = child.stdout.take().expect("its output");
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            let all = BufReader::new(stdout).lines().map_while(Result::ok);
            all.take_while(|line| sender.send(line.clone()).is_ok()).for_each(drop);
        });
        let mut server = Self { child, address: None, lines };
        let line = server.line().expect("the server's address");
        server.address = line.strip_prefix("listening ").expect(&line).parse().ok();
        server
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `http://127.0.0.1:PORT` with a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address.expect("a listening server"))
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.expect("a listening server").port()
    }

    /// The next line of its output.
    pub(crate) fn line(&self) -> Option<String> {
        self.lines.recv_timeout(START).ok()
    }

    /// Output so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps what a capture tells.
#[derive(Default)]
pub(crate) struct Told(Mutex<Vec<Event>>);

impl Told {
    pub(crate) fn notes(&self) -> Vec<String> {
        let events = self.0.lock().expect("the events");
        let note = |event: &Event| match event {
            Event::Note { text } => Some(text.clone()),
            _ => None,
        };
        events.iter().filter_map(note).collect()
    }
}

impl Progress for Told {
    fn event(&self, _: &str, event: Event) {
        self.0.lock().expect("the events").push(event);
    }
}

/// One quick round.
pub(crate) fn once() -> CaptureOptions {
    CaptureOptions { window: Duration::ZERO, ..CaptureOptions::default() }
}

/// One quick round with another way to connect.
pub(crate) fn with_http(change: impl FnOnce(&mut HttpOptions)) -> CaptureOptions {
    let mut options = once();
    change(&mut options.http);
    options
}

/// What a capture brought, as a reader of the case sees it.
pub(crate) struct Brought {
    pub(crate) summary: CaptureSummary,
    pub(crate) service: Service,
    pub(crate) told: Told,
}

impl Brought {
    /// The only instance.
    pub(crate) fn instance(&self) -> &Instance {
        assert_eq!(self.service.instances.len(), 1);
        &self.service.instances[0]
    }

    /// All problems as one text.
    pub(crate) fn problems(&self) -> String {
        let lines = self.service.problems.iter().map(|p| format!("{}: {}\n", p.input, p.what));
        lines.collect()
    }
}

/// Captures targets into a temporary case and opens it.
pub(crate) fn take(targets: &[&str], options: &CaptureOptions) -> Result<Brought, CollectError> {
    let parsed: Vec<Target> = targets.iter().map(|t| Target::parse(t)).collect::<Result<_, _>>()?;
    let meta =
        CaseMeta { plumb: "test".into(), captured_at: Timestamp::now(), target: targets.join(" ") };
    let recorder = Recorder::create(None, meta)?;
    let told = Told::default();
    let summary = capture(&parsed, options, &recorder, &told)?;
    let case = recorder.finish()?;
    let service = plumb_case::open(case.path())?;
    Ok(Brought { summary, service, told })
}

/// The error of a capture that must fail, with its hint.
pub(crate) fn refusal(target: &str, options: &CaptureOptions) -> (CollectError, String) {
    match take(&[target], options) {
        Ok(brought) => panic!("{target} was read: {:?}", brought.summary),
        Err(error) => {
            let hint = error.hint();
            (error, hint)
        }
    }
}
