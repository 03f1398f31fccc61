//! `flame`: a flame graph as SVG. Callers stand above callees, as wide as what they and their callees took. It can be
//! read without a script; with one, boxes can be zoomed and searched.

mod colour;
mod tree;

use std::io::{self, Write};

use crate::drawing::font::{self, FAMILIES};
use crate::go_text::base;
use crate::header::profile_lines;
use crate::measure::percentage;
use crate::report::{Report, ReportError};
use crate::stacks::Stacks;
use crate::xml::{escaped, number};
use tree::{NodeIndex, Tree};

const SCRIPT: &str = include_str!("../assets/svg/flame.js");

/// Width of the drawing and height of a row, in pixels.
const WIDTH: f64 = 1200.0;
const ROW: f64 = 18.0;

/// Space around the boxes.
const MARGIN: f64 = 10.0;

/// Boxes that are narrower are left out, with all below them: nobody sees them.
const NARROWEST: f64 = 0.3;

/// Size of letters, and space beside them in a box.
const LETTERS: f64 = 12.0;
const TEXT_MARGIN: f64 = 3.0;

/// Height of the title and of the line of messages.
const HEAD: f64 = 54.0;
const FOOT: f64 = 28.0;

pub(crate) fn write(report: &mut Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let stacks = Stacks::new(report);
    let tree = Tree::new(&stacks.stacks);
    let boxes = placed(&tree);
    let depth = boxes.iter().map(|found| found.depth + 1).max().unwrap_or(1);
    let height = HEAD + depth as f64 * ROW + FOOT;
    let drawing = Drawing { report, stacks: &stacks, tree: &tree };
    drawing.write(&boxes, height, out)?;
    Ok(())
}

/// A box in its place.
struct Placed {
    node: NodeIndex,
    depth: usize,
    x: f64,
    width: f64,
}

/// The boxes that are wide enough, callers first, the widest of each caller's callees on the left.
fn placed(tree: &Tree) -> Vec<Placed> {
    let mut boxes = Vec::new();
    let whole = WIDTH - 2.0 * MARGIN;
    let all = tree.size(Tree::ROOT) as f64;
    let mut waiting = vec![Placed { node: Tree::ROOT, depth: 0, x: MARGIN, width: whole }];
    while let Some(found) = waiting.pop() {
        let mut x = found.x;
        for &child in tree.callees(found.node) {
            let width = if all > 0.0 { tree.size(child) as f64 / all * whole } else { 0.0 };
            if width >= NARROWEST {
                waiting.push(Placed { node: child, depth: found.depth + 1, x, width });
            }
            x += width;
        }
        boxes.push(found);
    }
    boxes
}

struct Drawing<'d> {
    report: &'d Report,
    stacks: &'d Stacks,
    tree: &'d Tree,
}

