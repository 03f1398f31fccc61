//! `tree` and `peek`: each entry between its callers and callees.

use std::io::{self, Write};

use crate::graph::{EdgeId, Graph};
use crate::header::graph_lines;
use crate::measure::percentage;
use crate::report::{Report, ReportError};

const SEPARATOR: &str = "----------------------------------------------------------+-------------";
const LEGEND: &str = "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t ";

pub(crate) fn write(report: &mut Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let trimmed = report.trimmed_graph();
    let graph = &trimmed.graph;
    writeln!(out, "{}", graph_lines(report, &trimmed, false).join("\n"))?;
    writeln!(out, "{SEPARATOR}\n{LEGEND}")?;
    let (mut sum, mut matched) = (0i64, false);
    for &id in &graph.shown {
        let (node, name) = (graph.node(id), graph.name(id));
        if report.argument.as_ref().is_some_and(|(regex, _)| !regex.is_match(&name)) {
            continue;
        }
        matched = true;
        writeln!(out, "{SEPARATOR}")?;
        let cum = node.cum.value();
        let mut calls = Calls { report, graph, cum, out };
        calls.write(&node.callers, |edge| edge.caller)?;
        let (flat, total) = (node.flat.value(), report.values.total);
        sum = sum.wrapping_add(flat);
        writeln!(
            calls.out,
            "{:>10} {} {} {:>10} {}                | {name}",
            report.format(flat),
            percentage(flat, total),
            percentage(sum, total),
            report.format(cum),
            percentage(cum, total),
        )?;
        calls.write(&node.callees, |edge| edge.callee)?;
    }
    if !graph.shown.is_empty() {
        writeln!(out, "{SEPARATOR}")?;
    }
    match &report.argument {
        Some((_, argument)) if !matched => Err(ReportError::NoMatch(argument.clone())),
        _ => Ok(()),
    }
}

/// Writes the callers or callees of an entry.
struct Calls<'c> {
    report: &'c Report,
    graph: &'c Graph,
    cum: i64,
    out: &'c mut dyn Write,
}

impl Calls<'_> {
    fn write(
        &mut self,
        edges: &[EdgeId],
        other: impl Fn(&crate::graph::Edge) -> crate::graph::NodeId,
    ) -> io::Result<()> {
        for edge in self.graph.sorted(edges) {
            let edge = self.graph.edge(edge);
            let weight = edge.weight.sum;
            let inline = if edge.is_inline { " (inline)" } else { "" };
            writeln!(
                self.out,
                "{:>50} {} |   {}{inline}",
                self.report.format(weight),
                percentage(weight, self.cum),
                self.graph.name(other(edge)),
            )?;
        }
        Ok(())
    }
}
