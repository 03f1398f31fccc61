//! Go's counts of stacks: goroutine, threadcreate and those of programs, with `debug=1`.

use std::sync::LazyLock;

use super::draft::Draft;
use super::numbers::any_base;
use super::scanner::Scanner;
use super::{LegacyError, Pattern, Result, addresses, compile, is_blank_or_comment};
use crate::model::Profile;

static HEADER: Pattern = LazyLock::new(|| compile(r"\A(\S+) profile: total \d+\z"));

static SAMPLE: Pattern = LazyLock::new(|| compile(r"\A(\d+) @(( 0x[0-9a-f]+)+)\z"));

pub(super) fn read(text: &str) -> Result<Profile> {
    let mut lines = Scanner::new(text);
    lines.skip_comments();
    lines.check()?;
    let found = HEADER.captures(lines.line()).ok_or(LegacyError::Unrecognized)?;
    let mut draft = Draft::new(1);
    draft.period_type(&found[1], "count");
    draft.sample_types(&[(&found[1], "count")]);
    draft.profile.period = 1;
    while lines.scan() {
        let line = lines.line();
        if is_blank_or_comment(line) {
            continue;
        }
        if line.starts_with("---") {
            break;
        }
        let found = SAMPLE.captures(line).ok_or_else(LegacyError::malformed)?;
        let count = any_base(&found[1]).map_err(|_| LegacyError::malformed())?;
        let stack = addresses(&found[2]).map_err(|_| LegacyError::malformed())?;
        draft.sample(&[count], stack.into_iter().map(|a| a.wrapping_sub(1)), None);
    }
    lines.check()?;
    lines.skip_to_map()?;
    draft.finish_with_map(&mut lines)
}
