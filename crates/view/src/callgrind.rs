//! The format of callgrind, for KCachegrind.

use std::io::Write;

use rustc_hash::FxHashMap;

use crate::graph::{FunctionKey, Graph, NodeId, NodeInfo};
use crate::report::{Report, ReportError};

pub(crate) fn write(report: &mut Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let trimmed = report.trimmed_graph();
    let graph = &trimmed.graph;
    writeln!(out, "positions: instr line")?;
    writeln!(out, "events: {}({})", report.values.of.kind, &report.values.unit)?;

    let names = names(graph);
    let [mut object_files, mut files, mut functions] = [(); 3].map(|()| Names::default());
    let mut previous: Option<NodeInfo> = None;
    for &id in &graph.shown {
        let (node, texts) = (graph.node(id), &graph.texts);
        let info = node.info;
        let place = |info: &NodeInfo| (info.object_file, info.file, info.name);
        if previous.is_none_or(|previous| place(&previous) != place(&info)) {
            writeln!(out, "\nob={}", object_files.number(texts.get(info.object_file)))?;
            writeln!(out, "fl={}", files.number(texts.get(info.file)))?;
            writeln!(out, "fn={}", functions.number(texts.get(info.name)))?;
        }
        let position = address(previous, info.address);
        writeln!(out, "{position} {} {}", info.line, report.values.scaled(node.flat.value()))?;
        for edge in graph.sorted(&node.callees) {
            let edge = graph.edge(edge);
            let callee = graph.node(edge.callee).info;
            writeln!(out, "cfl={}", files.number(texts.get(callee.file)))?;
            // As in pprof, what is not shown has no name.
            let name = names.get(&edge.callee).map_or("", String::as_str);
            writeln!(out, "cfn={}", functions.number(name))?;
            writeln!(out, "calls=0 {} {}", address(previous, callee.address), callee.line)?;
            writeln!(out, "* * {}", report.values.scaled(edge.weight.sum))?;
        }
        previous = Some(info);
    }
    Ok(())
}

/// Names of the shown functions. Those that have the same file and name as another one are told apart, `name [1/2]`:
/// callgrind would take them for one.
fn names(graph: &Graph) -> FxHashMap<NodeId, String> {
    let mut functions: FxHashMap<_, FxHashMap<FunctionKey, usize>> = FxHashMap::default();
    for &id in &graph.shown {
        let info = graph.node(id).info;
        let known = functions.entry((info.file, info.name)).or_default();
        let next = known.len() + 1;
        known.entry(graph.function(id)).or_insert(next);
    }
    let name = |&id: &NodeId| {
        let info = graph.node(id).info;
        let known = &functions[&(info.file, info.name)];
        let name = graph.texts.get(info.name);
        match known.len() {
            1 => (id, name.to_owned()),
            count => (id, format!("{name} [{}/{count}]", known[&graph.function(id)])),
        }
    };
    graph.shown.iter().map(name).collect()
}

/// Names that are written once and then only as a number.
#[derive(Default)]
struct Names {
    numbers: FxHashMap<String, usize>,
}

impl Names {
    fn number(&mut self, name: &str) -> String {
        if name.is_empty() {
            return String::new();
        }
        let next = self.numbers.len() + 1;
        match self.numbers.get(name) {
            Some(number) => format!("({number})"),
            None => {
                self.numbers.insert(name.to_owned(), next);
                format!("({next}) {name}")
            }
        }
    }
}

/// An address, relative to the one before where that is shorter.
fn address(previous: Option<NodeInfo>, address: u64) -> String {
    let absolute = format!("{address:#x}");
    let Some(previous) = previous else { return absolute };
    if previous.address == address {
        return "*".to_owned();
    }
    let relative = format!("{:+}", address.wrapping_sub(previous.address) as i64);
    if relative.len() < absolute.len() { relative } else { absolute }
}
