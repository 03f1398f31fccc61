//! The packages of a program, read when they are asked for.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustc_hash::FxHashMap;

use super::declared::{Content, TakenFile};
use super::extract::Imports;
use super::files::{FileFacts, FolderFiles};
use super::package::{Package, PackageFile, Role};
use super::shared::{OfPlatform, SharedPackages, Slots, lock, slot};
use crate::file::File;
use crate::lexer::clause_end;
use crate::module::{Excluded, Folders, Layout, Location, PackageFolder, Platform};
use crate::names::{assumed_package_name, import_paths};

/// How many bytes of a file are read first to find its package clause.
const FIRST_BYTES: usize = 4096;

/// Packages by their paths; several threads may ask at once.
///
/// A package is read once, and only when it is asked for: the names that it declares, with the texts of the declarations
/// without bodies of functions, and none of what it imports but for the names of packages. The texts are parsed when a
/// name is asked for. Files are read one at a time by each thread.
pub struct Program<'s> {
    folders: &'s dyn Folders,
    platform: Platform,
    packages: Slots,
    of_platform: Arc<OfPlatform>,
    /// Names of packages by import path: of imports of the modules, and of those of the standard library.
    names: [Mutex<PackageNames>; 2],
    same: Arc<Same>,
}

/// By import path; `None` if it is nowhere.
type Locations = FxHashMap<Arc<str>, Option<Arc<Location>>>;

/// Names of packages by import path; `None` if there is no package.
type PackageNames = FxHashMap<Arc<str>, Option<Arc<str>>>;

/// What is the same for all platforms.
struct Same {
    layout: Layout,
    /// Where imports are: of the modules, and of the standard library.
    locations: [Mutex<Locations>; 2],
    shared: Arc<SharedPackages>,
}

impl<'s> Program<'s> {
    /// A program of which nothing is read yet.
    pub fn new(folders: &'s dyn Folders, layout: Layout, platform: Platform) -> Self {
        Self::sharing(Arc::default(), folders, layout, platform)
    }

    /// A program that reads only what no other one has read that shares this.
    pub fn sharing(
        shared: Arc<SharedPackages>,
        folders: &'s dyn Folders,
        layout: Layout,
        platform: Platform,
    ) -> Self {
        let of_platform = shared.of_platform(&platform);
        let (packages, names, locations) = Default::default();
        let same = Arc::new(Same { layout, locations, shared });
        Self { folders, platform, packages, of_platform, names, same }
    }

    /// The same program for another platform. It reads again only the files that nobody has asked for yet.
    pub fn for_platform(&self, platform: Platform) -> Self {
        let of_platform = self.same.shared.of_platform(&platform);
        let (packages, names, same) = (Slots::default(), Default::default(), self.same.clone());
        Self { folders: self.folders, platform, packages, of_platform, names, same }
    }

    /// Its modules and where their imports are.
    pub fn layout(&self) -> &Layout {
        &self.same.layout
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
        let layout = self.layout();
        let modules = layout.modules().iter();
        modules.flat_map(|module| layout.packages(self.folders, module)).collect()
    }

