//! What a team says about its code in `plumb.toml`: its own constructors, and what not to look at.
//!
//! ```toml
//! [scan]
//! exclude = ["third_party/**", "**/mock_*.go"]
//! tests = false
//! disable = ["span-not-ended"]
//!
//! [[acquire]]
//! function = "example.com/shop/db.Open"
//! result = 0
//! release = ["Close"]
//! kind = "client"
//! ```

use plumb_evidence::catalogue::{
    Acquire, Acquired, LibraryObject, Release, ResourceKind, Side, Source,
};
use serde::Deserialize;

use crate::functions::FunctionKey;

/// The name of the file.
pub const FILE_NAME: &str = "plumb.toml";

/// A `plumb.toml` as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Functions that acquire something.
    #[serde(default)]
    pub acquire: Vec<Constructor>,
    /// What to look at.
    #[serde(default)]
    pub scan: ScanConfig,
}

/// What to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanConfig {
    /// Patterns of paths, from the folder of the file, of what not to look at.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Whether tests are looked at.
    pub tests: Option<bool>,
    /// Ids of patterns that are not looked for.
    #[serde(default)]
    pub disable: Vec<String>,
}

/// A function that acquires something which must be released.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constructor {
    /// The function: `example.com/shop/db.Open`, or of a type `example.com/shop/db.(*Pool).Get`.
    pub function: String,
    /// Which result it is, from 0.
    #[serde(default)]
    pub result: u8,
    /// What releases it: methods (`Close`, `Body.Close`), the call of the value itself (`()`), or functions that get
    /// it (`example.com/shop/db.Free(0)`, with the number of the argument).
    pub release: Vec<String>,
    /// What it is; decides which pattern is about it.
    #[serde(default)]
    pub kind: Kind,
    /// How reports call it; the function's package and result if nothing is said.
    pub name: Option<String>,
}

/// What is acquired, as [`ResourceKind`] has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is described by the kind of its name")]
pub enum Kind {
    Body,
    File,
    #[default]
    Client,
    Connection,
    Listener,
    Rows,
    Cancel,
    Ticker,
    Timer,
    Span,
    Process,
    PoolItem,
    Subscription,
    Stream,
    Worker,
}

impl From<Kind> for ResourceKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Body => Self::Body,
            Kind::File => Self::File,
            Kind::Client => Self::Client,
            Kind::Connection => Self::Connection,
            Kind::Listener => Self::Listener,
            Kind::Rows => Self::Rows,
            Kind::Cancel => Self::Cancel,
            Kind::Ticker => Self::Ticker,
            Kind::Timer => Self::Timer,
            Kind::Span => Self::Span,
            Kind::Process => Self::Process,
            Kind::PoolItem => Self::PoolItem,
            Kind::Subscription => Self::Subscription,
            Kind::Stream => Self::Stream,
            Kind::Worker => Self::Worker,
        }
    }
}

/// Why a `plumb.toml` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It is no TOML, or has keys or values that mean nothing here.
    #[error("line {line}: {message}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// A value cannot be used.
    #[error("{key}: {message}")]
    Value {
        /// The key.
        key: String,
        /// What is wrong with its value.
        message: String,
    },
}

impl Config {
    /// Reads the text of a `plumb.toml`.
    ///
    /// # Errors
    /// [`ConfigError`], for the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            ConfigError::Syntax { line, message: error.message().replace('\n', " ") }
        })?;
        config.scan.exclude.iter().try_for_each(|glob| check_glob(glob))?;
        config.acquire.iter().try_for_each(Constructor::check)?;
        Ok(config)
    }

    /// Whether a path, from the folder of the file and with `/`, is not to be looked at.
    pub fn excludes(&self, path: &str) -> bool {
        self.scan.exclude.iter().any(|glob| is_below(glob, path))
    }

    /// The constructors as records of the catalogue, which live as long as the program: they are made once, when it
    /// begins, and are as many as the file has entries.
    pub fn objects(&self) -> Vec<&'static LibraryObject> {
        self.acquire.iter().map(Constructor::object).collect()
    }
}

fn check_glob(glob: &str) -> Result<(), ConfigError> {
    let wrong = |message: String| Err(ConfigError::Value { key: "scan.exclude".into(), message });
    if glob.starts_with('/') {
        return wrong(format!("`{glob}`: paths begin at the folder of {FILE_NAME}, without `/`"));
    }
    match fast_glob::validate(glob) {
        Ok(()) => Ok(()),
        Err(error) => wrong(format!("`{glob}` is no pattern of paths: {error}")),
    }
}

/// Whether a pattern means a path or a folder above it.
fn is_below(glob: &str, path: &str) -> bool {
    let glob = glob.trim_start_matches("./").trim_end_matches('/');
    let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
    folders.chain([path]).any(|path| fast_glob::glob_match(glob, path))
}

