//! `disasm`: the instructions of functions, each with what it took.

use std::io::Write;

use plumb_binary::{Instruction, ObjectFile, Syntax};
use rustc_hash::FxHashSet;

use crate::go_text::{base, unsigned};
use crate::graph::{Graph, Node, NodeId, Weight};
use crate::list::value_or_dot;
use crate::measure::percentage;
use crate::report::{Report, ReportError};

/// Shortest instruction that its place does not stand beside, in bytes.
const LONG: usize = 40;

/// An executable that is mapped in the profile.
struct Opened {
    file: ObjectFile,
    /// What its addresses in the profile are larger by.
    shift: u64,
}

/// A symbol with samples.
struct Routine {
    /// Position of the executable.
    opened: usize,
    name: String,
    start: u64,
    /// Address of the last byte.
    last: u64,
    /// Nodes within it, by address.
    nodes: Vec<NodeId>,
}

/// An instruction with what was sampled in it.
struct Row {
    address: u64,
    text: String,
    place: Place,
    flat: Weight,
    cum: Weight,
}

/// Where an instruction is from.
#[derive(Clone, PartialEq, Eq, Default)]
struct Place {
    function: String,
    /// Without its folder.
    file: String,
    line: i64,
}

pub(crate) fn write(report: &mut Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let graph = report.whole_graph();
    let address = unsigned(report.argument_text());
    writeln!(out, "Total: {}", report.format(report.values.total))?;
    let mut opened = Vec::new();
    let symbols = symbols(report, &graph, address, &mut opened);
    let has_symbols = !symbols.is_empty();
    let mut routines = with_samples(symbols, &graph, &opened);
    if routines.is_empty() {
        return Err(nothing_found(report, address, has_symbols));
    }
    routines.sort_by(|a, b| (&a.name, a.start).cmp(&(&b.name, b.start)));
    for routine in &routines {
        let Opened { file, shift } = &mut opened[routine.opened];
        // Without its last byte, as in pprof: a symbol ends at the address before the next one.
        let instructions = file
            .instructions(routine.start..routine.last, syntax(report))
            .map_err(|error| ReportError::File(error.to_string()))?;
        write_routine(report, &graph, routine, rows(&graph, routine, instructions, *shift), out)?;
    }
    Ok(())
}

/// The syntax that a report is in.
pub(crate) fn syntax(report: &Report) -> Syntax {
    if report.config.intel_syntax { Syntax::Intel } else { Syntax::Gnu }
}

/// What the addresses of a mapping are larger by than those of its file.
pub(crate) fn shift(file: &ObjectFile, start: u64) -> u64 {
    match file.load_address() {
        Some(load) if start != 0 => start.wrapping_sub(load),
        _ => 0,
    }
}

/// The symbols that match, or hold the address that is asked for. Only of files that have samples in functions that match.
fn symbols(
    report: &Report,
    graph: &Graph,
    address: Option<u64>,
    opened: &mut Vec<Opened>,
) -> Vec<Routine> {
    let Some((regex, _)) = &report.argument else { return Vec::new() };
    let files = report.files();
    let matching: FxHashSet<&str> = graph
        .shown
        .iter()
        .filter(|&&id| regex.is_match(&graph.name(id)))
        .map(|&id| graph.texts.get(graph.node(id).info.object_file))
        .filter(|file| !file.is_empty())
        .collect();
    let mut found = Vec::new();
    for mapping in &report.profile.mappings {
        let path = report.profile.text(mapping.file);
        let holds = |address| (mapping.start..=mapping.limit).contains(&address);
        if !matching.contains(path) && !address.is_some_and(holds) {
            continue;
        }
        let mut file = match files.open(path) {
            Ok(file) => file,
            Err(error) => {
                files.complain(&error);
                continue;
            }
        };
        let shift = shift(&file, mapping.start);
        let Some(table) = file.symbols() else { continue };
        let at = address.map(|address| address.wrapping_sub(shift));
        for (symbol, name) in table.iter() {
            let holds = at.is_some_and(|at| (symbol.address..symbol.end()).contains(&at));
            if !holds && !regex.is_match(&name) {
                continue;
            }
            found.push(Routine {
                opened: opened.len(),
                name: name.into_owned(),
                start: symbol.address,
                last: symbol.address.wrapping_add(symbol.size).wrapping_sub(1),
                nodes: Vec::new(),
            });
        }
        opened.push(Opened { file, shift });
    }
    found
}

