//! The leaking twins with the fixes of `plumb scan` in them: copies of `before`, which must be as sound as `after`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::expect::Expectation;
use crate::workspace;

/// What a program of a pattern is built from beside its own folder.
const SHARED: [&str; 3] = ["go.mod", "go.sum", "internal"];

/// Patterns of which a twin has no fix, and why there is no one right change.
pub const WITHOUT_FIX: [(&str, &str); 4] = [
    (
        "file-not-closed",
        "the source does not tell that the table of running exports keeps the file",
    ),
    ("goroutine-without-stop", "who ends it, and how, is a parameter that its callers must give"),
    ("map-entry-never-deleted", "which of the two keys is meant only its author knows"),
    ("wrapper-drops-close", "what the function returns changes, and with it all its callers"),
];

/// Why a pattern's twin has no fix; `None` if it has one.
pub(super) fn without_fix(id: &str) -> Option<&'static str> {
    WITHOUT_FIX.iter().find(|(known, _)| *known == id).map(|(_, why)| *why)
}

/// Where the fixed copy of a twin is kept: a module with the folder `before` in it.
pub(super) fn folder(id: &str) -> PathBuf {
    workspace::target().join("twins/fixed").join(id)
}

/// The flags with which a program leaks only what fixes mend, if it leaks more than that without.
pub(super) fn flags(marked: &Expectation) -> Vec<String> {
    let mended = |pattern: &str| without_fix(pattern).is_none();
    if marked.patterns().into_iter().all(mended) {
        return Vec::new();
    }
    let mut variants = marked.variants.iter();
    let variant = variants.find(|variant| variant.leaves.iter().all(|pattern| mended(pattern)));
    variant.map(|variant| variant.flags.clone()).unwrap_or_default()
}

/// Copies the leaking twin of a pattern, with all that it is built from, into a folder that is there.
///
/// # Errors
/// If a file cannot be read or written.
pub fn copy_before(id: &str, into: &Path) -> Result<()> {
    let pattern = workspace::patterns().join(id);
    let shared = SHARED.iter().filter(|name| pattern.join(name).exists());
    for name in shared.chain([&"before"]) {
        copy(&pattern.join(name), &into.join(name))?;
    }
    Ok(())
}

/// Copies the leaking twin of a pattern to [`folder`] and has all its fixes written there, by the real executable.
///
/// # Errors
/// If a file cannot be written, or plumb fails.
pub(super) fn write(plumb: &Path, id: &str) -> Result<()> {
    let folder = folder(id);
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder)?;
    copy_before(id, &folder)?;
    let mut scan = Command::new(plumb);
    scan.current_dir(&folder).args(["scan", "--fix", "--unsafe-fixes", "before"]);
    let output = scan.output().with_context(|| format!("cannot run {}", plumb.display()))?;
    // A version of a dependency that leaks is still found: what a go.mod says is nobody's to fix here.
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(matches!(output.status.code(), Some(0 | 1)), "cannot fix {id}: {}", errors.trim_end());
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let failed = || format!("cannot copy {}", from.display());
    if from.is_file() {
        fs::copy(from, to).with_context(failed)?;
        return Ok(());
    }
    fs::create_dir_all(to).with_context(failed)?;
    for entry in fs::read_dir(from).with_context(failed)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_fix_mends_is_left_out_by_flags() {
        let flags_of = |id: &str| {
            let folder = workspace::patterns().join(id).join("before");
            flags(&Expectation::read(&folder).expect("marks"))
        };
        assert_eq!(flags_of("http-body-not-closed"), ["-leak-file=false"]);
        assert_eq!(flags_of("client-not-closed"), [""; 0]);
    }

    #[test]
    fn a_copy_holds_what_the_program_is_built_from() {
        let into = tempfile::tempdir().expect("a folder");
        copy_before("http-body-not-closed", into.path()).expect("a copy");
        for file in ["go.mod", "go.sum", "before/main.go", "internal"] {
            assert!(into.path().join(file).exists(), "{file}");
        }
        assert!(!into.path().join("after").exists());
    }
}
