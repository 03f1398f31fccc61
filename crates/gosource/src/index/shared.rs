//! What is read of packages once for several programs: those of the modules of one tree, and those of other platforms.
//!
//! What the declarations of a file mean depends on where a program finds its imports; their texts do not. So outlines of
//! files are kept for all programs, and types for those that find everything in the same places.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use super::files::FolderFiles;
use super::package::Package;
use crate::module::{Folders, Layout, Location, Platform};

/// A package once somebody has asked; `None` if it is not found.
pub(super) type Slot = Arc<OnceLock<Option<Arc<Package>>>>;

/// Packages by their paths.
pub(super) type Slots = Mutex<FxHashMap<Arc<str>, Slot>>;

/// What several programs read only once. They must have the same folders and the same installation of Go.
#[derive(Default)]
pub struct SharedPackages {
    files: Mutex<FxHashMap<Arc<Location>, Arc<FolderFiles>>>,
    platforms: Mutex<Vec<(Platform, Arc<OfPlatform>)>>,
}

/// What is the same for all programs for one platform.
#[derive(Default)]
pub(super) struct OfPlatform {
    names: Mutex<FxHashMap<Arc<Location>, Option<Arc<str>>>>,
    /// The standard library.
    standard: Slots,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is kept are finished values: a thread that panicked left nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The slot of a package.
pub(super) fn slot(slots: &Slots, path: &str) -> Slot {
    let mut slots = lock(slots);
    match slots.get(path) {
        Some(slot) => slot.clone(),
        None => slots.entry(path.into()).or_default().clone(),
    }
}

impl SharedPackages {
    /// The Go files of a package's folder.
    pub(super) fn files(
        &self,
        folders: &dyn Folders,
        location: &Arc<Location>,
    ) -> Arc<FolderFiles> {
        if let Some(known) = lock(&self.files).get(location) {
            return known.clone();
        }
        let files = Arc::new(FolderFiles::list(folders, &location.folder));
        lock(&self.files).entry(location.clone()).or_insert(files).clone()
    }

    pub(super) fn of_platform(&self, platform: &Platform) -> Arc<OfPlatform> {
        let mut platforms = lock(&self.platforms);
        if let Some((_, known)) = platforms.iter().find(|(known, _)| known == platform) {
            return known.clone();
        }
        platforms.push((platform.clone(), Arc::default()));
        platforms[platforms.len() - 1].1.clone()
    }
}

impl OfPlatform {
    /// The name of a package, which `read` finds at first.
    pub(super) fn name(
        &self,
        location: &Arc<Location>,
        read: impl FnOnce() -> Option<Arc<str>>,
    ) -> Option<Arc<str>> {
        if let Some(known) = lock(&self.names).get(location) {
            return known.clone();
        }
        let name = read();
        lock(&self.names).insert(location.clone(), name.clone());
        name
    }

    /// The slots of the standard library, if nothing in a layout can stand in for one of its packages.
    pub(super) fn standard(&self, layout: &Layout) -> Option<&Slots> {
        let is_apart = |path: &str| path.split('/').next().is_some_and(|first| first.contains('.'));
        let modules = layout.modules().iter();
        modules.map(|module| &*module.path).all(is_apart).then_some(&self.standard)
    }
}
