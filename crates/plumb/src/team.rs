//! What a team says of its code in `plumb.toml`: for a scan, and for the source of a program that is diagnosed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use plumb_patterns::CATALOGUE;
use plumb_scan::Knowledge;
use plumb_scan::config::{Config, FILE_NAME};
use plumb_scan::places::with_slashes;

use crate::commands::SourceError;
use crate::user_error::UserError;

/// A `plumb.toml`, or nothing if there is none.
#[derive(Default)]
pub(crate) struct Team {
    /// What it says.
    pub(crate) config: Config,
    /// The file.
    pub(crate) path: Option<PathBuf>,
    /// What stands before a path that is told from the base, told from the folder of the file.
    lead: String,
}

impl Team {
    /// Reads the nearest file in or above a folder, the base, up to the root of the repository.
    ///
    /// # Errors
    /// If there is one that cannot be read or used.
    pub(crate) fn nearest(base: &Path) -> Result<Self, UserError> {
        let top = repository(base);
        let folders = base.ancestors().take_while(|folder| folder.starts_with(top));
        for folder in folders {
            let path = folder.join(FILE_NAME);
            let text = match fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(UserError::Unreadable(path, error)),
            };
            let config =
                Config::parse(&text).map_err(|error| SourceError::Config(path.clone(), error))?;
            let lead = match base.strip_prefix(folder) {
                Ok(rest) if !rest.as_os_str().is_empty() => format!("{}/", with_slashes(rest)),
                _ => String::new(),
            };
            return Ok(Self { config, path: Some(path), lead });
        }
        Ok(Self::default())
    }

    /// What acquires and releases: the team's own first, which knows its functions better, then the catalogue.
    pub(crate) fn knowledge(&self) -> Knowledge {
        let objects = self.config.objects().into_iter().chain(CATALOGUE.objects.iter().copied());
        Knowledge::new(Vec::leak(objects.collect()))
    }

    /// Whether a scan is not to look at a file, told from the base.
    pub(crate) fn excludes(&self, file: &str) -> bool {
        self.config.excludes(&format!("{}{file}", self.lead))
    }
}

/// The root of the repository around a folder; the folder itself if it is in none.
pub(crate) fn repository(folder: &Path) -> &Path {
    folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(folder)
}
