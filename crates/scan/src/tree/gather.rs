//! Reads what summaries are made of, before the rules run.

use std::collections::BTreeSet;
use std::sync::Arc;

use plumb_gosource::PackageFolder;
use rustc_hash::FxHashSet;

use super::held::Held;
use super::layers::{Files, Kept, Known, Typings};
use super::units::{Reader, Wanted};
use super::{Options, in_parallel};
use crate::code::Code;
use crate::knowledge::Knowledge;
use crate::summaries::{Facts, Ours, Summaries};

/// The summaries of the functions that chosen packages call, and of all on which those depend.
///
/// Packages are read in rounds: the chosen ones, what they import, and then whatever the facts found so far ask for. So
/// the summaries are those of a scan of everything, but only a part is read.
pub(super) fn summaries(
    kept: &Kept<'_>,
    knowledge: &Knowledge,
    chosen: &[PackageFolder],
    options: &Options,
) -> Summaries {
    let Options { threads, leave, .. } = *options;
    let reader = kept.reader;
    let modules = reader.program().layout().modules().iter();
    let ours = Ours::new(modules.map(|module| module.path.clone()));
    let nothing = Summaries::default();
    let known = Known { reader, knowledge, summaries: &nothing };
    let mut read: BTreeSet<String> = chosen.iter().map(|package| package.path.clone()).collect();
    let numbers: Vec<usize> = (0..chosen.len()).collect();
    let typings = || Held::new(Typings::new(reader), leave);
    let mut found = in_parallel(&numbers, threads, typings, |typings, number| {
        let mut facts = Facts::default();
        let mut look = |code: &Code<'_>| facts.read(code, &ours);
        kept.first_look(*number, &chosen[*number].path, known, typings, &mut look);
        facts
    });
    let mut asked: FxHashSet<Arc<str>> = imports_of(reader, chosen);
    let mut all = Facts::default();
    while !found.is_empty() {
        for facts in found {
            for path in facts.depends_on() {
                // Functions depend on those of few packages.
                if !asked.contains(path) {
                    asked.insert(path.clone());
                }
            }
            all.join(facts);
        }
        let is_new = |path: &Arc<str>| {
            ours.has(path)
                && reader.program().package(path).is_some_and(|package| package.is_main)
                && read.insert(path.to_string())
        };
        let mut todo: Vec<Arc<str>> = std::mem::take(&mut asked).into_iter().collect();
        todo.sort_unstable();
        todo.retain(is_new);
        found = in_parallel(&todo, threads, typings, |typings, path| {
            let mut facts = Facts::default();
            let mut files = Files::default();
            let wanted = Wanted { tests: false, generated: true };
            reader.each_unit(path, wanted, &mut |read| files.add(read));
            files.look_once(known, typings, &mut |code: &Code<'_>| facts.read(code, &ours));
            facts
        });
    }
    all.solve()
}

fn imports_of(reader: &Reader<'_>, packages: &[PackageFolder]) -> FxHashSet<Arc<str>> {
    let packages = packages.iter().filter_map(|package| reader.program().package(&package.path));
    let mut imports = FxHashSet::default();
    for package in packages {
        imports.extend(package.files.iter().flat_map(|file| file.imports().map(Arc::from)));
    }
    imports
}
