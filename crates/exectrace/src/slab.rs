//! Things by number, each with a place that stays the same as long as it lives.

use std::collections::hash_map::Entry;
use std::hash::Hash;

use rustc_hash::FxHashMap;

/// The number of a thing, and where it is in its [`Slab`].
///
/// The place is given to others when the thing is gone, so the number says whose it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held<Id> {
    pub(crate) id: Id,
    place: u32,
}

impl<Id> Held<Id> {
    /// One that is nowhere.
    pub(crate) const fn nowhere(id: Id) -> Self {
        Self { id, place: u32::MAX }
    }
}

/// Things by number. Who holds the place of one finds it without a look into the table.
#[derive(Debug)]
pub(crate) struct Slab<Id, T> {
    places: FxHashMap<Id, u32>,
    things: Vec<Option<(Id, T)>>,
    free: Vec<u32>,
}

impl<Id, T> Default for Slab<Id, T> {
    fn default() -> Self {
        Self { places: FxHashMap::default(), things: Vec::new(), free: Vec::new() }
    }
}

impl<Id: Copy + Eq + Hash, T> Slab<Id, T> {
    /// The thing of this number.
    #[inline]
    pub(crate) fn get(&mut self, id: Id) -> Option<(Held<Id>, &mut T)> {
        let held = Held { id, place: *self.places.get(&id)? };
        Some((held, self.at(held)?))
    }

    /// The thing at a place, if it still is that of this number.
    #[inline]
    pub(crate) fn at(&mut self, held: Held<Id>) -> Option<&mut T> {
        match self.things.get_mut(held.place as usize) {
            Some(Some((owner, thing))) if *owner == held.id => Some(thing),
            _ => None,
        }
    }

    /// Adds a thing; nothing if there is one of this number already.
    pub(crate) fn insert(&mut self, id: Id, thing: T) -> Option<Held<Id>> {
        let Entry::Vacant(entry) = self.places.entry(id) else { return None };
        let place = match self.free.pop() {
            Some(place) => place,
            None => {
                self.things.push(None);
                u32::try_from(self.things.len() - 1).ok()?
            }
        };
        entry.insert(place);
        self.things[place as usize] = Some((id, thing));
        Some(Held { id, place })
    }

    pub(crate) fn remove(&mut self, id: Id) {
        if let Some(place) = self.places.remove(&id) {
            self.things[place as usize] = None;
            self.free.push(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_of_its_owner_only() {
        let mut slab = Slab::default();
        let first = slab.insert(7, 'a').unwrap();
        assert_eq!(slab.insert(7, 'b'), None);
        assert_eq!(slab.at(first), Some(&mut 'a'));
        slab.remove(7);
        let second = slab.insert(8, 'c').unwrap();
        assert_eq!(second.place, first.place);
        assert_eq!(slab.at(first), None);
        assert_eq!(slab.at(second), Some(&mut 'c'));
        assert_eq!(slab.at(Held::nowhere(8)), None);
        assert_eq!(slab.get(7), None);
        assert_eq!(slab.get(8), Some((second, &mut 'c')));
    }
}
