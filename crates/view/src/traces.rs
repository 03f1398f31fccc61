//! `traces`: each sample with its labels and stack.

use std::io::Write;

use plumb_profile::{LabelRef, SampleRef};

use crate::graph::Frames;
use crate::header::profile_lines;
use crate::measure::label;
use crate::report::{Report, ReportError};

const SEPARATOR: &str = "-----------+-------------------------------------------------------";

pub(crate) fn write(report: &Report, out: &mut dyn Write) -> Result<(), ReportError> {
    writeln!(out, "{}", profile_lines(&report.profile, &report.values).join("\n"))?;
    let frames = Frames::new(&report.profile, false);
    let names: Vec<String> =
        frames.infos.iter().map(|info| info.name_parts(&frames.texts).join(" ")).collect();
    for sample in report.profile.samples() {
        if sample.locations().is_empty() {
            continue;
        }
        writeln!(out, "{SEPARATOR}")?;
        for line in labels(report, &sample) {
            writeln!(out, "{line}")?;
        }
        let mut value = report.format(value(report, &sample));
        for &location in sample.locations() {
            let nodes = frames.of(location);
            for (depth, &node) in nodes.iter().enumerate() {
                let inline = if depth + 1 == nodes.len() { "" } else { " (inline)" };
                writeln!(out, "{value:>10}   {}{inline}", names[node as usize])?;
                value.clear();
            }
        }
    }
    Ok(writeln!(out, "{SEPARATOR}")?)
}

fn value(report: &Report, sample: &SampleRef<'_>) -> i64 {
    let value = sample.value(report.values.of.index);
    match report.values.of.divisor.map_or(0, |divisor| sample.value(divisor)) {
        0 => value,
        divisor => value.wrapping_div(divisor),
    }
}

/// Text labels, then numbers, each kind sorted as it is written.
fn labels(report: &Report, sample: &SampleRef<'_>) -> Vec<String> {
    let mut texts: Vec<(&str, Vec<String>)> = Vec::new();
    let mut numbers: Vec<(&str, Vec<String>)> = Vec::new();
    for found in sample.labels() {
        let (kind, key, value) = match found {
            LabelRef::Text { key, value } => (&mut texts, key, value.to_owned()),
            LabelRef::Number { key, value, .. } => {
                let unit = report.label_units.get(key).map_or("", String::as_str);
                (&mut numbers, key, label(value, unit))
            }
        };
        match kind.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => kind.push((key, vec![value])),
        }
    }
    let written = |labels: Vec<(&str, Vec<String>)>| {
        let mut lines: Vec<String> = labels
            .iter()
            .map(|(key, values)| format!("{key:>10}:  {}", values.join(" ")))
            .collect();
        lines.sort_unstable();
        lines
    };
    [written(texts), written(numbers)].concat()
}
