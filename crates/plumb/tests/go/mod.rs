//! Go programs of the folders beside this file: started, put under load, and diagnosed by plumb as its users run it.

mod answer;
mod client;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;
use xtask::twins::{Process, go_program};

use crate::support::plumb;

pub(crate) use answer::{Answer, Line, Mark, mark, text};
use client::Client;

/// How long a program may take to say where it listens.
const START: Duration = Duration::from_secs(30);

/// The folder of a program.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/go").join(name)
}

/// A running Go program. It ends with this value.
pub(crate) struct Program {
    process: Process,
    address: String,
}

impl Program {
    /// Builds and starts the program of a folder, with variables added to its environment.
    pub(crate) fn start(name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(go_program(&folder(name)).expect("the program builds"));
        command.args(arguments).envs(variables.iter().copied());
        let mut process = Process::start(name, &mut command).expect("the program starts");
        let address = process.wait_for("listening ", START).expect("an address");
        Self { process, address }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The body at a path.
    pub(crate) fn get(&self, path: &str) -> String {
        Client::connect(&self.address).get(path)
    }

    /// Asks for a path `times` times, over a few connections at once.
    pub(crate) fn repeat(&self, path: &str, times: usize) {
        const CONNECTIONS: usize = 4;
        let address = &*self.address;
        thread::scope(|scope| {
            for first in 0..CONNECTIONS {
                scope.spawn(move || {
                    let mut client = Client::connect(address);
                    for _ in (first..times).step_by(CONNECTIONS) {
                        client.get(path);
                    }
                });
            }
        });
    }

    /// What plumb says of it now. Its exit code must fit its verdict.
    pub(crate) fn diagnose(&mut self) -> Answer {
        self.process.check_alive().expect("the program runs");
        let url = format!("http://{}", self.address);
        // What evidence alone tells: the source of these programs is on this machine.
        let said = plumb(&["diagnose", &url, "--no-source", "--format", "json"]);
        let answer: Value =
            serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:#?}"));
        let code = if answer["verdict"] == "leak" { 1 } else { 0 };
        assert_eq!(said.code, Some(code), "{said:#?}");
        Answer::from(answer)
    }
}

/// Load on a program until this value goes, at most for a minute.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    /// Asks for each of `paths` `per_second` times a second, over `connections` connections that stay open.
    pub(crate) fn on(
        program: &Program,
        paths: &'static [&'static str],
        per_second: f64,
        connections: u32,
    ) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let pause = Duration::from_secs_f64(f64::from(connections) / per_second);
        let threads = (0..connections).map(|_| {
            let (address, stop) = (program.address.clone(), Arc::clone(&stop));
            thread::spawn(move || {
                let end = Instant::now() + Duration::from_secs(60);
                let mut client = Client::connect(&address);
                while !stop.load(Ordering::Relaxed) && Instant::now() < end {
                    for path in paths {
                        client.get(path);
                    }
                    thread::sleep(pause);
                }
            })
        });
        let threads = threads.collect();
        Self { stop, threads }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // A failed request has already been told by the panic of its thread; it must fail the test too.
            assert!(thread.join().is_ok() || thread::panicking(), "a request failed");
        }
    }
}
