//! `list`: the source of functions, each line with what it took.

use std::collections::BTreeMap;
use std::io::Write;

use crate::graph::{Graph, Node, NodeId};
use crate::measure::percentage;
use crate::report::{Report, ReportError};
use crate::source_text::SourceText;

/// Lines shown before the first and after the last one that took something.
const MARGIN: i64 = 5;

pub(crate) fn write(report: &mut Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let graph = report.whole_graph();
    let files = report.files();
    let functions = matching(report, &graph);
    if functions.is_empty() {
        return Err(ReportError::NoMatch(report.argument_text().to_owned()));
    }
    let mut text = SourceText::new(report, files.as_ref())?;
    writeln!(out, "Total: {}", report.format(report.values.total))?;
    for (name, files) in &functions {
        if files.keys().all(|file| file.is_empty()) {
            writeln!(out, "No source information for {name}")?;
        }
        for (file, nodes) in files.iter().filter(|(file, _)| !file.is_empty()) {
            let (flat, cum) = sum(nodes);
            writeln!(out, "ROUTINE ======================== {name} in {file}")?;
            writeln!(
                out,
                "{:>10} {:>10} (flat, cum) {} of Total",
                report.format(flat),
                report.format(cum),
                percentage(cum, report.values.total)
            )?;
            write_lines(report, file, nodes, &mut text, out)?;
        }
    }
    Ok(())
}

/// The nodes of functions whose name matches, by name and file.
fn matching<'g>(
    report: &Report,
    graph: &'g Graph,
) -> BTreeMap<&'g str, BTreeMap<&'g str, Vec<&'g Node>>> {
    let mut functions: BTreeMap<_, BTreeMap<_, Vec<_>>> = BTreeMap::new();
    let is_match =
        |name: &str| report.argument.as_ref().is_some_and(|(regex, _)| regex.is_match(name));
    let named = |&id: &NodeId| {
        let node = graph.node(id);
        (graph.texts.get(node.info.name), graph.texts.get(node.info.file), node)
    };
    for (name, file, node) in graph.shown.iter().map(named).filter(|(name, ..)| is_match(name)) {
        functions.entry(name).or_default().entry(file).or_default().push(node);
    }
    functions
}

fn sum(nodes: &[&Node]) -> (i64, i64) {
    nodes.iter().fold((0, 0), |(flat, cum): (i64, i64), node| {
        (flat.wrapping_add(node.flat.sum), cum.wrapping_add(node.cum.sum))
    })
}

fn write_lines(
    report: &Report,
    file: &str,
    nodes: &[&Node],
    text: &mut SourceText<'_>,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    let mut by_line: BTreeMap<i64, Vec<&Node>> = BTreeMap::new();
    for &node in nodes {
        by_line.entry(node.info.line).or_default().push(node);
    }
    if let Some(error) = text.error(file) {
        writeln!(out, " Error: {error}")?;
        return Ok(());
    }
    let (first, last) = shown_lines(nodes);
    for number in first..=last {
        let Some(line) = text.line(file, number) else { break };
        let (flat, cum) = by_line.get(&number).map(|nodes| sum(nodes)).unwrap_or_default();
        let (flat, cum) = (value_or_dot(flat, report), value_or_dot(cum, report));
        write!(out, "{flat:>10} {cum:>10} {number:>6}:")?;
        out.write_all(line)?;
        writeln!(out)?;
    }
    Ok(())
}

/// The first and last line of a function that are shown: from where it begins, if that is known.
fn shown_lines(nodes: &[&Node]) -> (i64, i64) {
    let start = |node: &Node| match node.info.start_line {
        0 => node.info.line.saturating_sub(MARGIN),
        start => start,
    };
    let end = |node: &Node| node.info.line.saturating_add(MARGIN);
    let first = nodes.iter().map(|node| start(node)).min().unwrap_or(1);
    let last = nodes.iter().map(|node| end(node)).max().unwrap_or(0);
    (first.max(1), last)
}

/// A value; a dot for none.
pub(crate) fn value_or_dot(value: i64, report: &Report) -> String {
    if value == 0 { ".".to_owned() } else { report.format(value) }
}
