//! The recorded cases of the catalogue.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::expect::Expectation;
use super::judge::{Judgement, judge};
use super::play::diagnose;
use super::suite::{Scenario, standard};
use crate::workspace;

/// One recorded case and what must be found in it.
#[derive(Clone, Debug)]
pub struct RecordedCase {
    /// Pattern.
    pub id: String,
    /// The file.
    pub path: PathBuf,
    /// Its name without ending: `before`, `late`, `after`, `late-go1.19.13`.
    pub stem: String,
    expected: Expectation,
}

impl RecordedCase {
    /// The recorded cases of a pattern, by name.
    ///
    /// # Errors
    /// If the folder of cases or the marks cannot be read.
    pub fn all_of(id: &str) -> Result<Vec<Self>> {
        let pattern = workspace::patterns().join(id);
        let before = Expectation::read(&pattern.join("before"))?;
        let mut cases = BTreeMap::new();
        // One case stands alone, so that the folder can be diagnosed as it is.
        for folder in [pattern.join("case"), pattern.join("case/replay")] {
            let entries = std::fs::read_dir(&folder).with_context(|| {
                format!("cannot read {}: run `cargo xtask record {id}`", folder.display())
            })?;
            for entry in entries {
                let path = entry?.path();
                if path.extension().is_none_or(|extension| extension != "case") {
                    continue;
                }
                let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let healthy = stem.starts_with("after");
                let expected = if healthy { Expectation::default() } else { before.clone() };
                cases.insert(stem.clone(), Self { id: id.to_owned(), path, stem, expected });
            }
        }
        Ok(cases.into_values().collect())
    }

    /// Runs plumb on it and judges the answer by the standard of the moment it was recorded at. What plumb printed is
    /// kept in `folder`.
    ///
    /// # Errors
    /// If plumb prints no answer.
    pub fn judge(&self, plumb: &Path, folder: &Path) -> Result<Judgement> {
        let scenario =
            if self.stem.starts_with("before") { Scenario::Live } else { Scenario::Late };
        // Not a file extension, whatever dots a version has.
        let kept = folder.join(format!("{}-{}-offline", self.id, self.stem.replace('.', "-")));
        let (answer, code) = diagnose(plumb, &[self.path.display().to_string()], &kept)?;
        Ok(judge(&self.expected, &answer, code, |pattern| standard(pattern, scenario)))
    }
}
