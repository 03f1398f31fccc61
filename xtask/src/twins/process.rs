//! A program that runs beside us and ends when we do.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{
    Pid, Signal, kill_process, kill_process_group, set_parent_process_death_signal,
};

/// How long a program gets to end by itself once it is asked to.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much of what a program wrote to standard error is kept for messages.
const KEPT_BYTES: usize = 4096;

/// A program that ended before it should have.
#[derive(Debug)]
pub struct Ended {
    name: String,
    status: ExitStatus,
    complaint: String,
}

impl Ended {
    /// Whether it said that it lacks a right (exit code 3 of the load program): network namespaces need root.
    pub fn is_forbidden(&self) -> bool {
        self.status.code() == Some(3)
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ended: {}{}", self.name, self.status, self.complaint)
    }
}

impl std::error::Error for Ended {}

/// A running program in a process group of its own. Dropping it ends it and all of its group.
pub struct Process {
    name: String,
    child: Child,
    lines: Receiver<String>,
    errors: Arc<Mutex<Vec<u8>>>,
}

impl Process {
    /// Starts a program.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(name: &str, command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            tool(command).spawn().with_context(|| format!("cannot start {name}: {command:?}"))?;
        let (sender, lines) = channel();
        if let Some(printed) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(printed).lines().map_while(Result::ok) {
                    // Nobody may be listening any more; the pipe is emptied all the same.
                    let _ = sender.send(line);
                }
            });
        }
        let errors = Arc::default();
        if let Some(printed) = child.stderr.take() {
            keep_tail(printed, Arc::clone(&errors));
        }
        Ok(Self { name: name.to_owned(), child, lines, errors })
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line of its standard output that starts with `prefix`, and returns the rest of it.
    ///
    /// # Errors
    /// If the program ends or the time is over before it; the message holds what it wrote to standard error.
    pub fn wait_for(&mut self, prefix: &str, patience: Duration) -> Result<String> {
        let deadline = Instant::now() + patience;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(rest) = line.strip_prefix(prefix) {
                        return Ok(rest.to_owned());
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    let seconds = patience.as_secs();
                    bail!("{}: no line {prefix:?} in {seconds} s{}", self.name, self.complaint())
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.child.wait()?;
                    return Err(self.ended(status).into());
                }
            }
        }
    }

    /// Fails if the program has ended.
    ///
    /// # Errors
    /// With its status and what it wrote to standard error.
    pub fn check_alive(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => Err(self.ended(status).into()),
        }
    }

    /// Asks the program to end, and makes it after a few seconds.
    pub fn end(&mut self) {
        let Some(pid) = self.running() else { return };
        // A failed signal means that it has just ended by itself.
        let _ = kill_process(pid, Signal::TERM);
        let deadline = Instant::now() + PATIENCE;
        while self.running().is_some() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
        if self.running().is_some() {
            let _ = kill_process_group(pid, Signal::KILL);
            let _ = self.child.wait();
        }
    }

    fn running(&mut self) -> Option<Pid> {
        match self.child.try_wait() {
            Ok(None) => Pid::from_raw(i32::try_from(self.child.id()).ok()?),
            _ => None,
        }
    }

    fn ended(&self, status: ExitStatus) -> Ended {
        Ended { name: self.name.clone(), status, complaint: self.complaint() }
    }

    /// What it wrote to standard error, for a message.
    fn complaint(&self) -> String {
        let errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&errors);
        if text.is_empty() { String::new() } else { format!("\n{}", text.trim_end()) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// Puts a command into a process group of its own that gets SIGTERM when the thread that starts it ends, even if that
/// thread is killed.
pub fn tool(command: &mut Command) -> &mut Command {
    let die_with_parent =
        || set_parent_process_death_signal(Some(Signal::TERM)).map_err(std::io::Error::from);
    // SAFETY: the closure makes one system call (prctl); it allocates nothing and takes no lock, as is required
    // between fork and exec.
    unsafe { command.process_group(0).pre_exec(die_with_parent) }
}

fn keep_tail(mut printed: impl Read + Send + 'static, kept: Arc<Mutex<Vec<u8>>>) {
    thread::spawn(move || {
        let mut buffer = [0; 1024];
        while let Ok(length @ 1..) = printed.read(&mut buffer) {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend_from_slice(&buffer[..length]);
            let surplus = kept.len().saturating_sub(KEPT_BYTES);
            kept.drain(..surplus);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Process {
        Process::start("script", Command::new("sh").args(["-c", script])).expect("a shell")
    }

    #[test]
    fn a_line_is_waited_for_and_the_program_ends_with_us() {
        let mut process = shell("echo other; echo listening 127.0.0.1:7; exec sleep 100");
        let address = process.wait_for("listening ", PATIENCE).expect("the line");
        assert_eq!(address, "127.0.0.1:7");
        process.check_alive().expect("running");
        process.end();
        assert!(process.check_alive().is_err());
    }

    #[test]
    fn a_program_that_fails_is_quoted() {
        let mut process = shell("echo no such peer >&2; sleep 0.2; exit 3");
        let error = process.wait_for("listening ", PATIENCE).expect_err("no line");
        let said = format!("{error:#}");
        assert!(said.contains("exit status: 3") && said.contains("no such peer"), "{said}");
    }

    #[test]
    fn a_program_that_ignores_the_request_is_made_to_end() {
        let mut process = shell("trap '' TERM; echo ready; while :; do sleep 1; done");
        process.wait_for("ready", PATIENCE).expect("ready");
        process.end();
        assert!(process.check_alive().is_err());
    }
}
