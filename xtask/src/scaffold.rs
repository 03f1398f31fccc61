//! `cargo xtask new-pattern`: the skeleton of a pattern's folder and its lines in the catalogue.
//!
//! The skeleton compiles. The catalogue's own tests refuse it until its texts are written, and the live test until
//! its program leaks and its check tells so.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// What stands for the pattern's id in the templates.
const ID: &str = "PATTERN-ID";

/// Path in the pattern's folder and template.
const FILES: [(&str, &str); 4] = [
    ("pattern.rs", include_str!("../templates/pattern/pattern.rs")),
    ("go.mod", include_str!("../templates/pattern/go.mod")),
    ("before/main.go", include_str!("../templates/pattern/before.go")),
    ("after/main.go", include_str!("../templates/pattern/after.go")),
];

/// The file that lists the catalogue.
const CATALOGUE: &str = "patterns/src/patterns.rs";

/// Writes the folder and enters the pattern at the end of the catalogue's lists.
///
/// # Errors
/// If the id is not in words joined by hyphens, is taken, or the catalogue's file has not the expected form.
pub fn new_pattern(root: &Path, id: &str) -> Result<()> {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    ensure!(id.split('-').all(word), "{id:?}: an id is lowercase words joined by hyphens");
    let folder = root.join("patterns").join(id);
    ensure!(!folder.exists(), "patterns/{id} exists");
    let catalogue = root.join(CATALOGUE);
    let text = fs::read_to_string(&catalogue)
        .with_context(|| format!("cannot read {}", catalogue.display()))?;
    let entered = enter(&text, id)?;
    for (name, template) in FILES {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        fs::write(&path, template.replace(ID, id))?;
    }
    copy_ops(root, &folder)?;
    fs::write(&catalogue, entered)?;
    println!("wrote patterns/{id} and its lines in {CATALOGUE}");
    println!("next: the traffic in patterns/load/scenario.go; see CONTRIBUTING.md");
    Ok(())
}

/// The catalogue's file with a module and a list entry for the pattern, each after the last of its kind.
fn enter(text: &str, id: &str) -> Result<String> {
    let module = id.replace('-', "_");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let is_path = |line: &String| line.contains("/pattern.rs\"]");
    let path = lines.iter().rposition(is_path).context("the catalogue has no pattern modules")?;
    let declared = lines.get(path + 1).context("the catalogue ends within a module")?;
    let visibility = declared.split("mod ").next().unwrap_or_default().to_owned();
    lines.insert(path + 2, format!("#[path = \"../{id}/pattern.rs\"]"));
    lines.insert(path + 3, format!("{visibility}mod {module};"));
    let is_entry =
        |line: &String| line.trim_start().starts_with('&') && line.contains("::PATTERN,");
    let entry = lines.iter().rposition(is_entry).context("the catalogue lists no pattern")?;
    let indent: String = lines[entry].chars().take_while(|c| c.is_whitespace()).collect();
    lines.insert(entry + 1, format!("{indent}&{module}::PATTERN,"));
    Ok(lines.join("\n") + "\n")
}

/// Gives the new programs the helper package that every twin has.
fn copy_ops(root: &Path, folder: &Path) -> Result<()> {
    let from = root.join("patterns/http-body-not-closed/internal/ops");
    let to = folder.join("internal/ops");
    fs::create_dir_all(&to)?;
    for entry in fs::read_dir(&from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_entered_after_the_last_of_their_kind() {
        let text = "//! The catalogue.\n\n#[path = \"../a-b/pattern.rs\"]\npub mod a_b;\n\n\
                    static PATTERNS: &[&Pattern] = &[\n    &a_b::PATTERN,\n];\n";
        let expected = "//! The catalogue.\n\n#[path = \"../a-b/pattern.rs\"]\npub mod a_b;\n\
                        #[path = \"../c-d/pattern.rs\"]\npub mod c_d;\n\n\
                        static PATTERNS: &[&Pattern] = &[\n    &a_b::PATTERN,\n    &c_d::PATTERN,\n];\n";
        assert_eq!(enter(text, "c-d").expect("entered"), expected);
        assert!(enter("//! Nothing.\n", "c-d").is_err());
    }

    #[test]
    fn bad_ids_write_nothing() {
        let root = tempfile::tempdir().expect("a folder");
        for id in ["", "Upper-case", "under_score", "double--hyphen", "../escape", "9-starts"] {
            assert!(new_pattern(root.path(), id).is_err(), "{id}");
        }
        assert!(!root.path().join("patterns").exists());
    }
}
