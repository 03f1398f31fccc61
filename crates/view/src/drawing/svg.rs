//! Drawings as SVG that stands alone: text as text, tooltips, and a script to move and zoom.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::font::FAMILIES;
use super::geometry::{Path, Point};
use super::scene::{Item, ItemKind, Scene, Shape, Stroke, Text, TextAlign};
use crate::xml::{escaped, number};

const SCRIPT: &str = include_str!("../../assets/svg/pan_zoom.js");

pub(super) fn write(scene: &Scene, out: &mut dyn Write) -> io::Result<()> {
    let (width, height) = (number(scene.size.width), number(scene.size.height));
    writeln!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100%\" height=\"100%\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"{FAMILIES}\">\n\
         <title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>",
        escaped(&scene.title)
    )?;
    for item in &scene.items {
        out.write_all(group(item).as_bytes())?;
    }
    writeln!(out, "<script><![CDATA[\n{SCRIPT}]]></script>\n</svg>")
}

fn group(item: &Item) -> String {
    let class = match item.kind {
        ItemKind::Legend => "legend",
        ItemKind::Node => "node",
        ItemKind::Edge => "edge",
    };
    let id = match item.id.as_str() {
        "" => String::new(),
        id => format!(" id=\"{}\"", escaped(id)),
    };
    let mut group = format!("<g class=\"{class}\"{id}><title>{}</title>\n", escaped(&item.tooltip));
    item.shapes.iter().for_each(|shape| group += &element(shape));
    group + "</g>\n"
}

fn element(shape: &Shape) -> String {
    match shape {
        Shape::Polygon { points, fill, stroke } => {
            let points: Vec<String> = points.iter().map(|&point| pair(point)).collect();
            let points = points.join(" ");
            format!(
                "<polygon points=\"{points}\" fill=\"{}\"{}/>\n",
                fill.hex(),
                stroke_attributes(stroke)
            )
        }
        Shape::Curve { path, stroke } => {
            format!(
                "<path d=\"{}\" fill=\"none\"{}/>\n",
                path_data(path),
                stroke_attributes(stroke)
            )
        }
        Shape::Text(text) => text_element(text),
    }
}

fn text_element(text: &Text) -> String {
    let (x, anchor) = match text.align {
        TextAlign::Start => (text.start.x, ""),
        TextAlign::Middle => (text.start.x + text.width / 2.0, " text-anchor=\"middle\""),
        TextAlign::End => (text.start.x + text.width, " text-anchor=\"end\""),
    };
    let (x, y, size) = (number(x), number(text.start.y), number(text.size));
    // Viewers without a font of these widths squeeze the text into the room that it has.
    let width = number(text.width);
    // Spaces that start a line are part of it.
    let space = if text.text.starts_with(' ') { " xml:space=\"preserve\"" } else { "" };
    format!(
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" textLength=\"{width}\" \
         lengthAdjust=\"spacingAndGlyphs\"{anchor}{space}>{}</text>\n",
        escaped(&text.text)
    )
}

fn stroke_attributes(stroke: &Stroke) -> String {
    let mut attributes = format!(" stroke=\"{}\"", stroke.colour.hex());
    if stroke.width != 1.0 {
        let _ = write!(attributes, " stroke-width=\"{}\"", number(stroke.width));
    }
    if let Some([dot, space]) = stroke.dots() {
        let _ = write!(attributes, " stroke-dasharray=\"{} {}\"", number(dot), number(space));
    }
    attributes
}

fn path_data(path: &Path) -> String {
    let mut data = format!("M{}", pair(path.start));
    for curve in &path.curves {
        let _ = write!(data, "C{} {} {}", pair(curve[0]), pair(curve[1]), pair(curve[2]));
    }
    data
}

fn pair(point: Point) -> String {
    format!("{},{}", number(point.x), number(point.y))
}
