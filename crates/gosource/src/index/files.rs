//! What files say of themselves, read once for all platforms: most of a package's files are the same on each.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use super::declared::Declared;
use super::shared::lock;
use crate::file::File;
use crate::module::{Constraint, EntryKind, Folders};

/// The Go files of a folder.
#[derive(Debug)]
pub(super) struct FolderFiles {
    folder: PathBuf,
    /// Their names, in order.
    names: Vec<String>,
    facts: Vec<OnceLock<Option<Arc<FileFacts>>>>,
}

/// What a file says, whatever build takes it.
#[derive(Debug)]
pub(super) struct FileFacts {
    /// The name of its package.
    pub(super) package: Option<Arc<str>>,
    pub(super) constraint: Constraint,
    pub(super) generated: bool,
    pub(super) problems: usize,
    /// Names and paths of all its imports.
    pub(super) imports: Vec<(Option<Arc<str>>, Arc<str>)>,
    /// What it declares, once somebody has asked: as a part of the package, and of its external tests. There are several
    /// if programs find its imports in different places.
    declared: [Mutex<Vec<Arc<Declared>>>; 2],
}

impl FolderFiles {
    pub(super) fn list(folders: &dyn Folders, folder: &Path) -> Self {
        let entries = folders.list(folder).unwrap_or_default();
        let is_go = |name: &String| name.ends_with(".go");
        let files = entries.into_iter().filter(|entry| entry.kind == EntryKind::File);
        let mut names: Vec<String> = files.map(|entry| entry.name).filter(is_go).collect();
        names.sort();
        let facts = names.iter().map(|_| OnceLock::new()).collect();
        Self { folder: folder.to_path_buf(), names, facts }
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn path(&self, number: usize) -> PathBuf {
        self.folder.join(&self.names[number])
    }

    /// The facts of a file if they are known already; `None` within if it cannot be read.
    pub(super) fn known(&self, number: usize) -> Option<Option<Arc<FileFacts>>> {
        self.facts[number].get().cloned()
    }

    pub(super) fn remember(
        &self,
        number: usize,
        facts: Option<Arc<FileFacts>>,
    ) -> Option<Arc<FileFacts>> {
        self.facts[number].get_or_init(|| facts).clone()
    }
}

impl FileFacts {
    pub(super) fn of(file: &File<'_>) -> Self {
        let imports = crate::names::imports_of(file);
        Self {
            package: file.package_name().map(Arc::from),
            constraint: Constraint::of(file),
            generated: file.is_generated(),
            problems: file.problems().len(),
            imports: imports.map(|(name, path)| (name.map(Arc::from), path.into())).collect(),
            declared: Default::default(),
        }
    }

    /// What it declares, as far as `holds` says that it is known.
    pub(super) fn declared(
        &self,
        external: bool,
        holds: impl Fn(&Declared) -> bool,
    ) -> Option<Arc<Declared>> {
        lock(&self.declared[usize::from(external)]).iter().find(|known| holds(known)).cloned()
    }

    /// Keeps what it declares.
    pub(super) fn keep(&self, external: bool, declared: &Arc<Declared>) {
        lock(&self.declared[usize::from(external)]).push(declared.clone());
    }
}
