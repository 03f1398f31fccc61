//! The graph in the language of Graphviz.

mod colour;
mod nodelets;
mod short_name;

use std::io::{self, Write};

use rustc_hash::FxHashMap;

use crate::go_text::base;
use crate::graph::{Edge, Graph, Node, NodeId, Trimmed};
use crate::header::graph_lines;
use crate::measure::percentage;
use crate::report::{Report, ReportError};
use colour::{Ground, colour};
use short_name::shortened;

/// Size of the smallest letters, and how much larger the largest ones are, in points.
const FONT_SIZE: (u32, f64) = (8, 16.0);

pub(crate) fn write(report: &mut Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let trimmed = report.trimmed_graph();
    let report = &*report;
    let graph = &trimmed.graph;
    let numbers = graph.shown.iter().copied().zip(1..).collect();
    let largest = graph.shown_nodes().map(|node| node.flat.value().unsigned_abs()).max();
    let mut drawing = Drawing { report, graph, numbers, largest: largest.unwrap_or(0) as f64, out };
    drawing.write(&trimmed)?;
    Ok(())
}

struct Drawing<'d> {
    report: &'d Report,
    graph: &'d Graph,
    /// Numbers of the shown nodes.
    numbers: FxHashMap<NodeId, usize>,
    /// The largest flat value.
    largest: f64,
    out: &'d mut dyn Write,
}

impl Drawing<'_> {
    fn write(&mut self, trimmed: &Trimmed) -> io::Result<()> {
        let title = self.report.title();
        let name = if title.is_empty() { "unnamed" } else { title };
        writeln!(self.out, "digraph \"{name}\" {{\nnode [style=filled fillcolor=\"#f8f8f8\"]")?;
        self.legend(&graph_lines(self.report, trimmed, true), title)?;
        let graph = self.graph;
        let mut edges = Vec::new();
        let mut has_nodelets = FxHashMap::default();
        for &id in &graph.shown {
            let node = graph.node(id);
            self.node(id, node)?;
            has_nodelets.insert(id, self.nodelets(self.number(id), node)?);
            edges.extend_from_slice(&node.callees);
        }
        for edge in graph.sorted(&edges) {
            let edge = graph.edge(edge);
            self.edge(edge, has_nodelets.get(&edge.caller).copied().unwrap_or(false))?;
        }
        writeln!(self.out, "}}")
    }

    /// The number of a node; 0 if it is not shown.
    fn number(&self, id: NodeId) -> usize {
        self.numbers.get(&id).copied().unwrap_or(0)
    }

    fn legend(&mut self, lines: &[String], title: &str) -> io::Result<()> {
        let Some(first) = lines.first() else { return Ok(()) };
        let first = escaped(first);
        let lines = lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("\\l");
        write!(self.out, "subgraph cluster_L {{ \"{first}\" [shape=box fontsize=16")?;
        write!(self.out, " label=\"{lines}\\l\"")?;
        if !title.is_empty() {
            write!(self.out, " tooltip=\"{title}\"")?;
        }
        writeln!(self.out, "] }}")
    }

    fn node(&mut self, id: NodeId, node: &Node) -> io::Result<()> {
        let report = self.report;
        let (flat, cum) = (node.flat.value(), node.cum.value());
        let share = |value: i64| percentage(value, report.values.total).trim().to_owned();
        let mut label = self.label(node);
        let mut cum_text = report.format(flat);
        match flat {
            0 => label.push('0'),
            _ => label += &format!("{cum_text} ({})", share(flat)),
        }
        if cum != flat {
            label += if flat == 0 { " " } else { "\\n" };
            cum_text = report.format(cum);
            label += &format!("of {cum_text} ({})", share(cum));
        }
        let size = flat.unsigned_abs() as f64;
        let growth = match flat != 0 && self.largest != 0.0 && size <= self.largest {
            true => (FONT_SIZE.1 * (size / self.largest).sqrt()).ceil() as u32,
            false => 0,
        };
        let score = cum as f64 / report.values.total.unsigned_abs() as f64;
        let number = self.number(id);
        writeln!(
            self.out,
            "N{number} [label=\"{label}\" id=\"node{number}\" fontsize={} shape=box tooltip=\"{} ({cum_text})\" \
             color=\"{}\" fillcolor=\"{}\"]",
            FONT_SIZE.0 + growth,
            escaped(&self.graph.name(id)),
            colour(score, Ground::Line),
            colour(score, Ground::Fill),
        )
    }

    /// The short name of a node over several lines.
    fn label(&self, node: &Node) -> String {
        let texts = &self.graph.texts;
        let name = escaped(&shortened(texts.get(node.info.name)));
        // `[...]` stands for type parameters and stays on its line.
        let name = name.replace("::", "\\n").replace("[...]", "[…]").replace('.', "\\n");
        let file = texts.get(node.info.file);
        let file = if file.is_empty() { "" } else { base(file) };
        node.info.name_parts_as(texts, &name, file).join("\\n") + "\\n"
    }

    fn edge(&mut self, edge: &Edge, has_nodelets: bool) -> io::Result<()> {
        let report = self.report;
        let value = edge.weight.value();
        let weight = report.format(value);
        let inline = if edge.is_inline { "\\n (inline)" } else { "" };
        let (from, to) = (self.number(edge.caller), self.number(edge.callee));
        write!(self.out, "N{from} -> N{to} [label=\" {weight}{inline}\"")?;
        if report.values.total != 0 {
            let share = |of: i64| {
                value.wrapping_mul(of).wrapping_div(report.values.total).wrapping_abs().min(of)
            };
            if share(100) > 0 {
                write!(self.out, " weight={}", share(100) + 1)?;
            }
            if share(5) > 0 {
                write!(self.out, " penwidth={}", share(5) + 1)?;
            }
            let score = value as f64 / report.values.total.unsigned_abs() as f64;
            write!(self.out, " color=\"{}\"", colour(score, Ground::Line))?;
        }
        let arrow = if edge.is_residual { "..." } else { "->" };
        let name = |id| escaped(&self.graph.name(id));
        let tooltip = format!("{} {arrow} {} ({weight})", name(edge.caller), name(edge.callee));
        write!(self.out, " tooltip=\"{tooltip}\" labeltooltip=\"{tooltip}\"")?;
        if edge.is_residual {
            write!(self.out, " style=\"dotted\"")?;
        }
        // Callees stand further away where tags stand between.
        let distance = if has_nodelets { " minlen=2" } else { "" };
        writeln!(self.out, "{distance}]")
    }
}

/// A text within quotes. A line that ends is left-justified.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\l")
}
