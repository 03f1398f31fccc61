//! Drawings as PostScript. Every printer has Helvetica, whose letters are as wide as those of this crate's font; letters
//! beyond Latin-1 become question marks.

use std::io::{self, Write};

use super::geometry::Point;
use super::scene::{Colour, Scene, Shape, Stroke, Text};
use crate::xml::number;

/// Names for what the drawing is made of.
const PROLOGUE: &str = "\
%%EndComments
%%BeginProlog
/Helvetica findfont dup length dict begin
  { 1 index /FID ne { def } { pop pop } ifelse } forall
  /Encoding ISOLatin1Encoding def
  currentdict
end
/Latin exch definefont pop
/C { setrgbcolor } bind def
/M { moveto } bind def
/L { lineto } bind def
/B { curveto } bind def
/T { /Latin findfont exch scalefont setfont moveto show } bind def
%%EndProlog
";

pub(super) fn write(scene: &Scene, out: &mut dyn Write) -> io::Result<()> {
    let size = scene.size;
    let (width, height) = (size.width.ceil(), size.height.ceil());
    let title: String = scene.title.chars().filter(|letter| !letter.is_control()).collect();
    write!(
        out,
        "%!PS-Adobe-3.0\n%%Title: {title}\n%%Pages: 1\n%%BoundingBox: 0 0 {width} {height}\n{PROLOGUE}\
         %%Page: 1 1\n<< /PageSize [{width} {height}] >> setpagedevice\n"
    )?;
    let page = Page { height: size.height };
    for shape in scene.items.iter().flat_map(|item| &item.shapes) {
        page.draw(shape, out)?;
    }
    out.write_all(b"showpage\n%%EOF\n")
}

struct Page {
    height: f64,
}

impl Page {
    fn draw(&self, shape: &Shape, out: &mut dyn Write) -> io::Result<()> {
        match shape {
            Shape::Polygon { points, fill, stroke } => {
                writeln!(out, "newpath")?;
                for (at, &point) in points.iter().enumerate() {
                    let command = if at == 0 { "M" } else { "L" };
                    writeln!(out, "{} {command}", self.pair(point))?;
                }
                writeln!(out, "closepath gsave {} C fill grestore", parts(*fill))?;
                stroke_path(stroke, out)
            }
            Shape::Curve { path, stroke } => {
                writeln!(out, "newpath {} M", self.pair(path.start))?;
                for curve in &path.curves {
                    let [a, b, end] = curve.map(|point| self.pair(point));
                    writeln!(out, "{a} {b} {end} B")?;
                }
                stroke_path(stroke, out)
            }
            Shape::Text(text) => self.text(text, out),
        }
    }

    fn text(&self, text: &Text, out: &mut dyn Write) -> io::Result<()> {
        let place = self.pair(text.start);
        out.write_all(b"0 0 0 C (")?;
        out.write_all(&latin(&text.text))?;
        writeln!(out, ") {place} {} T", number(text.size))
    }

    /// A place; the page's y grows upwards.
    fn pair(&self, point: Point) -> String {
        format!("{} {}", number(point.x), number(self.height - point.y))
    }
}

fn stroke_path(stroke: &Stroke, out: &mut dyn Write) -> io::Result<()> {
    let dots = stroke.dots().map_or(String::new(), |dots| dots.map(number).join(" "));
    let (colour, width) = (parts(stroke.colour), number(stroke.width));
    writeln!(out, "{colour} C {width} setlinewidth [{dots}] 0 setdash stroke")
}

fn parts(colour: Colour) -> String {
    colour.shares().map(|share| format!("{share:.3}")).join(" ")
}

/// A text in parentheses, of which only ASCII is written as it is.
fn latin(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '(' | ')' | '\\' => bytes.extend([b'\\', letter as u8]),
            ' '..='~' => bytes.push(letter as u8),
            '\u{a0}'..='\u{ff}' => bytes.extend(format!("\\{:03o}", letter as u32).bytes()),
            '…' => bytes.extend(b"..."),
            _ => bytes.push(b'?'),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::latin;

    #[test]
    fn strings_are_closed_where_they_end() {
        assert_eq!(latin("a(b)\\ü世…"), b"a\\(b\\)\\\\\\374?...");
    }
}
