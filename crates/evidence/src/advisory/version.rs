//! Versions of modules and of Go, and which of them have a leak.

use std::cmp::Ordering;

/// A version of a module, `v1.2.3`, or of Go, `go1.21.3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    text: String,
    number: semver::Version,
}

impl Version {
    /// Reads what `go.mod`, `vendor/modules.txt` and build information have: versions with pre-releases, pseudo-versions and
    /// `+incompatible`, and releases of Go with and without the word and with what experiments and distributors append.
    /// `None` for what is none or cannot be ordered, such as `(devel)` and development versions of Go.
    pub fn parse(text: &str) -> Option<Self> {
        let number = match text.strip_prefix('v') {
            Some(number) => semver::Version::parse(number).ok()?,
            None => go_release(text.strip_prefix("go").unwrap_or(text))?,
        };
        Some(Self { text: text.to_owned(), number })
    }

    /// As it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it names a commit instead of a release: `v0.0.0-20220906165146-f3363e06e74c`.
    pub fn is_pseudo(&self) -> bool {
        let mut parts = self.number.pre.as_str().rsplitn(2, '-');
        let (Some(commit), Some(rest)) = (parts.next(), parts.next()) else { return false };
        let time = rest.rsplit('.').next().unwrap_or(rest);
        let is_commit = commit.len() == 12 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_commit && time.len() == 14 && time.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn release(&self) -> (u64, u64, u64) {
        (self.number.major, self.number.minor, self.number.patch)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        // What follows a `+` says nothing of the order.
        Some(self.number.cmp_precedence(&other.number))
    }
}

/// `1.21.3`, `1.21`, `1.22rc1`, `1.21.3 X:boringcrypto`, `1.21.3-distributor`.
fn go_release(text: &str) -> Option<semver::Version> {
    let plain = text.split([' ', '-', '+']).next()?;
    if plain.len() < text.len() && text[plain.len()..].starts_with("-devel") {
        return None;
    }
    let end = plain.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(plain.len());
    let (numbers, pre) = plain.split_at(end);
    let mut numbers = numbers.split('.').map(|number| number.parse().ok());
    let (major, minor) = (numbers.next()??, numbers.next()??);
    let patch = numbers.next().unwrap_or(Some(0))?;
    if numbers.next().is_some() {
        return None;
    }
    let mut version = semver::Version::new(major, minor, patch);
    version.pre = semver::Prerelease::new(pre).ok()?;
    Some(version)
}

/// A range of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// The first that leaks; from the beginning if there is none.
    pub introduced: Option<Version>,
    /// The first that does not; none if all later ones leak.
    pub fixed: Option<Version>,
    /// The first good ones of older lines `major.minor`.
    pub backports: Vec<Version>,
}

impl Affected {
    /// Reads cells of the table; `None` if one is no version.
    pub(super) fn parse(introduced: &str, fixed: &str, backports: &str) -> Option<Self> {
        let cell = |text: &str| match text {
            "-" => Some(None),
            text => Version::parse(text).map(Some),
        };
        let backports = backports.split(' ').filter(|entry| *entry != "-").map(Version::parse);
        Some(Self {
            introduced: cell(introduced)?,
            fixed: cell(fixed)?,
            backports: backports.collect::<Option<_>>()?,
        })
    }

    /// Whether a version certainly leaks. Of a commit or a pre-release near the release that mends it is not known
    /// whether it has the change already, so it does not count.
    pub fn has(&self, version: &Version) -> bool {
        let after = self.introduced.as_ref().is_none_or(|first| {
            version >= first && (!version.is_pseudo() || is_well_before(first, version))
        });
        let before =
            self.fixed.as_ref().is_none_or(|fixed| version < fixed && is_certain(version, fixed));
        let (major, minor, _) = version.release();
        let backported = self.backports.iter().any(|backport| {
            let (of_major, of_minor, _) = backport.release();
            (major, minor) == (of_major, of_minor)
                && !(version < backport && is_certain(version, backport))
        });
        after && before && !backported
    }
}

/// Whether `introduced` is known to be a part of a commit: some release lies between, or both are commits.
fn is_well_before(introduced: &Version, commit: &Version) -> bool {
    introduced.is_pseudo() || introduced.release() < commit.release()
}

