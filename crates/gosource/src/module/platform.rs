//! For which platform files are chosen, and which files it takes.

use super::constraint::{plus_build_satisfied, satisfied};
use crate::file::File;

/// The newest release of Go whose tag (`go1.27`) is set.
const NEWEST_RELEASE: u32 = 27;

/// Known operating systems, of `internal/syslist` of Go 1.27, and whether the tag `unix` is set for them.
const SYSTEMS: &[(&str, bool)] = &[
    ("aix", true),
    ("android", true),
    ("darwin", true),
    ("dragonfly", true),
    ("freebsd", true),
    ("hurd", true),
    ("illumos", true),
    ("ios", true),
    ("js", false),
    ("linux", true),
    ("nacl", false),
    ("netbsd", true),
    ("openbsd", true),
    ("plan9", false),
    ("solaris", true),
    ("wasip1", false),
    ("windows", false),
    ("zos", false),
];

fn is_system(word: &str) -> bool {
    SYSTEMS.iter().any(|(name, _)| *name == word)
}

fn is_unix(os: &str) -> bool {
    SYSTEMS.contains(&(os, true))
}

/// Known architectures, of the same list.
const ARCHITECTURES: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// Experiments that Go 1.27 has turned on (`internal/buildcfg`); the tags are `goexperiment.` and the name.
const EXPERIMENTS: &[&str] = &[
    "dwarf5",
    "greenteagc",
    "jsonv2",
    "randomizedheapbase64",
    "regabiargs",
    "regabiwrappers",
    "sizespecializedmalloc",
];

/// What files are chosen for: as by a release of Go 1.27 without further settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// The operating system, a `GOOS`.
    pub os: String,
    /// The architecture, a `GOARCH`.
    pub arch: String,
    /// Whether files that import `C` are built.
    pub cgo: bool,
    /// Further tags.
    pub tags: Vec<String>,
}

impl Default for Platform {
    /// `linux/amd64` with cgo.
    fn default() -> Self {
        Self { os: "linux".into(), arch: "amd64".into(), cgo: true, tags: Vec::new() }
    }
}

/// Why a build does not take a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excluded {
    /// The go tool passes over names that begin with `_` or `.`.
    ByPrefix,
    /// Its name ends in another system or architecture.
    ByName,
    /// Its build constraint does not hold.
    ByConstraint,
    /// It imports `C`, and cgo is off.
    ByCgo,
    /// It has no package clause.
    NoPackage,
    /// Its package is another one than that of the folder.
    OtherPackage,
}

impl Platform {
    /// Whether a tag is set.
    pub fn has_tag(&self, tag: &str) -> bool {
        if tag == self.os || tag == self.arch || tag == "gc" || (tag == "cgo" && self.cgo) {
            return true;
        }
        match tag {
            "unix" => is_unix(&self.os),
            "linux" => self.os == "android",
            "darwin" => self.os == "ios",
            "solaris" => self.os == "illumos",
            "amd64.v1" => self.arch == "amd64",
            _ if tag.starts_with("goexperiment.") => {
                EXPERIMENTS.contains(&&tag["goexperiment.".len()..])
                    || self.tags.iter().any(|t| t == tag)
            }
            _ => is_release(tag) || self.tags.iter().any(|other| other == tag),
        }
    }

    /// The platform most like this one for which a file is built: with another system, another architecture, or the
    /// tags that its constraint names. `None` if none is found.
    ///
    /// A file that a build does not take belongs to another program than the rest of its package; to know the types
    /// in it, look at the package for this platform.
    pub fn that_takes(&self, name: &str, file: &File<'_>) -> Option<Self> {
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let constraint = file.build_constraint().unwrap_or_default();
        let words = constraint.split(|c| !is_word(c)).filter(|word| !word.is_empty());
        let is_known = |word: &&str| is_system(word) || ARCHITECTURES.contains(word);
        let is_platform = |word: &str| is_known(&word) || matches!(word, "unix" | "amd64.v1");
        let named: Vec<String> =
            words.clone().filter(|w| !is_known(w)).map(str::to_owned).collect();
        let with_named = [self.tags.clone(), named].concat();
        let constraint = Constraint::of(file);
        // A file that asks for tags alone is taken by this system and architecture, or by none.
        let asks_for_platform = self.excludes_name(name).is_some()
            || !constraint.plus_build.is_empty()
            || words.clone().any(is_platform);
        let (other_systems, other_architectures) = match asks_for_platform {
            true => (SYSTEMS, ARCHITECTURES),
            false => (&[][..], &[][..]),
        };
        let systems =
            || [self.os.as_str()].into_iter().chain(other_systems.iter().map(|(name, _)| *name));
        let architectures =
            || [self.arch.as_str()].into_iter().chain(other_architectures.iter().copied());
        [&self.tags, &with_named].into_iter().find_map(|tags| {
            let mut all = architectures().flat_map(|arch| systems().map(move |os| (os, arch)));
            all.find_map(|(os, arch)| {
                let (os, arch, tags) = (os.to_owned(), arch.to_owned(), tags.clone());
                let platform = Self { os, arch, cgo: self.cgo, tags };
                let takes = platform.excludes_name(name).is_none()
                    && platform.excludes(&constraint).is_none();
                takes.then_some(platform)
            })
        })
    }

