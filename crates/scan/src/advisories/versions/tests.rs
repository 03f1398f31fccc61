//! Which versions are in use, from the files of modules.

use super::*;
use crate::memory::Memory;

/// The versions of the module in `/m`, as `1.2.3`, `at least 1.2.3` or nothing.
fn version(files: &[(&str, &str)], path: &str) -> Option<String> {
    let folders = Memory::new(files.iter().copied());
    let layout = Layout::find(&folders, Path::new("/m"), Default::default());
    let used = Versions::of(&folders, &layout, &layout.modules()[0]).of_module(path)?;
    let least = if used.is_exact { "" } else { "at least " };
    Some(format!("{least}{}", used.version.text()))
}

fn go_mod(go: &str, rest: &str) -> String {
    format!("module example.com/m\n\ngo {go}\n\n{rest}\n")
}

#[test]
fn a_whole_list_says_the_version() {
    let text = go_mod("1.17", "require (\n\ta.b/c v1.2.3\n\td.e/f v0.1.0 // indirect\n)");
    let files = [("/m/go.mod", text.as_str())];
    assert_eq!(version(&files, "a.b/c").as_deref(), Some("v1.2.3"));
    assert_eq!(version(&files, "d.e/f").as_deref(), Some("v0.1.0"));
    assert_eq!(version(&files, "g.h/i"), None);
}

#[test]
fn an_older_go_mod_says_the_least() {
    let text = go_mod("1.16", "require a.b/c v1.2.3");
    let files = |sum| vec![("/m/go.mod", text.as_str()), ("/m/go.sum", sum)];
    let of = |sum| version(&files(sum), "a.b/c");
    assert_eq!(of("").as_deref(), Some("at least v1.2.3"));
    assert_eq!(of("a.b/c v1.2.3 h1:x=\na.b/c v1.9.0/go.mod h1:x=\n").as_deref(), Some("v1.2.3"));
    assert_eq!(of("a.b/c v1.2.3 h1:x=\na.b/c v1.4.0 h1:x=\n").as_deref(), Some("at least v1.2.3"));
}

#[test]
fn the_most_that_it_can_be_must_leak_too() {
    let affected =
        |fixed| Affected { introduced: None, fixed: Version::parse(fixed), backports: Vec::new() };
    let used = Used {
        version: Version::parse("v1.2.3").expect("a version"),
        is_exact: false,
        most: Version::parse("v1.4.0"),
    };
    assert!(used.is_in(&affected("v1.5.0")));
    assert!(!used.is_in(&affected("v1.4.0")));
    assert!(!used.is_in(&affected("v1.2.0")));
}

#[test]
fn replacements_count() {
    let of = |replace: &str| {
        let text = go_mod("1.24", &format!("require a.b/c v1.2.3\n\nreplace {replace}"));
        version(&[("/m/go.mod", text.as_str())], "a.b/c")
    };
    assert_eq!(of("a.b/c => a.b/c v1.9.0").as_deref(), Some("v1.9.0"));
    assert_eq!(of("a.b/c v1.2.3 => a.b/c v1.9.0").as_deref(), Some("v1.9.0"));
    assert_eq!(of("a.b/c v1.0.0 => a.b/c v1.9.0").as_deref(), Some("v1.2.3"), "another version");
    assert_eq!(of("a.b/c => ../c"), None, "a folder has no version");
    assert_eq!(of("a.b/c => fork.io/c v1.2.3"), None, "a fork may be mended");
    assert_eq!(of("d.e/f => ../f").as_deref(), Some("v1.2.3"));
}

#[test]
fn vendored_modules_are_what_is_built() {
    let text = go_mod("1.14", "require a.b/c v1.2.3");
    let modules = "# a.b/c v1.4.0\n## explicit\na.b/c\na.b/c/sub\n# d.e/f v1.0.0 => ../f\nd.e/f\n\
                   # g.h/i v1.0.0 => g.h/i v1.1.0\ng.h/i\n# j.k/l v1.0.0 => fork.io/l v1.0.0\nj.k/l\n# m.n/o => ./o\n";
    let files = [("/m/go.mod", text.as_str()), ("/m/vendor/modules.txt", modules)];
    let of = |path| version(&files, path);
    assert_eq!(of("a.b/c").as_deref(), Some("v1.4.0"));
    assert_eq!(of("g.h/i").as_deref(), Some("v1.1.0"));
    assert_eq!([of("d.e/f"), of("j.k/l"), of("m.n/o"), of("a.b")], [None, None, None, None]);
}

#[test]
fn a_workspace_takes_the_highest() {
    let first = go_mod("1.24", "require a.b/c v1.2.3\nrequire d.e/f v1.0.0");
    let second = "module example.com/n\n\ngo 1.24\n\nrequire a.b/c v1.10.0\n";
    let files =
        |work| vec![("/m/go.mod", first.as_str()), ("/m/n/go.mod", second), ("/m/go.work", work)];
    let work = "go 1.24\n\nuse (\n\t.\n\t./n\n)\n";
    assert_eq!(version(&files(work), "a.b/c").as_deref(), Some("v1.10.0"));
    let replaced = "go 1.24\n\nuse (\n\t.\n\t./n\n)\n\nreplace d.e/f => d.e/f v1.5.0\n";
    assert_eq!(version(&files(replaced), "d.e/f").as_deref(), Some("v1.5.0"));
}

#[test]
fn excluded_versions_are_not_taken() {
    let text = go_mod("1.24", "require a.b/c v1.2.3\n\nexclude a.b/c v1.2.3");
    assert_eq!(version(&[("/m/go.mod", text.as_str())], "a.b/c"), None);
}
