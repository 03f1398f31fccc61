//! Who made a crowd: one goroutine, as for a pool, or the goroutines of many calls that are over.

use plumb_evidence::goroutine::{Creators, Goroutines, Group, IdSample};
use plumb_evidence::suspect::Makers;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::thresholds::{MAKERS_GONE_MIN, MAKERS_GONE_SHARE_MIN, POOL_SHARE_MIN};

/// The main goroutine's calls are the start of the program, or its one loop.
const MAIN: u64 = 1;

/// The goroutines of a dump by id, to ask what became of a creator.
pub(crate) struct Roll<'a> {
    groups: Vec<&'a Group>,
    at: FxHashMap<u64, usize>,
    level: u8,
}

impl<'a> Roll<'a> {
    /// `None` for a dump that ends early: who is missing in it may live all the same.
    pub(crate) fn of(dump: &'a Goroutines) -> Option<Self> {
        if dump.truncated {
            return None;
        }
        let groups: Vec<&Group> = dump.groups.iter().collect();
        let ids =
            groups.iter().enumerate().flat_map(|(at, g)| g.ids.ids.iter().map(move |i| (*i, at)));
        let level = groups.iter().map(|group| group.ids.level).max().unwrap_or(0);
        Some(Self { at: ids.collect(), groups, level })
    }

    /// Who made the goroutines of these groups; `None` if the dump does not say.
    pub(crate) fn makers(&self, crowd: &[&Group]) -> Option<Makers> {
        let level = crowd.iter().map(|group| group.creators.level).fold(self.level, u8::max);
        let mut all = Creators { made: Vec::new(), level };
        let mut working: FxHashSet<u64> = FxHashSet::default();
        for group in crowd {
            all.add(&group.creators);
            let starter = group.created_by.as_ref().map_or("", |frame| &frame.function);
            let ids = group.creators.made.iter().map(|(id, _)| *id);
            working.extend(ids.filter(|id| self.is_in(*id, starter)));
        }
        if all.made.is_empty() {
            return None;
        }
        let is_gone = |id: u64| id != MAIN && !working.contains(&id);
        let gone: Vec<u64> =
            all.made.iter().filter(|(id, _)| is_gone(*id)).map(|made| made.1).collect();
        let left: u64 = gone.iter().sum();
        let made: u64 = all.made.iter().map(|(_, number)| number).sum();
        let many = (gone.len() as u64) << level >= MAKERS_GONE_MIN;
        let most = left as f64 >= MAKERS_GONE_SHARE_MIN * made as f64;
        Some(Makers {
            number: (all.made.len() as u64) << level,
            gone: (gone.len() as u64) << level,
            separate_calls: many && most && !are_pools(&gone),
        })
    }

    /// Whether goroutine `id` is in a call of `function`. What it does now, if it lives: ids are never used again.
    fn is_in(&self, id: u64, function: &str) -> bool {
        let keeps = IdSample::keeps(id, self.level);
        let group = self.at.get(&id).filter(|_| keeps).map(|at| self.groups[*at]);
        group.is_some_and(|group| group.stack.passes(function))
    }
}

/// Whether each creator made the same large number, as those do that build the shards of something at once.
fn are_pools(made: &[u64]) -> bool {
    made.iter().all(|number| *number >= POOL_SHARE_MIN && *number == made[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumb_evidence::code::{Frame, Stack};
    use plumb_evidence::goroutine::{GoroutineSource, WaitState};

    fn group(function: &str, ids: &[u64], made_by: &[(u64, u64)]) -> Group {
        let frame = |name: &str| Frame { function: name.into(), file: "".into(), line: 1 };
        Group {
            state: WaitState::Select,
            stack: Stack([frame(function)].into()),
            created_by: Some(frame("main.start")),
            labels: [].into(),
            count: ids.len() as u64,
            waiting: None,
            ids: IdSample { ids: ids.to_vec(), level: 0 },
            creators: Creators { made: made_by.to_vec(), level: 0 },
            convicted: 0,
        }
    }

    fn makers(groups: Vec<Group>, truncated: bool) -> Option<Makers> {
        let dump = Goroutines {
            taken: None,
            source: GoroutineSource::Dump,
            total: 100,
            groups,
            truncated,
        };
        Roll::of(&dump)?.makers(&[&dump.groups[0]])
    }

    const CALLS: [(u64, u64); 6] = [(20, 9), (21, 7), (22, 12), (23, 8), (24, 9), (30, 5)];

    #[test]
    fn a_pool_has_one_maker() {
        let pool = makers(vec![group("main.work", &[], &[(1, 50)])], false).unwrap();
        assert_eq!(pool, Makers { number: 1, gone: 0, separate_calls: false });
        let started = makers(vec![group("main.work", &[], &[(7, 50)])], false).unwrap();
        assert_eq!(started, Makers { number: 1, gone: 1, separate_calls: false });
    }

    #[test]
    fn calls_that_are_over_left_them() {
        let left = makers(vec![group("main.beat", &[], &CALLS)], false).unwrap();
        assert_eq!(left, Makers { number: 6, gone: 6, separate_calls: true });
        assert_eq!(makers(vec![group("main.beat", &[], &CALLS)], true), None, "a cut dump");
    }

    #[test]
    fn a_maker_that_does_something_else_now_has_left_them_too() {
        let idle = group("net/http.(*conn).serve", &[20, 21, 22, 23, 24, 30], &[]);
        let left = makers(vec![group("main.beat", &[], &CALLS), idle], false).unwrap();
        assert!(left.separate_calls);
        let busy = group("main.start", &[20, 21, 22, 23, 24, 30], &[]);
        let held = makers(vec![group("main.beat", &[], &CALLS), busy], false).unwrap();
        assert_eq!(held, Makers { number: 6, gone: 0, separate_calls: false });
    }

    #[test]
    fn shards_are_pools() {
        let shards: Vec<_> = (20..36).map(|id| (id, 32)).collect();
        let pool = makers(vec![group("main.work", &[], &shards)], false).unwrap();
        assert!(!pool.separate_calls);
        let single: Vec<_> = (20..220).map(|id| (id, 1)).collect();
        let left = makers(vec![group("main.beat", &[], &single)], false).unwrap();
        assert!(left.separate_calls);
    }
}
