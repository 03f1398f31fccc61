//! `top`: a line for each entry.

use std::io::Write;

use crate::graph::{Frames, Graph, Node};
use crate::header::graph_lines;
use crate::measure::percentage;
use crate::report::{Report, ReportError};
use crate::sampling::{Errors, NodeError, Sampling};
use crate::style;

/// An entry of `top`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextItem {
    /// What the report calls it.
    pub name: String,
    /// ` (inline)` if it was inlined into all its callers, ` (partial-inline)` into some.
    pub inline: &'static str,
    /// What it took itself.
    pub flat: i64,
    /// What it and all that it called took.
    pub cum: i64,
    /// How far both may be off with 95 % certainty, if that is asked for and known.
    pub error: Option<(i64, i64)>,
}

impl TextItem {
    /// Whether sampling alone may have made it.
    fn is_noise(&self) -> bool {
        let within = |value: i64, error: i64| value.unsigned_abs() < error.unsigned_abs();
        self.error.is_some_and(|(flat, cum)| within(self.flat, flat) && within(self.cum, cum))
    }
}

impl Report {
    /// The lines above `top` and its entries.
    pub fn text_items(&mut self) -> (Vec<String>, Vec<TextItem>) {
        let trimmed = self.trimmed_graph();
        let graph = &trimmed.graph;
        let errors = self.errors();
        let item = |&id: &u32| {
            let node = graph.node(id);
            let error = errors.as_ref().map(|errors| errors.of(id));
            TextItem {
                name: graph.name(id),
                inline: inline_mark(graph, node),
                flat: node.flat.value(),
                cum: node.cum.value(),
                error: error.map(|NodeError { flat, cum }| (flat as i64, cum as i64)),
            }
        };
        (graph_lines(self, &trimmed, false), graph.shown.iter().map(item).collect())
    }
}

impl Report {
    /// The sampling errors, if the configuration asks for them and the profile tells.
    fn errors(&self) -> Option<Errors> {
        let value = self.values.of.index;
        let sampling =
            Sampling::of(&self.profile, value, &self.config).filter(|_| self.config.error)?;
        let frames = Frames::new(&self.profile, false);
        Some(Errors::new(&self.profile, &frames, value, sampling))
    }
}

fn inline_mark(graph: &Graph, node: &Node) -> &'static str {
    let is_inline = |&edge: &u32| graph.edge(edge).is_inline;
    let inline = node.callers.iter().any(is_inline);
    match inline && node.callers.iter().all(is_inline) {
        true => " (inline)",
        false if inline => " (partial-inline)",
        false => "",
    }
}

pub(crate) fn write(report: &mut Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let (header, items) = report.text_items();
    writeln!(out, "{}", header.join("\n"))?;
    let with_errors = items.iter().any(|item| item.error.is_some());
    if report.config.error && !with_errors && !items.is_empty() {
        writeln!(out, "The profile does not tell how it was sampled, so the error is not known")?;
    }
    let error_column =
        |text: &str| if with_errors { format!(" {text:>10}") } else { String::new() };
    let head = error_column("±95%");
    writeln!(
        out,
        "{:>10}{head} {:>5}% {:>5}% {:>10}{head} {:>5}%",
        "flat", "flat", "sum", "cum", "cum"
    )?;
    let mut sum = 0i64;
    for item in items {
        sum = sum.wrapping_add(item.flat);
        let error = |error: fn((i64, i64)) -> i64| {
            error_column(&item.error.map_or_else(String::new, |both| report.format(error(both))))
        };
        let line = format!(
            "{:>10}{} {} {} {:>10}{} {}  {}{}",
            report.format(item.flat),
            error(|both| both.0),
            percentage(item.flat, report.values.total),
            percentage(sum, report.values.total),
            report.format(item.cum),
            error(|both| both.1),
            percentage(item.cum, report.values.total),
            item.name,
            item.inline
        );
        writeln!(out, "{}", style::noise(line, item.is_noise(), report.is_styled))?;
    }
    Ok(())
}
