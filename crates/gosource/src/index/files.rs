//! What files say of themselves, read once for all platforms: most of a package's files are the same on each.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::outline::{Outline, outline};
use crate::file::File;
use crate::module::{Constraint, EntryKind, Folders};
use crate::parser::{parse_declarations, parse_header};

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
    /// Names and paths of all its imports.
    pub(super) imports: Vec<(Option<Arc<str>>, Arc<str>)>,
    /// Where its first declaration begins that is no import; `None` if the beginning of the file is no Go.
    decls: Option<usize>,
    /// What it declares, once somebody has asked; `None` within if it has to be parsed as a whole for that.
    outline: OnceLock<Option<Arc<Outline>>>,
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
    pub(super) fn of(source: &[u8]) -> Self {
        let (header, decls) = parse_header(source);
        let is_sound = header.problems().is_empty();
        let facts = is_sound.then(|| Self::said_in(&header, Some(decls)));
        header.recycle();
        facts.unwrap_or_else(|| {
            let file = parse_declarations(source);
            let facts = Self::said_in(&file, None);
            file.recycle();
            facts
        })
    }

    fn said_in(file: &File<'_>, decls: Option<usize>) -> Self {
        let imports = crate::names::imports_of(file);
        Self {
            package: file.package_name().map(Arc::from),
            constraint: Constraint::of(file),
            generated: file.is_generated(),
            imports: imports.map(|(name, path)| (name.map(Arc::from), path.into())).collect(),
            decls,
            outline: OnceLock::new(),
        }
    }

    /// What it declares; `None` if it has to be parsed as a whole for that.
    pub(super) fn outline<'s>(
        &self,
        source: impl FnOnce() -> &'s mut Vec<u8>,
    ) -> Option<Arc<Outline>> {
        let decls = self.decls?;
        let find = || outline(source(), decls).map(Arc::new);
        self.outline.get_or_init(find).clone()
    }
}
