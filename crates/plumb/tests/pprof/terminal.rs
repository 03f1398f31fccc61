//! The shell on a terminal, which `script` of util-linux provides.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::recorded;

/// What the terminal is told whenever a line is read: pasted text is to be marked.
const READS: &str = "\u{1b}[?2004h";

/// How long a line may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Types lines, each when the shell reads one, and returns all that was shown.
fn typed(state: &Path, lines: &[&str]) -> String {
    let line =
        format!("{} pprof {}", env!("CARGO_BIN_EXE_plumb"), recorded("go1.22.12/heap.pb.gz"));
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm").env("XDG_STATE_HOME", state);
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut keys, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let shown = Arc::new(Mutex::new(Vec::new()));
    let reader = thread::spawn({
        let shown = shown.clone();
        move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                shown.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        }
    });
    let text = || String::from_utf8_lossy(&shown.lock().unwrap()).into_owned();
    for (number, line) in lines.iter().enumerate() {
        let start = Instant::now();
        while text().matches(READS).count() <= number {
            assert!(start.elapsed() < PATIENCE, "the shell reads no line {number}: {}", text());
            thread::sleep(Duration::from_millis(5));
        }
        keys.write_all(line.as_bytes()).unwrap();
    }
    assert!(child.wait().unwrap().success());
    reader.join().unwrap();
    text()
}

#[test]
fn the_shell_completes_and_remembers() {
    let state = tempfile::tempdir().unwrap();
    let lines = ["nodec\t=4\n", "o\n", "peek growSl\t\n", "q\n"];
    let text = typed(state.path(), &lines);
    assert!(text.contains("nodecount                 = 4 "), "{text}");
    assert!(text.contains("| bytes.growSlice"), "{text}");
    let history = std::fs::read_to_string(state.path().join("plumb/pprof_history")).unwrap();
    assert!(history.contains("peek bytes.growSlice"), "{history}");
    // The line before the last one.
    let text = typed(state.path(), &["\u{1b}[A\u{1b}[A\n", "q\n"]);
    assert!(text.contains("| bytes.growSlice"), "{text}");
}
