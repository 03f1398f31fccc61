//! `cargo xtask release`: the static Linux executable, tried with nothing beside it in an empty root, without
//! and with `/tmp`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::twins::{Answer, Process, go_program};
use crate::{command, workspace};

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// A name that only the root's own files resolve: `.test` is reserved (RFC 6761).
const NAME_IN_HOSTS: &str = "hosts.plumb.test";

/// A name that only the test's DNS server knows.
const NAME_IN_DNS: &str = "dns.plumb.test";

/// How long a target gets to open its ports.
const START: Duration = Duration::from_secs(20);

/// Builds the release and tries it.
///
/// # Errors
/// If the build or a trial fails, or without the right to change the root.
pub fn run() -> Result<()> {
    let plumb = build()?;
    println!("built {} ({} bytes)", plumb.display(), fs::metadata(&plumb)?.len());
    ensure!(rustix::process::geteuid().is_root(), "only root can change the root directory");
    let root = tempfile::tempdir()?;
    let room = Room { root: root.path().to_path_buf() };
    fs::copy(&plumb, room.root.join("plumb")).context("cannot copy the executable")?;
    room.alone()?;
    room.over_the_network()
}

/// Builds with the C library linked in: there is no musl target to link against here. Names are resolved by plumb
/// itself from `/etc/hosts` and `/etc/resolv.conf`, which is what a container has.
fn build() -> Result<PathBuf> {
    let directory = workspace::target().join("static");
    let mut cargo = command::cargo();
    cargo.env("CARGO_TARGET_DIR", &directory).env("RUSTFLAGS", "-Ctarget-feature=+crt-static");
    command::run(cargo.args(["build", "--release", "--package", "plumb", "--target", TARGET]))?;
    Ok(directory.join(TARGET).join("release/plumb"))
}

/// An otherwise empty root directory with plumb in it.
struct Room {
    root: PathBuf,
}

impl Room {
    /// What works without any other file, and with nothing but a case.
    fn alone(&self) -> Result<()> {
        let list = self.plumb(&["explain"], &[0])?;
        ensure!(list.contains("http-body-not-closed"), "explain lists no patterns: {list}");
        println!("explain: ok");
        let case = workspace::patterns().join("http-body-not-closed/case/before.case");
        fs::copy(&case, self.root.join("before.case"))
            .with_context(|| format!("cannot copy {}", case.display()))?;
        let answer = self.plumb(&["diagnose", "/before.case", "--format", "json"], &[1])?;
        ensure!(Answer::parse(&answer)?.verdict == "leak", "no leak in the recorded case");
        println!("diagnose of a case: ok");
        Ok(())
    }

    /// Host names by `/etc/hosts` and by DNS, and TLS with a certificate authority of its own.
    fn over_the_network(&self) -> Result<()> {
        let program = go_program(&workspace::root().join("xtask/go/names"))?;
        let authority = self.root.join("ca.pem");
        let mut command = Command::new(program);
        command.arg("-ca").arg(&authority);
        command.args(["-names", &format!("localhost,{NAME_IN_HOSTS},{NAME_IN_DNS}")]);
        let mut target = Process::start("names", &mut command)?;
        let dns = target.wait_for("dns ", START)?;
        let plain = target.wait_for("plain ", START)?;
        let tls = target.wait_for("tls ", START)?;

        fs::create_dir(self.root.join("etc"))?;
        let hosts = format!("127.0.0.1 localhost\n127.0.0.1 {NAME_IN_HOSTS}\n");
        fs::write(self.root.join("etc/hosts"), hosts)?;
        fs::write(self.root.join("etc/resolv.conf"), format!("nameserver {dns}\n"))?;
        ensure!(!self.root.join("tmp").exists(), "the root is not empty");
        for name in ["localhost", NAME_IN_HOSTS, NAME_IN_DNS] {
            self.look(&format!("http://{name}:{plain}"), &[])?;
            self.look(&format!("https://{name}:{tls}"), &["--cacert", "/ca.pem"])?;
        }
        self.with_temporary_files(&format!("http://localhost:{plain}"))?;
        let refused = format!("https://localhost:{tls}");
        self.plumb(&["diagnose", &refused, "--for", "0"], &[2])?;
        println!("diagnose {refused} without the authority: refused, as it must be");
        target.check_alive()
    }

    /// The same where there is a `/tmp`, in which nothing may stay; and a case that is kept, without and with it.
    fn with_temporary_files(&self, url: &str) -> Result<()> {
        self.keep(url, "/without-tmp.case")?;
        let tmp = self.root.join("tmp");
        fs::create_dir(&tmp)?;
        self.look(url, &[])?;
        self.keep(url, "/with-tmp.case")?;
        ensure!(fs::read_dir(&tmp)?.next().is_none(), "a temporary file stayed in /tmp");
        println!("with /tmp: ok, and nothing stayed in it");
        Ok(())
    }

    /// Captures a case and judges it.
    fn keep(&self, url: &str, case: &str) -> Result<()> {
        self.plumb(&["capture", url, "--for", "0", "-o", case], &[0])?;
        let answer = self.plumb(&["diagnose", case, "--format", "json"], &[0, 3])?;
        Answer::parse(&answer)?;
        println!("capture to {case}: ok");
        Ok(())
    }

    fn look(&self, url: &str, flags: &[&str]) -> Result<()> {
        let arguments = ["diagnose", url, "--for", "0", "--format", "json"];
        let answer = self.plumb(&[&arguments, flags].concat(), &[0, 3])?;
        Answer::parse(&answer)?;
        println!("diagnose {url}: ok");
        Ok(())
    }

    /// Runs plumb in the room; its exit code must be one of `codes`.
    fn plumb(&self, arguments: &[&str], codes: &[i32]) -> Result<String> {
        let mut chroot = Command::new("chroot");
        // The environment of the build machine must not help.
        chroot.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        chroot.arg(&self.root).arg("/plumb").args(arguments);
        let output = chroot.output().context("cannot run chroot")?;
        let code = output.status.code();
        ensure!(
            code.is_some_and(|code| codes.contains(&code)),
            "plumb {} in an empty root: exit code {code:?}, not one of {codes:?}\n{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }
}
