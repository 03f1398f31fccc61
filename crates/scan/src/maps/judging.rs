//! Which maps get entries that nothing takes out.
//!
//! That nothing is ever deleted is no mistake by itself: a cache or a registry is like that. It takes a second sign:
//! a function that ends entries and leaves them, an entry of another map under the same key that is deleted, a counter
//! that goes down, or keys that never come again.

use std::cell::LazyCell;
use std::sync::Arc;

use plumb_evidence::finding::Confidence;
use plumb_gosource::{PackageFolder, Program, Span, Type, TypeKind};
use rustc_hash::FxHashMap;

use super::accesses::is_lock;
use super::differing::{Around, differs, is_same};
use super::keys::Key;
use super::lasting::{ends_something, is_made_at_start, lasts, remembers, words};
use super::{Access, FileMaps, Insert, MapId, MapLeak, Site, Uses};

type Found = (Arc<str>, MapLeak);

/// All maps that get entries which nothing takes out, by the files in which that is to be mended.
pub(super) fn leaks(program: &Program<'_>, facts: &FileMaps) -> FxHashMap<Arc<str>, Vec<MapLeak>> {
    let mut by_file: FxHashMap<Arc<str>, Vec<MapLeak>> = FxHashMap::default();
    let folders = LazyCell::new(|| program.package_folders());
    for (map, uses) in &facts.maps {
        if uses.escapes || facts.unresolved.contains(map.name()) {
            continue;
        }
        let leaks = Judged { program, facts, map, uses }.leaks();
        if leaks.is_empty() || !is_seen_whole(program, facts, map, || &folders) {
            continue;
        }
        for (file, leak) in leaks {
            by_file.entry(file).or_default().push(leak);
        }
    }
    by_file.values_mut().for_each(|leaks| {
        leaks.sort_by(|a, b| (a.at, &a.message).cmp(&(b.at, &b.message)));
    });
    by_file
}

/// Whether every file was read that can do something with a map: of an exported one those of all packages that import
/// its own.
fn is_seen_whole<'f>(
    program: &Program<'_>,
    facts: &FileMaps,
    map: &MapId,
    folders: impl FnOnce() -> &'f [PackageFolder],
) -> bool {
    let name = if map.member.is_empty() { &*map.owner } else { map.name() };
    if !name.starts_with(char::is_uppercase) {
        return true;
    }
    let unread = folders().iter().filter(|folder| !facts.packages.contains(&*folder.path));
    unread.filter_map(|folder| program.package(&folder.path)).all(|package| {
        package.files.iter().all(|file| file.imports().all(|import| *import != *map.path))
    })
}

/// One map.
struct Judged<'j> {
    program: &'j Program<'j>,
    facts: &'j FileMaps,
    map: &'j MapId,
    uses: &'j Uses,
}

