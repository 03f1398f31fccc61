//! Opens addresses with a browser, as pprof finds one.

use std::env;
use std::process::{Command, Stdio};

/// Browsers in the order in which they are tried.
const BROWSERS: [&str; 5] = ["chrome", "google-chrome", "chromium", "firefox", "sensible-browser"];

/// Opens an address; says it if no browser can be started.
pub(super) fn open(url: &str) {
    if !programs().iter().any(|command| starts(command, url)) {
        eprintln!("{url}");
    }
}

/// The programs that are tried.
pub(super) fn programs() -> Vec<String> {
    let mut commands: Vec<String> =
        env::var("BROWSER").ok().filter(|b| !b.is_empty()).into_iter().collect();
    if cfg!(target_os = "macos") {
        commands.push("/usr/bin/open".to_owned());
        return commands;
    }
    commands.extend(BROWSERS.map(str::to_owned));
    // Without a display it would open the address in the terminal.
    if env::var_os("DISPLAY").is_some_and(|display| !display.is_empty()) {
        commands.push("xdg-open".to_owned());
    }
    commands
}

fn starts(command: &str, url: &str) -> bool {
    let mut words = command.split(' ');
    let Some(program) = words.next() else { return false };
    let mut browser = Command::new(program);
    browser.args(words).arg(url).stdin(Stdio::null()).stdout(Stdio::null());
    browser.spawn().is_ok()
}