    /// Whether the name of a file speaks against it.
    pub(crate) fn excludes_name(&self, file: &str) -> Option<Excluded> {
        if file.starts_with(['_', '.']) {
            return Some(Excluded::ByPrefix);
        }
        let stem = file.split('.').next().unwrap_or_default();
        let stem = stem.strip_suffix("_test").unwrap_or(stem);
        // What stands before the first underscore is no constraint: `linux.go` is for all systems.
        let (_, ending) = stem.split_once('_')?;
        let mut parts = ending.rsplit('_');
        let last = parts.next().unwrap_or_default();
        let excluded = if ARCHITECTURES.contains(&last) {
            let system = parts.next().filter(|part| is_system(part));
            !self.has_tag(last) || system.is_some_and(|system| !self.has_tag(system))
        } else {
            is_system(last) && !self.has_tag(last)
        };
        excluded.then_some(Excluded::ByName)
    }

    /// Whether what stands in a file speaks against it.
    pub(crate) fn excludes_file(&self, file: &File<'_>) -> Option<Excluded> {
        self.excludes(&Constraint::of(file))
    }

    /// The same for what it says of builds.
    pub(crate) fn excludes(&self, file: &Constraint) -> Option<Excluded> {
        let tag = |tag: &str| self.has_tag(tag);
        let holds = match &file.expression {
            Some(expression) => satisfied(expression, &tag).unwrap_or(false),
            None => file.plus_build.iter().all(|words| plus_build_satisfied(words, &tag)),
        };
        if !holds {
            return Some(Excluded::ByConstraint);
        }
        (file.imports_c && !self.cgo).then_some(Excluded::ByCgo)
    }
}

/// What a file says of the builds that take it.
#[derive(Clone, Debug)]
pub(crate) struct Constraint {
    /// That of its `//go:build` line.
    expression: Option<Box<str>>,
    /// The words of its `// +build` lines, which count if there is no such line.
    plus_build: Vec<Box<str>>,
    imports_c: bool,
}

impl Constraint {
    pub(crate) fn of(file: &File<'_>) -> Self {
        let expression = file.build_constraint().map(Box::from);
        let plus_build = match expression {
            Some(_) => Vec::new(),
            None => plus_build_lines(file).map(Box::from).collect(),
        };
        let imports_c = crate::names::import_paths(file).any(|path| path == "C");
        Self { expression, plus_build, imports_c }
    }
}

fn is_release(tag: &str) -> bool {
    let minor = tag.strip_prefix("go1.").and_then(|minor| minor.parse::<u32>().ok());
    minor.is_some_and(|minor| (1..=NEWEST_RELEASE).contains(&minor))
}

/// The words of `// +build` lines; they stand before the package clause with an empty line between.
fn plus_build_lines<'f>(file: &'f File<'_>) -> impl Iterator<Item = &'f str> {
    let package = file.package();
    let end = package.map_or(u32::MAX, |package| package.span.start);
    file.comment_groups()
        .take_while(move |group| file[*group].span.start < end)
        .filter(move |group| package.and_then(|package| package.doc) != Some(*group))
        .flat_map(move |group| file[group].comments())
        .filter_map(move |comment| {
            let text = file.text(file[comment].span).strip_prefix("//")?;
            text.trim_start().strip_prefix("+build").filter(|words| words.starts_with([' ', '\t']))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_constraints() {
        let excluded = |name| Platform::default().excludes_name(name);
        for taken in
            ["a.go", "linux.go", "a_linux.go", "a_linux_amd64_test.go", "a_b.go", "a_amd64.go"]
        {
            assert_eq!(excluded(taken), None, "{taken}");
        }
        for other in ["a_windows.go", "a_linux_arm64.go", "a_darwin_amd64.go", "a_arm64_test.go"] {
            assert_eq!(excluded(other), Some(Excluded::ByName), "{other}");
        }
        assert_eq!(excluded("_a.go"), Some(Excluded::ByPrefix));
    }

    #[test]
    fn contents_of_files_are_constraints() {
        let excluded = |source: &[u8]| Platform::default().excludes_file(&crate::parse(source));
        assert_eq!(excluded(b"//go:build linux\n\npackage p\n"), None);
        assert_eq!(excluded(b"//go:build ignore\n\npackage p\n"), Some(Excluded::ByConstraint));
        assert_eq!(excluded(b"// +build !linux\n\npackage p\n"), Some(Excluded::ByConstraint));
        assert_eq!(excluded(b"// +build !linux\npackage p\n"), None, "documentation");
        assert_eq!(excluded(b"package p\nimport \"C\"\n"), None);
        let without = Platform { cgo: false, ..Platform::default() };
        let file = crate::parse(b"package p\nimport \"C\"\n");
        assert_eq!(without.excludes_file(&file), Some(Excluded::ByCgo));
    }

    #[test]
    fn every_file_has_a_platform() {
        let taken = |name: &str, source: &str| {
            let platform = Platform::default().that_takes(name, &crate::parse(source.as_bytes()));
            platform
                .map(|platform| format!("{}/{} {:?}", platform.os, platform.arch, platform.tags))
        };
        assert_eq!(taken("a.go", "package p\n").as_deref(), Some("linux/amd64 []"));
        assert_eq!(taken("a_windows_arm64.go", "package p\n").as_deref(), Some("windows/arm64 []"));
        let source = "//go:build integration && !linux\n\npackage p\n";
        assert_eq!(taken("a.go", source).as_deref(), Some("aix/amd64 [\"integration\"]"));
        assert_eq!(taken("a.go", "//go:build x && !x\n\npackage p\n"), None);
    }
}
