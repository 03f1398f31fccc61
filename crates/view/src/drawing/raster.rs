//! Drawings as pixels: PNG and GIF.

mod palette;

use std::collections::HashMap;
use std::io::{self, Write};

use tiny_skia::{
    Color, FillRule, Paint, Path, PathBuilder, Pixmap, Stroke as SkiaStroke, StrokeDash, Transform,
};
use ttf_parser::{GlyphId, OutlineBuilder};

use super::font;
use super::geometry;
use super::scene::{BLACK, Colour, Scene, Shape, Stroke, Text};
use palette::Palette;

/// Pixels for each point: 96 of them to the inch, as Graphviz has it.
const SCALE: f64 = 96.0 / 72.0;

/// Most pixels of a picture, and most in a row or column; larger drawings are scaled down.
const MOST_PIXELS: f64 = 48_000_000.0;
const LONGEST_SIDE: f64 = 32_000.0;

/// Writes a drawing as PNG.
pub(super) fn write_png(scene: &Scene, out: &mut dyn Write) -> io::Result<()> {
    let picture = picture(scene);
    let mut encoder = png::Encoder::new(out, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    let (pixels, _) = picture.data().as_chunks::<4>();
    let rgb: Vec<u8> =
        pixels.iter().flat_map(|&[red, green, blue, _]| [red, green, blue]).collect();
    writer.write_image_data(&rgb)?;
    Ok(writer.finish()?)
}

/// Writes a drawing as GIF, with the 256 colours that it has most of.
pub(super) fn write_gif(scene: &Scene, out: &mut dyn Write) -> io::Result<()> {
    let picture = picture(scene);
    let (pixels, _) = picture.data().as_chunks::<4>();
    let palette = Palette::of(pixels);
    let indices: Vec<u8> = pixels.iter().map(|&pixel| palette.index(pixel)).collect();
    // The sides are below 65,536: `LONGEST_SIDE`.
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    let mut encoder =
        gif::Encoder::new(out, width, height, palette.colours()).map_err(io::Error::other)?;
    let frame = gif::Frame::from_indexed_pixels(width, height, indices, None);
    encoder.write_frame(&frame).map_err(io::Error::other)
}

/// Draws all in opaque pixels.
fn picture(scene: &Scene) -> Pixmap {
    let (width, height) = (scene.size.width.max(1.0), scene.size.height.max(1.0));
    let scale =
        SCALE.min((MOST_PIXELS / (width * height)).sqrt()).min(LONGEST_SIDE / width.max(height));
    let pixels = |length: f64| ((length * scale).ceil() as u32).max(1);
    let mut pixmap =
        Pixmap::new(pixels(width), pixels(height)).expect("sides between 1 and 32,000");
    pixmap.fill(Color::WHITE);
    let transform = Transform::from_scale(scale as f32, scale as f32);
    let mut painter = Painter { pixmap, transform, letters: HashMap::new() };
    for shape in scene.items.iter().flat_map(|item| &item.shapes) {
        painter.draw(shape);
    }
    painter.pixmap
}

struct Painter {
    pixmap: Pixmap,
    transform: Transform,
    /// Shapes of letters that were drawn before, in units of the font; `None` for spaces.
    letters: HashMap<GlyphId, Option<Path>>,
}

impl Painter {
    fn draw(&mut self, shape: &Shape) {
        match shape {
            Shape::Polygon { points, fill, stroke } => {
                let mut builder = PathBuilder::new();
                for (at, point) in points.iter().enumerate() {
                    let (x, y) = (point.x as f32, point.y as f32);
                    if at == 0 { builder.move_to(x, y) } else { builder.line_to(x, y) }
                }
                builder.close();
                if let Some(path) = builder.finish() {
                    let rule = FillRule::Winding;
                    self.pixmap.fill_path(&path, &paint(*fill), rule, self.transform, None);
                    self.stroke(&path, stroke);
                }
            }
            Shape::Curve { path, stroke } => {
                if let Some(path) = curve(path) {
                    self.stroke(&path, stroke);
                }
            }
            Shape::Text(text) => self.text(text),
        }
    }

    fn stroke(&mut self, path: &Path, stroke: &Stroke) {
        let dash =
            stroke.dots().and_then(|dots| StrokeDash::new(dots.map(|d| d as f32).to_vec(), 0.0));
        let line = SkiaStroke { width: stroke.width as f32, dash, ..SkiaStroke::default() };
        self.pixmap.stroke_path(path, &paint(stroke.colour), &line, self.transform, None);
    }

    fn text(&mut self, text: &Text) {
        let scale = (text.size / f64::from(font::face().units_per_em())) as f32;
        let paint = paint(BLACK);
        let mut x = text.start.x;
        for letter in text.text.chars() {
            let glyph = font::glyph(letter);
            let shape = self.letters.entry(glyph).or_insert_with(|| outline(glyph));
            if let Some(shape) = shape {
                let place = self
                    .transform
                    .pre_translate(x as f32, text.start.y as f32)
                    .pre_scale(scale, -scale);
                self.pixmap.fill_path(shape, &paint, FillRule::Winding, place, None);
            }
            x += font::advance(letter) * text.size;
        }
    }
}

fn paint(colour: Colour) -> Paint<'static> {
    let [red, green, blue] = colour.0;
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(red, green, blue, 255);
    paint
}

fn curve(path: &geometry::Path) -> Option<Path> {
    let mut builder = PathBuilder::new();
    builder.move_to(path.start.x as f32, path.start.y as f32);
    for [a, b, end] in &path.curves {
        let [a, b, end] = [a, b, end].map(|point| (point.x as f32, point.y as f32));
        builder.cubic_to(a.0, a.1, b.0, b.1, end.0, end.1);
    }
    builder.finish()
}

/// The shape of a letter, in units of the font.
fn outline(glyph: GlyphId) -> Option<Path> {
    struct Builder(PathBuilder);
    impl OutlineBuilder for Builder {
        fn move_to(&mut self, x: f32, y: f32) {
            self.0.move_to(x, y);
        }
        fn line_to(&mut self, x: f32, y: f32) {
            self.0.line_to(x, y);
        }
        fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
            self.0.quad_to(x1, y1, x, y);
        }
        fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
            self.0.cubic_to(x1, y1, x2, y2, x, y);
        }
        fn close(&mut self) {
            self.0.close();
        }
    }
    let mut builder = Builder(PathBuilder::new());
    font::outline(glyph, &mut builder);
    builder.0.finish()
}
