//! The graph in the language of Graphviz.

use std::io::{self, Write};

use crate::diagram::{CallArrow, Diagram, NodeBox, Statement, TAG_WEIGHT, TagBox};
use crate::report::{Report, ReportError};

pub(crate) fn write(report: &mut Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let trimmed = report.trimmed_graph();
    Ok(write_diagram(&Diagram::new(report, &trimmed), out)?)
}

fn write_diagram(diagram: &Diagram, out: &mut dyn Write) -> io::Result<()> {
    let title = diagram.title.as_str();
    let name = if title.is_empty() { "unnamed" } else { title };
    writeln!(out, "digraph \"{name}\" {{\nnode [style=filled fillcolor=\"#f8f8f8\"]")?;
    if let Some(legend) = &diagram.legend {
        write!(out, "subgraph cluster_L {{ \"{}\" [shape=box fontsize=16", legend.first_line)?;
        write!(out, " label=\"{}\"", legend.label)?;
        if !title.is_empty() {
            write!(out, " tooltip=\"{title}\"")?;
        }
        writeln!(out, "] }}")?;
    }
    for statement in &diagram.statements {
        match statement {
            Statement::Node(node) => write_node(node, out)?,
            Statement::Tag(tag) => write_tag(tag, out)?,
            Statement::Call(call) => write_call(call, out)?,
        }
    }
    writeln!(out, "}}")
}

fn write_node(node: &NodeBox, out: &mut dyn Write) -> io::Result<()> {
    let NodeBox { number, label, font_size, tooltip, line_colour, fill_colour } = node;
    writeln!(
        out,
        "N{number} [label=\"{label}\" id=\"node{number}\" fontsize={font_size} shape=box tooltip=\"{tooltip}\" \
         color=\"{line_colour}\" fillcolor=\"{fill_colour}\"]"
    )
}

fn write_tag(tag: &TagBox, out: &mut dyn Write) -> io::Result<()> {
    let TagBox { parent, name, label, weight, is_dotted } = tag;
    let style = if *is_dotted { " style=\"dotted\"" } else { "" };
    writeln!(
        out,
        "{name} [label = \"{label}\" id=\"{name}\" fontsize=8 shape=box3d tooltip=\"{weight}\"]\n\
         {parent} -> {name} [label=\" {weight}\" weight={TAG_WEIGHT} tooltip=\"{weight}\" labeltooltip=\"{weight}\"{style}]"
    )
}

fn write_call(call: &CallArrow, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "N{} -> N{} [label=\"{}\"", call.from, call.to, call.label)?;
    if let Some(weight) = call.weight {
        write!(out, " weight={weight}")?;
    }
    if let Some(width) = call.pen_width {
        write!(out, " penwidth={width}")?;
    }
    if let Some(colour) = &call.colour {
        write!(out, " color=\"{colour}\"")?;
    }
    write!(out, " tooltip=\"{0}\" labeltooltip=\"{0}\"", call.tooltip)?;
    if call.is_residual {
        write!(out, " style=\"dotted\"")?;
    }
    // Callees stand further away where tags stand between.
    let distance = if call.is_long { " minlen=2" } else { "" };
    writeln!(out, "{distance}]")
}
