//! A drawing as shapes in their places, for all formats.

use super::geometry::{Path, Point, Rect, Size};

/// A colour: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) [u8; 3]);

pub(crate) const BLACK: Colour = Colour([0; 3]);

/// A drawing.
#[derive(Debug, Default)]
pub(crate) struct Scene {
    pub(crate) title: String,
    pub(crate) size: Size,
    /// From the back to the front.
    pub(crate) items: Vec<Item>,
}

/// What belongs together: shapes with an explanation.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) kind: ItemKind,
    /// A name that no other has; may be empty.
    pub(crate) id: String,
    pub(crate) tooltip: String,
    pub(crate) shapes: Vec<Shape>,
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemKind {
    Legend,
    Node,
    Edge,
}

/// A line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stroke {
    pub(crate) colour: Colour,
    pub(crate) width: f64,
    pub(crate) is_dotted: bool,
}

/// A part of a drawing.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A closed surface.
    Polygon {
        points: Vec<Point>,
        fill: Colour,
        stroke: Stroke,
    },
    /// An open line.
    Curve {
        path: Path,
        stroke: Stroke,
    },
    Text(Text),
}

/// A line of text.
#[derive(Debug)]
pub(crate) struct Text {
    /// Where it starts, on the line on which letters stand.
    pub(crate) start: Point,
    /// As drawn with this crate's font.
    pub(crate) width: f64,
    pub(crate) align: TextAlign,
    /// In points.
    pub(crate) size: f64,
    pub(crate) text: String,
}

/// From where viewers with another font write a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextAlign {
    Start,
    Middle,
    End,
}

impl Colour {
    /// Reads `#rrggbb`; black if it is anything else.
    pub(crate) fn parse(text: &str) -> Self {
        let number = text.strip_prefix('#').and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let [_, red, green, blue] = number.unwrap_or(0).to_be_bytes();
        Self([red, green, blue])
    }

    /// As `#rrggbb`.
    pub(crate) fn hex(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// Shares of red, green and blue.
    pub(crate) fn shares(self) -> [f32; 3] {
        self.0.map(|part| f32::from(part) / 255.0)
    }
}

impl Shape {
    pub(crate) fn rectangle(rect: Rect, fill: Colour, stroke: Stroke) -> Self {
        let Rect { left, top, right, bottom } = rect;
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        Self::Polygon { points: corners.map(|(x, y)| Point { x, y }).to_vec(), fill, stroke }
    }
}

impl Stroke {
    pub(crate) fn thin(colour: Colour) -> Self {
        Self { colour, width: 1.0, is_dotted: false }
    }

    /// Lengths of dots and of the spaces between them, in points.
    pub(crate) fn dots(&self) -> Option<[f64; 2]> {
        self.is_dotted.then_some([self.width + 0.5, self.width + 2.0])
    }
}
