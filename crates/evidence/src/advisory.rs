//! Advisories: versions of modules with a leak of their own.
//!
//! The catalogue ships them as a table, a line each, with tabs between the columns; lines that begin with `#` are
//! comments, the first other line names the columns, and `-` is an empty cell. The columns are the fields of
//! [`Advisory`] in their order. In names of functions `$` stands for the module's path.

mod version;

use crate::code::{FunctionName, Stack};
use crate::finding::Resource;

pub use version::{Affected, Version};

/// Module of the advisories on the standard library and the toolchain: their versions are those of Go.
pub const STANDARD: &str = "std";

/// A leak of some versions of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advisory {
    /// Stable name.
    pub id: &'static str,
    /// Path of the module, or [`STANDARD`].
    pub module: &'static str,
    /// Which versions leak: columns `introduced`, `fixed` and `backports`.
    pub affected: Affected,
    /// The version of Go, `(1, 23)`, from which on it does no harm: since then the collector frees timers and tickers
    /// that nobody refers to. In a build it is the `go` line of the main module that counts.
    pub harmless_since_go: Option<(u32, u32)>,
    /// What leaks.
    pub leaks: Resource,
    /// What in source reaches the leak: any of these. Empty if source cannot tell.
    pub reached_by: Vec<Reach>,
    /// Functions of which one is on the stacks of goroutines that leak, or on the paths on which memory is allocated
    /// that leaks, in the linker's spelling without numbers of closures.
    pub seen_in: Vec<String>,
    /// When it leaks, as a clause.
    pub condition: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// Where it was looked up: issue, pull request, commit or change log.
    pub source: &'static str,
    /// How well it was looked up.
    pub verified: Verified,
}

/// What in source reaches a leak. Paths and names are as source spells them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A call: `$.Dial`, `$/pool.(*Pool).Get`.
    Call {
        /// Import path.
        path: String,
        /// The type of a method.
        receiver: Option<String>,
        /// Its name.
        name: String,
    },
    /// A composite literal, where it sets a field if one is named: `$.Server{}`, `$.Options{Hook}`.
    Literal {
        /// Import path of the type.
        path: String,
        /// Name of the type.
        name: String,
        /// The field.
        field: Option<String>,
    },
    /// An import, also one for its effects: `import $/balancer`.
    Import(String),
}

/// How well a fact was looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Told by a change log or an issue.
    Reported,
    /// Read in the change that mends it.
    Source,
    /// Reproduced, with a version on each side of the mending one.
    Run,
}

impl Advisory {
    /// What mends it: a version, or else the remedy.
    pub fn mended(&self) -> String {
        match &self.affected.fixed {
            Some(fixed) => format!("mended in {}", fixed.text()),
            None => format!("no version mends it: {}", self.remedy),
        }
    }

    /// Whether a stack shows the code that leaks: a function of [`Advisory::seen_in`], and if that belongs to another
    /// module, which anybody may call, one of this module too.
    pub fn shows_in(&self, stack: &Stack) -> bool {
        self.seen_in.iter().filter(|function| stack.passes(function)).any(|function| {
            self.holds(FunctionName(function).package())
                || stack.frames().iter().any(|frame| self.holds(frame.name().package()))
        })
    }