impl Judged<'_> {
    fn leaks(&self) -> Vec<Found> {
        if !self.uses.deletes.is_empty() {
            return self.under_other_keys();
        }
        if !self.uses.only_grows() || remembers(self.map) {
            return Vec::new();
        }
        let leak = self
            .ended_but_kept()
            .or_else(|| self.beside_another())
            .or_else(|| self.not_deleted_with_another())
            .or_else(|| self.keyed_by_elements())
            .or_else(|| self.counted_down())
            .or_else(|| self.left_at_zero())
            .or_else(|| self.locks_by_key())
            .or_else(|| self.under_new_keys());
        leak.into_iter().collect()
    }

    /// Entries that are put in while the program serves.
    fn lasting_inserts(&self) -> impl Iterator<Item = &Insert> {
        self.uses.inserts.iter().filter(|insert| is_lasting(insert))
    }

    /// Entries under keys that no delete can have.
    fn under_other_keys(&self) -> Vec<Found> {
        if self.uses.is_emptied || self.uses.is_bounded {
            return Vec::new();
        }
        let (inserts, deletes) = (&self.uses.inserts, &self.uses.deletes);
        let keys = inserts.iter().map(|i| &i.key).chain(deletes.iter().map(|d| &d.key));
        let mut makers: FxHashMap<&str, Vec<&[Key]>> = FxHashMap::default();
        for key in keys {
            if let Key::Call { function, is_ours: true, operands, .. } = key {
                makers.entry(function).or_default().push(operands);
            }
        }
        let around = Around { composed: &self.facts.composed, makers };
        let lost = inserts.iter().filter(|insert| is_lasting(insert)).filter_map(|insert| {
            let why = deletes.iter().map(|delete| differs(&insert.key, &delete.key, &around));
            let why = why.collect::<Option<Vec<_>>>()?;
            Some((insert, deletes.first()?, *why.first()?))
        });
        lost.map(|(insert, delete, why)| self.other_key(insert, delete, why)).collect()
    }

    fn other_key(&self, insert: &Insert, delete: &Access, why: &str) -> Found {
        let message = format!(
            "{} puts an entry into `{}` under `{}`, but {} deletes under `{}`, and {why}: the entry stays for ever",
            called(&insert.at),
            self.map.shown(),
            insert.text,
            called(&delete.at),
            delete.text,
        );
        let put = format!("put in under `{}`", insert.text);
        let deleted = format!("deleted under `{}`", delete.text);
        let steps = steps(&insert.at.file, [(&insert.at, put), (&delete.at, deleted)]);
        self.found(&insert.at, message, steps, Confidence::Likely)
    }

    /// Entries that a function looks up and ends, but leaves where they are.
    fn ended_but_kept(&self) -> Option<Found> {
        let insert = self
            .lasting_inserts()
            .find(|insert| insert.is_made && !matches!(insert.key, Key::Constant(_)))?;
        let (lookup, ended_by) = self.uses.lookups.iter().find_map(|lookup| {
            let by_key = matches!(lookup.key, Key::Parameter { .. } | Key::Field { .. });
            let is_end = ends_something(&lookup.at.function)
                && lookup.at.function != insert.at.function
                && by_key;
            is_end.then_some((lookup, lookup.ended_by.as_deref()?))
        })?;
        let message = format!(
            "{} looks up `{}[{}]` and calls `{ended_by}` on it, but leaves it in the map, from which nothing is ever \
             deleted: all that {} puts in stays for ever",
            called(&lookup.at),
            self.map.shown(),
            lookup.text,
            called(&insert.at),
        );
        let put = format!("put in under `{}`", insert.text);
        let ended = format!("ended with `{ended_by}`, and not deleted");
        let steps = steps(&lookup.at.file, [(&insert.at, put), (&lookup.at, ended)]);
        Some(self.found(&lookup.at, message, steps, Confidence::Likely))
    }

    /// Entries that come beside those of another map, under the same key, and stay when those are deleted.
    fn beside_another(&self) -> Option<Found> {
        self.siblings().into_iter().find_map(|(sibling, uses)| {
            let pair = self.lasting_inserts().find_map(|insert| {
                let beside = uses.inserts.iter().find(|other| {
                    other.at.file == insert.at.file
                        && other.at.function == insert.at.function
                        && is_same(&other.key, &insert.key)
                        && !matches!(insert.key, Key::Constant(_))
                })?;
                Some((insert, beside))
            });
            let (insert, beside) = pair?;
            let delete = self.removing(uses)?;
            let message = format!(
                "{} deletes from `{}`, but not from `{}`, into which {} puts an entry under the same key `{}`: nothing \
                 ever deletes that one",
                called(&delete.at),
                sibling.shown(),
                self.map.shown(),
                called(&insert.at),
                insert.text,
            );
            let steps = steps(
                &delete.at.file,
                [
                    (&beside.at, format!("put into `{}`", sibling.shown())),
                    (&insert.at, format!("put into `{}`", self.map.shown())),
                    (&delete.at, format!("deleted from `{}` only", sibling.shown())),
                ],
            );
            Some(self.found(&delete.at, message, steps, Confidence::Likely))
        })
    }

    /// Entries under the key under which those of another map are deleted.
    fn not_deleted_with_another(&self) -> Option<Found> {
        let insert = self.lasting_inserts().find(|insert| is_identity(&insert.key))?;
        if !lasts(self.program, self.facts, self.map) {
            return None;
        }
        self.siblings().into_iter().find_map(|(sibling, uses)| {
            let delete = self.removing(uses).filter(|delete| is_same(&delete.key, &insert.key))?;
            let message = format!(
                "{} deletes `{}` from `{}`, but not from `{}`, into which {} puts an entry under the same key: nothing \
                 ever deletes that one",
                called(&delete.at),
                delete.text,
                sibling.shown(),
                self.map.shown(),
                called(&insert.at),
            );
            let put = format!("put into `{}`", self.map.shown());
            let deleted = format!("deleted from `{}` only", sibling.shown());
            let steps = steps(&delete.at.file, [(&insert.at, put), (&delete.at, deleted)]);
            Some(self.found(&delete.at, message, steps, Confidence::Likely))
        })
    }

    /// Entries under pointers to what another map holds, that stay when those are deleted there.
    fn keyed_by_elements(&self) -> Option<Found> {
        let (key, _) = self.uses.types.as_ref()?;
        if !is_own_pointer(self.program, key) {
            return None;
        }
        let insert = self.lasting_inserts().next()?;
        let (sibling, delete) = self.siblings().into_iter().find_map(|(sibling, uses)| {
            let holds = uses.types.as_ref().is_some_and(|(_, value)| value == key);
            holds.then(|| Some((sibling, self.removing(uses)?))).flatten()
        })?;
        let message = format!(
            "{} deletes from `{}`, but `{}` has the same values as its keys, and nothing is ever deleted from it: it \
             keeps them all",
            called(&delete.at),
            sibling.shown(),
            self.map.shown(),
        );
        let put = format!("put into `{}` under `{}`", self.map.shown(), insert.text);
        let deleted = format!("deleted from `{}` only", sibling.shown());
        let steps = steps(&delete.at.file, [(&insert.at, put), (&delete.at, deleted)]);
        Some(self.found(&delete.at, message, steps, Confidence::Likely))
    }

    /// Other maps of the same object from which entries are deleted.
    fn siblings(&self) -> Vec<(&MapId, &Uses)> {
        let of_same = |map: &MapId| {
            map != self.map
                && map.path == self.map.path
                && map.is_variable == self.map.is_variable
                && (map.is_variable && map.member.is_empty() || map.owner == self.map.owner)
        };
        let all = self.facts.maps.iter();
        let mut siblings: Vec<_> =
            all.filter(|(map, uses)| of_same(map) && !uses.deletes.is_empty()).collect();
        siblings.sort_by_key(|(map, _)| *map);
        siblings
    }

    /// Where a function that ends something, and does not put anything into this map, deletes from a sibling.
    fn removing<'u>(&self, sibling: &'u Uses) -> Option<&'u Access> {
        sibling.deletes.iter().find(|delete| {
            ends_something(&delete.at.function)
                && self.uses.inserts.iter().all(|insert| insert.at.function != delete.at.function)
        })
    }

    /// Entries that are counted when they are put in, by a counter that goes down again elsewhere.
    fn counted_down(&self) -> Option<Found> {
        let insert = self.lasting_inserts().find(|i| !matches!(i.key, Key::Constant(_)))?;
        let of_same = |counter: &&MapId| {
            counter.path == self.map.path
                && (counter.is_variable == self.map.is_variable)
                && (counter.is_variable || counter.owner == self.map.owner)
        };
        let counters = self.facts.counters.iter().filter(|(counter, _)| of_same(counter));
        let mut downs: Vec<(&MapId, &Site)> = counters
            .filter(|(_, changes)| changes.ups.contains(&insert.at.function))
            .flat_map(|(counter, changes)| changes.downs.iter().map(move |down| (counter, down)))
            .filter(|(_, down)| {
                ends_something(&down.function) && down.function != insert.at.function
            })
            .collect();
        downs.sort_by_key(|(counter, down)| (*counter, down.file.clone(), down.span.start));
        let (counter, down) = downs.into_iter().next()?;
        let message = format!(
            "{} counts `{}` down, but leaves in `{}` what {} puts in when it counts up: nothing is ever deleted from \
             the map",
            called(down),
            counter.shown(),
            self.map.shown(),
            called(&insert.at),
        );
        let put = format!("put in under `{}`", insert.text);
        let counted = "counted down, and not deleted".to_owned();
        let steps = steps(&down.file, [(&insert.at, put), (down, counted)]);
        Some(self.found(down, message, steps, Confidence::Likely))
    }

    /// Entries that count, and are left when they have gone down again.
    fn left_at_zero(&self) -> Option<Found> {
        let (key, _) = self.uses.types.as_ref()?;
        let insert = self.lasting_inserts().next()?;
        let down = self.uses.downs.first()?;
        if !is_own_pointer(self.program, key) && !is_identity(&down.key) {
            return None;
        }
        let message = format!(
            "{} counts `{}[{}]` down, but leaves the entry when it is 0: nothing is ever deleted from the map, and \
             {} puts in one for each key",
            called(&down.at),
            self.map.shown(),
            down.text,
            called(&insert.at),
        );
        let counted = "counted down, and left in the map at 0".to_owned();
        let steps = steps(&down.at.file, [(&down.at, counted)]);
        Some(self.found(&down.at, message, steps, Confidence::Possible))
    }

    /// Locks by a key, one for each that ever came.
    fn locks_by_key(&self) -> Option<Found> {
        let is_of_locks = self.uses.has_locks
            || self.uses.types.as_ref().is_some_and(|(_, value)| is_lock(value));
        let insert = self.lasting_inserts().find(|insert| is_identity(&insert.key))?;
        if !is_of_locks || !lasts(self.program, self.facts, self.map) {
            return None;
        }
        let message = format!(
            "{} puts a lock into `{}` for each `{}`, and nothing ever deletes one: the map grows with the keys that \
             ever came, of which it is not known how many there are",
            called(&insert.at),
            self.map.shown(),
            insert.text,
        );
        let put = format!("put in under `{}`", insert.text);
        let steps = steps(&insert.at.file, [(&insert.at, put)]);
        Some(self.found(&insert.at, message, steps, Confidence::Possible))
    }

    /// Entries under keys that never come again, in a map that lasts.
    fn under_new_keys(&self) -> Option<Found> {
        let (insert, why) =
            self.lasting_inserts().find_map(|insert| Some((insert, insert.key.fresh()?)))?;
        if !lasts(self.program, self.facts, self.map) {
            return None;
        }
        let message = format!(
            "each call of {} puts an entry into `{}` under a new key, {why}, and nothing ever deletes one: the map \
             grows as long as its owner lives, which may be as long as the program",
            called(&insert.at),
            self.map.shown(),
        );
        let put = format!("put in under `{}`", insert.text);
        let steps = steps(&insert.at.file, [(&insert.at, put)]);
        Some(self.found(&insert.at, message, steps, Confidence::Possible))
    }

    fn found(
        &self,
        at: &Site,
        message: String,
        steps: Vec<(Span, String)>,
        confidence: Confidence,
    ) -> Found {
        (at.file.clone(), MapLeak { at: at.span, message, steps, confidence })
    }
}

