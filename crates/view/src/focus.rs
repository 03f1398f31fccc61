//! The filters of a configuration: which samples, frames and labels a report is of.

use plumb_profile::{GoRegexError, LabelRef, NameFilter, Profile, SampleRef, go_regex};
use regex::Regex;
use rustc_hash::FxHashMap;

use crate::config::Config;
use crate::measure::scale;
use crate::report::Messages;

/// A filter that is no regular expression.
#[derive(Debug, thiserror::Error)]
#[error("parsing {name} regexp: {source}")]
pub struct RegexOptionError {
    name: &'static str,
    source: GoRegexError,
}

/// Applies all filters, in pprof's order. Filters that matched nothing are told.
pub(crate) fn apply(
    profile: &mut Profile,
    label_units: &FxHashMap<String, String>,
    config: &Config,
    messages: &mut Messages,
) -> Result<(), RegexOptionError> {
    let focus = compile("focus", &config.focus)?;
    let ignore = compile("ignore", &config.ignore)?;
    let hide = compile("hide", &config.hide)?;
    let show = compile("show", &config.show)?;
    let show_from = compile("show_from", &config.show_from)?;
    let tag_focus = TagFilter::new("tagfocus", &config.tagfocus, messages)?;
    let tag_ignore = TagFilter::new("tagignore", &config.tagignore, messages)?;
    let prune_from = compile("prune_from", &config.prune_from)?;

    let mut warn = |is_set: bool, matched: bool, option: &str| {
        if is_set && !matched {
            messages.push(format!("{option} expression matched no samples"));
        }
    };
    let names = NameFilter {
        focus: focus.as_ref(),
        ignore: ignore.as_ref(),
        hide: hide.as_ref(),
        show: show.as_ref(),
    };
    let matched = profile.filter_by_name(names);
    warn(focus.is_some(), matched.focus, "Focus");
    warn(ignore.is_some(), matched.ignore, "Ignore");
    warn(hide.is_some(), matched.hide, "Hide");
    warn(show.is_some(), matched.show, "Show");
    if let Some(show_from) = &show_from {
        warn(true, profile.show_from(show_from), "ShowFrom");
    }
    let (focused, ignored) = filter_by_label(profile, label_units, &tag_focus, &tag_ignore);
    warn(tag_focus.is_some(), focused, "TagFocus");
    warn(tag_ignore.is_some(), ignored, "TagIgnore");

    let tag_show = compile("tagshow", &config.tagshow)?;
    let tag_hide = compile("taghide", &config.taghide)?;
    let (shown, hidden) = profile.filter_labels(tag_show.as_ref(), tag_hide.as_ref());
    warn(tag_show.is_some(), shown, "TagShow");
    warn(tag_hide.is_some(), hidden, "TagHide");
    if let Some(prune_from) = &prune_from {
        profile.prune_from(prune_from);
    }
    Ok(())
}

fn compile(name: &'static str, pattern: &str) -> Result<Option<Regex>, RegexOptionError> {
    if pattern.is_empty() {
        return Ok(None);
    }
    let error = |source| RegexOptionError { name, source };
    go_regex(pattern).map(Some).map_err(error)
}

/// Keeps the samples that `focus` matches and `ignore` does not. Says which of them matched a sample; like pprof, a sample
/// that is not in focus is asked for `ignore` too.
fn filter_by_label(
    profile: &mut Profile,
    units: &FxHashMap<String, String>,
    focus: &Option<TagFilter>,
    ignore: &Option<TagFilter>,
) -> (bool, bool) {
    if focus.is_none() && ignore.is_none() {
        return (true, true);
    }
    let (mut focused_any, mut ignored_any) = (false, false);
    profile.retain_samples(|sample| {
        let focused = focus.as_ref().is_none_or(|filter| filter.matches(sample, units));
        let ignored = ignore.as_ref().is_some_and(|filter| filter.matches(sample, units));
        focused_any |= focused;
        ignored_any |= ignored;
        focused && !ignored
    });
    (focused_any, ignored_any)
}

/// `tagfocus` or `tagignore`: `[key=]value`.
struct TagFilter {
    key: Option<String>,
    value: TagValue,
}

enum TagValue {
    Range(TagRange),
    /// Without a key all must match some label, with a key one must match a value of it.
    Texts(Vec<Regex>),
}

