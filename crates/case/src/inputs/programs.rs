//! Instances of one service run one program; what belongs to another is left out.

use std::collections::BTreeSet;

use plumb_evidence::{Instance, Problem, Service, Snapshot};

use crate::program::main_folders;

/// Keeps the instances that can run the program of the first one; of each other one there is a problem.
pub(super) fn keep_one(service: &mut Service) {
    let mut kept: Vec<(Instance, Known)> = Vec::new();
    for instance in std::mem::take(&mut service.instances) {
        let known = Known::of(&instance);
        let other = kept.iter().find_map(|(first, of_first)| {
            let (one, other) = of_first.difference(&known)?;
            Some(format!(
                "another program than {}: {other}, not {one}; it is left out: one diagnosis is of one service",
                first.id
            ))
        });
        match other {
            Some(what) => {
                let input = instance.id.as_str().into();
                service.problems.push(Problem { what, input });
            }
            None => kept.push((instance, known)),
        }
    }
    service.instances = kept.into_iter().map(|(instance, _)| instance).collect();
}

/// What is known of an instance's program.
struct Known {
    module: Option<String>,
    package: Option<String>,
    folders: BTreeSet<String>,
}

impl Known {
    fn of(instance: &Instance) -> Self {
        let build = &instance.build;
        let mut folders = BTreeSet::new();
        for snapshot in &instance.snapshots {
            let Snapshot { goroutines, dump, heap, .. } = snapshot;
            let groups = goroutines.iter().chain(dump).flat_map(|goroutines| &goroutines.groups);
            folders.extend(main_folders(groups.map(|group| &group.stack)));
            let samples = heap.iter().flat_map(|heap| &heap.samples);
            folders.extend(main_folders(samples.map(|sample| &sample.stack)));
        }
        Self {
            module: build.main_module.as_ref().map(|module| module.path.to_string()),
            package: build.main_package.as_deref().map(str::to_owned),
            folders,
        }
    }

    /// What tells the two apart, for each of them. Import paths decide where both are known.
    fn difference(&self, other: &Self) -> Option<(String, String)> {
        let path = |one: &Option<String>, other: &Option<String>| {
            Some((one.clone()?, other.clone()?))
                .filter(|(one, other)| !one.is_empty() && !other.is_empty())
        };
        let paths =
            path(&self.package, &other.package).or_else(|| path(&self.module, &other.module));
        if let Some((one, other)) = paths {
            return (one != other).then_some((one, other));
        }
        let known = !self.folders.is_empty() && !other.folders.is_empty();
        (known && self.folders.is_disjoint(&other.folders)).then(|| (self.name(), other.name()))
    }

    /// What a person calls the program: its package or module, else where its package main is.
    fn name(&self) -> String {
        let path = self.package.as_ref().or(self.module.as_ref()).filter(|path| !path.is_empty());
        let folder = || {
            let folder = self.folders.first().map_or("", String::as_str);
            format!("the one whose package main is in the folder {folder}")
        };
        path.cloned().unwrap_or_else(folder)
    }
}

#[cfg(test)]
mod tests {
    use plumb_evidence::code::{Build, Module};

    use super::*;

    fn instance(id: &str, module: &str, package: &str) -> Instance {
        let module = Module { path: module.into(), version: "(devel)".into(), replaced_by: None };
        let main_package = (!package.is_empty()).then(|| package.into());
        let build = Build { main_module: Some(module), main_package, ..Build::default() };
        Instance { id: id.into(), build, ..Instance::default() }
    }

    fn kept(instances: Vec<Instance>) -> (Vec<String>, Vec<String>) {
        let mut service = Service { instances, ..Service::default() };
        keep_one(&mut service);
        let told = |problem: &Problem| format!("{}: {}", problem.input, problem.what);
        (
            service.instances.iter().map(|instance| instance.id.clone()).collect(),
            service.problems.iter().map(told).collect(),
        )
    }

    #[test]
    fn a_program_without_build_information_is_told_by_its_folder() {
        let known = |module: Option<&str>, folder: &str| Known {
            module: module.map(str::to_owned),
            package: None,
            folders: BTreeSet::from([folder.to_owned()]),
        };
        let told = known(None, "before").difference(&known(Some("x.com/shop"), "srv")).unwrap();
        assert_eq!(told.0, "the one whose package main is in the folder before");
        assert_eq!(told.1, "x.com/shop");
        assert_eq!(known(None, "srv").difference(&known(Some("x.com/shop"), "srv")), None);
    }

    #[test]
    fn another_module_or_another_command_of_the_module_is_left_out() {
        let (ids, problems) = kept(vec![
            instance("a:1", "x.com/shop", "x.com/shop/cmd/orders"),
            instance("b:1", "x.com/shop", "x.com/shop/cmd/orders"),
            instance("c:1", "x.com/shop", "x.com/shop/cmd/billing"),
            Instance { id: "d:1".into(), ..Instance::default() },
            instance("e:1", "x.com/mail", ""),
        ]);
        assert_eq!(ids, ["a:1", "b:1", "d:1"]);
        assert_eq!(
            problems,
            [
                "c:1: another program than a:1: x.com/shop/cmd/billing, not x.com/shop/cmd/orders; \
                 it is left out: one diagnosis is of one service",
                "e:1: another program than a:1: x.com/mail, not x.com/shop; \
                 it is left out: one diagnosis is of one service",
            ]
        );
    }
}