/// The symbols that samples fall into, with them.
fn with_samples(symbols: Vec<Routine>, graph: &Graph, opened: &[Opened]) -> Vec<Routine> {
    let mut nodes = graph.shown.clone();
    nodes.sort_by_key(|&id| graph.node(id).info.address);
    let mut routines = symbols;
    for routine in &mut routines {
        let shift = opened[routine.opened].shift;
        let is_inside = |&&id: &&NodeId| {
            let address = graph.node(id).info.address.wrapping_sub(shift);
            (routine.start..routine.last).contains(&address)
        };
        let first = routine.start.wrapping_add(shift);
        let before = nodes.partition_point(|&id| graph.node(id).info.address < first);
        routine.nodes = nodes[before..].iter().take_while(is_inside).copied().collect();
    }
    routines.retain(|routine| !routine.nodes.is_empty());
    routines
}

fn nothing_found(report: &Report, address: Option<u64>, has_symbols: bool) -> ReportError {
    ReportError::File(match address {
        None => format!("no matches found for regexp {}", report.argument_text()),
        Some(address) if has_symbols => format!(
            "address {address:#x} found in binary, but the corresponding symbols do not have samples in the profile"
        ),
        Some(address) => format!("no matches found for address {address:#x}"),
    })
}

/// Instructions with all samples up to the next one: an address may lie inside an instruction.
fn rows(graph: &Graph, routine: &Routine, instructions: Vec<Instruction>, shift: u64) -> Vec<Row> {
    let mut nodes = routine.nodes.iter().map(|&id| graph.node(id)).peekable();
    let mut next: Vec<u64> = instructions.iter().skip(1).map(|one| one.address).collect();
    next.push(u64::MAX);
    let mut rows = Vec::with_capacity(instructions.len());
    for (instruction, next) in instructions.into_iter().zip(next) {
        let Instruction { address, text, file, line } = instruction;
        let file = if file.is_empty() { file } else { base(&file).to_owned() };
        let place = Place { function: String::new(), file, line };
        let (flat, cum) = (Weight::default(), Weight::default());
        let mut row = Row { address, text, place, flat, cum };
        while let Some(node) = nodes.next_if(|node| node.info.address.wrapping_sub(shift) < next) {
            row.add(node, graph);
        }
        rows.push(row);
    }
    rows
}

impl Row {
    fn add(&mut self, node: &Node, graph: &Graph) {
        self.flat.add(node.flat);
        self.cum.add(node.cum);
        let (name, file) = (graph.texts.get(node.info.name), graph.texts.get(node.info.file));
        if self.place.file.is_empty() && !file.is_empty() {
            base(file).clone_into(&mut self.place.file);
        }
        if self.place.line == 0 {
            self.place.line = node.info.line;
        }
        if self.place.function.is_empty() {
            name.clone_into(&mut self.place.function);
        }
    }
}

impl Place {
    fn text(&self) -> String {
        let mut text = String::new();
        if !self.function.is_empty() {
            text = format!("{} ", self.function);
        }
        if !self.file.is_empty() {
            text += &self.file;
            if self.line != 0 {
                text += &format!(":{}", self.line);
            }
        }
        text
    }
}

fn write_routine(
    report: &Report,
    graph: &Graph,
    routine: &Routine,
    rows: Vec<Row>,
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    let nodes = routine.nodes.iter().map(|&id| graph.node(id));
    let (flat, cum) = nodes.fold((0i64, 0i64), |(flat, cum), node| {
        (flat.wrapping_add(node.flat.sum), cum.wrapping_add(node.cum.sum))
    });
    writeln!(out, "ROUTINE ======================== {}", routine.name)?;
    writeln!(
        out,
        "{:>10} {:>10} (flat, cum) {} of Total",
        report.format(flat),
        report.format(cum),
        percentage(cum, report.values.total)
    )?;
    let mut shown = Place::default();
    for Row { address, text, place, flat, cum } in rows {
        let flat = value_or_dot(flat.value(), report);
        let cum = value_or_dot(cum.value(), report);
        let location = if place == shown { String::new() } else { place.text() };
        shown = place;
        if location.is_empty() {
            writeln!(out, "{flat:>10} {cum:>10} {address:>10x}: {text}")?;
        } else if text.len() < LONG {
            writeln!(out, "{flat:>10} {cum:>10} {address:>10x}: {text:<40};{location}")?;
        } else {
            writeln!(out, "{:74};{location}", "")?;
            writeln!(out, "{flat:>10} {cum:>10} {address:>10x}: {text}")?;
        }
    }
    Ok(())
}
