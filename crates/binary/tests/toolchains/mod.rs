//! Go toolchains and programs for the tests.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A Go toolchain and a place of its own for what it builds.
pub(crate) struct Go {
    go: PathBuf,
    root: tempfile::TempDir,
}

/// The toolchain that `cargo xtask tools` installed. Panics when it is not there: a test that needs it must not pass.
pub(crate) fn go(version: &str) -> Go {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target directory");
    let go = target.join(format!("tools/go-{version}/bin/go"));
    assert!(go.exists(), "Go {version} is not installed: run `cargo xtask tools`");
    Go { go, root: tempfile::tempdir().expect("a temporary directory") }
}

impl Go {
    /// Where this toolchain's program is: `<root>/src/example.com/shop`, which suits GOPATH and modules alike.
    pub(crate) fn directory(&self) -> PathBuf {
        self.root.path().join("src/example.com/shop")
    }

    /// Writes files, by path below [`Go::directory`].
    pub(crate) fn write(&self, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = self.directory().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            std::fs::write(path, text).expect("a written file");
        }
    }

    /// The `go` command with no setting of this machine in the way.
    pub(crate) fn command(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.go);
        command
            .args(arguments)
            .current_dir(self.directory())
            .env("GOPATH", self.root.path())
            .env("GOTOOLCHAIN", "local")
            .env("GOENV", "off")
            .env("GOPROXY", "off")
            .env("GOWORK", "off")
            .env("CGO_ENABLED", "0")
            .env_remove("GOROOT")
            .env_remove("GOFLAGS")
            .env_remove("GOEXPERIMENT")
            .envs(environment.iter().copied());
        command
    }

    /// Builds the program with the flags and returns the executable.
    pub(crate) fn build(&self, environment: &[(&str, &str)], flags: &[&str]) -> PathBuf {
        let arguments = [&["build", "-o", "shop"], flags].concat();
        run(&mut self.command(environment, &arguments));
        self.directory().join("shop")
    }
}

/// Runs a command that must succeed and returns what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).expect("output in UTF-8")
}
