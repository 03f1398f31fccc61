//! `tags`: the labels of the samples, with what each value took.

use std::cmp::Reverse;
use std::io::Write;

use plumb_profile::LabelRef;
use rustc_hash::FxHashMap;

use crate::columns::align_right;
use crate::measure::{percentage, scaled_label};
use crate::report::{Report, ReportError};

pub(crate) fn write(report: &Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let total = report.values.total;
    let share = |value: i64| match total > 0 {
        true => format!(" ({})", percentage(value, total)),
        false => String::new(),
    };
    let mut table = String::new();
    for (key, values) in sorted(report) {
        let of_key = values.iter().fold(0i64, |sum, (_, value)| sum.wrapping_add(*value));
        let (of_key_text, of_all) = (report.format(of_key), report.format(total));
        table += &format!("{key}:\t Total {of_key_text} of {of_all}{}\n", share(of_key));
        for (name, value) in values {
            table += &format!(" \t{}{}:\t {name}\n", report.format(value), share(value));
        }
        table.push('\n');
    }
    Ok(out.write_all(align_right(&table).as_bytes())?)
}

/// The keys by name, each with its values from the heaviest.
fn sorted(report: &Report) -> Vec<(&str, Vec<(String, i64)>)> {
    let mut keys: FxHashMap<&str, FxHashMap<String, i64>> = FxHashMap::default();
    for sample in report.profile.samples() {
        let weight = sample.value(report.values.of.index);
        for label in sample.labels() {
            let (key, value) = match label {
                LabelRef::Text { key, value } => (key, value.to_owned()),
                LabelRef::Number { key, value, .. } => {
                    let unit = report.label_units.get(key).map_or("", String::as_str);
                    (key, scaled_label(value, unit, &report.values.unit))
                }
            };
            let sum = keys.entry(key).or_default().entry(value).or_default();
            *sum = sum.wrapping_add(weight);
        }
    }
    let mut sorted: Vec<(&str, Vec<(String, i64)>)> =
        keys.into_iter().map(|(key, values)| (key, values.into_iter().collect())).collect();
    sorted.sort_unstable_by_key(|&(key, _)| key);
    for (_, values) in &mut sorted {
        values.sort_unstable_by(|a, b| {
            Reverse(a.1.unsigned_abs())
                .cmp(&Reverse(b.1.unsigned_abs()))
                .then_with(|| a.0.cmp(&b.0))
        });
    }
    sorted
}
