//! A described drawing to shapes: sizes of boxes, their layout, and the legend beside them.

use rustc_hash::FxHashMap;

use super::font::{self, BASELINE, LINE_HEIGHT};
use super::geometry::{Point, Rect, Size, point};
use super::layout::{ARROW, Input, InputEdge, Layout, Route, layout};
use super::scene::{BLACK, Colour, Item, ItemKind, Scene, Shape, Stroke, Text, TextAlign};
use crate::diagram::label::{self, Align};
use crate::diagram::{CallArrow, Diagram, Legend, NodeBox, Statement, TAG_WEIGHT, TagBox};

/// Space around the text in a box: Graphviz' default `margin`, in points.
const BOX_MARGIN: Size = Size { width: 8.0, height: 4.0 };

/// Least size of a box: Graphviz' default `width` and `height`.
const LEAST_BOX: Size = Size { width: 54.0, height: 36.0 };

/// The same of the boxes of labels.
const LEAST_TAG_BOX: Size = Size { width: 40.0, height: 24.0 };

/// Size of the letters at arrows and in the legend.
const LABEL_SIZE: f64 = 14.0;
const LEGEND_SIZE: f64 = 16.0;
const TAG_SIZE: f64 = 8.0;

/// Space around the drawing, and between the legend and the graph.
const PAGE_MARGIN: f64 = 8.0;
const LEGEND_GAP: f64 = 24.0;

/// How far a box with depth seems to reach out.
const DEPTH: f64 = 4.0;

/// Half the width of an arrow's point.
const HALF_ARROW: f64 = 3.5;

/// The colour of boxes that have none of their own.
const BOX_FILL: Colour = Colour([0xf8; 3]);

/// Lines of text with the room that they take.
struct Block {
    lines: Vec<(String, Align)>,
    letters: f64,
    size: Size,
}

impl Block {
    fn new(label: &str, letters: f64) -> Self {
        let lines = label::lines(label);
        let width = lines.iter().map(|(line, _)| font::width(line, letters)).fold(0.0, f64::max);
        let size = Size { width, height: lines.len() as f64 * letters * LINE_HEIGHT };
        Self { lines, letters, size }
    }

    /// Room of a box around the text.
    fn box_size(&self, least: Size) -> Size {
        Size {
            width: (self.size.width + 2.0 * BOX_MARGIN.width).max(least.width),
            height: (self.size.height + 2.0 * BOX_MARGIN.height).max(least.height),
        }
    }

    /// The texts, in the middle of a place. Lines that stand at a side stand there within the room of the text.
    fn shapes(self, place: Rect) -> impl Iterator<Item = Shape> {
        let Self { lines, letters, size } = self;
        let centre = place.centre();
        let (left, top) = (centre.x - size.width / 2.0, centre.y - size.height / 2.0);
        lines.into_iter().enumerate().filter(|(_, (line, _))| !line.is_empty()).map(
            move |(number, (text, align))| {
                let width = font::width(&text, letters);
                let y = top + (number as f64 + 0.5) * letters * LINE_HEIGHT + BASELINE * letters;
                let (x, align) = match align {
                    Align::Left => (left, TextAlign::Start),
                    Align::Centre => (centre.x - width / 2.0, TextAlign::Middle),
                    Align::Right => (left + size.width - width, TextAlign::End),
                };
                Shape::Text(Text { start: point(x, y), width, align, size: letters, text })
            },
        )
    }
}