/// Whether a version before the mending one is known to be without the change.
fn is_certain(version: &Version, fixed: &Version) -> bool {
    if version.number.pre.is_empty() || !fixed.number.pre.is_empty() {
        return true;
    }
    if !version.is_pseudo() {
        return version.release() != fixed.release();
    }
    // The commit comes after its base, so it is on the way to one of the next releases: of the line, of the next
    // line, or of the next major version. Any other mending release has one before it that this commit led to.
    let (major, minor, patch) = version.release();
    let (to_major, to_minor, to_patch) = fixed.release();
    let same_line = (to_major, to_minor) == (major, minor);
    let next_line = (to_major, to_minor, to_patch) == (major, minor + 1, 0);
    let next_major = to_major == major + 1 && (to_minor, to_patch) == (0, 0);
    let first_of_all = (major, minor, patch) == (0, 0, 0) && (to_minor, to_patch) == (0, 0);
    !(same_line || next_line || next_major || first_of_all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap_or_else(|| panic!("{text} is no version"))
    }

    #[test]
    fn versions_have_an_order() {
        let ascending = [
            "v0.0.0-20171128013749-e6a4aa30b6fa",
            "v0.0.0-20220906165146-f3363e06e74c",
            "v0.17.0",
            "v1.0.0-beta.2",
            "v1.0.0-beta.11",
            "v1.0.0-rc.1",
            "v1.0.0",
            "v1.5.4-0.20250319132907-e064f32e3674",
            "v1.5.4",
            "v1.9.0",
            "v1.10.0",
            "v2.0.0+incompatible",
        ];
        for pair in ascending.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{pair:?}");
        }
        let go = ["go1.9.7", "go1.20", "1.21rc2", "go1.21", "go1.21.3 X:boringcrypto", "1.21.4"];
        for pair in go.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{pair:?}");
        }
        assert!(version("go1.21.3-distributor1") >= version("1.21.3"));
        for none in ["(devel)", "", "devel go1.27-abc", "go1.27-devel_0123456", "v1", "1", "latest"]
        {
            assert_eq!(Version::parse(none), None, "{none}");
        }
    }

    #[test]
    fn commits_are_told_from_releases() {
        assert!(version("v0.0.0-20220906165146-f3363e06e74c").is_pseudo());
        assert!(version("v1.5.4-0.20250319132907-e064f32e3674").is_pseudo());
        assert!(version("v1.5.4-rc.1.0.20250319132907-e064f32e3674").is_pseudo());
        assert!(version("v2.0.1-0.20250319132907-e064f32e3674+incompatible").is_pseudo());
        assert!(!version("v1.0.0-rc.1").is_pseudo());
        assert!(!version("v1.0.0").is_pseudo());
    }

    #[test]
    fn ranges_have_ends() {
        let range = Affected::parse("v1.41.0", "v1.47.0", "-").expect("versions");
        let has = |text| range.has(&version(text));
        assert!(!has("v1.40.1") && has("v1.41.0") && has("v1.46.2") && !has("v1.47.0"));
        let open = Affected::parse("-", "-", "-").expect("versions");
        assert!(open.has(&version("v0.0.1")) && open.has(&version("v99.0.0")));
        assert_eq!(Affected::parse("-", "soon", "-"), None);
    }

    #[test]
    fn older_lines_are_mended_too() {
        let range = Affected::parse("-", "1.21.3", "1.20.10").expect("versions");
        let has = |text| range.has(&version(text));
        assert!(has("go1.19.13") && has("go1.20.9") && has("go1.21.2"));
        assert!(!has("go1.20.10") && !has("go1.20.14") && !has("go1.21.3") && !has("go1.22.0"));
    }

    #[test]
    fn what_may_have_the_change_already_does_not_count() {
        let release = Affected::parse("-", "v0.17.0", "-").expect("versions");
        let has = |text| release.has(&version(text));
        assert!(has("v0.0.0-20190311183353-d8887717615a"), "years before the first release");
        assert!(has("v0.15.1-0.20230901000000-0123456789ab"), "there was a v0.16.0");
        assert!(!has("v0.16.1-0.20231001000000-0123456789ab"), "on the way to v0.17.0");
        assert!(!has("v0.17.0-rc.1") && has("v0.16.0-rc.1"));
        let first = Affected::parse("-", "v1.0.0", "-").expect("versions");
        assert!(!first.has(&version("v0.0.0-20200624222514-34081eda590e")), "before any release");
        let commit = Affected::parse("-", "v0.0.0-20220906165146-f3363e06e74c", "-");
        let commit = commit.expect("versions");
        assert!(commit.has(&version("v0.0.0-20220906000000-0123456789ab")));
        assert!(!commit.has(&version("v0.0.0-20220907000000-0123456789ab")));
        let since = Affected::parse("v1.41.0", "v1.60.0", "-").expect("versions");
        assert!(!since.has(&version("v1.41.0-0.20210901000000-0123456789ab")), "before it");
        assert!(since.has(&version("v1.42.1-0.20210901000000-0123456789ab")));
    }
}
