//! `speedscope`: the file format of <https://www.speedscope.app>.

use std::io::Write;

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::graph::NodeId;
use crate::report::{Report, ReportError};
use crate::stacks::{Stack, Stacks};

const SCHEMA: &str = "https://www.speedscope.app/file-format-schema.json";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'f> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    name: &'f str,
    exporter: &'static str,
    active_profile_index: usize,
    shared: Shared<'f>,
    profiles: Vec<SampledProfile<'f>>,
}

#[derive(Serialize)]
struct Shared<'f> {
    frames: Vec<Frame<'f>>,
}

#[derive(Serialize)]
struct Frame<'f> {
    name: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    file: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    col: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SampledProfile<'f> {
    r#type: &'static str,
    name: String,
    unit: &'static str,
    start_value: i64,
    end_value: i64,
    /// Frames of each stack from the root.
    samples: Vec<&'f [u32]>,
    weights: Vec<i64>,
}

pub(crate) fn write(report: &mut Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let mut stacks = Stacks::new(report);
    let frames = used_frames(&mut stacks.stacks);
    let frame = |&frame: &NodeId| {
        let info = stacks.info(frame);
        let positive = |number: i64| (number > 0).then_some(number);
        let name = match stacks.function(frame) {
            "" => stacks.name(frame),
            name => name.to_owned(),
        };
        let (line, col) = (positive(info.line), positive(info.column));
        Frame { name, file: stacks.file(frame), line, col }
    };
    let kind = &report.values.of.kind;
    let unit = unit(&report.values.of.unit);
    let growth = sampled(&stacks.stacks, kind.clone(), unit, |stack| stack.value());
    let mut profiles = vec![growth];
    // Weights cannot be below zero: what has become less is a profile of its own.
    if stacks.stacks.iter().any(|stack| stack.value() < 0) {
        profiles[0].name = format!("{kind}: growth");
        let name = format!("{kind}: decrease");
        profiles.push(sampled(&stacks.stacks, name, unit, |stack| stack.value().saturating_neg()));
    }
    let file = File {
        schema: SCHEMA,
        name: if report.title().is_empty() { kind } else { report.title() },
        exporter: "plumb",
        active_profile_index: 0,
        shared: Shared { frames: frames.iter().map(frame).collect() },
        profiles,
    };
    serde_json::to_writer(&mut *out, &file).map_err(std::io::Error::from)?;
    Ok(writeln!(out)?)
}

/// Numbers the frames of stacks anew, in the order in which stacks use them. The answer is what they were.
fn used_frames(stacks: &mut [Stack]) -> Vec<NodeId> {
    let mut numbers: FxHashMap<NodeId, u32> = FxHashMap::default();
    let mut used = Vec::new();
    for frame in stacks.iter_mut().flat_map(|stack| &mut stack.frames) {
        let old = *frame;
        *frame = *numbers.entry(old).or_insert_with(|| {
            used.push(old);
            (used.len() - 1) as u32
        });
    }
    used
}

/// The stacks with a weight above zero.
fn sampled<'f>(
    stacks: &'f [Stack],
    name: String,
    unit: &'static str,
    weight: impl Fn(&Stack) -> i64,
) -> SampledProfile<'f> {
    let weighed = stacks.iter().filter(|stack| weight(stack) > 0);
    let (samples, weights): (Vec<&[u32]>, Vec<i64>) =
        weighed.map(|stack| (stack.frames.as_slice(), weight(stack))).unzip();
    let end_value = weights.iter().fold(0i64, |sum, &weight| sum.saturating_add(weight));
    SampledProfile { r#type: "sampled", name, unit, start_value: 0, end_value, samples, weights }
}

/// A unit as speedscope calls it.
fn unit(unit: &str) -> &'static str {
    match unit.to_lowercase().as_str() {
        "b" | "byte" | "bytes" => "bytes",
        "ns" | "nanosecond" | "nanoseconds" => "nanoseconds",
        "us" | "microsecond" | "microseconds" => "microseconds",
        "ms" | "millisecond" | "milliseconds" => "milliseconds",
        "s" | "second" | "seconds" => "seconds",
        _ => "none",
    }
}
