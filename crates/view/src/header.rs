//! The lines above a report.

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use plumb_profile::Profile;

use crate::go_text::base;
use crate::graph::Trimmed;
use crate::measure::{label, percentage, scale};
use crate::report::{Report, ReportError};
use crate::values::Values;

/// Longest filter that is shown, in bytes.
const LONGEST_FILTER: usize = 80;

/// Where the drawing is explained.
const LEGEND: &str = "\nSee https://git.io/JfYMW for how to read the graph";

/// What the profile is: file, build, type, time, duration.
pub(crate) fn profile_lines(profile: &Profile, values: &Values) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(format!("{name}: {value}"));
        }
    };
    let program = profile.program();
    line("File", if program.is_empty() { "" } else { base(program) });
    line("Build ID", profile.build_id());
    let comments = profile.comments.iter().map(|&comment| profile.text(comment));
    lines.extend(comments.filter(|comment| !comment.starts_with('#')).map(str::to_owned));
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(format!("{name}: {value}"));
        }
    };
    line("Type", &values.of.kind);
    line("Doc", profile.text(profile.doc_url));
    if let Some(nanos) = profile.time() {
        line("Time", &local_time(nanos));
    }
    if profile.duration_nanos != 0 {
        lines.push(duration_line(profile.duration_nanos, values));
    }
    lines
}

fn duration_line(duration: i64, values: &Values) -> String {
    let (nanos, unit) = scale(values.total, &values.of.unit, "nanoseconds");
    let share = match unit {
        "ns" if nanos != 0.0 => format!("({})", percentage(nanos as i64, duration)),
        _ => String::new(),
    };
    let total = values.format(values.total);
    format!("Duration: {}, Total samples = {total} {share}", label(duration, "nanoseconds"))
}

fn local_time(nanos: i64) -> String {
    formatted(nanos, "%Y-%m-%d %H:%M:%S %Z")
}

/// A time as Go's `time.Time.String` writes it.
pub(crate) fn local_time_with_offset(nanos: i64) -> String {
    formatted(nanos, "%Y-%m-%d %H:%M:%S%.f %z %Z")
}

/// Nanoseconds since 1970 UTC in the time zone of this machine.
fn formatted(nanos: i64, format: &str) -> String {
    let zone = TimeZone::try_system().unwrap_or(TimeZone::UTC);
    Timestamp::from_nanosecond(nanos.into())
        .map(|time| time.to_zoned(zone).strftime(format).to_string())
        .unwrap_or_default()
}

/// All lines above a report of a graph. `is_full`: also where the configuration wants few of them, and with the dropped
/// edges and the legend of a drawing.
pub(crate) fn graph_lines(report: &Report, trimmed: &Trimmed, is_full: bool) -> Vec<String> {
    let config = &report.config;
    let mut lines = Vec::new();
    if is_full || !config.compact_labels {
        lines = profile_lines(&report.profile, &report.values);
    }
    if !report.active_filters.is_empty() {
        lines.push("Active filters:".to_owned());
        lines.extend(report.active_filters.iter().map(|filter| format!("   {}", cut(filter))));
    }
    let (shown, total) = (trimmed.graph.total_flat(), report.values.total);
    lines.push(format!(
        "Showing nodes accounting for {}, {} of {} total",
        report.format(shown),
        percentage(shown, total).trim(),
        report.format(total)
    ));
    if total != 0 {
        let limit =
            |fraction: f64| report.format(((total as f64 * fraction) as i64).wrapping_abs());
        lines.extend(dropped(trimmed.dropped_nodes, "node", "cum", || limit(config.nodefraction)));
        if is_full {
            lines.extend(dropped(trimmed.dropped_edges, "edge", "freq", || {
                limit(config.edgefraction)
            }));
        }
        let shown = trimmed.graph.shown.len();
        if shown > 0 && shown < trimmed.node_count {
            lines.push(format!("Showing top {shown} nodes out of {}", trimmed.node_count));
        }
    }
    if is_full {
        lines.push(LEGEND.to_owned());
    }
    lines
}

fn dropped(count: usize, what: &str, weight: &str, limit: impl Fn() -> String) -> Option<String> {
    let plural = if count > 1 { "s" } else { "" };
    (count > 0).then(|| format!("Dropped {count} {what}{plural} ({weight} <= {})", limit()))
}

/// A filter, without its end if it is long. Where Go would cut a letter in two, the whole letter is left out.
fn cut(filter: &str) -> String {
    if filter.len() <= LONGEST_FILTER {
        return filter.to_owned();
    }
    let end = (0..=LONGEST_FILTER).rfind(|&end| filter.is_char_boundary(end)).unwrap_or(0);
    format!("{}…", &filter[..end])
}

/// Writes the comments of the profile.
pub(crate) fn write_comments(report: &Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let profile = &report.profile;
    let written: io::Result<()> =
        profile.comments.iter().try_for_each(|&comment| writeln!(out, "{}", profile.text(comment)));
    Ok(written?)
}
