//! Paths of source files as reports show them.

use plumb_profile::{Profile, StrId};
use rustc_hash::FxHashMap;

use crate::go_text::base;

/// Prefixes of sandboxes that are always cut.
const SANDBOXES: [&str; 2] = ["/proc/self/cwd/./", "/proc/self/cwd/"];

/// Cuts the prefixes of `trim_path`, or if there are none what stands before the last element of a search path.
pub(crate) fn trim(profile: &mut Profile, trim_path: &str, search_path: &str) {
    let mut known: FxHashMap<StrId, StrId> = FxHashMap::default();
    for index in 0..profile.functions.len() {
        let file = profile.functions[index].file;
        let trimmed = known.get(&file).copied().unwrap_or_else(|| {
            let path = profile.text(file);
            let cut = path.len() - trimmed(path, trim_path, search_path).len();
            let id = match cut {
                0 => file,
                cut => {
                    let rest = path[cut..].to_owned();
                    profile.strings.push(&rest)
                }
            };
            known.insert(file, id);
            id
        });
        profile.functions[index].file = trimmed;
    }
}

/// A path without the prefix that is not shown.
pub(crate) fn trimmed<'p>(path: &'p str, trim_path: &str, search_path: &str) -> &'p str {
    let list = |paths: &'_ str| {
        paths.split(':').filter(|path| !path.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    if trim_path.is_empty() {
        for folder in list(search_path) {
            let wanted = format!("/{}/", base(&folder));
            if let Some(at) = path.find(&wanted) {
                return &path[at + wanted.len()..];
            }
        }
    }
    let prefixes = list(trim_path);
    let prefixes = prefixes.iter().map(String::as_str).chain(SANDBOXES);
    for prefix in prefixes {
        let prefix = if prefix.ends_with('/') { prefix.to_owned() } else { format!("{prefix}/") };
        if let Some(rest) = path.strip_prefix(&prefix) {
            return rest;
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::trimmed;

    #[test]
    fn prefixes_are_cut() {
        for (path, trim_path, search_path, shown) in [
            ("/proc/self/cwd/x.go", "", "", "x.go"),
            ("/build/a/x.go", "/build", "", "a/x.go"),
            ("/build/a/x.go", "/other:/build/a/", "", "x.go"),
            ("/far/app/cmd/x.go", "", "/near/app", "cmd/x.go"),
            ("/far/app/cmd/x.go", "/far/app", "/near/cmd", "cmd/x.go"),
            ("/buildings/x.go", "/build", "", "/buildings/x.go"),
        ] {
            assert_eq!(trimmed(path, trim_path, search_path), shown, "{path}");
        }
    }
}
