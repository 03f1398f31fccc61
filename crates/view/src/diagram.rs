//! The drawing of a graph, as a description: boxes, arrows, texts, sizes and colours, without places. It is written as
//! dot, or laid out and drawn.

mod colour;
pub(crate) mod label;
mod nodelets;
mod short_name;

use rustc_hash::FxHashMap;

use crate::go_text::base;
use crate::graph::{Edge, Graph, Node, NodeId, Trimmed};
use crate::header::graph_lines;
use crate::measure::percentage;
use crate::report::Report;
use colour::{Ground, colour};
use label::escaped;
pub(crate) use short_name::shortened as short_name;

/// Size of the smallest letters, and how much larger the largest ones are, in points.
const FONT_SIZE: (u32, f64) = (8, 16.0);

/// A described drawing. Labels and tooltips are in the language of dot: see [`label`].
#[derive(Debug, Default)]
pub(crate) struct Diagram {
    /// Name of the program; may be empty.
    pub(crate) title: String,
    /// What the drawing is of: the first line, and all lines.
    pub(crate) legend: Option<Legend>,
    /// Boxes and arrows in the order in which dot writes them.
    pub(crate) statements: Vec<Statement>,
}

/// The text that stands beside the graph.
#[derive(Debug)]
pub(crate) struct Legend {
    pub(crate) first_line: String,
    pub(crate) label: String,
}

/// A part of a drawing.
#[derive(Debug)]
pub(crate) enum Statement {
    Node(NodeBox),
    Tag(TagBox),
    Call(CallArrow),
}

/// The box of a node.
#[derive(Debug)]
pub(crate) struct NodeBox {
    /// From one.
    pub(crate) number: usize,
    pub(crate) label: String,
    /// In points.
    pub(crate) font_size: u32,
    pub(crate) tooltip: String,
    /// Colour of the border, as `#rrggbb`.
    pub(crate) line_colour: String,
    pub(crate) fill_colour: String,
}

/// A small box for a label of samples, and the arrow from the box that it belongs to.
#[derive(Debug)]
pub(crate) struct TagBox {
    /// Name of the box that it belongs to.
    pub(crate) parent: String,
    /// Its own name.
    pub(crate) name: String,
    pub(crate) label: String,
    /// Value of the samples with the label.
    pub(crate) weight: String,
    /// Whether the value is that of callees too.
    pub(crate) is_dotted: bool,
}

/// The arrow of a call.
#[derive(Debug)]
pub(crate) struct CallArrow {
    /// Number of the caller's box; 0 if it has none.
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) label: String,
    /// How much a straight, short arrow is worth; `None` for the least.
    pub(crate) weight: Option<i64>,
    /// In points; `None` for the least.
    pub(crate) pen_width: Option<i64>,
    pub(crate) colour: Option<String>,
    pub(crate) tooltip: String,
    /// Whether nodes between are left out.
    pub(crate) is_residual: bool,
    /// Whether it is longer than others, since tags stand between.
    pub(crate) is_long: bool,
}

/// The weight of a tag's arrow.
pub(crate) const TAG_WEIGHT: i64 = 100;

impl Diagram {
    /// Describes the drawing of a report's graph.
    pub(crate) fn new(report: &Report, trimmed: &Trimmed) -> Self {
        let graph = &trimmed.graph;
        let largest = graph.shown_nodes().map(|node| node.flat.value().unsigned_abs()).max();
        Describer {
            report,
            graph,
            numbers: graph.shown.iter().copied().zip(1..).collect(),
            largest: largest.unwrap_or(0) as f64,
        }
        .diagram(trimmed)
    }
}

struct Describer<'d> {
    report: &'d Report,
    graph: &'d Graph,
    /// Numbers of the shown nodes.
    numbers: FxHashMap<NodeId, usize>,
    /// The largest flat value.
    largest: f64,
}

impl Describer<'_> {
    fn diagram(&self, trimmed: &Trimmed) -> Diagram {
        let lines = graph_lines(self.report, trimmed, true);
        let legend = lines.first().map(|first| Legend {
            first_line: escaped(first),
            label: lines.iter().map(|line| escaped(line) + "\\l").collect(),
        });
        let graph = self.graph;
        let mut statements = Vec::new();
        let mut edges = Vec::new();
        let mut has_tags = FxHashMap::default();
        for &id in &graph.shown {
            let node = graph.node(id);
            statements.push(Statement::Node(self.node(id, node)));
            let before = statements.len();
            statements.extend(self.tags(self.number(id), node).into_iter().map(Statement::Tag));
            has_tags.insert(id, statements.len() > before);
            edges.extend_from_slice(&node.callees);
        }
        for edge in graph.sorted(&edges) {
            let edge = graph.edge(edge);
            let has_tags = has_tags.get(&edge.caller).copied().unwrap_or(false);
            statements.push(Statement::Call(self.call(edge, has_tags)));
        }
        Diagram { title: self.report.title().to_owned(), legend, statements }
    }

    /// The number of a node; 0 if it is not shown.
    fn number(&self, id: NodeId) -> usize {
        self.numbers.get(&id).copied().unwrap_or(0)
    }

    fn node(&self, id: NodeId, node: &Node) -> NodeBox {
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
        NodeBox {
            number: self.number(id),
            label,
            font_size: FONT_SIZE.0 + growth,
            tooltip: format!("{} ({cum_text})", escaped(&self.graph.name(id))),
            line_colour: colour(score, Ground::Line),
            fill_colour: colour(score, Ground::Fill),
        }
    }

    /// The short name of a node over several lines.
    fn label(&self, node: &Node) -> String {
        let texts = &self.graph.texts;
        let name = escaped(&short_name(texts.get(node.info.name)));
        // `[...]` stands for type parameters and stays on its line.
        let name = name.replace("::", "\\n").replace("[...]", "[…]").replace('.', "\\n");
        let file = texts.get(node.info.file);
        let file = if file.is_empty() { "" } else { base(file) };
        node.info.name_parts_as(texts, &name, file).join("\\n") + "\\n"
    }

    fn call(&self, edge: &Edge, has_tags: bool) -> CallArrow {
        let report = self.report;
        let value = edge.weight.value();
        let weight = report.format(value);
        let inline = if edge.is_inline { "\\n (inline)" } else { "" };
        let share = |of: i64| {
            let share = match report.values.total {
                0 => 0,
                total => value.wrapping_mul(of).wrapping_div(total).wrapping_abs().min(of),
            };
            (share > 0).then_some(share + 1)
        };
        let score = value as f64 / report.values.total.unsigned_abs() as f64;
        let arrow = if edge.is_residual { "..." } else { "->" };
        let name = |id| escaped(&self.graph.name(id));
        CallArrow {
            from: self.number(edge.caller),
            to: self.number(edge.callee),
            label: format!(" {weight}{inline}"),
            weight: share(100),
            pen_width: share(5),
            colour: (report.values.total != 0).then(|| colour(score, Ground::Line)),
            tooltip: format!("{} {arrow} {} ({weight})", name(edge.caller), name(edge.callee)),
            is_residual: edge.is_residual,
            is_long: has_tags,
        }
    }
}