impl Drawing<'_> {
    fn write(&self, boxes: &[Placed], height: f64, out: &mut dyn Write) -> io::Result<()> {
        let (width, height_text) = (number(WIDTH), number(height));
        let title = match self.report.title() {
            "" => self.report.values.of.kind.clone(),
            title => format!("{title}: {}", self.report.values.of.kind),
        };
        writeln!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height_text}\" \
             viewBox=\"0 0 {width} {height_text}\" font-family=\"{FAMILIES}\" font-size=\"{LETTERS}\">\n\
             <title>{}</title>\n\
             <style>.box{{cursor:pointer}}.box rect{{stroke:#fff;stroke-width:.5}}.box:hover rect{{stroke:#000}}\
             .box text{{pointer-events:none}}.dim{{opacity:.5}}.found rect{{fill:#e6a}}.action{{cursor:pointer;fill:#06c}}</style>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
             <text x=\"{}\" y=\"20\" font-size=\"16\">{}</text>\n\
             <text x=\"{}\" y=\"40\" fill=\"#555555\">{}</text>\n\
             <g id=\"boxes\">",
            escaped(&title),
            number(MARGIN),
            escaped(&title),
            number(MARGIN),
            escaped(&self.explanation()),
        )?;
        for found in boxes {
            self.write_box(found, out)?;
        }
        writeln!(
            out,
            "</g>\n<text id=\"message\" x=\"{}\" y=\"{}\"> </text>\n<script><![CDATA[\n{SCRIPT}]]></script>\n</svg>",
            number(MARGIN),
            number(height - 9.0)
        )
    }

    /// What the drawing shows, in one line.
    fn explanation(&self) -> String {
        let total = self.report.values.format_scaled(self.tree.value(Tree::ROOT));
        let lines = profile_lines(&self.report.profile, &self.report.values);
        let about =
            lines.iter().filter(|line| line.starts_with("Time:") || line.starts_with("Duration:"));
        let about: String = about.map(|line| format!("{line}. ")).collect();
        match self.tree.has_less() {
            true => format!(
                "{about}Width: size of both profiles; red: grew, green: shrank. Sum of changes: {total}"
            ),
            false => format!("{about}Width: share of {total}; colour: package"),
        }
    }

    fn write_box(&self, found: &Placed, out: &mut dyn Write) -> io::Result<()> {
        let (name, short, fill) = match self.tree.frame(found.node) {
            None => ("all".to_owned(), "all".to_owned(), colour::ROOT.to_owned()),
            Some(frame) => {
                let name = self.stacks.name(frame);
                let short = match self.stacks.function(frame) {
                    "" => base(&name).to_owned(),
                    function => name.replacen(function, &short_function(function), 1),
                };
                let package = colour::package(self.stacks.function(frame), self.stacks.file(frame));
                (name, short, colour::of_package(package))
            }
        };
        let fill = match self.tree.has_less() {
            true => colour::of_change(self.tree.more(found.node), self.tree.less(found.node)),
            false => fill,
        };
        let y = HEAD + found.depth as f64 * ROW;
        let width = found.width.max(NARROWEST);
        write!(
            out,
            "<g class=\"box\" data-name=\"{}\"><title>{}\n{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" \
             height=\"{}\" fill=\"{fill}\"/>",
            escaped(&short),
            escaped(&name),
            escaped(&self.amount(found.node)),
            // Exact enough to be zoomed.
            precise(found.x),
            number(y),
            precise(width),
            number(ROW - 1.0),
        )?;
        let text = fitting(&short, width - 2.0 * TEXT_MARGIN);
        if !text.is_empty() {
            let (x, y) = (number(found.x + TEXT_MARGIN), number(y + ROW - 5.0));
            write!(out, "<text x=\"{x}\" y=\"{y}\">{}</text>", escaped(&text))?;
        }
        writeln!(out, "</g>")
    }

    /// What a box took, and its share.
    fn amount(&self, node: NodeIndex) -> String {
        let report = self.report;
        let value = self.tree.value(node);
        if !self.tree.has_less() {
            let all = self.tree.value(Tree::ROOT);
            return format!(
                "{} ({})",
                report.values.format_scaled(value),
                percentage(value, all).trim()
            );
        }
        let (from, to) = (self.tree.less(node), self.tree.more(node));
        let sign = if value > 0 { "+" } else { "" };
        let share = match from {
            0 if to > 0 => ", new".to_owned(),
            0 => String::new(),
            from => format!(", {sign}{}", signed_percentage(value, from)),
        };
        format!(
            "{sign}{}{share}: from {} to {}",
            report.values.format_scaled(value),
            report.values.format_scaled(from),
            report.values.format_scaled(to)
        )
    }
}

fn signed_percentage(value: i64, of: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}", percentage(value, of).trim())
}

/// A name without the path of its package.
fn short_function(name: &str) -> String {
    crate::diagram::short_name(name).into_owned()
}

/// A number with four decimals.
fn precise(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// As much of a text as has room; nothing if that is next to nothing.
fn fitting(text: &str, room: f64) -> String {
    if font::width(text, LETTERS) <= room {
        return text.to_owned();
    }
    let mut left = room - font::width("…", LETTERS);
    let letters = text.chars().take_while(|letter| {
        left -= font::advance(*letter) * LETTERS;
        left >= 0.0
    });
    match letters.collect::<String>() {
        short if short.chars().count() < 2 => String::new(),
        short => short + "…",
    }
}