fn is_lasting(insert: &Insert) -> bool {
    !insert.at.function.is_empty() && !is_made_at_start(&insert.at.function)
}

/// Whether a key names one of many things that come and go, by the name of its parameter or field: an id, an address, a
/// path.
fn is_identity(key: &Key) -> bool {
    const NAMES: [&str; 12] = [
        "id", "uid", "uuid", "addr", "address", "path", "session", "token", "conn", "client",
        "request", "user",
    ];
    let name = match key {
        Key::Parameter { name, .. } | Key::Field { name, .. } => name,
        Key::Joined(parts) => return parts.iter().any(is_identity),
        _ => return false,
    };
    words(name)
        .last()
        .is_some_and(|word| NAMES.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// Whether a type is a pointer to a struct of the modules.
fn is_own_pointer(program: &Program<'_>, ty: &Type) -> bool {
    let Some(TypeKind::Named(named)) = ty.pointee().map(Type::kind) else { return false };
    program.package(&named.path).is_some_and(|package| package.is_main)
}

/// How a function is called in a sentence.
fn called(site: &Site) -> &str {
    match site.function.is_empty() {
        true => "a package variable",
        false => &site.function,
    }
}

/// The places that are in a file.
fn steps<const N: usize>(file: &Arc<str>, places: [(&Site, String); N]) -> Vec<(Span, String)> {
    let here = places.into_iter().filter(|(site, _)| site.file == *file);
    here.map(|(site, text)| (site.span, text)).collect()
}
