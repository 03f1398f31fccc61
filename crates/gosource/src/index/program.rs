//! The packages of a program, read when they are asked for.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use super::extract::Extraction;
use super::package::{Package, PackageFile, Role};
use crate::file::File;
use crate::module::{EntryKind, Excluded, Folders, Layout, Location, PackageFolder, Platform};
use crate::names::{assumed_package_name, import_paths};

/// How many bytes of a file are read first to find its package clause.
const FIRST_BYTES: usize = 4096;

/// Whether the standard library imports something, and its path.
type Import = (bool, Arc<str>);

type Slot = Arc<OnceLock<Option<Arc<Package>>>>;

/// Packages by their paths; several threads may ask at once.
///
/// A package is read once, and only when it is asked for: its declarations without bodies of functions, and none of
/// what it imports but for the names of packages. No source is kept. Files are read one at a time by each thread.
pub struct Program<'s> {
    folders: &'s dyn Folders,
    layout: Layout,
    platform: Platform,
    packages: Mutex<FxHashMap<Arc<str>, Slot>>,
    /// Where imports are.
    locations: Mutex<FxHashMap<Import, Option<Arc<Location>>>>,
    names: Mutex<FxHashMap<Arc<str>, Option<Arc<str>>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is kept are finished values: a thread that panicked left nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'s> Program<'s> {
    /// A program of which nothing is read yet.
    pub fn new(folders: &'s dyn Folders, layout: Layout, platform: Platform) -> Self {
        let (packages, locations, names) = Default::default();
        Self { folders, layout, platform, packages, locations, names }
    }

    /// Its modules and where their imports are.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// For which platform files are chosen.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// What reads its files.
    pub fn folders(&self) -> &'s dyn Folders {
        self.folders
    }

    /// The folders with packages of all modules that are looked at.
    pub fn package_folders(&self) -> Vec<PackageFolder> {
        let modules = self.layout.modules().iter();
        modules.flat_map(|module| self.layout.packages(self.folders, module)).collect()
    }

    /// The package with a path, as types are known by it. A path that ends in `_test` is that of an external test
    /// package. `None` if it is not found.
    pub fn package(&self, path: &str) -> Option<Arc<Package>> {
        let slot = lock(&self.packages).get(path).cloned();
        let slot =
            slot.unwrap_or_else(|| lock(&self.packages).entry(path.into()).or_default().clone());
        slot.get_or_init(|| self.read(path).map(Arc::new)).clone()
    }

    /// Reads packages with several threads.
    pub fn load(&self, paths: &[&str], threads: usize) {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..threads.clamp(1, paths.len().max(1)) {
                scope.spawn(|| {
                    while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                        self.package(path);
                    }
                });
            }
        });
    }

    /// The path by which the types of an imported package are known.
    pub fn canonical_path(&self, import: &str, from_std: bool) -> Arc<str> {
        match self.locate(import, from_std) {
            Some(location) => location.path.as_str().into(),
            None => import.into(),
        }
    }

    fn locate(&self, import: &str, from_std: bool) -> Option<Arc<Location>> {
        let key = (from_std, Arc::from(import));
        if let Some(known) = lock(&self.locations).get(&key) {
            return known.clone();
        }
        let location = self.layout.locate(self.folders, import, from_std).map(Arc::new);
        lock(&self.locations).insert(key, location.clone());
        location
    }

    /// The name of an imported package; `None` if it is not found.
    pub fn package_name(&self, import: &str, from_std: bool) -> Option<Arc<str>> {
        if matches!(import, "unsafe" | "C") {
            return Some(import.into());
        }
        let location = self.locate(import, from_std)?;
        if let Some(known) = lock(&self.names).get(location.path.as_str()) {
            return known.clone();
        }
        let name = self.read_name(&location.folder);
        lock(&self.names).insert(location.path.as_str().into(), name.clone());
        name
    }

    /// The names of the packages that a file imports, where they are found: what [`Names::new`](crate::Names::new)
    /// needs, by path.
    pub fn import_names(&self, file: &File<'_>, from_std: bool) -> FxHashMap<String, Arc<str>> {
        let name = |path: &str| Some((path.to_owned(), self.package_name(path, from_std)?));
        import_paths(file).filter_map(name).collect()
    }

    /// The path of the package that imports of a file know by a name; it is asked of the most likely one first.
    pub(super) fn imported(
        &self,
        imports: &[(Option<Arc<str>>, Arc<str>)],
        local: &str,
        from_std: bool,
    ) -> Option<Arc<str>> {
        let canonical = |path: &str| self.canonical_path(path, from_std);
        if let Some((_, path)) = imports.iter().find(|(name, _)| name.as_deref() == Some(local)) {
            return Some(canonical(path));
        }
        let (likely, others): (Vec<_>, Vec<_>) = imports
            .iter()
            .filter(|(name, _)| name.is_none())
            .map(|(_, path)| path)
            .partition(|path| assumed_package_name(path) == local);
        let is_it = |path: &&&Arc<str>| match self.package_name(path, from_std) {
            Some(name) => &*name == local,
            None => assumed_package_name(path) == local,
        };
        likely.iter().find(is_it).or_else(|| others.iter().find(is_it)).map(|path| canonical(path))
    }

    fn go_files(&self, folder: &Path) -> Vec<String> {
        let entries = self.folders.list(folder).unwrap_or_default();
        let is_go = |name: &String| name.ends_with(".go");
        let files = entries.into_iter().filter(|entry| entry.kind == EntryKind::File);
        let mut files: Vec<String> = files.map(|entry| entry.name).filter(is_go).collect();
        files.sort();
        files
    }

    /// The package clause of a folder's first file that a build takes.
    fn read_name(&self, folder: &Path) -> Option<Arc<str>> {
        let files = self.go_files(folder);
        let files = files.iter().filter(|name| !name.ends_with("_test.go"));
        let mut files = files.filter(|name| self.platform.excludes_name(name).is_none());
        files.find_map(|name| {
            let source = self.folders.read(&folder.join(name)).ok()?;
            let mut length = FIRST_BYTES;
            loop {
                let file = crate::parse_declarations(&source[..length.min(source.len())]);
                if file.package().is_some() || length >= source.len() {
                    let excluded = self.platform.excludes_file(&file).is_some();
                    return file.package_name().filter(|_| !excluded).map(Arc::from);
                }
                length *= 4;
            }
        })
    }

    fn read(&self, path: &str) -> Option<Package> {
        let tested = path.strip_suffix("_test");
        let located = || self.locate(path, false).map(|location| (location, false));
        let (location, external) = located().or_else(|| {
            let location = self.locate(tested?, false).filter(|location| location.is_main)?;
            Some((location, true))
        })?;
        let mut extraction = self.extract(path, &location, external, None);
        if !extraction.shadowed.is_empty() {
            // Rare: what was read before the declaration was found took the names for the predeclared ones.
            extraction = self.extract(path, &location, external, Some(extraction));
        }
        Some(extraction.finish())
    }

    fn extract(
        &self,
        path: &str,
        location: &Location,
        external: bool,
        before: Option<Extraction<'_>>,
    ) -> Extraction<'_> {
        let package = Package {
            path: path.into(),
            folder: location.folder.clone(),
            is_main: location.is_main,
            is_std: location.is_std,
            ..Package::default()
        };
        let mut extraction = Extraction::new(self, package);
        extraction.shadowed = before.map(|before| before.shadowed).unwrap_or_default();
        for name in self.go_files(&location.folder) {
            self.add_file(&mut extraction, name, external);
        }
        extraction
    }

    fn add_file(&self, extraction: &mut Extraction<'_>, name: String, external: bool) {
        let is_test = name.ends_with("_test.go");
        let mut entry = PackageFile {
            name,
            role: Role::Unreadable,
            generated: false,
            problems: 0,
            imports: Vec::new(),
        };
        let package = &mut extraction.package;
        let wanted = if external { is_test } else { package.is_main || !is_test };
        if let Some(why) = self.platform.excludes_name(&entry.name) {
            entry.role = Role::Excluded(why);
        }
        if !wanted || matches!(entry.role, Role::Excluded(_)) {
            if wanted {
                package.files.push(entry);
            }
            return;
        }
        let Ok(source) = self.folders.read(&package.folder.join(&entry.name)) else {
            package.files.push(entry);
            return;
        };
        let file = crate::parse_declarations(&source);
        entry.generated = file.is_generated();
        entry.problems = file.problems().len();
        entry.role = self.role(&file, package, is_test, external);
        let takes = match entry.role {
            Role::ExternalTest => external,
            Role::Package | Role::Test => !external,
            Role::Excluded(_) | Role::Unreadable => false,
        };
        if takes {
            self.add_imports(&file, package, &mut entry);
            if package.name.is_empty() {
                package.name = file.package_name().unwrap_or_default().into();
            }
        }
        package.files.push(entry);
        if takes {
            let number = extraction.package.files.len() - 1;
            extraction.add(&file, number, is_test);
        }
    }

    fn role(&self, file: &File<'_>, package: &Package, is_test: bool, external: bool) -> Role {
        let Some(name) = file.package_name() else { return Role::Excluded(Excluded::NoPackage) };
        if let Some(why) = self.platform.excludes_file(file) {
            return Role::Excluded(why);
        }
        let is_external = is_test && name.ends_with("_test");
        if is_external && (external || package.name.is_empty() || name != &*package.name) {
            return Role::ExternalTest;
        }
        match () {
            () if external => Role::Test,
            () if !package.name.is_empty() && name != &*package.name => {
                Role::Excluded(Excluded::OtherPackage)
            }
            () if is_test => Role::Test,
            () => Role::Package,
        }
    }

    fn add_imports(&self, file: &File<'_>, package: &mut Package, entry: &mut PackageFile) {
        let names = crate::names::imports_of(file);
        for (name, path) in names {
            match name {
                Some("_") => {}
                Some(".") => {
                    let path = self.canonical_path(path, package.is_std);
                    if !package.dot_imports.contains(&path) {
                        package.dot_imports.push(path);
                    }
                }
                name => entry.imports.push((name.map(Arc::from), path.into())),
            }
        }
    }
}
