//! The real pprof.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use xtask::tools::{NEWEST_GO, install_go, tools_directory};

pub(crate) struct Pprof {
    go: PathBuf,
    program: PathBuf,
    /// Home of the runs, so that nothing of the user's is read or written.
    home: PathBuf,
}

static OUTPUTS: AtomicU32 = AtomicU32::new(0);

impl Pprof {
    pub(crate) fn install() -> Self {
        let go = install_go(NEWEST_GO, &tools_directory()).unwrap();
        let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pprof");
        fs::create_dir_all(&home).unwrap();
        let mut this = Self { go, program: PathBuf::new(), home };
        // `go tool -n` builds the tool if need be and says where it is.
        let output = this.command(&this.go).args(["tool", "-n", "pprof"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        this.program = String::from_utf8(output.stdout).unwrap().trim().into();
        this
    }

    fn command(&self, program: &PathBuf) -> Command {
        let mut command = Command::new(program);
        command
            .env("GOTOOLCHAIN", "local")
            .env("GOFLAGS", "")
            .env_remove("GOROOT")
            .env("GOCACHE", self.home.join("cache"))
            .env("HOME", &self.home)
            .env("PPROF_BINARY_PATH", self.home.join("binaries"))
            .env("PPROF_TMPDIR", &self.home)
            .env("TZ", "UTC");
        command
    }

    fn run(&self, report: &[&str], arguments: &[String], sources: &[PathBuf]) -> Output {
        self.command(&self.program)
            .arg("-symbolize=none")
            .args(report)
            .args(arguments)
            .args(sources)
            .output()
            .unwrap()
    }

    pub(crate) fn raw(&self, arguments: &[String], sources: &[PathBuf]) -> Vec<u8> {
        let output = self.run(&["-raw"], arguments, sources);
        if output.status.success() { output.stdout } else { output.stderr }
    }

    /// Uncompressed.
    pub(crate) fn proto(&self, arguments: &[String], sources: &[PathBuf]) -> Vec<u8> {
        let number = OUTPUTS.fetch_add(1, Ordering::Relaxed);
        let path = self.home.join(format!("out-{}-{number}.pb.gz", std::process::id()));
        let output = format!("-output={}", path.display());
        let output = self.run(&["-proto", &output], arguments, sources);
        let Ok(packed) = fs::read(&path) else { return output.stderr };
        fs::remove_file(&path).unwrap();
        let mut bytes = Vec::new();
        flate2::read::MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// What it says of input that it refuses: all but the name of the file and what follows from it.
    pub(crate) fn error(&self, arguments: &[String], sources: &[PathBuf]) -> String {
        let output = self.run(&["-raw"], arguments, sources);
        if output.status.success() {
            return "no error".to_owned();
        }
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let first = text.lines().next().unwrap_or_default();
        let without_name = sources
            .iter()
            .find_map(|source| first.strip_prefix(&format!("{}: ", source.display())));
        without_name.unwrap_or(first).to_owned()
    }
}
