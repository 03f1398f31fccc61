//! Real Go programs to diagnose, and plumb as its users run it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use xtask::twins::go_program;

/// What plumb said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Said {
    /// Asserts how it ended, and that each text is in what was said on standard error.
    #[track_caller]
    pub(crate) fn fails_with(&self, texts: &[&str]) {
        assert_eq!(self.code, Some(2), "{self:#?}");
        assert_eq!(self.out, "", "results only on standard output");
        for text in texts {
            assert!(self.err.contains(text), "no {text:?} in {}", self.err);
        }
    }
}

/// The binary under test.
pub(crate) fn plumb_path() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_plumb"))
}

/// Runs plumb without what the environment of the test could change.
pub(crate) fn plumb<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Said {
    let mut command = Command::new(plumb_path());
    for variable in [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "NO_COLOR",
    ] {
        command.env_remove(variable);
    }
    command.args(arguments).stdin(Stdio::null()).output().expect("plumb runs").into()
}

/// The executable of one of the programs beside this file.
pub(crate) fn program(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(name);
    go_program(&folder).expect("the program builds")
}

/// A running `service`; it ends with this value.
pub(crate) struct Service {
    child: Child,
    addresses: Vec<(String, String)>,
}

/// Ports that `service` opens.
const PORTS: usize = 5;

impl Service {
    pub(crate) fn start() -> Self {
        let mut child = Command::new(program("service"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the service starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let addresses = lines
            .take(PORTS)
            .map(|line| {
                let line = line.expect("a line");
                let (name, address) = line.split_once(' ').expect("name and address");
                (name.to_owned(), address.to_owned())
            })
            .collect();
        Self { child, addresses }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    fn address(&self, name: &str) -> &str {
        let found = self.addresses.iter().find(|(port, _)| port == name);
        &found.expect("a port of that name").1
    }

    pub(crate) fn url(&self, name: &str) -> String {
        format!("http://{}", self.address(name))
    }

    /// The body at a path of the port `whole`.
    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address("whole")).expect("a connection");
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").expect("a request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let head = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        assert!(
            answer.starts_with(b"HTTP/1.0 200") || answer.starts_with(b"HTTP/1.1 200"),
            "{path}"
        );
        answer.split_off(head + 4)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
