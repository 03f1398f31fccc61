//! What records must keep to that tell of source code.

use std::collections::{HashMap, HashSet};

use plumb_evidence::catalogue::{
    Acquired, LibraryObject, Release, ResourceKind, comparable_path, is_match, is_pattern,
};
use plumb_evidence::code::FunctionName;

use super::{OBJECTS, belongs, each};

/// A name as source is asked for it: path without versions, what follows the path without marks of pointers.
fn comparable(name: &str) -> (String, String) {
    let name = FunctionName(name);
    let local = name.local().replace("(*", "").replace(')', "");
    (comparable_path(name.package()).into_owned(), local)
}

fn is_exported(name: &str) -> bool {
    name.starts_with(|c: char| c.is_uppercase() || c == '*')
}

fn functions(object: &LibraryObject) -> impl Iterator<Item = &'static str> {
    let acquires = object.source.acquires.iter().map(|acquire| acquire.function);
    acquires.chain(object.source.releases.iter().filter_map(|release| match release {
        Release::Argument(function, _) => Some(*function),
        Release::Method(_) | Release::Call | Release::Exhaustion(_) => None,
    }))
}

#[test]
fn functions_and_types_are_spelled_as_the_linker_does() {
    each(|object| {
        for name in functions(object).chain(object.source.types.iter().copied()) {
            assert!(belongs(name, object.module), "{name}");
            let (path, local) = comparable(name);
            let last = path.rsplit('/').next().unwrap_or("");
            assert!(!last.is_empty() && !name.contains(['[', ' ', ';']), "{name}");
            // A module's dots after its first element are escaped, or the path would end there.
            assert!(FunctionName(name).package().rsplit('/').next() != Some(""), "{name}");
            let parts: Vec<&str> = local.split('.').collect();
            let [.., last] = parts[..] else { panic!("{name}") };
            assert!(is_exported(last) && parts.len() <= 2, "{name}");
        }
        for name in object.source.types {
            assert!(!comparable(name).1.contains('.') && !name.contains('('), "{name} is no type");
        }
    });
}

#[test]
fn what_is_acquired_can_be_released() {
    each(|object| {
        let source = object.source;
        if source.kind == ResourceKind::None {
            assert!(source.releases.is_empty());
        } else {
            assert!(!source.acquires.is_empty() || !source.types.is_empty());
            assert!(!source.releases.is_empty());
        }
        for release in source.releases {
            match release {
                Release::Method(path) => assert!(path.split('.').all(is_exported), "{path}"),
                Release::Exhaustion(name) => assert!(is_exported(name), "{name}"),
                Release::Argument(_, index) => assert!(*index < 8),
                Release::Call => assert!(source.types.iter().all(|ty| ty.ends_with("Func"))),
            }
        }
        if let Some(Release::Exhaustion(_)) = source.releases.first() {
            panic!("no repair adds a loop");
        }
    });
}

/// The first record counts, so a second one would be dead.
#[test]
fn nothing_is_recorded_twice() {
    let mut acquires: HashMap<((String, String), Acquired), &str> = HashMap::new();
    let mut types = HashSet::new();
    for object in OBJECTS {
        for acquire in object.source.acquires {
            let key = (comparable(acquire.function), acquire.what);
            let earlier = acquires.insert(key, object.name);
            assert_eq!(earlier, None, "{} of {}", acquire.function, object.name);
        }
        for ty in object.source.types {
            assert!(types.insert(comparable(ty)), "{ty} of {}", object.name);
        }
    }
}

/// One that says something else is meant: it is an exception. One that says the same is dead.
#[test]
fn patterns_add_to_what_is_named() {
    let all = || {
        OBJECTS.iter().flat_map(|object| object.source.acquires.iter().map(move |a| (a, object)))
    };
    for (pattern, object) in
        all().filter(|(acquire, _)| is_pattern(&comparable(acquire.function).1))
    {
        let (path, local) = comparable(pattern.function);
        for (named, other) in all() {
            let (named_path, named_local) = comparable(named.function);
            let covered = is_match(&path, &named_path) && is_match(&local, &named_local);
            let same = std::ptr::eq(*object, *other) && named.what == pattern.what;
            assert!(!(covered && same) || named.function == pattern.function, "{}", named.function);
        }
    }
}
