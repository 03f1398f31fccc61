//! Reads what summaries are made of, before the rules run.

use std::collections::BTreeSet;
use std::sync::Arc;

use plumb_gosource::PackageFolder;

use super::in_parallel;
use super::reading::{Reader, Wanted};
use crate::summaries::{Facts, Ours, Summaries};

/// The summaries of the functions that chosen packages call, and of all on which those depend.
///
/// Packages are read in rounds: the chosen ones, what they import, and then whatever the facts found so far ask for. So
/// the summaries are those of a scan of everything, but only a part is read.
pub(super) fn summaries(
    reader: &Reader<'_>,
    chosen: &[PackageFolder],
    tests: bool,
    threads: usize,
) -> Summaries {
    let modules = reader.program().layout().modules().iter();
    let ours = Ours::new(modules.map(|module| module.path.clone()));
    let mut todo: Vec<(String, bool)> =
        chosen.iter().map(|package| (package.path.clone(), tests)).collect();
    let mut read: BTreeSet<String> = todo.iter().map(|(path, _)| path.clone()).collect();
    let mut all = Facts::default();
    let mut imported: BTreeSet<Arc<str>> = chosen
        .iter()
        .filter_map(|package| reader.program().package(&package.path))
        .flat_map(|package| {
            let files = package.files.iter();
            files.flat_map(|file| file.imports().map(Arc::from)).collect::<Vec<Arc<str>>>()
        })
        .collect();
    while !todo.is_empty() {
        let found = in_parallel(&todo, threads, |(path, tests)| {
            let mut facts = Facts::default();
            let wanted = Wanted { tests: *tests, generated: true };
            let mut look = |code: &crate::code::Code<'_>| facts.read(code, &ours);
            reader.each_file(path, wanted, &Summaries::default(), &mut Vec::new(), &mut look);
            facts
        });
        let mut asked: BTreeSet<Arc<str>> = std::mem::take(&mut imported);
        for facts in found {
            asked.extend(facts.depends_on().cloned());
            all.join(facts);
        }
        let is_new = |path: &Arc<str>| {
            ours.has(path)
                && reader.program().package(path).is_some_and(|package| package.is_main)
                && read.insert(path.to_string())
        };
        todo = asked.into_iter().filter(is_new).map(|path| (path.to_string(), false)).collect();
    }
    all.solve()
}