/// What a statement becomes, before it has a place.
#[derive(Default)]
struct Parts<'d> {
    boxes: Vec<(BoxKind<'d>, Block)>,
    arrows: Vec<(ArrowKind<'d>, Block)>,
    input: Input,
    /// Positions of boxes by their names in dot.
    names: FxHashMap<String, usize>,
}

enum BoxKind<'d> {
    Node(&'d NodeBox),
    Tag(&'d TagBox),
}

enum ArrowKind<'d> {
    Call(&'d CallArrow),
    Tag(&'d TagBox),
}

/// Lays a drawing out.
pub(crate) fn compose(diagram: &Diagram) -> Scene {
    let mut parts = Parts::default();
    diagram.statements.iter().for_each(|statement| parts.add(statement));
    let mut layout = layout(&parts.input);
    let legend = diagram.legend.as_ref().map(|legend| Block::new(&legend.label, LEGEND_SIZE));
    let legend_size = legend.as_ref().map(|block| block.box_size(Size::default()));
    let size = make_room(&mut layout, legend_size.unwrap_or_default());
    let mut items = Vec::new();
    if let (Some(description), Some(block), Some(size)) = (&diagram.legend, legend, legend_size) {
        items.push(legend_item(description, diagram, block, size));
    }
    let Parts { boxes, arrows, .. } = parts;
    items.extend(
        arrows
            .into_iter()
            .zip(&layout.edges)
            .map(|((kind, block), route)| arrow_item(&kind, block, route)),
    );
    items.extend(
        boxes
            .into_iter()
            .zip(&layout.nodes)
            .map(|((kind, block), &place)| box_item(&kind, block, place)),
    );
    let title = if diagram.title.is_empty() { "unnamed" } else { &diagram.title };
    Scene { title: title.to_owned(), size, items }
}

impl<'d> Parts<'d> {
    fn add(&mut self, statement: &'d Statement) {
        match statement {
            Statement::Node(node) => {
                let block = Block::new(&node.label, f64::from(node.font_size));
                let size = block.box_size(LEAST_BOX);
                self.add_box(format!("N{}", node.number), size, BoxKind::Node(node), block);
            }
            Statement::Tag(tag) => {
                let block = Block::new(&tag.label, TAG_SIZE);
                let size = block.box_size(LEAST_TAG_BOX);
                self.add_box(tag.name.clone(), size, BoxKind::Tag(tag), block);
                let block = Block::new(&format!(" {}", tag.weight), LABEL_SIZE);
                let edge = InputEdge { weight: TAG_WEIGHT, min_length: 1, ..Default::default() };
                self.add_arrow([&tag.parent, &tag.name], edge, ArrowKind::Tag(tag), block);
            }
            Statement::Call(call) => {
                let block = Block::new(&call.label, LABEL_SIZE);
                let edge = InputEdge {
                    weight: call.weight.unwrap_or(1),
                    min_length: if call.is_long { 2 } else { 1 },
                    ..Default::default()
                };
                let ends = [call.from, call.to].map(|number| format!("N{number}"));
                self.add_arrow([&ends[0], &ends[1]], edge, ArrowKind::Call(call), block);
            }
        }
    }

    fn add_box(&mut self, name: String, size: Size, kind: BoxKind<'d>, block: Block) {
        self.names.insert(name, self.boxes.len());
        self.boxes.push((kind, block));
        self.input.nodes.push(size);
    }

    /// Adds an arrow, if the boxes at its ends are shown.
    fn add_arrow(&mut self, ends: [&str; 2], edge: InputEdge, kind: ArrowKind<'d>, block: Block) {
        let [tail, head] = ends.map(|name| self.names.get(name).copied());
        if let (Some(tail), Some(head)) = (tail, head) {
            self.input.edges.push(InputEdge { tail, head, label: block.size, ..edge });
            self.arrows.push((kind, block));
        }
    }
}

/// Moves the graph beside or below the legend, whatever takes less room. The answer is the size of all.
fn make_room(layout: &mut Layout, legend: Size) -> Size {
    let Size { width, height } = layout.size;
    let bottom = legend.height + LEGEND_GAP;
    let is_beside = |y: f64| y < bottom;
    let mut left = f64::INFINITY;
    let labels = layout.edges.iter().filter_map(|edge| edge.label.as_ref());
    for rect in layout.nodes.iter().chain(labels).filter(|rect| is_beside(rect.top)) {
        left = left.min(rect.left);
    }
    for point in layout.edges.iter().flat_map(|edge| edge.path.samples(8)) {
        if is_beside(point.y) {
            left = left.min(point.x);
        }
    }
    let beside = point((legend.width + LEGEND_GAP - left).max(0.0), 0.0);
    let below = point(0.0, bottom);
    let size_at = |by: Point| Size {
        width: (width + by.x).max(legend.width) + 2.0 * PAGE_MARGIN,
        height: (height + by.y).max(legend.height) + 2.0 * PAGE_MARGIN,
    };
    let area = |by: Point| size_at(by).width * size_at(by).height;
    let by = match () {
        () if legend == Size::default() => point(0.0, 0.0),
        () if area(beside) <= area(below) => beside,
        () => below,
    };
    layout.moved(by.moved(point(PAGE_MARGIN, PAGE_MARGIN)));
    size_at(by)
}

fn legend_item(legend: &Legend, diagram: &Diagram, block: Block, size: Size) -> Item {
    let centre = point(PAGE_MARGIN + size.width / 2.0, PAGE_MARGIN + size.height / 2.0);
    let place = Rect::around(centre, size);
    let tooltip = match diagram.title.as_str() {
        "" => label::plain(&legend.first_line),
        title => title.to_owned(),
    };
    let mut shapes = vec![Shape::rectangle(place, BOX_FILL, Stroke::thin(BLACK))];
    shapes.extend(block.shapes(place));
    Item { kind: ItemKind::Legend, id: "legend".to_owned(), tooltip, shapes }
}

fn box_item(kind: &BoxKind<'_>, block: Block, place: Rect) -> Item {
    let (id, tooltip, mut shapes) = match kind {
        BoxKind::Node(node) => {
            let stroke = Stroke::thin(Colour::parse(&node.line_colour));
            let shape = Shape::rectangle(place, Colour::parse(&node.fill_colour), stroke);
            (format!("node{}", node.number), &node.tooltip, vec![shape])
        }
        BoxKind::Tag(tag) => (tag.name.clone(), &tag.weight, deep_box(place)),
    };
    shapes.extend(block.shapes(place));
    Item { kind: ItemKind::Node, id, tooltip: label::plain(tooltip), shapes }
}

/// A box that seems to have depth, as Graphviz' shape `box3d`.
fn deep_box(place: Rect) -> Vec<Shape> {
    let Rect { left, top, right, bottom } = place;
    let stroke = Stroke::thin(BLACK);
    let inner = point(right - DEPTH, top + DEPTH);
    let corners = [
        (left + DEPTH, top),
        (right, top),
        (right, bottom - DEPTH),
        (right - DEPTH, bottom),
        (left, bottom),
        (left, top + DEPTH),
    ];
    let outline = corners.map(|(x, y)| point(x, y)).to_vec();
    let edges = [point(left, top + DEPTH), point(right, top), point(right - DEPTH, bottom)];
    let lines = edges.map(|end| {
        let mut path = super::geometry::Path { start: inner, curves: Vec::new() };
        path.line_to(end);
        Shape::Curve { path, stroke }
    });
    let body = Shape::Polygon { points: outline, fill: BOX_FILL, stroke };
    std::iter::once(body).chain(lines).collect()
}

fn arrow_item(kind: &ArrowKind<'_>, block: Block, route: &Route) -> Item {
    let (tooltip, colour, width, is_dotted) = match kind {
        ArrowKind::Call(call) => (
            &call.tooltip,
            call.colour.as_deref().map_or(BLACK, Colour::parse),
            call.pen_width.unwrap_or(1) as f64,
            call.is_residual,
        ),
        ArrowKind::Tag(tag) => (&tag.weight, BLACK, 1.0, tag.is_dotted),
    };
    let stroke = Stroke { colour, width, is_dotted };
    let mut shapes = vec![
        Shape::Curve { path: route.path.clone(), stroke },
        arrow_point(route, Stroke { width: 1.0, is_dotted: false, ..stroke }, width),
    ];
    if let Some(place) = route.label {
        shapes.extend(block.shapes(place));
    }
    Item { kind: ItemKind::Edge, id: String::new(), tooltip: label::plain(tooltip), shapes }
}

/// The point of an arrow: wider for wide lines.
fn arrow_point(route: &Route, stroke: Stroke, line: f64) -> Shape {
    let (tip, start) = (route.tip, route.path.end());
    let half = HALF_ARROW + (line - 1.0) * 0.75;
    let (x, y) = ((tip.x - start.x) / ARROW, (tip.y - start.y) / ARROW);
    let side = |sign: f64| point(start.x - y * half * sign, start.y + x * half * sign);
    Shape::Polygon { points: vec![side(1.0), tip, side(-1.0)], fill: stroke.colour, stroke }
}
