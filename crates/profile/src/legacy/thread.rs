//! Stacks of all threads of a C++ server (threadz).

use std::sync::LazyLock;

use super::draft::{Draft, remove_doubled_leaves};
use super::scanner::Scanner;
use super::{LegacyError, Pattern, Result, addresses, compile, is_map_heading, malformed_sample};
use crate::model::Profile;

static START: Pattern = LazyLock::new(|| compile(r"--- threadz \d+ ---"));

static THREAD: Pattern =
    LazyLock::new(|| compile(r"--- Thread ([[:xdigit:]]+) \(name: (.*)/(\d+)\) stack: ---"));

pub(super) fn read(text: &str) -> Result<Profile> {
    let mut lines = Scanner::new(text);
    lines.skip_comments();
    let mut line = lines.line();
    if START.is_match(line) {
        while lines.scan() {
            line = lines.line();
            if is_map_heading(line) || line.starts_with('-') {
                break;
            }
        }
    } else if !THREAD.is_match(line) {
        return Err(LegacyError::Unrecognized);
    }
    let mut draft = Draft::new(1);
    draft.sample_types(&[("thread", "count")]);
    draft.period_type("thread", "count");
    draft.profile.period = 1;
    while !is_map_heading(line) && !line.starts_with("---- no stack trace for") {
        if !THREAD.is_match(line) {
            return Err(LegacyError::Unrecognized);
        }
        let stack;
        (line, stack) = thread(&mut lines)?;
        add(&mut draft, &stack);
    }
    lines.skip_to_map()?;
    let mut profile = draft.finish_with_map(&mut lines)?;
    remove_doubled_leaves(&mut profile);
    Ok(profile)
}

/// An empty stack stands for that of the thread before.
fn add(draft: &mut Draft, stack: &[u64]) {
    if stack.is_empty() {
        let samples = &mut draft.profile.samples;
        if let Some(last) = samples.len().checked_sub(1) {
            samples.values_mut(last).iter_mut().for_each(|count| *count += 1);
        }
        return;
    }
    // All but the leaf are addresses after a call.
    let moved = |(at, address): (usize, &u64)| address.wrapping_sub(u64::from(at > 0));
    draft.sample(&[1], stack.iter().enumerate().map(moved), None);
}

/// The addresses of one thread, and the line after them. They are empty if the thread is as the one before.
fn thread<'a>(lines: &mut Scanner<'a>) -> Result<(&'a str, Vec<u64>)> {
    let (mut line, mut stack, mut same) = ("", Vec::new(), false);
    while lines.scan() {
        line = lines.line().trim();
        if line.starts_with("---") {
            break;
        }
        if line.contains("same as previous thread") {
            same = true;
        } else {
            stack.extend(addresses(line).map_err(|error| malformed_sample(line, &error))?);
        }
    }
    lines.check()?;
    if same {
        stack.clear();
    }
    Ok((line, stack))
}
