//! `growth`: what became more and what less between two profiles, in plain words. The percentages of `-diff_base` are of
//! the base, which few expect; here each entry has its value before, now, and the difference with its sampling error.

use std::cmp::Reverse;
use std::io::Write;

use plumb_profile::{BASE_LABEL, LabelRef, Profile};

use crate::graph::Frames;
use crate::header::profile_lines;
use crate::report::{Report, ReportError};
use crate::sampling::{Errors, Sampling};
use crate::style;
use crate::values::Values;

/// Values before and now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Change {
    was: i64,
    now: i64,
}

impl Change {
    fn add(&mut self, other: Self) {
        self.was = self.was.wrapping_add(other.was);
        self.now = self.now.wrapping_add(other.now);
    }

    fn growth(self) -> i64 {
        self.now.wrapping_sub(self.was)
    }

    /// What is said of it besides the numbers.
    fn words(self) -> String {
        match (self.was, self.now) {
            (0, _) => "new".to_owned(),
            (_, 0) => "gone".to_owned(),
            (was, now) if was > 0 && now > 0 => format!("{:.2}×", now as f64 / was as f64),
            _ => String::new(),
        }
    }
}

pub(crate) fn write(report: &Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let profile = &report.profile;
    let values = &report.values;
    if !has_base(profile) {
        return Err(ReportError::NoBase);
    }
    let frames = Frames::new(profile, false);
    let by_cum = report.config.sort == "cum";
    let (total, changes) = changes(profile, &frames, values.of.index, by_cum);
    let sampling = Sampling::of(profile, values.of.index, &report.config);
    let errors = sampling.map(|sampling| Errors::new(profile, &frames, values.of.index, sampling));
    let error = |node: u32| {
        let error = errors.as_ref()?.of(node);
        Some(if by_cum { error.cum } else { error.flat })
    };

    let mut entries: Vec<(u32, Change)> =
        (0..).zip(changes).filter(|(_, change)| *change != Change::default()).collect();
    let name = |node: u32| frames.infos[node as usize].name_parts(&frames.texts).join(" ");
    entries.sort_by_cached_key(|&(node, change)| {
        (Reverse(change.growth().unsigned_abs()), name(node))
    });
    let all = entries.len();
    entries.truncate(shown(&entries, report));

    let total_error = errors.as_ref().map(|errors| errors.total);
    writeln!(out, "{}", profile_lines(profile, values).join("\n"))?;
    writeln!(out, "{}", summary(values, total, total_error))?;
    if entries.len() < all {
        writeln!(out, "Showing {} of {all} entries", entries.len())?;
    }
    writeln!(out, "{:>10} {:>10} {:>11} {:>10}", "was", "now", "growth", "± 95%")?;
    for (node, change) in entries {
        let error = error(node);
        let line = format!(
            "{:>10} {:>10} {:>11} {:>10}  {}{}",
            values.format(change.was),
            values.format(change.now),
            signed(values, change.growth()),
            error.map_or_else(|| "?".to_owned(), |error| values.format(error as i64)),
            name(node),
            in_brackets(&change.words()),
        );
        let is_noise = error.is_some_and(|error| (change.growth().unsigned_abs() as f64) < error);
        writeln!(out, "{}", style::noise(line, is_noise, report.is_styled))?;
    }
    Ok(())
}

fn in_brackets(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!("  ({words})") }
}

fn has_base(profile: &Profile) -> bool {
    (0..profile.samples.len()).any(|sample| is_base(profile, sample))
}

fn is_base(profile: &Profile, sample: usize) -> bool {
    profile
        .sample(sample)
        .labels()
        .any(|label| matches!(label, LabelRef::Text { key: BASE_LABEL, .. }))
}

/// The change of all samples and of each node, by itself or with what it calls. Values of the base stand with the other
/// sign.
fn changes(
    profile: &Profile,
    frames: &Frames,
    value: usize,
    by_cum: bool,
) -> (Change, Vec<Change>) {
    let mut total = Change::default();
    let mut changes = vec![Change::default(); frames.infos.len()];
    let mut seen = vec![u32::MAX; changes.len()];
    for sample in 0..profile.samples.len() {
        let value = profile.sample(sample).value(value);
        let change = match is_base(profile, sample) {
            true => Change { was: value.wrapping_neg(), now: 0 },
            false => Change { was: 0, now: value },
        };
        total.add(change);
        let locations = profile.samples.locations(sample);
        let mut nodes = locations.iter().flat_map(|&location| frames.of(location));
        if !by_cum {
            nodes.next().into_iter().for_each(|&leaf| changes[leaf as usize].add(change));
            continue;
        }
        for &node in nodes {
            if seen[node as usize] != sample as u32 {
                seen[node as usize] = sample as u32;
                changes[node as usize].add(change);
            }
        }
    }
    (total, changes)
}

/// How many entries are shown: no more than asked for, and none below the share of all growth.
fn shown(entries: &[(u32, Change)], report: &Report) -> usize {
    let growth = |(_, change): &(u32, Change)| change.growth().unsigned_abs() as f64;
    let all: f64 = entries.iter().map(growth).sum();
    let large = entries.partition_point(|entry| growth(entry) >= all * report.config.nodefraction);
    match usize::try_from(report.config.nodecount) {
        Ok(most) if most > 0 => large.min(most),
        _ => large,
    }
}

/// `inuse_space grew from 12MB to 40MB: +28MB ± 1MB (3.33×)`.
fn summary(values: &Values, total: Change, error: Option<f64>) -> String {
    let growth = total.growth();
    let is_noise = error.is_some_and(|error| (growth.unsigned_abs() as f64) < error);
    let verb = match growth {
        0 => "stayed",
        _ if is_noise => "did not change beyond the sampling error:",
        1.. => "grew",
        _ => "shrank",
    };
    let error =
        error.map_or_else(String::new, |error| format!(" ± {}", values.format(error as i64)));
    format!(
        "{} {verb} from {} to {}: {}{error}{}",
        values.of.kind,
        values.format(total.was),
        values.format(total.now),
        signed(values, growth),
        in_brackets(&total.words()).replacen("  ", " ", 1),
    )
}

fn signed(values: &Values, value: i64) -> String {
    let sign = if value > 0 { "+" } else { "" };
    format!("{sign}{}", values.format(value))
}
