//! Contention profiles as text: those of C++ servers, and mutex and block profiles of Go.

use std::sync::LazyLock;

use super::draft::Draft;
use super::numbers::{any_base, decimal};
use super::scanner::Scanner;
use super::{
    LegacyError, Pattern, Result, addresses, compile, is_blank_or_comment, malformed_sample,
};
use crate::merge::go_int64;
use crate::model::Profile;

static SAMPLE: Pattern = LazyLock::new(|| compile(r"(\d+) *(\d+) @([ x0-9a-f]*)"));

const STARTS: [&str; 3] = ["--- contentionz ", "--- mutex:", "--- contention:"];

pub(super) fn read(text: &str) -> Result<Profile> {
    let mut lines = Scanner::new(text);
    if !lines.scan() {
        lines.check()?;
        return Err(LegacyError::Unrecognized);
    }
    if !STARTS.iter().any(|start| lines.line().starts_with(start)) {
        return Err(LegacyError::Unrecognized);
    }
    let mut draft = Draft::new(2);
    draft.period_type("contentions", "count");
    draft.sample_types(&[("contentions", "count"), ("delay", "nanoseconds")]);
    draft.profile.period = 1;
    let cycles = attributes(&mut lines, &mut draft)?;
    loop {
        let line = lines.line().trim();
        if line.starts_with("---") {
            break;
        }
        if !is_blank_or_comment(line) {
            sample(line, cycles, &mut draft)?;
        }
        if !lines.scan() {
            break;
        }
    }
    lines.check()?;
    lines.skip_to_map()?;
    draft.finish_with_map(&mut lines)
}

/// Reads the lines `name = value` before the samples. Returns the cycles of the clock in a second, 0 if not told.
fn attributes(lines: &mut Scanner<'_>, draft: &mut Draft) -> Result<i64> {
    let mut cycles = 0;
    while lines.scan() {
        let line = lines.line().trim();
        if is_blank_or_comment(line) {
            continue;
        }
        if line.starts_with("---") {
            break;
        }
        let Some((name, value)) = line.split_once('=') else { break };
        let number = || any_base(value.trim()).map_err(|_| LegacyError::Unrecognized);
        match name.trim() {
            "cycles/second" => cycles = number()?,
            "sampling period" => draft.profile.period = number()?,
            "ms since reset" => draft.profile.duration_nanos = number()?.wrapping_mul(1_000_000),
            "discarded samples" => {}
            // Those of Java have a format and a resolution.
            _ => return Err(LegacyError::Unrecognized),
        }
    }
    lines.check()?;
    Ok(cycles)
}

fn sample(line: &str, cycles: i64, draft: &mut Draft) -> Result<()> {
    let found = SAMPLE.captures(line).ok_or(LegacyError::Unrecognized)?;
    let number = |n| decimal(&found[n]).map_err(|error| malformed_sample(line, &error));
    let (mut delay, mut count) = (number(1)?, number(2)?);
    let period = draft.profile.period;
    if period > 0 {
        if cycles > 0 {
            let cycles_per_nanosecond = cycles as f64 / 1e9;
            delay = go_int64(delay as f64 * period as f64 / cycles_per_nanosecond);
        }
        count = count.wrapping_mul(period);
    }
    let stack = addresses(&found[3]).map_err(|error| malformed_sample(line, &error))?;
    draft.sample(&[count, delay], stack.into_iter().map(|a| a.wrapping_sub(1)), None);
    Ok(())
}
