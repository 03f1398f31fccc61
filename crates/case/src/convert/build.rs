//! What the paths in a profile say about the build, where build info is not at hand.

use std::collections::BTreeMap;

use plumb_evidence::code::{Build, Module};
use plumb_profile::Profile;

/// Modules with their versions, and the Go version if the toolchain came from a module cache or a folder
/// named after it. The main module does not show: its files lie outside of any `module@version` folder.
pub(crate) fn build_of_profile(profile: &Profile) -> Build {
    let mut modules: BTreeMap<String, &str> = BTreeMap::new();
    let mut build = Build::default();
    for function in &profile.functions {
        let file = profile.text(function.file);
        if profile.text(function.name).starts_with("runtime.") {
            build.go_version = build.go_version.or_else(|| toolchain(file).map(Into::into));
        } else if let Some((module, version)) = module_in_path(file) {
            modules.entry(module).or_insert(version);
        }
    }
    let module = |(path, version): (String, &str)| Module {
        path: path.into(),
        version: version.into(),
        replaced_by: None,
    };
    build.dependencies = modules.into_iter().map(module).collect();
    build
}

/// `…/toolchain@v0.0.1-go1.27.3.linux-amd64/src/runtime/proc.go`, `/opt/go1.21.13/src/runtime/proc.go`
fn toolchain(file: &str) -> Option<&str> {
    let (root, _) = file.split_once("/src/runtime/")?;
    let at = root.rfind("go1.").filter(|&at| root[..at].ends_with(['/', '-']))?;
    let version = &root[at..];
    let is_version = |c: char| c.is_ascii_digit() || c == '.';
    let digits = version[2..].find(|c| !is_version(c)).map_or(version.len(), |end| end + 2);
    Some(version[..digits].trim_end_matches('.'))
}

/// `…/pkg/mod/github.com/x/y@v1.2.3/z.go`, or the same without what stands before the module (`-trimpath`).
fn module_in_path(file: &str) -> Option<(String, &str)> {
    let (before, after) = file.split_once('@')?;
    let (version, _) = after.split_once('/')?;
    let module = before.rsplit_once("/pkg/mod/").map_or(before, |(_, module)| module);
    let plausible = version.starts_with('v') && !module.is_empty() && !module.starts_with('/');
    plausible.then(|| (unescape(module), version))
}

/// The module cache writes capitals as `!` and the small letter (`golang.org/x/mod/module.EscapePath`).
fn unescape(path: &str) -> String {
    let mut parts = path.split('!');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut chars = part.chars();
        out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        out.push_str(chars.as_str());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_modules_and_toolchains() {
        let cached = "/home/ci/go/pkg/mod/github.com/!burnt!sushi/toml@v1.4.0/decode.go";
        assert_eq!(module_in_path(cached), Some(("github.com/BurntSushi/toml".into(), "v1.4.0")));
        let trimmed = "google.golang.org/grpc@v1.72.2/clientconn.go";
        assert_eq!(module_in_path(trimmed), Some(("google.golang.org/grpc".into(), "v1.72.2")));
        assert_eq!(module_in_path("/home/me@work/main.go"), None);
        let file =
            "/x/pkg/mod/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/src/runtime/proc.go";
        assert_eq!(toolchain(file), Some("go1.27.3"));
        assert_eq!(toolchain("/opt/go1.9.7/src/runtime/proc.go"), Some("go1.9.7"));
        assert_eq!(toolchain("/usr/local/go/src/runtime/proc.go"), None);
    }
}
