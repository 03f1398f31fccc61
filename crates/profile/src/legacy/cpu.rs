//! The binary CPU profiles of gperftools: words of 4 or 8 bytes in either order. After the header (0, 3, 0 or 1 for
//! Java, the period in microseconds, 0) each sample is a count, a number of addresses, and these; 0, 1, 0 ends them.

use rustc_hash::FxHashMap;

use super::draft::{Draft, remove_doubled_leaves, remove_second};
use super::scanner::Scanner;
use super::{LegacyError, Result, java};
use crate::model::Profile;

/// One in so many samples may have another second frame before that frame counts as part of all stacks.
const SIMILAR_SAMPLES: usize = 32;

/// Most frames of the profiler's own that are removed from all stacks.
const MOST_OWN_FRAMES: usize = 2;

/// Words of a profile.
struct Words<'a> {
    bytes: &'a [u8],
    size: usize,
    big_endian: bool,
    /// Whether a word was asked for that is not there.
    ended: bool,
}

impl<'a> Words<'a> {
    fn new(bytes: &'a [u8], size: usize, big_endian: bool) -> Self {
        Self { bytes, size, big_endian, ended: false }
    }

    /// The next word, or 0 if there is none, or not all of it; then nothing is left.
    fn next(&mut self) -> u64 {
        let Some((word, rest)) = self.bytes.split_at_checked(self.size) else {
            self.bytes = &[];
            self.ended = true;
            return 0;
        };
        self.bytes = rest;
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        if self.big_endian { word.iter().fold(0, add) } else { word.iter().rev().fold(0, add) }
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Profile> {
    for (size, big_endian) in [(4, false), (4, true), (8, false), (8, true)] {
        let mut words = Words::new(bytes, size, big_endian);
        let header = [(); 5].map(|()| words.next());
        if words.ended {
            continue;
        }
        match header {
            [0, 3, 0, period, 0] if period > 0 => return native(words, period as i64),
            [0, 3, 1, period, 0] if period > 0 => return of_java(words, period as i64),
            _ => {}
        }
    }
    Err(LegacyError::Unrecognized)
}

fn draft(period_micros: i64) -> Draft {
    let mut draft = Draft::new(2);
    draft.sample_types(&[("samples", "count"), ("cpu", "nanoseconds")]);
    draft.period_type("cpu", "nanoseconds");
    draft.profile.period = period_micros.wrapping_mul(1000);
    draft
}

fn native(mut words: Words<'_>, period: i64) -> Result<Profile> {
    let mut draft = draft(period);
    samples(&mut words, &mut draft, true)?;
    for _ in 0..MOST_OWN_FRAMES {
        remove_common_second_frame(&mut draft);
    }
    let text = String::from_utf8_lossy(words.bytes);
    let mut profile = draft.finish_with_map(&mut Scanner::new(&text))?;
    remove_doubled_leaves(&mut profile);
    Ok(profile)
}

fn of_java(mut words: Words<'_>, period: i64) -> Result<Profile> {
    let mut draft = draft(period);
    samples(&mut words, &mut draft, false)?;
    java::finish(draft, &String::from_utf8_lossy(words.bytes))
}

/// Reads the samples. Addresses behind the leaf are those after a call: `calls` moves them into it.
fn samples(words: &mut Words<'_>, draft: &mut Draft, calls: bool) -> Result<()> {
    let period = draft.profile.period;
    while !words.bytes.is_empty() {
        let (count, depth) = (words.next(), words.next());
        // A word of 8 bytes may be missing all the same; then it is 0.
        if words.ended || depth > words.bytes.len() as u64 / 4 {
            return Err(LegacyError::Unrecognized);
        }
        let stack: Vec<u64> = (0..depth).map(|_| words.next()).collect();
        words.ended = false;
        if count == 0 && stack == [0] {
            break;
        }
        let count = count as i64;
        let moved = |(at, address): (usize, u64)| address.wrapping_sub(u64::from(calls && at > 0));
        let values = [count, count.wrapping_mul(period)];
        draft.sample(&values, stack.into_iter().enumerate().map(moved), None);
    }
    Ok(())
}

/// Where nearly all stacks have the same caller of the leaf, it is the signal handler, and goes.
fn remove_common_second_frame(draft: &mut Draft) {
    let samples = &draft.profile.samples;
    let mut counts = FxHashMap::<u64, usize>::default();
    for sample in 0..samples.len() {
        if let Some(second) = samples.locations(sample).get(1) {
            *counts.entry(draft.address(*second)).or_default() += 1;
        }
    }
    let least = samples.len() - samples.len() / SIMILAR_SAMPLES;
    let Some((common, _)) = counts.into_iter().find(|(_, count)| *count >= least) else { return };
    let mut samples = std::mem::take(&mut draft.profile.samples);
    samples.edit_stacks(|_, stack| {
        let is_common = stack.get(1).is_some_and(|second| draft.address(*second) == common);
        Some(if is_common { remove_second(stack) } else { 0..stack.len() })
    });
    draft.profile.samples = samples;
}
