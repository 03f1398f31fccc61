//! What every record must keep to.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use plumb_evidence::catalogue::{LibraryObject, ObjectGoroutine, Side};
use plumb_evidence::code::{Frame, FunctionName};

use super::{LIBRARIES, OBJECTS};

mod source;

/// Runs a check on every record and names it when the check fails.
fn each(check: impl Fn(&LibraryObject)) {
    for object in OBJECTS {
        println!("{} of {}", object.name, object.module);
        check(object);
    }
}

/// Whether the linker would put `function` into `module`: dots of the last path element are escaped there.
fn belongs(function: &str, module: &str) -> bool {
    let package = FunctionName(function).package();
    if module == "std" {
        return !package.is_empty() && !package.split('/').next().unwrap_or("").contains('.');
    }
    let (head, last) = module.rsplit_once('/').unwrap_or(("", module));
    let escaped = format!("{head}/{}", last.replace('.', "%2e"));
    [module, escaped.trim_start_matches('/')].iter().any(|module| {
        package.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

fn goroutines(object: &LibraryObject) -> impl Iterator<Item = &ObjectGoroutine> {
    object.goroutines.iter().flat_map(|set| set.iter())
}

#[test]
fn every_file_is_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("objects");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("patterns/objects")
        .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    let source = include_str!("../objects.rs");
    let declared: BTreeSet<String> = source
        .split("../objects/")
        .skip(1)
        .filter_map(|s| s.split('"').next())
        .map(str::to_owned)
        .collect();
    assert_eq!(files, declared, "files in patterns/objects and mod lines");
    let listed = source.matches("::OBJECTS,").count();
    assert_eq!(listed, declared.len(), "mod lines and entries of LIBRARIES");
    assert_eq!(LIBRARIES.iter().map(|objects| objects.len()).sum::<usize>(), OBJECTS.len());
}

#[test]
fn names_are_unique_in_a_module() {
    let mut seen = HashSet::new();
    each(|object| assert!(!object.name.is_empty() && !object.module.is_empty()));
    for object in OBJECTS {
        assert!(seen.insert((object.module, object.name)), "{} twice", object.name);
    }
}

#[test]
fn every_field_says_something() {
    each(|object| {
        let lists = [object.constructors, object.entry_points, object.releases];
        for text in lists.into_iter().flatten() {
            assert!(!text.trim().is_empty());
        }
        assert!(!shows_at_run_time(object) || lists.iter().all(|list| !list.is_empty()));
        assert!(object.checked.contains(|c: char| c.is_ascii_digit()));
        assert!(object.notes.ends_with('.'), "a note is one or more sentences");
        for bad in object.known_bad {
            assert!(!bad.fixed.is_empty() && !bad.what.is_empty());
            assert!(bad.source.contains(['#', '@', ' ']), "{}", bad.source);
        }
        for phase in object.phases {
            assert!(!phase.name.is_empty() && !phase.meaning.is_empty());
        }
    });
}

/// Whether it shows in profiles; the others are known by their source alone.
fn shows_at_run_time(object: &LibraryObject) -> bool {
    !object.goroutines.is_empty() || !object.heap_marks.is_empty()
}

#[test]
fn an_object_shows_by_goroutines_or_by_memory_or_in_source() {
    each(|object| {
        assert!(object.goroutines.iter().all(|set| !set.is_empty()), "a set without its anchor");
        let in_source = !object.source.acquires.is_empty() || !object.source.types.is_empty();
        assert!(shows_at_run_time(object) || in_source);
        assert!(goroutines(object).all(|goroutine| goroutine.per_instance > 0));
    });
}

#[test]
fn functions_belong_to_the_module() {
    each(|object| {
        let under = goroutines(object).filter_map(|goroutine| goroutine.under);
        let running = goroutines(object).map(|goroutine| goroutine.function);
        let names = running.chain(under).chain(object.heap_marks.iter().copied());
        for name in names.chain(object.constructors.iter().copied()) {
            assert!(belongs(name, object.module), "{name}");
            let declared = FunctionName(name).declared().0;
            assert_eq!(declared, name, "closures count for the function around them");
        }
        for phase in object.phases {
            assert!(goroutines(object).any(|goroutine| goroutine.function == phase.function));
        }
    });
}

/// `detect` asks the objects in order, so one whose anchor an earlier one claims would never be found.
#[test]
fn no_object_hides_a_later_one() {
    let claims = |earlier: &ObjectGoroutine, anchor: &ObjectGoroutine| {
        let frame = Frame { function: anchor.function.into(), file: "".into(), line: 0 };
        frame.is_in(earlier.function) && (earlier.under.is_none() || earlier.under == anchor.under)
    };
    for (at, later) in OBJECTS.iter().enumerate() {
        for (earlier, set) in
            OBJECTS[..at].iter().flat_map(|o| o.goroutines.iter().map(move |set| (o, set)))
        {
            for anchor in later.goroutines.iter().map(|set| &set[0]) {
                assert!(
                    !claims(&set[0], anchor),
                    "{} of {} hides {} of {}",
                    earlier.name,
                    earlier.module,
                    later.name,
                    later.module
                );
            }
        }
    }
}

#[test]
fn the_serving_side_is_never_multiplexed_or_pooled() {
    each(|object| {
        if object.side == Side::Server {
            assert!(!object.pooled && !object.multiplexed);
        }
    });
}
