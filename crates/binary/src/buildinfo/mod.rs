//! Which Go made an executable, from which modules, with which settings.

mod blob;
mod text;

use std::io::{Read, Seek};

use crate::{Elf, Error, Problem};

pub use text::parse_build_info;

/// Longest Go version string that is believed, in bytes; real ones (with experiments) stay under 200.
const MAX_VERSION: usize = 4 << 10;
/// Longest module information that is believed, in bytes: about 100,000 dependencies.
const MAX_MODINFO: usize = 16 << 20;
/// How much of the file's head is searched for the packer's mark, in bytes: it follows the program headers.
const PACKER_HEAD: u64 = 1 << 10;
/// Size of the header that UPX leaves at the end of the file, in bytes.
const PACKER_TAIL: u64 = 36;

/// What an executable made by Go says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildInfo {
    /// The Go version as the toolchain wrote it, such as `go1.27.3` or `devel go1.28-4c1e2a`, with experiments if any.
    pub go_version: Option<String>,
    /// Import path of the main package; `command-line-arguments` when files were named on the command line.
    pub path: Option<String>,
    /// The module of the main package; none in a program built outside a module.
    pub main: Option<Module>,
    /// The modules of all packages in the executable except the main module's.
    pub deps: Vec<Module>,
    /// Build settings in their order, such as `-trimpath`, `GOARCH`, `vcs.revision`. Go 1.18 and later.
    pub settings: Vec<(String, String)>,
    /// The GNU build id in lower-case hexadecimal; the external linker writes it, and Go since 1.24.
    pub gnu_build_id: Option<String>,
    /// The Go build id: action and content ids with slashes between them.
    pub go_build_id: Option<String>,
    /// What could not be read, and what is not recorded.
    pub problems: Vec<Problem>,
}

/// A module as the `go` command recorded it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// The module path, which import paths and symbol names begin with, also when it was replaced.
    pub path: String,
    /// The version; `(devel)` or empty for a main module or a directory.
    pub version: String,
    /// The checksum as in `go.sum` (`h1:…`); empty for a main module, a directory or a replaced module.
    pub sum: String,
    /// The module whose code was compiled instead, by a `replace` directive.
    pub replace: Option<Box<Module>>,
}

impl Module {
    /// The module whose code was compiled: the replacement if there is one.
    pub fn effective(&self) -> &Module {
        self.replace.as_deref().unwrap_or(self)
    }

    /// Whether a package belongs to the module by its path.
    fn holds(&self, package_path: &str) -> bool {
        match package_path.strip_prefix(self.path.as_str()) {
            Some(rest) => !self.path.is_empty() && (rest.is_empty() || rest.starts_with('/')),
            None => false,
        }
    }
}

impl BuildInfo {
    /// The value of a build setting, such as `CGO_ENABLED` or `-trimpath`.
    pub fn setting(&self, key: &str) -> Option<&str> {
        let found = self.settings.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }

    /// The commit that was built.
    pub fn vcs_revision(&self) -> Option<&str> {
        self.setting("vcs.revision")
    }

    /// The time of that commit, in RFC 3339.
    pub fn vcs_time(&self) -> Option<&str> {
        self.setting("vcs.time")
    }

    /// Whether the working tree had changes beyond that commit.
    pub fn vcs_modified(&self) -> Option<bool> {
        self.setting("vcs.modified").map(|value| value == "true")
    }

    /// Whether file names were recorded as `module@version/…` (`-trimpath`) and not as absolute paths.
    pub fn trimpath(&self) -> bool {
        self.setting("-trimpath") == Some("true")
    }

    /// The module that a package belongs to: the longest module path that is a prefix of the package path.
    ///
    /// `main` and `command-line-arguments` are of the main module; the standard library is of none. Package paths as
    /// symbols spell them are understood (`gopkg.in/yaml%2ev3`). For a replaced module the original is returned,
    /// whose path the package path carries; see [`Module::effective`].
    pub fn module_of(&self, package_path: &str) -> Option<&Module> {
        if package_path == "main" || self.path.as_deref() == Some(package_path) {
            return self.main.as_ref();
        }
        let package_path = unescape(package_path);
        let modules = self.main.iter().chain(&self.deps);
        modules.filter(|module| module.holds(&package_path)).max_by_key(|module| module.path.len())
    }
}

/// Undoes the linker's escape of an import path: `%` and two hexadecimal digits.
fn unescape(path: &str) -> String {
    let mut parts = path.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let byte = part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte.filter(u8::is_ascii) {
            Some(byte) => {
                out.push(char::from(byte));
                out.push_str(&part[2..]);
            }
            None => {
                out.push('%');
                out.push_str(part);
            }
        }
    }
    out
}

/// Reads what an executable says about itself, of any Go version: build information (1.13 and later), symbols before.
///
/// # Errors
/// [`Error::NotElf`], [`Error::NotGo`], [`Error::Packed`] and [`Error::Truncated`], [`Error::Malformed`],
/// [`Error::Io`]. Anything less is in [`BuildInfo::problems`].
pub fn read_build_info<S: Read + Seek>(source: S) -> Result<BuildInfo, Error> {
    let mut elf = Elf::open(source)?;
    let mut info = match blob::find(&mut elf)? {
        Some(blob) => from_blob(blob),
        None => without_blob(&mut elf)?,
    };
    info.gnu_build_id = elf.gnu_build_id().map(hex);
    info.go_build_id = elf.go_build_id().and_then(build_id_text);
    info.problems.splice(0..0, elf.problems().iter().cloned());
    Ok(info)
}

