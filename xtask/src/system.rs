//! System tools that tests need beside Rust.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command;

/// A program that tests run, and the Debian package that has it.
struct Tool {
    program: &'static str,
    package: &'static str,
}

/// `ip` makes network namespaces; `ss`, `netstat` and `lsof` are recorded and compared with; `python3 -m pip` fetches
/// Go; `git` lists the files that house rules are checked on; `chromium` and `chromedriver` try the web pages.
const TOOLS: [Tool; 8] = [
    Tool { program: "git", package: "git" },
    Tool { program: "ip", package: "iproute2" },
    Tool { program: "ss", package: "iproute2" },
    Tool { program: "lsof", package: "lsof" },
    Tool { program: "netstat", package: "net-tools" },
    Tool { program: "python3", package: "python3-pip" },
    Tool { program: "chromium", package: "chromium" },
    Tool { program: "chromedriver", package: "chromium-driver" },
];

/// Installs the missing system tools with `apt-get`.
///
/// # Errors
/// If one is missing and cannot be installed; the message names the packages.
pub fn install_missing() -> Result<()> {
    let mut packages: Vec<&str> = TOOLS
        .iter()
        .filter(|tool| !command::exists(tool.program))
        .map(|tool| tool.package)
        .collect();
    if command::exists("python3") && !has_pip() {
        packages.push("python3-pip");
    }
    packages.sort_unstable();
    packages.dedup();
    if packages.is_empty() {
        return Ok(());
    }
    install(&packages).with_context(|| format!("tests need the packages {}", packages.join(", ")))
}

fn has_pip() -> bool {
    Command::new("python3")
        .args(["-m", "pip", "--version"])
        .output()
        .is_ok_and(|output| output.status.success())
}

fn install(packages: &[&str]) -> Result<()> {
    ensure!(command::exists("apt-get"), "there is no apt-get here to install them");
    ensure!(rustix::process::geteuid().is_root(), "only root can install them");
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
        apt
    };
    command::output(apt().arg("update"))?;
    command::output(apt().args(["install", "--yes", "--no-install-recommends"]).args(packages))?;
    Ok(())
}