    /// Whether a package, in the linker's spelling, belongs to the module.
    pub fn holds(&self, package: &str) -> bool {
        if self.module == STANDARD {
            return !package.split('/').next().unwrap_or_default().contains(['.', '%']);
        }
        let rest = package
            .strip_prefix(self.module)
            .or_else(|| package.strip_prefix(linker_spelling(self.module).as_str()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Reads a table: its rows in order, and lines that are none, with their numbers.
pub fn read(table: &'static str) -> (Vec<Advisory>, Vec<u32>) {
    let mut rows = Vec::new();
    let mut problems = Vec::new();
    for (line, number) in table.lines().zip(1..) {
        if line.starts_with('#') || line.split('\t').eq(COLUMNS) {
            continue;
        }
        match row(line) {
            Some(row) => rows.push(row),
            None => problems.push(number),
        }
    }
    (rows, problems)
}

const COLUMNS: [&str; 13] = [
    "id",
    "module",
    "introduced",
    "fixed",
    "backports",
    "harmless_since_go",
    "leaks",
    "reached_by",
    "seen_in",
    "condition",
    "remedy",
    "source",
    "verified",
];

fn row(line: &'static str) -> Option<Advisory> {
    let mut cells = [""; COLUMNS.len()];
    let mut given = line.split('\t');
    for cell in &mut cells {
        *cell = given.next().filter(|given| !given.is_empty())?;
    }
    if given.next().is_some() {
        return None;
    }
    let [id, module, introduced, fixed, backports, go, leaks, reach, seen, text @ ..] = cells;
    let [condition, remedy, source, verified] = text;
    let list = |cell: &'static str| cell.split(';').filter(|entry| *entry != "-");
    let reached_by = list(reach).map(|entry| Reach::parse(entry, module));
    Some(Advisory {
        id,
        module,
        affected: Affected::parse(introduced, fixed, backports)?,
        harmless_since_go: match go {
            "-" => None,
            go => Some(release(go)?),
        },
        leaks: resource(leaks)?,
        reached_by: reached_by.collect::<Option<_>>()?,
        seen_in: list(seen).map(|entry| in_linker_spelling(entry, module)).collect(),
        condition,
        remedy,
        source,
        verified: verification(verified)?,
    })
}

/// `1.23` → `(1, 23)`.
fn release(go: &str) -> Option<(u32, u32)> {
    let (major, minor) = go.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn resource(word: &str) -> Option<Resource> {
    Some(match word {
        "goroutine" => Resource::Goroutines,
        "memory" => Resource::Memory,
        "socket" => Resource::Sockets,
        "fd" => Resource::Descriptors,
        _ => return None,
    })
}

fn verification(word: &str) -> Option<Verified> {
    Some(match word {
        "run" => Verified::Run,
        "source" => Verified::Source,
        "reported" => Verified::Reported,
        _ => return None,
    })
}

impl Reach {
    /// Reads `import $/xds`, `$/http2.Transport{}`, `$.Options{Hook}` or a function in the linker's spelling.
    fn parse(entry: &str, module: &str) -> Option<Self> {
        if let Some(path) = entry.strip_prefix("import ") {
            return Some(Self::Import(path.replace('$', module)));
        }
        let entry = in_linker_spelling(entry, module);
        let (name, field) = match entry.strip_suffix('}') {
            Some(literal) => {
                let (name, field) = literal.split_once('{')?;
                (name, Some(field))
            }
            None => (entry.as_str(), None),
        };
        let name = FunctionName(name);
        let path = name.package().replace("%2e", ".");
        let (receiver, name) = match name.local().rsplit_once('.') {
            Some((receiver, name)) => {
                (Some(receiver.trim_start_matches("(*").trim_end_matches(')').to_owned()), name)
            }
            None => (None, name.local()),
        };
        if path.is_empty() || name.is_empty() {
            return None;
        }
        let name = name.to_owned();
        Some(match field {
            Some(field) => {
                let field = (!field.is_empty()).then(|| field.to_owned());
                Self::Literal { path, name, field }
            }
            None => Self::Call { path, receiver, name },
        })
    }

    /// How reports call it: `http2.Transport`, `pq.Listener.Close`.
    pub fn name(&self) -> String {
        let package = |path: &str| package_name(path).to_owned();
        match self {
            Self::Call { path, receiver: Some(receiver), name } => {
                format!("{}.{receiver}.{name}", package(path))
            }
            Self::Call { path, receiver: None, name }
            | Self::Literal { path, name, field: None } => format!("{}.{name}", package(path)),
            Self::Literal { path, name, field: Some(field) } => {
                format!("{}.{name} with {field}", package(path))
            }
            Self::Import(path) => path.clone(),
        }
    }
}

/// The name that a package most likely has: the last element of its path that is no major version, without what
/// follows a dot.
fn package_name(path: &str) -> &str {
    let is_version = |element: &str| {
        element.strip_prefix('v').is_some_and(|n| n.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let name = path.rsplit('/').find(|element| !is_version(element)).unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}

/// A name of the table in the linker's spelling: `$` is the module, of whose path the linker escapes the dots of the
/// last element if that is the last one of the package.
fn in_linker_spelling(entry: &str, module: &str) -> String {
    match entry.strip_prefix('$') {
        Some(rest) if rest.starts_with('/') => format!("{module}{rest}"),
        Some(rest) => format!("{}{rest}", linker_spelling(module)),
        None => entry.to_owned(),
    }
}

fn linker_spelling(path: &str) -> String {
    let (head, last) = path.split_at(path.rfind('/').map_or(0, |slash| slash + 1));
    format!("{head}{}", last.replace('.', "%2e"))
}

#[cfg(test)]
mod tests;