fn from_blob(blob: blob::Blob) -> BuildInfo {
    let mut info = match blob.modinfo {
        Ok(framed) => from_modinfo(&framed),
        Err(error) => BuildInfo {
            problems: vec![Problem::ModulesUnreadable(error.to_string())],
            ..BuildInfo::default()
        },
    };
    info.go_version = Some(blob.version);
    info
}

/// Reads the text that the `go` command links into the program, with its frame.
fn from_modinfo(framed: &[u8]) -> BuildInfo {
    match text::strip_frame(framed) {
        Some(text) => parse_build_info(&String::from_utf8_lossy(text)),
        None => BuildInfo { problems: vec![Problem::NoModules], ..BuildInfo::default() },
    }
}

/// Go before 1.13: the version and, in 1.12, the modules are ordinary string variables that only symbols point to.
fn without_blob<S: Read + Seek>(elf: &mut Elf<S>) -> Result<BuildInfo, Error> {
    if let Some(packer) = packer(elf)? {
        return Err(Error::Packed { packer });
    }
    let version = string_variable(elf, "runtime.buildVersion", MAX_VERSION)?;
    if version.is_none() && !is_go(elf) {
        return Err(if elf.is_truncated() { Error::Truncated } else { Error::NotGo });
    }
    let mut modinfo = None;
    for symbol in ["runtime.modinfo", "runtime/debug.modinfo"] {
        modinfo = modinfo.or(string_variable(elf, symbol, MAX_MODINFO)?);
    }
    let mut info = from_modinfo(&modinfo.unwrap_or_default());
    match version {
        Some(version) => info.go_version = Some(String::from_utf8_lossy(&version).into_owned()),
        None if elf.is_truncated() => {}
        None => info.problems.push(Problem::VersionUnknown),
    }
    Ok(info)
}

/// The value of a Go variable of type `string`, found by its symbol; `None` when it is not there or not readable.
fn string_variable<S: Read + Seek>(
    elf: &mut Elf<S>,
    symbol: &str,
    limit: usize,
) -> Result<Option<Vec<u8>>, Error> {
    let value = elf.symbol(symbol).and_then(|address| match address {
        Some(address) => elf.read_go_string(address, limit).map(Some),
        None => Ok(None),
    });
    match value {
        Err(Error::Io(error)) => Err(Error::Io(error)),
        value => Ok(value.ok().flatten().filter(|bytes| !bytes.is_empty())),
    }
}

/// Whether a note or a section that only Go's linker writes is there.
fn is_go<S: Read + Seek>(elf: &Elf<S>) -> bool {
    const SECTIONS: [&str; 4] =
        [".gopclntab", ".data.rel.ro.gopclntab", ".gosymtab", ".note.go.buildid"];
    elf.go_build_id().is_some() || SECTIONS.iter().any(|name| elf.section(name).is_some())
}

/// The name of the program that compressed the executable. UPX writes its mark after the program headers and, when
/// nothing was appended since, into the last bytes of the file.
fn packer<S: Read + Seek>(elf: &mut Elf<S>) -> Result<Option<&'static str>, Error> {
    let size = elf.file_size();
    let head = elf.read_at(0, size.min(PACKER_HEAD) as usize)?;
    let tail = size.min(PACKER_TAIL);
    let tail = elf.read_at(size - tail, tail as usize)?;
    let marked = [head, tail].iter().any(|bytes| memchr::memmem::find(bytes, b"UPX!").is_some());
    Ok(marked.then_some("UPX"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The Go build id as text; an empty one (`-buildid=`) is none.
fn build_id_text(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_end_matches('\0');
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(path: &str) -> Module {
        Module { path: path.to_owned(), version: "v1.0.0".to_owned(), ..Module::default() }
    }

    fn info() -> BuildInfo {
        let mut replaced = module("example.com/a");
        replaced.replace = Some(Box::new(module("example.com/fork")));
        BuildInfo {
            path: Some("command-line-arguments".to_owned()),
            main: Some(module("example.com/shop")),
            deps: vec![replaced, module("example.com/a/b"), module("gopkg.in/yaml.v3")],
            ..BuildInfo::default()
        }
    }

    #[test]
    fn longest_module_path_wins_at_path_boundaries() {
        let info = info();
        let path_of = |package: &str| info.module_of(package).map(|module| module.path.as_str());
        assert_eq!(path_of("example.com/a"), Some("example.com/a"));
        assert_eq!(path_of("example.com/a/x"), Some("example.com/a"));
        assert_eq!(path_of("example.com/a/b/c"), Some("example.com/a/b"));
        assert_eq!(path_of("example.com/ab"), None);
        assert_eq!(path_of("net/http"), None);
        assert_eq!(path_of("main"), Some("example.com/shop"));
        assert_eq!(path_of("command-line-arguments"), Some("example.com/shop"));
        assert_eq!(path_of("gopkg.in/yaml%2ev3"), Some("gopkg.in/yaml.v3"));
    }

    #[test]
    fn replaced_module_answers_to_its_own_path() {
        let info = info();
        let module = info.module_of("example.com/a/x").expect("a replaced module");
        assert_eq!(module.path, "example.com/a");
        assert_eq!(module.effective().path, "example.com/fork");
        assert!(info.module_of("example.com/fork/x").is_none());
    }

    #[test]
    fn odd_escapes_stay_as_they_are() {
        for path in ["%", "a%2", "a%zz", "a%é9", "%ff"] {
            assert_eq!(unescape(path), path);
        }
        assert_eq!(unescape("a%2eb%2ec"), "a.b.c");
    }
}
