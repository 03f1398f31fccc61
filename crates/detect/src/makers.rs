//! Who made a crowd: one goroutine, as for a pool, or the goroutines of many calls that are over.

use plumb_evidence::goroutine::{Creators, Goroutines, Group, IdSample};
use plumb_evidence::suspect::Makers;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::thresholds::{
    ENDED_BETWEEN_SHARE_MIN, MAKERS_GONE_MIN, MAKERS_GONE_SHARE_MIN, POOL_SHARE_MIN,
    STARTED_SINCE_MAX,
};

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
        let many = (gone.len() as u64) << level >= MAKERS_GONE_MIN && !are_pools(&gone);
        let ended_between = self.ended_between(crowd);
        let goes_on = !self.has_stopped(crowd);
        let at_once = (ended_between as f64) < ENDED_BETWEEN_SHARE_MIN * crowd_size(crowd) as f64;
        let most = left as f64 >= MAKERS_GONE_SHARE_MIN * made as f64;
        Some(Makers {
            number: (all.made.len() as u64) << level,
            gone: (gone.len() as u64) << level,
            ended_between,
            separate_calls: goes_on && most && left > 0 && (many || !at_once && !are_pools(&gone)),
        })
    }

    /// Whether a crowd is full, although as much went on since as while it was made.
    fn has_stopped(&self, crowd: &[&Group]) -> bool {
        let Some((first, last)) = first_and_last(crowd) else { return false };
        let newest = self.at.keys().copied().max().unwrap_or(last);
        newest.saturating_sub(last) as f64 > STARTED_SINCE_MAX * (last - first + 1) as f64
    }

    /// How many goroutines were started between the first and the last of a crowd and have ended since.
    fn ended_between(&self, crowd: &[&Group]) -> u64 {
        let Some((first, last)) = first_and_last(crowd) else { return 0 };
        let here = self.at.keys().filter(|id| (first..=last).contains(id));
        let here = here.filter(|id| IdSample::keeps(**id, self.level)).count() as u64;
        (last - first + 1).saturating_sub(here << self.level)
    }

    /// Whether goroutine `id` is in a call of `function`. What it does now, if it lives: ids are never used again.
    fn is_in(&self, id: u64, function: &str) -> bool {
        let keeps = IdSample::keeps(id, self.level);
        let group = self.at.get(&id).filter(|_| keeps).map(|at| self.groups[*at]);
        group.is_some_and(|group| group.stack.passes(function))
    }
}

/// The lowest and the highest id of a crowd.
fn first_and_last(crowd: &[&Group]) -> Option<(u64, u64)> {
    let ids = || crowd.iter().flat_map(|group| group.ids.ids.iter().copied());
    Some((ids().min()?, ids().max()?))
}

fn crowd_size(crowd: &[&Group]) -> u64 {
    crowd.iter().map(|group| group.count).sum()
}

/// Whether each creator made the same large number, as those do that build the shards of something at once.
fn are_pools(made: &[u64]) -> bool {
    made.len() > 1 && made.iter().all(|number| *number >= POOL_SHARE_MIN && *number == made[0])
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
            count: made_by.iter().map(|made| made.1).sum(),
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
        assert_eq!(pool, Makers { number: 1, gone: 0, separate_calls: false, ended_between: 0 });
        let started = makers(vec![group("main.work", &[], &[(7, 50)])], false).unwrap();
        assert_eq!(started, Makers { number: 1, gone: 1, separate_calls: false, ended_between: 0 });
    }

    #[test]
    fn calls_that_are_over_left_them() {
        let left = makers(vec![group("main.beat", &[], &CALLS)], false).unwrap();
        assert_eq!(left, Makers { number: 6, gone: 6, separate_calls: true, ended_between: 0 });
        assert_eq!(makers(vec![group("main.beat", &[], &CALLS)], true), None, "a cut dump");
    }

    #[test]
    fn a_maker_that_does_something_else_now_has_left_them_too() {
        let idle = group("net/http.(*conn).serve", &[20, 21, 22, 23, 24, 30], &[]);
        let left = makers(vec![group("main.beat", &[], &CALLS), idle], false).unwrap();
        assert!(left.separate_calls);
        let busy = group("main.start", &[20, 21, 22, 23, 24, 30], &[]);
        let held = makers(vec![group("main.beat", &[], &CALLS), busy], false).unwrap();
        assert_eq!(held, Makers { number: 6, gone: 0, separate_calls: false, ended_between: 0 });
    }

    #[test]
    fn one_client_leaves_them_between_goroutines_that_have_ended() {
        let every_third: Vec<u64> = (0..200).map(|at| 100 + 3 * at).collect();
        let left = makers(vec![group("main.beat", &every_third, &[(40, 200)])], false).unwrap();
        assert_eq!(left, Makers { number: 1, gone: 1, ended_between: 398, separate_calls: true });
        let siblings: Vec<u64> = (0..200).map(|at| 101 + 2 * at).collect();
        let every_other: Vec<u64> = (0..200).map(|at| 100 + 2 * at).collect();
        let pair = vec![
            group("main.read", &every_other, &[(40, 200)]),
            group("main.write", &siblings, &[(40, 200)]),
        ];
        assert!(!makers(pair, false).unwrap().separate_calls, "workers of two kinds");
    }

    #[test]
    fn a_worker_for_each_tenant_is_made_once() {
        let tenants: Vec<u64> = (0..200).map(|at| 100 + 2 * at).collect();
        let crowd = group("main.serve", &tenants, &CALLS);
        let later = group("net/http.(*conn).serve", &[1400], &[]);
        assert!(!makers(vec![crowd.clone(), later], false).unwrap().separate_calls);
        let soon = group("net/http.(*conn).serve", &[520], &[]);
        assert!(makers(vec![crowd, soon], false).unwrap().separate_calls);
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
