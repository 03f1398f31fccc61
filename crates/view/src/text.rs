//! `top`: a line for each entry.

use std::io::Write;

use crate::graph::{Graph, Node};
use crate::header::graph_lines;
use crate::measure::percentage;
use crate::report::{Report, ReportError};

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
}

impl Report {
    /// The lines above `top` and its entries.
    pub fn text_items(&mut self) -> (Vec<String>, Vec<TextItem>) {
        let trimmed = self.trimmed_graph();
        let graph = &trimmed.graph;
        let item = |&id: &u32| {
            let node = graph.node(id);
            TextItem {
                name: graph.name(id),
                inline: inline_mark(graph, node),
                flat: node.flat.value(),
                cum: node.cum.value(),
            }
        };
        (graph_lines(self, &trimmed, false), graph.shown.iter().map(item).collect())
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
    writeln!(out, "{:>10} {:>5}% {:>5}% {:>10} {:>5}%", "flat", "flat", "sum", "cum", "cum")?;
    let mut sum = 0i64;
    for item in items {
        sum = sum.wrapping_add(item.flat);
        writeln!(
            out,
            "{:>10} {} {} {:>10} {}  {}{}",
            report.format(item.flat),
            percentage(item.flat, report.values.total),
            percentage(sum, report.values.total),
            report.format(item.cum),
            percentage(item.cum, report.values.total),
            item.name,
            item.inline
        )?;
    }
    Ok(())
}