impl Constructor {
    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key: &str, message: String| {
            Err(ConfigError::Value { key: format!("acquire.{key}"), message })
        };
        if !is_function(&self.function) {
            let message = format!(
                "`{}` is no function: write its import path and name, example.com/shop/db.Open",
                self.function
            );
            return wrong("function", message);
        }
        if self.release.is_empty() {
            let message = format!("nothing releases what {} gives", self.function);
            return wrong("release", message);
        }
        match self.release.iter().find(|text| release(text).is_none()) {
            Some(text) => wrong(
                "release",
                format!(
                    "`{text}`: write a method (Close), () or a function (example.com/db.Free(0))"
                ),
            ),
            None => Ok(()),
        }
    }

    fn object(&self) -> &'static LibraryObject {
        let function = leaked(&self.function);
        let key = FunctionKey::parse(function);
        let package = key.path.rsplit('/').next().unwrap_or(key.path);
        let name =
            self.name.clone().unwrap_or_else(|| format!("what {package}.{} gives", key.name));
        let releases = self.release.iter().filter_map(|text| release(text)).map(ReleaseName::leak);
        let acquires = vec![Acquire { function, what: Acquired::Result(self.result) }];
        Box::leak(Box::new(LibraryObject {
            module: key.path,
            name: leaked(&name),
            checked: "",
            side: Side::Neither,
            pooled: false,
            multiplexed: false,
            goroutines: &[],
            phases: &[],
            constructors: &[],
            entry_points: &[],
            releases: &[],
            source: Source {
                kind: self.kind.into(),
                acquires: Vec::leak(acquires),
                releases: Vec::leak(releases.collect()),
                ..Source::NONE
            },
            heap_marks: &[],
            known_bad: &[],
            notes: "",
        }))
    }
}

fn leaked(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn is_function(text: &str) -> bool {
    let key = FunctionKey::parse(text);
    !key.path.is_empty() && is_name(key.name) && !text.contains(char::is_whitespace)
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && letters.all(|c| c.is_alphanumeric() || c == '_')
}

/// What releases, as it is written.
enum ReleaseName<'a> {
    Method(&'a str),
    Call,
    Argument(&'a str, u8),
}

impl ReleaseName<'_> {
    fn leak(self) -> Release {
        match self {
            Self::Method(name) => Release::Method(leaked(name)),
            Self::Call => Release::Call,
            Self::Argument(function, index) => Release::Argument(leaked(function), index),
        }
    }
}

fn release(text: &str) -> Option<ReleaseName<'_>> {
    if text == "()" {
        return Some(ReleaseName::Call);
    }
    if let Some((function, index)) = text.strip_suffix(')').and_then(|text| text.rsplit_once('(')) {
        let index = index.parse().ok()?;
        return is_function(function).then_some(ReleaseName::Argument(function, index));
    }
    text.split('.').all(is_name).then_some(ReleaseName::Method(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constructors_become_records() {
        let config = Config::parse(
            "[[acquire]]\nfunction = \"example.com/shop/db.(*Pool).Get\"\nresult = 1\n\
             release = [\"Body.Close\", \"()\", \"example.com/shop/db.Free(0)\"]\nkind = \"pool-item\"\n",
        )
        .unwrap();
        let object = config.objects()[0];
        assert_eq!(object.source.kind, ResourceKind::PoolItem);
        assert_eq!(object.source.acquires[0].function, "example.com/shop/db.(*Pool).Get");
        assert_eq!(object.source.acquires[0].what, Acquired::Result(1));
        let releases = [
            Release::Method("Body.Close"),
            Release::Call,
            Release::Argument("example.com/shop/db.Free", 0),
        ];
        assert_eq!(object.source.releases, releases);
        assert_eq!(object.name, "what db.Get gives");
    }

    #[test]
    fn excluded_paths() {
        let text = "[scan]\nexclude = [\"third_party/**\", \"gen\", \"**/mock_*.go\", \"./a/\"]\ntests = false\n";
        let config = Config::parse(text).unwrap();
        assert_eq!(config.scan.tests, Some(false));
        for path in ["third_party/x/a.go", "gen/a.go", "gen/b/a.go", "x/y/mock_a.go", "a/b.go"] {
            assert!(config.excludes(path), "{path}");
        }
        for path in ["third.go", "generic/a.go", "x/mocks.go", "b/a.go"] {
            assert!(!config.excludes(path), "{path}");
        }
    }

    #[test]
    fn an_empty_file_says_nothing() {
        assert_eq!(Config::parse("").unwrap(), Config::default());
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let told = |text: &str| Config::parse(text).unwrap_err().to_string();
        let has = |text: &str, parts: &[&str]| {
            let told = told(text);
            assert!(parts.iter().all(|part| told.contains(part)), "{told}");
        };
        has("[scan]\n\nexcludes = []\n", &["line 3", "unknown field `excludes`", "exclude"]);
        has("[scan]\ntests = 1\n", &["line 2", "boolean"]);
        has("[scan\n", &["line 1"]);
        has("[[acquire]]\nfunction = \"a.b\"\n", &["line 1", "missing field `release`"]);
        has(
            "[[acquire]]\nfunction = \"a/b.C\"\nrelease = [\"Close\"]\nkind = \"socket\"\n",
            &["line 4", "unknown variant `socket`", "`connection`"],
        );
        has(
            "[[acquire]]\nfunction = \"Open\"\nrelease = [\"Close\"]\n",
            &["acquire.function", "`Open`"],
        );
        has("[[acquire]]\nfunction = \"a/b.C\"\nrelease = []\n", &["acquire.release", "a/b.C"]);
        has(
            "[[acquire]]\nfunction = \"a/b.C\"\nrelease = [\"Close me\"]\n",
            &["acquire.release", "`Close me`"],
        );
        has("[scan]\nexclude = [\"a/{b\"]\n", &["scan.exclude", "`a/{b`"]);
        has("[scan]\nexclude = [\"/a\"]\n", &["scan.exclude", "`/a`"]);
    }
}
