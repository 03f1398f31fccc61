//! Things by number, each with a place that stays the same as long as it lives.

use std::collections::hash_map::Entry;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use crate::ids::Numbered;

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

/// How many places are kept at hand: more than run in turns in most programs, and few enough for the nearest cache.
const AT_HAND: usize = 1 << 10;

/// Things by number. Who holds the place of one finds it without a look into the table.
#[derive(Debug)]
pub(crate) struct Slab<Id, T> {
    places: FxHashMap<Id, u32>,
    things: Vec<Option<(Id, T)>>,
    free: Vec<u32>,
    /// Where the thing was that was looked for last, by the lowest bits of its number.
    at_hand: Box<[u32; AT_HAND]>,
}

impl<Id, T> Default for Slab<Id, T> {
    fn default() -> Self {
        Self {
            places: FxHashMap::default(),
            things: Vec::new(),
            free: Vec::new(),
            at_hand: Box::new([u32::MAX; AT_HAND]),
        }
    }
}

impl<Id: Copy + Eq + Hash + Numbered, T> Slab<Id, T> {
    /// The thing of this number.
    #[inline]
    pub(crate) fn get(&mut self, id: Id) -> Option<(Held<Id>, &mut T)> {
        let mut place = self.at_hand[id.number() as usize % AT_HAND];
        let is_its =
            matches!(self.things.get(place as usize), Some(Some((owner, _))) if *owner == id);
        if !is_its {
            place = self.look_up(id)?;
        }
        match self.things.get_mut(place as usize) {
            Some(Some((_, thing))) => Some((Held { id, place }, thing)),
            _ => None,
        }
    }

    /// Where the thing of this number is, by the table.
    #[cold]
    fn look_up(&mut self, id: Id) -> Option<u32> {
        let place = *self.places.get(&id)?;
        self.at_hand[id.number() as usize % AT_HAND] = place;
        Some(place)
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

    /// Takes out the thing of this number.
    pub(crate) fn remove(&mut self, id: Id) -> Option<T> {
        let place = self.places.remove(&id)?;
        self.free.push(place);
        self.things[place as usize].take().map(|(_, thing)| thing)
    }

    /// Adds a thing in place of the one of this number, if there is one.
    pub(crate) fn set(&mut self, id: Id, thing: T) {
        match self.get(id) {
            Some((_, known)) => *known = thing,
            None => {
                self.insert(id, thing);
            }
        }
    }

    /// The thing of this number, by the table alone.
    pub(crate) fn find(&self, id: Id) -> Option<&T> {
        let place = *self.places.get(&id)?;
        self.things.get(place as usize)?.as_ref().map(|(_, thing)| thing)
    }

    /// All things, in no order.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.things.iter().flatten().map(|(_, thing)| thing)
    }

    /// All things with their numbers, in no order.
    pub(crate) fn into_things(self) -> impl Iterator<Item = (Id, T)> {
        self.things.into_iter().flatten()
    }

    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::GoroutineId;

    #[test]
    fn a_place_is_of_its_owner_only() {
        let [seven, eight] = [GoroutineId(7), GoroutineId(8)];
        let mut slab = Slab::default();
        let first = slab.insert(seven, 'a').unwrap();
        assert_eq!(slab.insert(seven, 'b'), None);
        assert_eq!(slab.at(first), Some(&mut 'a'));
        assert_eq!(slab.get(seven), Some((first, &mut 'a')));
        slab.remove(seven);
        let second = slab.insert(eight, 'c').unwrap();
        assert_eq!(second.place, first.place);
        assert_eq!(slab.at(first), None);
        assert_eq!(slab.at(second), Some(&mut 'c'));
        assert_eq!(slab.at(Held::nowhere(eight)), None);
        assert_eq!(slab.get(seven), None);
        assert_eq!(slab.get(eight), Some((second, &mut 'c')));
    }

    #[test]
    fn numbers_that_share_a_place_at_hand_are_told_apart() {
        let numbers = (0..4).map(|turn| GoroutineId(3 + turn * AT_HAND as i64));
        let mut slab = Slab::default();
        for id in numbers.clone() {
            slab.insert(id, id).unwrap();
        }
        for id in numbers.clone().chain(numbers) {
            assert_eq!(slab.get(id).map(|(_, thing)| *thing), Some(id));
        }
    }
}
