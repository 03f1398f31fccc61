//! Where a Go toolchain and downloaded modules are on this machine, as far as they are; none of it is needed.

use std::env;
use std::path::PathBuf;

use plumb_gosource::Installation;

/// The installation that the environment tells of, found without running `go`: `GOROOT`, else the `go` on the path,
/// else the usual folder; `GOMODCACHE` and `GOPATH`, else `go` in the home folder.
pub fn installed() -> Installation {
    let gopath: Vec<PathBuf> = match env::var_os("GOPATH").filter(|value| !value.is_empty()) {
        Some(paths) => env::split_paths(&paths).collect(),
        None => {
            env::var_os("HOME").map(|home| PathBuf::from(home).join("go")).into_iter().collect()
        }
    };
    let module_caches = match env::var_os("GOMODCACHE").filter(|value| !value.is_empty()) {
        Some(cache) => vec![PathBuf::from(cache)],
        None => gopath.iter().map(|path| path.join("pkg/mod")).collect(),
    };
    Installation { goroot: goroot(), module_caches, gopath }
}

fn goroot() -> Option<PathBuf> {
    let named = env::var_os("GOROOT").filter(|value| !value.is_empty()).map(PathBuf::from);
    let on_path = || {
        let path = env::var_os("PATH")?;
        let go = env::split_paths(&path).map(|folder| folder.join("go")).find(|go| go.is_file())?;
        // `GOROOT/bin/go`, mostly through a link.
        Some(go.canonicalize().ok()?.parent()?.parent()?.to_path_buf())
    };
    let usual = || Some(PathBuf::from("/usr/local/go"));
    let is_root = |root: &PathBuf| root.join("src/fmt").is_dir();
    named.filter(is_root).or_else(|| on_path().filter(is_root)).or_else(|| usual().filter(is_root))
}