    /// The package with a path, as types are known by it. A path that ends in `_test` is that of an external test
    /// package. `None` if it is not found.
    pub fn package(&self, path: &str) -> Option<Arc<Package>> {
        slot(&self.packages, path).get_or_init(|| self.find(path)).clone()
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
            Some(location) => location.path.clone(),
            None => import.into(),
        }
    }

    fn locate(&self, import: &str, from_std: bool) -> Option<Arc<Location>> {
        let locations = &self.same.locations[usize::from(from_std)];
        if let Some(known) = lock(locations).get(import) {
            return known.clone();
        }
        let location = self.layout().locate(self.folders, import, from_std).map(Arc::new);
        lock(locations).insert(import.into(), location.clone());
        location
    }

    /// The name of an imported package; `None` if it is not found.
    pub fn package_name(&self, import: &str, from_std: bool) -> Option<Arc<str>> {
        if matches!(import, "unsafe" | "C") {
            return Some(import.into());
        }
        let names = &self.names[usize::from(from_std)];
        if let Some(known) = lock(names).get(import) {
            return known.clone();
        }
        let location = self.locate(import, from_std);
        let name = location
            .and_then(|location| self.of_platform.name(&location, || self.read_name(&location)));
        lock(names).insert(import.into(), name.clone());
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
        imports: &Imports,
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
        let is_it = |path: &&Arc<str>| match self.package_name(path, from_std) {
            Some(name) => &*name == local,
            None => assumed_package_name(path) == local,
        };
        let found = likely.into_iter().chain(others).find(|path| is_it(path));
        found.map(|path| canonical(path))
    }

    fn files(&self, location: &Arc<Location>) -> Arc<FolderFiles> {
        self.same.shared.files(self.folders, location)
    }

    /// The package clause of a folder's first file that a build takes.
    fn read_name(&self, location: &Arc<Location>) -> Option<Arc<str>> {
        let files = self.files(location);
        let is_wanted = |name: &String| {
            !name.ends_with("_test.go") && self.platform.excludes_name(name).is_none()
        };
        let names = files.names().iter().enumerate();
        let mut wanted = names.filter(|(_, name)| is_wanted(name));
        wanted.find_map(|(number, _)| {
            if let Some(facts) = files.known(number) {
                let facts = facts?;
                let excluded = self.platform.excludes(&facts.constraint).is_some();
                return facts.package.clone().filter(|_| !excluded);
            }
            let source = self.folders.read(&files.path(number)).ok()?;
            let mut length = FIRST_BYTES;
            loop {
                let file = self.read_beginning(&source[..length.min(source.len())]);
                if file.package().is_some() || length >= source.len() {
                    let excluded = self.platform.excludes_file(&file).is_some();
                    let name = file.package_name().filter(|_| !excluded).map(Arc::from);
                    file.recycle();
                    return name;
                }
                file.recycle();
                length *= 4;
            }
        })
    }

    /// Reads the beginning of a file up to its package clause, if that is all that says whether a build takes it.
    fn read_beginning<'a>(&self, source: &'a [u8]) -> File<'a> {
        let end = clause_end(source).filter(|_| self.platform.cgo).unwrap_or(source.len());
        crate::parser::parse_declarations(&source[..end])
    }

    fn find(&self, path: &str) -> Option<Arc<Package>> {
        let tested = path.strip_suffix("_test");
        let located = || self.locate(path, false).map(|location| (location, false));
        let (location, external) = located().or_else(|| {
            let location = self.locate(tested?, false).filter(|location| location.is_main)?;
            Some((location, true))
        })?;
        let read = || Some(Arc::new(self.read(path, &location, external)));
        match self.of_platform.standard(self.layout()) {
            Some(standard) if location.is_std => slot(standard, path).get_or_init(read).clone(),
            _ => read(),
        }
    }

    fn read(&self, path: &str, location: &Arc<Location>, external: bool) -> Package {
        let mut package = Package {
            path: path.into(),
            folder: location.folder.clone(),
            is_main: location.is_main,
            is_std: location.is_std,
            ..Package::default()
        };
        let files = self.files(location);
        let mut taken = Vec::new();
        for number in 0..files.names().len() {
            taken.extend(self.add_file(&mut package, &files, number, external));
        }
        package.declare(self, taken);
        package
    }

    /// Adds a file to a package; gives what it declares if the package takes it.
    fn add_file(
        &self,
        package: &mut Package,
        files: &FolderFiles,
        number: usize,
        external: bool,
    ) -> Option<TakenFile> {
        let name = files.names()[number].clone();
        let is_test = name.ends_with("_test.go");
        let wanted = if external { is_test } else { package.is_main || !is_test };
        if !wanted {
            return None;
        }
        let mut entry =
            PackageFile { name, role: Role::Unreadable, generated: false, imports: Vec::new() };
        if let Some(why) = self.platform.excludes_name(&entry.name) {
            entry.role = Role::Excluded(why);
            package.files.push(entry);
            return None;
        }
        let mut source = None;
        let facts = files.known(number).unwrap_or_else(|| {
            source = self.folders.read(&files.path(number)).ok();
            files.remember(number, source.as_deref().map(|source| Arc::new(FileFacts::of(source))))
        });
        let Some(facts) = facts else {
            package.files.push(entry);
            return None;
        };
        entry.generated = facts.generated;
        entry.role = self.role(&facts, package, is_test, external);
        let takes = match entry.role {
            Role::ExternalTest => external,
            Role::Package | Role::Test => !external,
            Role::Excluded(_) | Role::Unreadable => false,
        };
        if !takes {
            package.files.push(entry);
            return None;
        }
        self.add_imports(&facts, package, &mut entry);
        if package.name.is_empty() {
            package.name = facts.package.clone().unwrap_or_default();
        }
        package.files.push(entry);
        let content = self.content(&facts, source, &files.path(number));
        Some(TakenFile { number: package.files.len() as u32 - 1, in_test: is_test, content })
    }

    /// What a file declares; it is read again if its declarations were of no interest yet.
    fn content(&self, facts: &FileFacts, source: Option<Vec<u8>>, path: &Path) -> Content {
        let read = || source.unwrap_or_else(|| self.folders.read(path).unwrap_or_default());
        let mut source = None;
        match facts.outline(|| source.insert(read())) {
            Some(outline) => Content::Outline(outline),
            None => Content::Source(
                source.unwrap_or_else(|| self.folders.read(path).unwrap_or_default()),
            ),
        }
    }

    fn role(&self, facts: &FileFacts, package: &Package, is_test: bool, external: bool) -> Role {
        let Some(name) = facts.package.as_deref() else {
            return Role::Excluded(Excluded::NoPackage);
        };
        if let Some(why) = self.platform.excludes(&facts.constraint) {
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

    fn add_imports(&self, facts: &FileFacts, package: &mut Package, entry: &mut PackageFile) {
        for (name, path) in &facts.imports {
            match name.as_deref() {
                Some("_") => {}
                Some(".") => {
                    let path = self.canonical_path(path, package.is_std);
                    if !package.dot_imports.contains(&path) {
                        package.dot_imports.push(path);
                    }
                }
                _ => entry.imports.push((name.clone(), path.clone())),
            }
        }
    }
}