impl TagFilter {
    fn new(
        name: &'static str,
        text: &str,
        messages: &mut Messages,
    ) -> Result<Option<Self>, RegexOptionError> {
        if text.is_empty() {
            return Ok(None);
        }
        let (key, text) = match text.split_once('=') {
            Some((key, value)) => (Some(key).filter(|key| !key.is_empty()), value),
            None => (None, text),
        };
        let key = key.map(str::to_owned);
        if let Some(range) = TagRange::parse(text) {
            messages.push(format!("{name}:Interpreted '{text}' as range, not regexp"));
            return Ok(Some(Self { key, value: TagValue::Range(range) }));
        }
        let error = |source| RegexOptionError { name, source };
        let texts = text.split(',').map(go_regex).collect::<Result<_, _>>().map_err(error)?;
        Ok(Some(Self { key, value: TagValue::Texts(texts) }))
    }

    fn matches(&self, sample: SampleRef<'_>, units: &FxHashMap<String, String>) -> bool {
        let is_wanted = |key: &str| self.key.as_deref().is_none_or(|wanted| wanted == key);
        match &self.value {
            TagValue::Range(range) => sample.labels().any(|label| match label {
                LabelRef::Number { key, value, .. } => {
                    let unit = units.get(key).map_or("", String::as_str);
                    is_wanted(key) && range.contains(value, unit)
                }
                LabelRef::Text { .. } => false,
            }),
            TagValue::Texts(texts) => {
                let found = |regex: &Regex| {
                    sample.labels().any(|label| match label {
                        LabelRef::Text { key, value } if self.key.is_none() => {
                            regex.is_match(&format!("{key}:{value}"))
                        }
                        LabelRef::Text { key, value } => is_wanted(key) && regex.is_match(value),
                        LabelRef::Number { .. } => false,
                    })
                };
                match self.key {
                    None => texts.iter().all(found),
                    Some(_) => texts.iter().any(found),
                }
            }
        }
    }
}

/// `32kb`, `:64kb`, `4mb:` or `12kb:64mb`, both ends included.
#[derive(Debug, PartialEq)]
struct TagRange {
    low: f64,
    high: f64,
    unit: String,
}

impl TagRange {
    fn parse(text: &str) -> Option<Self> {
        let (low, high) = match text.split_once(':') {
            None => (text, text),
            Some((low, high)) => (low, high),
        };
        if low.is_empty() && high.is_empty() {
            return None;
        }
        let first = Quantity::parse(if low.is_empty() { high } else { low });
        let (first, unit) = first?.scaled(None);
        let second = match (low.is_empty(), high.is_empty()) {
            (false, false) if text.contains(':') => {
                let (second, other) = Quantity::parse(high)?.scaled(Some(&unit));
                if other != unit {
                    return None;
                }
                second
            }
            _ => first,
        };
        let low = if low.is_empty() { f64::NEG_INFINITY } else { first };
        let high = if high.is_empty() { f64::INFINITY } else { second };
        Some(Self { low, high, unit })
    }

    fn contains(&self, value: i64, unit: &str) -> bool {
        let (value, unit) = scale(value, unit, &self.unit);
        unit == self.unit && (self.low..=self.high).contains(&value)
    }
}

/// A whole number with a unit.
struct Quantity<'t> {
    number: i64,
    unit: &'t str,
}

impl<'t> Quantity<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let digits = text.trim_start_matches(['+', '-']);
        if text.len() - digits.len() > 1 {
            return None;
        }
        let unit = digits.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_unit = unit.chars().all(|c| c.is_ascii_alphabetic());
        let number = text[..text.len() - unit.len()].parse().ok()?;
        is_unit.then_some(Self { number, unit })
    }

    /// In `unit`, or in its own.
    fn scaled(&self, unit: Option<&str>) -> (f64, String) {
        let (value, unit) = scale(self.number, self.unit, unit.unwrap_or(self.unit));
        (value, unit.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_include_their_ends() {
        for (text, inside, outside) in [
            ("32kb", vec![32 << 10], vec![(32 << 10) - 1, (32 << 10) + 1]),
            (":64kb", vec![0, 64 << 10], vec![(64 << 10) + 1]),
            ("4mb:", vec![4 << 20, i64::MAX], vec![(4 << 20) - 1]),
            ("12kb:64mb", vec![12 << 10, 64 << 20], vec![(12 << 10) - 1, (64 << 20) + 1]),
        ] {
            let range = TagRange::parse(text).unwrap();
            assert!(inside.iter().all(|&value| range.contains(value, "bytes")), "{text}");
            assert!(!outside.iter().any(|&value| range.contains(value, "bytes")), "{text}");
        }
    }

    #[test]
    fn what_is_no_range_is_a_regular_expression() {
        for text in ["", ":", "a", "1..2", "12kb:3s", "1:2:3", "--1", "1 kb", "x:1"] {
            assert_eq!(TagRange::parse(text), None, "{text}");
        }
    }
}
